"""The Algorithmic Transparency Recording Standard, version 4, as data: every field of Tier 1 and Tier 2, by its number.

Numbers are those of version 4.0. Where the published template could not be read, they follow version 3.0 and the change
log: 2.4.1.1, .4 and .5; 2.4.3.2, .3 and .5 to .9; 2.4.4.1 and .3 to .5; 2.2.2 to 2.2.4 and 2.3.3 to 2.3.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["FIELDS", "REGIONS", "SECTIONS", "VERSION", "WRITTEN_KEYS", "Field"]

VERSION = "4.0"

By = Literal["people", "facts", "both"]
Origin = Literal["the run and the register", "the statement", "the assessments"]


@dataclass(frozen=True)
class Field:
    """One field of the record.

    Attributes
    ----------
    number, key, title : str
        As the standard has them; keys that it uses twice carry the name of their section.
    by : {"people", "facts", "both"}
        Who fills it: people, in ``ethics/atrs/``; facts from elsewhere; or both, people's words first.
    required : bool
        Whether it may not be empty.
    origin : str
        Where the facts come from: what people wrote in another file, or what nobody typed.
    """

    number: str
    key: str
    title: str
    by: By
    required: bool = True
    origin: Origin = "the run and the register"


SECTIONS: Mapping[str, str] = {
    "0": "Title information",
    "1": "Tier 1: summary information",
    "2.1": "Tier 2: owner and responsibility",
    "2.2": "Description and rationale",
    "2.3": "Deployment context",
    "2.4.1": "Tool specification",
    "2.4.2": "Model specification",
    "2.4.3": "Development data specification",
    "2.4.4": "Operational data specification",
    "2.5": "Risks, mitigations and impact assessments",
}
"""The headings, by the beginning of the number."""

FIELDS: tuple[Field, ...] = (
    Field("0.1", "title", "Title", "facts", origin="the statement"),
    Field("0.2", "organisation_name", "Organisation name", "facts", origin="the statement"),
    Field("0.3", "phase", "Phase", "facts", origin="the statement"),
    Field("0.4", "region", "Region", "people"),
    Field("0.5", "one_sentence_description", "One sentence description", "people"),
    Field("1.1", "name", "Name", "facts", origin="the statement"),
    Field("1.2", "description", "Description", "people"),
    Field("1.3", "website_url", "Website URL", "people"),
    Field("1.4", "contact_email", "Contact email", "facts", origin="the statement"),
    Field("2.1.1", "organisation_or_department", "Organisation or department", "people"),
    Field("2.1.2", "team", "Team", "people"),
    Field("2.1.3", "senior_responsible_owner", "Senior responsible owner", "people"),
    Field("2.1.4", "third_party_involvement", "Third party involvement", "people"),
    Field("2.1.4.1", "third_party", "Third party", "people", required=False),
    Field("2.1.4.2", "companies_house_number", "Companies House number", "people", required=False),
    Field("2.1.4.3", "third_party_role", "Third party role", "people", required=False),
    Field("2.1.4.4", "procurement_procedure_type", "Procurement procedure type", "people", required=False),
    Field("2.1.4.5", "third_party_data_access_terms", "Third party data access terms", "people", required=False),
    Field("2.2.1", "detailed_description", "Detailed description", "both", origin="the statement"),
    Field("2.2.2", "benefits", "Benefits", "facts", origin="the statement"),
    Field("2.2.3", "previous_process", "Previous process", "facts", origin="the statement"),
    Field("2.2.4", "alternatives_considered", "Alternatives considered", "facts", origin="the statement"),
    Field(
        "2.3.1",
        "integration_into_broader_operational_process",
        "Integration into broader operational process",
        "people",
    ),
    Field("2.3.2", "human_review", "Human review", "facts", origin="the statement"),
    Field("2.3.3", "frequency_and_scale_of_usage", "Frequency and scale of usage", "both"),
    Field("2.3.4", "required_training", "Required training", "facts", origin="the statement"),
    Field("2.3.5", "appeals_and_review", "Appeals and review", "facts", origin="the statement"),
    Field("2.4.1.1", "system_architecture", "System architecture", "people"),
    Field("2.4.1.2", "system_level_input", "System-level input", "facts"),
    Field("2.4.1.3", "system_level_output", "System-level output", "facts"),
    Field("2.4.1.4", "maintenance", "Maintenance", "people"),
    Field("2.4.1.5", "models", "Models", "facts"),
    Field("2.4.2.1", "model_name", "Model name", "facts"),
    Field("2.4.2.2", "model_version", "Model version", "facts"),
    Field("2.4.2.3", "model_task", "Model task", "facts"),
    Field("2.4.2.4", "model_input", "Model input", "facts"),
    Field("2.4.2.5", "model_output", "Model output", "facts"),
    Field("2.4.2.6", "model_architecture", "Model architecture", "facts"),
    Field("2.4.2.7", "model_performance", "Model performance", "facts"),
    Field("2.4.2.8", "datasets_and_their_purposes", "Datasets and their purposes", "facts"),
    Field("2.4.3.1", "development_data_description", "Development data description", "facts"),
    Field("2.4.3.2", "data_modality", "Data modality", "facts"),
    Field("2.4.3.3", "data_quantities", "Data quantities", "facts"),
    Field("2.4.3.4", "development_sensitive_attributes", "Sensitive attributes", "facts"),
    Field("2.4.3.5", "data_completeness_and_representativeness", "Data completeness and representativeness", "both"),
    Field("2.4.3.6", "data_cleaning", "Data cleaning", "people"),
    Field("2.4.3.7", "data_collection", "Data collection", "both"),
    Field("2.4.3.8", "development_data_access_and_storage", "Data access and storage", "both"),
    Field("2.4.3.9", "development_data_sharing_agreements", "Data sharing agreements", "facts"),
    Field("2.4.4.1", "data_sources", "Data sources", "facts"),
    Field("2.4.4.2", "operational_sensitive_attributes", "Sensitive attributes", "facts"),
    Field("2.4.4.3", "data_processing_methods", "Data processing methods", "people"),
    Field("2.4.4.4", "operational_data_access_and_storage", "Data access and storage", "people"),
    Field("2.4.4.5", "operational_data_sharing_agreements", "Data sharing agreements", "facts"),
    Field("2.5.1", "impact_assessments", "Impact assessments", "facts", origin="the assessments"),
    Field("2.5.2", "risks_and_mitigations", "Risks and mitigations", "facts", origin="the assessments"),
)
"""All fields in order."""

WRITTEN_KEYS: tuple[str, ...] = tuple(one.key for one in FIELDS if one.by != "facts")
"""The fields that people write, at least in part."""

REGIONS: tuple[str, ...] = (
    "International",
    "UK",
    "Great Britain",
    "England and Wales",
    "Northern Ireland",
    "Scotland",
    "Wales",
    "England",
    "London",
    "North East",
    "North West",
    "Yorkshire and the Humber",
    "East Midlands",
    "West Midlands",
    "South East",
    "East of England",
    "South West",
)
"""The regions that the standard knows; its phases are those of the statement."""
