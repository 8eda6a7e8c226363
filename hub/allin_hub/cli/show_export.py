"""Commands that show entries to staff, private fields included: show, export. Each look is noted."""

from __future__ import annotations

import datetime as dt
import sys

import orjson

from allin_hub.base.types import OFFICE
from allin_hub.cli.console import moment, opened, print_json, table
from allin_hub.cli.documents import ExportDocument
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import EMPTY, Column, line, readable
from allin_hub.config.toml_blocks import unknown
from allin_hub.entities.inspect import ShownEntity, exported, inspect, note_look
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.mapping.field_list import label
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import ENTITIES, Kind

KINDS = {
    Kind.ORGANISATION: text("organisation"),
    Kind.PERSON: text("person"),
    Kind.EVENT: text("event"),
    Kind.OPPORTUNITY: text("opportunity"),
    Kind.SERVICE: text("service"),
    Kind.PROJECT: text("project"),
}


def run_show(call: Call, word: str, why: str | None) -> None:
    """`allin show`."""
    with opened(call) as (hub, say):
        with reading(hub.engine) as connection:
            shown = inspect(connection, hub, *entities.the_one(connection, word))
        note_look(hub, "show", shown.id)
        if why is not None:
            _refuse_unknown_field(shown.kind, why)
        if call.json:
            print_json(shown if why is None else shown.origin(why))
        elif why is not None:
            _show_why(say, shown, why)
        else:
            _show_entry(call, hub, say, shown)


def _refuse_unknown_field(kind: Kind, name: str) -> None:
    known = ENTITIES[kind].model_fields
    if name not in known:
        raise unknown("The kind {kind} has no field '{word}'.", name, known, kind=kind.value)


def _show_entry(call: Call, hub: Hub, say: Voice, shown: ShownEntity) -> None:
    title = shown.data.get(ENTITIES[shown.kind].title_field) or shown.slug
    line(f"{readable(title)} ({say(KINDS[shown.kind])})")
    line(f"{shown.id}  {shown.slug}")
    merged = ", ".join(f"{one.source} {one.key}" for one in shown.claims if one.source != OFFICE)
    line(say("Merged from: {sources}", sources=merged))
    for one in shown.edits:
        at = moment(hub, say, one.at)
        line(say("Edited by the office: {field}, by {who}, {at}", field=one.path, who=one.by, at=at))
    line()
    rows = [
        [_named(say, shown.kind, name), readable(value), ", ".join(shown.winners(name)) or EMPTY]
        for name, value in sorted(shown.data.items())
        if value not in (None, "", [], {})
    ]
    table([Column(say("Field")), Column(say("Value"), wraps=True), Column(say("From"))], rows)
    line()
    fields = [name for name in sorted(shown.data) if shown.winners(name)] or ["name"]
    command = call.command(f"show {shown.slug} --why {fields[0]}")
    line(say("Why a field has its value: {command}", command=command))


def _named(say: Voice, kind: Kind, name: str) -> str:
    """A field as staff know it, with its name in the model."""
    called = label(kind, name, say.language)
    return name if say.language == "en" or called == name else f"{called} ({name})"


def _show_why(say: Voice, shown: ShownEntity, field: str) -> None:
    line(f"{field} = {readable(shown.data.get(field))}")
    line()
    columns = [
        Column(say("Rank"), right=True),
        Column(say("Source")),
        Column(say("Key")),
        Column(say("Trust"), right=True),
        Column(say("As of"), spare=True),
        Column(say("Says"), wraps=True),
    ]
    rows = [
        [rank, one.source, one.key, one.trust, _day(one.updated_at), readable(one.data.get(field))]
        for rank, one in enumerate(shown.claims, 1)
    ]
    table(columns, rows)
    line()
    line(say("The first that says something wins: higher trust, then newer, then the source's name."))


def _day(moment: dt.datetime | None) -> str:
    return EMPTY if moment is None else moment.date().isoformat()


def run_export(call: Call, kind: str) -> None:
    """`allin export`."""
    if kind not in {one.value for one in Kind}:
        raise unknown("There is no kind '{word}'.", kind, [one.value for one in Kind])
    with opened(call) as (hub, _):
        with reading(hub.engine) as connection:
            found = exported(connection, hub, Kind(kind))
            if call.json:
                print_json(ExportDocument(tuple(found)))
            else:
                for one in found:
                    sys.stdout.write(orjson.dumps(one).decode() + "\n")
        note_look(hub, "export", kind)
