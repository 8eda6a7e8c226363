"""Holds the checked claim: it keeps the model's rules and waits to be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allin_hub.mapping.drafts import Answer
from allin_schemas import Kind


@dataclass(slots=True)
class CheckedClaim:
    """A claim that keeps the model's rules, not yet written. `slot` is empty for the record itself."""

    kind: Kind
    slot: str
    data: dict[str, Any]
    references: dict[str, Any] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
