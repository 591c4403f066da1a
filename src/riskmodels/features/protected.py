"""Who must be left out, and the characteristics that a model is tested against and never told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from riskmodels.features.audit import Characteristic
from riskmodels.features.compile.audits import characteristics_query, linked_kind, people_query
from riskmodels.features.compile.people import exclusions_query, not_carried_query
from riskmodels.features.compile.places import places_query
from riskmodels.lake import Extract, Lake
from riskmodels.lake.places import names_a_place, shared_place
from riskmodels.records import UnlinkedGroup

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["UNKNOWN", "WITHHELD", "Audited", "audit_table", "excluded", "read_for_people", "totals_table"]

UNKNOWN = "Unknown"
WITHHELD = "Withheld"


def _of_role(lake: Lake, role: str) -> type[Extract] | None:
    return next((extract for extract in lake.contracts.values() if extract.role() == role), None)


def read_for_people(case: UseCase, lake: Lake) -> tuple[type[Extract], ...]:
    """List the extracts that exclusions and the audit read."""
    exclusions, links = _of_role(lake, "exclusions"), _of_role(lake, "links")
    audited = dict.fromkeys(each.extract for each in (*case.audit_by, *case.totals_by))
    here = links is not None and links.key_column(case.entity_kind) is not None
    linking = [links] if links is not None and here and (exclusions is not None or audited) else []
    return (*([exclusions] if exclusions is not None else []), *linking, *audited)


def excluded(case: UseCase, lake: Lake, people: pd.DataFrame) -> NDArray[np.bool_]:
    """Say who must be left out at each date: an objection, a restriction or a protected address covers them."""
    return _covered(case, lake, people, equality_only=False)


def not_carried(case: UseCase, lake: Lake) -> int:
    """Count the exclusions that hold and lead to no entity: entered for a person where the use case is about homes."""
    exclusions, links = _of_role(lake, "exclusions"), _of_role(lake, "links")
    if exclusions is None:
        return 0
    lake.prepare(exclusions)
    return int(lake.query(not_carried_query(case, exclusions, links)).column("many")[0].as_py())


def _covered(case: UseCase, lake: Lake, people: pd.DataFrame, *, equality_only: bool) -> NDArray[np.bool_]:
    exclusions, links = _of_role(lake, "exclusions"), _of_role(lake, "links")
    if exclusions is None:
        return np.zeros(len(people), dtype=bool)
    for extract in (exclusions, links):
        if extract is not None:
            lake.prepare(extract)
    lake.put("people", pa.Table.from_pandas(people[["entity", "as_of"]], preserve_index=False))
    found = lake.query(exclusions_query(case, exclusions, links, "people", equality_only=equality_only))
    lake.drop("people")
    covered = pd.MultiIndex.from_arrays([found.column(name).to_numpy() for name in ("entity", "as_of")])
    return np.asarray(pd.MultiIndex.from_frame(people[["entity", "as_of"]]).isin(covered), dtype=bool)


@dataclass(frozen=True, eq=False)
class Audited:
    """The characteristics of each row, and whom no link leads from.

    Attributes
    ----------
    frame : DataFrame, shape (n_rows, n_characteristics)
        Text: ``"Unknown"`` where not held, ``"Withheld"`` under a notice. Rows by as_of and entity.
    unlinked_share : float or None
        Share of rows without a link, in [0, 1]; None where no characteristic is reached through links.
    unlinked_by_group : tuple of UnlinkedGroup
        The same by each characteristic that is known without a link, such as the area's deprivation.
    """

    frame: pd.DataFrame
    unlinked_share: float | None
    unlinked_by_group: tuple[UnlinkedGroup, ...]


def audit_table(case: UseCase, lake: Lake, spine: pa.Table) -> Audited:
    """Read the characteristics of each row of a spine, as they were visible at its as-of date."""
    read = _read(case, lake, spine, case.audit_by)
    _withhold(case, lake, read, [each.name for each in case.audit_by if _is_of_a_person(each)])
    if not read.through_links:
        return Audited(read.frame, None, ())
    known = [each.name for each in case.audit_by if each.name not in read.through_links]
    by_group = _unlinked_by_group(read.frame[known], ~read.linked)
    return Audited(read.frame, float(1 - read.linked.mean()), by_group)


def totals_table(case: UseCase, lake: Lake, spine: pa.Table) -> pd.DataFrame | None:
    """Read what totals are given by, as it was visible at each row's as-of date; None where nothing is.

    A notice against the use of equality data withholds the protected ones alone: a total by ward is no such use.
    """
    if not case.totals_by:
        return None
    read = _read(case, lake, spine, case.totals_by)
    listed = [each for each in case.totals_by if each.protected is not None]
    _withhold(case, lake, read, [each.name for each in listed if _is_of_a_person(each)])
    return read.frame


@dataclass(frozen=True, eq=False)
class _Read:
    """Characteristics of each row, by as_of and entity; whom a link leads from, and which were reached through one."""

    rows: pd.DataFrame
    frame: pd.DataFrame
    linked: pd.Series[bool]
    through_links: tuple[str, ...]


def _read(case: UseCase, lake: Lake, spine: pa.Table, listed: Sequence[Characteristic]) -> _Read:
    rows = pd.DataFrame({name: spine.column(name).to_numpy() for name in ("entity", "as_of")})
    rows = rows.sort_values(["as_of", "entity"], ignore_index=True)
    lake.put("spine", spine)
    made: dict[str, pd.Series[str]] = {}
    linked = pd.Series(data=False, index=rows.index)
    through_links: list[str] = []
    for extract in dict.fromkeys(each.extract for each in listed):
        group = [each for each in listed if each.extract is extract]
        key, through = _people(case, lake, extract)
        found = lake.query(
            f"SELECT * FROM ({characteristics_query(extract, group, key, 'audited', 'spine')}) ORDER BY as_of, entity"
        )
        if through:
            linked |= _is_linked(lake, rows)
            through_links += [each.name for each in group]
        for each in group:
            made[each.name] = pd.Series(found.column(each.name).to_pylist(), dtype="str").fillna(UNKNOWN)
        lake.drop("audited")
    lake.drop("spine")
    frame = pd.DataFrame({each.name: made[each.name] for each in listed}, index=rows.index)
    return _Read(rows, frame, linked, tuple(through_links))


def _unlinked_by_group(audit: pd.DataFrame, unlinked: pd.Series[bool]) -> tuple[UnlinkedGroup, ...]:
    return tuple(
        UnlinkedGroup(
            str(name), str(group), int((audit[name] == group).sum()), int(unlinked[audit[name] == group].sum())
        )
        for name in audit.columns
        for group in sorted(audit[name].unique())
    )


def _people(case: UseCase, lake: Lake, extract: type[Extract]) -> tuple[str, bool]:
    """Make the table ``audited`` (entity, as_of, linked, place); give the key to it, and whether links led there."""
    lake.prepare(extract)
    place = shared_place(case.population.extract, extract)
    own = extract.key_column(case.entity_kind)
    if own is not None:
        lake.execute(
            "CREATE OR REPLACE TEMP TABLE audited AS SELECT entity, as_of, entity AS linked, 1 AS place FROM spine"
        )
        return own, False
    if place is not None:
        home, area = place
        lake.prepare(case.population.extract)
        places = places_query(case.population.extract, case.entity, home, "spine")
        lake.execute(
            f"CREATE OR REPLACE TEMP TABLE audited AS SELECT entity, as_of, area AS linked, 1 AS place FROM ({places})"
        )
        return area, False
    links = _of_role(lake, "links")
    kind = linked_kind(case, extract, links)
    if links is None or kind is None:
        return own or "", False
    lake.prepare(links)
    lake.execute(f"CREATE OR REPLACE TEMP TABLE audited AS {people_query(case, links, kind, 'spine')}")
    return extract.key_column(kind) or "", True


def _is_linked(lake: Lake, rows: pd.DataFrame) -> pd.Series[bool]:
    found = lake.query("SELECT DISTINCT entity, as_of FROM audited")
    linked = pd.MultiIndex.from_arrays([found.column(name).to_numpy() for name in ("entity", "as_of")])
    return pd.Series(pd.MultiIndex.from_frame(rows).isin(linked), index=rows.index)


def _withhold(case: UseCase, lake: Lake, read: _Read, names: Sequence[str]) -> None:
    if names:
        notice = _covered(case, lake, read.rows, equality_only=True)
        for name in names:
            read.frame.loc[notice, name] = WITHHELD


def _is_of_a_person(each: Characteristic) -> bool:
    about_places = any(names_a_place(spec.key_of) for spec in each.extract.columns().values())
    return each.extract.key_column("person") is not None or not about_places
