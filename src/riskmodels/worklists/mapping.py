"""Where the places of a list lie, for an officer's map: from the National Grid to longitude and latitude."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.features import UseCase
from riskmodels.policy import WorklistPolicy
from riskmodels.workspace import Workspace

__all__ = ["Point", "points_of"]

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""

_NATIONAL_GRID, _WGS_84 = "EPSG:27700", "EPSG:4326"


def points_of(ws: Workspace, case: UseCase, asked: WorklistPolicy, entities: Sequence[int]) -> dict[str, Point]:
    """Give the points of entities by reference, where the policy names the columns that hold them.

    Within about five metres: nothing is fetched to make it finer.
    """
    if asked.easting is None or asked.northing is None or not entities:
        return {}
    from pyproj import Transformer

    extract = case.population.extract
    listed = ", ".join(str(int(one)) for one in entities)
    found = ws.lake.query(
        f'SELECT "{case.entity}" AS entity, MAX("{asked.easting}") AS x, MAX("{asked.northing}") AS y '
        f'FROM {extract.folder()} WHERE _superseded_from IS NULL AND "{case.entity}" IN ({listed}) '
        f'AND "{asked.easting}" IS NOT NULL AND "{asked.northing}" IS NOT NULL GROUP BY "{case.entity}"'
    ).to_pylist()
    names = ws.lake.references(extract, case.entity_kind, [row["entity"] for row in found])
    to_degrees = Transformer.from_crs(_NATIONAL_GRID, _WGS_84, always_xy=True)
    return {names[row["entity"]]: to_degrees.transform(float(row["x"]), float(row["y"])) for row in found}
