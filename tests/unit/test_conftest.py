"""The rules that hold for every test are rules that can fail."""

from __future__ import annotations

import contextlib
import http.client
import socket
from pathlib import Path

import pytest

from tests.conftest import unavailable
from tests.processes import group_of

PHONES_HOME = """
import contextlib, socket

def test_that_swallows_the_refusal():
    with contextlib.suppress(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
"""


def test_tests_of_a_file_or_a_group_run_in_one_process(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makeconftest('pytest_plugins = ["tests.processes"]')
    ran = """
        import os, pytest, time
        from pathlib import Path

        @pytest.mark.parametrize("number", range(4))
        def test_it(number):
            time.sleep(0.1)
            Path(__file__).with_suffix("." + os.environ["PYTEST_XDIST_WORKER"]).touch()
        """
    for name in ("one", "two", "three"):
        pytester.makepyfile(**{f"test_{name}": ran})
    pytester.runpytest_subprocess("-n", "2", "--dist", "loadgroup").assert_outcomes(passed=12)
    assert 3 == len(list(pytester.path.glob("test_*.gw?")))


def test_what_is_marked_as_one_group_runs_in_one_process(request: pytest.FixtureRequest) -> None:
    marked: dict[str, set[str]] = {}
    for item in request.session.items:
        for mark in item.iter_markers("xdist_group"):
            marked.setdefault(str(mark.args[0]), set()).add(group_of(item.nodeid))
    assert [] == [name for name, groups in marked.items() if len(groups) > 1]
    assert "demo" == group_of("tests/integration/test_going_live.py::test_it")
    assert "registry on sqlite" == group_of("tests/integration/registry_server/test_attacks.py::test_it[sqlite]")
    assert "tests/unit/test_cli.py" == group_of("tests/unit/test_cli.py::test_it[a-b]")


def test_a_test_skips_by_name_where_its_service_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RISKMODELS_REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="'s3'"):
        unavailable("s3", "no server here")


def test_the_skip_is_a_failure_where_services_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RISKMODELS_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="'s3'"):
        unavailable("s3", "no server here")


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_a_connection_that_leaves_the_machine_is_refused_and_noted(network: list[str], host: str) -> None:
    with contextlib.suppress(OSError):
        http.client.HTTPConnection(host, timeout=1).connect()
    assert [host] == network
    network.clear()


def test_a_refusal_that_is_swallowed_still_fails_its_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["tests.network"]')
    pytester.makepyfile(PHONES_HOME)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    assert {"passed": 1, "errors": 1} == result.parseoutcomes()


def test_a_server_on_this_machine_may_be_spoken_to(network: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]):
        assert [] == network
