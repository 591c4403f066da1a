"""Temporal splits, estimators, calibration and evaluation: from a training table to a trained, honest model."""

from riskmodels.modelling.training import train

__all__ = ["train"]
