"""A made-up run of rent arrears, as plain data, for the tests of documents: shipped files, invented figures."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from riskmodels.governance.documents.drift import DeclaredExtract, DeclaredSource
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.register import Register, read_register, source_facts
from riskmodels.governance.documents.whole import Documents, read_documents
from riskmodels.governance.facts import BiasFacts, ComparisonFacts, DisclosureFacts, Measured

ROOT = Path(__file__).parents[4]
TODAY = datetime.date(2026, 12, 1)
READ: Mapping[str, tuple[str, Any]] = {
    "Tenancies": ("Rent accounts", "model"),
    "RentBalances": ("Rent accounts", "model"),
    "Persons": ("Client index", "audit"),
    "Areas": ("Areas and deprivation", "audit"),
}
HELD = {
    "age": "age_band: recorded for 98%",
    "disability": "disability: recorded for 61%",
    "gender reassignment": "not held",
    "marriage and civil partnership": "not held",
    "pregnancy and maternity": "not held",
    "race": "ethnic_group: recorded for 83%",
    "religion or belief": "religion: recorded for 64%",
    "sex": "sex: recorded for 99%",
    "sexual orientation": "not held",
}
DEFINITION: dict[str, Any] = {
    "name": "rent_arrears",
    "says": "Finds tenancies that may fall into serious arrears.",
    "purpose": "early_intervention",
    "population": {"extract": "Tenancies", "condition": "ended_on IS NULL", "having": "arrears_weeks < 8"},
    "outcome": {"extract": "RentBalances", "condition": "balance >= 8", "says": "Serious arrears"},
    "features": [
        {"name": "arrears_weeks", "says": "Rent owed, in weeks of rent", "unit": "weeks", "expr": "balance / rent"},
        {"name": "bedrooms", "says": "Bedrooms", "unit": "bedrooms", "expr": "bedrooms"},
    ],
    "audit_by": [
        {"name": "sex", "says": "Sex", "protected": "sex", "expr": "sex"},
        {"name": "ethnic_group", "says": "Ethnic group (broad)", "protected": "race", "expr": "ethnic_group"},
    ],
    "baseline": "arrears_weeks",
}


def comparison(characteristic: str, group: str, verdict: Any = "pass", tolerance: float = 0.1) -> ComparisonFacts:
    return ComparisonFacts(
        characteristic=characteristic,
        group=group,
        metric="missed",
        tolerance=tolerance,
        difference=Measured(value=0.02, low=-0.04, high=0.08),
        verdict=verdict,
        people_needed=0 if verdict == "pass" else 4200,
    )


def bias(**changes: Any) -> BiasFacts:
    held = {"comparisons": (comparison("sex", "Female"),), "held": HELD, **changes}
    return BiasFacts(**held)


def declared(register: Register) -> tuple[DeclaredSource, ...]:
    """Declare what the register says, so that the two agree."""
    special = {
        extract: ("ethnic_group", "religion") if extract == "Persons" else ("Primary_Support_Reason",)
        for one in register.sources.values()
        for extract, entry in one.extracts.items()
        if entry.special_category
    }
    return tuple(
        DeclaredSource(
            name=name,
            owner=one.owner,
            system=one.system,
            regime=one.regime,
            lawful_basis=one.lawful_basis,
            gateway=one.gateway,
            purposes=one.purposes,
            retention=one.retention,
            extracts={
                extract: DeclaredExtract(
                    entry.history, ("a", *special.get(extract, ())), special.get(extract, ()), special.get(extract, ())
                )
                for extract, entry in one.extracts.items()
            },
        )
        for name, one in register.sources.items()
    )


def inputs_of(folder: Path = ROOT, **changes: Any) -> DocumentInputs:
    register = read_register(folder / "ethics" / "sources.yaml")
    held = DocumentInputs(
        model="rent_arrears",
        version="version 7",
        definition=DEFINITION,
        definition_digest="d" * 64,
        sources=source_facts(register, READ),
        declared=declared(register),
        rows=12_480,
        people=1_040,
        areas=62,
        positives=310,
        learned_from=(datetime.date(2025, 1, 1), datetime.date(2025, 2, 1)),
        held_out=(datetime.date(2025, 9, 1),),
        metrics={
            "baseline": {"roc_auc": Measured(value=0.8123, low=0.79, high=0.83)},
            "lightgbm": {"roc_auc": Measured(value=0.8765, low=0.86, high=0.89), "recall": Measured(value=None)},
        },
        bias=bias(),
        disclosure=DisclosureFacts(number=10, round_to=5, smallest_shown=15),
        capacity=200,
        horizon_days=91,
        chosen="lightgbm",
    )
    return replace(held, **changes)


def workspace(folder: Path) -> Path:
    """Copy what ships, to change it."""
    for part in ("ethics", "model_cards"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("trust"))
    return folder


def confirmed(folder: Path, **changes: Any) -> tuple[Documents, DocumentInputs]:
    """Copy what ships and confirm it for the made-up run."""
    workspace(folder)
    inputs = inputs_of(folder, **changes)
    read_documents(folder, "rent_arrears").confirm(inputs)
    return read_documents(folder, "rent_arrears"), inputs
