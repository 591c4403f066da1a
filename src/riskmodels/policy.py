"""``mlflow.yaml`` as frozen, validated records: where the lake and the registry are, and what is asked of each model.

A file that says something else than these records is refused, with the place, the key and the nearest right name. What
a key is set to is never shown: an address may hold a password.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from riskmodels.errors import SettingsError
from riskmodels.promotion_policy import PromotionPolicy
from riskmodels.yaml_file import YamlFile, read_yaml

__all__ = [
    "AllowedByException",
    "AsOfSettings",
    "AssurancePolicy",
    "Comparison",
    "FirstOnList",
    "LakeSettings",
    "LeftOffList",
    "ModelPolicy",
    "Settings",
    "SettingsFile",
    "WorklistPolicy",
    "read_settings",
]


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
    """The dates at which the population is looked at: ``first`` and ``last`` are months, such as ``2023-01``.

    Without them, those that the lake can serve; ``every_months`` then counts back from the newest.
    """

    first: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    last: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    every_months: int = Field(default=1, ge=1, le=12)
    day: Literal["first", "last"] = "first"

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("the first month and the last are given together, or neither")
        if self.first is not None and self.last is not None and self.last < self.first:
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
        share of the need) or ``wrongly_picked`` (of those without the outcome, the share on the list). Of a model of
        amounts ``mean_error`` (expected less observed amount, as a share of everybody's mean amount) or ``coverage``
        (share of the group's amounts inside their prediction intervals, against the share that was promised).
    tolerance : float
        Largest difference from the rest (of ``coverage``: from what was promised), either way, that is acceptable, as
        a share in (0, 1].
    reason : str
        Why that much.
    """

    characteristic: str
    group: str
    metric: Literal["missed", "list_share", "wrongly_picked", "mean_error", "coverage"]
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


class FirstOnList(_Record):
    """Who comes before everybody that a score lists, such as people whose review is overdue by law.

    Attributes
    ----------
    having : str
        A condition on the use case's features, in place of the population's own: whom the model does not rank.
    longest : str
        A feature: the greatest comes first.
    says : str
        What it is for, printed beside each place.
    too_long : float or None
        From this value of the feature nobody may wait: who does is counted each time that a list is made.
    """

    having: str = Field(min_length=1)
    longest: str = Field(min_length=1)
    says: str = Field(min_length=1)
    too_long: float | None = None


class LeftOffList(_Record):
    """Who is left off a list although the model ranks them, such as homes seen lately and found in order.

    Attributes
    ----------
    having : str
        A condition on the use case's features.
    says : str
        Why, printed with the count.
    """

    having: str = Field(min_length=1)
    says: str = Field(min_length=1)


class WorklistPolicy(_Record):
    """How a list for a service is made from a model's scores, and how a place on it is to be met.

    Attributes
    ----------
    explore_share : float
        Share of the places, in [0, 0.5], drawn at random from those whom the score leaves out, so that what is learned
        next year is not this year's guess.
    explore_reason : str
        Why that much.
    spread_by : str or None
        A column of the extract of areas, such as ``ward_name``: places are then spread as the population is.
    how : str
        How a place is to be met, printed beside each: what is asked for, and what power is not used.
    hand_over : str
        Who is told before anything is done that may cost somebody their home or their help.
    first : FirstOnList or None
        Who comes before everybody that the score lists, and in which order.
    leave_off : tuple of LeftOffList
        Who is left off, and counted, before places are given, by score or by a draw.
    easting, northing : str or None
        Columns of the population's extract for an officer's map, in metres of the British National Grid. Models never
        read them.
    """

    explore_share: float = Field(default=0.0, ge=0, le=0.5)
    explore_reason: str = ""
    spread_by: str | None = Field(default=None, min_length=1)
    how: str = Field(min_length=1)
    hand_over: str = Field(min_length=1)
    first: FirstOnList | None = None
    leave_off: tuple[LeftOffList, ...] = ()
    easting: str | None = None
    northing: str | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.explore_share and not self.explore_reason.strip():
            raise ValueError("a share for exploration is given, and no reason for it")
        return self


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
    worklist : WorklistPolicy or None
        How a list is made from its scores. None: no list of people or places is ever made from it.
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
    worklist: WorklistPolicy | None = None
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
    """

    path: Path
    settings: Settings
    _file: YamlFile = field(repr=False)

    def place(self, *key_path: str) -> str:
        """Word where a key stands, such as ``mlflow.yaml, line 12: models.rent_arrears``."""
        return self._file.place(*key_path)


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

    def fault(found: str) -> SettingsError:
        return SettingsError(
            found,
            expected="the keys lake {uri, engine}, tracking_uri, registry_uri and models {<name>: {capacity, ...}}",
            next_step=f"Correct {path.name}; `riskmodels init DIR` makes a fresh one to compare with.",
            who="whoever looks after this workspace",
        )

    file = read_yaml(path, fault=fault)
    return SettingsFile(path, file.record(Settings, noun="a setting"), file)
