"""What has to hold between the rows of a sound database, asked of it one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, exists, func, select, update

from allin_hub.base.types import OFFICE
from allin_hub.store import staging
from allin_hub.store.after_restore import running
from allin_hub.store.engine import revision
from allin_hub.store.raw_records import WITHDRAWN
from allin_hub.store.tables import (
    ENTITY_TABLES,
    SEALED,
    Sealed,
    artifact,
    claim,
    journal,
    lease,
    metadata,
    raw,
    reference,
    run,
)

BATCH = 2000


def schema(connection: Connection) -> str | None:
    """Which schema the database has; None before the first."""
    return revision(connection)


def file_faults(connection: Connection) -> list[str]:
    """What SQLite finds wrong with its own file; a server looks after its files itself."""
    if connection.dialect.name != "sqlite":
        return []
    checked = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    strangers = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [
        *(str(fault) for fault in checked if fault != "ok"),
        *sorted({f"{row[0]} -> {row[2]}" for row in strangers}),
    ]


def sealed_values(connection: Connection) -> Iterator[tuple[str, bytes, bytes]]:
    """(table, what it is bound to, sealed bytes) of everything that is sealed."""
    for table in metadata.sorted_tables:
        for column in table.c:
            if SEALED in column.info:
                mark: Sealed = column.info[SEALED]
                query = select(column, *(table.c[name] for name in mark.columns)).where(column.is_not(None))
                for batch in connection.execute(query.execution_options(yield_per=BATCH)).partitions():
                    for sealed, *whose in batch:
                        yield str(table.name), mark.of(*(part or 0 for part in whose)), bytes(sealed)


def claims_without_entity(connection: Connection) -> int:
    """Live claims whose entity is not there, or out of sight. What the office says of an entry waits until it is back."""
    found = 0
    for kind, table in ENTITY_TABLES.items():
        there = exists().where(table.c.id == claim.c.entity_id, table.c.withdrawn_at.is_(None))
        query = select(func.count()).where(claim.c.live == 1, claim.c.kind == kind.value, ~there)
        query = query.where(claim.c.source != OFFICE)
        found += int(connection.execute(query.select_from(claim)).scalar_one())
    return found


def entities_without_claim(connection: Connection) -> int:
    """Entities in sight that no live claim speaks of."""
    found = 0
    for table in ENTITY_TABLES.values():
        said = exists().where(claim.c.entity_id == table.c.id, claim.c.live == 1)
        query = select(func.count()).select_from(table).where(table.c.withdrawn_at.is_(None), ~said)
        found += int(connection.execute(query).scalar_one())
    return found


def wrong_provenance(connection: Connection) -> int:
    """Entities in sight that name a claim which does not live, or none at all."""
    live = set(connection.execute(select(claim.c.id).where(claim.c.live == 1)).scalars())
    found = 0
    for table in ENTITY_TABLES.values():
        query = select(table.c.provenance).where(table.c.withdrawn_at.is_(None))
        for written in connection.execute(query).scalars():
            named = {number for claims in orjson.loads(written).values() for number in claims}
            found += not named or not named <= live
    return found


def lost_forwardings(connection: Connection) -> int:
    """Merged entities whose forwarding leads nowhere, or round in a circle."""
    found = 0
    for table in ENTITY_TABLES.values():
        rows: dict[str, str | None] = {
            row[0]: row[1] for row in connection.execute(select(table.c.id, table.c.merged_into))
        }
        found += sum(not _ends(rows, start) for start in rows)
    return found


def _ends(rows: dict[str, str | None], start: str) -> bool:
    """Whether a forwarding leads to an entity that is not merged itself."""
    seen: set[str] = set()
    here: str | None = start
    while here is not None and here in rows and here not in seen:
        seen.add(here)
        here = rows[here]
    return here is None


def claims_of_gone_raws(connection: Connection) -> int:
    """Live claims of records that are withdrawn."""
    query = (
        select(func.count())
        .select_from(claim)
        .join(raw, raw.c.id == claim.c.raw_id)
        .where(claim.c.live == 1, raw.c.status == WITHDRAWN)
    )
    return int(connection.execute(query).scalar_one())


def lost_references(connection: Connection) -> int:
    """References that point to a claim which is not there."""
    there = exists().where(claim.c.id == reference.c.target_claim).correlate(reference)
    query = select(func.count()).select_from(reference).where(reference.c.target_claim.is_not(None), ~there)
    return int(connection.execute(query).scalar_one())


def orphans(connection: Connection, now: dt.datetime) -> int:
    """Staged rows of runs that neither wait for a person nor are under way."""
    busy = [run_id for _, run_id in running(connection, now)]
    return staging.rows_besides(connection, busy)


def stale_leases(connection: Connection, now: dt.datetime) -> list[str]:
    """What is still marked as running, although who did it has ended or its time is up."""
    busy = {name for name, _ in running(connection, now)}
    held = connection.execute(select(lease.c.source).where(lease.c.owner.is_not(None))).scalars()
    return sorted(set(held) - busy)


def lost_runs(connection: Connection, now: dt.datetime) -> int:
    """Runs that never ended, and that nobody works on."""
    busy = [run_id for _, run_id in running(connection, now)]
    query = select(func.count()).where(run.c.status == "running", run.c.id.not_in(busy))
    return int(connection.execute(query.select_from(run)).scalar_one())


def end_lost_runs(connection: Connection, now: dt.datetime) -> None:
    """Give back the leases that nobody holds any more, and note their runs as killed."""
    for name in stale_leases(connection, now):
        connection.execute(update(lease).where(lease.c.source == name).values(owner=None, expires_at=None))
    busy = [run_id for _, run_id in running(connection, now)]
    connection.execute(
        update(run)
        .where(run.c.status == "running", run.c.id.not_in(busy))
        .values(status="killed", finished_at=now)
    )


def open_journals(connection: Connection, now: dt.datetime) -> list[str]:
    """Outputs whose last publish was cut off, and that nobody publishes now."""
    busy = {name for name, _ in running(connection, now)}
    names = connection.execute(select(journal.c.output).order_by(journal.c.output)).scalars()
    return [name for name in names if f"output {name}" not in busy]


def known_sources(connection: Connection) -> set[str]:
    """Sources of which records are there that nobody has withdrawn."""
    query = select(raw.c.source).where(raw.c.status != WITHDRAWN).distinct()
    return set(connection.execute(query).scalars())


def files_of(connection: Connection, output: str) -> list[tuple[str, int]]:
    """(path, size) of the files that an output has published; the size is 0 where it is not known."""
    query = select(artifact.c.path, artifact.c.size, artifact.c.digest).where(artifact.c.output == output)
    return [(row[0], row[1] if row[2] else 0) for row in connection.execute(query)]


def last_moment(connection: Connection) -> dt.datetime | None:
    """When the newest run began."""
    found: Any = connection.execute(
        select(run.c.started_at).order_by(run.c.started_at.desc()).limit(1)
    ).scalar()
    return found if found is None or isinstance(found, dt.datetime) else dt.datetime.fromisoformat(found)
