"""A refusal as MLflow's clients get it: PERMISSION_DENIED, which no client tries again, with the reasons in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodels.errors import RefusedError, UserError
from riskmodels.governance.decision import Decision

if TYPE_CHECKING:
    from mlflow.exceptions import MlflowException

__all__ = ["GateRefused", "denied", "not_allowed", "unverifiable"]

LONGEST = 6_000
_MOST_REASONS = 10


class GateRefused(RefusedError):
    """The gate, run again on the server, said no."""

    code = "gate_refused"

    def __init__(self, decision: Decision, *, what: str) -> None:
        self.checks = tuple(one.name for one in decision.reasons)
        shown = decision.reasons[:_MOST_REASONS]
        told = [f"{one.title} Found: {one.found}. Wanted: {one.wanted}. {one.next_step} ({one.who})" for one in shown]
        left = len(decision.reasons) - len(shown)
        told += [f"and {left} more"] if left else []
        super().__init__(
            f"{what}: {len(decision.reasons)} of {len(decision.checks)} checks did not pass. {' | '.join(told)}",
            expected="every check passed, or waived by a signature that may waive it",
            next_step="Put right what is named, check by check; riskmodels gate CASE VERSION shows them all.",
            who="; ".join(dict.fromkeys(one.who for one in shown)),
        )


def not_allowed(method: str, name: str, why: str) -> RefusedError:
    """Word why something is not done to a governed or reserved name at all."""
    return RefusedError(
        f"{method.replace('_', ' ')} on {name[:100]!r}: {why}",
        expected="a governed model changes by what its people sign, and by nothing else",
        next_step="riskmodels sign, promote, suspend and rollback are the ways; a new state is a new version.",
        who="the roles in ethics/board.yaml",
    )


def denied(error: UserError) -> MlflowException:
    """Give what a client gets for a refusal: found, expected, what to do and who, of bounded length."""
    expected, found = f"Wanted: {error.expected}.", f"Found: {error.found}."
    rest = f" {expected} What to do: {error.next_step} Who can help: {error.who}."
    room = max(LONGEST - len(rest), LONGEST // 2)
    return _permission_denied((found if len(found) <= room else f"{found[: room - 4]} ...") + rest[:LONGEST])


def unverifiable(method: str) -> MlflowException:
    """Give what a client gets when the checks themselves failed: a refusal too, for nothing was verified."""
    return _permission_denied(
        f"Found: {method.replace('_', ' ')} could not be verified, so it was not done. Wanted: a registry whose checks "
        "can run. What to do: the cause is in the server's log. Who can help: whoever runs the registry."
    )


def _permission_denied(message: str) -> MlflowException:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import PERMISSION_DENIED

    return MlflowException(message, error_code=PERMISSION_DENIED)
