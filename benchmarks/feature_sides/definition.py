"""The 22 features of the benchmark, in the definition language: every kind that looks back over one's own rows."""

from __future__ import annotations

from feature_sides.made_lake import KINDS, Payments, Tenancies
from riskmodels.features import (
    UseCase,
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
    share,
    spread,
    total,
    trend,
    weeks,
    where,
)

__all__ = ["CASE", "EXACT"]

CASE = UseCase(
    name="benchmark",
    says="Nothing: this case is only computed, to see how long it takes",
    purpose="early_intervention",
    entity="tenancy_id",
    population=where(Tenancies, "started_on is not null"),
    outcome=ever(Payments, "kind = 'refund'", within=weeks(4), says="A refund within four weeks"),
    features=[
        latest(Payments, "amount_gbp", name="latest_amount", says="Amount of the newest posting"),
        attribute(Payments, "kind", order=KINDS, encode="ordinal", name="latest_kind", says="Newest kind"),
        days_since(Payments, where="kind = 'payment'", name="since_payment", says="Days since the last payment"),
        count(Payments, where="kind = 'payment'", over=weeks(4, 13, 26), name="payments", says="Payments in {over}"),
        total(Payments, "amount_gbp", where="kind = 'payment'", over=weeks(4, 13, 26), name="paid", says="Paid"),
        total(Payments, "amount_gbp", where="kind = 'charge'", over=weeks(4, 13, 26), name="charged", says="Due"),
        mean(Payments, "amount_gbp", where="kind = 'payment'", over=weeks(13, 26), name="mean_paid", says="Mean"),
        highest(Payments, "amount_gbp", over=weeks(26), name="highest", says="Largest posting in {over}"),
        lowest(Payments, "amount_gbp", over=weeks(26), name="lowest", says="Smallest posting in {over}"),
        spread(Payments, "amount_gbp", where="kind = 'payment'", over=weeks(26), name="spread", says="Spread, {over}"),
        trend(Payments, "amount_gbp", where="kind = 'payment'", over=weeks(26), name="trend", says="Trend over {over}"),
        distinct(Payments, "kind", over=weeks(13), name="kinds", says="Kinds of posting in {over}"),
        ever(Payments, "kind = 'refund'", over=weeks(52), name="refunded", says="Whether refunded in {over}"),
        share(Payments, "kind = 'benefit'", over=weeks(26), name="benefit_share", says="Share that is benefit, {over}"),
        derived("paid_13w / nullif(charged_13w, 0)", name="paid_share", says="Share of the rent that was paid"),
    ],
    audit_by=[],
    baseline="latest_amount",
    harms=["missed_need"],
)  # fmt: skip

# Counts, decimals, days and categories, which must agree exactly; the others to 1e-9.
_EXACT = ("latest", "attribute", "days_since", "count", "total", "highest", "lowest", "distinct", "ever")
EXACT = tuple(feature.name for feature in CASE.features if feature.builder in _EXACT)
