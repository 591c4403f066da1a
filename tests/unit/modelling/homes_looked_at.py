"""Made-up homes that are looked at where people complain, with the truth about every home."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from riskmodels.features.seal import digest_of
from riskmodels.records import ModelColumn, TrainingTable
from riskmodels.records.selection import Selection
from tests.unit.modelling.conftest import assemble

INPUTS = ("well_off", "size", "turnover", "complaints", "noise")
HORIZON = 182


@dataclass(frozen=True)
class Homes:
    """A table of the homes looked at, and the whole population at every date with ``outcome``, the truth."""

    table: TrainingTable
    everybody: pd.DataFrame

    @property
    def last(self) -> pd.DataFrame:
        """Give the population at the last date."""
        return self.everybody[self.everybody["as_of"] == self.everybody["as_of"].max()].reset_index(drop=True)


def homes_looked_at(
    *,
    seed: int,
    homes: int = 4000,
    periods: int = 4,
    drawn: float = 0.012,
    others: int = 800,
    hidden: float = 0.0,
) -> Homes:
    """Make homes at half-yearly dates, of which people in well-off streets complain most.

    What a size or a turnover tells goes one way in well-off streets, where most is looked at, and another way
    elsewhere, where most of the outcome is. Of looks for another reason than a draw, ``hidden`` says how much more
    likely they are where the outcome is there, whatever the inputs say.
    """
    random = np.random.default_rng(seed)
    well_off, size = random.normal(size=homes), random.normal(size=homes)
    outcome = (random.random(homes) < expit(-2.4 + (0.15 - 0.9 * well_off) * size - well_off)).astype(float)
    turnover = random.gamma(1.5, np.exp(0.5 * np.where(outcome > 0, -well_off, 0.8 * well_off)))
    pages = []
    for day in pd.date_range("2022-01-01", periods=periods, freq=f"{HORIZON}D"):
        complaints = random.poisson(np.exp(-1.2 + 0.9 * well_off + 0.3 * size)).astype(float)
        chance = expit(-4.5 + 1.3 * np.minimum(complaints, 4) + 0.5 * well_off + hidden * outcome)
        page = pd.DataFrame({"well_off": well_off, "size": size, "turnover": turnover, "complaints": complaints})
        page["noise"], page["outcome"] = random.normal(size=homes), outcome
        page["entity"], page["as_of"] = np.arange(homes, dtype=np.int64), day
        page["at_random"] = random.random(homes) < drawn
        page["looked"] = page["at_random"] | (random.random(homes) < chance)
        page["looked_on"] = day + pd.to_timedelta(random.integers(0, HORIZON, homes), unit="D")
        pages.append(page)
    everybody = pd.concat(pages, ignore_index=True)
    return Homes(_table(everybody, others, seed), everybody)


def _table(everybody: pd.DataFrame, others: int, seed: int) -> TrainingTable:
    inputs = list(INPUTS)
    seen = everybody[everybody["looked"]].reset_index(drop=True)
    unseen = everybody[~everybody["looked"]]
    kept = unseen.groupby("as_of").sample(others, random_state=seed).sort_values(["as_of", "entity"], ignore_index=True)
    kept["stands_for"] = kept["as_of"].map(unseen.groupby("as_of").size()) / others
    columns = tuple(ModelColumn(name, name, f"The {name}", None, name) for name in INPUTS)
    spine = seen[["entity", "as_of"]].assign(treated=False, competing=False, weight=1.0)
    table = assemble(seen[inputs], seen["outcome"], spine, columns, horizon_days=HORIZON, baseline="complaints")
    street = pd.DataFrame({"street": np.where(seen["well_off"] > 0, "Well off", "Poor")})
    selection = Selection(
        seen["at_random"].to_numpy(bool),
        seen["looked_on"].to_numpy().astype("datetime64[D]"),
        kept[inputs],
        kept[["entity", "as_of", "stands_for"]],
    )
    table = dataclasses.replace(table, audit=street, selection=selection)
    return dataclasses.replace(table, digest=digest_of(table))
