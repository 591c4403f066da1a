"""Where each feature comes from, down to the columns read and the purposes their source allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodels.features.compile.features import needed
from riskmodels.records import LineageEntry

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["lineage_of"]


def lineage_of(case: UseCase) -> tuple[LineageEntry, ...]:
    """List, for each feature, every extract it reads; a derived feature lists those of all its parts."""
    entries: dict[tuple[str, str], LineageEntry] = {}
    for feature in case.features:
        for part in needed(case, [feature.name]):
            readings = [] if part.extract is None else [(part.extract, part.columns)]
            readings += [] if part.area is None else [(part.area.extract, (str(part.area),))]
            for extract, columns in readings:
                name = (feature.name, extract.__name__)
                before = entries[name].columns if name in entries else ()
                entries[name] = LineageEntry(
                    feature=feature.name,
                    extract=extract.__name__,
                    columns=tuple(dict.fromkeys((*before, *columns))),
                    source=extract.source().name,
                    purposes=extract.source().purposes,
                    known_time_assumed=extract.history().known_time_assumed,
                )
    return tuple(entries.values())
