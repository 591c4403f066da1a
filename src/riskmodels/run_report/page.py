"""The report's page: one HTML file that can be read, printed and sent by itself."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.run_report import tables
from riskmodels.run_report.amount_tables import amounts_in_short
from riskmodels.run_report.looked_at import looked_at_sections
from riskmodels.run_report.sections import Section
from riskmodels.run_report.totals import totals_sections

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "draw", "report_html"]


_CAPTIONS = {
    "roc": "ROC curve: how well people are ranked",
    "precision_recall": "Precision and recall: how right the list is as it finds more people",
    "calibration": "Calibration: whether what was called likely happened as often",
    "lift": "Lift: what a list finds that picking at random would not",
    "score_over_time": "Score over time: whether people and figures shift from one date to the next",
    "expected_and_observed": "Expected and observed: whether amounts come true",
    "error_over_time": "Error over time: how far amounts are missed from one date to the next",
    "found_per_100_visits": "Found in 100 visits: by weights for who was looked at, and at least and at most",
    "totals_errors": "Totals: how far past forecasts were out, against the same quarter a year before",
    "interval_coverage": "Stated ranges: how often they hold, by the group that they are made within",
}


@dataclass(frozen=True)
class Picture:
    """A plot: its PNG file, a heading, and what it shows in words for those who cannot see it."""

    path: Path
    caption: str
    alt: str


def draw(folder: Path, plots: Mapping[str, tuple[Figure, str]]) -> tuple[Picture, ...]:
    """Write plots into a folder as PNG files.

    Parameters
    ----------
    folder : Path
        Where to write them.
    plots : mapping of str to (Figure, str)
        Plots and what they show in words, by name.
    """
    pictures = []
    for name, (figure, alt) in plots.items():
        path = folder / f"{name}.png"
        figure.savefig(path)
        pictures.append(Picture(path, _CAPTIONS.get(name, name.replace("_", " ").capitalize()), alt))
    return tuple(pictures)


def report_html(
    table: TrainingTable,
    model: TrainedModel,
    policy: ModelPolicy,
    pictures: Sequence[Picture] = (),
    sections: Sequence[Section] = (),
) -> str:
    """Write the report of a run as one page of accessible HTML, with its pictures inside.

    Parameters
    ----------
    table : TrainingTable
        What the model learned from and was judged on.
    model : TrainedModel
        The model and its figures.
    policy : ModelPolicy
        What was asked of it.
    pictures : sequence of Picture
        Plots to put in.
    sections : sequence of Section
        What assurance found; their plots are among the pictures.
    """
    environment = Environment(
        loader=PackageLoader("riskmodels.run_report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html.j2").render(page=_page(table, model, policy, pictures, sections))


def _page(
    table: TrainingTable,
    model: TrainedModel,
    policy: ModelPolicy,
    pictures: Sequence[Picture],
    sections: Sequence[Section],
) -> Mapping[str, Any]:
    sections = (*looked_at_sections(table, model), *totals_sections(model), *sections)
    shown = {one.path.stem: _shown(one) for one in pictures}
    placed = {name for section in sections for name in section.pictures}
    return {
        "title": model.case_name.replace("_", " ").capitalize(),
        "task": model.task,
        "says": table.definition.get("says", ""),
        "banned": model.may_not_be_used_for,
        "short": _in_short(table, model),
        "notes": (*table.report.notes, *model.notes, *model.evaluation.notes),
        "figures": tables.figures(model),
        "differences": tables.differences(model),
        "helped": tables.helped(model),
        "over_time": tables.over_time(model),
        "periods": tables.periods(table, model),
        "unlinked": tables.unlinked(table),
        "inputs": tables.inputs(table),
        "quality": tables.quality(table),
        "broken": tables.broken(table),
        "digests": tables.digests(table, model, policy),
        "pictures": [picture for name, picture in shown.items() if name not in placed],
        "sections": [
            {
                "anchor": one.anchor,
                "title": one.title,
                "intro": one.intro,
                "tables": [{"grid": tables.plain(each), "notes": each.notes} for each in one.tables],
                "pictures": [shown[name] for name in one.pictures if name in shown],
            }
            for one in sections
        ],
    }


def _shown(picture: Picture) -> dict[str, str]:
    return {"caption": picture.caption, "alt": picture.alt, "source": _inside(picture.path)}


def _in_short(table: TrainingTable, model: TrainedModel) -> list[str]:
    first, *rest = amounts_in_short(model, table.baseline) if model.task == "amount" else _risk_in_short(table, model)
    said = [
        f"What is predicted: {table.outcome_says}, within {table.horizon_days} days.",
        f"Learned from {model.rows:,} rows at {len(model.learned_from)} dates, from "
        f"{tables.day(model.learned_from[0])} to {tables.day(model.learned_from[-1])}.",
        first,
        f"Chosen: {model.chosen}. {model.choice_reason}.",
        *rest,
    ]
    if table.report.unlinked_share is not None:
        said.append(f"{table.report.unlinked_share:.1%} of rows could not be linked to a person, to test for bias.")
    if model.task == "risk":
        said = [*_not_better(model), *said]
        said.append(
            "Benefit has not been shown: nobody has yet tested whether contact with those on the list helps them."
        )
    return said


def _not_better(model: TrainedModel) -> list[str]:
    gain = model.risk_evaluation.differences["chosen_minus_baseline"]["roc_auc"]
    if gain.low is not None and gain.low > 0:
        return []
    return [f"Not shown to be better than today's practice: the gain in ROC AUC is {gain.as_text()}."]


def _risk_in_short(table: TrainingTable, model: TrainedModel) -> list[str]:
    judged, chosen = model.risk_evaluation, model.risk_evaluation.metrics[model.chosen]
    held_out = ", ".join(tables.day(day) for day in judged.held_out)
    said = [
        f"Held out and read once: {held_out}, {judged.rows:,} rows, of which {judged.positives:,} had the outcome: "
        f"{judged.base_rate.as_text()}."
    ]
    if "roc_auc" in chosen:
        baseline = judged.metrics["baseline"]["roc_auc"].as_text()
        said.append(f"ROC AUC {chosen['roc_auc'].as_text()}; today's practice, {table.baseline}, has {baseline}.")
    return said


def _inside(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
