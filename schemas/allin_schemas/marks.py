"""What a field's annotation can say about it beyond its type; the store, the readers and the gate ask here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Private:
    """The field can name a person: it is sealed in the store and shown only after the gate."""


@dataclass(frozen=True, slots=True)
class ByHub:
    """The hub sets the field; no source can claim it."""


@dataclass(frozen=True, slots=True)
class Internal:
    """The field steers the hub and is never published or exported to the public."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The name of the reader in `allin_schemas.reading` that understands what people write into the field."""

    reader: str


@dataclass(frozen=True, slots=True)
class RefersTo:
    """The field holds the id of another entity; drafts give its key, identifier or name as `via`."""

    kind: str
    via: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A list whose items belong together: merged as one unit from the best claim, never item by item."""


@cache
def marked(model: type[BaseModel], mark: Any) -> frozenset[str]:
    """Names of the model's fields that carry a mark of this type."""
    return frozenset(name for name, field in model.model_fields.items() if mark_of(model, name, mark))


@cache
def mark_of(model: type[BaseModel], field: str, mark: Any) -> Any:
    """The mark of this type on a field, or None."""
    info = model.model_fields[field]
    return next(
        (found for found in (*info.metadata, *_inner(info.annotation)) if isinstance(found, mark)), None
    )


def _inner(annotation: Any) -> list[Any]:
    """Metadata of the members of a union: `Email | None` carries what `Email` says."""
    return [
        found
        for member in get_args(annotation)
        if get_origin(member) is Annotated
        for found in member.__metadata__
    ]
