"""Signed statements: what was changed, borrowed, dressed up or blown up is found out before it is believed."""

from __future__ import annotations

import base64
import copy
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from riskmodels.errors import SigningError, UntrustedError
from riskmodels.governance.attestations import Candidate, Suspension, Word
from riskmodels.governance.envelopes import LONGEST_ENVELOPE, opened, seal, tag_name
from riskmodels.governance.keys import new_signer, public_key
from riskmodels.governance.trust import ROOT_PAYLOAD_TYPE, opened_root
from riskmodels.governance.wire import canonical, sha256
from tests.unit.governance.signing import Council, digest_of, edited, payload_of, signed_anyhow, with_payload


@pytest.fixture(scope="module")
def council() -> Council:
    return Council()


@pytest.fixture(scope="module")
def word(council: Council) -> str:
    return council.word(council.candidate(), "siro")


def every_kind(council: Council) -> dict[str, str]:
    held = council.candidate()
    return {
        "candidate": held,
        "reproduced": council.reproduced(held),
        "word": council.word(held, "siro"),
        "suspension": council.suspension(held),
        "promotion": council.promotion(held),
        "status": council.status(held),
        "standing": council.standing(held, role="siro"),
    }


def test_every_kind_of_statement_comes_out_as_it_went_in(council: Council) -> None:
    for kind, envelope in every_kind(council).items():
        one = opened(envelope)
        again = seal(one.attestation, council.signers["siro"])
        assert kind == one.attestation.kind
        assert one.attestation == opened(again).attestation
        assert one.digest == opened(again).digest == sha256(canonical(payload_of(envelope)))
        assert f"riskmodels.{kind}.{one.digest[:16]}" == tag_name(envelope)


def test_a_statement_is_an_in_toto_statement_about_the_digests_it_names(council: Council, word: str) -> None:
    said, one = payload_of(word), opened(word)
    assert isinstance(one.attestation, Word)
    assert "https://in-toto.io/Statement/v1" == said["_type"]
    assert "https://riskmodels.example/attestations/word/v1" == said["predicateType"]
    assert {"bundle", "candidate", "card", "dpia", "equality"} == {each["name"] for each in said["subject"]}
    assert {"sha256": one.attestation.candidate_digest} in [each["digest"] for each in said["subject"]]
    assert (council.key("siro"),) == one.keys


def test_an_envelope_is_one_line_of_json_short_enough_for_a_tag(council: Council) -> None:
    for envelope in every_kind(council).values():
        assert len(envelope) <= LONGEST_ENVELOPE
        assert "\n" not in envelope
        assert {"payload", "payloadType", "signatures"} == set(json.loads(envelope))


def test_a_signature_is_over_the_encoding_that_any_dsse_tool_checks(council: Council, word: str) -> None:
    envelope = json.loads(word)
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(council.key("siro")))
    key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), payload)


def test_words_put_in_place_of_what_was_signed_are_found_out(word: str) -> None:
    said = payload_of(word)
    said["predicate"]["decision"] = "reject"
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        opened(with_payload(word, said))


def test_a_signature_of_one_statement_does_not_hold_for_another(council: Council, word: str) -> None:
    other = council.word(council.candidate(), "siro", decision="reject")
    assert opened(other).attestation != opened(word).attestation
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        opened(edited(word, signatures=json.loads(other)["signatures"]))


def test_a_key_that_is_not_the_one_it_is_called_is_worth_nothing(council: Council, word: str) -> None:
    stranger = signed_anyhow(payload_of(word), new_signer())
    signature = json.loads(stranger)["signatures"][0]
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        opened(edited(word, signatures=[{**signature, "keyid": council.key("siro")}]))


def test_a_false_signature_beside_a_true_one_adds_no_key(council: Council, word: str) -> None:
    true = json.loads(word)["signatures"][0]
    forged = {"keyid": council.key("accountable_officer"), "sig": true["sig"]}
    assert (council.key("siro"),) == opened(edited(word, signatures=[forged, true])).keys


def test_two_keys_that_signed_both_count_and_each_once(council: Council, word: str) -> None:
    true = json.loads(word)["signatures"][0]
    more = json.loads(council.seal(opened(word).attestation, "ethics_board"))["signatures"][0]
    assert {council.key("siro"), council.key("ethics_board")} == set(opened(edited(word, signatures=[true, more])).keys)
    with pytest.raises(UntrustedError, match="cannot be read"):
        opened(edited(word, signatures=[true, true]))


def test_a_key_written_in_capitals_is_not_a_second_key(word: str) -> None:
    true = json.loads(word)["signatures"][0]
    loud = {**true, "keyid": true["keyid"].upper()}
    for signatures in ([loud], [true, loud]):
        with pytest.raises(UntrustedError, match="cannot be read"):
            opened(edited(word, signatures=signatures))


def test_a_root_is_no_statement_and_a_statement_is_no_root(council: Council, word: str) -> None:
    root = council.root_envelopes[0]
    with pytest.raises(UntrustedError, match=r"not of the type application/vnd\.in-toto"):
        opened(root)
    with pytest.raises(UntrustedError, match=r"not of the type application/vnd\.riskmodels\.root"):
        opened_root(word)
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        opened(edited(root, payloadType="application/vnd.in-toto+json"))
    with pytest.raises(UntrustedError, match="no signature on it holds"):
        opened_root(edited(word, payloadType=ROOT_PAYLOAD_TYPE))


def test_a_root_signed_as_if_it_were_a_statement_is_none_and_the_reverse(council: Council, word: str) -> None:
    signer = council.signers["siro"]
    with pytest.raises(UntrustedError, match="cannot be read as one"):
        opened(signed_anyhow(payload_of(council.root_envelopes[0]), signer))
    with pytest.raises(UntrustedError, match="cannot be read as a trust root"):
        opened_root(signed_anyhow(payload_of(word), signer, payload_type=ROOT_PAYLOAD_TYPE))


Change = Callable[[dict[str, Any]], None]


def change(**fields: Any) -> Change:
    return lambda said: said.update(fields)


def change_predicate(**fields: Any) -> Change:
    return lambda said: said["predicate"].update(fields)


def change_subject(index: int, **fields: Any) -> Change:
    return lambda said: said["subject"][index].update(fields)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (change(predicateType="https://riskmodels.example/attestations/suspension/v1"), "different kinds"),
        (change(predicateType="https://riskmodels.example/attestations/word/v2"), "different kinds"),
        (change(_type="https://in-toto.io/Statement/v0.1"), "cannot be read"),
        (change(more="than there should be"), "cannot be read"),
        (change_predicate(more="than there should be"), "cannot be read"),
        (change_predicate(conditions={"purposes": None, "more": 1}), "cannot be read"),
        (change_predicate(kind="suspension"), "cannot be read"),
        (change_predicate(kind="nothing that is known"), "cannot be read"),
        (change_predicate(at="2026-03-01T12:00:00"), "cannot be read"),
        (change_predicate(at=1772366400), "cannot be read"),
        (change_predicate(reasons=""), "cannot be read"),
        (change_predicate(bundle_digest=digest_of("another bundle")), "not those that it speaks of"),
        (change_predicate(candidate_digest="not a digest"), "cannot be read"),
        (change_subject(0, digest={"sha256": digest_of("another")}), "not those that it speaks of"),
        (change_subject(0, digest={"sha256": digest_of("x"), "md5": "more"}), "cannot be read"),
        (change_subject(0, name="another name"), "not those that it speaks of"),
        (change(subject=[]), "not those that it speaks of"),
        (lambda said: said["subject"].append(said["subject"][0]), "not those that it speaks of"),
        (lambda said: said["subject"].reverse(), "not those that it speaks of"),
        (lambda said: said.pop("subject"), "cannot be read"),
        (lambda said: said["predicate"].pop("review_by"), "cannot be read"),
    ],
)
def test_a_signed_statement_that_is_not_as_it_must_be_is_refused(
    council: Council, word: str, spoil: Change, why: str
) -> None:
    said = copy.deepcopy(payload_of(word))
    spoil(said)
    with pytest.raises(UntrustedError, match=why):
        opened(signed_anyhow(said, council.signers["siro"]))


@pytest.mark.parametrize(
    "spelling",
    [
        lambda said: json.dumps(said).encode(),
        lambda said: json.dumps(said, separators=(",", ":"), sort_keys=False).encode()[::-1],
        lambda said: canonical(said) + b"\n",
        lambda said: canonical(said).replace(b'"kind":"word"', b'"kind":"suspension","kind":"word"'),
        lambda said: canonical(said).replace(b'"siro"', b'"s\\u0069ro"'),
    ],
    ids=["spaced", "backwards", "newline", "a key twice", "escaped"],
)
def test_only_the_one_spelling_counts_even_when_it_is_signed(
    council: Council, word: str, spelling: Callable[[dict[str, Any]], bytes]
) -> None:
    with pytest.raises(UntrustedError):
        opened(signed_anyhow(spelling(payload_of(word)), council.signers["siro"]))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"NaN",
        b"1e999",
        b"9" * 5000,
        b"[" * 60_000,
        b'"\\ud800"',
        b'{"a":Infinity}',
    ],
    ids=["empty", "bytes", "null", "list", "nan", "infinite", "digits", "deep", "surrogate", "infinity"],
)
def test_a_signed_payload_that_is_no_statement_is_refused_without_a_traceback(council: Council, payload: bytes) -> None:
    with pytest.raises(UntrustedError):
        opened(signed_anyhow(payload, council.signers["siro"]))
    with pytest.raises(UntrustedError):
        opened_root(signed_anyhow(payload, council.signers["siro"], payload_type=ROOT_PAYLOAD_TYPE))


def nested(depth: int) -> str:
    return '{"payload":' + "[" * depth + "]" * depth + "}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "null",
        "{}",
        "[]",
        "\ud800",
        "\x00",
        nested(40_000),
        '{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}',
        '{"payload":1,"payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"","sig":""}]}',
    ],
    ids=["empty", "words", "null", "object", "list", "surrogate", "nul", "deep", "unsigned", "numbers"],
)
def test_text_that_is_no_envelope_is_refused_without_a_traceback(text: str) -> None:
    for door in (opened, tag_name, opened_root):
        with pytest.raises(UntrustedError, match="no signed envelope of this kind"):
            door(text)


def test_an_envelope_with_a_field_too_many_is_refused(word: str) -> None:
    with pytest.raises(UntrustedError, match="cannot be read"):
        opened(edited(word, more=1))
    signature = json.loads(word)["signatures"][0]
    with pytest.raises(UntrustedError, match="cannot be read"):
        opened(edited(word, signatures=[{**signature, "cert": "x"}]))


@pytest.mark.parametrize("keyid", ["", "siro", "A" * 64, "0" * 63, "0" * 64])
def test_a_key_id_that_is_no_key_is_refused(word: str, keyid: str) -> None:
    signature = json.loads(word)["signatures"][0]
    with pytest.raises(UntrustedError):
        opened(edited(word, signatures=[{**signature, "keyid": keyid}]))


@pytest.mark.parametrize("sig", ["", "AAAA", "not base64 !", base64.b64encode(bytes(64)).decode(), "A" * 500])
def test_a_signature_that_is_none_is_refused(word: str, sig: str) -> None:
    signature = json.loads(word)["signatures"][0]
    with pytest.raises(UntrustedError):
        opened(edited(word, signatures=[{**signature, "sig": sig}]))


def test_a_giant_is_refused_before_it_is_read(word: str) -> None:
    start = time.perf_counter()
    with pytest.raises(UntrustedError, match="more than 90,000"):
        opened(word + " " * 50_000_000)
    assert time.perf_counter() - start < 0.5


def test_hundreds_of_signatures_are_refused_before_one_is_checked(word: str) -> None:
    sig = json.loads(word)["signatures"][0]["sig"]
    many = [{"keyid": f"{number:064x}", "sig": sig} for number in range(400)]
    with pytest.raises(UntrustedError, match="cannot be read"):
        opened(edited(word, signatures=many))


def test_what_is_too_long_to_keep_is_not_signed(council: Council) -> None:
    facts = council.facts(benefit="x" * LONGEST_ENVELOPE)
    with pytest.raises(SigningError, match="more than the 90,000"):
        council.seal(Candidate(facts=facts), "author")


def test_a_digest_that_is_none_is_not_signed(council: Council, word: str) -> None:
    said = opened(word).attestation
    assert isinstance(said, Word)
    with pytest.raises(SigningError, match="not 64 hexadecimal digits"):
        council.seal(said.model_copy(update={"dpia_digest": "dpia.md"}), "siro")


def test_no_refusal_repeats_what_the_signer_wrote(council: Council) -> None:
    one = opened(council.suspension(council.candidate())).attestation
    assert isinstance(one, Suspension)
    said = payload_of(council.seal(one.model_copy(update={"reason": "Mrs Example of 1 High Street"}), "siro"))
    said["predicate"]["Mrs Example"] = "of 1 High Street"
    with pytest.raises(UntrustedError) as refused:
        opened(signed_anyhow(said, council.signers["siro"]))
    assert "Example" not in str(refused.value)


def test_a_key_is_the_same_name_in_the_envelope_and_in_the_root(council: Council, word: str) -> None:
    assert public_key(council.signers["siro"]) == json.loads(word)["signatures"][0]["keyid"]
    assert council.in_force.board.roles["siro"].holders[0].key == json.loads(word)["signatures"][0]["keyid"]
