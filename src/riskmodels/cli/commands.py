"""The commands, one function each. What they need is loaded inside them, so that help is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import riskmodels
from riskmodels.cli.door import BAD_INPUT, door
from riskmodels.cli.options import (
    AsJson,
    AuthorKey,
    BaseFolder,
    CarePeople,
    CaseName,
    Dwellings,
    FirstMonth,
    Households,
    LastMonth,
    Mitigate,
    PlantBias,
    Quiet,
    Seed,
    WorkspaceFolder,
    Years,
    others,
)
from riskmodels.workspace_files import ETHICS, FEATURES, MODEL_CARDS, SETTINGS, STATE, make_workspace

__all__ = ["app"]

HERE = Path()

app = typer.Typer(
    name="riskmodels",
    help="Predictive risk models for public services, with the evidence an ethics board needs.",
    epilog="Begin with: riskmodels demo. Exit codes: 0 done, 1 refused by the gate or the registry, 2 wrong usage or "
    "bad input, 70 a fault of riskmodels, 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
lake_app = typer.Typer(help="Look at the lake, or make one to try things on.", no_args_is_help=True)
app.add_typer(lake_app, name="lake")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"riskmodels {riskmodels.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Predictive risk models for public services, with the evidence an ethics board needs."""


@app.command(
    epilog="Example: riskmodels init brent. Next: say in brent/mlflow.yaml where the lake is, and try: riskmodels lake "
    "check --workspace brent."
)
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")],
    workspace: BaseFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a fresh workspace: mlflow.yaml, and features/ with the contracts and use cases to begin from."""
    with door(as_json=as_json, quiet=quiet) as out:
        place = (workspace / directory).absolute()
        make_workspace(place)
        out.answer(
            {"workspace": str(place), "settings": str(place / SETTINGS), "features": str(place / FEATURES)},
            f"Made a workspace in {place}",
            f"  {SETTINGS}: where the lake is, and what is asked of each model",
            f"  {FEATURES}/: what may be read, and the use cases",
            f"  {ETHICS}/, {MODEL_CARDS}/: what people write and sign; filled in for a demonstration, to be made yours",
            f"Next: set lake.uri in {SETTINGS}, then: riskmodels lake check --workspace {workspace / directory}",
        )


@app.command(
    epilog="Example: riskmodels demo. It takes some minutes; with --case rent_arrears, a third of them. Next: open the "
    "reports that it names."
)
def demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where.")] = Path(STATE) / "demo",
    case: Annotated[
        list[str] | None, typer.Option(metavar="CASE", help="Tell of this use case alone; may be said again.")
    ] = None,
    households: Households = 4000,
    dwellings: Dwellings = None,
    care_people: CarePeople = None,
    years: Years = 4,
    seed: Seed = 1,
    workspace: BaseFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Tell the whole story on made-up data: models are trained, refused, completed, signed, used, stopped and refused.

    It makes a fresh workspace with a demo lake, and a council of demo keys that are worth nothing. An earlier demo in
    the same folder is replaced. Nothing else is ever removed.
    """
    with door(as_json=as_json, quiet=quiet) as out:
        from riskmodels.cli.people import now
        from riskmodels.cli.screens import demo_screen
        from riskmodels.demo import Size, run_demo

        folder = workspace / directory
        size = Size(households, years, *others(households, dwellings, care_people))
        told = run_demo(folder, size=size, seed=seed, cases=case or (), clock=now, progress=out.progress)
        out.answer(told.as_json(), *demo_screen(told, str(folder)))


@app.command(
    epilog="Example: riskmodels run rent_arrears. Without --from and --to it uses the as-of dates in mlflow.yaml, else "
    "every month that the lake can serve. Next: open the report that it names, then riskmodels gate CASE VERSION."
)
def run(
    case: CaseName,
    first: FirstMonth = None,
    last: LastMonth = None,
    mitigate: Mitigate = False,
    key: AuthorKey = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Build, train, judge and audit a use case's model, log it, write its documents, and put it forward as a candidate.

    It is put forward where there is an author's key and a trust root. Either way it says what the gate would say.
    """
    with door(as_json=as_json, quiet=quiet) as out:
        from riskmodels import pipeline
        from riskmodels import workspace as workspaces
        from riskmodels.cli.people import author_signer
        from riskmodels.cli.screens import run_screen

        with workspaces.open(workspace) as ws:
            governed = ws.policy(case).promotion is not None
            author = author_signer(ws, key) if governed else None
            dates = pipeline.as_of_dates(ws, case, first=first, last=last)
            result = pipeline.run(ws, case, as_of=dates, mitigate=mitigate, author=author, progress=out.progress)
        out.answer(result.as_json(), *run_screen(result))


@app.command(
    epilog="Example: riskmodels build rent_arrears --from 2023-01 --to 2024-12 --out table.parquet. "
    "Next: riskmodels run rent_arrears."
)
def build(
    case: CaseName,
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Parquet file to write.")],
    first: FirstMonth = None,
    last: LastMonth = None,
    workspace: WorkspaceFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Build a use case's training table and write it as Parquet, protected characteristics in a file apart."""
    with door(as_json=as_json, quiet=quiet) as out:
        from riskmodels import pipeline
        from riskmodels import workspace as workspaces
        from riskmodels.cli.screens import built_screen

        with workspaces.open(workspace) as ws:
            dates = pipeline.as_of_dates(ws, case, first=first, last=last)
            built = pipeline.build_table(ws, case, dates, out_file, progress=out.progress)
        out.answer(built.as_json(), *built_screen(built))


@lake_app.command("demo", epilog="Example: riskmodels lake demo .riskmodels/lake. Next: riskmodels lake check.")
def lake_demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")],
    households: Households = 4000,
    dwellings: Dwellings = None,
    care_people: CarePeople = None,
    years: Years = 4,
    seed: Seed = 1,
    plant_bias: PlantBias = False,
    workspace: BaseFolder = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a believable lake of a borough's records. Only the map is real; everybody in it is made up."""
    with door(as_json=as_json, quiet=quiet) as out:
        from riskmodels.lake.demo import make_demo_lake

        folder, (homes, people) = workspace / directory, others(households, dwellings, care_people)
        made = make_demo_lake(
            folder,
            households=households,
            dwellings=homes,
            care_people=people,
            years=years,
            seed=seed,
            plant_bias=plant_bias,
            progress=out.progress,
        )
        span = f"{made.first_day:%d %B %Y} to {made.last_day:%d %B %Y}"
        out.answer(
            {"lake": str(made.path), "rows": dict(made.rows), "first_day": made.first_day, "last_day": made.last_day},
            f"Made a demo lake in {made.path}, {span}",
            *(f"  {name}: {rows:,} rows" for name, rows in made.rows.items()),
            "Next: set lake.uri in mlflow.yaml to it, then: riskmodels lake check",
        )


@lake_app.command(
    "check",
    epilog="Example: riskmodels lake check. Exit code 2: an extract is missing or has too many bad rows. Next: send "
    "each owner the list of faults, or go on with riskmodels run CASE.",
)
def lake_check(workspace: WorkspaceFolder = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Read every extract against its contract, and write each owner a private list of the faults to mend."""
    with door(as_json=as_json, quiet=quiet) as out:
        from riskmodels import pipeline
        from riskmodels import workspace as workspaces
        from riskmodels.cli.screens import check_screen

        with workspaces.open(workspace) as ws:
            check = pipeline.check_lake(ws, progress=out.progress)
        out.answer(check.as_json(), *check_screen(check))
        if not check.passed:
            raise typer.Exit(BAD_INPUT)
