"""A YAML file that people write, read strictly: every slip is named with its file, its line and its key.

What a key is set to is never shown: it may be a password, or something about a person.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from riskmodels.errors import UserError
from riskmodels.naming import nearest

__all__ = ["Fault", "KeyPath", "YamlFile", "read_yaml"]

KeyPath = tuple[str, ...]
"""Where a key stands: ``("models", "rent_arrears")``; the items of a list are counted from 0."""

Fault = Callable[[str], UserError]
"""Words what was found as the error that this kind of file raises."""

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # several times as fast where it was built in
_LOADER: Any = type(
    "_Loader",
    (_BASE,),
    {
        "__doc__": "Leaves days as they are written, so that one that cannot be is named with its line.",
        "yaml_implicit_resolvers": {
            first: [(tag, pattern) for tag, pattern in held if tag != "tag:yaml.org,2002:timestamp"]
            for first, held in yaml.SafeLoader.yaml_implicit_resolvers.items()
        },
    },
)
_DEEPEST = 50
_MOST_NODES = 100_000  # an alias may make a short file very long
_YES_OR_NO = "tag:yaml.org,2002:bool"
_Record = TypeVar("_Record", bound=BaseModel)


@dataclass(frozen=True)
class YamlFile:
    """What a file says, and where.

    Attributes
    ----------
    path : Path
        The file.
    content : bytes
        Its bytes, as they were read.
    data : mapping
        What it says.
    lines : mapping of key path to int
        The line, from 1, at which each key stands.
    fault : callable
        Makes the error that is raised for it.
    """

    path: Path
    content: bytes = field(repr=False)
    data: Mapping[str, Any] = field(repr=False)
    lines: Mapping[KeyPath, int] = field(repr=False)
    fault: Fault = field(repr=False)

    def place(self, *key_path: str) -> str:
        """Word where a key stands, such as ``mlflow.yaml, line 12: models.rent_arrears``."""
        return _place(self.path, self.lines, key_path)

    def record(self, kind: type[_Record], *, noun: str) -> _Record:
        """Give the file as a record.

        Parameters
        ----------
        kind : type
            The record. Its types are strict: the text "50" is not taken for a number.
        noun : str
            What a key of the file is called, such as ``"a setting"``.

        Raises
        ------
        UserError
            As :attr:`fault` words it, if a key is unknown (with the nearest right name), missing or wrongly set.
        """
        try:
            # As JSON, so that the text "50" is not taken for a number while a list still does for a tuple.
            as_json = json.dumps(self.data, default=str)
        except ValueError:
            raise self.fault(f"{self.path} goes round in a circle: an alias leads back to itself") from None
        try:
            return kind.model_validate_json(as_json, strict=True)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False)
            words = [self._in_words(one, kind, noun) for one in faults]
            raise self.fault("; ".join(dict.fromkeys(words))) from None

    def known(self, above: KeyPath, right: Sequence[str], *, noun: str) -> None:
        """Refuse a key under ``above`` that is not among the ``right`` ones, with the nearest of them.

        Raises
        ------
        UserError
            As :attr:`fault` words it.
        """
        under = [path[-1] for path in self.lines if path[:-1] == above]
        wrong = [
            f"{self.place(*above, name)} is not {noun}{nearest(name, right)}" for name in under if name not in right
        ]
        if wrong:
            raise self.fault("; ".join(wrong))

    def _in_words(self, fault: Any, kind: type[BaseModel], noun: str) -> str:
        key_path = tuple(str(part) for part in fault["loc"])
        place = self.place(*key_path)
        if fault["type"] == "extra_forbidden":
            return f"{place} is not {noun}{nearest(key_path[-1], _keys_beside(kind, key_path))}"
        if fault["type"] == "missing":
            return f"{place} is not there"
        words = str(fault["msg"]).removeprefix("Value error, ")
        hint = " (in quotes, a number, yes or no is text)" if fault["type"] == "string_type" else ""
        return f"{place} is not right: {words[0].lower()}{words[1:]}{hint}"


def read_yaml(path: Path, *, fault: Fault) -> YamlFile:
    """Read a file of keys.

    Parameters
    ----------
    path : Path
        The file, UTF-8; a byte order mark is let pass.
    fault : callable
        Words what was found as the error to raise.

    Raises
    ------
    UserError
        As ``fault`` words it, if the file cannot be read, is not YAML, holds no keys, or gives a key twice.
    """
    content, text = _text(path, fault)
    root, data = _load(path, text, fault)
    return YamlFile(path, content, data, dict(_Lines(path, fault).of(root)), fault)


def _text(path: Path, fault: Fault) -> tuple[bytes, str]:
    try:
        content = path.read_bytes()
        return content, content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fault(f"{path} cannot be read as text ({type(error).__name__})") from None


def _load(path: Path, text: str, fault: Fault) -> tuple[yaml.Node, dict[str, Any]]:
    try:
        _refuse_depth(path, text, fault)
        loader = _LOADER(text)
        try:
            root = loader.get_single_node()
            data = None if root is None else loader.construct_document(root)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise fault(f"{path}{line} is not YAML: {getattr(error, 'problem', None) or type(error).__name__}") from None
    if root is None or not isinstance(data, dict):
        what = "is empty" if data is None else f"holds a {type(data).__name__} where keys were expected"
        raise fault(f"{path} {what}")
    return root, data


def _refuse_depth(path: Path, text: str, fault: Fault) -> None:
    """Refuse what is nested too deeply, before anything walks down it: libyaml would crash the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            line = "" if event.start_mark is None else f", line {event.start_mark.line + 1}"
            raise fault(f"{path}{line} is nested more than {_DEEPEST} deep")


class _Lines:
    """Walks a file once, for the line of each key; refuses a key given twice and an alias that goes in a circle."""

    def __init__(self, path: Path, fault: Fault) -> None:
        self.path, self.fault, self.seen = path, fault, 0

    def of(self, node: yaml.Node, above: KeyPath = (), within: frozenset[int] = frozenset()) -> Iterator[Any]:
        self.seen += 1
        if id(node) in within:
            raise self.fault(f"{self.path} goes round in a circle: an alias leads back to itself")
        if self.seen > _MOST_NODES:
            raise self.fault(f"{self.path} says more than {_MOST_NODES:,} things, aliases written out")
        inside = within | {id(node)}
        if isinstance(node, yaml.MappingNode):
            yield from self._keys(node, above, inside)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                here = (*above, str(index))
                yield here, value.start_mark.line + 1
                yield from self.of(value, here, inside)

    def _keys(self, node: yaml.MappingNode, above: KeyPath, inside: frozenset[int]) -> Iterator[Any]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                where = ".".join(above) or "the top"
                hint = "" if key.tag != _YES_OR_NO else " (in YAML, yes, no, on and off are none, unless in quotes)"
                raise self.fault(f"{self.path}, line {line}: a key under {where} is not a word{hint}")
            here = (*above, str(key.value))
            if here[-1] in seen:
                raise self.fault(f"{_place(self.path, {here: line}, here)} is given twice")
            seen.add(here[-1])
            yield here, line
            yield from self.of(value, here, inside)


def _place(path: Path, lines: Mapping[KeyPath, int], key_path: KeyPath) -> str:
    known = next((key_path[:n] for n in range(len(key_path), 0, -1) if key_path[:n] in lines), None)
    line = f", line {lines[known]}" if known else ""
    return f"{path}{line}: {'.'.join(key_path) or 'the whole file'}"


def _keys_beside(kind: type[BaseModel], key_path: KeyPath) -> list[str]:
    """Name the keys that a record has where an unknown one was found."""
    here: Any = kind
    for part in key_path[:-1]:
        here = _inside(here, part)
    here = _record_in(here)
    return [] if here is None else list(here.model_fields)


def _record_in(annotation: Any) -> type[BaseModel] | None:
    """Find the record in ``Record``, ``Record | None`` or ``Annotated[Record, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType):
        return next((one for one in map(_record_in, typing.get_args(annotation)) if one is not None), None)
    return None


def _inside(annotation: Any, part: str) -> Any:
    """Give the type of what stands under a key of a record, of a mapping, or in a list."""
    record = _record_in(annotation)
    if record is not None:
        found = record.model_fields.get(part)
        return None if found is None else found.annotation
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Annotated, typing.Union, types.UnionType):
        return next((one for one in (_inside(each, part) for each in arguments) if one is not None), None)
    if origin in (dict, Mapping):
        return arguments[1]
    return arguments[0] if origin in (tuple, list) else None
