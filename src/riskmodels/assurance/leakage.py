"""Search a training table for what a model could not know when it will be used.

Four searches. The build rebuilt a sample of features without the future (its result is carried over). A model learned
from outcomes dealt out at random must come out guessing. No feature by itself should foretell the outcome as only the
outcome can, nor far better than all others. And whether a column is filled in should not give the outcome away: a
closing date that only closed cases have is an outcome in disguise.

An alarm is a suspicion for a person to look into, not a proof. Higher figures are worse throughout.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student
from threadpoolctl import threadpool_limits

from riskmodels.assurance.single_features import coded, feature_area, feature_interval, halves, purity, says_of
from riskmodels.errors import TrainingError
from riskmodels.modelling.boosting import grow, settings_to_try, tree_score
from riskmodels.modelling.metrics import area, cumulative, ranking
from riskmodels.modelling.periods import Plan, plan_periods
from riskmodels.modelling.rows import Rows, read_table
from riskmodels.records import Interval, ModelColumn, TrainingTable
from riskmodels.records.leakage import LeakageReport, LeakAlarm, ShuffledRun
from riskmodels.records.proxies import FeatureStrength

__all__ = [
    "FAR_ABOVE",
    "LEAST_TELLING",
    "RESAMPLES",
    "ROUNDS",
    "ROWS_ALONE",
    "ROWS_TO_SHUFFLE",
    "RUNS",
    "STRONGEST",
    "TOO_GOOD",
    "Search",
    "deal",
    "far_above",
    "find_leaks",
    "mean_interval",
    "presence",
    "search_of",
    "shuffled_run",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Progress = Callable[[str, float], None]

TOO_GOOD = 0.9
"""ROC AUC of one feature alone from which it is suspected. Whole models of social risks seldom reach it."""

FAR_ABOVE = 0.15
"""How far the best feature may stand above the best of any other family."""

LEAST_TELLING = 0.8
"""A feature far above the rest is suspected only from this ROC AUC: where all are weak, the best is no leak."""

PURE = 0.95
"""Share with the rarer outcome, at the low end of its interval, from which a tell-tale value is suspected."""

EXPECTED_CASES = 30
"""For a value that nobody with the rarer outcome has: how many such people chance would have put there, at least."""

RUNS = 8
ROUNDS = 50
ROWS_TO_SHUFFLE = 30_000
ROWS_ALONE = 60_000
STRONGEST = 10
RESAMPLES = 400

_CERTAIN = 0.999


def find_leaks(table: TrainingTable, *, seed: int, progress: Progress | None = None) -> LeakageReport:
    """Make every search for a leak.

    Parameters
    ----------
    table : TrainingTable
        Task ``"risk"``.
    seed : int
        Of the shuffles, the halves that features are judged by and the resamples.
    progress : callable, optional
        Told the stage and the share of it done, in [0, 1].

    Raises
    ------
    TrainingError
        When the table cannot be read as a table of a risk.
    """
    tell: Progress = progress if progress is not None else lambda stage, done: None
    rows = read_table(table)
    missing = []
    if table.report.time_travel is None:
        missing.append("Time travel: the table was built without rebuilding a sample of it as known at its dates.")
    shuffled: ShuffledRun | None = None
    try:
        plan = plan_periods(rows, table.horizon_days)
        shuffled = shuffled_run(rows, table.columns, plan, seed=seed, tell=tell)
    except TrainingError as error:
        missing.append(f"Shuffled outcomes: {error.found}.")
    tell("Taking features one by one", 0.0)
    search = search_of(rows, table.columns, seed=seed)
    strongest, alarms = ((), []) if search is None else _single(search)
    if search is None:
        missing.append("Single features and presence: everybody, or nobody, has the outcome in half of the table.")
    else:
        tell("Taking features one by one", 0.5)
        alarms = alarms + presence(search)
    tell("Taking features one by one", 1.0)
    return LeakageReport(table.case_name, table.report.time_travel, shuffled, strongest, tuple(alarms), tuple(missing))


def shuffled_run(
    rows: Rows,
    columns: tuple[ModelColumn, ...],
    plan: Plan,
    *,
    seed: int,
    tell: Progress = lambda stage, done: None,
) -> ShuffledRun:
    """Deal outcomes out at random within each as-of date, learn, and judge as a training does: 0.5 is to come out.

    It does not where people are judged by what was learned from their own outcome. Each row is dealt its outcome on
    its own: were whole histories dealt out, a feature that merely recognises a person would carry that person's past
    outcomes to the held-out date, which is foresight and no leak. The interval of the mean is Student's, over the runs,
    which are independent given the table.

    Parameters
    ----------
    rows : Rows
        The whole table.
    plan : Plan
        What a training learns from and is judged on.
    """
    found = []
    for run in range(RUNS):
        tell("Dealing outcomes out at random", run / RUNS)
        generator = np.random.Generator(np.random.PCG64([seed, run]))
        dealt = deal(rows, generator)
        learn = dealt.up_to(plan.learned_from[-1]).thinned(ROWS_TO_SHUFFLE, seed=seed)
        judged = dealt.at(plan.held_out)
        settings = settings_to_try(len(learn))[0] | {"learning_rate": 0.1}
        with threadpool_limits(1, user_api="blas"):
            booster, _ = grow(learn, columns, settings, rounds=ROUNDS, seed=seed)
        score = tree_score(booster, judged.X)
        found.append(float(area(*cumulative(judged.weight[None, :], judged.y, ranking(score)))[0]))
    tell("Dealing outcomes out at random", 1.0)
    return ShuffledRun(mean_interval(np.array(found)), RUNS)


def deal(rows: Rows, generator: np.random.Generator) -> Rows:
    """Deal outcomes out at random within each as-of date."""
    y = rows.y.copy()
    for day in np.unique(rows.as_of):
        here = np.flatnonzero(rows.as_of == day)
        y[here] = y[generator.permutation(here)]
    return dataclasses.replace(rows, y=y)


def mean_interval(values: FloatArray) -> Interval:
    """Give the mean over runs with its 99.9% interval (Student's); not defined where a run is not."""
    known = values[np.isfinite(values)]
    if len(known) < len(values):
        return Interval(None)
    mean, spread = float(known.mean()), float(known.std(ddof=1)) / np.sqrt(len(known))
    half = float(student.ppf((1 + _CERTAIN) / 2, len(known) - 1) * spread)
    return Interval(mean, mean - half, mean + half)


@dataclass(frozen=True, eq=False)
class Search:
    """Thinned rows, coded feature by feature, and which half of the entities each row is in.

    Attributes
    ----------
    rows : Rows
        Whose ``y`` is 0 or 1.
    columns : tuple of ModelColumn
        What the inputs are.
    codes : mapping of str to int array, shape (n_rows,)
        By feature.
    half : bool array, shape (n_rows,)
        Which half the row's entity is in.
    seed : int
        Of resamples.
    """

    rows: Rows
    columns: tuple[ModelColumn, ...]
    codes: Mapping[str, npt.NDArray[np.int64]]
    half: BoolArray
    seed: int

    def interval(self, codes: npt.NDArray[np.int64]) -> Interval:
        """Give the ROC AUC of some codes with its interval."""
        return feature_interval(codes, self.rows.y, self.rows.entity, self.half, seed=self.seed, resamples=RESAMPLES)


def search_of(rows: Rows, columns: tuple[ModelColumn, ...], *, seed: int) -> Search | None:
    """Make rows ready to be searched; None where everybody, or nobody, has the outcome in half of them."""
    few = rows.thinned(ROWS_ALONE, seed=seed)
    half = halves(few.entity, seed=seed)
    if any(np.ptp(few.y[part]) == 0 for part in (half, ~half) if part.any()) or half.all():
        return None
    return Search(few, columns, coded(few.X, columns), half, seed)


def _single(search: Search) -> tuple[tuple[FeatureStrength, ...], list[LeakAlarm]]:
    """Rank the features by what each foretells alone, and raise an alarm for those that are too good."""
    says = says_of(search.columns)
    plain = np.ones(len(search.rows))
    found = [
        FeatureStrength(feature, says[feature], feature_area(codes, search.rows.y, plain, search.half))
        for feature, codes in search.codes.items()
    ]
    found.sort(key=lambda one: (-one.roc_auc, one.feature))
    alarms = [_too_good(one, search) for one in found if one.roc_auc >= TOO_GOOD]
    best = found[0]
    other = far_above(found, search.columns)
    if not alarms and other is not None:
        alarms.append(_far_above(best, other, search))
    return tuple(found[:STRONGEST]), alarms


def far_above(found: list[FeatureStrength], columns: tuple[ModelColumn, ...]) -> FeatureStrength | None:
    """Give the best feature of another family, if the best of all (``found`` is in order) stands far above it."""
    family = {column.feature: column.family for column in columns}
    others = [one for one in found if family[one.feature] != family[found[0].feature]]
    apart = bool(others) and found[0].roc_auc - others[0].roc_auc >= FAR_ABOVE
    return others[0] if apart and found[0].roc_auc >= LEAST_TELLING else None


def _too_good(one: FeatureStrength, search: Search) -> LeakAlarm:
    figure = search.interval(search.codes[one.feature])
    words = (
        f"“{one.says}” by itself foretells the outcome with a ROC AUC of {figure.as_text()}. Few things in people's "
        "lives are so plain; a record made because of the outcome is. Find out when and why it is written, and whether "
        "it is known at the as-of date in practice."
    )
    return LeakAlarm("single_feature", one.feature, one.says, _column(search, one.feature), figure, words)


def _far_above(one: FeatureStrength, other: FeatureStrength, search: Search) -> LeakAlarm:
    figure = search.interval(search.codes[one.feature])
    words = (
        f"“{one.says}” by itself foretells the outcome with a ROC AUC of {figure.as_text()}; the best feature of any "
        f"other family reaches {other.roc_auc:.3f} (“{other.says}”). One feature that does nearly all the work may "
        "hold the outcome itself. Find out when and why it is written."
    )
    return LeakAlarm("far_above_the_rest", one.feature, one.says, _column(search, one.feature), figure, words)


def _column(search: Search, feature: str) -> str:
    own = [column.name for column in search.columns if column.feature == feature]
    return own[0] if len(own) == 1 else feature


@dataclass(frozen=True, eq=False)
class _Telltale:
    """A column and a part of the rows that it marks: those where it is missing, filled in, 0 or not 0."""

    column: ModelColumn
    marks: str
    here: BoolArray


def presence(search: Search, *, of_zeros: bool = True) -> list[LeakAlarm]:
    """Ask of each column whether being missing, or 0, gives the outcome away. One alarm a column at most.

    Parameters
    ----------
    search : Search
        The rows.
    of_zeros : bool
        Whether a value of 0 is asked about too.
    """
    asked = [one for place, column in enumerate(search.columns) for one in _telltales(search, place, column)]
    asked = [one for one in asked if of_zeros or one.marks in ("missing", "filled in")]
    alarms: dict[str, LeakAlarm] = {}
    for one in asked:
        if one.column.name not in alarms:
            alarm = _gives_away(one, search, tests=len(asked))
            if alarm is not None:
                alarms[one.column.name] = alarm
    return list(alarms.values())


def _telltales(search: Search, place: int, column: ModelColumn) -> list[_Telltale]:
    values = search.rows.X[:, place]
    missing = np.isnan(values)
    pairs = {
        "missing": missing,
        "filled in": ~missing,
        "0": values == 0,
        "neither missing nor 0": ~missing & (values != 0),
    }
    found, seen = [], set()
    for marks, here in pairs.items():
        if 0 < int(here.sum()) < len(here) and here.tobytes() not in seen:
            seen.add(here.tobytes())
            found.append(_Telltale(column, marks, here))
    return found


def _gives_away(one: _Telltale, search: Search, *, tests: int) -> LeakAlarm | None:
    y = search.rows.y
    rarer = 1.0 if y.mean() <= 0.5 else 0.0
    base = float((y == rarer).mean())
    with_it = "with the outcome" if rarer == 1.0 else "without the outcome"
    indicator = one.here.astype(np.int64)
    alone = feature_area(indicator, y, np.ones(len(y)), search.half)
    if alone >= TOO_GOOD:
        figure = search.interval(indicator)
        return _alarm(
            one, figure, f"whether it is {one.marks} foretells the outcome with a ROC AUC of {figure.as_text()}"
        )
    marked = np.flatnonzero(one.here)
    judged = marked[
        np.unique(search.rows.entity[marked], return_index=True)[1]
    ]  # a person's months are not independent
    share = purity(int((y[judged] == rarer).sum()), len(judged), tests=tests)
    if share.low is not None and share.low >= PURE:
        return _alarm(
            one, share, f"where it is {one.marks}, the share {with_it} is {share.as_text()}, against {base:.3f} overall"
        )
    if base * len(judged) >= EXPECTED_CASES and not (y[one.here] == rarer).any():
        none = purity(0, len(judged), tests=tests)
        return _alarm(one, none, f"where it is {one.marks}, nobody at all is {with_it}, against {base:.3f} overall")
    return None


def _alarm(one: _Telltale, figure: Interval, found: str) -> LeakAlarm:
    words = (
        f"“{one.column.says}”: {found}. A column that is filled in because of the outcome gives it away without its "
        "value being read. Find out who fills it in and when, or leave it out."
    )
    return LeakAlarm("presence", one.column.feature, one.column.says, one.column.name, figure, words)
