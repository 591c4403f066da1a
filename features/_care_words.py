"""What both care use cases look at, written once: requests, assessments, reviews, carers, and how support moves.

Rates go up each April, and with them every row is closed and opened anew: so nothing here takes a new row of support
for a new need. What support costs and how many hours it has is compared with what it was, by the rows that ran then.
"""

from __future__ import annotations

from riskmodels.features import (
    attribute,
    characteristic,
    count,
    days_since,
    derived,
    distinct,
    ever,
    highest,
    latest,
    share,
    total,
    weeks,
)

from ._care import IS_LONG_TERM, IS_RUNNING
from .extracts import CareEvents, CarePeople, UnpaidCarers

__all__ = [
    "DIED",
    "MOVED_AWAY",
    "RUNNING_SUPPORT",
    "SUPPORT_REASON",
    "UNPLANNED_REVIEW",
    "carers",
    "contacts",
    "reviews",
    "support_at_home",
    "support_over_time",
]

DIED, MOVED_AWAY = "Date_of_Death", "Moved_Away_On"

SUPPORT_REASON = characteristic(
    CarePeople,
    "split_part(Primary_Support_Reason, ':', 1)",
    name="support_reason",
    says="Main reason for support (broad)",
    protected="disability",
)

RUNNING_SUPPORT = f"{IS_LONG_TERM} and {IS_RUNNING}"
UNPLANNED_REVIEW = "Event_Type = 'Review' and Review_Reason like 'Unplanned%'"


def ran_ago(days: int) -> str:
    """Say that long-term support ran so many days ago, as far as is known today."""
    then = f"as_of - interval {days} day"
    return f"{IS_LONG_TERM} and Event_Start_Date < {then} and (Event_End_Date is null or Event_End_Date >= {then})"


support_at_home = [
    total(
        CareEvents,
        "Planned_Units_Per_Week",
        where=f"{RUNNING_SUPPORT} and Cost_Frequency_Unit_Type = 'Hourly'",
        name="weekly_hours",
        says="Hours of support in a week",
        unit="hours",
        family="support",
    ),
    count(
        CareEvents,
        where=f"{RUNNING_SUPPORT} and Cost_Frequency_Unit_Type <> 'One-off'",
        name="services_running",
        says="Rows of long-term support that run",
        unit="services",
        family="support",
    ),
    distinct(
        CareEvents,
        "Service_Component",
        where=RUNNING_SUPPORT,
        name="kinds_of_support",
        says="Different kinds of long-term support that run",
        unit="kinds",
        family="support",
    ),
    ever(
        CareEvents,
        f"{RUNNING_SUPPORT} and Delivery_Mechanism = 'Direct Payment'",
        name="direct_payment",
        says="Some support is paid as a direct payment",
        family="support",
    ),
]

support_over_time = [
    total(
        CareEvents,
        "Planned_Units_Per_Week",
        where=f"{ran_ago(91)} and Cost_Frequency_Unit_Type = 'Hourly'",
        name="weekly_hours_13w_ago",
        says="Hours of support in a week, 13 weeks ago",
        unit="hours",
        family="support_before",
    ),
    total(
        CareEvents,
        "Planned_Units_Per_Week",
        where=f"{ran_ago(364)} and Cost_Frequency_Unit_Type = 'Hourly'",
        name="weekly_hours_52w_ago",
        says="Hours of support in a week, 52 weeks ago",
        unit="hours",
        family="support_before",
    ),
    derived(
        "weekly_hours - weekly_hours_13w_ago",
        name="hours_change_13w",
        says="Change in the hours of support in a week, over 13 weeks",
        unit="hours",
        family="support_before",
    ),
    derived(
        "weekly_hours - weekly_hours_52w_ago",
        name="hours_change_52w",
        says="Change in the hours of support in a week, over 52 weeks",
        unit="hours",
        family="support_before",
    ),
    highest(
        CareEvents,
        "date_diff('day', Event_Start_Date, as_of) / 7.0",
        where=IS_LONG_TERM,
        name="weeks_of_support",
        says="Weeks since long-term support first began",
        unit="weeks",
        family="support_before",
    ),
    ever(
        CareEvents,
        "Event_Type = 'Service' and Service_Type = 'Short Term Support: ST-Max'",
        over=weeks(26),
        name="reablement",
        says="Help to get back on one's feet began in the last {over}",
        family="support_before",
    ),
]

contacts = [
    count(
        CareEvents,
        where="Event_Type = 'Request'",
        over=weeks(13, 52),
        name="requests",
        says="Requests for support in the last {over}",
        unit="requests",
    ),
    count(
        CareEvents,
        where="Request_Route_of_Access in ('Discharge from Hospital', 'Diversion from Hospital Services')",
        over=weeks(13, 52),
        name="hospital",
        says="Requests that came by way of hospital in the last {over}",
        unit="requests",
    ),
    count(
        CareEvents,
        where="Event_Type = 'Assessment'",
        over=weeks(13, 52),
        name="assessments",
        says="Assessments in the last {over}",
        unit="assessments",
    ),
    days_since(
        CareEvents,
        where="Event_Type in ('Request', 'Assessment')",
        name="since_contact",
        says="Days since the last request or assessment",
    ),
]

reviews = [
    latest(
        CareEvents,
        "date_diff('day', Event_Start_Date, as_of) / 7.0",
        where="Event_Type = 'Review'",
        name="weeks_since_last_review",
        says="Weeks since the last review",
        unit="weeks",
        family="reviews",
    ),
    count(
        CareEvents,
        where=UNPLANNED_REVIEW,
        over=weeks(13, 52, 104),
        name="unplanned_reviews",
        says="Reviews that were not planned, in the last {over}",
        unit="reviews",
        family="reviews",
    ),
    ever(
        CareEvents,
        "Review_Reason = 'Unplanned: Carer related'",
        over=weeks(26),
        name="carer_review",
        says="A review because of the carer in the last {over}",
        family="reviews",
    ),
    share(
        CareEvents,
        "Review_Outcomes_Achieved in ('Partially', 'Not achieved')",
        of="Event_Type = 'Review' and Review_Outcomes_Achieved <> 'Not recorded'",
        name="outcomes_missed",
        says="Share of reviews at which outcomes were not fully achieved",
        family="reviews",
    ),
]

carers = [
    total(
        UnpaidCarers,
        "Total_Hrs_Caring_Per_Week",
        where="Caring_End_Date is null or Caring_End_Date >= as_of",
        name="caring_hours",
        says="Hours that unpaid carers give in a week",
        unit="hours",
        family="carers",
    ),
    ever(
        UnpaidCarers,
        "Caring_End_Date < as_of and Caring_End_Date >= as_of - interval 182 day",
        name="carer_stopped",
        says="An unpaid carer stopped caring in the last 26 weeks",
        family="carers",
    ),
    latest(
        UnpaidCarers,
        "date_diff('day', Last_Carer_Assessment, as_of) / 7.0",
        where="Caring_End_Date is null or Caring_End_Date >= as_of",
        name="weeks_since_carer_assessed",
        says="Weeks since the unpaid carer was assessed",
        unit="weeks",
        family="carers",
    ),
    attribute(
        CarePeople,
        "Has_Unpaid_Carer",
        name="has_carer",
        says="Somebody cares for the person unpaid",
        family="carers",
    ),
]
