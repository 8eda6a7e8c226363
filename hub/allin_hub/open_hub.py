"""Opens a hub: reads its settings and key, migrates its database after a backup, ends edits that were cut off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point, around
from allin_hub.base.hub_key import file_of, load_key, next_key, place_next, variable_of
from allin_hub.base.types import SchemaUpgrade
from allin_hub.config.load import load
from allin_hub.config.settings import Config
from allin_hub.hub import Hub, hub_in_memory, now_in_utc
from allin_hub.privacy.person_keys import for_migrations
from allin_hub.store import runs
from allin_hub.store.engine import (
    migrate,
    newest_schema,
    open_engine,
    reading,
    revision,
    sqlite_path,
    writing,
)
from allin_hub.store.moved_away import KEY, WATCHED, refuse_left


def open_dry(folder: Path, clock: Callable[[], dt.datetime] = now_in_utc) -> Hub:
    """Open the hub of a folder so that nothing is left behind. Before its first run it gets no key and no database.

    Raises ConfigError as `open_hub` does.
    """
    settings = load(folder)
    if not _is_new(settings.database_url):
        return open_hub(folder, clock)
    return hub_in_memory(settings, clock)


def _is_new(url: str) -> bool:
    """Tell whether no hub was ever opened on this database."""
    path = sqlite_path(url)
    if path is not None:
        return not path.exists()
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return revision(connection) is None
    finally:
        engine.dispose()


def open_hub(folder: Path, clock: Callable[[], dt.datetime] = now_in_utc) -> Hub:
    """Read hub.toml, the key and the database of a folder; both are made at the first run.

    Raises ConfigError when the settings are wrong, the key does not belong to the database, the hub has left it, or it
    is gone from where it was.
    """
    settings = load(folder)
    place = sqlite_path(settings.database_url)
    if place is not None and not place.exists():
        from allin_hub.backup.lost_database import refuse_lost

        refuse_lost(settings, place)
    engine = open_engine(settings.database_url)
    upgraded: SchemaUpgrade | None = None

    def keep_a_copy(old: str) -> None:
        nonlocal upgraded
        upgraded = SchemaUpgrade(old, newest_schema(), _copy(settings, sealer, old, clock()))

    try:
        sealer, made = _keys(settings, engine)
        migrate(engine, before=keep_a_copy, handed=for_migrations(sealer))
        with reading(engine) as connection:
            refuse_left(connection)
            known = runs.fact(connection, KEY)
            left_over = runs.fact(connection, "unfinished")
        mark = sealer.mark().hex()
        engine.update_execution_options(**{WATCHED: mark})
        if known is None:
            with writing(engine, Point.HUB_KEY_NOTED) as connection:
                runs.save_fact(connection, KEY, mark)
        elif known != mark:
            raise _wrong_key()
    except BaseException:
        engine.dispose()
        raise
    ended = None
    if left_over:
        from allin_hub.manage.pending_edits import finish

        ended = finish(engine, folder)
        settings = load(folder)
    return Hub(settings, engine, sealer, made, clock, ended=ended, upgraded=upgraded)


def _keys(settings: Config, engine: Engine) -> tuple[Sealer, Path | None]:
    """The keys that the database wants, and the path of a file that was made for them just now.

    Those that a rotation has made are put in place where it was cut off before that. Raises ConfigError for wrong keys.
    """
    setting, folder = settings.hub.key, settings.folder
    for _ in range(2):  # a rotation may end between one look and the other
        wanted = _mark(settings, engine)
        sealer, made = load_key(setting, folder)
        if wanted is None or wanted == sealer.mark().hex():
            return sealer, made
        if made is not None:
            with around(Point.HUB_KEY_MADE):
                made.unlink()
            raise ConfigError(
                "{file} is not there, but the database was made with it.",
                hint="Put the file back from its copy. Without it nothing sealed can be read.",
                file=made.name,
            )
        following = next_key(setting, folder)
        if following is not None and following.mark().hex() == wanted:
            if variable_of(setting) is None:
                place_next(file_of(setting, folder), sealer)
            return following, None
    raise _wrong_key()


def _mark(settings: Config, engine: Engine) -> str | None:
    """The mark of the keys that the database wants; None before it has any. A server that is away is told here."""
    place = sqlite_path(settings.database_url)
    if place is not None and not place.exists():
        return None
    with reading(engine) as connection:
        return None if revision(connection) is None else runs.fact(connection, KEY)


def _wrong_key() -> ConfigError:
    return ConfigError(
        "This hub.key does not belong to this database.",
        hint="Put the hub.key back that was there when the database was made, or that the last rotation made."
        " Without it nothing sealed can be read.",
    )


def upgrade(folder: Path, clock: Callable[[], dt.datetime] = now_in_utc) -> SchemaUpgrade:
    """Bring a hub's database to the newest schema, as opening the hub does. Makes no database where there is none.

    Raises ConfigError as `open_hub` does.
    """
    settings = load(folder)
    if _is_new(settings.database_url):
        place = sqlite_path(settings.database_url)
        if place is not None:
            from allin_hub.backup.lost_database import refuse_lost

            refuse_lost(settings, place)
        return SchemaUpgrade(None, newest_schema())
    hub = open_hub(folder, clock)
    hub.close()
    return hub.upgraded or SchemaUpgrade(newest_schema(), newest_schema())


def _copy(settings: Config, sealer: Sealer, old: str, now: dt.datetime) -> Path:
    from allin_hub.backup.create import before_upgrade

    return before_upgrade(settings, sealer, old, now)
