"""Holds every source and output while the hub as a whole is changed: moved to another database, or given other keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection

from allin_hub.base.errors import HubError
from allin_hub.base.failpoints import Point
from allin_hub.base.ids import new_id
from allin_hub.hub import Hub
from allin_hub.publish.output_lease import lease_of_output
from allin_hub.store import leases
from allin_hub.store.engine import writing


@contextmanager
def all_leases(hub: Hub) -> Iterator[dict[str, int]]:
    """Hold every lease, so that a sync or publish which starts meanwhile ends at once as busy: name -> fencing number.

    The change gives them back in its own transaction; when it fails, they are given back here.
    Raises HubError while a source or an output is at work.
    """
    owner, fences = new_id(), dict[str, int]()
    names = {*hub.config.sources, *map(lease_of_output, hub.config.outputs)}
    with writing(hub.engine, Point.LEASES_TAKEN) as connection:
        names |= leases.lease_names(connection)
        for name in sorted(names):
            fence = leases.take_lease(connection, name, owner, hub.clock())
            if fence is None:
                raise HubError(
                    "'{name}' is at work. Nothing was changed.",
                    hint="Wait for its end, then run this again. See: allin status",
                    name=name.removeprefix("output "),
                )
            fences[name] = fence
    try:
        yield fences
    except BaseException:
        with writing(hub.engine) as connection:
            give_back(connection, fences)
        raise


def give_back(connection: Connection, fences: Mapping[str, int]) -> None:
    """Let every next run begin at once."""
    for name, fence in fences.items():
        leases.give_lease_back(connection, name, fence)
