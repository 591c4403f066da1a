"""What must agree from one document to another: names, mailboxes, and the order of days (C27, C31)."""

from __future__ import annotations

from riskmodels.governance.documents.dpia import Dpia
from riskmodels.governance.documents.equality import Equality
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.register import Register
from riskmodels.governance.documents.statement import Statement

__all__ = ["agreements_first", "assessed_in_order", "same_everywhere"]


def same_everywhere(dpia: Dpia, statement: Statement, register: Register) -> list[str]:
    """Find a controller or a contact that is not the same in every document."""
    controllers = {dpia.controller, statement.organisation, register.council}
    found = ["C27: the controller is not named alike in the assessment, the statement and the register"]
    contact = ["C27: the contact is not the same in the assessment and the statement"]
    return [*found * (len(controllers) > 1), *contact * (dpia.contact != statement.contact)]


def agreements_first(dpia: Dpia, equality: Equality, register: Register, inputs: DocumentInputs) -> list[str]:
    """Find a sharing agreement signed after the assessment, or a processing that starts before it is decided on."""
    last = max(dpia.sign_off_dates(), default=None)
    signed = {
        name: register.sources[name].agreement.signed_on
        for name in dict.fromkeys(one.source for one in inputs.sources)
        if name in register.sources
    }
    found = [
        f"C31: the sharing agreement of {name} was signed after the assessment"
        for name, on in signed.items()
        if on is not None and last is not None and on > last
    ]
    start, decided = dpia.planned_start, equality.decided_on
    early = start is not None and decided is not None and decided > start
    return [*found, *["C31: the processing starts before the decision is taken"] * early]


def assessed_in_order(dpia: Dpia, equality: Equality) -> list[str]:
    """Find an equality assessment that was approved before the data protection assessment was signed off."""
    last, approved = max(dpia.sign_off_dates(), default=None), equality.approved.date
    early = last is not None and approved is not None and approved < last
    return ["C31: the equality assessment was approved before the data protection assessment"] * early
