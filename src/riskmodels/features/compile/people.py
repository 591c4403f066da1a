"""Who is in the population, who must be left out, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodels.features.compile.clauses import snippet_sql, visible
from riskmodels.lake.contracts import Extract

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = [
    "ends_query",
    "exclusions_query",
    "looked_query",
    "not_carried_query",
    "outcome_query",
    "population_query",
    "treated_query",
]


def population_query(case: UseCase, as_of_dates: str) -> str:
    """Write the query for ``entity, as_of``: the newest visible row of each entity, where it meets the condition."""
    extract, condition = case.population.extract, case.population.condition
    key, folder = f'p."{case.entity}"', extract.folder()
    newest = ""
    if extract.row() != (case.entity,):
        newest = f"\nQUALIFY ROW_NUMBER() OVER (PARTITION BY {key}, d.as_of ORDER BY p._order DESC) = 1"
    meets = "TRUE" if condition is None else snippet_sql(condition, "p", "d.as_of")
    return (
        f"SELECT entity, as_of FROM (\nSELECT {key} AS entity, d.as_of, {meets} AS meets\n"
        f"FROM {as_of_dates} AS d JOIN {folder} AS p ON {visible('p', 'd.as_of')}\n"
        f"WHERE {key} IS NOT NULL{newest}\n) AS seen\nWHERE meets"
    )


def exclusions_query(
    case: UseCase, exclusions: type[Extract], links: type[Extract] | None, spine: str, *, equality_only: bool
) -> str:
    """Write the query for ``entity, as_of`` that exclusions cover, as the lake knows them today.

    An exclusion covers every as-of date up to its end, also those before it was made: someone who objects today is left
    out of the past as well. ``equality_only`` picks notices against the use of equality data, otherwise all the rest.
    """
    kind = "=" if equality_only else "<>"
    covers = (
        f"x._superseded_from IS NULL AND x.kind {kind} 'equality_data_notice' "
        f"AND (x.ends_on IS NULL OR x.ends_on >= s.as_of)"
    )
    parts = []
    direct = exclusions.key_column(case.entity_kind)
    folder = exclusions.folder()
    if direct is not None:
        parts.append(
            f'SELECT s.entity, s.as_of FROM {spine} AS s JOIN {folder} AS x ON x."{direct}" = s.entity AND {covers}'
        )
    for kind_of_key, linked, here in _through_links(case, exclusions, links):
        parts.append(
            f'SELECT s.entity, s.as_of FROM {spine} AS s JOIN {linked.folder()} AS l ON l."{here}" = s.entity '
            f'AND l._superseded_from IS NULL JOIN {folder} AS x ON x."{exclusions.key_column(kind_of_key)}" = '
            f'l."{linked.key_column(kind_of_key)}" AND {covers}'
        )
    return "\nUNION\n".join(parts) if parts else f"SELECT s.entity, s.as_of FROM {spine} AS s WHERE FALSE"


def not_carried_query(case: UseCase, exclusions: type[Extract], links: type[Extract] | None) -> str:
    """Write the query that counts exclusions which hold, and name nothing that leads to an entity of the use case."""
    direct = exclusions.key_column(case.entity_kind)
    reached = [direct, *(exclusions.key_column(kind) for kind, _, _ in _through_links(case, exclusions, links))]
    nowhere = [f'x."{column}" IS NULL' for column in reached if column is not None] or ["TRUE"]
    return (
        f"SELECT COUNT(*) AS many FROM {exclusions.folder()} AS x WHERE x._superseded_from IS NULL "
        f"AND x.kind <> 'equality_data_notice' AND x.ends_on IS NULL AND {' AND '.join(nowhere)}"
    )


def _through_links(
    case: UseCase, exclusions: type[Extract], links: type[Extract] | None
) -> list[tuple[str, type[Extract], str]]:
    here = None if links is None else links.key_column(case.entity_kind)
    if links is None or here is None:
        return []
    kinds = {spec.key_of for spec in links.columns().values() if spec.key_of} - {case.entity_kind}
    return [(kind, links, here) for kind in sorted(kinds) if exclusions.key_column(kind) is not None]


def outcome_query(case: UseCase, spine: str) -> str:
    """Write the query for ``entity, as_of, happened_at, left_at, competing_at``, as the lake knows them today."""
    outcome = case.outcome
    folder, key = outcome.extract.folder(), outcome.extract.key_column(case.entity_kind)
    meets = snippet_sql(outcome.condition, "e", "NULL")
    rows = f"ROWS BETWEEN {outcome.times_running - 1} PRECEDING AND CURRENT ROW"
    run = f'OVER (PARTITION BY e."{key}" ORDER BY e._order {rows})'
    return (
        f'WITH run AS (\nSELECT e."{key}" AS entity, e._event AS hit_at, MIN(e._event) {run} AS began_at,\n'
        f"  SUM(CASE WHEN {meets} THEN 1 ELSE 0 END) {run} AS met\n"
        f'FROM {folder} AS e WHERE e._superseded_from IS NULL AND e."{key}" IS NOT NULL\n),\n'
        f"hits AS (SELECT entity, hit_at, began_at FROM run WHERE met = {outcome.times_running}),\n"
        f"ends AS (\n{ends_query(case)}\n)\n"
        f"SELECT s.entity, s.as_of, MIN(h.hit_at) AS happened_at, MIN(z.left_at) AS left_at,\n"
        f"  MIN(z.competing_at) AS competing_at\n"
        f"FROM {spine} AS s LEFT JOIN ends AS z ON z.entity = s.entity\n"
        f"LEFT JOIN hits AS h ON h.entity = s.entity AND h.began_at >= s.as_of "
        f"AND h.hit_at < s.as_of + INTERVAL '{case.horizon_days}' DAY\n"
        f"AND (z.left_at IS NULL OR h.hit_at < z.left_at) AND (z.competing_at IS NULL OR h.hit_at < z.competing_at)\n"
        f"GROUP BY s.entity, s.as_of"
    )


def ends_query(case: UseCase) -> str:
    """Write the query for ``entity, left_at, competing_at``: when the watching of each entity ends, as known today."""
    extract, outcome = case.population.extract, case.outcome
    key, folder = f'p."{case.entity}"', extract.folder()
    left = f'CAST(p."{outcome.censored_by}" AS TIMESTAMP)' if outcome.censored_by else "CAST(NULL AS TIMESTAMP)"
    competing = (
        f'CAST(p."{outcome.competes_with}" AS TIMESTAMP)' if outcome.competes_with else "CAST(NULL AS TIMESTAMP)"
    )
    newest = ""
    if extract.row() != (case.entity,):
        newest = f" QUALIFY ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY p._order DESC) = 1"
    return (
        f"SELECT {key} AS entity, {left} AS left_at, {competing} AS competing_at FROM {folder} AS p "
        f"WHERE p._superseded_from IS NULL AND {key} IS NOT NULL{newest}"
    )


def treated_query(case: UseCase, spine: str) -> str | None:
    """Write the query for the ``entity, as_of`` that were helped or checked inside the horizon, or None."""
    treated = case.outcome.treated_by
    if treated is None:
        return None
    key = treated.extract.key_column(case.entity_kind)
    meets = "TRUE" if treated.condition is None else snippet_sql(treated.condition, "e", "s.as_of")
    return (
        f"SELECT DISTINCT s.entity, s.as_of FROM {spine} AS s JOIN {treated.extract.folder()} AS e\n"
        f'ON e."{key}" = s.entity AND e._superseded_from IS NULL AND e._event >= s.as_of '
        f"AND e._event < s.as_of + INTERVAL '{case.horizon_days}' DAY AND ({meets})"
    )


def looked_query(case: UseCase, fates: str) -> str | None:
    """Write the query for ``entity, as_of, first_at, random_at, found_at`` of those looked at, or None.

    ``found_at`` is the last look up to the day of the outcome. A look after the entity left, or after a competing
    event, is a look at something else.

    Parameters
    ----------
    fates : str
        Table of ``entity, as_of, happened_at, left_at, competing_at``.
    """
    looked, at_random = case.outcome.looked, case.outcome.at_random
    if looked is None:
        return None
    key = looked.extract.key_column(case.entity_kind)
    meets = "TRUE" if looked.condition is None else snippet_sql(looked.condition, "e", "s.as_of")
    drawn = "FALSE" if at_random is None else snippet_sql(at_random, "e", "NULL")
    return (
        f"SELECT s.entity, s.as_of, MIN(e._event) AS first_at,\n"
        f"  MIN(CASE WHEN {drawn} THEN e._event END) AS random_at,\n"
        f"  MAX(CASE WHEN e._event <= s.happened_at THEN e._event END) AS found_at\n"
        f"FROM {fates} AS s JOIN {looked.extract.folder()} AS e\n"
        f'ON e."{key}" = s.entity AND e._superseded_from IS NULL AND e._event >= s.as_of '
        f"AND e._event < s.as_of + INTERVAL '{case.horizon_days}' DAY AND ({meets})\n"
        f"AND (s.left_at IS NULL OR e._event < s.left_at) "
        f"AND (s.competing_at IS NULL OR e._event < s.competing_at)\n"
        f"GROUP BY s.entity, s.as_of"
    )
