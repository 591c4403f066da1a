"""The rules that hold for every test are rules that can fail."""

from __future__ import annotations

import contextlib
import http.client
import socket
from pathlib import Path

import pytest

CONFTEST = (Path(__file__).parents[1] / "conftest.py").read_text(encoding="utf-8")
NEEDS_A_SERVICE = """
import pytest

@pytest.mark.service("postgresql")
def test_that_needs_a_service():
    pytest.skip("no server here")

def test_that_needs_nothing():
    pytest.skip("not today")
"""


def outcomes(pytester: pytest.Pytester, test: str) -> dict[str, int]:
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\nmarkers = service(name): needs a server")
    pytester.makepyfile(test)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider").parseoutcomes()


def test_a_test_that_needs_a_service_skips_where_there_is_none(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKMODELS_REQUIRE_SERVICES", raising=False)
    assert {"skipped": 2} == outcomes(pytester, NEEDS_A_SERVICE)


def test_the_skip_is_a_failure_where_services_are_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKMODELS_REQUIRE_SERVICES", "1")
    assert {"failed": 1, "skipped": 1} == outcomes(pytester, NEEDS_A_SERVICE)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_a_connection_that_leaves_the_machine_is_refused_and_noted(network: list[str], host: str) -> None:
    with contextlib.suppress(OSError):
        http.client.HTTPConnection(host, timeout=1).connect()
    assert [host] == network
    network.clear()


def test_a_swallowed_connection_still_fails_its_test(pytester: pytest.Pytester) -> None:
    swallows = """
    import contextlib, socket
    def test_that_phones_home():
        with contextlib.suppress(OSError):
            socket.create_connection(("192.0.2.1", 80), timeout=1)
    """
    assert {"passed": 1, "errors": 1} == outcomes(pytester, swallows)


def test_a_server_on_this_machine_may_be_spoken_to(network: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]):
        assert [] == network
