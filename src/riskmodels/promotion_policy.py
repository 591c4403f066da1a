"""What a model must show before it may go live, and who must have signed: ``promotion`` in ``mlflow.yaml``."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["CANNOT_BE_WAIVED", "AtLeast", "AtMost", "Between", "Grace", "PromotionPolicy", "Quorum"]

CANNOT_BE_WAIVED = ("dpia", "quorum", "author_separate", "no_pickle", "not_suspended", "policy", "reproduced")
"""Checks that no signature can stand in for."""

_OF_RISKS = ("calibration_slope", "calibration_error", "worst_period", "random_band")
_OF_AMOUNTS = ("total_error", "interval_coverage", "worst_period_gain")


class _Terms(BaseModel):
    """Frozen; a key that is not declared is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AtLeast(_Terms):
    """A figure may not be below this."""

    least: float
    reason: str = Field(min_length=1)


class AtMost(_Terms):
    """A figure may not be above this."""

    most: float
    reason: str = Field(min_length=1)


class Between(_Terms):
    """A figure must lie from ``least`` to ``most``, both included."""

    least: float
    most: float
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.most < self.least:
            raise ValueError("the most is below the least")
        return self


class Quorum(_Terms):
    """Whose word is needed: each role named must have spoken, and those that accept or decide must approve.

    Attributes
    ----------
    advise : tuple of str
        Roles whose advice must be there, for or against.
    accept_risk, decide : tuple of str
        Roles that must approve.
    reason : str
        Why these.
    """

    advise: tuple[str, ...] = ("data_protection_officer", "equality_lead", "ethics_board")
    accept_risk: tuple[str, ...] = ("siro",)
    decide: tuple[str, ...] = Field(default=("accountable_officer",), min_length=1)
    reason: str = "Advice, acceptance of risk and decision are three duties, each of somebody else"

    @model_validator(mode="after")
    def _apart(self) -> Self:
        named = [*self.advise, *self.accept_risk, *self.decide]
        if len(set(named)) < len(named):
            raise ValueError("one role is named for two duties")
        return self


class Grace(_Terms):
    """What a service gives when an approval has lapsed or the registry cannot be reached, and for how long."""

    days: int = Field(default=7, ge=0, le=31)
    serve: Literal["baseline", "nothing"] = "baseline"
    reason: str = "A week is enough to decide; today's practice goes on meanwhile, and says so"


class PromotionPolicy(_Terms):
    """What is asked of a candidate. Every threshold has its reason.

    Attributes
    ----------
    aliases : tuple of str
        Aliases that are guarded; the first is where services look.
    gain_over_baseline : AtLeast
        Lower end of an interval: of a risk's ROC AUC less that of today's practice, or of the share of the error of
        today's practice (Tweedie deviance) that a model of amounts saves.
    calibration_slope : Between
        Held-out calibration slope. Of risks alone.
    calibration_error : AtMost
        Held-out calibration error. Of risks alone.
    worst_period : AtLeast
        ROC AUC of the worst period that was scored out of time. Of risks alone.
    total_error : AtMost
        How far the sum of all expected amounts may be from the sum that came, either way, as a share of it. Of amounts
        alone.
    interval_coverage : Between
        Share of people whose amount lay inside the stated range. Of amounts alone.
    worst_period_gain : AtLeast
        Share of the error of today's practice that is saved in the worst period scored out of time. Of amounts alone.
    stability : AtLeast
        Share of the leading features that lead in a resample too.
    freshness_days : AtMost
        Age of the newest row of each extract with a moving clock, against the last as-of date.
    review_days : int
        Longest time that an approval may last.
    warn_days : tuple of int
        Days before a lapse at which people are warned.
    quorum : Quorum
        Whose word is needed.
    grace : Grace
        What follows a lapse or an outage.
    status_days : int
        Oldest signed status that a copy without a registry may go by.
    reload_seconds : int
        How often a service asks whether anything changed: a suspension is felt within it.
    standing_approval : bool
        Whether deciding roles may approve retrains beforehand.
    random_band : int
        People around the end of the list whose order is drawn at random, so that the benefit of contact can be shown.
    """

    aliases: tuple[str, ...] = Field(default=("champion",), min_length=1)
    gain_over_baseline: AtLeast = AtLeast(least=0.0, reason="A model that does not beat today's practice is not needed")
    calibration_slope: Between = Between(
        least=0.7, most=1.3, reason="Outside this a stated chance misleads whoever reads it"
    )
    calibration_error: AtMost = AtMost(most=0.03, reason="Three in a hundred is less than officers can act on")
    worst_period: AtLeast = AtLeast(least=0.6, reason="Near 0.5 a month's list would be little better than chance")
    total_error: AtMost = AtMost(most=0.05, reason="A budget that is out by more than one part in twenty is not a plan")
    interval_coverage: Between = Between(
        least=0.85,
        most=0.95,
        reason="A range said to hold 90 of 100 people must hold about so many: not far fewer or more",
    )
    worst_period_gain: AtLeast = AtLeast(least=0.0, reason="At no date may it be worse than today's practice")
    stability: AtLeast = AtLeast(least=0.6, reason="Reasons that change with the sample explain nothing")
    freshness_days: AtMost = AtMost(most=60, reason="Older records describe another household")
    review_days: int = Field(default=365, ge=1, le=366)
    warn_days: tuple[int, ...] = (60, 30, 7)
    quorum: Quorum = Quorum()
    grace: Grace = Grace()
    status_days: int = Field(default=7, ge=1, le=31)
    reload_seconds: int = Field(default=60, ge=1, le=3600)
    standing_approval: bool = False
    random_band: int = Field(default=0, ge=0)

    def not_asked_of(self, task: Literal["risk", "amount"]) -> tuple[str, ...]:
        """Name the keys that were set and cannot apply to a model of such a task: they are left aside.

        Parameters
        ----------
        task : {"risk", "amount"}
            Whether the model gives a chance, or an amount.
        """
        fields = type(self).model_fields
        left = _OF_AMOUNTS if task == "risk" else _OF_RISKS
        return tuple(name for name in left if getattr(self, name) != fields[name].default)
