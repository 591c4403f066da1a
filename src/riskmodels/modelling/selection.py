"""Weights for outcomes that are seen only where somebody looked, so that those looked at stand for everybody.

Homes are inspected where people complain, so homes that were looked at are not like the rest. Each row that was looked
at is weighted by the inverse of its chance of being looked at (its propensity; Rosenbaum and Rubin 1983, Biometrika
70:41), which is told by features and date alone. A row is looked at because a draw said so, with the same chance for
everybody at a date, or for another reason, with a chance that a regularised logistic regression gives; both are put
together, so that nobody's chance falls below the draw's. Nobody's own look has a part in their chance: it is fitted on
other entities. The largest weights are cut back, for a few rows must not speak for all (Crump, Hotz, Imbens and Mitnik
2009, Biometrika 96:187; Cole and Hernan 2008, Am J Epidemiol 168:656), and what the weighted rows are worth is counted
as Kish does (1965). What the features do not tell, no weight can mend: hence the figures on random looks, and bounds.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from riskmodels.errors import TrainingError
from riskmodels.features.seal import digest_of
from riskmodels.modelling.calibration import log_losses
from riskmodels.modelling.interpretable import PENALTIES, fit_linear, fit_pipeline, fit_preparation, linear_score
from riskmodels.modelling.metrics import area, cumulative, ranking
from riskmodels.modelling.rows import DATA_SCIENTIST, FloatArray, Rows, inputs
from riskmodels.modelling.tempering import kish
from riskmodels.records import ModelColumn, TrainingTable
from riskmodels.records.selection import Selection

__all__ = ["FOLDS", "MOST_WEIGHT_QUANTILE", "OTHERS_TO_TELL", "Balance", "balance", "weigh"]

FOLDS = 5
"""Parts of the entities; the chance of each is told by the others."""

MOST_WEIGHT_QUANTILE = 0.99
"""Weights above this quantile are cut back to it."""

OTHERS_TO_TELL = 12_000
"""Most rows that nobody looked at that tell the chances; those drawn stand for the rest of their date."""

_ROWS_TO_CHOOSE = 12_000
_DRAWS_BEHIND_THE_RATE = 10.0
_LEAST_CHANCE = 1e-4


@dataclass(frozen=True)
class Balance:
    """How far those looked at are from the whole population in one input, in its standard deviations there."""

    column: str
    says: str
    before: float
    after: float


def weigh(table: TrainingTable, *, seed: int) -> TrainingTable:
    """Weight those who were looked at so that they stand for the whole population at each date.

    Parameters
    ----------
    table : TrainingTable
        As built, with its ``selection``; one without is given back as it is, and so is one that was weighed.
    seed : int
        Settles which entities tell the chance of which others.

    Returns
    -------
    TrainingTable
        With other weights, which add up to the population at each date, what came of weighing, and another digest.

    Raises
    ------
    TrainingError
        If everybody was looked at by the table's word, or nobody, so that there is no chance to tell.
    """
    selection = table.selection
    if selection is None or selection.weighed:
        return table
    looked_at, pool = len(table.spine), _pool(table, _fewer(selection, seed=seed))
    if not len(selection.others):
        return _weighed(table, selection, table.spine["weight"].to_numpy(np.float64), auc=None, trimmed=0.0)
    chance = _chance(pool, table.columns, seed=seed)
    here = pool.rows.as_of[:looked_at]
    standing = pool.rows.weight
    drawn = _draw_rate(selection, pool)
    told = drawn[:looked_at] + (1 - drawn[:looked_at]) * chance[:looked_at]
    weight, trimmed = _weights(standing[:looked_at], told, here=here, unseen=_unseen(selection))
    everybody = drawn + (1 - drawn) * chance
    auc = float(area(*cumulative(standing[None, :], pool.looked, ranking(everybody)))[0])
    return _weighed(table, selection, weight, auc=auc, trimmed=trimmed)


def _fewer(selection: Selection, *, seed: int) -> Selection:
    """Keep a drawn part of those that nobody looked at, which stand for as many as before at each date."""
    many = len(selection.others)
    if many <= OTHERS_TO_TELL:
        return selection
    lot = np.random.Generator(np.random.PCG64(seed)).permutation(many)
    kept = np.sort(lot[:OTHERS_TO_TELL])
    spine = selection.others_spine
    part = spine.iloc[kept].reset_index(drop=True)
    share = spine.groupby("as_of")["stands_for"].sum() / part.groupby("as_of")["stands_for"].sum()
    part = part.assign(stands_for=part["stands_for"] * part["as_of"].map(share))
    return dataclasses.replace(selection, others=selection.others.iloc[kept].reset_index(drop=True), others_spine=part)


@dataclass(frozen=True, eq=False)
class _Pool:
    """Those looked at, then the others: ``rows.y`` is 1 for a look that no draw asked for."""

    rows: Rows
    looked: FloatArray
    drawn: npt.NDArray[np.bool_]


def _pool(table: TrainingTable, selection: Selection) -> _Pool:
    names, many = [column.name for column in table.columns], len(selection.others)
    spine = pd.concat([table.spine[["entity", "as_of"]], selection.others_spine[["entity", "as_of"]]])
    drawn = np.concatenate([selection.at_random, np.zeros(many, dtype=bool)])
    looked = np.concatenate([np.ones(len(table.spine)), np.zeros(many)])
    stands_for = selection.others_spine["stands_for"].to_numpy(np.float64)
    rows = Rows(
        np.concatenate([inputs(table.X, names), inputs(selection.others, names)]),
        np.where(drawn, 0.0, looked),
        np.concatenate([table.spine["weight"].to_numpy(np.float64), stands_for]),
        np.unique(spine["entity"].to_numpy(), return_inverse=True)[1].astype(np.int64),
        spine["as_of"].to_numpy().astype("datetime64[D]"),
        np.zeros(len(spine), dtype=bool),
    )
    return _Pool(rows, looked, drawn)


def _chance(pool: _Pool, columns: tuple[ModelColumn, ...], *, seed: int) -> FloatArray:
    """Give each row's chance of a look that no draw asked for, told by other entities, had no draw asked for one."""
    dated, described = _with_dates(pool.rows, columns)
    part = np.random.Generator(np.random.PCG64(seed)).permutation(int(dated.entity.max()) + 1)[dated.entity] % FOLDS
    # A row that a draw asked for does not say whether it would have been looked at anyway.
    usable = ~pool.drawn
    if not dated.y.any():
        return np.zeros(len(dated))
    penalty = _penalty(dated.where(usable), part[usable], described, seed=seed)
    chance = np.zeros(len(dated))
    for fold in range(FOLDS):
        learn = dated.where(usable & (part != fold))
        if not 0 < learn.y.sum() < len(learn):
            raise TrainingError(
                f"{int(learn.y.sum()):,} of {len(learn):,} rows that tell who is looked at were looked at for another "
                "reason than a draw",
                expected="some that were and some that were not",
                next_step="take in more dates, or read again which rows show that somebody looked",
                who=DATA_SCIENTIST,
            )
        pipeline = fit_pipeline(learn, described, penalty=penalty)
        chance[part == fold] = expit(linear_score(pipeline, dated.X[part == fold]))
    return chance


def _penalty(rows: Rows, part: npt.NDArray[np.int64], columns: tuple[ModelColumn, ...], *, seed: int) -> float:
    """Choose the penalty by the loss on the first two parts, told by the rest of some of the entities."""
    losses = np.zeros(len(PENALTIES))
    for fold in (0, 1):
        learn, later = rows.where(part != fold).thinned(_ROWS_TO_CHOOSE, seed=seed), rows.where(part == fold)
        if not 0 < learn.y.sum() < len(learn) or not len(later):
            continue
        preparation = fit_preparation(learn, columns)
        prepared, ahead = preparation.transform(learn.X), preparation.transform(later.X)
        for place, penalty in enumerate(PENALTIES):
            told = fit_linear(prepared, learn, penalty=penalty).predict_proba(ahead)[:, 1]
            losses[place] += float(later.weight @ log_losses(later.y, told))
    return PENALTIES[int(np.argmin(losses))]


def _with_dates(rows: Rows, columns: tuple[ModelColumn, ...]) -> tuple[Rows, tuple[ModelColumn, ...]]:
    days = np.unique(rows.as_of)
    marks = (rows.as_of[:, None] == days[None, :]).astype(np.float64)
    named = [f"as_of={day}" for day in days]
    dated = [ModelColumn(name, "as_of", "The date", None, "as_of", "onehot", name) for name in named]
    return dataclasses.replace(rows, X=np.concatenate([rows.X, marks], axis=1)), (*columns, *dated)


def _draw_rate(selection: Selection, pool: _Pool) -> FloatArray:
    """Give each row the share of its date's population that a draw asked for, drawn towards the share over all dates.

    A few draws at a date say little about its share, so each date is given ten draws' worth of all dates'.
    """
    standing, place = pool.rows.weight, np.unique(pool.rows.as_of, return_inverse=True)[1]
    drawn = np.bincount(place, weights=standing * pool.drawn)
    population = np.bincount(place, weights=standing)
    overall = float(drawn.sum() / population.sum())
    if overall == 0:
        return np.zeros(len(place))
    rate = (drawn + _DRAWS_BEHIND_THE_RATE) / (population + _DRAWS_BEHIND_THE_RATE / overall)
    return np.asarray(rate[place], dtype=np.float64)


def _unseen(selection: Selection) -> dict[np.datetime64, float]:
    spine = selection.others_spine
    days = spine["as_of"].to_numpy().astype("datetime64[D]")
    here, place = np.unique(days, return_inverse=True)
    many = np.bincount(place, weights=spine["stands_for"].to_numpy(np.float64), minlength=len(here))
    return dict(zip(here, many.tolist(), strict=True))


def _weights(
    standing: FloatArray, chance: FloatArray, *, here: npt.NDArray[np.datetime64], unseen: dict[np.datetime64, float]
) -> tuple[FloatArray, float]:
    """Give each row looked at its weight: itself, and its part of those at its date who were not looked at.

    Parameters
    ----------
    standing : float array, shape (n_looked_at,)
        Rows that each stands for before weighing.
    chance : float array, shape (n_looked_at,)
        Chance of being looked at.
    here : date array, shape (n_looked_at,)
        As-of dates.
    unseen : mapping of date to float
        Rows of the population that nobody looked at, by as-of date.

    Returns
    -------
    weights, trimmed
        Adding up to the population at each date; and the share of rows that was cut back.
    """
    odds = (1 - chance) / np.maximum(chance, _LEAST_CHANCE)
    most = float(np.quantile(odds, MOST_WEIGHT_QUANTILE))
    trimmed = float((odds > most).mean())
    odds = np.minimum(odds, most)
    weight = standing.copy()
    for day in np.unique(here):
        now = here == day
        total = float((standing[now] * odds[now]).sum())
        weight[now] *= 1 + odds[now] * (unseen.get(day, 0.0) / total if total > 0 else 0.0)
    return weight, trimmed


def _weighed(
    table: TrainingTable, selection: Selection, weight: FloatArray, *, auc: float | None, trimmed: float
) -> TrainingTable:
    done = dataclasses.replace(
        selection, weighed=True, propensity_roc_auc=auc, trimmed_share=trimmed, effective_rows=kish(weight)
    )
    made = dataclasses.replace(table, spine=table.spine.assign(weight=weight), selection=done)
    return dataclasses.replace(made, digest=digest_of(made))


def balance(table: TrainingTable) -> tuple[Balance, ...]:
    """Compare those looked at with the whole population, before and after weighing, input by input.

    Below 0.1 the difference is usually taken as small (Austin 2009, Stat Med 28:3083). Missing values are left out.

    Parameters
    ----------
    table : TrainingTable
        Weighed.
    """
    selection = table.selection
    if selection is None:
        return ()
    found = []
    weight = table.spine["weight"].to_numpy(np.float64)
    stands_for = selection.others_spine["stands_for"].to_numpy(np.float64)
    for column in table.columns:
        seen, unseen = table.X[column.name].to_numpy(np.float64), selection.others[column.name].to_numpy(np.float64)
        everybody, standing = np.concatenate([seen, unseen]), np.concatenate([np.ones(len(seen)), stands_for])
        mean, spread = _mean(everybody, standing), _spread(everybody, standing)
        if not spread > 0:
            continue
        gaps = [(_mean(seen, one) - mean) / spread for one in (np.ones(len(seen)), weight)]
        if np.isfinite(gaps).all():
            found.append(Balance(column.name, column.says, *gaps))
    return tuple(found)


def _mean(values: FloatArray, weight: FloatArray) -> float:
    known = np.isfinite(values)
    return float(np.average(values[known], weights=weight[known])) if weight[known].sum() > 0 else float("nan")


def _spread(values: FloatArray, weight: FloatArray) -> float:
    known = np.isfinite(values)
    return float(np.sqrt(_mean((values[known] - _mean(values, weight)) ** 2, weight[known])))
