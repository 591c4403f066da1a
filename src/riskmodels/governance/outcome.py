"""What one check of the gate comes to, before words of why and of who can help are put to it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Outcome"]


class Outcome(NamedTuple):
    """What one check came to: whether it holds, what was found, what was wanted."""

    name: str
    passed: bool
    found: str
    wanted: str
