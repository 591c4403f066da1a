"""Columns that no contract may declare: a person's name, nationality, country of birth or language.

They stand in for race and religion (Equality Act 2010 s9, s10, s19), and no service needs them to find a risk. A column
that is not declared cannot be read, so refusing the declaration makes any feature made of one impossible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskmodels.errors import DefinitionError

__all__ = ["refuse_telling_names"]

_ALWAYS = frozenset(
    {
        "citizenship",
        "firstname",
        "forename",
        "forenames",
        "fullname",
        "language",
        "languages",
        "lastname",
        "nationalities",
        "nationality",
        "surname",
        "surnames",
    }
)
# A name is a person's unless it is said to be that of a place or a thing.
_PLACES = frozenset({"area", "authority", "borough", "building", "council", "la", "lsoa", "region", "street", "ward"})
_THINGS = frozenset({"component", "partnership", "practice", "product", "provider", "scheme", "service", "team"})


def refuse_telling_names(extract: str, columns: Iterable[str]) -> None:
    """Refuse a contract that declares a column which tells, or lets guess, where a person's family comes from.

    Raises
    ------
    DefinitionError
        If the name of a column says surname, forename, name, nationality, country of birth or language.
    """
    for column in columns:
        if _tells(column):
            raise DefinitionError(
                f"extract {extract} declares the column {column!r}, which stands in for race or religion",
                expected="no name, nationality, country of birth or language of a person (Equality Act 2010 s9, s19)",
                next_step="Leave the column out: what is not declared is never read. The name of a place or a thing "
                "says so: ward_name, practice_name.",
                who="the equality lead",
            )


def _tells(column: str) -> bool:
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", column)]
    if _ALWAYS & set(words) or ("birth" in words and {"country", "place", "nation"} & set(words)):
        return True
    named = [place for place, word in enumerate(words) if word in ("name", "names")]
    return any(place == 0 or words[place - 1] not in _PLACES | _THINGS for place in named)
