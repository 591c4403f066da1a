"""What a reader must know before figures of amounts are used, in words."""

from __future__ import annotations

import datetime

import numpy as np

from riskmodels.modelling.amounts.rows import AmountRows
from riskmodels.modelling.periods import Plan
from riskmodels.records import Interval, TrainingTable

__all__ = ["held_out_notes", "mean_or_median", "table_notes"]

_FEW = 30
_APRIL = 4
_MISSING_WORTH_SAYING = 0.001


def held_out_notes(rows: AmountRows, plan: Plan, held_out: AmountRows, unit: str) -> tuple[str, ...]:
    """Word what bears on the held-out figures: few cases, who died, and how far the means are apart."""
    notes = []
    positives = int((held_out.y > 0).sum())
    if positives < _FEW:
        notes.append(f"Only {positives} held-out rows have any amount: intervals are rough.")
    died = int(held_out.competing.sum())
    if died:
        notes.append(
            f"{died:,} of {len(held_out):,} held-out people had the competing event (such as death) inside the "
            "horizon. It is not taken for no demand: their amount is the average over the days lived, at least a week, "
            "and they weigh by the share of the horizon lived, so that sums are what was spent."
        )
    learned = rows.up_to(plan.learned_from[-1])
    before = float(np.average(learned.y, weights=learned.weight))
    after = float(np.average(held_out.y, weights=held_out.weight))
    notes.append(
        f"The mean amount was {before:,.2f} {unit} in the periods learned from and is {after:,.2f} in the held-out "
        f"period ({after / before - 1:+.1%})."
    )
    return tuple(notes)


def mean_or_median(difference: Interval, unit: str) -> tuple[str, ...]:
    """Word why a model that is right in sum may miss single people by more than today's practice; else nothing.

    The mean absolute error is least for the median, and most people go on as they are.
    """
    if difference.low is None or difference.low <= 0:
        return ()
    return (
        f"Single people are missed by {difference.value or 0:,.2f} {unit} more, on average, than by carrying today's "
        "amount forward: most people go on as they are, and today's amount is exactly right for them. Expected "
        "amounts are means, which allow for the few who change much, as totals need; nothing here is about one person.",
    )


def table_notes(table: TrainingTable, rows: AmountRows, plan: Plan, *, power: float) -> tuple[str, ...]:
    """Word what bears on everything: the gap, prices, missing figures of today, and how a miss counts."""
    notes = []
    if rows.learning_weight is not None:
        notes.append(
            "Rows were given other weights to learn from than to be judged by; choices, calibration and figures are "
            "by the plain weights."
        )
    names = [column.name for column in table.columns]
    missing = float(np.isnan(rows.X[:, names.index(table.baseline)]).mean())
    if missing > _MISSING_WORTH_SAYING:
        notes.append(
            f"Today's practice carries {table.baseline} forward, which is missing for {missing:.1%} of rows: they are "
            "expected to have the floor."
        )
    if plan.gap:
        notes.append(
            f"{len(plan.gap)} as-of dates before the held-out one were not learned from: their outcome was not yet "
            "known at the held-out date."
        )
    if len(plan.folds) == 1:
        notes.append("One development period only could be judged out of time: every choice rests on that one.")
    notes.append(
        f"A miss counts against the spread that is usual at its amount (Tweedie deviance of power {power:g}, chosen by "
        "the misses of development periods)."
    )
    if "GBP" in (table.unit or ""):
        notes.append(_prices(plan, table.horizon_days))
    return tuple(notes)


def _prices(plan: Plan, horizon_days: int) -> str:
    """Say how many Aprils, when prices rise, lie between what was learned from and what was judged."""
    last = plan.learned_from[-1] + datetime.timedelta(days=horizon_days)
    end = plan.held_out + datetime.timedelta(days=horizon_days)
    rises = [day for year in range(last.year, end.year + 1) if last <= (day := datetime.date(year, _APRIL, 1)) < end]
    when = f"A rise ({', '.join(f'{day.day} {day:%B %Y}' for day in rises)}) lies" if rises else "No rise lies"
    return (
        "Amounts are in the prices of their day, and prices rise each April. One factor, learned where development "
        f"periods were judged as far ahead, makes up for a usual rise and not for an unusual one. {when} between the "
        "last outcome learned from and the end of the held-out one."
    )
