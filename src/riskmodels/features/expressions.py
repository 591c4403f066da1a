"""SQL snippets in definitions: parsed when the definition is made, checked against what they may name and do.

Snippets are in DuckDB's dialect. Only what is listed here may appear; clocks (``now()``), chance (``random()``),
sub-queries and aggregates are refused because a feature must depend on the visible rows and ``as_of`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from riskmodels.errors import DefinitionError
from riskmodels.naming import nearest

__all__ = ["AS_OF", "Snippet", "parse"]

AS_OF = "as_of"

ValueKind = Literal["flag", "text", "time", "exact", "number"]

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Var,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Like,
    exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Cast, exp.DataType,
    exp.Extract, exp.Year, exp.Month, exp.Day, exp.DayOfWeek, exp.DateDiff, exp.Interval,
    exp.SplitPart, exp.Lower, exp.Upper,
)  # fmt: skip
_TYPES = {
    "key": "BIGINT",
    "text": "VARCHAR",
    "money": "DECIMAL(12, 2)",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "day": "DATE",
    "moment": "TIMESTAMP",
}
_EXACT = {exp.DataType.Type.BIGINT, exp.DataType.Type.INT, exp.DataType.Type.SMALLINT, exp.DataType.Type.TINYINT}
_TEXT = {exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT}
_TIME = {exp.DataType.Type.DATE, *exp.DataType.TEMPORAL_TYPES}
_FRACTIONS = {exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT}


@dataclass(frozen=True)
class Snippet:
    """A checked SQL snippet: its text in canonical form, the columns it names and the kind of value it gives."""

    text: str
    columns: tuple[str, ...]
    gives: ValueKind
    names_as_of: bool

    def sql(self, qualify: Callable[[str], str]) -> str:
        """Write the snippet with every column replaced by ``qualify(name)``, and division by zero giving null."""
        tree = _parse_text(self.text)

        def rewrite(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                return exp.maybe_parse(qualify(node.name), dialect="duckdb")
            if isinstance(node, exp.Div):
                return _quotient(node)
            if isinstance(node, exp.IntDiv):
                # Engines differ: DuckDB's // gives 2.5 for decimals, Spark's div cuts towards zero.
                return exp.TryCast(this=exp.Floor(this=_quotient(node)), to=exp.DataType.build("BIGINT"))
            if isinstance(node, exp.Cast) and not isinstance(node.this, exp.Literal):
                return exp.TryCast(this=node.this.copy(), to=node.to.copy())
            if isinstance(node, exp.Mod):
                node.set("expression", exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))
            return node

        return _bottom_up(tree, rewrite).sql(dialect="duckdb")

    @property
    def needs(self) -> tuple[str, ...]:
        """Name the columns whose null nothing in it deals with: those that no ``coalesce`` or ``is null`` names."""
        tree = _parse_text(self.text)
        dealt_with = {
            column.name for part in tree.find_all(exp.Coalesce, exp.Is) for column in part.find_all(exp.Column)
        }
        return tuple(name for name in self.columns if name not in dealt_with)


def _quotient(node: exp.Div | exp.IntDiv) -> exp.Div:
    divisor = exp.Nullif(this=exp.cast(node.expression.copy(), "DOUBLE"), expression=exp.Literal.number(0))
    return exp.Div(this=exp.cast(node.this.copy(), "DOUBLE"), expression=divisor)


def _bottom_up(tree: exp.Expr, rewrite: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    # A rewritten node holds copies of its operands, so operands must be rewritten before it.
    for name, value in list(tree.args.items()):
        if isinstance(value, exp.Expr):
            tree.set(name, _bottom_up(value, rewrite))
        elif isinstance(value, list):
            tree.set(name, [_bottom_up(item, rewrite) if isinstance(item, exp.Expr) else item for item in value])
    return rewrite(tree)


def parse(text: str, columns: Mapping[str, str], *, place: str, as_of: bool = True) -> Snippet:
    """Check a snippet when its definition is made.

    Parameters
    ----------
    text : str
        The snippet.
    columns : mapping of str to str
        Names that it may use and their kinds (``"money"``, ``"day"``, ... as in a contract).
    place : str
        Where it stands, for the error: ``"feature 'paid_4w'"``.
    as_of : bool
        Whether ``as_of`` may be named too.

    Raises
    ------
    DefinitionError
        If it is not SQL, names an unknown column (the nearest is offered) or does what is not allowed.
    """
    tree = _tree(text, place)
    known = {**columns, AS_OF: "moment"} if as_of else dict(columns)
    for node in tree.walk():
        if not isinstance(node, _ALLOWED) or _is_hidden_clock(node):
            _refuse(node, text, place)
    named: list[str] = []
    for reference in tree.find_all(exp.Column):
        if reference.table or reference.name not in known:
            raise DefinitionError(
                f"{place} names the column {reference.sql(dialect='duckdb')!r}, which is not there",
                expected=f"a declared column{nearest(reference.name, known)}",
                next_step="Correct the name in the snippet, or declare the column in features/extracts.py.",
                who="the data scientist who wrote the definition",
            )
        if reference.name not in named:
            named.append(reference.name)
    return Snippet(
        text=tree.sql(dialect="duckdb"),
        columns=tuple(name for name in named if name != AS_OF),
        gives=_value_kind(tree, known),
        names_as_of=AS_OF in named,
    )


def _parse_text(text: str) -> exp.Expr:
    parsed = sqlglot.parse(text, dialect="duckdb")
    if len(parsed) != 1 or parsed[0] is None:
        raise SqlglotError("not one expression")
    return parsed[0]


def _tree(text: str, place: str) -> exp.Expr:
    try:
        return _parse_text(text)
    except SqlglotError as error:
        raise DefinitionError(
            f"{place} has a snippet that cannot be read as SQL: {text!r}",
            expected="one expression in DuckDB's SQL, such as \"kind = 'payment'\"",
            next_step="Correct the snippet; quote texts with single quotes.",
            who="the data scientist who wrote the definition",
        ) from error


def _is_hidden_clock(node: exp.Expr) -> bool:
    # Some engines read the text 'now' or 'today' as a time when it is cast.
    return isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and not node.this.name[:1].isdigit()


def _refuse(node: exp.Expr, text: str, place: str) -> None:
    named = node.name if isinstance(node, exp.Anonymous) else node.key
    raise DefinitionError(
        f"{place} uses {named!r}, which a snippet may not use: {text!r}",
        expected="columns, constants, as_of, arithmetic, comparisons, case, coalesce, nullif, greatest, least, "
        "and parts of dates",
        next_step="Use as_of in place of the clock, and a builder (total, count, latest, ...) in place of an aggregate "
        "or a sub-query.",
        who="the data scientist who wrote the definition",
    )


def _value_kind(tree: exp.Expr, columns: Mapping[str, str]) -> ValueKind:
    types = {name: _TYPES[kind] for name, kind in columns.items()}
    query = sqlglot.select(tree.copy().as_("value")).from_("e")
    for reference in query.find_all(exp.Column):
        reference.set("table", exp.to_identifier("e"))
    typed = annotate_types(query, MappingSchema({"e": types}, dialect="duckdb"), dialect="duckdb")
    value = typed.selects[0].this
    this = value.type.this if value.type is not None else None
    if this == exp.DataType.Type.BOOLEAN:
        return "flag"
    if this in _TIME:
        return "time"
    if this in _TEXT or isinstance(value, exp.SplitPart):
        return "text"
    if (this in _EXACT or this == exp.DataType.Type.DECIMAL) and not any(map(_is_fraction, value.walk())):
        return "exact"
    return "number"


def _is_fraction(node: exp.Expr) -> bool:
    """Say whether a part is binary, so that the whole is: engines then give a double, whatever the other parts are."""
    if isinstance(node, exp.Literal):
        return not node.is_string and "e" in node.name.lower()
    if isinstance(node, exp.Extract):
        return node.name.upper() == "EPOCH"
    binary = node.type is not None and node.type.this in _FRACTIONS
    return isinstance(node, exp.Div) or (binary and isinstance(node, exp.Column | exp.Cast))
