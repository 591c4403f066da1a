"""Definitions as plain data: frozen into a model, compared by digest, read back without the file they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from riskmodels.errors import DefinitionError
from riskmodels.features.audit import Characteristic
from riskmodels.features.builders import Feature, refuse_overwritten, snippet_of, value_of
from riskmodels.features.case import UseCase
from riskmodels.features.expressions import Snippet, parse
from riskmodels.features.outcomes import Amount, Outcome, Rows, at_random_of, condition_of, where
from riskmodels.features.running import amount_of
from riskmodels.features.windows import Window
from riskmodels.lake.contracts import ColumnRef, Extract
from riskmodels.naming import nearest

__all__ = ["digest", "from_dict", "to_dict"]

FORMAT = 1


def to_dict(case: UseCase) -> dict[str, Any]:
    """Write a use case as plain data that JSON can hold."""
    said = {
        "format": FORMAT,
        "name": case.name,
        "says": case.says,
        "purpose": case.purpose,
        "entity": case.entity,
        "population": _rows(case.population),
        "outcome": _outcome(case.outcome),
        "features": [_feature(feature) for feature in case.features],
        "audit_by": [_characteristic(each) for each in case.audit_by],
        "baseline": case.baseline,
        "harms": list(case.harms),
        "lead": case.lead,
    }
    if case.intervals_within is not None:  # said only where it is so, as of an outcome below
        said["intervals_within"] = case.intervals_within
    if case.totals_by:
        said["totals_by"] = [_characteristic(each) for each in case.totals_by]
    return said


def digest(case: UseCase) -> str:
    """Give the SHA-256 of a definition, over its canonical JSON."""
    text = json.dumps(to_dict(case), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def from_dict(data: Mapping[str, Any], contracts: Mapping[str, type[Extract]]) -> UseCase:
    """Read a use case back; it is checked again as if it were newly written.

    Parameters
    ----------
    data : mapping
        What :func:`to_dict` gave.
    contracts : mapping of str to Extract
        The extracts by class name.

    Raises
    ------
    DefinitionError
        If the format is another, an extract is not among the contracts, or the definition no longer holds.
    """
    if data.get("format") != FORMAT:
        raise DefinitionError(
            f"the definition is of format {data.get('format')!r}",
            expected=f"format {FORMAT}, which this version reads",
            next_step="Read it with the version of riskmodels that wrote it.",
            who="the data scientist who trained the model",
        )
    reader = _Reader(contracts)
    return UseCase(
        name=data["name"],
        says=data["says"],
        purpose=data["purpose"],
        entity=data["entity"],
        population=reader.rows(data["population"]),
        outcome=reader.outcome(data["outcome"]),
        features=[reader.feature(each) for each in data["features"]],
        audit_by=[reader.characteristic(each) for each in data["audit_by"]],
        baseline=data["baseline"],
        harms=data["harms"],
        lead=data["lead"],
        intervals_within=data.get("intervals_within"),
        totals_by=[reader.characteristic(each) for each in data.get("totals_by", ())],
    )


def _text(snippet: Snippet | None) -> str | None:
    return None if snippet is None else snippet.text


def _window(window: Window | None) -> dict[str, Any] | None:
    return None if window is None else {"days": window.days, "suffix": window.suffix, "label": window.label}


def _rows(rows: Rows) -> dict[str, Any]:
    return {"extract": rows.extract.__name__, "condition": _text(rows.condition), "having": rows.having}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    said = {
        "extract": outcome.extract.__name__,
        "condition": _text(outcome.condition),
        "within": _window(outcome.within),
        "times_running": outcome.times_running,
        "says": outcome.says,
        "settles_after": _window(outcome.settles_after),
        "censored_by": outcome.censored_by,
        "competes_with": outcome.competes_with,
        "treated_by": None if outcome.treated_by is None else _rows(outcome.treated_by),
    }
    if outcome.looked is not None:  # said only where it is so: definitions without it keep the digest they had
        said |= {"looked": _rows(outcome.looked), "at_random": _text(outcome.at_random)}
    if outcome.amount is not None:
        said["amount"] = _amount(outcome.amount)
    return said


def _amount(amount: Amount) -> dict[str, Any]:
    return {"value": amount.value.text, "begins": amount.begins, "ends": amount.ends, "unit": amount.unit}


def _feature(feature: Feature) -> dict[str, Any]:
    return {
        "builder": feature.builder,
        "name": feature.name,
        "says": feature.says,
        "extract": None if feature.extract is None else feature.extract.__name__,
        "expr": _text(feature.expr),
        "where": _text(feature.where),
        "of": _text(feature.of),
        "window": _window(feature.window),
        "unit": feature.unit,
        "family": feature.family,
        "monotone": feature.monotone,
        "encode": feature.encode,
        "categories": list(feature.categories),
        "how": feature.how,
        "area": None if feature.area is None else [feature.area.extract.__name__, str(feature.area)],
    }


def _characteristic(each: Characteristic) -> dict[str, Any]:
    return {
        "name": each.name,
        "says": each.says,
        "extract": each.extract.__name__,
        "expr": each.expr.text,
        "protected": each.protected,
        "joint": each.joint,
        "counts": each.counts,
        "cuts": list(each.cuts),
    }


class _Reader:
    """Turns plain data back into definitions, with the contracts at hand."""

    def __init__(self, contracts: Mapping[str, type[Extract]]) -> None:
        self.contracts = contracts

    def extract(self, name: str) -> type[Extract]:
        if name not in self.contracts:
            raise DefinitionError(
                f"the definition reads the extract {name!r}, which has no contract here",
                expected=f"an extract of features/extracts.py{nearest(name, self.contracts)}",
                next_step="Declare the extract again, or read the definition in the workspace that wrote it.",
                who="the data scientist who trained the model",
            )
        return self.contracts[name]

    def window(self, data: Mapping[str, Any] | None) -> Window | None:
        return None if data is None else Window(data["days"], data["suffix"], data["label"])

    def rows(self, data: Mapping[str, Any]) -> Rows:
        extract = self.extract(data["extract"])
        if data["condition"] is None:
            return Rows(extract, None, data["having"])
        return where(extract, data["condition"], having=data["having"])

    def outcome(self, data: Mapping[str, Any]) -> Outcome:
        extract = self.extract(data["extract"])
        place = f"the outcome on {extract.__name__}"
        within = self.window(data["within"])
        looked = None if data.get("looked") is None else self.rows(data["looked"])
        return Outcome(
            extract=extract,
            condition=condition_of(extract, data["condition"], place, as_of=False),
            within=within if within is not None else Window(0, "", ""),
            times_running=data["times_running"],
            says=data["says"],
            settles_after=self.window(data["settles_after"]),
            censored_by=data["censored_by"],
            competes_with=data["competes_with"],
            treated_by=None if data["treated_by"] is None else self.rows(data["treated_by"]),
            looked=looked,
            at_random=at_random_of(looked, data.get("at_random")),
            amount=None if data.get("amount") is None else amount_of(extract, **data["amount"]),
        )

    def feature(self, data: Mapping[str, Any]) -> Feature:
        extract = None if data["extract"] is None else self.extract(data["extract"])
        name, expr = data["name"], data["expr"]
        shared = {key: data[key] for key in ("builder", "name", "says", "unit", "family", "monotone", "encode", "how")}
        if extract is None:
            return Feature(**shared, text=expr)
        read = snippet_of if data["builder"] in ("attribute", "distinct") else value_of
        return Feature(
            **shared,
            extract=extract,
            expr=None if expr is None else read(extract, expr, name),
            where=snippet_of(extract, data["where"], name, flag=True),
            of=snippet_of(extract, data["of"], name, flag=True),
            window=self.window(data["window"]),
            categories=tuple(data["categories"]),
            area=self.area(data["area"]),
        )

    def area(self, data: list[str] | None) -> ColumnRef | None:
        if data is None:
            return None
        extract, column = self.extract(data[0]), data[1]
        kinds = {name: spec.kind for name, spec in extract.columns().items()}
        parse(column, kinds, place=f"the area {extract.__name__}.{column}", as_of=False)
        return ColumnRef(column, extract)

    def characteristic(self, data: Mapping[str, Any]) -> Characteristic:
        extract, place = self.extract(data["extract"]), f"characteristic {data['name']!r}"
        expr = parse(data["expr"], {name: spec.kind for name, spec in extract.columns().items()}, place=place)
        refuse_overwritten(extract, expr, place)
        return Characteristic(
            name=data["name"],
            says=data["says"],
            extract=extract,
            expr=expr,
            protected=data["protected"],
            joint=data["joint"],
            counts=data["counts"],
            cuts=tuple(data["cuts"]),
        )
