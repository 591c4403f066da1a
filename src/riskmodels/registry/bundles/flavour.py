"""A verified copy behind stock MLflow: ``mlflow models serve``, ``mlflow.pyfunc.load_model`` and ``spark_udf``.

MLflow loads the copy by this module; nothing in it is code. It is verified first, with its pack and the trust root that
``RISKMODELS_TRUST_PIN`` names, and the model is built from the bytes that were checked. A bundle without a pack,
straight from a run or a registry, is not loaded: ``riskmodels fetch`` makes a copy that is.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from riskmodels.errors import OutputError, RefusedError, ScoringError
from riskmodels.governance.pack import PACK_FILE
from riskmodels.registry.bundles.amount_predictor import AmountPredictor, AnyPredictor
from riskmodels.registry.bundles.manifest import check_files
from riskmodels.registry.bundles.mlmodel import OUTPUTS
from riskmodels.registry.bundles.verified_copy import VerifiedCopy, load_verified
from riskmodels.registry.pins import pin_of

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.tracking import MlflowClient

__all__ = ["PyfuncModel", "log_bundle", "now"]


def now() -> datetime.datetime:
    """Give the time, in UTC."""
    return datetime.datetime.now(datetime.UTC)


class PyfuncModel:
    """What MLflow calls: a frame in, a frame with scores or amounts out, for as long as the copy may be used."""

    def __init__(self, copy: VerifiedCopy, *, clock: Callable[[], datetime.datetime]) -> None:
        self.copy = copy
        self._clock = clock

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score rows.

        Parameters
        ----------
        model_input : DataFrame, shape (n_rows, n_columns)
            The columns of the input contract, in any order; missing as NaN. Others are left aside.
        params : None
            There are none.

        Returns
        -------
        DataFrame, shape (n_rows, 2) or (n_rows, 3)
            Of a risk ``score``, by which lists rank, and ``probability``, for display. Of an amount ``expected``,
            ``low`` and ``high``.

        Raises
        ------
        ScoringError
            If a column is missing, not numeric or holds infinite values.
        RefusedError
            From the moment on that the copy may not be used any more.
        """
        import pandas as pd

        self.copy.refuse_when_over(self._clock())
        predictor = self.copy.predictor
        names = [column.name for column in predictor.columns]
        missing = [name for name in names if name not in model_input.columns]
        wrong = [
            name
            for name in names
            if name in model_input.columns and not pd.api.types.is_numeric_dtype(model_input[name])
        ]
        if missing or wrong:
            raise ScoringError(
                f"{len(missing)} of the model's {len(names)} columns are missing ({', '.join(missing[:5]) or 'none'}), "
                f"{len(wrong)} are not numbers ({', '.join(wrong[:5]) or 'none'})",
                expected="every column of the bundle's input_contract.json, as numbers",
                next_step="Build the inputs with the definition that is in the bundle.",
                who="whoever calls the model",
            )
        X = np.ascontiguousarray(model_input[names].to_numpy(dtype=np.float64, na_value=np.nan))
        return pd.DataFrame(_given(predictor, X), index=model_input.index)


def _given(predictor: AnyPredictor, X: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """Give the columns that a model gives, by its task."""
    names, score = OUTPUTS[predictor.manifest.task], predictor.raw_score(X)
    found = predictor.calibrated(score)
    if isinstance(predictor, AmountPredictor):
        return dict(zip(names, (found, *predictor.ranges(X, found)), strict=True))
    return dict(zip(names, (score, found), strict=True))


def _load_pyfunc(path: str) -> PyfuncModel:
    """Load a verified copy for MLflow, which calls this by its name."""
    folder = Path(path)
    if folder.is_dir() and not (folder / PACK_FILE).exists():
        raise RefusedError(
            f"{folder} has no {PACK_FILE}: nobody verified it",
            expected="a copy that riskmodels fetch made",
            next_step="Make one, and name its folder: riskmodels fetch CASE DIR.",
            who="whoever runs the service",
        )
    return PyfuncModel(load_verified(folder, pin=pin_of(None, os.environ), at=now()), clock=now)


def log_bundle(client: MlflowClient, run_id: str, folder: Path, *, digest: str, artifact_path: str = "bundle") -> str:
    """Put a bundle into a run's files.

    Parameters
    ----------
    client : MlflowClient
        Any client of MLflow's.
    run_id : str
        The run.
    folder : Path
        The bundle.
    digest : str
        Its digest; what is in the folder must still be that.
    artifact_path : str
        Folder among the run's files.

    Returns
    -------
    str
        The ``source`` to register: ``runs:/<run>/<artifact_path>``.

    Raises
    ------
    UntrustedError
        If the bundle is no longer what was written.
    OutputError
        If the store refuses or cannot be reached.
    """
    from mlflow.exceptions import MlflowException

    check_files(folder, digest)
    try:
        client.log_artifacts(run_id, str(folder), artifact_path)
    except (MlflowException, OSError) as error:
        raise OutputError(
            f"the bundle could not be put into the run's files: {str(error).splitlines()[0][:200]}",
            expected="a tracking store that this account can write to",
            next_step="Check that MLflow's server is up and this account may write to the experiment; then run again.",
            who="whoever looks after the workspace's machine or MLflow server",
        ) from error
    return f"runs:/{run_id}/{artifact_path}"
