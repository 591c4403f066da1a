"""Rent arrears: which tenancies may fall into serious arrears in the next 13 weeks, so that help can be offered early.

**Serious arrears** here means: owing 8 weeks' rent or more at two weekly snapshots running, after taking off housing
benefit that is due and adding back what was written off. The 8 is local policy, a line that the service chose for
offering help. It is not a ground for possession against a secure tenant, and nothing here may be used as one.

**What officers did is not a feature.** Letters, visits and notices (``RentActions``) follow the arrears that they would
seem to foretell, are often typed up late and dated back, and say as much about an officer's habits as about a
household. A model fed with them learns whom the service already chases. So they are left out. Offers of support
(``Contacts``) inside the horizon mark a row as *treated*: help changes what would have happened, and the evaluation
shows those rows apart.
"""

from __future__ import annotations

from riskmodels.features import (
    UseCase,
    age_band,
    attribute,
    count,
    days_since,
    derived,
    distinct,
    ever,
    highest,
    latest,
    lowest,
    mean,
    nearby,
    share,
    spread,
    total,
    trend,
    weeks,
    where,
)

from ._shared import AREA_DEPRIVATION, ETHNIC_GROUP
from .extracts import (
    Arrangements,
    BenefitAwards,
    Contacts,
    Persons,
    RentAccounts,
    RentBalances,
    RentTransactions,
    Tenancies,
)

SERIOUS_WEEKS = 8

NET_ARREARS = "balance_gbp - expected_benefit_gbp + written_off_13w_gbp"
NET_WEEKS = f"({NET_ARREARS}) / weekly_rent_gbp"

level = [
    latest(
        RentBalances,
        "balance_gbp / weekly_rent_gbp",
        name="arrears_weeks",
        says="Rent owed, in weeks of rent",
        unit="weeks",
        monotone="increasing",
    ),
    latest(
        RentBalances,
        NET_WEEKS,
        name="net_arrears_weeks",
        says="Rent owed net of benefit that is due, in weeks of rent",
        unit="weeks",
        monotone="increasing",
        family="arrears_weeks",
    ),
    highest(
        RentBalances,
        NET_WEEKS,
        name="highest_arrears",
        says="Most owed in the last {over}, in weeks of rent",
        over=weeks(4, 13, 52),
        unit="weeks",
    ),
    lowest(
        RentBalances,
        NET_WEEKS,
        name="lowest_arrears",
        says="Least owed in the last {over}, in weeks of rent",
        over=weeks(4, 13, 26),
        unit="weeks",
    ),
    mean(
        RentBalances,
        NET_WEEKS,
        name="mean_arrears",
        says="Owed on average over the last {over}, in weeks of rent",
        over=weeks(13, 52),
        unit="weeks",
    ),
    share(
        RentBalances,
        f"{NET_ARREARS} > 0",
        name="weeks_in_debt",
        says="Share of the weeks in the last {over} with rent owed",
        over=weeks(13, 52),
    ),
    share(
        RentBalances,
        f"{NET_ARREARS} >= 4 * weekly_rent_gbp",
        name="weeks_over_four",
        says="Share of the weeks in the last {over} with four weeks' rent or more owed",
        over=weeks(26),
    ),
]

movement = [
    trend(
        RentBalances,
        NET_WEEKS,
        name="arrears_trend",
        says="Change in the rent owed per week over the last {over}, in weeks of rent",
        over=weeks(4, 13, 26),
        unit="weeks per week",
    ),
    spread(
        RentBalances,
        NET_WEEKS,
        name="arrears_spread",
        says="How much the rent owed went up and down in the last {over}, in weeks of rent",
        over=weeks(13, 52),
        unit="weeks",
    ),
    derived(
        "net_arrears_weeks - lowest_arrears_4w",
        name="rise_4w",
        says="Rise in the rent owed from its lowest in the last 4 weeks, in weeks of rent",
        unit="weeks",
    ),
    derived(
        "net_arrears_weeks - lowest_arrears_26w",
        name="rise_26w",
        says="Rise in the rent owed from its lowest in the last 26 weeks, in weeks of rent",
        unit="weeks",
    ),
]

payments = [
    total(
        RentTransactions,
        "amount_gbp",
        where="kind = 'charge'",
        name="charged",
        says="Rent charged in the last {over}",
        over=weeks(4, 13, 26),
        unit="GBP",
    ),
    total(
        RentTransactions,
        "amount_gbp",
        where="kind = 'payment'",
        name="paid",
        says="Paid by the tenant in the last {over}",
        over=weeks(4, 13, 26),
        unit="GBP",
    ),
    total(
        RentTransactions,
        "amount_gbp",
        where="kind = 'benefit'",
        name="benefit_paid",
        says="Housing benefit paid to the account in the last {over}",
        over=weeks(4, 13, 26),
        unit="GBP",
    ),
    count(
        RentTransactions,
        where="kind = 'payment'",
        name="payments",
        says="Payments made in the last {over}",
        over=weeks(4, 13, 26),
        unit="payments",
    ),
    mean(
        RentTransactions,
        "amount_gbp",
        where="kind = 'payment'",
        name="mean_payment",
        says="Average payment in the last {over}",
        over=weeks(26),
        unit="GBP",
    ),
    spread(
        RentTransactions,
        "amount_gbp",
        where="kind = 'payment'",
        name="payment_spread",
        says="How much payments differ from one another in the last {over}",
        over=weeks(26),
        unit="GBP",
    ),
    days_since(
        RentTransactions,
        where="kind = 'payment'",
        name="since_payment",
        says="Days since the tenant's last payment",
    ),
    days_since(
        RentTransactions,
        where="kind in ('payment', 'benefit')",
        name="since_any_credit",
        says="Days since anything was last paid",
    ),
    count(
        RentTransactions,
        where="kind = 'reversal'",
        name="bounced",
        says="Payments that bounced in the last {over}",
        over=weeks(13, 52),
        unit="payments",
    ),
    distinct(
        RentTransactions,
        "method",
        where="kind = 'payment'",
        name="ways_of_paying",
        says="Different ways of paying used in the last {over}",
        over=weeks(26),
        unit="ways",
    ),
    ever(
        RentTransactions,
        "kind = 'write_off'",
        name="written_off",
        says="Arrears were written off in the last {over}",
        over=weeks(52),
    ),
    derived(
        "(paid_4w + benefit_paid_4w) / nullif(charged_4w, 0)",
        name="paid_share_4w",
        says="Share of the rent charged in the last 4 weeks that was paid",
        unit="share",
        family="paid_share",
    ),
    derived(
        "(paid_13w + benefit_paid_13w) / nullif(charged_13w, 0)",
        name="paid_share_13w",
        says="Share of the rent charged in the last 13 weeks that was paid",
        unit="share",
        family="paid_share",
    ),
    derived(
        "(paid_26w + benefit_paid_26w) / nullif(charged_26w, 0)",
        name="paid_share_26w",
        says="Share of the rent charged in the last 26 weeks that was paid",
        unit="share",
        family="paid_share",
    ),
    derived(
        "paid_share_4w - paid_share_26w",
        name="paid_share_change",
        says="Change in the share of the rent that is paid, last 4 weeks against last 26",
        unit="share",
        family="paid_share",
    ),
]

benefits = [
    ever(
        BenefitAwards,
        "kind = 'housing_benefit' and (ended_on is null or ended_on >= as_of)",
        name="on_housing_benefit",
        says="Housing benefit is in payment",
        family="benefit",
    ),
    ever(
        BenefitAwards,
        "kind <> 'housing_benefit' and (ended_on is null or ended_on >= as_of)",
        name="on_universal_credit",
        says="Universal credit is in payment",
        family="benefit",
    ),
    ever(
        BenefitAwards,
        "kind = 'universal_credit_managed' and (ended_on is null or ended_on >= as_of)",
        name="credit_paid_direct",
        says="Universal credit for rent is paid straight to the council",
        family="benefit",
    ),
    ever(
        BenefitAwards,
        "kind <> 'housing_benefit'",
        name="new_to_universal_credit",
        says="Moved to universal credit in the last {over}",
        over=weeks(13),
        family="benefit",
    ),
    ever(
        BenefitAwards,
        "ended_on < as_of and ended_on >= as_of - interval 91 day",
        name="benefit_stopped",
        says="An award of help with the rent ended in the last 13 weeks",
        family="benefit",
    ),
    total(
        BenefitAwards,
        "weekly_amount_gbp",
        where="ended_on is null or ended_on >= as_of",
        name="weekly_benefit",
        says="Help with the rent in a week",
        unit="GBP",
        family="benefit",
    ),
    latest(
        RentBalances,
        "expected_benefit_gbp / weekly_rent_gbp",
        name="benefit_due_weeks",
        says="Housing benefit that is due and not yet paid, in weeks of rent",
        unit="weeks",
        family="benefit",
    ),
]

arrangements = [
    ever(
        Arrangements,
        "closed_on is null or closed_on >= as_of",
        name="arrangement_running",
        says="A repayment arrangement is running",
        family="arrangements",
    ),
    count(
        Arrangements,
        where="status = 'broken' and closed_on < as_of",
        name="arrangements_broken",
        says="Repayment arrangements broken in the last {over}",
        over=weeks(52),
        unit="arrangements",
        family="arrangements",
    ),
    count(
        Arrangements,
        where="status = 'kept' and closed_on < as_of",
        name="arrangements_kept",
        says="Repayment arrangements kept in full in the last {over}",
        over=weeks(52),
        unit="arrangements",
        family="arrangements",
    ),
]

home = [
    latest(Tenancies, "bedrooms", name="bedrooms", says="Bedrooms", unit="bedrooms"),
    latest(Tenancies, "is_joint", name="joint_tenancy", says="The tenancy is held jointly"),
    latest(
        Tenancies,
        "date_diff('day', started_on, as_of) / 365.25",
        name="tenancy_years",
        says="Years since the tenancy began",
        unit="years",
    ),
    attribute(Tenancies, "tenancy_type", name="tenancy_type", says="Kind of tenancy"),
    latest(
        RentAccounts,
        "weekly_rent_gbp",
        name="weekly_rent",
        says="Rent charged in a week that is not rent-free",
        unit="GBP",
    ),
    attribute(RentAccounts, "payment_method", name="payment_method", says="Usual way of paying"),
    derived(
        "weekly_benefit / nullif(weekly_rent, 0)",
        name="benefit_cover",
        says="Share of the rent that benefit covers",
        unit="share",
        family="benefit",
    ),
    nearby(
        RentBalances,
        NET_WEEKS,
        how="mean",
        within=Tenancies.lsoa21,
        over=weeks(4),
        name="neighbours_arrears",
        says="Rent owed on average by other tenancies in the small area, in weeks of rent",
        unit="weeks",
    ),
]

season = [
    latest(
        RentBalances,
        "extract(month from as_of)",
        name="month",
        says="Month of the year",
        unit="month",
    ),
]

rent_arrears = UseCase(
    name="rent_arrears",
    says="Finds tenancies that may fall into serious arrears in the next 13 weeks, so that an officer can offer help.",
    purpose="early_intervention",
    entity="tenancy_id",
    population=where(
        Tenancies,
        "ended_on is null or ended_on >= as_of",
        having=f"net_arrears_weeks < {SERIOUS_WEEKS}",
    ),
    outcome=ever(
        RentBalances,
        f"{NET_ARREARS} >= {SERIOUS_WEEKS} * weekly_rent_gbp",
        within=weeks(13),
        times_running=2,
        says=f"Serious arrears: {SERIOUS_WEEKS} weeks' rent or more owed two weeks running "
        "(a line set by local policy)",
        settles_after=weeks(1),
        censored_by="ended_on",
        treated_by=where(Contacts, "reached"),
    ),
    features=[*level, *movement, *payments, *benefits, *arrangements, *home, *season],
    audit_by=[
        Persons.sex,
        age_band(Persons.date_of_birth),
        ETHNIC_GROUP,
        Persons.disability,
        Persons.religion,
        AREA_DEPRIVATION,
    ],
    baseline="arrears_weeks",
    harms=["missed_need"],
    lead="standing = 'lead'",
)
