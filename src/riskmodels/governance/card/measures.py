"""What each figure means to somebody who does not work with figures, and which way is worse."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = [
    "AMOUNT_HEADLINE",
    "AMOUNT_MEASURES",
    "DIFFERENCES",
    "HEADLINE",
    "MEASURES",
    "Measure",
    "characteristic_in_words",
    "estimator_in_words",
    "pair_in_words",
]


class Measure(NamedTuple):
    """One figure: its title, what it means, and which way is worse."""

    title: str
    means: str
    worse: str


MEASURES: dict[str, Measure] = {
    "roc_auc": Measure(
        "Ranking (ROC AUC)",
        "The chance that somebody with the outcome is ranked above somebody without: 0.5 is guessing, 1 is perfect",
        "lower",
    ),
    "average_precision": Measure(
        "Ranking of the rare (average precision)",
        "How right the list is, averaged as it gets longer: guessing gives the share who have the outcome, 1 is "
        "perfect",
        "lower",
    ),
    "precision_at_capacity": Measure("Right, of the list", "Share of the list that had the outcome", "lower"),
    "recall_at_capacity": Measure(
        "Found, of the need", "Share of those with the outcome who were on the list", "lower"
    ),
    "lift_at_capacity": Measure(
        "Better than picking at random", "How many times more common the outcome is on the list than overall", "lower"
    ),
    "called_high_who_were": Measure(
        "Called high, who were", "Of those on the list, the share with the outcome", "lower"
    ),
    "called_low_who_were_not": Measure(
        "Called low, who were not", "Of those not on the list, the share without the outcome", "lower"
    ),
    "brier_score_loss": Measure(
        "Error of the stated chance (Brier score)", "Mean squared error of the probability: 0 is perfect", "higher"
    ),
    "log_loss": Measure("Surprise (log loss)", "Mean surprise at what happened: 0 is perfect", "higher"),
    "calibration_slope": Measure(
        "Spread of the stated chances (calibration slope)",
        "1 is right; below 1 the chances are too extreme, above 1 too timid",
        "further from 1",
    ),
    "calibration_in_the_large": Measure(
        "Stated chances overall",
        "Share with the outcome less the mean probability: 0 is right, below 0 the chances are too high",
        "further from 0",
    ),
    "calibration_error": Measure(
        "Stated chances, group by group (calibration error)",
        "Mean gap between the stated chance and what happened: 0 is perfect",
        "higher",
    ),
}
"""In the order they are shown. A figure that is not here is shown under its own name."""

HEADLINE = (
    "roc_auc",
    "precision_at_capacity",
    "recall_at_capacity",
    "called_low_who_were_not",
    "calibration_slope",
    "calibration_error",
)
"""Figures without which nobody can say how well a model does."""


AMOUNT_MEASURES: dict[str, Measure] = {
    "coverage": Measure(
        "Ranges that held",
        "Share of people whose true amount lay inside the stated range",
        "further from what is promised",
    ),
    "mean_absolute_error": Measure(
        "Missed by, on average", "Mean gap between the expected amount and what came, too high or too low", "higher"
    ),
    "mean_error": Measure(
        "Too high or too low, on average",
        "Expected less what came: 0 is right, below 0 too little is expected",
        "further from 0",
    ),
    "total_error": Measure(
        "Error of the sum", "Sum of what is expected less what came, as a share of what came", "further from 0"
    ),
    "mean_tweedie_deviance": Measure(
        "Error, small and large amounts alike (Tweedie deviance)",
        "Mean error that allows for larger amounts being harder to foretell: 0 is perfect",
        "higher",
    ),
    "mean_interval_width": Measure("Width of the ranges", "Mean width of the stated range", "higher"),
    "deviance_reduction": Measure(
        "Saved of the other's error", "Share of the other's Tweedie deviance that is saved: above 0 is better", "lower"
    ),
}
"""Of a model of amounts, in the order they are shown."""

AMOUNT_HEADLINE = ("coverage", "mean_absolute_error", "mean_error", "total_error", "mean_tweedie_deviance")
"""Figures without which nobody can say how well a model of amounts does."""


class Difference(NamedTuple):
    """One comparison of groups: what is compared, words for more, for less and for not knowing, and what is worse.

    ``worse`` is 1 where more is worse for the group, and -1 where less is.
    """

    title: str
    more: str
    less: str
    doubt: str
    worse: int


DIFFERENCES: dict[str, Difference] = {
    "missed": Difference(
        "how many who had the outcome are missed",
        "more missed",
        "fewer missed",
        "these are missed more often than others",
        1,
    ),
    "list_share": Difference(
        "share of the list against share of the need",
        "over their need",
        "under their need",
        "these get their share of the list",
        -1,
    ),
    "wrongly_picked": Difference(
        "how many without the outcome are on the list",
        "more picked",
        "fewer picked",
        "these are put on the list without cause more often than others",
        1,
    ),
    "mean_error": Difference(
        "how far amounts are too high or too low, as a share of the mean",
        "higher than they came, against others",
        "lower than they came, against others",
        "too little is expected for these, against others",
        -1,
    ),
    "mean_absolute_error": Difference(
        "how far amounts are missed either way, as a share of the mean",
        "further off than others",
        "nearer than others",
        "amounts of these are missed by more than those of others",
        1,
    ),
    "coverage": Difference(
        "how often the ranges held, against what was promised",
        "above what was promised",
        "below what was promised",
        "the stated ranges hold as often for these as was promised",
        -1,
    ),
}

_ESTIMATORS = {
    "baseline": "Today's practice",
    "interpretable": "Readable model (logistic regression)",
    "lightgbm": "LightGBM",
}


Task = Literal["risk", "amount"]


def _titles(task: Task) -> dict[str, str]:
    return _ESTIMATORS if task == "risk" else {**_ESTIMATORS, "interpretable": "Readable model (Tweedie regression)"}


def estimator_in_words(name: str, *, chosen: str, task: Task = "risk") -> str:
    """Word an estimator, saying which one is put forward."""
    title = _titles(task).get(name, name.replace("_", " "))
    return f"This model: {title}" if name == chosen else title


def pair_in_words(pair: str, *, task: Task = "risk") -> str:
    """Word a difference between two ways: ``chosen_minus_baseline``."""
    names = {**_titles(task), "chosen": "This model"}
    left, minus, right = pair.partition("_minus_")
    if not minus:
        return pair.replace("_", " ")
    left, right = (names.get(one, one.replace("_", " ")) for one in (left, right))
    return f"{left} less {right[:1].lower()}{right[1:]}" if right != "LightGBM" else f"{left} less {right}"


def characteristic_in_words(name: str, group: str) -> str:
    """Word a group of people: ``disability: Yes``."""
    return f"{name.replace('_', ' ')}: {group}"
