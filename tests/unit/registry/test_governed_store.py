"""What the registry lets happen to a governed model, and what it refuses whoever asks."""

from __future__ import annotations

import datetime
import inspect
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from mlflow.entities.model_registry import ModelVersion, ModelVersionTag, RegisteredModelTag
from mlflow.exceptions import MlflowException

from riskmodels.governance.attestations import EVERY_CANDIDATE
from riskmodels.governance.envelopes import opened, tag_name
from riskmodels.governance.keys import new_signer
from riskmodels.governance.log import head_of, verify_chain
from riskmodels.registry.governed.methods import METHODS
from riskmodels.registry.governed.store import SqlAlchemyStore
from tests.unit.governance.signing import ROLES, edited, payload_of, with_payload
from tests.unit.registry.governed_town import MODEL, Direct, Town

DAY = datetime.timedelta(days=1)


@contextmanager
def refused(saying: str = ".") -> Iterator[None]:
    """Expect a refusal that says why: PERMISSION_DENIED, of bounded length."""
    with pytest.raises(MlflowException, match=saying) as caught:
        yield
    assert "PERMISSION_DENIED" == caught.value.error_code
    assert "What to do:" in caught.value.message
    assert "Who can help:" in caught.value.message
    assert len(caught.value.message) < 10_000


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, empty_registry: Path) -> Direct:
    """Give a registry with a version that is live, for attacks that change nothing."""
    town = Town(tmp_path_factory.mktemp("live"))
    shutil.copy(empty_registry, town.workspace / ".riskmodels" / "registry.db")
    registry = Direct(town, town.uri())
    registry.create_registered_model(MODEL)
    town.approved(registry).promote()
    return registry


# The honest path


def test_a_version_that_everybody_signed_goes_live(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    one.promote()
    assert one.version == registry.alias()
    assert {"champion": one.candidate_digest} == registry.status().live


def test_alias_countersignature_and_log_entry_say_the_same(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    before = registry.log()[-1]
    one.promote()
    tags = registry.store.get_model_version(MODEL, one.version).tags
    (promotion,) = [opened(text).attestation for name, text in tags.items() if name.startswith("riskmodels.promotion.")]
    entry = registry.log()[-1]
    assert ("promoted", one.version, "champion") == (entry.event, entry.version, entry.alias)
    assert one.candidate_digest == entry.candidate_digest == promotion.candidate_digest
    assert head_of(before) == promotion.log_head
    assert town.council.in_force.digest == promotion.root_digest


def test_a_live_versions_files_are_a_copy_in_protected_storage(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    one.promote()
    shutil.rmtree(one.folder)
    place = town.bundles / one.bundle_digest
    assert place.as_uri() == registry.store.get_model_version(MODEL, one.version).source
    assert place.as_uri() == registry.store.get_model_version_download_uri(MODEL, one.version)
    assert {"manifest.json", "model.txt", "baseline.json"} == {file.name for file in place.iterdir()}


def test_going_back_to_an_earlier_version_needs_its_run_no_more(town: Town, registry: Direct) -> None:
    first, second = town.approved(registry), town.approved(registry)
    first.promote()
    second.promote()
    shutil.rmtree(town.artefacts)
    first.promote()
    assert first.version == registry.alias()


def test_a_name_that_is_not_governed_lives_as_in_stock_mlflow(registry: Direct) -> None:
    store = registry.store
    store.create_registered_model("weather", tags=[RegisteredModelTag("team", "housing")], description="Rain")
    made = store.create_model_version("weather", "s3://somewhere/model", tags=[ModelVersionTag("a", "b")])
    store.set_registered_model_alias("weather", "champion", made.version)
    store.transition_model_version_stage("weather", made.version, "Production", False)
    store.set_model_version_tag("weather", made.version, ModelVersionTag("riskmodels.word.0", "anything"))
    store.delete_model_version_tag("weather", made.version, "a")
    store.update_model_version("weather", made.version, "Sun")
    store.rename_registered_model("weather", "climate")
    assert {"champion": made.version} == store.get_registered_model("climate").aliases
    store.delete_registered_model_alias("climate", "champion")
    store.delete_model_version("climate", made.version)
    store.delete_registered_model("climate")
    assert [] == registry.refusals()


def test_a_copy_of_a_governed_version_under_another_name_is_nobodys_approval(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    registry.store.copy_model_version(registry.store.get_model_version(MODEL, one.version), "elsewhere")
    assert [] == list(registry.store.get_registered_model("elsewhere").aliases)


# What is refused altogether


def _arguments(method: str, name: str) -> dict[str, Any]:
    known = {
        "name": name,
        "new_name": "elsewhere",
        "dst_name": name,
        "src_mv": ModelVersion("weather", 1, 0),
        "version": "1",
        "stage": "Production",
        "archive_existing_versions": False,
        "alias": "champion",
        "key": "riskmodels.word.0",
        "value": "x",
        "description": "fine",
        "template": "Hello",
    }
    wanted = inspect.signature(getattr(SqlAlchemyStore, method)).parameters
    return {one: known[one] for one in wanted if one in known}


@pytest.mark.parametrize("method", sorted(name for name, rule in METHODS.items() if rule.how == "refused"))
def test_what_the_list_refuses_is_refused_and_written_down(live: Direct, method: str) -> None:
    with refused():
        getattr(live.store, method)(**_arguments(method, MODEL))
    assert 1 == live.alias()
    assert live.refusals()[-1].detail.startswith(f"{method}: ")


@pytest.mark.parametrize("name", ["riskmodels.trust", "riskmodels.log.1", "RiskModels.Status.rent_arrears"])
def test_a_reserved_name_cannot_be_made_renamed_into_or_copied_to(registry: Direct, name: str) -> None:
    store = registry.store
    store.create_registered_model("weather")
    made = store.create_model_version("weather", "s3://somewhere/model")
    for attempt in (
        lambda: store.create_registered_model(name),
        lambda: store.rename_registered_model("weather", name),
        lambda: store.copy_model_version(made, name),
        lambda: store.create_model_version(name, "s3://somewhere/model"),
        lambda: store.set_registered_model_tag(name, RegisteredModelTag("root.2", "x")),
        lambda: store.create_prompt(name),
    ):
        with refused("kept for what the registry says of itself"):
            attempt()


def test_an_aliased_model_cannot_be_renamed_into_place(town: Town) -> None:
    registry = Direct(town, town.uri())
    registry.create_registered_model("weather")
    made = registry.create_model_version("weather", "s3://somewhere/model")
    registry.set_registered_model_alias("weather", "champion", str(made.version))
    with refused("rename registered model"):
        registry.store.rename_registered_model("weather", MODEL)
    with pytest.raises(MlflowException, match="not found"):
        registry.store.get_registered_model(MODEL)


def test_a_governed_model_is_made_empty(town: Town) -> None:
    registry = Direct(town, town.uri())
    for given in ({"description": "Approved"}, {"tags": [RegisteredModelTag("mlflow.prompt.is_prompt", "true")]}):
        with refused("without tags or words"):
            registry.store.create_registered_model(MODEL, **given)
    registry.store.create_registered_model(MODEL)
    with pytest.raises(MlflowException, match="already exists"):
        registry.store.create_registered_model(MODEL)


# Versions


def test_a_version_without_its_authors_statement_is_refused(town: Town, registry: Direct) -> None:
    place, digest = town.bundle()
    candidate = town.candidate(digest)
    key = tag_name(candidate)
    other = town.candidate(town.bundle()[1])
    for tags in (
        {},
        {"owner": "me"},
        {key: candidate, "owner": "me"},
        {key: candidate, tag_name(other): other},
        {"riskmodels.candidate.0000000000000000": candidate},
        {key: with_payload(candidate, payload_of(other))},
        {tag_name(word := town.council.word(candidate, "siro")): word},
    ):
        with refused():
            registry.create_model_version(MODEL, place.as_uri(), tags=tags)
    with refused():
        registry.create_model_version(MODEL, place.as_uri(), tags={key: candidate}, description="Approved by all")
    assert [] == registry.store.search_model_versions(f"name = '{MODEL}'")


def test_a_candidate_by_nobody_who_may_is_refused(town: Town, registry: Direct) -> None:
    place, digest = town.bundle()
    town.council.signers["stranger"] = new_signer()
    for by in ("stranger", "siro", "registry"):
        candidate = town.candidate(digest, by=by)
        with refused("not that of an author"):
            registry.create_model_version(MODEL, place.as_uri(), tags={tag_name(candidate): candidate})


def test_a_candidate_for_another_model_or_from_another_chain_is_refused(town: Town, registry: Direct) -> None:
    place, digest = town.bundle()
    for changes, why in (
        ({"model": {"name": "care_demand"}}, "for another model"),
        ({"root_digest": "ab" * 32}, "not of this chain"),
        ({"log_head": f"1:{'ab' * 32}"}, "older than what was signed"),
    ):
        candidate = town.candidate(digest, **changes)
        with refused(why):
            registry.create_model_version(MODEL, place.as_uri(), tags={tag_name(candidate): candidate})


def test_one_candidate_cannot_be_registered_twice_to_leave_a_suspension_behind(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    with refused("is version 1 already"):
        registry.create_model_version(MODEL, one.folder.as_uri(), tags={tag_name(one.candidate): one.candidate})


def test_a_version_made_from_another_model_needs_its_authors_statement_too(town: Town, registry: Direct) -> None:
    registry.create_registered_model("weather")
    registry.create_model_version("weather", town.bundle()[0].as_uri())
    with refused():
        registry.create_model_version(MODEL, "models:/weather/1")


# Tags


def test_what_is_handed_in_counts_only_from_whom_the_trust_root_names(town: Town, registry: Direct) -> None:
    one, council = town.register(registry), town.council
    council.signers["stranger"] = new_signer()
    for envelope, why in (
        (council.word(one.candidate, "siro", by="stranger"), "not that of siro"),
        (council.word(one.candidate, "siro", by="equality_lead"), "not that of siro"),
        (council.word(one.candidate, "mayor", by="siro"), "the board does not have"),
        (council.reproduced(one.candidate, by="author"), "not that of a reproducer"),
        (council.suspension(one.candidate, by="stranger"), "holds no role"),
        (council.word(one.candidate, "siro", at=town.now + DAY), "dated in the future"),
        (council.word(one.candidate, "siro", at=town.now - 90 * DAY), "before the candidate was made"),
        (council.promotion(one.candidate), "a promotion is not handed in here"),
        (council.status(one.candidate), "a status is not handed in here"),
        (council.candidate(), "a candidate is not handed in here"),
        (council.standing(one.candidate, role="siro"), "a standing is not handed in here"),
        (council.word(one.candidate, "siro", log_head=f"3:{'ab' * 32}"), "older than what was signed"),
        (council.word(one.candidate, "siro", log_head=f"999:{'ab' * 32}"), "older than what was signed"),
    ):
        with refused(why):
            one.hand_in(envelope)


def test_a_word_on_another_version_is_refused(town: Town, registry: Direct) -> None:
    first, second = town.register(registry), town.register(registry)
    with refused("about another"):
        second.hand_in(town.council.word(first.candidate, "siro"))


def test_a_key_that_was_revoked_cannot_sign_with_an_earlier_date(town: Town, registry: Direct) -> None:
    one, council = town.register(registry), town.council
    gone = council.holder("siro", revoked_from=town.now - datetime.timedelta(hours=1))
    council.next_root(board=council.board_with(siro=(gone,)), at=council.ago(minutes=30))
    town.publish()
    with refused("was revoked before"):
        one.hand_in(council.word(one.candidate, "siro"))


def test_a_tag_must_be_named_after_its_content_and_hold_a_whole_envelope(town: Town, registry: Direct) -> None:
    one = town.register(registry)
    word = town.council.word(one.candidate, "siro")
    for key, text in (
        ("riskmodels.word.0000000000000000", word),
        ("approved_by", "siro"),
        ("riskmodels.word.note", "fine"),
        (tag_name(word), edited(word, payloadType="application/json")),
        (tag_name(word), word[:-2]),
        (tag_name(word), "x" * 95_000),
    ):
        with refused():
            registry.set_model_version_tag(MODEL, str(one.version), key, text)


def test_what_is_signed_is_kept_once(town: Town, registry: Direct) -> None:
    one = town.register(registry)
    word = town.council.word(one.candidate, "siro")
    one.hand_in(word)
    length = len(registry.log())
    one.hand_in(word)  # a client that got no answer asks again
    assert length == len(registry.log())
    with refused("kept once"):
        registry.set_model_version_tag(MODEL, str(one.version), tag_name(word), f"{word} ")
    assert word == registry.store.get_model_version(MODEL, one.version).tags[tag_name(word)]


def test_standing_approvals_are_kept_with_the_model_and_rest_on_one_of_its_candidates(
    town: Town, registry: Direct
) -> None:
    one = town.register(registry)
    standing = town.council.standing(one.candidate, role="siro")
    registry.set_registered_model_tag(MODEL, tag_name(standing), standing)
    assert standing in registry.store.get_registered_model(MODEL).tags.values()
    elsewhere = town.council.standing(town.candidate(town.bundle()[1]), role="siro")
    word = town.council.word(one.candidate, "siro")
    long = town.council.standing(one.candidate, role="siro", reasons="because " * 600)
    for envelope in (elsewhere, word, long, town.council.standing(one.candidate, role="siro", by="author")):
        with refused():
            registry.set_registered_model_tag(MODEL, tag_name(envelope), envelope)


# Aliases


def test_the_gates_reasons_are_told_and_written_down(town: Town, registry: Direct) -> None:
    one = town.register(registry)
    with refused("accountable_officer has not signed"):
        one.promote()
    assert registry.alias() is None
    entry = registry.refusals()[-1]
    assert ("client", one.version, "champion") == (entry.actor, entry.version, entry.alias)
    assert "set_registered_model_alias: reproduced, quorum" == entry.detail


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_is_needed(town: Town, registry: Direct, role: str) -> None:
    one = town.register(registry)
    one.hand_in(town.council.reproduced(one.candidate), *town.council.words(one.candidate, without=[role]))
    with refused(role):
        one.promote()


def test_aliases_that_are_not_guarded_are_refused(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    for alias in ("Champion", "live", "champion2"):
        with refused("not among the guarded aliases"):
            one.promote(alias)
    for alias in ("latest", "v1"):  # MLflow's own rule
        with pytest.raises(MlflowException):
            one.promote(alias)
    assert {} == registry.store.get_registered_model(MODEL).aliases


def test_latest_is_nobodys_approval(town: Town, registry: Direct) -> None:
    town.register(registry)
    assert 1 == registry.store.get_model_version_by_alias(MODEL, "latest").version
    assert {} == registry.status().live


def test_a_version_that_is_not_there_is_not_found(registry: Direct) -> None:
    with pytest.raises(MlflowException, match="not found") as caught:
        registry.set_registered_model_alias(MODEL, "champion", "7")
    assert 404 == caught.value.get_http_status_code()


@pytest.mark.parametrize("everything", [False, True])
def test_an_order_to_stop_counts_at_once_and_until_the_deciding_role_signs_again(
    town: Town, registry: Direct, everything: bool
) -> None:
    one = town.approved(registry)
    one.promote()
    order = {"candidate_digest": EVERY_CANDIDATE} if everything else {}
    one.hand_in(town.council.suspension(one.candidate, **order))
    assert "suspended" == registry.log()[-1].event
    assert (one.candidate_digest,) == registry.status().suspended
    with refused("suspended on"):
        one.promote()
    one.hand_in(town.council.word(one.candidate, "accountable_officer", at=town.now, reasons="It was put right"))
    assert () == registry.status().suspended
    one.promote()


def test_an_order_to_stop_the_whole_model_counts_for_every_version(town: Town, registry: Direct) -> None:
    first, second = town.approved(registry), town.approved(registry)
    order = town.council.suspension(first.candidate, candidate_digest=EVERY_CANDIDATE)
    registry.set_registered_model_tag(MODEL, tag_name(order), order)
    assert {first.candidate_digest, second.candidate_digest} == set(registry.status().suspended)
    for one in (first, second):
        with refused("suspended on"):
            one.promote()


def test_an_approval_that_lapsed_promotes_no_more(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    registry.at += 201 * DAY
    with refused("the signature has lapsed"):
        one.promote()


def test_an_expired_trust_root_lets_nobody_do_anything(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    registry.at += 301 * DAY
    with refused("expired"):
        one.promote()
    with refused("expired"):
        one.hand_in(town.council.suspension(one.candidate))


# Files


@pytest.mark.parametrize("damage", ["changed", "added", "removed", "pickle", "manifest", "gone"])
def test_files_that_are_not_those_that_were_signed_are_not_promoted(town: Town, registry: Direct, damage: str) -> None:
    one = town.approved(registry)
    place, causes = one.folder, {"changed": "bytes|changed", "added": "not in the manifest", "removed": "missing"}
    match damage:
        case "changed":
            (place / "model.txt").write_text("tree of another")
        case "added":
            (place / "MLmodel").write_text("flavors: {python_function: {loader_module: evil}}")
        case "removed":
            (place / "model.txt").unlink()
        case "pickle":
            (place / "model.pkl").write_bytes(b"\x80\x04.")
        case "manifest":
            (place / "manifest.json").write_text((place / "manifest.json").read_text() + " ")
        case "gone":
            shutil.rmtree(place)
    with refused(causes.get(damage, ".")):
        one.promote()
    assert registry.alias() is None
    assert [] == [file for file in town.bundles.iterdir() if file.name != "head.json"]


def test_a_damaged_copy_in_protected_storage_is_put_aside_and_made_again(town: Town, registry: Direct) -> None:
    first, second = town.approved(registry), town.approved(registry)
    copy = town.bundles / second.bundle_digest
    copy.mkdir()
    (copy / "model.txt").write_text("half of it")
    first.promote()
    second.promote()
    assert second.version == registry.alias()
    assert (second.folder / "model.txt").read_text() == (copy / "model.txt").read_text()


# What fails while it is checked


def test_what_cannot_be_verified_is_refused_and_never_an_error_of_the_server(
    town: Town, registry: Direct, caplog: pytest.LogCaptureFixture
) -> None:
    one = town.approved(registry)
    with closing(sqlite3.connect(town.workspace / ".riskmodels" / "registry.db")) as database:
        database.execute("drop table riskmodels_roots")
    with refused("could not be verified"):
        one.promote()
    assert "no such table" in caplog.text


def test_the_log_holds_everything_in_one_chain(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    one.promote()
    log = registry.log()
    verify_chain(log)
    wanted = ["trusted", "registered", "candidate", *["signed"] * 6, "promoted"]
    assert wanted == [entry.event for entry in log]
