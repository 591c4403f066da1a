from __future__ import annotations

import datetime
import gc
import logging
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import RefusedError, RegistryError
from riskmodels.promotion_policy import Grace, PromotionPolicy
from riskmodels.scoring import Scorer
from tests.bundles import made_up_bundle, made_up_table, trained
from tests.unit.governance.signing import Council, policy_of
from tests.unit.scoring.live import AT, MODEL, PURPOSE, UNTIL, Clock, Live, ago, digest_of, digest_of_candidate


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return Live(tmp_path)


def inputs(rows: int = 20) -> pd.DataFrame:
    table = made_up_table()
    return table.X[[column.name for column in table.columns]].head(rows)


def basis(scorer: Scorer) -> str:
    found = scorer.score(inputs(), purpose=PURPOSE)
    return str(found["basis"].iloc[0])


def current(live: Live, clock: Clock, **changes: object) -> None:
    """Have the registry sign how things stand at this moment."""
    status = live.council.status(live.candidate, at=clock.at, **changes)
    live.held = live.signed(None, status=status)


def test_a_suspension_stops_scoring_within_one_period(live: Live) -> None:
    clock = Clock()
    scorer = live.scorer(clock)
    assert "the model" == basis(scorer)
    clock.move(seconds=59)
    live.held = live.signed(None, live.council.suspension(live.candidate, at=clock.at))
    scorer.refresh()
    with pytest.raises(RefusedError, match="suspended on 02 March 2026 by siro"):
        scorer.score(inputs(), purpose=PURPOSE)


def test_a_suspension_that_only_the_status_tells_of_stops_it_too_and_a_new_decision_lets_it_go_on(live: Live) -> None:
    clock = Clock()
    scorer = live.scorer(clock)
    current(live, clock, suspended=(digest_of_candidate(live.candidate),))
    scorer.refresh()
    with pytest.raises(RefusedError, match="was suspended"):
        basis(scorer)
    clock.move(hours=1)
    current(live, clock)
    scorer.refresh()
    assert "the model" == basis(scorer)


def test_the_thread_in_the_background_finds_out_by_itself(tmp_path: Path) -> None:
    council = Council(models=(MODEL,), policy=policy_of(capacity=20, promotion=PromotionPolicy(reload_seconds=1)))
    live = Live(tmp_path, by=council)
    with live.scorer(watched=True) as scorer:
        assert "the model" == basis(scorer)
        live.held = live.signed(None, council.suspension(live.candidate))
        last, asked = time.monotonic() + 10, live.asked
        while live.asked < asked + 2 and time.monotonic() < last:
            time.sleep(0.05)
        with pytest.raises(RefusedError, match="suspended"):
            basis(scorer)
    assert "riskmodels-watch" not in {one.name for one in threading.enumerate()}


def test_the_thread_ends_when_nobody_holds_the_scorer_any_more(tmp_path: Path) -> None:
    council = Council(models=(MODEL,), policy=policy_of(capacity=20, promotion=PromotionPolicy(reload_seconds=1)))
    scorer = Live(tmp_path, by=council).scorer(watched=True)
    watching = [one for one in threading.enumerate() if one.name == "riskmodels-watch"]
    assert 1 == len(watching)
    del scorer
    gc.collect()
    watching[0].join(timeout=10)
    assert not watching[0].is_alive()


def test_without_the_thread_a_caller_who_finds_it_overdue_looks(live: Live) -> None:
    clock = Clock()
    scorer = live.scorer(clock)
    live.held = live.signed(None, live.council.suspension(live.candidate))
    clock.move(seconds=119)
    assert "the model" == basis(scorer)
    clock.move(seconds=1)
    with pytest.raises(RefusedError, match="suspended"):
        basis(scorer)


def test_a_newly_promoted_version_takes_over_without_a_failed_call(live: Live, tmp_path: Path) -> None:
    clock = Clock()
    scorer = live.scorer(clock)
    failed: list[Exception] = []
    versions: set[int] = set()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                versions.update(scorer.score(inputs(), purpose=PURPOSE)["model_version"].tolist())
            except RefusedError as error:
                failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    live.folder, digest = made_up_bundle(tmp_path / "second", "interpretable")
    live.held = live.signed(live.candidate_of(digest), version=2)
    scorer.refresh()
    time.sleep(0.3)
    over.set()
    for one in threads:
        one.join()
    assert [] == failed
    assert {1, 2} == versions
    expected = trained("interpretable").estimators["interpretable"].raw_score(inputs())
    assert np.array_equal(expected, scorer.score(inputs(), purpose=PURPOSE)["score"])
    assert 2 == scorer.version


def test_an_alias_that_moves_between_two_questions_fails_nobody(live: Live) -> None:
    scorer = live.scorer()
    second = live.candidate_of(live.digest, benefit="Benefit not shown yet")
    moved = live.signed(second, version=2)
    torn = live.held.model_copy(
        update={"attestations": (*live.held.attestations[:-1], live.council.status(second, at=AT))}
    )
    answers = [torn, moved, moved]
    live.pack = lambda *asked, **more: answers.pop(0)  # type: ignore[method-assign]
    scorer.refresh()
    assert "the model" == basis(scorer)
    assert 2 == scorer.version


def test_a_new_version_whose_files_were_changed_is_not_served_nor_is_the_one_before(live: Live, tmp_path: Path) -> None:
    scorer = live.scorer()
    live.folder, digest = made_up_bundle(tmp_path / "second", "interpretable")
    (live.folder / "calibrator.json").write_bytes(b"{}")
    live.held = live.signed(live.candidate_of(digest), version=2)
    scorer.refresh()
    with pytest.raises(RefusedError, match="calibrator"):
        basis(scorer)


def test_an_outage_changes_nothing_until_the_last_status_is_too_old(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    scorer = live.scorer(clock)
    live.down = True
    with caplog.at_level(logging.WARNING, logger="riskmodels"):
        clock.at = ago(hours=1) + datetime.timedelta(days=7, minutes=-1)
        assert "the model" == basis(scorer)
    assert isinstance(scorer.trouble, RegistryError)
    assert ["No news of made_up: no answer"] == caplog.messages
    clock.move(minutes=1)
    assert "today's practice, because nothing was heard of the registry by 09 March 2026" == basis(scorer)
    clock.move(days=7, minutes=-1)
    assert basis(scorer).startswith("today's practice")
    clock.move(minutes=1)
    with pytest.raises(
        RefusedError, match="nothing was heard of the registry by 09 March 2026, and the 7 days of grace"
    ):
        basis(scorer)
    live.down = False
    current(live, clock)
    scorer.refresh()
    assert "the model" == basis(scorer)
    assert scorer.trouble is None


def test_past_its_review_date_it_stops_and_gives_today_s_practice_labelled_for_the_days_of_grace(live: Live) -> None:
    clock = Clock(datetime.datetime(2026, 11, 30, 23, 59, tzinfo=datetime.UTC))
    current(live, clock)
    scorer = live.scorer(clock)
    assert "the model" == basis(scorer)
    clock.move(minutes=1)
    current(live, clock)
    scorer.refresh()
    found = scorer.score(inputs(), purpose=PURPOSE, reasons=2)
    assert {"today's practice, because the approval lapsed on 01 December 2026"} == set(found["basis"])
    table = made_up_table()
    order = trained("lightgbm").estimators["baseline"].raw_score(table.X.head(20))
    assert np.array_equal(order, found["score"])
    assert found["probability"].isna().all()
    assert found["model_version"].isna().all()
    assert found["approved_until"].isna().all()
    assert {""} == set(found["band"])
    assert {()} == set(found["reasons"])
    alone = scorer.score_one(inputs(1).iloc[0].to_dict() | {"paid": None}, purpose=PURPOSE)
    assert (None, None, "") == (alone.probability, alone.model_version, alone.band)
    clock.move(days=7)
    current(live, clock)
    with pytest.raises(RefusedError, match="the approval lapsed on 01 December 2026, and the 7 days of grace are over"):
        basis(scorer)


def test_a_policy_that_gives_nothing_in_grace_gives_nothing(tmp_path: Path) -> None:
    nothing = PromotionPolicy(grace=Grace(serve="nothing"))
    live = Live(tmp_path, by=Council(models=(MODEL,), policy=policy_of(capacity=20, promotion=nothing)))
    clock = Clock()
    current(live, clock)
    scorer = live.scorer(clock)
    live.down = True
    clock.move(days=7)
    with pytest.raises(RefusedError, match="may not be scored with any more: nothing was heard"):
        basis(scorer)


def test_a_lapsed_version_that_is_suspended_too_gives_not_even_today_s_practice(live: Live) -> None:
    clock = Clock(datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC))
    current(live, clock)
    scorer = live.scorer(clock)
    clock.move(days=2)
    current(live, clock, suspended=(digest_of_candidate(live.candidate),))
    with pytest.raises(RefusedError, match="suspended"):
        basis(scorer)


def test_an_approval_that_is_renewed_in_grace_lets_the_model_go_on(live: Live) -> None:
    clock = Clock(datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC))
    current(live, clock)
    scorer = live.scorer(clock)
    clock.move(days=2)
    assert basis(scorer).startswith("today's practice")
    made, held = live.council, live.candidate_of(live.digest, **reviewed_by("2027-06-01"))
    until = datetime.date(2026, 12, 30)
    said = [*made.words(held, at=clock.at, review_by=until), made.promotion(held, at=clock.at, approved_until=until)]
    live.held = made.pack(held, made.reproduced(held), *said, made.status(held, at=clock.at))
    scorer.refresh()
    assert "the model" == basis(scorer)
    assert until == scorer.approved_until


def reviewed_by(day: str) -> dict[str, object]:
    from tests.unit.governance.signing import DOCUMENTS

    one = {"rests_on": digest_of("rests on"), "rests_on_now": digest_of("rests on"), "review_by": day}
    return {"documents": {name: {**one, "digest": digest_of(name)} for name in DOCUMENTS}}


def test_a_registry_that_was_put_back_to_an_older_state_stops_the_service(live: Live) -> None:
    clock = Clock()
    current(live, clock, log_head=f"9:{digest_of('entry 9')}")
    scorer = live.scorer(clock)
    clock.move(minutes=1)
    current(live, clock, log_head=f"8:{digest_of('entry 8')}")
    scorer.refresh()
    with pytest.raises(RefusedError, match="log ends at entry 8, and entry 9"):
        basis(scorer)


def test_a_trust_root_that_was_put_back_stops_the_service(tmp_path: Path) -> None:
    council = Council(models=(MODEL,), policy=policy_of(capacity=20))
    live = Live(tmp_path, by=council)
    first = live.held
    council.next_root(at=ago(hours=3))
    live.held = live.signed()
    scorer = live.scorer()
    live.held = first
    scorer.refresh()
    with pytest.raises(RefusedError, match="root 2 was in force already"):
        basis(scorer)


def test_an_answer_that_cannot_be_trusted_is_no_outage(live: Live) -> None:
    scorer = live.scorer()
    live.held = live.held.model_copy(update={"roots": ("{}",)})
    scorer.refresh()
    with pytest.raises(RefusedError, match="no signed envelope"):
        basis(scorer)


def test_a_fault_that_nobody_foresaw_stops_the_service_and_not_the_watch(live: Live) -> None:
    scorer = live.scorer()

    def broken(*asked: object, **more: object) -> None:
        raise KeyError("a fault")

    kept, live.pack = live.pack, broken  # type: ignore[method-assign, assignment]
    scorer.refresh()
    with pytest.raises(RefusedError, match="could not be found out"):
        basis(scorer)
    live.pack = kept  # type: ignore[method-assign]
    scorer.refresh()
    assert "the model" == basis(scorer)


def test_a_copy_that_is_fetched_anew_is_taken_up_while_it_is_used(live: Live, tmp_path: Path) -> None:
    clock, folder = Clock(), tmp_path / "served"
    live.fetched(folder)
    scorer = live.loaded(folder, clock)
    clock.move(days=6)
    current(live, clock)
    live.fetched(folder, at=clock.at)
    clock.move(days=5)
    assert "the model" == basis(scorer)
    live.folder, digest = made_up_bundle(tmp_path / "second", "interpretable")
    live.candidate = live.candidate_of(digest)
    live.held = live.signed(None, version=2, status=live.council.status(live.candidate, at=clock.at))
    live.fetched(folder, at=clock.at)
    scorer.refresh()
    assert "the model" == basis(scorer)
    assert 2 == scorer.version


def test_a_copy_that_nobody_fetches_again_falls_back_and_then_stops(live: Live, tmp_path: Path) -> None:
    clock = Clock()
    live.fetched(tmp_path / "served")
    scorer = live.loaded(tmp_path / "served", clock)
    clock.move(days=8)
    assert basis(scorer).startswith("today's practice")
    clock.move(days=7)
    with pytest.raises(RefusedError, match="nothing was heard"):
        basis(scorer)


def test_the_first_of_all_ends_counts_the_countersignature_s_too(live: Live) -> None:
    assert UNTIL == live.scorer().approved_until
    first = datetime.date(2026, 5, 1)
    live.held = live.signed(None, approved_until=first)
    assert first == live.scorer().approved_until
