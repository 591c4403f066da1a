"""What a run ran on: Python, platform and the versions of the packages that shape its result."""

from __future__ import annotations

import platform
from importlib import metadata

__all__ = ["describe_environment"]

_PACKAGES = (
    "riskmodels",
    "duckdb",
    "lightgbm",
    "mlflow",
    "numpy",
    "pandas",
    "pandera",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "skops",
    "sqlglot",
)


def describe_environment() -> dict[str, str]:
    """Give Python's version, the platform, and the version of each package that a result depends on."""
    found = {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed as a package"
    return found
