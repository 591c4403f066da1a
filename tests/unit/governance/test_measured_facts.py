"""The facts of a candidate travel further than the audit: they hold of groups only what may leave it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.assurance import bias
from riskmodels.governance.facts import BiasFacts
from riskmodels.governance.measured_facts import bias_facts
from riskmodels.records.bias import BiasAudit
from tests.unit.assurance.scored_rows import deciding, make_rows, policy


@pytest.fixture(scope="module")
def audit() -> BiasAudit:
    """Audit rows in which four people would rather not say their sex."""
    rows = make_rows(people=12_000, against_women=1.0)
    sex = rows.audit["sex"].to_numpy(dtype=object).copy()
    sex[:4] = "Prefer not to say"
    rows = replace(rows, audit=rows.audit.assign(sex=sex))
    named = policy(deciding(), deciding("Prefer not to say"))
    return bias.audit(rows, policy=named, harms=("missed_need",), seed=1)


@pytest.fixture(scope="module")
def facts(audit: BiasAudit) -> BiasFacts:
    return bias_facts(audit)


def test_a_difference_that_the_audit_withholds_is_withheld_and_its_verdict_stays(facts: BiasFacts) -> None:
    women, few = facts.comparisons
    assert women.difference.value is not None
    assert (None, None, None) == (few.difference.value, few.difference.low, few.difference.high)
    assert "not enough evidence" == few.verdict


def test_differences_of_groups_are_whole_percents(facts: BiasFacts) -> None:
    ends = [end for one in facts.comparisons for end in (one.difference.value, one.difference.low) if end is not None]
    assert ends
    assert np.allclose(ends, np.round(ends, 2), atol=1e-12)


def test_how_many_people_it_would_take_gives_no_count_away(facts: BiasFacts) -> None:
    needed = [one.people_needed for one in facts.comparisons if one.people_needed]
    assert needed
    assert all(set(str(one)[2:]) <= {"0"} for one in needed)


def test_every_verdict_is_the_audits(facts: BiasFacts, audit: BiasAudit) -> None:
    assert [one.verdict for one in audit.decisive] == [one.verdict for one in facts.comparisons]
