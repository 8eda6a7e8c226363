"""Keeps leases: each lets one run at a time work on a source or an output, with a fencing number that its commits check."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select, update

from allin_hub.base import process_identity
from allin_hub.base.errors import StoreError
from allin_hub.store.engine import upsert_rows
from allin_hub.store.tables import lease, run

LEASE_SECONDS = 900


def take_lease(connection: Connection, name: str, owner: str, now: dt.datetime) -> int | None:
    """Take the lease of this name, a source's or an output's. Returns its fencing number; None while another run holds it."""
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    held = connection.execute(select(lease).where(lease.c.source == name)).mappings().first()
    if held is None:
        upsert_rows(connection, lease, ("source", "fence"), [(name, 0)], ("source",))
    elif (
        held["owner"] is not None
        and _runs_on(held["expires_at"], now)
        and not process_identity.has_ended(held["holder"])
    ):
        return None
    connection.execute(  # whoever gave the lease back may have found no room to say how its run had ended
        update(run)
        .where(run.c.target == name, run.c.status == "running")
        .values(status="killed", finished_at=now)
    )
    connection.execute(
        update(lease)
        .where(lease.c.source == name)
        .values(
            owner=owner, holder=process_identity.this_process(), fence=lease.c.fence + 1, expires_at=until
        )
    )
    return int(connection.execute(select(lease.c.fence).where(lease.c.source == name)).scalar_one())


def lease_names(connection: Connection) -> set[str]:
    """List the names of all leases that were ever taken."""
    return set(connection.execute(select(lease.c.source)).scalars())


def _runs_on(expires_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a lease still runs; one that ends later than any can was given by a clock that was wrong."""
    return now < expires_at <= now + dt.timedelta(seconds=2 * LEASE_SECONDS)


def holds_lease(connection: Connection, name: str, fence: int) -> bool:
    """Tell whether nobody has taken the lease since it had this number."""
    return connection.execute(select(lease.c.fence).where(lease.c.source == name)).scalar() == fence


def refuse_overtaken(connection: Connection, name: str, fence: int) -> None:
    """Let a run of a source write only while nobody has taken the lease over.

    Raises StoreError otherwise: then everything that this transaction did is undone.
    """
    if not holds_lease(connection, name, fence):
        raise StoreError(
            "Another run has taken this source over meanwhile.", hint="Nothing was lost; run the sync again."
        )


def extend_lease(connection: Connection, name: str, fence: int, now: dt.datetime) -> bool:
    """Extend the lease. Returns False when another run has taken it."""
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    return (
        connection.execute(
            update(lease).where(lease.c.source == name, lease.c.fence == fence).values(expires_at=until)
        ).rowcount
        == 1
    )


def give_lease_back(connection: Connection, name: str, fence: int) -> None:
    """Let the next run begin at once."""
    connection.execute(
        update(lease)
        .where(lease.c.source == name, lease.c.fence == fence)
        .values(owner=None, expires_at=None)
    )


def give_leases_back(connection: Connection, holder: str) -> None:
    """Let the next run begin at once where a process held a lease that is known to have ended."""
    connection.execute(update(lease).where(lease.c.holder == holder).values(owner=None, expires_at=None))


def end_all_leases(connection: Connection) -> None:
    """Let every next run begin at once: nobody works on a copy yet."""
    connection.execute(update(lease).values(owner=None, expires_at=None))
