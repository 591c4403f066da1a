from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.assurance.faithfulness import faithfulness, ranking_stability, usual_values
from riskmodels.assurance.importance import beeswarm, importance_by_group
from riskmodels.records import ModelColumn

PEOPLE = 400
WEIGHTS = np.array([2.0, 1.0, 0.5])
COLUMNS = tuple(ModelColumn(name, name, f"The {name}", None, name) for name in ("a", "b", "c"))


@pytest.fixture(name="X")
def _inputs() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(2).normal(size=(PEOPLE, 3)), columns=["a", "b", "c"])


def line(X: pd.DataFrame) -> np.ndarray:
    return X.to_numpy() @ WEIGHTS


def judged(X: pd.DataFrame, added: pd.DataFrame, **rest: object) -> object:
    outcome = (line(X) > 1).astype(float)
    return faithfulness(
        added, X, COLUMNS, line(X), outcome, np.arange(len(X)), line, **{"seed": 1, **rest}  # type: ignore[arg-type]
    )  # fmt: skip


def test_true_reasons_lower_the_score_and_false_ones_are_found_out(X: pd.DataFrame) -> None:
    honest = judged(X, X * WEIGHTS)
    lying = judged(X, -X * WEIGHTS)  # names what holds the score down
    assert honest is not None
    assert lying is not None
    assert (honest.fell.low or 0) > 0.9  # type: ignore[attr-defined]
    assert (honest.mean_fall.low or 0) > (honest.random_mean_fall.high or 0)  # type: ignore[attr-defined]
    assert (lying.fell.high or 1) < 0.5  # type: ignore[attr-defined]
    assert (lying.mean_fall.high or 1) < 0  # type: ignore[attr-defined]


def test_what_cannot_be_neutralised_is_not_measured(X: pd.DataFrame) -> None:
    added = X * WEIGHTS
    assert judged(X, added, never_name=frozenset({"a", "b"})) is None  # one family is left: nothing to compare with
    assert judged(X, -added.abs()) is None  # nobody has a reason for a higher score
    ones = np.ones(len(X))
    assert (
        faithfulness(added, X, COLUMNS, line(X), ones, np.arange(len(X)), line, seed=1) is None
    )  # all had the outcome


def test_usual_values_are_median_commonest_or_missing() -> None:
    columns = (
        ModelColumn("n", "n", "N", None, "n"),
        ModelColumn("gap", "gap", "Gap", None, "gap"),
        ModelColumn("f", "f", "F", None, "f", kind="flag"),
        *(ModelColumn(f"k={one}", "k", "Kind", None, "k", kind="onehot", category=one) for one in "xy"),
    )
    X = pd.DataFrame(
        {
            "n": [1, 2, 9, np.nan],
            "gap": [5, np.nan, np.nan, 5],
            "f": [1, 1, 0, 1],
            "k=x": [1, 0, 0, 0],
            "k=y": [0, 1, 0, 1],
        },
        dtype=float,
    )
    X.loc[2, ["k=x", "k=y"]] = np.nan
    assert np.array_equal([2, np.nan, 1, 0, 1], usual_values(X, columns), equal_nan=True)


def test_a_clear_ranking_is_steady_and_a_toss_up_is_not() -> None:
    rng = np.random.default_rng(4)
    entity = np.arange(300)
    names = [f"f{place}" for place in range(8)]
    clear = rng.normal(size=(300, 8)) * 2.0 ** np.arange(8)
    toss_up = rng.normal(size=(300, 8))
    steady, shaky = (ranking_stability(one, names, entity, seed=1, top=4) for one in (clear, toss_up))
    assert steady is not None
    assert shaky is not None
    assert 1.0 == steady.overlap.value
    assert {"f4", "f5", "f6", "f7"} == set(steady.kept)
    assert (shaky.overlap.value or 1) < 0.9
    assert (shaky.rank_agreement.value or 1) < (steady.rank_agreement.value or 0)


def test_rows_of_one_person_are_drawn_together() -> None:
    rng = np.random.default_rng(5)
    added = np.repeat(rng.normal(size=(20, 6)), 30, axis=0)  # 20 people, thirty times over
    names = list("abcdef")
    people = ranking_stability(added, names, np.repeat(np.arange(20), 30), seed=1, top=3)
    rows = ranking_stability(added, names, np.arange(600), seed=1, top=3)
    assert people is not None
    assert rows is not None
    assert (people.overlap.value or 1) < (rows.overlap.value or 0)  # as rows, they look surer than they are


def test_stability_of_too_little_is_not_measured() -> None:
    assert ranking_stability(np.ones((3, 2)), ["a", "b"], np.zeros(3, dtype=np.int64), seed=1) is None
    assert ranking_stability(np.ones((3, 1)), ["a"], np.arange(3), seed=1) is None
    two = ranking_stability(np.ones((30, 3)), ["a", "b", "c"], np.arange(30), seed=1)
    assert two is not None
    assert two.rank_agreement.value is None  # of two ranks there is no correlation worth the name


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 50, "b": 60}, set()),
        ({"a": 50, "b": 4}, {"a", "b"}),
        ({"a": 50, "b": 30, "c": 4}, {"b", "c"}),
        ({"a": 50, "b": 30, "c": 6, "d": 6}, {"c", "d"}),  # twelve between them
    ],
)
def test_groups_are_withheld_until_enough_people_are(sizes: dict[str, int], hidden: set[str]) -> None:
    groups = np.repeat(list(sizes), list(sizes.values()))
    entity = np.arange(len(groups))
    audit = pd.DataFrame({"g": groups})
    found = importance_by_group(np.ones((len(groups), 1)), ["x"], audit, entity, number=10)
    assert hidden == {one.group for one in found if one.mean_absolute is None}


def test_those_under_a_notice_are_in_no_group_and_cannot_be_worked_out() -> None:
    def hidden(withheld: int) -> set[str]:
        audit = pd.DataFrame({"g": ["a"] * 50 + ["b"] * 30 + ["Withheld"] * withheld})
        found = importance_by_group(np.ones((len(audit), 1)), ["x"], audit, np.arange(len(audit)), number=10)
        assert ["a", "b"] == [one.group for one in found]
        return {one.group for one in found if one.mean_absolute is None}

    assert {"b"} == hidden(4)
    assert set() == hidden(40)


def test_what_is_missing_is_unknown_and_what_cannot_be_compared_is_not_listed() -> None:
    audit = pd.DataFrame(
        {"g": ["a"] * 40 + [None] * 40, "one": "a", "none": np.nan, "names": [f"name {n}" for n in range(80)]}
    )
    found = importance_by_group(np.ones((80, 1)), ["x"], audit, np.arange(80), number=10)
    assert [("g", "a"), ("g", "Unknown")] == [(one.characteristic, one.group) for one in found]


def test_people_are_counted_not_rows() -> None:
    audit = pd.DataFrame({"g": ["few"] * 40 + ["many"] * 40})
    entity = np.concatenate([np.repeat(np.arange(4), 10), np.arange(100, 140)])
    found = importance_by_group(np.ones((80, 1)), ["x"], audit, entity, number=10)
    assert all(one.mean_absolute is None for one in found)  # four people with ten rows each


@pytest.mark.parametrize("rows_each", [1, 7])
def test_every_mark_is_the_mean_of_enough_people(rows_each: int) -> None:
    rng = np.random.default_rng(6)
    entity = rng.permutation(np.repeat(np.arange(60), rows_each))
    added = rng.normal(size=(len(entity), 3))
    marks = beeswarm(added, pd.DataFrame(added, columns=["a", "b", "c"]), COLUMNS, entity, number=10)
    for place, feature in enumerate("abc"):
        across = [mark.contribution for mark in marks if mark.feature == feature]
        chunks = np.array_split(np.sort(added[:, place]), len(across))
        assert len(across) == 6
        assert across == pytest.approx([chunk.mean() for chunk in chunks])
        order = np.argsort(added[:, place])
        assert min(len(np.unique(entity[chunk])) for chunk in np.array_split(order, len(across))) >= 10
        assert max(across) < added[:, place].max()  # no extreme, which would be one person's


def test_a_marks_standing_is_unknown_where_few_have_a_value() -> None:
    X = pd.DataFrame({"a": [1.0] * 9 + [np.nan] * 31, "b": range(40), "c": 0.0}, dtype=float)
    marks = beeswarm(np.tile(np.arange(40.0)[:, None], 3), X, COLUMNS, np.arange(40), number=10)
    assert all(mark.standing is None for mark in marks if mark.feature == "a")
    rising = [mark.standing for mark in marks if mark.feature == "b"]
    assert rising == sorted(rising, key=float)  # type: ignore[arg-type]
