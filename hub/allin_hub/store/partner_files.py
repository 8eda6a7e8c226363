"""Remembers which file of a partner a source has read and applied, and whether upkeep took it away."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from hashlib import blake2b

import orjson
from sqlalchemy import Connection

from allin_hub.store import runs
from allin_hub.store.tables import hub_fact


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The one file of a source as it was when all that it says was applied."""

    place: str
    """A digest of its path: people name files after people."""
    id: tuple[int, int, int]
    """Its inode, size and time of change, by which it is known again without being read."""
    since: str = ""
    """Since when it is known in this state."""
    taken: bool = False
    """Whether upkeep took it away."""


def _fact(source: str) -> str:
    return f"file-{blake2b(source.encode(), digest_size=12).hexdigest()}"


def read_file(connection: Connection, source: str) -> ReadFile | None:
    """The file that a source has read last; None where none is remembered."""
    found = runs.fact(connection, _fact(source))
    if found is None:
        return None
    values = orjson.loads(found)
    return ReadFile(**{**values, "id": tuple(values["id"])})


def remember(connection: Connection, source: str, file: ReadFile) -> None:
    """Remember a file of a source."""
    runs.save_fact(connection, _fact(source), orjson.dumps(asdict(file)).decode())


def applied(connection: Connection, source: str, file: ReadFile, now: dt.datetime) -> None:
    """Remember that what a file says was applied; since when, where it is known already."""
    known = read_file(connection, source)
    is_same = known is not None and not known.taken and (known.place, known.id) == (file.place, file.id)
    since = known.since if is_same and known is not None else now.isoformat()
    remember(connection, source, ReadFile(file.place, file.id, since))


def rename(connection: Connection, old: str, new: str) -> None:
    """Let a source's file be known under the source's new name."""
    connection.execute(hub_fact.update().where(hub_fact.c.name == _fact(old)).values(name=_fact(new)))
