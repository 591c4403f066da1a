"""One query for each extract: every feature that looks back over the entity's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskmodels.features.builders import Feature
from riskmodels.features.compile.clauses import MICRO, indent, picked, snippet_sql, value_sql, visible
from riskmodels.features.compile.rows import DatedSpine, Rows
from riskmodels.lake.contracts import Extract

__all__ = ["Join", "aggregate_query"]

_NEWEST = ("latest", "attribute")


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
    """Write the query: ``entity, as_of`` and a column for each feature, one row for each row of the spine.

    Features that look back over everything and those with a window are gathered apart, so that the latter need not pair
    their as-of dates with the whole past.
    """
    sides = [
        ("ever", [feature for feature in features if feature.window is None]),
        ("lately", [feature for feature in features if feature.window is not None]),
    ]
    gathered = [_Side(name, extract, group, join, spine) for name, group in sides if group]
    values = {name: value for side in gathered for name, value in side.values.items()}
    items = [f"{values[feature.name]} AS {feature.name}" for feature in features]
    parts = ",\n".join(f"{side.name} AS (\n{side.sql}\n)" for side in gathered)
    joins = [f"LEFT JOIN {s.name} ON {s.name}.entity = s.entity AND {s.name}.as_of = s.as_of" for s in gathered]
    for side in gathered:
        joins += [f"LEFT JOIN {extract.folder()} AS {row} ON {row}._order = {side.name}.{row}" for row in side.newest]
    lines = "\n".join(joins)
    return f"WITH {parts}\nSELECT\n  s.entity,\n  s.as_of,\n  {indent(items)}\nFROM {spine} AS s\n{lines}"


class _Side:
    """The features of one extract that share a pairing of rows and dates."""

    def __init__(self, name: str, extract: type[Extract], features: Sequence[Feature], join: Join, spine: str) -> None:
        self.name = name
        self.values: dict[str, str] = {}
        self._rows = Rows(extract, join.column)
        self._spine = DatedSpine(spine)
        self._newest: dict[str, str] = {}
        aggregates: dict[str, str] = {}
        for feature in features:
            if feature.builder in _NEWEST:
                self.values[feature.name] = self._newest_value(feature)
                continue
            made = self._column(feature)
            aggregates.update(made.aggregates)
            self.values[feature.name] = made.value
        items = [f"{text} AS {column}" for column, text in aggregates.items()]
        items += [f"MAX(e._order){condition} AS {row}" for condition, row in self._newest.items()]
        self.sql = f"SELECT\n  s.entity,\n  s.as_of,\n  {indent(items)}\n{self._source(features, join)}\nGROUP BY s.entity, s.as_of"

    @property
    def newest(self) -> tuple[str, ...]:
        """Name the columns that hold the rank of a newest row."""
        return tuple(self._newest.values())

    def _source(self, features: Sequence[Feature], join: Join) -> str:
        conditions = [visible("e", "s.as_of")]
        if all(feature.window is not None for feature in features):
            conditions.append(f"e._event >= s.from_{self._spine.widest}d")
        rows, spine = self._rows.sql(), self._spine.sql()
        if join.places is None:
            key = f'e."{join.column}" = s.entity'
            return f"FROM {spine} AS s JOIN {rows} AS e ON {' AND '.join([key, *conditions])}"
        key = f'e."{join.column}" = p.area'
        return (
            f"FROM {spine} AS s JOIN {join.places} AS p ON p.entity = s.entity AND p.as_of = s.as_of\n"
            f"JOIN {rows} AS e ON {' AND '.join([key, *conditions])}"
        )

    def _where(self, feature: Feature) -> str:
        return picked(self._spine.begins(feature.window), self._rows.condition(feature.where))

    def _newest_value(self, feature: Feature) -> str:
        # Features that read the same newest row share it; reading it by its rank keeps a null value null.
        row = self._newest.setdefault(self._where(feature), f"newest_{self.name}_{len(self._newest) + 1}")
        if feature.expr is None:
            return "NULL"
        # A snippet such as coalesce(x, 0) gives a value even of a row that is not there.
        there = f"CASE WHEN {row}._order IS NOT NULL THEN"
        if feature.builder == "attribute":
            return f"{there} {snippet_sql(feature.expr, row, 's.as_of')} END"
        return f"{there} CAST({value_sql(feature.expr, row, 's.as_of')} AS DOUBLE) END"

    def _column(self, feature: Feature) -> _Column:
        name, where = feature.name, self._where(feature)
        if feature.builder == "count":
            return _Column(((name, f"COUNT(*){where}"),), f"CAST(COALESCE({self.name}.{name}, 0) AS DOUBLE)")
        if feature.builder == "ever":
            return _Column(((name, f"COUNT(*){where}"),), f"CAST(COALESCE({self.name}.{name}, 0) > 0 AS DOUBLE)")
        if feature.builder == "days_since":
            since = f"DATE_DIFF('day', CAST({self.name}.{name} AS DATE), CAST(s.as_of AS DATE))"
            return _Column(((name, f"MAX(e._event){where}"),), f"CAST({since} AS DOUBLE)")
        if feature.builder == "share":
            return self._share(feature)
        if feature.expr is None:
            return _Column((), "NULL")
        if feature.builder == "distinct":
            kinds = f"COUNT(DISTINCT {self._rows.plain(feature.expr)}){where}"
            return _Column(((name, kinds),), f"CAST(COALESCE({self.name}.{name}, 0) AS DOUBLE)")
        if feature.builder in ("lowest", "highest"):
            pick = "MIN" if feature.builder == "lowest" else "MAX"
            return _Column(
                ((name, f"{pick}({self._rows.value(feature.expr)}){where}"),), f"CAST({self.name}.{name} AS DOUBLE)"
            )
        return self._moments(feature, where)

    def _share(self, feature: Feature) -> _Column:
        name, side = feature.name, self.name
        window = self._spine.begins(feature.window)
        of, met = self._rows.condition(feature.of), self._rows.condition(feature.where)
        return _Column(
            ((f"{name}__met", f"COUNT(*){picked(window, of, met)}"), (f"{name}__of", f"COUNT(*){picked(window, of)}")),
            f"CAST({side}.{name}__met AS DOUBLE) / NULLIF({side}.{name}__of, 0)",
        )

    def _moments(self, feature: Feature, where: str) -> _Column:
        """Total, mean, spread and trend from sums of whole numbers, which no order of adding can change."""
        if feature.expr is None:
            return _Column((), "NULL")
        name, at = feature.name, f"{self.name}.{feature.name}"
        value, unit = self._rows.exact(feature.expr)
        scale = "" if unit == 1 else f" / {unit}"
        total, number = (f"{name}__sum", f"SUM({value}){where}"), (f"{name}__n", f"COUNT({value}){where}")
        if feature.builder == "total":
            return _Column((total,), f"CAST(COALESCE({at}__sum, 0) AS DOUBLE){scale}")
        if feature.builder == "mean":
            return _Column((total, number), f"CAST({at}__sum AS DOUBLE){scale} / NULLIF({at}__n, 0)")
        whole = self._rows.whole(feature.expr)
        n = f"CAST({at}__n AS HUGEINT)"
        total = (f"{name}__sum", f"SUM({whole}){where}")
        if feature.builder == "spread":
            squares = (f"{name}__squares", f"SUM({self._rows.square(feature.expr)}){where}")
            variance = f"CAST({n} * {at}__squares - {at}__sum * {at}__sum AS DOUBLE) / ({at}__n * ({at}__n - 1))"
            return _Column((total, number, squares), f"CASE WHEN {at}__n > 1 THEN SQRT({variance}) / {MICRO} END")
        day = self._rows.day()
        window, met = self._spine.begins(feature.window), self._rows.condition(feature.where)
        there = picked(window, met, f"{whole} IS NOT NULL")
        days = (f"{name}__t", f"SUM({day}){there}")
        days_squared = (f"{name}__tt", f"SUM({day} * {day}){there}")
        crossed = (f"{name}__tx", f"SUM({self._rows.day_times(feature.expr)}){where}")
        rise = f"CAST({n} * {at}__tx - {at}__t * {at}__sum AS DOUBLE)"
        run = f"CAST({n} * {at}__tt - {at}__t * {at}__t AS DOUBLE)"
        return _Column((total, number, days, days_squared, crossed), f"7 * {rise} / NULLIF({run}, 0) / {MICRO}")
