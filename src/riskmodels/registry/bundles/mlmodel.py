"""The files by which stock MLflow knows what a bundle is: ``MLmodel``, ``requirements.txt`` and ``python_env.yaml``.

They name no code in the bundle: MLflow loads it by a module of the installed library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import yaml

__all__ = ["EXAMPLE", "LOADER_MODULE", "MLFLOW_FILES", "OUTPUTS", "mlflow_files"]

EXAMPLE = "input_example.json"
"""The bundle's file with made-up inputs."""

MLFLOW_FILES = frozenset({"MLmodel", "python_env.yaml", "requirements.txt"})
"""The files that stock MLflow reads; the first says what code loads the model."""

LOADER_MODULE = "riskmodels.registry.flavour"
"""The module whose ``_load_pyfunc`` stock MLflow calls."""

OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "risk": ("score", "probability"),
    "amount": ("expected", "low", "high"),
}
"""Columns that a model behind stock MLflow gives, by its task."""

_USED = {
    "lightgbm": ("lightgbm", "numpy", "pandas", "scipy"),
    "interpretable": ("numpy", "pandas", "scikit-learn", "scipy", "skops"),
}
_VERSION = re.compile(r"\d[A-Za-z0-9.+!]*")


def mlflow_files(
    columns: Sequence[str],
    *,
    model: str,
    estimator: str,
    environment: Mapping[str, str],
    example: str,
    task: Literal["risk", "amount"] = "risk",
) -> dict[str, bytes]:
    """Write what stock MLflow needs, always the same for the same model: no time, no random name.

    Parameters
    ----------
    columns : sequence of str
        The model's inputs, in order.
    model, estimator : str
        Name of the use case, and the estimator that serves.
    environment : mapping of str to str
        Python's version, and those of packages.
    example : str
        The bundle's file with made-up inputs.
    task : {"risk", "amount"}
        Which columns it gives.
    """
    pins = [
        f"{name}=={environment[name]}"
        for name in ("riskmodels", "mlflow", *_USED[estimator])
        if _known(environment, name)
    ]
    about = {
        "flavors": {
            "python_function": {
                "env": {"virtualenv": "python_env.yaml"},
                "loader_module": LOADER_MODULE,
                "python_version": environment["python"],
            },
            "riskmodels": {"estimator": estimator, "manifest": "manifest.json", "model": model},
        },
        "mlflow_version": environment.get("mlflow"),
        "saved_input_example_info": {"artifact_path": example, "pandas_orient": "split", "type": "dataframe"},
        "signature": {
            "inputs": json.dumps([{"type": "double", "name": name, "required": True} for name in columns]),
            "outputs": json.dumps([{"type": "double", "name": name, "required": True} for name in OUTPUTS[task]]),
            "params": None,
        },
    }
    env = {"python": environment["python"], "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}
    return {
        "MLmodel": _yaml(about),
        "python_env.yaml": _yaml(env),
        "requirements.txt": ("\n".join(pins) + "\n").encode(),
    }


def _known(environment: Mapping[str, str], name: str) -> bool:
    return _VERSION.fullmatch(environment.get(name, "")) is not None


def _yaml(data: Mapping[str, Any]) -> bytes:
    return yaml.safe_dump(data, sort_keys=True, allow_unicode=True).encode()
