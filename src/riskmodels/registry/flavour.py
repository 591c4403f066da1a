"""The module by which stock MLflow loads a model. Its name is inside every signed bundle, so it never moves."""

from __future__ import annotations

from riskmodels.registry.bundles.flavour import PyfuncModel, _load_pyfunc

__all__ = ["PyfuncModel", "_load_pyfunc"]
