"""Contracts for tests of the lake."""

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

RENT = Source("Rent", "Head of rent", "Rent system", "public task", "Act", ("testing",), "6 years")
INDEX = Source("Index", "Head of data", "Client index", "public task", "Act", ("testing",), "6 years")


class Tenancies(
    Extract,
    source=RENT,
    folder="tenancies",
    row=("tenancy_id",),
    history=events("started_on", known_time="recorded_at"),
    rules=[ordered("started_on", "ended_on")],
    tolerance=0.5,
):
    """Who rents what."""

    tenancy_id: Text = key("tenancy", "Reference of the tenancy", pattern="t[0-9]+")
    lsoa21: Text = key("area", "Small area", nullable=True)
    started_on: Day = column("Day it began")
    ended_on: Day = column("Day it ended", nullable=True)
    recorded_at: Moment = column("When the lake knew")


class Payments(
    Extract,
    source=RENT,
    folder="payments",
    row=("payment_id",),
    history=events("paid_on", known_time="loaded_at", deleted="is_deleted"),
    tolerance=0.5,
):
    """Money that came in."""

    payment_id: Text = key("payment", "Reference of the payment")
    tenancy_id: Text = key("tenancy", "Reference of the tenancy")
    paid_on: Day = column("Day it came")
    amount_gbp: Money = column("How much", unit="GBP", ge=0)
    method: Text = column("How", nullable=True, values=("card", "cash"))
    is_deleted: Flag = column("Whether this version withdraws the payment")
    loaded_at: Moment = column("When the lake knew")


class Returns(
    Extract, source=INDEX, folder="returns", row=("person_id", "service"), history=snapshots("cut_on"), tolerance=1.0
):
    """A quarterly return, every submission kept."""

    person_id: Text = key("person", "Reference of the person")
    service: Text = column("Service")
    hours: Number = column("Hours a week", nullable=True)
    visits: Whole = column("Visits a week", nullable=True)
    cut_on: Day = column("Day of the submission")


class Persons(
    Extract,
    source=INDEX,
    folder="persons",
    row=("person_id",),
    history=current_only("registered_on", known_after="2 days", fixed=("date_of_birth",)),
    tolerance=0.5,
):
    """People, overwritten in place."""

    person_id: Text = key("person", "Reference of the person")
    registered_on: Day = column("Day first known")
    date_of_birth: Day = birth_date("Date of birth", nullable=True)
    sex: Text = column("Sex", values=("Female", "Male", "Unknown"), protected="sex")


CONTRACTS: dict[str, type[Extract]] = {extract.__name__: extract for extract in (Tenancies, Payments, Returns, Persons)}
