"""The demo's story after training: refused, completed, made again, signed, promoted, scored, suspended, refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riskmodels.deciding import going_live, words
from riskmodels.deciding.confirming import confirm
from riskmodels.deciding.keys import read_signer
from riskmodels.deciding.put_forward import put_forward
from riskmodels.deciding.reproducing import reproduce
from riskmodels.demo.council import DEMO_PASSPHRASE
from riskmodels.errors import RefusedError
from riskmodels.governance.attestations import Waiver
from riskmodels.governance.decision import Decision
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.measured_checks import undecided
from riskmodels.promotion_policy import Quorum
from riskmodels.records import AmountEvaluation, Evaluation
from riskmodels.results import RunResult
from riskmodels.worklists.choosing import KINDS
from riskmodels.worklists.making import NOT_EVIDENCE, make_worklist
from riskmodels.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd
    from securesystemslib.signer import CryptoSigner

__all__ = ["Act", "tell_the_story"]

Clock = Callable[[], datetime.datetime]
Progress = Callable[[str, float], None]

_REASONS = {
    "data_protection_officer": "The assessment is complete for this demonstration; real residents would be told first",
    "equality_lead": "Too few people to say for single groups; acceptable only with a plan to find out",
    "ethics_board": "It serves its one purpose and nothing else; we ask to see whether it helps",
    "caldicott_guardian": "No more is read of a person than the purpose needs, and nobody's support rests on a score",
    "siro": "The risk that is left is small, and what could not be shown is to be found out within half a year",
    "accountable_officer": "I have read the equality impact assessment. Officers decide each case",
}
_ANY_ROLE = "Read, and acceptable for a demonstration"
_OVERRULES = "Advice is followed: the plan to collect is part of the approval"
_PLAN = "Record the characteristic wherever people are met, and audit again when a year of it is known"
_HALF_A_YEAR = datetime.timedelta(days=182)


@dataclass(frozen=True)
class Act:
    """One act of the story: what was done, and what came of it."""

    title: str
    lines: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"act": self.title, "lines": list(self.lines)}


def tell_the_story(ws: Workspace, result: RunResult, *, pin: str, clock: Clock, progress: Progress) -> tuple[Act, ...]:
    """Walk a candidate of the demo through the gate, into use and out of it, with demo keys.

    Where the gate still refuses at the end, as it may on a very small demo, the story says so and stops there.

    Parameters
    ----------
    ws : Workspace
        The demo's, whose council was founded.
    result : RunResult
        The run, put forward.
    pin : str
        Digest of the first trust root.
    clock : callable
        Gives now, in UTC.
    progress : callable
        Told the stage and the share of it that is done.
    """
    name = result.model.case_name
    acts = [Act("Put forward, and refused", _refusal(result.gate))]
    version, completed = _complete(ws, result, clock())
    acts.append(completed)
    progress("making it again", 0.0)
    made = reproduce(ws, name, version, _signer(ws, "reproducer"), at=clock(), progress=progress)
    acts.append(Act("Made again by somebody else", tuple(made.lines())))
    acts.append(_signed(ws, name, version, clock))
    try:
        live = going_live.promote(ws, name, version, alias=None, at=clock())
    except RefusedError as error:
        return (*acts, Act("Refused all the same", tuple(error.found.split("; "))))
    until = live.decision.approved_until
    acts.append(Act("Live", (f"Version {version} is live as {live.alias}, approved until {until:%d %B %Y}.",)))
    return (*acts, *_used_and_stopped(ws, result, version, pin, clock))


def _complete(ws: Workspace, result: RunResult, at: datetime.datetime) -> tuple[int, Act]:
    name = result.model.case_name
    confirmed = confirm(ws, name, at=at)
    forward = put_forward(ws, name, result.folder, author=_signer(ws, "author"), at=at)
    if forward.version is None:
        raise RefusedError(
            f"{name} was not registered: {forward.why_not}",
            expected="the demo's own council, whose keys were made a moment ago",
            next_step="Run the demo again in another folder.",
            who="whoever runs the demo",
        )
    lines = [f"{one.document}: confirmed ({'; '.join(one.changed) or 'nothing had changed'})" for one in confirmed]
    lines.append(f"Put forward again, the same model, as version {forward.version}.")
    return forward.version, Act("Documents completed", (*lines, *_refusal(forward.decision)))


def _signed(ws: Workspace, name: str, version: int, clock: Clock) -> Act:
    lines = []
    asked = ws.policy(name).promotion
    quorum = Quorum() if asked is None else asked.quorum
    for role in (*quorum.advise, *quorum.accept_risk, *quorum.decide):
        reasons = _REASONS.get(role, _ANY_ROLE)
        evidence = going_live.evidence_of(ws, name, version, at=clock())
        registry = going_live.registry_of(ws)
        said = words.word(
            evidence,
            _signer(ws, role),
            role=role,
            decision="approve",
            reasons=reasons,
            waivers=_waivers(evidence) if role in quorum.accept_risk else (),
            overrules=_OVERRULES if role in quorum.decide else None,
            log_head=registry.head(),
        )
        registry.attach(name, version, said)
        lines.append(f"{role.replace('_', ' ')}: approve. {reasons}.")
    return Act("Signed with demo keys", tuple(lines))


def _waivers(evidence: Evidence) -> tuple[Waiver, ...]:
    groups = tuple(undecided(evidence.facts))
    if not groups:
        return ()
    return (
        Waiver(
            check="bias",
            groups=groups,
            reason=_REASONS["siro"],
            plan=_PLAN,
            expires=evidence.at.date() + _HALF_A_YEAR,
        ),
    )


def _used_and_stopped(ws: Workspace, result: RunResult, version: int, pin: str, clock: Clock) -> tuple[Act, ...]:
    from riskmodels import scoring

    name, table = result.model.case_name, result.table
    newest = table.spine["as_of"] == table.spine["as_of"].max()
    rows = table.X.loc[newest.to_numpy()].reset_index(drop=True)
    with scoring.load(name, registry=ws.registry_uri, pin=pin, clock=clock, watched=False) as scorer:
        scores = scorer.score(rows, purpose=table.purpose, reasons=3)
        said = [f"{len(scores):,} cases scored with version {scorer.version}, for {table.purpose}."]
        said += _said_of(scores, result.model.evaluation)
        said.append(_try_again(lambda: scorer.score(rows, purpose="enforcement")))
        listed = Act("Asked for a list", _listed(ws, name, table.spine["as_of"].max().date(), clock))
        going_live.suspend(
            ws,
            name,
            _signer(ws, "data_protection_officer"),
            role="data_protection_officer",
            reason="To show that anybody who signs may stop it",
            version=version,
            at=clock(),
        )
        scorer.refresh()
        stopped = _try_again(lambda: scorer.score(rows, purpose=table.purpose))
    return Act("Scored", tuple(said)), listed, Act("Suspended, and refused", (stopped,))


def _said_of(scores: pd.DataFrame, evaluation: Evaluation | AmountEvaluation) -> list[str]:
    """Say what scores came to: reasons of the case at the top, or totals where amounts are expected."""
    if isinstance(evaluation, AmountEvaluation):
        return [f"Expected of them in all: {scores['expected'].sum():,.0f} {evaluation.unit}.", *_totals(evaluation)]
    first = scores.sort_values("rank").iloc[0]
    reasons = [f"  {reason}" for reason in first["reasons"]]
    return ["Reasons of the one at the top (made up, like everybody here):", *reasons]


def _totals(evaluation: AmountEvaluation) -> list[str]:
    found = evaluation.totals
    if found is None:
        return []
    wholes = [one for one in found.forecasts if not one.place]
    return [
        f"In all from {one.begins:%d %B %Y}, new starters with them: {one.expected:,.0f} {found.unit}"
        + ("." if one.low is None or one.high is None else f", {one.low:,.0f} to {one.high:,.0f} nine times in ten.")
        for one in wholes[-1:]
    ]


def _listed(ws: Workspace, name: str, as_of: datetime.date, clock: Clock) -> tuple[str, ...]:
    """Make the list of a service and count its places, or say why there is none."""
    try:
        made = make_worklist(ws, name, as_of=as_of, clock=clock)
    except RefusedError as error:
        return (f"Refused: {error.found}.",)
    kinds = [f"{KINDS[kind]}: {places:,}." for kind, places in made.by_kind.items() if places]
    return (f"{len(made.frame):,} places; {made.population:,} were ranked.", *kinds, made.policy.how, NOT_EVIDENCE)


def _try_again(score: Callable[[], object]) -> str:
    try:
        score()
    except RefusedError as error:
        return f"Refused: {error.found}."
    return "Not refused."


def _refusal(decision: Decision | None) -> tuple[str, ...]:
    if decision is None or decision.passed:
        return ("The gate passes.",)
    return tuple(f"{one.name}: {one.found}" for one in decision.reasons)


def _signer(ws: Workspace, role: str) -> CryptoSigner:
    return read_signer(ws, role, path=None, passphrase=DEMO_PASSPHRASE)
