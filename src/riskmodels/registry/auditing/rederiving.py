"""Work a candidate's figures out again from its retained table and its bundle, and see that they are those signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.assurance import amounts, bias
from riskmodels.assurance.bias_display import safe_groups
from riskmodels.assurance.scored import ScoredRows, picked_share
from riskmodels.errors import UserError
from riskmodels.governance.facts import CandidateFacts, ComparisonFacts
from riskmodels.governance.measured_facts import bias_facts
from riskmodels.governance.wire import sha256
from riskmodels.modelling.evaluation import Scored, area_interval, compare
from riskmodels.modelling.rows import Rows, read_table
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainingTable
from riskmodels.records.bias import BiasAudit
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.looked_at import not_looked_at_again
from riskmodels.registry.auditing.rederiving_amounts import amount_figures, amounts_again, held_out_amounts
from riskmodels.registry.auditing.retrained import NOT_TRAINED_AGAIN, trained_again
from riskmodels.registry.auditing.same_figures import figure, in_words, is_same
from riskmodels.registry.bundles.amount_predictor import AmountPredictor, AnyPredictor, predictor_of
from riskmodels.registry.bundles.learned import reproducibility_digest_of
from riskmodels.registry.bundles.manifest import MANIFEST
from riskmodels.registry.bundles.predictor import Predictor

__all__ = ["rederive"]

Progress = Callable[[str, float], None]

_NAMES = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "precision_at_capacity": "Precision of the list",
    "recall_at_capacity": "Share of those with the outcome who are on the list",
    "calibration_slope": "Calibration slope",
    "calibration_error": "Calibration error",
}
_GAIN = "chosen_minus_baseline"
_BASELINE = "baseline"


@dataclass(frozen=True, eq=False)
class _Again:
    """What is looked at: the table's held-out rows, scored by the bundle."""

    table: TrainingTable
    held_out: Rows
    predictor: Predictor
    facts: CandidateFacts

    @property
    def chosen(self) -> str:
        return self.facts.model.chosen

    def scored(self) -> Scored:
        """Score the held-out rows with the model and with today's practice."""
        X, one = self.held_out.X, self.predictor
        return Scored(
            self.held_out,
            {self.chosen: one.raw_score(X), _BASELINE: one.baseline_score(X)},
            {self.chosen: one.probability(X), _BASELINE: one.baseline_probability(X)},
        )


def rederive(
    table: TrainingTable,
    files: Mapping[str, bytes],
    facts: CandidateFacts,
    *,
    policy: ModelPolicy,
    thorough: bool = True,
    progress: Progress | None = None,
) -> tuple[Held, ...]:
    """Work every figure that a threshold is set on out again, by the functions that worked it out when it was signed.

    Parameters
    ----------
    table : TrainingTable
        What was retained: :func:`~riskmodels.registry.bundles.retained.read_retained`.
    files : mapping of str to bytes
        The bundle: :func:`~riskmodels.registry.bundles.manifest.checked_files`.
    facts : CandidateFacts
        What the author signed.
    policy : ModelPolicy
        The comparisons that decide, and the disclosure number.
    thorough : bool
        Whether the model is trained and audited again too, for the figures that the bundle alone cannot give: earlier
        periods, leaks, proxies, steadiness of the explanation, declared directions. It takes as long as the run did.
    progress : callable, optional
        Told the stage and the share of it that is done.

    Returns
    -------
    tuple of Held
        One for each thing; a figure holds when its value and the ends of its interval are those signed, to 1e-9.
    """
    tell: Progress = progress if progress is not None else lambda stage, done: None
    same = tuple(_same_things(table, files, facts))
    if not all(one.held for one in same):
        return (*same, Held("Every figure", None, "the table and the bundle are not those that were signed"))
    try:
        measured = _measured(table, predictor_of(files), facts, policy, tell)
        once = (*NOT_TRAINED_AGAIN, *not_looked_at_again(facts))
        anew = tuple(trained_again(table, facts, policy, tell)) if thorough else once
    except UserError as error:
        return (*same, Held("Every figure", False, f"they cannot be worked out again: {error.found}"))
    return (*same, *measured, *anew)


def _measured(
    table: TrainingTable, predictor: AnyPredictor, facts: CandidateFacts, policy: ModelPolicy, tell: Progress
) -> tuple[Held, ...]:
    """Measure the held-out rows, test them for bias and look at their date again, of a risk or of an amount."""
    tell("measuring again", 0.0)
    if isinstance(predictor, AmountPredictor):
        seen = amounts_again(table, predictor, facts)
        figures = tuple(amount_figures(seen))
        tell("testing for bias again", 0.2)
        audit = amounts.audit(seen.scored_rows(), policy=policy.assurance, harms=table.harms, held=_protected(table))
        return (*figures, *_groups(audit, facts), *held_out_amounts(seen))
    again = _Again(table, read_table(table).at(facts.model.held_out[-1]), predictor, facts)
    figures = tuple(_figures(again))
    tell("testing for bias again", 0.2)
    audit = bias.audit(
        _scored_rows(again), policy=policy.assurance, harms=table.harms, seed=policy.seed, held=_protected(table)
    )
    return (*figures, *_groups(audit, facts), *_held_out_period(again))


def _same_things(table: TrainingTable, files: Mapping[str, bytes], facts: CandidateFacts) -> Iterator[Held]:
    signed = facts.model
    yield Held(
        "A chance or an amount", table.task == signed.task, f"{signed.task} was signed, {table.task} was retained"
    )
    yield _equal("Retained table", table.digest, signed.table_digest)
    yield _equal("Definition of the use case", table.definition_digest, signed.definition_digest)
    yield _equal("Manifest of the bundle", sha256(files.get(MANIFEST, b"")), signed.bundle_digest)
    listed = {one.path: one.sha256 for one in facts.files if one.path != MANIFEST}
    found = {name: sha256(data) for name, data in files.items() if name != MANIFEST}
    yield Held("Files of the bundle", found == listed, f"{len(found)} files, and {len(listed)} were signed for")
    try:
        yield _equal("What was learned", reproducibility_digest_of(files), signed.reproducibility_digest)
    except UserError as error:
        yield Held("What was learned", False, error.found)


def _equal(what: str, found: str, signed: str) -> Held:
    if found == signed:
        return Held(what, True, f"{found[:16]}..., as signed")
    return Held(what, False, f"it has the digest {found[:16]}..., and {signed[:16]}... was signed")


def _figures(again: _Again) -> Iterator[Held]:
    signed, seed = again.facts.model, again.predictor.manifest.seed
    yield _counts(again)
    metrics, differences = compare(
        again.scored(),
        {_GAIN: (again.chosen, _BASELINE)},
        capacity=signed.capacity,
        seed=seed,
        weighed=again.table.weighed,
    )
    mine = metrics[again.chosen]
    for name, says in _NAMES.items():
        yield figure(says, mine[name], signed.metrics[again.chosen].get(name))
    for name, found in differences[_GAIN].items():
        says = _NAMES.get(name, name.replace("_", " "))
        yield figure(f"{says}, less that of today's practice", found, signed.differences[_GAIN].get(name))
    rest = {name: (mine[name], signed.metrics[again.chosen].get(name)) for name in mine if name not in _NAMES}
    rest |= {
        f"today's practice: {name}": (found, signed.metrics[_BASELINE].get(name))
        for name, found in metrics[_BASELINE].items()
    }
    wrong = sorted(name for name, (found, said) in rest.items() if not is_same(found, said))
    why = f"not as signed: {', '.join(wrong)}" if wrong else f"{len(rest)} figures, as signed"
    yield Held("All other figures of the model, and those of today's practice", not wrong, why)


def _counts(again: _Again) -> Held:
    signed = again.facts.model
    rows, positives = len(again.held_out), int(again.held_out.y.sum())
    same = rows == signed.rows and signed.positives in (None, positives)
    return Held("Held-out rows", same, f"{signed.rows:,} were signed for" if same else "their number is another")


def _protected(table: TrainingTable) -> dict[str, str]:
    """Give which protected characteristic each audited one records."""
    return {str(one["name"]): str(one["protected"]) for one in table.definition.get("audit_by", ()) if _protects(one)}


def _groups(audit: BiasAudit, facts: CandidateFacts) -> Iterator[Held]:
    again_signed = bias_facts(audit)
    found = {_key(one): one for one in again_signed.comparisons}
    for signed in facts.bias.comparisons:
        yield _comparison(signed, found.pop(_key(signed), None))
    if found:
        yield Held("Comparisons that decide", False, f"{len(found)} of the policy were not signed for")
    proven, claimed = (sorted((one.group, one.metric) for one in held.breaches) for held in (again_signed, facts.bias))
    yield Held("Breaches that nobody named", proven == claimed, f"{len(proven)} found, {len(claimed)} signed for")
    counts = [
        count
        for one in safe_groups(audit, intersections=False).values()
        for count in (one.rows, one.positives, one.picked, one.found)
        if count is not None
    ]
    smallest = min(counts, default=None)
    same = smallest == facts.disclosure.smallest_shown
    yield Held("Smallest count that is shown", same, "as signed" if same else "another comes out")


def _protects(one: Mapping[str, Any]) -> bool:
    return bool(one.get("protected"))


def _key(one: ComparisonFacts) -> tuple[str, str, str]:
    return one.characteristic, one.group, one.metric


def _comparison(signed: ComparisonFacts, found: ComparisonFacts | None) -> Held:
    what = f"{signed.characteristic}: {signed.group}, {signed.metric.replace('_', ' ')}"
    if found is None:
        return Held(what, None, "the policy in force does not name it")
    said = f"{signed.verdict}, difference {in_words(signed.difference)}"
    judged = (found.verdict, found.tolerance, found.people_needed)
    if is_same(found.difference, signed.difference) and judged == (
        signed.verdict,
        signed.tolerance,
        signed.people_needed,
    ):
        return Held(what, True, f"{said}, as signed")
    return Held(
        what, False, f"{said} was signed, and {found.verdict}, difference {in_words(found.difference)} comes out"
    )


def _scored_rows(again: _Again) -> ScoredRows:
    """Give the held-out rows as the bias audit looks at them, scored by the bundle."""
    table, day = again.table, again.facts.model.held_out[-1]
    here = (table.spine["as_of"] == pd.Timestamp(day)).to_numpy()
    X = table.X.loc[here].reset_index(drop=True)
    inputs = X[list(again.predictor.manifest.columns)].to_numpy(dtype=np.float64)
    score, capacity = again.predictor.raw_score(inputs), again.facts.model.capacity
    weight = np.asarray(table.spine["weight"], dtype=np.float64)[here]
    return ScoredRows(
        X=X,
        score=score,
        probability=again.predictor.calibrated(score),
        picked=picked_share(score, capacity, stands_for=weight if table.weighed else None),
        outcome=np.asarray(table.outcome, dtype=np.float64)[here],
        weight=weight,
        entity=table.spine["entity"].to_numpy(dtype=np.int64)[here],
        as_of=table.spine["as_of"].to_numpy()[here],
        audit=table.audit.loc[here].reset_index(drop=True),
        treated=table.spine["treated"].to_numpy(dtype=bool)[here],
        capacity=capacity,
    )


def _held_out_period(again: _Again) -> Iterator[Held]:
    day = again.facts.model.held_out[-1]
    found = area_interval(
        again.held_out, again.predictor.raw_score(again.held_out.X), seed=again.predictor.manifest.seed
    )
    signed = {one.as_of: one.roc_auc for one in again.facts.periods}
    yield figure(f"ROC AUC at {day:%d %B %Y}", found, signed.get(day))
