"""What shows that a hub has run before, so that nobody makes an empty database where one was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allin_hub.backup.create import LAST, backups_of, key_name, last_backup
from allin_hub.base.errors import ConfigError
from allin_hub.config.settings import Config
from allin_hub.publish.output_address import is_elsewhere
from allin_hub.store.engine import sqlite_path

LOGS = ("-wal", "-shm")
"""What SQLite keeps beside its file."""


def traces(config: Config, *, opened: bool = False) -> Iterator[str]:
    """What in its folder shows that a hub has run before: a backup, an output's files, what its database left behind."""
    if (folder := _own(config, config.hub.backup_folder)) is not None:
        yield from (f"{config.hub.backup_folder}/{path.name}" for path in backups_of(folder)[-1:])
    if last_backup(config) is not None:
        yield LAST
    database = None if opened else sqlite_path(config.database_url)
    if database is not None:
        yield from (f"{database.name}{ending}" for ending in LOGS if Path(f"{database}{ending}").exists())
    yield from _published(config)


def _published(config: Config) -> Iterator[str]:
    """The first file of each output's folder."""
    for settings in config.outputs.values():
        if not is_elsewhere(settings.path) and (folder := _own(config, settings.path)) is not None:
            yield from (f"{settings.path}/{path.name}" for path in sorted(folder.iterdir())[:1])


def _own(config: Config, path: str) -> Path | None:
    """A folder within the hub's own, where it is there: what lies outside may be another hub's."""
    folder = (config.folder / path).resolve()
    return folder if folder.is_relative_to(config.folder.resolve()) and folder.is_dir() else None


def refuse_lost(config: Config, database: Path) -> None:
    """Raise ConfigError when a hub whose database is not there has run before: a new one would know of no consent.

    Files in an output's folder count only beside a key: without one, they may lie there for another reason.
    """
    key = key_name(config)
    has_key = key.startswith("$") or (config.folder / key).exists()
    others = set() if has_key else set(_published(config))
    found = [one for one in traces(config) if one not in others]
    if not found or database.exists():  # another run may have made it just now
        return
    places = dict.fromkeys(one.rpartition("/")[0] or one for one in found)
    raise ConfigError(
        "The database {database} is gone, but this hub has run before: {file} is there.",
        hint="Put it back, or the last backup: allin restore FILE --force\n"
        "To begin anew on purpose, move away first what is left of it: {places}. A new database knows of no consent.",
        database=database.name,
        file=found[0],
        places=", ".join(places),
    )
