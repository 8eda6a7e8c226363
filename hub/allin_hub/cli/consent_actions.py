"""Commands about a person's consent: show, give, withdraw. A person is named by id, or at a prompt."""

from __future__ import annotations

import sys

import typer

from allin_hub.base.errors import ConfigError
from allin_hub.cli.console import moment, opened, print_json, progress, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.sync_publish import show_publish
from allin_hub.cli.tables import EMPTY, Column, line, readable, tell
from allin_hub.config.toml_blocks import unknown
from allin_hub.entities.inspect import note_look
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.operations import child_process
from allin_hub.privacy import office_consents
from allin_hub.privacy.office_consents import PersonConsents
from allin_schemas import Purpose

ANSWERS = {
    "yes": text("agreed"),
    "asked": text("asked, not yet answered"),
    "no": text("refused"),
    "none": text("never asked"),
}
EVENTS = {
    "requested": text("asked by mail"),
    "confirmed": text("agreed"),
    "imported": text("agreed, says the partner"),
    "refused": text("refused"),
    "withdrawn": text("taken back"),
    "expired": text("expired"),
}


def run_show(call: Call, word: str | None) -> None:
    """`allin consent show`."""
    with opened(call) as (hub, say):
        shown = office_consents.consents_of_person(hub, _person(hub, say, word))
        note_look(hub, "show", shown.id)
        if call.json:
            print_json(shown)
        else:
            _show(hub, say, shown)


def run_give(call: Call, word: str | None, purpose: str) -> None:
    """`allin consent give`."""
    wanted = _purpose(purpose)
    with opened(call) as (hub, say):
        person = _person(hub, say, word)
        office_consents.give(hub, person, [wanted])
        code = _publish(call, hub, say, person)
    raise typer.Exit(code)


def run_withdraw(call: Call, word: str | None, purpose: str | None) -> None:
    """`allin consent withdraw`."""
    wanted = [_purpose(purpose)] if purpose else list(Purpose)
    with opened(call) as (hub, say):
        person = _person(hub, say, word)
        office_consents.withdraw(hub, person, wanted)
        code = _publish(call, hub, say, person)
    raise typer.Exit(code)


def _purpose(word: str) -> Purpose:
    if word not in {one.value for one in Purpose}:
        raise unknown("There is no purpose '{word}'.", word, [one.value for one in Purpose])
    return Purpose(word)


def _person(hub: Hub, say: Voice, word: str | None) -> str:
    """The person who is meant; asked for where no id is given."""
    if word is not None:
        return office_consents.find_by_id(hub, word)
    tell(say("Name, mail or phone of the person:"))
    words = sys.stdin.readline().strip()
    found = office_consents.find_by_words(hub, words) if words else []
    if len(found) == 1:
        return found[0].id
    if not found:
        raise ConfigError(
            "Nobody of that name, mail or phone is known.",
            hint="See all ids: allin export --kind person",
        )
    for one in found:
        tell(f"{one.id}  {readable(one.name or EMPTY)}  {', '.join(map(readable, one.organisations))}")
    raise ConfigError(
        "{count} persons are meant by that.", hint="Call the command again with an id.", count=len(found)
    )


def _publish(call: Call, hub: Hub, say: Voice, person: str) -> int:
    """Let what was noted take effect; the exit code."""
    reports = {}
    if hub.config.outputs:
        with progress(say, call.json) as told:
            reports = child_process.publish(hub, None, told)
    shown = office_consents.consents_of_person(hub, person)
    if call.json:
        outputs = {name: report.to_json() for name, report in reports.items()}
        print_json({"person": shown, "outputs": outputs})
    else:
        _show(hub, say, shown)
        line()
        show_publish(call, say, reports)
    done = all(report.ok for report in reports.values())
    if not done and not call.json:
        line(
            say(
                "It is noted, but not yet published everywhere. Once that is mended: {command}",
                command=call.command("publish"),
            )
        )
    return 0 if done else 1


def _show(hub: Hub, say: Voice, shown: PersonConsents) -> None:
    line(f"{readable(shown.name or EMPTY)}  {', '.join(map(readable, shown.organisations))}")
    line(shown.id)
    line()
    columns = [
        Column(say("Purpose")),
        Column(say("Answer")),
        Column(say("Covers what these say"), wraps=True),
        Column(say("Until")),
    ]
    rows = [
        [
            one.purpose,
            say(ANSWERS[one.answer]),
            ", ".join(one.sources) or EMPTY,
            moment(hub, say, one.until) if one.until else EMPTY,
        ]
        for one in shown.purposes
    ]
    table(columns, rows)
    if not shown.events:
        return
    line()
    columns = [Column(say("When")), Column(say("Purpose")), Column(say("What")), Column(say("From"))]
    table(
        columns,
        [
            [moment(hub, say, one.at), one.purpose, say(EVENTS[one.event]), one.source or say("the office")]
            for one in shown.events
        ],
    )
