"""The data protection impact assessment as data: the seven steps of the ICO's template, and what it adds for AI.

The prompts are those of the Information Commissioner's Office sample template, shortened. A council's own form may be
used instead if it covers the same ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["AI_ANNEX", "ANSWERS", "SIGN_OFF", "STEPS", "TRIGGERS", "Prompt", "Step", "overall_risk"]


@dataclass(frozen=True)
class Prompt:
    """One box of the form: its key in the file, its title, and what it asks."""

    key: str
    title: str
    asks: str


@dataclass(frozen=True)
class Step:
    """One step of the form, with its boxes; the tables of steps 5 to 7 are keys of their own."""

    number: int
    title: str
    prompts: tuple[Prompt, ...] = ()


STEPS: tuple[Step, ...] = (
    Step(
        1,
        "Identify the need",
        (
            Prompt(
                "need",
                "Aim, type of processing and why this assessment is needed",
                "Explain broadly what the project aims to achieve and what type of processing it involves. Summarise "
                "why you identified the need for an assessment.",
            ),
        ),
    ),
    Step(
        2,
        "Describe the processing",
        (
            Prompt(
                "nature",
                "Nature",
                "How will you collect, use, store and delete data? What is the source? Will you share it with anyone? "
                "What types of processing identified as likely high risk are involved?",
            ),
            Prompt(
                "scope",
                "Scope",
                "What is the nature of the data; does it include special category or criminal offence data? How much, "
                "how often, for how long? How many individuals are affected? What area does it cover?",
            ),
            Prompt(
                "context",
                "Context",
                "What is the nature of your relationship with the individuals? How much control will they have, and "
                "would they expect this? Do they include children or vulnerable groups? Prior concerns, novelty, state "
                "of technology, current issues of public concern, codes of conduct?",
            ),
            Prompt(
                "purposes",
                "Purposes",
                "What do you want to achieve? What is the intended effect on individuals? What are the benefits, for "
                "you and more broadly?",
            ),
        ),
    ),
    Step(
        3,
        "Consultation",
        (
            Prompt(
                "consultation",
                "Whose views, how and when",
                "When and how will you seek individuals' views, or why is it not appropriate? Who else must be "
                "involved within the organisation? Must processors assist? Will experts in security or others be "
                "consulted?",
            ),
        ),
    ),
    Step(
        4,
        "Necessity and proportionality",
        (
            Prompt(
                "necessity",
                "Lawful basis, need and safeguards",
                "What is your lawful basis? Does the processing achieve the purpose; is there another way? How will "
                "you prevent function creep, ensure quality and minimisation? What will you tell individuals, and how "
                "will you support their rights? Processors? International transfers?",
            ),
        ),
    ),
    Step(5, "Identify and assess risks"),
    Step(6, "Measures to reduce risk"),
    Step(7, "Sign off and record outcomes"),
)
"""The seven steps."""

ANSWERS: tuple[str, ...] = tuple(prompt.key for step in STEPS for prompt in step.prompts)

AI_ANNEX: tuple[Prompt, ...] = (
    Prompt("how_and_why_ai", "How and why AI is used", "Nature, scope, context and purpose of its use."),
    Prompt(
        "stages_and_flows",
        "Data flows and stages",
        "At which stages do processing by AI and automated steps affect individuals?",
    ),
    Prompt(
        "variation_in_performance",
        "Variation and margins of error",
        "Which variation in performance may affect people unequally, and how is it watched?",
    ),
    Prompt(
        "less_intrusive_alternatives",
        "Less intrusive alternatives",
        "Which were considered, and why were they not chosen?",
    ),
    Prompt(
        "trade_offs",
        "Trade-offs",
        "Privacy, accuracy, equal treatment and explanation against one another: what was chosen, and why?",
    ),
    Prompt("controllership", "Who is responsible", "Controller, joint controller or processor at each stage."),
    Prompt("drift", "Drift", "How is it noticed that the world, or the records, have changed?"),
    Prompt("affected_people", "Affected people", "How were they consulted on the use of AI, or why not?"),
    Prompt("lay_summary", "In plain words", "What would you tell somebody concerned in three sentences?"),
)
"""What the ICO's guidance on AI asks for besides; human involvement is taken from the statement."""

TRIGGERS: Mapping[str, str] = {
    "innovative_technology": "Innovative technology, such as machine learning",
    "denial_of_service": "Decisions on access to a service, opportunity or benefit that rest on profiling in any way",
    "large_scale_profiling": "Profiling of individuals on a large scale",
    "biometric_data": "Biometric data",
    "genetic_data": "Genetic data",
    "data_matching": "Matching personal data from several sources",
    "invisible_processing": "Data that was not obtained from the person",
    "tracking": "Tracking of place or behaviour",
    "vulnerable_targeting": "Targeting of children or other vulnerable individuals",
    "physical_harm": "A breach could put physical health or safety at risk",
}
"""The ICO's list of processing likely to result in a high risk (Article 35(4) UK GDPR)."""

SIGN_OFF: Mapping[str, str] = {
    "measures_approved": "Measures approved by",
    "residual_risks_approved": "Residual risks approved by",
    "dpo_advice": "Advice of the data protection officer given by",
    "dpo_advice_decision": "Advice accepted or overruled by",
    "consultation_reviewed": "Consultation responses reviewed by",
    "kept_under_review": "This assessment will be kept under review by",
}
"""The rows of step 7; the advice's summary is a key of its own."""

_MATRIX: Mapping[str, tuple[str, str, str]] = {
    "minimal": ("low", "low", "low"),
    "significant": ("low", "medium", "high"),
    "severe": ("low", "high", "high"),
}
_LIKELIHOODS = ("remote", "possible", "probable")


def overall_risk(likelihood: str, severity: str) -> str:
    """Give the overall risk by the ICO's matrix of three by three; a council may rate it higher, never lower."""
    return _MATRIX[severity][_LIKELIHOODS.index(likelihood)]
