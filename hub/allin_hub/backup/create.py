"""Makes a copy of a hub as it is at one moment, while syncs go on: database, settings, maps, and what cannot be made again."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from allin_hub.api import registry
from allin_hub.backup.archive import Packer, Told
from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import ConfigError, HubError
from allin_hub.config.settings import Config
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.hub import Hub
from allin_hub.mapping import learned
from allin_hub.publish.output_address import is_elsewhere, shown
from allin_hub.store import publish_journal, runs
from allin_hub.store.copy import copy_to_file, counts_of
from allin_hub.store.engine import open_engine, reading, revision

DATABASE = "hub.db"
OUTPUTS = "outputs"
LAST = ".last-backup"
"""Says when the last backup was made: beside the database, so that no backup waits for a sync that writes."""
_OURS = re.compile(r"^allin-\d{8}T\d{6}Z(-\d+)?\.zip$")
_HALF = re.compile(r"^\.allin-\d{8}T\d{6}Z(-\d+)?\.zip\..+$")
"""What a backup that was killed leaves beside the others."""
_HALF_AFTER = 24 * 3600
"""Seconds after which nobody can still be writing it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made, and the older ones that made room for it."""

    path: Path
    size: int
    rows: int
    keys: list[dict[str, str]] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Outputs whose earlier files cannot be made again and are not in it: they lie at these addresses only."""


def back_up(hub: Hub, to: Path | None = None, told: Told | None = None) -> Backup:
    """Copy the hub into one file; without `to` into the backup folder, where only the newest are kept.

    Raises ConfigError when `to` is taken, not there or public; HubError when it cannot be written.
    """
    path = _place(hub.config, hub.clock(), to)
    with _told_in_words(path):
        made = _write(hub, path, told)
        (hub.config.folder / LAST).write_text(f"{hub.clock().isoformat()}\n", encoding="ascii")
    removed = _make_room(path, hub.config.hub.backups) if to is None else []
    return Backup(path, *made, keys_of(hub.config, hub.sealer), removed, _elsewhere(hub))


def _elsewhere(hub: Hub) -> dict[str, str]:
    with reading(hub.engine) as connection:
        return {
            name: shown(path)
            for name in _keeping(hub.config)
            if is_elsewhere(path := hub.config.outputs[name].path)
            and publish_journal.artifacts(connection, name)
        }


def last_backup(config: Config) -> dt.datetime | None:
    """When the last backup was made; None before the first."""
    try:
        return dt.datetime.fromisoformat((config.folder / LAST).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def before_upgrade(config: Config, sealer: Sealer, old: str, now: dt.datetime) -> Path:
    """Copy a hub whose database is about to get a newer schema, under a name that is never cleared away."""
    folder = _folder(config)
    path = _free(folder, f"before-upgrade-from-{old}-{_stamp(now)}")
    engine = open_engine(config.database_url)
    try:
        with _told_in_words(path):
            _write(Hub(config, engine, sealer, clock=lambda: now), path, None)
    finally:
        engine.dispose()
    return path


@contextmanager
def _told_in_words(path: Path) -> Iterator[None]:
    """Turn what a disk refuses into a sentence."""
    try:
        yield
    except FileExistsError:
        raise _taken(path) from None
    except (OSError, sqlite3.Error) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise HubError(
            "The backup could not be written to {folder} ({fault}).",
            hint="Free some space or mend the permissions, then run it again. The hub and earlier backups stay as they are.",
            folder=str(path.parent),
            fault=said or type(error).__name__,
        ) from None


def _write(hub: Hub, path: Path, told: Told | None) -> tuple[int, int]:
    with (
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder,
        Packer(path, told) as packer,
    ):
        copy = Path(folder) / DATABASE
        with reading(hub.engine) as connection:
            schema = revision(connection)
            rows = counts_of(connection)
            listed = {name: publish_journal.artifacts(connection, name) for name in _keeping(hub.config)}
            instance = runs.fact(connection, "instance")
            fingerprint = runs.fact(connection, "key")
            copy_to_file(connection, copy, told)
        packer.add(DATABASE, copy)
        copy.unlink()
        for name, file in _beside(hub.config, listed, Path(folder)):
            packer.add(name, file)
        keys = keys_of(hub.config, hub.sealer)
        keys[0]["fingerprint"] = fingerprint or keys[0]["fingerprint"]
        facts = {
            "made_at": hub.clock().isoformat(),
            "release": version("allin-hub"),
            "schema": schema,
            "database": hub.engine.dialect.name,
            "instance": instance,
            "keys": keys,
            "rows": rows,
        }
        return packer.finish(facts), sum(rows.values())


def keys_of(config: Config, sealer: Sealer) -> list[dict[str, str]]:
    """What a restored hub needs beside its backup: the key by its fingerprint, and the secrets by their names."""
    found = [{"name": key_name(config), "fingerprint": sealer.mark().hex()}]
    data = tomllib.loads(config.text)
    data.get("hub", {}).pop("key", None)
    found += [{"name": name} for name in sorted(set(_secrets(data)))]
    return found


def key_name(config: Config) -> str:
    """Where the key lies: a file, or a name in the environment."""
    setting = config.hub.key
    if isinstance(setting, Mapping) and "env" in setting:
        return f"${setting['env']}"
    return str((setting or {}).get("file", "hub.key"))


def _secrets(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if set(data) == {"env"}:
            yield f"${data['env']}"
        elif set(data) == {"file"}:
            yield str(data["file"])
        else:
            for value in data.values():
                yield from _secrets(value)
    elif isinstance(data, list):
        for value in data:
            yield from _secrets(value)


def _keeping(config: Config) -> list[str]:
    """Outputs whose earlier files cannot be made again; one whose plugin is missing may be such a one."""
    found = []
    for name, settings in config.outputs.items():
        try:
            made = registry.plugin_class(
                registry.OUTPUTS, settings.plugin, trusted=config.hub.trusted_plugins
            )
            keeps = getattr(made, "keeps", True)
        except ConfigError:
            keeps = True
        if keeps:
            found.append(name)
    return found


def _beside(
    config: Config, listed: Mapping[str, Mapping[str, tuple[str, str, int]]], folder: Path
) -> Iterator[tuple[str, Path]]:
    """The files beside the database, by their names in the backup.

    Of an output, only what is as the database has it: a publish in between makes the rest again.
    """
    yield CONFIG_NAME, config.folder / CONFIG_NAME
    for file in sorted((config.folder / learned.FOLDER).glob("*.toml")):
        yield f"{learned.FOLDER}/{file.name}", file
    copy = folder / "file"
    for output, artifacts in listed.items():
        if is_elsewhere(config.outputs[output].path):
            continue
        place = config.folder / config.outputs[output].path
        for path, (_, digest, _) in sorted(artifacts.items()):
            try:
                shutil.copyfile(place / path, copy)
            except FileNotFoundError:
                continue
            if hashlib.blake2b(copy.read_bytes(), digest_size=16).hexdigest() == digest:
                yield f"{OUTPUTS}/{output}/{path}", copy


def _place(config: Config, now: dt.datetime, to: Path | None) -> Path:
    """Where the backup goes."""
    if to is None:
        return _free(_folder(config), f"allin-{_stamp(now)}")
    to = Path.cwd() / to
    if to.is_dir():
        path = _free(to, f"allin-{_stamp(now)}")
    elif to.exists():
        raise _taken(to)
    elif not to.parent.is_dir():
        raise ConfigError(
            "There is no folder {folder}.", hint="Make it first, or name another.", folder=str(to.parent)
        )
    else:
        path = to
    for name, output in config.outputs.items():
        if path.resolve().is_relative_to((config.folder / output.path).resolve()):
            raise ConfigError(
                "The backup would be published with [outputs.{name}].",
                hint="Name a folder that is not for the public.",
                name=name,
            )
    return path


def _folder(config: Config) -> Path:
    """The backup folder, made for the hub's own eyes when it is not there."""
    folder = config.folder.resolve() / config.hub.backup_folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            "The backup folder {folder} cannot be made ({fault}).",
            hint="Set backup_folder in [hub] to a folder that you may write to.",
            folder=str(folder),
            fault=error.strerror or type(error).__name__,
        ) from None
    return folder


def _stamp(now: dt.datetime) -> str:
    return now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _free(folder: Path, stem: str) -> Path:
    path, number = folder / f"{stem}.zip", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.zip"
    return path


def _taken(path: Path) -> ConfigError:
    return ConfigError(
        "{file} is there already; a backup never overwrites anything.",
        hint="Name another file, or a folder.",
        file=str(path),
    )


def backups_of(folder: Path) -> list[Path]:
    """The backups in a folder that the hub itself has named, the oldest first."""
    return sorted(
        (path for path in folder.iterdir() if _OURS.match(path.name)),
        key=lambda path: (path.name[:22], len(path.name), path.name),
    )


def _make_room(newest: Path, keep: int) -> list[Path]:
    """Take away the oldest backups that the hub itself has named, but never the newest, and what killed ones left."""
    _clear_halves(newest.parent)
    ours = backups_of(newest.parent)
    old = [path for path in ours[: max(0, len(ours) - max(keep, 1))] if path != newest]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _clear_halves(folder: Path) -> None:
    """Take away what killed backups left, each as large as the hub."""
    for half in [path for path in folder.iterdir() if _HALF.match(path.name)]:
        with suppress(FileNotFoundError):  # its own process was quicker
            if time.time() - half.stat().st_mtime < _HALF_AFTER:
                continue
            if half.is_dir():
                shutil.rmtree(half)
            else:
                half.unlink()
