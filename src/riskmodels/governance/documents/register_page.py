"""The register of sources as a page, for readers who do not open YAML."""

from __future__ import annotations

from riskmodels.governance.documents.pages import day, table, written_table
from riskmodels.governance.documents.register import Register, RegisteredSource

__all__ = ["register_page"]


def register_page(register: Register) -> str:
    """Lay out the register in Markdown. People wrote all of it."""
    lines = [
        f"# Register of sources: {register.council}",
        "",
        f"Written in `ethics/sources.yaml`, SHA-256 `{register.digest}`.",
        "",
    ]
    lines += ["## Purposes", "", *written_table(("Purpose", "What it means"), list(register.purposes.items()))]
    for name, source in register.sources.items():
        lines += [f"## {name}", "", *written_table(("What", "Entry"), _terms(source))]
        rows = [
            (extract, entry.holds, entry.history, _yes(entry.special_category), ", ".join(source.purposes_of(extract)))
            for extract, entry in source.extracts.items()
        ]
        head = ("Extract", "What it holds", "How it keeps the past", "Special category", "Purposes allowed")
        lines += [*table(head, rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _terms(source: RegisteredSource) -> list[tuple[str, str]]:
    held = source.agreement
    agreement = f"{held.reference}, signed on {day(held.signed_on)}, until {day(held.ends)}"
    return [
        ("Owner", source.owner),
        ("System", source.system),
        ("Regime", source.regime),
        ("Lawful basis", source.lawful_basis),
        ("Statutory gateway", source.gateway),
        ("Personal data", _yes(source.personal_data)),
        ("Confidential health or care data", _yes(source.health_or_care)),
        ("Condition for special category data", source.special_category.condition or "none"),
        ("Purposes", ", ".join(source.purposes)),
        ("Sharing agreement", agreement if held.reference else f"None needed: {held.not_needed_because}"),
        ("Retention", source.retention),
    ]


def _yes(held: bool | None) -> str:
    return {True: "yes", False: "no", None: "not said"}[held]
