"""The paths that a column can lead to: derived from the model, so that a new field needs no second list."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, RootModel

from allin_hub.base.errors import ConfigError
from allin_schemas import (
    ENTITIES,
    Accessibility,
    Apply,
    ByHub,
    Cost,
    Kind,
    Person,
    Place,
    Purpose,
    RefersTo,
    Role,
    Slot,
)
from allin_schemas.marks import mark_of

IGNORED = frozenset({"", "-"})
"""Written for a column that is left out on purpose."""

_COMPOSED = (Place, Cost, Accessibility, Apply, Role, Slot)
"""Values that people spread over several columns; the others stand in one cell."""

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


@cache
def known_paths(kind: Kind) -> frozenset[str]:
    """Every path of a draft of this kind; localised texts and attributes take one more part."""
    return frozenset(_paths(kind))


@cache
def list_paths(kind: Kind) -> frozenset[str]:
    """List the paths that take several values."""
    return frozenset(path for path, several in _paths(kind).items() if several)


def is_path(kind: Kind, path: str) -> bool:
    """Whether the model knows this path."""
    if path in known_paths(kind):
        return True
    head, _, tail = path.rpartition(".")
    return bool(tail) and (head == "attributes" or (head in _texts(kind) and _TAG.match(tail) is not None))


def checked(kind: Kind, column: str, path: str) -> str:
    """Give the path back, or raise a ConfigError that names the nearest valid one."""
    if path in IGNORED or is_path(kind, path):
        return path
    near = difflib.get_close_matches(path, sorted(known_paths(kind)), n=1, cutoff=0.5)
    hint = (
        "Did you mean '{nearest}'?" if near else "Paths are fields of the model, like name or contacts.email."
    )
    raise ConfigError(
        "The column '{column}' leads to '{path}', which is no field of the kind {kind}.",
        hint=hint,
        column=column,
        path=path,
        kind=str(kind),
        nearest=near[0] if near else None,
    )


@cache
def _paths(kind: Kind) -> dict[str, bool]:
    """Path -> whether it takes several values."""
    found = dict(_of_model(ENTITIES[kind]))
    found.pop("attributes", None)
    if kind is Kind.PERSON:
        found.update({f"consent.{purpose}": True for purpose in Purpose})
        return found
    found["contacts"] = True
    own = {path: several for path, several in _of_model(Person) if path not in _HUBS_OWN}
    found.update({f"contacts.{path}": several for path, several in own.items()})
    found.update({f"contacts.consent.{purpose}": True for purpose in Purpose})
    return found


_HUBS_OWN = frozenset({"organisation", "steward", "attributes", "record_status", "licence"})
"""What a contact that stands within another record gets from there."""


def _of_model(model: type[BaseModel]) -> Iterator[tuple[str, bool]]:
    for name, field in model.model_fields.items():
        if mark_of(model, name, ByHub):
            continue
        reference = mark_of(model, name, RefersTo)
        if reference is not None:
            yield reference.via, False
            continue
        yield name, _is_list(field.annotation)
        for nested in _nested(field.annotation):
            for sub, several in _of_model(nested):
                yield f"{name}.{sub}", several


@cache
def _texts(kind: Kind) -> frozenset[str]:
    """List the fields that hold a text in several languages."""
    return frozenset(
        name
        for name, field in ENTITIES[kind].model_fields.items()
        if any(issubclass(found, RootModel) for found in _classes(field.annotation))
    )


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list or any(
        getattr(member, "__origin__", None) is list for member in get_args(annotation)
    )


def _nested(annotation: Any) -> list[type[BaseModel]]:
    return [found for found in _classes(annotation) if found in _COMPOSED]


def _classes(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for member in get_args(annotation) for found in _classes(member)]
