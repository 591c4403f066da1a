"""What a use case must satisfy before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from riskmodels.errors import DefinitionError
from riskmodels.features.builders import Feature
from riskmodels.features.expressions import Snippet, parse
from riskmodels.lake.places import names_a_place, shared_place
from riskmodels.naming import nearest

if TYPE_CHECKING:
    from riskmodels.features.case import UseCase

__all__ = ["check_case", "resolve_derived"]

EQUALITY_MONITORING = "equality_monitoring"
_RESERVED = {"entity", "as_of", "outcome", "treated", "competing", "weight"}
_AUTHOR = "the data scientist who wrote the definition"


def resolve_derived(features: Sequence[Feature], having: str | None) -> tuple[list[Feature], Snippet | None]:
    """Parse what names features: derived ones and the population's ``having``; order derived ones by what they need."""
    # In the feature table flags are 1 and 0, so that a condition on one is written "flag = 1".
    kinds = {feature.name: "number" for feature in features if feature.builder != "attribute"}
    _unique([feature.name for feature in features])
    parsed = {feature.name: _derived(feature, kinds) for feature in features if feature.builder == "derived"}
    for derived in parsed.values():
        _needs(derived.name, parsed, ())
    condition = None if having is None else parse(having, kinds, place="the population's having", as_of=False)
    if condition is not None and condition.gives != "flag":
        raise DefinitionError(
            f"the population's having is {having!r}, which is not true or false",
            expected='a condition on features, such as "arrears_weeks < 8"',
            next_step="Compare the feature with something.",
            who=_AUTHOR,
        )
    return [parsed.get(feature.name, feature) for feature in features], condition


def _derived(feature: Feature, kinds: Mapping[str, str]) -> Feature:
    snippet = parse(feature.text or "", kinds, place=f"derived feature {feature.name!r}", as_of=False)
    if snippet.gives in ("text", "time"):
        raise DefinitionError(
            f"derived feature {feature.name!r} is {feature.text!r}, which is text or a date and not a number",
            expected="a number or a condition, made of other features",
            next_step="Use attribute(...) for categories.",
            who=_AUTHOR,
        )
    return replace(feature, expr=snippet, text=snippet.text)


def _needs(name: str, derived: dict[str, Feature], path: tuple[str, ...]) -> None:
    if name in path:
        raise DefinitionError(
            f"derived features go round in a circle: {' -> '.join((*path, name))}",
            expected="derived features that lead back to features of extracts",
            next_step="Break the circle.",
            who=_AUTHOR,
        )
    if name in derived:
        for needed in derived[name].columns:
            _needs(needed, derived, (*path, name))


def _unique(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in _RESERVED:
            raise DefinitionError(
                f"the feature name {name!r} cannot be used",
                expected=f"lower case letters, digits and underscores, and none of {', '.join(sorted(_RESERVED))}",
                next_step="Rename the feature.",
                who=_AUTHOR,
            )
        if name in seen:
            raise DefinitionError(
                f"the feature name {name!r} is used twice",
                expected="a name of its own for every feature",
                next_step="Rename one of the two.",
                who=_AUTHOR,
            )
        seen.add(name)


def check_case(case: UseCase) -> None:
    """Refuse a use case that names what is not there, breaks a purpose or takes a protected characteristic as input."""
    _check_names(case)
    _check_purposes(case)
    _check_protected(case)
    for feature in case.features:
        _check_reach(case, feature)
    _check_outcome(case)
    _check_amount(case)


def _check_names(case: UseCase) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", case.name):
        raise DefinitionError(
            f"the use case is called {case.name!r}",
            expected="lower case letters, digits and underscores",
            next_step="Rename it.",
            who=_AUTHOR,
        )
    if not case.features or not case.harms or not case.says.strip():
        raise DefinitionError(
            f"use case {case.name!r} has no features, no harms or no words",
            expected="at least one of each",
            next_step="Say what the model may know, what goes wrong when it errs, and what it is for.",
            who=_AUTHOR,
        )
    numeric = [feature.name for feature in case.features if feature.builder != "attribute"]
    if case.baseline not in numeric:
        raise DefinitionError(
            f"the baseline {case.baseline!r} is not a numeric feature",
            expected=f"the feature that ranks people today{nearest(case.baseline, numeric)}",
            next_step="Name a feature of the use case.",
            who="the service that ranks people today",
        )
    columns = case.population.extract.columns()
    if case.entity not in columns or columns[case.entity].key_of is None or names_a_place(columns[case.entity].key_of):
        keys = [name for name, spec in columns.items() if spec.key_of is not None and not names_a_place(spec.key_of)]
        raise DefinitionError(
            f"the entity {case.entity!r} is not a key of {case.population.extract.__name__}",
            expected=f"one of its keys{nearest(case.entity, keys)}",
            next_step="Name the key column that one row is about.",
            who=_AUTHOR,
        )


def _check_purposes(case: UseCase) -> None:
    audit = {characteristic.extract for characteristic in case.audit_by}
    for extract in (*case.extracts(), *audit):
        allowed = extract.source().purposes
        monitoring = extract in audit and extract not in case.extracts() and EQUALITY_MONITORING in allowed
        if case.purpose not in allowed and not monitoring:
            raise DefinitionError(
                f"use case {case.name!r} has the purpose {case.purpose!r}, which {extract.__name__} may not serve",
                expected=f"one of the purposes of {extract.source().name}: {', '.join(allowed)}",
                next_step="Leave the extract out, or ask its owner and the data protection officer for the purpose.",
                who=extract.source().owner,
            )


def _check_protected(case: UseCase) -> None:
    for feature in case.features:
        if feature.extract is None:
            continue
        for column in feature.columns:
            spec = feature.extract.columns().get(column)
            if spec is not None and spec.protected is not None:
                raise DefinitionError(
                    f"feature {feature.name!r} reads {feature.extract.__name__}.{column}, a record of {spec.protected}",
                    expected="no protected characteristic among a model's inputs (Equality Act 2010 s13, s19)",
                    next_step="Move it to audit_by, where the model is tested against it.",
                    who="the equality lead",
                )


def _check_reach(case: UseCase, feature: Feature) -> None:
    extract = feature.extract
    if extract is None:
        return
    if extract.role() != "data":
        raise DefinitionError(
            f"feature {feature.name!r} reads {extract.__name__}, which holds {extract.role()}",
            expected="an extract of data",
            next_step="Read the extract that records the thing itself.",
            who=_AUTHOR,
        )
    own = extract.key_column(case.entity_kind)
    if own is None and (feature.area is not None or shared_place(case.population.extract, extract) is None):
        raise DefinitionError(
            f"feature {feature.name!r} reads {extract.__name__}, which has no key of kind {case.entity_kind!r}",
            expected=f"an extract with a key of kind {case.entity_kind!r}, or one about places it lies in",
            next_step="Declare the key in the contract, or leave the feature out.",
            who="the owner of the source",
        )
    if feature.area is not None and feature.area.extract.key_column(case.entity_kind) is None:
        raise DefinitionError(
            f"feature {feature.name!r} looks within {feature.area.extract.__name__}.{feature.area}, "
            f"which has no key of kind {case.entity_kind!r}",
            expected="an extract that says where each entity lies",
            next_step="Name a column of such an extract, such as Tenancies.lsoa21.",
            who=_AUTHOR,
        )


def _check_outcome(case: UseCase) -> None:
    outcome, population = case.outcome, case.population.extract
    beside = [rows for rows in (outcome.treated_by, outcome.looked) if rows is not None]
    for rows in beside:
        if rows.having is not None:
            raise DefinitionError(
                f"the outcome picks rows of {rows.extract.__name__} by having={rows.having!r}",
                expected="a condition on the rows themselves; having is for the population",
                next_step="Say it in where(...)'s condition, or leave it out.",
                who=_AUTHOR,
            )
    for extract in (outcome.extract, *(rows.extract for rows in beside)):
        if extract.key_column(case.entity_kind) is None:
            raise DefinitionError(
                f"the outcome reads {extract.__name__}, which has no key of kind {case.entity_kind!r}",
                expected=f"an extract with a key of kind {case.entity_kind!r}",
                next_step="Declare the key in the contract, or take the outcome from another extract.",
                who="the owner of the source",
            )
    for argument, name in (("censored_by", outcome.censored_by), ("competes_with", outcome.competes_with)):
        dates = [column for column, spec in population.columns().items() if spec.kind in ("day", "moment")]
        if name is not None and name not in dates:
            raise DefinitionError(
                f"the outcome is {argument.replace('_', ' ')} {name!r}, which is not a date of {population.__name__}",
                expected=f"a date column of the population's extract{nearest(name, dates)}",
                next_step="Correct the name.",
                who=_AUTHOR,
            )


def _check_amount(case: UseCase) -> None:
    """Refuse intervals and totals where no amount is predicted, or within what is not a category."""
    if case.outcome.amount is None and (case.intervals_within is not None or case.totals_by):
        raise DefinitionError(
            f"use case {case.name!r} gives intervals_within or totals_by, but predicts no amount",
            expected="both beside running(...) alone, an outcome that is an amount",
            next_step="Leave them out, or predict an amount.",
            who=_AUTHOR,
        )
    categorical = [feature.name for feature in case.features if feature.builder == "attribute"]
    if case.intervals_within is not None and case.intervals_within not in categorical:
        raise DefinitionError(
            f"the intervals are made within {case.intervals_within!r}, which is not a categorical feature",
            expected=f"a feature made by attribute(...){nearest(case.intervals_within, categorical)}",
            next_step="Name the feature whose categories differ in how far amounts can be foretold.",
            who=_AUTHOR,
        )
    _unique([each.name for each in case.totals_by])
