"""Lets the office say itself what stands in an entry, above all sources, and take that back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from allin_hub.base.bindings import of_claim, of_raw
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.base.problems import Problem, Severity
from allin_hub.base.process_identity import user_name
from allin_hub.base.types import OFFICE
from allin_hub.config.toml_blocks import unknown
from allin_hub.entities.link import Linker
from allin_hub.entities.office_edits import OfficeEdit, Written, edits_of, written_of
from allin_hub.entities.record_keys import opened_fields
from allin_hub.entities.said_by_sources import said_by_sources
from allin_hub.entities.source_snapshot import with_left
from allin_hub.hub import Hub
from allin_hub.ingest.field_readings import breaking
from allin_hub.ingest.validate import Validator
from allin_hub.mapping.drafts import Parts, fields_of, localized, references_of
from allin_hub.privacy.person_keys import NOBODY, keys_of
from allin_hub.privacy.person_keys import written as written_keys
from allin_hub.store import claims, entities, runs, staging
from allin_hub.store.corrections import office_claims
from allin_hub.store.corrections.office_claims import OfficeRow, Said
from allin_hub.store.engine import reading, writing
from allin_schemas import ENTITIES, Kind, Private
from allin_schemas.marks import marked
from allin_schemas.reading import Context

STEERED = frozenset({"record_status", "visibility", "licence", "attributes", "sensitivity"})
"""Fields that steer the hub: they have commands and settings of their own."""


class _Place(NamedTuple):
    """Where a value was written: nowhere in a sheet."""

    key: str | None = None
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the office wants to say: a path of the entry, and what it writes there; nothing empties the field."""

    path: str
    written: str


@dataclass(frozen=True, slots=True)
class Edited:
    """An entry after an edit: what the office says of it now, and what was found in what it wrote."""

    entity: str
    kind: Kind
    edits: tuple[OfficeEdit, ...]
    problems: tuple[Problem, ...] = ()


def is_private(hub: Hub, word: str, path: str) -> bool:
    """Whether a field of an entry can name a person, so that its value must not stand in a command.

    Raises ConfigError when there is no such entry or field.
    """
    with reading(hub.engine) as connection:
        kind, _ = entities.the_one(connection, word)
    field = _field(kind, path)
    return kind is Kind.PERSON or field in marked(ENTITIES[kind], Private)


def edits(hub: Hub, word: str | None = None) -> list[OfficeEdit]:
    """What the office says, of one entry or of all, the oldest first."""
    with reading(hub.engine) as connection:
        if word is None:
            rows = office_claims.every(connection)
        else:
            rows = office_claims.of_entities(connection, [entities.the_one(connection, word)[1]])
        return edits_of(rows, hub.sealer)


def edit(hub: Hub, word: str, changes: Sequence[Change]) -> Edited:
    """Say what stands in an entry, all of it or nothing; it outranks every source until it is taken back.

    Raises ConfigError when there is no such entry or field, or when what was written cannot be read.
    """
    run_id, now = new_id(), hub.clock()
    found: list[Problem] = []
    with writing(hub.engine, Point.ENTRY_EDITED) as connection:
        kind, entity = entities.the_one(connection, word)
        stored = entities.load(connection, kind, [entity], hub.sealer)[entity]
        if stored.withdrawn_at is not None:
            raise ConfigError(
                "This entry is in no source any more.", hint="Only what a source brings can be edited."
            )
        hub.begin_run(connection, run_id, "edit", entity)
        data = dict(stored.data)
        for change in changes:
            unit, said, problems = _read(hub, kind, data, change)
            found += problems
            data |= _beside(kind, data, said)
            if _say(connection, hub, run_id, kind, entity, unit, said):
                hub.note(connection, "edit", entity, {"field": unit})
        Linker(connection, with_left(connection, hub), run_id).link(matching=False)
        runs.end_run(connection, run_id, "done", {}, None, now)
    return Edited(entity, kind, tuple(edits(hub, entity)), tuple(found))


def take_back(hub: Hub, word: str, paths: Iterable[str]) -> Edited:
    """Let the sources say again what stands in these fields.

    Raises ConfigError when the office says nothing of one of them.
    """
    run_id = new_id()
    with writing(hub.engine, Point.ENTRY_EDITED) as connection:
        kind, entity = entities.the_one(connection, word)
        rows = {
            written_of(row, hub.sealer).path: row for row in office_claims.of_entities(connection, [entity])
        }
        hub.begin_run(connection, run_id, "unedit", entity)
        for path in paths:
            units = [
                unit
                for unit in rows
                if unit == path or unit == _unit(kind, path) or unit.partition(".")[0] == path
            ]
            if not units:
                raise ConfigError(
                    "The office says nothing of '{field}' here.",
                    hint="What it says: allin edit {entry}",
                    field=path,
                    entry=word,
                )
            office_claims.take_back(connection, [rows.pop(unit) for unit in units], run_id)
            for unit in units:
                hub.note(connection, "unedit", entity, {"field": unit})
        Linker(connection, with_left(connection, hub), run_id).link(matching=False)
        runs.end_run(connection, run_id, "done", {}, None, hub.clock())
    return Edited(entity, kind, tuple(edits(hub, entity)))


def _beside(kind: Kind, data: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What the entry says then, for what is read after it: a text in one language leaves the others."""
    return {
        name: {**(data.get(name) or {}), **value} if name in localized(kind) and value else value
        for name, value in said.items()
        if name != "type" or kind is not Kind.PERSON
    }


_KEPT_APART = frozenset({"email_personal"})
"""Where something goes that is not what the field is for: a person's address that is written as the association's."""
_BESIDE_A_START = ("end", "rdates", "time_note")


def _field(kind: Kind, path: str) -> str:
    """The field that a path begins with.

    Raises ConfigError where the kind has none such, or the office cannot say it.
    """
    field = path.partition(".")[0]
    if field in references_of(kind):
        raise ConfigError(
            "'{field}' is another entry: it cannot be edited.",
            hint="Correct its name in the source, so that the hub finds it.",
            field=field,
        )
    known = fields_of(kind) - STEERED
    if field not in known:
        raise unknown("The kind {kind} has no field '{word}'.", field, sorted(known), kind=kind.value)
    return field


def _unit(kind: Kind, path: str) -> str:
    """The part of an entry that is said as a whole: a field, or a text in one language."""
    field, _, rest = path.partition(".")
    return path if rest and field in localized(kind) else field


def _read(
    hub: Hub, kind: Kind, data: Mapping[str, Any], change: Change
) -> tuple[str, dict[str, Any], list[Problem]]:
    """What is said of which unit, read as a cell of a sheet would be, and what was found in it."""
    field = _field(kind, change.path)
    steps = change.path.split(".")[1:]
    unit = _unit(kind, change.path)
    if not change.written.strip():
        if not steps and field in ENTITIES[kind].required:
            raise ConfigError("'{field}' cannot be empty.", hint="Write what it should be.", field=field)
        value = None if not steps else _emptied(kind, data, field, steps)
        if field in localized(kind) and steps:
            value = {steps[0]: None}
        return unit, {field: value}, []
    language = steps[0] if field in localized(kind) and steps else None
    part = next((step for step in steps if not step.isdigit()), None)
    cell: Any = change.written
    if language is not None:
        cell = {language: change.written}
    elif part is not None:
        cell = {part: change.written}
    said, problems = _checked(hub, kind, data, field, cell)
    if not said.keys() - {"type"} or (set(said) & _KEPT_APART and field not in said):
        raise _refused(change.path, problems)
    more = sorted(name for name in _BESIDE_A_START if name != field and said.get(name))
    if kind is Kind.EVENT and field == "start" and more:
        raise ConfigError(
            "That says more than '{field}': {value}.", hint="Write each by itself: allin edit ENTRY start=… end=…",
            field=field, value=", ".join(more),
        )  # fmt: skip
    if steps and language is None:
        said[field] = _placed(data.get(field), said.get(field), steps, change.path)
        if breaking(kind, field, [said[field]]):
            raise _refused(change.path, problems)
    if field in localized(kind) and language is None:
        unit = f"{field}.{next(iter(said[field]))}"
    return unit, said, problems


def _checked(
    hub: Hub, kind: Kind, data: Mapping[str, Any], field: str, cell: Any
) -> tuple[dict[str, Any], list[Problem]]:
    """Read a cell beside the entry's title, which decides whose an address is."""
    title = ENTITIES[kind].title_field
    fields = {title: data[title]} if title != field and data.get(title) and kind is not Kind.PERSON else {}
    parts = Parts(kind, {**fields, field: cell})
    language = hub.config.hub.languages[0]
    context = Context(
        zone=hub.config.hub.zone, court=hub.config.hub.court, today=_today(hub), language=language
    )
    outcome = Validator(context, None, language, hub.sealer.slot).check([(parts, _Place())])[0]
    said = {name: value for name, value in outcome.data.items() if name not in fields}
    problems = [
        one
        for one in outcome.problems
        if (one.field or "").partition(".")[0] == field and not (one.code.endswith("_MISSING") and said)
    ]
    return said, problems


def _today(hub: Hub) -> dt.date:
    return hub.clock().astimezone(ZoneInfo(hub.config.hub.zone)).date()


def _refused(path: str, problems: Sequence[Problem]) -> ConfigError:
    """Why nothing was noted: what was found in what was written."""
    worst = next(
        (one for one in problems if one.severity is not Severity.HINT), problems[0] if problems else None
    )
    if worst is None:
        return ConfigError(
            "What was written cannot be read as '{field}'.", hint="See how it stands: allin show", field=path
        )
    return ConfigError(worst.message("en"), hint=worst.hint("en"), code=worst.code, **worst.params)


def _placed(known: Any, read: Any, steps: Sequence[str], path: str) -> Any:
    """A field of which the office says a part: all else stays as it stands there now."""
    place = next((int(step) for step in steps if step.isdigit()), None)
    part = next((step for step in steps if not step.isdigit()), None)
    if isinstance(read, list):
        if len(read) != 1:
            raise ConfigError("Write one value for '{field}'.", hint="Or name the field alone.", field=path)
        read = read[0]
    if place is None:
        if isinstance(known, list):
            raise ConfigError(
                "'{field}' is a list: say which one.", hint="For example: {example}", field=steps[0],
                example=".".join([path.partition(".")[0], "0", *steps]),
            )  # fmt: skip
        return {**(known or {}), **read} if part is not None and isinstance(read, Mapping) else read
    items = list(known or ())
    if place > len(items):
        raise ConfigError("'{field}' is not there.", hint="They are counted from 0.", field=path)
    if place == len(items):
        return [*items, read]
    is_part = part is not None and isinstance(items[place], Mapping) and isinstance(read, Mapping)
    items[place] = {**items[place], **read} if is_part else read
    return items


def _emptied(kind: Kind, data: Mapping[str, Any], field: str, steps: Sequence[str]) -> Any:
    """A field without one of its parts."""
    if field in localized(kind):
        return None
    value = orjson.loads(orjson.dumps(data.get(field)))
    inner = value
    try:
        for step in steps[:-1]:
            inner = inner[int(step)] if isinstance(inner, list) else inner[step]
        if isinstance(inner, list):
            del inner[int(steps[-1])]
        else:
            inner.pop(steps[-1])
    except (KeyError, IndexError, ValueError, TypeError):
        raise ConfigError(
            "'{field}' is not there.", hint="They are counted from 0.", field=".".join([field, *steps])
        ) from None
    if value and breaking(kind, field, [value]):
        raise ConfigError("'{field}' cannot be empty.", hint="Write what it should be.", field=steps[-1])
    return value or None


def _say(
    connection: Connection, hub: Hub, run_id: str, kind: Kind, entity: str, unit: str, said: Mapping[str, Any]
) -> bool:
    """Write what the office says of a unit, in the place of what it said of it before; False where it says so already."""
    sealer, now = hub.sealer, hub.clock()
    field = unit.partition(".")[0]
    known_rows = office_claims.of_entities(connection, [entity])
    same = [row for row in known_rows if written_of(row, sealer).path == unit]
    if any(opened_fields(row.claim_id, row.version, row.data, row.sealed, sealer) == said for row in same):
        return False
    overlapping = [
        row
        for row in known_rows
        if row not in same
        and written_of(row, sealer).field == field
        and (unit == field or _is_whole(row, hub))
    ]
    office_claims.take_back(connection, overlapping, run_id)
    key = sealer.hash_text("key", f"{entity}\x1f{unit}")
    known = office_claims.known(connection, key)
    if same:
        known = same[0].raw_id, _known_of(same[0])
    raw_id, old = known if known is not None else (staging.reserve(connection, "raw", 1), None)
    claim_id = old.id if old is not None else staging.reserve(connection, "claim", 1)
    version = old.version + 1 if old is not None else 1
    behind = claims.of_entities(connection, [entity]).get(entity, [])
    anchors = sorted(one.id for one in behind if one.source != OFFICE)
    sources = said_by_sources(connection, hub, kind, entity)
    written = Written(unit, field, user_name(), entity, anchors, sources.get(field))
    private_names = marked(ENTITIES[kind], Private)
    private = dict(said) if kind is Kind.PERSON else {n: v for n, v in said.items() if n in private_names}
    public = {name: value for name, value in said.items() if name not in private}
    text = orjson.dumps(public, option=orjson.OPT_SORT_KEYS)
    keys = None
    if kind is Kind.PERSON:
        keys = written_keys([one for one in keys_of(said, sealer) if not one.startswith(NOBODY)])
    row = Said(
        raw_id,
        claim_id,
        key,
        kind.value,
        entity,
        text.decode(),
        sealer.seal(private, of_claim(claim_id, version)) if private else None,
        sealer.hashes([text + orjson.dumps(private, option=orjson.OPT_SORT_KEYS)])[0],
        version,
        keys,
        sealer.seal(written.content(), of_raw(raw_id)),
    )
    office_claims.say(connection, row, run_id, now, _today(hub).isoformat(), anew=old is not None)
    return True


def _known_of(row: OfficeRow) -> claims.KnownClaim:
    return claims.KnownClaim(row.claim_id, row.raw_id, "", row.kind, 1, row.entity_id, b"", row.version)


def _is_whole(row: OfficeRow, hub: Hub) -> bool:
    written = written_of(row, hub.sealer)
    return written.path == written.field
