"""Whether a list may be made of what is known, and who is left off it although the model ranks them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from riskmodels.errors import RefusedError
from riskmodels.features import UseCase
from riskmodels.features.present import Present, those_meeting
from riskmodels.lake import Lake
from riskmodels.policy import LeftOffList, ModelPolicy
from riskmodels.worklists.coming_first import with_condition
from riskmodels.workspace import Workspace

__all__ = ["refuse_stale", "without_those_left_off"]


def refuse_stale(case: UseCase, lake: Lake, as_of: datetime.date, policy: ModelPolicy) -> None:
    """Refuse a list for a day that the lake knows too little of: an old register would accuse who has done right.

    Raises
    ------
    RefusedError
        If an extract's newest row is older, by the day of the list, than the signed policy allows.
    """
    if policy.promotion is None:
        return
    most = policy.promotion.freshness_days.most
    report = lake.quality([*case.moving_extracts()])
    newest = {one.extract: one.last_known for one in report.extracts}
    old = [
        f"{name} ends {'nowhere' if last is None else format(last, '%d %B %Y')}"
        for name, last in newest.items()
        if last is None or (as_of - last.date()).days > most
    ]
    if old:
        raise RefusedError(
            f"no list is made for {as_of:%d %B %Y}, of which the lake knows too little: {'; '.join(old)}",
            expected=f"rows no more than {most:g} days older than the day of the list",
            next_step="Deliver the extracts, or make the list for an earlier day.",
            who="whoever runs the data lake",
        )


def without_those_left_off(
    definition: Mapping[str, Any], ws: Workspace, here: Present, asked: Sequence[LeftOffList]
) -> tuple[Present, dict[str, int]]:
    """Leave off who meets a condition of the policy, and count them by its words.

    Parameters
    ----------
    definition : mapping of str to Any
        The use case as the model was trained on it.
    ws : Workspace
        Where the lake is.
    here : Present
        The population of the day.
    asked : sequence of LeftOffList
        The conditions, one after the other.
    """
    counted = {}
    for one in asked:
        off = those_meeting(with_condition(definition, one.having, ws.contracts), ws.lake, here)
        counted[one.says] = int(off.sum())
        here = dataclasses.replace(here, entity=here.entity[~off], inputs=here.inputs[~off].reset_index(drop=True))
    return here, counted
