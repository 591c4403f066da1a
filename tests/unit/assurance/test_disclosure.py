"""Disclosure control: what is withheld, what is rounded, and what is refused."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from riskmodels.assurance import disclosure
from riskmodels.assurance.disclosure import protect, protect_groups, rounded, safe_count, safe_rate
from riskmodels.assurance.suppression import Flags, System
from riskmodels.errors import AssuranceError
from riskmodels.records.disclosure import Cell, Count, CountTable, GroupCounts

EVERYBODY: Cell = frozenset()


def cell(**groups: str) -> Cell:
    return frozenset(groups.items())


def table(name: str, counts: dict[Cell, float]) -> CountTable:
    return CountTable(name, tuple(Count(where, count) for where, count in counts.items()))


def texts(*tables: CountTable, number: int = 10) -> list[dict[Cell, str]]:
    return [dict(safe.cells) for safe in protect(tables, number=number, round_to=5)]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "withheld"), (9, "withheld"), (10, "10"), (12, "10"), (13, "15"), (1202, "1,200")]
)
def test_a_lone_count_is_rounded_or_withheld(count: int, text: str) -> None:
    assert text == safe_count(count, 10, 5)


def test_halves_are_rounded_up() -> None:
    assert [15, 20, 3] == [rounded(12.5, 5), rounded(17.5, 5), rounded(2.5, 1)]


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (51, 103, "48%"),  # 50 of 105
        (9, 100, "withheld"),
        (0, 100, "withheld"),
        (100, 100, "withheld"),
        (95, 100, "withheld"),
        (5, 9, "withheld"),
        (10, 4000, "under 1%"),
        (3990, 4000, "over 99%"),
    ],
)
def test_a_lone_rate_goes_with_its_counts(numerator: int, denominator: int, text: str) -> None:
    assert text == safe_rate(numerator, denominator, 10, 5)


def test_one_small_group_takes_the_next_smallest_with_it() -> None:
    (safe,) = texts(table("sex", {EVERYBODY: 104, cell(sex="F"): 60, cell(sex="M"): 40, cell(sex="X"): 4}))
    assert {EVERYBODY: "105", cell(sex="F"): "60", cell(sex="M"): "withheld", cell(sex="X"): "withheld"} == safe


def test_two_small_groups_whose_sum_is_small_take_a_third() -> None:
    (safe,) = texts(table("age", {EVERYBODY: 65, cell(a="1"): 2, cell(a="2"): 3, cell(a="3"): 20, cell(a="4"): 40}))
    assert ["withheld", "withheld", "withheld", "40"] == list(safe.values())[1:]


def test_large_groups_are_all_shown() -> None:
    (safe,) = texts(table("sex", {EVERYBODY: 100, cell(sex="F"): 60, cell(sex="M"): 40}))
    assert ["100", "60", "40"] == list(safe.values())


def test_a_total_that_is_rounded_is_not_the_sum_of_rounded_parts() -> None:
    (safe,) = texts(table("sex", {EVERYBODY: 36, cell(sex="F"): 12, cell(sex="M"): 12, cell(sex="X"): 12}))
    assert ["35", "10", "10", "10"] == list(safe.values())


def test_a_count_withheld_in_one_table_is_withheld_in_all() -> None:
    by_sex = table("sex", {cell(sex="F"): 60, cell(sex="M"): 40})
    by_both = table(
        "sex and age",
        {
            cell(sex=s, age=a): n
            for (s, a), n in {("F", "y"): 30, ("F", "o"): 30, ("M", "y"): 37, ("M", "o"): 3}.items()
        },
    )
    by_age = table("age", {cell(age="y"): 67, cell(age="o"): 33})
    sex, both, age = texts(by_sex, by_both, by_age)
    assert {"60", "40", "65", "35"} == {*sex.values(), *age.values()}
    assert {"withheld"} == set(both.values())  # a 2 x 2 table with known margins: one gives all
    again = texts(by_both, by_age, by_sex)
    assert [both, age, sex] == again


def test_without_its_margins_a_table_of_two_characteristics_is_still_one_with_another() -> None:
    """By sex and age, and by sex and area: neither shows the total by sex, but both have it."""
    ages = table("a", {cell(sex="F", age="y"): 40, cell(sex="F", age="o"): 4})
    areas = table("b", {cell(sex="F", area="n"): 22, cell(sex="F", area="s"): 22})
    one, two = texts(ages, areas)
    assert {"withheld"} == set(one.values())
    assert sorted(["20", "20"]) == sorted(two.values())


def test_a_small_count_that_nobody_prints_is_protected() -> None:
    """40 women, 37 of them with the outcome: three without follow by subtraction."""
    women, men = (("sex", "F"),), (("sex", "M"),)
    groups = [GroupCounts((), 140, 77, 40, 30), GroupCounts(women, 40, 37, 20, 18), GroupCounts(men, 100, 40, 20, 12)]
    everybody, one, other = protect_groups(groups, number=10, round_to=5)
    assert one.positives is None
    assert other.positives is None
    assert everybody.rows == 140
    assert one.rate("found", "positives") is None
    assert not one.may_show_rates
    assert "withheld" == one.text("positives")


def test_rates_of_large_groups_are_made_of_rounded_counts() -> None:
    (safe,) = protect_groups([GroupCounts((), 1003, 201, 101, 52)], number=10, round_to=5)
    assert safe.may_show_rates
    assert safe.rate("found", "positives") == 50 / 200
    assert "1,005" == safe.text("rows")


def test_what_is_shown_again_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[float] = []
    work = disclosure.withhold

    def listen(system: System, number: float) -> Flags:
        worked.append(number)
        return work(system, number)

    monkeypatch.setattr(disclosure, "withhold", listen)
    men, women = (("sex", "Male"),), (("sex", "Female"),)
    groups = [
        GroupCounts((), 1007, 203, 151, 71),
        GroupCounts(men, 487, 113, 71, 31),
        GroupCounts(women, 520, 90, 80, 40),
    ]
    once, again, other = (protect_groups(groups, number=number, round_to=5) for number in (11, 11, 12))
    assert once == again == other
    assert [11, 12] == worked


def test_rows_of_one_person_count_once() -> None:
    groups = [GroupCounts((), 1000, 100, 200, 60)]
    assert protect_groups(groups, number=10, round_to=5)[0].may_show_rates
    assert protect_groups(groups, number=10, round_to=5, rows_per_person=6)[0].positives == 100
    assert protect_groups(groups, number=10, round_to=5, rows_per_person=6)[0].rate("found", "positives") is None


def test_an_intersection_left_out_is_protected_as_the_empty_one_it_is() -> None:
    def group(rows: int, **names: str) -> GroupCounts:
        return GroupCounts(tuple(names.items()), rows, rows // 4, rows // 4, rows // 8)

    groups = [
        *(group(n, sex=s) for s, n in (("F", 400), ("M", 400))),
        *(group(n, age=a) for a, n in (("y", 400), ("o", 400))),
        group(400, sex="F", age="y"),
        group(400, sex="M", age="o"),
    ]
    safe = protect_groups(groups, number=10, round_to=5)
    assert [None, None] == [one.rows for one in safe[4:]]


def test_everything_is_withheld_where_nothing_else_is_enough() -> None:
    (safe,) = texts(table("sex", {EVERYBODY: 5, cell(sex="F"): 5, cell(sex="M"): 0}))
    assert {"withheld"} == set(safe.values())


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({EVERYBODY: 100, cell(sex="F"): 60, cell(sex="M"): 30}, "add up"),
        ({EVERYBODY: -1}, "below zero"),
        ({EVERYBODY: float("nan")}, "not a number"),
    ],
)
def test_wrong_counts_are_refused(counts: dict[Cell, float], words: str) -> None:
    with pytest.raises(AssuranceError, match=words):
        protect([table("wrong", counts)], number=10, round_to=5)


def test_tables_that_disagree_are_refused() -> None:
    with pytest.raises(AssuranceError, match="different counts"):
        protect([table("a", {EVERYBODY: 50}), table("b", {EVERYBODY: 51})], number=10, round_to=5)


def test_groups_that_cannot_be_are_refused() -> None:
    with pytest.raises(AssuranceError, match="more than the whole"):
        protect_groups([GroupCounts((), 100, 20, 10, 15)], number=10, round_to=5)
    with pytest.raises(AssuranceError, match="twice"):
        protect_groups([GroupCounts((), 100, 20, 10, 5)] * 2, number=10, round_to=5)
    with pytest.raises(AssuranceError, match="under 1"):
        protect_groups([GroupCounts((), 100, 20, 10, 5)], number=0, round_to=5)


def five_characteristics(people: int) -> list[GroupCounts]:
    random = np.random.Generator(np.random.PCG64(0))
    levels = [3, 7, 6, 3, 9]
    shares = [(weight := 1 / np.arange(1, many + 1)) / weight.sum() for many in levels]
    group_of = [random.choice(len(share), people, p=share) for share in shares]
    outcome = random.random(people) < 0.1
    picked = random.random(people) < np.where(outcome, 0.4, 0.04)
    groups = []
    for names in itertools.chain.from_iterable(itertools.combinations(range(5), size) for size in range(3)):
        for combination in itertools.product(*(range(levels[name]) for name in names)):
            here = np.ones(people, dtype=bool)
            for name, group in zip(names, combination, strict=True):
                here &= group_of[name] == group
            counts = [int((here & also).sum()) for also in (True, outcome, picked, outcome & picked)]
            texts_of = tuple((str(name), str(group)) for name, group in zip(names, combination, strict=True))
            groups.append(GroupCounts(texts_of, *counts))
    return groups


@pytest.mark.slow
def test_five_characteristics_and_all_pairs_take_seconds_and_leave_most_to_see() -> None:
    groups = five_characteristics(8000)
    started = time.process_time()
    safe = protect_groups(groups, number=10, round_to=5)
    assert time.process_time() - started < 20  # about 4 on an idle machine
    large = sum(getattr(group, name) >= 10 for group in groups for name in ("rows", "positives", "picked", "found"))
    shown = sum(getattr(group, name) is not None for group in safe for name in ("rows", "positives", "picked", "found"))
    assert 0.6 * large < shown < large
