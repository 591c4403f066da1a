"""Protected characteristics: what a model is tested against, and never told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from riskmodels.errors import DefinitionError
from riskmodels.features.builders import refuse_overwritten
from riskmodels.features.expressions import Snippet, parse
from riskmodels.lake.contracts import ColumnRef, Extract

__all__ = ["AGE_CUTS", "Characteristic", "age_band", "characteristic"]

AGE_CUTS = (18, 25, 35, 45, 55, 65, 75, 85)

Joint = Literal["lead", "any", "all"]


@dataclass(frozen=True)
class Characteristic:
    """One characteristic of a person or place, as text; ``"Unknown"`` where it is not held.

    Attributes
    ----------
    joint : {"lead", "any", "all"}
        Of several people linked to one entity, whose counts: the lead's, or whether any or all have ``counts``.
    cuts : tuple of int
        For a date of birth: the ages at which bands begin.
    """

    name: str
    says: str
    extract: type[Extract]
    expr: Snippet
    protected: str | None = None
    joint: Joint = "lead"
    counts: str | None = None
    cuts: tuple[int, ...] = ()


def characteristic(
    extract: type[Extract],
    expr: str,
    *,
    name: str,
    says: str,
    protected: str | None = None,
    joint: Joint = "lead",
    counts: str | None = None,
) -> Characteristic:
    """Take a characteristic by an expression, such as the broad group before the colon of a detailed one."""
    kinds = {column: spec.kind for column, spec in extract.columns().items()}
    snippet = parse(expr, kinds, place=f"characteristic {name!r} on {extract.__name__}")
    refuse_overwritten(extract, snippet, f"characteristic {name!r}")
    if (joint == "lead") != (counts is None):
        raise DefinitionError(
            f"characteristic {name!r} has joint={joint!r} and counts={counts!r}",
            expected='joint="lead" alone, or joint="any" or "all" with the value that counts',
            next_step="Say which value counts, or leave joint out.",
            who="the equality lead",
        )
    declared = {extract.columns()[column].protected for column in snippet.columns} - {None}
    return Characteristic(
        name, says, extract, snippet, protected or next(iter(sorted(map(str, declared))), None), joint, counts
    )


def age_band(
    born: str, *, cuts: tuple[int, ...] = AGE_CUTS, name: str = "age_band", says: str = "Age band"
) -> Characteristic:
    """Take the age band at ``as_of``. Only the year of birth is read, so an age may be one year too high."""
    if not isinstance(born, ColumnRef) or not born.extract.columns()[born].birth_date:
        raise DefinitionError(
            f"age_band({born!r}) does not name a date of birth",
            expected="a column declared with birth_date(...), such as Persons.date_of_birth",
            next_step="Name the column with its extract.",
            who="the data scientist who wrote the definition",
        )
    snippet = parse(
        f"extract(year from as_of) - extract(year from {born})", {str(born): "day"}, place=f"characteristic {name!r}"
    )
    return Characteristic(name, says, born.extract, snippet, protected="age", cuts=tuple(cuts))


def as_characteristic(given: Characteristic | str) -> Characteristic:
    """Accept a bare column, such as ``Persons.sex``, for a characteristic of that name."""
    if isinstance(given, Characteristic):
        return given
    if not isinstance(given, ColumnRef):
        raise DefinitionError(
            f"audit_by names {given!r}, which belongs to no extract",
            expected="a column with its extract, such as Persons.sex, or characteristic(...)",
            next_step="Name the column with its extract.",
            who="the data scientist who wrote the definition",
        )
    spec = given.extract.columns()[given]
    return characteristic(given.extract, str(given), name=str(given), says=spec.says, protected=spec.protected)
