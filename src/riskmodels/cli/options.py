"""The arguments and options that commands share."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Annotated

import typer

from riskmodels.errors import SettingsError
from riskmodels.workspace_files import ETHICS, FEATURES, case_names, find_settings

__all__ = [
    "AsJson",
    "AuthorKey",
    "BaseFolder",
    "CarePeople",
    "CaseName",
    "Dwellings",
    "FirstMonth",
    "Households",
    "LastMonth",
    "Mitigate",
    "PlantBias",
    "Quiet",
    "Seed",
    "WorkspaceFolder",
    "Years",
    "complete_case",
    "complete_role",
    "others",
]

MONTH = "A month, such as 2023-01."


def complete_case(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the use cases of the workspace, by their files' names: nothing is run to complete a word."""
    with contextlib.suppress(SettingsError):  # no workspace here: nothing to offer
        folder = find_settings(Path(context.params.get("workspace") or ".")).parent
        return [name for name in case_names(folder / FEATURES) if name.startswith(incomplete)]
    return []


def complete_role(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the roles of the workspace's board, by a look at the file: nothing is run to complete a word."""
    with contextlib.suppress(SettingsError, OSError):  # no workspace or no board here: nothing to offer
        board = find_settings(Path(context.params.get("workspace") or ".")).parent / ETHICS / "board.yaml"
        found = re.findall(r"^  ([a-z_]+):", board.read_text(encoding="utf-8"), flags=re.MULTILINE)
        return [name for name in (*found, "author", "reproducer", "registry") if name.startswith(incomplete)]
    return []


AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object on stdout.")]
CaseName = Annotated[
    str, typer.Argument(metavar="CASE", help="Name of a use case in features/.", autocompletion=complete_case)
]
FirstMonth = Annotated[str | None, typer.Option("--from", metavar="MONTH", help=f"First as-of date. {MONTH}")]
LastMonth = Annotated[str | None, typer.Option("--to", metavar="MONTH", help=f"Last as-of date. {MONTH}")]
AuthorKey = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="Author's private key; else .riskmodels/keys/author.key.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
WorkspaceFolder = Annotated[
    Path, typer.Option("--workspace", "-w", metavar="DIR", help="Where to look for mlflow.yaml, and then upward.")
]
BaseFolder = Annotated[Path, typer.Option("--workspace", "-w", metavar="DIR", help="Folder that DIR is in.")]
Households = Annotated[int, typer.Option(metavar="N", help="Tenancies that run on the first day.")]
Dwellings = Annotated[
    int | None,
    typer.Option(metavar="N", help="Homes that licensing's records are about; 0 for none. [default: 2.25 a tenancy]"),
]
CarePeople = Annotated[
    int | None,
    typer.Option(metavar="N", help="People who draw on social care; 0 for none. [default: 3 for 4 tenancies]"),
]
Years = Annotated[int, typer.Option(metavar="Y", help="Years that the ledgers span.")]
Mitigate = Annotated[
    bool,
    typer.Option("--mitigate", help="Try what could be done for the group that fares worst, and say what it costs."),
]
PlantBias = Annotated[
    bool, typer.Option("--plant-bias", help="Make arrears of disabled tenants unforeseeable, for an audit to find.")
]
Seed = Annotated[int, typer.Option(metavar="S", help="The same seed makes the same lake, byte for byte.")]


def others(households: int, dwellings: int | None, care_people: int | None) -> tuple[int, int]:
    """Settle how large the other services of a demo lake are: as asked, else in proportion to its tenancies."""
    homes = max(500, 9 * households // 4) if dwellings is None else dwellings
    people = max(200, 3 * households // 4) if care_people is None else care_people
    return homes, people
