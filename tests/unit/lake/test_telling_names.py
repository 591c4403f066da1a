"""A contract that would let a model guess where somebody's family comes from cannot be declared."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.errors import DefinitionError
from riskmodels.lake import Day, Extract, Moment, Source, Text, column, events, key
from riskmodels.lake.telling_names import refuse_telling_names

OFFICE = Source("Office", "Head of housing", "Ledger", "Article 6(1)(e)", "Housing Act 2004 s3", ("help",), "6 years")


def declare(name: str) -> type[Extract]:
    body: dict[str, Any] = {
        "__doc__": "Homes.",
        "__annotations__": {"home_id": Text, name: Text, "let_on": Day, "loaded_at": Moment},
        "home_id": key("home", "Reference of the home"),
        name: column("Something"),
        "let_on": column("Day it was let"),
        "loaded_at": column("When the lake knew"),
        "__module__": __name__,
    }
    facts: dict[str, Any] = {"row": ("home_id",), "history": events("let_on", known_time="loaded_at")}
    return type(Extract)("Homes", (Extract,), body, source=OFFICE, folder="homes", **facts)


TELLING = (
    "surname Tenant_Surname forename first_name name full_name FamilyName tenant_name licence_holder_name nationality "
    "country_of_birth BirthCountry place_of_birth main_language names Preferred_Language citizenship"
)
HARMLESS = "ward_name LA_Name provider_name ward_names unnamed renamed_on nation_rank date_of_birth"


@pytest.mark.parametrize("name", TELLING.split())
def test_a_column_that_tells_is_refused_when_it_is_declared(name: str) -> None:
    with pytest.raises(DefinitionError, match="stands in for race or religion") as told:
        declare(name)
    assert name in str(told.value)
    assert "the equality lead" in str(told.value)


@pytest.mark.parametrize("name", HARMLESS.split())
def test_names_of_places_and_things_may_be_declared(name: str) -> None:
    refuse_telling_names("Homes", [name])
    assert name in declare(name).columns()
