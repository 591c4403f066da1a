"""From a lake and a use case to a training table: who, what was known, and what became of them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from riskmodels.errors import BuildError
from riskmodels.features.builders import Feature
from riskmodels.features.compile import DateRange, feature_queries
from riskmodels.features.compile.features import needed
from riskmodels.features.compile.people import population_query
from riskmodels.features.encode import encode, model_columns
from riskmodels.features.lineage import lineage_of
from riskmodels.features.look_ahead import Fate, outcomes
from riskmodels.features.not_looked_at import not_looked_at, selection_of
from riskmodels.features.protected import UNKNOWN, audit_table, excluded, not_carried, read_for_people, totals_table
from riskmodels.features.seal import digest_of
from riskmodels.features.time_travel import check_time_travel
from riskmodels.lake import Lake
from riskmodels.lake.contracts import Extract
from riskmodels.records import BuildReport, PeriodCount, TrainingTable
from riskmodels.records.selection import Selection

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["build", "build_features", "meeting_having", "population", "spine_of"]

Progress = Callable[[str, float], None]


def build(
    case: UseCase,
    lake: Lake,
    as_of: Sequence[datetime.date],
    *,
    time_travel_sample: int = 200,
    progress: Progress | None = None,
) -> TrainingTable:
    """Build a training table; see :meth:`riskmodels.features.UseCase.build`."""
    say = progress or (lambda stage, done: None)
    say("reading the lake", 0.0)
    extracts = _prepare(case, lake, say)
    mature, immature, cut = _split_by_maturity(case, lake, as_of)
    say("finding the population", 0.3)
    people = population(case, lake, [*mature, *immature])
    out = excluded(case, lake, people)
    left_out = people[out]
    kept = meeting_having(case, lake, people[~out].reset_index(drop=True))
    say("seeing what became of them", 0.4)
    ripe = kept["as_of"].isin(pd.DatetimeIndex(mature))
    fate = outcomes(case, lake, kept[ripe].reset_index(drop=True))
    known, others = fate.frame[fate.frame["known"]].reset_index(drop=True), not_looked_at(fate)
    if known.empty:
        raise BuildError(
            f"nobody in the population of {case.name} has a known outcome at the dates asked for",
            expected="a population with at least one outcome that could be watched to its end (and was looked at)",
            next_step="Ask for other dates, or read the population's condition again: case.population.",
            who="the data scientist who wrote the definition",
        )
    say("computing features", 0.5)
    together = pd.concat([known, others]).sort_values(["as_of", "entity"], ignore_index=True)
    values = build_features(case, lake, spine_of(together))
    say("reading protected characteristics apart", 0.8)
    audited = audit_table(case, lake, spine_of(known))
    totals_by = totals_table(case, lake, spine_of(known))
    say("checking that no feature saw the future", 0.9)
    travel = check_time_travel(case, lake, values, sample=time_travel_sample) if time_travel_sample else None
    report = BuildReport(
        lake_cut=cut,
        periods=_periods([*mature, *immature], kept, left_out, fate),
        quality=lake.quality(extracts),
        unlinked_share=audited.unlinked_share,
        unlinked_by_group=audited.unlinked_by_group,
        time_travel=travel,
        notes=_notes(case, lake),
    )
    say("done", 1.0)
    inputs, here = encode(values, case.features), together["known"].to_numpy(dtype=bool)
    selection = selection_of(case, known, others, inputs[~here].reset_index(drop=True))
    values, inputs = values[here].reset_index(drop=True), inputs[here].reset_index(drop=True)
    return _table(case, values, inputs, known, audited.frame, totals_by, selection, report)


def _table(
    case: UseCase,
    values: pd.DataFrame,
    inputs: pd.DataFrame,
    known: pd.DataFrame,
    audit: pd.DataFrame,
    totals_by: pd.DataFrame | None,
    selection: Selection | None,
    report: BuildReport,
) -> TrainingTable:
    outcome = known["outcome"].astype(np.float64).rename("outcome")
    spine = known[["entity", "as_of", "treated", "competing", "weight"]]
    amount = case.outcome.amount
    strata = None if case.intervals_within is None else values[case.intervals_within].fillna(UNKNOWN).astype("str")
    table = TrainingTable(
        case_name=case.name,
        purpose=case.purpose,
        task="risk" if amount is None else "amount",
        outcome_says=case.outcome.says,
        horizon_days=case.horizon_days,
        baseline=case.baseline,
        harms=case.harms,
        definition=case.to_dict(),
        definition_digest=case.digest,
        columns=model_columns(case.features),
        X=inputs,
        outcome=outcome,
        audit=audit,
        spine=spine,
        report=report,
        lineage=lineage_of(case),
        digest="",
        unit=None if amount is None else amount.unit,
        strata=strata,
        totals_by=totals_by,
        selection=selection,
    )
    return dataclasses.replace(table, digest=digest_of(table))


def _prepare(case: UseCase, lake: Lake, say: Progress) -> tuple[type, ...]:
    extracts = tuple(dict.fromkeys((*case.extracts(), *read_for_people(case, lake))))
    for number, extract in enumerate(extracts):
        say(f"reading {extract.folder().replace('_', ' ')}", 0.3 * number / len(extracts))
        lake.prepare(extract)
    return extracts


def _split_by_maturity(
    case: UseCase, lake: Lake, as_of: Sequence[datetime.date]
) -> tuple[list[datetime.datetime], list[datetime.datetime], datetime.datetime]:
    """Part the dates into those whose horizon, and the wait for late rows, lie before the lake's cut, and the rest."""
    dates = sorted({datetime.datetime.combine(day, datetime.time()) for day in as_of})
    cut = min(lake.cut(extract) for extract in watched_in(case))
    wait = watching_days(case)
    mature = [day for day in dates if day + datetime.timedelta(days=wait) <= cut]
    if not mature:
        asked = f"{dates[0]:%d %B %Y} to {dates[-1]:%d %B %Y}" if dates else "no date at all"
        raise BuildError(
            f"no outcome of {case.name} has been watched to its end: the dates asked for are {asked}, an outcome takes "
            f"{wait} days, and the lake is complete up to {cut:%d %B %Y}",
            expected=f"as-of dates on or before {cut - datetime.timedelta(days=wait):%d %B %Y}",
            next_step="Ask for earlier dates, or wait until the lake holds the horizon that follows them.",
            who="whoever runs the data lake",
        )
    return mature, [day for day in dates if day not in mature], cut


def watching_days(case: UseCase) -> int:
    """Give the days from an as-of date until its outcome is mature: horizon, settling, and any assumed delay."""
    settling = case.outcome.settles_after.days if case.outcome.settles_after else 0
    return case.horizon_days + settling + max(extract.history().known_after_days or 0 for extract in watched_in(case))


def watched_in(case: UseCase) -> tuple[type[Extract], ...]:
    """List the extracts that must reach past the horizon before an outcome is known: its own, and that of the looks."""
    looked = case.outcome.looked
    return (case.outcome.extract, *([looked.extract] if looked is not None else []))


def population(case: UseCase, lake: Lake, as_of: Sequence[datetime.datetime]) -> pd.DataFrame:
    """Find who is in the population at each date, before exclusions and ``having``: entity and as_of, in order."""
    lake.prepare(case.population.extract)
    dates = pa.table({"as_of": pa.array(list(as_of), pa.timestamp("us"))})
    lake.put("as_of_dates", dates)
    found = lake.query(f"{population_query(case, 'as_of_dates')} ORDER BY as_of, entity")
    lake.drop("as_of_dates")
    people = pd.DataFrame({name: found.column(name).to_numpy() for name in ("entity", "as_of")})
    _refuse_duplicates(people)
    if people.empty:
        raise BuildError(
            f"the population of {case.name} is empty at every date asked for",
            expected=f"entities of {case.population.extract.__name__} that meet the population's condition",
            next_step="Read the condition again, or ask for dates that the lake covers.",
            who="the data scientist who wrote the definition",
        )
    return people


def _refuse_duplicates(spine: pd.DataFrame) -> None:
    repeated = int(spine.duplicated(["entity", "as_of"]).sum())
    if repeated:
        raise BuildError(
            f"{repeated} rows of the spine repeat an entity at the same as-of date",
            expected="each entity once at each date",
            next_step="Take the repeated rows out, or choose another entity key.",
            who="the data scientist who made the spine",
        )


def meeting_having(case: UseCase, lake: Lake, people: pd.DataFrame) -> pd.DataFrame:
    """Keep those of a population who meet its further condition on features, ``having``."""
    if case.having is None:
        return people
    features = needed(case, case.having.columns)
    lake.put("having_spine", spine_of(people))
    last = _run(case, lake, features, spine="having_spine", prefix="having")
    meets = case.having.sql(lambda name: f'f."{name}"')
    met = lake.query(f"SELECT f.entity, f.as_of FROM {last} AS f WHERE {meets} ORDER BY f.as_of, f.entity")
    lake.drop("having_spine", last)
    return pd.DataFrame({name: met.column(name).to_numpy() for name in ("entity", "as_of")})


def _run(case: UseCase, lake: Lake, features: Sequence[Feature], *, spine: str, prefix: str) -> str:
    """Run the feature queries one after another and give the name of the table that holds them all."""
    queries = feature_queries(case, features, spine=spine, prefix=prefix, within=_date_range(lake, spine))
    for query in queries:
        for extract in query.extracts:
            lake.prepare(extract)
        lake.execute(f"CREATE OR REPLACE TEMP TABLE {query.table} AS {query.sql}")
    lake.drop(*(query.table for query in queries[:-1]))
    return queries[-1].table


def _date_range(lake: Lake, spine: str) -> DateRange:
    within_a_day = "COUNT(*) FILTER (WHERE as_of <> DATE_TRUNC('day', as_of))"
    found = lake.query(f"SELECT MIN(as_of) AS first, MAX(as_of) AS last, {within_a_day} AS within_a_day FROM {spine}")
    dates = found.to_pylist()[0]
    return DateRange.between(dates["first"], dates["last"], at_midnight=dates["within_a_day"] == 0)


def build_features(case: UseCase, lake: Lake, spine: pa.Table) -> pd.DataFrame:
    """Compute a use case's features, as people know them, for given entities at given dates.

    Parameters
    ----------
    case : UseCase
        The definition.
    lake : Lake
        The extracts to read.
    spine : Table
        ``entity`` (int64 pseudonyms) and ``as_of`` (timestamps), each pair once.

    Returns
    -------
    DataFrame, shape (n_rows, 2 + n_features)
        ``entity, as_of`` and the features: float64, or text for categories. Sorted by as_of and entity.

    Raises
    ------
    BuildError
        If a pair occurs twice.
    """
    _refuse_duplicates(pd.DataFrame({name: spine.column(name).to_numpy() for name in ("entity", "as_of")}))
    lake.put("spine", spine)
    last = _run(case, lake, case.features, spine="spine", prefix="features")
    found = lake.query(f"SELECT * FROM {last} ORDER BY as_of, entity")
    lake.drop("spine", last)
    if found.num_rows != spine.num_rows:
        raise BuildError(
            f"the features have {found.num_rows} rows and the spine {spine.num_rows}",
            expected="one row of features for each row of the spine",
            next_step="Report this as a fault: no row may be lost or doubled.",
            who="the maintainers of riskmodels",
        )
    columns: dict[str, object] = {name: found.column(name).to_numpy() for name in ("entity", "as_of")}
    for feature in case.features:
        column = found.column(feature.name)
        if feature.builder == "attribute":
            columns[feature.name] = pd.array(column.to_pylist(), dtype="str")
        else:
            columns[feature.name] = column.to_numpy().astype(np.float64)
    return pd.DataFrame(columns)


def spine_of(rows: pd.DataFrame) -> pa.Table:
    """Give the pairs of entity and as-of date as the lake takes them."""
    return pa.table(
        {
            "entity": pa.array(rows["entity"].to_numpy(), pa.int64()),
            "as_of": pa.array(rows["as_of"].to_numpy().astype("datetime64[us]"), pa.timestamp("us")),
        }
    )


def _periods(
    dates: Sequence[datetime.datetime], kept: pd.DataFrame, left_out: pd.DataFrame, fate: Fate
) -> tuple[PeriodCount, ...]:
    counts = []
    for day in dates:
        here, rows = kept["as_of"] == day, fate.frame[fate.frame["as_of"] == day]
        known = rows[rows["known"]]
        watched = day in set(fate.frame["as_of"])
        counts.append(
            PeriodCount(
                as_of=day.date(),
                population=int(here.sum()) + int((left_out["as_of"] == day).sum()),
                excluded=int((left_out["as_of"] == day).sum()),
                immature=0 if watched else int(here.sum()),
                censored=int(rows["censored"].sum()),
                competing=int(known["competing"].sum()),
                treated=int(known["treated"].sum()),
                rows=len(known),
                positives=int((known["outcome"] > 0).sum()) if watched else None,
                not_looked=int((~rows["censored"] & ~rows["looked"]).sum()),
            )
        )
    return tuple(counts)


def _notes(case: UseCase, lake: Lake) -> tuple[str, ...]:
    notes = []
    for extract in case.extracts():
        history = extract.history()
        if history.known_time_assumed:
            notes.append(
                f"{extract.__name__} does not record when the lake knew; "
                f"a delay of {_days(history.known_after_days)} is assumed."
            )
        if history.manner == "current":
            notes.append(
                f"{extract.__name__} is overwritten in place; only columns that never change are used: "
                f"{', '.join(history.fixed)}."
            )
    lost = not_carried(case, lake)
    if lost:
        notes.append(
            f"{lost:,} exclusions that hold are entered for something that leads to no {case.entity_kind}, and so keep "
            "nobody out: they must be entered for it."
        )
    return tuple(notes)


def _days(number: int | None) -> str:
    return "1 day" if number == 1 else f"{number or 0} days"
