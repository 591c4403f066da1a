"""The demo's candidate on its way through the gate, by the commands that people give; and what they are told."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import riskmodels as rm
from riskmodels import scoring
from riskmodels.cli import app
from riskmodels.demo.council import DEMO_PASSPHRASE
from riskmodels.errors import RefusedError
from tests.integration.demos import Demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

CASE = "rent_arrears"


def told(workspace: Path, *words: str, passphrase: str | None = DEMO_PASSPHRASE) -> tuple[int, dict[str, Any]]:
    environment = {"RISKMODELS_PASSPHRASE": passphrase} if passphrase else {}
    answer = CliRunner(env=environment).invoke(app, [*words, "--workspace", str(workspace), "--json"])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.output
    return answer.exit_code, json.loads(answer.stdout)


def acts(demo: Demo) -> dict[str, list[str]]:
    return {one["act"]: one["lines"] for one in demo[1]["story"]}


def test_the_story_begins_with_a_refusal_that_says_why(demo: Demo) -> None:
    lines = acts(demo)["Put forward, and refused"]
    named = {line.partition(":")[0] for line in lines}
    assert {"dpia", "equality", "atrs", "canvas", "reproduced", "quorum"} <= named
    assert 1 == demo[1]["version"]
    assert not demo[1]["gate"]["passed"]
    for reason in demo[1]["gate"]["reasons"]:
        assert all(reason[part] for part in ("check", "found", "wanted", "why", "next_step", "who"))


def test_completed_documents_are_no_reason_any_more_and_it_is_made_again_to_the_bit(demo: Demo) -> None:
    story = acts(demo)
    refused = [line.partition(":")[0] for line in story["Documents completed"]]
    assert "Put forward again, the same model, as version 2." in story["Documents completed"]
    assert "quorum" in refused
    assert [] == [line for line in story["Documents completed"] if line.startswith(("dpia: written", "card:"))]
    assert any("the same, digest" in line for line in story["Made again by somebody else"])


def test_it_ends_in_use_and_out_of_it(demo: Demo) -> None:
    story = acts(demo)
    assert ["Live", "Scored", "Asked for a list", "Suspended, and refused"] == list(story)[-4:]
    assert any("cases scored with version 2" in line for line in story["Scored"])
    assert any(line.startswith("Refused: rent_arrears may not be used for 'enforcement'") for line in story["Scored"])
    assert [line for line in story["Suspended, and refused"] if "was suspended on" in line]


def test_the_gate_on_a_registered_version_exits_with_1_and_every_reason(demo: Demo) -> None:
    code, said = told(demo[0], "gate", CASE, "1")
    assert 1 == code
    assert {"quorum", "reproduced"} <= {one["check"] for one in said["reasons"]}
    assert 26 == len(said["checks"])


def test_promoting_what_does_not_pass_is_refused_and_changes_nothing(demo: Demo) -> None:
    before = told(demo[0], "log", CASE)[1]["entries"]
    code, said = told(demo[0], "promote", CASE, "1")
    assert 1 == code
    assert "refused" == said["error"]["code"]
    assert "quorum" in said["error"]["found"]
    assert before == told(demo[0], "log", CASE)[1]["entries"]


def test_a_version_that_is_not_there_is_named_with_those_that_are(demo: Demo) -> None:
    code, said = told(demo[0], "gate", CASE, "99")
    assert 2 == code
    assert "registry" == said["error"]["code"]


def test_signing_needs_the_passphrase_the_role_and_its_own_key(demo: Demo) -> None:
    words = ("sign", CASE, "1", "--decision", "approve", "--reason", "To try it", "--role")
    code, said = told(demo[0], *words, "siro", passphrase="not the right one at all")
    assert (2, "signing") == (code, said["error"]["code"])
    assert "not the right one at all" not in json.dumps(said)
    code, said = told(demo[0], *words, "sirro")
    assert (2, "signing") == (code, said["error"]["code"])
    assert "siro" in said["error"]["found"]
    key = demo[0] / ".riskmodels/keys/equality_lead.key"
    code, said = told(demo[0], *words, "siro", "--key", str(key))
    assert (2, "signing") == (code, said["error"]["code"])
    code, said = told(demo[0], *words, "siro", passphrase=None)
    assert (2, "signing") == (code, said["error"]["code"])


def test_a_word_that_counts_takes_its_reason_off_the_gate(demo: Demo) -> None:
    words = ("sign", CASE, "1", "--role", "equality_lead", "--decision", "reject", "--reason", "Too few people to say")
    code, said = told(demo[0], *words)
    assert 0 == code, said
    quorum = next(one for one in said["gate"]["reasons"] if one["check"] == "quorum")
    assert "equality_lead has not advised" not in quorum["found"]
    assert "siro has not signed" in quorum["found"]


def test_conditions_go_with_an_approval_with_conditions_and_a_waiver_needs_an_end(demo: Demo) -> None:
    words = ("sign", CASE, "1", "--role", "siro", "--reason", "To try it", "--decision")
    code, said = told(demo[0], *words, "approve", "--longest-list", "50")
    assert (2, "signing") == (code, said["error"]["code"])
    end = ("--waiver-expires", "2099-01-01")
    for check in ("nosuchcheck", "quorum", "not_suspended"):
        code, said = told(demo[0], *words, "approve", "--waive", check, *end)
        assert (2, "signing") == (code, said["error"]["code"])
    code, said = told(demo[0], *words, "approve", "--waive", "bias", "--group", "sex: Femal, missed", *end)
    assert "sex: Female, missed" in said["error"]["found"]
    code, said = told(demo[0], *words, "approve", "--waive", "bias")
    assert (2, "settings") == (code, said["error"]["code"])
    assert "no end" in said["error"]["found"]


def test_the_log_holds_every_step_in_its_order(demo: Demo) -> None:
    events = [one["event"] for one in told(demo[0], "log", CASE)[1]["entries"]]
    assert ["registered", "candidate", "candidate"] == events[:3]
    assert events.count("signed") >= 6


def test_the_card_of_a_version_shows_who_signed_and_what_the_gate_says(demo: Demo, tmp_path: Path) -> None:
    code, said = told(demo[0], "card", CASE, "2", "--out", str(tmp_path / "card"))
    assert 0 == code, said
    page = Path(said["html"]).read_text(encoding="utf-8")
    assert "Early help with rent" in page
    assert "Senior information risk owner" in page
    figures = json.loads(Path(said["json"]).read_text(encoding="utf-8"))["figures"]
    for estimator, held in demo[1]["metrics"].items():
        assert held["roc_auc"]["value"] == figures[estimator]["roc_auc"]["value"]


def test_an_auditor_derives_every_figure_anew(demo: Demo) -> None:
    code, said = told(demo[0], "verify", CASE, "2")
    assert [] == [one for one in said["items"] if one["held"] is False]
    assert 0 == code
    assert len(said["items"]) > 10


def test_an_outsider_without_the_inputs_is_told_what_could_not_be_checked(demo: Demo, tmp_path: Path) -> None:
    hidden = demo[0] / ".riskmodels/retained"
    away = tmp_path / "retained"
    shutil.move(hidden, away)
    try:
        code, said = told(demo[0], "verify", CASE, "2")
    finally:
        shutil.move(away, hidden)
    assert 0 == code
    assert [one for one in said["items"] if one["held"] is None]


def test_a_retained_row_that_was_changed_is_found(demo: Demo) -> None:
    table = next((demo[0] / ".riskmodels/retained" / CASE).glob("*/outcome.parquet"))
    whole = table.read_bytes()
    table.write_bytes(whole[:-20] + bytes(20))
    try:
        code, said = told(demo[0], "reproduce", CASE, "2")
    finally:
        table.write_bytes(whole)
    assert code in (1, 2)
    assert said["error"]["code"] in {"registry", "untrusted"}


def test_a_threshold_lowered_in_the_workspace_changes_nothing_that_the_root_says(demo: Demo) -> None:
    settings = demo[0] / "mlflow.yaml"
    whole = settings.read_text(encoding="utf-8")
    settings.write_text(whole.replace("decide: [accountable_officer]", "decide: [siro2]"), encoding="utf-8")
    before = told(demo[0], "gate", CASE, "1")[1]["checks"]
    settings.write_text(whole.replace("least: 0.65", "least: 0.99"), encoding="utf-8")
    try:
        after = told(demo[0], "gate", CASE, "1")[1]["checks"]
    finally:
        settings.write_text(whole, encoding="utf-8")
    assert [one["found"] for one in before] == [one["found"] for one in after]
    assert [one["wanted"] for one in before] == [one["wanted"] for one in after]


def test_scoring_refuses_a_suspended_model_and_a_pin_that_is_not_this_councils(demo: Demo) -> None:
    with rm.open(demo[0]) as ws:
        address = ws.registry_uri
    with pytest.raises(RefusedError, match="was suspended"):
        scoring.load(CASE, registry=address, pin=demo[1]["pin"], watched=False)
    with pytest.raises(RefusedError, match="pinned"):
        scoring.load(CASE, registry=address, pin="0" * 64, watched=False)


def test_keys_are_made_encrypted_added_to_the_board_and_never_written_over(demo: Demo, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    assert 0 == CliRunner().invoke(app, ["init", str(fresh)]).exit_code
    code, said = told(fresh, "keys", "new", "--role", "siro", passphrase="a long enough passphrase")
    assert 0 == code, said
    assert b"ENCRYPTED" in Path(said["private_key"]).read_bytes()
    assert said["public_key"] in (fresh / "ethics/board.yaml").read_text(encoding="utf-8")
    if os.name == "posix":
        assert 0o600 == Path(said["private_key"]).stat().st_mode & 0o777
    code, said = told(fresh, "keys", "new", "--role", "siro", passphrase="a long enough passphrase")
    assert (2, "signing") == (code, said["error"]["code"])
    code, said = told(fresh, "keys", "new", "--role", "sirro", passphrase="a long enough passphrase")
    assert (2, "signing") == (code, said["error"]["code"])


def test_a_root_is_proposed_signed_by_the_quorum_and_then_says_what_changes(tmp_path: Path) -> None:
    fresh, secret = tmp_path / "fresh", "a long enough passphrase"
    assert 0 == CliRunner().invoke(app, ["init", str(fresh)]).exit_code
    assert (0, None) == (told(fresh, "trust", "show")[0], told(fresh, "trust", "show")[1]["pin"])
    for role in ("siro", "accountable_officer", "data_protection_officer"):
        assert 0 == told(fresh, "keys", "new", "--role", role, passphrase=secret)[0]
    code, said = told(fresh, "trust", "propose", "--role", "siro", passphrase=secret)
    assert 0 == code, said
    assert ["this is the first root"] == said["changed"]
    assert "accountable_officer" in said["missing"]
    code, said = told(fresh, "trust", "sign", "--role", "accountable_officer", passphrase=secret)
    assert (2, "nothing was signed") == (code, said["error"]["found"])
    code, said = told(fresh, "trust", "sign", "--role", "accountable_officer", "--yes", passphrase=secret)
    assert (0, []) == (code, said["missing"])
    assert said["digest"] == told(fresh, "trust", "show")[1]["pin"]
    settings = fresh / "mlflow.yaml"
    settings.write_text(settings.read_text().replace("least: 0.65", "least: 0.5"), encoding="utf-8")
    board = fresh / "ethics/board.yaml"
    board.write_text(board.read_text().replace("root_quorum: 2", "root_quorum: 1"), encoding="utf-8")
    code, said = told(fresh, "trust", "propose", "--role", "siro", passphrase=secret)
    lowered = f"{CASE}: promotion.worst_period.least from 0.65 to 0.5"
    assert ["root_quorum from 2 to 1", lowered] == said["changed"]
    code, said = told(fresh, "trust", "sign", "--role", "equality_lead", "--yes", passphrase=secret)
    assert (2, "signing") == (code, said["error"]["code"])
