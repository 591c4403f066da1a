"""What an audit of amounts is measured on: the unit, the mean amount that errors are shares of, the promised cover."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AmountScale"]


@dataclass(frozen=True)
class AmountScale:
    """The measure of an audit of amounts. Equal errors do not show that equal need is met: cost is not need.

    Attributes
    ----------
    unit : str
        The outcome's unit, such as ``"GBP per week"``.
    mean_amount : float or None
        Weighted mean of what came to everybody, which errors are shares of; None where nothing came to anybody.
    nominal_coverage : float
        Share of amounts that prediction intervals are made to hold, in (0, 1).
    """

    unit: str
    mean_amount: float | None
    nominal_coverage: float
