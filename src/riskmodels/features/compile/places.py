"""Where each entity lies, and what its neighbours are like without it."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.features.builders import Feature
from riskmodels.features.compile.clauses import exact, indent, picked, snippet_sql, visible, within
from riskmodels.lake.contracts import Extract

__all__ = ["nearby_query", "places_query"]


def places_query(extract: type[Extract], key: str, area: str, as_of_dates: str) -> str:
    """Write the area of every entity at each as-of date: ``entity, as_of, area``, from its newest visible row."""
    folder = extract.folder()
    return (
        f'WITH newest AS (\nSELECT p."{key}" AS entity, d.as_of, MAX(p._order) AS row_rank\n'
        f"FROM (SELECT DISTINCT as_of FROM {as_of_dates}) AS d JOIN {folder} AS p ON {visible('p', 'd.as_of')}\n"
        f'WHERE p."{key}" IS NOT NULL\nGROUP BY p."{key}", d.as_of\n)\n'
        f'SELECT n.entity, n.as_of, p."{area}" AS area FROM newest AS n JOIN {folder} AS p ON p._order = n.row_rank'
    )


def nearby_query(extract: type[Extract], features: Sequence[Feature], key: str, places: str, spine: str) -> str:
    """Write the query over all entities of each area, less the entity's own part, so that nobody describes themself."""
    moments: dict[str, str] = {}
    values: list[str] = []
    for feature in features:
        made, value = _parts(feature)
        moments.update(made)
        values.append(f"CASE WHEN o.area IS NOT NULL THEN {value} END AS {feature.name}")
    own = [f"{text} AS {name}" for name, text in moments.items()]
    around = [f"SUM({name}) AS {name}" for name in moments]
    return (
        f"WITH own AS (\nSELECT\n  s.entity,\n  s.as_of,\n  s.area,\n  {indent(own)}\n"
        f'FROM {places} AS s LEFT JOIN {extract.folder()} AS e ON e."{key}" = s.entity AND {visible("e", "s.as_of")}\n'
        f"GROUP BY s.entity, s.as_of, s.area\n),\n"
        f"around AS (\nSELECT area, as_of, {', '.join(around)}\n"
        f"FROM own WHERE area IS NOT NULL GROUP BY area, as_of\n)\n"
        f"SELECT\n  s.entity,\n  s.as_of,\n  {indent(values)}\n"
        f"FROM {spine} AS s LEFT JOIN own AS o ON o.entity = s.entity AND o.as_of = s.as_of\n"
        f"LEFT JOIN around AS a ON a.area = o.area AND a.as_of = o.as_of"
    )


def _parts(feature: Feature) -> tuple[dict[str, str], str]:
    name = feature.name
    window = within("e", "s.as_of", feature.window)
    met = None if feature.where is None else snippet_sql(feature.where, "e", "s.as_of")
    # Places without rows join to nothing; their empty row must not count.
    there = "e._order IS NOT NULL"
    if feature.how in ("count", "share") or feature.expr is None:
        made = {f"{name}__met": f"COUNT(*){picked(there, window, met)}"}
        others = f"CAST(a.{name}__met - o.{name}__met AS DOUBLE)"
        if feature.how == "count":
            return made, others
        made[f"{name}__of"] = f"COUNT(*){picked(there, window)}"
        return made, f"{others} / NULLIF(a.{name}__of - o.{name}__of, 0)"
    value, unit = exact(feature.expr, "e", "s.as_of")
    made = {
        f"{name}__sum": f"COALESCE(SUM({value}){picked(there, window, met)}, 0)",
        f"{name}__n": f"COUNT({value}){picked(there, window, met)}",
    }
    scale = "" if unit == 1 else f" / {unit}"
    others = f"CAST(a.{name}__sum - o.{name}__sum AS DOUBLE){scale}"
    if feature.how == "total":
        return made, others
    return made, f"{others} / NULLIF(a.{name}__n - o.{name}__n, 0)"
