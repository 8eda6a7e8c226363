"""The open hub: its settings, its database, its key. Every step takes it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from allin_hub.base.encryption import KEY_BYTES, Sealer, load_key
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point, around
from allin_hub.config import load as configuration
from allin_hub.config.settings import Config
from allin_hub.store import runs as bookkeeping
from allin_hub.store.engine import migrate, open_engine, reading, revision, sqlite_path, writing
from allin_hub.store.moved_away import WATCHED, refuse_left

if TYPE_CHECKING:
    from allin_hub.http.client import Http
    from allin_hub.manage.pending_edits import Unfinished


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Hub:
    """One office's hub. `new_key` is the path of a key that was made just now; `network` stands in for the door to it.

    `ended` is what an earlier command had decided, and this opening has done.
    """

    config: Config
    engine: Engine
    sealer: Sealer
    new_key: Path | None = None
    clock: Callable[[], dt.datetime] = field(default=_now)
    network: Callable[[], Http] | None = None
    ended: Unfinished | None = None

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_dry(folder: Path, clock: Callable[[], dt.datetime] = _now) -> Hub:
    """The hub of a folder for a look that leaves nothing behind: before its first run, without key and database.

    Raises ConfigError as `open_hub` does.
    """
    settings = configuration.load(folder)
    if not _is_new(settings.database_url):
        return open_hub(folder, clock)
    engine = open_engine("sqlite:///:memory:")
    migrate(engine)
    return Hub(settings, engine, Sealer(secrets.token_bytes(KEY_BYTES)), None, clock)


def _is_new(url: str) -> bool:
    """Whether no hub was ever opened on this database."""
    path = sqlite_path(url)
    if path is not None:
        return not path.exists()
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return revision(connection) is None
    finally:
        engine.dispose()


def open_hub(folder: Path, clock: Callable[[], dt.datetime] = _now) -> Hub:
    """Read hub.toml, the key and the database of a folder; both are made at the first run.

    Raises ConfigError when the settings are wrong, the key does not belong to the database, the hub has left it, or it
    is gone from where it was.
    """
    settings = configuration.load(folder)
    place = sqlite_path(settings.database_url)
    if place is not None and not place.exists():
        from allin_hub.backup.lost_database import refuse_lost

        refuse_lost(settings, place)
    engine = open_engine(settings.database_url)
    try:
        if sqlite_path(settings.database_url) is None:
            with reading(engine) as connection:  # a server that is away is told before a key is made
                revision(connection)
        sealer, made = load_key(settings.hub.key, folder)
        mark = sealer.mark().hex()
        migrate(engine, before=lambda old: _keep_a_copy(settings, sealer, old, clock()))
        with reading(engine) as connection:
            refuse_left(connection)
            known = bookkeeping.fact(connection, "key")
            left_over = bookkeeping.fact(connection, "unfinished")
        engine.update_execution_options(**{WATCHED: True})
    except BaseException:
        engine.dispose()
        raise
    if known is None:
        with writing(engine, Point.HUB_KEY_NOTED) as connection:
            bookkeeping.save_fact(connection, "key", mark)
    elif known != mark:
        engine.dispose()
        if made is not None:
            with around(Point.HUB_KEY_MADE):
                made.unlink()
            raise ConfigError(
                "{file} is not there, but the database was made with it.",
                hint="Put the file back from its copy. Without it nothing sealed can be read.",
                file=made.name,
            )
        raise ConfigError(
            "This hub.key does not belong to this database.",
            hint="Put the hub.key back that was there when the database was made. Without it nothing sealed can be read.",
        )
    ended = None
    if left_over:
        from allin_hub.manage.pending_edits import finish

        ended = finish(engine, folder)
        settings = configuration.load(folder)
    return Hub(settings, engine, sealer, made, clock, ended=ended)


def _keep_a_copy(settings: Config, sealer: Sealer, old: str, now: dt.datetime) -> None:
    from allin_hub.backup.create import before_upgrade

    before_upgrade(settings, sealer, old, now)
