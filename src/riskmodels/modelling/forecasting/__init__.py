"""Forecasts of quarterly totals: a season that places share, ranges from past errors, a backtest beside simple ways."""

from riskmodels.modelling.forecasting.plots import draw_errors, draw_forecasts, draw_totals
from riskmodels.modelling.forecasting.quarterly import forecast_quarters

__all__ = ["draw_errors", "draw_forecasts", "draw_totals", "forecast_quarters"]
