"""The frozen records that pass from one stage to the next.

Each stage takes records and returns records; none reaches into another's insides. Fields that hold data frames make a
record compare by identity; every other record compares by value.
"""

from __future__ import annotations

from riskmodels.records.amount_intervals import AmountIntervals, IntervalCell
from riskmodels.records.amount_model import (
    AmountBin,
    AmountEstimator,
    AmountEvaluation,
    AmountGroup,
    AmountPeriod,
    StratumIntervals,
)
from riskmodels.records.figures import Interval
from riskmodels.records.model import (
    CalibrationBin,
    Estimator,
    Evaluation,
    GroupFigures,
    PeriodFigures,
    RankingPoint,
    RunRecord,
    TrainedModel,
)
from riskmodels.records.quality import ExtractQuality, QualityReport
from riskmodels.records.selection import FoundEarlier, RouteFigures, Selection, SelectionFigures
from riskmodels.records.table import (
    BuildReport,
    LineageEntry,
    ModelColumn,
    Monotone,
    PeriodCount,
    TimeTravelCheck,
    TrainingTable,
    UnlinkedGroup,
)

__all__ = [
    "AmountBin",
    "AmountEstimator",
    "AmountEvaluation",
    "AmountGroup",
    "AmountIntervals",
    "AmountPeriod",
    "BuildReport",
    "CalibrationBin",
    "Estimator",
    "Evaluation",
    "ExtractQuality",
    "FoundEarlier",
    "GroupFigures",
    "Interval",
    "IntervalCell",
    "LineageEntry",
    "ModelColumn",
    "Monotone",
    "PeriodCount",
    "PeriodFigures",
    "QualityReport",
    "RankingPoint",
    "RouteFigures",
    "RunRecord",
    "Selection",
    "SelectionFigures",
    "StratumIntervals",
    "TimeTravelCheck",
    "TrainedModel",
    "TrainingTable",
    "UnlinkedGroup",
]
