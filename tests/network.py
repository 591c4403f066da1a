"""A plugin for every test: nothing speaks to the network. What tries is refused and fails its test."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest


def leaves_this_machine(host: object) -> bool:
    """Say whether a host is on the network; names other than this machine's count, for they must be asked for."""
    if host in (None, "", "localhost", socket.gethostname()):
        return False
    try:
        place = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return True
    return not (place.is_loopback or place.is_unspecified)


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse what would leave this machine, and fail the test that tried it, also where the refusal was swallowed.

    It sees what Python sends; engines written in other languages are kept in by their settings, which have tests.
    """
    tried: list[str] = []

    def guarded(owner: Any, way: str, host_of: Callable[..., object]) -> None:
        real = getattr(owner, way)

        def call(*args: Any, **kwargs: Any) -> Any:
            host = host_of(*args)
            if leaves_this_machine(host):
                tried.append(str(host))
                raise OSError(f"the tests have no network: {host}")
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, way, call)

    guarded(socket, "getaddrinfo", lambda host, *rest: host)
    for way in ("connect", "connect_ex"):
        guarded(socket.socket, way, lambda self, address: address[0] if isinstance(address, tuple) else None)
    yield tried
    assert [] == tried
