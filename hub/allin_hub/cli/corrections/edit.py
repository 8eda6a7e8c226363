"""`allin edit`: what the office itself says of an entry, above all sources."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from allin_hub.base.errors import ConfigError
from allin_hub.base.problems import Problem
from allin_hub.cli.console import moment, opened, print_json, table
from allin_hub.cli.documents import EditDocument, ReadProblem
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import EMPTY, Column, command_line, line, readable, tell
from allin_hub.entities.inspect import note_look
from allin_hub.entities.office_edits import OfficeEdit
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice
from allin_hub.manage.edit_entry import Change, Edited, edit, edits, is_private, take_back


def run_edit(call: Call, word: str | None, written: Sequence[str], *, back: bool) -> None:
    """`allin edit`."""
    with opened(call) as (hub, say):
        if word is None or not written:
            if back:
                raise ConfigError(
                    "Which field is to be taken back?", hint="For example: allin edit ID website --back"
                )
            found = edits(hub, word)
            note_look(hub, "show", found[0].entity if word and found else "edits")
            if call.json:
                print_json(EditDocument(tuple(found), ()))
            else:
                _show(hub, say, found, none=say("The office has edited nothing here."))
            return
        done = take_back(hub, word, written) if back else edit(hub, word, _changes(hub, say, word, written))
        if call.json:
            problems = tuple(_printed(say, one) for one in done.problems)
            print_json(EditDocument(done.edits, problems))
            return
        _outcome(call, hub, say, done, back=back)


def _printed(say: Voice, one: Problem) -> ReadProblem:
    return ReadProblem(
        one.code, one.severity, one.key, one.sheet, one.row, one.column, one.field,
        one.message(say.language), one.hint(say.language),
    )  # fmt: skip


def _changes(hub: Hub, say: Voice, word: str, written: Sequence[str]) -> list[Change]:
    """What is to be said; a value that can name a person is asked for, so that no shell keeps it."""
    found = []
    for one in written:
        path, equals, value = one.partition("=")
        if equals and value and is_private(hub, word, path):
            raise ConfigError(
                "'{field}' can name a person: its value is not written behind the command.",
                hint="Leave it out and you are asked for it: allin edit {entry} {field}",
                field=path,
                entry=word,
            )
        if not equals:
            is_private(hub, word, path)
            tell(say("{field}: what is to stand there? Only Enter leaves all as it is.", field=path))
            value = sys.stdin.readline().rstrip("\n")
            if not value.strip():
                raise ConfigError("Nothing was changed.", hint="To empty a field: allin edit ID FIELD=")
        found.append(Change(path, value))
    return found


def _outcome(call: Call, hub: Hub, say: Voice, done: Edited, *, back: bool) -> None:
    for one in done.problems:
        line(f"{one.message(say.language)} {one.hint(say.language)}")
    if back:
        line(say("The sources say again what stands there."))
    _show(hub, say, done.edits, none=say("The office has edited nothing here."))
    line()
    line(say("It shows with the next publish:"))
    command_line(call.command("publish"))


def _show(hub: Hub, say: Voice, found: Sequence[OfficeEdit], *, none: str) -> None:
    if not found:
        line(none)
        return
    columns = [
        Column(say("Entry"), spare=True),
        Column(say("Field")),
        Column(say("Value"), wraps=True),
        Column(say("By")),
        Column(say("When")),
    ]
    rows = [
        [
            one.entity,
            one.path,
            readable(one.value) if one.value else say("emptied"),
            one.by or EMPTY,
            moment(hub, say, one.at),
        ]
        for one in found
    ]
    table(columns, rows)
