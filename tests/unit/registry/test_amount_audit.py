"""A model of amounts made again, and its signed figures worked out again: honest ones hold, made-up ones are found."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from riskmodels.assurance.whole import assure
from riskmodels.errors import UntrustedError
from riskmodels.governance.amount_facts import amount_periods, totals_facts
from riskmodels.governance.facts import CandidateFacts, Measured, ProxyFacts
from riskmodels.governance.measured_facts import _disclosure, _explanation, _leakage, _monotone, bias_facts, model_facts
from riskmodels.governance.wire import canonical, sha256
from riskmodels.modelling.totals import with_totals
from riskmodels.policy import AssurancePolicy, Comparison
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.rederiving import rederive
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.bundles.reproduction import reproduce_retained
from riskmodels.registry.bundles.retained import read_retained, retain
from riskmodels.registry.environment import describe_environment
from tests.amounts import AMOUNT_POLICY, UNIT, amount_bundle, amount_table, trained_amount
from tests.unit.governance.amount_facts import amount_facts_of

ASKED = AMOUNT_POLICY.model_copy(
    update={
        "assurance": AssurancePolicy(
            comparisons=(
                Comparison(characteristic="sex", group="Female", metric="mean_error", tolerance=0.3, reason="As much"),
                Comparison(characteristic="sex", group="Female", metric="coverage", tolerance=0.1, reason="As much"),
            )
        )
    }
)


class Auditor:
    """A table of amounts, its bundle and the facts that a run would have signed for them."""

    def __init__(self, folder: Path) -> None:
        self.table, self.model = amount_table(), trained_amount("interpretable")
        path, self.digest = amount_bundle(folder / "bundle", "interpretable")
        self.files = checked_files(path, self.digest)
        self.facts = self._facts()

    def _facts(self) -> CandidateFacts:
        found = assure(self.table, self.model, ASKED)
        model = model_facts(self.table, self.model, bundle_digest=self.digest, platform=describe_environment())
        held = amount_facts_of(
            model=model.model_dump(mode="json"),
            files=[{"path": name, "sha256": sha256(data), "bytes": len(data)} for name, data in self.files.items()],
        )
        strength = {one.name: Measured(**dataclasses.asdict(one.roc_auc)) for one in found.proxies.characteristics}
        return held.model_copy(
            update={
                "periods": amount_periods(self.model, fewest=10),
                "bias": bias_facts(found.bias),
                "disclosure": _disclosure(found.bias),
                "totals": totals_facts(with_totals(self.model, self.table)),
                "leakage": _leakage(found),
                "explanation": _explanation(found),
                "monotone": _monotone(found),
                "proxies": ProxyFacts(alarms=tuple(one.suspicion for one in found.proxies.alarms), strength=strength),
            }
        )

    def again(self, facts: CandidateFacts | None = None, *, thorough: bool = False) -> dict[str, Held]:
        found = rederive(self.table, self.files, facts or self.facts, policy=ASKED, thorough=thorough)
        return {one.what: one for one in found}

    def lied(self, **model: Any) -> CandidateFacts:
        return self.facts.model_copy(update={"model": self.facts.model.model_copy(update=model)})


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    return Auditor(tmp_path_factory.mktemp("auditor"))


def test_the_facts_are_the_runs_own(auditor: Auditor) -> None:
    model, judged = auditor.facts.model, auditor.model.amount_evaluation
    assert ("amount", UNIT, 0, "date of death") == (model.task, model.unit, model.capacity, model.watched_until)
    mine = model.metrics["interpretable"]
    assert set(judged.metrics["interpretable"]) == set(mine)
    assert judged.metrics["interpretable"]["coverage"].value == mine["coverage"].value
    assert {"residential", "home", "none"} >= {one.stratum for one in model.strata}
    assert [one.as_of for one in judged.periods if one.deviance_reduction is not None] == [
        one.as_of for one in auditor.facts.periods
    ]
    assert all(one.roc_auc.value is None for one in auditor.facts.periods)


def test_every_figure_of_an_honest_candidate_comes_out_again(auditor: Auditor) -> None:
    found = auditor.again(thorough=True)
    assert [] == [one for one in found.values() if one.held is False]
    assert {
        "A chance or an amount",
        "What was learned",
        "Held-out rows",
        "What it gives",
        "Missed by, on average",
        "Error of the sum",
        "Ranges that held",
        "Saved of the error of today's practice",
        "Ranges that held within each group",
        "sex: Female, mean error",
        "sex: Female, coverage",
        "The model, trained again",
        "Past forecasts of totals",
        "Leaks",
        "Steadiness of the explanation",
    } <= {what for what, one in found.items() if one.held}


def made_up(auditor: Auditor, metric: str) -> CandidateFacts:
    metrics = {one: dict(figures) for one, figures in auditor.facts.model.metrics.items()}
    metrics["interpretable"][metric] = Measured(value=0.9, low=0.89, high=0.91)
    return auditor.lied(metrics=metrics)


@pytest.mark.parametrize(
    ("metric", "what"),
    [
        ("coverage", "Ranges that held"),
        ("total_error", "Error of the sum"),
        ("mean_absolute_error", "Missed by, on average"),
        ("mean_error", "All other figures of the model, and those of today's practice"),
    ],
)
def test_a_figure_that_was_made_up_is_found_out_and_no_other(auditor: Auditor, metric: str, what: str) -> None:
    found = auditor.again(made_up(auditor, metric))
    assert [what] == [name for name, one in found.items() if one.held is False]


def test_a_gain_a_unit_a_list_and_a_group_that_were_made_up_are_found_out(auditor: Auditor) -> None:
    gain = {"chosen_minus_baseline": {"deviance_reduction": Measured(value=0.9, low=0.8, high=0.95)}}
    few = tuple(one for one in auditor.facts.model.strata if one.stratum != "home")
    lies = {
        "Saved of the error of today's practice": auditor.lied(differences=gain),
        "What it gives": auditor.lied(unit="pence"),
        "Ranges that held within each group": auditor.lied(strata=few),
    }
    for what, facts in lies.items():
        found = auditor.again(facts)
        assert found[what].held is False
    assert auditor.again(auditor.lied(capacity=5))["What it gives"].held is False


def test_an_amount_that_was_signed_as_a_risk_is_found_out(auditor: Auditor) -> None:
    found = auditor.again(auditor.lied(task="risk"))
    assert found["A chance or an amount"].held is False
    assert found["Every figure"].held is None


def test_totals_that_no_forecast_gave_are_found_out(auditor: Auditor) -> None:
    assert auditor.facts.totals is not None
    totals = auditor.facts.totals.model_copy(update={"error": auditor.facts.totals.error / 2})
    found = auditor.again(auditor.facts.model_copy(update={"totals": totals}), thorough=True)
    assert ["Past forecasts of totals"] == [name for name, one in found.items() if one.held is False]


def test_it_is_made_again_from_what_was_kept(auditor: Auditor, tmp_path: Path) -> None:
    table = read_retained(retain(tmp_path / "kept", auditor.table, AMOUNT_POLICY))
    here = describe_environment()
    again = reproduce_retained(
        table,
        AMOUNT_POLICY,
        files=auditor.files,
        expected_digest=auditor.model.digest,
        platform=here,
        here=here,
    )
    assert (True, True, auditor.model.digest, 0.0) == (
        again.matched,
        again.platform_same,
        again.reproducibility_digest,
        again.largest_difference,
    )


def test_a_bundle_with_other_ranges_than_training_sets_is_not_said_to_be_made_again(auditor: Auditor) -> None:
    import json

    wider = json.loads(auditor.files["ranges.json"])
    wider["cells"][0]["high"] += 1.0
    here = describe_environment()
    with pytest.raises(UntrustedError):
        reproduce_retained(
            auditor.table,
            AMOUNT_POLICY,
            files={**auditor.files, "ranges.json": canonical(wider)},
            expected_digest=auditor.model.digest,
            platform=here,
            here=here,
        )
