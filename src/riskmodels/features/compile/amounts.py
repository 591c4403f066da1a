"""How much ran inside the horizon: each row's value times the days that it ran while its entity was watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodels.features.compile.clauses import exact, snippet_sql
from riskmodels.features.compile.people import ends_query
from riskmodels.features.outcomes import Amount

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["amount_query"]


def amount_query(case: UseCase, amount: Amount, spine: str) -> str:
    """Write the query for ``entity, as_of, happened_at, left_at, competing_at, amount``, as the lake knows them today.

    ``amount`` is the sum of value times days, in the value's unit times days; nothing happens at a moment, so that
    ``happened_at`` is null throughout. Days are whole ones, and values add up exactly, so that neither the order of the
    rows nor the number of threads can change a sum.
    """
    outcome = case.outcome
    folder, key = outcome.extract.folder(), outcome.extract.key_column(case.entity_kind)
    meets = snippet_sql(outcome.condition, "e", "NULL")
    value, unit = exact(amount.value, "e", "NULL")
    begins, ends = f'CAST(e."{amount.begins}" AS DATE)', f'CAST(e."{amount.ends}" AS DATE)'
    days = "DATE_DIFF('day', GREATEST(e.begins, s.first_day), LEAST(COALESCE(e.ends, s.last_day), s.last_day))"
    return (
        f"WITH ends AS (\n{ends_query(case)}\n),\n"
        f"watched AS (\nSELECT s.entity, s.as_of, z.left_at, z.competing_at, CAST(s.as_of AS DATE) AS first_day,\n"
        f"  LEAST({_day_after('s.as_of', case.horizon_days)}, "
        f"COALESCE(CAST(z.competing_at AS DATE), {_day_after('s.as_of', case.horizon_days)})) AS last_day\n"
        f"FROM {spine} AS s LEFT JOIN ends AS z ON z.entity = s.entity\n),\n"
        f'running AS (\nSELECT e."{key}" AS entity, {begins} AS begins, {ends} AS ends, {value} AS value\n'
        f"FROM {folder} AS e WHERE e._superseded_from IS NULL AND ({meets})\n)\n"
        f"SELECT s.entity, s.as_of, CAST(NULL AS TIMESTAMP) AS happened_at, s.left_at, s.competing_at,\n"
        f"  CAST(COALESCE(SUM(e.value * CAST({days} AS SMALLINT)), 0) AS DOUBLE) / {unit} AS amount\n"
        f"FROM watched AS s LEFT JOIN running AS e ON e.entity = s.entity AND e.begins < s.last_day\n"
        f"AND (e.ends IS NULL OR (e.ends > s.first_day AND e.ends > e.begins)) AND s.first_day < s.last_day\n"
        f"GROUP BY s.entity, s.as_of, s.left_at, s.competing_at"
    )


def _day_after(moment: str, days: int) -> str:
    return f"CAST({moment} + INTERVAL '{days}' DAY AS DATE)"
