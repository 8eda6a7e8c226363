"""Takes a draft apart: fields to read, nested contacts, references to other entities, and answers about consent.

A draft may be flat with dotted paths (`places.postal_code`), nested, or both; here it becomes one shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

from allin_hub.base.types import Draft
from allin_schemas import ENTITIES, Kind, Localized, LocalizedText, Private, Reads, RefersTo
from allin_schemas.marks import ByHub, mark_of, marked

"""Fields whose parts may come apart, as `places.street`."""
_ORIGIN: str = Localized.model_fields["origin"].default.value
_CONTACT, _ANSWER = "contacts.", "consent."
_NESTED = frozenset({"contacts", "consents", "consent"})


@dataclass(slots=True)
class Answer:
    """What a person said about one purpose, in which words, when."""

    purpose: str
    answer: Any
    wording: str = ""
    at: Any = None
    column: str | None = None


@dataclass(slots=True)
class Parts:
    """A draft taken apart. `fields` are top-level fields; `references` go by field name."""

    kind: Kind
    fields: dict[str, Any] = field(default_factory=dict)
    references: dict[str, Any] = field(default_factory=dict)
    contacts: list[Parts] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@cache
def references_of(kind: Kind) -> dict[str, str]:
    """Path in a draft -> field: `organiser` -> `organiser_org_id`."""
    entity = ENTITIES[kind]
    found = {}
    for name in entity.model_fields:
        mark = mark_of(entity, name, RefersTo)
        if mark is not None:
            found[mark.via] = name
            found[name] = name
    return found


@cache
def localized(kind: Kind) -> frozenset[str]:
    """Fields that hold a text in several languages."""
    entity = ENTITIES[kind]
    return frozenset(
        name for name, info in entity.model_fields.items() if LocalizedText.__name__ in str(info.annotation)
    )


@cache
def fields_of(kind: Kind) -> frozenset[str]:
    """Fields that a draft can fill."""
    entity = ENTITIES[kind]
    return frozenset(entity.model_fields) - marked(entity, ByHub)


@cache
def reader_of(kind: Kind, name: str) -> str | None:
    """The reader of a field, or None where the value passes as it is."""
    if name in localized(kind):
        return "text"
    mark = mark_of(ENTITIES[kind], name, Reads)
    return None if mark is None else str(mark.reader)


@dataclass(frozen=True, slots=True)
class Way:
    """How a field of a kind is read: by which reader, as texts in languages, and whether it can name a person."""

    reader: str | None
    localized: bool
    private: bool


@cache
def ways(kind: Kind) -> dict[str, Way]:
    """Field -> how it is read."""
    private = marked(ENTITIES[kind], Private)
    return {
        name: Way(reader_of(kind, name), name in localized(kind), name in private)
        for name in ENTITIES[kind].model_fields
    }


class _Plan(NamedTuple):
    """Where each path of a draft goes, for drafts that have the same paths in the same order."""

    fields: tuple[str, ...]
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    references: tuple[tuple[str, str], ...]
    contact: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


@lru_cache(maxsize=1_000)
def _plan(kind: Kind, paths: tuple[str, ...]) -> _Plan | None:
    """The plan of a flat draft; None where values must be looked at to know where they go."""
    fields, references = fields_of(kind), references_of(kind)
    parts: dict[str, list[tuple[str, str]]] = {}
    plan = _Plan(
        tuple(path for path in paths if path in fields and path not in references),
        (),
        tuple((references[path], path) for path in paths if path in references),
        tuple((path.removeprefix(_CONTACT), path) for path in paths if path.startswith(_CONTACT)),
        tuple((path.removeprefix(_ANSWER), path) for path in paths if path.startswith(_ANSWER)),
        (),
    )
    placed = {*plan.fields, *references, *(path for _, path in (*plan.contact, *plan.answers))}
    unknown = []
    for path in paths:
        if path in placed:
            continue
        if path in _NESTED:
            return None
        head, _, rest = path.partition(".")
        if not rest or head not in fields:
            unknown.append(path)
        elif head in plan.fields:
            return None
        else:
            parts.setdefault(head, []).append((rest, path))
    grouped = tuple((name, tuple(pairs)) for name, pairs in parts.items())
    return plan._replace(parts=grouped, unknown=tuple(unknown))


def take_apart(kind: Kind, draft: Draft) -> Parts:
    """One draft as fields, references, contacts and answers."""
    if None in draft.values() or "" in draft.values():
        draft = {path: value for path, value in draft.items() if value is not None and value != ""}
    plan = _plan(kind, tuple(draft))
    if plan is None:
        return _apart(kind, draft)
    fields = {name: draft[name] for name in plan.fields}
    for name, pairs in plan.parts:
        fields[name] = {part: draft[path] for part, path in pairs}
    parts = Parts(kind, fields)
    if plan.references:
        parts.references = {name: draft[path] for name, path in plan.references}
    if plan.answers:
        parts.answers = [Answer(purpose, draft[path]) for purpose, path in plan.answers]
    if plan.contact:
        _merge_contact(parts, {part: draft[path] for part, path in plan.contact})
    if plan.unknown:
        parts.unknown = list(plan.unknown)
    return parts


def _merge_contact(parts: Parts, draft: Draft) -> None:
    """Take in a contact whose fields stand beside the record's own."""
    contact = take_apart(Kind.PERSON, draft)
    if contact.fields or contact.answers:
        parts.contacts.append(contact)


def _apart(kind: Kind, draft: Draft) -> Parts:
    """Take a draft apart that is nested, or says a field in one piece and in parts."""
    parts = Parts(kind)
    fields = fields_of(kind)
    references = references_of(kind)
    flat_contact: dict[str, Any] = {}
    for path, value in draft.items():
        if path in references:
            parts.references[references[path]] = value
        elif path in fields:
            if path in parts.fields:
                _put(parts.fields, path, value, whole=True)
            else:
                parts.fields[path] = value
        elif path == "contacts":
            parts.contacts.extend(take_apart(Kind.PERSON, contact) for contact in _dicts(value))
        elif path == "consents":
            parts.answers.extend(Answer(**_known_answer(answer)) for answer in _dicts(value))
        elif path.startswith(_CONTACT):
            flat_contact[path.removeprefix(_CONTACT)] = value
        elif path.startswith(_ANSWER):
            parts.answers.append(Answer(path.removeprefix(_ANSWER), value))
        elif path == "consent" and isinstance(value, Mapping):
            parts.answers.extend(Answer(str(purpose), answer) for purpose, answer in value.items())
        else:
            head, _, rest = path.partition(".")
            if rest and head in fields:
                _put(parts.fields, head, value, part=rest)
            else:
                parts.unknown.append(path)
    if flat_contact:
        _merge_contact(parts, flat_contact)
    return parts


def _put(fields: dict[str, Any], name: str, value: Any, *, part: str = "", whole: bool = False) -> None:
    """Collect a whole value and its parts side by side; the parts win where both say something."""
    if whole and name not in fields:
        fields[name] = value
        return
    here = fields.get(name)
    if whole:
        fields[name] = {"raw": value, **here} if isinstance(here, dict) else value
        return
    if not isinstance(here, dict):
        here = {} if here is None else {"raw": here}
        fields[name] = here
    here[part] = value


def _dicts(value: Any) -> Iterable[Mapping[str, Any]]:
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def _known_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": str(answer.get("purpose", "")),
        "answer": answer.get("answer"),
        "wording": str(answer.get("wording") or ""),
        "at": answer.get("at"),
        "column": answer.get("column"),
    }


def texts(value: Any, language: str) -> dict[str, Any]:
    """What was written for a localised field as language -> text: a plain text is in the source's language."""
    if value.__class__ is not str and isinstance(value, Mapping):
        return {language if name == "raw" else str(name): text for name, text in value.items()}
    return {language: value}


def localized_value(text: str) -> dict[str, Any]:
    """A text as the model stores it."""
    return {"text": text, "origin": _ORIGIN}
