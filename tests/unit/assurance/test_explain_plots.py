from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from riskmodels.assurance.explain_plots import draw_explanation
from riskmodels.records.explanation import (
    Explanation,
    FeatureImportance,
    GroupImportance,
    HowExplained,
    Mark,
)

NAMES = ("owed", "paid", "way")


def make(*, groups: tuple[GroupImportance, ...] | None = None, marks: int = 30) -> Explanation:
    held = {"owed": 0.5, "paid": 0.3, "way": 0.1}
    shown = (
        GroupImportance("sex", "F", held),
        GroupImportance("sex", "M", held),
        GroupImportance("faith", "few", None),
    )
    return Explanation(
        case_name="made_up",
        estimator="lightgbm",
        rows=1234,
        base_value=-2.0,
        importances=tuple(FeatureImportance(n, f"The {n} in $ and £", n, held[n], held[n] / 0.9) for n in NAMES),
        groups=shown if groups is None else groups,
        marks=tuple(
            Mark(name, float(at), None if name == "way" else float(place / marks))
            for name in NAMES
            for place, at in enumerate(np.linspace(-1, 1, marks) * (-1 if name == "paid" else 1))
        ),
        stability=None,
        faithfulness=None,
        how=HowExplained("woodelf", 200, 1e-7, 1e-7),
        disclosure_number=10,
    )


def test_every_plot_draws_and_has_words_that_say_the_same() -> None:
    plots = draw_explanation(make())
    assert {"importance", "beeswarm", "importance_by_sex", "importance_by_faith"} == set(plots)
    for figure, words in plots.values():
        out = io.BytesIO()
        figure.savefig(out, format="png")
        assert out.getvalue().startswith(b"\x89PNG")
        assert len(words) > 60
    assert "0.500 (56%)" in plots["importance"][1]


def test_the_beeswarm_shows_its_marks_only_and_says_which_way_each_feature_goes() -> None:
    figure, words = draw_explanation(make(marks=30))["beeswarm"]
    points = [one for one in figure.axes[0].collections if isinstance(one, PathCollection)]
    assert [30, 30, 30] == [len(one.get_offsets()) for one in points]
    assert "at least 10 people" in words
    assert "never one person" in words
    for name, way in (("owed", "more raises the score"), ("paid", "more lowers the score"), ("way", "no order")):
        assert f"The {name} in $ and £ ({way})" in words


def test_a_withheld_group_is_not_drawn_but_counted() -> None:
    figure, words = draw_explanation(make())["importance_by_faith"]
    assert not figure.axes[0].get_lines()
    assert "No group can be shown" in words
    assert "few people are in them: 1" in words
    assert "few:" not in words


@pytest.mark.parametrize("marks", [1, 2])
def test_few_marks_still_draw(marks: int) -> None:
    assert draw_explanation(make(marks=marks, groups=()))
