"""How every command speaks: results on stdout, progress on stderr, and errors a person can act on."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from riskmodels.errors import RefusedError, RiskModelsError, SettingsError, UserError

__all__ = ["BAD_INPUT", "FAULT", "REFUSED", "STOPPED", "Door", "door"]

REFUSED = 1
BAD_INPUT = 2
FAULT = 70  # EX_SOFTWARE of sysexits.h: neither refused nor the user's to put right
STOPPED = 130
_SHOW_AFTER_SECONDS = 2.0
_EXTRAS = {"deltalake", "duckdb", "matplotlib", "mlflow", "pandera", "scipy", "sklearn", "sqlglot"}
_WIDE = 120  # of what goes to a file or a pipe


class Door:
    """One command's way of answering: as JSON or for people, and how it is getting on.

    Parameters
    ----------
    as_json : bool
        Answer with one JSON object on stdout.
    quiet : bool
        Show no progress.
    """

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self._quiet = quiet
        self._out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
        self._err = Console(stderr=True, highlight=False)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._began = time.monotonic()
        self._stage = ""

    def progress(self, stage: str, share: float) -> None:
        """Show how far a stage is; ``share`` is of that stage, in [0, 1]."""
        if self._quiet or stage.lower() == "done" or time.monotonic() - self._began < _SHOW_AFTER_SECONDS:
            return
        if self._err.is_terminal:
            self._advance_bar(stage, share)
        elif stage != self._stage:
            self._err.print(f"[{time.monotonic() - self._began:5.0f} s] {stage}", markup=False)
        self._stage = stage

    def answer(self, data: Mapping[str, Any], *screen: RenderableType) -> None:
        """Give the result: the data as JSON, or the screen for people."""
        self.end_progress()
        if self.as_json:
            sys.stdout.write(json.dumps(data, indent=2, default=str, allow_nan=False) + "\n")
        else:
            for number, piece in enumerate(screen):
                if number and not isinstance(piece, str):
                    self._out.print()
                # Words run on, so that a path can be copied whole.
                self._out.print(piece, soft_wrap=isinstance(piece, (str, Text)), markup=False)

    def refuse(self, error: RiskModelsError) -> None:
        """Say what was found, what was expected, what to do and who can help."""
        self.end_progress()
        where = list(getattr(error, "__notes__", []))
        if self.as_json:
            told = error.as_dict() | ({"where": where} if where else {})
            sys.stdout.write(json.dumps({"error": told}, indent=2) + "\n")
            return
        told_lines = [("Found", "; ".join([error.found, *where])), ("Expected", error.expected)]
        told_lines += [("What to do", error.next_step), ("Who can help", error.who)]
        for number, (heading, words) in enumerate(told_lines):
            style = "bold red" if number == 0 else "bold"
            self._err.print(Text.assemble((f"{heading}: ", style), words), soft_wrap=True)

    def say(self, words: str) -> None:
        """Say something on stderr."""
        self._err.print(escape(words), soft_wrap=True)

    def end_progress(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None

    def _advance_bar(self, stage: str, share: float) -> None:
        if self._bar is None:
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=self._err, transient=True)
            self._task = self._bar.add_task("", total=1.0)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, description=stage, completed=share)


@contextlib.contextmanager
def door(*, as_json: bool, quiet: bool) -> Iterator[Door]:
    """Open a command's door; whatever the user can put right is told without a traceback.

    Raises
    ------
    typer.Exit
        With 1 when the gate or the registry refuses, with 2 for what the user can put right, with 70 for a fault of
        ours (its traceback is shown), with 130 for Ctrl-C.
    """
    _hush()
    opened = Door(as_json=as_json, quiet=quiet)
    try:
        yield opened
    except RefusedError as error:
        opened.refuse(error)
        raise typer.Exit(REFUSED) from None
    except UserError as error:
        opened.refuse(error)
        raise typer.Exit(BAD_INPUT) from None
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRAS:
            raise
        opened.refuse(_not_installed(error.name or ""))
        raise typer.Exit(BAD_INPUT) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001 (told in full, and never passed over: the exit code says so)
        opened.end_progress()
        traceback.print_exception(error, file=sys.stderr)
        opened.say("This is a fault of riskmodels. Please report the lines above; they hold nobody's data.")
        raise typer.Exit(FAULT) from None
    except KeyboardInterrupt:
        opened.end_progress()
        opened.say("Stopped. Nothing was left half made; the same command can be given again.")
        raise typer.Exit(STOPPED) from None
    finally:
        opened.end_progress()


def _not_installed(package: str) -> SettingsError:
    return SettingsError(
        f"the package {package} is not installed",
        expected="the packages that reading a lake and training need",
        next_step="Install them: python -m pip install 'riskmodels[train]'.",
        who="whoever looks after this machine's Python",
    )


def _hush() -> None:
    for chatty in ("mlflow", "alembic", "matplotlib"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("riskmodels").addHandler(logging.NullHandler())  # a command tells what is to be told itself
