"""What a use case predicts: an outcome within a horizon, what ends the watching, and who was helped meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

from riskmodels.errors import DefinitionError
from riskmodels.features.builders import Features, Windows, Words, flag_feature, refuse_overwritten
from riskmodels.features.expressions import Snippet, parse
from riskmodels.features.windows import Window
from riskmodels.lake.contracts import Extract
from riskmodels.records import Monotone

__all__ = ["Amount", "Outcome", "Rows", "ever", "where"]


@dataclass(frozen=True)
class Rows:
    """The rows of an extract that meet a condition; ``having`` is a further condition on the use case's features."""

    extract: type[Extract]
    condition: Snippet | None
    having: str | None = None


def where(extract: type[Extract], condition: str, *, having: str | None = None) -> Rows:
    """Pick rows of an extract by a condition; for a population also by a condition on features, ``having``."""
    place = f"the condition on {extract.__name__}"
    return Rows(extract, condition_of(extract, condition, place, as_of=True), having)


@dataclass(frozen=True)
class Amount:
    """What is running, from when to when: rows that each count a value for the days they run.

    Attributes
    ----------
    value : Snippet
        What a row counts while it runs, such as its weekly cost.
    begins, ends : str
        Date columns of the outcome's extract: a row runs in ``[begins, ends)``, and on where it has no end.
    unit : str
        Unit of the value and of the outcome, such as ``"GBP per week"``.
    """

    value: Snippet
    begins: str
    ends: str
    unit: str


@dataclass(frozen=True)
class Outcome:
    """Whether something happened within the horizon, or how much ran in it, and how the watching may end before it.

    Attributes
    ----------
    extract, condition : what counts
        Rows with event time in ``[as_of, as_of + within)`` that meet the condition, as the lake knows them today.
    within : Window
        The horizon.
    times_running : int
        How many rows in a row, by event time, must meet the condition.
    says : str
        The outcome in words.
    settles_after : Window or None
        How long after the horizon's end rows may still arrive; an outcome is mature only then.
    censored_by : str or None
        Date column of the population's extract on which the entity leaves and is watched no more: unknown from then.
    competes_with : str or None
        Date column of the population's extract after which the outcome cannot happen any more: it did not happen.
    treated_by : Rows or None
        Help or checks inside the horizon, which change what would have happened.
    looked : Rows or None
        Rows inside the horizon that show that somebody looked. Without one the outcome is unknown, whatever else is
        known. None where the outcome is seen for everybody.
    at_random : Snippet or None
        Which of those looks a draw asked for, as a condition on their columns.
    amount : Amount or None
        What is running, where the outcome is an amount: its average over the horizon, of rows that meet the condition.
    """

    extract: type[Extract]
    condition: Snippet
    within: Window
    times_running: int
    says: str
    settles_after: Window | None
    censored_by: str | None
    competes_with: str | None
    treated_by: Rows | None
    looked: Rows | None = None
    at_random: Snippet | None = None
    amount: Amount | None = None


@overload
def ever(
    extract: type[Extract],
    condition: str,
    *,
    within: tuple[Window, ...],
    says: str,
    times_running: int = ...,
    settles_after: tuple[Window, ...] | None = ...,
    censored_by: str | None = ...,
    competes_with: str | None = ...,
    treated_by: type[Extract] | Rows | None = ...,
    looked: type[Extract] | Rows | None = ...,
    at_random: str | None = ...,
) -> Outcome: ...


@overload
def ever(
    extract: type[Extract],
    condition: str,
    *,
    name: str,
    says: str,
    over: Windows = ...,
    monotone: Monotone | None = ...,
    family: str | None = ...,
) -> Features: ...


def ever(
    extract: type[Extract],
    condition: str,
    *,
    says: str,
    within: tuple[Window, ...] | None = None,
    times_running: int = 1,
    settles_after: tuple[Window, ...] | None = None,
    censored_by: str | None = None,
    competes_with: str | None = None,
    treated_by: type[Extract] | Rows | None = None,
    looked: type[Extract] | Rows | None = None,
    at_random: str | None = None,
    name: str | None = None,
    over: Windows = None,
    monotone: Monotone | None = None,
    family: str | None = None,
) -> Outcome | Features:
    """Ask whether any row meets a condition: ahead, as an outcome (``within``), or back, as a feature (``name``)."""
    if (within is None) == (name is None):
        raise DefinitionError(
            f"ever(...) on {extract.__name__} is neither an outcome nor a feature",
            expected="within=weeks(...) for an outcome, or name=... for a feature, and not both",
            next_step="Say which one it is.",
            who="the data scientist who wrote the definition",
        )
    if name is not None:
        words: Words = {"name": name, "says": says, "over": over, "monotone": monotone, "family": family}
        return flag_feature(extract, condition, words)
    return Outcome(
        extract=extract,
        condition=condition_of(extract, condition, f"the outcome on {extract.__name__}", as_of=False),
        within=one_window(within, "within"),
        times_running=_positive(times_running),
        says=says,
        settles_after=None if settles_after is None else one_window(settles_after, "settles_after"),
        censored_by=censored_by,
        competes_with=competes_with,
        treated_by=_rows(treated_by),
        looked=_rows(looked),
        at_random=at_random_of(_rows(looked), at_random),
    )


def condition_of(extract: type[Extract], text: str, place: str, *, as_of: bool) -> Snippet:
    """Check a condition over an extract's rows."""
    kinds = {column: spec.kind for column, spec in extract.columns().items()}
    snippet = parse(text, kinds, place=place, as_of=as_of)
    refuse_overwritten(extract, snippet, place)
    if snippet.gives != "flag":
        raise DefinitionError(
            f"{place} is {text!r}, which is not true or false",
            expected='a condition, such as "balance_gbp > 0"',
            next_step="Compare the value with something.",
            who="the data scientist who wrote the definition",
        )
    return snippet


def at_random_of(looked: Rows | None, text: str | None) -> Snippet | None:
    """Check which of the looks were drawn at random, a condition on the columns of their extract."""
    if text is None:
        return None
    if looked is None:
        raise DefinitionError(
            f"the outcome says which looks were at random, {text!r}, and not what a look is",
            expected="looked=where(Extract, condition) beside at_random=...",
            next_step="Say which rows show that somebody looked, or leave at_random out.",
            who="the data scientist who wrote the definition",
        )
    return condition_of(looked.extract, text, f"at_random on {looked.extract.__name__}", as_of=False)


def _rows(given: type[Extract] | Rows | None) -> Rows | None:
    return Rows(given, None) if isinstance(given, type) else given


def one_window(windows: tuple[Window, ...] | None, argument: str) -> Window:
    """Take the one length of time that an argument must give."""
    if windows is None or len(windows) != 1:
        raise DefinitionError(
            f"{argument} gives {0 if windows is None else len(windows)} lengths of time",
            expected="exactly one, such as weeks(13)",
            next_step="Give one length.",
            who="the data scientist who wrote the definition",
        )
    return windows[0]


def _positive(times: int) -> int:
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        raise DefinitionError(
            f"times_running is {times!r}",
            expected="a whole number, 1 or more",
            next_step="Say how many rows in a row must meet the condition.",
            who="the data scientist who wrote the definition",
        )
    return times
