"""Whether nobody but the hub's account reads what is not published, and a web server gets to what is."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from allin_hub.backup.create import LAST
from allin_hub.config.settings import Config
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.doctor.finding import WEAK, Finding
from allin_hub.i18n.translator import text
from allin_hub.mapping import learned
from allin_hub.publish.output_address import is_elsewhere
from allin_hub.store.engine import sqlite_path

PREFECT = ".prefect"
"""Where `allin up` keeps Prefect's own database, logs and login."""
MOST_NAMED = 3


def examine(config: Config) -> Iterator[Finding]:
    """Look at who may read the hub's own files, and who may pass to those of its outputs."""
    open_files = [path for path in _own(config) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_files:
        yield Finding(
            "files_open",
            WEAK,
            text("Others on this machine may read what only the hub should: {count} ({files})."),
            text("Close them: allin doctor --fix"),
            {
                "count": len(open_files),
                "files": ", ".join(_named(config, path) for path in open_files[:MOST_NAMED]),
            },
            partial(_close, open_files),
        )
    closed = list(dict.fromkeys(_closed(config)))
    if closed:
        yield Finding(
            "output_hidden",
            WEAK,
            text("A web server cannot get to what is published: others may not pass {folder}."),
            text("Let them pass, without letting them list it: chmod o+x {folder}, or: allin doctor --fix"),
            {"folder": _named(config, closed[0])},
            partial(_let_pass, closed),
        )


def _close(paths: Sequence[Path]) -> None:
    for path in paths:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)


def _let_pass(folders: Sequence[Path]) -> None:
    for folder in folders:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)


def _own(config: Config) -> Iterator[Path]:
    """The files and folders that the hub makes for itself; partners' files in `data` are theirs."""
    folder = config.folder
    database = sqlite_path(config.database_url)
    files = [folder / CONFIG_NAME, folder / LAST]
    if database is not None:
        files += [database.with_name(database.name + ending) for ending in ("", "-wal", "-shm")]
    yield from (file for file in files if file.is_file())
    for name in (learned.FOLDER, config.hub.backup_folder, PREFECT):
        place = folder / name
        if place.is_dir():
            yield place
            yield from (file for file in place.iterdir() if file.is_file() and not file.is_symlink())


def _closed(config: Config) -> Iterator[Path]:
    """The folders from the hub's own down to those of its outputs that others may not pass."""
    home = config.folder.resolve()
    for output in config.outputs.values():
        if is_elsewhere(output.path):
            continue
        folder = (home / output.path).resolve()
        if folder.is_dir() and folder.is_relative_to(home):
            for one in (*reversed(folder.parents), folder):
                if one.is_relative_to(home) and not one.stat().st_mode & stat.S_IXOTH:
                    yield one


def _named(config: Config, path: Path) -> str:
    home = config.folder.resolve()
    place = path.resolve()
    return str(place.relative_to(home)) if place.is_relative_to(home) and place != home else str(place)
