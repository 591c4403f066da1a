"""``mlflow.yaml`` as frozen, validated records: where the lake and the registry are, and what is asked of each model.

A file that says something else than these records is refused, with the place, the key and the nearest right name. What
a key is set to is never shown: an address may hold a password.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riskmodels.errors import SettingsError
from riskmodels.naming import nearest
from riskmodels.promotion_policy import AtLeast, AtMost, Between, Grace, PromotionPolicy, Quorum

__all__ = [
    "AllowedByException",
    "AsOfSettings",
    "AssurancePolicy",
    "Comparison",
    "LakeSettings",
    "ModelPolicy",
    "Settings",
    "SettingsFile",
    "read_settings",
]

KeyPath = tuple[str, ...]

_THRESHOLDS: dict[str, type[BaseModel]] = {
    name: kind
    for name, field in PromotionPolicy.model_fields.items()
    if (kind := field.annotation) in (AtLeast, AtMost, Between)
}
_DEEPEST = 4  # models.<name>.as_of.first; an alias may make YAML go round in a circle


class _Record(BaseModel):
    """Frozen; a key that is not declared is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LakeSettings(_Record):
    """Where the lake is and what reads it.

    ``cut`` is the day up to which the lake is complete; without it, the newest known time in the outcome's extract.
    """

    uri: str = Field(min_length=1)
    engine: Literal["duckdb"] = "duckdb"
    cut: datetime.date | None = None
    pseudonym_key_file: str | None = Field(default=None, min_length=1)
    memory_gb: float = Field(default=4.0, gt=0)


class AsOfSettings(_Record):
    """The dates at which the population is looked at: ``first`` and ``last`` are months, such as ``2023-01``."""

    first: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    last: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    every_months: int = Field(default=1, ge=1, le=12)
    day: Literal["first", "last"] = "first"

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.last < self.first:
            raise ValueError("the last month comes before the first")
        return self


class Comparison(_Record):
    """One comparison named beforehand, which decides: a group against everybody else.

    Attributes
    ----------
    characteristic, group : str
        A protected characteristic of the use case, and one of its groups.
    metric : str
        ``missed`` (of those who had the outcome, the share not on the list), ``list_share`` (share of the list less
        share of the need) or ``wrongly_picked`` (of those without the outcome, the share on the list).
    tolerance : float
        Largest difference from the rest, either way, that is acceptable, as a share in (0, 1].
    reason : str
        Why that much.
    """

    characteristic: str
    group: str
    metric: Literal["missed", "list_share", "wrongly_picked"]
    tolerance: float = Field(gt=0, le=1)
    reason: str = Field(min_length=1)


class AllowedByException(_Record):
    """An input that is, or stands for, age or disability, and why it may be used all the same.

    Attributes
    ----------
    feature : str
        The input.
    reason : str
        The aim, and why nothing less would do.
    signed_advice : str
        Where the equality lead's signed advice is kept.
    """

    feature: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    signed_advice: str = Field(min_length=1)


class AssurancePolicy(_Record):
    """How a model is tested for bias, and how small a count may be shown.

    Attributes
    ----------
    comparisons : tuple of Comparison
        Those that decide, named before the figures were seen; all others inform.
    disclosure_number : int
        Counts below it are not shown outside the auditor's file.
    round_to : int
        What counts that are shown are rounded to.
    resamples : int
        Resamples of entities behind each interval.
    allowed_by_exception : tuple of AllowedByException
        Inputs that stand for age or disability; no other protected characteristic may be an input at all.
    """

    comparisons: tuple[Comparison, ...] = ()
    disclosure_number: int = Field(default=10, ge=2, le=100)
    round_to: int = Field(default=5, ge=1, le=100)
    resamples: int = Field(default=1000, ge=200, le=20_000)
    allowed_by_exception: tuple[AllowedByException, ...] = ()


class ModelPolicy(_Record):
    """What is asked of one model.

    Attributes
    ----------
    capacity : int
        How many of the population the service can act on at one as-of date: the length of the list.
    capacity_reason : str
        Why that many.
    margin : float
        How much better (in ROC AUC, or as a share of Tweedie deviance) LightGBM must be than the interpretable model to
        be chosen over it.
    margin_reason : str
        Why that much.
    as_of : AsOfSettings or None
        Dates to train and judge on; without it, every month that the lake can serve.
    seed : int
        Seed of everything random. The same seed gives the same model.
    may_not_be_used_for : tuple of str
        What the model may not be used for, printed wherever its figures are.
    assurance : AssurancePolicy
        How it is tested for bias, and how small a count may be shown.
    promotion : PromotionPolicy or None
        What it must show and who must have signed before it may go live. None: the registry does not govern it, and
        it can never serve.
    """

    capacity: int = Field(ge=1)
    capacity_reason: str
    margin: float = Field(default=0.005, ge=0, le=0.5)
    margin_reason: str = "An extra point in a thousand is not worth a model that is harder to explain"
    as_of: AsOfSettings | None = None
    seed: int = 20260101
    may_not_be_used_for: tuple[str, ...] = ()
    assurance: AssurancePolicy = AssurancePolicy()
    promotion: PromotionPolicy | None = None


class Settings(_Record):
    """The whole of ``mlflow.yaml``."""

    lake: LakeSettings
    tracking_uri: str = "sqlite:///.riskmodels/mlflow.db"
    registry_uri: str | None = None
    models: dict[str, ModelPolicy]


@dataclass(frozen=True)
class SettingsFile:
    """The settings with the file they were read from.

    Attributes
    ----------
    path : Path
        The ``mlflow.yaml``.
    settings : Settings
        What it says.
    lines : mapping of key path to int
        The line, from 1, at which each key stands: ``("models", "rent_arrears")``.
    """

    path: Path
    settings: Settings
    lines: Mapping[KeyPath, int] = field(repr=False)

    def place(self, *key_path: str) -> str:
        """Word where a key stands, such as ``mlflow.yaml, line 12: models.rent_arrears``."""
        return _place(self.path, self.lines, key_path)


def read_settings(path: Path) -> SettingsFile:
    """Read the settings file.

    Parameters
    ----------
    path : Path
        The ``mlflow.yaml``.

    Raises
    ------
    SettingsError
        If it cannot be read, is not YAML, names a key twice or one that does not exist, lacks one, or sets one to
        something that cannot be. It names the file, the line and the key.
    """
    root, data = _load(path, _text(path))
    lines = dict(_lines(path, root))
    try:
        # As JSON, so that the text "50" is not taken for a number while a list still does for a tuple.
        as_json = json.dumps(data, default=str)
    except ValueError:
        raise _fault(path, f"{path} goes round in a circle: an alias leads back to itself") from None
    try:
        settings = Settings.model_validate_json(as_json, strict=True)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise _fault(path, "; ".join(_fault_in_words(path, lines, fault) for fault in faults)) from None
    return SettingsFile(path, settings, lines)


def _fault(path: Path, found: str) -> SettingsError:
    return SettingsError(
        found,
        expected="the keys lake {uri, engine}, tracking_uri, registry_uri and models {<name>: {capacity, ...}}",
        next_step=f"Correct {path.name}; `riskmodels init DIR` makes a fresh one to compare with.",
        who="whoever looks after this workspace",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(path, f"{path} cannot be read as text ({type(error).__name__})") from None


def _load(path: Path, text: str) -> tuple[yaml.Node, Any]:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise _fault(path, f"{path}{line} is not YAML: {getattr(error, 'problem', None) or error}") from None
    finally:
        loader.dispose()
    if root is None or not isinstance(data, dict):
        what = "is empty" if data is None else f"holds a {type(data).__name__} where keys were expected"
        raise _fault(path, f"{path} {what}")
    return root, data


def _lines(path: Path, node: yaml.Node, above: KeyPath = ()) -> Iterator[tuple[KeyPath, int]]:
    if not isinstance(node, yaml.MappingNode) or len(above) > _DEEPEST:
        return
    seen: set[str] = set()
    for key, value in node.value:
        here = (*above, str(key.value))
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise _fault(path, f"{path}, line {line}: a key under {'.'.join(above) or 'the top'} is not a word")
        if here[-1] in seen:
            raise _fault(path, f"{_place(path, {here: line}, here)} is given twice")
        seen.add(here[-1])
        yield here, line
        yield from _lines(path, value, here)


def _place(path: Path, lines: Mapping[KeyPath, int], key_path: KeyPath) -> str:
    known = next((key_path[:n] for n in range(len(key_path), 0, -1) if key_path[:n] in lines), None)
    line = f", line {lines[known]}" if known else ""
    return f"{path}{line}: {'.'.join(key_path) or 'the whole file'}"


def _fault_in_words(path: Path, lines: Mapping[KeyPath, int], fault: Any) -> str:
    key_path = tuple(str(part) for part in fault["loc"])
    place = _place(path, lines, key_path)
    if fault["type"] == "extra_forbidden":
        return f"{place} is not a setting{nearest(key_path[-1], _keys_beside(key_path))}"
    if fault["type"] == "missing":
        return f"{place} is not there"
    words = str(fault["msg"]).removeprefix("Value error, ")
    return f"{place} is not right: {words[0].lower()}{words[1:]}"


def _keys_beside(key_path: KeyPath) -> list[str]:
    record: type[BaseModel] = Settings
    match key_path:
        case ("models", _, "as_of", _):
            record = AsOfSettings
        case ("models", _, "assurance", "comparisons", _, _):
            record = Comparison
        case ("models", _, "assurance", "allowed_by_exception", _, _):
            record = AllowedByException
        case ("models", _, "promotion", "quorum", _):
            record = Quorum
        case ("models", _, "promotion", "grace", _):
            record = Grace
        case ("models", _, "promotion", threshold, _) if threshold in _THRESHOLDS:
            record = _THRESHOLDS[threshold]
        case ("models", _, "promotion", _):
            record = PromotionPolicy
        case ("models", _, "assurance", _):
            record = AssurancePolicy
        case ("models", _, _):
            record = ModelPolicy
        case ("lake", _):
            record = LakeSettings
    return list(record.model_fields)
