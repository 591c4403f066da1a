"""Whatever the rows, an audit keeps to them: counts add up, the undefined has no figure, order changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskmodels.assurance import bias
from riskmodels.assurance.disparities import RATES
from riskmodels.assurance.intervals import breach_p, difference, holm
from riskmodels.assurance.scored import ScoredRows
from riskmodels.records.bias import BiasAudit
from tests.unit.assurance.scored_rows import deciding, of_columns, policy, reordered

GROUPS = ("Female", "Male", "Unknown", "Withheld")


@st.composite
def scored_rows(draw: st.DrawFn) -> ScoredRows:
    """Draw a few dozen rows of a few people, at one date or more, with ties, small groups and weights."""
    seed = draw(st.integers(0, 10_000))
    people, periods = draw(st.integers(1, 60)), draw(st.integers(1, 3))
    rng = np.random.default_rng(seed)
    many = people * periods
    entity = np.repeat(np.arange(people), periods)
    as_of = np.tile(pd.date_range("2024-01-01", periods=periods, freq="MS").to_numpy(), people)
    audit = pd.DataFrame({"sex": rng.choice(GROUPS, people)[entity], "age_band": rng.choice(["young", "old"], many)})
    return of_columns(
        rng.integers(0, draw(st.integers(1, 8)), many).astype(float),
        (rng.random(many) < draw(st.sampled_from([0.0, 0.2, 1.0]))).astype(float),
        audit,
        capacity=draw(st.integers(1, 20)),
        entity=entity,
        as_of=as_of,
        weight=rng.choice([1.0, 1.5], many) if draw(st.booleans()) else np.ones(many),
        probability=rng.random(many),
    )


def audited(rows: ScoredRows) -> BiasAudit:
    return bias.audit(rows, policy=policy(deciding(), resamples=200), harms=("missed_need",), seed=1)


EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@EXAMPLES
@given(scored_rows())
def test_counts_of_groups_add_up_to_everybody_and_no_rate_is_made_of_nobody(rows: ScoredRows) -> None:
    found = audited(rows)
    everybody = found.groups[0]
    for names in {tuple(name for name, _ in one.key) for one in found.groups if one.key}:
        parts = [one for one in (*found.groups, *found.left_out) if tuple(name for name, _ in one.key) == names]
        assert everybody.rows == sum(one.rows for one in parts)
        assert everybody.positives == pytest.approx(sum(one.positives for one in parts))
        assert everybody.picked == pytest.approx(sum(one.picked for one in parts))
    for one in found.groups[1:]:
        assert (one.rates["missed"].value is None) == (one.positives == 0)
        assert (one.rates["wrongly_picked"].value is None) == (one.positives == one.rows)
        assert (one.rates["precision"].value is None) == (one.picked == 0)


@EXAMPLES
@given(scored_rows())
def test_every_interval_holds_its_figure_and_none_is_given_for_few(rows: ScoredRows) -> None:
    found = audited(rows)
    figures = [interval for one in found.groups for name, interval in one.rates.items() if name in RATES]
    figures += [one.difference for one in found.disparities]
    for one in figures:
        if one.low is not None and one.high is not None and one.value is not None:
            assert -1 <= one.low <= one.value + 1e-9
            assert one.value - 1e-9 <= one.high <= 1
    for disparity in found.disparities:
        assert disparity.people >= found.least_people or disparity.difference.low is None


@EXAMPLES
@given(scored_rows(), st.integers(0, 100))
def test_neither_the_order_of_rows_nor_the_pseudonyms_change_an_audit(rows: ScoredRows, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(rows))
    other = reordered(rows, order)
    other = replace(other, entity=other.entity * 31 + 5)
    one, two = audited(rows), audited(other)
    assert one.decisive == two.decisive
    assert {group.key: group.rows for group in one.groups} == {group.key: group.rows for group in two.groups}
    for first, second in zip(one.disparities, two.disparities, strict=True):
        assert first.key == second.key
        assert first.difference.value == pytest.approx(second.difference.value)
        assert first.difference.low == pytest.approx(second.difference.low)


@given(st.integers(1, 200), st.integers(1, 200), st.floats(0, 1), st.floats(0, 1), st.floats(-0.9, 0.9))
def test_the_interval_of_a_difference_turns_round_with_it(
    first: int, second: int, one: float, other: float, correlation: float
) -> None:
    sides = (one, float(first)), (other, float(second))
    low, high = difference(*sides, correlation=correlation)
    back_low, back_high = difference(sides[1], sides[0], correlation=correlation)
    assert (float(low), float(high)) == (pytest.approx(-float(back_high)), pytest.approx(-float(back_low)))
    assert float(low) - 1e-9 <= one - other <= float(high) + 1e-9
    wide = difference(*sides, correlation=correlation, z=2.6)
    assert float(wide[0]) <= float(low) + 1e-9
    assert float(wide[1]) >= float(high) - 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 500), st.floats(0.01, 0.4), st.floats(0.01, 0.4))
def test_the_larger_the_tolerance_the_less_a_breach_is_proven(
    one: float, other: float, size: int, near: float, far: float
) -> None:
    sides = (one, float(size)), (other, float(size))
    narrow, wide = (float(breach_p(*sides, tolerance)) for tolerance in sorted((near, far)))
    assert narrow <= wide + 1e-9


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_makes_a_p_smaller_and_keeps_the_order(p: list[float]) -> None:
    adjusted = holm(p)
    assert all(mine >= given_p for mine, given_p in zip(adjusted, p, strict=True))
    ordered = [adjusted[place] for place in sorted(range(len(p)), key=p.__getitem__)]
    assert ordered == sorted(ordered)
