"""A bundle behind stock MLflow: ``mlflow models serve``, ``mlflow.pyfunc.load_model`` and ``spark_udf``.

MLflow loads the bundle by this module; nothing in the bundle is code. Every file is checked against the manifest first,
and the model is built from the bytes that were checked. Whether the manifest is one that somebody signed is not asked
here: stock MLflow has nothing to ask with. So it is for copies that ``riskmodels fetch`` verified.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodels.errors import OutputError, ScoringError
from riskmodels.registry.manifest import bundle_digest, check_files, checked_files
from riskmodels.registry.mlmodel import OUTPUTS
from riskmodels.registry.predictor import Predictor

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.tracking import MlflowClient

__all__ = ["BESIDE", "PyfuncModel", "load_copy", "log_bundle"]

BESIDE = ("pack.json", "registered_model_meta", "status.json")
"""What may lie beside a bundle in a verified copy: what it was verified by, and what MLflow leaves as it downloads."""


class PyfuncModel:
    """What MLflow calls: a frame in, a frame with score and probability out."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

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
        DataFrame, shape (n_rows, 2)
            ``score``, by which lists rank, and ``probability``, for display.

        Raises
        ------
        ScoringError
            If a column is missing, not numeric or holds infinite values.
        """
        import pandas as pd

        names = [column.name for column in self.predictor.columns]
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
        score = self.predictor.raw_score(X)
        found = dict(zip(OUTPUTS, (score, self.predictor.calibrated(score)), strict=True))
        return pd.DataFrame(found, index=model_input.index)


def load_copy(folder: Path, *, digest: str | None = None) -> Predictor:
    """Load the bundle of a verified copy, checking every file against its manifest.

    Parameters
    ----------
    folder : Path
        The copy: the bundle's files, and perhaps the pack beside them.
    digest : str, optional
        The bundle's digest, where the caller knows it from a signature; else the manifest's own.

    Raises
    ------
    UntrustedError
        If a file differs from what the manifest says, was added or is missing.
    """
    return Predictor.from_files(checked_files(folder, digest or bundle_digest(folder), ignored=BESIDE))


def _load_pyfunc(path: str) -> PyfuncModel:
    """Load a bundle for MLflow, which calls this by its name."""
    return PyfuncModel(load_copy(Path(path)))


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
