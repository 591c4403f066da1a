"""What the council may read of its tenancies: rent accounts, payments, help with the rent and what officers did."""

from __future__ import annotations

from riskmodels.lake import (
    Day,
    Extract,
    Flag,
    Moment,
    Money,
    Source,
    Text,
    Whole,
    column,
    events,
    key,
    ordered,
)

RENT_SYSTEM = Source(
    name="Rent accounts",
    owner="Head of income collection",
    system="Housing management system",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Housing Act 1985 s21",
    purposes=("tenancy_management", "early_intervention"),
    retention="6 years after the tenancy ends",
)

PAYMENT_METHODS = (
    "direct_debit",
    "standing_order",
    "card",
    "cash",
    "housing_benefit",
    "universal_credit_managed",
    "third_party_deduction",
)


class Tenancies(
    Extract,
    source=RENT_SYSTEM,
    folder="tenancies",
    row=("tenancy_id",),
    history=events("started_on", known_time="recorded_at"),
    rules=[ordered("started_on", "ended_on")],
):
    """Each council tenancy: where it is, of what kind, and when it began and ended."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    uprn: Text = key("uprn", "Unique property reference number of the home", pattern="[0-9]{1,12}")
    lsoa21: Text = key("area", "Small area (LSOA, 2021 boundaries) of the home", pattern="E010[0-9]{5}")
    patch: Text = column("Housing officer's patch")
    tenancy_type: Text = column("Kind of tenancy", values=("secure", "introductory", "flexible", "non_secure"))
    property_type: Text = column("Kind of home", values=("flat", "maisonette", "house", "bungalow"))
    bedrooms: Whole = column("Bedrooms", unit="bedrooms", ge=0, le=8)
    is_joint: Flag = column("Whether two or more people hold the tenancy")
    started_on: Day = column("Day the tenancy began")
    ended_on: Day = column("Day the tenancy ended, empty while it runs", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class RentAccounts(
    Extract,
    source=RENT_SYSTEM,
    folder="rent_accounts",
    row=("account_id", "effective_on"),
    history=events("effective_on", known_time="recorded_at"),
):
    """The rent charged on each account and how it is paid, one row for each change."""

    account_id: Text = key("account", "Reference of the rent account")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    effective_on: Day = column("Day from which this rent and method hold")
    weekly_rent_gbp: Money = column("Rent charged in a week that is not rent-free", unit="GBP", ge=0, le=1000)
    rent_weeks_per_year: Whole = column("Weeks of the rent year in which rent is charged", unit="weeks", ge=48, le=53)
    payment_method: Text = column("Usual way of paying", values=PAYMENT_METHODS)
    recorded_at: Moment = column("When the lake received this version of the row")


class RentBalances(
    Extract,
    source=RENT_SYSTEM,
    folder="rent_balances",
    row=("tenancy_id", "week_ending"),
    history=events("week_ending", known_time="loaded_at"),
):
    """What each account owed at the close of each rent week (Sunday); a credit is below zero."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    week_ending: Day = column("Sunday that closes the rent week")
    balance_gbp: Money = column("Owed at the close of the week; below zero is in credit", unit="GBP")
    expected_benefit_gbp: Money = column("Housing benefit due for past weeks and not yet paid", unit="GBP", ge=0)
    written_off_13w_gbp: Money = column("Written off in the 13 weeks to this day", unit="GBP", ge=0)
    weekly_rent_gbp: Money = column("Rent charged in a week that is not rent-free", unit="GBP", ge=0, le=1000)
    loaded_at: Moment = column("When the lake received this version of the row")


class RentTransactions(
    Extract,
    source=RENT_SYSTEM,
    folder="rent_transactions",
    row=("transaction_id",),
    history=events("posted_on", known_time="loaded_at", deleted="is_deleted"),
):
    """Every charge and credit posted to a rent account."""

    transaction_id: Text = key("transaction", "Reference of the posting")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    posted_on: Day = column("Day it was posted")
    kind: Text = column(
        "What it was", values=("charge", "payment", "benefit", "reversal", "refund", "write_off", "adjustment")
    )
    method: Text = column("How it was paid, for payments and benefit", nullable=True, values=PAYMENT_METHODS)
    amount_gbp: Money = column("Amount, never below zero; the kind says which way it counts", unit="GBP", ge=0)
    is_deleted: Flag = column("Whether this version withdraws the posting")
    loaded_at: Moment = column("When the lake received this version of the row")


class BenefitAwards(
    Extract,
    source=RENT_SYSTEM,
    folder="benefit_awards",
    row=("award_id",),
    history=events("started_on", known_time="recorded_at"),
    rules=[ordered("started_on", "ended_on")],
):
    """Help with the rent that the landlord knows of: housing benefit and universal credit housing costs."""

    award_id: Text = key("award", "Reference of the award")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    kind: Text = column("Kind of help", values=("housing_benefit", "universal_credit", "universal_credit_managed"))
    weekly_amount_gbp: Money = column("Help with the rent in a week", unit="GBP", ge=0, le=1000)
    started_on: Day = column("Day the award began")
    ended_on: Day = column("Day the award ended, empty while it runs", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class Arrangements(
    Extract,
    source=RENT_SYSTEM,
    folder="arrangements",
    row=("arrangement_id",),
    history=events("agreed_on", known_time="recorded_at"),
    rules=[ordered("agreed_on", "closed_on")],
):
    """Agreements to repay arrears, and whether they were kept."""

    arrangement_id: Text = key("arrangement", "Reference of the arrangement")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    agreed_on: Day = column("Day it was agreed")
    weekly_amount_gbp: Money = column("Repayment agreed for each week, on top of rent", unit="GBP", ge=0, le=1000)
    status: Text = column("How it stands", values=("active", "kept", "broken"))
    closed_on: Day = column("Day it was kept in full or broken, empty while it runs", nullable=True)
    recorded_at: Moment = column("When the lake received this version of the row")


class RentActions(
    Extract,
    source=RENT_SYSTEM,
    folder="rent_actions",
    row=("action_id",),
    history=events("taken_on", known_time="recorded_at"),
):
    """Steps officers took because of arrears. They follow the arrears that they would seem to foretell."""

    action_id: Text = key("action", "Reference of the action")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    taken_on: Day = column("Day it was taken")
    kind: Text = column(
        "What was done",
        values=(
            "arrears_letter_1",
            "arrears_letter_2",
            "visit",
            "notice_seeking_possession",
            "court_application",
            "possession_order",
            "eviction_warrant",
        ),
    )
    recorded_at: Moment = column("When the lake received this version of the row")


class Contacts(
    Extract,
    source=RENT_SYSTEM,
    folder="contacts",
    row=("contact_id",),
    history=events("contacted_on", known_time="recorded_at"),
):
    """Offers of support to tenants: calls, texts and visits, and whether someone was reached."""

    contact_id: Text = key("contact", "Reference of the contact")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    contacted_on: Day = column("Day of the contact")
    channel: Text = column("How contact was made", values=("call", "text", "email", "visit"))
    reached: Flag = column("Whether the tenant was reached")
    recorded_at: Moment = column("When the lake received this version of the row")
