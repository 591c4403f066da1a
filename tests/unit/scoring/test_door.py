from __future__ import annotations

import datetime
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import RefusedError, RegistryError, UntrustedError
from riskmodels.governance.attestations import EVERY_CANDIDATE
from riskmodels.governance.pack import read_pack, write_pack
from riskmodels.governance.wire import canonical, sha256
from riskmodels.registry.bundles.manifest import MANIFEST
from riskmodels.registry.bundles.predictor import Predictor
from riskmodels.scoring import load
from tests.bundles import made_up_table, trained
from tests.unit.governance.signing import Council, edited, payload_of, policy_of, signed_anyhow, with_payload
from tests.unit.scoring.live import AT, MODEL, PURPOSE, UNTIL, Clock, Live, ago, digest_of, digest_of_candidate


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return Live(tmp_path_factory.mktemp("live"))


@pytest.fixture
def copy(live: Live, tmp_path: Path) -> Path:
    return live.fetched(tmp_path / "served").folder


def inputs() -> pd.DataFrame:
    table = made_up_table()
    return table.X[[column.name for column in table.columns]]


@pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])
def test_an_honest_copy_scores_as_the_model_that_was_trained(tmp_path: Path, chosen: Any) -> None:
    live, model = Live(tmp_path, chosen), trained(chosen)
    with live.loaded(live.fetched(tmp_path / "served").folder) as scorer:
        found = scorer.score(inputs(), purpose=PURPOSE)
    assert np.array_equal(model.estimators[chosen].raw_score(inputs()), found["score"])
    assert np.array_equal(model.estimators[chosen].probability(inputs()), found["probability"])
    assert {1} == set(found["model_version"])
    assert {UNTIL} == set(found["approved_until"])
    assert {"the model"} == set(found["basis"])


def refused(live: Live, folder: Path, cause: str, **options: Any) -> RefusedError:
    """See that the door stays shut, that it names the cause, and that no byte of the model was looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Predictor, "from_files", lambda files: pytest.fail("the model was read"))
        with pytest.raises(RefusedError, match=cause) as caught:
            live.loaded(folder, **options)
    assert all(str(words).strip() for words in caught.value.as_dict().values())
    return caught.value


def change_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["model.txt", "calibrator.json", "baseline.json", "reasons.json", MANIFEST, "MLmodel"])
def test_a_byte_changed_in_any_file_is_refused(live: Live, copy: Path, name: str) -> None:
    change_byte(copy / name)
    refused(live, copy, "the manifest in .* has the digest" if name == MANIFEST else f"{name} in .* was changed")


def rewrite(folder: Path) -> None:
    """Change the calibrator, and the manifest so that it agrees."""
    calibrator = folder / "calibrator.json"
    data = json.loads(calibrator.read_bytes())
    data["lightgbm"]["intercept"] += 1.0
    calibrator.write_bytes(canonical(data))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    said = {"sha256": sha256(calibrator.read_bytes()), "bytes": calibrator.stat().st_size}
    manifest["files"]["calibrator.json"] = said
    (folder / MANIFEST).write_bytes(canonical(manifest))


PICKLE = pickle.dumps([1])

ARTEFACT_ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file is added": (
        lambda folder: (folder / "more.json").write_text("{}"),
        "more.json is in .* not in the manifest",
    ),
    "a file is removed": (lambda folder: (folder / "calibrator.json").unlink(), "calibrator.json is missing"),
    "code is added": (lambda folder: (folder / "loader.py").write_text("print()"), "loader.py is in"),
    "a pickle is smuggled in": (
        lambda folder: (folder / "model.pkl").write_bytes(pickle.dumps([1])),
        "model.pkl is in",
    ),
    "a pickle takes a file's place": (
        lambda folder: (folder / "model.txt").write_bytes(pickle.dumps([1])),
        "model.txt",
    ),
    "the manifest is rewritten to agree": (rewrite, "the manifest in .* has the digest"),
    "a folder is added": (lambda folder: (folder / "code").mkdir(), "the folder 'code'"),
}


@pytest.mark.parametrize("attack", ARTEFACT_ATTACKS)
def test_an_attack_on_the_files_is_refused_by_its_cause(live: Live, copy: Path, attack: str) -> None:
    change, cause = ARTEFACT_ATTACKS[attack]
    change(copy)
    assert isinstance(refused(live, copy, cause), UntrustedError)


def test_a_link_to_the_same_file_elsewhere_is_refused(live: Live, copy: Path, tmp_path: Path) -> None:
    elsewhere = shutil.move(copy / "model.txt", tmp_path / "model.txt")
    (copy / "model.txt").symlink_to(elsewhere)
    refused(live, copy, "is a link to somewhere else")


def test_a_manifest_rewritten_and_put_forward_by_nobody_who_may_is_refused(live: Live, copy: Path) -> None:
    rewrite(copy)
    digest = sha256((copy / MANIFEST).read_bytes())
    write_pack(copy / "pack.json", live.signed(live.candidate_of(digest, by="siro")))
    refused(live, copy, "its key is not that of an author")


def forged(live: Live, **changes: Any) -> str:
    data = payload_of(live.candidate)
    data["predicate"]["facts"]["model"] |= changes
    return with_payload(live.candidate, data)


def without(live: Live, kind: str) -> tuple[str, ...]:
    return tuple(one for one in live.held.attestations if payload_of(one)["predicate"]["kind"] != kind)


def packs(live: Live, attack: str) -> Any:
    """Give what was signed, with one thing wrong."""
    made, held = live.council, live.candidate
    stranger = Council(models=(MODEL,))
    unpromoted = without(live, "promotion")
    match attack:
        case "another model's attestations":
            other = made.candidate(model={"name": "rent_arrears"})
            return made.pack(other, *made.words(other), made.promotion(other), made.status(other))
        case "the facts are edited":
            return live.held.model_copy(update={"candidate": forged(live, bundle_digest=digest_of("other"))})
        case "the pack of another version":
            return live.held.model_copy(update={"version": 2})
        case "a candidate of another bundle":
            return live.signed(live.candidate_of(digest_of("another bundle")))
        case "words on another candidate":
            other = live.candidate_of(digest_of("another bundle"))
            said = (made.reproduced(other), *made.words(other), made.promotion(held), made.status(held))
            return made.pack(held, *said)
        case "an author without a place on the board":
            return live.signed(live.candidate_of(live.digest, by="siro"))
        case "roots of another council":
            return live.held.model_copy(update={"roots": stranger.root_envelopes})
        case "no promotion":
            return live.held.model_copy(update={"attestations": unpromoted})
        case "a promotion by the author":
            return live.held.model_copy(update={"attestations": (*unpromoted, made.promotion(held, by="author"))})
        case "a promotion by a stranger":
            forged_one = stranger.seal(read(made.promotion(held)), "registry")
            return live.held.model_copy(update={"attestations": (*unpromoted, forged_one)})
        case "a promotion that was edited":
            data = payload_of(made.promotion(held))
            data["predicate"]["approved_until"] = "2036-12-01"
            edited_one = with_payload(made.promotion(held), data)
            return live.held.model_copy(update={"attestations": (*unpromoted, edited_one)})
        case "a promotion to another alias":
            return live.signed(None, alias="shadow")
        case "a promotion that lapsed":
            return live.signed(None, approved_until=AT.date())
        case "an expired word":
            word = made.word(held, "accountable_officer", review_by=AT.date())
            said = [one for one in live.held.attestations if "accountable_officer" not in str(payload_of(one))]
            return made.pack(held, *said, word)
        case "a role rejected it":
            word = made.word(held, "siro", decision="reject", at=ago(hours=2))
            return live.held.model_copy(update={"attestations": (*live.held.attestations, word)})
        case "no word of the role that decides":
            said = [one for one in live.held.attestations if "accountable_officer" not in str(payload_of(one))]
            return made.pack(held, *said)
        case "suspended by a role":
            return live.signed(None, made.suspension(held))
        case "the status says suspended":
            digest = digest_of_candidate(held)
            return live.signed(None, status=made.status(held, suspended=(digest,)))
        case "the whole model is suspended":
            return live.signed(None, status=made.status(held, suspended=(EVERY_CANDIDATE,)))
        case "another version is live":
            return live.signed(None, status=made.status(held, live={"champion": digest_of("another")}))
        case "nothing is live":
            return live.signed(None, status=made.status(held, live={}))
        case "a stale status":
            return live.signed(None, status=made.status(held, at=ago(days=8)))
        case "a status from the future":
            return live.signed(None, status=made.status(held, at=ago(days=-1)))
        case "a status of another model":
            return live.signed(None, status=made.status(held, model="rent_arrears"))
        case "a status by the author":
            return live.signed(None, status=made.status(held, by="author"))
        case "no status":
            return live.held.model_copy(update={"attestations": without(live, "status")})
        case "a shorter log":
            return live.signed(None, status=made.status(held, log_head=f"1:{digest_of('entry 1')}"), log_head=two())
        case "another log":
            return live.signed(None, status=made.status(held, log_head=f"2:{digest_of('other')}"), log_head=two())
    raise AssertionError(attack)


def two() -> str:
    return f"2:{digest_of('entry 2')}"


def read(envelope: str) -> Any:
    from riskmodels.governance.envelopes import opened

    return opened(envelope).attestation


PAPER_ATTACKS = {
    "another model's attestations": "holds a copy of another model",
    "the facts are edited": "no signature on it holds",
    "the pack of another version": "promoted as another version",
    "a candidate of another bundle": "the manifest in .* has the digest",
    "words on another candidate": "signatures that do not count: it is about another candidate",
    "an author without a place on the board": "its key is not that of an author",
    "roots of another council": "root 1 is not the one that is pinned here",
    "no promotion": "did not promote this version",
    "a promotion by the author": "did not promote this version: its key is not that of the registry's server",
    "a promotion by a stranger": "did not promote this version: its key is not that of the registry's server",
    "a promotion that was edited": "did not promote this version",
    "a promotion to another alias": "promoted to another alias",
    "a promotion that lapsed": "lapsed on 02 March 2026",
    "an expired word": "accountable_officer has not signed, or the signature has lapsed",
    "a role rejected it": "siro rejected it",
    "no word of the role that decides": "accountable_officer has not signed",
    "suspended by a role": "suspended on 02 March 2026 by siro",
    "the status says suspended": "was suspended",
    "the whole model is suspended": "was suspended",
    "another version is live": "the registry has another version behind 'champion'",
    "nothing is live": "the registry has nothing behind 'champion'",
    "a stale status": "more than 7 days old",
    "a status from the future": "dated in the future",
    "a status of another model": "it is about another model",
    "a status by the author": "not that of the registry's server",
    "no status": "cannot be read",
    "a shorter log": "log ends at entry 1, and entry 2",
    "another log": "entry 2 of the registry's decision log is not the one that was signed for",
}


@pytest.mark.parametrize("attack", PAPER_ATTACKS)
def test_an_attack_on_what_was_signed_is_refused_by_its_cause(live: Live, copy: Path, attack: str) -> None:
    held = packs(live, attack)
    statuses = [one for one in held.attestations if payload_of(one)["predicate"]["kind"] == "status"]
    others = tuple(one for one in held.attestations if one not in statuses)
    write_pack(copy / "pack.json", held.model_copy(update={"attestations": others}))
    (copy / "model.txt").unlink()  # the paper's fault is named all the same: nothing of the model was looked at
    if statuses:
        (copy / "status.json").write_text(statuses[0], encoding="utf-8")
    else:
        (copy / "status.json").unlink()
    refused(live, copy, PAPER_ATTACKS[attack])


def test_a_key_that_was_revoked_before_it_signed_does_not_count(tmp_path: Path) -> None:
    council = Council(models=(MODEL,), policy=policy_of(capacity=20))
    live = Live(tmp_path, by=council)
    copy = live.fetched(tmp_path / "served").folder
    revoked = council.holder("accountable_officer", revoked_from=ago(days=2))
    council.next_root(board=council.board_with(accountable_officer=(revoked,)), at=ago(hours=1))
    held = live.held.model_copy(update={"roots": council.root_envelopes})
    write_pack(copy / "pack.json", held)
    refused(live, copy, "accountable_officer has not signed.*was revoked before")


def test_a_policy_that_was_tightened_by_the_next_root_counts_at_once(tmp_path: Path) -> None:
    from riskmodels.promotion_policy import AtLeast, PromotionPolicy

    council = Council(models=(MODEL,), policy=policy_of(capacity=20))
    live = Live(tmp_path, by=council)
    copy = live.fetched(tmp_path / "served").folder
    asked = PromotionPolicy(worst_period=AtLeast(least=0.9, reason="We know better now"))
    council.next_root(policies={MODEL: policy_of(capacity=20, promotion=asked)}, at=ago(hours=1))
    write_pack(copy / "pack.json", live.held.model_copy(update={"roots": council.root_envelopes}))
    refused(live, copy, "under trust root 2")


def test_a_root_chain_swapped_for_one_that_the_insider_signed_is_refused(live: Live, copy: Path) -> None:
    insider = Live(copy.parent, by=Council(models=(MODEL,), policy=policy_of(capacity=20)))
    write_pack(copy / "pack.json", insider.held)
    (copy / "status.json").write_text(insider.council.status(insider.candidate), encoding="utf-8")
    refused(live, copy, "root 1 is not the one that is pinned here")
    with insider.loaded(copy) as scorer:  # it is whole by itself: the pin alone tells the two apart
        assert MODEL == scorer.model


def test_without_a_pin_nothing_is_loaded(live: Live, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RISKMODELS_TRUST_PIN", raising=False)
    refused(live, copy, "no trust root is pinned here", pin=None)
    refused(live, copy, "neither a digest nor a file", pin="latest")
    monkeypatch.setenv("RISKMODELS_TRUST_PIN", "")
    refused(live, copy, "no trust root is pinned here", pin=None)


def test_the_pin_may_stand_in_the_environment_or_in_a_file(
    live: Live, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pin"
    file.write_text(f"{live.council.pin}\n", encoding="utf-8")
    for said in (live.council.pin, str(file)):
        monkeypatch.setenv("RISKMODELS_TRUST_PIN", said)
        monkeypatch.setenv("RISKMODELS_REGISTRY_URI", str(copy))
        with load(MODEL, clock=Clock(), watched=False) as scorer:
            assert 1 == scorer.version
    file.write_text("trust me", encoding="utf-8")
    refused(live, copy, "does not hold a digest", pin=file)


def test_without_a_registry_or_with_one_that_is_not_there_the_error_says_what_to_set(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKMODELS_REGISTRY_URI", raising=False)
    with pytest.raises(RegistryError, match="no registry is named"):
        load(MODEL, pin=live.council.pin)
    with pytest.raises(RegistryError, match="is not a folder"):
        load(MODEL, registry=tmp_path / "nothing", pin=live.council.pin)


def test_past_its_review_date_it_is_not_loaded(live: Live, copy: Path) -> None:
    late = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
    (copy / "status.json").write_text(live.council.status(live.candidate, at=late), encoding="utf-8")
    refused(live, copy, "lapsed on 01 December 2026", clock=Clock(late))
    with live.loaded(copy, clock=Clock(late - datetime.timedelta(minutes=1))) as scorer:
        assert UNTIL == scorer.approved_until


def test_a_pack_that_is_no_pack_is_refused(live: Live, copy: Path) -> None:
    (copy / "pack.json").write_text("{}", encoding="utf-8")
    refused(live, copy, "cannot be read as a pack")
    (copy / "pack.json").write_text(edited(live.candidate, payloadType="text/plain"), encoding="utf-8")
    refused(live, copy, "cannot be read as a pack")


def test_junk_among_the_attestations_neither_helps_nor_harms(live: Live, copy: Path) -> None:
    pack = read_pack(copy / "pack.json")
    stranger = Council(models=(MODEL,))
    junk = ("{}", "no envelope", signed_anyhow({"kind": "status"}, stranger.signers["siro"]))
    late = stranger.seal(read(live.council.status(live.candidate, at=ago(minutes=1), live={})), "registry")
    write_pack(copy / "pack.json", pack.model_copy(update={"attestations": (*pack.attestations, *junk, late)}))
    with live.loaded(copy) as scorer:
        assert 1 == scorer.version
