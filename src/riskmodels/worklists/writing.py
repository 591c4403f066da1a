"""Write a list as a file that an officer can open: CSV that runs nothing, or GeoJSON for a map."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from riskmodels.atomic import whole_file
from riskmodels.errors import OutputError
from riskmodels.worklists.making import NOT_EVIDENCE, Worklist

__all__ = ["refuse_other_endings", "safe_cell", "write_worklist"]

BAND = "band"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def write_worklist(made: Worklist, path: Path) -> None:
    """Write a list whole or not at all, readable by its owner alone.

    Parameters
    ----------
    made : Worklist
        The list.
    path : Path
        Ends in ``.csv``, or in ``.geojson`` (RFC 7946; a place without coordinates has no geometry).

    Raises
    ------
    OutputError
        If the file has another ending, or cannot be written.
    """
    refuse_other_endings(path)
    with whole_file(path, private=True) as draft:
        if path.suffix.lower() == ".csv":
            _write_csv(made, draft)
        else:
            told = json.dumps(_geojson(made), indent=1, ensure_ascii=False, allow_nan=False)
            draft.write_text(told + "\n", encoding="utf-8")


def refuse_other_endings(path: Path) -> None:
    """Refuse a file of a kind that lists are not written as, before anything is made.

    Raises
    ------
    OutputError
        If it ends in neither ``.csv`` nor ``.geojson``.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".geojson"):
        raise OutputError(
            f"a list cannot be written as {kind or 'a file without an ending'}",
            expected="a file that ends in .csv or .geojson",
            next_step="Name the file so, for example list.csv.",
            who="whoever makes the list",
        )


def safe_cell(value: Any) -> Any:
    """Give a text that a spreadsheet shows as it stands and never runs; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_RUNS):
        return f"'{value}"
    return value


def _rows(made: Worklist) -> list[dict[str, Any]]:
    shared = {
        "how to approach": made.policy.how,
        "hand over": made.policy.hand_over,
        "remember": NOT_EVIDENCE,
        "for": made.purpose,
        "as of": made.as_of.isoformat(),
        "order rests on": made.basis,
        "model": f"{made.case_name} version {made.version}",
        "approved until": made.approved_until.isoformat(),
        "outcome": "",
    }
    return [
        {
            "place": int(row["place"]),
            "reference": row["reference"],
            "where": row["where"],
            "kind": row["kind"],
            "chance": round(float(row["chance"]), 6),
            BAND: row["band"],
            "reasons": row["reasons"],
            "unusual inputs": row["flags"],
            **shared,
        }
        for row in made.frame.to_dict("records")
    ]


def _write_csv(made: Worklist, path: Path) -> None:
    rows = _rows(made)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["place"])
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows)


def _geojson(made: Worklist) -> dict[str, Any]:
    features = []
    for row in _rows(made):
        point = made.points.get(str(row["reference"]))
        geometry = None if point is None else {"type": "Point", "coordinates": [round(one, 6) for one in point]}
        told = {name: value for name, value in row.items() if name != BAND}  # a map of chances would mark streets
        features.append({"type": "Feature", "geometry": geometry, "properties": told})
    return {"type": "FeatureCollection", "features": features}
