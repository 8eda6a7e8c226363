"""The hub from the outside: its key, plugins, sources, outputs, backups, the disk and the clock."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from allin_hub.api import registry
from allin_hub.backup.create import key_name, last_backup
from allin_hub.backup.lost_database import traces
from allin_hub.base.errors import HubError
from allin_hub.config.settings import Config, OutputSettings
from allin_hub.doctor import file_access, output_folders
from allin_hub.doctor.finding import BROKEN, WEAK, Finding, stopped
from allin_hub.hub import Hub
from allin_hub.i18n.translator import text
from allin_hub.ingest.partner_file import is_absent
from allin_hub.ingest.plugin_run import LentRun
from allin_hub.ingest.prepare import Prepared, prepare
from allin_hub.publish import orphans
from allin_hub.publish.output_address import is_elsewhere, shown
from allin_hub.sources.files import Files, FileSettings
from allin_hub.store import integrity
from allin_hub.store.engine import reading
from allin_hub.store.partner_files import read_file
from allin_hub.store.retention import size_of

TOLERANCE = dt.timedelta(minutes=5)
LEAST_FREE = 200_000_000
BACKUP_AGE = dt.timedelta(days=3)
MOST_NAMED = 3


def key_file(config: Config) -> Iterator[Finding]:
    """Whether others may read the key."""
    name = key_name(config)
    path = config.folder / name
    if name.startswith("$") or not path.is_file():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            "key_mode",
            WEAK,
            text("Others on this machine may read the key {file}."),
            text("Only you should: chmod 600 {file}, or: allin doctor --fix"),
            {"file": name},
            lambda: path.chmod(0o600),
        )


def plugins(hub: Hub) -> Iterator[Finding]:
    """Whether every source and every output can be used as it is configured, and a source's file is there."""
    for name, source in hub.config.sources.items():
        if source.enabled:
            try:
                prepared = prepare(hub, source)
            except HubError as error:
                yield stopped(f"source {name}", error)
            else:
                yield from _files(hub, prepared)
    for name, output in hub.config.outputs.items():
        if output.enabled:
            try:
                registry.output(hub.config, output)
            except HubError as error:
                yield stopped(f"output {name}", error)


def _files(hub: Hub, prepared: Prepared) -> Iterator[Finding]:
    """Whether the files that a source reads are there; what comes by network is not asked for."""
    settings = prepared.source.config
    if not isinstance(settings, FileSettings) or settings.path is None:
        return
    run = LentRun(hub, (), prepared.source.columns, None, limits=prepared.settings.limits)
    try:
        for file in Files(settings).found(run):
            _ = file.start  # refuses a file that cannot be read
    except HubError as error:
        with reading(hub.engine) as connection:
            known = read_file(connection, prepared.name)
        if known is not None and known.taken and is_absent(settings, run):
            return
        yield Finding("source_file", WEAK, "", "", {"name": prepared.name}, error=error)


def sources(hub: Hub) -> Iterator[Finding]:
    """Whether hub.toml still names everything that records came from."""
    with reading(hub.engine) as connection:
        known = integrity.known_sources(connection)
    for name in sorted(known - set(hub.config.sources)):
        yield Finding(
            "source_left",
            WEAK,
            text("hub.toml no longer names the source '{name}', but its records are still there."),
            text("Put its block back, or take back what it brought: allin source remove {name}"),
            {"name": name},
        )


def outputs(hub: Hub) -> Iterator[Finding]:
    """Whether the published files lie where they were put."""
    for name, settings in hub.config.outputs.items():
        with reading(hub.engine) as connection:
            files = integrity.files_of(connection, name)
            busy = name in integrity.open_journals(connection, hub.clock())
        if busy:
            continue
        try:
            wrong = _wrong(hub, settings, files)
        except HubError as error:
            yield Finding("output_elsewhere", WEAK, "", "", {"name": name}, error=error)
            continue
        if wrong:
            yield Finding(
                "output_files",
                WEAK,
                text("Files of '{name}' that are missing or were changed: {count} ({files})."),
                text("Write them again: allin publish {name}"),
                {"count": len(wrong), "name": name, "files": ", ".join(sorted(wrong)[:MOST_NAMED])},
            )


def left(hub: Hub) -> Iterator[Finding]:
    """Whether files lie where the hub no longer gets, and nobody keeps them true."""
    for name, path in orphans.places(hub).items():
        if is_elsewhere(path):
            yield Finding(
                "output_left",
                WEAK,
                text("Files of '{name}', which hub.toml no longer names, are still at {target}."),
                text("Delete them there, then: allin publish --forget {name}"),
                {"name": name, "target": shown(path)},
            )


def _wrong(hub: Hub, settings: OutputSettings, files: Sequence[tuple[str, int]]) -> list[str]:
    """The files that do not lie in their folder as they were put; of a storage elsewhere, those that it does not list."""
    if not is_elsewhere(settings.path):
        folder = hub.config.folder / settings.path
        return [path for path, size in files if not _is_there(folder / path, size)]
    if not files:
        return []
    from allin_hub.publish.remote_clients import storage

    place = storage(hub.config, settings.name, settings.path)
    try:
        there = place.listed()
    finally:
        place.close()
    return [path for path, _ in files if path not in there]


def _is_there(path: Path, size: int) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and size in {0, found.st_size}


def disk(hub: Hub) -> Iterator[Finding]:
    """Whether a sync and a backup still find room."""
    needed = max(LEAST_FREE, 2 * size_of(hub.engine))
    free = shutil.disk_usage(hub.config.folder).free
    if free < needed:
        yield Finding(
            "disk",
            WEAK,
            text("Only {free} MB are free on the disk of this hub; it needs about {needed} MB."),
            text("Free some space, or keep fewer backups: backups in [hub]."),
            {"free": free // 1_000_000, "needed": needed // 1_000_000},
        )


def clock(hub: Hub) -> Iterator[Finding]:
    """Whether the last run lies in the past."""
    with reading(hub.engine) as connection:
        last = integrity.last_moment(connection)
    if last is not None and last > hub.clock() + TOLERANCE:
        yield Finding(
            "clock",
            BROKEN,
            text("The last run began in the future: the clock of this machine is wrong now, or was then."),
            text("Set the clock. Until that time comes, leases and ages are not right."),
        )


def backups(hub: Hub) -> Iterator[Finding]:
    """Whether a copy of the hub exists that is not old."""
    if not hub.config.hub.backups:
        return
    with reading(hub.engine) as connection:
        first = integrity.last_moment(connection)
    last = last_backup(hub.config)
    if last is None and first is not None:
        yield Finding(
            "backup_none",
            WEAK,
            text("There is no backup of this hub yet."),
            text("Make one: allin backup. Or let upkeep do it every night: allin up"),
        )
    elif last is not None and hub.clock() - last > BACKUP_AGE:
        yield Finding(
            "backup_old",
            WEAK,
            text("The last backup is {days} days old."),
            text("Make one: allin backup. Or let upkeep do it every night: allin up"),
            {"days": (hub.clock() - last).days},
        )


def unused(config: Config, *, opened: bool = False) -> Finding:
    """That a database remembers nothing: it is gone where something shows that there was one, else the hub is new."""
    for trace in traces(config, opened=opened):
        return Finding(
            "database_gone",
            BROKEN,
            text("The database holds nothing, but this hub has run before: {file} is there."),
            text(
                "Put it back, or the last backup: allin restore FILE --force\nSync only then: a new one knows of no consent."
            ),
            {"file": trace},
        )
    return Finding(
        "not_run",
        WEAK,
        text("This hub has not run yet."),
        text("Let it read its sources: allin sync"),
    )


def known(hub: Hub) -> Iterator[Finding]:
    """Whether the database remembers that this hub has run; what SQLite keeps beside it while it is open tells nothing."""
    with reading(hub.engine) as connection:
        has_run = integrity.last_moment(connection) is not None or integrity.known_sources(connection)
    if not has_run:
        yield unused(hub.config, opened=True)


CHECKS = (known, plugins, sources, outputs, output_folders.examine, left, disk, clock, backups)


def examine(hub: Hub) -> list[Finding]:
    """All that is wrong around the database."""
    found = [*key_file(hub.config), *file_access.examine(hub.config)]
    for check in CHECKS:
        found += check(hub)
    return found
