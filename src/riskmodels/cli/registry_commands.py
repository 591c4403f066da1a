"""Commands on registered versions: gate, promote, rollback, fetch, card, verify, log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskmodels.cli.commands import HERE, app
from riskmodels.cli.door import REFUSED, door
from riskmodels.cli.options import AsJson, CaseName, Quiet, WorkspaceFolder
from riskmodels.cli.people import Version, now

__all__ = ["card", "fetch", "gate", "log", "promote", "rollback", "verify"]

Alias = Annotated[str | None, typer.Option(metavar="ALIAS", help="Guarded alias; the policy's first when not given.")]


@app.command(
    epilog="Example: riskmodels gate rent_arrears 3. Exit code 1: it does not pass, and why. Next: what the table says."
)
def gate(
    case: CaseName, version: Version, workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False
) -> None:
    """Say whether a version may go live: each check with what was found and wanted, and who can do what about it."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.cli.decision_screens import gate_screen
        from riskmodels.deciding.going_live import gate_on, warn_days_of
        from riskmodels.governance.lapses import lapse_warning

        with workspaces.open(workspace) as ws:
            decision = gate_on(ws, case, version, at=now())
            warning = lapse_warning(decision, warn_days_of(ws, case))
        told = {"model": case, "version": version, "warning": warning} | decision.as_json()
        opened.answer(told, *gate_screen(decision), *([warning] if warning else []))
        if not decision.passed:
            raise typer.Exit(REFUSED)


@app.command(
    epilog="Example: riskmodels promote rent_arrears 3. Exit code 1: refused, with the reasons. Next: services score "
    "with riskmodels.scoring.load(...), or from a copy: riskmodels fetch CASE DIR."
)
def promote(
    case: CaseName,
    version: Version,
    alias: Alias = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Put a version behind the alias that services look at. The registry runs the gate again and countersigns."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.cli.decision_screens import gate_screen
        from riskmodels.deciding import going_live

        with workspaces.open(workspace) as ws:
            found = going_live.promote(ws, case, version, alias=alias, at=now())
        opened.answer(
            {"model": case, "version": version, "alias": found.alias} | found.decision.as_json(),
            f"{case} version {version} is live as {found.alias}",
            *gate_screen(found.decision, only_open=True),
        )


@app.command(
    epilog="Example: riskmodels rollback rent_arrears. Exit code 1: no earlier version still passes. Next: riskmodels "
    "log CASE."
)
def rollback(case: CaseName, workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Go back to the newest earlier version that was live and whose approvals have not lapsed."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding import going_live

        with workspaces.open(workspace) as ws:
            found = going_live.rollback(ws, case, at=now())
        opened.answer(
            {"model": case, "version": found.version, "alias": found.alias} | found.decision.as_json(),
            f"{case} is back at version {found.version}, live as {found.alias}",
        )


@app.command(
    epilog="Example: riskmodels fetch rent_arrears served. Next: mlflow models serve -m served --env-manager local, or "
    "riskmodels.scoring.load('rent_arrears', registry='served', pin=...)."
)
def fetch(
    case: CaseName,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="New folder, or that of an earlier fetch.")],
    alias: Alias = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a verified copy of the live version, with what was signed about it, for use without the registry."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.going_live import fetch as fetch_copy

        with workspaces.open(workspace) as ws:
            found = fetch_copy(ws, case, directory, alias=alias, at=now())
        opened.answer(found.as_json(), *found.lines())


@app.command(epilog="Example: riskmodels card rent_arrears 3. Next: open the page that it names.")
def card(
    case: CaseName,
    version: Version,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; else model_cards/CASE/VERSION in the workspace.")
    ] = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a version's card as it stands now, with who has signed and what the gate says: JSON, Markdown and HTML."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.cards import write_card

        with workspaces.open(workspace) as ws:
            paths = write_card(ws, case, version, out=out, at=now())
        opened.answer({one.suffix.lstrip("."): str(one) for one in paths}, *(str(one) for one in paths))


@app.command(
    epilog="Example: riskmodels verify rent_arrears 3. With the retained inputs here, every figure is derived again; "
    "without them, signatures, the log and the published card are checked. Exit code 1: something does not hold. Next: "
    "tell the deciding role what does not."
)
def verify(
    case: CaseName, version: Version, workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False
) -> None:
    """Check a version as an auditor would: what holds, what does not, and what could not be checked here."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.deciding.auditing import verify as check

        with workspaces.open(workspace) as ws:
            found = check(ws, case, version, at=now(), progress=opened.progress)
        opened.answer(found.as_json(), *found.screen())
        if not found.holds:
            raise typer.Exit(REFUSED)


@app.command(
    epilog="Example: riskmodels log rent_arrears. Exit code 1: the chain is broken. Next: riskmodels verify "
    "CASE VERSION."
)
def log(case: CaseName, workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Show the decision log of a model: every promotion, refusal, suspension and signature, its chain checked."""
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.cli.decision_screens import log_screen
        from riskmodels.deciding.going_live import registry_of

        with workspaces.open(workspace) as ws:
            entries = [one for one in registry_of(ws).log() if one.model == case]
        told = {"model": case, "entries": [one.model_dump(mode="json") for one in entries]}
        opened.answer(told, log_screen(entries), f"{len(entries)} entries on {case}; the chain is whole.")
