"""How each source and each output stands: fresh, late, held, failing; the same for `allin status` and for notifications."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from allin_hub.config import schedules
from allin_hub.config.settings import OutputSettings, SourceSettings
from allin_hub.hub import Hub
from allin_hub.i18n.translator import recalled, voice_of
from allin_hub.store import runs, status
from allin_hub.store.engine import reading

LIVE, QUARANTINED, WITHDRAWN = "live", "quarantined", "withdrawn"
LEFT = "left"
"""A source that hub.toml no longer names, whose records are still there."""
UNSCHEDULED = dt.timedelta(days=2)
"""How old what has no schedule may be."""
LEAST_GRACE = dt.timedelta(minutes=10)
MOST_GRACE = dt.timedelta(hours=6)
SHARE = 4
"""A quarter of the time between two runs is granted to a run that begins late or takes long."""


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """How a source stands: `done`, `partial`, `held`, `failed`, `late`, `never`, `off`, or `left`."""

    name: str
    state: str
    last_success_at: dt.datetime | None
    last_attempt_at: dt.datetime | None
    failing_since: dt.datetime | None
    failures: int
    live: int
    quarantined: int
    withdrawn: int
    problems: int
    message: str | None
    running: bool
    undecided: bool
    """Whether a held run waits for a person, whatever came after it."""
    told: str | None

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: value for name, value in asdict(self).items() if name not in {"name", "told"}}


@dataclass(frozen=True, slots=True)
class OutputStanding:
    """How an output stands: `done`, `behind`, `restored`, `failed`, `late`, `never`, or `off`.

    `behind` and `restored` wait for a publish: something is new, or the hub has come back from a backup.
    """

    name: str
    state: str
    last_success_at: dt.datetime | None
    last_attempt_at: dt.datetime | None
    failing_since: dt.datetime | None
    failures: int
    files: int
    waiting: int
    message: str | None
    running: bool
    told: str | None

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: value for name, value in asdict(self).items() if name not in {"name", "told"}}


def sources(hub: Hub, *, counted: bool = True) -> dict[str, SourceStanding]:
    """Every source of hub.toml, then those whose records are there without it; without `counted` only how they ended."""
    now, say = hub.clock(), voice_of(hub.config)
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
        found = {}
        for name in (*hub.config.sources, *left):
            row, settings = rows.get(name, {}), hub.config.sources.get(name)
            count = counts.get(name, {})
            failed = row.get("last_status") == "failed"
            found[name] = SourceStanding(
                name=name,
                state=_source_state(hub, settings, row, now),
                last_success_at=row.get("last_success_at"),
                last_attempt_at=row.get("last_attempt_at"),
                failing_since=row.get("failing_since"),
                failures=status.failures(connection, name) if failed else 0,
                live=count.get(LIVE, 0),
                quarantined=count.get(QUARANTINED, 0),
                withdrawn=count.get(WITHDRAWN, 0),
                problems=problems.get(name, 0),
                message=recalled(say, row.get("message")),
                running=name in busy,
                undecided=name in held,
                told=row.get("told"),
            )
    return found


def outputs(hub: Hub, *, counted: bool = True) -> dict[str, OutputStanding]:
    """Every output of hub.toml; without `counted` only how they ended."""
    now, say = hub.clock(), voice_of(hub.config)
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
                state=_output_state(hub, settings, row, now, behind=behind),
                last_success_at=row.get("last_success_at"),
                last_attempt_at=row.get("last_attempt_at"),
                failing_since=row.get("failing_since"),
                failures=row.get("failures") or 0,
                files=files.get(name, 0),
                waiting=status.changes_since(connection, seq) if behind and counted else 0,
                message=recalled(say, row.get("message")),
                running=f"output {name}" in busy,
                told=row.get("told"),
            )
    return found


def _source_state(hub: Hub, settings: SourceSettings | None, row: dict[str, Any], now: dt.datetime) -> str:
    if settings is None:
        return LEFT
    if not settings.enabled:
        return "off"
    word = str(row.get("last_status") or "never")
    return _or_late(hub, "never" if word == "removed" else word, settings.schedule, row, now)


def _output_state(
    hub: Hub, settings: OutputSettings, row: dict[str, Any], now: dt.datetime, *, behind: bool
) -> str:
    if not settings.enabled:
        return "off"
    before = "never" if row.get("last_success_at") is None else "restored"
    word = _or_late(hub, str(row.get("last_status") or before), settings.schedule, row, now)
    return "behind" if word == "done" and behind and settings.schedule is None else word


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
