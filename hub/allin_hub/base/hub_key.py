"""Keeps the hub's keys outside the database: in a file of mode 0600, or in an environment variable.

A rotation writes the next keys beside the file first, then renews the database, and only then puts the file in place:
whichever of these was the last, `next_key` finds the keys that the database wants.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from allin_hub.base.encryption import Keys, Sealer
from allin_hub.base.errors import ConfigError
from allin_hub.base.failpoints import Point, around
from allin_hub.base.fsync import sync_folder

DEFAULT = "hub.key"
NEXT_VARIABLE = "_NEW"
"""What is added to the name of the key's variable: there the admin sets the next keys."""


def variable_of(setting: Any) -> str | None:
    """Name the environment variable that holds the keys; None where a file does.

    Raises ConfigError for a setting that is neither.
    """
    if isinstance(setting, Mapping) and set(setting) == {"env"}:
        return str(setting["env"])
    if setting is not None and not (isinstance(setting, Mapping) and set(setting) == {"file"}):
        hint = 'Write key = { file = "hub.key" } or key = { env = "NAME" }.'
        raise ConfigError("The setting key in [hub] is wrong.", hint=hint)
    return None


def file_of(setting: Any, folder: Path) -> Path:
    """Name the file that holds the keys."""
    return folder / str((setting or {}).get("file", DEFAULT))


def load_key(setting: Any, folder: Path) -> tuple[Sealer, Path | None]:
    """The hub's keys: from `{ env = … }` or `{ file = … }`; made at the first run when the file is not there.

    Returns the path of a file that was made just now, so that the caller can advise to keep a copy.
    """
    variable = variable_of(setting)
    if variable is not None:
        return _from_environment(variable), None
    path = file_of(setting, folder)
    if path.exists():
        return _from_file(path), None
    keys = Keys.new()
    try:
        _write_key(path, keys)
    except FileExistsError:
        return _from_file(path), None
    except OSError as error:
        raise _unwritten(path, error) from None
    return Sealer(keys), path


def next_key(setting: Any, folder: Path) -> Sealer | None:
    """The keys that a rotation has prepared and that are not yet in place; None where there are none."""
    variable = variable_of(setting)
    if variable is not None:
        name = variable + NEXT_VARIABLE
        return _from_environment(name) if os.environ.get(name) else None
    path = _next(file_of(setting, folder))
    return _from_file(path) if path.exists() else None


def write_next(path: Path, keys: Keys) -> None:
    """Write the next keys beside the file, in the place of any that a rotation left which was cut off.

    Raises ConfigError where they cannot be written.
    """
    try:
        with around(Point.NEXT_KEY_WRITTEN):
            _write(_next(path), f"{keys.written()}\n")
    except OSError as error:
        raise _unwritten(path, error) from None


def place_next(path: Path, before: Sealer) -> Path:
    """Put the next keys in place, and keep those before them beside it: older backups want them. Returns where."""
    kept = path.with_name(f"{path.name}.old-{before.mark().hex()[:8]}")
    content = _content(path)
    # Another process may have been faster: then the keys before are kept, and the file holds the next ones.
    if Sealer(Keys.parsed(content, path.name)).mark() == before.mark():
        fresh = path.with_name(f".{kept.name}")
        _write(fresh, content)
        with around(Point.OLD_KEY_KEPT):
            fresh.rename(kept)
    with suppress(FileNotFoundError), around(Point.HUB_KEY_REPLACED):
        _next(path).rename(path)
    sync_folder(path.parent)
    return kept


def _next(path: Path) -> Path:
    return path.with_name(f".{path.name}.next")


def _from_environment(name: str) -> Sealer:
    return Sealer(Keys.parsed(os.environ.get(name, ""), f"the environment variable {name}"))


def _from_file(path: Path) -> Sealer:
    return Sealer(Keys.parsed(_content(path), path.name))


def _write_key(path: Path, keys: Keys) -> None:
    """Make the file in one step, whole or not at all; never over one that another run has made meanwhile."""
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists():
            with around(Point.HUB_KEY_MADE):
                fresh.unlink(missing_ok=True)
            raise FileExistsError
        file.truncate()
        file.write(f"{keys.written()}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
        with around(Point.HUB_KEY_MADE):
            fresh.rename(path)
    sync_folder(path.parent)


def _write(path: Path, content: str) -> None:
    """Write the file, whole on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _unwritten(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        "No key could be written to {file} ({fault}).",
        hint="Free some space or mend the permissions, then run the command again. Nothing was half-written.",
        file=str(path),
        fault=error.strerror or type(error).__name__,
    )


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise ConfigError(
            "The hub's key in {where} cannot be read ({fault}).",
            hint="Check that it is a file, and that you may read it.",
            where=path.name,
            fault=error.strerror or type(error).__name__,
        ) from None
