"""The page that a person reads after a run: figures, pictures, what was read, and what the model is not for."""

from riskmodels.run_report.page import Picture, draw, report_html

__all__ = ["Picture", "draw", "report_html"]
