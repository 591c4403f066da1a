"""The rules of the house that no linter holds: sizes, names, papers that agree with the code, complete pins."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def names_defined(statements: list[ast.stmt]) -> Iterator[str]:
    """Give the names that a module's statements bind, also those under a condition."""
    for node in statements:
        if isinstance(node, Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            yield from (one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.If):
            yield from names_defined([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from names_defined([*node.body, *node.orelse, *(one for way in node.handlers for one in way.body)])


def exported(path: Path) -> list[str] | None:
    """Give what a module's ``__all__`` lists, or None where it has none."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def declared() -> list[Requirement]:
    """List what pyproject.toml asks for: to run, for every extra, and to build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    texts = [*project["project"]["dependencies"], *project["build-system"]["requires"], *chain(*extras)]
    return [wanted for wanted in map(Requirement, texts) if wanted.name != "riskmodels"]


def test_no_source_file_is_longer_than_400_lines() -> None:
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {} == {name: length for name, length in lengths.items() if length > 400}


def body_lines(function: Function) -> int:
    """Count a function's lines after its docstring."""
    first = function.body[1:2] if ast.get_docstring(function) is not None else function.body[:1]
    return (function.end_lineno or 0) - first[0].lineno + 1 if first else 0


def test_no_function_has_more_than_50_lines_after_its_docstring() -> None:
    lengths = {f"{short(path)}: {one.name}": body_lines(one) for path in SOURCES for one in functions(path)}
    assert {} == {name: length for name, length in lengths.items() if length > 50}


def is_overload(function: Function) -> bool:
    return "overload" in map(ast.unparse, function.decorator_list)


def public(statements: list[ast.stmt]) -> Iterator[Function]:
    """Give the functions and methods that others may call: nothing private, and nothing inside a function."""
    for node in statements:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)
        elif isinstance(node, Function) and not node.name.startswith("_") and not is_overload(node):
            yield node


def test_every_public_function_has_a_docstring() -> None:
    found = [(path, one) for path in SOURCES for one in public(tree(path).body)]
    assert [] == [f"{short(path)}: {one.name}" for path, one in found if ast.get_docstring(one) is None]


def test_every_module_says_what_it_exports_and_has_it() -> None:
    untrue = {}
    for path in SOURCES:
        listed = exported(path)
        if listed is None:
            if set(names_defined(tree(path).body)) - {"annotations"}:
                untrue[short(path)] = ["no __all__"]
        elif missing := sorted(set(listed) - set(names_defined(tree(path).body))):
            untrue[short(path)] = missing
    assert {} == untrue


def test_no_module_is_named_after_nothing() -> None:
    empty_words = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}
    assert [] == [short(path) for path in SOURCES if empty_words & set(path.stem.split("_"))]


def test_no_name_promises_fairness() -> None:
    names = {f"{short(path)}: {one.name}" for path in SOURCES for one in functions(path)}
    assert set() == {name for name in names if re.search(r"fair_|debias|unbiased", name)}


def test_every_constraint_is_an_exact_version_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert [] == [line for line in pinned if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)]


def test_no_package_is_pinned_twice() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    named = Counter(canonicalize_name(line.split("==")[0]) for line in lines if line and not line.startswith("#"))
    assert [] == [name for name, times in named.items() if times > 1]


@pytest.mark.parametrize("wanted", declared(), ids=lambda wanted: wanted.name)
def test_every_declared_dependency_is_pinned_within_its_bounds(wanted: Requirement) -> None:
    version = pins().get(canonicalize_name(wanted.name))
    assert version is not None, f"constraints.txt has no {wanted.name}"
    assert wanted.specifier.contains(version)


IMPORTED_AS = {"woodelf": "woodelf-explainer", "sklearn": "scikit-learn", "yaml": "pyyaml"}


def test_everything_imported_is_declared() -> None:
    names = {canonicalize_name(wanted.name) for wanted in declared()}
    missing = {
        f"{short(path)}: {module}"
        for path in SOURCES
        for module in modules_imported(path)
        if module not in {"riskmodels", *sys.stdlib_module_names}
        and canonicalize_name(IMPORTED_AS.get(module, module)) not in names
    }
    assert set() == missing


def modules_imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):.*## ", text, flags=re.MULTILINE))


def test_every_make_command_in_the_papers_is_in_the_makefile() -> None:
    papers = "\n".join(path.read_text(encoding="utf-8") for path in PAPERS)
    named = re.findall(r"\bmake ([a-z]+)`|^make ([a-z]+)", papers, flags=re.MULTILINE)
    targets = {one or other for one, other in named}
    assert {"demo", "test"} <= targets
    assert set() == targets - make_targets()


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Name every command of the command line, such as ``lake check``."""
    inside = getattr(group, "commands", None)
    if inside is None:
        yield " ".join(path)
        return
    for name, one in inside.items():
        yield from commands(one, (*path, name))


def test_every_riskmodels_command_in_the_readme_exists() -> None:
    import typer

    from riskmodels.cli import app

    known = set(commands(typer.main.get_command(app)))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", readme, re.DOTALL))
    named = re.findall(r"^riskmodels ([a-z]+(?: [a-z]+)?)", blocks, flags=re.MULTILINE)
    assert named
    assert [] == [name for name in named if name not in known and name.split()[0] not in known]


@pytest.mark.parametrize("paper", PAPERS, ids=short)
def test_every_link_between_papers_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", paper.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [] == [link for link in inside if not (paper.parent / link).exists()]


def glossary() -> list[tuple[str, str]]:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [(word, meaning) for word, meaning in rows if word not in ("Word", "---")]


def test_every_word_of_the_glossary_is_explained_once() -> None:
    times = Counter(word for word, _ in glossary())
    assert [] == [word for word, count in times.items() if count > 1]
    assert len(times) >= 50


def test_the_glossary_is_in_alphabetical_order() -> None:
    words = [word.lower().replace("-", " ") for word, _ in glossary()]
    assert sorted(words) == words


def test_the_glossary_explains_each_word_in_one_or_two_sentences() -> None:
    long = [word for word, meaning in glossary() if not 1 <= len(re.findall(r"\.(?= |$)", meaning)) <= 2]
    assert [] == long


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    assert list(range(1, len(DECISIONS) + 1)) == [int(path.name[:4]) for path in DECISIONS]
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert [] == [path.name for path in DECISIONS if f"decisions/{path.name}" not in index]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.name[:4])
def test_every_decision_is_dated_and_has_its_three_parts(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert f"# {int(decision.name[:4])}. " == text[: text.index(" ", 2) + 1]
    assert ["Context", "Decision", "Consequences"] == re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}\. Status: (accepted|replaced by \d{4})\.$", text, flags=re.MULTILINE)


def test_the_library_knows_no_use_case() -> None:
    # A new one costs a file in features/, its papers and a block of mlflow.yaml. Examples in help may name one.
    cases = [path.stem for path in (ROOT / "features").glob("[a-z]*.py") if path.stem != "extracts"]
    assert len(cases) >= 4
    engine = [path for path in (ROOT / "src/riskmodels").rglob("*.py") if not {"cli", "demo"} & set(path.parts)]
    named = re.compile(rf"^(?!.*(Example|``|>>>)).*\b({'|'.join(cases)})\b", flags=re.MULTILINE)
    assert [] == [path.name for path in engine if named.search(path.read_text(encoding="utf-8"))]


def test_no_file_names_an_index_or_a_folder_of_one_machine() -> None:
    # Written in two parts, so that this file does not find itself.
    telling = re.compile("|".join(["index" + "-url", "find" + "-links", r"(?<![\w.])/(?:root|home/\w+)" + "/"]))
    folders = ("src", "features", "tests", "docs", ".ci", "examples", "benchmarks")
    texts = [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))]
    texts = [
        path for path in [*texts, *sorted(ROOT.iterdir())] if path.suffix in (".py", ".md", ".toml", ".txt", ".yaml")
    ]
    texts += [ROOT / "Makefile", ROOT / ".ci/run"]
    found = [short(path) for path in texts if path.is_file() and telling.search(path.read_text(encoding="utf-8"))]
    assert [] == found


@pytest.mark.skipif(os.name == "nt", reason="Windows has no right to execute")
def test_ci_can_be_run_as_it_stands() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "src/riskmodels/py.typed").is_file()
