"""What adult social care may know: the Client Level Data return, the people in it, and who cares for whom.

**The return is read as it is sent.** Column names and code lists are those of Client Level Data, Release 2 (in use from
October 2025), as far as the Department's published code shows them; codes of Release 1 are read as their successors,
and any other code as "Invalid and not mapped", both counted in the quality report. Check the lists with the
specification before first use.

**Every quarterly submission is kept.** A submission covers twelve months and is cut some days after its quarter ends.
One event comes in several of them, each time as it then stood: these are versions of one row, and the day of the cut is
when the lake knew. An event that a later submission ought to hold and does not is withdrawn; the loading job says so.

**What the loading job adds**, because this house may not read it: the small area in place of the postcode, the day on
which another authority took over, and one row for each person in each submission, so that a death is known even when
none of the person's events is sent again.

**A new rate is a new row.** Where the price changes, as in April, the row is closed and another opened. A source that
overwrites the price in place would make the past look as dear as today: ask for the change to be kept.

**What is quarantined, and what is not.** An end before its start, a cost that does not say what it is for, units of
nothing, negative hours and more hours than a week has: by named rule, counted, never mended by guessing. A negative
*cost* is kept, because the Department's conversion takes it as if it were positive (``WEEKLY_COST_GBP``).
"""

from __future__ import annotations

from riskmodels.lake import Day, Extract, Flag, Money, Number, Source, Text, column, events, key, ordered, together

from ._care_codes import (
    ACHIEVED,
    ASSESSMENT_TYPES,
    CLIENT_TYPES,
    COST_FREQUENCIES,
    DELIVERY,
    FUNDING,
    HOMES,
    INVALID,
    LONG_TERM,
    OLD_ASSESSMENT_TYPES,
    OLD_CLIENT_TYPES,
    OLD_COST_FREQUENCIES,
    OLD_OUTCOMES,
    OLD_REVIEW_REASONS,
    OLD_SERVICE_COMPONENTS,
    OLD_SERVICE_TYPES,
    OLD_SUPPORT_REASONS,
    OUTCOMES,
    REVIEW_METHODS,
    REVIEW_REASONS,
    ROUTES,
    SERVICE_COMPONENTS,
    SERVICE_TYPES,
    SUPPORT_REASONS,
    YES_NO_UNKNOWN,
)

__all__ = [
    "IS_LONG_TERM",
    "IS_RUNNING",
    "WEEKLY_COST_GBP",
    "CareEvents",
    "CarePeople",
    "UnpaidCarers",
]

CARE_RECORDS = Source(
    name="Adult social care records",
    owner="Head of adult social care performance",
    system="Adult social care case management; Client Level Data return, Release 2",
    lawful_basis="Article 6(1)(e) public task; special category: Article 9(2)(h) and Schedule 1 paragraph 2 DPA 2018",
    gateway="Care Act 2014 (s5 shaping the market, s27 reviews); Health and Social Care Act 2012 s250 on (return)",
    purposes=("direct_care", "statutory_return", "commissioning", "care_review"),
    retention="8 years after the last contact; submissions as long as the return's guidance asks",
)


class CareEvents(
    Extract,
    source=CARE_RECORDS,
    folder="client_level_data",
    row=("Event_Reference",),
    history=events("Event_Start_Date", known_time="Submission_Cut", deleted="Is_Withdrawn"),
    rules=[
        ordered("Event_Start_Date", "Event_End_Date"),
        together("Unit_Cost", "Cost_Frequency_Unit_Type"),
        together("Planned_Units_Per_Week", "Service_Component"),
    ],
):
    """Client Level Data: requests, assessments, services and reviews, in every version that was ever submitted."""

    Event_Reference: Text = key("care event", "Reference of the event")
    LA_Person_Unique_Identifier: Text = key("person", "Reference of the person, as in the client index")
    Event_Type: Text = column("What kind of event it is", values=("Request", "Assessment", "Service", "Review"))
    Event_Start_Date: Day = column("Day it began; of a service, the day the service began or will begin")
    Event_End_Date: Day = column("Day it ended, from which it no longer runs; empty while it goes on", nullable=True)
    Event_Outcome: Text = column(
        "What followed", nullable=True, values=OUTCOMES, mapped=OLD_OUTCOMES, otherwise=INVALID
    )
    Client_Type: Text = column("Whom the event is about", values=CLIENT_TYPES, mapped=OLD_CLIENT_TYPES)
    Primary_Support_Reason: Text = column(
        "Main reason for support",
        nullable=True,
        values=SUPPORT_REASONS,
        mapped=OLD_SUPPORT_REASONS,
        otherwise=INVALID,
        special_category=True,
    )
    Request_Route_of_Access: Text = column(
        "How the person came to ask, for requests", nullable=True, values=ROUTES, otherwise=INVALID
    )
    Assessment_Type: Text = column(
        "Kind of assessment",
        nullable=True,
        values=ASSESSMENT_TYPES,
        mapped=OLD_ASSESSMENT_TYPES,
        otherwise=INVALID,
    )
    Service_Type: Text = column(
        "Kind of support, for services",
        nullable=True,
        values=SERVICE_TYPES,
        mapped=OLD_SERVICE_TYPES,
        otherwise=INVALID,
    )
    Service_Component: Text = column(
        "What is provided, for services",
        nullable=True,
        values=SERVICE_COMPONENTS,
        mapped=OLD_SERVICE_COMPONENTS,
        otherwise=INVALID,
    )
    Delivery_Mechanism: Text = column(
        "How support in the community is arranged", nullable=True, values=DELIVERY, otherwise=INVALID
    )
    Planned_Units_Per_Week: Number = column(
        "Hours, days or sessions planned in a week", unit="units", nullable=True, ge=0, le=168
    )
    Unit_Cost: Money = column("Cost of one unit; the frequency says of what", unit="GBP", nullable=True)
    Cost_Frequency_Unit_Type: Text = column(
        "What the cost is for: an hour, a session, a week, a month, ...",
        nullable=True,
        values=COST_FREQUENCIES,
        mapped=OLD_COST_FREQUENCIES,
        otherwise=INVALID,
    )
    Review_Reason: Text = column(
        "Why a review was held", nullable=True, values=REVIEW_REASONS, mapped=OLD_REVIEW_REASONS, otherwise=INVALID
    )
    Method_of_Review: Text = column("How it was held", nullable=True, values=REVIEW_METHODS, otherwise=INVALID)
    Review_Outcomes_Achieved: Text = column(
        "Whether the person's outcomes were achieved",
        nullable=True,
        values=ACHIEVED,
        otherwise=INVALID,
    )
    Total_Hrs_Caring_Per_Week: Number = column(
        "Hours of care that an unpaid carer gives in a week, on the carer's own events",
        unit="hours",
        nullable=True,
        ge=0,
        le=168,
    )
    Has_Unpaid_Carer: Text = column(
        "Whether somebody cares for the person", nullable=True, values=YES_NO_UNKNOWN, otherwise=INVALID
    )
    Accommodation_Status: Text = column("Where the person lives", nullable=True, values=HOMES, otherwise=INVALID)
    Client_Funding_Status: Text = column("Who pays", nullable=True, values=FUNDING, otherwise=INVALID)
    Date_of_Death: Day = column("Day of death, empty while the person lives", nullable=True)
    lsoa21: Text = key("area", "Small area (LSOA, 2021 boundaries), in place of the postcode", pattern="E010[0-9]{5}")
    Reporting_Period_End: Day = column("Last day of the submission's twelve months")
    Submission_Cut: Day = column("Day the submission was cut, which is when the lake knew")
    Is_Withdrawn: Flag = column("Whether a later submission should hold the event and does not (the loading job says)")


class CarePeople(
    Extract,
    source=CARE_RECORDS,
    folder="client_level_data_people",
    row=("LA_Person_Unique_Identifier", "Reporting_Period_End"),
    history=events("Reporting_Period_End", known_time="Submission_Cut"),
):
    """The people of each submission, one row each, as the loading job takes them from its events."""

    LA_Person_Unique_Identifier: Text = key("person", "Reference of the person, as in the client index")
    Reporting_Period_End: Day = column("Last day of the submission's twelve months")
    Client_Type: Text = column(
        "Whether the person is supported or supports", values=CLIENT_TYPES, mapped=OLD_CLIENT_TYPES
    )
    Primary_Support_Reason: Text = column(
        "Main reason for support",
        values=SUPPORT_REASONS,
        mapped=OLD_SUPPORT_REASONS,
        otherwise=INVALID,
        special_category=True,
    )
    Accommodation_Status: Text = column("Where the person lives", values=HOMES, otherwise=INVALID)
    Client_Funding_Status: Text = column("Who pays", values=FUNDING, otherwise=INVALID)
    Has_Unpaid_Carer: Text = column("Whether somebody cares for the person", values=YES_NO_UNKNOWN, otherwise=INVALID)
    Date_of_Death: Day = column("Day of death, empty while the person lives", nullable=True)
    Moved_Away_On: Day = column("Day another authority took over (the loading job finds it in outcomes)", nullable=True)
    lsoa21: Text = key("area", "Small area (LSOA, 2021 boundaries) of the home", pattern="E010[0-9]{5}")
    Submission_Cut: Day = column("Day the submission was cut, which is when the lake knew")


class UnpaidCarers(
    Extract,
    source=CARE_RECORDS,
    folder="unpaid_carers",
    row=("Carer_Link_Reference",),
    history=events("Caring_Start_Date", known_time="Submission_Cut"),
    rules=[ordered("Caring_Start_Date", "Caring_End_Date")],
):
    """Who cares for whom, cut with each submission: the return itself does not say it."""

    Carer_Link_Reference: Text = key("care link", "Reference of the caring relationship")
    LA_Person_Unique_Identifier: Text = key("person", "Reference of the person who is cared for")
    Carer_Identifier: Text = key("carer", "Reference of the person who cares")
    Total_Hrs_Caring_Per_Week: Number = column(
        "Hours of care given in a week", unit="hours", nullable=True, ge=0, le=168
    )
    Caring_Start_Date: Day = column("Day the council first knew of the caring")
    Caring_End_Date: Day = column("Day it ended, empty while it goes on", nullable=True)
    Last_Carer_Assessment: Day = column("Day the carer was last assessed, empty if never", nullable=True)
    Submission_Cut: Day = column("Day the lake knew: the cut of the submission that it came with")


def _any_of(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


# What a service costs in a week, as the Department converts it: by how often the cost is paid; by the units planned in
# a week for hours, days and sessions; without sign; a one-off cost is no weekly one. Not known where the frequency is
# not, or the units are not.
WEEKLY_COST_GBP = """case
    when Cost_Frequency_Unit_Type = 'Weekly' then abs(Unit_Cost)
    when Cost_Frequency_Unit_Type = 'Fortnightly' then abs(Unit_Cost) / 2
    when Cost_Frequency_Unit_Type = '4-weekly' then abs(Unit_Cost) / 4
    when Cost_Frequency_Unit_Type = 'Monthly' then abs(Unit_Cost) * 12 / 52
    when Cost_Frequency_Unit_Type = 'Quarterly' then abs(Unit_Cost) * 4 / 52
    when Cost_Frequency_Unit_Type = 'Annually' then abs(Unit_Cost) / 52
    when Cost_Frequency_Unit_Type = 'One-off' then 0
    when Cost_Frequency_Unit_Type in ('Hourly', 'Daily', 'Per Session') then abs(Unit_Cost) * Planned_Units_Per_Week
end"""

IS_LONG_TERM = f"Event_Type = 'Service' and Client_Type = 'Service User' and Service_Type in ({_any_of(LONG_TERM)})"
IS_RUNNING = "(Event_End_Date is null or Event_End_Date >= as_of)"
