"""What is wrong with words that people wrote: blanks, placeholders, figures typed by hand, marks of a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["blanks", "is_placeholder", "personal_mailbox", "personal_marks", "place_of", "placeholder", "typed_figure"]

_PLACEHOLDER = re.compile(
    r"\bt\.?b\.?[cda]\b|\btodo\b|\bfixme\b|\{\{|\}\}|\bto be (?:confirmed|decided|completed|added)\b|\blorem\b"
    r"|\bx{3,}\b|\bas above\b|\?{3,}|<(?:insert|add|name|date|role)\b[^>]*>|\[(?:insert|add)\b[^\]]*\]",
    re.IGNORECASE,
)

_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2})\b")
_SMALL_POSTCODE = re.compile(r"\b[a-z]{1,2}[0-9][a-z0-9]? [0-9](?!st\b|nd\b|rd\b|th\b)[abd-hjlnp-uw-z]{2}\b")
_NATIONAL_INSURANCE = re.compile(r"\b[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]\b")
_NHS_NUMBER = re.compile(r"(?<![\w,.])\d{3}[ -]\d{3}[ -]\d{4}(?![\w,.]\d)\b")
_LONG_NUMBER = re.compile(r"(?<![\w.,-])\d{9,12}(?![\w-])")
_MAILBOX = re.compile(r"\b([A-Za-z0-9._%+'-]+)@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b")

_ROLE_WORDS = frozenset(
    [
        "access",
        "advice",
        "ai",
        "appeals",
        "board",
        "care",
        "collection",
        "commissioning",
        "complaint",
        "complaints",
        "contact",
        "council",
        "customer",
        "customers",
        "data",
        "dpo",
        "enquiries",
        "enquiry",
        "equalities",
        "equality",
        "ethics",
        "feedback",
        "foi",
        "governance",
        "help",
        "helpdesk",
        "homes",
        "housing",
        "income",
        "info",
        "information",
        "legal",
        "licences",
        "licensing",
        "mailbox",
        "model",
        "models",
        "no",
        "office",
        "officer",
        "planning",
        "privacy",
        "protection",
        "rent",
        "rents",
        "reply",
        "requests",
        "review",
        "reviews",
        "rights",
        "sar",
        "service",
        "services",
        "social",
        "support",
        "team",
        "tenancy",
        "tenant",
        "tenants",
        "transparency",
    ]
)

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\d)[^.!?\n]*)*")
_MEASURE = re.compile(
    r"\b(?:auc|roc|accura\w+|precision|recall|sensitivity|specificity|calibration|brier|lift|f1|r2|error rate)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\b0?\.\d+|\b\d+(?:\.\d+)? ?(?:%|per ?cent\b)")


def placeholder(text: str) -> str | None:
    """Give the words by which a text shows that it is still to be written, or None."""
    found = _PLACEHOLDER.search(text)
    if found is None:
        return None
    return {"<": "<...>", "[": "[...]"}.get(found[0][0], found[0])  # what stands in brackets may be somebody's


def is_placeholder(text: str) -> bool:
    """Say whether a text is still to be written."""
    return placeholder(text) is not None


def blanks(words: Mapping[str, str | None], *, where: str, rule: str) -> list[str]:
    """Name the texts that are empty or only hold a place.

    Parameters
    ----------
    words : mapping of str to str or None
        The texts by their key.
    where : str
        The file's name, as people know it.
    rule : str
        The rule that asks for them, such as ``"C1"``.
    """
    found = []
    for key, text in words.items():
        mark = None if text is None else placeholder(text)
        if not (text or "").strip():
            found.append(f"{rule}: {place_of(where, key)} is empty")
        elif mark is not None:
            found.append(f"{rule}: {place_of(where, key)} is still to be written ({mark!r})")
    return found


def place_of(where: str, key: str) -> str:
    """Word where a text stands: the file, and the key in it."""
    return f"{where}, {key}"


def typed_figure(text: str) -> bool:
    """Say whether a sentence types a measure of the model by hand: such figures come from the run alone."""
    return any(_MEASURE.search(one) and _FIGURE.search(one) for one in _SENTENCE.findall(text))


def personal_mailbox(text: str) -> bool:
    """Say whether an address is a person's (``first.last@``) rather than a team's."""
    return any(_is_a_name(one) for one in _MAILBOX.findall(text))


def _is_a_name(local: str) -> bool:
    parts = [part for part in re.split(r"[._-]", local.lower()) if part]
    return len(parts) in (2, 3) and all(part.isalpha() for part in parts) and not _ROLE_WORDS & set(parts)


def personal_marks(text: str) -> tuple[str, ...]:
    """Name what looks as if it pointed to a person or a home; what it was is never repeated."""
    marks: Iterable[tuple[bool, str]] = (
        (bool(_POSTCODE.search(text) or _SMALL_POSTCODE.search(text)), "a postcode"),
        (bool(_NATIONAL_INSURANCE.search(text)), "a National Insurance number"),
        (bool(_NHS_NUMBER.search(text)), "an NHS number"),
        (bool(_LONG_NUMBER.search(text)), "a property reference or another long number"),
        (personal_mailbox(text), "the mail address of a person"),
    )
    return tuple(words for held, words in marks if held)
