"""A database that the hub has moved out of, or whose keys were renewed, takes nothing more from those who do not know it."""

from __future__ import annotations

import orjson
from sqlalchemy import Connection

from allin_hub.base.errors import ConfigError

FACT = "moved"
KEY = "key"
"""The fact that tells the mark of the hub's keys."""
WATCHED = "refuses_once_left"
"""The option of an engine whose every write looks first whether the hub has moved meanwhile, or has other keys than these."""


def refuse_left(connection: Connection, mark: str | None = None) -> None:
    """Raise ConfigError when the hub has moved to another database, or no longer has the keys with this mark."""
    query = f"SELECT name, value FROM hub_fact WHERE name IN ('{FACT}', '{KEY}')"  # noqa: S608 - constants
    facts: dict[str, str] = {row[0]: row[1] for row in connection.exec_driver_sql(query)}
    if mark is not None and facts.get(KEY, mark) != mark:
        raise ConfigError(
            "The hub's key was renewed while this command ran. Nothing of it was written since.",
            hint="Run it again.",
        )
    written = facts.get(FACT)
    if written:
        raise ConfigError(
            "The hub has moved to another database; this one takes nothing more.",
            hint="Let hub.toml lead there: {line}\nOr go on in this one, without what has come since: allin move --back",
            line=orjson.loads(written)["line"],
        )
