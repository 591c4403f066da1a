"""One query for each extract: every feature that looks back over the entity's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskmodels.features.builders import Feature
from riskmodels.features.compile.clauses import MICRO, exact, indent, picked, snippet_sql, value_sql, visible, within
from riskmodels.lake.contracts import Extract

__all__ = ["Join", "aggregate_query"]

_NEWEST = ("latest", "attribute")
_DAY_ZERO = "DATE '2000-01-01'"


@dataclass(frozen=True)
class Join:
    """How rows of an extract are found from the spine: by the entity's key, or by the area it lies in."""

    column: str
    places: str | None = None


@dataclass(frozen=True)
class _Column:
    """What one feature needs: aggregates over the rows seen, and the value made of them."""

    aggregates: tuple[tuple[str, str], ...]
    value: str


def aggregate_query(extract: type[Extract], features: Sequence[Feature], join: Join, spine: str) -> str:
    """Write the query: ``entity, as_of`` and a column for each feature, one row for each row of the spine."""
    columns: dict[str, str] = {}
    values: list[str] = []
    newest: dict[str, str] = {}
    for feature in features:
        if feature.builder in _NEWEST:
            values.append(f"{_newest_value(feature, newest)} AS {feature.name}")
            continue
        made = _column(feature)
        columns.update(made.aggregates)
        values.append(f"{made.value} AS {feature.name}")
    aggregates = [f"{text} AS {name}" for name, text in columns.items()]
    aggregates += [f"MAX(e._order){condition} AS {name}" for condition, name in newest.items()]
    folder = extract.folder()
    rows = "\n".join(f"LEFT JOIN {folder} AS {name} ON {name}._order = seen.{name}" for name in newest.values())
    return (
        f"WITH seen AS (\nSELECT\n  s.entity,\n  s.as_of,\n  {indent(aggregates)}\n{_source(extract, features, join, spine)}\n"
        f"GROUP BY s.entity, s.as_of\n)\n"
        f"SELECT\n  s.entity,\n  s.as_of,\n  {indent(values)}\n"
        f"FROM {spine} AS s LEFT JOIN seen ON seen.entity = s.entity AND seen.as_of = s.as_of\n{rows}"
    )


def _source(extract: type[Extract], features: Sequence[Feature], join: Join, spine: str) -> str:
    widest = max((feature.window.days if feature.window else -1 for feature in features), default=-1)
    conditions = [visible("e", "s.as_of")]
    if all(feature.window is not None for feature in features):
        conditions.append(f"e._event >= s.as_of - INTERVAL '{widest}' DAY")
    if join.places is None:
        key = f'e."{join.column}" = s.entity'
        return f"FROM {spine} AS s JOIN {extract.folder()} AS e ON {' AND '.join([key, *conditions])}"
    return (
        f"FROM {spine} AS s JOIN {join.places} AS p ON p.entity = s.entity AND p.as_of = s.as_of\n"
        f'JOIN {extract.folder()} AS e ON {" AND ".join([f"""e."{join.column}" = p.area""", *conditions])}'
    )


def _conditions(feature: Feature) -> list[str | None]:
    return [
        within("e", "s.as_of", feature.window),
        None if feature.where is None else snippet_sql(feature.where, "e", "s.as_of"),
    ]


def _newest_value(feature: Feature, newest: dict[str, str]) -> str:
    # Features that read the same newest row share it; reading it by its rank keeps a null value null.
    condition = picked(*_conditions(feature))
    row = newest.setdefault(condition, f"newest_{len(newest) + 1}")
    if feature.expr is None:
        return "NULL"
    if feature.builder == "attribute":
        return snippet_sql(feature.expr, row, "s.as_of")
    return f"CAST({value_sql(feature.expr, row, 's.as_of')} AS DOUBLE)"


def _column(feature: Feature) -> _Column:
    name = feature.name
    where = picked(*_conditions(feature))
    if feature.builder == "count":
        return _Column(((name, f"COUNT(*){where}"),), f"CAST(COALESCE({name}, 0) AS DOUBLE)")
    if feature.builder == "ever":
        return _Column(((name, f"COUNT(*){where}"),), f"CAST(COALESCE({name}, 0) > 0 AS DOUBLE)")
    if feature.builder == "days_since":
        since = f"DATE_DIFF('day', CAST({name} AS DATE), CAST(s.as_of AS DATE))"
        return _Column(((name, f"MAX(e._event){where}"),), f"CAST({since} AS DOUBLE)")
    if feature.builder == "share":
        return _share(feature)
    if feature.expr is None:
        return _Column((), "NULL")
    if feature.builder == "distinct":
        kinds = f"COUNT(DISTINCT {snippet_sql(feature.expr, 'e', 's.as_of')}){where}"
        return _Column(((name, kinds),), f"CAST(COALESCE({name}, 0) AS DOUBLE)")
    if feature.builder in ("lowest", "highest"):
        pick = "MIN" if feature.builder == "lowest" else "MAX"
        return _Column(
            ((name, f"{pick}({value_sql(feature.expr, 'e', 's.as_of')}){where}"),), f"CAST({name} AS DOUBLE)"
        )
    return _moments(feature, where)


def _share(feature: Feature) -> _Column:
    name = feature.name
    window = within("e", "s.as_of", feature.window)
    of = None if feature.of is None else snippet_sql(feature.of, "e", "s.as_of")
    met = None if feature.where is None else snippet_sql(feature.where, "e", "s.as_of")
    return _Column(
        ((f"{name}__met", f"COUNT(*){picked(window, of, met)}"), (f"{name}__of", f"COUNT(*){picked(window, of)}")),
        f"CAST({name}__met AS DOUBLE) / NULLIF({name}__of, 0)",
    )


def _moments(feature: Feature, where: str) -> _Column:
    """Total, mean, spread and trend from sums of whole numbers, which no order of adding can change."""
    if feature.expr is None:
        return _Column((), "NULL")
    name = feature.name
    value, unit = exact(feature.expr, "e", "s.as_of")
    total, number = (f"{name}__sum", f"SUM({value}){where}"), (f"{name}__n", f"COUNT({value}){where}")
    scale = "" if unit == 1 else f" / {unit}"
    if feature.builder == "total":
        return _Column((total,), f"CAST(COALESCE({name}__sum, 0) AS DOUBLE){scale}")
    if feature.builder == "mean":
        return _Column((total, number), f"CAST({name}__sum AS DOUBLE){scale} / NULLIF({name}__n, 0)")
    whole = _whole(feature)
    n, sx = f"CAST({name}__n AS HUGEINT)", f"{name}__sum"
    total = (sx, f"SUM({whole}){where}")
    if feature.builder == "spread":
        squares = (f"{name}__squares", f"SUM(CAST({whole} AS HUGEINT) * {whole}){where}")
        variance = f"CAST({n} * {name}__squares - {sx} * {sx} AS DOUBLE) / ({name}__n * ({name}__n - 1))"
        return _Column((total, number, squares), f"CASE WHEN {name}__n > 1 THEN SQRT({variance}) / {MICRO} END")
    day = f"DATE_DIFF('day', {_DAY_ZERO}, CAST(e._event AS DATE))"
    present = f"CASE WHEN {whole} IS NOT NULL THEN {day} END"
    days = (f"{name}__t", f"SUM({present}){where}")
    days_squared = (f"{name}__tt", f"SUM({present} * {day}){where}")
    crossed = (f"{name}__tx", f"SUM(CAST({whole} AS HUGEINT) * {day}){where}")
    rise = f"CAST({n} * {name}__tx - {name}__t * {sx} AS DOUBLE)"
    run = f"CAST({n} * {name}__tt - {name}__t * {name}__t AS DOUBLE)"
    return _Column((total, number, days, days_squared, crossed), f"7 * {rise} / NULLIF({run}, 0) / {MICRO}")


def _whole(feature: Feature) -> str:
    text = "NULL" if feature.expr is None else value_sql(feature.expr, "e", "s.as_of")
    return f"CAST(ROUND({text} * {MICRO}) AS BIGINT)"
