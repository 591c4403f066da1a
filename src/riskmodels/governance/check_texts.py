"""What each check of the gate asks, why it matters, what to do and who can: the words, in the order they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CHECKS", "CheckText", "check_text"]

_SCIENTIST = "the data scientist who made the candidate"
_SERVICE = "the head of the service"
_DPO = "the data protection officer"


@dataclass(frozen=True)
class CheckText:
    """The fixed words of one check."""

    title: str
    why: str
    next_step: str
    who: str


CHECKS: dict[str, CheckText] = {
    "policy": CheckText(
        "Was it tested against the policy that is in force?",
        "A test against an older or a private policy says nothing about what was agreed.",
        "Run the use case again under the policy in force, and put the new version forward.",
        _SCIENTIST,
    ),
    "data_contract": CheckText(
        "Is the data as its contracts say?",
        "A model learns the faults of its records, and repeats them.",
        "Send each owner their list of faults (riskmodels lake check), and run again when they are mended.",
        "the owners of the extracts that are named",
    ),
    "data_fresh": CheckText(
        "Is the data recent enough?",
        "Old records describe a household that may no longer be in trouble, or is in new trouble.",
        "Have the extract delivered again, and run the use case again.",
        "the owners of the extracts that are named",
    ),
    "leakage": CheckText(
        "Did the model know only what was known on the day?",
        "A model that saw the future looks better than it will ever be.",
        "Read the suspicion in the report; correct or remove the feature, and run again.",
        _SCIENTIST,
    ),
    "beats_baseline": CheckText(
        "Is it better than today's practice?",
        "A model that is no better costs privacy and money for nothing.",
        "Do not use it: go on with today's practice, or improve the features and run again.",
        _SCIENTIST,
    ),
    "calibration": CheckText(
        "Do its stated chances come true?",
        "People will read 30% as 30 in 100; if that is wrong, they are misled.",
        "Look at the calibration plot and at shifts in the base rate, and run again.",
        _SCIENTIST,
    ),
    "worst_period": CheckText(
        "Did it hold in its worst month?",
        "An average hides a month in which the list was little better than chance.",
        "Look at the score over time, find what changed in that month, and run again.",
        _SCIENTIST,
    ),
    "bias": CheckText(
        "Are the groups named beforehand treated alike?",
        "Missing more of one group's need than of another's is how a fair-looking list does harm.",
        "Fail: mitigate (riskmodels run --mitigate). Not enough evidence: collect more, or have it accepted once, with "
        "a plan.",
        "the equality lead and the data scientist",
    ),
    "proxies": CheckText(
        "Is no input as good as a protected characteristic?",
        "An exact proxy is treated in law as the characteristic itself (Equality Act 2010 s13).",
        "Remove the feature that is named, and run again.",
        _SCIENTIST,
    ),
    "explanation": CheckText(
        "Do the reasons add up to the score?",
        "A reason that does not add up is a story, not an explanation.",
        "Report it: the explanation does not fit this model. Do not show reasons meanwhile.",
        _SCIENTIST,
    ),
    "stability": CheckText(
        "Do the same reasons lead for other people?",
        "Reasons that change with the sample would change with the officer's luck.",
        "Use fewer, steadier features or more periods, and run again.",
        _SCIENTIST,
    ),
    "monotone": CheckText(
        "Does risk move the way that was declared?",
        "An officer must not have to explain that owing more made somebody's risk smaller.",
        "Correct the declaration, or choose an estimator that keeps it, and run again.",
        _SCIENTIST,
    ),
    "disclosure": CheckText(
        "Are small numbers kept out of what is published?",
        "A count of three in a small group can name somebody.",
        "Write the documents again with the policy's number.",
        _SCIENTIST,
    ),
    "purpose": CheckText(
        "May every source be used for this purpose?",
        "Records given for one purpose may not be used for another without a lawful ground.",
        "Register the source and its purposes, renew the sharing agreement, or leave the extract out.",
        _DPO,
    ),
    "notice": CheckText(
        "Are people told, and can they object and complain?",
        "People have a right to know, to object (Article 21 UK GDPR) and to complain.",
        "Publish the notice and the routes, and give them in the statement.",
        _DPO,
    ),
    "human_oversight": CheckText(
        "Does a person decide each case, with the power to differ?",
        "A person who may not differ is no safeguard (Articles 22A to 22D UK GDPR).",
        "Say in the statement who looks, what they may overrule and how they are trained.",
        _SERVICE,
    ),
    "dpia": CheckText(
        "Is the data protection impact assessment complete and about this model?",
        "It must be done before the processing (Article 35 UK GDPR).",
        "Complete ethics/dpia/, confirm it for what changed, and have it advised on again.",
        _DPO,
    ),
    "equality": CheckText(
        "Is the equality impact assessment complete and about this model?",
        "The accountable officer must have read it before deciding (Equality Act 2010 s149).",
        "Complete ethics/equality/.",
        "the equality lead",
    ),
    "atrs": CheckText(
        "Is the transparency record complete?",
        "The public must be able to see what is used, for what and with what result.",
        "Complete ethics/atrs/.",
        _SERVICE,
    ),
    "canvas": CheckText(
        "Are the data ethics canvas and the record of processing complete?",
        "The board reads the canvas first; Article 30 UK GDPR asks for the record.",
        "Complete ethics/canvas/ and ethics/sources.yaml.",
        _SERVICE,
    ),
    "card": CheckText(
        "Is the model card complete?",
        "What the card leaves blank, nobody can weigh.",
        "Complete model_cards/, and run again.",
        _SCIENTIST,
    ),
    "no_pickle": CheckText(
        "Are the model's files data and not programs?",
        "A pickle runs code when it is opened.",
        "Write the bundle again with riskmodels run; nothing else may be put into it.",
        _SCIENTIST,
    ),
    "not_suspended": CheckText(
        "Has nobody ordered it to stop?",
        "Any signatory may stop a model at once; only a new decision undoes it.",
        "Settle what it was suspended for; then the deciding role may sign again.",
        "whoever suspended it, and the deciding role",
    ),
    "reproduced": CheckText(
        "Did somebody else make it again?",
        "What only its author can make, only its author can vouch for.",
        "Have a second person run: riskmodels reproduce CASE VERSION.",
        "a second data scientist or the build server",
    ),
    "author_separate": CheckText(
        "Is the author apart from those who check and decide?",
        "Nobody marks their own work.",
        "Have somebody else reproduce, advise, accept and decide.",
        "the roles in ethics/board.yaml",
    ),
    "quorum": CheckText(
        "Have all the named roles signed, and does the decision stand?",
        "Advice, acceptance of risk and decision are three duties, and each has somebody who answers for it.",
        "Have the roles that are named sign: riskmodels sign CASE VERSION --role ROLE.",
        "the roles that are named",
    ),
}

_OF_AMOUNTS: dict[str, CheckText] = {
    "beats_baseline": CheckText(
        "Does it miss amounts by less than today's practice?",
        "A model that is no nearer than carrying today's figure forward costs privacy and money for nothing.",
        "Do not use it: go on with today's practice, or improve the features and run again.",
        _SCIENTIST,
    ),
    "calibration": CheckText(
        "Do its sums come out, and do its ranges hold?",
        "Money is set aside by the sum; a range that holds less often than it says gives false security.",
        "Look at the plots of expected against observed amounts and of ranges by stratum, and run again.",
        _SCIENTIST,
    ),
    "worst_period": CheckText(
        "Was it no worse than today's practice at its worst date?",
        "An average hides a date at which today's figure would have been the better guess.",
        "Look at the error over time, find what changed by that date, and run again.",
        _SCIENTIST,
    ),
    "monotone": CheckText(
        "Does the amount move the way that was declared?",
        "A social worker must not have to explain that more hours of care made somebody's expected cost smaller.",
        "Correct the declaration, or choose an estimator that keeps it, and run again.",
        _SCIENTIST,
    ),
}


def check_text(name: str, task: Literal["risk", "amount"]) -> CheckText:
    """Give the words of one check, as it is asked of a model of a risk or of an amount."""
    return (_OF_AMOUNTS.get(name) if task == "amount" else None) or CHECKS[name]
