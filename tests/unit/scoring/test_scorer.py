from __future__ import annotations

import datetime
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from riskmodels.errors import RefusedError, ScoringError
from riskmodels.scoring import Scorer
from riskmodels.scoring.bands import BANDS, bands
from tests.bundles import made_up_table, trained
from tests.unit.scoring.live import MODEL, PURPOSE, UNTIL, Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return Live(tmp_path_factory.mktemp("live"))


@pytest.fixture
def scorer(live: Live) -> Scorer:
    return live.scorer()


def inputs(rows: int = 50) -> pd.DataFrame:
    table = made_up_table()
    return table.X[[column.name for column in table.columns]].head(rows)


def test_a_scorer_says_what_it_is_and_on_which_terms(live: Live, scorer: Scorer) -> None:
    assert (MODEL, 1, UNTIL, (PURPOSE,), None) == (
        scorer.model,
        scorer.version,
        scorer.approved_until,
        scorer.purposes,
        scorer.longest_list,
    )
    assert tuple(inputs().columns) == scorer.columns
    assert "Scorer(made_up version 1: approved until 01 December 2026; for early_intervention)" == repr(scorer)


def test_a_frame_keeps_its_order_and_its_index(scorer: Scorer) -> None:
    frame = inputs().set_axis([f"case {number}" for number in range(50)])
    found = scorer.score(frame.iloc[::-1], purpose=PURPOSE)
    assert list(frame.index[::-1]) == list(found.index)
    assert np.array_equal(scorer.score(frame, purpose=PURPOSE)["score"], found["score"][::-1])


def test_ranks_count_from_the_highest_score_and_equal_scores_share_one(scorer: Scorer) -> None:
    frame = pd.concat([inputs(5), inputs(5)], ignore_index=True)
    found = scorer.score(frame, purpose=PURPOSE)
    assert list(found["score"].rank(ascending=False, method="min").astype(int)) == list(found["rank"])


def test_arrow_and_one_case_alone_score_as_a_frame_does(scorer: Scorer) -> None:
    frame = inputs(20)
    found = scorer.score(frame, purpose=PURPOSE, reasons=2)
    as_arrow = scorer.score(pa.Table.from_pandas(frame, preserve_index=False), purpose=PURPOSE, reasons=2)
    assert isinstance(as_arrow, pa.Table)
    assert list(found.columns) == as_arrow.column_names
    assert pa.date32() == as_arrow.schema.field("approved_until").type
    for number, (one, row) in enumerate(zip(as_arrow.to_pylist(), found.to_dict("records"), strict=True)):
        alone = scorer.score_one(
            {name: None if np.isnan(value) else value for name, value in frame.iloc[number].items()},
            purpose=PURPOSE,
            reasons=2,
        )
        assert (row["score"], row["probability"], row["band"]) == (one["score"], one["probability"], one["band"])
        assert (row["score"], row["probability"], row["band"]) == (alone.score, alone.probability, alone.band)
        assert row["reasons"] == tuple(one["reasons"]) == alone.reasons
        assert row["flags"] == tuple(one["flags"]) == alone.flags
        assert (1, UNTIL, "the model") == (one["model_version"], one["approved_until"], one["basis"])
        assert (1, UNTIL, "the model") == (alone.model_version, alone.approved_until, alone.basis)


def test_reasons_are_sentences_and_only_given_when_asked_for(scorer: Scorer) -> None:
    assert "reasons" not in scorer.score(inputs(), purpose=PURPOSE)
    found = scorer.score(inputs(), purpose=PURPOSE, reasons=2)["reasons"]
    assert 2 == max(len(one) for one in found)
    assert all(sentence.endswith(".") for one in found for sentence in one)


def test_what_is_unusual_is_flagged_and_scored_all_the_same(scorer: Scorer) -> None:
    frame = inputs(3).copy()
    frame.loc[frame.index[1], "arrears"] = 1e6
    found = scorer.score(frame, purpose=PURPOSE)
    assert ("arrears is outside its usual range",) == found["flags"].iloc[1]
    model = trained("lightgbm").estimators["lightgbm"]
    assert np.array_equal(model.raw_score(frame), found["score"])


def test_a_purpose_that_it_was_not_approved_for_is_refused_with_those_that_are(scorer: Scorer) -> None:
    for ask in (
        lambda: scorer.score(inputs(), purpose="enforcement"),
        lambda: scorer.score_one({}, purpose="enforcement"),
    ):
        with pytest.raises(RefusedError, match="may not be used for 'enforcement'") as caught:
            ask()
        assert f"one of: {PURPOSE}" == caught.value.expected


def test_conditions_bind_purpose_and_say_the_longest_list_and_what_people_must_keep(live: Live) -> None:
    kept = live.held
    try:
        live.held = live.conditional(
            purposes=("research",), longest_list=15, until=datetime.date(2026, 6, 1), other=("Ring only by day",)
        )
        scorer = live.scorer()
    finally:
        live.held = kept
    assert ((), 15, datetime.date(2026, 6, 1)) == (scorer.purposes, scorer.longest_list, scorer.approved_until)
    assert "Ring only by day" in repr(scorer)
    assert "lists of at most 15" in repr(scorer)
    with pytest.raises(RefusedError, match="may not be used for 'early_intervention'") as caught:
        scorer.score(inputs(), purpose=PURPOSE)
    assert "nothing" in caught.value.expected


def test_a_list_or_a_mapping_is_no_frame(scorer: Scorer) -> None:
    for wrong in ([1.0], {"arrears": 1.0}, inputs().to_numpy()):
        with pytest.raises(ScoringError, match="pandas DataFrame or a pyarrow Table"):
            scorer.score(wrong, purpose=PURPOSE)  # type: ignore[arg-type]


def test_bad_input_is_one_error_without_a_value(scorer: Scorer) -> None:
    frame = inputs().drop(columns="paid").assign(arrears="MRS SMITH", surname="SMITH")
    with pytest.raises(ScoringError, match="3 columns of the 50 rows") as caught:
        scorer.score(frame, purpose=PURPOSE)
    assert "SMITH" not in str(caught.value)


def test_a_closed_scorer_scores_no_more(live: Live) -> None:
    with live.scorer() as scorer:
        assert 50 == len(scorer.score(inputs(), purpose=PURPOSE))
    with pytest.raises(ScoringError, match="was closed"):
        scorer.score(inputs(), purpose=PURPOSE)


def test_an_empty_frame_gives_an_empty_frame(scorer: Scorer) -> None:
    found = scorer.score(inputs(0), purpose=PURPOSE, reasons=1)
    assert 0 == len(found)
    assert {"score", "reasons"} <= set(found.columns)


def test_many_threads_get_the_scores_that_one_gets(scorer: Scorer) -> None:
    frame, expected = inputs(200), scorer.score(inputs(200), purpose=PURPOSE)["score"].to_numpy()
    found: list[Any] = []

    def ask() -> None:
        for _ in range(20):
            found.append(np.array_equal(expected, scorer.score(frame, purpose=PURPOSE)["score"]))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [True] * 80 == found


def test_a_chance_is_said_in_ranges_that_hold_their_lower_end() -> None:
    chances = np.array([0.0, 0.0099, 0.01, 0.05, 0.0999, 0.1, 0.2, 0.4999, 0.5, 1.0])
    places = [0, 0, 1, 2, 2, 3, 4, 4, 5, 5]
    assert [BANDS[place] for place in places] == list(bands(chances))


def test_a_scorer_from_a_folder_is_told_which_folder(live: Live, tmp_path: Path) -> None:
    copy = live.fetched(tmp_path / "served").folder
    with live.loaded(copy) as from_text, live.loaded(Path(str(copy))) as from_path:
        assert from_text.version == from_path.version
