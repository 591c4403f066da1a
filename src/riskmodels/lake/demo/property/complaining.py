"""Complaints: more where homes are shared, unless tenants keep quiet, and more where neighbours readily complain."""

from __future__ import annotations

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints
from riskmodels.lake.demo.journal import Journal
from riskmodels.lake.demo.property.stock import Stock
from riskmodels.lake.demo.property.tenures import Tenures

__all__ = ["COMPLAINTS", "complain"]

COMPLAINTS = ("noise", "waste", "pests", "antisocial_behaviour")
_A_MONTH = 0.011
_KEPT_QUIET = 1.2  # how much less sharers are complained about where people are poor, and more where they are not
# By tenure: owner, one household, three or four sharers, five or more, social.
_TENURE = np.array([0.75, 1.1, 1.9, 2.9, 1.0])
# Shares of the kinds where homes are shared, and elsewhere.
_KINDS_SHARED = np.array([0.22, 0.45, 0.21, 0.12])
_KINDS = np.array([0.50, 0.18, 0.10, 0.22])


def complain(
    homes: Stock, tenures: Tenures, there: Flags, first: int, days: int, random: np.random.Generator, journal: Journal
) -> Ints:
    """Write down a month's complaints, and give how many there were about each home.

    What only the generator knows: well-off streets complain more about the same thing, and about sharers most; in poor
    streets sharers are afraid for their home and few complain. So a complaint tells of sharers in one street and of
    the opposite in another: the selection that a model of inspections has to undo.
    """
    loud: Floats = np.exp(homes.speaks_up)
    quiet = np.where(tenures.is_shared, _KEPT_QUIET * homes.affluence, 0.0)
    about = np.where(there, _A_MONTH * loud * np.exp(quiet) * _TENURE[tenures.tenure], 0.0)
    number = random.poisson(about).astype(np.int64)
    which = np.repeat(np.arange(len(homes), dtype=np.int64), number)
    shared = tenures.is_shared[which]
    steps = np.where(shared[:, None], _KINDS_SHARED.cumsum(), _KINDS.cumsum())
    received = first + random.integers(0, days, len(which))
    journal.note(
        "complaints",
        complaint_id=journal.numbers("complaint", len(which)),
        home=which,
        received_on=received,
        kind=np.minimum((random.random(len(which))[:, None] > steps).sum(axis=1), 3),
        noted_on=received,
    )
    return number
