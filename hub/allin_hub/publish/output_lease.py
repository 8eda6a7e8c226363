"""The right of one run to publish an output: a lease in the hub's database, with a number that a commit is checked by."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from allin_hub.base.errors import StoreError
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.hub import Hub
from allin_hub.store import leases
from allin_hub.store.engine import reading, writing

EXTENDED_EVERY = dt.timedelta(seconds=60)


class Turn:
    """One run's right to publish one output, extended while the run works."""

    def __init__(self, hub: Hub, output: str, fence: int) -> None:
        self.hub = hub
        self.output = output
        self.fence = fence
        self._extended = hub.clock()

    def is_held(self, connection: Connection) -> bool:
        """Whether no other publish has taken the output over."""
        return leases.holds_lease(connection, lease_of_output(self.output), self.fence)

    def refuse_overtaken(self, connection: Connection) -> None:
        """Let a run write only while nobody has taken the output over.

        Raises StoreError otherwise: then everything that this transaction did is undone.
        """
        if not self.is_held(connection):
            raise StoreError(
                "Another publish has taken this output over meanwhile.",
                hint="Nothing was lost; publish again.",
            )

    def hold(self) -> None:
        """Work on for a while; called before each file, so that a run that slept for long stops before the next one.

        Raises StoreError when another publish has taken the output over meanwhile.
        """
        now = self.hub.clock()
        if abs(now - self._extended) >= EXTENDED_EVERY:
            self._extended = now
            with writing(self.hub.engine, Point.PUBLISH_EXTENDED) as connection:
                self.refuse_overtaken(connection)
                leases.extend_lease(connection, lease_of_output(self.output), self.fence, now)

    def give_back(self, connection: Connection) -> None:
        """Give the lease back together with what this transaction does."""
        leases.give_lease_back(connection, lease_of_output(self.output), self.fence)

    def check(self) -> None:
        """Look once more, right before a step that cannot be taken back.

        Raises StoreError when another publish has taken the output over meanwhile.
        """
        with reading(self.hub.engine) as connection:
            self.refuse_overtaken(connection)

    def end(self) -> None:
        """Let the next publish begin at once."""
        with writing(self.hub.engine, Point.PUBLISH_ENDED) as connection:
            self.give_back(connection)


def begun(hub: Hub, output: str) -> Turn | None:
    """The turn of a new run to publish an output; None while another one does."""
    with writing(hub.engine, Point.PUBLISH_BEGUN) as connection:
        hub.note_settings(connection)
        fence = leases.take_lease(connection, lease_of_output(output), new_id(), hub.clock())
    return None if fence is None else Turn(hub, output, fence)


def lease_of_output(output: str) -> str:
    """The name of an output's lease; no source is called so."""
    return f"output {output}"
