"""The command status: what is fresh, late, held or failing, and what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allin_hub.cli.call import Call
from allin_hub.cli.layout import EMPTY, Column
from allin_hub.cli.terminal import line, opened, print_json, state, table
from allin_hub.cli.work import figured
from allin_hub.hub import Hub
from allin_hub.store import bookkeeping, findings, raws
from allin_hub.store.engine import reading
from allin_hub.voice import Voice

LATE = dt.timedelta(days=2)


def run_status(call: Call) -> None:
    """`allin status`."""
    with opened(call) as (hub, say):
        sources, outputs = source_states(hub), output_states(hub)
        if call.json:
            print_json({"sources": sources, "outputs": outputs})
            return
        if sources:
            _show_sources(call, say, hub, sources)
            line()
        if outputs:
            _show_outputs(call, say, hub, outputs)
            line()
        line(_verdict(call, say, sources, outputs))


def source_states(hub: Hub) -> dict[str, dict[str, Any]]:
    """How each source stands."""
    found = {}
    with reading(hub.engine) as connection:
        problems = findings.problem_counts(connection)
        for name, settings in hub.config.sources.items():
            row = bookkeeping.source_row(connection, name)
            counts = raws.counts(connection, name)
            last = row.get("last_success_at")
            word = row.get("last_status") or "never"
            if word == "done" and last is not None and hub.clock() - last > LATE:
                word = "late"
            found[name] = {
                "state": word if settings.enabled else "off",
                "last_success_at": last,
                "last_attempt_at": row.get("last_attempt_at"),
                "failing_since": row.get("failing_since"),
                "live": counts.get(raws.LIVE, 0),
                "quarantined": counts.get(raws.QUARANTINED, 0),
                "withdrawn": counts.get(raws.WITHDRAWN, 0),
                "problems": sum(count for (source, _), count in problems.items() if source == name),
                "message": row.get("message"),
            }
    return found


def output_states(hub: Hub) -> dict[str, dict[str, Any]]:
    """How each output stands."""
    found = {}
    with reading(hub.engine) as connection:
        for name, settings in hub.config.outputs.items():
            row = bookkeeping.output_row(connection, name)
            found[name] = {
                "state": (row.get("last_status") or "never") if settings.enabled else "off",
                "last_success_at": row.get("last_success_at"),
                "files": len(bookkeeping.artifacts(connection, name)),
                "message": row.get("message"),
            }
    return found


def _show_sources(call: Call, say: Voice, hub: Hub, sources: dict[str, dict[str, Any]]) -> None:
    columns = [
        Column(say("Source")),
        Column(say("State")),
        Column(say("Last read")),
        Column(say("Entries"), right=True),
        Column(say("Waiting"), right=True, spare=True),
        Column(say("Problems"), right=True, spare=True),
        Column(say("To do"), wraps=True),
    ]
    rows = [
        [
            name,
            state(say, one["state"]),
            _age(say, hub, one["last_success_at"]),
            *figured(say, (one["live"], one["quarantined"], one["problems"])),
            _source_todo(call, name, one),
        ]
        for name, one in sources.items()
    ]
    table(columns, rows)


def _show_outputs(call: Call, say: Voice, hub: Hub, outputs: dict[str, dict[str, Any]]) -> None:
    columns = [
        Column(say("Output")),
        Column(say("State")),
        Column(say("Last published")),
        Column(say("Files"), right=True),
        Column(say("To do"), wraps=True),
    ]
    rows = [
        [
            name,
            state(say, one["state"]),
            _age(say, hub, one["last_success_at"]),
            *figured(say, (one["files"],)),
            _output_todo(call, name, one),
        ]
        for name, one in outputs.items()
    ]
    table(columns, rows)


def _age(say: Voice, hub: Hub, moment: dt.datetime | None) -> str:
    if moment is None:
        return EMPTY
    from babel.dates import format_timedelta

    return format_timedelta(moment - hub.clock(), add_direction=True, locale=say.language)


def _source_todo(call: Call, name: str, one: dict[str, Any]) -> str:
    if one["state"] == "held":
        return call.command(f"held {name}")
    if one["state"] == "failed":
        return str(one["message"])
    if one["state"] in {"late", "never", "partial"}:
        return call.command(f"sync {name}")
    return call.command(f"problems {name}") if one["quarantined"] else EMPTY


def _output_todo(call: Call, name: str, one: dict[str, Any]) -> str:
    if one["state"] == "failed":
        return str(one["message"])
    return call.command(f"publish {name}") if one["state"] == "never" else EMPTY


def _verdict(
    call: Call, say: Voice, sources: dict[str, dict[str, Any]], outputs: dict[str, dict[str, Any]]
) -> str:
    """What the reader should know when she reads only one line."""
    if not sources:
        return say(
            "There is no source yet. Name one in hub.toml, then: {command}", command=call.command("check")
        )
    states = {
        state: [name for name, one in sources.items() if one["state"] == state]
        for state in ("held", "failed", "late", "never")
    }
    if states["held"]:
        names = ", ".join(states["held"])
        command = call.command(f"held {states['held'][0]}")
        return say(
            "A person has to decide about {names}. What is published stays as it was: {command}",
            names=names,
            command=command,
        )
    if states["failed"]:
        names = ", ".join(states["failed"])
        return say(
            "{names} could not be read. What was known stays. Try again: {command}",
            names=names,
            command=call.command(f"sync {states['failed'][0]}"),
        )
    if states["late"] or states["never"]:
        return say("Bring all up to date: {command}", command=call.command("run"))
    broken = [name for name, one in outputs.items() if one["state"] not in {"done", "off"}]
    if broken:
        return say("Publish anew: {command}", command=call.command(f"publish {broken[0]}"))
    if any(one["quarantined"] for one in sources.values()):
        return say("All is up to date. What partners can mend: {command}", command=call.command("problems"))
    return say("All is up to date. There is nothing to do.")
