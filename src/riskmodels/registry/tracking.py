"""Write a training run down in MLflow: parameters, figures with their intervals, plots, digests, environment.

No model is written here. Nothing is sent anywhere but to the tracking store: MLflow's telemetry is turned off before
MLflow is imported, and again in a process that had imported it already.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodels.errors import OutputError
from riskmodels.records import Interval, RunRecord, TrainedModel, TrainingTable
from riskmodels.registry.new_store import make_sqlite_store
from riskmodels.registry.silence import import_silently

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from mlflow.tracking import MlflowClient

__all__ = ["log_run"]

_LONGEST_PARAMETER = 5000
_BATCH = 900
_LOCK_SECONDS = 5.0


def log_run(
    model: TrainedModel,
    table: TrainingTable,
    plots: Mapping[str, tuple[Figure, str]],
    *,
    tracking_uri: str,
    experiment: str,
    artifact_root: str | Path,
    environment: Mapping[str, str],
    report: Mapping[str, Any] | None = None,
    folders: Mapping[str, Path] | None = None,
) -> RunRecord:
    """Write one run down, whole or marked as failed.

    Parameters
    ----------
    model : TrainedModel
        What was trained, with its evaluation.
    table : TrainingTable
        What it was trained on; its digest, definition and counts are written, never its rows.
    plots : mapping of str to (Figure, str)
        Plots and their alternative texts, by name.
    tracking_uri : str
        MLflow's tracking store, such as ``sqlite:///.riskmodels/mlflow.db``; its folder is made when absent.
    experiment : str
        Experiment to put the run into; made when absent.
    artifact_root : str or Path
        Folder or URI under which a new experiment keeps its files.
    environment : mapping of str to str
        Python, platform and package versions.
    report : mapping, optional
        The run's figures as plain data, written as ``report.json``.
    folders : mapping of str to Path, optional
        Folders that are kept with the run, by the name they have there, such as ``{"bundle": ...}``.

    Raises
    ------
    OutputError
        When the store is locked, unwritable or refuses; a run that was begun is then marked as failed.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    import_silently()
    from mlflow.tracking import MlflowClient

    try:
        _prepare_sqlite(tracking_uri)
        client = MlflowClient(tracking_uri=tracking_uri)
        experiment_id = _experiment(client, experiment, artifact_root)
        with _run(client, experiment_id, f"{model.case_name} {model.digest[:8]}") as (run_id, artifact_uri, started):
            _log_figures(client, run_id, model, table, environment, started)
            with tempfile.TemporaryDirectory(prefix="riskmodels-") as folder:
                _write_files(Path(folder), model, table, plots, environment, report)
                client.log_artifacts(run_id, folder)
            for place, kept in (folders or {}).items():
                client.log_artifacts(run_id, str(kept), artifact_path=place)
        return RunRecord(run_id, experiment_id, artifact_uri)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise _unwritable(tracking_uri, str(error).splitlines()[0]) from error


def _prepare_sqlite(tracking_uri: str) -> None:
    """Make a SQLite file where there is none, and check one that is there: MLflow would go on trying for minutes."""
    from sqlalchemy.engine import make_url

    if not tracking_uri.startswith("sqlite:"):
        return
    name = make_url(tracking_uri).database
    if not name or name == ":memory:":
        raise _unwritable(tracking_uri, "it names no file")
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with closing(sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)) as database:
                database.execute("begin immediate")
                database.execute("rollback")
        make_sqlite_store(path.absolute())
    except (sqlite3.Error, OSError) as error:
        raise _unwritable(tracking_uri, str(error)) from error


def _experiment(client: MlflowClient, name: str, artifact_root: str | Path) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    root = artifact_root.absolute().as_uri() if isinstance(artifact_root, Path) else artifact_root
    return str(client.create_experiment(name, artifact_location=f"{root.rstrip('/')}/{_file_name(name)}"))


@contextmanager
def _run(client: MlflowClient, experiment_id: str, name: str) -> Iterator[tuple[str, str, int]]:
    """Begin a run; leave it finished, failed, or (when interrupted) killed, but never as if it still ran."""
    begun = client.create_run(experiment_id, run_name=name)
    run_id = str(begun.info.run_id)
    try:
        yield run_id, str(begun.info.artifact_uri), int(begun.info.start_time)
    except BaseException as error:
        client.set_terminated(run_id, "FAILED" if isinstance(error, Exception) else "KILLED")
        raise
    client.set_terminated(run_id, "FINISHED")


def _log_figures(
    client: MlflowClient,
    run_id: str,
    model: TrainedModel,
    table: TrainingTable,
    environment: Mapping[str, str],
    started: int,
) -> None:
    from mlflow.entities import Metric, Param, RunTag

    figures = [Metric(name, value, started, 0) for name, value in _metrics(model).items()]
    parameters = [Param(name, value[:_LONGEST_PARAMETER]) for name, value in _parameters(model, table).items()]
    tags = [RunTag(f"environment.{name}", value) for name, value in environment.items()]
    tags += [
        RunTag("model_digest", model.digest),
        RunTag("table_digest", model.table_digest),
        RunTag("definition_digest", model.definition_digest),
    ]
    client.log_batch(run_id, params=parameters[:100], tags=tags)
    for start in range(0, len(figures), _BATCH):
        client.log_batch(run_id, metrics=figures[start : start + _BATCH])


def _metrics(model: TrainedModel) -> dict[str, float]:
    """Name every figure and the ends of its interval; what is not defined is left out, never 0."""
    evaluation = model.evaluation
    found: dict[str, float] = {"held_out_rows": evaluation.rows, "held_out_positives": evaluation.positives}
    amount = model.task == "amount"
    mean = model.amount_evaluation.mean_amount if amount else model.risk_evaluation.base_rate
    intervals: dict[str, Interval] = {"held_out_mean_amount" if amount else "held_out_base_rate": mean}
    for source in (evaluation.metrics, evaluation.differences):
        for name, figures in source.items():
            intervals.update({f"{name}.{metric}": interval for metric, interval in figures.items()})
    for name, interval in intervals.items():
        ends = {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        found.update({key: value for key, value in ends.items() if value is not None})
    for name, value in model.cross_fitted.items():
        found[f"{name}.cross_fitted_{'mean_tweedie_deviance' if amount else 'roc_auc'}"] = value
    return found


def _parameters(model: TrainedModel, table: TrainingTable) -> dict[str, str]:
    evaluation = model.evaluation
    return {
        "case": model.case_name,
        "chosen": model.chosen,
        "choice_reason": model.choice_reason,
        "seed": str(model.seed),
        **_terms(model),
        "baseline": table.baseline,
        "horizon_days": str(table.horizon_days),
        "columns": str(len(model.columns)),
        "rows_learned_from": str(model.rows),
        "learned_from": " ".join(day.isoformat() for day in model.learned_from),
        "held_out": " ".join(day.isoformat() for day in evaluation.held_out),
        **{f"settings.{name}": str(value) for name, value in model.settings.items()},
        **{f"calibrator.{name}": text for name, text in model.calibrators.items()},
    }


def _terms(model: TrainedModel) -> dict[str, str]:
    """Give what a risk's figures rest on, the length of the list, or what an amount's do."""
    if model.task == "risk":
        return {"capacity": str(model.risk_evaluation.capacity)}
    judged = model.amount_evaluation
    return {"task": model.task, "unit": judged.unit, "nominal_coverage": str(judged.nominal_coverage)}


def _write_files(
    folder: Path,
    model: TrainedModel,
    table: TrainingTable,
    plots: Mapping[str, tuple[Figure, str]],
    environment: Mapping[str, str],
    report: Mapping[str, Any] | None,
) -> None:
    drawn = folder / "plots"
    drawn.mkdir()
    for name, (figure, _) in plots.items():
        figure.savefig(drawn / f"{_file_name(name)}.png")
    _write_json(drawn / "alt_texts.json", {f"{_file_name(name)}.png": alt for name, (_, alt) in plots.items()})
    _write_json(folder / "definition.json", table.definition)
    _write_json(folder / "environment.json", environment)
    if report is not None:
        _write_json(folder / "report.json", report)


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _unwritable(tracking_uri: str, why: str) -> OutputError:
    shown = re.sub(r"//[^/@]*@", "//...@", tracking_uri)
    return OutputError(
        f"The run could not be written to MLflow at {shown}: {why}",
        expected="a tracking store that this account can write to and that no other program keeps locked",
        next_step="close other programs that use it, check its folder's permissions and free space, and run again",
        who="Whoever looks after the workspace's machine or MLflow server",
    )
