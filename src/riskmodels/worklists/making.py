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
from riskmodels.worklists.choosing import EXPLORATION, KINDS, choose
from riskmodels.worklists.coming_first import who_comes_first
from riskmodels.worklists.fitness import refuse_stale, without_those_left_off
from riskmodels.worklists.mapping import Point, points_of
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from riskmodels.scoring import Scorer

__all__ = ["NOT_EVIDENCE", "Worklist", "make_worklist"]

REASONS = 3
PLACE = ["entity", "where", "kind", "chance", "band", "reasons", "flags"]
NOT_EVIDENCE = "A score is not evidence. Nobody may act against anybody on it."


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
        How many were ranked, and how many were left out beforehand.
    left_off : mapping of str to int
        How many the policy leaves off, by the reason in words.
    still_waiting : int
        How many come first, whatever the score, and find no place because the list is too short.
    kept_off_first : int
        How many would come first, and an objection, a restriction or a protected address keeps them off every list.
    waiting_too_long : int
        How many wait longer than anybody may, with a place or without.
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
    left_off: Mapping[str, int]
    still_waiting: int
    kept_off_first: int
    waiting_too_long: int
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
            "left_off": dict(self.left_off),
            "still_waiting": self.still_waiting,
            "kept_off_first": self.kept_off_first,
            "waiting_too_long": self.waiting_too_long,
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
        _refuse_amounts(scorer)
        asked = _allowed(scorer.policy.worklist, name)
        places = scorer.policy.capacity if length is None else length
        _refuse_length(scorer, places)
        case, seed = from_dict(scorer.definition, ws.contracts), f"{name} {as_of.isoformat()} {scorer.version}"
        refuse_stale(case, ws.lake, as_of, scorer.policy)
        progress("building what is known on the day", 0.1)
        here, left_off = without_those_left_off(scorer.definition, ws, present(case, ws.lake, as_of), asked.leave_off)
        first = None if asked.first is None else who_comes_first(scorer.definition, ws, as_of, asked.first)
        progress("scoring", 0.6)
        column = spread_by or asked.spread_by
        where = None if column is None else lies_in(case, ws.lake, here, column)
        before = 0 if first is None else min(places, len(first.frame))
        scored = _by_score(scorer, here, where, places=places - before, asked=asked, seed=seed)
        frame = scored.frame if first is None else pd.concat([first.frame.head(places), scored.frame])
        progress("turning pseudonyms back", 0.9)
        return Worklist(
            frame=_named(ws, case, frame),
            case_name=name,
            purpose=case.purpose,
            basis=scored.basis,
            as_of=as_of,
            version=scorer.version,
            approved_until=scorer.approved_until,
            conditions=scorer.conditions.other,
            population=len(here.entity),
            excluded=here.excluded,
            left_off=left_off,
            still_waiting=0 if first is None else len(first.frame) - before,
            kept_off_first=0 if first is None else first.left_out,
            waiting_too_long=0 if first is None else first.too_long,
            policy=asked,
            seed=seed,
            points=points_of(ws, case, asked, frame["entity"].tolist()),
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


def _refuse_length(scorer: Scorer, places: int) -> None:
    signed = scorer.longest_list
    longest = scorer.policy.capacity if signed is None else min(signed, scorer.policy.capacity)
    if not 1 <= places <= longest:
        raise RefusedError(
            f"a list of {places:,} was asked for",
            expected=f"from 1 to {longest:,} places: what was audited, and what the approval says",
            next_step="Ask for a shorter list, or have a longer one audited and signed.",
            who="the deciding role",
        )


@dataclass(frozen=True, eq=False)
class _Scored:
    """The places that the score gives: ``entity, where, kind, chance, band, reasons, flags``, and what they rest on."""

    frame: pd.DataFrame
    basis: str


def _by_score(
    scorer: Scorer,
    here: Present,
    where: npt.NDArray[np.str_] | None,
    *,
    places: int,
    asked: WorklistPolicy,
    seed: str,
) -> _Scored:
    purpose, promotion = scorer.purposes[0], scorer.policy.promotion
    if places == 0 or not len(here.entity):
        return _Scored(pd.DataFrame(columns=PLACE), "nothing: nobody was listed by a score")
    scored = scorer.score(here.inputs, purpose=purpose)
    chosen = choose(
        here.entity,
        scored["score"].to_numpy(dtype=np.float64),
        length=places,
        explore_share=asked.explore_share,
        random_band=0 if promotion is None else promotion.random_band,
        group=where,
        seed=seed,
    ).frame
    rows = chosen["row"].to_numpy()
    said = scorer.score(here.inputs.iloc[rows], purpose=purpose, reasons=REASONS)
    reasons = [
        KINDS[EXPLORATION] if kind == EXPLORATION else "; ".join(words)
        for kind, words in zip(chosen["kind"], said["reasons"], strict=True)
    ]
    frame = pd.DataFrame(
        {
            "entity": here.entity[rows],
            "where": "" if where is None else where[rows],
            "kind": [KINDS[kind] for kind in chosen["kind"]],
            "chance": chosen["chance"].to_numpy(),
            "band": said["band"].to_numpy(),
            "reasons": reasons,
            "flags": ["; ".join(one) for one in said["flags"]],
        }
    )
    return _Scored(frame, str(scored["basis"].iloc[0]))


def _named(ws: Workspace, case: UseCase, frame: pd.DataFrame) -> pd.DataFrame:
    names = ws.lake.references(case.population.extract, case.entity_kind, frame["entity"].tolist())
    named = frame.assign(place=range(1, len(frame) + 1), reference=[names[one] for one in frame["entity"]])
    return named[["place", "reference", *PLACE[1:]]]
