"""A verified model that scores, and that finds out by itself when it no longer may."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from riskmodels.errors import RefusedError, RegistryError, ScoringError
from riskmodels.governance.attestations import Conditions
from riskmodels.policy import ModelPolicy
from riskmodels.registry.bundles.amount_predictor import AmountPredictor
from riskmodels.registry.bundles.predictor import Predictor
from riskmodels.scoring.amounts import (
    AmountScore,
    ExpectedAmounts,
    amounts_of,
    arrow_of_amounts,
    pandas_of_amounts,
)
from riskmodels.scoring.bands import bands
from riskmodels.scoring.inputs import FloatArray, flags, from_arrow, from_mapping, from_pandas
from riskmodels.scoring.results import arrow_of, pandas_of
from riskmodels.scoring.sources import Source
from riskmodels.scoring.standing import THE_MODEL, Held, basis_at
from riskmodels.scoring.totals import totals_in
from riskmodels.scoring.watch import Watch

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Score", "Scorer"]

Clock = Callable[[], datetime.datetime]


@dataclass(frozen=True)
class Score:
    """One case's score.

    Attributes
    ----------
    score : float
        Higher is more at risk; lists are ranked by it.
    probability : float or None
        The calibrated chance of the outcome, in [0, 1]; None for today's practice, which gives an order only.
    band : str
        The chance in words.
    model_version : int or None
        The version that scored; None for today's practice.
    approved_until : date or None
        Day from which it may not serve.
    flags : tuple of str
        Inputs that are not as usual, by name.
    reasons : tuple of str
        Why the score is as high as it is, in words.
    basis : str
        ``"the model"``, or that this is today's practice and why.
    """

    score: float
    probability: float | None
    band: str
    model_version: int | None
    approved_until: datetime.date | None
    flags: tuple[str, ...]
    reasons: tuple[str, ...]
    basis: str


@dataclass(frozen=True, eq=False)
class Scored:
    """Some cases' scores as columns, before they take the caller's form."""

    score: FloatArray
    probability: FloatArray
    band: Any
    flags: list[tuple[str, ...]]
    reasons: list[tuple[str, ...]] | None
    model_version: int | None
    approved_until: datetime.date | None
    basis: str


class Scorer:
    """A verified model. :func:`riskmodels.scoring.load` makes one; many threads may use it.

    It asks its source again every ``reload_seconds`` of the policy: a suspension or a lapse stops it, a newly promoted
    version takes over, and an outage leaves it as it is for as long as the policy says. Use it in a ``with`` block, or
    close it.
    """

    def __init__(self, source: Source, *, alias: str, pin: str, clock: Clock, watched: bool = True) -> None:
        self._clock = clock
        self._watch = Watch(source, alias=alias, pin=pin, clock=clock)
        if watched:
            self._watch.begin()

    @property
    def model(self) -> str:
        """Give the model's name."""
        return self._held.may.pack.model

    @property
    def version(self) -> int:
        """Give the version that is held."""
        return self._held.may.version

    @property
    def approved_until(self) -> datetime.date:
        """Give the day from which it may not serve."""
        return self._held.may.approved_until

    @property
    def conditions(self) -> Conditions:
        """Give what the approval is tied to; what is in words is for people to keep."""
        return self._held.may.conditions

    @property
    def purposes(self) -> tuple[str, ...]:
        """Give what it may be used for: the purpose that it was made for, if the conditions allow it."""
        return _purposes(self._held)

    @property
    def longest_list(self) -> int | None:
        """Give how many people a list made from its scores may hold at most; None: no condition says."""
        return self.conditions.longest_list

    @property
    def policy(self) -> ModelPolicy:
        """Give what the signed trust root asks of the model, and how lists are made from it."""
        return self._held.may.evidence.root.policies[self.model]

    @property
    def definition(self) -> Mapping[str, Any]:
        """Give the use case as the model was trained on it, as plain data: features are built from this."""
        return self._held.predictor.definition

    @property
    def task(self) -> Literal["risk", "amount"]:
        """Say whether it gives chances, by which a list may rank, or amounts, which rank nobody."""
        return self._held.predictor.manifest.task

    @property
    def unit(self) -> str | None:
        """Give what amounts are counted in, such as ``"GBP per week"``; None for a risk."""
        return self._held.predictor.manifest.unit

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the inputs that it takes."""
        return self._held.predictor.manifest.columns

    @property
    def trouble(self) -> RegistryError | None:
        """Give why the registry gave no news when it was last asked; None where it did."""
        return self._watch.trouble

    @property
    def _held(self) -> Held:
        return self._watch.held

    def score(self, frame: pd.DataFrame | pa.Table, *, purpose: str, reasons: int = 0) -> pd.DataFrame | pa.Table:
        """Score some cases.

        Parameters
        ----------
        frame : pandas DataFrame or pyarrow Table
            The model's inputs, a row a case, missing where not known. References to people belong into the index.
        purpose : str
            What the scores are for.
        reasons : int
            Most reasons in words for each case.

        Returns
        -------
        pandas DataFrame or pyarrow Table
            In the same order, with the same index: ``score``, ``probability``, ``band``, ``rank`` (1 is the highest
            score of the frame; equal scores share a rank), ``model_version``, ``approved_until``, ``flags``, ``basis``,
            and ``reasons`` where they were asked for. A model of amounts gives ``expected``, ``low``, ``high`` (the
            range that is to hold the true amount) and ``unit`` in place of the first four: it ranks nobody.

        Raises
        ------
        RefusedError
            If it may not be used for the purpose, or may not serve any more.
        ScoringError
            If the columns are not those of the input contract; it names all that is wrong and shows no value.
        """
        held, basis = self._allowed(purpose)
        kind, columns = type(frame).__module__.partition(".")[0], held.predictor.columns
        if kind == "pandas":
            found = _scored(held, basis, from_pandas(frame, columns), reasons)
            if isinstance(found, ExpectedAmounts):
                return pandas_of_amounts(found, frame.index)
            return pandas_of(found, frame.index)
        if kind == "pyarrow":
            found = _scored(held, basis, from_arrow(frame, columns), reasons)
            return arrow_of_amounts(found) if isinstance(found, ExpectedAmounts) else arrow_of(found)
        raise _no_frame(frame)

    def score_one(self, features: Mapping[str, Any], *, purpose: str, reasons: int = 0) -> Score | AmountScore:
        """Score one case; as :meth:`score`. A model of amounts gives an :class:`AmountScore`.

        Parameters
        ----------
        features : mapping of str to number or None
            The model's inputs by name; None where something is not known.
        """
        held, basis = self._allowed(purpose)
        found = _scored(held, basis, from_mapping(features, held.predictor.columns), reasons)
        if isinstance(found, ExpectedAmounts):
            return found.one()
        chance = float(found.probability[0])
        return Score(
            score=float(found.score[0]),
            probability=None if np.isnan(chance) else chance,
            band=str(found.band[0]),
            model_version=found.model_version,
            approved_until=found.approved_until,
            flags=found.flags[0],
            reasons=() if found.reasons is None else found.reasons[0],
            basis=found.basis,
        )

    def totals(
        self, frame: pd.DataFrame | pa.Table, *, by: str | Sequence[str], purpose: str
    ) -> pd.DataFrame | pa.Table:
        """Add expected amounts up by one or more columns, such as the ward; groups of few people are withheld.

        Parameters
        ----------
        frame : pandas DataFrame or pyarrow Table
            As for :meth:`score`, a row a person, with the columns to add up by beside the model's inputs.
        by : str or sequence of str
            Those columns.
        purpose : str
            What the totals are for.

        Returns
        -------
        pandas DataFrame or pyarrow Table
            A row a group: what it is, ``people``, ``expected`` (the sum, in ``unit``), ``withheld``, ``unit`` and
            ``basis``. A group of fewer people than the disclosure number has neither count nor sum. No range is given:
            ranges of people do not add up to the range of a sum. What one table withholds, several tables of the same
            people together may give back (by ward and reason, and by ward alone): publish one of them.

        Raises
        ------
        RefusedError
            If the model gives no amounts, may not be used for the purpose, or may not serve any more.
        ScoringError
            As :meth:`score`, and if there is no such column to add up by.
        """
        held, basis = self._allowed(purpose)
        predictor = held.predictor
        if not isinstance(predictor, AmountPredictor):
            raise RefusedError(
                f"{self.model} gives chances, which do not add up to an amount",
                expected="a model of amounts",
                next_step="Score the cases: scorer.score(frame, purpose=...).",
                who="whoever calls the scoring service",
            )
        if type(frame).__module__.partition(".")[0] not in ("pandas", "pyarrow"):
            raise _no_frame(frame)
        return totals_in(
            frame,
            by,
            predictor.columns,
            lambda X: amounts_of(predictor, held, basis, X, 0),
            fewest=predictor.disclosure_number,
        )

    def refresh(self) -> None:
        """Ask the source now whether anything changed; it happens by itself too."""
        self._watch.look()

    def close(self) -> None:
        """Stop asking the source. Nothing is scored from then on."""
        self._watch.end()

    def __enter__(self) -> Scorer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        terms = [f"approved until {self.approved_until:%d %B %Y}", f"for {', '.join(self.purposes) or 'nothing'}"]
        terms += [] if self.longest_list is None else [f"lists of at most {self.longest_list}"]
        return f"Scorer({self.model} version {self.version}: {'; '.join([*terms, *self.conditions.other])})"

    def _allowed(self, purpose: str) -> tuple[Held, str]:
        """Give what may be scored with now, for this purpose, and what the scores rest on."""
        held = self._watch.current()
        allowed = _purposes(held)
        if purpose not in allowed:
            raise RefusedError(
                f"{held.may.pack.model} may not be used for {str(purpose)[:80]!r}",
                expected=f"one of: {', '.join(allowed)}" if allowed else "nothing: its conditions leave no purpose",
                next_step="Use it for what it was approved for, or have another purpose assessed and signed.",
                who="the data protection officer, and the deciding role",
            )
        return held, basis_at(held, self._clock())


def _purposes(held: Held) -> tuple[str, ...]:
    made_for, allowed = held.may.evidence.facts.model.purpose, held.may.conditions.purposes
    return (made_for,) if allowed is None or made_for in allowed else ()


def _no_frame(frame: object) -> ScoringError:
    return ScoringError(
        f"the cases are a {type(frame).__name__}",
        expected="a pandas DataFrame or a pyarrow Table; a mapping goes to score_one",
        next_step="Hand over a frame.",
        who="whoever calls the scoring service",
    )


def _scored(held: Held, basis: str, X: FloatArray, reasons: int) -> Scored | ExpectedAmounts:
    if isinstance(held.predictor, AmountPredictor):
        return amounts_of(held.predictor, held, basis, X, reasons)
    return _risks(held.predictor, held, basis, X, reasons)


def _risks(predictor: Predictor, held: Held, basis: str, X: FloatArray, reasons: int) -> Scored:
    marked = flags(X, predictor.columns)
    if basis != THE_MODEL:
        unknown = np.full(len(X), np.nan)
        none: list[tuple[str, ...]] | None = [()] * len(X) if reasons else None
        order = predictor.baseline_score(X)
        return Scored(order, unknown, np.full(len(X), ""), marked, none, None, None, basis)
    score = predictor.raw_score(X)
    probability = predictor.calibrated(score)
    said = None
    if reasons:
        said = [tuple(one.text for one in each) for each in predictor.reasons(X, top=reasons)]
    until = held.may.approved_until
    return Scored(score, probability, bands(probability), marked, said, held.may.version, until, basis)
