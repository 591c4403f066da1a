"""Whether the register of sources and the contracts of the lake say the same: where they differ is a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from riskmodels.governance.documents.register import Register, RegisteredSource

__all__ = ["DeclaredExtract", "DeclaredSource", "ExtractContract", "declared_sources", "register_findings"]

_FILE = "ethics/sources.yaml"
_COMPARED = ("owner", "system", "regime", "lawful_basis", "gateway", "retention")


class ExtractContract(Protocol):
    """What is asked of a contract of ``features/extracts.py``; the lake's own classes fit."""

    def source(self) -> Any:
        """Give the source."""

    def history(self) -> Any:
        """Give the two clocks."""

    def columns(self) -> Mapping[str, Any]:
        """Give the columns."""


@dataclass(frozen=True)
class DeclaredExtract:
    """One contract: how it keeps the past, and which columns are special category or protected characteristics."""

    history: str
    columns: tuple[str, ...]
    special_category: tuple[str, ...]
    protected: tuple[str, ...]


@dataclass(frozen=True)
class DeclaredSource:
    """One source as the contracts declare it."""

    name: str
    owner: str
    system: str
    regime: str
    lawful_basis: str
    gateway: str
    purposes: tuple[str, ...]
    retention: str
    extracts: Mapping[str, DeclaredExtract]


def declared_sources(contracts: Mapping[str, ExtractContract]) -> tuple[DeclaredSource, ...]:
    """Gather the sources that contracts declare, each with its extracts.

    Parameters
    ----------
    contracts : mapping of str to Extract
        The contracts by class name, such as ``ws.contracts``.
    """
    extracts: dict[Any, dict[str, DeclaredExtract]] = {}
    for name, contract in contracts.items():
        extracts.setdefault(contract.source(), {})[name] = _extract(contract)
    return tuple(
        DeclaredSource(
            name=one.name,
            owner=one.owner,
            system=one.system,
            regime=one.regime,
            lawful_basis=one.lawful_basis,
            gateway=one.gateway,
            purposes=tuple(one.purposes),
            retention=one.retention,
            extracts=held,
        )
        for one, held in extracts.items()
    )


def _extract(contract: ExtractContract) -> DeclaredExtract:
    columns = contract.columns()
    return DeclaredExtract(
        history=contract.history().manner,
        columns=tuple(columns),
        special_category=tuple(name for name, one in columns.items() if one.special_category),
        protected=tuple(name for name, one in columns.items() if one.protected),
    )


def register_findings(register: Register, declared: tuple[DeclaredSource, ...]) -> tuple[str, ...]:
    """List where the register and the contracts differ.

    Parameters
    ----------
    register : Register
        What ``ethics/sources.yaml`` says.
    declared : tuple of DeclaredSource
        What ``features/extracts.py`` says, from :func:`declared_sources`.
    """
    found: list[str] = []
    for one in declared:
        held = register.sources.get(one.name)
        if held is None:
            found.append(f"C27: {_FILE} has no source {one.name}, which features/extracts.py declares")
            continue
        found += _terms(held, one)
        found += _extracts(held, one)
    extra = [name for name in register.sources if name not in {one.name for one in declared}]
    found += [f"C27: {_FILE}, sources.{name} is not declared in features/extracts.py" for name in extra]
    return tuple(found)


def _terms(held: RegisteredSource, one: DeclaredSource) -> list[str]:
    wrong = [part for part in _COMPARED if getattr(held, part) != getattr(one, part)]
    rule = {"retention": "C29"}
    found = [
        f"{rule.get(part, 'C27')}: {_FILE}, sources.{one.name}.{part} differs from features/extracts.py"
        for part in wrong
    ]
    if set(held.purposes) != set(one.purposes):
        apart = sorted(set(held.purposes) ^ set(one.purposes))
        found.append(
            f"C27: {_FILE}, sources.{one.name}.purposes differs from features/extracts.py in {', '.join(apart)}"
        )
    return found


def _extracts(held: RegisteredSource, one: DeclaredSource) -> list[str]:
    place, found = f"{_FILE}, sources.{one.name}.extracts", []
    for name, extract in one.extracts.items():
        entry = held.extracts.get(name)
        if entry is None:
            found.append(f"C27: {place} lacks {name}, which features/extracts.py declares")
            continue
        if entry.history != extract.history:
            found.append(f"C27: {place}.{name}.history is {entry.history}, and {extract.history} in its contract")
        if entry.special_category is not None and entry.special_category != bool(extract.special_category):
            columns = ", ".join(extract.special_category) or "none of its columns"
            found.append(f"C3: {place}.{name}.special_category differs from its contract, which marks {columns}")
    extra = [name for name in held.extracts if name not in one.extracts]
    return [*found, *(f"C27: {place}.{name} is not declared in features/extracts.py" for name in extra)]
