"""Tells which fields of an entity are public texts, by the model: each is looked at for persons before it is shown."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

from allin_schemas import ENTITIES, Internal, Kind, Private
from allin_schemas.marks import marked

Mode = Literal["prose", "names", "place", "link", "image", "phone", "rule", "id", "terms"]
PERSONS_OWN = frozenset(
    {"name", "given", "family", "email", "phones", "salutation", "pronouns", "type", "messenger"}
)
"""Fields of a person or role that are no texts: the gate decides on them by consent and role."""
UNLOOKED = frozenset({"code", "currency", "email", "id", "language", "slug", "source_version", "zone"})
"""Codes that a pattern bounds or the hub makes; mails of organisations are judged when they are read."""
_NAMES = frozenset({"legal_name", "alternate_names", "short_name", "function", "department", "reach_note"})
_TERMS = frozenset({"topics", "audience"})
"""Words under which entries are listed, each with a page of its own: what only may be a name is none."""
_PLACES = frozenset({"extra", "room", "meeting_point", "time_note", "documents", "access"})


class PublicText(NamedTuple):
    """One public text of an entity: where it stands, and how it is looked at."""

    path: str
    text: str
    mode: Mode


@cache
def text_fields(kind: Kind) -> tuple[str, ...]:
    """The public fields of a kind that hold texts somewhere within."""
    model = ENTITIES[kind]
    hidden = (
        marked(model, Internal) if kind is Kind.PERSON else marked(model, Internal) | marked(model, Private)
    )
    own = PERSONS_OWN if kind is Kind.PERSON else frozenset[str]()
    return tuple(
        name
        for name, info in model.model_fields.items()
        if name not in hidden | own | UNLOOKED and _holds_text(info.annotation)
    )


def _holds_text(annotation: Any) -> bool:
    """Whether a type holds free text: a plain string, alone or within a list or another value."""
    if get_origin(annotation) is Annotated:
        return _holds_text(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType, list, dict}:
        return any(map(_holds_text, get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if issubclass(annotation, RootModel):
            return True
        return any(
            name not in UNLOOKED and _holds_text(info.annotation)
            for name, info in annotation.model_fields.items()
        )
    return annotation is str


def public_texts(field: str, value: Any) -> list[PublicText]:
    """Every text within a field, with its path: `places.0.hours.note`."""
    found: list[PublicText] = []
    _gather(found, value, path=field, name=field, parent="")
    return found


def _gather(found: list[PublicText], value: Any, *, path: str, name: str, parent: str) -> None:
    """Add the texts of a value; `parent` is the name of what it stands in, '' for a field of the entity."""
    if isinstance(value, str):
        found.append(PublicText(path, value, _mode(name, parent)))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            _gather(found, item, path=f"{path}.{at}", name=name, parent=parent)
    elif isinstance(value, dict):
        if "number" in value and name == "phones":
            if value.get("type") not in _OFFICE_PHONES:
                found.append(PublicText(path, str(value["number"]), "phone"))
            return
        by_language = name == "description"
        for key, inner in value.items():
            if inner and key not in _NO_TEXT and isinstance(inner, _HOLDS_TEXT):
                inside = name if by_language else key
                _gather(found, inner, path=f"{path}.{key}", name=inside, parent=name)


_OFFICE_PHONES = frozenset({"office", "hotline", "fax"})
_LINKS = frozenset({"website", "social", "url", "registration_url", "public_url", "appointment_url"})
_IMAGES = frozenset({"image", "logo"})
_HOLDS_TEXT = (str, list, dict)
_NO_TEXT = UNLOOKED | frozenset(
    {
        "opens",
        "closes",
        "weekday",
        "start",
        "end",
        "recurrence_id",
        "lat",
        "lon",
        "geo_checked_at",
        "country",
        "org_id",
        "deadline",
        "origin",
        "outdated",
    }
)


@cache
def _mode(name: str, parent: str) -> Mode:
    """How a text is looked at, by its name and the name of what it stands in: '' for a field of the entity."""
    if name in _LINKS:
        return "link"
    if name in _IMAGES:
        return "image"
    if name == "phone":
        return "phone"
    if name == "rrule":
        return "rule"
    if name == "value":
        return "id"
    if name in _TERMS:
        return "terms"
    if name in _NAMES:
        return "names"
    if name in _PLACES or (parent, name) == ("hours", "note"):
        return "place"
    if name == "name" and parent:
        return "place"
    return "prose"
