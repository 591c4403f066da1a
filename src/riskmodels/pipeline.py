"""The stages in their order: build, train, assure, draw, log, report. No other file knows it."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from riskmodels.atomic import new_folder, whole_file
from riskmodels.errors import TrainingError
from riskmodels.features import UseCase, monthly
from riskmodels.features.schedule import every_month
from riskmodels.lake import faults_by_owner
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.records.assurance import Assurance
from riskmodels.results import BuiltTable, LakeCheck, RunResult
from riskmodels.workspace import Workspace, policy_of

if TYPE_CHECKING:
    import pandas as pd
    from securesystemslib.signer import CryptoSigner

__all__ = [
    "BuiltTable",
    "LakeCheck",
    "RunResult",
    "as_of_dates",
    "audit",
    "build_table",
    "check_lake",
    "run",
    "train",
    "weighed",
]

RUN_FILE = "run.json"

Progress = Callable[[str, float], None]


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def as_of_dates(
    ws: Workspace, name: str, *, first: str | None = None, last: str | None = None
) -> tuple[datetime.date, ...]:
    """Settle the as-of dates: as asked, else as the policy says, else every month that the lake can serve.

    Parameters
    ----------
    ws : Workspace
        Where the use case is.
    name : str
        The use case.
    first, last : str, optional
        Months, such as ``"2023-01"``; one alone is the end of what would be used otherwise.

    Raises
    ------
    SettingsError
        If a month is not a month, or the first comes after the last.
    BuildError
        If the lake holds too little history.
    """
    case, asked = ws.case(name), ws.settings.models[name].as_of if name in ws.settings.models else None
    step = 1 if asked is None else asked.every_months
    if asked is not None and asked.first is not None and asked.last is not None:
        return monthly(first or asked.first, last or asked.last, every_months=step, day=asked.day)
    if first is not None and last is not None:
        return monthly(first, last, every_months=step)
    dates = every_month(case, ws.lake)[::-step][::-1]
    if first or last:
        return monthly(first or f"{dates[0]:%Y-%m}", last or f"{dates[-1]:%Y-%m}", every_months=step)
    return dates


def train(
    case: UseCase, table: TrainingTable, policy: ModelPolicy | None = None, *, progress: Progress | None = None
) -> TrainedModel:
    """Train the three estimators on a table and judge them on its last period.

    Parameters
    ----------
    case : UseCase
        What the table was built for.
    table : TrainingTable
        From ``case.build(...)``.
    policy : ModelPolicy, optional
        What is asked of the model; as the workspace's ``mlflow.yaml`` says when not given.
    progress : callable, optional
        Told the stage and the share of it that is done, in [0, 1].

    Raises
    ------
    SettingsError
        If no policy is given and ``mlflow.yaml`` has none for the use case.
    TrainingError
        If the table is another use case's, or cannot be learned from.
    """
    from riskmodels import modelling
    from riskmodels.modelling.totals import with_totals

    if table.definition_digest != case.digest:
        raise TrainingError(
            f"the table was built for {table.case_name!r} by a definition that is not the one of {case.name!r} now",
            expected="a table built from the use case as it stands",
            next_step="Build the table again: table = case.build(ws.lake, as_of=...).",
            who="the data scientist who built the table",
        )
    asked = policy if policy is not None else policy_of(case)
    ready, tell = weighed(table, asked), progress or _silent
    return with_totals(
        modelling.train(ready, asked, progress=progress),
        ready,
        disclosure_number=asked.assurance.disclosure_number,
        progress=lambda done: tell("Forecasting totals", done),
    )


def weighed(table: TrainingTable, policy: ModelPolicy) -> TrainingTable:
    """Weight those who were looked at so that they stand for everybody, where outcomes are seen only by looking.

    Every other table, and one that was weighed before, is given back as it is. :func:`train`, :func:`audit` and
    :func:`run` do it by themselves.
    """
    from riskmodels.modelling.selection import weigh

    return weigh(table, seed=policy.seed)


def audit(
    case: UseCase,
    table: TrainingTable,
    model: TrainedModel,
    policy: ModelPolicy | None = None,
    *,
    mitigate: bool = False,
    progress: Progress | None = None,
) -> Assurance:
    """Audit a trained model: bias, proxies, leaks, and what it goes by.

    Parameters
    ----------
    case : UseCase
        What the table was built for.
    table : TrainingTable
        What the model was trained on.
    model : TrainedModel
        From :func:`train`.
    policy : ModelPolicy, optional
        What is asked of the model; as the workspace's ``mlflow.yaml`` says when not given.
    mitigate : bool
        Whether to try what could be done for the group that fares worst.
    progress : callable, optional
        Told the stage and the share of it that is done, in [0, 1].

    Raises
    ------
    AssuranceError
        If something cannot be measured, or an input may not be used.
    """
    from riskmodels.assurance.whole import assure

    asked = policy if policy is not None else policy_of(case)
    return assure(weighed(table, asked), model, asked, mitigate=mitigate, progress=progress)


def run(
    ws: Workspace,
    name: str,
    *,
    as_of: Sequence[datetime.date] | None = None,
    mitigate: bool = False,
    author: CryptoSigner | None = None,
    at: datetime.datetime | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Do the whole of a use case: build, train, judge, audit, draw, log, report, write the documents, put it forward.

    Parameters
    ----------
    ws : Workspace
        Where the use case, its policy and the lake are.
    name : str
        The use case.
    as_of : sequence of date, optional
        As-of dates; see :func:`as_of_dates` for those used when not given.
    mitigate : bool
        Whether to try what could be done for the group that fares worst, and say what it costs.
    author : CryptoSigner, optional
        The author's key, with which the model is put forward; without it nothing is registered.
    at : datetime, optional
        The moment to put it forward at, in UTC; now when not given.
    progress : callable, optional
        Told the stage and the share of it that is done, in [0, 1].

    Returns
    -------
    RunResult
        Whose folder is written whole or not at all.

    Raises
    ------
    UserError
        Whatever a person can put right; its kind says where.
    """
    from riskmodels.assurance.whole import refuse_inputs

    tell = progress or _silent
    case, policy = ws.case(name), ws.policy(name)
    tell("looking at the lake", 0.0)
    dates = tuple(as_of) if as_of is not None else as_of_dates(ws, name)
    table = case.build(ws.lake, as_of=dates, progress=tell)
    refuse_inputs(table, policy, mitigate=mitigate)
    table = weighed(table, policy)
    model = train(case, table, policy, progress=tell)
    found = audit(case, table, model, policy, mitigate=mitigate, progress=tell)
    result = _record(ws, table, model, found, policy, tell)
    if policy.promotion is None:
        return result
    tell("writing the documents", 0.9)
    from riskmodels.deciding.put_forward import put_forward

    forward = put_forward(ws, name, result.folder, author=author, at=at or datetime.datetime.now(datetime.UTC))
    result = dataclasses.replace(result, gate=forward.decision, version=forward.version, why_not=forward.why_not)
    with whole_file(result.folder / RUN_FILE) as draft:
        draft.write_text(_told(result), encoding="utf-8")
    return result


def _record(
    ws: Workspace,
    table: TrainingTable,
    model: TrainedModel,
    found: Assurance,
    policy: ModelPolicy,
    tell: Progress,
) -> RunResult:
    """Draw, write and log a finished model. The report's folder takes its name last, when all of it is there."""
    from riskmodels.assurance.shown import draw_plots as draw_assurance
    from riskmodels.deciding.keeping import keep
    from riskmodels.deciding.kept import BUNDLE
    from riskmodels.modelling.plots import draw_plots
    from riskmodels.registry.bundles.bundle import write_bundle
    from riskmodels.registry.bundles.retained import retain
    from riskmodels.registry.environment import describe_environment
    from riskmodels.registry.tracking import log_run
    from riskmodels.run_report import assurance_sections, draw, report_html

    runs, environment = ws.state / "runs" / model.case_name, describe_environment()
    with new_folder(runs / "new run") as draft:
        tell("drawing plots", 0.0)
        parts = draw_assurance(found)
        plots = draw_plots(model) | {name: plot for part in parts.values() for name, plot in part.items()}
        pictures = draw(draft.path, plots)
        tell("writing the report", 0.4)
        sections = assurance_sections(found, {part: tuple(drawn) for part, drawn in parts.items()})
        page = report_html(table, model, policy, pictures, sections)
        (draft.path / "report.html").write_text(page, encoding="utf-8")
        tell("writing the bundle", 0.5)
        bundle = write_bundle(draft.path / BUNDLE, table, model, policy=policy, environment=environment)
        tell("logging to MLflow", 0.6)
        result = RunResult(model, table, found, "", runs, ws.tracking_uri, bundle_digest=bundle)
        record = log_run(
            model,
            table,
            plots,
            tracking_uri=ws.tracking_uri,
            experiment=model.case_name,
            artifact_root=_artifacts(ws),
            environment=environment,
            report=result.figures(),
            folders={BUNDLE: draft.path / BUNDLE},
        )
        draft.becomes = runs / record.run_id
        result = dataclasses.replace(result, run_id=record.run_id, folder=draft.becomes)
        (draft.path / RUN_FILE).write_text(_told(result), encoding="utf-8")
        keep(draft.path, ws.case(model.case_name), result, environment, record, pictures, parts)
        _for_the_auditor(ws, result)
        retain(ws.state / "retained" / model.case_name / table.digest, table, policy)
    return result


def _told(result: RunResult) -> str:
    return json.dumps(result.as_json(), indent=2, allow_nan=False) + "\n"


def _for_the_auditor(ws: Workspace, result: RunResult) -> None:
    """Write the audit in full, for the auditor's eyes: it holds small counts, so its owner alone may read it."""
    from riskmodels.assurance.shown import in_full

    path = ws.state / "auditor" / result.model.case_name / f"{result.run_id}.json"
    with whole_file(path, private=True) as draft:
        draft.write_text(json.dumps(in_full(result.assurance), indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _artifacts(ws: Workspace) -> str | Path:
    served = ws.tracking_uri.startswith(("http:", "https:"))
    return "mlflow-artifacts:" if served else ws.state / "artifacts"


def check_lake(ws: Workspace, *, progress: Progress | None = None) -> LakeCheck:
    """Read every extract, report its state, and write each owner a private list of its faults.

    Raises
    ------
    LakeError
        If the lake or one of its files cannot be read.
    OutputError
        If the lists cannot be written.
    """
    tell = progress or _silent
    lake = ws.lake
    report = lake.check(lambda extract, done, total: tell(f"checking {extract}".strip(), done / total))
    lists = {}
    for owner, faults in faults_by_owner(report).items():
        path = ws.quarantine / f"faults-{_slug(owner)}.csv"
        with whole_file(path, private=True) as draft, draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["extract", "rule", "rows"])
            writer.writerows([fault.extract, fault.rule, fault.rows] for fault in faults)
        lists[owner] = path
    return LakeCheck(report, lake.absent(), lists)


def build_table(
    ws: Workspace, name: str, as_of: Sequence[datetime.date], out: Path, *, progress: Progress | None = None
) -> BuiltTable:
    """Build a use case's training table and write it as Parquet, protected characteristics in a file apart.

    Parameters
    ----------
    ws : Workspace
        Where the use case and the lake are.
    name : str
        The use case.
    as_of : sequence of date
        Dates at which to look at the population.
    out : Path
        Spine, outcome and features. Beside it, ``<name>.audit.parquet`` has the protected characteristics. Both are
        readable by their owner alone: they hold pseudonymised people.

    Raises
    ------
    UserError
        Whatever a person can put right; its kind says where.
    """
    table = ws.case(name).build(ws.lake, as_of=as_of, progress=progress)
    audit_path = out.with_name(f"{out.name.removesuffix('.parquet')}.audit.parquet")
    with whole_file(audit_path, private=True) as audit, whole_file(out, private=True) as rest:
        _write_parquet(audit, [table.spine[["entity", "as_of"]], table.audit], table)
        _write_parquet(rest, [table.spine, table.outcome.to_frame(), table.X], table)
    return BuiltTable(table, out, audit_path)


def _write_parquet(path: Path, frames: Sequence[pd.DataFrame], table: TrainingTable) -> None:
    import pandas as pd

    facts = {"riskmodels.case": table.case_name, "riskmodels.table_digest": table.digest}
    facts["riskmodels.definition_digest"] = table.definition_digest
    arrow = pa.Table.from_pandas(pd.concat(frames, axis="columns"), preserve_index=False)
    pq.write_table(arrow.replace_schema_metadata(facts), path)


def _slug(words: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in words.lower())
