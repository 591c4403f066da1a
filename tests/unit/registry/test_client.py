from __future__ import annotations

import datetime
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import NotRegistered, RefusedError, RegistryError, UntrustedError
from riskmodels.governance.attestations import EVERY_CANDIDATE, Status
from riskmodels.governance.envelopes import opened
from riskmodels.governance.gate import decide
from riskmodels.governance.log import head_of, verify_chain
from riskmodels.governance.verification import gather, verify_promotion
from riskmodels.registry.bundles.manifest import check_files
from riskmodels.registry.client import Registry
from riskmodels.registry.downloads import download_bundle
from tests.unit.registry.governed_town import MODEL, Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"), now=datetime.datetime.now(datetime.UTC))


@pytest.fixture(scope="module")
def registry(town: Town) -> Registry:
    found = Registry(town.uri())
    found.ensure_model(MODEL)
    return found


def put_forward(town: Town, registry: Registry, *, signed: bool = True) -> tuple[int, str, str]:
    """Register a new candidate; give its version, its author's envelope and its bundle's digest."""
    place, digest = town.bundle()
    candidate = town.candidate(digest)
    version = registry.register(MODEL, source=place.as_uri(), run_id="", candidate=candidate)
    for envelope in town.statements(candidate) if signed else ():
        registry.attach(MODEL, version, envelope)
    return version, candidate, digest


def test_a_model_may_be_made_sure_of_twice(registry: Registry) -> None:
    registry.ensure_model(MODEL)
    assert isinstance(registry.versions(MODEL), tuple)


def test_a_version_that_was_signed_and_promoted_comes_back_as_a_pack_that_passes(
    town: Town, registry: Registry
) -> None:
    version, candidate, digest = put_forward(town, registry)
    assert version in registry.versions(MODEL)
    registry.promote(MODEL, version, "champion")
    by_version, by_alias = registry.pack(MODEL, version=version), registry.pack(MODEL, alias="champion")
    assert (version, candidate, town.council.root_envelopes) == (by_alias.version, by_alias.candidate, by_alias.roots)
    assert by_version.attestations[:-1] == by_alias.attestations[:-1]
    assert town.council.root_envelopes == registry.roots()
    at = datetime.datetime.now(datetime.UTC)
    evidence = gather(by_alias, pin=town.council.pin, at=at)
    assert decide(evidence).passed
    assert digest == verify_promotion(by_alias, evidence, alias="champion").bundle_digest
    status = opened(registry.status(MODEL)).attestation
    assert isinstance(status, Status)
    assert {"champion": evidence.candidate_digest} == status.live


def test_the_log_is_whole_and_its_head_is_its_last_entry(town: Town, registry: Registry) -> None:
    put_forward(town, registry)
    entries = registry.log()
    assert registry.head() == verify_chain(entries) == head_of(entries[-1])
    assert {"trusted", "candidate", "signed"} <= {one.event for one in entries}


def test_a_log_longer_than_a_page_is_read_whole(town: Town, registry: Registry) -> None:
    version, candidate, _ = put_forward(town, registry, signed=False)
    while len(registry.log()) <= 200:
        for _ in range(60):
            registry.attach(MODEL, version, town.council.word(candidate, "siro", reasons=f"word {time.time_ns()}"))
    entries = registry.log()
    assert list(range(1, len(entries) + 1)) == [one.number for one in entries]
    assert head_of(entries[-1]) == registry.head()


def test_a_refusal_keeps_the_registry_s_reasons_whole(town: Town, registry: Registry) -> None:
    version, candidate, _ = put_forward(town, registry, signed=False)
    with pytest.raises(RefusedError, match="the registry refused") as caught:
        registry.promote(MODEL, version, "champion")
    said = str(caught.value)
    assert all(words in said for words in ("checks did not pass", "nobody has", "accountable_officer has not signed"))
    with pytest.raises(RefusedError, match="'shadow' is not among the guarded aliases"):
        registry.promote(MODEL, version, "shadow")
    with pytest.raises(RefusedError, match="its key is not that of siro"):
        registry.attach(MODEL, version, town.council.word(candidate, "siro", by="author"))


def test_what_is_not_there_is_answered_with_what_is(town: Town, registry: Registry) -> None:
    version, _, _ = put_forward(town, registry)
    registry.promote(MODEL, version, "champion")
    with pytest.raises(
        NotRegistered,
        match=f"version=99.*It holds: the alias champion of version {version}, version {version} of {MODEL}",
    ):
        registry.pack(MODEL, version=99)
    with pytest.raises(NotRegistered, match=f"name=nothing.*It holds: the model {MODEL}"):
        registry.pack("nothing", alias="champion")
    with pytest.raises(NotRegistered, match="nothing behind the alias 'shadow'") as caught:
        registry.pack(MODEL, alias="shadow")
    assert f"one of its aliases: champion (version {version})" == caught.value.expected
    with pytest.raises(NotRegistered):
        registry.versions("nothing")
    with pytest.raises(RegistryError, match="neither a version nor an alias"):
        registry.pack(MODEL)


def test_an_order_to_stop_the_whole_model_is_in_the_pack_of_every_version(tmp_path: Path) -> None:
    town = Town(tmp_path, now=datetime.datetime.now(datetime.UTC))
    registry = Registry(town.uri())
    registry.ensure_model(MODEL)
    first, candidate, _ = put_forward(town, registry)
    second, _, _ = put_forward(town, registry)
    order = town.council.suspension(candidate, candidate_digest=EVERY_CANDIDATE)
    registry.suspend(MODEL, first, order)
    assert order in registry.pack(MODEL, version=first).attestations
    assert order in registry.pack(MODEL, version=second).attestations
    only_first = town.council.suspension(candidate)
    registry.suspend(MODEL, first, only_first)
    assert only_first not in registry.pack(MODEL, version=second).attestations


def test_a_standing_approval_comes_with_the_candidate_that_it_rests_on(town: Town, registry: Registry) -> None:
    _, candidate, _ = put_forward(town, registry)
    standing = town.council.standing(candidate, role="siro")
    registry.attach_standing(MODEL, standing)
    version, _, _ = put_forward(town, registry)
    found = registry.pack(MODEL, version=version)
    assert standing in found.standing
    assert (candidate,) == found.standing_candidates


def test_a_bundle_is_given_only_if_it_is_what_was_signed(town: Town, registry: Registry, tmp_path: Path) -> None:
    version, _, digest = put_forward(town, registry)
    assert {"manifest.json", "model.txt", "baseline.json"} == set(registry.bundle_files(MODEL, version, digest=digest))
    registry.download(MODEL, version, tmp_path / "bundle")
    assert MODEL == check_files(tmp_path / "bundle", digest).model
    with pytest.raises(UntrustedError, match="has the digest"):
        registry.bundle_files(MODEL, version, digest="0" * 64)


@pytest.mark.parametrize("when", ["before the promotion", "after it"])
def test_files_changed_at_the_run_are_not_promoted_and_what_was_promoted_does_not_change(
    town: Town, registry: Registry, when: str
) -> None:
    place, digest = town.bundle()
    candidate = town.candidate(digest)
    version = registry.register(MODEL, source=place.as_uri(), run_id="", candidate=candidate)
    for envelope in town.statements(candidate):
        registry.attach(MODEL, version, envelope)
    honest = (place / "model.txt").read_bytes()
    if when == "after it":
        registry.promote(MODEL, version, "champion")
    (place / "model.txt").write_bytes(b"tree of somebody else")
    if when == "after it":
        assert honest == registry.bundle_files(MODEL, version, digest=digest)["model.txt"]
        return
    with pytest.raises(UntrustedError, match=r"model\.txt"):
        registry.bundle_files(MODEL, version, digest=digest)
    with pytest.raises(RefusedError, match=r"model\.txt"):
        registry.promote(MODEL, version, "champion")


def test_files_are_fetched_from_the_first_place_that_has_them_and_nothing_is_left_half(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "manifest.json").write_text("{}", encoding="utf-8")
    gone = (tmp_path / "gone").as_uri()
    download_bundle([gone, kept.as_uri()], tmp_path / "found", tracking_uri="http://nowhere.invalid")
    assert ["manifest.json"] == [one.name for one in (tmp_path / "found").iterdir()]
    with pytest.raises(RegistryError, match="the files of the model cannot be had") as caught:
        download_bundle([gone, f"{gone}-too"], tmp_path / "none", tracking_uri="http://nowhere.invalid")
    assert gone in caught.value.found
    assert not (tmp_path / "none").exists()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ways(registry: Registry) -> list[Any]:
    return [
        registry.head,
        lambda: registry.pack(MODEL, alias="champion"),
        lambda: registry.promote(MODEL, 1, "champion"),
        lambda: registry.bundle_files(MODEL, 1, digest="0" * 64),
        lambda: registry.ensure_model(MODEL),
    ]


def test_a_registry_that_is_down_is_said_to_be_within_seconds(closed_port: int) -> None:
    for way in ways(Registry(f"http://user:secret@127.0.0.1:{closed_port}")):
        begun = time.monotonic()
        with pytest.raises(RegistryError, match="gives no answer") as caught:
            way()
        assert time.monotonic() - begun < 5
        assert "secret" not in str(caught.value)


class Broken(BaseHTTPRequestHandler):
    """A server that answers everything with the status in the path that it was asked under."""

    status, body = 503, b"out of order"

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 - as the base class has it

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture
def broken_server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (503, RegistryError, "gives no answer"),
        (500, RegistryError, "gives no answer"),
        (401, RegistryError, "does not let this account in"),
        (403, RefusedError, "the registry refused"),
        (404, RegistryError, "does not take it"),
    ],
)
def test_a_server_out_of_order_or_one_that_refuses_the_account_is_told_apart(
    broken_server: str, monkeypatch: pytest.MonkeyPatch, status: int, kind: type[Exception], words: str
) -> None:
    monkeypatch.setattr(Broken, "status", status)
    begun = time.monotonic()
    with pytest.raises(kind, match=words):
        Registry(broken_server).head()
    assert time.monotonic() - begun < 5


def test_an_ordinary_mlflow_server_is_not_taken_for_a_governed_one(tmp_path: Path) -> None:
    from riskmodels.registry.silence import import_silently

    import_silently()
    stock = Registry(f"sqlite:///{(tmp_path / 'stock.db').as_posix()}")
    with pytest.raises(NotRegistered, match=r"riskmodels\.log\.1"):
        stock.head()
