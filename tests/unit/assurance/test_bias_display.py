from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from riskmodels.assurance import bias, bias_display, bias_plots
from riskmodels.records.bias import BiasAudit
from tests.unit.assurance.scored_rows import deciding, make_rows, policy


@pytest.fixture(scope="module")
def audit() -> BiasAudit:
    rows = make_rows(people=12_000, against_women=1.0)
    sex = rows.audit["sex"].to_numpy(dtype=object).copy()
    sex[:4] = "Prefer not to say"
    sex[4:400] = "Withheld"
    rows = replace(rows, audit=rows.audit.assign(sex=sex))
    named = policy(deciding(), deciding("Prefer not to say"), deciding("65+", characteristic="age_band"))
    return bias.audit(rows, policy=named, harms=("missed_need",), seed=1)


def test_tables_name_every_group_and_all_nine_characteristics(audit: BiasAudit) -> None:
    shown = bias_display.tables(audit)
    cells = {cell for _, _, rows in shown for row in rows for cell in row}
    assert {"sex: Female", "sex: Prefer not to say", "sex: Withheld", "age_band: 65+", "not held"} <= cells
    assert {"Age", "Race", "Sexual orientation", "Gender reassignment"} <= cells
    for _, head, rows in shown:
        assert {len(head)} == {len(row) for row in rows}


def test_what_leaves_withholds_few_and_rounds_the_rest(audit: BiasAudit) -> None:
    data = bias_display.as_json(audit)
    groups = {tuple(one["group"].items()): one for one in data["groups"]}
    few = groups[(("sex", "Prefer not to say"),)]
    assert None is few["rows"]
    assert few["withheld"]
    assert {None} == {end for rate in few["rates"].values() for end in rate.values()}
    for one in groups.values():
        assert all(count is None or count % 5 == 0 for count in (one["rows"], one["positives"], one["picked"]))
    women = groups[(("sex", "Female"),)]["rates"]["missed"]
    assert women["value"] == round(women["value"], 2)
    assert women["low"] < women["value"] < women["high"]


def test_safe_figures_are_near_the_full_ones_and_their_intervals_no_narrower(audit: BiasAudit) -> None:
    safe = bias_display.as_json(audit)["disparities"]
    full = {
        (tuple(one["group"].items()), one["metric"]): one["difference"]
        for one in bias_display.as_json(audit, disclosure=False)["disparities"]
    }
    compared = 0
    for one in safe:
        exact, shown = full[tuple(one["group"].items()), one["metric"]], one["difference"]
        if shown["low"] is not None:
            compared += 1
            assert abs(exact["value"] - shown["value"]) < 0.05
            assert shown["low"] <= exact["low"] + 1e-9
            assert shown["high"] >= exact["high"] - 1e-9
    assert compared > 10


def test_the_full_file_has_exact_counts_and_intersections(audit: BiasAudit) -> None:
    data = bias_display.as_json(audit, disclosure=False)
    groups = {tuple(one["group"].items()): one for one in data["groups"]}
    assert 4 == groups[(("sex", "Prefer not to say"),)]["rows"]
    assert any(len(key) == 2 for key in groups)
    assert not any(len(one["group"]) == 2 for one in bias_display.as_json(audit)["groups"])
    json.dumps(data)


def test_how_small_a_group_is_shows_nowhere_outside_the_full_file(audit: BiasAudit) -> None:
    shown = bias_display.tables(audit)
    mine = [row for _, _, rows in shown for row in rows if row[0] == "sex: Prefer not to say"]
    assert len(mine) >= 3
    assert not any(re.search(r"(?<![\d,])4(?![\d,%])", cell) for row in mine for cell in row)
    verdict = mine[0]
    assert "Too few people are of this group to say." in verdict
    assert any(cell.startswith("about ") for cell in verdict)


def test_a_breach_at_an_intersection_is_named_without_its_figures(audit: BiasAudit) -> None:
    breaches = next(rows for caption, _, rows in bias_display.tables(audit) if caption.startswith("Not named"))
    both = [row for row in breaches if " and " in row[0]]
    assert both
    assert {"withheld"} == {row[2] for row in both}
    shown = bias_display.tables(audit, intersections=True)
    assert any(caption.startswith("Each intersection that somebody") for caption, _, _ in shown)


def test_minus_0_is_not_shown_and_words_are_escaped(audit: BiasAudit) -> None:
    named = replace(audit.decisive[0], reason="<b>Agreed</b>")
    html = bias_display.as_html(replace(audit, decisive=(named,)))
    assert "-0%" not in html
    assert "&lt;b&gt;Agreed&lt;/b&gt;" in html
    assert "<b>" not in html
    assert html.count("<caption>") == len(bias_display.tables(audit))
    assert len(bias_display.rich_tables(audit)) == len(bias_display.tables(audit))
    assert "Bias audit: fail" in audit._repr_html_()


def test_a_number_of_people_needed_is_two_figures_upwards() -> None:
    assert [0, 10, 99, 130, 6500, 10_000_000] == [
        bias_display._two_figures(count) for count in (0, 4, 99, 123, 6432, 9_950_000)
    ]


def test_the_plot_says_in_words_what_it_shows(audit: BiasAudit) -> None:
    figure, words = bias_plots.draw(audit)["disparities"]
    assert "sex Female, missed: +" in words
    assert "no figure" in words
    assert "Altogether: fail" in words
    axes = figure.axes[0]
    labels = [text.get_text() for text in axes.texts]
    assert ["fail", "not enough evidence (no figure)"] == labels[:2]
    points = [line for line in axes.lines if line.get_marker() not in (None, "None", "")]
    assert len(points) == 2  # the withheld one has no mark
    figure.canvas.draw()


def test_no_comparison_no_plot(audit: BiasAudit) -> None:
    assert {} == bias_plots.draw(replace(audit, decisive=()))


def test_a_constant_score_is_shown_as_not_measured() -> None:
    rows = make_rows(people=400)
    same = replace(rows, score=np.zeros(400), picked=np.full(400, 0.1))
    found = bias.audit(same, policy=policy(deciding()), harms=("missed_need",), seed=1)
    shown = {caption: rows for caption, _, rows in bias_display.tables(found)}
    assert "every comparison" == shown["Not measured"][0][0]
    assert "not enough evidence" == bias_display.as_json(found)["verdict"]
    assert "no figure" in bias_plots.draw(found)["disparities"][1]
