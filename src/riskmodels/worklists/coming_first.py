"""Who comes before everybody that a score lists, the longest wait first: a duty is not a matter of ranking."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pandas as pd

from riskmodels.features.present import present
from riskmodels.features.serialise import from_dict
from riskmodels.policy import FirstOnList
from riskmodels.worklists.choosing import FIRST, KINDS
from riskmodels.workspace import Workspace

__all__ = ["who_comes_first"]


def who_comes_first(
    definition: Mapping[str, Any], ws: Workspace, as_of: datetime.date, asked: FirstOnList
) -> pd.DataFrame:
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

    Returns
    -------
    DataFrame
        ``entity, where, kind, chance, band, reasons, flags``; the longest wait first, equal waits by pseudonym.

    Raises
    ------
    DefinitionError
        If the condition or the feature is not one of the use case.
    """
    population = dict(definition["population"]) | {"having": asked.having}
    case = from_dict(dict(definition) | {"population": population}, ws.contracts)
    unit = case.feature(asked.longest).unit
    here = present(case, ws.lake, as_of)
    waits = pd.DataFrame({"entity": here.entity, "wait": here.inputs[asked.longest].to_numpy()})
    waits = waits.sort_values(["wait", "entity"], ascending=[False, True], na_position="first", ignore_index=True)
    told = ["not known" if pd.isna(wait) else f"{wait:,.0f} {unit or ''}".strip() for wait in waits["wait"]]
    return pd.DataFrame(
        {
            "entity": waits["entity"],
            "where": "",
            "kind": KINDS[FIRST],
            "chance": 1.0,
            "band": "",
            "reasons": [f"{asked.says}: {wait}" for wait in told],
            "flags": "",
        }
    )
