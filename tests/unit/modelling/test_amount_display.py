"""A model of amounts as it is shown: on the terminal, as plain data, in pictures with words, and on a report."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from riskmodels.modelling.display import as_json, evaluation_table
from riskmodels.modelling.plots import draw_plots
from riskmodels.policy import ModelPolicy
from riskmodels.records.totals import NewStarters
from riskmodels.registry.tracking import log_run
from riskmodels.run_report import draw, report_html
from riskmodels.run_report.totals import totals_sections
from tests.amounts import UNIT, amount_table, typed_model, typed_totals

RISK_WORDS = re.compile(r"\b(?:probabilit\w*|roc|auc|recall|precision|base rate)\b", re.IGNORECASE)
POLICY = ModelPolicy(capacity=1, capacity_reason="No list is made", seed=7)


def test_the_terminal_table_has_money_and_shares_and_no_list() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(evaluation_table(typed_model()))
    shown = " ".join(console.export_text().split())
    assert UNIT in shown
    assert "Ranges that held" in shown
    assert "0.340" in shown
    assert "list of" not in shown
    assert not RISK_WORDS.search(shown)


def test_the_json_names_metrics_as_the_evaluation_does() -> None:
    model = typed_model()
    told = json.loads(json.dumps(as_json(model), allow_nan=False))
    assert ("amount", UNIT, 0.9) == (told["task"], told["unit"], told["nominal_coverage"])
    assert set(model.evaluation.metrics["lightgbm"]) == set(told["metrics"]["lightgbm"])
    assert {"value": 0.34, "low": 0.28, "high": 0.4} == told["differences"]["chosen_minus_baseline"][
        "deviance_reduction"
    ]
    assert "base_rate" not in told
    assert "capacity" not in told["held_out"]
    assert ["residential"] == list(told["strata"])


def test_every_plot_says_in_words_what_it_shows() -> None:
    plots = draw_plots(typed_model())
    assert ["expected_and_observed", "error_over_time", "interval_coverage"] == list(plots)
    words = {name: alt for name, (_, alt) in plots.items()}
    assert "in 5 groups" in words["expected_and_observed"]
    assert "900" not in words["expected_and_observed"]  # four people alone
    assert plots["expected_and_observed"][0].axes[0].get_xlim()[1] < 900
    assert "missed by 61.200" in words["error_over_time"]
    assert "90% is promised" in words["interval_coverage"]
    assert "home" not in words["interval_coverage"]  # five people alone
    assert not any(RISK_WORDS.search(text) for text in words.values())


def test_plots_stand_up_to_missing_figures(tmp_path: Path) -> None:
    bare = typed_model(calibration={}, strata=(), periods=())
    assert 3 == len(draw(tmp_path, draw_plots(bare)))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    model = typed_model()
    pictures = draw(tmp_path_factory.mktemp("plots"), draw_plots(model))
    return report_html(amount_table(), model, POLICY, pictures)


def test_the_report_is_whole_and_speaks_of_amounts(page: str) -> None:
    text = re.sub(r"data:image/png;base64,[^\"]*", "", page)
    assert "Missed by 61.200 (55.100 to 67.900) GBP per week on average" in text
    assert "Cost is not need" in text
    assert "People who died are counted as watched until then" in text
    assert "no list: an amount ranks nobody" in text
    assert "too few to show" in text
    assert not RISK_WORDS.search(text)


def test_mlflow_is_given_the_figures_by_their_names(tmp_path: Path) -> None:
    from mlflow.tracking import MlflowClient

    address = f"sqlite:///{tmp_path / 'mlflow.db'}"
    record = log_run(
        typed_model(),
        amount_table(),
        {},
        tracking_uri=address,
        experiment="made_up_care",
        artifact_root=tmp_path / "artifacts",
        environment={"python": "3"},
    )
    run = MlflowClient(tracking_uri=address).get_run(record.run_id)
    assert 0.34 == run.data.metrics["chosen_minus_baseline.deviance_reduction"]
    assert 172.0 == run.data.metrics["held_out_mean_amount"]
    assert 9.0 == run.data.metrics["lightgbm.cross_fitted_mean_tweedie_deviance"]
    assert ("amount", UNIT) == (run.data.params["task"], run.data.params["unit"])
    assert "capacity" not in run.data.params


def test_totals_are_drawn_told_and_laid_out_where_there_are_some() -> None:
    model = typed_model(totals=typed_totals())
    plots = draw_plots(model)
    assert ["totals_by_ward", "totals_errors"] == list(plots)[3:]
    assert "Kilburn" in plots["totals_by_ward"][1]
    told = json.loads(json.dumps(as_json(model), allow_nan=False))["totals"]
    assert (["ward", "setting"], 0.05, 7) == (told["by"], told["error"], len(told["forecasts"]))
    (section,) = totals_sections(model)
    captions = [one.caption for one in section.tables]
    assert ("totals_by_ward", "totals_errors") == section.pictures
    assert captions[0] == "Totals: what is expected from 1 July 2024 to 30 December 2024, in GBP"
    assert captions[1] == "People who are expected and not there yet"
    assert ("New starters", "12", "400") in section.tables[1].rows
    few = typed_model(totals=typed_totals(starters=(NewStarters("those under 25", 4.0, 90.0),)))
    assert ("Those under 25", "fewer than 10", "90") in totals_sections(few)[0].tables[1].rows
    assert "2 past forecasts were out" in captions[2]
    assert captions[3].startswith("Every place")
    assert ("Everything", "6", "4.0%", "8.0%", "7.0%", "5 of 6") in section.tables[2].rows
    assert "Kilburn, home" in " ".join(section.tables[2].notes)


def test_a_model_without_totals_has_no_such_part_and_one_set_of_places_needs_no_sums() -> None:
    assert () == totals_sections(typed_model())
    alone = typed_totals(
        by=("ward",),
        forecasts=tuple(one for one in typed_totals().forecasts if len(one.place) < 2),
        starters=(),
    )
    (section,) = totals_sections(typed_model(totals=alone))
    assert 3 == len(section.tables)
