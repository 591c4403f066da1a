"""Commands of people who sign: keys, the trust root, words, reproduction and suspension."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from riskmodels.cli.commands import HERE, app
from riskmodels.cli.door import door
from riskmodels.cli.options import AsJson, AuthorKey, CaseName, Quiet, WorkspaceFolder
from riskmodels.cli.people import KeyFile, RoleName, Version, conditions_of, confirmed, now, passphrase, waivers_of

__all__ = [
    "confirm",
    "documents",
    "keys_new",
    "put_forward",
    "reproduce",
    "sign",
    "suspend",
    "trust_propose",
    "trust_show",
    "trust_sign",
]

keys_app = typer.Typer(help="Make keys for people who sign, and for the registry's server.", no_args_is_help=True)
trust_app = typer.Typer(
    help="The trust root: the board and the policy that count, because the quorum before them signed.",
    no_args_is_help=True,
)
app.add_typer(keys_app, name="keys")
app.add_typer(trust_app, name="trust")

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence or more.")]


@keys_app.command(
    "new",
    epilog="Example: riskmodels keys new --role siro --title 'Director of resources'. The passphrase is asked for, or "
    "taken from RISKMODELS_PASSPHRASE. Next: riskmodels trust propose.",
)
def keys_new(
    role: RoleName,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Position written beside the key; never a name.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key file; else .riskmodels/keys/ROLE.key.")
    ] = None,
    add: Annotated[bool, typer.Option("--add/--no-add", help="Write the public key into ethics/board.yaml.")] = True,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a pair of keys: the private one stays with you, encrypted; the public one is proposed for the board."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.keys import make_key

        with workspaces.open(workspace) as ws:
            secret = passphrase(role, twice=True)
            made = make_key(ws, role, passphrase=secret, title=title, out=out, add_to_board=add)
        told = "written into ethics/board.yaml" if made.on_the_board else "not on the board yet"
        opened.answer(
            {"role": made.role, "private_key": str(made.private), "public_key": made.public, "on_the_board": add},
            f"Made a key for {made.role}: {made.private}, encrypted, readable by you alone",
            f"  public key: {made.public} ({told})",
            "It counts from the next trust root on: riskmodels trust propose --role ROLE",
        )


@trust_app.command("propose", epilog="Example: riskmodels trust propose --role siro. Next: the other roles sign it.")
def trust_propose(
    role: RoleName,
    key: KeyFile = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Propose the board and the policy of this workspace as the next trust root, and sign it first."""
    _sign_root(role, key, workspace, as_json=as_json, quiet=quiet, anew=True)


@trust_app.command(
    "sign", epilog="Example: riskmodels trust sign --role accountable_officer. Next: riskmodels trust show."
)
def trust_sign(
    role: RoleName,
    key: KeyFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without being asked, having read what changes.")] = False,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read what the proposed trust root changes, and sign it; with the last of the quorum it comes into force."""
    if not yes:
        _show_proposal(workspace, as_json=as_json, quiet=quiet)
    _sign_root(role, key, workspace, as_json=as_json, quiet=quiet, anew=False)


def _show_proposal(workspace: Path, *, as_json: bool, quiet: bool) -> None:
    """Show what would be signed, and ask."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.roots import proposed

        with workspaces.open(workspace) as ws:
            found = proposed(ws, at=now())
        opened.say(f"Root {found.root.version} ({found.root.digest[:12]}) changes:")
        for words in found.changed:
            opened.say(f"  {words}")
        confirmed("Sign it?")


@trust_app.command("show", epilog="Example: riskmodels trust show. Next: have services pin the digest of root 1.")
def trust_show(workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Show the chain of trust roots, and what services pin."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.roots import in_force

        with workspaces.open(workspace) as ws:
            chain = in_force(ws, at=now())
        rows = [{"version": one.version, "digest": one.digest, "expires": one.expires.isoformat()} for one in chain]
        opened.answer(
            {"pin": rows[0]["digest"] if rows else None, "roots": rows},
            *(f"Root {one['version']}: {one['digest']}, until {one['expires']}" for one in rows),
            f"Services pin: {rows[0]['digest']}" if rows else "No trust root yet: riskmodels trust propose --role ROLE",
        )


def _sign_root(role: str, key: Path | None, workspace: Path, *, as_json: bool, quiet: bool, anew: bool) -> None:
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding import roots
        from riskmodels.deciding.keys import read_signer

        with workspaces.open(workspace) as ws:
            signer = read_signer(ws, role, path=key, passphrase=passphrase(role))
            act = roots.propose if anew else roots.sign_proposal
            found = act(ws, signer, at=now())
        state = f"still to sign: {', '.join(found.missing)}" if found.missing else "in force"
        opened.answer(
            {
                "version": found.root.version,
                "digest": found.root.digest,
                "path": str(found.path),
                "changed": list(found.changed),
                "missing": list(found.missing),
            },
            f"Root {found.root.version} ({found.root.digest[:12]}), {state}: {found.path}",
            *(f"  {words}" for words in found.changed),
            *(["Next: riskmodels trust sign --role ROLE"] if found.missing else []),
        )


@app.command(
    "put-forward",
    epilog="Example: riskmodels put-forward rent_arrears 1, after its documents were completed. The model is the same; "
    "the candidate is a new version, to be signed anew. Next: riskmodels gate CASE VERSION.",
)
def put_forward(
    case: CaseName,
    version: Annotated[
        int | None,
        typer.Argument(metavar="VERSION", help="A version of the run; its newest run when not given.", min=1),
    ] = None,
    key: AuthorKey = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Put a finished run forward with the documents as they stand now, without training it again."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.cli.decision_screens import gate_screen
        from riskmodels.cli.people import author_signer
        from riskmodels.deciding import going_live
        from riskmodels.deciding.put_forward import put_forward as forward
        from riskmodels.deciding.put_forward import run_folder

        with workspaces.open(workspace) as ws:
            ws.policy(case)
            run_id = None if version is None else going_live.registry_of(ws).run_of(case, version)
            folder = run_folder(ws, case, run_id=run_id)
            made = forward(ws, case, folder, author=author_signer(ws, key), at=now())
        state = f"version {made.version}" if made.version is not None else f"not registered: {made.why_not}"
        opened.answer(
            {"model": case, "version": made.version, "not_put_forward_because": made.why_not}
            | {"documents": str(made.documents), "gate": made.decision.as_json()},
            f"Put forward: {case}, {state}",
            f"Documents: {made.documents}",
            *gate_screen(made.decision, only_open=True),
        )


@app.command(
    "documents",
    epilog="Example: riskmodels documents rent_arrears. Next: answer the prompts in the files that it names, then "
    "riskmodels confirm CASE.",
)
def documents(case: CaseName, workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Write the documents that a model lacks, blank, with what each asks. One that is there is left as it is."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.governance.documents.templates import write_templates

        with workspaces.open(workspace) as ws:
            ws.case(case)
            made = write_templates(ws.folder, case)
        opened.answer(
            {"model": case, "written": [str(one) for one in made]},
            *(str(one) for one in made),
            f"{len(made)} documents written. A blank one never passes the gate."
            if made
            else f"Every document of {case} is there already.",
        )


@app.command(
    "confirm",
    epilog="Example: riskmodels confirm rent_arrears --document dpia. Do it after reading what changed, not before. "
    "Next: riskmodels put-forward CASE.",
)
def confirm(
    case: CaseName,
    document: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="dpia, equality, atrs, canvas, processing_record; all when not given."),
    ] = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Confirm that documents in ethics/ hold for the newest run: its sources, features, purpose and population."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.confirming import confirm as confirm_documents

        with workspaces.open(workspace) as ws:
            ws.policy(case)
            found = confirm_documents(ws, case, documents=tuple(document or ()), at=now())
        opened.answer(
            {"confirmed": {one.document: list(one.changed) for one in found}},
            *(f"{one.document} ({one.path}): {'; '.join(one.changed) or 'nothing had changed'}" for one in found),
            "Next: riskmodels put-forward CASE",
        )


@app.command(
    epilog="Example: riskmodels sign rent_arrears 3 --role siro --decision approve --reason 'Residual risk is low'. "
    "Next: riskmodels gate CASE VERSION says who is still to sign."
)
def sign(
    case: CaseName,
    version: Version,
    role: RoleName,
    decision: Annotated[
        Literal["approve", "approve-with-conditions", "reject"], typer.Option(help="What you say of it.")
    ],
    reason: Reason,
    purpose: Annotated[list[str] | None, typer.Option(metavar="PURPOSE", help="Condition: only for this.")] = None,
    longest_list: Annotated[int | None, typer.Option(metavar="N", help="Condition: at most so many at a date.")] = None,
    until: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Condition: not from this day on."),
    ] = None,
    condition: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="Condition that people keep.")] = None,
    waive: Annotated[list[str] | None, typer.Option(metavar="CHECK", help="A check to accept this once.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="'NAME: GROUP, METRIC'", help="For --waive bias: each group by name.")
    ] = None,
    plan: Annotated[str | None, typer.Option(metavar="TEXT", help="For --waive: how evidence will come.")] = None,
    waiver_expires: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="For --waive: day from which it is over."),
    ] = None,
    overrules: Annotated[str | None, typer.Option(metavar="TEXT", help="Why you go against advice.")] = None,
    dissent: Annotated[str | None, typer.Option(metavar="TEXT", help="What a minority held.")] = None,
    interests: Annotated[str, typer.Option(metavar="TEXT", help="Interests you declare.")] = "none",
    review_by: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Day from which your word is over."),
    ] = None,
    standing_until: Annotated[
        datetime.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Approve retrains too, until this day, where the policy allows it.",
        ),
    ] = None,
    key: KeyFile = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Sign your role's word on a version: approve, approve with conditions, or reject, with reasons."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.cli.decision_screens import gate_screen
        from riskmodels.deciding import going_live, words
        from riskmodels.deciding.keys import read_signer

        with workspaces.open(workspace) as ws:
            evidence = going_live.evidence_of(ws, case, version, at=now())
            signer = read_signer(ws, role, path=key, passphrase=passphrase(role))
            waivers = waivers_of(waive or [], groups=group or [], reason=reason, plan=plan, expires=waiver_expires)
            registry = going_live.registry_of(ws)
            envelope = words.word(
                evidence,
                signer,
                role=role,
                decision=decision,
                reasons=reason,
                review_by=None if review_by is None else review_by.date(),
                conditions=conditions_of(purpose or [], longest_list, until, condition or []),
                waivers=waivers,
                overrules=overrules,
                dissent=dissent,
                interests=interests,
                log_head=registry.head(),
            )
            registry.attach(case, version, envelope)
            if standing_until is not None:
                ahead = words.standing_approval(
                    evidence, signer, role=role, reasons=reason, until=standing_until.date(), log_head=registry.head()
                )
                registry.attach_standing(case, ahead)
            after = going_live.gate_on(ws, case, version, at=now())
        opened.answer(
            {"model": case, "version": version, "role": role, "decision": decision, "gate": after.as_json()},
            f"Signed as {role}: {decision}, {case} version {version}",
            *gate_screen(after, only_open=True),
        )


@app.command(
    epilog="Example: riskmodels suspend rent_arrears --role siro --reason 'Letters went to the wrong homes'. "
    "Next: riskmodels rollback CASE, to go back to an earlier version."
)
def suspend(
    case: CaseName,
    role: RoleName,
    reason: Reason,
    version: Annotated[
        int | None, typer.Option(metavar="VERSION", help="Which; the live one when not given.", min=1)
    ] = None,
    key: KeyFile = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Stop a version at once. Any role of the board may; services stop within the policy's reload period."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.going_live import suspend as stop
        from riskmodels.deciding.keys import read_signer

        with workspaces.open(workspace) as ws:
            signer = read_signer(ws, role, path=key, passphrase=passphrase(role))
            stopped = stop(ws, case, signer, role=role, reason=reason, version=version, at=now())
            policy = ws.policy(case).promotion
        period = 60 if policy is None else policy.reload_seconds
        opened.answer(
            {"model": case, "version": stopped, "suspended": True, "felt_within_seconds": period},
            f"Suspended {case} version {stopped}. Services stop within {period} seconds.",
            "It may go live again only after the deciding role signs again. To go back: riskmodels rollback CASE",
        )


@app.command(
    epilog="Example: riskmodels reproduce rent_arrears 3. Give the reproducer's key, never the author's. Next: sign."
)
def reproduce(
    case: CaseName,
    version: Version,
    key: KeyFile = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a version again from its retained inputs, compare digests, and sign what came out."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.keys import read_signer
        from riskmodels.deciding.reproducing import reproduce as make_again

        with workspaces.open(workspace) as ws:
            signer = read_signer(ws, "reproducer", path=key, passphrase=passphrase("reproducer"))
            found = make_again(ws, case, version, signer, at=now(), progress=opened.progress)
        opened.answer(found.as_json(), *found.lines())
