"""The command status: in one look what is fresh, late, held or failing, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from allin_hub.api import registry
from allin_hub.base.errors import HubError, SecretMissing
from allin_hub.cli.console import figured, opened, print_json, state, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import EMPTY, Column, command_line, line
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice
from allin_hub.ingest.prepare import prepare
from allin_hub.operations import status
from allin_hub.operations.notify import last_fault
from allin_hub.operations.status import OutputStanding, SourceStanding

NEEDS_SOMEBODY = ("failed", "held", "left", "late", "partial", "behind", "restored", "never")
"""States that ask for a person, the worst first."""


Standing = TypeVar("Standing", SourceStanding, OutputStanding)


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: why, and the command for it."""

    why: str
    command: str


def run_status(call: Call) -> None:
    """`allin status`."""
    with opened(call) as (hub, say):
        sources = {name: _able(hub, say, one) for name, one in status.sources(hub).items()}
        outputs = {name: _able(hub, say, one) for name, one in status.outputs(hub).items()}
        todo = [*_of_sources(call, say, hub, sources), *_of_outputs(call, say, outputs)]
        if hub.config.notify.to and last_fault(hub) is not None:
            todo.append(
                Todo(say("A message to the office could not be sent."), call.command("notify --test"))
            )
        ok, verdict = _verdict(call, say, sources, outputs, todo)
        if call.json:
            print_json(
                {
                    "ok": ok,
                    "verdict": verdict,
                    "sources": {name: one.to_json() for name, one in sources.items()},
                    "outputs": {name: one.to_json() for name, one in outputs.items()},
                    "todo": [{"why": one.why, "command": one.command} for one in todo],
                }
            )
            return
        line(verdict)
        if sources:
            line()
            _show_sources(say, hub, sources.values())
        if outputs:
            line()
            _show_outputs(say, hub, outputs.values())
        _show_remarks(say, sources.values(), outputs.values())
        if sources or todo:
            _show_todo(call, say, todo, partners=any(one.quarantined for one in sources.values()))


def _able(hub: Hub, say: Voice, one: Standing) -> Standing:
    """How it stands, or that it will fail: its settings are wrong, and the next run can only say so.

    A secret that is missing here is no such thing: it may be there where the schedules run.
    """
    if one.state in {"off", status.LEFT}:
        return one
    try:
        if isinstance(one, SourceStanding):
            prepare(hub, hub.config.sources[one.name])
        else:
            registry.output(hub.config, hub.config.outputs[one.name])
    except SecretMissing:
        return one
    except HubError as error:
        return replace(one, state="failed", message=" ".join(say.error(error)))
    return one


def _show_sources(say: Voice, hub: Hub, sources: Iterable[SourceStanding]) -> None:
    columns = [
        Column(say("Source")),
        Column(say("State")),
        Column(say("Last read")),
        Column(say("Entries"), right=True, spare=True),
        Column(say("Waiting"), right=True, spare=True),
        Column(say("Problems"), right=True, spare=True),
    ]
    rows = [
        [
            one.name,
            state(say, one.state),
            _age(say, hub, one.last_success_at),
            *figured(say, (one.live, one.quarantined, one.problems)),
        ]
        for one in sources
    ]
    table(columns, rows)


def _show_outputs(say: Voice, hub: Hub, outputs: Iterable[OutputStanding]) -> None:
    columns = [
        Column(say("Output")),
        Column(say("State")),
        Column(say("Last published")),
        Column(say("Files"), right=True, spare=True),
    ]
    rows = [
        [
            one.name,
            state(say, one.state),
            _age(say, hub, one.last_success_at),
            *figured(say, (one.files,)),
        ]
        for one in outputs
    ]
    table(columns, rows)


def _age(say: Voice, hub: Hub, moment: dt.datetime | None) -> str:
    if moment is None:
        return EMPTY
    from babel.dates import format_timedelta

    return format_timedelta(moment - hub.clock(), add_direction=True, format="short", locale=say.language)


def _show_remarks(say: Voice, sources: Iterable[SourceStanding], outputs: Iterable[OutputStanding]) -> None:
    """What is at work, and what the office has switched off."""
    ones: list[SourceStanding | OutputStanding] = [*sources, *outputs]
    if running := [one.name for one in ones if one.running]:
        line()
        line(say("At work just now: {names}.", names=", ".join(running)))
    if off := [one.name for one in ones if one.state == "off"]:
        line()
        line(say("Switched off in hub.toml: {names}.", names=", ".join(off)))


def _show_todo(call: Call, say: Voice, todo: Sequence[Todo], *, partners: bool) -> None:
    """A reason and a command for each thing; where nothing is urgent, what partners can mend."""
    line()
    if todo:
        line(say("What to do:"))
    elif partners:
        line(say("There is nothing to do for you. What partners can mend:"))
        command_line(call.command("problems"))
    else:
        line(say("There is nothing to do."))
    for one in todo:
        line(one.why)
        command_line(one.command)


def _of_sources(call: Call, say: Voice, hub: Hub, sources: Mapping[str, SourceStanding]) -> list[Todo]:
    """What each source needs; those that are only to be read share one command."""
    found = []
    for name, one in sources.items():
        if one.state == "failed":
            found.append(Todo(call.placed(_failing(say, hub, one)), call.command(f"sync {name}")))
        if one.state == "held" or (one.undecided and one.state not in {"off", status.LEFT}):
            found.append(
                Todo(say("{name}: a person has to decide.", name=name), call.command(f"held {name}"))
            )
        if one.state == status.LEFT:
            why = say(
                "{name} is no longer in hub.toml. What it brought stays as it was until you decide: put its block back, or:",
                name=name,
            )
            found.append(Todo(why, call.command(f"source remove {name}")))
    for word, why in (
        ("late", say("Too old, because no run has come as planned:")),
        ("partial", say("Read only in part:")),
        ("never", say("Not yet read:")),
    ):
        names = [name for name, one in sources.items() if one.state == word]
        if names:
            found.append(Todo(f"{why} {', '.join(names)}", call.command(f"sync {' '.join(names)}")))
    return found


def _of_outputs(call: Call, say: Voice, outputs: Mapping[str, OutputStanding]) -> list[Todo]:
    found = [
        Todo(call.placed(f"{name}: {one.message}"), call.command(f"publish {name}"))
        for name, one in outputs.items()
        if one.state == "failed"
    ]
    for word, why in (
        ("late", say("Too old, because no run has come as planned:")),
        ("behind", say("Something new waits to be published:")),
        ("restored", say("Back from a backup, to be published anew; what is online stays until then:")),
        ("never", say("Not yet published:")),
    ):
        names = [name for name, one in outputs.items() if one.state == word]
        if names:
            found.append(Todo(f"{why} {', '.join(names)}", call.command(f"publish {' '.join(names)}")))
    return found


def _failing(say: Voice, hub: Hub, one: SourceStanding) -> str:
    if one.failing_since is None or one.failures < 2:
        return f"{one.name}: {one.message}"
    from babel.dates import format_timedelta

    since = format_timedelta(hub.clock() - one.failing_since, locale=say.language)
    return say(
        "{name}: {message} (failed {count} times, for {since})",
        name=one.name,
        message=one.message,
        count=say.number(one.failures),
        since=since,
    )


def _verdict(
    call: Call,
    say: Voice,
    sources: Mapping[str, SourceStanding],
    outputs: Mapping[str, OutputStanding],
    todo: Sequence[Todo],
) -> tuple[bool, str]:
    """What the reader should know when she reads only one line."""
    if not sources:
        command = call.command("check")
        return True, say("There is no source yet. Name one in hub.toml, then: {command}", command=command)
    ones: list[Any] = [*sources.values(), *outputs.values()]
    if not todo:
        return True, say("All is up to date.")
    if not any(one.last_attempt_at for one in ones):
        return False, say("Nothing has been read yet.")
    told = [
        f"{', '.join(names)} ({say(word)})"
        for word in NEEDS_SOMEBODY
        if (names := [one.name for one in ones if one.state == word])
    ]
    if not told:
        return False, say("All is up to date, but a message could not be sent.")
    count = sum(one.state in NEEDS_SOMEBODY for one in ones)
    return False, say(
        "{count} of {all} need you: {names}. What is published stays.",
        count=say.number(count),
        all=say.number(len(ones)),
        names="; ".join(told),
    )
