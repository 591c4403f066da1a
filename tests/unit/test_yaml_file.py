"""YAML that people write: places in lists too, nearest names from the record itself, no endless aliases."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from riskmodels.errors import DocumentError
from riskmodels.yaml_file import YamlFile, read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Leaf(_Strict):
    colour: str
    size: int | None = None


class Branch(_Strict):
    leaves: tuple[Leaf, ...] = ()
    best: Leaf | None = None


class Tree(_Strict):
    branches: dict[str, Branch]


def fault(found: str) -> DocumentError:
    return DocumentError(found, expected="a tree", next_step="Mend it.", who="the gardener")


def read(folder: Path, text: str) -> YamlFile:
    path = folder / "tree.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path, fault=fault)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read(folder, text).record(Tree, noun="a key of the tree")
    return caught.value.found


def test_what_the_file_says_is_what_the_record_holds(tmp_path: Path) -> None:
    tree = read(tmp_path, "branches: {low: {leaves: [{colour: green, size: 3}]}}\n").record(Tree, noun="a key")
    assert Tree(branches={"low": Branch(leaves=(Leaf(colour="green", size=3),))}) == tree


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "branches:\n  low:\n    leaves:\n      - colour: green\n      - color: red\n",
            "line 5: branches.low.leaves.1.color is not a key of the tree; did you mean 'colour'?",
        ),
        (
            "branches:\n  low:\n    best: {color: red}\n",
            "line 3: branches.low.best.color is not a key of the tree; did you",
        ),
        (
            "branches:\n  low:\n    leafs: []\n",
            "line 3: branches.low.leafs is not a key of the tree; did you",
        ),
        ("branch: {}\n", "line 1: branch is not a key of the tree; did you mean 'branches'?"),
        ("branches:\n  low: {best: {colour: yes}}\n", "in quotes, a number, yes or no is text"),
        ("branches:\n  low: {best: {colour: red, size: big}}\n", "line 2: branches.low.best.size is not right"),
        ("branches:\n  on: {}\n", "line 2: a key under branches is not a word (in YAML, yes, no, on and off"),
        ("branches:\n  low: {leaves: [{colour: a, colour: b}]}\n", "branches.low.leaves.0.colour is given twice"),
        ("branches: &a\n  low: *a\n", "goes round in a circle"),
        ("branches: " + "[" * 100_000, "line 1 is nested more than 50 deep"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, text)


def test_a_short_file_that_aliases_make_endless_is_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "says more than 100,000 things" in refused(tmp_path, "\n".join(lines))


def test_keys_of_a_table_are_checked_with_their_line(tmp_path: Path) -> None:
    file = read(tmp_path, "branches:\n  lwo: {}\n")
    with pytest.raises(DocumentError, match=r"line 2: branches.lwo is not a branch; did you mean 'low'\?"):
        file.known(("branches",), ["low", "high"], noun="a branch")
