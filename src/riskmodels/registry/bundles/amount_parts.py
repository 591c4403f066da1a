"""What only the bundle of a model of amounts holds, as records: plain numbers and words."""

from __future__ import annotations

from pydantic import Field, model_validator

from riskmodels.governance.wire import Record

__all__ = ["RANGES", "CarriedForward", "Factors", "RangeCell", "Ranges"]

RANGES = "ranges.json"


class CarriedForward(Record):
    """Today's practice: what a person has today goes on; who has less than the floor is expected to have the floor."""

    column: str
    floor: float = Field(gt=0)


class Factors(Record):
    """What the amounts of the two trained estimators are multiplied by, to be right in sum; the chosen one's serves."""

    interpretable: float = Field(gt=0)
    lightgbm: float = Field(gt=0)


class RangeCell(Record):
    """How far amounts fell from what was expected in one cell; see :class:`~riskmodels.records.IntervalCell`."""

    stratum: str | None
    above: float = Field(ge=0)
    low: float | None
    high: float
    people: int = Field(ge=1)


class Ranges(Record):
    """The stated ranges as plain numbers: from an expected amount and a stratum to the ends.

    Attributes
    ----------
    nominal_coverage : float
        Share of people whose amount they are made to hold.
    power : float
        How fast the spread grows with the expected amount.
    within : str or None
        The feature whose categories are the strata; None where everybody is one.
    cells : tuple of RangeCell
        By stratum, those of everybody else last, and rising ``above``.
    """

    nominal_coverage: float = Field(gt=0, lt=1)
    power: float = Field(ge=0, le=1)
    within: str | None
    cells: tuple[RangeCell, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Ranges:
        if not any(cell.stratum is None for cell in self.cells):
            raise ValueError("nothing is said of people without a stratum of their own")
        for stratum in dict.fromkeys(cell.stratum for cell in self.cells):
            starts = [cell.above for cell in self.cells if cell.stratum == stratum]
            if starts[0] != 0 or starts != sorted(set(starts)):
                raise ValueError("the cells of a stratum do not begin at 0 and rise")
        return self
