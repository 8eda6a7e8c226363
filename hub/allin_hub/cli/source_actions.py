"""What the commands of `allin source` do."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from allin_hub.base.errors import ConfigError
from allin_hub.cli.console import figured, opened, print_json, state, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.status import printed_source
from allin_hub.cli.status_document import SourcesDocument
from allin_hub.cli.tables import EMPTY, Column, command_line, line, tell
from allin_hub.config import toml_edit
from allin_hub.config.toml_blocks import unknown
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.manage import remove_source
from allin_hub.manage.remove_source import Leaving
from allin_hub.manage.rename_source import rename
from allin_hub.operations import status

KINDS = {
    "organisation": (text("{count} organisation"), text("{count} organisations")),
    "person": (text("{count} person or role"), text("{count} persons and roles")),
    "event": (text("{count} event"), text("{count} events")),
    "opportunity": (text("{count} opportunity"), text("{count} opportunities")),
    "service": (text("{count} service"), text("{count} services")),
    "project": (text("{count} project"), text("{count} projects")),
}


def run_list(call: Call) -> None:
    """`allin source list`."""
    with opened(call) as (hub, say):
        found = status.sources(hub)
        if call.json:
            print_json(SourcesDocument(tuple(printed_source(say, one) for one in found.values())))
            return
        if not found:
            line(
                say(
                    "There is no source yet. Name one in hub.toml, then: {command}",
                    command=call.command("check"),
                )
            )
            return
        columns = [
            Column(say("Source")),
            Column(say("State")),
            Column(say("Plugin"), spare=True),
            Column(say("Schedule"), spare=True),
            Column(say("Entries"), right=True, spare=True),
        ]
        rows = [
            [
                name,
                state(say, one.state),
                one.plugin or EMPTY,
                one.schedule or EMPTY,
                *figured(say, (one.live,)),
            ]
            for name, one in found.items()
        ]
        table(columns, rows)
        line()
        line(say("How all stands: {command}", command=call.command("status")))


def run_rename(call: Call, old: str, new: str) -> None:
    """`allin source rename`."""
    with opened(call) as (hub, say):
        rename(hub, old, new)
        if call.json:
            print_json({"old": old, "new": new})
            return
        line(say("{old} is called {new} now, in hub.toml too.", old=old, new=new))
        line(say("Where runs are planned with Prefect, plan them anew: {command}", command="allin deploy"))


def run_remove(call: Call, name: str, *, yes: bool) -> None:
    """`allin source remove`."""
    with opened(call) as (hub, say):
        found = remove_source.leaving(hub, name)
        if call.json:
            if yes:
                remove_source.remove(hub, name)
            print_json({"removed": yes, **found.to_json()})
            return
        _show_leaving(say, found)
        if not yes and not _confirmed(call, say, name):
            line(say("Nothing was changed."))
            raise typer.Exit(0)
        remove_source.remove(hub, name)
        line(say("{name} is removed. What was published of it goes with the next publish:", name=name))
        command_line(call.command("publish"))
        days = hub.config.hub.keep_raw_days
        line(
            say(
                "Undo it, without fetching, while its records are kept whole ({days} days), later as far as they are mapped:",
                days=say.number(days),
            )
        )
        command_line(call.command(f"source restore {name}"))


def _show_leaving(say: Voice, found: Leaving) -> None:
    line(say("What {name} has brought:", name=found.source))
    line(
        say(
            "  {live} records in use, {waiting} waiting",
            live=say.number(found.live),
            waiting=say.number(found.waiting),
        )
    )
    if found.gone:
        line(say("What goes, because nobody else has it: {what}", what=_kinds(say, found.gone)))
    if found.stay:
        line(say("What stays, because others have it too: {what}", what=_kinds(say, found.stay)))
    if found.consents:
        line(
            say.several(
                "{count} consent no longer counts, because it came with this source.",
                "{count} consents no longer count, because they came with this source.",
                found.consents,
            )
        )
    line()


def _kinds(say: Voice, counts: dict[str, int]) -> str:
    return ", ".join(say.several(*KINDS[kind], count) for kind, count in counts.items())


def _confirmed(call: Call, say: Voice, name: str) -> bool:
    """Whether the person types the source's name: nobody does that by mistake."""
    if not sys.stdin.isatty():
        raise ConfigError(
            "A person has to confirm it.",
            hint="Add --yes where nobody can be asked: {command}",
            command=call.command(f"source remove {name} --yes"),
        )
    tell(say("Type the name of the source to remove it, or only Enter to leave all as it is:"))
    return sys.stdin.readline().strip() == name


def run_restore(call: Call, name: str) -> None:
    """`allin source restore`."""
    with opened(call) as (hub, say):
        count = remove_source.restore(Path(call.folder), name, hub)
        if call.json:
            print_json({"source": name, "records": count})
            return
        line(
            say.several(
                "{name} is back, with {count} record as it was.",
                "{name} is back, with {count} records as they were.",
                count,
                name=name,
            )
        )
        line(say("Read what is new, then publish:"))
        command_line(call.command(f"sync {name}"))
        command_line(call.command("publish"))


def run_switch(call: Call, name: str, *, enabled: bool) -> None:
    """`allin source disable`, `allin source enable`."""
    with opened(call) as (hub, say):
        _switch(hub, name, enabled)
        if call.json:
            print_json({"source": name, "enabled": enabled})
        elif enabled:
            line(say("{name} is switched on.", name=name))
            command_line(call.command(f"sync {name}"))
        else:
            line(say("{name} is switched off. What it brought stays; nothing new is read.", name=name))
            command_line(call.command(f"source enable {name}"))


def _switch(hub: Hub, name: str, enabled: bool) -> None:
    settings = hub.config.sources
    if name not in settings:
        raise unknown("There is no source '{word}' in hub.toml.", name, settings)
    if settings[name].enabled == enabled:
        return
    text = toml_edit.read(hub.config.folder)
    changed = toml_edit.with_value(text, ("sources", name), "enabled", str(enabled).lower())
    toml_edit.write(hub.config.folder, changed)
