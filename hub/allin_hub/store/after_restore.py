"""Makes a restored copy fit to run: what belonged to the runs and folders of the hub that it was copied from ends here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, select, update

from allin_hub.base import process_identity
from allin_hub.store import runs, staging
from allin_hub.store.engine import insert_rows
from allin_hub.store.tables import artifact, journal, lease, output_state, run


def settle_copy(
    connection: Connection, instance: str, now: dt.datetime, brought: Collection[tuple[str, str]]
) -> None:
    """End the runs that were under way, publish everything anew, and give the copy an instance of its own.

    `brought` names the files that came with the copy: (output, path). Whoever sends mail compares the instance.
    """
    connection.execute(update(lease).values(owner=None, expires_at=None))
    connection.execute(update(run).where(run.c.status == "running").values(status="killed", finished_at=now))
    drop_orphans(connection, set())
    connection.execute(delete(journal))
    connection.execute(update(output_state).values(fingerprint=None, last_status=None))
    rows = connection.execute(select(artifact.c.output, artifact.c.path)).all()
    for output, path in rows:
        if (output, path) not in brought:
            connection.execute(
                update(artifact)
                .where(artifact.c.output == output, artifact.c.path == path)
                .values(key="", digest="")
            )
    before = runs.fact(connection, "instance")
    runs.save_fact(connection, "instance", instance)
    runs.save_fact(connection, "restored_at", now.isoformat())
    if before is not None:
        runs.save_fact(connection, "restored_from", before)


def drop_orphans(connection: Connection, busy: Collection[str]) -> int:
    """Forget the staging of runs that neither wait for a person nor are under way; how many rows."""
    waiting = set(connection.execute(select(run.c.id).where(run.c.status == "held")).scalars()) | set(busy)
    found = staging.runs(connection)
    gone = sorted(found - waiting)
    # A run that only slept must not go on without what it had staged.
    for run_id in gone:
        connection.execute(update(lease).where(lease.c.owner == run_id).values(fence=lease.c.fence + 1))
    return staging.drop(connection, gone)


def running(connection: Connection, now: dt.datetime) -> list[tuple[str, str]]:
    """(what, run) of every sync and publish that is surely or probably under way."""
    rows = connection.execute(
        select(lease.c.source, lease.c.owner, lease.c.holder)
        .where(lease.c.owner.is_not(None), lease.c.expires_at > now)
        .order_by(lease.c.source)
    )
    return [(row[0], row[1]) for row in rows if not process_identity.has_ended(row[2])]


def all_artifacts(connection: Connection) -> list[tuple[str, str]]:
    """(output, path) of every file that the hub has published and not taken away."""
    return [(row[0], row[1]) for row in connection.execute(select(artifact.c.output, artifact.c.path))]


def know_artifacts(connection: Connection, found: Iterable[tuple[str, str]]) -> None:
    """Remember files that lie in the outputs' folders, so that a publish takes away those that it does not make."""
    rows = [(output, path, "", "", 0) for output, path in found]
    columns = ("output", "path", "key", "digest", "size")
    insert_rows(connection, artifact, columns, rows, "ON CONFLICT DO NOTHING")
