"""An amount within a horizon, such as a weekly cost: rows that each count a value for the days they run."""

from __future__ import annotations

from riskmodels.errors import DefinitionError
from riskmodels.features.builders import refuse_overwritten
from riskmodels.features.expressions import parse
from riskmodels.features.outcomes import Amount, Outcome, Rows, condition_of, one_window
from riskmodels.features.windows import Window
from riskmodels.lake.contracts import Extract
from riskmodels.naming import nearest

__all__ = ["amount_of", "running"]

_EVERY_ROW = "TRUE"
_AUTHOR = "the data scientist who wrote the definition"


def running(
    extract: type[Extract],
    value: str,
    *,
    begins: str,
    ends: str,
    within: tuple[Window, ...],
    says: str,
    unit: str,
    where: str | None = None,
    settles_after: tuple[Window, ...] | None = None,
    censored_by: str | None = None,
    competes_with: str | None = None,
    treated_by: type[Extract] | Rows | None = None,
) -> Outcome:
    """Predict how much runs within the horizon, on average: each row counts its value for the days that it runs.

    A row runs in ``[begins, ends)``, by whole days: on its first day and not on its last. Without an end it runs on.
    One that ends before it begins never counts, nor does one without a beginning or a value. The outcome is the sum
    over rows of value times days inside ``[as_of, as_of + within)``, divided by the days watched, so that it has the
    value's own unit. Rows are as the lake knows them today: the newest version of each, however late it came.

    Who has the event ``competes_with`` (a death) inside the horizon is watched until that day, which is not watched
    itself: the average is over the days lived, at least a week, and the row weighs by the share of the horizon that it
    was watched for, so that weight times outcome still adds up to what was spent. Who leaves (``censored_by``) is
    unknown: left out, counted, and made up for by weights.

    Parameters
    ----------
    extract : Extract
        Whose rows run.
    value : str
        What a row counts while it runs, such as its cost per week: a number.
    begins, ends : str
        Date columns of the extract. A moment counts as the midnight of its day.
    within : window
        The horizon, such as ``weeks(26)``.
    says : str
        The outcome in words.
    unit : str
        Unit of the value, and so of the outcome.
    where : str, optional
        Condition that a row must meet.
    settles_after, censored_by, competes_with, treated_by : optional
        As of :func:`~riskmodels.features.ever`.
    """
    return Outcome(
        extract=extract,
        condition=condition_of(extract, where or _EVERY_ROW, f"the outcome on {extract.__name__}", as_of=False),
        within=one_window(within, "within"),
        times_running=1,
        says=says,
        settles_after=None if settles_after is None else one_window(settles_after, "settles_after"),
        censored_by=censored_by,
        competes_with=competes_with,
        treated_by=Rows(treated_by, None) if isinstance(treated_by, type) else treated_by,
        amount=amount_of(extract, value, begins=begins, ends=ends, unit=unit),
    )


def amount_of(extract: type[Extract], value: str, *, begins: str, ends: str, unit: str) -> Amount:
    """Check what is running, over an extract's rows."""
    place = f"the amount on {extract.__name__}"
    kinds = {name: spec.kind for name, spec in extract.columns().items()}
    counted = parse(str(value), kinds, place=place, as_of=False)
    refuse_overwritten(extract, counted, place)
    if counted.gives in ("text", "time", "flag"):
        raise DefinitionError(
            f"{place} counts {counted.text!r}, which is not a number",
            expected="a number or an amount of money, such as its cost per week",
            next_step="Name the column that holds the amount; a condition belongs in where=...",
            who=_AUTHOR,
        )
    if not unit.strip():
        raise DefinitionError(
            f"{place} has no unit",
            expected='the unit of the value, such as "GBP per week"',
            next_step="Say the unit.",
            who=_AUTHOR,
        )
    dates = [name for name, kind in kinds.items() if kind in ("day", "moment")]
    for argument, name in (("begins", begins), ("ends", ends)):
        if name not in dates:
            raise DefinitionError(
                f"{place} {argument} with {str(name)!r}, which is not a date of {extract.__name__}",
                expected=f"a date column of the extract{nearest(name, dates)}",
                next_step="Correct the name.",
                who=_AUTHOR,
            )
        refuse_overwritten(extract, parse(f'"{name}"', kinds, place=place, as_of=False), place)
    return Amount(counted, str(begins), str(ends), unit)
