"""Everything that was found out about a trained model besides how well it predicts."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.records.bias import BiasAudit
from riskmodels.records.directions import Directions
from riskmodels.records.explanation import Explanation
from riskmodels.records.leakage import LeakageReport
from riskmodels.records.mitigation import MitigationOffer, WithAndWithout
from riskmodels.records.proxies import ProxyReport

__all__ = ["Assurance"]


@dataclass(frozen=True, eq=False)
class Assurance:
    """The audit of one trained model, with every figure in full: the auditor's, not to be shown as it is.

    Attributes
    ----------
    bias : BiasAudit
        Whether groups of people are treated alike.
    proxies : ProxyReport
        What the inputs give away about people.
    leakage : LeakageReport
        Whether the model knew what it could not have known.
    explanation : Explanation
        What the model goes by.
    exceptions : tuple of WithAndWithout
        For inputs allowed by exception: the model with and without them.
    mitigation : MitigationOffer or None
        What could be done for a group, with its price; None where it was not asked for.
    directions : Directions or None
        Whether risk moves the way that was declared; None where it was not looked at.
    """

    bias: BiasAudit
    proxies: ProxyReport
    leakage: LeakageReport
    explanation: Explanation
    exceptions: tuple[WithAndWithout, ...] = ()
    mitigation: MitigationOffer | None = None
    directions: Directions | None = None
