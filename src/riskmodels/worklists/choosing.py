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
SCORE: Kind = "score"
BAND: Kind = "band"
EXPLORATION: Kind = "exploration"
KINDS: Mapping[str, str] = {
    FIRST: "Comes first, whatever the score",
    SCORE: "Highest scores",
    BAND: "Drawn among those near the end of the list",
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
        order near the list's end was drawn, or ``"exploration"``) and ``chance`` (that the case is on the list at all,
        by whatever way, in (0, 1]: 1 for the highest scores, less where equal scores meet at the end).
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
    ties, near_the_end, explore = (_draws(entity, f"{seed} {what}") for what in ("ties", "band", "explore"))
    count = min(length, len(entity))
    drawn = min(math.ceil(explore_share * count - 1e-9), max(count - 1, 0)) if count < len(entity) else 0
    kept = count - drawn
    pools = np.zeros(len(entity), dtype=np.int64) if group is None else np.unique(group, return_inverse=True)[1]
    order, by_score = _ranked(np.lexsort((ties, -score)).astype(np.int64), score, pools, kept)
    order, by_score, band = _shuffled_band(order, by_score, near_the_end, kept, random_band)
    top, rest = order[:kept], order[kept:]
    explored = rest[np.argsort(explore[rest], kind="stable")][:drawn]
    listed = np.concatenate([top, explored])
    frame = pd.DataFrame(
        {
            "row": listed,
            "place": np.arange(1, count + 1),
            "kind": [*(BAND if row in band else SCORE for row in top.tolist()), *[EXPLORATION] * drawn],
            "chance": by_score[listed] + (1 - by_score[listed]) * drawn / max(len(rest), 1),
        }
    )
    return Chosen(frame, len(entity), kept, drawn)


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


def _ranked(order: IntArray, score: FloatArray, pools: IntArray, kept: int) -> tuple[IntArray, FloatArray]:
    """Order the cases so that the first ``kept`` have a place by score, spread over pools as the cases are.

    Gives the order, and each case's chance of such a place: 1 or 0, and between where equal scores meet at the end.
    """
    sizes = np.bincount(pools)
    exact = kept * sizes / len(pools)
    quota = np.floor(exact).astype(np.int64)
    quota[np.argsort(-(exact - quota), kind="stable")[: kept - int(quota.sum())]] += 1
    chance = np.zeros(len(order))
    first: list[int] = []
    for pool, places in enumerate(quota.tolist()):
        mine = order[pools[order] == pool]
        first += mine[:places].tolist()
        if places == 0:
            continue
        last = score[mine[places - 1]]
        above, tied = mine[score[mine] > last], mine[score[mine] == last]
        chance[above] = 1.0
        chance[tied] = (places - len(above)) / len(tied)
    by_score = set(first)
    rows = order.tolist()
    return np.array([*(row for row in rows if row in by_score), *(row for row in rows if row not in by_score)]), chance


def _shuffled_band(
    order: IntArray, chance: FloatArray, draw: FloatArray, kept: int, band: int
) -> tuple[IntArray, FloatArray, set[int]]:
    """Draw the order of the cases around the last place by score; give order, chances, and who was drawn among."""
    before = min(band // 2, kept)
    after = min(band - before, len(order) - kept)
    if before == 0 or after == 0:
        return order, chance, set()
    inside = order[kept - before : kept + after]
    chance = chance.copy()
    chance[inside] = before / len(inside)
    shuffled = inside[np.argsort(draw[inside], kind="stable")]
    drawn = np.concatenate([order[: kept - before], shuffled, order[kept + after :]])
    return drawn, chance, set(inside.tolist())
