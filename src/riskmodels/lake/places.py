"""Keys that name a place and not a person: a small area, a ward. They are read as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskmodels.lake.contracts import Extract

__all__ = ["PLACE_KINDS", "names_a_place", "shared_place"]

PLACE_KINDS = ("area", "ward")
"""Kinds of key that name a place, the smallest first."""


def names_a_place(key_of: str | None) -> bool:
    """Say whether a key of a kind names a place."""
    return key_of in PLACE_KINDS


def shared_place(home: type[Extract], extract: type[Extract]) -> tuple[str, str] | None:
    """Name the columns by which rows of an extract about places are found from where an entity lies.

    Returns
    -------
    tuple of (str, str), or None
        The column of ``home``, which says where each entity lies, and that of ``extract``, for the smallest kind of
        place that both name. None where they share none.
    """
    for kind in PLACE_KINDS:
        here, there = home.key_column(kind), extract.key_column(kind)
        if here is not None and there is not None:
            return here, there
    return None
