from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from riskmodels.assurance.explain import explain_cases
from riskmodels.errors import RegistryError, ScoringError, UntrustedError
from riskmodels.governance.wire import canonical
from riskmodels.modelling.calibration import IsotonicCalibrator
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.bundles.predictor import Predictor
from riskmodels.registry.bundles.usual import compared_with
from tests.bundles import Chosen, inputs_of, made_up_bundle, made_up_table, trained

FloatArray = npt.NDArray[np.float64]

EVERY_KIND = pytest.mark.parametrize(
    ("chosen", "isotonic"),
    [("interpretable", False), ("interpretable", True), ("lightgbm", False), ("lightgbm", True)],
)
BOTH = pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[Chosen, bool], dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("bundles")
    kinds: list[tuple[Chosen, bool]] = [
        (one, steps) for one in ("interpretable", "lightgbm") for steps in (False, True)
    ]
    return {
        (one, steps): checked_files(*made_up_bundle(folder / f"{one}-{steps}", one, isotonic=steps))
        for one, steps in kinds
    }


def odd_inputs() -> FloatArray:
    """Give inputs as no training row has them: all missing, none of the categories, two at once, far outside."""
    X = inputs_of(made_up_table(), rows=6).copy()
    X[0] = np.nan
    X[1, 4:] = 0.0
    X[2, 4:] = 1.0
    X[3] = 1e9
    X[4] = -1e9
    X[5] = 0.5
    return X


@EVERY_KIND
@pytest.mark.parametrize("which", ["training rows", "odd rows", "one row"])
def test_scores_and_probabilities_are_those_of_the_trained_model_to_the_last_bit(
    bundles: Any, chosen: Chosen, isotonic: bool, which: str
) -> None:
    X = odd_inputs() if which == "odd rows" else inputs_of(made_up_table(), rows=1 if which == "one row" else None)
    predictor = Predictor.from_files(bundles[chosen, isotonic])
    model = trained(chosen, isotonic=isotonic)
    frame = pd.DataFrame(X, columns=[column.name for column in model.columns])
    one, today = model.estimators[chosen], model.estimators["baseline"]
    assert isotonic == isinstance(one.calibrator, IsotonicCalibrator)  # type: ignore[attr-defined]
    assert one.raw_score(frame).tobytes() == predictor.raw_score(X).tobytes()
    assert one.probability(frame).tobytes() == predictor.probability(X).tobytes()
    assert today.raw_score(frame).tobytes() == predictor.baseline_score(X).tobytes()
    assert today.probability(frame).tobytes() == predictor.baseline_probability(X).tobytes()


@BOTH
def test_what_serves_is_named_by_its_manifest(bundles: Any, chosen: Chosen) -> None:
    predictor = Predictor.from_files(bundles[chosen, False])
    assert chosen == predictor.manifest.estimator
    assert predictor.manifest.columns == tuple(column.name for column in predictor.columns)


@BOTH
def test_nobody_gives_no_scores(bundles: Any, chosen: Chosen) -> None:
    predictor = Predictor.from_files(bundles[chosen, False])
    none = np.zeros((0, len(predictor.columns)))
    assert (0,) == predictor.probability(none).shape == predictor.baseline_probability(none).shape
    assert () == predictor.reasons(none)


@BOTH
def test_many_threads_get_the_scores_that_one_gets(bundles: Any, chosen: Chosen) -> None:
    predictor = Predictor.from_files(bundles[chosen, False])
    X = inputs_of(made_up_table())
    parts = [np.ascontiguousarray(X[start : start + 37]) for start in range(0, 1200, 37)]
    alone = [predictor.raw_score(part).tobytes() for part in parts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert alone == [found.tobytes() for found in pool.map(predictor.raw_score, parts)]


@BOTH
@pytest.mark.parametrize(
    "wrong",
    [np.zeros(7), np.zeros((2, 6)), np.zeros((2, 7), dtype=np.float32), np.zeros((2, 7), dtype=object)],
    ids=["one row without a frame", "a column short", "in 32 bits", "objects"],
)
def test_inputs_of_another_shape_or_type_are_refused(bundles: Any, chosen: Chosen, wrong: Any) -> None:
    with pytest.raises(ScoringError, match="the inputs have the shape"):
        Predictor.from_files(bundles[chosen, False]).raw_score(wrong)


def test_infinite_inputs_are_refused_by_column_and_not_by_value(bundles: Any) -> None:
    X = inputs_of(made_up_table(), rows=3).copy()
    X[1, 1] = np.inf
    with pytest.raises(ScoringError, match="infinite values in: paid"):
        Predictor.from_files(bundles["lightgbm", False]).raw_score(X)


# Reasons


@BOTH
def test_reasons_are_those_of_the_audit(bundles: Any, chosen: Chosen) -> None:
    model = trained(chosen)
    X = inputs_of(made_up_table(), rows=60)
    frame = pd.DataFrame(X, columns=[column.name for column in model.columns])
    people = compared_with(made_up_table(), model, disclosure_number=10)
    cases = explain_cases(
        frame, model, background=people, disclosure_number=10, seed=1, never_name=frozenset({"flag", "sex"})
    )
    for raises in (True, False):
        expected = cases.reasons(3, raises=raises, people="tenants")
        found = Predictor.from_files(bundles[chosen, False]).reasons(X, top=3, raises=raises, people="tenants")
        same = [
            [reason.text for reason in one] == [reason.text for reason in other]
            for one, other in zip(expected, found, strict=True)
        ]
        # A mean of few flags is rounded in the bundle, which may change the order of two reasons that are nearly equal.
        assert sum(same) >= 57
        largest = [
            abs(reason.contribution - other.contribution)
            for one, two in zip(expected, found, strict=True)
            for reason in one
            for other in two
            if reason.family == other.family
        ]
        assert max(largest) < (1e-9 if chosen == "lightgbm" else 0.05)


@BOTH
def test_reasons_never_name_what_may_not_be_named(bundles: Any, chosen: Chosen) -> None:
    found = Predictor.from_files(bundles[chosen, False]).reasons(inputs_of(made_up_table()), top=9)
    named = {reason.feature for one in found for reason in one}
    assert {"arrears", "band", "paid", "ward"} == named


def test_a_category_of_few_people_is_not_spoken_of(bundles: Any) -> None:
    X = inputs_of(made_up_table())
    few = X[X[:, 6] == 1]
    assert len(few)
    for raises in (True, False):
        found = Predictor.from_files(bundles["interpretable", False]).reasons(few, top=9, raises=raises)
        texts = [reason.text for one in found for reason in one if reason.feature == "ward"]
        assert {"Ward is an uncommon one."} >= set(texts)


def with_terms(files: dict[str, bytes], **to: Any) -> dict[str, bytes]:
    facts = json.loads(files["reasons.json"])
    facts["linear"].update({name: change(facts["linear"][name]) for name, change in to.items()})
    return {**files, "reasons.json": canonical(facts)}


def test_no_reason_is_given_where_contributions_do_not_add_up(bundles: Any) -> None:
    files = with_terms(bundles["interpretable", False], mean=lambda mean: [1e17, *mean[1:]])
    predictor = Predictor.from_files(files)
    X = inputs_of(made_up_table(), rows=5)
    assert np.isfinite(predictor.raw_score(X)).all()
    with pytest.raises(RegistryError, match="misses the score by up to"):
        predictor.reasons(X)


@pytest.mark.parametrize("places", [[99], [-1], []], ids=["beyond", "before", "none"])
def test_terms_of_columns_that_are_not_there_are_refused(bundles: Any, places: list[int]) -> None:
    files = with_terms(bundles["interpretable", False], column_of=lambda held: [*places, *held[1:]])
    with pytest.raises(RegistryError, match="what is usual is not said of its"):
        Predictor.from_files(files)


# Files that do not go together


def changed(files: dict[str, bytes], file: str, **to: Any) -> dict[str, bytes]:
    data = json.loads(files[file])
    data.update(to)
    return {**files, file: canonical(data)}


def test_files_of_two_models_do_not_make_one(bundles: Any) -> None:
    files = bundles["lightgbm", False]
    for wrong in (
        changed(files, "input_contract.json", model="another"),
        changed(files, "manifest.json", columns=["arrears"]),
        changed(files, "definition.json", name="another"),
        changed(files, "reasons.json", columns=[]),
        {name: data for name, data in files.items() if name != "model.txt"},
    ):
        with pytest.raises(UntrustedError, match="does not hold together"):
            Predictor.from_files(wrong)


@pytest.mark.parametrize("name", ["baseline.json", "calibrator.json", "input_contract.json", "reasons.json"])
def test_a_file_that_is_missing_or_no_longer_what_it_was_is_named(bundles: Any, name: str) -> None:
    files = bundles["lightgbm", False]
    with pytest.raises(UntrustedError, match=f"the bundle has no {name}"):
        Predictor.from_files({one: data for one, data in files.items() if one != name})
    with pytest.raises(UntrustedError, match=name):
        Predictor.from_files({**files, name: b'{"surprise": NaN}'})


def test_trees_that_are_cut_short_are_an_error_that_says_so(bundles: Any, capfd: pytest.CaptureFixture[str]) -> None:
    files = bundles["lightgbm", False]
    with pytest.raises(RegistryError, match="LightGBM stopped"):
        Predictor.from_files({**files, "model.txt": files["model.txt"][:200]})
    capfd.readouterr()


def test_todays_practice_by_a_column_that_is_not_there_is_refused(bundles: Any) -> None:
    files = bundles["lightgbm", False]
    with pytest.raises(RegistryError, match="ranks by a column"):
        Predictor.from_files(changed(files, "baseline.json", column="elsewhere"))


# What it imports


def imported_after(code: str, *heavy: str, folder: Path) -> set[str]:
    whole = f"import sys\nfrom pathlib import Path\nfolder = Path({str(folder)!r})\n{code}\nprint(*sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=True)
    return set(heavy) & set(said.stdout.split())


def test_importing_it_loads_neither_pandas_nor_any_model_library(tmp_path: Path) -> None:
    heavy = ("pandas", "lightgbm", "sklearn", "skops", "scipy", "mlflow", "shap", "fairlearn", "matplotlib", "duckdb")
    assert set() == imported_after("import riskmodels.registry.bundles.predictor", *heavy, folder=tmp_path)


LOAD_AND_EXPLAIN = """
from riskmodels.registry.bundles.manifest import bundle_digest, checked_files
from riskmodels.registry.bundles.predictor import Predictor
import numpy as np
predictor = Predictor.from_files(checked_files(folder, bundle_digest(folder)))
X = np.zeros((2, len(predictor.columns)))
predictor.probability(X)
predictor.reasons(X)
"""


@BOTH
def test_scoring_and_reasons_load_nothing_that_only_training_needs(tmp_path: Path, chosen: Chosen) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle", chosen)
    never = ("shap", "fairlearn", "matplotlib", "duckdb", "mlflow", "woodelf", "sqlglot", "pandera", "pyarrow.parquet")
    assert set() == imported_after(LOAD_AND_EXPLAIN, *never, folder=folder)


def test_the_baseline_has_the_direction_that_its_column_declares(bundles: Any) -> None:
    model = trained("lightgbm")
    today = dataclasses.asdict(made_up_table().columns[0])
    assert "increasing" == today["monotone"]
    predictor = Predictor.from_files(bundles["lightgbm", False])
    X = inputs_of(made_up_table(), rows=50)
    assert np.array_equal(np.argsort(X[:, 0]), np.argsort(predictor.baseline_score(X)))
    assert model.estimators["baseline"].name == "baseline"
