from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from riskmodels.errors import OutputError, RefusedError, ScoringError, UntrustedError
from riskmodels.governance.attestations import Promotion
from riskmodels.governance.envelopes import opened
from riskmodels.governance.pack import read_pack, write_pack
from riskmodels.registry.bundles import flavour
from riskmodels.registry.bundles.flavour import PyfuncModel, log_bundle
from riskmodels.registry.bundles.manifest import bundle_digest, check_files
from riskmodels.registry.bundles.mlmodel import LOADER_MODULE, mlflow_files
from riskmodels.registry.environment import describe_environment
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.pins import PIN
from riskmodels.registry.silence import import_silently
from tests.bundles import Chosen, made_up_table, trained
from tests.unit.scoring.live import Clock, Live, council, digest_of_candidate

BOTH = pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])

Copies = Mapping[Chosen, Path]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Chosen, Live]:
    folder = tmp_path_factory.mktemp("live")
    return {one: Live(folder, one) for one in ("interpretable", "lightgbm")}


@pytest.fixture(scope="module")
def copies(live: Mapping[Chosen, Live], tmp_path_factory: pytest.TempPathFactory) -> Copies:
    folder = tmp_path_factory.mktemp("copies")
    return {one: held.fetched(folder / one).folder for one, held in live.items()}


@pytest.fixture
def clock(live: Mapping[Chosen, Live], monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Pin the council's root, and let the test set the time."""
    monkeypatch.setenv(PIN, council().pin)
    clock = Clock()
    monkeypatch.setattr(flavour, "now", clock)
    return clock


def loaded(folder: Path) -> PyfuncModel:
    return flavour._load_pyfunc(str(folder))


@BOTH
def test_what_mlflow_calls_gives_the_trained_models_scores(copies: Copies, clock: Clock, chosen: Chosen) -> None:
    model = trained(chosen).estimators[chosen]
    X = made_up_table().X
    found = loaded(copies[chosen]).predict(X)
    assert ["score", "probability"] == list(found.columns)
    assert model.raw_score(X).tobytes() == found["score"].to_numpy().tobytes()
    assert model.probability(X).tobytes() == found["probability"].to_numpy().tobytes()


def test_columns_come_in_any_order_with_others_and_rows_keep_their_names(copies: Copies, clock: Clock) -> None:
    model = loaded(copies["lightgbm"])
    X = made_up_table().X.head(5)
    mixed = X[X.columns[::-1]].assign(reference="private").set_axis(list("abcde"), axis="index")
    found = model.predict(mixed)
    assert list("abcde") == list(found.index)
    assert np.array_equal(model.predict(X)["score"], found["score"])


def test_missing_columns_and_words_are_refused_by_name_and_without_a_value(copies: Copies, clock: Clock) -> None:
    X = made_up_table().X.head(3).drop(columns="paid").assign(flag="confidential")
    with pytest.raises(ScoringError, match=r"1 of the model's 7 columns are missing \(paid\), 1 are not") as found:
        loaded(copies["lightgbm"]).predict(X)
    assert "confidential" not in str(found.value)


def test_scores_of_no_rows_are_no_rows(copies: Copies, clock: Clock) -> None:
    for folder in copies.values():
        assert (0, 2) == loaded(folder).predict(made_up_table().X.head(0)).shape


# Verified first


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


def test_what_mlflow_leaves_as_it_downloads_may_lie_beside(copies: Copies, clock: Clock, tmp_path: Path) -> None:
    folder = copied(copies["lightgbm"], tmp_path / "copy")
    (folder / "registered_model_meta").write_text("model_name: made_up", encoding="utf-8")
    assert (3, 2) == loaded(folder).predict(made_up_table().X.head(3)).shape


@pytest.mark.parametrize("attack", ["changed", "added", "removed", "pickle", "code", "manifest rewritten"])
def test_a_copy_that_was_changed_is_not_loaded(copies: Copies, clock: Clock, tmp_path: Path, attack: str) -> None:
    folder = copied(copies["lightgbm"], tmp_path / "copy")
    if attack == "changed":
        (folder / "baseline.json").write_bytes((folder / "baseline.json").read_bytes() + b" ")
    elif attack == "added":
        (folder / "extra.json").write_text("{}", encoding="utf-8")
    elif attack == "removed":
        (folder / "reasons.json").unlink()
    elif attack == "pickle":
        (folder / "python_model.pkl").write_bytes(b"\x80\x05.")
    elif attack == "code":
        (folder / "loader.py").write_text("print('run')", encoding="utf-8")
    else:
        for path in copies["interpretable"].iterdir():
            if path.name not in ("pack.json", "status.json"):
                (folder / path.name).write_bytes(path.read_bytes())
        (folder / "model.txt").unlink()
        check_files(folder, bundle_digest(folder), ignored=("pack.json", "status.json"))
    with pytest.raises(UntrustedError):
        loaded(folder)


def test_a_bundle_that_nobody_verified_is_not_loaded(live: Mapping[Chosen, Live], clock: Clock) -> None:
    with pytest.raises(RefusedError, match=r"has no pack\.json: nobody verified it"):
        loaded(live["lightgbm"].folder)


@pytest.mark.parametrize("pin", [None, "", "champion", "0" * 64])
def test_no_copy_is_loaded_where_its_trust_root_is_not_pinned(
    copies: Copies, clock: Clock, monkeypatch: pytest.MonkeyPatch, pin: str | None
) -> None:
    monkeypatch.delenv(PIN)
    if pin is not None:
        monkeypatch.setenv(PIN, pin)
    with pytest.raises(RefusedError):
        loaded(copies["lightgbm"])


def test_the_pin_may_be_in_a_file(
    copies: Copies, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pin.txt").write_text(f"{council().pin}\n", encoding="utf-8")
    monkeypatch.setenv(PIN, str(tmp_path / "pin.txt"))
    assert (1, 2) == loaded(copies["lightgbm"]).predict(made_up_table().X.head(1)).shape


def test_a_copy_whose_status_grew_too_old_is_not_loaded_and_one_in_use_stops(copies: Copies, clock: Clock) -> None:
    model = loaded(copies["lightgbm"])
    model.predict(made_up_table().X.head(1))
    clock.at = model.copy.good_until
    with pytest.raises(RefusedError, match="could be used until"):
        model.predict(made_up_table().X.head(1))
    clock.move(seconds=1)
    with pytest.raises(RefusedError):
        loaded(copies["lightgbm"])


def test_a_suspended_copy_is_not_loaded(tmp_path: Path, clock: Clock) -> None:
    held = Live(tmp_path)
    folder = held.fetched(tmp_path / "copy").folder
    stopped = held.council.status(held.candidate, suspended=(digest_of_candidate(held.candidate),), live={})
    (folder / "status.json").write_text(stopped, encoding="utf-8")
    with pytest.raises(RefusedError, match="was suspended"):
        loaded(folder)


def test_a_copy_that_was_never_put_live_is_not_loaded(tmp_path: Path, clock: Clock, copies: Copies) -> None:
    folder = copied(copies["lightgbm"], tmp_path / "copy")
    pack = read_pack(folder / "pack.json")
    kept = tuple(text for text in pack.attestations if not isinstance(opened(text).attestation, Promotion))
    write_pack(folder / "pack.json", pack.model_copy(update={"attestations": kept}))
    with pytest.raises(UntrustedError, match="nothing in this copy of made_up says that the registry put it live"):
        loaded(folder)


# Stock MLflow


@BOTH
@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")  # of MLflow's own types, as it is imported
def test_stock_mlflow_loads_it_and_checks_inputs_by_the_signature(copies: Copies, clock: Clock, chosen: Chosen) -> None:
    import_silently()
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

    model = mlflow.pyfunc.load_model(str(copies[chosen]))
    X = made_up_table().X.head(50)
    found = model.predict(X)
    assert trained(chosen).estimators[chosen].raw_score(X).tobytes() == found["score"].to_numpy().tobytes()
    assert (3, 2) == model.predict(model.input_example).shape
    with pytest.raises(MlflowException, match="paid"):
        model.predict(X.drop(columns="paid"))


def test_mlmodel_names_the_loader_and_no_code(copies: Copies) -> None:
    about = yaml.safe_load((copies["lightgbm"] / "MLmodel").read_text(encoding="utf-8"))
    python = about["flavors"]["python_function"]
    assert {"env", "loader_module", "python_version"} == set(python)
    assert LOADER_MODULE == python["loader_module"]
    assert flavour._load_pyfunc is importlib.import_module(LOADER_MODULE)._load_pyfunc
    assert not {"model_uuid", "utc_time_created", "run_id"} & set(about)


def test_a_package_that_is_not_installed_is_not_pinned() -> None:
    environment = {**describe_environment(), "scipy": "not installed as a package"}
    files = mlflow_files(["a"], model="m", estimator="lightgbm", environment=environment, example="input_example.json")
    assert "scipy" not in files["requirements.txt"].decode()


def test_importing_the_flavour_loads_neither_mlflow_nor_a_model_library() -> None:
    code = "import sys, riskmodels.registry.bundles.flavour; print(*sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set() == {"mlflow", "pandas", "lightgbm", "sklearn", "pandera", "duckdb"} & set(said.stdout.split())


# A run's files


@pytest.fixture
def client(tmp_path: Path) -> Any:
    import_silently()
    from mlflow.tracking import MlflowClient

    make_sqlite_store(tmp_path / "mlflow.db")
    return MlflowClient(tracking_uri=f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}")


def test_a_bundle_goes_into_a_runs_files_and_comes_back_whole(
    live: Mapping[Chosen, Live], client: Any, tmp_path: Path
) -> None:
    folder, digest = live["lightgbm"].folder, live["lightgbm"].digest
    experiment = client.create_experiment("made_up", artifact_location=(tmp_path / "files").as_uri())
    run_id = client.create_run(experiment).info.run_id
    assert f"runs:/{run_id}/bundle" == log_bundle(client, run_id, folder, digest=digest)
    check_files(Path(client.download_artifacts(run_id, "bundle", str(tmp_path))), digest)


def test_a_bundle_that_was_changed_is_not_put_into_a_run(
    live: Mapping[Chosen, Live], client: Any, tmp_path: Path
) -> None:
    folder = copied(live["lightgbm"].folder, tmp_path / "copy")
    (folder / "extra.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UntrustedError, match=r"extra\.json"):
        log_bundle(client, "0" * 32, folder, digest=live["lightgbm"].digest)


def test_a_store_that_refuses_is_an_error_that_says_so(live: Mapping[Chosen, Live], client: Any) -> None:
    folder, digest = live["lightgbm"].folder, live["lightgbm"].digest
    with pytest.raises(OutputError, match="could not be put into the run's files"):
        log_bundle(client, "0" * 32, folder, digest=digest)
