"""Care demand: what the council will spend on long-term support in the next 26 weeks, so that enough care is bought.

**Cost is not need.** A person whose needs go unmet costs little and will look cheap here for as long as that lasts. So
this serves commissioning alone: totals by ward and by reason for support, with intervals. It is never a list of people,
never a place in a queue, never a reason to give anybody less.

**What is counted.** The weekly cost of long-term support, as the Department converts it (``WEEKLY_COST_GBP``), averaged
over the 26 weeks. Support runs until it is known to have ended. Of a person who dies the average is over the weeks
lived, and the row counts for as many: dying is not "no demand". Who moves to another authority is unknown from then.

**Who is counted.** People with long-term support, and people who asked or were assessed in the last 13 weeks and may
come to have some. Those who have not yet asked, and young people who turn 18, are in the totals' new starters.

**Age is not an input.** The main reason for support is, by exception: it comes with disability, and without it a
person of 30 with a learning disability and one of 85 after a fall look alike. The policy must allow it by name
(``allowed_by_exception: support_reason``), with the equality lead's signed advice and the results without it.

**When to look.** The return is cut some days after each quarter. The best days are the first of February, May, August
and November; at other times the features are up to four months old, and ``days_since_return`` says how old.
"""

from __future__ import annotations

from riskmodels.features import (
    UseCase,
    age_band,
    attribute,
    characteristic,
    days_since,
    derived,
    latest,
    running,
    total,
    weeks,
    where,
)

from ._care import IS_LONG_TERM, WEEKLY_COST_GBP
from ._care_codes import LONG_TERM
from ._care_words import (
    DIED,
    MOVED_AWAY,
    RUNNING_SUPPORT,
    SUPPORT_REASON,
    carers,
    contacts,
    ran_ago,
    reviews,
    support_at_home,
    support_over_time,
)
from ._shared import AREA_DEPRIVATION, ETHNIC_GROUP
from .extracts import Areas, CareEvents, CarePeople, Persons

cost_today = [
    total(
        CareEvents,
        WEEKLY_COST_GBP,
        where=RUNNING_SUPPORT,
        name="weekly_cost",
        says="Cost of long-term support in a week, today",
        unit="GBP",
        monotone="increasing",
    ),
    total(
        CareEvents,
        WEEKLY_COST_GBP,
        where=f"{RUNNING_SUPPORT} and Event_End_Date is not null",
        name="weekly_cost_ending",
        says="Cost in a week of support that is known to end",
        unit="GBP",
        family="weekly_cost",
    ),
    total(
        CareEvents,
        WEEKLY_COST_GBP,
        where=ran_ago(91),
        name="weekly_cost_13w_ago",
        says="Cost of long-term support in a week, 13 weeks ago",
        unit="GBP",
        family="weekly_cost",
    ),
    total(
        CareEvents,
        WEEKLY_COST_GBP,
        where=ran_ago(364),
        name="weekly_cost_52w_ago",
        says="Cost of long-term support in a week, 52 weeks ago",
        unit="GBP",
        family="weekly_cost",
    ),
    derived(
        "weekly_cost - weekly_cost_13w_ago",
        name="cost_change_13w",
        says="Change in the weekly cost over 13 weeks",
        unit="GBP",
        family="weekly_cost",
    ),
]

setting = [
    attribute(
        CareEvents,
        "Service_Type",
        where=RUNNING_SUPPORT,
        order=LONG_TERM,
        name="care_setting",
        says="Where the person is supported",
    ),
    attribute(CarePeople, "Primary_Support_Reason", name="support_reason", says="Main reason for support"),
    attribute(CarePeople, "Client_Funding_Status", name="funding", says="Who pays for support"),
]

season = [
    latest(CarePeople, "extract(month from as_of)", name="month", says="Month of the year", unit="month"),
    days_since(CarePeople, name="days_since_return", says="Days since the last return's period ended", family="month"),
]

care_demand = UseCase(
    name="care_demand",
    says="Foretells the weekly cost of long-term support over the next 26 weeks, in totals by ward and reason for "
    "support, so that enough care is bought.",
    purpose="commissioning",
    entity="LA_Person_Unique_Identifier",
    population=where(
        CarePeople,
        f"Client_Type = 'Service User' and ({DIED} is null or {DIED} >= as_of) "
        f"and ({MOVED_AWAY} is null or {MOVED_AWAY} >= as_of)",
        having="services_running > 0 or requests_13w > 0 or assessments_13w > 0",
    ),
    outcome=running(
        CareEvents,
        WEEKLY_COST_GBP,
        begins="Event_Start_Date",
        ends="Event_End_Date",
        where=IS_LONG_TERM,
        within=weeks(26),
        says="Cost of long-term support in a week, on average over the next 26 weeks while the person lives here",
        unit="GBP per week",
        settles_after=weeks(8),
        censored_by=MOVED_AWAY,
        competes_with=DIED,
    ),
    features=[*cost_today, *setting, *support_at_home, *support_over_time, *contacts, *reviews, *carers, *season],
    audit_by=[Persons.sex, age_band(Persons.date_of_birth), ETHNIC_GROUP, SUPPORT_REASON, AREA_DEPRIVATION],
    baseline="weekly_cost",
    harms=["missed_need"],
    intervals_within="care_setting",
    totals_by=[characteristic(Areas, "ward_name", name="ward", says="Ward"), SUPPORT_REASON],
)
