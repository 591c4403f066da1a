"""The door on a model of amounts: money with its range and reasons, totals without small groups, and nobody ranked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from riskmodels.errors import RefusedError, ScoringError, UntrustedError
from riskmodels.registry.bundles import flavour
from riskmodels.registry.bundles.amount_predictor import predictor_of
from riskmodels.registry.pins import PIN
from riskmodels.scoring import AmountScore, Scorer
from riskmodels.scoring.totals import NOT_KNOWN, withheld
from riskmodels.worklists.making import _refuse_amounts
from tests.amounts import UNIT, Chosen, amount_inputs, amount_table, trained_amount
from tests.unit.scoring.live import Clock, Live
from tests.unit.scoring.live_amounts import AMOUNT_MODEL, AMOUNT_PURPOSE, AmountLive

UNTIL = datetime.date(2026, 12, 1)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> AmountLive:
    return AmountLive(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def scorer(live: AmountLive) -> Iterator[Scorer]:
    with live.scorer() as opened:
        yield opened


def cases(rows: int = 60) -> pd.DataFrame:
    names = [column.name for column in amount_table().columns]
    return pd.DataFrame(amount_inputs(rows=rows), columns=names, index=[f"case {place}" for place in range(rows)])


def test_amounts_come_with_their_range_unit_and_terms_and_nothing_that_ranks(scorer: Scorer) -> None:
    found = scorer.score(cases(), purpose=AMOUNT_PURPOSE)
    assert ["expected", "low", "high", "unit", "model_version", "approved_until", "flags", "basis"] == list(found)
    assert list(cases().index) == list(found.index)
    wanted = trained_amount("lightgbm").amount_estimators["lightgbm"].amount(cases())
    assert wanted.tobytes() == found["expected"].to_numpy().tobytes()
    assert (found["low"] <= found["expected"]).all()
    assert (found["expected"] <= found["high"]).all()
    assert {UNIT} == set(found["unit"])
    assert {1} == set(found["model_version"])
    assert {UNTIL} == set(found["approved_until"])
    assert ("amount", UNIT) == (scorer.task, scorer.unit)


def test_an_arrow_table_gives_the_same(scorer: Scorer) -> None:
    frame = scorer.score(cases(), purpose=AMOUNT_PURPOSE, reasons=2)
    table = scorer.score(pa.Table.from_pandas(cases(), preserve_index=False), purpose=AMOUNT_PURPOSE, reasons=2)
    assert list(frame) == table.column_names
    assert frame["expected"].tolist() == table["expected"].to_pylist()
    assert frame["high"].tolist() == table["high"].to_pylist()
    assert [list(one) for one in frame["reasons"]] == table["reasons"].to_pylist()
    assert any(words for words in frame["reasons"])


def test_one_case_is_an_amount_score(scorer: Scorer) -> None:
    features = cases().iloc[0].to_dict() | {"noise": None}
    found = scorer.score_one(features, purpose=AMOUNT_PURPOSE, reasons=3)
    assert isinstance(found, AmountScore)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.expected <= found.high
    assert (UNIT, 1, UNTIL, "the model") == (found.unit, found.model_version, found.approved_until, found.basis)


def test_another_purpose_is_refused(scorer: Scorer) -> None:
    for ask in (
        lambda: scorer.score(cases(), purpose="early_intervention"),
        lambda: scorer.totals(cases().assign(ward="a"), by="ward", purpose="eligibility"),
    ):
        with pytest.raises(RefusedError, match="may not be used for"):
            ask()


def test_bad_input_is_one_error_with_every_column_and_no_value(scorer: Scorer) -> None:
    frame = cases().drop(columns="hours").assign(needs_two="secret 4711", more=1.0)
    frame.loc["case 3", "noise"] = np.inf
    with pytest.raises(ScoringError) as caught:
        scorer.score(frame, purpose=AMOUNT_PURPOSE)
    said = str(caught.value)
    assert all(name in said for name in ("hours", "needs_two", "more", "noise"))
    assert "4711" not in said


def test_what_is_unusual_is_flagged(scorer: Scorer) -> None:
    found = scorer.score(cases().assign(hours=9_999.0), purpose=AMOUNT_PURPOSE)
    assert "hours is outside its usual range" in found["flags"].iloc[0]


def test_totals_are_sums_with_the_number_of_people(scorer: Scorer) -> None:
    frame = cases().assign(ward=["Kilburn"] * 35 + ["Harlesden"] * 25)
    found = scorer.totals(frame, by="ward", purpose=AMOUNT_PURPOSE).set_index("ward")
    each = scorer.score(cases(), purpose=AMOUNT_PURPOSE)["expected"].to_numpy()
    assert {"Kilburn": 35, "Harlesden": 25} == found["people"].to_dict()
    assert np.isclose(each[:35].sum(), found.loc["Kilburn", "expected"])
    assert {UNIT} == set(found["unit"])
    assert not found["withheld"].any()
    assert "low" not in found.columns


def test_totals_of_few_people_are_withheld_and_cannot_be_worked_out(scorer: Scorer) -> None:
    ward = ["Kilburn"] * 35 + ["Harlesden"] * 12 + ["Islands"] * 9 + [None] * 4
    frame = cases().assign(ward=ward)
    found = scorer.totals(frame, by=["ward"], purpose=AMOUNT_PURPOSE).set_index("ward")
    assert {"Kilburn": False, "Harlesden": False, "Islands": True, NOT_KNOWN: True} == found["withheld"].to_dict()
    assert found.loc[["Islands", NOT_KNOWN], ["people", "expected"]].isna().all(axis=None)
    frame["ward"] = ["Kilburn"] * 35 + ["Harlesden"] * 18 + ["Islands"] * 7  # one alone would follow from the whole
    found = scorer.totals(frame, by="ward", purpose=AMOUNT_PURPOSE).set_index("ward")
    assert {"Kilburn": False, "Harlesden": True, "Islands": True} == found["withheld"].to_dict()


def test_totals_by_two_columns_and_by_an_input_and_of_arrow(scorer: Scorer) -> None:
    frame = cases(400).assign(ward=["a", "b"] * 200)
    found = scorer.totals(frame, by=["ward", "needs_two"], purpose=AMOUNT_PURPOSE)
    assert ["ward", "needs_two", "people", "expected", "withheld", "unit", "basis"] == list(found)
    assert 4 == len(found)
    table = scorer.totals(
        pa.Table.from_pandas(frame, preserve_index=False), by=["ward", "needs_two"], purpose=AMOUNT_PURPOSE
    )
    assert found["expected"].tolist() == table["expected"].to_pylist()


def test_a_column_to_add_up_by_that_is_not_there_is_named(scorer: Scorer) -> None:
    with pytest.raises(ScoringError, match="did you mean 'ward'"):
        scorer.totals(cases().assign(ward="a"), by="wards", purpose=AMOUNT_PURPOSE)
    with pytest.raises(ScoringError, match="nothing to add up by"):
        scorer.totals(cases(), by=[], purpose=AMOUNT_PURPOSE)
    with pytest.raises(ScoringError, match="the cases are a dict"):
        scorer.totals({}, by="ward", purpose=AMOUNT_PURPOSE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([20, 30], [False, False]),
        ([9, 30], [True, True]),
        ([9, 12, 30], [True, True, False]),
        ([5, 5, 30], [True, True, False]),
        ([3], [True]),
        ([], []),
    ],
)
def test_so_many_are_withheld_that_none_follows_from_the_rest(counts: list[int], hidden: list[bool]) -> None:
    assert hidden == withheld(np.array(counts, dtype=np.int64), 10).tolist()


def test_in_a_time_of_grace_todays_practice_is_given_and_says_so(live: AmountLive) -> None:
    clock = Clock()
    with live.scorer(clock) as scorer:
        clock.move(days=8)
        live.down = True
        try:
            found = scorer.score(cases(), purpose=AMOUNT_PURPOSE, reasons=2)
            totals = scorer.totals(cases().assign(ward="a"), by="ward", purpose=AMOUNT_PURPOSE)
        finally:
            live.down = False
    today = trained_amount().amount_estimators["baseline"].amount(cases())
    assert today.tobytes() == found["expected"].to_numpy().tobytes()
    assert found[["low", "high"]].isna().all(axis=None)
    assert found["model_version"].isna().all()
    assert all(basis.startswith("today's practice, because") for basis in [*found["basis"], *totals["basis"]])
    assert {()} == set(found["reasons"])


def test_no_list_is_made_of_amounts(scorer: Scorer) -> None:
    with pytest.raises(RefusedError, match="no list of people or places"):
        _refuse_amounts(scorer)


def test_a_model_of_a_risk_gives_no_totals(tmp_path: Path) -> None:
    with Live(tmp_path).scorer() as scorer, pytest.raises(RefusedError, match="do not add up"):
        scorer.totals(pd.DataFrame(), by="ward", purpose="early_intervention")


@pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])
def test_a_verified_copy_behind_stock_mlflow_gives_expected_low_and_high(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: Chosen
) -> None:
    live = AmountLive(tmp_path, chosen)
    copy = live.fetched(tmp_path / "copy").folder
    monkeypatch.setenv(PIN, live.council.pin)
    monkeypatch.setattr(flavour, "now", Clock())
    found = flavour._load_pyfunc(str(copy)).predict(cases())
    assert ["expected", "low", "high"] == list(found)
    wanted = trained_amount(chosen).amount_estimators[chosen].amount(cases())
    assert wanted.tobytes() == found["expected"].to_numpy().tobytes()


def test_a_bundle_of_amounts_that_was_signed_as_a_risk_is_not_loaded(live: AmountLive) -> None:
    files = live.bundle_files(AMOUNT_MODEL, 1, digest=live.digest)
    with pytest.raises(UntrustedError, match="'risk' was signed"):
        predictor_of(files, task="risk")
    assert UNIT == predictor_of(files, task="amount").manifest.unit
