"""Predictive risk models for public services, with the evidence an ethics board needs.

>>> import riskmodels as rm                                                            # doctest: +SKIP
>>> ws = rm.open(".")                                                                  # doctest: +SKIP
>>> case = ws.case("rent_arrears")                                                     # doctest: +SKIP
>>> table = case.build(ws.lake, as_of=rm.monthly("2023-01", "2024-12"))                # doctest: +SKIP
>>> model = rm.train(case, table)                                                      # doctest: +SKIP
>>> model.evaluation                                                                   # doctest: +SKIP
>>> rm.audit(case, table, model).bias                                                  # doctest: +SKIP

Importing this is light: what a name needs is loaded when the name is first used.
"""

from __future__ import annotations

import importlib
import os
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskmodels.errors import RiskModelsError, UserError
    from riskmodels.features.schedule import every_month
    from riskmodels.features.windows import monthly
    from riskmodels.pipeline import RunResult, audit, run, train
    from riskmodels.workspace import Workspace, open  # noqa: A004 (riskmodels.open() reads as it should)

__all__ = [
    "RiskModelsError",
    "RunResult",
    "UserError",
    "Workspace",
    "__version__",
    "audit",
    "every_month",
    "monthly",
    "open",
    "run",
    "train",
]

# Nothing phones home: MLflow reads these when it is first imported, and passes them on to what it starts.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

try:
    __version__ = version("riskmodels")
except PackageNotFoundError:  # run from a folder of sources that was never installed
    __version__ = "0+unknown"

_HOMES = {
    "RiskModelsError": "riskmodels.errors",
    "RunResult": "riskmodels.pipeline",
    "UserError": "riskmodels.errors",
    "Workspace": "riskmodels.workspace",
    "audit": "riskmodels.pipeline",
    "every_month": "riskmodels.features.schedule",
    "monthly": "riskmodels.features.windows",
    "open": "riskmodels.workspace",
    "run": "riskmodels.pipeline",
    "train": "riskmodels.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'riskmodels' has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
