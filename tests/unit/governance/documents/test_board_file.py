"""The board's file: read strictly, and added to in its text, comments and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.board_file import add_holder, read_board

SHIPPED = Path(__file__).parents[4] / "ethics" / "board.yaml"
KEY, OTHER = "a" * 64, "b" * 64


def board(folder: Path, text: str | None = None) -> Path:
    path = folder / "board.yaml"
    path.write_bytes(SHIPPED.read_bytes() if text is None else text.encode())
    return path


def test_the_shipped_board_has_its_roles_and_no_holder_yet() -> None:
    held = read_board(SHIPPED)
    assert {
        "accountable_officer": "decide",
        "siro": "accept_risk",
        "data_protection_officer": "advise",
        "equality_lead": "advise",
        "ethics_board": "advise",
        "caldicott_guardian": "advise",
    } == {name: role.kind for name, role in held.roles.items()}
    assert [] == [name for name, role in held.roles.items() if role.holders]
    assert ((), (), ()) == (held.authors, held.reproducers, held.registry)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("role", ["siro", "caldicott_guardian", "authors", "registry"])
def test_a_holder_is_added_and_every_other_line_stays(tmp_path: Path, role: str, newline: str) -> None:
    before = SHIPPED.read_text(encoding="utf-8")
    path = board(tmp_path, before.replace("\n", newline))
    add_holder(path, role=role, title='Head of "data"', key=KEY)
    held = read_board(path)
    (one,) = held.roles[role].holders if role in held.roles else getattr(held, role)
    assert ('Head of "data"', KEY) == (one.title, one.key)
    after = path.read_bytes().decode().split(newline)
    added = [line for line in after if KEY in line or ("Head of" in line and "#" not in line)]
    assert 2 == len(added)
    without = [line for line in after if line not in added]
    changed = [pair for pair in zip(before.split("\n"), without, strict=True) if pair[0] != pair[1]]
    assert 1 == len(changed)
    assert changed[0][0].rstrip("[] ") == changed[0][1]


def test_a_second_holder_stands_below_the_first(tmp_path: Path) -> None:
    path = board(tmp_path)
    add_holder(path, role="siro", title="First", key=KEY)
    add_holder(path, role="siro", title="Second", key=OTHER)
    assert ["First", "Second"] == [one.title for one in read_board(path).roles["siro"].holders]


def test_a_holder_is_added_below_one_that_was_revoked_and_commented(tmp_path: Path) -> None:
    text = f"""\
council: C
roles:
    siro:
        title: S
        kind: accept_risk
        holders:   # of the council
        # left in spring
        - title: Old
          key: {KEY}
          revoked_from: 2026-01-31T00:00:00Z  # lost laptop
    # the next role
    dpo: {{title: D, kind: advise}}
root_roles: [siro]
root_quorum: 1
"""
    path = board(tmp_path, text)
    add_holder(path, role="siro", title="New", key=OTHER)
    item = f'        - title: "New"\n          key: "{OTHER}"\n'
    assert text.replace("  # lost laptop\n", f"  # lost laptop\n{item}") == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("role", "title", "key", "words"),
    [
        ("siroo", "Head", KEY, "did you mean 'siro'?"),
        ("siro", " ", KEY, "has no position"),
        ("siro", "Head\n  kind: decide", KEY, "has no position"),
        ("siro", "Head", "A" * 64, "a key that is not one"),
        ("siro", "Head", "abc", "a key that is not one"),
    ],
)
def test_a_wrong_role_position_or_key_changes_nothing(
    tmp_path: Path, role: str, title: str, key: str, words: str
) -> None:
    path = board(tmp_path)
    before = path.read_bytes()
    with pytest.raises(DocumentError) as caught:
        add_holder(path, role=role, title=title, key=key)
    assert words in caught.value.found
    assert before == path.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "council: C\nroles: {siro: {title: S, kind: decide}}\nroot_roles: [siro]\nroot_quorum: 1\n",
        "council: C\nroles:\n  siro: {title: S, kind: decide, holders: []}\nroot_roles: [siro]\nroot_quorum: 1\n",
        "council: C\nroles:\n  siro:\n    title: S\n    kind: decide\nroot_roles: [siro]\nroot_quorum: 1\n",
        f"council: C\nroles:\n  siro:\n    title: S\n    kind: decide\n    holders: [{{title: H, key: {OTHER}}}]\n"
        "root_roles: [siro]\nroot_quorum: 1\n",
        "council: C\nroles:\n  siro:\n    title: S\n    kind: decide\n    holders:\n      []\n"
        "root_roles: [siro]\nroot_quorum: 1\n",
    ],
)
def test_a_file_that_is_laid_out_otherwise_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = board(tmp_path, text)
    with pytest.raises(DocumentError):
        add_holder(path, role="siro", title="Head", key=KEY)
    assert text == path.read_text(encoding="utf-8")
    assert [path] == list(tmp_path.iterdir())


def test_a_byte_order_mark_stays_where_it_is(tmp_path: Path) -> None:
    path = board(tmp_path, "\ufeff" + SHIPPED.read_text(encoding="utf-8"))
    add_holder(path, role="siro", title="Head", key=KEY)
    assert path.read_text(encoding="utf-8").startswith("\ufeff# Who may say")


def test_a_key_is_not_added_twice(tmp_path: Path) -> None:
    path = board(tmp_path)
    add_holder(path, role="siro", title="Head", key=KEY)
    with pytest.raises(DocumentError, match="held with this key already"):
        add_holder(path, role="siro", title="Head again", key=KEY)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: accept_risk", "kind: accepts_risk", "roles.siro.kind is not right"),
        ("root_quorum: 2", "root_quorum: 4", "root_quorum is 4, of 3 root_roles"),
        ("[accountable_officer, siro,", "[accountable_officer, sirro,", "root_roles names sirro"),
        ("authors: []", "autors: []", "did you mean 'authors'?"),
        ("reproducers: []", "reproducers: [{title: Head, key: short}]", "reproducers.0.key is not right"),
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DocumentError) as caught:
        read_board(board(tmp_path, text.replace(old, new)))
    assert words in caught.value.found
    assert "board.yaml" in caught.value.found
