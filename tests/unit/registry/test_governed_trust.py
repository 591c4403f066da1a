"""The registry's trust roots: taken up from the workspace when they continue the chain, and never given back."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mlflow.exceptions import MlflowException

from riskmodels.governance.keys import new_signer
from riskmodels.governance.trust import opened_root
from riskmodels.promotion_policy import AtLeast, PromotionPolicy
from tests.unit.governance.signing import policy_of
from tests.unit.registry.governed_town import AT, MODEL, Direct, TodaysCouncil, Town
from tests.unit.registry.test_governed_store import refused

SETTINGS = """
lake: {uri: lake}
models:
  rent_arrears: {capacity: 50, capacity_reason: Ten officers, promotion: {}}
  weather: {capacity: 50, capacity_reason: Ten officers}
"""


def _events(registry: Direct) -> list[str]:
    return [one.event for one in registry.log()]


def _roots(registry: Direct) -> list[str]:
    tags = registry.store.get_registered_model("riskmodels.trust").tags
    return [opened_root(tags[f"root.{number}"]).root.digest for number in range(1, len(tags) + 1)]


def test_the_first_root_is_taken_from_the_checkout_and_told_to_any_client(town: Town, registry: Direct) -> None:
    assert [town.council.pin] == _roots(registry)
    assert "trusted" == registry.log()[0].event
    assert town.council.pin in registry.log()[0].detail


def test_a_newer_root_is_taken_up_before_the_next_write(town: Town, registry: Direct) -> None:
    town.council.next_root()
    town.publish()
    town.register(registry)
    assert [one.digest for one in town.council.roots] == _roots(registry)
    assert ["trusted", "registered", "trusted", "candidate"] == _events(registry)


def test_an_older_checkout_takes_nothing_back(town: Town, registry: Direct) -> None:
    first = town.council.root_envelopes
    town.council.next_root()
    town.publish()
    town.register(registry)
    town.publish(first)
    town.register(registry)
    assert [one.digest for one in town.council.roots] == _roots(registry)


def test_another_root_1_is_refused_and_written_down_once_and_what_is_held_stays_in_force(
    town: Town, registry: Direct
) -> None:
    one = town.approved(registry)
    town.publish(TodaysCouncil(now=AT).root_envelopes)
    one.promote()
    town.register(registry)
    assert one.version == registry.alias()
    assert [town.council.pin] == _roots(registry)
    assert 1 == _events(registry).count("distrusted")


def test_a_root_that_its_quorum_did_not_sign_is_refused(town: Town, registry: Direct) -> None:
    council = town.council
    softer = policy_of(promotion=PromotionPolicy(gain_over_baseline=AtLeast(least=-1, reason="To get it through")))
    forged = council.next_root(policies={MODEL: softer}, signed_by=["accountable_officer"])
    town.publish([council.root_envelopes[0], forged])
    with refused("not of this chain"):
        town.register(registry)
    assert [council.pin] == _roots(registry)
    assert (
        "signed by 1 of the roles of root 1" in next(one for one in registry.log() if one.event == "distrusted").detail
    )


@pytest.mark.parametrize("damage", ["gap", "not text", "not json"])
def test_roots_that_cannot_be_read_leave_what_is_held(town: Town, registry: Direct, damage: str) -> None:
    town.council.next_root()
    town.publish()
    file = town.workspace / "ethics" / "trust" / "2.json"
    if damage == "gap":
        file.rename(file.with_name("3.json"))
    else:
        file.write_bytes(b"\xff\xfe" if damage == "not text" else b"{}")
    with refused():  # the candidate was made under root 2, which was not taken up
        town.register(registry)
    assert [town.council.pin] == _roots(registry)
    assert "distrusted" in _events(registry)


def test_a_model_that_becomes_governed_loses_the_aliases_that_nobody_signed_for(town: Town, registry: Direct) -> None:
    store = registry.store
    registry.create_registered_model("care_demand")
    registry.create_model_version("care_demand", "s3://somewhere/model")
    registry.set_registered_model_alias("care_demand", "champion", "1")
    town.council.next_root(policies={**town.council.policies, "care_demand": policy_of()})
    town.publish()
    registry.create_registered_model("anything")
    assert {} == store.get_registered_model("care_demand").aliases
    assert "withdrawn" == registry.log()[-1].event
    with refused():
        registry.set_registered_model_alias("care_demand", "champion", "1")


def test_an_alias_that_was_written_into_the_database_is_taken_away_at_the_next_start(
    town: Town, registry: Direct
) -> None:
    live, other = town.approved(registry), town.register(registry)
    live.promote()
    assert live.version == Direct(town, town.uri()).alias()  # what the registry countersigned stays
    with closing(sqlite3.connect(town.workspace / ".riskmodels" / "registry.db")) as database:
        database.execute("update registered_model_aliases set version = ?", (other.version,))
        database.commit()
    again = Direct(town, town.uri())
    assert again.alias() is None
    assert ("withdrawn", other.version) == (again.log()[-1].event, again.log()[-1].version)


def test_a_model_that_was_ever_governed_keeps_what_was_signed(town: Town, registry: Direct) -> None:
    one = town.approved(registry)
    town.council.next_root(policies={"care_demand": policy_of()})
    town.publish()
    with refused("kept"):
        registry.store.delete_model_version(MODEL, one.version)
    with refused("guarded aliases"):
        one.promote()


def test_without_a_root_what_the_settings_mean_to_govern_is_refused(town: Town) -> None:
    town.publish([])
    (town.workspace / "mlflow.yaml").write_text(SETTINGS, encoding="utf-8")
    registry = Direct(town, town.uri())
    registry.create_registered_model("weather")
    registry.create_registered_model(MODEL)
    with refused("no trust root"):
        town.register(registry)
    with refused("guarded aliases"):
        registry.set_registered_model_alias(MODEL, "champion", "1")


def test_without_a_root_and_readable_settings_nothing_is_changed(town: Town) -> None:
    town.publish([])
    (town.workspace / "mlflow.yaml").write_text("models: [", encoding="utf-8")
    with refused("holds no trust root"):
        Direct(town, town.uri()).create_registered_model("weather")


def test_the_registrys_key_must_be_there_and_named_by_the_trust_root(
    town: Town, registry: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = town.approved(registry)
    monkeypatch.setenv("RISKMODELS_REGISTRY_PASSPHRASE", "not the passphrase")
    with refused("cannot be opened"):
        one.promote()
    monkeypatch.delenv("RISKMODELS_REGISTRY_PASSPHRASE")
    passphrase = town.key_file.with_suffix(".passphrase")
    passphrase.rename(passphrase.with_suffix(".gone"))
    with refused("is not set"):
        one.promote()
    passphrase.with_suffix(".gone").rename(passphrase)
    council = town.council
    council.signers["other"] = new_signer()
    council.next_root(board=council.board_with(registry=(council.holder("other"),)))
    town.publish()
    with refused("the registry's own key is not named"):
        registry.status()
    assert registry.alias() is None


def test_the_insider_who_edits_the_workspace_changes_nothing(town: Town, registry: Direct) -> None:
    """The author lowers a threshold, adds a key and swaps the root; only the quorum's signature would count."""
    insider = new_signer()
    town.council.signers["insider"] = insider
    one = town.register(registry)
    ethics: Path = town.workspace / "ethics"
    (ethics / "board.yaml").write_text(f"roles: {{siro: {{holders: [{{key: {insider.public_key.keyid}}}]}}}}")
    (town.workspace / "mlflow.yaml").write_text(SETTINGS)
    with refused("not that of siro"):
        one.hand_in(town.council.word(one.candidate, "siro", by="insider"))
    fork: Any = TodaysCouncil(now=AT)
    fork.signers["author"] = town.council.signers["author"]
    town.publish(fork.root_envelopes)
    with refused("not that of siro"):
        one.hand_in(fork.word(one.candidate, "siro"))
    elsewhere = fork.candidate()
    with refused("not of this chain|not that of an author"):
        fork_tag = {"riskmodels.candidate.x": elsewhere}
        registry.create_model_version(MODEL, one.folder.as_uri(), tags=fork_tag | {})
    assert registry.alias() is None


def test_a_root_from_the_future_waits_until_then(town: Town, registry: Direct) -> None:
    town.council.next_root(at=AT + datetime.timedelta(days=2), expires=datetime.date(2027, 1, 1))
    town.publish()
    with refused():
        town.register(registry)
    registry.at += datetime.timedelta(days=3)
    town.register(registry)
    assert 2 == len(_roots(registry))


def test_a_trust_table_that_somebody_changed_is_refused(town: Town, registry: Direct) -> None:
    with closing(sqlite3.connect(town.workspace / ".riskmodels" / "registry.db")) as database:
        database.execute("drop trigger riskmodels_roots_only_grows_update")
        database.execute("update riskmodels_roots set envelope = ?", (TodaysCouncil(now=AT).root_envelopes[0][:-9],))
        database.commit()
    with refused():
        town.register(Direct(town, town.uri()))


def test_nothing_else_is_under_the_reserved_names(registry: Direct) -> None:
    for name in (
        "riskmodels.status.weather",
        "riskmodels.status",
        "riskmodels.log",
        "riskmodels.log.0",
        "riskmodels.x",
    ):
        with pytest.raises(MlflowException, match="not found"):
            registry.store.get_registered_model(name)
