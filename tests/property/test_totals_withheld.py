"""Whatever the groups, what is withheld of totals cannot be worked out from a sum over everybody."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.scoring.totals import withheld


@given(st.lists(st.integers(1, 60), max_size=12), st.integers(2, 30))
def test_either_nothing_is_withheld_or_enough_people_are_together(counts: list[int], fewest: int) -> None:
    held = np.array(counts, dtype=np.int64)
    hidden = withheld(held, fewest)
    assert (held[~hidden] >= fewest).all()
    together = int(held[hidden].sum())
    assert together == 0 or together >= fewest or hidden.all()
