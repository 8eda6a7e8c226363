"""Encrypts what can name a person, and makes the keyed hashes by which it is found again.

The key lies outside the database: a file of mode 0600, or an environment variable.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import secrets
import sys
import weakref
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point, around
from allin_hub.base.fsync import sync_folder

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"

_SEALERS: weakref.WeakSet[Sealer] = weakref.WeakSet()


class Sealer:
    """Seals records with AES-256-GCM (a random nonce each) and hashes with keyed BLAKE2b."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ConfigError("The hub's key has the wrong length.", hint="Restore hub.key from its copy.")
        self._cipher = AESGCM(hashlib.blake2b(key, digest_size=32, person=b"allin-seal").digest())
        self._hash_key = hashlib.blake2b(key, digest_size=32, person=b"allin-hash").digest()
        self._signing_key = hashlib.blake2b(key, digest_size=32, person=b"allin-sign").digest()
        self._base = hashlib.blake2b(key=self._hash_key, digest_size=16)
        self._short = hashlib.blake2b(key=self._hash_key, digest_size=8, person=b"allin-match")
        self._nonces = b""
        _SEALERS.add(self)

    def __repr__(self) -> str:
        return "Sealer(…)"

    def seal(self, value: Any) -> bytes:
        """A JSON-like value as sealed bytes."""
        if len(self._nonces) < NONCE_BYTES:
            self._nonces = os.urandom(NONCE_BYTES * 512)
        nonce, self._nonces = self._nonces[:NONCE_BYTES], self._nonces[NONCE_BYTES:]
        return _VERSION + nonce + self._cipher.encrypt(nonce, orjson.dumps(value), _VERSION)

    def unseal(self, sealed: bytes) -> Any:
        """The value again.

        Raises StoreError when the bytes were changed or belong to another key.
        """
        data = bytes(sealed)
        try:
            return orjson.loads(
                self._cipher.decrypt(data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :], data[:1])
            )
        except (InvalidTag, ValueError):
            raise StoreError(
                "A sealed record cannot be opened with this hub.key.",
                hint="Restore the hub.key that belongs to this database.",
            ) from None

    def seal_bytes(self, data: bytes) -> bytes:
        """Bytes, sealed as they are."""
        nonce = os.urandom(NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, data, _VERSION)

    def unseal_bytes(self, sealed: bytes) -> bytes:
        """The bytes again.

        Raises StoreError when they were changed or belong to another key.
        """
        try:
            return self._cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], sealed[:1])
        except (InvalidTag, ValueError):
            raise StoreError("Sealed bytes cannot be opened with this hub.key.") from None

    def hash(self, data: bytes) -> bytes:
        """16 bytes by which equal content is known again, and nothing else."""
        state = self._base.copy()
        state.update(data)
        return state.digest()

    def hashes(self, parts: Iterable[bytes]) -> list[bytes]:
        """The hash of each of many."""
        copy, found = self._base.copy, []
        for data in parts:
            state = copy()
            state.update(data)
            found.append(state.digest())
        return found

    def numbers(self, parts: Iterable[bytes]) -> array[int]:
        """A keyed hash of 64 bits for each of many, as a number that an index finds fast."""
        copy, digests = self._short.copy, []
        for data in parts:
            state = copy()
            state.update(data)
            digests.append(state.digest())
        found = array("q", b"".join(digests))
        if sys.byteorder == "little":
            found.byteswap()
        return found

    def hash_text(self, kind: str, text: str) -> bytes:
        """The hash of a text of some kind (`key`, `email`, …); equal texts of two kinds differ."""
        return self.hash(f"{kind}\x1f{text}".encode())

    def digest(self, value: Any) -> bytes:
        """The hash of a JSON-like value; the order of keys does not count."""
        return self.hash(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))

    def digests(self, values: Iterable[Any]) -> list[bytes]:
        """The digest of each of many."""
        return self.hashes(orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for value in values)

    def sign(self, data: bytes) -> bytes:
        """Compute a keyed authentication code of 32 bytes; nobody without the key can make one that fits."""
        return hmac.digest(self._signing_key, data, "sha256")

    def mark(self) -> bytes:
        """What a database remembers to know its own key by."""
        return self.hash(b"mark")


def _forget() -> None:
    for sealer in _SEALERS:
        sealer._nonces = b""


os.register_at_fork(after_in_child=_forget)  # no nonce may serve twice, not even in two processes


def load_key(setting: Any, folder: Path) -> tuple[Sealer, Path | None]:
    """The hub's key: from `{ env = … }` or `{ file = … }`; made at the first run when the file is not there.

    Returns the path of a key that was made just now, so that the caller can advise to keep a copy.
    """
    if isinstance(setting, Mapping) and set(setting) == {"env"}:
        written = os.environ.get(str(setting["env"]), "")
        return Sealer(_decoded(written, f"the environment variable {setting['env']}")), None
    if setting is not None and not (isinstance(setting, Mapping) and set(setting) == {"file"}):
        hint = 'Write key = { file = "hub.key" } or key = { env = "NAME" }.'
        raise ConfigError("The setting key in [hub] is wrong.", hint=hint)
    path = folder / str((setting or {}).get("file", "hub.key"))
    if path.exists():
        return Sealer(_decoded(_content(path), str(path.name))), None
    key = secrets.token_bytes(KEY_BYTES)
    try:
        _write_key(path, base64.b64encode(key) + b"\n")
    except FileExistsError:
        return Sealer(_decoded(_content(path), str(path.name))), None
    except OSError as error:
        raise ConfigError(
            "No key could be written to {file} ({fault}).",
            hint="Free some space or mend the permissions, then run the command again. Nothing was half-written.",
            file=str(path),
            fault=error.strerror or type(error).__name__,
        ) from None
    return Sealer(key), path


def _write_key(path: Path, content: bytes) -> None:
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
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        with around(Point.HUB_KEY_MADE):
            fresh.rename(path)
    sync_folder(path.parent)


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


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(
            "The hub's key in {where} cannot be read.",
            hint="Restore it from its copy; it is one line of base64.",
            where=where,
        ) from None
