"""The reproducibility digest worked out from a bundle, so that nobody can claim another one for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from riskmodels.errors import UntrustedError
from riskmodels.modelling.amounts.reproducibility import interval_arrays
from riskmodels.modelling.reproducibility import digest_of_parts, learned_arrays, trees_of
from riskmodels.records.amount_intervals import AmountIntervals, IntervalCell
from riskmodels.registry.bundles.amount_parts import RANGES, CarriedForward, Factors, Ranges
from riskmodels.registry.bundles.bundle_parts import (
    BASELINE,
    CALIBRATOR,
    LINEAR,
    RUNNER_UP,
    TREES,
    Calibrators,
    Curve,
    Numbers,
    RunnerUp,
    Sigmoid,
    TodaysPractice,
    read_part,
)
from riskmodels.registry.bundles.manifest import MANIFEST, parse_manifest
from riskmodels.registry.bundles.skops_file import from_skops

__all__ = ["as_numbers", "check_claimed_digest", "reproducibility_digest_of"]

FloatArray = npt.NDArray[np.float64]


def reproducibility_digest_of(files: Mapping[str, bytes]) -> str:
    """Work the digest of what was learned out from the model that serves, and from what the other one learned.

    Parameters
    ----------
    files : mapping of str to bytes
        What :func:`~riskmodels.registry.bundles.manifest.checked_files` gave.

    Raises
    ------
    UntrustedError
        If a file is missing or not what it must be.
    """
    manifest = parse_manifest(files.get(MANIFEST, b""))
    other = read_part(RunnerUp, files, RUNNER_UP)
    if manifest.estimator == "lightgbm":
        trees, learned = trees_of(_held(files, TREES).decode("utf-8")), _arrays(other)
    else:
        trees, learned = other.trees or "", learned_arrays(from_skops(_held(files, LINEAR)))
    arrays = {f"interpretable.{name}": array for name, array in learned.items()}
    own, baseline = (_of_an_amount if manifest.task == "amount" else _of_a_risk)(files)
    return digest_of_parts(trees, arrays | own, settings=manifest.settings, baseline=baseline, columns=manifest.columns)


def _of_a_risk(files: Mapping[str, bytes]) -> tuple[dict[str, FloatArray], tuple[str, float]]:
    """Give today's practice and the calibrators as arrays, and what today's practice goes by."""
    calibrators = read_part(Calibrators, files, CALIBRATOR)
    practice = read_part(TodaysPractice, files, BASELINE)
    arrays = {"baseline.values": np.array(practice.values), "baseline.ranks": np.array(practice.ranks)}
    curves = {
        "baseline": practice.calibrator,
        "interpretable": calibrators.interpretable,
        "lightgbm": calibrators.lightgbm,
    }
    for estimator, curve in curves.items():
        arrays.update({f"{estimator}.calibrator.{name}": array for name, array in _of_curve(curve)})
    return arrays, (practice.column, practice.sign)


def _of_an_amount(files: Mapping[str, bytes]) -> tuple[dict[str, FloatArray], tuple[str, float]]:
    """Give today's practice, the factors and the stated ranges as arrays, and what today's practice carries forward."""
    practice = read_part(CarriedForward, files, BASELINE)
    factors, ranges = read_part(Factors, files, CALIBRATOR), read_part(Ranges, files, RANGES)
    cells = tuple(IntervalCell(one.stratum, one.above, one.low, one.high, one.people) for one in ranges.cells)
    arrays = interval_arrays(AmountIntervals(ranges.nominal_coverage, ranges.power, cells))
    arrays["baseline.floor"] = np.array([practice.floor])
    arrays["interpretable.factor"] = np.array([factors.interpretable])
    arrays["lightgbm.factor"] = np.array([factors.lightgbm])
    return arrays, (practice.column, 1.0)


def check_claimed_digest(files: Mapping[str, bytes]) -> str:
    """Give the reproducibility digest of a bundle, or refuse one whose manifest claims another.

    Raises
    ------
    UntrustedError
        If the manifest claims another digest.
    """
    digest = reproducibility_digest_of(files)
    claimed = parse_manifest(files[MANIFEST]).reproducibility_digest
    if claimed != digest:
        raise _untrusted(
            f"the manifest claims the reproducibility digest {claimed[:16]}..., and the model has {digest[:16]}...",
            "the digest of the model that is in the bundle",
        )
    return digest


def as_numbers(array: npt.ArrayLike) -> Numbers:
    """Write an array as plain numbers that give the same bits back; what is not a number becomes null."""
    values = np.asarray(array, dtype=np.float64)
    flat = (None if np.isnan(one) else one for one in values.ravel().tolist())
    return Numbers(shape=values.shape, values=tuple(flat))


def _arrays(other: RunnerUp) -> dict[str, FloatArray]:
    found = {}
    for name, numbers in (other.arrays or {}).items():
        flat = np.array([np.nan if one is None else one for one in numbers.values], dtype=np.float64)
        try:
            found[name] = flat.reshape(numbers.shape)
        except ValueError:
            raise _untrusted(
                f"the numbers of {name!r} in {RUNNER_UP} do not have the shape they are said to have",
                "as many numbers as the shape holds",
            ) from None
    return found


def _of_curve(curve: Curve) -> Iterator[tuple[str, FloatArray]]:
    if isinstance(curve, Sigmoid):
        yield "sigmoid", np.array([curve.intercept, curve.slope])
    else:
        yield "scores", np.array(curve.scores)
        yield "probabilities", np.array(curve.probabilities)


def _held(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise _untrusted(f"the bundle has no {name}", "the model that its manifest names")
    return files[name]


def _untrusted(found: str, expected: str) -> UntrustedError:
    return UntrustedError(
        found,
        expected=expected,
        next_step="Do not sign or load this model. Train it again with riskmodels, and put that forward.",
        who="the data scientist who trained the model",
    )
