"""What a registry answers, in our words: a refusal with all its reasons, what is not there with what is, an outage."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from riskmodels.errors import NotRegistered, RefusedError, RegistryError, UserError

if TYPE_CHECKING:
    from mlflow.exceptions import MlflowException

__all__ = ["asking", "be_brief", "must_answer", "shown"]

_WHO = "whoever looks after the registry"
_NOT_LET_IN = ("CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED")
_PORTS = {"http": 80, "https": 443}
_SERVER_ERRORS = 500
_SECONDS = 3.0
_BRIEF = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}


def be_brief() -> None:
    """Have MLflow try a server twice instead of for minutes, unless whoever runs this machine set it otherwise."""
    for name, value in {**_BRIEF, "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}.items():
        os.environ.setdefault(name, value)


def shown(uri: str) -> str:
    """Give an address without the name and password in it."""
    return re.sub(r"//[^/@]*@", "//...@", uri)


@contextmanager
def asking(uri: str, *, existing: Callable[[], Sequence[str]] | None = None) -> Iterator[None]:
    """Ask a registry something; what it answers with instead of an answer becomes one of our errors.

    Parameters
    ----------
    uri : str
        The registry's address.
    existing : callable, optional
        Gives what exists, for when what was asked for does not.

    Raises
    ------
    RefusedError
        If the registry said no; its reasons are kept whole.
    NotRegistered
        If it does not hold what was asked for.
    RegistryError
        If it cannot be reached, or does not take it.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    must_answer(uri)
    try:
        yield
    except MlflowException as error:
        raise _worded(error, uri, existing) from error
    except (SQLAlchemyError, OSError) as error:
        raise _outage(uri, str(error).splitlines()[0][:200] if str(error) else type(error).__name__) from error


def must_answer(uri: str) -> None:
    """See that somebody listens at a server's address, within seconds; behind a proxy that cannot be told.

    Raises
    ------
    RegistryError
        If nobody does.
    """
    parts = urlsplit(uri)
    if parts.scheme not in _PORTS or parts.hostname is None:
        return
    if parts.scheme in getproxies() and not proxy_bypass(parts.hostname):
        return
    try:
        port = parts.port or _PORTS[parts.scheme]
        socket.create_connection((parts.hostname, port), timeout=_SECONDS).close()
    except (OSError, ValueError) as error:
        raise _outage(uri, getattr(error, "strerror", None) or str(error) or type(error).__name__) from None


def _worded(error: MlflowException, uri: str, existing: Callable[[], Sequence[str]] | None) -> UserError:
    reasons = str(error.message).removeprefix(f"{error.error_code}: ").strip()
    if error.error_code == "PERMISSION_DENIED":
        return RefusedError(
            f"the registry refused: {reasons}",
            expected="what the trust root asks of a governed model, signed by the people it names",
            next_step="Put right what it names; riskmodels gate CASE VERSION says of each check what to do.",
            who=f"the people that the reasons name, and {_WHO}",
        )
    if error.error_code in _NOT_LET_IN:
        return RegistryError(
            f"the registry at {shown(uri)} does not let this account in: {reasons}",
            expected="an account there, in MLflow's own environment variables",
            next_step="Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
            who=_WHO,
        )
    if error.error_code == "RESOURCE_DOES_NOT_EXIST":
        found = "" if existing is None else _listed(existing)
        return NotRegistered(
            f"the registry at {shown(uri)} does not hold it: {reasons}{found}",
            expected="a model, version or alias that is registered there",
            next_step="Correct the name, or register it first: riskmodels run CASE.",
            who=_WHO,
        )
    if error.get_http_status_code() < _SERVER_ERRORS:  # type: ignore[no-untyped-call]
        return RegistryError(
            f"the registry at {shown(uri)} does not take it: {reasons}",
            expected="what MLflow allows for names, aliases and tags",
            next_step="Put right what it names, and try again.",
            who=_WHO,
        )
    return _outage(uri, reasons)


def _listed(existing: Callable[[], Sequence[str]]) -> str:
    from mlflow.exceptions import MlflowException

    try:
        held = list(existing())
    except MlflowException:  # what was asked for is not there, and what is cannot be told either
        return ""
    return f". It holds: {', '.join(held[:20])}{' and more' if len(held) > 20 else ''}" if held else ". It holds none"


def _outage(uri: str, why: str) -> RegistryError:
    return RegistryError(
        f"the registry at {shown(uri)} gives no answer: {why}",
        expected="a model registry that answers at this address",
        next_step="Check the address, and that the registry's server runs and can be reached from here.",
        who=_WHO,
    )
