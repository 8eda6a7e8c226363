"""One file that holds a hub: a zip of which every byte is checked, with a list of its parts and their checksums."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import hmac
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any

import orjson

from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.fsync import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
"""The manifest's authentication code under the hub's key, in hexadecimal digits."""
SEAL = b"allin backup, sha256 of all before: "
_DIGITS = 64
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, OSError)
Told = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a backup."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself, and its parts by name."""

    facts: Mapping[str, Any]
    parts: Mapping[str, Part]
    signed: bytes
    """The bytes that the signature is of."""
    signature: bytes | None
    """None in a backup of a release that signed none, or in one that somebody else made."""

    def is_signed_by(self, sealer: Sealer) -> bool:
        """Tell whether the hub with this key made the backup, and nobody changed it since."""
        return self.signature is not None and hmac.compare_digest(self.signature, sealer.sign(self.signed))


class Packer:
    """Writes a backup under another name, and gives it its own only when all of it is on the disk. Overwrites nothing."""

    def __init__(self, path: Path, told: Told | None = None) -> None:
        self._path = path
        self._told = told
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._parts: dict[str, Part] = {}

    def __enter__(self) -> Packer:
        handle = os.open(self._fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is not None:
            with suppress(OSError, ValueError):
                self._zip.close()
            with suppress(OSError):
                self._file.close()
        self._fresh.unlink(missing_ok=True)

    def add(self, name: str, file: Path) -> None:
        """Take a file in."""
        with file.open("rb") as source:
            self._write(name, source, file.stat().st_size)

    def _write(self, name: str, source: IO[bytes], total: int) -> None:
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                if self._told is not None and total > _CHUNK:
                    self._told(name, size, total)
        self._parts[name] = Part(size, digest.hexdigest())

    def finish(self, facts: Mapping[str, Any], sealer: Sealer) -> int:
        """Write the list of parts, sign it, add a checksum of the whole, and put the file in its place; its size.

        Raises FileExistsError when something has taken the place meanwhile.
        """
        parts = {name: {"size": part.size, "sha256": part.digest} for name, part in self._parts.items()}
        listed = orjson.dumps({"format": FORMAT, **facts, "parts": parts}, option=orjson.OPT_INDENT_2)
        self._zip.writestr(MANIFEST, listed)
        self._zip.writestr(SIGNATURE, sealer.sign(listed).hex())
        self._zip.comment = SEAL + b"0" * _DIGITS
        self._zip.close()
        size = self._file.seek(0, os.SEEK_END)
        digest = _digest(self._file, size - _DIGITS)
        self._file.seek(size - _DIGITS)
        self._file.write(digest.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        place_new(self._fresh, self._path)
        return size


def place_new(fresh: Path, path: Path) -> None:
    """Give a file its name, unless something is called so already.

    Raises FileExistsError then.
    """
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:  # a stick or a share that knows no second names
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        fresh.rename(path)
    try:
        sync_folder(path.parent)
    except OSError:
        path.unlink(missing_ok=True)  # nobody shall rely on what may be gone tomorrow
        raise


def _digest(file: IO[bytes], size: int) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while size > 0 and (chunk := file.read(min(_CHUNK, size))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def verified(path: Path) -> Manifest:
    """Read a backup whole, compare every checksum, and give its list of parts.

    Raises ConfigError when it is none or one of a newer release, StoreError naming the parts that are damaged.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _DIGITS - len(SEAL)))
            end = file.read()
            if not zipfile.is_zipfile(file) and not end.startswith(SEAL):
                raise ConfigError(
                    "{file} is no backup of a hub, or its end is missing.",
                    hint="Name a file that `allin backup` has made, and copy it again if it came over the network.",
                    file=path.name,
                )
            whole = end.startswith(SEAL) and _digest(file, size - _DIGITS) == end[-_DIGITS:].decode(
                "ascii", "replace"
            )
    except OSError as error:
        raise ConfigError(
            "The backup {file} cannot be read ({fault}).",
            hint="Check the path, and that you may read it.",
            file=str(path),
            fault=error.strerror or type(error).__name__,
        ) from None
    manifest = _manifest(path)
    damaged = _damaged(path, manifest) if manifest is not None else [MANIFEST]
    if not whole or damaged or manifest is None:
        raise StoreError(
            "The backup {file} is damaged: {parts}.",
            hint="Nothing was restored. Take an older backup, or another copy of this one.",
            file=path.name,
            parts=", ".join(damaged) or "zip",
        )
    if manifest.facts["format"] != FORMAT:
        raise ConfigError(
            "The backup {file} was made by a newer release of the hub.",
            hint="Update: pip install --upgrade allin-hub",
            file=path.name,
        )
    return manifest


def _manifest(path: Path) -> Manifest | None:
    """The list of parts; None when it cannot be read."""
    try:
        with zipfile.ZipFile(path) as packed:
            signed = packed.read(MANIFEST)
            signature = _signature(packed)
            listed = orjson.loads(signed)
            parts = {
                str(name): Part(int(one["size"]), str(one["sha256"])) for name, one in listed["parts"].items()
            }
            facts = {name: listed[name] for name in listed if name != "parts"}
            is_whole = isinstance(facts["format"], int) and all(str(key["name"]) for key in facts["keys"])
            dt.datetime.fromisoformat(facts["made_at"]), facts["keys"][0]["fingerprint"], facts["schema"]
            return Manifest(facts, parts, signed, signature) if is_whole else None
    except (*_BROKEN, TypeError, AttributeError, IndexError):
        return None


def _signature(packed: zipfile.ZipFile) -> bytes | None:
    """Read the signature; None when there is none, empty when it cannot be read."""
    if SIGNATURE not in packed.namelist():
        return None
    try:
        return bytes.fromhex(packed.read(SIGNATURE).decode("ascii"))
    except _BROKEN:
        return b""


def _damaged(path: Path, manifest: Manifest) -> list[str]:
    """The parts that are not there as the list says."""
    found = [SIGNATURE] if manifest.signature == b"" else []
    with zipfile.ZipFile(path) as packed:
        for name, part in manifest.parts.items():
            try:
                with packed.open(name) as file:
                    if not _is_safe(name) or _digest(file, part.size + 1) != part.digest:
                        found.append(name)
            except _BROKEN:
                found.append(name)
    return found


def _is_safe(name: str) -> bool:
    """Whether a part stays inside the folder into which it is unpacked."""
    place = PurePosixPath(name)
    return not place.is_absolute() and ".." not in place.parts and "\\" not in name and ":" not in name


def unpack(path: Path, manifest: Manifest, folder: Path, told: Told | None = None) -> None:
    """Write every part of a verified backup into a folder, for the hub's own eyes only."""
    with zipfile.ZipFile(path) as packed:
        for name, part in manifest.parts.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            done = 0
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with packed.open(name) as source, os.fdopen(handle, "wb") as file:
                while done < part.size and (chunk := source.read(min(_CHUNK, part.size - done))):
                    file.write(chunk)
                    done += len(chunk)
                    if told is not None and part.size > _CHUNK:
                        told(name, done, part.size)
                file.flush()
                os.fsync(file.fileno())
