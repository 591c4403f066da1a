"""Import MLflow so that it stays quiet: nothing is sent anywhere, and nothing chatters on the screen."""

from __future__ import annotations

import importlib
import logging
import os
import warnings

__all__ = ["import_silently"]


def import_silently() -> None:
    """Import MLflow with its telemetry off, and off again where it was imported before."""
    os.environ.update({"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"})
    with warnings.catch_warnings():
        # MLflow's own tables use a loading strategy that SQLAlchemy 2.1 deprecates; it says so as they are imported.
        warnings.filterwarnings("ignore", message="The ``noload`` loader strategy is deprecated")
        importlib.import_module("mlflow.store.tracking.sqlalchemy_store")
    from mlflow.telemetry.client import set_telemetry_client

    set_telemetry_client()  # type: ignore[no-untyped-call]
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
