"""The true chance of serious arrears, worked out from the generator's own rules and not from what came of them.

A household that owes less than the line crosses it when it has missed enough of its own share of the rent. The chance
of that within 13 weeks is found by stepping back week by week over the household's state and the number of weeks' share
that it is still away from the line, for each rhythm of paying. Help, seasons and paying off old debt are left out: the
figure ranks households nearly as well as can be, and is not a calibrated probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Floats, Ints
from riskmodels.lake.demo.risk import RiskModel

__all__ = ["STEP", "HittingTable", "hitting_table"]

# Grid of weeks' share still to miss, and of vulnerability.
STEP = 0.25
_CELLS = 61
_VULNERABILITY = np.linspace(-4.0, 4.0, 17)
# Weeks between pay days, by rhythm (weekly, monthly, irregular).
_CADENCE = (1, 4, 2)
_WEEKS = 12
_PAID_IN_PART = 0.525


@dataclass(frozen=True, eq=False)
class HittingTable:
    """Chances of crossing the line within the horizon: shape (rhythms, vulnerabilities, states, cells of need)."""

    chances: Floats

    def look_up(self, rhythm: Ints, vulnerability: Floats, state: Ints, need_weeks: Floats) -> Floats:
        """Give each household's chance; ``need_weeks`` is how many weeks of its own share it may yet miss."""
        cell = np.clip(np.ceil(need_weeks / STEP), 0, _CELLS - 1).astype(np.int64)
        place = np.clip(np.rint((vulnerability + 4.0) * 2), 0, len(_VULNERABILITY) - 1).astype(np.int64)
        return np.asarray(self.chances[rhythm, place, state, cell])


def hitting_table(risk: RiskModel) -> HittingTable:
    """Work the chances out for every rhythm, vulnerability, state and need."""
    moves = np.stack([_transitions(risk, float(v)) for v in _VULNERABILITY])
    chances = np.empty((len(_CADENCE), len(_VULNERABILITY), 3, _CELLS))
    for rhythm, cadence in enumerate(_CADENCE):
        chances[rhythm] = _step_back(risk, moves, cadence)
    return HittingTable(chances)


def _transitions(risk: RiskModel, vulnerability: float) -> Floats:
    """Give the chances of moving from each state to each in a week, by trying many even draws."""
    draws = (np.arange(20_000) + 0.5) / 20_000
    same = np.full(len(draws), vulnerability)
    unhelped = np.zeros(len(draws), dtype=np.bool_)
    rows = []
    for state in range(3):
        after = risk.next_state(np.full(len(draws), state, dtype=np.int64), same, 1.0, unhelped, draws)
        rows.append(np.bincount(after, minlength=3) / len(draws))
    return np.stack(rows)


def _step_back(risk: RiskModel, moves: Floats, cadence: int) -> Floats:
    unhelped = np.zeros(len(_VULNERABILITY), dtype=np.bool_)
    paying = [
        risk.missed_and_partial(np.full(len(_VULNERABILITY), state, dtype=np.int64), _VULNERABILITY, unhelped)
        for state in range(3)
    ]
    chance = np.zeros((len(_VULNERABILITY), 3, _CELLS))
    chance[:, :, 0] = 1.0
    missed_cells, partial_cells = round(cadence / STEP), round(cadence * _PAID_IN_PART / STEP)
    for week in range(_WEEKS):
        after = chance.copy()
        if week % cadence == 0:
            for state, (missed, partial) in enumerate(paying):
                here = chance[:, state]
                paid = 1 - missed - partial
                after[:, state] = (
                    missed[:, None] * _moved(here, missed_cells)
                    + partial[:, None] * _moved(here, partial_cells)
                    + paid[:, None] * here
                )
        chance = np.einsum("vij,vjc->vic", moves, after)
        chance[:, :, 0] = 1.0
    return chance


def _moved(chance: Floats, cells: int) -> Floats:
    """Give the chances as they stand for those who come so many cells nearer the line."""
    nearer = np.maximum(np.arange(_CELLS) - cells, 0)
    return np.asarray(chance[:, nearer])
