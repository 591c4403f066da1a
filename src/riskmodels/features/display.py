"""How definitions look in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodels.html_table import html_table

if TYPE_CHECKING:
    from riskmodels.features.case import FeatureList, UseCase

__all__ = ["case_html", "features_html"]


def features_html(features: FeatureList) -> str:
    """Draw the features as a table: name, words, unit, extract and how each is taken."""
    rows = [
        [
            feature.name,
            feature.says,
            feature.unit or "",
            feature.extract.__name__ if feature.extract is not None else "other features",
            feature.builder,
        ]
        for feature in features
    ]
    return html_table(f"{len(rows)} features", ["Feature", "In words", "Unit", "From", "Taken as"], rows)


def case_html(case: UseCase) -> str:
    """Draw a use case: what it predicts, for whom, for which purpose, and how it is judged."""
    facts = [
        ["What it is for", case.says],
        ["Purpose", case.purpose],
        ["One row is", case.entity],
        ["Outcome", f"{case.outcome.says} (within {case.outcome.within.label})"],
        ["Today's practice", case.feature(case.baseline).says],
        ["Harms to watch", ", ".join(harm.replace("_", " ") for harm in case.harms)],
        ["Tested against", ", ".join(each.says for each in case.audit_by)],
        ["Features", str(len(case.features))],
    ]
    if case.intervals_within is not None:
        facts.append(["Prediction intervals within", case.feature(case.intervals_within).says])
    if case.totals_by:
        facts.append(["Totals by", ", ".join(each.says for each in case.totals_by)])
    return html_table(case.name, ["", ""], facts, notes=[f"Definition {case.digest[:12]}"])
