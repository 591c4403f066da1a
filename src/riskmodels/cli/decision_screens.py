"""The gate's answer on a screen: each check with what was found and wanted, and for those that are open what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from riskmodels.governance.decision import Check, Decision
from riskmodels.governance.log import LogEntry

__all__ = ["gate_screen", "log_screen"]

_LONG = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


def gate_screen(decision: Decision, *, only_open: bool = False) -> list[RenderableType]:
    """Show a decision: the verdict, the checks, and for each that is open why it matters, what to do and who can.

    Parameters
    ----------
    decision : Decision
        The gate's.
    only_open : bool
        Whether to leave out the checks that passed.
    """
    shown = decision.reasons if only_open else decision.checks
    table = Table(title="The gate", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, ratio in (("Check", 3), ("Holds", 1), ("Found", 5), ("Wanted", 4)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for one in shown:
        table.add_row(one.title, _holds(one), one.found, one.wanted)
    return [*([table] if shown else []), *_to_do(decision), _verdict(decision)]


def log_screen(entries: Sequence[LogEntry]) -> Table:
    """Show entries of the decision log, the oldest first; digests and keys by their first twelve digits."""
    table = Table(title="Decision log", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("No.", "When (UTC)", "What", "Version", "Who", "More"):
        table.add_column(heading, overflow="fold")
    for one in entries:
        version = "" if one.version is None else str(one.version)
        more = _LONG.sub(r"\1", one.detail)
        table.add_row(
            str(one.number), f"{one.at:%Y-%m-%d %H:%M}", one.event, version, _LONG.sub(r"\1", one.actor), more
        )
    return table


def _holds(one: Check) -> Text:
    if one.waived is not None:
        return Text("accepted", style="yellow")
    return Text("yes") if one.passed else Text("NO", style="bold red")


def _to_do(decision: Decision) -> list[RenderableType]:
    lines = [Text(f"  {one.name}: {one.next_step} ({one.who})") for one in decision.reasons]
    return [Text("\n").join([Text("What to do, and who can", style="bold"), *lines])] if lines else []


def _verdict(decision: Decision) -> Text:
    if decision.passed and decision.approved_until is not None:
        return Text(f"The gate passes, until {decision.approved_until:%d %B %Y}.{_conditions(decision)}", style="bold")
    count = len(decision.reasons)
    said = f"The gate refuses: {count} of {len(decision.checks)} checks {'does' if count == 1 else 'do'} not hold."
    return Text(said, style="bold red")


def _conditions(decision: Decision) -> str:
    held, said = decision.conditions, []
    if held.purposes is not None:
        said.append(f"only for {', '.join(held.purposes)}")
    if held.longest_list is not None:
        said.append(f"lists of at most {held.longest_list:,}")
    if held.until is not None:
        said.append(f"not from {held.until:%d %B %Y} on")
    return f" Conditions: {'; '.join([*said, *held.other])}." if said or held.other else ""
