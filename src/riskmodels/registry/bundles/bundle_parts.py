"""The bundle's plain files as records: frozen, strict, numbers and words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator

from riskmodels.errors import UntrustedError
from riskmodels.governance.wire import Record

__all__ = [
    "BASELINE",
    "CALIBRATOR",
    "CONTRACT",
    "DEFINITION",
    "LINEAR",
    "REASONS",
    "RUNNER_UP",
    "TREES",
    "Calibrators",
    "Curve",
    "InputColumn",
    "InputContract",
    "Isotonic",
    "LinearTerms",
    "Numbers",
    "ReasonFacts",
    "RunnerUp",
    "Sigmoid",
    "TodaysPractice",
    "Usual",
    "read_part",
]

BASELINE = "baseline.json"
CALIBRATOR = "calibrator.json"
CONTRACT = "input_contract.json"
DEFINITION = "definition.json"
LINEAR = "model.skops"
REASONS = "reasons.json"
RUNNER_UP = "runner_up.json"
TREES = "model.txt"


class Sigmoid(Record):
    """A smooth curve from score to probability: ``1 / (1 + exp(-(intercept + slope * score)))``."""

    kind: Literal["sigmoid"] = "sigmoid"
    intercept: float
    slope: float


class Isotonic(Record):
    """A rising line from score to probability, level beyond its ends."""

    kind: Literal["isotonic"] = "isotonic"
    scores: tuple[float, ...] = Field(min_length=1)
    probabilities: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _paired(self) -> Isotonic:
        return _same_length(self, self.scores, self.probabilities)


Curve = Annotated[Sigmoid | Isotonic, Field(discriminator="kind")]


class Calibrators(Record):
    """How the scores of the two trained estimators become probabilities; the one that was chosen serves."""

    interpretable: Curve
    lightgbm: Curve


class TodaysPractice(Record):
    """Today's practice: rank by one column, and the probability that goes with a rank.

    Attributes
    ----------
    column : str
        The figure that people are ranked by.
    sign : float
        -1 where a lower figure means more risk.
    values, ranks : tuple of float
        The share of development rows that stand at or below a figure.
    """

    column: str
    sign: float
    values: tuple[float, ...] = Field(min_length=1)
    ranks: tuple[float, ...] = Field(min_length=1)
    calibrator: Curve

    @model_validator(mode="after")
    def _paired(self) -> TodaysPractice:
        return _same_length(self, self.values, self.ranks)


class Numbers(Record):
    """An array: its shape and its values, row by row; null is not a number."""

    shape: tuple[int, ...]
    values: tuple[float | None, ...]


class RunnerUp(Record):
    """What the estimator that was not chosen learned: the reproducibility digest is of both. It never serves.

    Attributes
    ----------
    trees : str or None
        LightGBM's model text up to the end of its trees.
    arrays : mapping of str to Numbers, or None
        Of the interpretable model.
    """

    estimator: Literal["interpretable", "lightgbm"]
    trees: str | None = None
    arrays: dict[str, Numbers] | None = None


class InputColumn(Record):
    """One column that the model expects: what it means, and what is usual in it.

    Attributes
    ----------
    name, feature, says, unit, family, kind, category, monotone
        As the use case declares them; see :class:`~riskmodels.records.ModelColumn`.
    least, most : float or None
        Values outside are unusual: flagged, never guessed. Of numbers, the 1st and 99th percentile of people, widened
        by a quarter of the distance between them and rounded outwards; nobody's own value. None: too few people to say.
    range_from : {"declared", "seen"} or None
        Whether the range follows from the definition or from the data.
    may_be_missing : bool
        Whether the model learned from people for whom it is missing.
    """

    name: str
    feature: str
    says: str
    unit: str | None
    family: str
    kind: Literal["number", "flag", "ordinal", "onehot"]
    category: str | None
    monotone: Literal["increasing", "decreasing"] | None
    least: float | None
    most: float | None
    range_from: Literal["declared", "seen"] | None
    may_be_missing: bool


class InputContract(Record):
    """What the model expects to be given: its columns, in order."""

    model: str
    definition_digest: str
    columns: tuple[InputColumn, ...] = Field(min_length=1)


class Usual(Record):
    """What is usual in one column among the people that a case is compared with.

    Attributes
    ----------
    quantiles : tuple of float
        An odd number of them about the median, each with at least ``disclosure_number`` people on either side; none
        where there are too few.
    common : bool
        Of a category: whether at least ``disclosure_number`` people are in it, so that it may be named.
    """

    name: str
    quantiles: tuple[float, ...] = ()
    common: bool = False


class LinearTerms(Record):
    """What a contribution of the interpretable model is measured from: the mean of each of its terms among people.

    Attributes
    ----------
    mean : tuple of float
        Of each prepared column; of yes-or-no columns it is rounded, so that no small count can be worked out.
    column_of : tuple of int
        Place of the model's column that each is made from.
    """

    mean: tuple[float, ...]
    column_of: tuple[int, ...]


class ReasonFacts(Record):
    """What reasons in words need beside the input contract.

    Attributes
    ----------
    disclosure_number : int
        Fewest people that a comparison rests on.
    never_name : tuple of str
        Features, columns or families that no reason may name.
    """

    disclosure_number: int = Field(ge=2)
    never_name: tuple[str, ...]
    columns: tuple[Usual, ...]
    linear: LinearTerms | None


Part = TypeVar("Part", bound=Record)


def read_part(kind: type[Part], files: Mapping[str, bytes], name: str) -> Part:
    """Read one of the bundle's plain files.

    Raises
    ------
    UntrustedError
        If it is not there, or not what it must be.
    """
    try:
        return kind.model_validate_json(files[name])
    except KeyError:
        found = f"the bundle has no {name}"
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part)[:40] for part in fault["loc"]) or "its top"
        found = f"{name} of the bundle is not right at {place}"
    raise UntrustedError(
        found,
        expected="a bundle that this version of riskmodels, or the one that its manifest names, wrote",
        next_step="Do not load this model. Fetch it again from the registry.",
        who="the data scientist who trained the model",
    )


Paired = TypeVar("Paired", bound=Record)


def _same_length(record: Paired, one: tuple[float, ...], other: tuple[float, ...]) -> Paired:
    if len(one) != len(other):
        raise ValueError("two lists that go together have different lengths")
    return record
