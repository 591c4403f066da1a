"""Make a list from the live model: verified, for its purpose alone, no longer than what was signed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels import scoring
from riskmodels.deciding.going_live import pin_of
from riskmodels.errors import RefusedError
from riskmodels.features import UseCase
from riskmodels.features.present import Present, lies_in, present
from riskmodels.features.serialise import from_dict
from riskmodels.policy import WorklistPolicy
from riskmodels.worklists.choosing import Chosen, choose
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from riskmodels.scoring import Scorer

__all__ = ["KINDS", "NOT_EVIDENCE", "Point", "Worklist", "make_worklist"]

Point = tuple[float, float]
REASONS = 3
NOT_EVIDENCE = "A score is not evidence. Nobody may act against anybody on it."
KINDS = {
    "score": "Highest scores",
    "band": "Drawn among those near the end of the list",
    "exploration": "Drawn at random, to learn from",
}


@dataclass(frozen=True, eq=False)
class Worklist:
    """A list for a service, before it is written.

    Attributes
    ----------
    frame : DataFrame
        ``place, reference, where, kind, chance, band, reasons, flags``: a row a place.
    case_name, purpose, basis : str
        The use case, what the list is for, and what its order rests on: the model, or today's practice and why.
    as_of : date
        The day it is for.
    version : int
        Version of the model.
    approved_until : date
        Day from which the model may not serve.
    conditions : tuple of str
        What the approval is tied to, in words.
    population, excluded : int
        How many it was chosen from, and how many were left out beforehand.
    policy : WorklistPolicy
        How it was made, and how a place on it is to be met.
    seed : str
        What its draws rest on: the same makes the same list.
    points : mapping of str to (float, float)
        Longitude and latitude in degrees (WGS 84) by reference, where the policy names the columns that have them.
    """

    frame: pd.DataFrame
    case_name: str
    purpose: str
    basis: str
    as_of: datetime.date
    version: int
    approved_until: datetime.date
    conditions: tuple[str, ...]
    population: int
    excluded: int
    policy: WorklistPolicy
    seed: str
    points: Mapping[str, Point]

    @property
    def by_kind(self) -> dict[str, int]:
        """Count the places by kind."""
        return {kind: int((self.frame["kind"] == words).sum()) for kind, words in KINDS.items()}

    def as_json(self) -> dict[str, Any]:
        """Give what is known of the list, without a single place on it."""
        return {
            "model": self.case_name,
            "version": self.version,
            "purpose": self.purpose,
            "as_of": self.as_of.isoformat(),
            "basis": self.basis,
            "places": len(self.frame),
            "by_kind": self.by_kind,
            "population": self.population,
            "excluded": self.excluded,
            "approved_until": self.approved_until.isoformat(),
            "seed": self.seed,
        }


def make_worklist(
    ws: Workspace,
    name: str,
    *,
    as_of: datetime.date,
    length: int | None = None,
    spread_by: str | None = None,
    clock: Callable[[], datetime.datetime],
    progress: Callable[[str, float], None] = lambda stage, done: None,
) -> Worklist:
    """Make a use case's list for a day from the live model, as the signed policy says.

    Parameters
    ----------
    ws : Workspace
        Where the lake and the registry are.
    name : str
        The use case.
    as_of : date
        The day, as it begins.
    length : int, optional
        Places; the policy's capacity when not given, and never more than the approval's conditions allow.
    spread_by : str, optional
        A column of the extract of areas, such as ``ward_name``: places are then spread as the population is.
    clock : callable
        Gives now, in UTC.
    progress : callable, optional
        Told the stage and the share of it that is done.

    Raises
    ------
    RefusedError
        If lists are not made for this use case, it is longer than was signed, or the model may not serve.
    """
    progress("loading the live model", 0.0)
    pin = pin_of(ws, at=clock())
    with scoring.load(name, registry=ws.registry_uri, pin=pin, clock=clock, watched=False) as scorer:
        policy = scorer.policy
        _refuse_amounts(scorer)
        asked = _allowed(policy.worklist, name)
        places = policy.capacity if length is None else length
        _refuse_too_long(scorer, places)
        case = from_dict(scorer.definition, ws.contracts)
        progress("building what is known on the day", 0.1)
        here = present(case, ws.lake, as_of)
        progress("scoring", 0.7)
        scored = scorer.score(here.inputs, purpose=case.purpose)
        column = spread_by or asked.spread_by
        where = None if column is None else lies_in(case, ws.lake, here, column)
        seed = f"{name} {as_of.isoformat()} {scorer.version}"
        chosen = choose(
            here.entity,
            scored["score"].to_numpy(dtype=np.float64),
            length=places,
            explore_share=asked.explore_share,
            random_band=0 if policy.promotion is None else policy.promotion.random_band,
            group=where,
            seed=seed,
        )
        progress("putting the reasons in words", 0.8)
        rows = chosen.frame["row"].to_numpy()
        said = scorer.score(here.inputs.iloc[rows], purpose=case.purpose, reasons=REASONS)
        frame = _frame(ws, case, here, chosen, said, where)
        basis = str(scored["basis"].iloc[0])
        return Worklist(
            frame=frame,
            case_name=name,
            purpose=case.purpose,
            basis=basis,
            as_of=as_of,
            version=scorer.version,
            approved_until=scorer.approved_until,
            conditions=scorer.conditions.other,
            population=chosen.population,
            excluded=here.excluded,
            policy=asked,
            seed=seed,
            points=_points(ws, case, asked, here.entity[rows], frame["reference"]),
        )


def _allowed(asked: WorklistPolicy | None, name: str) -> WorklistPolicy:
    if asked is not None:
        return asked
    raise RefusedError(
        f"no list is made from {name}: its policy has no worklist",
        expected="a use case whose policy says how a list is made and how a place on it is met",
        next_step="Use what it was approved for. Where a list was meant, propose it in mlflow.yaml and have it signed.",
        who="the data protection officer, and the deciding role",
    )


def _refuse_amounts(scorer: Scorer) -> None:
    if scorer.task == "amount":
        raise RefusedError(
            f"{scorer.model} gives amounts, and no list of people or places is made from those: cost is not need",
            expected="a model of a risk, whose policy says how a list is made",
            next_step="Add the amounts up: scorer.totals(frame, by=..., purpose=...).",
            who="the data protection officer, and the deciding role",
        )


def _refuse_too_long(scorer: Scorer, places: int) -> None:
    longest = scorer.longest_list
    if longest is not None and places > longest:
        raise RefusedError(
            f"a list of {places:,} was asked for",
            expected=f"at most {longest:,} places, as the approval says",
            next_step="Ask for a shorter list, or have a longer one signed.",
            who="the deciding role",
        )


def _frame(
    ws: Workspace,
    case: UseCase,
    here: Present,
    chosen: Chosen,
    said: pd.DataFrame,
    where: npt.NDArray[np.str_] | None,
) -> pd.DataFrame:
    rows = chosen.frame["row"].to_numpy()
    entity = here.entity[rows]
    names = ws.lake.references(case.population.extract, case.entity_kind, entity.tolist())
    explored = chosen.frame["kind"].eq("exploration").to_numpy()
    reasons = [
        KINDS["exploration"] if drawn else "; ".join(words)
        for drawn, words in zip(explored, said["reasons"], strict=True)
    ]
    return pd.DataFrame(
        {
            "place": chosen.frame["place"].to_numpy(),
            "reference": [names[one] for one in entity.tolist()],
            "where": "" if where is None else where[rows],
            "kind": [KINDS[kind] for kind in chosen.frame["kind"]],
            "chance": chosen.frame["chance"].to_numpy(),
            "band": said["band"].to_numpy(),
            "reasons": reasons,
            "flags": ["; ".join(one) for one in said["flags"]],
        }
    )


def _points(
    ws: Workspace, case: UseCase, asked: WorklistPolicy, entity: npt.NDArray[np.int64], names: pd.Series[str]
) -> dict[str, Point]:
    if asked.longitude is None or asked.latitude is None:
        return {}
    extract = case.population.extract
    listed = ", ".join(str(one) for one in entity.tolist())
    found = ws.lake.query(
        f'SELECT "{case.entity}" AS entity, "{asked.longitude}" AS x, "{asked.latitude}" AS y FROM {extract.folder()} '
        f'WHERE _superseded_from IS NULL AND "{case.entity}" IN ({listed})'
    ).to_pylist()
    known = {row["entity"]: (float(row["x"]), float(row["y"])) for row in found if None not in (row["x"], row["y"])}
    return {name: known[one] for one, name in zip(entity.tolist(), names, strict=True) if one in known}
