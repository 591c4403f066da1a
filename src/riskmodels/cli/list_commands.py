"""Commands for services: the list to work through."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from riskmodels.cli.commands import HERE, app
from riskmodels.cli.door import door
from riskmodels.cli.options import AsJson, CaseName, Quiet, WorkspaceFolder
from riskmodels.cli.people import now

__all__ = ["worklist"]


@app.command(
    epilog="Example: riskmodels worklist unlicensed_property --as-of 2026-03-01 --out visits.csv. A file that ends in "
    ".geojson is for a map. Exit code 1: no list is made from this model, or a shorter one was signed."
)
def worklist(
    case: CaseName,
    as_of: Annotated[
        datetime.datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day it is for.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to: .csv, or .geojson for a map.")],
    length: Annotated[
        int | None, typer.Option("--capacity", min=1, metavar="K", help="Places; at most the signed policy's capacity.")
    ] = None,
    spread_by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Spread the places over areas, such as ward_name.")
    ] = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make the list to work through from the live model: references, reasons in words, and a share drawn at random.

    Only who holds the workspace's pseudonym key can make it. The file can be read by its owner alone.
    """
    with door(as_json=as_json, quiet=quiet) as opened:
        from riskmodels import workspace as workspaces
        from riskmodels.cli.screens import worklist_screen
        from riskmodels.worklists.making import make_worklist
        from riskmodels.worklists.writing import refuse_other_endings, write_worklist

        refuse_other_endings(out)
        with workspaces.open(workspace) as ws:
            made = make_worklist(
                ws,
                case,
                as_of=as_of.date(),
                length=length,
                spread_by=spread_by,
                clock=now,
                progress=opened.progress,
            )
            write_worklist(made, out)
        opened.answer(made.as_json() | {"file": str(out)}, *worklist_screen(made, str(out)))
