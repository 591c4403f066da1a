"""A use case's features as a list of queries: one for each extract, then one that puts them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riskmodels.features.builders import Feature
from riskmodels.features.compile.aggregates import Asked, Join, aggregate_query
from riskmodels.features.compile.clauses import pretty
from riskmodels.features.compile.dates import DateRange, dates_query
from riskmodels.features.compile.places import nearby_query, places_query
from riskmodels.features.expressions import AS_OF
from riskmodels.lake.contracts import ColumnRef, Extract
from riskmodels.lake.places import shared_place

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["FeatureQuery", "feature_queries", "features_sql", "needed"]


@dataclass(frozen=True)
class FeatureQuery:
    """One query of a build: the table it makes, what it reads, the features it computes."""

    table: str
    sql: str
    extracts: tuple[type[Extract], ...]
    features: tuple[str, ...]
    about: str


def needed(case: UseCase, names: Sequence[str]) -> tuple[Feature, ...]:
    """List the features of these names and all that they are derived from, in the use case's order."""
    by_name = {feature.name: feature for feature in case.features}
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            feature = by_name[name]
            waiting += feature.columns if feature.builder == "derived" else ()
    return tuple(feature for feature in case.features if feature.name in wanted)


def feature_queries(
    case: UseCase, features: Sequence[Feature], *, spine: str, prefix: str, within: DateRange
) -> tuple[FeatureQuery, ...]:
    """Write the queries for some of a use case's features, in the order they must run.

    The last query gives ``entity, as_of`` and every feature, one row for each row of ``spine``.
    """
    asked = Asked(spine, f"{prefix}_dates", within)
    queries: list[FeatureQuery] = []
    if within.at_midnight:
        queries.append(FeatureQuery(asked.dates, dates_query(spine), (), (), "the as-of date next after each day"))
    for extract, area in _groups(features):
        group = [f for f in features if f.extract is extract and f.area == area and f.builder != "derived"]
        key = extract.key_column(case.entity_kind)
        table = f"{prefix}_{len(queries)}"
        if area is not None:
            place_key = area.extract.key_column(case.entity_kind) or case.entity
            queries.append(_places(area.extract, place_key, str(area), spine, f"{prefix}_{len(queries)}"))
            table = f"{prefix}_{len(queries)}"
            sql = nearby_query(extract, group, key or case.entity, queries[-1].table, spine)
            about = f"neighbours within {area.extract.__name__}.{area}, from {extract.__name__}"
        elif key is not None:
            sql = aggregate_query(extract, group, Join(key), asked)
            about = f"{extract.__name__}"
        else:
            population = case.population.extract
            home, there = shared_place(population, extract) or ("", "")
            queries.append(_places(population, case.entity, home, spine, f"{prefix}_{len(queries)}"))
            table = f"{prefix}_{len(queries)}"
            sql = aggregate_query(extract, group, Join(there, queries[-1].table), asked)
            about = f"{extract.__name__}, by the area that the entity lies in"
        queries.append(FeatureQuery(table, sql, (extract,), tuple(f.name for f in group), about))
    queries.append(_together(features, queries, spine, f"{prefix}_all"))
    return tuple(queries)


def _groups(features: Sequence[Feature]) -> list[tuple[type[Extract], ColumnRef | None]]:
    groups: list[tuple[type[Extract], ColumnRef | None]] = []
    for feature in features:
        if feature.extract is not None and (feature.extract, feature.area) not in groups:
            groups.append((feature.extract, feature.area))
    return groups


def _places(extract: type[Extract], key: str, area: str, spine: str, table: str) -> FeatureQuery:
    about = f"where each entity lies, from {extract.__name__}.{area}"
    return FeatureQuery(table, places_query(extract, key, area, spine), (extract,), (), about)


def _together(features: Sequence[Feature], queries: Sequence[FeatureQuery], spine: str, table: str) -> FeatureQuery:
    joins: list[str] = []
    known: dict[str, str] = {}
    for number, query in enumerate(query for query in queries if query.features):
        joins.append(
            f"LEFT JOIN {query.table} AS t{number} ON t{number}.entity = s.entity AND t{number}.as_of = s.as_of"
        )
        known.update({name: f"t{number}.{name}" for name in query.features})
    columns = ", ".join(f"{place} AS {name}" for name, place in known.items())
    sql = f"SELECT s.entity, s.as_of{', ' + columns if columns else ''} FROM {spine} AS s {' '.join(joins)}"
    waiting = [feature for feature in features if feature.builder == "derived"]
    done = set(known)
    while waiting:
        ready = [feature for feature in waiting if set(feature.columns) <= done]
        made = ", ".join(f"CAST({_derived(feature)} AS DOUBLE) AS {feature.name}" for feature in ready)
        sql = f"SELECT d.*, {made} FROM ({sql}) AS d"
        done.update(feature.name for feature in ready)
        waiting = [feature for feature in waiting if feature not in ready]
    return FeatureQuery(table, sql, (), tuple(feature.name for feature in features), "all features together")


def _derived(feature: Feature) -> str:
    if feature.expr is None:
        return "NULL"
    value = feature.expr.sql(lambda name: "d.as_of" if name == AS_OF else f"d.{name}")
    # Arithmetic passes a null on by itself; case and greatest do not.
    there = " AND ".join(f"d.{name} IS NOT NULL" for name in feature.expr.needs)
    return f"CASE WHEN {there} THEN {value} END" if there else value


def features_sql(case: UseCase, *, dialect: str = "duckdb") -> str:
    """Show all queries of a use case's features, laid out for reading."""
    queries = feature_queries(case, case.features, spine="spine", prefix="features", within=DateRange())
    parts = [f"-- {query.table}: {query.about}\n{pretty(query.sql, dialect)};" for query in queries]
    return "\n\n".join(parts)
