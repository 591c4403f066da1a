from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from riskmodels.assurance.whole import assure
from riskmodels.features.seal import table_digest
from riskmodels.governance.envelopes import opened
from riskmodels.governance.facts import CandidateFacts, DisclosureFacts, Measured, ProxyFacts
from riskmodels.governance.log import LogEntry, next_entry
from riskmodels.governance.measured_facts import _disclosure, _explanation, _leakage, _monotone, bias_facts, model_facts
from riskmodels.governance.pack import Pack
from riskmodels.governance.wire import sha256
from riskmodels.modelling import train
from riskmodels.policy import AssurancePolicy, Comparison
from riskmodels.records import TrainingTable
from riskmodels.registry.auditing.held import Held
from riskmodels.registry.auditing.rederiving import rederive
from riskmodels.registry.auditing.verifying import verify_full, verify_public
from riskmodels.registry.bundles.manifest import checked_files
from riskmodels.registry.environment import describe_environment
from tests.bundles import POLICY, made_up_table
from tests.unit.governance.signing import facts_of
from tests.unit.scoring.live import AT, MODEL, Live, ago, digest_of_candidate

ASKED = POLICY.model_copy(
    update={
        "assurance": AssurancePolicy(
            comparisons=(
                Comparison(characteristic="sex", group="Female", metric="missed", tolerance=0.3, reason="As much"),
            )
        )
    }
)


# Worked out again from the table and the bundle


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    return Auditor(tmp_path_factory.mktemp("auditor"))


class Auditor:
    """A table, a bundle and the facts that a run would have signed for them."""

    def __init__(self, folder: Path) -> None:
        self.table, self.model = made_up_table(), train(made_up_table(), POLICY)
        self.live = Live(folder, self.model.chosen)
        self.files = checked_files(self.live.folder, self.live.digest)
        self.facts = self._facts()

    def _facts(self) -> CandidateFacts:
        found = assure(self.table, self.model, ASKED)
        model = model_facts(self.table, self.model, bundle_digest=self.live.digest, platform=describe_environment())
        scored = [one for one in self.model.evaluation.periods if one.roc_auc is not None]
        held = facts_of(
            root_digest=self.live.council.in_force.digest,
            model=model.model_dump(mode="json"),
            periods=[{"as_of": one.as_of, "roc_auc": dataclasses.asdict(one.roc_auc)} for one in scored],
            files=[{"path": name, "sha256": sha256(data), "bytes": len(data)} for name, data in self.files.items()],
        )
        return held.model_copy(
            update={
                "bias": bias_facts(found.bias),
                "disclosure": _disclosure(found.bias),
                "leakage": _leakage(found),
                "explanation": _explanation(found),
                "monotone": _monotone(found),
                "proxies": ProxyFacts(
                    alarms=tuple(one.suspicion for one in found.proxies.alarms),
                    strength={
                        one.name: Measured(**dataclasses.asdict(one.roc_auc)) for one in found.proxies.characteristics
                    },
                ),
            }
        )

    def again(self, facts: CandidateFacts | None = None, **options: Any) -> dict[str, Held]:
        options = {"policy": ASKED} | options
        table = options.pop("table", self.table)
        files = options.pop("files", self.files)
        found = rederive(table, files, facts or self.facts, **options)
        return {one.what: one for one in found}


def test_every_figure_of_an_honest_candidate_comes_out_again(auditor: Auditor) -> None:
    found = auditor.again()
    assert [] == [one for one in found.values() if one.held is False]
    held = {what for what, one in found.items() if one.held}
    assert {
        "Retained table",
        "Files of the bundle",
        "What was learned",
        "Held-out rows",
        "ROC AUC",
        "Average precision",
        "Precision of the list",
        "Share of those with the outcome who are on the list",
        "Calibration slope",
        "Calibration error",
        "ROC AUC, less that of today's practice",
        "All other figures of the model, and those of today's practice",
        "sex: Female, missed",
        "Smallest count that is shown",
    } <= held
    assert any("out of time" in what for what in held)
    assert {
        "The model, trained again",
        "Leaks",
        "Proxies",
        "Steadiness of the explanation",
        "What the explanation misses, and what leads",
        "Declared directions",
        "Figures of the estimator that was not chosen (lightgbm)",
    } <= held
    assert ["Rebuild without the future"] == [what for what, one in found.items() if one.held is None]
    assert all(one.why for one in found.values())


def test_what_was_not_worked_out_again_is_said_and_never_passed(auditor: Auditor) -> None:
    found = auditor.again(thorough=False)
    open_ = {what for what, one in found.items() if one.held is None}
    assert {"The model, trained again", "Earlier periods, out of time", "Leaks", "Proxies"} <= open_


LIES: dict[str, tuple[Callable[[CandidateFacts], CandidateFacts], str]] = {
    "a ROC AUC": (lambda facts: with_metric(facts, "roc_auc", value=0.000001), "ROC AUC"),
    "the low end of an interval": (lambda facts: with_metric(facts, "roc_auc", low=0.000001), "ROC AUC"),
    "a calibration slope": (lambda facts: with_metric(facts, "calibration_slope", value=-0.01), "Calibration slope"),
    "a Brier score": (
        lambda facts: with_metric(facts, "brier_score_loss", value=-0.001),
        "All other figures of the model, and those of today's practice",
    ),
    "the gain over today's practice": (
        lambda facts: with_model(facts, differences=moved(facts.model.differences, "chosen_minus_baseline", "roc_auc")),
        "ROC AUC, less that of today's practice",
    ),
    "how many were held out": (lambda facts: with_model(facts, rows=facts.model.rows + 1), "Held-out rows"),
    "a verdict": (lambda facts: with_comparison(facts, verdict="fail"), "sex: Female, missed"),
    "a difference of groups": (
        lambda facts: with_comparison(facts, difference={"value": 0.5, "low": 0.4, "high": 0.6}),
        "sex: Female, missed",
    ),
    "the smallest count": (
        lambda facts: facts.model_copy(
            update={"disclosure": DisclosureFacts(number=10, round_to=5, smallest_shown=99_995)}
        ),
        "Smallest count that is shown",
    ),
}


def with_model(facts: CandidateFacts, **changes: Any) -> CandidateFacts:
    return facts.model_copy(update={"model": facts.model.model_copy(update=changes)})


def moved(held: dict[str, Any], one: str, name: str, **by: float) -> dict[str, Any]:
    figure = held[one][name]
    changes = {end: getattr(figure, end) + much for end, much in (by or {"value": 0.000001}).items()}
    return {**held, one: {**held[one], name: figure.model_copy(update=changes)}}


def with_metric(facts: CandidateFacts, name: str, **by: float) -> CandidateFacts:
    return with_model(facts, metrics=moved(facts.model.metrics, facts.model.chosen, name, **by))


def with_comparison(facts: CandidateFacts, **changes: Any) -> CandidateFacts:
    held = facts.model_dump(mode="json")
    held["bias"]["comparisons"][0] |= changes
    return CandidateFacts.model_validate(held)


@pytest.mark.parametrize("lie", LIES)
def test_a_figure_that_was_made_up_is_found_out_and_no_other(auditor: Auditor, lie: str) -> None:
    change, what = LIES[lie]
    found = auditor.again(change(auditor.facts), thorough=False)
    assert [what] == [one.what for one in found.values() if one.held is False]


def test_what_takes_a_training_to_find_out_is_found_out(auditor: Auditor) -> None:
    first = auditor.facts.periods[0]
    better = first.model_copy(update={"roc_auc": first.roc_auc.model_copy(update={"value": 0.99})})
    steady = {"stability": {"value": 0.987, "low": 0.98, "high": 0.99}, "leading": ["what we would like"]}
    facts = auditor.facts.model_copy(
        update={
            "periods": (better, *auditor.facts.periods[1:]),
            "leakage": auditor.facts.leakage.model_copy(update={"alarms": ("nothing of ours",)}),
            "proxies": auditor.facts.proxies.model_copy(update={"strength": {}}),
            "explanation": type(auditor.facts.explanation)(**auditor.facts.explanation.model_dump() | steady),
            "monotone": auditor.facts.monotone.model_copy(update={"violated": ("arrears",)}),
        }
    )
    found = auditor.again(facts)
    assert {
        f"ROC AUC at {first.as_of:%d %B %Y}, out of time",
        "Leaks",
        "Proxies",
        "Steadiness of the explanation",
        "What the explanation misses, and what leads",
        "Declared directions",
    } == {one.what for one in found.values() if one.held is False}


def test_a_model_that_training_does_not_give_is_found_out(auditor: Auditor) -> None:
    found = auditor.again(policy=ASKED.model_copy(update={"seed": 8}))
    assert found["The model, trained again"].held is False
    assert found["Leaks"].held is None


def test_with_another_table_or_another_bundle_nothing_is_said_to_hold(auditor: Auditor) -> None:
    table = other_table(auditor.table)
    found = auditor.again(table=table)
    assert found["Retained table"].held is False
    assert found["Every figure"].held is None
    changed = {**auditor.files, "calibrator.json": b"{}"}
    found = auditor.again(files=changed)
    assert found["Files of the bundle"].held is False
    assert found["Every figure"].held is None


def other_table(table: TrainingTable) -> TrainingTable:
    X = table.X.assign(arrears=table.X["arrears"] + 1)
    return dataclasses.replace(table, X=X, digest=table_digest(X, table.outcome, table.audit, table.spine))


# What anybody may check


class Office:
    """A live version with its decision log and its published card."""

    def __init__(self, folder: Path) -> None:
        self.live = Live(folder)
        self.council = self.live.council
        self.card = json.dumps(self._card(), indent=2).encode()
        self.entries: tuple[LogEntry, ...] = ()
        self.candidate = self.live.candidate_of(
            self.live.digest, documents={"card": {"digest": sha256(self.card), "review_by": "2026-12-01"}}
        )
        self.digest = digest_of_candidate(self.candidate)
        words = (self.council.reproduced(self.candidate), *self.council.words(self.candidate))
        self.log("candidate", at=ago(days=2), candidate_digest=self.digest)
        for text in words:
            self.log("signed", at=ago(days=1), detail=f"word {opened(text).digest}")
        head = f"{len(self.entries)}:{self.entries[-1].hash}"
        promotion = self.council.promotion(self.candidate, log_head=head)
        self.log("promoted", at=ago(hours=12), version=1, alias="champion", candidate_digest=self.digest)
        self.pack = self.council.pack(self.candidate, *words, promotion)

    def _card(self) -> dict[str, Any]:
        facts = self.live.council.facts(model={"name": MODEL}).model_dump(mode="json")
        head = ("Group", "People", "People it would take")
        rows = [
            [{"text": "All"}, {"text": "1,500"}, {"text": "no more"}],
            [{"text": "Some"}, {"text": "15"}, {"text": "3"}],
        ]
        return {
            "figures": facts["model"]["metrics"],
            "differences": facts["model"]["differences"],
            "comparisons": facts["bias"]["comparisons"],
            "details": [{"tables": [{"caption": "Who", "head": head, "rows": rows}]}],
        }

    def log(self, event: str, **what: Any) -> None:
        last = self.entries[-1] if self.entries else None
        entry = next_entry(last, event=event, model=MODEL, actor="client", **what)
        self.entries = (*self.entries, entry)

    def checked(
        self,
        *,
        pack: Pack | None = None,
        entries: Sequence[LogEntry] | None = None,
        card: bytes | None = b"",
        pin: str | None = "",
        at: datetime.datetime = AT,
    ) -> dict[str, Held]:
        found = verify_public(
            pack or self.pack,
            self.entries if entries is None else entries,
            self.card if card == b"" else card,
            pin=self.council.pin if pin == "" else pin,
            at=at,
        )
        return {one.what: one for one in found}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def wrong(found: dict[str, Held]) -> list[str]:
    return [what for what, one in found.items() if one.held is False]


def test_an_honest_version_holds_in_everything_that_anybody_may_check(office: Office) -> None:
    found = office.checked()
    assert {True} == {one.held for one in found.values()}, found
    assert [
        "Trust roots",
        "Author's signature",
        "Signatures of people",
        "Countersignature of the registry",
        "Chain of the decision log",
        "Heads that were signed",
        "Promotion of 02 March 2026 in the log",
        "The gate, asked again for 02 March 2026",
        "Counts of groups in what was signed",
        "The published card",
        "Figures of the card",
        "Verdicts of the card",
        "Counts of people in the card's tables",
    ] == list(found)


def test_a_promotion_holds_still_after_the_approval_lapsed_and_after_a_suspension(office: Office) -> None:
    found = office.checked(at=datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC))
    assert [] == wrong(found)
    order = office.council.suspension(office.candidate)
    office.log("suspended", at=ago(hours=1), detail=f"suspension {opened(order).digest}")
    found = office.checked(pack=office.pack.model_copy(update={"attestations": (*office.pack.attestations, order)}))
    assert [] == wrong(found)


def test_what_is_not_here_or_was_never_done_is_said_to_be_unchecked(office: Office) -> None:
    found = office.checked(card=None, pin=None)
    assert {"Trust roots", "The published card"} == {what for what, one in found.items() if one.held is None}
    never = office.pack.model_copy(update={"attestations": office.pack.attestations[:-1]})
    found = office.checked(pack=never)
    assert found["Countersignature of the registry"].held is None
    assert "it was never promoted. Asked now, it passes" in found["The gate, asked again"].why
    found = office.checked(pack=never.model_copy(update={"attestations": ()}))
    assert "does not pass: " in found["The gate, asked again"].why


def without_a_word(office: Office) -> dict[str, Held]:
    kept = [one for one in office.pack.attestations if '"siro"' not in str(opened(one).attestation.model_dump_json())]
    return office.checked(pack=office.pack.model_copy(update={"attestations": tuple(kept)}))


ATTACKS: dict[str, tuple[Callable[[Office], dict[str, Held]], str]] = {
    "another root is pinned": (lambda office: office.checked(pin="0" * 64), "Trust roots and the author's signature"),
    "an entry of the log is edited": (
        lambda office: office.checked(
            entries=(*office.entries[:-1], office.entries[-1].model_copy(update={"actor": "nobody"}))
        ),
        "Chain of the decision log",
    ),
    "the log is cut short before a head that was signed": (
        lambda office: office.checked(entries=office.entries[:3]),
        "Heads that were signed",
    ),
    "the promotion is not in the log": (
        lambda office: office.checked(entries=office.entries[:-1]),
        "Promotion of 02 March 2026 in the log",
    ),
    "it was promoted without a role's word": (without_a_word, "The gate, asked again for 02 March 2026"),
    "the card was changed": (lambda office: office.checked(card=office.card + b" "), "The published card"),
    "the card is no card": (lambda office: office.checked(card=b"[]"), "The published card"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_found_by_anybody_who_checks(office: Office, attack: str) -> None:
    checked, what = ATTACKS[attack]
    assert what in wrong(checked(office))


def changed_card(office: Office, change: Callable[[dict[str, Any]], object]) -> list[str]:
    data = json.loads(office.card)
    change(data)
    return wrong(office.checked(card=json.dumps(data, indent=2).encode()))


def test_a_card_that_says_other_figures_than_were_signed_is_told_by_which(office: Office) -> None:
    def better(data: dict[str, Any]) -> None:
        data["figures"]["lightgbm"]["roc_auc"]["value"] = 0.99

    assert ["The published card", "Figures of the card"] == changed_card(office, better)

    def kinder(data: dict[str, Any]) -> None:
        data["comparisons"][0]["tolerance"] = 0.9

    assert ["The published card", "Verdicts of the card"] == changed_card(office, kinder)


def test_a_small_count_in_a_published_table_is_found(office: Office) -> None:
    def telling(data: dict[str, Any]) -> None:
        data["details"][0]["tables"][0]["rows"][1][1]["text"] = "9"

    assert ["The published card", "Counts of people in the card's tables"] == changed_card(office, telling)
    assert "under 10: Who" in office.checked(card=card_with_nine(office))["Counts of people in the card's tables"].why


def card_with_nine(office: Office) -> bytes:
    return office.card.replace(b'"15"', b'"9"')


def test_a_signature_that_does_not_count_is_named_with_its_cause(office: Office) -> None:
    forged = office.council.word(office.candidate, "siro", by="author")
    pack = office.pack.model_copy(update={"attestations": (*office.pack.attestations, forged)})
    found = office.checked(pack=pack)
    assert "its key is not that of siro" in found["A signature that does not count (word)"].why
    assert found["A signature that does not count (word)"].held is False


def test_the_whole_check_is_the_public_one_and_every_figure(auditor: Auditor) -> None:
    live, council = auditor.live, auditor.live.council
    candidate = council.candidate(**auditor.facts.model_dump(mode="json"))
    run = {
        "metrics": {
            one: {name: {"value": each.value} for name, each in held.items()}
            for one, held in auditor.facts.model.metrics.items()
        }
    }
    found = verify_full(
        council.pack(candidate),
        (),
        None,
        table=auditor.table,
        files=auditor.files,
        pin=council.pin,
        at=AT,
        run=run,
        thorough=False,
    )
    what = {one.what: one.held for one in found}
    assert what["Author's signature"] is True
    assert what["Figures that the run printed"] is True
    assert what["ROC AUC"] is True
    assert live.digest == auditor.facts.model.bundle_digest
