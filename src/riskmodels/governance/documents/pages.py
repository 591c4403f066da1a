"""How a document is laid out in Markdown: what people wrote and what was generated are marked apart, always."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence

from riskmodels.governance.documents.findings import personal_marks
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.facts import BiasFacts, ComparisonFacts, Measured, SourceFacts

__all__ = [
    "NOT_MEASURED",
    "bullets",
    "comparison_rows",
    "count",
    "day",
    "figure",
    "generated",
    "marks_findings",
    "metric_rows",
    "page",
    "plain",
    "source_table",
    "table",
    "untested",
    "written",
    "written_in",
    "written_table",
]

NOT_MEASURED = "not measured"

_LEGEND = (
    "Two kinds of passages: **Written** ones are people's own words, and are changed in the file that is named below. "
    "**Generated** ones come from the register of sources and from the registered run; nobody typed them."
)
_SOURCES = (
    "Extract",
    "Source",
    "Read for",
    "Lawful basis",
    "Gateway",
    "Special category",
    "Purposes allowed",
    "Retention",
)
_SPECIAL = re.compile(r"([\\`*_<>|\[\]])")


def page(title: str, *, inputs: DocumentInputs, where: str, digest: str, demonstration: bool) -> list[str]:
    """Begin a document: its title, what it is about, and how to read it."""
    opening = [f"# {_plain(title)}", ""]
    if demonstration:
        opening += ["**Demonstration.** Nobody is scored in earnest, and nobody has signed this as an officer.", ""]
    return [
        *opening,
        _LEGEND,
        "",
        f"- About: `{inputs.model}`, {_plain(inputs.version)}, definition SHA-256 `{inputs.definition_digest}`",
        f"- Written in: `{where}`, SHA-256 `{digest}`",
        "",
    ]


def written(text: str) -> list[str]:
    """Give what people wrote."""
    return [f"**Written.** {text.strip() or 'Nothing yet.'}", ""]


def generated(*lines: str) -> list[str]:
    """Give what was filled in; the first line carries the mark."""
    first, *rest = lines or ("None.",)
    if first.startswith(("|", "- ")):
        return ["**Generated.**", "", first, *rest, ""]
    return [f"**Generated.** {first}", *rest, ""]


def written_in(place: str, *lines: str) -> list[str]:
    """Give what people wrote in another file, such as the statement, and which."""
    first, *rest = lines
    mark = f"**Written** (in {place})."
    return [mark, "", first, *rest, ""] if rest else [f"{mark} {first}", ""]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, nothing: str = "None.") -> list[str]:
    """Lay out a table; without rows, say so."""
    body = [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows]
    if not body:
        return [nothing]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body]


def bullets(items: Iterable[str], *, nothing: str = "None.") -> list[str]:
    """Lay out a list; without items, say so."""
    return [f"- {_plain(one)}" for one in items] or [nothing]


def plain(name: str) -> str:
    """Write a name of the software as words: ``list_share`` is "list share"."""
    return name.replace("_", " ")


def day(date: datetime.date | None) -> str:
    """Write a day out."""
    return "no date" if date is None else f"{date.day} {date:%B %Y}"


def figure(one: Measured | None) -> str:
    """Write a figure with its interval; what is not measured is never 0."""
    if one is None or one.value is None:
        return NOT_MEASURED
    ends = "" if one.low is None or one.high is None else f" (95% interval {one.low:.3f} to {one.high:.3f})"
    return f"{one.value:.3f}{ends}"


def count(number: int | None, inputs: DocumentInputs) -> str:
    """Write a count as whatever leaves the audit is: rounded, or that it is too small to be shown."""
    least, near = inputs.disclosure.number, inputs.disclosure.round_to
    if number is None:
        return "not counted"
    return f"fewer than {least}" if number < least else f"{(number + near // 2) // near * near:,}"


def written_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Give a table that people wrote."""
    return ["**Written.**", "", *table(head, rows, nothing="Nothing yet."), ""]


def source_table(inputs: DocumentInputs) -> list[str]:
    """Give every extract that is read, with what the register says of it."""
    return generated(*table(_SOURCES, [_source(one) for one in inputs.sources]))


def _source(one: SourceFacts) -> list[str]:
    return [
        one.extract,
        one.source if one.registered else f"{one.source} (not registered)",
        "the model" if one.read_for == "model" else "the audit alone",
        one.lawful_basis or "none given",
        one.gateway or "none given",
        (one.special_category_condition or "no condition given") if one.special_category else "no",
        ", ".join(one.purposes) or "none",
        one.retention or "not given",
    ]


def metric_rows(inputs: DocumentInputs) -> list[list[str]]:
    """Give a row for each figure of each estimator, with its interval."""
    return [
        [f"{name} (put forward)" if name == inputs.chosen else name, plain(metric), figure(one)]
        for name, held in inputs.metrics.items()
        for metric, one in held.items()
    ]


def comparison_rows(bias: BiasFacts) -> list[list[str]]:
    """Give a row for each comparison that decides, with its verdict."""
    return [
        [
            plain(one.characteristic),
            one.group,
            plain(one.metric),
            f"{one.tolerance:g}",
            figure(one.difference),
            _verdict(one),
        ]
        for one in bias.comparisons
    ]


def untested(bias: BiasFacts) -> list[str]:
    """Name the characteristics and groups that were not tested, each with the reason: never "no impact"."""
    found = [f"{name}: not held, so not tested" for name, says in bias.held.items() if says == "not held"]
    found += [
        f"{plain(one.characteristic)}: {one.group} ({plain(one.metric)}): not enough evidence, so not tested"
        for one in bias.comparisons
        if one.verdict == "not enough evidence"
    ]
    return [*found, *(f"{one}: so not tested" for one in bias.not_measured)]


def marks_findings(name: str, text: str) -> list[str]:
    """Find what looks as if it pointed to a person or a home in a whole document (C32)."""
    return [f"C32: {name} holds what looks like {mark}" for mark in personal_marks(text)]


def _verdict(one: ComparisonFacts) -> str:
    if one.verdict != "not enough evidence":
        return one.verdict
    return f"not tested: not enough evidence ({one.people_needed:,} people are needed)"


def _plain(text: str) -> str:
    """Take marks of Markdown and line ends out of text that is filled in."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))
