"""The command status: in one look what is fresh, late, held or failing, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from allin_hub.cli.console import figured, moment, opened, print_json, state, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.status_document import PrintedOutput, PrintedSource, PrintedTodo, StatusDocument, worded
from allin_hub.cli.tables import EMPTY, Column, command_line, line
from allin_hub.config.toml_edit import quoted
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice
from allin_hub.operations.status import HubStatus, OutputStanding, SourceStanding, Todo, hub_status

NEEDS_SOMEBODY = ("failed", "held", "left", "late", "partial", "behind", "restored", "never")
"""States that ask for a person, the worst first."""


def run_status(call: Call) -> None:
    """`allin status`."""
    with opened(call) as (hub, say):
        found = hub_status(hub)
        shown = _document(call, say, hub, found)
        if call.json:
            print_json(shown)
            return
        line(shown.verdict)
        if found.sources:
            line()
            _show_sources(say, hub, found.sources.values())
        if found.outputs:
            line()
            _show_outputs(say, hub, found.outputs.values())
        _show_remarks(say, found.sources.values(), found.outputs.values())
        if found.sources or found.todo:
            partners = any(one.quarantined for one in found.sources.values())
            _show_todo(call, say, shown.todo, partners=partners)


def _document(call: Call, say: Voice, hub: Hub, found: HubStatus) -> StatusDocument:
    """Say the status in the caller's language."""
    sources = {name: printed_source(say, one) for name, one in found.sources.items()}
    outputs = {
        name: worded(PrintedOutput, one, message=_message(say, one)) for name, one in found.outputs.items()
    }
    todo = tuple(_told(call, say, hub, found, one) for one in found.todo)
    return StatusDocument(found.ok, _verdict(call, say, found), sources, outputs, todo)


def printed_source(say: Voice, one: SourceStanding) -> PrintedSource:
    """Say in the caller's language what failed."""
    return worded(PrintedSource, one, message=_message(say, one))


def _message(say: Voice, one: SourceStanding | OutputStanding) -> str | None:
    return None if one.failure is None else say.failure(one.failure)


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
    if offline := [one.name for one in ones if one.state == "offline"]:
        line()
        line(say("Taken offline by the office: {names}.", names=", ".join(offline)))


def _show_todo(call: Call, say: Voice, todo: Sequence[PrintedTodo], *, partners: bool) -> None:
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


def _told(call: Call, say: Voice, hub: Hub, found: HubStatus, one: Todo) -> PrintedTodo:
    """Say why something is to do, and the command for it."""
    why, command = _why(say, hub, found, one)
    return worded(PrintedTodo, one, why=call.placed(why), command=call.command(command))


def _why(say: Voice, hub: Hub, found: HubStatus, one: Todo) -> tuple[str, str]:
    name, names, all_names = one.names[0] if one.names else "", ", ".join(one.names), " ".join(one.names)
    match one.code:
        case "source_failed":
            return _failing(say, hub, found.sources[name]), f"sync {name}"
        case "source_held":
            return say("{name}: a person has to decide.", name=name), f"held {name}"
        case "source_left":
            why = say(
                "{name} is no longer in hub.toml. What it brought stays as it was until you decide: put its block back, or:",
                name=name,
            )
            return why, f"source remove {name}"
        case "output_failed":
            return f"{name}: {_message(say, found.outputs[name])}", f"publish {name}"
        case "consents_ending":
            why = say(
                "{name} has not been read for long: the consents that it alone repeats end on {end}.",
                name=name,
                end=_ending(say, hub, found.sources[name]),
            )
            return why, f"sync {name}"
        case "date_order":
            return _order_asked(say, one), f"sync {name}"
        case "message_undelivered":
            return say("A message to the office could not be sent."), "notify --test"
        case "source_late" | "output_late":
            why = say("Too old, because no run has come as planned:")
        case "source_partial":
            why = say("Read only in part:")
        case "source_never":
            why = say("Not yet read:")
        case "output_behind":
            why = say("Something new waits to be published:")
        case "output_restored":
            why = say("Back from a backup, to be published anew; what is online stays until then:")
        case "output_never":
            why = say("Not yet published:")
    verb = "sync" if one.code.startswith("source_") else "publish"
    return f"{why} {names}", f"{verb} {all_names}"


def _order_asked(say: Voice, one: Todo) -> str:
    """Say the lines to paste for the columns of a source whose dates can be read two ways."""
    answers = ", ".join(f"{quoted(column)} = {quoted('day first')}" for column in one.columns)
    return say(
        "{name}: dates such as 05/12/2026 can mean two days. If the day comes first, write into hub.toml below "
        '[sources.{name}] the line {line} (else "month first"), then:',
        name=one.names[0],
        line=f"date_order = {{ {answers} }}",
    )


def _ending(say: Voice, hub: Hub, one: SourceStanding) -> str:
    return EMPTY if one.consents_end_at is None else moment(hub, say, one.consents_end_at)


def _failing(say: Voice, hub: Hub, one: SourceStanding) -> str:
    message = _message(say, one)
    if one.failing_since is None or one.failures < 2:
        return f"{one.name}: {message}"
    from babel.dates import format_timedelta

    since = format_timedelta(hub.clock() - one.failing_since, locale=say.language)
    return say(
        "{name}: {message} (failed {count} times, for {since})",
        name=one.name,
        message=message,
        count=say.number(one.failures),
        since=since,
    )


def _verdict(call: Call, say: Voice, found: HubStatus) -> str:
    """What the reader should know when she reads only one line."""
    if not found.sources:
        command = call.command("check")
        return say("There is no source yet. Name one in hub.toml, then: {command}", command=command)
    ones: list[SourceStanding | OutputStanding] = [*found.sources.values(), *found.outputs.values()]
    if not found.todo:
        return say("All is up to date.")
    if not any(one.last_attempt_at for one in ones):
        return say("Nothing has been read yet.")
    told = [
        f"{', '.join(names)} ({say(word)})"
        for word in NEEDS_SOMEBODY
        if (names := [one.name for one in ones if one.state == word])
    ]
    if not told and any(one.code == "date_order" for one in found.todo):
        return say("Rows wait: it is not clear what comes first in their dates, day or month.")
    if not told and any(one.code == "consents_ending" for one in found.todo):
        return say("Consents end, because their source is no longer read.")
    if not told:
        return say("All is up to date, but a message could not be sent.")
    count = sum(one.state in NEEDS_SOMEBODY for one in ones)
    return say(
        "{count} of {all} need you: {names}. What is published stays.",
        count=say.number(count),
        all=say.number(len(ones)),
        names="; ".join(told),
    )
