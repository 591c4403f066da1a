from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import riskmodels as rm
from riskmodels.assurance.reasons import background_of, by_feature, reasons_of, sentence
from riskmodels.features.encode import model_columns
from riskmodels.records import ModelColumn

ROOT = Path(__file__).parents[3]
PEOPLE = 200


def said(says: str, unit: str | None, value: float, others: list[float] | None = None, **rest: str) -> str:
    column = ModelColumn("x", "x", says, unit, "x", **rest)
    background = background_of(pd.DataFrame({"x": others or []}, dtype=float), [column], disclosure_number=10)
    return sentence([column], np.array([value]), background, people="tenants")


@pytest.mark.parametrize(
    ("says", "unit", "value", "expected"),
    [
        ("Rent owed, in weeks of rent", "weeks", 6.2, "Rent owed is 6.2 weeks."),
        ("Rent owed, in weeks of rent", "weeks", -1.0, "Rent owed is 1 week in credit."),
        ("Most owed in 4 weeks, in weeks of rent", "weeks", 5, "The most owed in 4 weeks is 5 weeks of rent."),
        ("Paid by the tenant", "GBP", 1234.4, "The amount paid by the tenant is £1,234."),
        ("Paid by the tenant", "GBP", 0.2, "The amount paid by the tenant is under £1."),
        ("Days since the tenant's last payment", "days", 45, "It is 45 days since the tenant's last payment."),
        ("Days since the tenant's last payment", "days", 1, "It is 1 day since the tenant's last payment."),
        ("Days since the tenant's last payment", "days", np.nan, "There is no record of the tenant's last payment."),
        ("Days since anything was last paid", "days", np.nan, "There is no record of when anything was last paid."),
        ("Share that benefit covers", "share", 0.456, "The share that benefit covers is 46%."),
        ("Share that benefit covers", "share", 0.001, "The share that benefit covers is under 1%."),
        ("Change in the share", "share", -0.12, "The change in the share is a fall of 12 percentage points."),
        ("Change in the rent", "weeks per week", 0.31, "The change in the rent is a rise of 0.3 weeks."),
        ("Payments made in the last 4 weeks", "payments", 2, "The number of payments made in the last 4 weeks is 2."),
        ("How much rent went up and down in a year", "GBP", 90, "Rent went up and down by £90 in a year."),
        ("Month of the year", "month", 3, "The month of the year is March."),
        ("Of two months, those with payments", "months", 2, "Of two months, those with payments number 2."),
        ("Months late (0 or below: not late)", "months", -2, "The number of months late is 0 (not late)."),
        ("Months late at the last statement", "months", 2, "The number of months late at the last statement is 2."),
        ("Most months late this year", "months", 2, "The most months late this year is 2 months."),
        ("Credit limit", "TWD", 20500, "The credit limit is TWD 20,500."),
        ("Rent owed", "weeks", np.nan, "Rent owed is not on record."),
    ],
)
def test_a_number_reads_like_a_sentence(says: str, unit: str, value: float, expected: str) -> None:
    assert expected == said(says, unit, value)


def test_a_flag_is_yes_no_or_not_on_record() -> None:
    words = [said("Housing benefit is in payment", None, value, kind="flag") for value in (1, 0, np.nan)]
    assert [f"Housing benefit is in payment: {word}." for word in ("yes", "no", "not on record")] == words


def test_a_value_is_compared_with_most_others_where_enough_are_known() -> None:
    low, high = [1.0] * 6 + [9.0] * 4, [1.0] * 4 + [9.0] * 6
    assert said("Rent owed", "weeks", 5, low).endswith(", higher than for most tenants.")
    assert said("Rent owed", "weeks", 5, high).endswith(", lower than for most tenants.")
    assert "most" not in said("Rent owed", "weeks", 5, [1.0] * 5 + [9.0] * 5)
    assert "most" not in said("Rent owed", "weeks", 5, [1.0] * 9)  # nine people are too few to speak of
    assert ", longer than" in said("Days since the last payment", "days", 50, low * 2)
    assert ", more than" in said("Payments made", "payments", 50, low * 2)


def kinds_of_tenancy(*categories: str) -> tuple[ModelColumn, ...]:
    return tuple(
        ModelColumn(f"kind={one}", "kind", "Kind of tenancy", None, "kind", kind="onehot", category=one)
        for one in categories
    )


def test_a_category_is_named_but_never_a_bare_code_nor_one_that_few_share() -> None:
    columns = kinds_of_tenancy("non_secure", "K7", "rarely_seen")
    people = pd.DataFrame([[1.0, 0.0, 0.0]] * 20 + [[0.0, 1.0, 0.0]] * 20 + [[0.0, 0.0, 1.0]] * 9)
    background = background_of(people.set_axis([one.name for one in columns], axis=1), columns, disclosure_number=10)
    words = [
        sentence(columns, np.array(values, dtype=float), background)
        for values in ([1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [np.nan] * 3)
    ]
    assert [
        "The kind of tenancy is non secure.",
        "The kind of tenancy sets this case apart.",
        "The kind of tenancy is an uncommon one.",
        "The kind of tenancy is none of the usual ones.",
        "The kind of tenancy is not on record.",
    ] == words


def test_an_ordinal_is_placed_among_others_without_its_code() -> None:
    text = said("Band of council tax", None, 7, [1.0] * 20, kind="ordinal")
    assert "Band of council tax is higher than for most tenants." == text


WORKSPACES = [(".", "rent_arrears", 63), ("examples/credit_ledger", "early_warning", 50)]


@pytest.mark.parametrize(("workspace", "case", "least"), WORKSPACES)
@pytest.mark.parametrize("kind_of_value", ["low", "high", "negative", "missing"])
def test_every_feature_of_the_house_reads_well(workspace: str, case: str, least: int, kind_of_value: str) -> None:
    columns = model_columns(list(rm.open(ROOT / workspace).case(case).features))
    features = by_feature(columns)
    assert len(features) >= least
    generator = np.random.Generator(np.random.PCG64(1))
    people = pd.DataFrame({one.name: generator.integers(0, 2, PEOPLE).astype(float) for one in columns})
    background = background_of(people, columns, disclosure_number=10)
    for feature, places in features.items():
        held = [columns[place] for place in places]
        text = sentence(held, _value(held, kind_of_value), background, people="tenants")
        assert len(text) < 140, text
        assert re.fullmatch(r"[A-Z][^_{}]*\.", text), text
        assert ".." not in text, text
        assert not re.search(r"\b(nan|inf|None)\b|  | ,", text), text
        assert "_" not in feature or feature not in text
        if held[0].unit in ("days", "years") and kind_of_value == "high":
            assert f" {held[0].unit} since" in text, text  # a length of time says its unit


def _value(held: list[ModelColumn], kind: str) -> np.ndarray:
    if kind == "missing":
        return np.full(len(held), np.nan)
    if held[0].kind in ("onehot", "flag"):
        return np.array([1.0] + [0.0] * (len(held) - 1))
    sizes = {"low": 0.0, "high": 0.456 if held[0].unit == "share" else 1234.4, "negative": -3.3}
    return np.array([sizes[kind]])


FAMILY = (
    ModelColumn("paid_4w", "paid_4w", "Paid in 4 weeks", "GBP", "paid"),
    ModelColumn("paid_13w", "paid_13w", "Paid in 13 weeks", "GBP", "paid"),
    ModelColumn("owed", "owed", "Rent owed", "GBP", "owed"),
    ModelColumn("calm", "calm", "Years since the tenancy began", "years", "calm"),
)


def reasons_for(contributions: dict[str, float], **rest: object) -> list[tuple[str, str, float]]:
    background = background_of(
        pd.DataFrame(columns=[one.name for one in FAMILY], dtype=float), FAMILY, disclosure_number=10
    )
    found = reasons_of(np.ones(4), contributions, FAMILY, background, **{"k": 3, **rest})  # type: ignore[arg-type]
    return [(one.family, one.feature, round(one.contribution, 9)) for one in found]


ADDED = {"paid_4w": 0.3, "paid_13w": 0.5, "owed": 0.6, "calm": -0.4}


def test_a_family_gives_one_reason_named_for_its_strongest_feature() -> None:
    assert [("paid", "paid_13w", 0.8), ("owed", "owed", 0.6)] == reasons_for(ADDED)
    assert [("calm", "calm", -0.4)] == reasons_for(ADDED, raises=False)
    assert [("paid", "paid_13w", 0.8)] == reasons_for(ADDED, k=1)
    assert [] == reasons_for(dict.fromkeys(ADDED, 0.0))


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [
        ("paid_13w", [("owed", "owed", 0.6), ("paid", "paid_4w", 0.3)]),  # its weight does not carry the family
        ("paid", [("owed", "owed", 0.6)]),
        ("owed", [("paid", "paid_13w", 0.8)]),
    ],
)
def test_what_must_not_be_named_is_not_a_reason(hidden: str, expected: list[tuple[str, str, float]]) -> None:
    assert expected == reasons_for(ADDED, never_name=frozenset({hidden}))
