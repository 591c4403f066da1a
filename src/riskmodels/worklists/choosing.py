"""Whom a list holds: the highest scores, and a share drawn at random, so that what is learned next is not a guess.

Every draw is by a keyed digest of the case, so that the same list comes out again whatever the order of the rows, and
each place knows the chance with which it was drawn.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.errors import ScoringError

__all__ = ["EXPLORATION", "FIRST", "KINDS", "Chosen", "Kind", "choose"]

Kind = Literal["first", "score", "band", "exploration"]
FIRST: Kind = "first"
EXPLORATION: Kind = "exploration"
KINDS: Mapping[str, str] = {
    FIRST: "Comes first, whatever the score",
    "score": "Highest scores",
    "band": "Drawn among those near the end of the list",
    EXPLORATION: "Drawn at random, to learn from",
}

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chosen:
    """Who is on a list.

    Attributes
    ----------
    frame : DataFrame, shape (n_listed, 4)
        ``row`` (position in what was chosen from), ``place`` (1 is first), ``kind`` (``"score"``, ``"band"`` where the
        order near the list's end was drawn, or ``"exploration"``) and ``chance`` (with which the place was drawn, in
        (0, 1]; 1 for the highest scores).
    population : int
        How many were chosen from.
    by_score, drawn : int
        Places given by score, and places drawn at random.
    """

    frame: pd.DataFrame
    population: int
    by_score: int
    drawn: int


def choose(
    entity: IntArray,
    score: FloatArray,
    *,
    length: int,
    explore_share: float = 0.0,
    random_band: int = 0,
    group: npt.NDArray[np.str_] | None = None,
    seed: str,
) -> Chosen:
    """Choose who is on a list.

    Parameters
    ----------
    entity : int array, shape (n_cases,)
        Pseudonyms, each once.
    score : float array, shape (n_cases,)
        Higher is listed first. Equal scores are settled by a draw.
    length : int
        Places on the list; fewer are filled where there are fewer cases.
    explore_share : float
        Share of the places, in [0, 1), that are drawn at random from those whom the score leaves out.
    random_band : int
        Places around the last one given by score whose holders are drawn at random, so that the benefit of contact can
        be shown by comparing those just listed with those just left out.
    group : text array, shape (n_cases,), optional
        Where each case lies: places by score are then spread over the groups as the cases are.
    seed : str
        The same seed gives the same list.

    Raises
    ------
    ScoringError
        If a case occurs twice, a score is not a number, or the length is below 1.
    """
    _check(entity, score, length)
    drawn_order = _draws(entity, seed)
    count = min(length, len(entity))
    drawn = min(math.ceil(explore_share * count - 1e-9), max(count - 1, 0)) if count < len(entity) else 0
    order = np.lexsort((drawn_order, -score)).astype(np.int64)
    if group is not None:
        order = _spread(order, group, count - drawn)
    order, chances = _shuffled_band(order, drawn_order, count - drawn, random_band)
    top, rest = order[: count - drawn], order[count - drawn :]
    explored = rest[np.argsort(drawn_order[rest], kind="stable")][:drawn]
    frame = pd.DataFrame(
        {
            "row": np.concatenate([top, explored]),
            "place": np.arange(1, count + 1),
            "kind": [*("band" if chances[row] < 1 else "score" for row in top.tolist()), *[EXPLORATION] * drawn],
            "chance": np.concatenate([chances[top], np.full(drawn, drawn / max(len(rest), 1))]),
        }
    )
    return Chosen(frame, len(entity), count - drawn, drawn)


def _check(entity: IntArray, score: FloatArray, length: int) -> None:
    faults = {
        f"{len(entity):,} cases have {len(score):,} scores": len(entity) != len(score),
        "a case occurs more than once": len(np.unique(entity)) < len(entity),
        f"{int((~np.isfinite(score)).sum()):,} scores are missing or infinite": not np.isfinite(score).all(),
        f"the list has {length} places": length < 1,
    }
    for found, wrong in faults.items():
        if wrong:
            raise ScoringError(
                found,
                expected="each case once, with a score, and a list of at least one place",
                next_step="Score the cases again, and ask for a list of at least one place.",
                who="whoever makes the list",
            )


def _draws(entity: IntArray, seed: str) -> FloatArray:
    """Give each case a number in [0, 1) that its pseudonym and the seed settle. Shape (n_cases,)."""
    key = hashlib.sha256(seed.encode()).digest()
    digests = [hashlib.blake2b(int(one).to_bytes(8, "big", signed=True), key=key, digest_size=8) for one in entity]
    return np.array([int.from_bytes(one.digest(), "big") / 2**64 for one in digests], dtype=np.float64)


def _spread(order: IntArray, group: npt.NDArray[np.str_], count: int) -> IntArray:
    """Put first as many of each group as its share of the cases, the highest scores within it; then all the others."""
    names, sizes = np.unique(group, return_counts=True)
    exact = count * sizes / len(group)
    quota = np.floor(exact).astype(np.int64)
    left = np.argsort(-(exact - quota), kind="stable")[: count - int(quota.sum())]
    quota[left] += 1
    room = dict(zip(names.tolist(), quota.tolist(), strict=True))
    first: list[int] = []
    later: list[int] = []
    for row in order.tolist():
        here = str(group[row])
        (first if room[here] > 0 else later).append(row)
        room[here] -= 1
    return np.array([*first, *later], dtype=np.int64)


def _shuffled_band(order: IntArray, drawn: FloatArray, count: int, band: int) -> tuple[IntArray, FloatArray]:
    """Draw the order of the cases around the last place by score; give the order and each case's chance of a place."""
    chances = np.ones(len(order))
    before = min(band // 2, count)
    after = min(band - before, len(order) - count)
    if before == 0 or after == 0:
        return order, chances
    inside = order[count - before : count + after]
    chances[inside] = before / len(inside)
    shuffled = inside[np.argsort(drawn[inside], kind="stable")]
    return np.concatenate([order[: count - before], shuffled, order[count + after :]]), chances
