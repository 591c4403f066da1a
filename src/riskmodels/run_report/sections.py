"""The report's parts about assurance: what a reader is told first, then tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskmodels.assurance import checks_display
from riskmodels.assurance.shown import bias_tables, explanation_tables
from riskmodels.records.assurance import Assurance
from riskmodels.records.proxies import PlainTable

__all__ = ["Section", "assurance_sections"]


@dataclass(frozen=True)
class Section:
    """One part of the page.

    Attributes
    ----------
    anchor, title, intro : str
        Its place, its heading and what to know before reading it.
    tables : tuple of PlainTable
        Safe to leave the audit: small counts are withheld already.
    pictures : tuple of str
        Names of the plots that belong to it.
    """

    anchor: str
    title: str
    intro: str
    tables: tuple[PlainTable, ...]
    pictures: tuple[str, ...] = ()


def assurance_sections(found: Assurance, plots: Mapping[str, tuple[str, ...]]) -> tuple[Section, ...]:
    """Lay out an audit for the page.

    Parameters
    ----------
    found : Assurance
        The audit.
    plots : mapping of str to tuple of str
        Names of the plots of ``"bias"`` and ``"explanation"``.
    """
    mitigation = () if found.mitigation is None else checks_display.plain_tables(found.mitigation)
    exceptions = tuple(table for one in found.exceptions for table in checks_display.plain_tables(one))
    sections = (
        Section(
            "bias",
            "Are people treated alike?",
            "Each group is compared with everybody else on the held-out period. Only the comparisons that the policy "
            "named beforehand decide; the rest inform. Small counts are withheld, and what is shown is rounded.",
            (*bias_tables(found.bias), *exceptions),
            plots.get("bias", ()),
        ),
        Section(
            "mitigation",
            "What could be done about it, and its price",
            "Nothing here is applied by itself: people choose. No way needs anybody's characteristic to score them.",
            mitigation,
        ),
        Section(
            "proxies",
            "What the inputs give away",
            "How well all inputs together tell a group from the rest: 0.5 is not at all, 1 is without fail.",
            checks_display.plain_tables(found.proxies),
        ),
        Section(
            "goes-by",
            "What the model goes by",
            "How far each feature moves the score, up or down. It says what the model does, not what brings an outcome "
            "about.",
            (*explanation_tables(found.explanation), *([found.directions.cells()] if found.directions else [])),
            plots.get("explanation", ()),
        ),
        Section(
            "leaks",
            "Did the model know what it could not have known?",
            "Searches for information from after the date of the prediction.",
            checks_display.plain_tables(found.leakage),
        ),
    )
    return tuple(section for section in sections if section.tables)
