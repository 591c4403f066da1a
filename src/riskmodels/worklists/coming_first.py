"""Who comes before everybody that a score lists, the longest wait first: a duty is not a matter of ranking."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from riskmodels.features import UseCase
from riskmodels.features.present import present
from riskmodels.features.serialise import from_dict
from riskmodels.lake import Extract
from riskmodels.policy import FirstOnList
from riskmodels.worklists.choosing import FIRST, KINDS
from riskmodels.workspace import Workspace

__all__ = ["ComingFirst", "who_comes_first", "with_condition"]


@dataclass(frozen=True, eq=False)
class ComingFirst:
    """Who comes before everybody that a score lists.

    Attributes
    ----------
    frame : DataFrame
        ``entity, where, kind, chance, band, reasons, flags``; the longest wait first, equal waits by pseudonym.
    left_out : int
        How many more there are whom an objection, a restriction or a protected address keeps off every list.
    too_long : int
        How many wait longer than anybody may.
    """

    frame: pd.DataFrame
    left_out: int
    too_long: int


def who_comes_first(
    definition: Mapping[str, Any], ws: Workspace, as_of: datetime.date, asked: FirstOnList
) -> ComingFirst:
    """Find whom the policy puts first on a day.

    Parameters
    ----------
    definition : mapping of str to Any
        The use case as the model was trained on it.
    ws : Workspace
        Where the lake is.
    as_of : date
        The day.
    asked : FirstOnList
        The condition in place of the population's own, and what they wait for.

    Raises
    ------
    DefinitionError
        If the condition or the feature is not one of the use case.
    """
    case = with_condition(definition, asked.having, ws.contracts)
    unit = case.feature(asked.longest).unit
    here = present(case, ws.lake, as_of)
    waits = pd.DataFrame({"entity": here.entity, "wait": here.inputs[asked.longest].to_numpy()})
    waits = waits.sort_values(["wait", "entity"], ascending=[False, True], na_position="first", ignore_index=True)
    told = ["not known" if pd.isna(wait) else f"{wait:,.0f} {unit or ''}".strip() for wait in waits["wait"]]
    frame = pd.DataFrame(
        {
            "entity": waits["entity"],
            "where": "",
            "kind": KINDS[FIRST],
            "chance": 1.0,
            "band": "",
            "reasons": [f"{asked.says}: {wait}, as the records know it" for wait in told],
            "flags": "",
        }
    )
    too_long = 0 if asked.too_long is None else int((waits["wait"] >= asked.too_long).sum())
    return ComingFirst(frame, here.excluded_of_these, too_long)


def with_condition(definition: Mapping[str, Any], having: str, contracts: Mapping[str, type[Extract]]) -> UseCase:
    """Give the use case with another condition on its features in place of the population's own."""
    population = dict(definition["population"]) | {"having": having}
    return from_dict(dict(definition) | {"population": population}, contracts)
