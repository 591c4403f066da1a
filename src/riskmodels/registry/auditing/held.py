"""What an auditor is told of each thing that was looked at: it holds, it does not, or it could not be checked here."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Held"]


@dataclass(frozen=True)
class Held:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
        What it is.
    held : bool or None
        Whether it holds; None where it could not be checked.
    why : str
        What was found, or why it could not be checked.
    """

    what: str
    held: bool | None
    why: str
