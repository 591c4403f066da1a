"""Load what a council may know: the contracts and use cases of a workspace's ``features`` folder, by path.

The folder becomes a package of its own, named after the workspace's path, so that ``from .extracts import ...`` works,
two workspaces never meet, and no module is ever called ``features``.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import importlib.util
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType

from riskmodels.errors import DefinitionError
from riskmodels.features import UseCase
from riskmodels.lake import Extract
from riskmodels.workspace_files import CONTRACTS, case_names

__all__ = ["Definitions", "load_definitions"]

_PREFIX = "riskmodels_workspace_"
_AUTHOR = "the data scientist who wrote the file"


@dataclass(frozen=True)
class Definitions:
    """What a ``features`` folder declares: contracts by class name, use cases by name."""

    contracts: Mapping[str, type[Extract]]
    cases: Mapping[str, UseCase]


def load_definitions(folder: Path) -> Definitions:
    """Run the files of a ``features`` folder and collect what they declare.

    Parameters
    ----------
    folder : Path
        Holds ``extracts.py``, and one file for each use case, named after it. Files whose name begins with an
        underscore may hold what several use cases share.

    Raises
    ------
    DefinitionError
        If a file cannot be run, or declares something that cannot be. It names the file and, where there is one, the
        line.
    """
    if not (folder / f"{CONTRACTS}.py").is_file():
        raise _fault(f"{folder / 'extracts.py'} is not there", "a file that declares the lake's extracts")
    package = _fresh_package(folder)
    contracts = _contracts(folder, _run(folder, package, CONTRACTS))
    modules = {name: _run(folder, package, name) for name in case_names(folder)}
    return Definitions(MappingProxyType(contracts), MappingProxyType(_cases(folder, modules)))


def _fault(found: str, expected: str, next_step: str = "Correct the file.") -> DefinitionError:
    return DefinitionError(found, expected=expected, next_step=next_step, who=_AUTHOR)


class _FreshLoader(importlib.machinery.SourceFileLoader):
    """Runs a file as it stands, and keeps no compiled copy beside it: the folder may be closed to us."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _WorkspaceFinder(MetaPathFinder):
    """Finds modules of workspaces, and no others."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if path is None or not fullname.startswith(_PREFIX):
            return None
        file = Path(path[0]) / f"{fullname.rpartition('.')[2]}.py"
        if not file.is_file():
            return None
        return importlib.util.spec_from_file_location(fullname, file, loader=_FreshLoader(fullname, str(file)))


def _fresh_package(folder: Path) -> str:
    if not any(isinstance(finder, _WorkspaceFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _WorkspaceFinder())
    root = _PREFIX + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    for loaded in [name for name in sys.modules if name == root or name.startswith(f"{root}.")]:
        del sys.modules[loaded]
    for name, path in ((root, []), (f"{root}.features", [str(folder)])):
        package = ModuleType(name)
        package.__path__ = path
        sys.modules[name] = package
    return f"{root}.features"


def _run(folder: Path, package: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{package}.{name}")
    except DefinitionError as error:
        error.add_note(f"in {_line(folder, folder / f'{name}.py', error)}")
        raise
    except Exception as error:  # a file of the workspace may raise anything
        fault = _fault(
            f"{_line(folder, folder / f'{name}.py', error)} cannot be run: {type(error).__name__}: {error}",
            "a Python file that declares extracts or a use case, and imports what it needs",
        )
        raise fault from error


def _line(folder: Path, file: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == folder:
        return f"{error.filename}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else str(file)


def _contracts(folder: Path, module: ModuleType) -> dict[str, type[Extract]]:
    found = [
        declared
        for declared in vars(module).values()
        if isinstance(declared, type) and issubclass(declared, Extract) and declared is not Extract
    ]
    contracts: dict[str, type[Extract]] = {}
    folders: dict[str, str] = {}
    for extract in dict.fromkeys(found):
        name, place = extract.__name__, extract.folder()
        if name in contracts or place in folders:
            other = folders.get(place, name)
            raise _fault(
                f"{folder / 'extracts.py'} declares {other} and {name} for the lake's folder {place!r}",
                "one contract for each folder of the lake",
                "Remove one of the two, or give it the folder that it describes.",
            )
        contracts[name], folders[place] = extract, name
    if not contracts:
        raise _fault(f"{folder / 'extracts.py'} declares no extract", "one class for each extract in the lake")
    return contracts


def _cases(folder: Path, modules: Mapping[str, ModuleType]) -> dict[str, UseCase]:
    cases: dict[str, UseCase] = {}
    for file, module in modules.items():
        declared = {id(case): case for case in vars(module).values() if isinstance(case, UseCase)}
        own = [case for case in declared.values() if case.name == file]
        if len(own) != 1:
            names = ", ".join(sorted(repr(case.name) for case in declared.values())) or "none"
            raise _fault(
                f"{folder / f'{file}.py'} declares these use cases: {names}",
                f"one use case, named {file!r} like its file",
                "Rename the use case or its file. What use cases share goes in a file whose name begins with _.",
            )
        cases[file] = own[0]
    _refuse_strays(folder, modules, cases)
    return cases


def _refuse_strays(folder: Path, modules: Mapping[str, ModuleType], cases: Mapping[str, UseCase]) -> None:
    known = {id(case) for case in cases.values()}
    for file, module in modules.items():
        strays = [case for case in vars(module).values() if isinstance(case, UseCase) and id(case) not in known]
        if strays:
            raise _fault(
                f"{folder / f'{file}.py'} declares a second use case, {strays[0].name!r}",
                "one use case in each file",
                f"Move it to a file of its own, {strays[0].name}.py.",
            )
