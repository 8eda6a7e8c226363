"""Takes the lease of a source for one run, so that no two work on it at once, and gives it back at the run's end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from allin_hub.base.failpoints import Point
from allin_hub.hub import Hub
from allin_hub.store import leases
from allin_hub.store.engine import writing


@contextmanager
def source_lease(
    hub: Hub,
    name: str,
    run_id: str,
    begin: Callable[[Connection], None] | None = None,
) -> Iterator[int | None]:
    """Hold the lease of a source, and yield its fencing number; None while another run holds it.

    `begin` writes in the transaction that takes the lease; it is not called when another run holds it.
    """
    with writing(hub.engine, Point.SYNC_BEGUN) as connection:
        fence = leases.take_lease(connection, name, run_id, hub.clock())
        if fence is not None and begin is not None:
            begin(connection)
    if fence is None:
        yield None
        return
    try:
        yield fence
    finally:
        with writing(hub.engine, Point.SYNC_ENDED) as connection:
            leases.give_lease_back(connection, name, fence)
