"""A workspace is found, read and refused by its files, and never mixed up with another."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

import riskmodels as rm
from riskmodels.errors import DefinitionError, LakeError, OutputError, SettingsError
from riskmodels.policy import ModelPolicy
from riskmodels.workspace import policy_of
from riskmodels.workspace_files import make_workspace

SETTINGS = """\
# Read by riskmodels
lake:
  uri: lake
models:
  owing:
    capacity: 10
    capacity_reason: One officer, one day
"""

EXTRACTS = """\
from __future__ import annotations

from riskmodels.lake import Day, Extract, Moment, Money, Source, Text, column, events, key

OFFICE = Source(
    name="Rent office", owner="Head of rents", system="Ledger", lawful_basis="Article 6(1)(e)",
    gateway="Housing Act 1985 s21", purposes=("early_intervention",), retention="6 years",
)


class Homes(Extract, source=OFFICE, folder="homes", row=("home_id",),
            history=events("let_on", known_time="loaded_at")):
    \"\"\"Each home that is let.\"\"\"

    home_id: Text = key("home", "Reference of the home")
    let_on: Day = column("Day it was let")
    loaded_at: Moment = column("When the lake received the row")


class Balances(Extract, source=OFFICE, folder="balances", row=("home_id", "closed_on"),
               history=events("closed_on", known_time="loaded_at")):
    \"\"\"What each home owed at the close of a week.\"\"\"

    home_id: Text = key("home", "Reference of the home")
    closed_on: Day = column("Day that closes the week")
    owed_gbp: Money = column("Owed", unit="GBP")
    loaded_at: Moment = column("When the lake received the row")
"""

CASE = """\
from riskmodels.features import UseCase, ever, latest, weeks, where

from .extracts import Balances, Homes

owing = UseCase(
    name="owing",
    says="Finds homes that will owe a lot.",
    purpose="early_intervention",
    entity="home_id",
    population=where(Homes, "let_on < as_of"),
    outcome=ever(Balances, "owed_gbp > 500", within=weeks(4), says="Owes more than 500"),
    features=[latest(Balances, "owed_gbp", name="owed", says="Owed")],
    audit_by=[],
    baseline="owed",
    harms=["missed_need"],
)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay down a workspace of two extracts and one use case."""
    place = tmp_path / "council"
    (place / "features").mkdir(parents=True)
    (place / "mlflow.yaml").write_text(SETTINGS)
    (place / "features/extracts.py").write_text(EXTRACTS)
    (place / "features/owing.py").write_text(CASE)
    return place


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_workspace_is_found_upward_from_a_folder_in_it(folder: Path) -> None:
    deep = folder / "notebooks/2025"
    deep.mkdir(parents=True)
    assert folder == rm.open(deep).folder


def test_a_folder_without_a_workspace_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no mlflow.yaml, nor has any folder above it") as caught:
        rm.open(tmp_path)
    assert "riskmodels init" in caught.value.next_step


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is not a folder"):
        rm.open(tmp_path / "nowhere")


def test_use_cases_and_contracts_are_there_by_name(folder: Path) -> None:
    ws = rm.open(folder)
    assert ["owing"] == list(ws.cases)
    assert ["Homes", "Balances"] == list(ws.contracts)
    assert ws.cases["owing"] is ws.case("owing")
    assert ws.extracts.Homes is ws.contracts["Homes"]
    assert {"Homes", "Balances"} <= set(dir(ws.extracts))


def test_an_extract_that_is_not_declared_is_named_with_the_nearest(folder: Path) -> None:
    with pytest.raises(AttributeError, match=r"did you mean 'Balances'"):
        _ = rm.open(folder).extracts.Balance


def test_an_unknown_use_case_is_named_with_the_nearest(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no use case 'owin'") as caught:
        rm.open(folder).case("owin")
    assert "did you mean 'owing'?" in caught.value.expected


def test_a_use_case_in_the_settings_without_a_file_is_refused_with_its_line(folder: Path) -> None:
    change(folder / "mlflow.yaml", "owing", "oweing")
    with pytest.raises(SettingsError, match=r"line 5: models.oweing is not a use case") as caught:
        rm.open(folder)
    assert "did you mean 'owing'?" in caught.value.expected


def test_a_use_case_without_a_block_can_be_read_and_has_no_policy(folder: Path) -> None:
    (folder / "mlflow.yaml").write_text("lake: {uri: lake}\nmodels: {}\n")
    ws = rm.open(folder)
    case = ws.case("owing")
    for ask in (lambda: ws.policy("owing"), lambda: policy_of(case)):
        with pytest.raises(SettingsError, match=r"line 2: models has no block for the use case 'owing'"):
            ask()


def test_a_use_case_knows_the_policy_of_the_workspace_it_came_from(folder: Path) -> None:
    ws = rm.open(folder)
    policy = policy_of(ws.case("owing"))
    assert isinstance(policy, ModelPolicy)
    assert ws.policy("owing") == policy


def test_a_use_case_keeps_its_policy_when_the_workspace_is_gone(folder: Path) -> None:
    case = rm.open(folder).case("owing")
    gc.collect()
    assert 10 == policy_of(case).capacity


def test_equal_use_cases_of_two_workspaces_keep_their_own_policies(folder: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    folder.rename(twin)
    (folder / "features").mkdir(parents=True)
    for name in ("mlflow.yaml", "features/extracts.py", "features/owing.py"):
        (folder / name).write_text((twin / name).read_text())
    change(twin / "mlflow.yaml", "capacity: 10", "capacity: 99")
    one, other = rm.open(folder).case("owing"), rm.open(twin).case("owing")
    assert (10, 99) == (policy_of(one).capacity, policy_of(other).capacity)
    assert one.outcome.extract is not other.outcome.extract


def test_a_use_case_from_elsewhere_has_no_policy(folder: Path) -> None:
    from riskmodels.features import from_dict

    ws = rm.open(folder)
    with pytest.raises(SettingsError, match=r"does not come from a workspace"):
        policy_of(from_dict(ws.case("owing").to_dict(), ws.contracts))


def test_no_module_is_called_features_and_nothing_is_left_in_the_folder(folder: Path) -> None:
    before = set(sys.modules)
    rm.open(folder)
    added = set(sys.modules) - before
    assert "features" not in sys.modules
    assert 4 == len([name for name in added if name.startswith("riskmodels_workspace_")])
    assert {"extracts.py", "owing.py"} == {path.name for path in (folder / "features").iterdir()}


def test_an_edited_file_is_read_anew_when_the_workspace_is_opened_again(folder: Path) -> None:
    earlier = rm.open(folder).case("owing")
    change(folder / "features/owing.py", "owed_gbp > 500", "owed_gbp > 600")
    later = rm.open(folder).case("owing")
    assert earlier.digest != later.digest


def test_what_use_cases_share_may_lie_in_a_file_with_an_underscore(folder: Path) -> None:
    (folder / "features/_lengths.py").write_text("from riskmodels.features import weeks\n\nHORIZON = weeks(4)\n")
    change(folder / "features/owing.py", "within=weeks(4)", "within=HORIZON")
    change(folder / "features/owing.py", "from .extracts", "from ._lengths import HORIZON\nfrom .extracts")
    assert 28 == rm.open(folder).case("owing").horizon_days


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("owing.py", "riskmodels.features", "riskmodels.feetures", "owing.py, line 1 cannot be run: ModuleNotFound"),
        ("owing.py", "import Balances,", "import Balance,", "owing.py, line 3 cannot be run: ImportError"),
        ("owing.py", 'baseline="owed",', 'baseline="owed"', "owing.py, line 1"),
        ("owing.py", "owing = UseCase(", "1 / 0\nowing = UseCase(", "owing.py, line 5 cannot be run: ZeroDivision"),
        ("extracts.py", "OFFICE = Source(", "OFFICE = Sauce(", "extracts.py, line 5 cannot be run: NameError"),
        ("owing.py", 'name="owing"', 'name="owes"', "owing.py declares these use cases: 'owes'"),
        ("owing.py", "owing = UseCase(", "owing = dict(", "owing.py declares these use cases: none"),
        ("extracts.py", 'folder="balances"', 'folder="homes"', "declares Homes and Balances for the lake's folder"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder: Path, file: str, old: str, new: str, words: str) -> None:
    change(folder / "features" / file, old, new)
    with pytest.raises(DefinitionError) as caught:
        rm.open(folder)
    assert words in caught.value.found


def test_a_definition_that_cannot_be_keeps_its_own_error_and_says_where(folder: Path) -> None:
    change(folder / "features/owing.py", '"owed_gbp > 500"', '"owd_gbp > 500"')
    with pytest.raises(DefinitionError, match=r"owd_gbp") as caught:
        rm.open(folder)
    assert [f"in {folder / 'features/owing.py'}, line 11"] == caught.value.__notes__


def test_a_second_use_case_in_a_file_is_refused(folder: Path) -> None:
    text = (folder / "features/owing.py").read_text()
    second = text[text.index("owing = ") :].replace("owing", "late")
    (folder / "features/owing.py").write_text(text + second)
    with pytest.raises(DefinitionError, match=r"declares a second use case, 'late'"):
        rm.open(folder)


def test_a_use_case_under_two_names_in_one_file_is_one_use_case(folder: Path) -> None:
    with (folder / "features/owing.py").open("a") as file:
        file.write("\nalso = owing\n")
    assert ["owing"] == list(rm.open(folder).cases)


def test_a_workspace_without_contracts_is_refused(folder: Path) -> None:
    (folder / "features/owing.py").unlink()
    (folder / "features/extracts.py").write_text("")
    with pytest.raises(DefinitionError, match=r"declares no extract"):
        rm.open(folder)
    (folder / "features/extracts.py").unlink()
    with pytest.raises(DefinitionError, match=r"extracts.py is not there"):
        rm.open(folder)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("lake", "{folder}/lake"),
        ("../lake", "{folder}/../lake"),
        ("/data/lake", "/data/lake"),
        ("s3://bucket/lake", "s3://bucket/lake"),
    ],
)
def test_the_lakes_address_is_relative_to_the_settings(folder: Path, written: str, read: str) -> None:
    change(folder / "mlflow.yaml", "uri: lake", f"uri: {written}")
    assert read.format(folder=folder) == rm.open(folder).lake_uri


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///.riskmodels/mlflow.db", "sqlite:///{folder}/.riskmodels/mlflow.db"),
        ("sqlite:////var/mlflow.db", "sqlite:////var/mlflow.db"),
        ("sqlite:///C:/var/mlflow.db", "sqlite:///C:/var/mlflow.db"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("runs", "{folder}/runs"),
    ],
)
def test_the_tracking_address_is_relative_to_the_settings(folder: Path, written: str, read: str) -> None:
    with (folder / "mlflow.yaml").open("a") as file:
        file.write(f"tracking_uri: {written}\n")
    assert read.format(folder=folder) == rm.open(folder).tracking_uri


def test_a_password_is_never_displayed(folder: Path) -> None:
    with (folder / "mlflow.yaml").open("a") as file:
        file.write("tracking_uri: postgresql://clerk:secret@host:5432/db\n")
    shown = rm.open(folder)._repr_html_()
    assert "postgresql://clerk:***@host:5432/db" in shown
    assert "secret" not in shown


def test_the_display_names_use_cases_and_places(folder: Path) -> None:
    ws = rm.open(folder)
    assert "Finds homes that will owe a lot." in ws._repr_html_()
    assert "Each home that is let." in ws.extracts._repr_html_()
    assert "cases=['owing']" in repr(ws)


def test_the_lake_is_opened_when_asked_for_with_a_private_key_of_the_workspaces_own(folder: Path) -> None:
    (folder / "lake/homes").mkdir(parents=True)
    with rm.open(folder) as ws:
        assert not ws.state.exists()
        assert ws.lake is ws.lake
    assert 0o600 == (ws.state / "pseudonym.key").stat().st_mode & 0o777


def test_a_missing_lake_is_refused(folder: Path) -> None:
    with pytest.raises(LakeError), rm.open(folder) as ws:
        _ = ws.lake


def test_a_key_file_that_is_named_and_missing_is_never_made_anew(folder: Path) -> None:
    change(folder / "mlflow.yaml", "uri: lake", "uri: lake\n  pseudonym_key_file: keys/pseudonym.key")
    with pytest.raises(SettingsError, match=r"line 4: lake.pseudonym_key_file names .* which is not there"):
        _ = rm.open(folder).lake
    assert not (folder / "keys").exists()


def test_a_workspace_whose_state_cannot_be_written_is_refused_when_the_key_is_made(folder: Path) -> None:
    (folder / "lake/homes").mkdir(parents=True)
    (folder / ".riskmodels").write_text("in the way")
    with pytest.raises(OutputError, match=r"pseudonym.key cannot be made"):
        _ = rm.open(folder).lake


def test_a_fresh_workspace_opens_and_has_what_the_library_comes_with(tmp_path: Path) -> None:
    make_workspace(tmp_path / "fresh")
    ws = rm.open(tmp_path / "fresh")
    assert "rent_arrears" in ws.cases
    assert ws.policy("rent_arrears").may_not_be_used_for
    assert ".riskmodels/" in (tmp_path / "fresh/.gitignore").read_text()
    assert [] == [path.name for path in (tmp_path / "fresh").rglob("__pycache__")]


def test_an_empty_folder_is_filled_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_workspace(Path())
    parts = {"mlflow.yaml", "features", "ethics", "model_cards", ".gitignore"}
    assert parts == {path.name for path in tmp_path.iterdir()}


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    for place in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(OutputError, match=r"Nothing was changed"):
            make_workspace(place)
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]


def test_a_fresh_workspace_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("riskmodels.workspace_files.shutil.copytree", full)
    (tmp_path / "empty").mkdir()
    for place in ("new", "empty"):
        with pytest.raises(OutputError, match=r"no space left on device"):
            make_workspace(tmp_path / place)
    assert [] == [path.name for path in (tmp_path / "empty").iterdir()]
    assert ["empty"] == [path.name for path in tmp_path.iterdir()]


def test_importing_the_library_is_light_and_turns_telemetry_off() -> None:
    code = "import os, sys, riskmodels; print(os.environ['MLFLOW_DISABLE_TELEMETRY']); print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "false"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "true" == told[0]
    heavy = {"duckdb", "mlflow", "matplotlib", "sklearn", "lightgbm", "pandas", "pandera", "numpy"}
    assert set() == heavy & set(told)


def test_the_public_names_are_sorted_and_there() -> None:
    assert sorted(rm.__all__) == rm.__all__
    assert [] == [name for name in rm.__all__ if getattr(rm, name, None) is None]
    assert set(rm.__all__) <= set(dir(rm))
    with pytest.raises(AttributeError, match=r"has no attribute 'opn'"):
        _ = rm.opn
