"""Brings a hub back from a backup: checked first, made ready beside its place, put there last."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allin_hub.backup.archive import Manifest, Told, unpack, verified
from allin_hub.backup.create import DATABASE, OUTPUTS, key_name
from allin_hub.backup.file_swap import READY, Exchange, held, put_back
from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import ConfigError, HubError, StoreError
from allin_hub.base.file_modes import PUBLISHED_FILE, PUBLISHED_FOLDER, make_passable
from allin_hub.base.hub_key import load_key
from allin_hub.base.ids import new_id
from allin_hub.config import toml_edit
from allin_hub.config.load import load
from allin_hub.config.settings import Config
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.mapping import learned
from allin_hub.privacy.person_keys import for_migrations
from allin_hub.store.after_restore import all_artifacts, know_artifacts, running, settle_copy
from allin_hub.store.copy import copy_rows, counts_of, faults_of_file, settle_file
from allin_hub.store.engine import (
    known_schemas,
    migrate,
    newest_schema,
    open_engine,
    reading,
    sqlite_path,
    writing,
)

LOGS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a backup is to come back: a copy of the hub's key, another database, and what may be set aside for it."""

    key: Path | None = None
    database: str | None = None
    force: bool = False
    unsigned: bool = False
    """Take a backup that no hub has signed: one of an older release, known to be the office's own."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, from when, what was set aside for it, and which secrets are still missing."""

    folder: Path
    made_at: dt.datetime
    rows: int
    upgraded: bool
    aside: Path | None
    missing: list[str] = field(default_factory=list)
    unsigned: bool = False
    """Nothing vouches for what it says, of consents neither."""


def restore(file: Path, folder: Path, wish: Wish, *, now: dt.datetime, told: Told | None = None) -> Restored:
    """Bring a backup back into a folder. Until all is checked and ready, nothing that lies there changes.

    Where an earlier restore was killed, what lay there before it is put back first.

    Raises ConfigError when the call, the key or the folder does not fit, or nobody signed the backup; StoreError when
    it is damaged or forged.
    """
    if folder.is_dir():
        with _told_in_words(folder):
            put_back(folder.resolve())
    manifest = verified(file)
    if manifest.facts["schema"] not in known_schemas():
        raise ConfigError(
            "The backup {file} was made by a newer release of the hub.",
            hint="Update: pip install --upgrade allin-hub",
            file=file.name,
        )
    folder = folder.resolve()
    was_there = folder.exists()
    try:
        with _told_in_words(folder):
            make_passable(folder)
            with tempfile.TemporaryDirectory(prefix=READY, dir=folder) as ready, _taken(Path(ready)):
                unpack(file, manifest, Path(ready), told)
                sealer = _own_key(file.name, manifest, Path(ready), folder, wish)
                return _Restoring(manifest, Path(ready), folder, wish, now, told).restore(sealer)
    finally:
        if not was_there and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


@contextmanager
def _taken(ready: Path) -> Iterator[None]:
    """While this process lives, no other restore takes its folder for one that was left."""
    handle = held(ready)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


@contextmanager
def _told_in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HubError(
            "The folder {folder} could not be written ({fault}).",
            hint="Free some space or mend the permissions, then restore again.",
            folder=str(folder),
            fault=error.strerror or type(error).__name__,
        ) from None


def _own_key(file: str, manifest: Manifest, ready: Path, folder: Path, wish: Wish) -> Sealer:
    """Give the key of the hub that made a backup; any other backup is refused before anything that it says is used.

    Raises ConfigError when the key is missing or another hub's, when nobody signed the backup, or when it leads outside
    the hub's folder; StoreError when its signature does not fit.
    """
    hub = _written(ready).get("hub", {})
    setting = hub.get("key") if isinstance(hub, dict) else None
    sealer = _sealer(setting, folder, wish)
    if sealer.mark().hex() != manifest.facts["keys"][0]["fingerprint"]:
        raise ConfigError(
            "This key does not belong to this backup.",
            hint="Take the copy of the key that the hub had when the backup was made."
            " If it was renewed since, the name of that copy ends in {old}.",
            old=f"old-{str(manifest.facts['keys'][0]['fingerprint'])[:8]}",
        )
    if manifest.signature is None and not wish.unsigned:
        raise ConfigError(
            "The backup {file} is not signed: an older release made it, or somebody else did.",
            hint="If you know that it is yours, add --unsigned. What it says of consents is then believed.",
            file=file,
        )
    if manifest.signature is not None and not manifest.is_signed_by(sealer):
        raise StoreError(
            "The backup {file} was changed after it was made.",
            hint="Nothing was restored. Take an older backup, or another copy of this one.",
            file=file,
        )
    outside = [
        name
        for name in _places(manifest, setting)
        if ".." in Path(name).parts or (Path(name).is_absolute() and manifest.signature is None)
    ]
    if outside:
        raise ConfigError(
            "The backup {file} names a place outside the hub's folder: {place}.",
            hint="Nothing was restored. Take another backup, or one that is signed.",
            file=file,
            place=outside[0],
        )
    return sealer


def _written(ready: Path) -> dict[str, Any]:
    """The backup's hub.toml as it is written; nothing in it is followed yet.

    Raises StoreError when it is missing or no TOML.
    """
    try:
        return tomllib.loads((ready / CONFIG_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StoreError(
            "The hub.toml in this backup cannot be read.",
            hint="Nothing was restored. Take an older backup, or another copy of this one.",
        ) from None


def _places(manifest: Manifest, setting: Any) -> Iterator[str]:
    """Paths of this machine that a backup names for its key and its secrets."""
    if isinstance(setting, dict) and "file" in setting:
        yield str(setting["file"])
    yield from (str(key["name"]) for key in manifest.facts["keys"] if not str(key["name"]).startswith("$"))


def _sealer(setting: Any, folder: Path, wish: Wish) -> Sealer:
    """The key that a backup asks for: of the environment, `--key`, or what lies in the folder.

    Raises ConfigError when it is not there or cannot be read.
    """
    if isinstance(setting, dict) and "env" in setting:
        if setting["env"] not in os.environ:
            raise ConfigError(
                "The key of this backup is expected in the environment variable {name}, which is not set.",
                hint="Set it to the key that the hub had when the backup was made.",
                name=str(setting["env"]),
            )
        return load_key(setting, folder)[0]
    name = str(setting["file"]) if isinstance(setting, dict) and "file" in setting else "hub.key"
    place = wish.key or folder / name
    if not place.is_file():
        raise ConfigError(
            "The key is not in the backup, and not in {file}.",
            hint="Add your copy of it: --key FILE. Without it nothing sealed can be read.",
            file=str(place),
        )
    return load_key({"file": str(place.resolve())}, folder)[0]


class _Restoring:
    """One restore, from the unpacked parts to the hub in its place."""

    def __init__(
        self, manifest: Manifest, ready: Path, folder: Path, wish: Wish, now: dt.datetime, told: Told | None
    ) -> None:
        if wish.database is not None:
            text = toml_edit.with_value(
                toml_edit.read(ready), ("hub",), "database", toml_edit.quoted(wish.database)
            )
            (ready / CONFIG_NAME).write_bytes(text.encode())
        self._manifest = manifest
        self._ready = ready
        self._folder = folder
        self._wish = wish
        self._now = now
        self._told = told
        self._config = self._settings()
        self._target = sqlite_path(self._config.database_url)
        self._aside = folder / f"before-restore-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"

    def _settings(self) -> Config:
        """The settings of the backup, for the folder into which it goes; secrets are read from there."""
        for key in self._manifest.facts["keys"][1:]:
            kept, lent = self._folder / key["name"], self._ready / key["name"]
            if not key["name"].startswith("$") and kept.is_file() and not lent.exists():
                lent.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(kept, lent)
        return load(self._ready).model_copy(update={"folder": self._folder})

    def restore(self, sealer: Sealer) -> Restored:
        """Check, make ready, put in place."""
        self._check_place()
        published = self._published_there()
        rows = self._make_ready(published, sealer)
        with Exchange(self._folder, self._aside) as exchange, self._on_server():
            self._put_in_place(exchange)
        return Restored(
            self._folder,
            dt.datetime.fromisoformat(str(self._manifest.facts["made_at"])),
            rows,
            self._manifest.facts["schema"] != newest_schema(),
            self._aside if self._aside.exists() else None,
            self._missing(),
            self._manifest.signature is None,
        )

    def _check_place(self) -> None:
        """Refuse a place where something lies already, unless it may be set aside."""
        mine = {self._ready.name, *(str(key["name"]) for key in self._manifest.facts["keys"])}
        there = sorted(place.name for place in self._folder.iterdir() if place.name not in mine)
        if self._target is not None and self._target.exists() and self._target.parent != self._folder:
            there.append(str(self._target))
        if there and not self._wish.force:
            raise ConfigError(
                "{folder} is not empty: {file} lies there.",
                hint="Name an empty folder. Or add --force: then the hub that lies there is set aside, not deleted.",
                folder=str(self._folder),
                file=there[0],
            )
        self._refuse_outside()
        if self._target is None:
            engine = open_engine(self._config.database_url)
            try:
                with reading(engine) as connection:
                    taken = any(counts_of(connection).values())
            finally:
                engine.dispose()
            if taken:
                raise ConfigError(
                    "The database named in the backup's hub.toml is not empty.",
                    hint="Make an empty one and name it, or restore into a file: --database sqlite:///hub.db",
                )

    def _refuse_outside(self) -> None:
        """Keep a backup that nobody signed inside the hub's folder: its hub.toml may be anybody's."""
        if self._manifest.signature is not None:
            return
        places: list[tuple[Path | None, str]] = [
            (self._place_of(output, path), self._config.outputs[output].path)
            for output, path, _ in self._kept()
        ]
        if self._wish.database is None:
            places.append((self._target, "database"))
        for place, name in places:
            if place is None or not place.resolve().is_relative_to(self._folder):
                raise ConfigError(
                    "The unsigned backup would be written outside the hub's folder: {place}.",
                    hint="Nothing was restored. Name a database with --database, or take a backup that is signed.",
                    place=name,
                )

    def _place_of(self, output: str, path: str) -> Path:
        return self._folder / self._config.outputs[output].path / path

    def _published_there(self) -> list[tuple[str, str]]:
        """The files that the hub to be set aside has published; a database that cannot be read has none to tell."""
        if self._target is None or not self._target.is_file():
            return []
        engine = open_engine(self._config.database_url)
        try:
            with reading(engine) as connection:
                busy = running(connection, self._now)
                found = all_artifacts(connection)
        except (StoreError, sqlite3.Error):
            return []
        finally:
            engine.dispose()
        if busy:
            raise ConfigError(
                "{name} is running in this hub.",
                hint="Wait for its end, or stop it, then restore again.",
                name=busy[0][0],
            )
        return found

    def _make_ready(self, published: list[tuple[str, str]], sealer: Sealer) -> int:
        """Check the database of the backup, bring it to the newest schema, and end what was under way in it."""
        copy = self._ready / DATABASE
        if faults_of_file(copy):
            raise StoreError(
                "The database in this backup is damaged.",
                hint="Nothing was restored. Take an older backup, or another copy of this one.",
            )
        engine = open_engine(f"sqlite:///{copy}")
        brought = {(output, path) for output, path, _ in self._kept()}
        try:
            migrate(engine, handed=for_migrations(sealer))
            with writing(engine) as connection:
                settle_copy(connection, new_id(), self._now, brought)
                know_artifacts(connection, published)
                rows = sum(counts_of(connection).values())
        finally:
            engine.dispose()
        settle_file(copy)
        return rows

    @contextmanager
    def _on_server(self) -> Iterator[None]:
        """The database in an empty one on a server, in one transaction that ends only after all else is in place."""
        if self._target is not None:
            yield
            return
        source, target = (
            open_engine(f"sqlite:///{self._ready / DATABASE}"),
            open_engine(self._config.database_url),
        )
        try:
            migrate(target)
            with reading(source) as old, writing(target) as new:
                copy_rows(old, new, self._told)
                yield
        finally:
            source.dispose()
            target.dispose()

    def _put_in_place(self, exchange: Exchange) -> None:
        """Rename everything into its place, hub.toml last: it makes a folder a hub."""
        exchange.set_aside(self._folder / CONFIG_NAME)
        self._bring_key(exchange)
        if self._target is not None:
            for ending in ("", *LOGS):
                exchange.set_aside(self._target.with_name(self._target.name + ending))
            exchange.put(self._ready / DATABASE, self._target)
        exchange.set_aside(self._folder / learned.FOLDER)
        for name in self._manifest.parts:
            if name.startswith(f"{learned.FOLDER}/"):
                exchange.put(self._ready / name, self._folder / name)
        for output, path, ready in self._kept():
            target = self._place_of(output, path)
            if target.exists() and not target.is_relative_to(self._folder):
                continue
            exchange.set_aside(target)
            exchange.put(ready, target)
            target.chmod(PUBLISHED_FILE)
            for above in target.parents:
                if self._folder in above.parents:
                    above.chmod(PUBLISHED_FOLDER)
        exchange.put(self._ready / CONFIG_NAME, self._folder / CONFIG_NAME)

    def _kept(self) -> list[tuple[str, str, Path]]:
        """(output, path, file) of what the outputs cannot make again."""
        names = [name for name in self._manifest.parts if name.startswith(f"{OUTPUTS}/")]
        found = [(*_output_and_path(name), self._ready / name) for name in names]
        return [one for one in found if one[0] in self._config.outputs]

    def _bring_key(self, exchange: Exchange) -> None:
        """Put `--key` where hub.toml expects the key, if that is in the hub's folder."""
        name, given = key_name(self._config), self._wish.key
        place = self._folder / name
        if given is None or name.startswith("$") or given.resolve() == place.resolve():
            return
        if not place.resolve().is_relative_to(self._folder):
            return
        exchange.set_aside(place)
        copy = self._ready / "key"
        with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(given.read_bytes())
        exchange.put(copy, place)

    def _missing(self) -> list[str]:
        """The key and the secrets that the hub had, and that are not here."""
        names = [str(key["name"]) for key in self._manifest.facts["keys"]]
        return [
            name
            for name in names
            if not (name[1:] in os.environ if name.startswith("$") else (self._folder / name).is_file())
        ]


def _output_and_path(name: str) -> tuple[str, str]:
    _, output, path = name.split("/", 2)
    return output, path
