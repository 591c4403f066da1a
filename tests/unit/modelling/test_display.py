from __future__ import annotations

import io
import itertools
import json
import struct
import sys

from rich.console import Console

from riskmodels.html_table import html_table
from riskmodels.modelling.display import as_json, evaluation_table
from riskmodels.modelling.plots import draw_plots
from riskmodels.records import TrainedModel


def test_the_terminal_table_has_three_estimators_with_intervals_within_80_columns(model: TrainedModel) -> None:
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(evaluation_table(model))
    text = out.getvalue()
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in ("Today's", "(chosen)", "LightGBM", "ROC AUC", "Calibration slope", "…"):
        assert (words in text) == (words != "…")
    for figures in model.evaluation.metrics.values():
        for interval in figures.values():
            value, _, ends = interval.as_text().rstrip(")").partition(" (")
            assert value in text
            assert ends in text  # on one line, not broken in two


def test_the_json_holds_what_a_run_prints(model: TrainedModel) -> None:
    data = json.loads(json.dumps(as_json(model), allow_nan=False))
    assert {"model", "digest", "rows", "base_rate", "metrics", "chosen", "held_out", "notes"} <= set(data)
    assert "made_up" == data["model"]
    assert {"baseline", "interpretable", "lightgbm"} == set(data["metrics"])
    assert {"value", "low", "high"} == set(data["metrics"]["lightgbm"]["roc_auc"])
    assert (model.evaluation.rows, ["2023-06-01"]) == (data["held_out"]["rows"], data["held_out"]["as_of"])


def test_notebooks_get_headed_escaped_tables(model: TrainedModel) -> None:
    page = model._repr_html_()
    assert 2 == page.count("<caption>")
    assert '<th scope="col">lightgbm</th>' in page
    assert '<th scope="row">roc_auc</th>' in page
    assert "Eviction &amp; &lt;enforcement&gt;" in page
    assert "<enforcement>" not in page
    assert "interval" in model.evaluation._repr_html_()


def test_a_table_escapes_every_cell() -> None:
    page = html_table("<a>", ["<b>", "c"], [["<d>", "<e>"]], notes=["<f>"])
    assert not any(f"<{letter}>" in page for letter in "abdef")


def test_every_plot_can_be_drawn_and_says_in_words_what_it_shows(model: TrainedModel) -> None:
    plots = draw_plots(model)
    assert ["roc", "precision_recall", "calibration", "lift", "score_over_time"] == list(plots)
    for name, (figure, alt) in plots.items():
        out = io.BytesIO()
        figure.savefig(out, format="png")
        width, height = struct.unpack(">II", out.getvalue()[16:24])
        assert width >= 800, name
        assert height >= 600, name
        assert any(letter.isdigit() for letter in alt), name
        assert alt.endswith("."), name
    area = model.evaluation.metrics["lightgbm"]["roc_auc"].as_text()
    assert area in plots["roc"][1]


def test_plots_leave_no_global_state_behind(model: TrainedModel) -> None:
    draw_plots(model)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_no_point_of_a_curve_stands_for_fewer_than_ten_people(model: TrainedModel) -> None:
    evaluation = model.evaluation
    for bins in evaluation.calibration.values():
        assert min(one.rows for one in bins) >= 10
        assert evaluation.rows == sum(one.rows for one in bins)
    for points in evaluation.ranking.values():
        assert len(points) <= 202
        gaps = [
            (after.selected - before.selected) * evaluation.rows for before, after in itertools.pairwise(points[:-1])
        ]
        assert min(gaps) >= 10 - 1e-6
        assert (1.0, 1.0, 1.0) == (points[-1].selected, points[-1].recall, points[-1].false_positive_rate)
