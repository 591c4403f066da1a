"""How a signed record becomes bytes: frozen, strict, and the same bytes every time."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = ["Record", "canonical", "sha256"]


class Record(BaseModel):
    """Frozen; a key that is not declared is refused, and so is a number that is not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def canonical(record: BaseModel | Any) -> bytes:
    """Give the one spelling of a record as JSON: keys in order, no spare space, UTF-8."""
    data = record.model_dump(mode="json") if isinstance(record, BaseModel) else record
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """Give the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
