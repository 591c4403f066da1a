"""The demo lake: a believable council landlord of which nothing but the map is real.

Homes stand in Brent's small areas, more of them where the index of deprivation says people have less. Their tenants
fall into strain and crisis and out again, week by week; from that follow payments, benefit, arrears, and what
officers do. Each part has its own file: ``risk`` decides what befalls a household, ``ledger`` lives the weeks,
``faults`` makes the records as imperfect as records are, ``plants`` and ``reclaims`` plant a bias for audits to find,
``truth`` keeps what only the generator knows.

In the ledgers ``charge``, ``reversal`` and ``refund`` raise a balance; ``payment``, ``benefit``, ``write_off`` and
``adjustment`` (hardship payments, mistakes put right) lower it. A balance is the one before it with the week's
postings, to the penny; accounts that ran before the lake's first day bring a balance forward.
"""

from riskmodels.lake.demo.make import LAST_DAY, DemoLake, make_demo_lake

__all__ = ["LAST_DAY", "DemoLake", "make_demo_lake"]
