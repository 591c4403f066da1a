"""A small made-up table of amounts, and a model of it with figures typed by hand: for tests of what comes after."""

from __future__ import annotations

import dataclasses
import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.features.seal import digest_of
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling.amounts import train_amount
from riskmodels.policy import AssurancePolicy, ModelPolicy
from riskmodels.records import BuildReport, Interval, ModelColumn, QualityReport, TrainedModel, TrainingTable
from riskmodels.records.amount_model import (
    AmountBin,
    AmountEvaluation,
    AmountGroup,
    AmountPeriod,
    StratumIntervals,
)
from riskmodels.records.totals import NewStarters, Place, TotalErrors, TotalForecast, TotalsBacktest
from riskmodels.registry.bundles.bundle import write_bundle
from riskmodels.registry.environment import describe_environment

__all__ = [
    "AMOUNT_POLICY",
    "SETTINGS",
    "UNIT",
    "amount_bundle",
    "amount_inputs",
    "amount_table",
    "trained_amount",
    "typed_evaluation",
    "typed_model",
    "typed_totals",
]

AMOUNT_POLICY = ModelPolicy(
    capacity=1,
    capacity_reason="No list is made",
    margin=0.5,
    seed=7,
    assurance=AssurancePolicy(disclosure_number=10),
)
UNIT = "GBP per week"
Chosen = Literal["interpretable", "lightgbm"]
SETTINGS = ("none", "home", "residential")
_MEAN = np.array([0.4, 180.0, 700.0])


@cache
def amount_table(entities: int = 400, periods: int = 4, seed: int = 3) -> TrainingTable:
    """Make people whose weekly cost moves with their setting, their hours and today's cost; many cost nothing."""
    rng = np.random.default_rng(seed)
    setting = rng.choice(3, entities, p=[0.5, 0.35, 0.15])
    level = rng.gamma(8.0, 1 / 8.0, entities)
    frames = []
    for month in pd.date_range("2023-01-01", periods=periods, freq="6MS"):
        hours = np.where(setting == 1, rng.gamma(4.0, 3.0, entities), 0.0)
        mean = _MEAN[setting] * level * np.exp(0.02 * (hours - 12) * (setting == 1))
        today = np.where(rng.random(entities) < 0.1, 0.0, mean * rng.gamma(6.0, 1 / 6.0, entities))
        came = np.where(rng.random(entities) < 0.12, 0.0, mean * rng.gamma(12.0, 1 / 12.0, entities))
        came = np.where((setting == 0) & (rng.random(entities) < 0.92), 0.0, came)
        frame = pd.DataFrame({"weekly_cost": np.where(setting == 0, 0.0, today), "hours": hours})
        for place, name in enumerate(SETTINGS):
            frame[f"setting={name}"] = (setting == place).astype(float)
        frame["needs_two"] = (rng.random(entities) < 0.2).astype(float)
        frame["noise"] = np.where(rng.random(entities) < 0.1, np.nan, rng.normal(size=entities))
        frame["y"], frame["stratum"] = came, np.array(SETTINGS)[setting]
        frame["entity"], frame["as_of"] = np.arange(entities, dtype=np.int64), month
        frames.append(frame)
    data = pd.concat(frames, ignore_index=True)
    dead = rng.random(len(data)) < 0.04
    lived = np.where(dead, rng.uniform(0.1, 1.0, len(data)), 1.0)
    columns = _columns()
    definition: dict[str, Any] = {
        "name": "made_up_care",
        "says": "Expected weekly cost",
        "outcome": {"says": "Cost of care: the mean weekly cost", "competes_with": "Date_of_Death"},
        "features": [{"name": one.feature, "categories": None} for one in columns],
        "audit_by": [],
        "intervals_within": "setting",
    }
    people = np.array(["Female", "Male"])[rng.integers(0, 2, entities)]
    wards = np.array(["Kilburn", "Harlesden", "Islands"])[rng.choice(3, entities, p=[0.6, 0.39, 0.01])]
    table = TrainingTable(
        case_name="made_up_care",
        purpose="commissioning",
        task="amount",
        outcome_says="Cost of care: the mean weekly cost",
        horizon_days=182,
        baseline="weekly_cost",
        harms=("missed_need",),
        definition=definition,
        definition_digest=sha256(canonical(definition)),
        columns=columns,
        X=data[[one.name for one in columns]],
        outcome=data["y"],
        audit=pd.DataFrame({"sex": np.tile(people, periods)}),
        spine=data[["entity", "as_of"]].assign(treated=False, competing=dead, weight=lived),
        report=BuildReport(datetime.datetime(2025, 6, 1), (), QualityReport(()), None, None),
        lineage=(),
        digest="",
        unit=UNIT,
        strata=data["stratum"].rename("setting"),
        totals_by=pd.DataFrame({"ward": np.tile(wards, periods)}),
    )
    return dataclasses.replace(table, digest=digest_of(table))


def _columns() -> tuple[ModelColumn, ...]:
    return (
        ModelColumn("weekly_cost", "weekly_cost", "Cost today", UNIT, "weekly_cost", monotone="increasing"),
        ModelColumn("hours", "hours", "Hours of home care a week", "hours", "hours"),
        *(
            ModelColumn(f"setting={one}", "setting", "Care setting", None, "setting", kind="onehot", category=one)
            for one in SETTINGS
        ),
        ModelColumn("needs_two", "needs_two", "Needs two carers", None, "needs_two", kind="flag"),
        ModelColumn("noise", "noise", "Noise", None, "noise"),
    )


@cache
def _trained() -> TrainedModel:
    return train_amount(amount_table(), AMOUNT_POLICY)


def trained_amount(chosen: Chosen = "interpretable") -> TrainedModel:
    """Train on the made-up amounts, with the estimator that a test is about.

    Ranges are those of the estimator that training chose: what is tested is that they are carried over.
    """
    return dataclasses.replace(_trained(), chosen=chosen)


def amount_bundle(folder: Path, chosen: Chosen = "interpretable") -> tuple[Path, str]:
    """Write a bundle of amounts; give its folder and its digest."""
    digest = write_bundle(
        folder, amount_table(), trained_amount(chosen), policy=AMOUNT_POLICY, environment=describe_environment()
    )
    return folder, digest


def amount_inputs(*, rows: int | None = None) -> npt.NDArray[np.float64]:
    """Give the made-up table's inputs as an array, in the order of its columns."""
    table = amount_table()
    return table.X[[column.name for column in table.columns]].to_numpy(dtype=np.float64)[:rows]


def typed_evaluation(**changes: Any) -> AmountEvaluation:
    """Give an evaluation whose figures were typed by hand, with changes to its fields."""
    dates = tuple(datetime.date(2023 + half // 2, 1 + 6 * (half % 2), 1) for half in range(4))
    figures = {
        "mean_absolute_error": Interval(61.2, 55.1, 67.9),
        "mean_tweedie_deviance": Interval(9.1, 8.2, 10.1),
        "mean_error": Interval(-1.4, -7.0, 4.1),
        "total_error": Interval(-0.008, -0.041, 0.024),
        "coverage": Interval(0.908, 0.889, 0.926),
        "mean_interval_width": Interval(310.0, 300.0, 320.0),
    }
    today = {name: one for name, one in figures.items() if name not in ("coverage", "mean_interval_width")}
    today |= {"mean_absolute_error": Interval(80.3, 72.0, 88.0)}
    periods = tuple(
        AmountPeriod(day, role, 400, 190, Interval(170.0, 160.0, 180.0), *scored)
        for day, role, scored in (
            (dates[0], "development", ()),
            (
                dates[1],
                "development",
                (171.0, Interval(62.0, 56.0, 68.0), Interval(0.31, 0.2, 0.4), Interval(0.9, 0.88, 0.92)),
            ),
            (dates[2], "gap", ()),
            (
                dates[3],
                "held_out",
                (170.1, Interval(61.2, 55.1, 67.9), Interval(0.34, 0.28, 0.4), Interval(0.908, 0.889, 0.926)),
            ),
        )
    )
    bins = tuple(AmountBin(80, 50.0 * place, Interval(51.0 * place, 40.0 * place, 60.0 * place)) for place in range(5))
    held: dict[str, Any] = {
        "held_out": (dates[3],),
        "rows": 400,
        "positives": 190,
        "unit": UNIT,
        "mean_amount": Interval(172.0, 160.0, 184.0),
        "nominal_coverage": 0.9,
        "metrics": {"baseline": today, "interpretable": today, "lightgbm": figures},
        "differences": {
            "chosen_minus_baseline": {
                "mean_absolute_error": Interval(-19.1, -25.0, -13.0),
                "deviance_reduction": Interval(0.34, 0.28, 0.4),
            }
        },
        "periods": periods,
        "competing": AmountGroup(6, 4, Interval(210.0), Interval(10.0)),
        "others": AmountGroup(394, 186, Interval(171.0, 160.0, 182.0), Interval(-1.5, -7.0, 4.0)),
        "calibration": {"baseline": bins, "lightgbm": (*bins, AmountBin(4, 900.0, Interval(950.0)))},
        "strata": (
            StratumIntervals("residential", 60, Interval(0.9, 0.82, 0.95), Interval(500.0, 480.0, 520.0)),
            StratumIntervals("home", 5, Interval(0.2), Interval(250.0)),
        ),
        "notes": ("One note.",),
    }
    return AmountEvaluation(**held | changes)


def typed_model(table: TrainingTable | None = None, **changes: Any) -> TrainedModel:
    """Give a model of amounts with a typed evaluation and no estimators."""
    table = table or amount_table()
    return TrainedModel(
        case_name=table.case_name,
        definition_digest=table.definition_digest,
        table_digest=table.digest,
        chosen="lightgbm",
        choice_reason="LightGBM's deviance is smaller by more than the margin",
        estimators={},
        columns=table.columns,
        learned_from=(datetime.date(2023, 1, 1), datetime.date(2023, 7, 1)),
        rows=800,
        rounds=40,
        settings={"power": 1.5},
        calibrators={"lightgbm": "times 1.02"},
        cross_fitted={"baseline": 13.9, "interpretable": 10.0, "lightgbm": 9.0},
        evaluation=typed_evaluation(**changes),
        seed=7,
        digest="e" * 64,
        task="amount",
    )


def typed_totals(**changes: Any) -> TotalsBacktest:
    """Give totals by ward and setting whose figures were typed by hand, with changes to its fields."""
    begins, ends = datetime.date(2024, 7, 1), datetime.date(2024, 12, 30)

    def coming(place: Place, expected: float) -> TotalForecast:
        return TotalForecast(place, begins, ends, 2, expected, 0.9 * expected, 1.1 * expected)

    def errors(place: Place, error: float, *, lead: int | None = None) -> TotalErrors:
        return TotalErrors(place, 6, error, 0.08, 0.07, 5, 6, lead)

    wards = (("ward", "Kilburn"),), (("ward", "Harlesden"),)
    cells = tuple((*ward, ("setting", one)) for ward in wards for one in ("home", "residential"))
    held: dict[str, Any] = {
        "by": ("ward", "setting"),
        "unit": "GBP",
        "nominal_coverage": 0.9,
        "origins": (datetime.date(2023, 7, 1), datetime.date(2024, 1, 1)),
        "overall": errors((), 0.05),
        "ratio": Interval(0.62, 0.5, 0.8),
        "by_lead": (errors((), 0.05, lead=2),),
        "places": tuple(errors(place, 0.06 if place != cells[0] else 0.1) for place in cells),
        "sums": (*(errors(place, 0.05) for place in wards), errors((), 0.04)),
        "forecasts": (
            *(coming(place, 1_000.0) for place in cells),
            *(coming(place, 2_000.0) for place in wards),
            coming((), 4_000.0),
        ),
        "starters": (NewStarters("new starters", 12.0, 400.0),),
        "notes": ("A note on totals.",),
    }
    return TotalsBacktest(**held | changes)
