"""Which as-of dates to learn from and which to judge on: only ever the past for the future, with a gap.

A row may be learned from only when its outcome was known at the date it is used to predict:
``as_of + horizon <= as_of of the period judged``.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

import numpy as np

from riskmodels.errors import TrainingError
from riskmodels.modelling.rows import DATA_SCIENTIST, Rows

__all__ = ["LEAST_CASES", "MOST_FOLDS", "Fold", "Plan", "plan_periods"]

MOST_FOLDS = 4
"""Development periods to judge on, the latest: enough for stable choices, few enough to train in a minute."""

LEAST_CASES = 10
"""Fewest rows with the outcome, and without it, in what is learned from and in each period judged."""

_DAYS_IN_MONTH = 30.4375


@dataclass(frozen=True)
class Fold:
    """Learn from every as-of date up to ``learn_up_to``; judge on ``judged``."""

    learn_up_to: datetime.date
    judged: datetime.date


@dataclass(frozen=True)
class Plan:
    """What each as-of date is for.

    Attributes
    ----------
    folds : tuple of Fold
        Temporal cross-fitting on development periods, oldest first; at least one.
    learned_from : tuple of date
        Development periods: all whose outcome was known at the held-out date.
    gap : tuple of date
        Periods between: their outcome was not yet known, so they are not learned from.
    held_out : date
        The last as-of date; read once.
    """

    folds: tuple[Fold, ...]
    learned_from: tuple[datetime.date, ...]
    gap: tuple[datetime.date, ...]
    held_out: datetime.date


def plan_periods(rows: Rows, horizon_days: int, *, amounts: bool = False) -> Plan:
    """Decide what each as-of date is for.

    Parameters
    ----------
    rows : Rows
        The whole training table.
    horizon_days : int
        Length of the outcome's window, in days, at least 1.
    amounts : bool
        Whether the outcome is an amount: then rows with any amount are needed, and none without.

    Raises
    ------
    TrainingError
        When there are too few as-of dates for the horizon, or too few people with (or without) the outcome.
    """
    days: list[datetime.date] = [day.item() for day in np.unique(rows.as_of)]
    held_out = days[-1]
    horizon = datetime.timedelta(days=horizon_days)
    learned_from = tuple(day for day in days if day + horizon <= held_out)
    folds = [
        Fold(max(day for day in learned_from if day + horizon <= judged), judged)
        for judged in learned_from
        if learned_from[0] + horizon <= judged
    ]
    if not folds:
        raise _too_short(days, horizon_days)
    check, fewest = (_check_amounts, _with_any) if amounts else (_check_classes, _rarer)
    check(rows.at(held_out), f"the held-out period ({held_out})", 1)
    usable = [
        fold for fold in folds if min(fewest(rows.up_to(fold.learn_up_to)), fewest(rows.at(fold.judged))) >= LEAST_CASES
    ]
    if not usable:
        check(rows.up_to(folds[-1].learn_up_to), f"the periods up to {folds[-1].learn_up_to}", LEAST_CASES)
        check(rows.at(folds[-1].judged), f"the period of {folds[-1].judged}", LEAST_CASES)
    gap = tuple(day for day in days[:-1] if day not in learned_from)
    return Plan(tuple((usable or folds)[-MOST_FOLDS:]), learned_from, gap, held_out)


def _rarer(rows: Rows) -> int:
    positives = int(rows.y.sum())
    return min(positives, len(rows) - positives)


def _with_any(rows: Rows) -> int:
    return int((rows.y > 0).sum())


def _check_amounts(rows: Rows, where: str, least: int) -> None:
    if _with_any(rows) < least:
        raise TrainingError(
            f"{_with_any(rows):,} of {len(rows):,} rows in {where} have any amount",
            expected=f"at least {least} with more than nothing",
            next_step="check the outcome's definition, or take in more dates or a wider population",
            who=DATA_SCIENTIST,
        )


def _check_classes(rows: Rows, where: str, least: int) -> None:
    positives = int(rows.y.sum())
    if _rarer(rows) < least:
        raise TrainingError(
            f"{positives:,} of {len(rows):,} rows in {where} have the outcome",
            expected=f"at least {least} with the outcome and {least} without it",
            next_step="check the outcome's definition, or take in more dates or a wider population",
            who=DATA_SCIENTIST,
        )


def _too_short(days: list[datetime.date], horizon_days: int) -> TrainingError:
    needed = math.ceil(2 * horizon_days / _DAYS_IN_MONTH)
    covered = (days[-1] - days[0]).days
    return TrainingError(
        f"{len(days)} as-of dates over {covered} days, for an outcome that takes {horizon_days} days to be known",
        expected=(
            f"as-of dates at least {2 * horizon_days} days apart, first to last (about {needed} months): "
            "one horizon to learn from before judging, and another before the held-out date"
        ),
        next_step=f"build from an earlier month, so that the dates span at least {needed} months, "
        "or shorten the outcome's window",
        who=DATA_SCIENTIST,
    )
