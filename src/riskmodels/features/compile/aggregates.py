"""One query for each extract: every feature that looks back over the entity's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskmodels.features.builders import Feature
from riskmodels.features.compile.clauses import MICRO, indent, picked, snippet_sql, value_sql, visible
from riskmodels.features.compile.rows import DatedSpine, Rows, code_list
from riskmodels.features.compile.spans import Aggregate, Function, moments_sql, seen_at, spans_sql
from riskmodels.features.expressions import Snippet
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

    aggregates: tuple[Aggregate, ...]
    value: str


def aggregate_query(extract: type[Extract], features: Sequence[Feature], join: Join, spine: str) -> str:
    """Write the query: ``entity, as_of`` and a column for each feature, one row for each row of the spine.

    Features are gathered apart by how they look back, so that each pairs as few rows with dates as it can: ``ever``
    over everything, in sums of rows seen at the same dates; ``each`` over everything too, but row by row, where the
    value depends on the date or cannot be summed; ``lately`` within a window.
    """
    gathered = [
        _Side(name, extract, group, join, spine)
        for name in ("ever", "each", "lately")
        if (group := [feature for feature in features if _side_of(feature, extract) == name])
    ]
    values = {name: value for side in gathered for name, value in side.values.items()}
    items = [f"{values[feature.name]} AS {feature.name}" for feature in features]
    parts = ",\n".join(f"{name} AS (\n{sql}\n)" for side in gathered for name, sql in side.parts)
    joins = [f"LEFT JOIN {s.name} ON {s.name}.entity = s.entity AND {s.name}.as_of = s.as_of" for s in gathered]
    for side in gathered:
        joins += [f"LEFT JOIN {extract.folder()} AS {row} ON {row}._order = {side.name}.{row}" for row in side.newest]
    lines = "\n".join(joins)
    return f"WITH {parts}\nSELECT\n  s.entity,\n  s.as_of,\n  {indent(items)}\nFROM {spine} AS s\n{lines}"


def _side_of(feature: Feature, extract: type[Extract]) -> str:
    if feature.window is not None:
        return "lately"
    # The newest row's value is worked out when the row is found.
    of_rows = (feature.where, feature.of, None if feature.builder in _NEWEST else feature.expr)
    dated = any(snippet is not None and snippet.names_as_of for snippet in of_rows)
    endless = feature.builder == "distinct" and feature.expr is not None and not code_list(extract, feature.expr)
    return "each" if dated or endless else "ever"


class _Side:
    """The features of one extract that share a pairing of rows and dates."""

    def __init__(self, name: str, extract: type[Extract], features: Sequence[Feature], join: Join, spine: str) -> None:
        self.name = name
        self.values: dict[str, str] = {}
        self._join = join
        self._rows = Rows(extract, join.column)
        self._spine = DatedSpine(spine)
        self._newest: dict[str, str] = {}
        aggregates: dict[str, Aggregate] = {}
        for feature in features:
            if feature.builder in _NEWEST:
                self.values[feature.name] = self._newest_value(feature)
                continue
            made = self._column(feature)
            aggregates.update({aggregate.name: aggregate for aggregate in made.aggregates})
            self.values[feature.name] = made.value
        newest = [Aggregate(row, "MAX", "e._order", condition) for condition, row in self._newest.items()]
        self._aggregates = [*aggregates.values(), *newest]

    @property
    def newest(self) -> tuple[str, ...]:
        """Name the columns that hold the rank of a newest row."""
        return tuple(self._newest.values())

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Write the named sub-queries; the last gives ``entity, as_of`` and the aggregates."""
        if self.name == "ever":
            return self._in_spans()
        conditions = [visible("e", "s.as_of")]
        if self.name == "lately":
            conditions.append(f"e._event >= s.from_{self._spine.widest}d")
        items = [aggregate.sql for aggregate in self._aggregates]
        return [(self.name, self._gathered(items, f"{self._rows.sql()} AS e", f'e."{self._join.column}"', conditions))]

    def _in_spans(self) -> list[tuple[str, str]]:
        spine, places = self._spine.name, self._join.places
        asked = f"SELECT entity FROM {spine}" if places is None else f"SELECT area FROM {places}"
        spans = spans_sql(self._rows.sql(only=asked), self._join.column, self._aggregates)
        items = [aggregate.put_together("e") for aggregate in self._aggregates]
        together = self._gathered(items, "seen AS e", "e.key", [seen_at("e", "s.as_of")])
        return [("moments", moments_sql(spine)), ("seen", spans), (self.name, together)]

    def _gathered(self, items: list[str], rows: str, key: str, conditions: Sequence[str]) -> str:
        places, spine = self._join.places, self._spine.sql()
        source = f"FROM {spine} AS s JOIN {rows} ON {' AND '.join([f'{key} = s.entity', *conditions])}"
        if places is not None:
            source = (
                f"FROM {spine} AS s JOIN {places} AS p ON p.entity = s.entity AND p.as_of = s.as_of\n"
                f"JOIN {rows} ON {' AND '.join([f'{key} = p.area', *conditions])}"
            )
        return f"SELECT\n  s.entity,\n  s.as_of,\n  {indent(items)}\n{source}\nGROUP BY s.entity, s.as_of"

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
        name, where, at = feature.name, self._where(feature), f"{self.name}.{feature.name}"
        if feature.builder == "count":
            return _Column((Aggregate(name, "COUNT", "*", where),), f"CAST(COALESCE({at}, 0) AS DOUBLE)")
        if feature.builder == "ever":
            return _Column((Aggregate(name, "COUNT", "*", where),), f"CAST(COALESCE({at}, 0) > 0 AS DOUBLE)")
        if feature.builder == "days_since":
            since = f"DATE_DIFF('day', CAST({at} AS DATE), CAST(s.as_of AS DATE))"
            return _Column((Aggregate(name, "MAX", "e._event", where),), f"CAST({since} AS DOUBLE)")
        if feature.builder == "share":
            return self._share(feature)
        if feature.expr is None:
            return _Column((), "NULL")
        if feature.builder == "distinct":
            return self._distinct(feature.name, feature.expr, where)
        if feature.builder in ("lowest", "highest"):
            pick: Function = "MIN" if feature.builder == "lowest" else "MAX"
            extreme = Aggregate(name, pick, self._rows.value(feature.expr), where)
            # Of 0.0 and -0.0 the first one met would be kept: adding 0 makes them one.
            return _Column((extreme,), f"CAST({at} AS DOUBLE) + 0")
        return self._moments(feature, where)

    def _distinct(self, name: str, expr: Snippet, where: str) -> _Column:
        at, bits = f"{self.name}.{name}", self._rows.bits(expr)
        if bits is not None:
            number = f"CAST(BIT_COUNT(COALESCE({at}, 0)) AS DOUBLE)"
            return _Column((Aggregate(name, "BIT_OR", bits, where),), number)
        kinds = Aggregate(name, "COUNT", f"DISTINCT {self._rows.plain(expr)}", where)
        return _Column((kinds,), f"CAST(COALESCE({at}, 0) AS DOUBLE)")

    def _share(self, feature: Feature) -> _Column:
        name, at = feature.name, f"{self.name}.{feature.name}"
        window = self._spine.begins(feature.window)
        of, met = self._rows.condition(feature.of), self._rows.condition(feature.where)
        return _Column(
            (
                Aggregate(f"{name}__met", "COUNT", "*", picked(window, of, met)),
                Aggregate(f"{name}__of", "COUNT", "*", picked(window, of)),
            ),
            f"CAST({at}__met AS DOUBLE) / NULLIF({at}__of, 0)",
        )

    def _moments(self, feature: Feature, where: str) -> _Column:
        """Total, mean, spread and trend from sums of whole numbers, which no order of adding can change."""
        if feature.expr is None:
            return _Column((), "NULL")
        name, at = feature.name, f"{self.name}.{feature.name}"
        value, unit = self._rows.exact(feature.expr)
        scale = "" if unit == 1 else f" / {unit}"
        total = Aggregate(f"{name}__sum", "SUM", value, where)
        number = Aggregate(f"{name}__n", "COUNT", value, where)
        if feature.builder == "total":
            return _Column((total,), f"CAST(COALESCE({at}__sum, 0) AS DOUBLE){scale}")
        if feature.builder == "mean":
            return _Column((total, number), f"CAST({at}__sum AS DOUBLE){scale} / NULLIF({at}__n, 0)")
        whole = self._rows.whole(feature.expr)
        n = f"CAST({at}__n AS HUGEINT)"
        total = Aggregate(f"{name}__sum", "SUM", whole, where)
        if feature.builder == "spread":
            squares = Aggregate(f"{name}__squares", "SUM", self._rows.square(feature.expr), where)
            variance = f"CAST({n} * {at}__squares - {at}__sum * {at}__sum AS DOUBLE) / ({at}__n * ({at}__n - 1))"
            return _Column((total, number, squares), f"CASE WHEN {at}__n > 1 THEN SQRT({variance}) / {MICRO} END")
        day = self._rows.day()
        window, met = self._spine.begins(feature.window), self._rows.condition(feature.where)
        there = picked(window, met, f"{whole} IS NOT NULL")
        days = Aggregate(f"{name}__t", "SUM", day, there)
        days_squared = Aggregate(f"{name}__tt", "SUM", f"{day} * {day}", there)
        crossed = Aggregate(f"{name}__tx", "SUM", self._rows.day_times(feature.expr), where)
        rise = f"CAST({n} * {at}__tx - {at}__t * {at}__sum AS DOUBLE)"
        run = f"CAST({n} * {at}__tt - {at}__t * {at}__t AS DOUBLE)"
        return _Column((total, number, days, days_squared, crossed), f"7 * {rise} / NULLIF({run}, 0) / {MICRO}")
