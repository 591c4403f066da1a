"""Early warning: card accounts that may be two or more months late at the next statement, so that help can be offered.

A real ledger to try riskmodels on: 30,000 accounts, six monthly statements from April to September 2005 (Yeh and Lien
2009). Looked at on the last day of June, July and August, each time with the last three statements to go by: no
feature reaches further back, because there is nothing further back in June. All that is learned comes from June and
July; August is held out.

**The outcome is not recorded in the same way throughout.** In September 3,688 accounts have the status "one month
late"; in August 28 had it, in April and May none. Accounts that would have been called two months late before are
called one month late then. So the outcome falls from 6.1% and 5.7% to 3.9% without people having become more punctual.
The run notices and says so; probabilities come out too high there. The README says what it does to the ranking.

**The status is known later than its month.** "Paid in full" in a month nearly always (98.6%) goes with a payment of the
whole balance in the month *after*: the status seems to say how that month's bill was settled. The README has the
figures and what follows from them.

**Sex and age are not features.** They are read to test the model against, and for nothing else.
"""

from __future__ import annotations

from riskmodels.features import (
    UseCase,
    age_band,
    count,
    days,
    days_since,
    derived,
    ever,
    highest,
    latest,
    lowest,
    mean,
    spread,
    total,
    trend,
    weeks,
    where,
)

from .extracts import Accounts, Persons, Statements, Transactions

# Seen from the last day of a month, statements lie 2 or 3, 33 or 34, and 63 or 64 days back, and the next one 28 ahead.
ONE, TWO, THREE = weeks(2), weeks(6), weeks(11)
NEXT = days(29)
THE_ONE_BEFORE = "statement_on < as_of - interval 20 day"
THE_ONE_BEFORE_THAT = "statement_on < as_of - interval 50 day"

lateness = [
    latest(
        Statements,
        "repayment_status",
        name="status",
        says="Months late at the last statement (0 or below: not late)",
        unit="months",
        family="lateness",
    ),
    latest(
        Statements,
        "repayment_status",
        where=THE_ONE_BEFORE,
        over=THREE,
        name="status_before",
        says="Months late at the statement before the last",
        unit="months",
        family="lateness",
    ),
    latest(
        Statements,
        "repayment_status",
        where=THE_ONE_BEFORE_THAT,
        over=THREE,
        name="status_two_before",
        says="Months late two statements before the last",
        unit="months",
        family="lateness",
    ),
    highest(
        Statements,
        "repayment_status",
        over=THREE,
        name="highest_status",
        says="Most months late on the last three statements",
        unit="months",
        family="lateness",
    ),
    *(
        count(
            Statements,
            where="repayment_status >= 1",
            over=window,
            name=f"late_statements_{number}",
            says=f"Of the last {words} statements, those with a repayment late",
            unit="statements",
            family="lateness",
        )
        for number, window, words in ((2, TWO, "two"), (3, THREE, "three"))
    ),
]

# The codes at or below 0 are manners of repaying, not amounts: a straight line through them would mean nothing.
manner = [
    made
    for name, condition, manner in (
        ("part_paid", "repayment_status = 0", "part paid, as it seems"),
        ("fully_paid", "repayment_status = -1", "paid in full"),
        ("unused", "repayment_status = -2", "without use of the card, as it seems"),
    )
    for made in (
        ever(
            Statements,
            condition,
            over=ONE,
            name=f"{name}_last",
            says=f"The last statement is {manner}",
            family="manner",
        ),
        *(
            count(
                Statements,
                where=condition,
                over=window,
                name=f"{name}_{number}",
                says=f"Of the last {words} statements, those {manner}",
                unit="statements",
                family="manner",
            )
            for number, window, words in ((2, TWO, "two"), (3, THREE, "three"))
        ),
    )
]

owed = [
    latest(Accounts, "credit_limit_twd", name="credit_limit", says="Credit limit", unit="TWD"),
    latest(Statements, "balance_twd", name="balance", says="Owed on the last statement", unit="TWD", family="balance"),
    latest(
        Statements,
        "balance_twd",
        where=THE_ONE_BEFORE,
        over=THREE,
        name="balance_before",
        says="Owed on the statement before the last",
        unit="TWD",
        family="balance",
    ),
    latest(
        Statements,
        "balance_twd",
        where=THE_ONE_BEFORE_THAT,
        over=THREE,
        name="balance_two_before",
        says="Owed two statements before the last",
        unit="TWD",
        family="balance",
    ),
    mean(
        Statements,
        "balance_twd",
        over=THREE,
        name="mean_balance",
        says="Owed on average on the last three statements",
        unit="TWD",
        family="balance",
    ),
    highest(
        Statements,
        "balance_twd",
        over=THREE,
        name="highest_balance",
        says="Most owed on the last three statements",
        unit="TWD",
        family="balance",
    ),
    lowest(
        Statements,
        "balance_twd",
        over=THREE,
        name="lowest_balance",
        says="Least owed on the last three statements",
        unit="TWD",
        family="balance",
    ),
    spread(
        Statements,
        "balance_twd",
        over=THREE,
        name="balance_spread",
        says="How much the amount owed went up and down over the last three statements",
        unit="TWD",
        family="balance",
    ),
    trend(
        Statements,
        "balance_twd",
        over=THREE,
        name="balance_trend",
        says="Change in the amount owed per week over the last three statements",
        unit="TWD per week",
        family="balance",
    ),
    derived(
        "credit_limit - balance",
        name="room",
        says="Credit limit that is left",
        unit="TWD",
        family="utilisation",
    ),
    derived(
        "balance / credit_limit",
        name="utilisation",
        says="Share of the credit limit that is used",
        unit="share",
    ),
    derived(
        "balance_before / credit_limit",
        name="utilisation_before",
        says="Share of the credit limit that was used at the statement before the last",
        unit="share",
        family="utilisation",
    ),
    derived(
        "mean_balance / credit_limit",
        name="mean_utilisation",
        says="Share of the credit limit used on average on the last three statements",
        unit="share",
        family="utilisation",
    ),
    derived(
        "highest_balance / credit_limit",
        name="highest_utilisation",
        says="Greatest share of the credit limit used on the last three statements",
        unit="share",
        family="utilisation",
    ),
    derived(
        "lowest_balance / credit_limit",
        name="lowest_utilisation",
        says="Smallest share of the credit limit used on the last three statements",
        unit="share",
        family="utilisation",
    ),
    derived(
        "balance_spread / credit_limit",
        name="utilisation_spread",
        says="How much the share of the credit limit used went up and down over the last three statements",
        unit="share",
        family="utilisation",
    ),
    derived(
        "balance_trend / credit_limit",
        name="utilisation_trend",
        says="Change per week in the share of the credit limit used, over the last three statements",
        unit="share per week",
        family="utilisation",
    ),
    derived(
        "(balance - balance_before) / credit_limit",
        name="rise",
        says="Rise in the amount owed since the statement before the last, as a share of the credit limit",
        unit="share",
        family="utilisation",
    ),
]

paid = [
    *(
        total(
            Transactions,
            "amount_twd",
            where="kind = 'payment'",
            over=window,
            name=f"paid_{number}",
            says=f"Paid by the holder on the last {words}",
            unit="TWD",
            family="paid",
        )
        for number, window, words in ((1, ONE, "statement"), (2, TWO, "two statements"), (3, THREE, "three statements"))
    ),
    *(
        count(
            Transactions,
            where="kind = 'payment'",
            over=window,
            name=f"months_paid_{number}",
            says=f"Of the last {words} months, those with a payment",
            unit="months",
            family="months_paid",
        )
        for number, window, words in ((2, TWO, "two"), (3, THREE, "three"))
    ),
    days_since(
        Transactions, where="kind = 'payment'", over=THREE, name="since_payment", says="Days since the last payment"
    ),
    lowest(
        Transactions,
        "amount_twd",
        where="kind = 'payment'",
        over=THREE,
        name="lowest_payment",
        says="Smallest payment in the last three months",
        unit="TWD",
        family="paid",
    ),
    highest(
        Transactions,
        "amount_twd",
        where="kind = 'payment'",
        over=THREE,
        name="highest_payment",
        says="Largest payment in the last three months",
        unit="TWD",
        family="paid",
    ),
    spread(
        Transactions,
        "amount_twd",
        where="kind = 'payment'",
        over=THREE,
        name="payment_spread",
        says="How much payments of the last three months differ from one another",
        unit="TWD",
        family="paid",
    ),
    derived(
        "paid_1 / nullif(balance_before, 0)",
        name="paid_of_bill",
        says="Share of the statement before the last that was paid by the last",
        unit="share",
        family="paid_share",
    ),
    derived(
        "(paid_2 - paid_1) / nullif(balance_two_before, 0)",
        name="paid_of_bill_before",
        says="Share of the statement two before the last that was paid by the one after it",
        unit="share",
        family="paid_share",
    ),
    derived(
        "paid_1 / nullif(balance, 0)",
        name="paid_of_balance",
        says="The last month's payment against what is owed now",
        unit="share",
        family="paid_share",
    ),
    derived(
        "lowest_payment / nullif(highest_balance, 0)",
        name="lowest_payment_of_balance",
        says="Smallest payment of the last three months against the most owed",
        unit="share",
        family="paid_share",
    ),
]

charged = [
    *(
        total(
            Transactions,
            "case when kind = 'charge' then amount_twd else -amount_twd end",
            where="kind in ('charge', 'credit')",
            over=window,
            name=f"charged_{number}",
            says=f"Charged less credits on the last {words}",
            unit="TWD",
            family="charged",
        )
        for number, window, words in ((1, ONE, "statement"), (2, TWO, "two statements"))
    ),
    derived(
        "charged_1 / credit_limit",
        name="charged_of_limit",
        says="Charged less credits on the last statement, as a share of the credit limit",
        unit="share",
        family="charged",
    ),
    derived(
        "paid_1 / credit_limit",
        name="paid_of_limit_1",
        says="Paid by the holder on the last statement, as a share of the credit limit",
        unit="share",
        family="paid_share",
    ),
    derived(
        "paid_3 / credit_limit",
        name="paid_of_limit_3",
        says="Paid by the holder on the last three statements, as a share of the credit limit",
        unit="share",
        family="paid_share",
    ),
    derived(
        "paid_2 / nullif(charged_2, 0)",
        name="paid_of_charged",
        says="Paid against charged on the last two statements",
        unit="share",
        family="paid_share",
    ),
]

early_warning = UseCase(
    name="early_warning",
    says="Finds card accounts that may be two or more months late at the next statement, so that help can be offered.",
    purpose="early_intervention",
    entity="account_id",
    population=where(Statements, "repayment_status < 2"),
    outcome=ever(
        Statements,
        "repayment_status >= 2",
        within=NEXT,
        says="Two or more months late with repaying at the next statement",
    ),
    features=[*lateness, *manner, *owed, *paid, *charged],
    audit_by=[Persons.sex, age_band(Persons.date_of_birth)],
    baseline="utilisation",
    harms=["missed_need"],
)
