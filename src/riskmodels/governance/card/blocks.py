"""What a card is laid out in: sentences, tables, frequencies and pictures, each marked with where it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import Field

from riskmodels.governance.wire import Record

__all__ = ["CardPlot", "CardTable", "Cell", "Frequency", "Natural", "Origin", "Part", "Said", "TableLike", "computed"]

Origin = Literal["written by people", "computed"]


class TableLike(Protocol):
    """A table of text that may leave the audit: small counts are withheld in it already."""

    @property
    def caption(self) -> str:
        """What it shows."""

    @property
    def head(self) -> Sequence[str]:
        """Headings of the columns."""

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """Cells as text; the first of each row is its heading."""

    @property
    def notes(self) -> Sequence[str]:
        """Sentences to put below."""


class Said(Record):
    """One or more sentences, and whether people wrote them or the software computed them."""

    text: str
    origin: Origin
    heading: str = ""


class Natural(Record):
    """A share as people count it, ``times`` of ``of``, with the ends of its 95% interval in the same measure."""

    times: int
    of: int
    low: int | None = None
    high: int | None = None


class Frequency(Record):
    """One answer to "how well": for this model, and for today's practice where that was measured.

    Attributes
    ----------
    says : str
        The sentence after the figure: ``"people on the list ..."``.
    text : str
        The whole in words, with today's practice and the interval.
    """

    says: str
    model: Natural
    today: Natural | None
    text: str


class Cell(Record):
    """One cell: its text, what stands below in smaller print, and the full value where the text is short for it."""

    text: str
    below: str = ""
    full: str = ""


class CardTable(Record):
    """A table: the first cell of each row is its heading; ``figures`` are set to the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    figures: bool = False


class CardPlot(Record):
    """A plot: its name, a title, and what it shows in words for those who cannot see it.

    The picture itself is inside the HTML form; the other forms hold its SHA-256.

    Attributes
    ----------
    part : str
        Anchor of the part of the card that it belongs to; where there is none such, it is put with the pictures.
    """

    name: str
    title: str
    alt: str
    part: str = "pictures"
    png: bytes = Field(default=b"", exclude=True, repr=False)

    @property
    def sha256(self) -> str:
        """Give the SHA-256 of the picture's bytes."""
        return hashlib.sha256(self.png).hexdigest()


class Part(Record):
    """One part of the card: what it says, in the order it is read."""

    anchor: str
    title: str
    intro: str = ""
    said: tuple[Said, ...] = ()
    frequencies: tuple[Frequency, ...] = ()
    tables: tuple[CardTable, ...] = ()
    plots: tuple[str, ...] = ()


def computed(*texts: str) -> tuple[Said, ...]:
    """Mark sentences as computed by the software."""
    return tuple(Said(text=text, origin="computed") for text in texts)
