"""Models of amounts, such as a weekly cost: most have little or nothing, a few have much, and the past is no guide.

One idea a file: rows, the deviance that counts a miss, three estimators, cross-fitting in time, intervals, figures,
judging, training. Dates, resampling and the trees' race are those of models of a risk.
"""

from riskmodels.modelling.amounts.training import refit_amount, train_amount

__all__ = ["refit_amount", "train_amount"]
