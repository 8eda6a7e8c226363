"""Commands that look at what ran and at what is planned: runs, schedules."""

from __future__ import annotations

from allin_hub.cli.console import moment, opened, print_json, state, table
from allin_hub.cli.documents import PrintedRun, RunsDocument, SchedulesDocument
from allin_hub.cli.invocation import Call
from allin_hub.cli.status_document import worded
from allin_hub.cli.sync_publish import first_entries
from allin_hub.cli.tables import EMPTY, Column, line
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.operations.past_runs import PastRun, past_runs
from allin_hub.operations.planned_runs import planned_runs

FIGURES = {
    "new": text("{count} new"),
    "changed": text("{count} changed"),
    "withdrawn": text("{count} gone"),
    "quarantined": text("{count} waiting"),
}
"""The counts of a run that its line names."""
OPERATIONS = {"new": "new", "changed": "changed", "withdrawn": "gone"}
"""What happened to the entries of such a count."""
NAMED = 3
"""How many entries of each sort that line names."""
JOBS = {
    "sync": text("sync"),
    "publish": text("publish"),
    "nightly": text("sync and publish all"),
    "upkeep": text("tidy up"),
    "rename": text("rename"),
    "remove": text("remove"),
    "restore": text("bring back"),
    "show": text("look at an entry"),
    "export": text("export"),
    "hide": text("hide an entry"),
    "unhide": text("show an entry again"),
    "edit": text("edit an entry"),
    "unedit": text("take an edit back"),
    "undo": text("take a run back"),
}


def run_runs(call: Call, source: str | None, last: int) -> None:
    """`allin runs`."""
    with opened(call) as (hub, say):
        found = past_runs(hub, source, last)
        if call.json:
            print_json(
                RunsDocument(tuple(worded(PrintedRun, one, message=_message(say, one)) for one in found))
            )
        elif not found:
            line(say("Nothing has run yet."))
        else:
            _show_runs(say, hub, found)


def _message(say: Voice, one: PastRun) -> str | None:
    return None if one.failure is None else say.failure(one.failure)


def _show_runs(say: Voice, hub: Hub, found: list[PastRun]) -> None:
    columns = [
        Column(say("Began")),
        Column(say("What")),
        Column(say("Of")),
        Column(say("State")),
        Column(say("Outcome"), wraps=True),
        Column(say("Run"), spare=True),
    ]
    rows = [
        [
            moment(hub, say, one.started_at),
            say(JOBS.get(one.job, one.job)),
            one.target,
            state(say, one.status),
            _message(say, one) or _figures(say, one) or EMPTY,
            one.id[-8:],
        ]
        for one in found
    ]
    table(columns, rows)


def _figures(say: Voice, one: PastRun) -> str:
    named = []
    for name, words in FIGURES.items():
        if count := one.counts.get(name):
            entries = [entry for entry in one.entries if entry.op == OPERATIONS.get(name)]
            titles = first_entries(say, entries, count, NAMED)
            said = say(words, count=say.number(count))
            named.append(f"{said} ({titles})" if titles else said)
    return ", ".join(named)


def run_schedules(call: Call) -> None:
    """`allin schedules`."""
    with opened(call) as (hub, say):
        found = planned_runs(hub)
        if call.json:
            print_json(SchedulesDocument(tuple(found)))
            return
        if not found:
            line(say("Nothing is planned in hub.toml."))
            return
        columns = [
            Column(say("What")),
            Column(say("Of")),
            Column(say("Schedule"), wraps=True),
            Column(say("Last"), spare=True),
            Column(say("Next")),
        ]
        rows = [
            [
                say(JOBS[one.job]),
                one.name or EMPTY,
                one.schedule,
                EMPTY if one.last_at is None else moment(hub, say, one.last_at),
                moment(hub, say, one.next_at),
            ]
            for one in found
        ]
        table(columns, rows)
        line()
        line(say("This is what hub.toml asks for; it runs where allin up or a worker of Prefect is at work."))
