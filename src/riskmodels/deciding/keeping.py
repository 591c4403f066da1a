"""Keep of a finished run what a candidate is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from riskmodels.assurance import checks_display
from riskmodels.assurance.disclosure import rounded
from riskmodels.assurance.shown import bias_tables, explanation_tables
from riskmodels.deciding.kept import BUNDLE, KeptPlot, KeptRun, tables_of, write_kept
from riskmodels.features import UseCase
from riskmodels.governance.facts import FileFacts
from riskmodels.governance.measured_facts import run_facts
from riskmodels.records import RunRecord, TrainedModel
from riskmodels.records.proxies import PlainTable
from riskmodels.registry.bundles.manifest import MANIFEST, bundle_digest, read_manifest
from riskmodels.results import RunResult
from riskmodels.run_report.page import Picture
from riskmodels.run_report.totals import totals_of_model, totals_tables

__all__ = ["keep"]

_ELSEWHERE = "figures"


def keep(
    folder: Path,
    case: UseCase,
    result: RunResult,
    environment: Mapping[str, str],
    record: RunRecord,
    pictures: Sequence[Picture],
    parts: Mapping[str, Collection[str]],
) -> None:
    """Write what a run measured into its folder.

    Parameters
    ----------
    folder : Path
        The run's folder, with its bundle.
    case : UseCase
        The use case.
    result : RunResult
        The run.
    environment : mapping of str to str
        What it was made on.
    record : RunRecord
        Where MLflow has it.
    pictures : sequence of Picture
        The plots that were drawn.
    parts : mapping of str to collection of str
        Names of the plots of ``"bias"`` and ``"explanation"``; all others show figures.
    """
    table, model, found = result.table, result.model, result.assurance
    facts = run_facts(
        case,
        table,
        model,
        found,
        bundle_digest=bundle_digest(folder / BUNDLE),
        platform=environment,
        files=_files(folder / BUNDLE),
    )
    place = {name: part for part, names in parts.items() for name in names}
    kept = KeptRun(
        run_id=record.run_id,
        source=f"{record.artifact_uri.rstrip('/')}/{BUNDLE}",
        **dict(facts),
        people=rounded(table.spine["entity"].nunique(), found.bias.round_to),
        tables=tables_of(
            {
                "bias": _beside_the_verdicts(bias_tables(found.bias)),
                "proxies": checks_display.plain_tables(found.proxies),
                "explanation": explanation_tables(found.explanation),
                "leakage": checks_display.plain_tables(found.leakage),
                "figures": () if model.task == "risk" else _totals(model),
                "more": () if found.directions is None else (found.directions.cells(),),
            }
        ),
        plots=tuple(
            KeptPlot(name=one.path.stem, place=place.get(one.path.stem, _ELSEWHERE), title=one.caption, alt=one.alt)
            for one in pictures
        ),
    )
    write_kept(folder, kept)


def _totals(model: TrainedModel) -> Sequence[PlainTable]:
    """Give the sums that are expected, and how far such sums were out before; every place is in the report alone."""
    totals = totals_of_model(model)
    return () if totals is None else totals_tables(totals)


def _beside_the_verdicts(tables: Sequence[PlainTable]) -> list[PlainTable]:
    """Leave out what the card lays out itself: the verdicts, which come first, and the nine characteristics."""
    return [one for one in tables[1:] if not one.caption.startswith("The nine")]


def _files(bundle: Path) -> tuple[FileFacts, ...]:
    manifest = (bundle / MANIFEST).read_bytes()
    own = FileFacts(path=MANIFEST, sha256=bundle_digest(bundle), bytes=len(manifest))
    listed = read_manifest(bundle).files
    return (own, *(FileFacts(path=name, sha256=one.sha256, bytes=one.bytes) for name, one in sorted(listed.items())))
