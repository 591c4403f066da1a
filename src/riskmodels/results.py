"""What the doors give back: a run that was finished, a lake that was checked, a table that was written."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.governance.decision import Decision
from riskmodels.governance.gate import ungoverned
from riskmodels.records import QualityReport, TimeTravelCheck, TrainedModel, TrainingTable
from riskmodels.records.assurance import Assurance

__all__ = ["BuiltTable", "LakeCheck", "RunResult"]


@dataclass(frozen=True, eq=False)
class RunResult:
    """A run that was finished: the model, and where everything about it lies.

    Attributes
    ----------
    model : TrainedModel
        The three estimators, the chosen one, and how well they did.
    table : TrainingTable
        What it learned from and was judged on.
    assurance : Assurance
        What was found about bias, proxies, leaks and what the model goes by: in full, for the auditor.
    run_id : str
        The run's name in MLflow and of its folder.
    folder : Path
        Holds ``report.html``, ``run.json`` and the plots.
    tracking_uri : str
        MLflow's tracking store, where the run is too.
    gate : Decision or None
        What the gate says of it, or would say once it is put forward.
    version : int or None
        In the registry; None where it was not put forward.
    why_not : str or None
        Why it was not.
    bundle_digest : str
        SHA-256 of the bundle's manifest: what is signed.
    """

    model: TrainedModel
    table: TrainingTable
    assurance: Assurance
    run_id: str
    folder: Path
    tracking_uri: str
    gate: Decision | None = None
    version: int | None = None
    why_not: str | None = None
    bundle_digest: str = ""

    @property
    def report(self) -> Path:
        """Give the page that a person reads."""
        return self.folder / "report.html"

    def as_json(self) -> dict[str, Any]:
        """Give the run as plain data: the figures, and where its report is."""
        gate = self.gate or ungoverned(self.model.case_name)
        return self.figures() | {
            "run_id": self.run_id,
            "report": str(self.report),
            "version": self.version,
            "not_put_forward_because": self.why_not,
            "bundle_digest": self.bundle_digest,
            "gate": {"passed": gate.passed, "reasons": [one.as_dict() for one in gate.reasons]},
        }

    def figures(self) -> dict[str, Any]:
        """Give the figures by estimator, and what a reader must know before using them, as plain data."""
        from riskmodels.assurance.shown import as_json as assurance_json
        from riskmodels.modelling.display import as_json

        shown, travel = as_json(self.model), self.table.report.time_travel
        return shown | {
            "table_digest": self.table.digest,
            "definition_digest": self.table.definition_digest,
            "time_travel": None if travel is None else _travelled(travel),
            "notes": [*self.table.report.notes, *shown["notes"]],
            "may_not_be_used_for": list(self.model.may_not_be_used_for),
            **assurance_json(self.assurance),
        }

    def _repr_html_(self) -> str:
        from riskmodels.assurance.shown import tables

        return self.model._repr_html_() + "".join(table.html() for table in tables(self.assurance))


@dataclass(frozen=True)
class LakeCheck:
    """The state of a lake: what each extract holds, those that are not there, and their owners' lists of faults."""

    report: QualityReport
    absent: tuple[str, ...]
    fault_lists: Mapping[str, Path]

    @property
    def passed(self) -> bool:
        """Say whether every extract is there and within its tolerance."""
        return not self.absent and not any(one.over_tolerance for one in self.report.extracts)

    def as_json(self) -> dict[str, Any]:
        """Give the check as plain data: counts only."""
        return {
            "passed": self.passed,
            "absent": list(self.absent),
            "over_tolerance": [one.extract for one in self.report.extracts if one.over_tolerance],
            "extracts": [dataclasses.asdict(one) for one in self.report.extracts],
            "fault_lists": {owner: str(path) for owner, path in self.fault_lists.items()},
        }


@dataclass(frozen=True)
class BuiltTable:
    """A training table that was written: the file for training, and the one with protected characteristics."""

    table: TrainingTable
    path: Path
    audit_path: Path

    def as_json(self) -> dict[str, Any]:
        """Give what was built as plain data."""
        return {
            "model": self.table.case_name,
            "rows": self.table.rows,
            "columns": len(self.table.columns),
            **self._outcome(),
            "table_digest": self.table.digest,
            "definition_digest": self.table.definition_digest,
            "notes": list(self.table.report.notes),
            "table": str(self.path),
            "audit": str(self.audit_path),
        }

    def _outcome(self) -> dict[str, Any]:
        mean = float(self.table.outcome.mean())
        return {"base_rate": mean} if self.table.task == "risk" else {"mean_amount": mean, "unit": self.table.unit}


def _travelled(check: TimeTravelCheck) -> dict[str, Any]:
    return {
        "rows": check.rows_checked,
        "as_of": [day.isoformat() for day in check.as_of_dates],
        "features_that_differ": list(check.features_that_differ),
        "passed": check.passed,
    }
