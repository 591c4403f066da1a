"""What a person sees on the screen when a command is done."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from riskmodels.cli.decision_screens import gate_screen
from riskmodels.demo import ToldDemo
from riskmodels.modelling.display import evaluation_table
from riskmodels.pipeline import BuiltTable, LakeCheck, RunResult
from riskmodels.records import ExtractQuality, TrainingTable
from riskmodels.records.assurance import Assurance
from riskmodels.worklists.choosing import KINDS
from riskmodels.worklists.making import NOT_EVIDENCE, Worklist

__all__ = ["built_screen", "check_screen", "demo_screen", "run_screen", "worklist_screen"]


def run_screen(result: RunResult) -> list[RenderableType]:
    """Show the three estimators with their intervals, where everything lies, and what the model is not for."""
    return [
        evaluation_table(result.model),
        _headed(f"Chosen: {result.model.chosen}", [f"{result.model.choice_reason}."]),
        _headed("Checked", [_travelled(result.table), *_assured(result.assurance)]),
        *_mitigations(result.assurance),
        *_if_any("Before you use the figures", result.as_json()["notes"]),
        *_gate(result),
        _headed("Look at", _places(result)),
        *_ban(result),
    ]


def _gate(result: RunResult) -> list[RenderableType]:
    if result.gate is None:
        return []
    name = result.model.case_name
    forward = (
        f"Put forward as version {result.version}. Next: riskmodels gate {name} {result.version}"
        if result.version is not None
        else f"Not put forward: {result.why_not}. Next: riskmodels keys new, riskmodels trust propose"
    )
    return [*gate_screen(result.gate, only_open=True), _headed("Candidate", [forward])]


def _assured(found: Assurance) -> list[str]:
    """Say in a line each what assurance found; the report has the rest."""
    named = len(found.bias.decisive)
    said = [f"Bias: {found.bias.verdict}, by {named} comparison{'' if named == 1 else 's'} named beforehand."]
    said += [
        f"{one.characteristic} {one.group}, {one.metric.replace('_', ' ')}: {one.verdict}."
        for one in found.bias.decisive
    ]
    proxies = sorted({alarm.feature for alarm in found.proxies.alarms})
    said.append(f"Exact proxies of protected characteristics: {', '.join(proxies) or 'none'}.")
    leaks = sorted({alarm.feature for alarm in found.leakage.alarms})
    said.append(f"Features suspected of a leak: {', '.join(leaks) or 'none'}.")
    leading = [one.says for one in found.explanation.importances[:3]]
    return [*said, f"The model goes most by: {'; '.join(leading)}."]


def _mitigations(found: Assurance) -> list[RenderableType]:
    if found.mitigation is None:
        return []
    shown = found.mitigation.cells()
    lines = []
    for row in shown.rows:
        figures = [f"{head}: {cell}" for head, cell in zip(shown.head[1:], row[1:], strict=True) if cell]
        lines += [row[0], *(f"  {figure}" for figure in figures)]
    return [_headed(shown.caption, lines), *_if_any("About these", shown.notes)]


def demo_screen(told: ToldDemo, workspace: str) -> list[RenderableType]:
    """Show each run on the demo lake, the story of its candidate, and what to try next."""
    made_up = Text("Everybody in this lake is made up: the figures show machinery at work, and nothing about Brent.")
    keys = Text("The demo's keys have a public passphrase and are worth nothing.")
    shown: list[RenderableType] = []
    for story in told.stories:
        shown.append(Rule(story.result.model.case_name.replace("_", " ").capitalize(), style="bold"))
        shown += run_screen(story.result)
        shown += [_headed(f"{number}. {act.title}", act.lines) for number, act in enumerate(story.acts, start=1)]
    name = told.stories[0].result.model.case_name
    next_steps = [
        f"riskmodels log {name} --workspace {workspace}",
        f"riskmodels verify {name} 2 --workspace {workspace}",
        f"riskmodels lake check --workspace {workspace}",
        f"edit {workspace}/features/{name}.py, and run it again",
        "riskmodels init DIR, to begin a workspace for your own lake",
    ]
    return [*shown, keys, made_up, _headed("What to try next", next_steps)]


def built_screen(built: BuiltTable) -> list[RenderableType]:
    """Show what was built and where it lies."""
    table = built.table
    headings = ("As of", "Population", "Excluded", "Too recent", "Left early", "Helped", "Rows", "With it")
    it = "the outcome" if table.task == "risk" else "any amount"
    periods = _table(f"Who is in the table, at each as-of date; with it: with {it}", headings)
    for one in table.report.periods:
        positives = "not known yet" if one.positives is None else f"{one.positives:,}"
        counts = (one.population, one.excluded, one.immature, one.censored, one.treated, one.rows)
        periods.add_row(f"{one.as_of:%Y-%m-%d}", *(f"{count:,}" for count in counts), positives)
    places = [f"{built.path}: {table.rows:,} rows, {len(table.columns)} columns", f"{built.audit_path}: protected"]
    return [
        periods,
        Text(f"{_travelled(table)}\nDigest: {table.digest}"),
        *_if_any("Know this", table.report.notes),
        _headed("Written", [*places, "Both are readable by you alone: they hold pseudonymised people."]),
        _headed("Next", [f"riskmodels run {table.case_name}"]),
    ]


def worklist_screen(made: Worklist, path: str) -> list[RenderableType]:
    """Show how a list came about, and what is to be kept in mind; no place on it."""
    kinds = [f"{KINDS[kind]}: {places:,}" for kind, places in made.by_kind.items() if places]
    kept = [f"Condition: {one}" for one in made.conditions]
    return [
        _headed(
            f"{len(made.frame):,} places for {made.as_of:%d %B %Y}; {made.population:,} were ranked",
            [
                *kinds,
                f"Left out beforehand: {made.excluded:,} by objection, restriction or protected address.",
                *(f"Left off: {many:,}. {says}." for says, many in made.left_off.items()),
            ],
        ),
        *_if_any("Act on this first", _waiting(made)),
        _headed(
            "How a place is met",
            [made.policy.how, made.policy.hand_over, *kept, NOT_EVIDENCE],
        ),
        _headed(
            "Rests on",
            [f"{made.basis}; version {made.version}, approved until {made.approved_until:%d %B %Y}."],
        ),
        _headed("Written", [f"{path}, readable by you alone: it names homes or people."]),
    ]


def _waiting(made: Worklist) -> list[str]:
    first = made.policy.first
    if first is None:
        return []
    told = {
        "come first and have no place on a list this long. More people must see them": made.still_waiting,
        "would come first, and an objection or protection keeps them off: see them by the ordinary way": (
            made.kept_off_first
        ),
        "wait longer than anybody may": made.waiting_too_long,
    }
    return [f"{many:,} {words}." for words, many in told.items() if many]


def check_screen(check: LakeCheck) -> list[RenderableType]:
    """Show the state of each extract, and who can mend what."""
    states = _table("Extracts", ("Extract", "Rows", "Kept", "Bad", "Repeated", "Corrected", "Newest", "State"))
    for one in check.report.extracts:
        newest = "no rows" if one.last_known is None else f"{one.last_known:%Y-%m-%d}"
        counts = (one.rows, one.good, one.bad, one.duplicates, one.corrected)
        states.add_row(one.extract, *(f"{count:,}" for count in counts), newest, _state(one))
    for name in check.absent:
        states.add_row(name, *[""] * 6, Text("not in the lake", style="bold red"))
    faults = [f"{one.extract}: {rule}: {rows:,} rows" for one in check.report.extracts for rule, rows in _faults(one)]
    empty = [
        f"{one.extract}: {column}: {cells:,} of {one.good:,} rows"
        for one in check.report.extracts
        for column, cells in one.nulls.items()
        if cells
    ]
    lists = [f"{owner}: {path}" for owner, path in check.fault_lists.items()]
    return [
        states,
        *_if_any("Rules that rows broke", faults),
        *_if_any("Empty cells, where the contract allows them", empty),
        *_if_any("Private lists of faults for the owners who can mend them", lists),
        _verdict(check),
    ]


def _table(title: str, headings: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=number > 0, overflow="fold")
    return table


def _travelled(table: TrainingTable) -> str:
    travel = table.report.time_travel
    if travel is None:
        return "Not checked whether features saw the future."
    found = "the same, bit for bit" if travel.passed else f"these differ: {', '.join(travel.features_that_differ)}"
    return f"{travel.rows_checked:,} rows rebuilt without the future, and with a scrambled one: {found}."


def _places(result: RunResult) -> list[str]:
    plots = ", ".join(sorted(path.name for path in result.folder.glob("*.png")))
    places = [f"the report: {result.report}", f"the plots, beside it: {plots}"]
    if result.gate is not None:
        places.append(f"the card and the other documents: {result.folder / 'documents'}")
    if result.tracking_uri.startswith("sqlite:"):
        places.append(f"all runs: mlflow ui --backend-store-uri {result.tracking_uri}")
    return places


def _ban(result: RunResult) -> list[RenderableType]:
    banned = result.model.may_not_be_used_for
    if not banned:
        return []
    return [Panel(Group(*(Text(f"- {use}") for use in banned)), title="This model may not be used for", style="bold")]


def _if_any(heading: str, lines: Iterable[str]) -> list[RenderableType]:
    listed = list(lines)
    return [_headed(heading, listed)] if listed else []


def _headed(heading: str, lines: Iterable[str]) -> Text:
    return Text("\n").join([Text(heading, style="bold"), *(Text(f"  {line}") for line in lines)])


def _state(one: ExtractQuality) -> Text:
    if one.over_tolerance:
        return Text(f"over {one.tolerance:.1%}", style="bold red")
    return Text("good" if one.rows else "no rows")


def _faults(one: ExtractQuality) -> list[tuple[str, int]]:
    orphans = {f"{link}, not found there": rows for link, rows in one.orphans.items()}
    return [(rule, rows) for rule, rows in {**one.quarantined, **orphans, **one.read_as}.items() if rows]


def _verdict(check: LakeCheck) -> Text:
    if check.passed:
        return Text("Every extract is there and within its tolerance. Next: riskmodels run CASE.", style="bold")
    over = [one.extract for one in check.report.extracts if one.over_tolerance]
    words = [f"Too many bad rows: {', '.join(over)}."] if over else []
    words += [f"Not in the lake: {', '.join(check.absent)}."] if check.absent else []
    words += ["Nothing can be built on them before their owners have mended them."]
    return Text(" ".join(words), style="bold red")
