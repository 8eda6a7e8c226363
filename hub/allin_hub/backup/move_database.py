"""Moves a hub to another database: every row copied, every table compared, and the old one takes nothing more."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson
from sqlalchemy import Engine

from allin_hub.base.errors import ConfigError, HubError
from allin_hub.config import toml_edit
from allin_hub.config.load import load
from allin_hub.config.secrets import PASSWORD, database_address
from allin_hub.config.settings import Config
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.hub import Hub
from allin_hub.manage.all_leases import all_leases, give_back
from allin_hub.store import leases, moved_away, runs
from allin_hub.store.checksums import Sum, sums_of
from allin_hub.store.copy import Told, copy_rows, counts_of
from allin_hub.store.engine import migrate, open_engine, reading, revision, sqlite_path, writing
from allin_hub.store.tables import metadata


@dataclass(frozen=True, slots=True)
class Moved:
    """What lies in the new database now, and the line of hub.toml that leads there."""

    sums: dict[str, Sum]
    line: str
    at: int | None
    """Where the old line stands; None when there is none yet."""

    @property
    def rows(self) -> int:
        """How many rows were copied."""
        return sum(one.rows for one in self.sums.values())


def move(hub: Hub, to: str, told: Told | None = None) -> Moved:
    """Copy a hub into an empty database, in one transaction, while nothing else runs.

    `to` is an address, or where one is kept: `env:NAME`, `file:PATH`.
    Raises ConfigError for a database that cannot be moved to; HubError while a sync or a publish runs.
    """
    if PASSWORD.search(to):
        raise ConfigError(
            "A password may not stand in a command: others can read it.",
            hint="Keep the whole address in the environment or in a file, and write env:NAME or file:PATH.",
        )
    written = _written(to)
    url = database_address(hub.config, written)
    if url == hub.config.database_url:
        raise ConfigError("The hub is in this database already.", hint="Name another one.")
    line = f"database = {_toml(written)}"
    with _prepared(url) as target, all_leases(hub) as fences, ExitStack() as whole:
        new = whole.enter_context(writing(target))
        with reading(hub.engine) as old:
            copy_rows(old, new, told)
        leases.end_all_leases(new)
        sums = sums_of(new)
        with writing(hub.engine) as old:
            give_back(old, fences)
            if sums_of(old) != sums:
                raise HubError(
                    "Something changed the hub while it was copied. Nothing was moved.",
                    hint="Run it again when nobody else works with the hub.",
                )
            if new.dialect.name == "postgresql":
                new.exec_driver_sql("ANALYZE")
            runs.save_fact(old, moved_away.FACT, orjson.dumps({"line": line, "at": hub.clock()}).decode())
            whole.close()  # the new one is whole before the old one says so; until then nobody can write into either
    return Moved(sums, line, _line(hub.config))


def moved_there(folder: Path, to: str) -> str | None:
    """The line that leads to this database, where the hub has moved already while hub.toml does not say so yet; else None."""
    if PASSWORD.search(to):
        return None
    settings = load(folder)
    written = _written(to)
    line = f"database = {_toml(written)}"
    old = _facts(settings.database_url)
    if not old.left or orjson.loads(old.left)["line"] != line:
        return None
    new = _facts(database_address(settings, written))
    return line if new == (old.key, "") else None


class _Facts(NamedTuple):
    """The mark of a database's key, and where the hub has moved to out of it; empty where there is none."""

    key: str
    left: str


def _facts(url: str) -> _Facts:
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return _Facts("", "")
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            if revision(connection) is None:
                return _Facts("", "")
            return _Facts(*(runs.fact(connection, name) or "" for name in ("key", moved_away.FACT)))
    finally:
        engine.dispose()


def go_back(folder: Path) -> None:
    """Let the hub live on in the database that hub.toml names, although it had moved out of it.

    Raises ConfigError when it had not.
    """
    engine = open_engine(load(folder).database_url)
    try:
        with reading(engine) as connection:
            is_left = revision(connection) is not None and runs.fact(connection, moved_away.FACT)
        if not is_left:
            raise ConfigError(
                "The hub has not moved out of the database that hub.toml names.",
                hint="Write the old line of hub.toml again first; it stands in hub.toml.before-move.",
            )
        with writing(engine) as connection:
            runs.save_fact(connection, moved_away.FACT, "")
    finally:
        engine.dispose()


def switch(folder: Path, line: str) -> Path:
    """Write the line into hub.toml, beside its comments; the file as it was before is kept, and its path given back."""
    path = folder / CONFIG_NAME
    before = path.read_bytes()
    changed = toml_edit.with_value(toml_edit.read(folder), ("hub",), "database", line.partition("= ")[2])
    kept = _free(path.with_name(f"{CONFIG_NAME}.before-move"))
    _write(kept, before)
    fresh = path.with_name(f".{CONFIG_NAME}.new")
    _write(fresh, changed.encode())
    fresh.chmod(path.stat().st_mode & 0o777)
    fresh.replace(path)
    return kept


def _written(to: str) -> str | dict[str, str]:
    kind, _, name = to.partition(":")
    return {kind: name} if kind in {"env", "file"} and name else to


def _toml(written: str | dict[str, str]) -> str:
    if isinstance(written, str):
        return toml_edit.quoted(written)
    kind, name = next(iter(written.items()))
    return f"{{ {kind} = {toml_edit.quoted(name)} }}"


@contextmanager
def _prepared(url: str) -> Iterator[Engine]:
    """The new database with the hub's tables and no row; a file that was made for it goes when the move fails."""
    path = sqlite_path(url)
    made = path is not None and not path.exists()
    engine = open_engine(url)
    try:
        _refuse_taken(engine)
        migrate(engine)
        yield engine
    except BaseException:
        engine.dispose()
        if made and path is not None:
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
        raise
    finally:
        engine.dispose()


def _refuse_taken(engine: Engine) -> None:
    with reading(engine) as connection:
        counts = counts_of(connection)
    strange = sorted(counts.keys() - metadata.tables.keys())
    if strange:
        raise ConfigError(
            "This database belongs to another program: it has a table {table}.",
            hint="Make an empty database for the hub alone; see docs/postgresql.md.",
            table=strange[0],
        )
    if any(counts.values()):
        raise ConfigError(
            "This database is not empty; it may hold a hub already.",
            hint="Name an empty database, or a file that is not there yet. Nothing was changed.",
        )


def _line(config: Config) -> int | None:
    """Find the line of hub.toml on which the database stands."""
    path = ("hub", "database")
    return config.blocks.line(path) if "database" in tomllib.loads(config.text).get("hub", {}) else None


def _free(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
