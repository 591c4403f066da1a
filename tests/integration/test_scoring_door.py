"""The scoring door against a real registry server, over HTTP, with the account and environment that a service has."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import RefusedError, RegistryError, UntrustedError
from riskmodels.governance.attestations import Candidate
from riskmodels.governance.envelopes import opened
from riskmodels.registry.auditing.verifying import verify_public
from riskmodels.registry.client import Registry
from riskmodels.registry.fetching import fetch
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently
from riskmodels.scoring import Scorer, load
from tests.bundles import Chosen, made_up_bundle, made_up_table, trained
from tests.integration.registry_server.site import MALLORY, Site
from tests.unit.registry.governed_town import MODEL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("scoring door")]

PURPOSE = "homelessness_prevention"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a running server with two workers and authentication."""
    folder = tmp_path_factory.mktemp("site")
    import_silently()
    make_sqlite_store(folder / "registry.db")
    shutil.copy(folder / "registry.db", folder / "runs.db")
    registry, runs = (f"sqlite:///{(folder / name).as_posix()}" for name in ("registry.db", "runs.db"))
    made = Site(folder, registry_uri=f"governed+{registry}", backend_uri=runs)
    try:
        yield made
    finally:
        made.kill()


@pytest.fixture(autouse=True)
def service(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what a service sets: its account, its registry, and its pin."""
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", MALLORY[0])
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", MALLORY[1])
    monkeypatch.setenv("RISKMODELS_REGISTRY_URI", site.url)
    monkeypatch.setenv("RISKMODELS_TRUST_PIN", site.town.council.pin)


def inputs(rows: int = 30) -> pd.DataFrame:
    table = made_up_table()
    return table.X[[column.name for column in table.columns]].head(rows)


def promoted(site: Site, folder: Path, chosen: Chosen) -> tuple[int, str, str]:
    """Put a real model live, over HTTP; give its version, its author's envelope, and its run."""
    registry = Registry(site.url)
    registry.ensure_model(MODEL)
    bundle, digest = made_up_bundle(folder / "bundle", chosen)
    source, run_id = site.run_with(bundle)
    candidate = site.town.candidate(digest, benefit=f"Benefit not shown ({time.time_ns()})")
    version = registry.register(MODEL, source=source, run_id=run_id, candidate=candidate)
    for envelope in site.town.statements(candidate):
        registry.attach(MODEL, version, envelope)
    registry.promote(MODEL, version, "champion")
    return version, candidate, run_id


def scores(scorer: Scorer) -> np.ndarray:
    return scorer.score(inputs(), purpose=PURPOSE)["score"].to_numpy()


def expected(chosen: Chosen) -> np.ndarray:
    return trained(chosen).estimators[chosen].raw_score(inputs())


def test_what_is_live_scores_as_it_was_trained_changes_over_and_stops_when_it_is_suspended(
    site: Site, tmp_path: Path
) -> None:
    version, _, _ = promoted(site, tmp_path / "first", "lightgbm")
    with load(MODEL) as scorer:
        assert version == scorer.version
        assert np.array_equal(expected("lightgbm"), scores(scorer))
        second, candidate, _ = promoted(site, tmp_path / "second", "interpretable")
        scorer.refresh()
        assert second == scorer.version
        assert np.array_equal(expected("interpretable"), scores(scorer))
        Registry(site.url).suspend(MODEL, second, site.town.council.suspension(candidate))
        scorer.refresh()
        with pytest.raises(RefusedError, match="was suspended"):
            scores(scorer)
        with pytest.raises(RefusedError, match="was suspended"):
            load(MODEL)
        Registry(site.url).promote(MODEL, version, "champion")
        scorer.refresh()
        assert version == scorer.version
        assert np.array_equal(expected("lightgbm"), scores(scorer))


def test_files_uploaded_over_those_of_the_live_run_change_nothing(site: Site, tmp_path: Path) -> None:
    version, _, run_id = promoted(site, tmp_path, "lightgbm")
    (tmp_path / "calibrator.json").write_text("{}", encoding="utf-8")
    (tmp_path / "loader.py").write_text("raise SystemExit", encoding="utf-8")
    for name in ("calibrator.json", "loader.py"):
        site.client().log_artifact(run_id, str(tmp_path / name), "bundle")
    with load(MODEL) as scorer:
        assert version == scorer.version
        assert np.array_equal(expected("lightgbm"), scores(scorer))


def test_a_service_elsewhere_takes_the_run_s_files_and_only_if_they_are_those_that_were_signed(
    site: Site, tmp_path: Path
) -> None:
    version, _, run_id = promoted(site, tmp_path, "lightgbm")
    kept = next(one for one in site.protected.iterdir() if one.name == live_digest(site, version))
    away = kept.with_name("out of reach")
    kept.rename(away)
    try:
        with load(MODEL) as scorer:
            assert np.array_equal(expected("lightgbm"), scores(scorer))
        (tmp_path / "calibrator.json").write_text("{}", encoding="utf-8")
        site.client().log_artifact(run_id, str(tmp_path / "calibrator.json"), "bundle")
        with pytest.raises(UntrustedError, match=r"calibrator\.json"):
            load(MODEL)
    finally:
        away.rename(kept)
    with load(MODEL) as scorer:
        assert version == scorer.version


def live_digest(site: Site, version: int) -> str:
    candidate = opened(Registry(site.url).pack(MODEL, version=version).candidate).attestation
    assert isinstance(candidate, Candidate)
    return candidate.facts.model.bundle_digest


def test_an_account_that_is_not_let_in_is_told_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "not the password of anybody")
    with pytest.raises(RegistryError, match="does not let this account in") as caught:
        load(MODEL)
    assert "not the password" not in str(caught.value)


def test_another_pin_opens_nothing_and_a_model_that_is_not_live_is_named(site: Site) -> None:
    with pytest.raises(UntrustedError, match="root 1 is not the one that is pinned here"):
        load(MODEL, pin="0" * 64)
    with pytest.raises(RefusedError, match="nothing behind the alias 'shadow'"):
        load(MODEL, alias="shadow")


def test_a_copy_serves_while_the_server_is_down_and_a_running_service_goes_on(site: Site, tmp_path: Path) -> None:
    version, _, _ = promoted(site, tmp_path / "made", "lightgbm")
    now = datetime.datetime.now(datetime.UTC)
    copy = fetch(Registry(site.url), MODEL, tmp_path / "served", pin=site.town.council.pin, at=now).folder
    running = load(MODEL)
    site.kill()
    try:
        begun = time.monotonic()
        with pytest.raises(RegistryError, match="gives no answer"):
            load(MODEL)
        assert time.monotonic() - begun < 5
        running.refresh()
        assert isinstance(running.trouble, RegistryError)
        assert np.array_equal(expected("lightgbm"), scores(running))
        with load(MODEL, registry=copy) as scorer:
            assert version == scorer.version
            assert np.array_equal(expected("lightgbm"), scores(scorer))
    finally:
        running.close()
        site.start()


def test_anybody_with_an_account_may_check_what_is_public(site: Site, tmp_path: Path) -> None:
    version, _, _ = promoted(site, tmp_path, "lightgbm")
    registry, now = Registry(site.url), datetime.datetime.now(datetime.UTC)
    found = verify_public(
        registry.pack(MODEL, version=version), registry.log(), None, pin=site.town.council.pin, at=now
    )
    assert [] == [one for one in found if one.held is False]
    held = {one.what for one in found if one.held}
    assert {"Chain of the decision log", "Heads that were signed", "Countersignature of the registry"} <= held
    assert any(what.startswith("The gate, asked again for") for what in held)
