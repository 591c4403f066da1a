"""What a document was written for, part by part: so that a change reopens the documents that it touches, in words."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from riskmodels.errors import DocumentError
from riskmodels.governance.documents.files import open_file
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.text_edits import edit, find_block
from riskmodels.governance.facts import SourceFacts
from riskmodels.governance.wire import canonical, sha256

__all__ = ["PARTS", "RestsOn", "changes", "refresh_rests_on", "renew", "rests_on_digest", "rests_on_now"]

RestsOn = Mapping[str, str | Mapping[str, str]]
"""By part: its digest or its words, or those of each of its members."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "dpia": ("purpose", "population", "outcome", "sources", "features", "characteristics"),
    "equality": ("purpose", "population", "outcome", "features", "characteristics", "comparisons", "capacity"),
    "atrs": ("purpose", "population", "outcome", "sources"),
    "canvas": ("purpose", "population", "outcome", "sources"),
    "processing_record": ("purpose", "sources", "characteristics"),
}
"""What each document rests on: a change of any of these reopens it, and a change of another does not."""

_MEMBERS = {
    "sources": "source",
    "features": "feature",
    "characteristics": "characteristic in the audit",
    "comparisons": "comparison that decides",
}
_TERMS = {
    "sources": "its source, purposes, regime, lawful basis, gateway or condition",
    "features": "how it is computed, or how it is said",
    "characteristics": "how it is read",
    "comparisons": "its tolerance",
}
_SHORT = 12
_COMMENT = "# What the answers above were written for. Written by riskmodels when a person confirmed them; not by hand."


def rests_on_now(document: str, inputs: DocumentInputs) -> dict[str, str | dict[str, str]]:
    """Give what a document would rest on if it were written today for these facts.

    Parameters
    ----------
    document : str
        One of :data:`PARTS`.
    inputs : DocumentInputs
        The facts.
    """
    held: dict[str, str | dict[str, str]] = {
        "purpose": inputs.purpose,
        "population": _short(inputs.definition["population"]),
        "outcome": _short(inputs.definition["outcome"]),
        "sources": {one.extract: _short(_terms(one)) for one in inputs.sources},
        "features": {one["name"]: _short(one) for one in inputs.definition["features"]},
        "characteristics": {one["name"]: _short(one) for one in inputs.definition["audit_by"]},
        "comparisons": {
            f"{one.characteristic}: {one.group}, {one.metric}": f"{one.tolerance:g}" for one in inputs.bias.comparisons
        },
        "capacity": str(inputs.capacity),
    }
    return {part: held[part] for part in PARTS[document]}


def rests_on_digest(rests_on: RestsOn | None) -> str | None:
    """Give the SHA-256 of what a document rests on; None where nobody has confirmed it for anything yet."""
    return None if rests_on is None else sha256(canonical(rests_on))


def changes(before: RestsOn | None, now: RestsOn) -> tuple[str, ...]:
    """Say in words what changed since a document was confirmed.

    Parameters
    ----------
    before : mapping or None
        What it was confirmed for; None: never.
    now : mapping
        What it would rest on today.
    """
    if before is None:
        return ("nobody has confirmed yet that it is about this model",)
    found: list[str] = []
    for part, held in now.items():
        earlier = before.get(part)
        if isinstance(held, str):
            found += [_of_a_word(part, earlier, held)] * (earlier != held)
        else:
            found += _of_members(part, earlier if isinstance(earlier, Mapping) else {}, held)
    return (*found, *(f"it rests on {part}, which it need not" for part in before if part not in now))


def refresh_rests_on(path: Path, rests_on: RestsOn) -> None:
    """Write what a document rests on into its file, after a person confirmed that its answers hold for it.

    Parameters
    ----------
    path : Path
        The file. All else in it stays as it is, comments included.
    rests_on : mapping
        From :func:`rests_on_now`.

    Raises
    ------
    DocumentError
        If the file cannot be read.
    OutputError
        If it cannot be written.
    """

    def change(lines: list[str], newline: str) -> list[str]:
        block = [f"{line}{newline}" for line in _as_yaml(rests_on)]
        old = find_block(lines, "rests_on")
        if old is not None:
            return [*lines[: old.first], *block, *lines[old.end :]]
        ended = [] if not lines or lines[-1].endswith("\n") else [newline]
        return [*lines, *ended, newline, f"{_COMMENT}{newline}", *block]

    edit(path, change, check=lambda draft: _as_read(draft, path, "rests_on", rests_on))


def renew(path: Path, *, reviewed_on: datetime.date, review_by: datetime.date) -> None:
    """Write the day of a review and the day of the next into a document's file; all else stays as it is.

    Raises
    ------
    DocumentError
        If the file cannot be read.
    OutputError
        If it cannot be written.
    """

    def change(lines: list[str], newline: str) -> list[str]:
        changed = list(lines)
        for key, day in (("reviewed_on", reviewed_on), ("review_by", review_by)):
            block = find_block(changed, key)
            comment = "" if block is None else _comment_of(changed[block.first])
            line = f"{key}: {day.isoformat()}{comment}{newline}"
            if block is None:
                changed = [line, *changed]
            else:
                changed[block.first : block.end] = [line]
        return changed

    def check(draft: Path) -> None:
        _as_read(draft, path, "reviewed_on", reviewed_on.isoformat())
        _as_read(draft, path, "review_by", review_by.isoformat())

    edit(path, change, check=check)


def _as_read(draft: Path, path: Path, key: str, wanted: object) -> None:
    """Refuse a change that would not read back as it was meant, because the file is laid out in another way."""
    held = open_file(draft, what="a document of the workspace", who="whoever writes it").data.get(key)
    if held != wanted:
        raise DocumentError(
            f"{path} is laid out in a way in which {key} cannot be written",
            expected=f"{key} at the beginning of a line, with nothing else on it",
            next_step="Lay the file out as its template is, and do it again. Nothing was changed.",
            who="whoever writes it",
        )


def _comment_of(line: str) -> str:
    before, mark, comment = line.rstrip("\r\n").partition("#")
    return f"{before[len(before.rstrip()) :]}#{comment}" if mark else ""


def _short(data: Any) -> str:
    return sha256(canonical(data))[:_SHORT]


def _terms(one: SourceFacts) -> dict[str, Any]:
    return {
        "source": one.source,
        "read_for": one.read_for,
        "purposes": sorted(one.purposes),
        "regime": one.regime,
        "lawful_basis": one.lawful_basis,
        "gateway": one.gateway,
        "special_category": one.special_category,
        "condition": one.special_category_condition,
    }


def _of_a_word(part: str, before: Any, now: str) -> str:
    plain = part in ("purpose", "capacity") and isinstance(before, str)
    name = "length of the list" if part == "capacity" else part
    return f"the {name} changed from {before} to {now}" if plain else f"the {name} changed"


def _of_members(part: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
    kind = _MEMBERS[part]
    yield from (f"a new {kind}: {name}" for name in now if name not in before)
    yield from (f"a {kind} is gone: {name}" for name in before if name not in now)
    for name, held in now.items():
        if name in before and before[name] != held:
            yield f"the {kind} {name} changed: {_TERMS[part]}"


def _as_yaml(rests_on: RestsOn) -> Iterable[str]:
    yield "rests_on:"
    for part, held in rests_on.items():
        if isinstance(held, str):
            yield f"  {part}: {json.dumps(held)}"
        elif held:
            yield f"  {part}:"
            yield from (f"    {json.dumps(name)}: {json.dumps(value)}" for name, value in held.items())
        else:
            yield f"  {part}: {{}}"
