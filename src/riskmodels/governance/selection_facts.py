"""Facts of who was looked at, where outcomes are known only for those, and of what the figures rest on."""

from __future__ import annotations

from riskmodels.governance.facts import Measured, RouteFacts, SelectionFacts
from riskmodels.modelling.selection_figures import shown_bounds, shown_share
from riskmodels.records import Interval, TrainedModel, TrainingTable
from riskmodels.records.selection import RouteFigures, SelectionFigures

__all__ = ["selection_facts"]


def selection_facts(table: TrainingTable, model: TrainedModel, *, fewest: int) -> SelectionFacts | None:
    """Take what follows from outcomes being known only where somebody looked; None where they are known for all.

    Parameters
    ----------
    table : TrainingTable
        What was learned from, weighed.
    model : TrainedModel
        What was learned, and how well it did.
    fewest : int
        The disclosure number: smaller counts, and shares of them, are withheld.
    """
    seen = model.risk_evaluation.selection if model.task == "risk" else None
    if seen is None or table.selection is None:
        return None
    weighing = table.selection
    return SelectionFacts(
        population=seen.population,
        looked_at=seen.looked_at,
        routes=tuple(_route(one, fewest) for one in seen.routes),
        found_per_100_visits={name: _measured(one) for name, one in seen.found_per_100_visits.items()},
        bounds_per_100_visits={name: shown_bounds(ends) for name, ends in seen.bounds_per_100_visits.items()},
        mean_days_earlier=_measured(seen.found_earlier.mean_days_earlier),
        share_found_later=_measured(shown_share(seen.found_earlier.share_found_later)),
        later_by_group=_by_group(seen),
        rests_on=seen.rests_on,
        propensity_roc_auc=weighing.propensity_roc_auc,
        trimmed_share=weighing.trimmed_share,
        effective_rows=weighing.effective_rows,
    )


def _route(one: RouteFigures, fewest: int) -> RouteFacts:
    enough = one.positives >= fewest and one.rows - one.positives >= fewest
    return RouteFacts(
        route=one.route,
        rows=one.rows if one.rows >= fewest else None,
        positives=one.positives if enough else None,
        base_rate=_measured(one.base_rate) if enough else Measured(value=None),
        roc_auc=_measured(one.roc_auc) if enough else Measured(value=None),
    )


def _by_group(seen: SelectionFigures) -> dict[str, dict[str, Measured]]:
    groups: dict[str, dict[str, Measured]] = {}
    for (characteristic, group), share in seen.found_earlier.later_by_group.items():
        groups.setdefault(characteristic, {})[group] = _measured(shown_share(share))
    return groups


def _measured(one: Interval) -> Measured:
    return Measured(value=one.value, low=one.low, high=one.high)
