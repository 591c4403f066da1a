"""The command line in a process of its own, with the network denied where a test asks for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

Demo = tuple[Path, dict[str, Any], str]

RUN = [sys.executable, "-c", "from riskmodels.cli import app; app(prog_name='riskmodels')"]
NO_NETWORK = """\
import os, socket

def refuse(*arguments, **options):
    with open(os.environ["CALLED"], "a") as file:
        file.write(repr(arguments))
    raise OSError("the network is denied")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
"""


def command(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Give a command as a person would, and what came of it."""
    return subprocess.run([*RUN, *words], capture_output=True, text=True, check=False, **options)
