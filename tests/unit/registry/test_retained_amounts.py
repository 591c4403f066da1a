"""What a table of amounts has beside a risk's is kept with it, and so is who was looked at."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import RegistryError, UntrustedError
from riskmodels.features.seal import digest_of
from riskmodels.records import TrainingTable
from riskmodels.records.selection import Selection
from riskmodels.registry.bundles.retained import read_retained, retain
from tests.amounts import UNIT, amount_table
from tests.bundles import POLICY


def sealed(table: TrainingTable) -> TrainingTable:
    return dataclasses.replace(table, digest=digest_of(table))


def test_strata_places_and_unit_are_kept_to_the_last_bit(tmp_path: Path) -> None:
    table = amount_table(60)
    kept = read_retained(retain(tmp_path / "kept", table, POLICY))
    assert (UNIT, "amount", table.digest) == (kept.unit, kept.task, kept.digest)
    assert table.strata is not None
    assert kept.strata is not None
    assert list(table.strata) == list(kept.strata)
    assert table.strata.name == kept.strata.name
    assert kept.totals_by is not None
    pd.testing.assert_frame_equal(table.totals_by, kept.totals_by, check_dtype=False)


@pytest.mark.parametrize("part", ["strata", "totals_by"])
def test_a_part_that_is_gone_or_changed_is_noticed(tmp_path: Path, part: str) -> None:
    folder = retain(tmp_path / "kept", amount_table(60), POLICY)
    path = folder / f"{part}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RegistryError, match="was cut short or changed"):
        read_retained(folder)


def test_a_table_whose_strata_are_not_what_its_digest_was_taken_of_is_not_kept(tmp_path: Path) -> None:
    table = amount_table(60)
    other = dataclasses.replace(table, strata=pd.Series(["home"] * table.rows, name="stratum"))
    with pytest.raises(UntrustedError, match="does not have the digest"):
        retain(tmp_path / "kept", other, POLICY)


def test_who_was_looked_at_is_kept(tmp_path: Path) -> None:
    table = amount_table(60)
    rng = np.random.default_rng(1)
    looked_on = np.datetime64("2023-02-01") + rng.integers(0, 90, table.rows).astype("timedelta64[D]")
    selection = Selection(
        at_random=rng.random(table.rows) < 0.3,
        looked_on=looked_on,
        others=table.X.head(7).copy(),
        others_spine=table.spine[["entity", "as_of"]].head(7).assign(stands_for=3.5),
        weighed=True,
        propensity_roc_auc=0.71,
        trimmed_share=0.02,
        effective_rows=None,
    )
    table = sealed(dataclasses.replace(table, selection=selection))
    kept = read_retained(retain(tmp_path / "kept", table, POLICY)).selection
    assert kept is not None
    assert np.array_equal(selection.at_random, kept.at_random)
    assert np.array_equal(selection.looked_on, kept.looked_on)
    assert np.array_equal(selection.others.to_numpy(), kept.others.to_numpy(), equal_nan=True)
    assert (True, 0.71, 0.02, None) == (
        kept.weighed,
        kept.propensity_roc_auc,
        kept.trimmed_share,
        kept.effective_rows,
    )
