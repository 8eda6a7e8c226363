"""A database that the hub has moved out of says so, and takes nothing more: what came in there would be lost."""

from __future__ import annotations

import orjson
from sqlalchemy import Connection

from allin_hub.base.errors import ConfigError

FACT = "moved"
WATCHED = "refuses_once_left"
"""The option of an engine whose every write looks first whether the hub has moved meanwhile."""


def refuse_left(connection: Connection) -> None:
    """Raise ConfigError when the hub has moved to another database."""
    written = connection.exec_driver_sql(f"SELECT value FROM hub_fact WHERE name = '{FACT}'").scalar()  # noqa: S608 - a constant
    if written:
        raise ConfigError(
            "The hub has moved to another database; this one takes nothing more.",
            hint="Let hub.toml lead there: {line}\nOr go on in this one, without what has come since: allin move --back",
            line=orjson.loads(written)["line"],
        )
