"""How much of the weights for who was looked at to learn by: none, all, or something between, as it does best.

Full weights make those looked at like everybody, and make a model that learns from them unsteady, since a few rows then
count for most. A power of the weights between 0 and 1 trades one for the other (Shimodaira 2000, J Stat Plan Inference
90:227). It is chosen on later periods judged by the full weights (importance weighted cross-validation; Sugiyama,
Krauledat and Mueller 2007, JMLR 8:985), so where weighing helps nobody it costs nothing. Figures are by the full
weights whatever the power.
"""

from __future__ import annotations

import dataclasses

from riskmodels.modelling.rows import FloatArray, Rows

__all__ = ["POWERS", "kish", "tempered"]

POWERS = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Powers to choose from where the weights allow for who was looked at."""


def tempered(rows: Rows, power: float | None) -> Rows:
    """Give rows whose weight in fitting is a power of their own, adding up to what they are then worth (Kish 1965).

    Penalties and leaf sizes are made for rows that count as one each: weights that stand for a whole population would
    make them count for nothing.

    Parameters
    ----------
    power : float or None
        In [0, 1]; None leaves the rows as they are.
    """
    if power is None:
        return rows
    weight: FloatArray = rows.weight**power
    if rows.learning_weight is not None:
        weight = weight * rows.learning_weight
    return dataclasses.replace(rows, learning_weight=weight * (kish(weight) / weight.sum()) / rows.weight)


def kish(weight: FloatArray) -> float:
    """Give how many rows of equal weight the weighted rows are worth (Kish 1965, Survey Sampling, 11.7)."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0
