"""An approval does not last: say so in time."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.governance.decision import Decision

__all__ = ["lapse_warning"]


def lapse_warning(decision: Decision, warn_days: Sequence[int]) -> str | None:
    """Warn of an approval that lapses soon; None where it does not, or where there is none.

    Parameters
    ----------
    decision : Decision
        With the moment that it was made for.
    warn_days : sequence of int
        Days before the lapse from which to warn, as the policy says, such as 60, 30 and 7.
    """
    if decision.approved_until is None or decision.at is None:
        return None
    left = (decision.approved_until - decision.at.date()).days
    reached = [days for days in warn_days if left <= days]
    if not reached:
        return None
    days = "1 day" if left == 1 else f"{left} days"
    urgent = " This is the last warning." if min(reached) == min(warn_days) else ""
    return f"The approval of {decision.model} lapses in {days}, on {decision.approved_until:%d %B %Y}.{urgent}"
