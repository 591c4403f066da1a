"""Make a model again from what was kept, and say whether it comes out the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from riskmodels.errors import UntrustedError
from riskmodels.modelling import train
from riskmodels.policy import ModelPolicy
from riskmodels.records import TrainedModel, TrainingTable
from riskmodels.registry.bundles.amount_predictor import AnyPredictor, predictor_of
from riskmodels.registry.bundles.bundle import model_files, write_bundle
from riskmodels.registry.bundles.bundle_parts import LINEAR, TREES
from riskmodels.registry.bundles.learned import check_claimed_digest
from riskmodels.registry.bundles.manifest import MANIFEST, checked_files
from riskmodels.registry.environment import describe_environment

__all__ = ["SAME_SCORE", "Reproduction", "reproduce_retained"]

SAME_SCORE = 1e-6
"""On another platform, two scores of one row may differ by so much, in log-odds (of an amount: in its logarithm); the
gate asks for the same."""


@dataclass(frozen=True)
class Reproduction:
    """What came out when a model was made again.

    Attributes
    ----------
    reproducibility_digest : str
        Of what was learned the second time.
    matched : bool
        Whether it is the same: the same digest, or on another platform the same scores to :data:`SAME_SCORE`.
    platform : mapping of str to str
        Python, platform and versions of the second time.
    platform_same : bool
        Whether they are those of the first time.
    largest_difference : float or None
        Between the two scores of one row, in log-odds (of an amount: in its logarithm), over the whole table; None
        where another estimator was chosen.
    """

    reproducibility_digest: str
    matched: bool
    platform: Mapping[str, str]
    platform_same: bool
    largest_difference: float | None


def reproduce_retained(
    table: TrainingTable,
    policy: ModelPolicy,
    *,
    files: Mapping[str, bytes],
    expected_digest: str,
    platform: Mapping[str, str],
    here: Mapping[str, str] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Reproduction:
    """Train again from a kept table, and compare with a bundle.

    Parameters
    ----------
    table : TrainingTable
        From :func:`~riskmodels.registry.bundles.retained.read_retained`.
    policy : ModelPolicy
        What was asked of the model then.
    files : mapping of str to bytes
        The bundle, as :func:`~riskmodels.registry.bundles.manifest.checked_files` gave it.
    expected_digest : str
        The reproducibility digest that the author signed.
    platform : mapping of str to str
        Python, platform and versions that the author signed.
    here : mapping of str to str, optional
        Those of this machine; found out when not given.
    progress : callable, optional
        Told the stage and the share of it that is done.

    Raises
    ------
    TrainingError
        If the table cannot be learned from.
    UntrustedError
        If the bundle is not of this table, or does not hold what the author signed: whatever comes out, it is not the
        model that is served.
    """
    _speak_of_one(table, files, expected_digest)
    here = describe_environment() if here is None else here
    again = train(table, policy, progress=progress)
    difference = _largest_difference(table, again, predictor_of(files))
    same_place, same_digest = dict(here) == dict(platform), again.digest == expected_digest
    if same_digest:
        _does_what_was_learned(again, files, difference, same_place=same_place)
        if same_place:
            _is_the_same_bundle(table, again, policy, files, platform)
    alike = difference is not None and difference <= SAME_SCORE
    return Reproduction(again.digest, same_digest if same_place else alike, dict(here), same_place, difference)


def _is_the_same_bundle(
    table: TrainingTable,
    again: TrainedModel,
    policy: ModelPolicy,
    files: Mapping[str, bytes],
    platform: Mapping[str, str],
) -> None:
    """Refuse a bundle with a file that training does not write: reasons, ranges and calibrators count too."""
    with tempfile.TemporaryDirectory(prefix="riskmodels-") as place:
        folder = Path(place) / "bundle"
        digest = write_bundle(
            folder,
            table,
            again,
            policy=policy,
            environment=platform,
            never_name=predictor_of(files).never_named,
        )
        made = checked_files(folder, digest)
    changed = sorted(name for name in {*made, *files} - {MANIFEST} if made.get(name) != files.get(name))
    if changed:
        raise _untrusted(f"{', '.join(changed)} of the bundle is not what training writes", "the files it writes")


def _speak_of_one(table: TrainingTable, files: Mapping[str, bytes], expected_digest: str) -> None:
    found = check_claimed_digest(files)
    if found != expected_digest:
        raise _untrusted(
            f"the bundle's model has the digest {found[:16]}..., and {expected_digest[:16]}... was signed",
            "the model that the author signed",
        )
    manifest = predictor_of(files).manifest
    if (manifest.table_digest, manifest.definition_digest) != (table.digest, table.definition_digest):
        raise _untrusted("the bundle was made from another table or definition", "the table that was kept for it")


def _largest_difference(table: TrainingTable, again: TrainedModel, served: AnyPredictor) -> float | None:
    """Compare the scores of every row; None where they cannot be compared, since another estimator was chosen."""
    if again.chosen != served.manifest.estimator:
        return None
    frame = table.X[list(served.manifest.columns)]
    new = again.estimators[again.chosen].raw_score(frame)
    return float(np.max(np.abs(new - served.raw_score(frame.to_numpy(dtype=np.float64))), initial=0.0))


def _does_what_was_learned(
    again: TrainedModel, files: Mapping[str, bytes], difference: float | None, *, same_place: bool
) -> None:
    """Refuse a bundle that has all that was learned, and serves something else, or has something more beside it."""
    if difference is None:
        raise _untrusted(f"the bundle serves another estimator than training chose, {again.chosen}", "the one chosen")
    made = model_files(again)
    changed = [name for name in (TREES, LINEAR) if same_place and made.get(name) != files.get(name)]
    if changed or difference > (0 if same_place else SAME_SCORE):
        raise _untrusted(
            f"{', '.join(changed) or 'the model'} of the bundle is not what training writes, though its digest is",
            "a model that does what was learned, and nothing else",
        )


def _untrusted(found: str, expected: str) -> UntrustedError:
    return UntrustedError(
        found,
        expected=expected,
        next_step="Do not sign that the model was made again. Tell the deciding role what was found.",
        who="the deciding role in ethics/board.yaml",
    )
