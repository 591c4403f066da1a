"""Check a version from outside, as anybody may: signatures, the log, the gate as it was then, and what is published."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskmodels.errors import UserError
from riskmodels.governance.admission import said_at
from riskmodels.governance.attestations import Promotion
from riskmodels.governance.envelopes import opened
from riskmodels.governance.evidence import Evidence
from riskmodels.governance.facts import CandidateFacts
from riskmodels.governance.gate import decide
from riskmodels.governance.log import LogEntry, check_heads, verify_chain
from riskmodels.governance.pack import Pack
from riskmodels.governance.root_chain import opened_root
from riskmodels.governance.verification import gather, verify_promotion
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainingTable
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.published import card_items

__all__ = ["Held", "rederive", "verify_full", "verify_public"]

_STATEMENT = re.compile(r"\b[0-9a-f]{64}\b")


def rederive(
    table: TrainingTable, files: Mapping[str, bytes], facts: CandidateFacts, *, policy: ModelPolicy, **options: Any
) -> tuple[Held, ...]:
    """Work every thresholded figure out again; see :func:`riskmodels.registry.auditing.rederiving.rederive`."""
    from riskmodels.registry.auditing import rederiving  # it needs what training needs; a look from outside does not

    return rederiving.rederive(table, files, facts, policy=policy, **options)


def verify_full(
    pack: Pack,
    entries: Sequence[LogEntry],
    card: bytes | None,
    *,
    table: TrainingTable,
    files: Mapping[str, bytes],
    pin: str | None,
    at: datetime.datetime,
    run: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[Held, ...]:
    """Check a version as an auditor with the full pack does: all that is public, and every figure worked out again.

    Parameters
    ----------
    pack, entries, card, pin, at
        See :func:`verify_public`.
    table : TrainingTable
        The retained inputs.
    files : mapping of str to bytes
        The bundle's files, as they were checked.
    run : mapping, optional
        The figures that the run printed, from its ``run.json``.
    """
    public = verify_public(pack, entries, card, pin=pin, at=at)
    evidence = gather(pack, pin=pin, at=at)
    facts, policy = evidence.facts, evidence.root.policies.get(pack.model)
    if policy is None:
        return (*public, Held("Every figure", None, "the trust root in force does not govern this model"))
    told = () if run is None else (_run_agrees(run, facts),)
    return (*public, *told, *rederive(table, files, facts, policy=policy, **options))


def verify_public(
    pack: Pack, entries: Sequence[LogEntry], card: bytes | None, *, pin: str | None, at: datetime.datetime
) -> tuple[Held, ...]:
    """Check all that can be checked of a version without a single row of data.

    Parameters
    ----------
    pack : Pack
        Everything that was signed about it.
    entries : sequence of LogEntry
        The whole decision log.
    card : bytes or None
        The published ``card.json``; None where it is not here.
    pin : str or None
        Digest of the first trust root; without one, the first root vouches for itself, and that is said.
    at : datetime
        Now, in UTC.

    Returns
    -------
    tuple of Held
        One for each thing, in the order that it was looked at.
    """
    try:
        evidence = gather(pack, pin=pin, at=at)
    except UserError as error:
        return (Held("Trust roots and the author's signature", False, error.found), *_log(entries, None, ()))
    promotions = _promotions(pack, evidence)
    return (
        *_signatures(pack, evidence, pin),
        *_log(entries, evidence, promotions),
        *_decisions(pack, entries, promotions, evidence, pin),
        *card_items(card, evidence.facts),
    )


def _signatures(pack: Pack, evidence: Evidence, pin: str | None) -> Iterator[Held]:
    chain = f"{len(pack.roots)} trust {'root' if len(pack.roots) == 1 else 'roots'}, each signed by the one before it"
    if pin is None:
        yield Held("Trust roots", None, f"{chain}; no root is pinned here, so the first one vouches for itself")
    else:
        yield Held("Trust roots", True, f"{chain}, from the one that is pinned")
    yield Held(
        "Author's signature", True, f"by the {evidence.author.title}, on candidate {evidence.candidate_digest[:16]}"
    )
    counted = {
        "words": len(evidence.words),
        "made it again": len(evidence.reproduced),
        "ordered it to stop": len(evidence.suspensions),
        "approved retrains": len(evidence.standing),
    }
    said = ", ".join(f"{many} {kind}" for kind, many in counted.items() if many) or "nobody has signed yet"
    yield Held("Signatures of people", True, said)
    for one in evidence.discarded:
        yield Held(f"A signature that does not count ({one.kind})", False, one.why)
    try:
        newest = verify_promotion(pack, evidence)
        why = f"version {newest.version} as {newest.alias}, approved until {newest.approved_until:%d %B %Y}"
        yield Held("Countersignature of the registry", True, why)
    except UserError as error:
        yield Held("Countersignature of the registry", None, error.found)


def _promotions(pack: Pack, evidence: Evidence) -> tuple[Promotion, ...]:
    """Give every promotion in a pack that the registry's server signed."""
    found = []
    for text in pack.attestations:
        alone = pack.model_copy(update={"attestations": (text,)})
        try:
            found.append(verify_promotion(alone, evidence))
        except UserError:  # it is something else, or does not count, which is said above
            continue
    return tuple(sorted(found, key=lambda one: one.at))


def _log(entries: Sequence[LogEntry], evidence: Evidence | None, promotions: Sequence[Promotion]) -> Iterator[Held]:
    try:
        head = verify_chain(entries)
    except UserError as error:
        yield Held("Chain of the decision log", False, error.found)
        return
    yield Held(
        "Chain of the decision log", True, f"{len(entries)} entries, none altered, moved or removed; head {head}"
    )
    if evidence is None:
        return
    heads = [one for one in _heads(evidence, promotions) if one is not None]
    try:
        check_heads(entries, heads)
        yield Held("Heads that were signed", True, f"the log still holds all {len(heads)}")
    except UserError as error:
        yield Held("Heads that were signed", False, error.found)
    for one in promotions:
        there = any(_tells_of(entry, one) for entry in entries)
        what = f"Promotion of {one.at:%d %B %Y} in the log"
        yield Held(what, there, "it is there" if there else "it was countersigned, and the log does not tell of it")


def _heads(evidence: Evidence, promotions: Sequence[Promotion]) -> Iterator[str | None]:
    yield evidence.facts.log_head
    yield from (one.word.log_head for one in evidence.words)
    yield from (one.statement.log_head for one in evidence.reproduced)
    yield from (one.statement.log_head for one in evidence.suspensions)
    yield from (one.statement.log_head for one in evidence.standing)
    yield from (one.log_head if not one.log_head.startswith("0:") else None for one in promotions)


def _tells_of(entry: LogEntry, one: Promotion) -> bool:
    return entry.event == "promoted" and (entry.model, entry.version, entry.alias, entry.candidate_digest) == (
        one.model,
        one.version,
        one.alias,
        one.candidate_digest,
    )


def _decisions(
    pack: Pack, entries: Sequence[LogEntry], promotions: Sequence[Promotion], evidence: Evidence, pin: str | None
) -> Iterator[Held]:
    """Ask the gate again, as things stood when each promotion was made."""
    handed_in = dict(_handed_in(entries))
    for one in promotions:
        what = f"The gate, asked again for {one.at:%d %B %Y}"
        try:
            decision = decide(gather(_as_of(pack, one, handed_in), pin=pin, at=one.at))
        except UserError as error:
            yield Held(what, False, error.found)
            continue
        same = (decision.passed, decision.approved_until, decision.conditions) == (
            True,
            one.approved_until,
            one.conditions,
        )
        if same:
            yield Held(what, True, f"{len(decision.checks)} checks pass, until the same day and on the same conditions")
        else:
            reasons = "; ".join(f"{each.name}: {each.found}" for each in decision.reasons)
            yield Held(what, False, reasons or "it passes until another day, or on other conditions")
    now = decide(evidence)
    failing = "; ".join(f"{each.name}: {each.found}" for each in now.reasons)
    if not promotions:
        why = f"it was never promoted. Asked now, it {'passes' if now.passed else f'does not pass: {failing}'}"
        yield Held("The gate, asked again", None, why)


def _handed_in(entries: Sequence[LogEntry]) -> Iterator[tuple[str, int]]:
    """Give the number of the entry that tells of each statement, by the statement's digest."""
    for one in entries:
        told = _STATEMENT.search(one.detail)
        if one.event in ("signed", "suspended") and told is not None:
            yield told[0], one.number


def _as_of(pack: Pack, one: Promotion, handed_in: Mapping[str, int]) -> Pack:
    """Give a pack as it stood when it was promoted: the trust root in force, and what had been handed in by then."""
    digests = [opened_root(text).root.digest for text in pack.roots]
    known = digests.index(one.root_digest) + 1 if one.root_digest in digests else len(digests)
    head = int(one.log_head.partition(":")[0])

    def by_then(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if _was_there(text, one.at, head, handed_in))

    return pack.model_copy(
        update={
            "roots": pack.roots[:known],
            "attestations": by_then(pack.attestations),
            "standing": by_then(pack.standing),
        }
    )


def _was_there(text: str, moment: datetime.datetime, head: int, handed_in: Mapping[str, int]) -> bool:
    """Say whether a statement was handed in by then: the log knows, and else its own date says."""
    try:
        said = opened(text)
    except UserError:  # it counts for nothing either way
        return False
    number = handed_in.get(said.digest)
    return number <= head if number is not None else said_at(said.attestation) <= moment


def _run_agrees(run: Mapping[str, Any], facts: CandidateFacts) -> Held:
    """Hold the figures that a run printed against those that were signed."""
    signed = {one: {name: each.value for name, each in held.items()} for one, held in facts.model.metrics.items()}
    printed = {
        one: {name: each.get("value") for name, each in held.items()} for one, held in run.get("metrics", {}).items()
    }
    same = printed == signed
    return Held("Figures that the run printed", same, "as signed" if same else "they are not those that were signed")
