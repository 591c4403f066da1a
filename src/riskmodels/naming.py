"""Offer the nearest right name for a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(wrong: str, right: Iterable[str]) -> str:
    """Word a hint such as ``; did you mean 'amount_gbp'?``, or list the choices when none is near."""
    names = list(right)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f": {shown}" if names else ""
