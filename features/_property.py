"""What the council may read of private housing: homes, council tax, energy certificates, licences, complaints, visits.

Columns follow the national standards: BS 7666 for the gazetteer, the energy performance register in its own capital
letters, the statutory register of licences (SI 2006/373 regulation 11). Names and addresses of owners, tenants, licence
holders and officers are in the files and are not declared, so nothing can read them; a contract that declared a
surname, a nationality or a language would be refused.
"""

from __future__ import annotations

from riskmodels.lake import (
    Day,
    Extract,
    Flag,
    Moment,
    Number,
    Text,
    Whole,
    column,
    events,
    key,
    ordered,
)

from ._property_sources import (
    CENSUS_PROFILES,
    COUNCIL_TAX,
    DESIGNATED,
    ENERGY_REGISTER,
    ENFORCEMENT,
    GAZETTEER,
    HOUSING_BENEFIT,
    LICENCE_REGISTER,
    PLANNING,
    REPORTS,
    SOCIAL_STOCK,
)

UPRN = "[0-9]{1,12}"
WARD = "E05[0-9]{6}"

DWELLING_CLASSES = ("RD", "RD01", "RD02", "RD03", "RD04", "RD05", "RD06", "RD07", "RD08", "RD10", "PP")

EPC_TENURES = ("owner-occupied", "rental (private)", "rental (social)", "unknown", "not defined")

OUTCOMES = (
    "unlicensed_hmo",
    "unlicensed_selective",
    "licensed",
    "exempt",
    "owner_occupied",
    "social_let",
    "applied_after_letter",
    "no_access",
)


class LandProperties(
    Extract,
    source=GAZETTEER,
    folder="land_properties",
    row=("uprn",),
    history=events("start_date", known_time="recorded_at"),
    rules=[ordered("start_date", "end_date")],
):
    """Each dwelling of the gazetteer, and shells of buildings that hold several.

    The raw class (``blpu_class``) is in the file and is not declared: codes RH01 to RH03, and RD09 before them, are
    written *after* a house in multiple occupation is found, so they give the answer away. ``dwelling_class`` is what
    the custodian's export makes of it: the class that the dwelling had before such a code, or plain ``RD`` where it
    never had another. So a house in multiple occupation is a row like any other and stays in the population. A raw RH
    code delivered in this column by mistake is quarantined and counted, and the row's earlier version goes on to hold.

    When a house is divided, the parent becomes historical (8) and its children begin, each naming its parent. Storeys
    are not known to the gazetteer. Coordinates are for an officer's map; no feature reads them.
    """

    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    parent_uprn: Text = key("uprn", "Reference of the building it is a part of, if any", nullable=True, pattern=UPRN)
    lsoa21: Text = key("area", "Small area (LSOA, 2021 boundaries)", pattern="E010[0-9]{5}")
    ward: Text = key("ward", "Ward (2024) that the property lies in", pattern=WARD)
    usrn: Text = column("Unique street reference number", pattern="[0-9]{1,8}")
    logical_status: Text = column(
        "1 approved, 5 candidate, 6 provisional, 7 rejected by others, 8 historical, 9 rejected here",
        values=("1", "5", "6", "7", "8", "9"),
    )
    dwelling_class: Text = column("BS 7666 class before any code for multiple occupation", values=DWELLING_CLASSES)
    x_coordinate: Number = column("Easting on the British National Grid", unit="metres", ge=0, le=700_000)
    y_coordinate: Number = column("Northing on the British National Grid", unit="metres", ge=0, le=1_300_000)
    start_date: Day = column("Day the property came into being")
    end_date: Day = column("Day it ceased to be, empty while it is there", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class SocialHomes(
    Extract,
    source=SOCIAL_STOCK,
    folder="social_homes",
    row=("uprn", "let_from"),
    history=events("let_from", known_time="recorded_at"),
    rules=[ordered("let_from", "let_until")],
):
    """Homes let by the council or a registered provider, which licensing does not reach."""

    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    landlord: Text = column("Who lets it", values=("council", "registered_provider"))
    let_from: Day = column("Day from which it was theirs to let")
    let_until: Day = column("Day on which it left their stock, empty while it is theirs", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class CouncilTaxBands(
    Extract,
    source=COUNCIL_TAX,
    folder="council_tax_bands",
    row=("uprn", "banded_from"),
    history=events("banded_from", known_time="recorded_at"),
):
    """The valuation band of each home, one row for each change."""

    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    band: Text = column("Valuation band", values=("A", "B", "C", "D", "E", "F", "G", "H"))
    banded_from: Day = column("Day from which the band holds")
    recorded_at: Moment = column("When the lake received this version of the row")


class CouncilTaxLiabilities(
    Extract,
    source=COUNCIL_TAX,
    folder="council_tax_liabilities",
    row=("liability_id",),
    history=events("liable_from", known_time="recorded_at"),
    rules=[ordered("liable_from", "liable_until")],
):
    """Who by kind is liable at a home and with what discount or exemption: one row for each change of liability."""

    liability_id: Text = key("liability", "Reference of the liability")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    liable_from: Day = column("Day from which this liability holds")
    liable_until: Day = column("Day on which it ended, empty while it holds", nullable=True)
    liable_party: Text = column("Who is liable", values=("resident", "owner_elsewhere", "organisation"))
    adults_liable: Whole = column("Adults jointly liable", unit="people", ge=1, le=12)
    discount: Text = column("Discount", values=("none", "single_person", "disregarded_adults", "empty_home"))
    exemption: Text = column(
        "Exemption: students, owner in care or detained, after a death, others",
        values=("none", "students", "owner_away", "after_a_death", "other"),
    )
    owner_portfolio: Text = column(
        "Homes in the borough for which the same owner is on record in the tax or the licence register",
        values=("1", "2 to 4", "5 to 19", "20 and over", "not known"),
    )
    recorded_at: Moment = column("When the lake received this version of the row")


class EnergyCertificates(
    Extract,
    source=ENERGY_REGISTER,
    folder="energy_certificates",
    row=("LMK_KEY",),
    history=events("LODGEMENT_DATE", known_time="recorded_at"),
):
    """Domestic energy performance certificates, under the register's own names. Several may stand for one home."""

    LMK_KEY: Text = key("certificate", "Reference of the certificate")
    UPRN: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    LODGEMENT_DATE: Day = column("Day the certificate was lodged")
    TRANSACTION_TYPE: Text = column(
        "Why it was made",
        values=("marketed sale", "non marketed sale", "rental", "new dwelling", "not sale or rental", "unknown"),
    )
    TENURE: Text = column("Tenure that the assessor was told", values=EPC_TENURES)
    PROPERTY_TYPE: Text = column("Kind of home", values=("House", "Flat", "Maisonette", "Bungalow", "Park home"))
    TOTAL_FLOOR_AREA: Number = column("Floor area", unit="square metres", ge=5, le=2000)
    NUMBER_HABITABLE_ROOMS: Whole = column("Habitable rooms", unit="rooms", nullable=True, ge=1, le=40)
    CURRENT_ENERGY_RATING: Text = column("Energy band", values=("A", "B", "C", "D", "E", "F", "G"))
    CURRENT_ENERGY_EFFICIENCY: Whole = column("Energy rating", unit="points", ge=1, le=150)
    recorded_at: Moment = column("When the lake received this version of the row")


class Licences(
    Extract,
    source=LICENCE_REGISTER,
    folder="licences",
    row=("licence_id",),
    history=events("applied_on", known_time="recorded_at"),
    rules=[ordered("applied_on", "issued_on"), ordered("issued_on", "expires_on")],
):
    """Applications for licences and what became of them: mandatory and additional for sharers, selective for others."""

    licence_id: Text = key("licence", "Reference of the licence")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    kind: Text = column("Kind of licence", values=("mandatory", "additional", "selective"))
    status: Text = column("How it stands", values=("pending", "issued", "refused", "withdrawn", "revoked"))
    applied_on: Day = column("Day of the application")
    issued_on: Day = column("Day it was issued, empty unless it was", nullable=True)
    expires_on: Day = column("Day it expires, empty unless it was issued", nullable=True)
    max_persons: Whole = column("Most people who may live there", unit="people", nullable=True, ge=1, le=60)
    recorded_at: Moment = column("When the lake received this version of the row")


class ExemptionNotices(
    Extract,
    source=LICENCE_REGISTER,
    folder="exemption_notices",
    row=("notice_id",),
    history=events("served_on", known_time="recorded_at"),
    rules=[ordered("served_on", "ends_on")],
):
    """Temporary exemption notices (Housing Act 2004 s62 and s86): up to three months, to stop needing a licence."""

    notice_id: Text = key("notice", "Reference of the notice")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    served_on: Day = column("Day it was served")
    ends_on: Day = column("Day it ends")
    recorded_at: Moment = column("When the lake received this version of the row")


class Designations(
    Extract,
    source=DESIGNATED,
    folder="designations",
    row=("designation_id", "ward"),
    history=events("in_force_from", known_time="recorded_at"),
    rules=[ordered("in_force_from", "in_force_until")],
    moving=False,
):
    """Which licensing scheme binds which ward, from when to when. A designation lasts five years at most."""

    designation_id: Text = key("designation", "Reference of the designation")
    ward: Text = key("ward", "Ward (2024) that it binds", pattern=WARD)
    scheme: Text = column("Kind of scheme", values=("additional", "selective"))
    in_force_from: Day = column("First day on which it binds")
    in_force_until: Day = column("Last day on which it binds")
    recorded_at: Moment = column("When the lake received this version of the row")


class Complaints(
    Extract,
    source=REPORTS,
    folder="complaints",
    row=("complaint_id",),
    history=events("received_on", known_time="recorded_at"),
):
    """Complaints about a home. They say as much about who complains as about the home."""

    complaint_id: Text = key("complaint", "Reference of the complaint")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    received_on: Day = column("Day it was received")
    kind: Text = column("What about", values=("noise", "waste", "pests", "antisocial_behaviour"))
    recorded_at: Moment = column("When the lake received this version of the row")


class BenefitClaims(
    Extract,
    source=HOUSING_BENEFIT,
    folder="benefit_claims",
    row=("claim_id",),
    history=events("started_on", known_time="recorded_at"),
    rules=[ordered("started_on", "ended_on")],
):
    """Housing benefit claims at an address. Universal credit is not an allowed value until a gateway is named."""

    claim_id: Text = key("claim", "Reference of the claim")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    kind: Text = column("Kind of help with the rent", values=("housing_benefit",))
    started_on: Day = column("Day the claim began")
    ended_on: Day = column("Day the claim ended, empty while it runs", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class PlanningApplications(
    Extract,
    source=PLANNING,
    folder="planning_applications",
    row=("application_id",),
    history=events("received_on", known_time="recorded_at"),
    rules=[ordered("received_on", "decided_on")],
):
    """Planning applications for a home and what was decided."""

    application_id: Text = key("application", "Reference of the application")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    received_on: Day = column("Day it was received")
    kind: Text = column("What for", values=("extension", "loft_conversion", "change_to_sharing", "division", "other"))
    decision: Text = column("Decision", values=("pending", "granted", "refused", "withdrawn"))
    decided_on: Day = column("Day of the decision, empty while pending", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class Inspections(
    Extract,
    source=ENFORCEMENT,
    folder="inspections",
    row=("inspection_id",),
    history=events("inspected_on", known_time="recorded_at"),
):
    """Visits to find out whether a home needs a licence and has one. Who inspected is not declared.

    ``no_access`` is no finding: the home is neither unlicensed nor in order, as far as anybody knows.
    """

    inspection_id: Text = key("inspection", "Reference of the inspection")
    uprn: Text = key("uprn", "Unique property reference number", pattern=UPRN)
    inspected_on: Day = column("Day of the visit")
    reason_chosen: Text = column("Why this home", values=("complaint", "programme", "random"))
    letter_sent: Flag = column("Whether a letter announced the visit")
    outcome: Text = column("What was found", values=OUTCOMES)
    recorded_at: Moment = column("When the lake received this version of the row")


class AreaProfiles(
    Extract,
    source=CENSUS_PROFILES,
    folder="area_profiles",
    row=("lsoa21",),
    history=events("published_on", known_after="1 day"),
):
    """Make-up of each small area by broad ethnic group, for audits alone: it says nothing about whom a home holds."""

    lsoa21: Text = key("area", "Small area (LSOA, 2021 boundaries)", pattern="E010[0-9]{5}")
    share_asian: Number = column("Asian or Asian British", unit="share", ge=0, le=1, protected="race")
    share_black: Number = column(
        "Black, Black British, Caribbean or African", unit="share", ge=0, le=1, protected="race"
    )
    share_mixed: Number = column("Mixed or Multiple ethnic groups", unit="share", ge=0, le=1, protected="race")
    share_white: Number = column("White", unit="share", ge=0, le=1, protected="race")
    share_other: Number = column("Other ethnic group", unit="share", ge=0, le=1, protected="race")
    published_on: Day = column("Day the figures were published")
