from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from riskmodels.assurance.counts import CountedRows, count_rows, pool
from tests.unit.assurance.scored_rows import make_rows


def counted(
    periods: int = 1, *, people: int = 400, weights: bool = False, order: npt.NDArray[np.int64] | None = None
) -> tuple[CountedRows, npt.NDArray[np.int64], pd.DataFrame]:
    rows = make_rows(people=people, periods=periods, weights=weights)
    group = pd.factorize(rows.audit["age_band"], sort=True)[0].astype(np.int64)
    order = np.arange(len(rows)) if order is None else order
    columns = (rows.entity, rows.outcome, rows.picked, rows.weight, rows.probability)
    frame = pd.DataFrame(dict(zip(("entity", "y", "p", "w", "q"), columns, strict=True))).assign(group=group)
    return count_rows(*(one[order] for one in columns)), group[order], frame


@pytest.mark.parametrize(("periods", "weights"), [(1, False), (1, True), (6, False), (6, True)])
def test_totals_are_the_sums_of_the_rows(periods: int, weights: bool) -> None:
    rows, group, frame = counted(periods, weights=weights)
    by_hand = frame.assign(wy=frame.w * frame.y, wp=frame.w * frame.p, wyp=frame.w * frame.y * frame.p)
    sums = by_hand.groupby("group")[["w", "wy", "wp", "wyp"]].sum().to_numpy()
    pooled = pool(rows, group, 4)
    np.testing.assert_allclose(pooled.totals()[:3], sums)
    assert (pooled.totals()[3] == 0).all()
    assert frame.entity.nunique() == pooled.people.sum()


def test_equal_vectors_are_pooled() -> None:
    rows, group, _ = counted(1)
    assert len(pool(rows, group, 3).people) <= 3 * 4


@pytest.mark.parametrize("periods", [1, 6])
def test_the_order_of_rows_changes_nothing(periods: int) -> None:
    order = np.random.default_rng(2).permutation(400 * periods)
    one, other = (pool(*counted(periods, order=given)[:2], 3) for given in (None, order))
    for first, second in zip(
        (one.people, one.vector, one.group, one.counts),
        (other.people, other.vector, other.group, other.counts),
        strict=True,
    ):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("periods", [1, 6])
def test_resamples_vary_as_those_that_draw_people_one_by_one(periods: int) -> None:
    """Totals over a multinomial draw have the sum and the covariance of totals over people drawn with replacement."""
    rows, group, frame = counted(periods, people=150)
    pooled = pool(rows, group, 3)
    drawn = pooled.resampled(np.random.Generator(np.random.PCG64(1)), 20_000).reshape(20_000, -1)
    vectors = np.zeros((150, 3, 4))
    person = pd.factorize(frame.entity)[0]
    counts = np.stack([frame.w, frame.w * frame.y, frame.w * frame.p, frame.w * frame.y * frame.p], axis=1)
    np.add.at(vectors, (person, frame.group), counts)
    flat = vectors.reshape(150, -1)
    np.testing.assert_allclose(drawn.mean(axis=0), flat.sum(axis=0), rtol=0.02, atol=0.05)
    expected = np.cov(flat.T, bias=True) * 150
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected))) + 1e-9
    assert np.abs(np.cov(drawn.T) - expected).max() < 0.05 * scale.max()
    assert (np.abs(np.cov(drawn.T) - expected) / scale)[scale > 1].max() < 0.06


def test_people_who_change_group_are_one_vector_with_two_pieces() -> None:
    rows, group, frame = counted(6)
    pooled = pool(rows, group, 3)
    by_person = frame.groupby("entity").group
    movers = (by_person.min() < by_person.max()).sum()
    pieces = np.bincount(pooled.vector)
    assert movers > 10
    assert movers == pooled.people[pieces == 2].sum()
    assert 2 == pieces.max()


def test_calibration_sums_by_hand() -> None:
    rows, group, frame = counted(6, weights=True)
    pooled = pool(rows, group, 3)
    gap = (frame.w * (frame.y - frame.q)).groupby([frame.entity, frame.group]).sum()
    np.testing.assert_allclose(pooled.gap, gap.groupby("group").sum())
    np.testing.assert_allclose(pooled.gap_squares[0], (gap**2).groupby("group").sum())
