"""The command line: ``riskmodels ...``. Each command opens the workspace, calls the library and shows the answer."""

from __future__ import annotations

from riskmodels.cli import list_commands, registry_commands, signing_commands
from riskmodels.cli.commands import app

__all__ = ["app", "list_commands", "registry_commands", "signing_commands"]
