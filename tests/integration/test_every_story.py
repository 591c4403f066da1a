"""Every other use case ends as rent arrears does: refused, completed, made again, signed, live, scored, stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.demos import command

pytestmark = pytest.mark.slow

CASES = ("unlicensed_property", "care_demand", "care_review")
SIZE = ("--households", "20", "--dwellings", "9000", "--care-people", "700", "--years", "4")

Stories = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Stories:
    """Tell the three stories on one small demo."""
    place = tmp_path_factory.mktemp("stories") / "ws"
    told = command("demo", str(place), *(word for case in CASES for word in ("--case", case)), *SIZE, "--json")
    assert 0 == told.returncode, told.stderr
    return {one["model"]: one for one in json.loads(told.stdout)["cases"]}


def acts(stories: Stories, case: str) -> dict[str, str]:
    return {one["act"]: "\n".join(one["lines"]) for one in stories[case]["story"]}


@pytest.mark.parametrize("case", CASES)
def test_a_story_ends_live_scored_and_suspended(stories: Stories, case: str) -> None:
    told = acts(stories, case)
    assert "quorum" in told["Put forward, and refused"]
    assert "Made again on the same platform: the same" in told["Made again by somebody else"]
    assert "is live as champion" in told["Live"], told
    assert f"{case} may not be used for 'enforcement'" in told["Scored"]
    assert "was suspended" in told["Suspended, and refused"]


@pytest.mark.parametrize("case", CASES)
def test_a_story_leaves_its_papers(stories: Stories, case: str) -> None:
    folder = Path(stories[case]["report"]).parent / "documents"
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert [] == [word for word in ("TBC", "TODO", "None", "nan", "null") if word in card.split()]
    assert {"card.html", "card.json", "dpia.md", "equality.md", "atrs.json"} <= {one.name for one in folder.iterdir()}


def test_homes_are_listed_by_score_and_a_tenth_by_lot(stories: Stories) -> None:
    told = acts(stories, "unlicensed_property")["Asked for a list"]
    assert "100 places" in told
    assert "Highest scores: 90." in told
    assert "Drawn at random, to learn from: 10." in told
    assert "nor a ground for entry" in told


def test_nobody_is_listed_by_cost(stories: Stories) -> None:
    assert "no list of people or places is made" in acts(stories, "care_demand")["Asked for a list"]
    assert "In all from" in acts(stories, "care_demand")["Scored"]


def test_overdue_reviews_come_first(stories: Stories) -> None:
    told = acts(stories, "care_review")["Asked for a list"]
    assert "60 places" in told
    assert "Comes first, whatever the score: " in told


def test_amounts_have_ranges_that_hold(stories: Stories) -> None:
    found = stories["care_demand"]["metrics"][
        "lightgbm" if stories["care_demand"]["chosen"] == "lightgbm" else "interpretable"
    ]
    assert 0.85 <= found["coverage"]["value"] <= 0.95
