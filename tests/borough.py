"""A borough small enough to read: the contracts that the rule tests and the property tests share.

Every manner of history is here: events with a moment, events with a day, rows whose clock is part of their key, an
assumed known time, dated copies, rows overwritten in place, and places instead of people.
"""

from __future__ import annotations

from riskmodels.lake import (
    Day,
    Extract,
    Flag,
    Moment,
    Money,
    Number,
    Source,
    Text,
    Whole,
    birth_date,
    column,
    current_only,
    events,
    key,
    ordered,
    snapshots,
)

OFFICE = Source(
    name="Rent office",
    owner="Head of rents",
    system="Ledger",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Housing Act 1985 s21",
    purposes=("early_intervention", "tenancy_management"),
    retention="6 years",
)
INDEX = Source(
    name="Client index",
    owner="Head of data",
    system="Master index",
    lawful_basis="Article 6(1)(e) public task",
    gateway="Localism Act 2011 s1",
    purposes=("equality_monitoring",),
    retention="6 years",
)
ENFORCEMENT = Source(
    name="Enforcement",
    owner="Head of licensing",
    system="Case files",
    lawful_basis="DPA 2018 s35",
    gateway="Housing Act 2004 s235",
    purposes=("licensing",),
    retention="6 years",
)


class Homes(
    Extract,
    source=OFFICE,
    folder="homes",
    row=("tenancy_id",),
    history=events("started_on", known_time="recorded_at", deleted="is_deleted"),
    rules=[ordered("started_on", "ended_on")],
):
    """One row for each tenancy: where it is, and when it began and ended."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    area: Text = key("area", "Small area of the home", nullable=True)
    tenure: Text = column("Kind of tenancy", values=("secure", "flexible"))
    rent_gbp: Money = column("Weekly rent", unit="GBP", ge=0)
    started_on: Day = column("Day it began")
    ended_on: Day = column("Day it ended", nullable=True)
    died_on: Day = column("Day the tenant died", nullable=True)
    is_deleted: Flag = column("Whether this version withdraws the row")
    recorded_at: Moment = column("When the lake received this version")


class Payments(
    Extract,
    source=OFFICE,
    folder="payments",
    row=("payment_id",),
    history=events("paid_at", known_time="loaded_at", deleted="is_deleted"),
):
    """Money in, to the second."""

    payment_id: Text = key("payment", "Reference of the payment")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy", nullable=True)
    paid_at: Moment = column("When it was paid")
    kind: Text = column("How it was paid", nullable=True, values=("card", "cash", "refund"))
    amount_gbp: Money = column("Amount", unit="GBP", nullable=True)
    score: Number = column("A measure with a fraction", nullable=True)
    items: Whole = column("A whole number", nullable=True)
    on_time: Flag = column("Whether it was on time", nullable=True)
    due_on: Day = column("Day it was due", nullable=True)
    is_deleted: Flag = column("Whether this version withdraws the row")
    loaded_at: Moment = column("When the lake received this version")


class Balances(
    Extract,
    source=OFFICE,
    folder="balances",
    row=("tenancy_id", "week_ending"),
    history=events("week_ending", known_time="loaded_at"),
):
    """What is owed at the close of a week; the clock is part of the row's key."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    week_ending: Day = column("Day that closes the week")
    balance_gbp: Money = column("Owed", unit="GBP", nullable=True)
    rent_gbp: Money = column("Weekly rent", unit="GBP", nullable=True)
    loaded_at: Moment = column("When the lake received this version")


class Visits(
    Extract,
    source=OFFICE,
    folder="visits",
    row=("visit_id",),
    history=events("visited_on", known_after="3 days"),
):
    """Visits, of which nobody recorded when they became known: three days are assumed."""

    visit_id: Text = key("visit", "Reference of the visit")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    visited_on: Day = column("Day of the visit")
    reached: Flag = column("Whether someone was in")


class Registers(
    Extract,
    source=OFFICE,
    folder="registers",
    row=("entry_id",),
    history=snapshots("copied_on", event_time="entered_on"),
):
    """Dated copies of a register: the date of the copy is when its rows were known."""

    entry_id: Text = key("entry", "Reference of the entry")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    entered_on: Day = column("Day of the entry")
    points: Whole = column("Points on the register", nullable=True)
    copied_on: Day = column("Day of the copy")


class Accounts(
    Extract,
    source=OFFICE,
    folder="accounts",
    row=("account_id",),
    history=current_only("opened_on", known_after="1 day", fixed=("branch",)),
):
    """Accounts overwritten in place: only what never changes may be used."""

    account_id: Text = key("account", "Reference of the account")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    opened_on: Day = column("Day it was opened")
    branch: Text = column("Where it was opened", values=("north", "south"))
    status: Text = column("How it stands today", values=("open", "closed"))


class Places(
    Extract,
    source=OFFICE,
    folder="places",
    row=("area", "edition"),
    history=events("published_on", known_after="1 day"),
):
    """Small areas and their deprivation, by edition."""

    area: Text = key("area", "Small area")
    edition: Text = column("Edition")
    decile: Whole = column("National tenth; 1 is the most deprived", ge=1, le=10)
    published_on: Day = column("Day it was published")


class Packages(
    Extract,
    source=OFFICE,
    folder="packages",
    row=("package_id",),
    history=events("agreed_on", known_time="loaded_at", deleted="is_deleted"),
):
    """What runs from one day to another and costs so much a week; nothing holds the end to come after the beginning."""

    package_id: Text = key("package", "Reference of the package")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy", nullable=True)
    agreed_on: Day = column("Day it was agreed")
    begins_on: Day = column("Day it begins", nullable=True)
    ends_at: Moment = column("When it ends", nullable=True)
    kind: Text = column("Kind of package", nullable=True, values=("home", "care home"))
    weekly_gbp: Money = column("Cost per week", unit="GBP", nullable=True)
    hours: Number = column("Hours per week", nullable=True)
    is_deleted: Flag = column("Whether this version withdraws the row")
    loaded_at: Moment = column("When the lake received this version")


class People(
    Extract,
    source=INDEX,
    folder="people",
    row=("person_id",),
    history=events("registered_on", known_time="recorded_at"),
):
    """Protected characteristics."""

    person_id: Text = key("person", "Reference of the person")
    registered_on: Day = column("Day first known")
    born_on: Day = birth_date("Date of birth", nullable=True)
    sex: Text = column("Sex", nullable=True, values=("Female", "Male"), protected="sex")
    disabled: Text = column("Disability", nullable=True, values=("Yes", "No"), protected="disability")
    recorded_at: Moment = column("When the lake received this version")


class Links(
    Extract,
    source=INDEX,
    folder="links",
    row=("link_id",),
    history=events("linked_on", known_time="recorded_at"),
    role="links",
):
    """Which person holds which tenancy."""

    link_id: Text = key("link", "Reference of the link")
    person_id: Text = key("person", "Reference of the person")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    standing: Text = column("Standing", values=("lead", "joint"))
    confidence: Number = column("How sure the match is", ge=0, le=1)
    linked_on: Day = column("Day first linked")
    recorded_at: Moment = column("When the lake received this version")


class Exclusions(
    Extract,
    source=INDEX,
    folder="exclusions",
    row=("exclusion_id",),
    history=events("starts_on", known_time="recorded_at", deleted="is_deleted"),
    role="exclusions",
):
    """People and tenancies that models must leave out."""

    exclusion_id: Text = key("exclusion", "Reference of the exclusion")
    person_id: Text = key("person", "Reference of the person", nullable=True)
    tenancy_id: Text = key("tenancy", "Reference of the tenancy", nullable=True)
    kind: Text = column("Why", values=("objection_article_21", "protected_address", "equality_data_notice"))
    starts_on: Day = column("Day from which it holds")
    ends_on: Day = column("Day on which it ended", nullable=True)
    is_deleted: Flag = column("Whether this version withdraws the row")
    recorded_at: Moment = column("When the lake received this version")


class Raids(
    Extract,
    source=ENFORCEMENT,
    folder="raids",
    row=("raid_id",),
    history=events("raided_on", known_after="1 day"),
):
    """Collected for another purpose, so that nothing here may read it."""

    raid_id: Text = key("raid", "Reference of the raid")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    raided_on: Day = column("Day of the raid")


READ = (Homes, Payments, Balances, Visits, Registers, Accounts, Places, Packages, People, Links, Exclusions)
CONTRACTS: dict[str, type[Extract]] = {extract.__name__: extract for extract in READ}
FOLDERS: dict[str, type[Extract]] = {extract.folder(): extract for extract in READ}
