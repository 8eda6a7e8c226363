"""Runs, what the hub knows of its sources and outputs, leases, and facts about the hub itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Table, delete, select, update

from allin_hub.base import process_identity as holders
from allin_hub.base.errors import StoreError
from allin_hub.store.engine import upsert_rows
from allin_hub.store.tables import (
    artifact,
    hub_fact,
    iso,
    journal,
    lease,
    output_state,
    run,
    source_state,
)

LEASE_SECONDS = 900


def take_lease(connection: Connection, source: str, owner: str, now: dt.datetime) -> int | None:
    """The fencing number of a lease on a source, or None while another run holds it."""
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    held = connection.execute(select(lease).where(lease.c.source == source)).mappings().first()
    if held is None:
        upsert_rows(connection, lease, ("source", "fence"), [(source, 0)], ("source",))
    elif (
        held["owner"] is not None
        and _runs_on(held["expires_at"], now)
        and not holders.has_ended(held["holder"])
    ):
        return None
    connection.execute(  # whoever gave the lease back may have found no room to say how its run had ended
        update(run)
        .where(run.c.target == source, run.c.status == "running")
        .values(status="killed", finished_at=now)
    )
    connection.execute(
        update(lease)
        .where(lease.c.source == source)
        .values(owner=owner, holder=holders.this_process(), fence=lease.c.fence + 1, expires_at=until)
    )
    return int(connection.execute(select(lease.c.fence).where(lease.c.source == source)).scalar_one())


def leases(connection: Connection) -> set[str]:
    """The names of all leases that were ever taken."""
    return set(connection.execute(select(lease.c.source)).scalars())


def _runs_on(expires_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a lease still runs; one that ends later than any can was given by a clock that was wrong."""
    return now < expires_at <= now + dt.timedelta(seconds=2 * LEASE_SECONDS)


def holds_lease(connection: Connection, source: str, fence: int) -> bool:
    """Whether nobody has taken the lease since it had this number."""
    return connection.execute(select(lease.c.fence).where(lease.c.source == source)).scalar() == fence


def refuse_overtaken(connection: Connection, source: str, fence: int) -> None:
    """Let a run write only while nobody has taken the source over.

    Raises StoreError otherwise: then everything that this transaction did is undone.
    """
    if not holds_lease(connection, source, fence):
        raise StoreError(
            "Another run has taken this source over meanwhile.", hint="Nothing was lost; run the sync again."
        )


def extend_lease(connection: Connection, source: str, fence: int, now: dt.datetime) -> bool:
    """Hold the lease for longer; False when another run has taken it."""
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    return (
        connection.execute(
            update(lease).where(lease.c.source == source, lease.c.fence == fence).values(expires_at=until)
        ).rowcount
        == 1
    )


def give_lease_back(connection: Connection, source: str, fence: int) -> None:
    """Let the next run begin at once."""
    connection.execute(
        update(lease)
        .where(lease.c.source == source, lease.c.fence == fence)
        .values(owner=None, expires_at=None)
    )


def end_all_leases(connection: Connection) -> None:
    """Let every next run begin at once: nobody works on a copy yet."""
    connection.execute(update(lease).values(owner=None, expires_at=None))


def begin_run(connection: Connection, values: Mapping[str, Any]) -> None:
    """Note that a run has begun."""
    connection.execute(run.insert().values(status="running", counts="{}", **values))


def end_run(
    connection: Connection,
    run_id: str,
    status: str,
    counts: Mapping[str, Any],
    message: str | None,
    now: dt.datetime,
) -> None:
    """Note how a run ended."""
    connection.execute(
        update(run)
        .where(run.c.id == run_id)
        .values(status=status, counts=orjson.dumps(counts).decode(), message=message, finished_at=now)
    )


def held_runs(connection: Connection) -> Sequence[RowMapping]:
    """The runs that wait for a person, the newest of each source."""
    rows = connection.execute(select(run).where(run.c.status == "held").order_by(run.c.started_at)).mappings()
    return list({row["target"]: row for row in rows}.values())


def held_of(connection: Connection, source: str) -> Sequence[RowMapping]:
    """The runs of a source that wait for a person."""
    found = select(run).where(run.c.status == "held", run.c.target == source)
    return connection.execute(found).mappings().all()


def find_held(connection: Connection, word: str) -> Sequence[RowMapping]:
    """Held runs by id, the beginning of an id, invocation, or source."""
    return [
        row
        for row in held_runs(connection)
        if word in {row["target"], row["invocation"]}
        or (len(word) >= 4 and row["id"].startswith(word))
        or row["id"].endswith(word)
    ]


def close_held(connection: Connection, source: str, status: str) -> None:
    """Held runs of a source that no longer wait: `accepted` or `overtaken`."""
    connection.execute(
        update(run).where(run.c.target == source, run.c.status == "held").values(status=status)
    )


def _state(connection: Connection, table: Table, name: str) -> dict[str, Any]:
    key = next(iter(table.primary_key))
    row = connection.execute(select(table).where(key == name)).mappings().first()
    return dict(row) if row else {}


def _save(connection: Connection, table: Table, name: str, values: Mapping[str, Any]) -> None:
    key = next(iter(table.primary_key))
    plain = {k: iso(v) if isinstance(v, dt.datetime) else v for k, v in values.items()}
    if connection.execute(select(key).where(key == name)).first() is None:
        connection.execute(table.insert().values({key.name: name, **plain}))
    else:
        connection.execute(update(table).where(key == name).values(plain))


def source_row(connection: Connection, source: str) -> dict[str, Any]:
    """What the hub knows of a source; empty before its first run."""
    return _state(connection, source_state, source)


def save_source(connection: Connection, source: str, **values: Any) -> None:
    """Change what the hub knows of a source."""
    _save(connection, source_state, source, values)


def output_row(connection: Connection, output: str) -> dict[str, Any]:
    """What the hub knows of an output; empty before its first run."""
    return _state(connection, output_state, output)


def save_output(connection: Connection, output: str, **values: Any) -> None:
    """Change what the hub knows of an output."""
    _save(connection, output_state, output, values)


def artifacts(connection: Connection, output: str) -> dict[str, tuple[str, str, int]]:
    """The manifest of an output: path -> (key, digest, size)."""
    rows = connection.execute(
        select(artifact.c.path, artifact.c.key, artifact.c.digest, artifact.c.size).where(
            artifact.c.output == output
        )
    )
    return {path: (key, digest, size) for path, key, digest, size in rows.all()}


def save_artifacts(
    connection: Connection, output: str, made: Sequence[tuple[str, str, str, int]], gone: Sequence[str]
) -> None:
    """Change the manifest of an output: (path, key, digest, size) made, paths gone."""
    columns = ("output", "path", "key", "digest", "size")
    upsert_rows(connection, artifact, columns, [(output, *row) for row in made], ("output", "path"))
    for path in gone:
        connection.execute(delete(artifact).where(artifact.c.output == output, artifact.c.path == path))


def fact(connection: Connection, name: str) -> str | None:
    """A fact about the hub."""
    found = connection.execute(select(hub_fact.c.value).where(hub_fact.c.name == name)).scalar()
    return None if found is None else str(found)


def save_fact(connection: Connection, name: str, value: str) -> None:
    """Remember a fact about the hub."""
    upsert_rows(connection, hub_fact, ("name", "value"), [(name, value)], ("name",))


def read_journal(connection: Connection, output: str) -> dict[str, Any] | None:
    """What a publish had decided to put in place, and may not have ended."""
    found = connection.execute(select(journal.c.content).where(journal.c.output == output)).scalar()
    return None if found is None else dict(orjson.loads(found))


def write_journal(connection: Connection, output: str, content: Mapping[str, Any]) -> None:
    """Decide what is to be put in place: from here on it is finished, by this run or the next."""
    upsert_rows(
        connection, journal, ("output", "content"), [(output, orjson.dumps(content).decode())], ("output",)
    )


def close_journal(connection: Connection, output: str) -> None:
    """All of it is in place."""
    connection.execute(delete(journal).where(journal.c.output == output))


def outputs_with_files(connection: Connection) -> set[str]:
    """The outputs that have put files somewhere, or had decided to."""
    placed = select(output_state.c.output).where(output_state.c.path.is_not(None))
    return set(connection.execute(placed.union(select(journal.c.output))).scalars())


def forget_artifacts(connection: Connection, output: str) -> None:
    """Forget the files of an output that were taken away."""
    connection.execute(delete(artifact).where(artifact.c.output == output))
    _save(connection, output_state, output, {"path": None, "fingerprint": None})
