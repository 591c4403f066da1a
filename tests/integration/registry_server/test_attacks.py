"""A real server is attacked by its own MLflow administrator, who holds no signing key: nothing of it goes live."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

import pytest
import requests
from mlflow.exceptions import MlflowException

from riskmodels.governance.keys import new_signer
from riskmodels.registry.bundles.manifest import check_files
from tests.integration.registry_server.attacks import REFUSED, Attack, Target
from tests.integration.registry_server.site import Site
from tests.unit.governance.signing import policy_of
from tests.unit.registry.governed_town import MODEL

TARGETS: dict[str, Target] = {}


@pytest.fixture
def target(site: Site) -> Target:
    """Give a live version, one that nobody signed, one whose approval has lapsed, and a model that is not governed."""
    if site.url not in TARGETS:
        council = site.town.council
        council.signers["former_siro"] = new_signer()
        former = council.holder("former_siro", revoked_from=council.ago(hours=3))
        board = council.board_with(siro=(council.holder("siro"), former))
        council.next_root(board=board, policies={MODEL: policy_of(), "care_demand": policy_of()})
        site.town.publish()
        live, other, lapsed = site.approved(), site.register(), site.register()
        live.promote()
        officer, yesterday = "accountable_officer", council.ago(days=1).date()
        words = council.words(lapsed.candidate, without=[officer])
        late = council.word(lapsed.candidate, officer, review_by=yesterday)
        lapsed.hand_in(council.reproduced(lapsed.candidate), *words, late)
        client = site.client()
        client.create_registered_model("weather")
        made = client.create_model_version("weather", "s3://somewhere/model")
        client.set_registered_model_alias("weather", "champion", made.version)
        TARGETS[site.url] = Target(site, live, other, lapsed, int(made.version))
    return TARGETS[site.url]


def _answer(attack: Attack, target: Target) -> tuple[int, str, float]:
    begun = time.monotonic()
    try:
        answer = attack(target)
    except MlflowException as error:
        return error.get_http_status_code(), error.message, time.monotonic() - begun
    assert isinstance(answer, requests.Response)
    return answer.status_code, answer.text, time.monotonic() - begun


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_reason_and_written_down(target: Target, name: str) -> None:
    saying, attack = REFUSED[name]
    site = target.site
    kept, length = site.kept(), len(site.log())
    status, said, seconds = _answer(attack, target)
    assert 403 == status, said
    assert saying in said
    assert "What to do" in said
    entries = site.log()[length:]
    assert ["refused"] == [one.event for one in entries]
    assert target.live.version == site.alias()
    assert kept == site.kept()
    if seconds >= 2:  # the machine was busy with something else: once more
        seconds = _answer(attack, target)[2]
    assert seconds < 2


def test_latest_is_nobodys_approval(target: Target) -> None:
    site = target.site
    found = site.http("GET", "2.0/mlflow/registered-models/alias", name=MODEL, alias="latest")
    assert 200 == found.status_code  # stock MLflow answers it, and services do not ask
    status = site.client().get_registered_model(f"riskmodels.status.{MODEL}").tags["status"]
    assert target.other.candidate_digest not in status


def test_a_new_model_over_the_live_versions_files_reaches_nobody(target: Target, tmp_path: Path) -> None:
    site, live = target.site, target.live
    kept = site.kept()
    evil = tmp_path / "MLmodel"
    evil.write_text("flavors: {python_function: {loader_module: evil, code: code}}")
    inside = f"/api/2.0/mlflow-artifacts/artifacts/0/{live.run_id}/artifacts/bundle"
    assert 200 == site.http("PUT", f"{inside}/MLmodel", data=evil.read_bytes()).status_code
    assert 200 == site.http("PUT", f"{inside}/code/evil.py", data=b"print('gotcha')").status_code
    assert 200 == site.http("PUT", f"{inside}/model.txt", data=b"tree of another").status_code
    done = site.command("artifacts", "log-artifact", "-l", str(evil), "-r", live.run_id, "-a", "bundle")
    assert 0 == done.returncode, done.stderr
    assert 200 == site.http("DELETE", f"{inside}/baseline.json").status_code
    _is_as_it_was(target, kept)
    live.promote()  # and again, from protected storage
    _is_as_it_was(target, kept)


def test_deleting_the_live_run_its_artefacts_and_its_logged_model_changes_nothing(target: Target) -> None:
    site, live = target.site, target.live
    kept = site.kept()
    done = site.command("runs", "delete", "--run-id", live.run_id)
    assert 0 == done.returncode, done.stderr
    made = site.http("POST", "2.0/mlflow/logged-models", experiment_id="0", name="x", source_run_id=live.run_id).json()
    model = made["model"]["info"]["model_id"]
    assert 200 == site.http("PATCH", f"2.0/mlflow/logged-models/{model}", model_id=model, status=2).status_code
    assert 200 == site.http("DELETE", f"2.0/mlflow/logged-models/{model}").status_code
    site.http("DELETE", f"/api/2.0/mlflow-artifacts/artifacts/0/{live.run_id}/artifacts/bundle")
    _is_as_it_was(target, kept)
    live.promote()
    _is_as_it_was(target, kept)


def test_no_path_of_the_artefact_proxy_leads_into_protected_storage(target: Target) -> None:
    site, kept = target.site, target.site.kept()
    way = os.path.relpath(site.protected, site.artefacts)
    for path in (way, f"x/../../{way}", way.replace("..", "%2e%2e"), str(site.protected)):
        site.http(
            "PUT", f"/api/2.0/mlflow-artifacts/artifacts/{path}/{target.live.bundle_digest}/MLmodel", data=b"evil"
        )
    assert kept == site.kept()


def test_no_experiment_that_is_kept_in_protected_storage_writes_there(target: Target) -> None:
    site, kept = target.site, target.site.kept()
    place = (site.protected / target.live.bundle_digest).as_uri()
    name = f"kept there {datetime.datetime.now(datetime.UTC)}"
    made = site.http("POST", "2.0/mlflow/experiments/create", name=name, artifact_location=place)
    run = site.http("POST", "2.0/mlflow/runs/create", experiment_id=made.json()["experiment_id"]).json()
    where = f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run['run']['info']['run_id']}&path=MLmodel"
    answer = site.http("POST", where, data=b"evil")
    assert 403 == answer.status_code
    assert "protected storage" in answer.text
    _is_as_it_was(target, kept)


def test_graphql_changes_nothing(target: Target) -> None:
    kept = target.site.kept()
    for query in (
        'mutation { testMutation(inputString: "x") { output } }',
        f'mutation {{ mlflowSetRegisteredModelAlias(input: {{name: "{MODEL}", alias: "champion"}}) {{ x }} }}',
    ):
        target.site.http("POST", "/graphql", query=query)
    _is_as_it_was(target, kept)


def test_the_insider_who_swaps_the_workspaces_root_changes_nothing(target: Target) -> None:
    site, town = target.site, target.site.town
    held = town.council.root_envelopes
    softer = {MODEL: policy_of(), "care_demand": policy_of(), "weather": policy_of()}
    council = town.council
    root, envelopes = council.root, council.root_envelopes
    forged = council.next_root(policies=softer, at=council.ago(days=10), signed_by=["equality_lead"])
    council.root, council.root_envelopes = root, envelopes
    try:
        town.publish([*held, forged])
        assert 403 == _answer(REFUSED["alias without an attestation, by raw HTTP"][1], target)[0]
        assert "distrusted" in [one.event for one in site.log()]
        trust = site.client().get_registered_model("riskmodels.trust").tags
        assert list(held) == [trust[f"root.{number}"] for number in range(1, len(trust) + 1)]
    finally:
        town.publish(held)


def test_the_servers_answers_are_never_its_own_faults(target: Target) -> None:
    assert " 500 " not in target.site.said()
    assert "could not be verified" not in target.site.said()


def _is_as_it_was(target: Target, kept: dict[str, str]) -> None:
    """See that the alias, protected storage, and what any client downloads are what was signed."""
    site, live = target.site, target.live
    assert live.version == site.alias()
    assert kept == site.kept()
    check_files(site.protected / live.bundle_digest, live.bundle_digest)
    got = site.http("GET", "/model-versions/get-artifact", name=MODEL, version=str(live.version), path="model.txt")
    assert (live.folder / "model.txt").read_bytes() == got.content
