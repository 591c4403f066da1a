"""What each feature needs of the rows it looks back over: aggregates, and the value made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from riskmodels.features.builders import Feature
from riskmodels.features.compile.clauses import MICRO, picked, snippet_sql, value_sql
from riskmodels.features.compile.rows import Rows
from riskmodels.features.compile.spans import Aggregate, Function
from riskmodels.features.expressions import Snippet
from riskmodels.features.windows import Window

__all__ = ["NEWEST", "Columns"]

NEWEST = ("latest", "attribute")


@dataclass(frozen=True)
class _Column:
    """What one feature needs: aggregates over the rows seen, and the value made of them."""

    aggregates: tuple[Aggregate, ...]
    value: str


class Columns:
    """The aggregates of some features, to be computed under the name ``side``, and the features' values made of them.

    ``begins`` writes the condition that a row lies in a window, or gives None where every row does.
    """

    def __init__(
        self, side: str, rows: Rows, features: Sequence[Feature], begins: Callable[[Window | None], str | None]
    ) -> None:
        self.name = side
        self.values: dict[str, str] = {}
        self._rows, self._begins = rows, begins
        self._newest: dict[str, str] = {}
        aggregates: dict[str, Aggregate] = {}
        for feature in features:
            if feature.builder in NEWEST:
                self.values[feature.name] = self._newest_value(feature)
                continue
            made = self._column(feature)
            aggregates.update({aggregate.name: aggregate for aggregate in made.aggregates})
            self.values[feature.name] = made.value
        newest = [Aggregate(row, "MAX", "e._order", condition) for condition, row in self._newest.items()]
        self.aggregates = (*aggregates.values(), *newest)

    @property
    def newest(self) -> tuple[str, ...]:
        """Name the columns that hold the rank of a newest row."""
        return tuple(self._newest.values())

    def _where(self, feature: Feature) -> str:
        return picked(self._begins(feature.window), self._rows.condition(feature.where))

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
        window = self._begins(feature.window)
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
        window, met = self._begins(feature.window), self._rows.condition(feature.where)
        there = picked(window, met, f"{whole} IS NOT NULL")
        days = Aggregate(f"{name}__t", "SUM", day, there)
        days_squared = Aggregate(f"{name}__tt", "SUM", f"{day} * {day}", there)
        crossed = Aggregate(f"{name}__tx", "SUM", self._rows.day_times(feature.expr), where)
        rise = f"CAST({n} * {at}__tx - {at}__t * {at}__sum AS DOUBLE)"
        run = f"CAST({n} * {at}__tt - {at}__t * {at}__t AS DOUBLE)"
        return _Column((total, number, days, days_squared, crossed), f"7 * {rise} / NULLIF({run}, 0) / {MICRO}")
