"""One query for each extract: every feature that looks back over the entity's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskmodels.features.builders import Feature
from riskmodels.features.compile.clauses import indent, visible
from riskmodels.features.compile.columns import NEWEST, Columns
from riskmodels.features.compile.dates import DateRange
from riskmodels.features.compile.rows import DatedSpine, Rows, code_list
from riskmodels.features.compile.spans import seen_at, spans_sql
from riskmodels.features.windows import Window
from riskmodels.lake.contracts import Extract

__all__ = ["Asked", "Join", "aggregate_query"]


@dataclass(frozen=True)
class Asked:
    """What is asked for: the table of the spine, the table of its as-of dates by day, and their range."""

    spine: str
    dates: str
    within: DateRange


@dataclass(frozen=True)
class Join:
    """How rows of an extract are found from the spine: by the entity's key, or by the area it lies in."""

    column: str
    places: str | None = None


@dataclass(frozen=True)
class _Part:
    """Sub-queries, by name, of which the last gives ``entity, as_of`` and the columns."""

    columns: Columns
    queries: tuple[tuple[str, str], ...]


def aggregate_query(extract: type[Extract], features: Sequence[Feature], join: Join, asked: Asked) -> str:
    """Write the query: ``entity, as_of`` and a column for each feature, one row for each row of the spine.

    Features that share a window are computed together, from sums of rows that are seen at the same dates. Where a value
    depends on the date, or cannot be summed, rows and dates are paired one by one; so they are for as-of dates that are
    moments within a day.
    """
    parts = [_part(extract, group, join, asked) for group in _groups(extract, features, asked)]
    values = {name: value for part in parts for name, value in part.columns.values.items()}
    items = [f"{values[feature.name]} AS {feature.name}" for feature in features]
    queries = ",\n".join(f"{name} AS (\n{sql}\n)" for part in parts for name, sql in part.queries)
    names = [part.columns.name for part in parts]
    joins = [f"LEFT JOIN {name} ON {name}.entity = s.entity AND {name}.as_of = s.as_of" for name in names]
    for made in (part.columns for part in parts):
        joins += [f"LEFT JOIN {extract.folder()} AS {row} ON {row}._order = {made.name}.{row}" for row in made.newest]
    lines = "\n".join(joins)
    return f"WITH {queries}\nSELECT\n  s.entity,\n  s.as_of,\n  {indent(items)}\nFROM {asked.spine} AS s\n{lines}"


def _groups(extract: type[Extract], features: Sequence[Feature], asked: Asked) -> list[list[Feature]]:
    """Put features together that can share their pairing of rows and dates."""
    groups: dict[tuple[bool, int | None], list[Feature]] = {}
    for feature in features:
        singly = not asked.within.at_midnight or _is_singly(extract, feature)
        days = None if feature.window is None else feature.window.days
        # Those that are paired one by one need only be kept from the whole past.
        groups.setdefault((singly, days and 1 if singly else days), []).append(feature)
    return list(groups.values())


def _is_singly(extract: type[Extract], feature: Feature) -> bool:
    """Say whether rows must be paired with dates one by one."""
    # The newest row's value is worked out when the row is found.
    of_rows = (feature.where, feature.of, None if feature.builder in NEWEST else feature.expr)
    if any(snippet is not None and snippet.names_as_of for snippet in of_rows):
        return True
    return feature.builder == "distinct" and feature.expr is not None and not code_list(extract, feature.expr)


def _part(extract: type[Extract], features: Sequence[Feature], join: Join, asked: Asked) -> _Part:
    windows = {feature.window.days: feature.window for feature in features if feature.window is not None}
    if not asked.within.at_midnight or _is_singly(extract, features[0]):
        return _singly(extract, features, join, asked, windowed=bool(windows))
    return _in_spans(extract, features, join, asked, next(iter(windows.values()), None))


def _in_spans(
    extract: type[Extract], features: Sequence[Feature], join: Join, asked: Asked, window: Window | None
) -> _Part:
    name = "ever" if window is None else f"last_{window.days}d"
    rows = Rows(extract, join.column)
    columns = Columns(name, rows, features, lambda window: None)
    wanted = f"SELECT entity FROM {asked.spine}" if join.places is None else f"SELECT area FROM {join.places}"
    spans = spans_sql(
        rows.sql(only=wanted), join.column, columns.aggregates, dates=asked.dates, within=asked.within, window=window
    )
    items = [aggregate.put_together("e") for aggregate in columns.aggregates]
    together = _gathered(items, asked.spine, join, f"{name}_spans AS e", "e.key", [seen_at("e", "s.as_of")])
    return _Part(columns, ((f"{name}_spans", spans), (name, together)))


def _singly(extract: type[Extract], features: Sequence[Feature], join: Join, asked: Asked, *, windowed: bool) -> _Part:
    name = "lately_singly" if windowed else "ever_singly"
    rows, spine = Rows(extract, join.column), DatedSpine(asked.spine)
    columns = Columns(name, rows, features, spine.begins)
    conditions = [visible("e", "s.as_of"), *([f"e._event >= s.from_{spine.widest}d"] if windowed else [])]
    items = [aggregate.sql for aggregate in columns.aggregates]
    sql = _gathered(items, spine.sql(), join, f"{rows.sql()} AS e", f'e."{join.column}"', conditions)
    return _Part(columns, ((name, sql),))


def _gathered(items: list[str], spine: str, join: Join, rows: str, key: str, conditions: Sequence[str]) -> str:
    source = f"FROM {spine} AS s JOIN {rows} ON {' AND '.join([f'{key} = s.entity', *conditions])}"
    if join.places is not None:
        source = (
            f"FROM {spine} AS s JOIN {join.places} AS p ON p.entity = s.entity AND p.as_of = s.as_of\n"
            f"JOIN {rows} ON {' AND '.join([f'{key} = p.area', *conditions])}"
        )
    return f"SELECT\n  s.entity,\n  s.as_of,\n  {indent(items)}\n{source}\nGROUP BY s.entity, s.as_of"
