"""The command status: what is fresh, late, held or failing, and what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allin_hub.cli.call import Call
from allin_hub.cli.layout import EMPTY, Column, line
from allin_hub.cli.terminal import opened, print_json, state, table
from allin_hub.cli.work import figured
from allin_hub.hub import Hub
from allin_hub.store import bookkeeping, findings, raws
from allin_hub.store.engine import reading
from allin_hub.voice import Voice

States = dict[str, dict[str, Any]]
LATE = dt.timedelta(days=2)


def run_status(call: Call) -> None:
    """`allin status`."""
    with opened(call) as (hub, say):
        sources, outputs = source_states(hub), output_states(hub)
        if call.json:
            print_json({"sources": sources, "outputs": outputs})
            return
        if sources:
            _show_sources(say, hub, sources)
            line()
        if outputs:
            _show_outputs(say, hub, outputs)
            line()
        for todo in _todo(call, say, sources, outputs):
            line(todo)
        line(_verdict(call, say, sources, outputs))


def source_states(hub: Hub) -> States:
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


def output_states(hub: Hub) -> States:
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


def _show_sources(say: Voice, hub: Hub, sources: States) -> None:
    columns = [
        Column(say("Source")),
        Column(say("State")),
        Column(say("Last read")),
        Column(say("Entries"), right=True),
        Column(say("Waiting"), right=True, spare=True),
        Column(say("Problems"), right=True, spare=True),
    ]
    rows = [
        [
            name,
            state(say, one["state"]),
            _age(say, hub, one["last_success_at"]),
            *figured(say, (one["live"], one["quarantined"], one["problems"])),
        ]
        for name, one in sources.items()
    ]
    table(columns, rows)


def _show_outputs(say: Voice, hub: Hub, outputs: States) -> None:
    columns = [
        Column(say("Output")),
        Column(say("State")),
        Column(say("Last published")),
        Column(say("Files"), right=True),
    ]
    rows = [
        [
            name,
            state(say, one["state"]),
            _age(say, hub, one["last_success_at"]),
            *figured(say, (one["files"],)),
        ]
        for name, one in outputs.items()
    ]
    table(columns, rows)


def _age(say: Voice, hub: Hub, moment: dt.datetime | None) -> str:
    if moment is None:
        return EMPTY
    from babel.dates import format_timedelta

    return format_timedelta(moment - hub.clock(), add_direction=True, locale=say.language)


def _todo(call: Call, say: Voice, sources: States, outputs: States) -> list[str]:
    """A line for each source and output that needs somebody."""
    lines = []
    for name, one in sources.items():
        if one["state"] == "failed":
            lines.append(f"{name}: {one['message']}")
        elif one["state"] == "held":
            lines.append(
                say(
                    "{name}: a person has to decide: {command}",
                    name=name,
                    command=call.command(f"held {name}"),
                )
            )
        elif one["state"] in {"late", "never", "partial"}:
            lines.append(say("{name}: read it: {command}", name=name, command=call.command(f"sync {name}")))
    for name, one in outputs.items():
        if one["state"] == "failed":
            lines.append(f"{name}: {one['message']}")
        elif one["state"] == "never":
            lines.append(
                say("{name}: publish it: {command}", name=name, command=call.command(f"publish {name}"))
            )
    return lines


def _verdict(call: Call, say: Voice, sources: States, outputs: States) -> str:
    """What the reader should know when she reads only one line."""
    if not sources:
        return say(
            "There is no source yet. Name one in hub.toml, then: {command}", command=call.command("check")
        )
    states = {one["state"] for one in (*sources.values(), *outputs.values())}
    if "held" in states:
        return say("What is published stays as it was until somebody decides.")
    if "failed" in states:
        return say("What was known and published stays. Try again: {command}", command=call.command("run"))
    if states - {"done", "off"}:
        return say("Bring all up to date: {command}", command=call.command("run"))
    if any(one["quarantined"] for one in sources.values()):
        return say("All is up to date. What partners can mend: {command}", command=call.command("problems"))
    return say("All is up to date. There is nothing to do.")
