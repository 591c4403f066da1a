"""mlflow.yaml is read strictly: a slip is named with its file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.errors import SettingsError
from riskmodels.policy import AsOfSettings, SettingsFile, read_settings

GOOD = """\
# Read by riskmodels
lake:
  uri: lake
  cut: 2025-03-31
models:
  rent_arrears:
    capacity: 200
    capacity_reason: Four officers, ten calls a day
    as_of: {first: 2023-01, last: 2024-12}
    may_not_be_used_for:
      - Eviction
"""


def read(folder: Path, text: str | bytes) -> SettingsFile:
    path = folder / "mlflow.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_settings(path)


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    return caught.value.found


def test_what_the_file_says_is_what_the_records_hold(tmp_path: Path) -> None:
    file = read(tmp_path, GOOD)
    rent = file.settings.models["rent_arrears"]
    assert (200, ("Eviction",)) == (rent.capacity, rent.may_not_be_used_for)
    assert AsOfSettings(first="2023-01", last="2024-12") == rent.as_of
    assert "2025-03-31" == str(file.settings.lake.cut)
    assert "sqlite:///.riskmodels/mlflow.db" == file.settings.tracking_uri


def test_a_byte_order_mark_from_a_windows_editor_is_let_pass(tmp_path: Path) -> None:
    file = read(tmp_path, "\ufeff" + GOOD)
    assert "lake" == file.settings.lake.uri


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (GOOD.replace("uri: lake", "url: lake"), ["line 3: lake.url is not a setting; did you mean 'uri'?"]),
        (GOOD.replace("uri: lake", "url: lake"), ["line 2: lake.uri is not there"]),
        (
            GOOD.replace("capacity: 200", "capacityy: 200"),
            ["line 7: models.rent_arrears.capacityy", "did you mean 'capacity'?"],
        ),
        (GOOD.replace("models:", "modells:"), ["line 5: modells is not a setting; did you mean 'models'?"]),
        (GOOD.replace("200", "0"), ["line 7: models.rent_arrears.capacity is not right", "greater than or equal to 1"]),
        (GOOD.replace("200", '"200"'), ["models.rent_arrears.capacity is not right", "valid integer"]),
        (GOOD.replace("200", "true"), ["models.rent_arrears.capacity is not right", "valid integer"]),
        (GOOD.replace("last: 2024-12", "last: 2022-12"), ["line 9", "the last month comes before the first"]),
        (GOOD.replace("last: 2024-12", "last: 2024-13"), ["models.rent_arrears.as_of.last is not right"]),
        (GOOD.replace("last: 2024-12", "lasst: 2024-12"), ["line 9", "did you mean 'last'?"]),
        (GOOD + "  uri: x\n", ["line 12: models.uri is not right"]),
        (GOOD + "models: {}\n", ["line 12: models is given twice"]),
        (GOOD.replace("  uri: lake", "  uri: lake\n  uri: pond"), ["line 4: lake.uri is given twice"]),
        (GOOD.replace("  uri: lake", "  1: lake"), ["line 3: a key under lake is not a word"]),
        (GOOD.replace("uri: lake", "uri: [lake"), ["line", "is not YAML"]),
        (GOOD.replace("uri: lake", "uri: !!python/name:os.system lake"), ["line 3 is not YAML"]),
        (GOOD.replace("uri: lake", "uri: &a [*a]"), ["goes round in a circle"]),
        ("", ["is empty"]),
        ("# only a comment\n", ["is empty"]),
        ("- lake\n", ["holds a list where keys were expected"]),
        ("lake\n", ["holds a str where keys were expected"]),
        (b"lake: \xff\xfe", ["cannot be read as text (UnicodeDecodeError)"]),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, wrong: str | bytes, words: list[str]) -> None:
    found = refused(tmp_path, wrong)
    assert [] == [word for word in ["mlflow.yaml", *words] if word not in found], found


def test_every_slip_is_named_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path, GOOD.replace("uri: lake", "url: lake").replace("capacity: 200", "capacity: many"))
    assert 3 == found.count("line ")


def test_what_a_key_is_set_to_is_never_shown(tmp_path: Path) -> None:
    found = refused(tmp_path, GOOD + "tracking_uri: [postgresql://clerk:secret@host/db]\n")
    assert "tracking_uri" in found
    assert "secret" not in found


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mlflow.yaml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read as text"):
        read_settings(tmp_path / "mlflow.yaml")


def test_a_comparison_named_beforehand_is_read_with_its_reason(tmp_path: Path) -> None:
    text = """
lake: {uri: lake}
models:
  rent_arrears:
    capacity: 10
    capacity_reason: ten calls
    assurance:
      comparisons:
        - {characteristic: sex, group: Female, metric: missed, tolerance: 0.1, reason: one in ten}
"""
    (tmp_path / "mlflow.yaml").write_text(text, encoding="utf-8")
    policy = read_settings(tmp_path / "mlflow.yaml").settings.models["rent_arrears"].assurance
    assert (policy.comparisons[0].metric, policy.comparisons[0].tolerance) == ("missed", 0.1)
    assert (policy.disclosure_number, policy.round_to) == (10, 5)


def test_a_wrong_key_of_the_assurance_policy_is_named_with_the_nearest(tmp_path: Path) -> None:
    text = "lake: {uri: lake}\nmodels: {a: {capacity: 1, capacity_reason: b, assurance: {disclosure_numbr: 10}}}\n"
    (tmp_path / "mlflow.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="disclosure_number"):
        read_settings(tmp_path / "mlflow.yaml")


@pytest.mark.parametrize("given", ["first: 2024-01", "last: 2024-01"])
def test_one_end_of_the_as_of_dates_alone_is_refused(tmp_path: Path, given: str) -> None:
    text = f"lake: {{uri: lake}}\nmodels:\n  arrears: {{capacity: 5, capacity_reason: Five, as_of: {{{given}}}}}\n"
    (tmp_path / "mlflow.yaml").write_text(text)
    with pytest.raises(SettingsError, match="together, or neither"):
        read_settings(tmp_path / "mlflow.yaml")
