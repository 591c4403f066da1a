from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from riskmodels.errors import OutputError, ScoringError, UntrustedError
from riskmodels.registry.environment import describe_environment
from riskmodels.registry.flavour import _load_pyfunc, load_copy, log_bundle
from riskmodels.registry.manifest import check_files
from riskmodels.registry.mlmodel import LOADER_MODULE, mlflow_files
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently
from tests.bundles import Chosen, inputs_of, made_up_bundle, made_up_table, trained

BOTH = pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[Chosen, tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("copies")
    return {one: made_up_bundle(folder / one, one) for one in ("interpretable", "lightgbm")}


@BOTH
def test_what_mlflow_calls_gives_the_trained_models_scores(copies: Any, chosen: Chosen) -> None:
    model = trained(chosen).estimators[chosen]
    X = made_up_table().X
    found = _load_pyfunc(str(copies[chosen][0])).predict(X)
    assert ["score", "probability"] == list(found.columns)
    assert model.raw_score(X).tobytes() == found["score"].to_numpy().tobytes()
    assert model.probability(X).tobytes() == found["probability"].to_numpy().tobytes()


def test_columns_come_in_any_order_with_others_and_rows_keep_their_names(copies: Any) -> None:
    model = _load_pyfunc(str(copies["lightgbm"][0]))
    X = made_up_table().X.head(5)
    mixed = X[X.columns[::-1]].assign(reference="private").set_axis(list("abcde"), axis="index")
    found = model.predict(mixed)
    assert list("abcde") == list(found.index)
    assert np.array_equal(model.predict(X)["score"], found["score"])


def test_missing_columns_and_words_are_refused_by_name_and_without_a_value(copies: Any) -> None:
    X = made_up_table().X.head(3).drop(columns="paid").assign(flag="confidential")
    with pytest.raises(
        ScoringError, match=r"1 of the model's 7 columns are missing \(paid\), 1 are not numbers"
    ) as found:
        _load_pyfunc(str(copies["lightgbm"][0])).predict(X)
    assert "confidential" not in str(found.value)


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


@pytest.mark.parametrize("name", ["pack.json", "status.json", "registered_model_meta"])
def test_what_a_copy_was_verified_by_may_lie_beside_the_bundle(copies: Any, tmp_path: Path, name: str) -> None:
    folder = copied(copies["lightgbm"][0], tmp_path / "copy")
    (folder / name).write_text("{}", encoding="utf-8")
    assert (3, 2) == _load_pyfunc(str(folder)).predict(made_up_table().X.head(3)).shape


@pytest.mark.parametrize("attack", ["changed", "added", "removed", "pickle", "code"])
def test_a_copy_that_was_changed_is_not_loaded(copies: Any, tmp_path: Path, attack: str) -> None:
    folder = copied(copies["lightgbm"][0], tmp_path / "copy")
    if attack == "changed":
        (folder / "baseline.json").write_bytes((folder / "baseline.json").read_bytes() + b" ")
    elif attack == "added":
        (folder / "extra.json").write_text("{}", encoding="utf-8")
    elif attack == "removed":
        (folder / "reasons.json").unlink()
    elif attack == "pickle":
        (folder / "python_model.pkl").write_bytes(b"\x80\x05.")
    else:
        (folder / "loader.py").write_text("print('run')", encoding="utf-8")
    with pytest.raises(UntrustedError):
        _load_pyfunc(str(folder))


def test_a_whole_bundle_of_somebody_elses_is_refused_where_the_signed_digest_is_known(copies: Any) -> None:
    folder, digest = copies["interpretable"]
    assert "interpretable" == load_copy(folder, digest=digest).manifest.estimator
    with pytest.raises(UntrustedError, match="the manifest in"):
        load_copy(folder, digest=copies["lightgbm"][1])


@BOTH
@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")  # of MLflow's own types, as it is imported
def test_stock_mlflow_loads_it_and_checks_inputs_by_the_signature(copies: Any, chosen: Chosen) -> None:
    import_silently()
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

    loaded = mlflow.pyfunc.load_model(str(copies[chosen][0]))
    X = made_up_table().X.head(50)
    found = loaded.predict(X)
    assert trained(chosen).estimators[chosen].raw_score(X).tobytes() == found["score"].to_numpy().tobytes()
    assert (3, 2) == loaded.predict(loaded.input_example).shape
    with pytest.raises(MlflowException, match="paid"):
        loaded.predict(X.drop(columns="paid"))


def test_mlmodel_names_the_loader_and_no_code(copies: Any) -> None:
    about = yaml.safe_load((copies["lightgbm"][0] / "MLmodel").read_text(encoding="utf-8"))
    flavour = about["flavors"]["python_function"]
    assert {"env", "loader_module", "python_version"} == set(flavour)
    assert LOADER_MODULE == flavour["loader_module"] == _load_pyfunc.__module__
    assert not {"model_uuid", "utc_time_created", "run_id"} & set(about)


def test_a_package_that_is_not_installed_is_not_pinned() -> None:
    environment = {**describe_environment(), "scipy": "not installed as a package"}
    files = mlflow_files(["a"], model="m", estimator="lightgbm", environment=environment, example="input_example.json")
    assert "scipy" not in files["requirements.txt"].decode()


def test_importing_the_flavour_loads_neither_mlflow_nor_a_model_library() -> None:
    code = "import sys, riskmodels.registry.flavour; print(*sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set() == {"mlflow", "pandas", "lightgbm", "sklearn", "pandera", "duckdb"} & set(said.stdout.split())


# A run's files


@pytest.fixture
def client(tmp_path: Path) -> Any:
    import_silently()
    from mlflow.tracking import MlflowClient

    make_sqlite_store(tmp_path / "mlflow.db")
    return MlflowClient(tracking_uri=f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}")


def test_a_bundle_goes_into_a_runs_files_and_comes_back_whole(copies: Any, client: Any, tmp_path: Path) -> None:
    folder, digest = copies["lightgbm"]
    experiment = client.create_experiment("made_up", artifact_location=(tmp_path / "files").as_uri())
    run_id = client.create_run(experiment).info.run_id
    assert f"runs:/{run_id}/bundle" == log_bundle(client, run_id, folder, digest=digest)
    check_files(Path(client.download_artifacts(run_id, "bundle", str(tmp_path))), digest)


def test_a_bundle_that_was_changed_is_not_put_into_a_run(copies: Any, client: Any, tmp_path: Path) -> None:
    folder = copied(copies["lightgbm"][0], tmp_path / "copy")
    (folder / "extra.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UntrustedError, match=r"extra\.json"):
        log_bundle(client, "0" * 32, folder, digest=copies["lightgbm"][1])


def test_a_store_that_refuses_is_an_error_that_says_so(copies: Any, client: Any) -> None:
    folder, digest = copies["lightgbm"]
    with pytest.raises(OutputError, match="could not be put into the run's files"):
        log_bundle(client, "0" * 32, folder, digest=digest)


def test_scores_of_no_rows_are_no_rows(copies: Any) -> None:
    for folder, _ in copies.values():
        assert (0, 2) == _load_pyfunc(str(folder)).predict(made_up_table().X.head(0)).shape
        assert len(inputs_of(made_up_table(), rows=0)) == 0
