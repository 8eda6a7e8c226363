"""What the store knows of how sources and outputs stand: counts, failures in a row, who is at work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, func, select

from allin_hub.base import process_identity
from allin_hub.store.tables import artifact, change, lease, output_state, problem, raw, run, source_state

MOST_RUNS = 200
"""How far back failures are counted."""


def sources(connection: Connection) -> dict[str, dict[str, Any]]:
    """What the hub knows of every source that ever ran, also of those that hub.toml no longer names."""
    return {row["source"]: dict(row) for row in connection.execute(select(source_state)).mappings()}


def outputs(connection: Connection) -> dict[str, dict[str, Any]]:
    """What the hub knows of every output that was ever published."""
    return {row["output"]: dict(row) for row in connection.execute(select(output_state)).mappings()}


def raw_counts(connection: Connection) -> dict[str, dict[str, int]]:
    """Source -> status -> how many raws."""
    found: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        select(raw.c.source, raw.c.status, func.count()).group_by(raw.c.source, raw.c.status)
    )
    for source, status, count in rows:
        found.setdefault(source, {})[status] = count
    return found


def problem_totals(connection: Connection) -> dict[str, int]:
    """Source -> how many open problems."""
    rows = connection.execute(select(problem.c.source, func.count()).group_by(problem.c.source))
    return dict(tuple(row) for row in rows)


def problems_of(connection: Connection, code: str, most: int) -> list[tuple[str, int, bytes]]:
    """(source, problem, sealed problem) of the first open problems of a code."""
    query = select(problem.c.source, problem.c.id, problem.c.sealed).where(problem.c.code == code)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(problem.c.id).limit(most))]


def file_counts(connection: Connection) -> dict[str, int]:
    """Output -> how many files it has put in place."""
    rows = connection.execute(select(artifact.c.output, func.count()).group_by(artifact.c.output))
    return dict(tuple(row) for row in rows)


def failures(connection: Connection, source: str) -> int:
    """How many times in a row a source failed; what was tried again within one run of the office counts once."""
    rows = connection.execute(
        select(run.c.invocation, run.c.status)
        .where(run.c.target == source, run.c.job == "sync", run.c.status != "running")
        .order_by(run.c.started_at.desc(), run.c.id.desc())
        .limit(MOST_RUNS)
    )
    found: set[str] = set()
    for invocation, status in rows:
        if status not in {"failed", "killed"}:
            break
        found.add(invocation)
    return len(found)


def at_work(connection: Connection, now: dt.datetime) -> set[str]:
    """The leases that somebody holds: a source by its name, an output as `output NAME`."""
    rows = connection.execute(select(lease).where(lease.c.owner.is_not(None))).mappings()
    return {
        row["source"]
        for row in rows
        if row["expires_at"] > now and not process_identity.has_ended(row["holder"])
    }


def newest_change(connection: Connection) -> int:
    """The number of the newest change of an entity."""
    return int(connection.execute(select(func.coalesce(func.max(change.c.seq), 0))).scalar_one())


def changes_since(connection: Connection, seq: int) -> int:
    """How many changes of entities came after this one."""
    return int(
        connection.execute(select(func.count()).select_from(change).where(change.c.seq > seq)).scalar_one()
    )
