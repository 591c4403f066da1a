"""Protected characteristics of each entity at each as-of date, kept apart from what a model sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from riskmodels.errors import DefinitionError
from riskmodels.features.audit import Characteristic
from riskmodels.features.compile.clauses import snippet_sql, visible
from riskmodels.features.expressions import parse
from riskmodels.lake.contracts import Extract

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["characteristics_query", "linked_kind", "people_query"]


def linked_kind(case: UseCase, extract: type[Extract], links: type[Extract] | None) -> str | None:
    """Say which kind of key leads, through the links, to an extract; None where it has the entity's own."""
    if extract.key_column(case.entity_kind) is not None:
        return None
    kinds = [] if links is None else [spec.key_of for spec in links.columns().values() if spec.key_of]
    for kind in kinds:
        if kind != case.entity_kind and extract.key_column(kind) is not None:
            return kind
    raise DefinitionError(
        f"{extract.__name__} is audited, but nothing leads to it from {case.entity!r}",
        expected=f"a key of kind {case.entity_kind!r}, an area that the entity lies in, or a link",
        next_step="Declare the key in the contract, or a links extract (role='links') that joins the two.",
        who="the owner of the source",
    )


def people_query(case: UseCase, links: type[Extract], kind: str, spine: str) -> str:
    """Write the query for ``entity, as_of, linked, place``: everyone visibly linked, the lead in place 1."""
    columns = links.columns()
    order = []
    if case.lead is not None:
        lead = parse(case.lead, {name: spec.kind for name, spec in columns.items()}, place="the lead of several people")
        order.append(f"CASE WHEN {snippet_sql(lead, 'l', 's.as_of')} THEN 0 ELSE 1 END")
    if "confidence" in columns:
        order.append("l.confidence DESC NULLS LAST")
    order.append("l._order DESC")
    return (
        f'SELECT s.entity, s.as_of, l."{links.key_column(kind)}" AS linked,\n'
        f"  ROW_NUMBER() OVER (PARTITION BY s.entity, s.as_of ORDER BY {', '.join(order)}) AS place\n"
        f'FROM {spine} AS s JOIN {links.folder()} AS l ON l."{links.key_column(case.entity_kind)}" = s.entity '
        f"AND {visible('l', 's.as_of')}\n"
        f'WHERE l."{links.key_column(kind)}" IS NOT NULL'
    )


def characteristics_query(
    extract: type[Extract], group: Sequence[Characteristic], key: str, people: str, spine: str
) -> str:
    """Write the query for ``entity, as_of`` and each characteristic as text, null where it is not held.

    ``people`` gives ``entity, as_of, linked, place``; ``key`` is the extract's column that holds ``linked``.
    """
    folder = extract.folder()
    values = ", ".join(f"{_value(each)} AS {each.name}" for each in group)
    return (
        f"WITH newest AS (\nSELECT p.entity, p.as_of, p.place, MAX(e._order) AS row_rank\n"
        f'FROM {people} AS p JOIN {folder} AS e ON e."{key}" = p.linked AND {visible("e", "p.as_of")}\n'
        f"GROUP BY p.entity, p.as_of, p.place\n),\n"
        f"held AS (\nSELECT n.entity, n.as_of, {values}\n"
        f"FROM newest AS n JOIN {folder} AS e ON e._order = n.row_rank\nGROUP BY n.entity, n.as_of\n)\n"
        f"SELECT s.entity, s.as_of, {', '.join(f'h.{each.name}' for each in group)}\n"
        f"FROM {spine} AS s LEFT JOIN held AS h ON h.entity = s.entity AND h.as_of = s.as_of"
    )


def _value(each: Characteristic) -> str:
    value = snippet_sql(each.expr, "e", "n.as_of")
    if each.joint == "lead":
        return f"MAX(CASE WHEN n.place = 1 THEN {_text(each, value)} END)"
    counts = "'" + str(each.counts).replace("'", "''") + "'"
    pick = "BOOL_OR" if each.joint == "any" else "BOOL_AND"
    held = f"{pick}(CAST({value} AS VARCHAR) = {counts})"
    return f"CASE WHEN {held} THEN {counts} WHEN NOT {held} THEN CONCAT('Not ', {counts}) END"


def _text(each: Characteristic, value: str) -> str:
    if not each.cuts:
        return f"CAST({value} AS VARCHAR)"
    bands = [f"WHEN {value} IS NULL THEN NULL", f"WHEN {value} < {each.cuts[0]} THEN 'Under {each.cuts[0]}'"]
    for low, high in zip(each.cuts, each.cuts[1:], strict=False):
        bands.append(f"WHEN {value} < {high} THEN '{low} to {high - 1}'")
    return f"CASE {' '.join(bands)} ELSE '{each.cuts[-1]} and over' END"
