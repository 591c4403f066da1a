"""The words features are written in: latest, total, count, mean, days_since, trend and the rest.

Each builder looks back from ``as_of`` over the visible rows of one extract that belong to the entity, and gives one
value for each window. With no visible row, ``count``, ``total``, ``ever`` and ``distinct`` are 0 and all else is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Required, TypedDict, Unpack

from riskmodels.errors import DefinitionError
from riskmodels.features.expressions import Snippet, parse
from riskmodels.features.windows import Window
from riskmodels.lake.contracts import ColumnRef, Extract
from riskmodels.records import Monotone

__all__ = [
    "Builder",
    "Feature",
    "attribute",
    "count",
    "days_since",
    "derived",
    "distinct",
    "highest",
    "latest",
    "lowest",
    "mean",
    "nearby",
    "share",
    "spread",
    "total",
    "trend",
]

Builder = Literal[
    "latest", "total", "count", "mean", "lowest", "highest", "spread", "days_since",
    "ever", "distinct", "share", "trend", "attribute", "nearby", "derived",
]  # fmt: skip
Encoding = Literal["number", "flag", "onehot", "ordinal"]
Nearby = Literal["count", "total", "mean", "share"]
Windows = tuple[Window, ...] | None


@dataclass(frozen=True)
class Feature:
    """One feature: what it is made of, and what it says to people.

    Attributes
    ----------
    builder, extract, expr, where, of, window : what it computes
        ``extract`` is None for ``derived``; ``where`` picks rows, ``of`` the rows a share is taken of.
    name, says, unit, family, monotone : what it is called
        ``says`` is a phrase that an officer could say; ``family`` groups related features.
    encode, categories : how text becomes numbers
        One-hot columns for each category, or their position in the order given.
    how, area : for ``nearby``
        What is taken over the neighbours, and the column that says which area the entity lies in.
    """

    builder: Builder
    name: str
    says: str
    extract: type[Extract] | None = None
    expr: Snippet | None = None
    where: Snippet | None = None
    of: Snippet | None = None
    window: Window | None = None
    unit: str | None = None
    family: str = ""
    monotone: Monotone | None = None
    encode: Encoding = "number"
    categories: tuple[str, ...] = ()
    how: Nearby | None = None
    area: ColumnRef | None = None
    text: str | None = field(default=None, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns (of a derived feature: the features) that it reads."""
        snippets = (snippet for snippet in (self.expr, self.where, self.of) if snippet is not None)
        return tuple(dict.fromkeys(column for snippet in snippets for column in snippet.columns))


Features = tuple[Feature, ...]


def snippet_of(extract: type[Extract], text: str | None, name: str, *, flag: bool = False) -> Snippet | None:
    """Check a snippet of a feature over an extract's rows; None stays None."""
    if text is None:
        return None
    kinds = {column: spec.kind for column, spec in extract.columns().items()}
    snippet = parse(str(text), kinds, place=f"feature {name!r} on {extract.__name__}")
    refuse_overwritten(extract, snippet, f"feature {name!r}")
    if flag and snippet.gives != "flag":
        raise DefinitionError(
            f"feature {name!r} picks rows by {snippet.text!r}, which is not true or false",
            expected="a condition, such as \"kind = 'payment'\"",
            next_step="Compare the column with something.",
            who="the data scientist who wrote the definition",
        )
    return snippet


def refuse_overwritten(extract: type[Extract], snippet: Snippet, place: str) -> None:
    """Refuse a snippet that reads what is overwritten in place, whose past values are lost."""
    history = extract.history()
    if history.manner != "current":
        return
    keys = {column for column, spec in extract.columns().items() if spec.key_of}
    allowed = {*history.fixed, history.event_time, *keys}
    for column in snippet.columns:
        if column not in allowed:
            raise DefinitionError(
                f"{place} reads {extract.__name__}.{column}, which is overwritten in place",
                expected="a column declared fixed, because the past values of others are lost and today's would leak",
                next_step=f"Use one of {', '.join(sorted(allowed))}, or have the source keep dated copies.",
                who="the owner of the source",
            )


def value_of(extract: type[Extract], text: str, name: str) -> Snippet:
    """Check a snippet that must give a number, an amount or a flag."""
    snippet = snippet_of(extract, text, name)
    if snippet is None or snippet.gives in ("text", "time"):
        raise DefinitionError(
            f"feature {name!r} takes {text!r}, which is text or a date and not a number",
            expected="a number, an amount or a flag",
            next_step="Use attribute(...) for categories, days_since(...) for dates, distinct(...) to count kinds.",
            who="the data scientist who wrote the definition",
        )
    return snippet


class Words(TypedDict, total=False):
    """What every builder takes besides what it computes.

    ``name`` and ``says`` are required: the column's name, and the feature in words that an officer could say, with
    ``{over}`` standing for the window. ``where`` picks rows; ``over`` gives the windows (all that is visible without);
    ``unit``, ``monotone`` (the direction in which risk may move with it) and ``family`` (related features) may follow.
    """

    name: Required[str]
    says: Required[str]
    where: str | None
    over: Windows
    unit: str | None
    monotone: Monotone | None
    family: str | None


class ShareWords(TypedDict, total=False):
    """What :func:`share` takes; its condition comes first and its unit is a share."""

    name: Required[str]
    says: Required[str]
    over: Windows
    monotone: Monotone | None
    family: str | None


def _windowed(
    builder: Builder,
    extract: type[Extract],
    words: Words,
    *,
    expr: Snippet | None = None,
    of: Snippet | None = None,
    encode: Encoding = "number",
    how: Nearby | None = None,
    area: ColumnRef | None = None,
) -> Features:
    name, says, over = words["name"], words["says"], words.get("over")
    if "{over}" in says and over is None:
        raise DefinitionError(
            f"feature {name!r} says {{over}} but gives no window",
            expected="over=weeks(...) or over=days(...)",
            next_step="Give the window, or take {over} out of the words.",
            who="the data scientist who wrote the definition",
        )
    windows: Sequence[Window | None] = over if over is not None else (None,)
    where = snippet_of(extract, words.get("where"), name, flag=True)
    return tuple(
        Feature(
            builder=builder,
            name=f"{name}_{window.suffix}" if window is not None and len(windows) > 1 else name,
            says=says.replace("{over}", window.label) if window is not None else says,
            extract=extract,
            expr=expr,
            where=where,
            of=of,
            window=window,
            unit=words.get("unit"),
            family=words.get("family") or name,
            monotone=words.get("monotone"),
            encode=encode,
            how=how,
            area=area,
        )
        for window in windows
    )


def latest(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Take the newest row's value, by event time, then known time, then key; null stays null."""
    value = value_of(extract, expr, words["name"])
    return _windowed("latest", extract, words, expr=value, encode="flag" if value.gives == "flag" else "number")


def total(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Add up a value over the rows; 0 where there are none."""
    return _windowed("total", extract, words, expr=value_of(extract, expr, words["name"]))


def count(extract: type[Extract], **words: Unpack[Words]) -> Features:
    """Count the rows; 0 where there are none."""
    return _windowed("count", extract, words)


def mean(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Average a value over the rows that have one."""
    return _windowed("mean", extract, words, expr=value_of(extract, expr, words["name"]))


def lowest(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Take the lowest value among the rows."""
    return _windowed("lowest", extract, words, expr=value_of(extract, expr, words["name"]))


def highest(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Take the highest value among the rows."""
    return _windowed("highest", extract, words, expr=value_of(extract, expr, words["name"]))


def spread(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Measure how much a value varies: its sample standard deviation, null below two values."""
    return _windowed("spread", extract, words, expr=value_of(extract, expr, words["name"]))


def trend(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Measure how a value moves: the least-squares slope per week over the days of the rows; null below two days."""
    return _windowed("trend", extract, words, expr=value_of(extract, expr, words["name"]))


def days_since(extract: type[Extract], **words: Unpack[Words]) -> Features:
    """Count the whole days from the newest row to ``as_of``; null where there is none."""
    return _windowed("days_since", extract, {**words, "unit": "days"})


def flag_feature(extract: type[Extract], where: str, words: Words) -> Features:
    """Say whether any row meets a condition, 1 or 0: what :func:`~riskmodels.features.ever` makes of a feature."""
    return _windowed("ever", extract, {**words, "where": where}, encode="flag")


def distinct(extract: type[Extract], expr: str, **words: Unpack[Words]) -> Features:
    """Count the different values among the rows; 0 where there are none."""
    return _windowed("distinct", extract, words, expr=snippet_of(extract, expr, words["name"]))


def share(extract: type[Extract], where: str, *, of: str | None = None, **words: Unpack[ShareWords]) -> Features:
    """Give the share of rows that meet a condition, of all or of those picked by ``of``; null where there are none."""
    picked: Words = {**words, "where": where, "unit": "share"}
    return _windowed("share", extract, picked, of=snippet_of(extract, of, words["name"], flag=True))


def nearby(
    extract: type[Extract],
    expr: str | None = None,
    *,
    how: Nearby,
    within: str,
    **words: Unpack[Words],
) -> Features:
    """Look at the neighbours: rows of all other entities in the same area or street, never the entity's own.

    Parameters
    ----------
    how : {"count", "total", "mean", "share"}
        What is taken over the neighbours' rows; for ``share``, the rows that meet ``where`` among all.
    within : ColumnRef
        The column that says which area an entity lies in, such as ``Tenancies.lsoa21``.
    """
    name, where = words["name"], words.get("where")
    if not isinstance(within, ColumnRef):
        raise DefinitionError(
            f"feature {name!r} says within={within!r}, which names no extract",
            expected="a column of an extract, such as Tenancies.lsoa21",
            next_step="Name the extract that says where each entity lies.",
            who="the data scientist who wrote the definition",
        )
    if (expr is None) != (how in ("count", "share")) or (how == "share" and where is None):
        raise DefinitionError(
            f"feature {name!r} takes the {how} of its neighbours with expr={expr!r} and where={where!r}",
            expected="a value for total and mean, none for count and share, and a condition for share",
            next_step="Give or leave out the value.",
            who="the data scientist who wrote the definition",
        )
    value = None if expr is None else value_of(extract, expr, name)
    return _windowed("nearby", extract, words, expr=value, how=how, area=within)


def attribute(
    extract: type[Extract],
    column: str,
    *,
    name: str,
    says: str,
    encode: Literal["onehot", "ordinal"] = "onehot",
    order: Sequence[str] | None = None,
    where: str | None = None,
    monotone: Monotone | None = None,
    family: str | None = None,
) -> Features:
    """Take the newest row's category, as one column for each category or as its place in a stated order."""
    spec = extract.columns().get(str(column))
    categories = tuple(order) if order is not None else (spec.values if spec is not None else None)
    snippet = snippet_of(extract, column, name)
    if snippet is None or snippet.gives != "text" or not categories:
        raise DefinitionError(
            f"feature {name!r} takes the attribute {column!r} of {extract.__name__}, which has no list of categories",
            expected="a text column that declares its values, or order=(...) with every category",
            next_step="Declare values=(...) in the contract, or use latest(...) for numbers and flags.",
            who="the data scientist who wrote the definition",
        )
    if monotone is not None and (encode != "ordinal" or order is None):
        raise DefinitionError(
            f"feature {name!r} is declared {monotone}, but its categories have no order",
            expected='encode="ordinal" with order=(...), from least to greatest',
            next_step="Give the order, or leave monotone out.",
            who="the data scientist who wrote the definition",
        )
    return (
        Feature(
            builder="attribute", name=name, says=says, extract=extract, expr=snippet,
            where=snippet_of(extract, where, name, flag=True), family=family or name, monotone=monotone, encode=encode,
            categories=categories,
        ),
    )  # fmt: skip


def derived(
    expr: str,
    *,
    name: str,
    says: str,
    unit: str | None = None,
    monotone: Monotone | None = None,
    family: str | None = None,
) -> Features:
    """Compute a feature from other features of the use case, named as columns; null where any part is null."""
    # Which features there are is known only to the use case, which parses the text when it is made.
    return (
        Feature(
            builder="derived", name=name, says=says, unit=unit, monotone=monotone, family=family or name, text=expr
        ),
    )
