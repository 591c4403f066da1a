"""The card for programs: JSON after a published schema."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from riskmodels.governance.card.card import Card

__all__ = ["card_json", "card_schema", "published_schema"]

_TITLE = "Model card of riskmodels, version 1"


def card_json(card: Card) -> str:
    """Write a card as JSON: the same bytes for the same card.

    Examples
    --------
    A form that was stored is read again with ``Card.model_validate_json(text)``; pictures are in the HTML form alone.
    """
    return json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def card_schema() -> dict[str, Any]:
    """Give the JSON Schema of the card as the code stands."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **Card.model_json_schema(mode="serialization"), "title": _TITLE}


def published_schema() -> dict[str, Any]:
    """Give the JSON Schema that is published with the package."""
    path = resources.files("riskmodels.governance.card") / "schema" / "v1.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
