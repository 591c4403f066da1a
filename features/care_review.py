"""Care review: whose review should come first, because support at home may soon not be enough.

Foretold is a **turn** within 26 weeks: a review that nobody planned, an unpaid carer who cannot go on (which the
return shows as a review because of the carer), or a move into a care home for good.

**What a place on the list means.** It brings a review forward. It never puts one off and never lowers support: a low
score is not a finding that somebody is well. Everybody has a right to a review on request (Care Act 2014 s27), whatever
the score.

**Overdue reviews of people supported at home come first.** They are out of the model's reach: nobody who has waited
longer than 52 weeks is in its population. The policy puts them before anybody on its list, the longest wait first. With
the list it is said how many found no place and how many wait more than 18 months; to stop its use then is for people.
The wait is as the return knew it, so the record is checked first. An objection takes a person off this part too: those
are counted, and seen by the ordinary way.

**Today's practice** is the time since the last review, or since support began where there was none.

**Who is ranked.** People with long-term support who live at home and whose review is not overdue. People in care homes
have their own yearly reviews and are in neither part of the list.

Age and the reason for support are not inputs. A planned review inside the 26 weeks marks a row as *treated*: it is the
very help that the list offers, and the evaluation shows those rows apart.
"""

from __future__ import annotations

from riskmodels.features import UseCase, age_band, attribute, derived, ever, latest, weeks, where

from ._care_codes import LONG_TERM
from ._care_words import (
    DIED,
    MOVED_AWAY,
    SUPPORT_REASON,
    UNPLANNED_REVIEW,
    carers,
    contacts,
    reviews,
    support_at_home,
    support_over_time,
)
from ._shared import AREA_DEPRIVATION, ETHNIC_GROUP
from .extracts import CareEvents, CarePeople, Persons

OVERDUE_WEEKS = 52  # statutory guidance: a review at least every twelve months

NURSING, RESIDENTIAL, *_ = LONG_TERM
MOVE_TO_A_HOME = f"Event_Type = 'Service' and Service_Type in ('{NURSING}', '{RESIDENTIAL}')"
LIVES_IN_A_HOME = "Accommodation_Status in ('Registered Care Home', 'Registered Nursing Home')"

waiting = [
    derived(
        "coalesce(weeks_since_last_review, weeks_of_support)",
        name="weeks_since_review",
        says="Weeks since the last review, or since support began if there was none",
        unit="weeks",
        family="reviews",
    ),
]

home = [
    attribute(CarePeople, "Accommodation_Status", name="home", says="Where the person lives"),
    latest(CarePeople, "extract(month from as_of)", name="month", says="Month of the year", unit="month"),
]

care_review = UseCase(
    name="care_review",
    says="Finds people whose support at home may soon not be enough, so that their review comes first.",
    purpose="care_review",
    entity="LA_Person_Unique_Identifier",
    population=where(
        CarePeople,
        f"Client_Type = 'Service User' and not ({LIVES_IN_A_HOME}) and ({DIED} is null or {DIED} >= as_of) "
        f"and ({MOVED_AWAY} is null or {MOVED_AWAY} >= as_of)",
        having=f"services_running > 0 and weeks_since_review <= {OVERDUE_WEEKS}",
    ),
    outcome=ever(
        CareEvents,
        f"({UNPLANNED_REVIEW}) or ({MOVE_TO_A_HOME})",
        within=weeks(26),
        says="A turn: a review that nobody planned, a carer who cannot go on, or a move into a care home",
        settles_after=weeks(8),
        censored_by=MOVED_AWAY,
        competes_with=DIED,
        treated_by=where(CareEvents, "Event_Type = 'Review' and Review_Reason like 'Planned%'"),
    ),
    features=[*waiting, *reviews, *support_at_home, *support_over_time, *contacts, *carers, *home],
    audit_by=[
        Persons.sex,
        age_band(Persons.date_of_birth),
        ETHNIC_GROUP,
        SUPPORT_REASON,
        AREA_DEPRIVATION,
    ],
    baseline="weeks_since_review",
    harms=["missed_need"],
)
