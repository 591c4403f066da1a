from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from riskmodels.errors import RegistryError, UntrustedError
from riskmodels.governance.wire import canonical, sha256
from riskmodels.registry.bundles.manifest import (
    MANIFEST,
    MadeFrom,
    bundle_digest,
    check_files,
    checked_files,
    read_manifest,
    write_manifest,
)
from riskmodels.registry.bundles.mlmodel import EXAMPLE, mlflow_files

MADE_FROM = MadeFrom(
    model="made_up",
    estimator="lightgbm",
    task="risk",
    purpose="early_intervention",
    outcome_says="Serious arrears within a month",
    horizon_days=28,
    columns=("arrears", "paid"),
    baseline="arrears",
    definition_digest="d" * 64,
    table_digest="e" * 64,
    reproducibility_digest="f" * 64,
    seed=7,
    settings={"rounds": 12},
    platform={"python": "3.11"},
    riskmodels="0.1.0",
)


def known_to_mlflow() -> dict[str, bytes]:
    return mlflow_files(
        MADE_FROM.columns,
        model=MADE_FROM.model,
        estimator=MADE_FROM.estimator,
        environment=MADE_FROM.platform,
        example=EXAMPLE,
    )


def zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "."), data)
    return held.getvalue()


def array(values: Any, *, objects: bool = False) -> bytes:
    held = io.BytesIO()
    np.save(held, values, allow_pickle=objects)
    return held.getvalue()


@pytest.fixture
def bundle(tmp_path: Path) -> tuple[Path, str]:
    folder = tmp_path / "bundle"
    (folder / "inside").mkdir(parents=True)
    (folder / "model.txt").write_text("tree\nversion=v4\n", encoding="utf-8")
    (folder / "baseline.json").write_text("{}", encoding="utf-8")
    (folder / "MLmodel").write_bytes(known_to_mlflow()["MLmodel"])
    (folder / "inside" / "note.json").write_text('{"a": 1}', encoding="utf-8")
    return folder, write_manifest(folder, MADE_FROM)


def resigned(folder: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """Change the manifest as somebody would whose signature is taken: the new digest is handed to the check."""
    data = json.loads((folder / MANIFEST).read_bytes())
    change(data)
    (folder / MANIFEST).write_bytes(canonical(data))
    return bundle_digest(folder)


def listed(folder: Path, name: str, data: bytes) -> str:
    """Add a file and list it, digest and all."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    entry = {"sha256": sha256(data), "bytes": len(data)}
    return resigned(folder, lambda manifest: manifest["files"].__setitem__(name, entry))


def test_an_untouched_bundle_is_let_through_and_its_bytes_are_given(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    manifest = check_files(folder, digest)
    assert MADE_FROM.model == manifest.model
    assert ["MLmodel", "baseline.json", "inside/note.json", "model.txt"] == sorted(manifest.files)
    found = checked_files(folder, digest)
    assert {*manifest.files, MANIFEST} == set(found)
    assert b"tree\nversion=v4\n" == found["model.txt"]
    assert manifest == read_manifest(folder)
    assert digest == bundle_digest(folder) == sha256(found[MANIFEST])


def test_the_same_files_have_the_same_digest_wherever_they_are(bundle: tuple[Path, str], tmp_path: Path) -> None:
    folder, digest = bundle
    other = tmp_path / "other"
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.name != MANIFEST:
            (other / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (other / path.relative_to(folder)).write_bytes(path.read_bytes())
    assert digest == write_manifest(other, MADE_FROM)


def test_a_changed_byte_is_found(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / "model.txt").write_text("tree\nversion=v5\n", encoding="utf-8")
    with pytest.raises(UntrustedError, match=r"model\.txt in .* was changed"):
        check_files(folder, digest)


def test_a_longer_file_is_found_without_reading_all_of_it(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    with (folder / "model.txt").open("ab") as file:
        file.write(b"x" * 5_000_000)
    with pytest.raises(UntrustedError, match=r"model\.txt .* has 17 bytes, and its manifest says 16"):
        check_files(folder, digest)


def test_a_rewritten_manifest_is_found(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    data = b"tree\nof the attacker\n"
    (folder / "model.txt").write_bytes(data)
    write_manifest(folder, MADE_FROM)
    with pytest.raises(UntrustedError, match=r"the manifest in .* has the digest"):
        check_files(folder, digest)


def test_another_bundles_digest_does_not_let_this_one_through(bundle: tuple[Path, str]) -> None:
    with pytest.raises(UntrustedError, match="the digest"):
        check_files(bundle[0], "0" * 64)


@pytest.mark.parametrize(
    "name", ["extra.json", "inside/extra.json", ".hidden", "manifest.json.bak", "sitecustomize.py"]
)
def test_an_added_file_is_found(bundle: tuple[Path, str], name: str) -> None:
    folder, digest = bundle
    (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(UntrustedError, match=r"not in the manifest") as caught:
        check_files(folder, digest)
    assert name in caught.value.found


def test_another_loader_for_stock_mlflow_is_refused_though_all_was_signed(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    told = yaml.safe_load((folder / "MLmodel").read_text(encoding="utf-8"))
    told["flavors"]["python_function"] |= {"loader_module": "mlflow.lightgbm", "data": "model.txt"}
    (folder / "MLmodel").write_text(yaml.safe_dump(told), encoding="utf-8")
    (folder / MANIFEST).unlink()
    digest = write_manifest(folder, MADE_FROM)
    with pytest.raises(UntrustedError, match="could have another program load the model"):
        check_files(folder, digest)


def test_an_added_folder_is_found(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / "code").mkdir()
    with pytest.raises(UntrustedError, match="the folder 'code'"):
        check_files(folder, digest)


def test_a_missing_file_is_found(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / "inside" / "note.json").unlink()
    with pytest.raises(UntrustedError, match=r"inside/note\.json is missing"):
        check_files(folder, digest)


@pytest.mark.parametrize("missing", ["folder", "manifest"])
def test_a_bundle_that_is_not_there_is_an_error_that_says_so(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "nothing"
    if missing == "manifest":
        folder.mkdir()
    with pytest.raises(UntrustedError, match=r"manifest\.json is missing"):
        check_files(folder, "0" * 64)


def test_what_is_named_as_ignored_may_lie_beside_but_nothing_else(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / "pack.json").write_text("{}", encoding="utf-8")
    assert "pack.json" not in checked_files(folder, digest, ignored=("pack.json",))
    (folder / "inside" / "pack.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UntrustedError, match=r"inside/pack\.json"):
        check_files(folder, digest, ignored=("pack.json",))


def test_a_listed_file_is_checked_also_when_it_is_named_as_ignored(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / "MLmodel").write_text("flavors: {x: {}}\n", encoding="utf-8")
    with pytest.raises(UntrustedError, match="MLmodel"):
        check_files(folder, digest, ignored=("MLmodel",))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_is_refused_even_to_the_right_content(bundle: tuple[Path, str], tmp_path: Path) -> None:
    folder, digest = bundle
    (folder / "model.txt").rename(tmp_path / "elsewhere.txt")
    (folder / "model.txt").symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(UntrustedError, match=r"model\.txt in .* is a link"):
        check_files(folder, digest)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_linked_folder_is_refused(bundle: tuple[Path, str], tmp_path: Path) -> None:
    folder, digest = bundle
    (folder / "inside").rename(tmp_path / "elsewhere")
    (folder / "inside").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(UntrustedError, match=r"inside in .* is a link"):
        check_files(folder, digest)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_manifest_that_is_a_link_is_refused(bundle: tuple[Path, str], tmp_path: Path) -> None:
    folder, digest = bundle
    (folder / MANIFEST).rename(tmp_path / "elsewhere.json")
    (folder / MANIFEST).symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(UntrustedError, match=r"manifest\.json in .* is a link"):
        check_files(folder, digest)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_refused_and_nobody_waits_for_its_other_end(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / MANIFEST).unlink()
    os.mkfifo(folder / MANIFEST)
    with pytest.raises(UntrustedError, match="no plain file"):
        check_files(folder, digest)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("../outside.json", "leads out"),
        ("inside/../../outside.json", "leads out"),
        ("/etc/passwd.json", "absolute"),
        ("C:/outside.json", "drive"),
        ("C:outside.json", "drive"),
        ("model.txt:hidden.json", "stream"),
        ("inside\\outside.json", "backslash"),
        ("..\\outside.json", "backslash"),
        ("//server/share.json", "absolute"),
        ("inside//note.json", "leads out"),
        ("./note.json", "leads out"),
        ("", "leads out"),
        ("nul.json", "Windows"),
        ("note.json.", "Windows"),
        ("inside./note.json", "Windows"),
        (".hidden.json", "hidden"),
        ("note\u202enosj.json", "letters"),
        ("note .json", "letters"),
        ("n" * 300 + ".json", "too long"),
    ],
)
def test_a_signed_manifest_may_not_name_what_is_elsewhere(bundle: tuple[Path, str], name: str, cause: str) -> None:
    folder, _ = bundle
    data = b"{}"
    (folder.parent / "outside.json").write_bytes(data)
    entry = {"sha256": sha256(data), "bytes": len(data)}
    digest = resigned(folder, lambda manifest: manifest["files"].__setitem__(name, entry))
    with pytest.raises(UntrustedError, match=cause):
        check_files(folder, digest)


def test_names_that_differ_only_by_capitals_are_refused(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    digest = listed(folder, "Model.TXT", b"tree\n")
    with pytest.raises(UntrustedError, match="beside"):
        check_files(folder, digest)


def test_a_manifest_cannot_list_itself_in_other_letters(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    digest = listed(folder, "Manifest.json", b"{}")
    with pytest.raises(UntrustedError, match=r"Manifest\.json"):
        check_files(folder, digest)


class _Runs:
    def __reduce__(self) -> Any:
        return print, ("a pickle was read",)


PICKLE_OF_A_CALL = pickle.dumps(_Runs())

HARMFUL = {
    "pickle by its name": ("model.pkl", b"{}", "pickle by its name"),
    "pickle in capitals": ("model.PICKLE", b"{}", "pickle by its name"),
    "joblib": ("model.joblib", b"{}", "pickle by its name"),
    "torch": ("model.pt", b"{}", "pickle by its name"),
    "pickle called text": ("notes.txt", PICKLE_OF_A_CALL, "pickle, whatever"),
    "pickle called json": ("notes.json", pickle.dumps({"a": 1}), "pickle, whatever"),
    "oldest pickle called text": ("notes.txt", pickle.dumps(_Runs(), protocol=0), "pickle, whatever"),
    "first binary pickle": ("notes.json", pickle.dumps(_Runs(), protocol=1), "pickle, whatever"),
    "pickle in a model file": ("other.skops", zipped(schema__json=b"{}", a__npy=PICKLE_OF_A_CALL), "holds 'a.npy'"),
    "pickle named in a model file": ("other.skops", zipped(data__pkl=b"{}"), "pickle by its name"),
    "array of objects": ("other.skops", zipped(a__npy=array(np.array([_Runs()]), objects=True)), "array of objects"),
    "zip in a zip": ("other.skops", zipped(a__json=zipped(b__pkl=b"{}")), "zip inside a zip"),
    "program in a model file": ("other.skops", zipped(a__py=b"1"), "program by its name"),
    "two of one name": ("other.skops", zipped(a__json=b"{}", A__json=b"{}"), "two files of one name"),
    "no zip": ("other.skops", b"{}", "cannot be unpacked"),
    "zip called text": ("notes.txt", zipped(a__json=b"{}"), "zip in disguise"),
    "zip behind text": ("notes.txt", b"tree\n" + zipped(a__json=b"{}"), "zip in disguise"),
    "python": ("loader.py", b"1", "program by its name"),
    "bytecode": ("loader.pyc", b"1", "program by its name"),
    "extension module": ("loader.so", b"1", "program by its name"),
    "library for Windows": ("loader.dll", b"1", "program by its name"),
    "python module for Windows": ("loader.PYD", b"1", "program by its name"),
    "program called text": ("notes.txt", b"\x7fELF\x02\x01", "program for Linux"),
    "library called text": ("notes.txt", b"MZ\x90\x00", "program for Windows"),
    "script called text": ("notes.txt", b"#!/bin/sh\n", "script"),
    "compressed": ("notes.txt", b"\x1f\x8b\x08\x00", "compressed"),
    "array": ("weights.npy", array(np.zeros(3)), "of a kind that no bundle holds"),
    "second MLmodel": ("inside/MLmodel", b"flavors: {}", "of a kind that no bundle holds"),
}


@pytest.mark.parametrize("case", HARMFUL, ids=lambda name: name.replace(" ", "-"))
def test_what_could_run_is_refused_even_if_it_is_signed(bundle: tuple[Path, str], case: str) -> None:
    folder, _ = bundle
    name, data, cause = HARMFUL[case]
    digest = listed(folder, name, data)
    with pytest.raises(UntrustedError, match=cause) as caught:
        check_files(folder, digest)
    assert name in caught.value.found


@pytest.mark.parametrize("case", HARMFUL, ids=lambda name: name.replace(" ", "-"))
def test_what_could_run_is_not_written_into_a_manifest_either(bundle: tuple[Path, str], case: str) -> None:
    folder, _ = bundle
    name, data, cause = HARMFUL[case]
    (folder / name).write_bytes(data)
    with pytest.raises(UntrustedError, match=cause):
        write_manifest(folder, MADE_FROM)


def test_an_array_of_numbers_in_a_model_file_is_let_through(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    good = zipped(schema__json=b"{}", a__npy=array(np.zeros((2, 2))), b__npy=array(np.array(["a", "bc"])))
    digest = listed(folder, "model.skops", good)
    assert good == checked_files(folder, digest)["model.skops"]


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"\xff\xfe", b"{", b'{"schema_version": "1"}', b"[" * 100_000],
    ids=["empty", "list", "no text", "cut short", "lacking", "deep"],
)
def test_a_manifest_that_is_none_is_refused_even_if_it_is_signed(bundle: tuple[Path, str], text: bytes) -> None:
    folder, _ = bundle
    (folder / MANIFEST).write_bytes(text)
    with pytest.raises(UntrustedError, match="the manifest is not"):
        check_files(folder, bundle_digest(folder))


def test_a_key_that_is_not_declared_is_refused(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    digest = resigned(folder, lambda manifest: manifest.update(loader="evil.module"))
    with pytest.raises(UntrustedError, match="loader"):
        check_files(folder, digest)


def test_a_manifest_that_gives_a_key_twice_is_refused(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    (folder / MANIFEST).write_text(text.replace('"model":', '"model":"other","model":'), encoding="utf-8")
    with pytest.raises(UntrustedError, match="names a key twice"):
        check_files(folder, bundle_digest(folder))


def test_what_was_checked_is_what_is_given_whatever_happens_to_the_folder_after(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    found = checked_files(folder, digest)
    for name in found:
        (folder / name).write_bytes(PICKLE_OF_A_CALL)
    assert all(not data.startswith(b"\x80") for data in found.values())


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_an_error_that_says_so(bundle: tuple[Path, str]) -> None:
    folder, digest = bundle
    (folder / "model.txt").chmod(0)
    with pytest.raises(RegistryError, match=r"model\.txt cannot be read"):
        check_files(folder, digest)


HEAVY = "pandas numpy mlflow sklearn lightgbm scipy duckdb matplotlib sqlalchemy"


def test_checking_needs_none_of_the_heavy_packages() -> None:
    code = f"import sys, riskmodels.registry.bundles.manifest; print(sorted(set('{HEAVY}'.split()) & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == said.stdout.strip()
