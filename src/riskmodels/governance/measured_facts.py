"""Turn a finished run into the facts that its author signs. Nothing is typed twice: every figure is the run's own.

Figures of groups are those that may leave the audit (whole percents, small counts withheld), and counts of groups are
left out: the facts travel further than the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from riskmodels.assurance.bias_display import as_json as bias_as_json
from riskmodels.assurance.bias_display import safe_groups
from riskmodels.features import UseCase
from riskmodels.governance.amount_facts import amount_periods, amount_terms, totals_facts
from riskmodels.governance.amount_facts import figures_of as _figures
from riskmodels.governance.amount_facts import measured_of as _measured
from riskmodels.governance.facts import (
    BiasFacts,
    BreachFacts,
    ComparisonFacts,
    DataFacts,
    DisclosureFacts,
    ExplanationFacts,
    FileFacts,
    LeakageFacts,
    Measured,
    ModelFacts,
    MonotoneFacts,
    PeriodFacts,
    ProxyFacts,
    RunFacts,
)
from riskmodels.governance.selection_facts import selection_facts
from riskmodels.lake import Extract
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.assurance import Assurance
from riskmodels.records.bias import BiasAudit
from riskmodels.records.model import PeriodFigures

ReadFor = Literal["model", "audit"]

__all__ = ["bias_facts", "extracts_read", "model_facts", "run_facts"]


def run_facts(
    case: UseCase,
    table: TrainingTable,
    model: TrainedModel,
    found: Assurance,
    *,
    bundle_digest: str,
    platform: Mapping[str, str],
    files: tuple[FileFacts, ...],
) -> RunFacts:
    """Take what the gate reads from a run; documents, signatures and the register of sources come from elsewhere.

    Parameters
    ----------
    case : UseCase
        The use case, for which extracts move.
    table : TrainingTable
        What was learned from.
    model : TrainedModel
        What was learned, and how well it did.
    found : Assurance
        What the audit found.
    bundle_digest : str
        SHA-256 of the bundle's manifest.
    platform : mapping of str to str
        What it was made on.
    files : tuple of FileFacts
        The bundle's files.
    """
    fewest = found.bias.disclosure_number
    return RunFacts(
        model=model_facts(table, model, bundle_digest=bundle_digest, platform=platform, fewest=fewest),
        periods=_periods(model, fewest),
        data=_data(case, table),
        leakage=_leakage(found),
        bias=bias_facts(found.bias),
        proxies=ProxyFacts(
            alarms=tuple(alarm.suspicion for alarm in found.proxies.alarms),
            excused=tuple(sorted({one.feature for one in found.proxies.excused})),
            strength={one.name: _measured(one.roc_auc) for one in found.proxies.characteristics},
        ),
        explanation=_explanation(found),
        monotone=_monotone(found),
        disclosure=_disclosure(found.bias),
        files=files,
        selection=selection_facts(table, model, fewest=fewest),
        totals=totals_facts(model),
    )


def model_facts(
    table: TrainingTable, model: TrainedModel, *, bundle_digest: str, platform: Mapping[str, str], fewest: int = 10
) -> ModelFacts:
    """Take what was trained, by its digests, and every figure of it.

    Parameters
    ----------
    table : TrainingTable
        What was learned from.
    model : TrainedModel
        What was learned.
    bundle_digest : str
        SHA-256 of the bundle's manifest.
    platform : mapping of str to str
        What it was made on.
    fewest : int
        The disclosure number: fewest rows that a stratum of an amount is given for.
    """
    seen = model.evaluation
    return ModelFacts(
        name=model.case_name,
        purpose=table.purpose,
        outcome_says=table.outcome_says,
        chosen=model.chosen,
        baseline=table.baseline,
        bundle_digest=bundle_digest,
        reproducibility_digest=model.digest,
        definition_digest=model.definition_digest,
        table_digest=model.table_digest,
        platform=dict(platform),
        rows=seen.rows,
        positives=seen.positives,
        capacity=model.risk_evaluation.capacity if model.task == "risk" else 0,
        horizon_days=table.horizon_days,
        learned_from=model.learned_from,
        held_out=seen.held_out,
        metrics={one: _figures(figures) for one, figures in seen.metrics.items()},
        differences={one: _figures(figures) for one, figures in seen.differences.items()},
        notes=(*table.report.notes, *seen.notes, *model.notes),
        **amount_terms(table, model, fewest=fewest),
    )


def extracts_read(
    case: UseCase, contracts: Mapping[str, type[Extract]], also: Iterable[str] = ()
) -> dict[str, tuple[str, ReadFor]]:
    """Give every extract that is read, with its source and whether the model or only the audit reads it.

    Parameters
    ----------
    case : UseCase
        The use case.
    contracts : mapping of str to Extract class
        The workspace's contracts, by name.
    also : iterable of str
        Extracts that the build read besides: links, and exclusions, which decide who is in the table at all.
    """
    read: dict[str, tuple[str, ReadFor]] = {one.__name__: (one.source().name, "model") for one in case.extracts()}
    for one in case.audit_by:
        read.setdefault(one.extract.__name__, (one.extract.source().name, "audit"))
    for name in also:
        if name in contracts:
            read.setdefault(name, (contracts[name].source().name, "model"))
    return read


def _periods(model: TrainedModel, fewest: int) -> tuple[PeriodFacts, ...]:
    if model.task == "amount":
        return amount_periods(model, fewest=fewest)
    seen = model.risk_evaluation.periods
    return tuple(_period(one, fewest) for one in seen if one.roc_auc is not None and one.roc_auc.value is not None)


def _period(one: PeriodFigures, fewest: int) -> PeriodFacts:
    base_rate = _measured(one.base_rate) if one.positives >= fewest else None
    return PeriodFacts(as_of=one.as_of, roc_auc=_measured(one.roc_auc), base_rate=base_rate)


def _data(case: UseCase, table: TrainingTable) -> tuple[DataFacts, ...]:
    names = {one.__name__ for one in case.moving_extracts()}
    sources = {one.__name__: one.source().name for one in case.extracts()}
    sources |= {one.extract.__name__: one.extract.source().name for one in case.audit_by}
    return tuple(
        DataFacts(
            extract=one.extract,
            source=sources.get(one.extract, one.owner),
            rows=one.rows,
            bad_share=one.bad / one.rows if one.rows else 0.0,
            tolerance=one.tolerance,
            moving=one.extract in names,
            newest=None if one.last_known is None else one.last_known.date(),
            known_time_assumed=one.known_time_assumed,
        )
        for one in table.report.quality.extracts
    )


def _leakage(found: Assurance) -> LeakageFacts:
    seen = found.leakage
    return LeakageFacts(
        time_travel_rows=None if seen.time_travel is None else seen.time_travel.rows_checked,
        time_travel_differs=() if seen.time_travel is None else seen.time_travel.features_that_differ,
        shuffled_passed=None if seen.shuffled is None else seen.shuffled.passed,
        alarms=tuple(dict.fromkeys(alarm.suspicion for alarm in seen.alarms)),
        not_measured=seen.not_measured,
    )


def bias_facts(audit: BiasAudit) -> BiasFacts:
    """Take the audit's verdicts with the figures that may leave it: what its tables withhold is withheld here too."""
    shown = bias_as_json(audit)
    return BiasFacts(
        comparisons=tuple(
            ComparisonFacts(
                characteristic=one["characteristic"],
                group=one["group"],
                metric=one["metric"],
                tolerance=one["tolerance"],
                difference=Measured(**one["difference"]),
                verdict=one["verdict"],
                people_needed=one["people_needed"],
            )
            for one in shown["decisive"]
        ),
        breaches=tuple(
            BreachFacts(
                group=" and ".join(f"{name}: {group}" for name, group in one["group"].items()),
                metric=one["metric"],
                tolerance=one["tolerance"],
                difference=Measured(**one["difference"]),
            )
            for one in shown["breaches"]
        ),
        held={one.protected: one.says for one in audit.held},
        not_measured=tuple(f"{one.what}: {one.why}" for one in audit.not_measured),
    )


def _explanation(found: Assurance) -> ExplanationFacts:
    seen = found.explanation
    return ExplanationFacts(
        largest_gap=seen.how.largest_gap,
        largest_difference=seen.how.largest_difference,
        checked_rows=seen.how.checked_rows,
        stability=None if seen.stability is None else _measured(seen.stability.overlap),
        leading=tuple(one.says for one in seen.importances[:5]),
    )


def _monotone(found: Assurance) -> MonotoneFacts:
    seen = found.directions
    if seen is None:
        return MonotoneFacts()
    return MonotoneFacts(declared=seen.declared, checked_rows=seen.rows, violated=seen.violated)


def _disclosure(audit: BiasAudit) -> DisclosureFacts:
    groups = safe_groups(audit, intersections=False).values()
    counts = [
        count for one in groups for count in (one.rows, one.positives, one.picked, one.found) if count is not None
    ]
    return DisclosureFacts(
        number=audit.disclosure_number, round_to=audit.round_to, smallest_shown=min(counts, default=None)
    )
