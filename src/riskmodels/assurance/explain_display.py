"""Show an explanation: a table for the terminal, a page's tables, and plain data for other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from riskmodels.assurance.explain import CaseExplanations
from riskmodels.html_table import html_table
from riskmodels.records import Interval
from riskmodels.records.explanation import Explanation

__all__ = ["cases_as_json", "explanation_as_json", "explanation_html", "explanation_table", "in_words"]

_ENGINES = {
    "woodelf": "WOODELF",
    "pred_contrib": "LightGBM's own exact method",
    "linear": "the closed form of a linear model",
}


def explanation_table(found: Explanation, *, top: int = 10) -> Table:
    """Lay out the leading features for the terminal, with what the measurements say in words below."""
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1),
        pad_edge=False,
        title=f"{found.case_name}: what the {found.estimator} model goes by, {found.rows:,} rows",
        caption=" ".join(in_words(found)),
    )
    table.add_column("Feature")
    table.add_column(f"Moves the score by\n({found.scale}, on average)", justify="right", no_wrap=True)
    table.add_column("Share", justify="right", no_wrap=True)
    for one in found.importances[:top]:
        table.add_row(one.says, f"{one.mean_absolute:.3f}", f"{one.share:.0%}")
    return table


def explanation_html(found: Explanation, *, top: int = 15) -> str:
    """Draw the importance of features, overall and by group, as accessible tables."""
    leading = found.importances[:top]
    overall = html_table(
        f"What the {found.estimator} model of {found.case_name} goes by: {found.rows:,} held-out rows",
        ["Feature", f"Moves the score by ({found.scale}, on average)", "Share of all"],
        [[one.says, f"{one.mean_absolute:.3f}", f"{one.share:.0%}"] for one in leading],
        notes=in_words(found),
    )
    return overall + "".join(
        _by_group(found, name, top) for name in dict.fromkeys(g.characteristic for g in found.groups)
    )


def in_words(found: Explanation) -> list[str]:
    """Say what was measured of the explanation itself, one sentence a figure."""
    how, stability, faith = found.how, found.stability, found.faithfulness
    said = [
        f"Computed with {_ENGINES[how.engine]}; adds up to the score within {how.largest_gap:.0e}, and agrees with "
        f"SHAP within {how.largest_difference:.0e} ({found.scale}) on {how.checked_rows:,} rows."
    ]
    if how.note:
        said.append(how.note)
    if how.fell_back_because:
        said.append(f"The fastest method was not used: {how.fell_back_because}.")
    if stability is None:
        said.append("Stability of the ranking: not measured (too few people or features).")
    else:
        said.append(
            f"Of the {stability.top} leading features, {_percent(stability.overlap)} lead in other samples of the same "
            f"people too; agreement of their ranks {stability.rank_agreement.as_text()} (1 is steady)."
        )
    if faith is None:
        said.append("Faithfulness: not measured (no case with a reason that can be neutralised).")
    else:
        said.append(
            f"With the leading reason neutralised, the score falls in {_percent(faith.fell)} of {faith.cases:,} cases "
            f"near the top, by {faith.mean_fall.as_text()} ({found.scale}) on average; with a reason picked at random, "
            f"in {_percent(faith.random_fell)}, by {faith.random_mean_fall.as_text()}."
        )
    return [*said, *found.notes]


def explanation_as_json(found: Explanation) -> dict[str, Any]:
    """Give the explanation as plain data: nothing in it stands for fewer people than ``disclosure_number``."""
    return {
        "model": found.case_name,
        "estimator": found.estimator,
        "rows": found.rows,
        "base_value": found.base_value,
        "scale": found.scale,
        "importances": [asdict(one) for one in found.importances],
        "groups": [
            {
                "characteristic": one.characteristic,
                "group": one.group,
                "withheld": one.mean_absolute is None,
                "mean_absolute": None if one.mean_absolute is None else dict(one.mean_absolute),
            }
            for one in found.groups
        ],
        "stability": None if found.stability is None else asdict(found.stability),
        "faithfulness": None if found.faithfulness is None else asdict(found.faithfulness),
        "how": asdict(found.how),
        "disclosure_number": found.disclosure_number,
        "notes": list(found.notes),
    }


def cases_as_json(cases: CaseExplanations, *, k: int = 3, people: str = "others") -> list[dict[str, Any]]:
    """Give each case's reasons as plain data, in the order of the cases: for the service, never for publication."""
    up, down = cases.reasons(k, people=people), cases.reasons(k, raises=False, people=people)
    return [
        {"raises": [asdict(one) for one in raises], "lowers": [asdict(one) for one in lowers]}
        for raises, lowers in zip(up, down, strict=True)
    ]


def _by_group(found: Explanation, characteristic: str, top: int) -> str:
    groups = [one for one in found.groups if one.characteristic == characteristic]
    rows = [
        [
            one.says,
            *("withheld" if g.mean_absolute is None else f"{g.mean_absolute[one.feature]:.3f}" for g in groups),
        ]
        for one in found.importances[:top]
    ]
    note = (
        f"A group of fewer than {found.disclosure_number} people is withheld, and another where it could be worked out."
    )
    return html_table(
        f"The same by {characteristic.replace('_', ' ')} ({found.scale})",
        ["Feature", *(g.group for g in groups)],
        rows,
        notes=[note],
    )


def _percent(share: Interval) -> str:
    if share.value is None:
        return "an unknown share"
    if share.low is None or share.high is None:
        return f"{share.value:.0%}"
    return f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
