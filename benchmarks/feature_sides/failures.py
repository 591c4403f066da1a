"""Why a process of its own did not do its work, in one short line."""

from __future__ import annotations

__all__ = ["reason"]

_LONGEST = 200


def reason(errors: str) -> str:
    """Give the line of a traceback that says what went wrong: the last one that names an error, or the last one."""
    lines = [line for line in errors.splitlines() if line.strip()]
    named = [line for line in lines if not line.startswith(" ") and "Error" in line.partition(":")[0]]
    found = (named or lines or ["it said nothing"])[-1].strip()
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}..."
