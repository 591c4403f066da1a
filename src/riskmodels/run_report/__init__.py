"""The page that a person reads after a run: figures, pictures, what was read, and what the model is not for."""

from riskmodels.run_report.page import Picture, draw, report_html
from riskmodels.run_report.sections import assurance_sections

__all__ = ["Picture", "assurance_sections", "draw", "report_html"]
