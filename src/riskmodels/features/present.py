"""Who is in a use case's population on one day, and what a model may know of them: for scoring, not for training."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import DefinitionError
from riskmodels.features.build import build_features, meeting_having, population, spine_of
from riskmodels.features.compile.places import places_query
from riskmodels.features.encode import encode, model_columns
from riskmodels.features.protected import excluded

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase
    from riskmodels.lake import Lake

__all__ = ["Present", "lies_in", "present", "those_meeting"]


@dataclass(frozen=True, eq=False)
class Present:
    """The population on one day.

    Attributes
    ----------
    as_of : date
        The day.
    entity : int array, shape (n_rows,)
        Pseudonyms, ascending.
    inputs : DataFrame, shape (n_rows, n_columns)
        What the model takes, as it was known that day.
    excluded : int
        How many were left out for an objection, a restriction or a protected address.
    excluded_of_these : int
        How many of those meet the population's further condition on features too.
    """

    as_of: datetime.date
    entity: npt.NDArray[np.int64]
    inputs: pd.DataFrame
    excluded: int
    excluded_of_these: int = 0


def present(case: UseCase, lake: Lake, as_of: datetime.date) -> Present:
    """Find the population of a day and compute its features, with exclusions honoured as they stand today.

    Parameters
    ----------
    case : UseCase
        The definition; for scoring, the one that is frozen in the model's bundle.
    lake : Lake
        The extracts to read.
    as_of : date
        The day, as it begins.

    Raises
    ------
    BuildError
        If the population is empty.
    LakeError
        If an extract is missing, unreadable or holds too many bad rows.
    """
    people = population(case, lake, [datetime.datetime.combine(as_of, datetime.time())])
    out = excluded(case, lake, people)
    met = meeting_having(case, lake, people)
    kept, of_these = _without(met, people[out])
    if kept.empty:
        nothing = pd.DataFrame({column.name: np.zeros(0) for column in model_columns(case.features)})
        return Present(as_of, np.zeros(0, dtype=np.int64), nothing, int(out.sum()), of_these)
    values = build_features(case, lake, spine_of(kept))
    entity = values["entity"].to_numpy(dtype=np.int64)
    return Present(as_of, entity, encode(values, case.features), int(out.sum()), of_these)


def _without(met: pd.DataFrame, out: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    gone = met["entity"].isin(out["entity"])
    return met[~gone].reset_index(drop=True), int(gone.sum())


def those_meeting(case: UseCase, lake: Lake, here: Present) -> npt.NDArray[np.bool_]:
    """Say who of a day's population meets another use case's further condition on features, ``having``.

    Parameters
    ----------
    case : UseCase
        With the same features; its condition is asked.
    lake : Lake
        The extracts to read.
    here : Present
        The population.

    Returns
    -------
    bool array, shape (n_rows,)
    """
    people = pd.DataFrame({"entity": here.entity, "as_of": pd.Timestamp(here.as_of)})
    met = meeting_having(case, lake, people) if len(people) else people
    return np.isin(here.entity, met["entity"].to_numpy(dtype=np.int64))


def lies_in(case: UseCase, lake: Lake, here: Present, column: str) -> npt.NDArray[np.str_]:
    """Say where each of the population lies: a column, such as ``ward_name``, of the extract that owns small areas.

    Parameters
    ----------
    case : UseCase
        Whose population's extract has an area key.
    lake : Lake
        The extracts to read.
    here : Present
        The population.
    column : str
        A column of an extract whose row is keyed by area.

    Returns
    -------
    text array, shape (n_rows,)
        Empty where it is not known.

    Raises
    ------
    DefinitionError
        If the population has no area, or no extract of areas has the column.
    """
    home = case.population.extract.key_column("area")
    owners = [
        one
        for one in lake.contracts.values()
        if column in one.columns() and one.key_column("area") and one.key_column(case.entity_kind) is None
    ]
    if home is None or not owners:
        raise DefinitionError(
            f"nothing says in which {column!r} an entity of {case.name} lies",
            expected="a population with an area key, and an extract of areas with that column",
            next_step="Name a column of such an extract, for example ward_name, or do not spread the list.",
            who="the data scientist who owns the use case",
        )
    places, area = owners[0], owners[0].key_column("area")
    lake.prepare(places)
    spine = pd.DataFrame({"entity": here.entity, "as_of": pd.Timestamp(here.as_of)})
    lake.put("listed", spine_of(spine))
    homes = places_query(case.population.extract, case.entity, home, "listed")
    found = lake.query(
        f"SELECT e.entity, MAX(a.name) AS name FROM ({homes}) AS e LEFT JOIN "
        f'(SELECT DISTINCT "{area}" AS area, "{column}" AS name FROM {places.folder()} '
        f"WHERE _superseded_from IS NULL) AS a ON a.area = e.area GROUP BY e.entity"
    )
    lake.drop("listed")
    names = dict(zip(found.column("entity").to_pylist(), found.column("name").to_pylist(), strict=True))
    return np.array([names.get(one) or "" for one in here.entity.tolist()], dtype=np.str_)
