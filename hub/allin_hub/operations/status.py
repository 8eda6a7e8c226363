"""How each source and each output stands, and what the office has to do: plain data for every screen and for notifications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import Connection

from allin_hub.api import registry
from allin_hub.base.bindings import of_problem
from allin_hub.base.errors import Failure, HubError, SecretMissing, failure_of
from allin_hub.base.problems import problem_of, shown_params
from allin_hub.config import schedules
from allin_hub.config.settings import OutputSettings, SourceSettings
from allin_hub.hub import Hub
from allin_hub.i18n.translator import recalled
from allin_hub.ingest.prepare import prepare
from allin_hub.store import runs, status
from allin_hub.store.consents import sources_with_consents
from allin_hub.store.engine import reading
from allin_schemas import Kind

SourceState = Literal["done", "partial", "held", "failed", "late", "never", "off", "left"]
OutputState = Literal["done", "behind", "restored", "failed", "late", "never", "off", "offline"]
TodoCode = Literal[
    "source_failed", "source_held", "source_left", "source_late", "source_partial", "source_never",
    "output_failed", "output_late", "output_behind", "output_restored", "output_never", "message_undelivered",
    "consents_ending", "date_order",
]  # fmt: skip
LATER = ("late", "partial", "never")
"""States of sources that one sync of all of them mends."""
UNPUBLISHED = ("late", "behind", "restored", "never")
"""States of outputs that one publish of all of them mends."""
ORDER_ASKED = "DATE_ORDER_UNCLEAR"
MOST_ASKED = 500
"""How many rows that wait for an answer are looked at."""
MESSAGE_FAULT = "message_fault"
"""The fact that tells since when no message reaches the office."""
LIVE, QUARANTINED, WITHDRAWN = "live", "quarantined", "withdrawn"
LEFT = "left"
"""A source that hub.toml no longer names, whose records are still there."""
ENDING_SOON = dt.timedelta(days=30)
"""How long before their end consents are told that an unread source alone repeats."""
UNSCHEDULED = dt.timedelta(days=2)
"""How old what has no schedule may be."""
LEAST_GRACE = dt.timedelta(minutes=10)
MOST_GRACE = dt.timedelta(hours=6)
SHARE = 4
"""A quarter of the time between two runs is granted to a run that begins late or takes long."""


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """How a source stands. Its counts are counts of raws; what hub.toml says of it is None when it is `left`."""

    name: str
    plugin: str | None
    kind: Kind | None
    owner: str | None
    schedule: str | None
    trust: int | None
    licence: str | None
    state: SourceState
    last_success_at: dt.datetime | None
    last_attempt_at: dt.datetime | None
    failing_since: dt.datetime | None
    failures: int
    live: int
    quarantined: int
    withdrawn: int
    problems: int
    failure: Failure | None
    running: bool
    undecided: bool
    """Whether a held run waits for a person, whatever came after it."""
    told: str | None
    """What the office was told of it last: `away`, `held` or `ending`; None when it was told that all is well, or nothing."""
    consents_end_at: dt.datetime | None
    """When the consents end, or have ended, that only this source repeats, which is no longer read; None while that is far."""


@dataclass(frozen=True, slots=True)
class OutputStanding:
    """How an output stands.

    `behind` and `restored` wait for a publish: something is new, or the hub has come back from a backup.
    """

    name: str
    plugin: str
    schedule: str | None
    state: OutputState
    last_success_at: dt.datetime | None
    last_attempt_at: dt.datetime | None
    failing_since: dt.datetime | None
    failures: int
    files: int
    waiting: int
    failure: Failure | None
    running: bool
    told: str | None


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that a person has to do, and the sources or outputs that it is about."""

    code: TodoCode
    names: tuple[str, ...]
    columns: tuple[str, ...]
    """The columns of the source that it is about."""


@dataclass(frozen=True, slots=True)
class HubStatus:
    """How the whole hub stands; `ok` when nobody is needed."""

    ok: bool
    sources: dict[str, SourceStanding]
    outputs: dict[str, OutputStanding]
    todo: tuple[Todo, ...]


Standing = TypeVar("Standing", SourceStanding, OutputStanding)


def hub_status(hub: Hub) -> HubStatus:
    """Look at every source and output, also at settings that the next run could not work with, and list what is to do."""
    of_sources = {name: _with_settings(hub, one) for name, one in sources(hub).items()}
    of_outputs = {name: _with_settings(hub, one) for name, one in outputs(hub).items()}
    asked = [Todo("date_order", (name,), columns) for name, columns in _asked_orders(hub).items()]
    todo = [*_todo_of_sources(of_sources), *asked, *_todo_of_outputs(of_outputs)]
    if hub.config.notify.to and last_fault(hub) is not None:
        todo.append(Todo("message_undelivered", (), ()))
    return HubStatus(not (of_sources and todo), of_sources, of_outputs, tuple(todo))


def last_fault(hub: Hub) -> str | None:
    """When a message could not be sent, unless one was sent since."""
    with reading(hub.engine) as connection:
        return runs.fact(connection, MESSAGE_FAULT) or None


def _asked_orders(hub: Hub) -> dict[str, tuple[str, ...]]:
    """Source -> the columns of which nobody knows whether the day or the month comes first."""
    found: dict[str, dict[str, None]] = {}
    with reading(hub.engine) as connection:
        for source, id, sealed in status.problems_of(connection, ORDER_ASKED, MOST_ASKED):
            settings = hub.config.sources.get(source)
            column = problem_of(hub.sealer.unseal(sealed, of_problem(id))).column
            if settings is None or column is None or column in settings.date_order:
                continue
            if shown_params({"value": column})["value"] == column:
                found.setdefault(source, {})[column] = None
    return {source: tuple(columns) for source, columns in found.items()}


def _with_settings(hub: Hub, one: Standing) -> Standing:
    """Turn the state to `failed` when the settings are wrong: the next run can only say so.

    A secret that is missing here does not count: it may be there where the schedules run.
    """
    if one.state in {"off", "offline", LEFT}:
        return one
    try:
        if isinstance(one, SourceStanding):
            prepare(hub, hub.config.sources[one.name])
        else:
            registry.output(hub.config, hub.config.outputs[one.name])
    except SecretMissing:
        return one
    except HubError as error:
        return replace(one, state="failed", failure=failure_of(error))
    return one


def _todo_of_sources(found: Mapping[str, SourceStanding]) -> list[Todo]:
    """List what each source needs; those that are only to be read share one entry."""
    todo: list[Todo] = []
    for name, one in found.items():
        if one.state == "failed":
            todo.append(Todo("source_failed", (name,), ()))
        if one.state == "held" or (one.undecided and one.state not in {"off", LEFT}):
            todo.append(Todo("source_held", (name,), ()))
        if one.state == LEFT:
            todo.append(Todo("source_left", (name,), ()))
        if one.consents_end_at is not None:
            todo.append(Todo("consents_ending", (name,), ()))
    return [*todo, *_shared("source", LATER, found.values())]


def _todo_of_outputs(found: Mapping[str, OutputStanding]) -> list[Todo]:
    """List what each output needs; those that are only to be published share one entry."""
    failed = [Todo("output_failed", (name,), ()) for name, one in found.items() if one.state == "failed"]
    return [*failed, *_shared("output", UNPUBLISHED, found.values())]


def _shared(part: str, states: Iterable[str], found: Iterable[SourceStanding | OutputStanding]) -> list[Todo]:
    standings = list(found)
    return [
        Todo(cast("TodoCode", f"{part}_{state}"), names, ())
        for state in states
        if (names := tuple(one.name for one in standings if one.state == state))
    ]


def sources(hub: Hub, *, counted: bool = True) -> dict[str, SourceStanding]:
    """Every source of hub.toml, then those whose records are there without it; without `counted` only how they ended."""
    now = hub.clock()
    with reading(hub.engine) as connection:
        rows = status.sources(connection)
        counts = status.raw_counts(connection) if counted else {}
        problems = status.problem_totals(connection) if counted else {}
        busy = status.at_work(connection, now)
        held = {row["target"] for row in runs.held_runs(connection)}
        left = [
            name
            for name in sorted(rows.keys() | counts.keys())
            if name not in hub.config.sources
            and (counts.get(name, {}).get(LIVE) or counts.get(name, {}).get(QUARANTINED))
        ]
        ending = _ending(hub, connection, rows, now)
        found = {}
        for name in (*hub.config.sources, *left):
            row, settings = rows.get(name, {}), hub.config.sources.get(name)
            count = counts.get(name, {})
            failed = row.get("last_status") == "failed"
            found[name] = SourceStanding(
                name=name,
                plugin=settings.plugin if settings else None,
                kind=settings.kind if settings else None,
                owner=settings.owner if settings else None,
                schedule=settings.schedule if settings else None,
                trust=settings.trust if settings else None,
                licence=settings.licence if settings else None,
                state=_source_state(hub, settings, row, now),
                last_success_at=row.get("last_success_at"),
                last_attempt_at=row.get("last_attempt_at"),
                failing_since=row.get("failing_since"),
                failures=status.failures(connection, name) if failed else 0,
                live=count.get(LIVE, 0),
                quarantined=count.get(QUARANTINED, 0),
                withdrawn=count.get(WITHDRAWN, 0),
                problems=problems.get(name, 0),
                failure=recalled(row.get("message")),
                running=name in busy,
                undecided=name in held,
                told=row.get("told"),
                consents_end_at=ending.get(name),
            )
    return found


def _ending(
    hub: Hub, connection: Connection, rows: Mapping[str, Mapping[str, Any]], now: dt.datetime
) -> dict[str, dt.datetime]:
    """Source -> when the consents end that it repeats, where it was not read for nearly so long."""
    days = dt.timedelta(days=hub.config.hub.unread_consent_days)
    ends = {name: at + days for name, row in rows.items() if (at := row.get("last_success_at")) is not None}
    soon = {name: at for name, at in ends.items() if at - min(ENDING_SOON, days / 2) <= now}
    if not soon:
        return {}
    agreed = sources_with_consents(connection)
    return {name: at for name, at in soon.items() if name in agreed}


def outputs(hub: Hub, *, counted: bool = True) -> dict[str, OutputStanding]:
    """Every output of hub.toml; without `counted` only how they ended."""
    now = hub.clock()
    with reading(hub.engine) as connection:
        rows = status.outputs(connection)
        files = status.file_counts(connection) if counted else {}
        busy = status.at_work(connection, now)
        newest = status.newest_change(connection)
        found = {}
        for name, settings in hub.config.outputs.items():
            row = rows.get(name, {})
            seq: int = row.get("seq", newest)
            behind = seq < newest
            found[name] = OutputStanding(
                name=name,
                plugin=settings.plugin,
                schedule=settings.schedule,
                state=_output_state(hub, settings, row, now, behind=behind),
                last_success_at=row.get("last_success_at"),
                last_attempt_at=row.get("last_attempt_at"),
                failing_since=row.get("failing_since"),
                failures=row.get("failures") or 0,
                files=files.get(name, 0),
                waiting=status.changes_since(connection, seq) if behind and counted else 0,
                failure=recalled(row.get("message")),
                running=f"output {name}" in busy,
                told=row.get("told"),
            )
    return found


def _source_state(
    hub: Hub, settings: SourceSettings | None, row: dict[str, Any], now: dt.datetime
) -> SourceState:
    if settings is None:
        return "left"
    if not settings.enabled:
        return "off"
    word = str(row.get("last_status") or "never")
    word = _or_late(hub, "never" if word == "removed" else word, settings.schedule, row, now)
    return cast("SourceState", word)


def _output_state(
    hub: Hub, settings: OutputSettings, row: dict[str, Any], now: dt.datetime, *, behind: bool
) -> OutputState:
    if not settings.enabled:
        return "off"
    if row.get("offline_since") is not None:
        return "offline"
    before = "never" if row.get("last_success_at") is None else "restored"
    word = _or_late(hub, str(row.get("last_status") or before), settings.schedule, row, now)
    is_behind = word == "done" and behind and settings.schedule is None
    return "behind" if is_behind else cast("OutputState", word)


def _or_late(hub: Hub, word: str, schedule: str | None, row: dict[str, Any], now: dt.datetime) -> str:
    """What was done or read in part is late when that was too long ago."""
    last = row.get("last_success_at")
    if word not in {"done", "partial"} or last is None:
        return word
    office = hub.config.hub
    return "late" if is_late(schedule, last, office.zone, now, office.late_after) else word


def late_from(schedule: str | None, last_success: dt.datetime, zone: str) -> dt.datetime | None:
    """From when on data of this moment are late; None where the office starts every run by hand."""
    if schedule is None:
        return last_success + UNSCHEDULED
    planned = schedules.read(schedule)
    if planned is None:
        return None
    due = planned.next_after(last_success, zone)
    between = planned.next_after(due, zone) - due
    return due + min(max(between / SHARE, LEAST_GRACE), MOST_GRACE)


def is_late(
    schedule: str | None,
    last_success: dt.datetime,
    zone: str,
    now: dt.datetime,
    at_least: dt.timedelta = dt.timedelta(),
) -> bool:
    """Whether data of this moment should have been renewed by now; never before they are `at_least` so old."""
    limit = late_from(schedule, last_success, zone)
    return limit is not None and now > max(limit, last_success + at_least)
