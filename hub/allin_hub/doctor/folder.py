"""The hub from the outside: its key, plugins, sources, outputs, backups, the disk and the clock."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from allin_hub import registry
from allin_hub.backing import key_name, last_backup
from allin_hub.config import Config
from allin_hub.doctor.finding import BROKEN, WEAK, Finding, stopped
from allin_hub.errors import HubError
from allin_hub.hub import Hub
from allin_hub.preparing import prepare
from allin_hub.store import health
from allin_hub.store.engine import reading
from allin_hub.store.retention import size_of
from allin_hub.voice import text

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
    """Whether every source and every output can be used as it is configured."""
    for name, source in hub.config.sources.items():
        if source.enabled:
            try:
                prepare(hub, source)
            except HubError as error:
                yield stopped(f"source {name}", error)
    for name, output in hub.config.outputs.items():
        if output.enabled:
            try:
                registry.output(hub.config, output)
            except HubError as error:
                yield stopped(f"output {name}", error)


def sources(hub: Hub) -> Iterator[Finding]:
    """Whether hub.toml still names everything that records came from."""
    with reading(hub.engine) as connection:
        known = health.known_sources(connection)
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
            files = health.files_of(connection, name)
            busy = name in health.open_journals(connection, hub.clock())
        if "://" in settings.path:
            continue
        folder = hub.config.folder / settings.path
        wrong = [path for path, size in files if not _is_there(folder / path, size)]
        if wrong and not busy:
            yield Finding(
                "output_files",
                WEAK,
                text("Files of '{name}' that are missing or were changed: {count} ({files})."),
                text("Write them again: allin publish {name}"),
                {"count": len(wrong), "name": name, "files": ", ".join(sorted(wrong)[:MOST_NAMED])},
            )


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
        last = health.last_moment(connection)
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
        first = health.last_moment(connection)
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


CHECKS = (plugins, sources, outputs, disk, clock, backups)


def examine(hub: Hub) -> list[Finding]:
    """All that is wrong around the database."""
    found = list(key_file(hub.config))
    for check in CHECKS:
        found += check(hub)
    return found
