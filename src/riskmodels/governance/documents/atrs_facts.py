"""The fields of the transparency record that nobody types: they come from the statement, the register and the run."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from riskmodels.governance.documents.dpia import Dpia
from riskmodels.governance.documents.equality import Equality
from riskmodels.governance.documents.inputs import DocumentInputs
from riskmodels.governance.documents.pages import count, day, figure, plain, untested
from riskmodels.governance.documents.statement import Statement
from riskmodels.governance.facts import SourceFacts

__all__ = ["facts_by_key"]


def facts_by_key(inputs: DocumentInputs, statement: Statement, dpia: Dpia, equality: Equality) -> Mapping[str, str]:
    """Give the generated fields by key, each as plain text, one item a line.

    Parameters
    ----------
    inputs : DocumentInputs
        The facts of the candidate.
    statement : Statement
        What people said of the model.
    dpia, equality : Dpia, Equality
        The assessments, whose risks and dates are shown here and written there.
    """
    return {
        **_of_the_statement(statement, inputs),
        **_of_the_model(inputs),
        **_of_the_data(inputs),
        "impact_assessments": _assessments(dpia, equality),
        "risks_and_mitigations": _risks(dpia),
    }


def _of_the_statement(said: Statement, inputs: DocumentInputs) -> dict[str, str]:
    held, routes = said.oversight, said.routes
    scope = [f"Intended use: {said.intended_use}", f"Users: {said.intended_users}"]
    limits = [f"Not for: {one}" for one in said.out_of_scope]
    routes_said = (routes.complain, routes.object, routes.ask_for_a_person)
    return {
        "title": said.title,
        "organisation_name": said.organisation,
        "phase": said.phase,
        "name": said.title,
        "contact_email": said.contact,
        "detailed_description": _lines([*scope, *limits, f"Works less well for: {said.works_less_well_for}"]),
        "benefits": _lines([said.who_it_helps, said.benefit]),
        "previous_process": said.previous_process,
        "alternatives_considered": _lines(said.alternatives),
        "human_review": _lines([held.who_looks, held.may_override, held.information_shown, held.recorded]),
        "required_training": held.training,
        "appeals_and_review": _lines(routes_said),
        "frequency_and_scale_of_usage": f"At each date at most {inputs.capacity:,} are put on the list."
        if inputs.unit is None
        else "At each date amounts are added up for planning. Nobody is put on a list.",
    }


class _Output(NamedTuple):
    """What a model gives, in words: what it is asked, what it and the system give, what is done today."""

    task: str
    output: str
    system: str
    today: str


def _as_a_risk(inputs: DocumentInputs) -> _Output:
    return _Output(
        f"Ranks {inputs.population} by the chance of: {inputs.outcome_says}, within {inputs.horizon_days} days.",
        "A score for each member of the population, in the order of risk, and a calibrated chance.",
        f"A list of at most {inputs.capacity:,} at each date, each with reasons in words.",
        f"in order of {inputs.baseline}",
    )


def _as_an_amount(inputs: DocumentInputs) -> _Output:
    return _Output(
        f"Expects an amount for {inputs.population}: {inputs.outcome_says}, over {inputs.horizon_days} days, in "
        f"{inputs.unit}.",
        "An expected amount for each member of the population, and a range that is to hold it. Cost is not need.",
        "Totals of expected amounts by place and group, those of few people withheld. Nobody is put on a list.",
        f"{inputs.baseline} carried forward",
    )


def _of_the_model(inputs: DocumentInputs) -> dict[str, str]:
    said = _as_a_risk(inputs) if inputs.unit is None else _as_an_amount(inputs)
    knows = _lines(f"{one.says}{f' ({one.unit})' if one.unit else ''}" for one in inputs.features)
    return {
        "system_level_input": f"Tables of {_extracts(inputs, 'model')}.",
        "system_level_output": said.system,
        "models": _lines(
            [
                f"{inputs.model}: {inputs.chosen}, put forward",
                f"Compared with: {', '.join(name for name in inputs.metrics if name != inputs.chosen) or 'nothing'}",
                f"Today's practice: {said.today}",
            ]
        ),
        "model_name": inputs.model,
        "model_version": inputs.version,
        "model_task": said.task,
        "model_input": knows,
        "model_output": said.output,
        "model_architecture": f"{inputs.chosen}, on {len(inputs.features)} inputs.",
        "model_performance": _performance(inputs),
        "datasets_and_their_purposes": _lines(
            [
                f"Learned from: {_dates(inputs.learned_from)}",
                f"Held out and read once, for the figures above: {_dates(inputs.held_out)}",
                f"Read for the audit alone: {_extracts(inputs, 'audit')}",
            ]
        ),
    }


def _performance(inputs: DocumentInputs) -> str:
    measures = [
        f"{name}, {plain(metric)}: {figure(one)}"
        for name, held in inputs.metrics.items()
        for metric, one in held.items()
    ]
    groups = [
        f"{plain(one.characteristic)}, {one.group}, {plain(one.metric)}: difference {figure(one.difference)}, "
        f"tolerance {one.tolerance:g}, {one.verdict}"
        for one in inputs.bias.comparisons
    ]
    breaches = [
        f"Proven over tolerance: {one.group}, {one.metric}: {figure(one.difference)}" for one in inputs.bias.breaches
    ]
    return _lines([*measures, "By group:", *(groups or ["no comparison was named"]), *breaches, *untested(inputs.bias)])


def _of_the_data(inputs: DocumentInputs) -> dict[str, str]:
    special = ", ".join(inputs.special_category_columns) or "none"
    tested = ", ".join(inputs.characteristics_never_known) or "none"
    known = ", ".join(inputs.characteristics_known)
    alarms = "; ".join(inputs.proxy_alarms) or "none was found"
    sensitive = _lines(
        [
            f"Special category columns: {special}",
            f"Characteristics that the model is tested against and never knows: {tested}",
            f"Characteristics that it is tested against and that an input reads too: {known}" if known else "",
            f"Inputs that stand for a protected characteristic: {alarms}",
        ]
    )
    agreements = _lines(
        f"{one.source}: {one.agreement}, until {day(one.agreement_ends)}" for one in _by_source(inputs) if one.agreement
    )
    return {
        "development_data_description": _lines(f"{one.extract} ({one.source})" for one in inputs.sources),
        "data_modality": "Tabular",
        "data_quantities": _lines(
            [
                f"Rows that the figures rest on: {count(inputs.rows, inputs)}",
                f"Of them {inputs.positives_are}: {count(inputs.positives, inputs)}",
                f"Inputs: {len(inputs.features)}",
            ]
        ),
        "development_sensitive_attributes": sensitive,
        "data_completeness_and_representativeness": _lines(
            f"{name}: {says}" for name, says in inputs.bias.held.items()
        ),
        "data_collection": _lines(
            f"{one.source}: collected for {', '.join(one.purposes)}; {one.lawful_basis}; {one.gateway}"
            for one in _by_source(inputs)
        ),
        "development_data_access_and_storage": _lines(
            f"{one.source}: kept {one.retention}" for one in _by_source(inputs)
        ),
        "development_data_sharing_agreements": agreements or "No sharing agreement is registered for these sources.",
        "data_sources": f"{_extracts(inputs, 'model')}; the audit's extracts are not read to score.",
        "operational_sensitive_attributes": _read_to_score(inputs),
        "operational_data_sharing_agreements": agreements or "No sharing agreement is registered for these sources.",
    }


def _read_to_score(inputs: DocumentInputs) -> str:
    read = {one.extract for one in inputs.sources if one.read_for == "model"}
    special = [one for one in inputs.special_category_columns if one.split(".", 1)[0] in read]
    protected = [one for one in inputs.protected_columns if one.split(".", 1)[0] in read]
    return _lines(
        [
            f"Special category columns of what is read to score: {', '.join(special) or 'none'}",
            f"Protected characteristics in it: {', '.join(protected) or 'none'}",
        ]
    )


def _by_source(inputs: DocumentInputs) -> list[SourceFacts]:
    first = {one.source: one for one in reversed(inputs.sources)}
    return [one for one in inputs.sources if first[one.source] is one]


def _assessments(dpia: Dpia, equality: Equality) -> str:
    last = max(dpia.sign_off_dates(), default=None)
    return _lines(
        [
            f"Data protection impact assessment {dpia.reference}, {dpia.version}, signed off on {day(last)}",
            f"Equality impact assessment {equality.reference}, {equality.version}, approved on "
            f"{day(equality.approved.date)}",
        ]
    )


def _risks(dpia: Dpia) -> str:
    return _lines(
        f"{one.risk} Measures: {' '.join(each.measure for each in one.measures) or 'none'} "
        f"Risk left: {one.residual or one.overall or 'not rated'}."
        for one in dpia.risks
    )


def _extracts(inputs: DocumentInputs, read_for: str) -> str:
    return ", ".join(one.extract for one in inputs.sources if one.read_for == read_for) or "none"


def _dates(dates: Sequence[datetime.date]) -> str:
    if not dates:
        return "none"
    first, last = day(min(dates)), day(max(dates))
    return first if len(dates) == 1 else f"{len(dates)} as-of dates, {first} to {last}"


def _lines(items: Iterable[str]) -> str:
    return "\n".join(one for one in items if one)
