"""The frozen records that pass from one stage to the next.

Each stage takes records and returns records; none reaches into another's insides. Fields that hold data frames make a
record compare by identity; every other record compares by value.
"""

from __future__ import annotations

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
    "BuildReport",
    "CalibrationBin",
    "Estimator",
    "Evaluation",
    "ExtractQuality",
    "GroupFigures",
    "Interval",
    "LineageEntry",
    "ModelColumn",
    "Monotone",
    "PeriodCount",
    "PeriodFigures",
    "QualityReport",
    "RankingPoint",
    "RunRecord",
    "TimeTravelCheck",
    "TrainedModel",
    "TrainingTable",
    "UnlinkedGroup",
]
