"""A plugin that says which tests share a process: those of a file do, and so do those that look at one costly thing.

What a file's tests share is then made once. It stands in for pytest-xdist's own ``--dist loadgroup``, which version
3.8.0 asks for and pytest 9.2.0 silently does not do: the mark reaches no node id, and every test goes its own way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

SHARED = {
    r"tests/integration/test_(demo_and_run|going_live|live_and_back)\.py": "demo",
    r"tests/integration/registry_server/.*\[.*\bsqlite\b": "registry on sqlite",
    r"tests/integration/registry_server/": "registry on postgresql",
}


def group_of(nodeid: str) -> str:
    """Give the group of tests that run in one process with this one: a shared one by name, else its file."""
    return next((name for pattern, name in SHARED.items() if re.match(pattern, nodeid)), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Hand tests out by group where ``--dist loadgroup`` asks for it."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False  # as collected: the slow ones, in tests/integration, come first
    return ByGroup(config, log)
