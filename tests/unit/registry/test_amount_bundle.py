"""A model of amounts in a bundle: the trained model to the last bit, and nothing that was changed is believed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import yaml

from riskmodels.errors import RegistryError, UntrustedError
from riskmodels.features.protected import UNKNOWN
from riskmodels.governance.wire import canonical, sha256
from riskmodels.registry.bundles.amount_predictor import AmountPredictor, predictor_of
from riskmodels.registry.bundles.bundle import write_bundle
from riskmodels.registry.bundles.learned import check_claimed_digest, reproducibility_digest_of
from riskmodels.registry.bundles.manifest import MANIFEST, checked_files, parse_manifest
from riskmodels.registry.bundles.predictor import Predictor
from riskmodels.registry.bundles.served_amounts import strata_of
from riskmodels.registry.bundles.skops_file import from_skops, to_skops
from riskmodels.registry.environment import describe_environment
from tests.amounts import (
    AMOUNT_POLICY,
    SETTINGS,
    UNIT,
    Chosen,
    amount_bundle,
    amount_inputs,
    amount_table,
    trained_amount,
)

BOTH = pytest.mark.parametrize("chosen", ["interpretable", "lightgbm"])

Files = Mapping[str, bytes]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("amounts")
    return {one: amount_bundle(folder / one, one) for one in ("interpretable", "lightgbm")}


@pytest.fixture(scope="module")
def bundles(folders: Mapping[str, tuple[Path, str]]) -> Mapping[str, dict[str, bytes]]:
    return {one: checked_files(*held) for one, held in folders.items()}


def served(files: Files) -> AmountPredictor:
    predictor = predictor_of(files)
    assert isinstance(predictor, AmountPredictor)
    return predictor


def with_part(files: Files, name: str, **changes: Any) -> dict[str, bytes]:
    return {**files, name: canonical(json.loads(files[name]) | changes)}


def odd_inputs() -> npt.NDArray[np.float64]:
    """Give inputs as no training row has them: all missing, no setting, two at once, far outside."""
    X = amount_inputs(rows=5).copy()
    X[0] = np.nan
    X[1, 2:5] = 0.0
    X[2, 2:5] = 1.0
    X[3, :2] = 1e4
    X[4, :2] = 0.0
    return X


@BOTH
@pytest.mark.parametrize("which", ["training rows", "odd rows", "one row"])
def test_amounts_and_ranges_are_those_of_the_trained_model_to_the_last_bit(
    bundles: Any, chosen: Chosen, which: str
) -> None:
    X = odd_inputs() if which == "odd rows" else amount_inputs(rows=1 if which == "one row" else None)
    predictor, model = served(bundles[chosen]), trained_amount(chosen)
    frame = pd.DataFrame(X, columns=[column.name for column in model.columns])
    one, today = model.amount_estimators[chosen], model.amount_estimators["baseline"]
    expected = predictor.expected(X)
    assert one.raw_score(frame).tobytes() == predictor.raw_score(X).tobytes()
    assert one.amount(frame).tobytes() == expected.tobytes()
    assert today.amount(frame).tobytes() == predictor.today(X).tobytes()
    low, high = predictor.ranges(X, expected)
    assert ((low >= 0) & (low <= expected) & (expected <= high)).all()
    if which == "training rows":
        table = amount_table()
        assert table.strata is not None
        wanted = model.amount_intervals.ends(expected, table.strata.to_numpy(dtype=np.str_))
        assert [end.tobytes() for end in wanted] == [low.tobytes(), high.tobytes()]


@BOTH
def test_one_row_at_a_time_gives_what_many_give(bundles: Any, chosen: Chosen) -> None:
    X, predictor = amount_inputs(rows=40), served(bundles[chosen])
    together = predictor.expected(X)
    apart = np.concatenate([predictor.expected(X[place : place + 1]) for place in range(len(X))])
    if chosen == "lightgbm":
        assert together.tobytes() == apart.tobytes()
    assert np.allclose(together, apart, rtol=1e-12, atol=0)  # linear algebra adds one row up in another order


@BOTH
def test_a_bundle_of_amounts_has_these_files_and_no_others(bundles: Any, chosen: Chosen) -> None:
    model_file = "model.txt" if chosen == "lightgbm" else "model.skops"
    assert {
        "MLmodel",
        "baseline.json",
        "calibrator.json",
        "definition.json",
        "input_contract.json",
        "input_example.json",
        "manifest.json",
        model_file,
        "python_env.yaml",
        "ranges.json",
        "reasons.json",
        "requirements.txt",
        "runner_up.json",
    } == set(bundles[chosen])


@BOTH
def test_the_same_model_gives_the_same_bytes(tmp_path: Path, folders: Any, chosen: Chosen) -> None:
    assert folders[chosen][1] == amount_bundle(tmp_path / "again", chosen)[1]


@BOTH
def test_the_manifest_says_that_it_is_an_amount_and_of_what(bundles: Any, chosen: Chosen) -> None:
    manifest = parse_manifest(bundles[chosen][MANIFEST])
    assert ("amount", UNIT, "commissioning") == (manifest.task, manifest.unit, manifest.purpose)
    outputs = json.loads(yaml.safe_load(bundles[chosen]["MLmodel"])["signature"]["outputs"])
    assert ["expected", "low", "high"] == [one["name"] for one in outputs]


def test_a_manifest_from_before_there_were_amounts_is_read_as_a_risk(bundles: Any) -> None:
    held = json.loads(bundles["lightgbm"][MANIFEST]) | {"task": "risk"}
    del held["unit"]
    old = parse_manifest(canonical(held))
    assert ("risk", None) == (old.task, old.unit)


@BOTH
def test_a_tampered_range_is_refused(tmp_path: Path, folders: Any, bundles: Any, chosen: Chosen) -> None:
    folder, digest = folders[chosen]
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    wider = json.loads(bundles[chosen]["ranges.json"])
    wider["cells"][0]["high"] *= 2
    (copy / "ranges.json").write_bytes(canonical(wider))
    with pytest.raises(UntrustedError, match=r"ranges\.json"):
        checked_files(copy, digest)
    with pytest.raises(
        UntrustedError, match="reproducibility digest"
    ):  # whoever signs the manifest anew fares no better
        check_claimed_digest({**bundles[chosen], "ranges.json": canonical(wider)})


@BOTH
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("baseline.json", {"floor": 1.25}),
        ("calibrator.json", {"interpretable": 1.5}),
        ("calibrator.json", {"lightgbm": 1.5}),
        ("ranges.json", {"nominal_coverage": 0.8}),
        ("ranges.json", {"power": 0.5}),
    ],
)
def test_whatever_was_learned_shows_in_the_reproducibility_digest(
    bundles: Any, chosen: Chosen, name: str, changes: dict[str, Any]
) -> None:
    files = bundles[chosen]
    assert trained_amount(chosen).digest == reproducibility_digest_of(files)
    assert reproducibility_digest_of(files) != reproducibility_digest_of(with_part(files, name, **changes))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("ranges.json", {"cells": []}),
        ("ranges.json", {"nominal_coverage": 1.0}),
        ("ranges.json", {"cells": [{"stratum": "home", "above": 0.0, "low": None, "high": 1.0, "people": 200}]}),
        ("ranges.json", {"cells": [{"stratum": None, "above": 5.0, "low": None, "high": 1.0, "people": 200}]}),
        ("baseline.json", {"floor": 0.0}),
        ("calibrator.json", {"lightgbm": -1.0}),
        ("calibrator.json", {"more": 1.0}),
    ],
)
def test_parts_that_cannot_be_are_refused(bundles: Any, name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(UntrustedError, match=name):
        served(with_part(bundles["lightgbm"], name, **changes))


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("ranges.json", {"within": "no_such_feature"}, "is no feature with categories"),
        ("baseline.json", {"column": "no_such_column"}, "carries a column forward that the model does not have"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(
    bundles: Any, name: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(RegistryError, match=words):
        served(with_part(bundles["lightgbm"], name, **changes))


def test_a_bundle_of_amounts_is_not_taken_for_a_risk(bundles: Any) -> None:
    with pytest.raises(UntrustedError):
        Predictor.from_files(bundles["lightgbm"])


def test_a_model_and_a_table_of_different_tasks_are_not_put_into_one_bundle(tmp_path: Path) -> None:
    table = amount_table()
    with pytest.raises(RegistryError, match="are of other kinds"):
        write_bundle(
            tmp_path / "bundle",
            table,
            dataclasses.replace(trained_amount(), task="risk"),
            policy=AMOUNT_POLICY,
            environment=describe_environment(),
        )


def test_ranges_that_are_not_the_models_are_not_written(tmp_path: Path) -> None:
    table = amount_table()
    assert table.strata is not None
    turned = dataclasses.replace(table, strata=table.strata.map(dict(zip(SETTINGS, SETTINGS[::-1], strict=True))))
    with pytest.raises(RegistryError, match="does not score its"):
        write_bundle(
            tmp_path / "bundle", turned, trained_amount(), policy=AMOUNT_POLICY, environment=describe_environment()
        )
    assert not (tmp_path / "bundle").exists()


@BOTH
def test_reasons_add_up_to_the_logarithm_of_the_amount_and_name_what_raised_it(bundles: Any, chosen: Chosen) -> None:
    X, predictor = amount_inputs(rows=30), served(bundles[chosen])
    added, base = predictor._served.contributions(X)
    assert np.allclose(added.sum(axis=1) + base, predictor.raw_score(X), atol=1e-9)
    said = predictor.reasons(X, top=2, people="people")
    assert 30 == len(said)
    assert any(one.text for each in said for one in each)
    assert not any("sex" in one.text for each in said for one in each)


def test_the_regression_is_written_without_compiled_code_and_with_the_same_bytes() -> None:
    pipeline = trained_amount().amount_estimators["interpretable"].pipeline  # type: ignore[attr-defined]
    data = to_skops(pipeline)
    assert data == to_skops(pipeline)
    assert b"_loss" not in data
    again = from_skops(data)
    assert not hasattr(again[-1], "_base_loss")
    assert again[-1].coef_.tobytes() == pipeline[-1].coef_.tobytes()


def test_another_function_in_the_regressions_preparation_is_refused() -> None:
    from sklearn.linear_model import TweedieRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    with pytest.raises(UntrustedError, match=r"numpy\.expm1"):
        to_skops(Pipeline([("f", FunctionTransformer(np.expm1)), ("model", TweedieRegressor())]))


@dataclasses.dataclass(frozen=True)
class Column:
    name: str
    feature: str
    kind: str = "onehot"
    category: str | None = None


def test_the_stratum_is_read_from_the_inputs() -> None:
    columns: Any = [
        Column("age", "age", "number"),
        *(Column(f"setting={one}", "setting", category=one) for one in "ab"),
    ]
    X = np.array([[50, 1, 0], [50, 0, 1], [50, 0, 0], [50, np.nan, np.nan]], dtype=np.float64)
    assert ["a", "b", "", UNKNOWN] == strata_of(X, "setting", columns, ()).tolist()
    ordinal: Any = [Column("age", "age", "number"), Column("band", "band", "ordinal")]
    X = np.array([[50, 0], [50, 1], [50, np.nan]], dtype=np.float64)
    assert ["low", "high", UNKNOWN] == strata_of(X, "band", ordinal, ("low", "high")).tolist()
    assert ["", "", ""] == strata_of(X, None, ordinal, ()).tolist()


def test_nothing_of_a_person_is_in_the_plain_files(bundles: Any) -> None:
    files = bundles["lightgbm"]
    table = amount_table()
    shown = "".join(files[name].decode() for name in ("baseline.json", "calibrator.json", "ranges.json"))
    values = {f"{one:.6f}" for one in table.outcome.to_numpy() if one}
    assert not any(one in shown for one in values)
    assert sha256(files["definition.json"]) == table.definition_digest
