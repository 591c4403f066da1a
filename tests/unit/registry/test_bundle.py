from __future__ import annotations

import dataclasses
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from skops.io import dumps

from riskmodels.errors import AssuranceError, OutputError, RegistryError, UntrustedError
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling import train
from riskmodels.policy import AssurancePolicy, ModelPolicy
from riskmodels.registry.bundles.bundle import write_bundle
from riskmodels.registry.bundles.bundle_parts import InputContract, ReasonFacts
from riskmodels.registry.bundles.learned import check_claimed_digest, reproducibility_digest_of
from riskmodels.registry.bundles.manifest import MANIFEST, check_files, checked_files
from riskmodels.registry.bundles.skops_file import from_skops, strange_types, to_skops
from riskmodels.registry.environment import describe_environment
from tests.bundles import POLICY, Chosen, made_up_bundle, made_up_table, trained, with_calibrators

BOTH: tuple[Chosen, ...] = ("interpretable", "lightgbm")

ALWAYS = {
    "MLmodel",
    "baseline.json",
    "calibrator.json",
    "definition.json",
    "input_contract.json",
    "input_example.json",
    "manifest.json",
    "python_env.yaml",
    "reasons.json",
    "requirements.txt",
    "runner_up.json",
}


@pytest.mark.parametrize("chosen", BOTH)
def test_a_bundle_has_these_files_and_no_others(tmp_path: Path, chosen: Chosen) -> None:
    folder, digest = made_up_bundle(tmp_path / "bundle", chosen)
    assert ALWAYS | {"model.skops" if chosen == "interpretable" else "model.txt"} == {
        path.name for path in folder.iterdir()
    }
    manifest = check_files(folder, digest)
    assert (chosen, "made_up", "arrears") == (manifest.estimator, manifest.model, manifest.baseline)
    assert trained(chosen).digest == manifest.reproducibility_digest
    assert made_up_table().digest == manifest.table_digest


@pytest.mark.parametrize("chosen", BOTH)
def test_the_same_model_gives_the_same_bytes(tmp_path: Path, chosen: Chosen) -> None:
    assert made_up_bundle(tmp_path / "one", chosen)[1] == made_up_bundle(tmp_path / "other", chosen)[1]


def test_a_model_trained_again_gives_the_same_two_digests(tmp_path: Path) -> None:
    again = train(made_up_table(), POLICY)
    first = made_up_bundle(tmp_path / "one", again.chosen)[1]
    second = write_bundle(
        tmp_path / "other",
        made_up_table(),
        again,
        policy=POLICY,
        environment=describe_environment(),
        never_name=frozenset({"flag"}),
    )
    assert trained(again.chosen).digest == again.digest
    assert first == second


def test_skops_itself_never_writes_the_same_bytes_twice() -> None:
    pipeline: Any = trained().estimators["interpretable"]
    assert dumps(from_skops(to_skops(pipeline.pipeline))) != dumps(pipeline.pipeline)
    assert to_skops(pipeline.pipeline) == to_skops(pipeline.pipeline)


@pytest.mark.parametrize("chosen", BOTH)
@pytest.mark.parametrize("isotonic", [False, True])
def test_the_reproducibility_digest_can_be_worked_out_from_the_bundle(
    tmp_path: Path, chosen: Chosen, isotonic: bool
) -> None:
    folder, digest = made_up_bundle(tmp_path / "bundle", chosen, isotonic=isotonic)
    files = checked_files(folder, digest)
    assert trained(chosen, isotonic=isotonic).digest == reproducibility_digest_of(files) == check_claimed_digest(files)


def claimed(files: dict[str, bytes], name: str, change: Callable[[Any], None]) -> dict[str, bytes]:
    data = json.loads(files[name])
    change(data)
    return {**files, name: canonical(data)}


def test_nobody_can_claim_another_reproducibility_digest(tmp_path: Path) -> None:
    files = checked_files(*made_up_bundle(tmp_path / "bundle", "lightgbm"))
    lying = claimed(files, MANIFEST, lambda data: data.update(reproducibility_digest="0" * 64))
    with pytest.raises(UntrustedError, match=r"claims the reproducibility digest 0000"):
        check_claimed_digest(lying)


@pytest.mark.parametrize("chosen", BOTH)
@pytest.mark.parametrize("part", ["model", "baseline", "calibrator", "runner up", "settings"])
def test_whatever_was_learned_shows_in_the_reproducibility_digest(tmp_path: Path, chosen: Chosen, part: str) -> None:
    files = checked_files(*made_up_bundle(tmp_path / "bundle", chosen))
    if part == "model" and chosen == "lightgbm":
        text = files["model.txt"].decode()
        line = next(line for line in text.splitlines() if line.startswith("leaf_value="))
        changed = {**files, "model.txt": text.replace(line, line + "1", 1).encode()}
    elif part == "model":
        pipeline = from_skops(files["model.skops"])
        pipeline[-1].intercept_ = pipeline[-1].intercept_ + 1e-12
        changed = {**files, "model.skops": to_skops(pipeline)}
    elif part == "baseline":
        changed = claimed(files, "baseline.json", lambda data: data["ranks"].__setitem__(0, 1e-9))
    elif part == "calibrator":
        changed = claimed(files, "calibrator.json", lambda data: data[chosen].update(slope=0.5))
    elif part == "settings":
        changed = claimed(files, MANIFEST, lambda data: data["settings"].update(rounds=1))
    elif chosen == "lightgbm":
        changed = claimed(
            files, "runner_up.json", lambda data: data["arrays"]["intercept"]["values"].__setitem__(0, 1.0)
        )
    else:
        changed = claimed(files, "runner_up.json", lambda data: data.update(trees="tree\n"))
    with pytest.raises(UntrustedError, match="claims the reproducibility digest"):
        check_claimed_digest(changed)


def test_a_shape_that_the_numbers_do_not_have_is_an_error_that_says_so(tmp_path: Path) -> None:
    files = checked_files(*made_up_bundle(tmp_path / "bundle", "lightgbm"))
    bent = claimed(files, "runner_up.json", lambda data: data["arrays"]["intercept"].update(shape=[7]))
    with pytest.raises(UntrustedError, match="do not have the shape"):
        reproducibility_digest_of(bent)


# Privacy


def values_of_people() -> dict[str, set[float]]:
    table = made_up_table()
    return {column: set(table.X[column].dropna()) for column in ("arrears", "paid")}


@pytest.mark.parametrize("chosen", BOTH)
def test_no_range_quantile_or_example_is_the_value_of_a_person(tmp_path: Path, chosen: Chosen) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle", chosen)
    contract = InputContract.model_validate_json((folder / "input_contract.json").read_bytes())
    facts = ReasonFacts.model_validate_json((folder / "reasons.json").read_bytes())
    example = json.loads((folder / "input_example.json").read_bytes())
    held = values_of_people()
    for name, values in held.items():
        column = next(one for one in contract.columns if one.name == name)
        usual = next(one for one in facts.columns if one.name == name)
        made_up = {row[example["columns"].index(name)] for row in example["data"]}
        assert set() == values & {column.least, column.most, *made_up}
        assert 3 <= len(usual.quantiles) <= 5
        assert min(values) < usual.quantiles[0] < usual.quantiles[-1] < max(values)


def test_ranges_are_wider_than_what_most_people_have_and_rounded(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle")
    column = InputContract.model_validate_json((folder / "input_contract.json").read_bytes()).columns[0]
    table = made_up_table()
    here = (table.spine["as_of"] <= str(trained().learned_from[-1])).to_numpy()
    by_person = table.X.loc[here, "arrears"].groupby(table.spine.loc[here, "entity"].to_numpy())
    tail = 10 / by_person.ngroups  # of few people: as many as may be spoken of
    low, high = by_person.min().quantile(tail), by_person.max().quantile(1 - tail)
    assert column.least is not None
    assert column.most is not None
    quarter = 0.25 * (high - low)
    assert 0 <= (low - quarter) - column.least < 0.1
    assert 0 <= column.most - (high + quarter) < 0.1
    assert (round(column.least, 1), round(column.most, 1)) == (column.least, column.most)


def test_the_trees_do_not_carry_the_least_and_greatest_value_of_anybody(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle", "lightgbm")
    text = (folder / "model.txt").read_text(encoding="utf-8")
    assert "feature_infos=none none none none none none none\n" in text
    most = max(values_of_people()["arrears"])
    assert f"{most:.17g}" not in text
    assert f"{most:.17g}"[:12] in str(trained().estimators["lightgbm"].booster.model_to_string())  # type: ignore[attr-defined]


def test_the_example_says_that_it_is_made_up(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle")
    example = json.loads((folder / "input_example.json").read_bytes())
    assert all(name.startswith("made up: nobody's values") for name in example["index"])
    rows = {tuple(row) for row in made_up_table().X.to_numpy().tolist()}
    assert not rows & {tuple(row) for row in example["data"]}


def test_a_category_of_few_people_is_not_common_and_not_in_the_example(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle")
    facts = ReasonFacts.model_validate_json((folder / "reasons.json").read_bytes())
    assert {"ward=north": True, "ward=south": True, "ward=islands": False} == {
        one.name: one.common for one in facts.columns if one.name.startswith("ward=")
    }
    example = json.loads((folder / "input_example.json").read_bytes())
    assert {0.0} == {row[example["columns"].index("ward=islands")] for row in example["data"]}
    terms = facts.linear
    assert terms is not None
    assert 0.0 == terms.mean[-1]


def test_means_of_yes_or_no_terms_do_not_give_a_count_away(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle")
    terms = ReasonFacts.model_validate_json((folder / "reasons.json").read_bytes()).linear
    assert terms is not None
    flags = [mean * 300 for mean, column in zip(terms.mean, terms.column_of, strict=True) if column in (2, 4, 5, 6)]
    assert [] == [count for count in flags if abs(count / 10 - round(count / 10)) > 1e-9]


def test_ranges_are_left_out_where_few_people_are_known(tmp_path: Path) -> None:
    few = AssurancePolicy(disclosure_number=100)
    policy = POLICY.model_copy(update={"assurance": few})
    folder = tmp_path / "bundle"
    write_bundle(folder, made_up_table(), trained(), policy=policy, environment=describe_environment())
    contract = InputContract.model_validate_json((folder / "input_contract.json").read_bytes())
    assert (None, None, None) == tuple(getattr(contract.columns[0], name) for name in ("least", "most", "range_from"))
    facts = ReasonFacts.model_validate_json((folder / "reasons.json").read_bytes())
    assert 1 == len(facts.columns[0].quantiles)


def test_a_population_in_which_everybody_stands_out_has_no_bundle(tmp_path: Path) -> None:
    model = dataclasses.replace(trained(), learned_from=(made_up_table().spine["as_of"].min().date().replace(day=2),))
    with pytest.raises(AssuranceError, match="0 people"):
        write_bundle(tmp_path / "b", made_up_table(), model, policy=POLICY, environment=describe_environment())
    assert [] == list(tmp_path.iterdir())


def test_ranges_of_categories_come_from_the_definition(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle")
    contract = InputContract.model_validate_json((folder / "input_contract.json").read_bytes())
    found = {one.name: (one.least, one.most, one.range_from, one.may_be_missing) for one in contract.columns}
    assert (0.0, 2.0, "declared", False) == found["band"]
    assert (0.0, 1.0, "declared", True) == found["ward=north"]
    assert "seen" == found["paid"][2]
    assert (0.0, True) == (found["paid"][0], found["paid"][3])


# Whole or not at all


def test_a_table_of_another_model_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    other = dataclasses.replace(made_up_table(), digest="0" * 64)
    with pytest.raises(RegistryError, match="not the one that the model was trained on"):
        write_bundle(tmp_path / "b", other, trained(), policy=POLICY, environment=describe_environment())
    assert [] == list(tmp_path.iterdir())


def test_a_definition_with_another_digest_is_refused(tmp_path: Path) -> None:
    other = dataclasses.replace(made_up_table(), definition={"name": "made_up", "purpose": "another"})
    with pytest.raises(UntrustedError, match="definition does not have the digest"):
        write_bundle(tmp_path / "b", other, trained(), policy=POLICY, environment=describe_environment())


def test_a_model_whose_digest_is_made_up_is_not_written(tmp_path: Path) -> None:
    lying = dataclasses.replace(trained(), digest="0" * 64)
    with pytest.raises(UntrustedError, match="claims the reproducibility digest"):
        write_bundle(tmp_path / "b", made_up_table(), lying, policy=POLICY, environment=describe_environment())
    assert [] == list(tmp_path.iterdir())


def test_a_bundle_is_not_written_over_another(tmp_path: Path) -> None:
    folder, digest = made_up_bundle(tmp_path / "bundle")
    with pytest.raises(OutputError):
        made_up_bundle(folder)
    check_files(folder, digest)


@pytest.mark.skipif(not Path("/dev/full").exists() or os.name == "nt", reason="needs a device that is always full")
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        return real(Path("/dev/full") if self.name == "reasons.json" else self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="no space left"):
        made_up_bundle(tmp_path / "bundle")
    assert [] == list(tmp_path.iterdir())


# skops


def test_the_interpretable_model_comes_back_from_skops_with_the_same_scores() -> None:
    pipeline: Any = trained().estimators["interpretable"]
    X = made_up_table().X.to_numpy()
    again = from_skops(to_skops(pipeline.pipeline))
    assert np.array_equal(pipeline.pipeline.decision_function(X), again.decision_function(X))


def _anything(X: Any) -> Any:
    return X


def strange(what: str) -> Pipeline:
    pipeline: Any = trained().estimators["interpretable"]
    step = FunctionTransformer(os.system if what == "os.system" else _anything)
    return Pipeline([*pipeline.pipeline.steps[:-1], ("strange", step), pipeline.pipeline.steps[-1]])


@pytest.mark.parametrize(("what", "named"), [("os.system", "posix.system"), ("a function of one's own", "_anything")])
def test_a_function_that_is_not_on_the_list_is_neither_written_nor_read(what: str, named: str) -> None:
    with pytest.raises(UntrustedError, match="the model file holds"):
        to_skops(strange(what))
    data = dumps(strange(what))
    assert any(named in name for name in strange_types(data))
    with pytest.raises(UntrustedError, match="the model file holds"):
        from_skops(data)


def test_a_type_of_scikit_learn_that_skops_would_trust_is_refused_too() -> None:
    from sklearn.linear_model import SGDClassifier

    data = dumps(Pipeline([("model", SGDClassifier())]))
    assert ("sklearn.linear_model._stochastic_gradient.SGDClassifier",) == strange_types(data)[-1:]


def renamed(data: bytes, old: str, new: str) -> bytes:
    """Change the words in a skops file as an attacker would."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(held, "w") as other:
        for name in packed.namelist():
            inside = packed.read(name)
            assert name != "schema.json" or old.encode() in inside
            other.writestr(name, inside.replace(old.encode(), new.encode()) if name == "schema.json" else inside)
    return held.getvalue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"asarray","__module__":"scipy._lib.array_api_compat.numpy._aliases"', '"system","__module__":"os"'),
        ('"__class__":"SimpleImputer"', '"__class__":"Popen"'),
        ('"__module__":"sklearn.impute._base"', '"__module__":"subprocess"'),
        ('"__loader__":"FunctionNode"', '"__loader__":"OperatorFuncNode"'),
        ('"__loader__":"SliceNode"', '"__loader__":"ObjectNode"'),
        ('"__loader__":"ObjectNode"', '"__loader__":"NoSuchNode"'),
    ],
)
def test_words_changed_in_a_model_file_are_refused_before_anything_is_built(old: str, new: str) -> None:
    pipeline: Any = trained().estimators["interpretable"]
    data = renamed(to_skops(pipeline.pipeline), old, new)
    assert strange_types(data)
    with pytest.raises(UntrustedError, match="the model file holds"):
        from_skops(data)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + b"\x00" * 18], ids=["empty", "text", "empty zip"])
def test_a_model_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(UntrustedError, match="something that cannot be read"):
        from_skops(data)


def test_a_model_file_of_another_scikit_learn_is_an_error_that_names_both() -> None:
    pipeline: Any = trained().estimators["interpretable"]
    from sklearn import __version__ as here

    data = renamed(to_skops(pipeline.pipeline), f'\\"{here}\\"', '\\"0.99.0\\"')
    with pytest.raises(RegistryError, match=rf"scikit-learn 0\.99\.0 wrote it, and {here} is here"):
        from_skops(data)


# Stock MLflow's words


@pytest.mark.parametrize("chosen", BOTH)
def test_mlflow_reads_the_signature_the_loader_and_the_example(tmp_path: Path, chosen: Chosen) -> None:
    from mlflow.models import Model

    folder, _ = made_up_bundle(tmp_path / "bundle", chosen)
    found: Any = Model.load(str(folder))
    assert [column.name for column in made_up_table().columns] == found.signature.inputs.input_names()
    assert ["score", "probability"] == found.signature.outputs.input_names()
    flavour = found.flavors["python_function"]
    assert "riskmodels.registry.flavour" == flavour["loader_module"]
    assert not {"code", "data", "model_code_path"} & set(flavour)
    example = found.load_input_example(str(folder))
    assert (3, len(made_up_table().columns)) == example.shape


@pytest.mark.parametrize("chosen", BOTH)
def test_requirements_are_exact_versions_of_what_is_used(tmp_path: Path, chosen: Chosen) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle", chosen)
    pins = dict(line.split("==") for line in (folder / "requirements.txt").read_text(encoding="utf-8").splitlines())
    here = describe_environment()
    used = {"riskmodels", "mlflow", "numpy", "pandas", "scipy"}
    used |= {"lightgbm"} if chosen == "lightgbm" else {"scikit-learn", "skops"}
    assert {name: here[name] for name in used} == pins


def test_calibrators_of_steps_are_plain_numbers(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle", isotonic=True)
    curves = json.loads((folder / "calibrator.json").read_bytes())
    assert {"isotonic"} == {one["kind"] for one in curves.values()}
    assert with_calibrators(trained(), isotonic=True).digest == trained(isotonic=True).digest


def test_the_definition_is_frozen_into_the_bundle(tmp_path: Path) -> None:
    folder, _ = made_up_bundle(tmp_path / "bundle")
    assert made_up_table().definition_digest == sha256((folder / "definition.json").read_bytes())
    assert made_up_table().definition == json.loads((folder / "definition.json").read_bytes())


def test_the_policy_sets_how_few_people_a_comparison_may_rest_on(tmp_path: Path) -> None:
    policy = ModelPolicy(capacity=1, capacity_reason="x", assurance=AssurancePolicy(disclosure_number=40))
    folder = tmp_path / "bundle"
    write_bundle(folder, made_up_table(), trained(), policy=policy, environment=describe_environment())
    facts = ReasonFacts.model_validate_json((folder / "reasons.json").read_bytes())
    assert (40, 3) == (facts.disclosure_number, len(facts.columns[0].quantiles))
