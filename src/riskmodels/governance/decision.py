"""What the gate says: each check with what was found and wanted, why it matters, what to do and who can."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from riskmodels.governance.attestations import Conditions
from riskmodels.html_table import html_table

__all__ = ["Check", "Decision"]


@dataclass(frozen=True)
class Check:
    """One check of the gate.

    Attributes
    ----------
    name : str
        Its stable name, such as ``"beats_baseline"``.
    title : str
        The question that it answers, for people.
    passed : bool
        Whether it holds, or a signed waiver stands in for it.
    found, wanted : str
        What the evidence says, and what the policy asks.
    why, next_step, who : str
        Why it matters, what to do, and who can do it.
    waived : str or None
        Who waived it and until when.
    """

    name: str
    title: str
    passed: bool
    found: str
    wanted: str
    why: str
    next_step: str
    who: str
    waived: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the check as plain data."""
        return {
            "check": self.name,
            "title": self.title,
            "passed": self.passed,
            "found": self.found,
            "wanted": self.wanted,
            "why": self.why,
            "next_step": self.next_step,
            "who": self.who,
            "waived": self.waived,
        }


@dataclass(frozen=True)
class Decision:
    """Whether a candidate may go live, and every reason.

    Attributes
    ----------
    passed : bool
        True only if every check passed.
    checks : tuple of Check
        All of them, in the policy's order.
    conditions : Conditions
        What the approvals tie it to, taken together: the narrowest of each.
    approved_until : date or None
        Day from which the approval no longer counts; None where it does not pass.
    at : datetime
        The moment that it was decided for.
    """

    model: str
    passed: bool
    checks: tuple[Check, ...]
    conditions: Conditions = field(default=Conditions())
    approved_until: datetime.date | None = None
    at: datetime.datetime | None = None

    @property
    def reasons(self) -> tuple[Check, ...]:
        """Give the checks that did not pass."""
        return tuple(one for one in self.checks if not one.passed)

    def as_json(self) -> dict[str, Any]:
        """Give the decision as plain data."""
        return {
            "passed": self.passed,
            "reasons": [one.as_dict() for one in self.reasons],
            "checks": [one.as_dict() for one in self.checks],
            "conditions": self.conditions.model_dump(mode="json"),
            "approved_until": None if self.approved_until is None else self.approved_until.isoformat(),
        }

    def _repr_html_(self) -> str:
        verdict = "passes" if self.passed else f"refused: {len(self.reasons)} of {len(self.checks)} checks did not pass"
        rows = [
            [one.title, "waived" if one.waived else "yes" if one.passed else "NO", one.found, one.wanted, one.next_step]
            for one in self.checks
        ]
        head = ["Check", "Passed", "Found", "Wanted", "What to do"]
        return html_table(f"The gate on {self.model}: {verdict}", head, rows)
