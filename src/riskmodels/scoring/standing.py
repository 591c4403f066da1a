"""What a service may give at a moment: the model, today's practice for a while, or nothing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from riskmodels.errors import RefusedError
from riskmodels.registry.bundles.amount_predictor import AnyPredictor
from riskmodels.registry.serving import Servable

__all__ = ["THE_MODEL", "Held", "basis_at"]

THE_MODEL = "the model"
"""What a score rests on as long as the approval holds."""


@dataclass(frozen=True)
class Held:
    """A version that was verified, and whether something has stopped it since.

    Attributes
    ----------
    may : Servable
        On which terms it may serve.
    predictor : Predictor or AmountPredictor
        The model.
    stopped : RefusedError or None
        Why it may serve no more, found when it was looked at again.
    """

    may: Servable
    predictor: AnyPredictor
    stopped: RefusedError | None = None

    @property
    def lapses(self) -> datetime.datetime:
        """Give the moment at which the approval lapses."""
        return datetime.datetime.combine(self.may.approved_until, datetime.time(), datetime.UTC)

    @property
    def unheard_of(self) -> datetime.datetime:
        """Give the moment from which the last signed status is too old to go by."""
        return self.may.status.at + datetime.timedelta(days=self.may.asked.status_days)


def basis_at(held: Held, now: datetime.datetime) -> str:
    """Say what a score rests on at a moment: the model, or today's practice and why.

    Parameters
    ----------
    held : Held
        The version.
    now : datetime
        The moment, in UTC.

    Raises
    ------
    RefusedError
        If nothing may be given: it was stopped, or the time that the policy gives after a lapse or an outage is over.
    """
    if held.stopped is not None:
        why = held.stopped  # raised anew each time: many threads may ask
        raise type(why)(why.found, expected=why.expected, next_step=why.next_step, who=why.who)
    ends = min(held.lapses, held.unheard_of)
    if now < ends:
        return THE_MODEL
    lapsed = held.lapses <= held.unheard_of
    since = (
        f"the approval lapsed on {ends:%d %B %Y}" if lapsed else f"nothing was heard of the registry by {ends:%d %B %Y}"
    )
    grace = held.may.asked.grace
    if grace.serve == "baseline" and now < ends + datetime.timedelta(days=grace.days):
        return f"today's practice, because {since}"
    raise RefusedError(
        f"{held.may.pack.model} may not be scored with any more: {since}"
        + (f", and the {grace.days} days of grace are over" if grace.serve == "baseline" else ""),
        expected="an approval that has not lapsed, and a registry that answers",
        next_step="Have the roles look at the model again and promote it."
        if lapsed
        else "See why the registry cannot be reached, or fetch the copy again: riskmodels fetch CASE DIR.",
        who="the roles in ethics/board.yaml" if lapsed else "whoever looks after the registry",
    )
