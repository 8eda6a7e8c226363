"""Holds sources while they are renamed, removed or brought back, so that no run works on them meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection

from allin_hub.base.errors import StoreError
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.hub import Hub
from allin_hub.store import leases
from allin_hub.store.engine import writing


class Reservation:
    """The right to change sources as a whole, checked at the commit."""

    def __init__(self, fences: Mapping[str, int], run_id: str) -> None:
        self._fences = fences
        self.run_id = run_id

    def fence(self, name: str) -> int:
        """The number of one source's lease."""
        return self._fences[name]

    def refuse_overtaken(self, connection: Connection) -> None:
        """Let a change be written only while nobody has taken one of the sources over.

        Raises StoreError otherwise: then everything that this transaction did is undone.
        """
        for name, fence in self._fences.items():
            leases.refuse_overtaken(connection, name, fence)

    def end(self, connection: Connection) -> None:
        """Give the leases back together with the change: a kill right after it leaves none held."""
        for name, fence in self._fences.items():
            leases.give_lease_back(connection, name, fence)


@contextmanager
def reserved(
    hub: Hub, *names: str, begin: Callable[[Connection, str], None] | None = None
) -> Iterator[Reservation]:
    """Hold the leases of sources for one run.

    `begin` writes in the transaction that takes the leases, and is given the run's id.
    Raises StoreError while a run holds one of them.
    """
    run_id = new_id()
    with writing(hub.engine, Point.SOURCES_RESERVED) as connection:
        fences = {
            name: leases.take_lease(connection, name, run_id, hub.clock()) for name in sorted(set(names))
        }
        held = {name: fence for name, fence in fences.items() if fence is not None}
        if len(held) < len(fences):
            raise StoreError(
                "A run works on this source just now.", hint="Wait for its end, then run this again."
            )
        if begin is not None:
            begin(connection, run_id)
    reservation = Reservation(held, run_id)
    try:
        yield reservation
    finally:
        with writing(hub.engine, Point.SOURCES_RELEASED) as connection:
            reservation.end(connection)
