"""Encrypts what can name a person, and makes the keyed hashes by which it is found again.

A sealed value is a version, the id of the key that sealed it, a nonce and AES-GCM's output. It is bound to what it is and
whose it is (`base.bindings`): moved to another record, it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import sys
import weakref
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from allin_hub.base.errors import ConfigError, StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
HASH_BYTES = 16
_VERSION = b"\x02"
_HEAD = len(_VERSION) + KEY_ID_BYTES
_SLOT_BYTES = 6
_NAMES = ("seal", "hash")

_SEALERS: weakref.WeakSet[Sealer] = weakref.WeakSet()


@dataclass(frozen=True, repr=False)
class Keys:
    """What hub.key holds: the sealing key, and the hashing keys in the order in which they were made.

    A hash is made under the first hashing key, hashed again under the second, and so on. A renewed hashing key is one
    more: every hash that is kept is renewed under it alone, also where the text that it was made of is gone.
    """

    sealing: bytes
    hashing: tuple[bytes, ...]
    is_one: bool = False
    """Whether both come from one key, as in a hub.key of an earlier release."""

    @classmethod
    def new(cls) -> Keys:
        """Make keys for a new hub."""
        return cls(secrets.token_bytes(KEY_BYTES), (secrets.token_bytes(KEY_BYTES),))

    @classmethod
    def from_one(cls, key: bytes) -> Keys:
        """Derive both keys from one, as releases before key rotation did."""
        if len(key) != KEY_BYTES:
            raise ConfigError("The hub's key has the wrong length.", hint="Restore hub.key from its copy.")
        derived = (
            hashlib.blake2b(key, digest_size=KEY_BYTES, person=person).digest()
            for person in (b"allin-seal", b"allin-hash")
        )
        return cls(next(derived), (next(derived),), is_one=True)

    @classmethod
    def parsed(cls, text: str, where: str) -> Keys:
        """Read keys as they are written: `seal:…`, then each `hash:…`; or one key of an earlier release.

        Raises ConfigError for anything else; `where` names the file or the variable.
        """
        words = text.split()
        if len(words) == 1 and ":" not in words[0]:
            return cls.from_one(_decoded(words[0], where))
        found: dict[str, list[bytes]] = {name: [] for name in _NAMES}
        for word in words:
            name, _, key = word.partition(":")
            if name not in found or len(decoded := _decoded(key, where)) != KEY_BYTES:
                raise _unreadable(where)
            found[name].append(decoded)
        if len(found["seal"]) != 1 or not found["hash"]:
            raise _unreadable(where)
        return cls(found["seal"][0], tuple(found["hash"]))

    def written(self, between: str = "\n") -> str:
        """Write the keys as hub.key holds them, or with spaces between them for an environment variable."""
        pairs = [("seal", self.sealing), *(("hash", key) for key in self.hashing)]
        return between.join(f"{name}:{base64.b64encode(key).decode()}" for name, key in pairs)

    def with_new_sealing_key(self) -> Keys:
        """The same hashing keys, and a new key to seal with."""
        return replace(self, sealing=secrets.token_bytes(KEY_BYTES), is_one=False)

    def with_new_hashing_key(self) -> Keys:
        """The same sealing key, and one more key to hash with."""
        return replace(self, hashing=(*self.hashing, secrets.token_bytes(KEY_BYTES)), is_one=False)

    @property
    def sealing_id(self) -> bytes:
        """What a sealed value names its key by."""
        return hashlib.blake2b(self.sealing, digest_size=KEY_ID_BYTES, person=b"allin-key-id").digest()


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable(where) from None


def _unreadable(where: str) -> ConfigError:
    return ConfigError(
        "The hub's key in {where} cannot be read.",
        hint="Restore it from its copy; it is made of base64, as it was written.",
        where=where,
    )


class Sealer:
    """Seals records with AES-256-GCM (a random nonce each) and hashes with keyed BLAKE2b."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._cipher = AESGCM(keys.sealing)
        self._head = _VERSION + keys.sealing_id
        self._signing_key = hashlib.blake2b(keys.hashing[-1], digest_size=32, person=b"allin-sign").digest()
        self._base, *self._later = [hashlib.blake2b(key=key, digest_size=16) for key in keys.hashing]
        self._short, *self._shorter = [
            hashlib.blake2b(key=key, digest_size=8, person=b"allin-match") for key in keys.hashing
        ]
        self._nonces = b""
        _SEALERS.add(self)

    def __repr__(self) -> str:
        return "Sealer(…)"

    def seal(self, value: Any, binding: bytes) -> bytes:
        """A JSON-like value as sealed bytes, bound to what it is and whose."""
        return self.seal_bytes(orjson.dumps(value), binding)

    def unseal(self, sealed: bytes, binding: bytes) -> Any:
        """The value again.

        Raises StoreError when the bytes were changed, belong to another record, or to another key.
        """
        return orjson.loads(self.unseal_bytes(sealed, binding))

    def seal_bytes(self, data: bytes, binding: bytes) -> bytes:
        """Bytes, sealed as they are."""
        if len(self._nonces) < NONCE_BYTES:
            self._nonces = os.urandom(NONCE_BYTES * 512)
        nonce, self._nonces = self._nonces[:NONCE_BYTES], self._nonces[NONCE_BYTES:]
        return self._head + nonce + self._cipher.encrypt(nonce, data, self._head + binding)

    def unseal_bytes(self, sealed: bytes, binding: bytes) -> bytes:
        """The bytes again.

        Raises StoreError as `unseal` does.
        """
        data = bytes(sealed)
        if data[:_HEAD] != self._head:
            raise StoreError(
                "What is sealed of '{record}' was not sealed with this hub.key.",
                hint="Restore the hub.key that belongs to this database. If only some records say so: allin doctor",
                record=binding.decode(),
            )
        try:
            return self._cipher.decrypt(
                data[_HEAD : _HEAD + NONCE_BYTES], data[_HEAD + NONCE_BYTES :], self._head + binding
            )
        except (InvalidTag, ValueError):
            raise StoreError(
                "What is sealed of '{record}' was changed, or belongs to another record.",
                hint="See all of it: allin doctor. Read the sources again, or restore the last backup.",
                record=binding.decode(),
            ) from None

    def rebind(self, sealed: bytes, before: bytes, after: bytes) -> bytes:
        """Seal a value again for another record: one that turned out to be a known one.

        Raises StoreError as `unseal` does.
        """
        return self.seal_bytes(self.unseal_bytes(sealed, before), after)

    def hash(self, data: bytes) -> bytes:
        """16 bytes by which equal content is known again, and nothing else."""
        return self.hashes((data,))[0]

    def hashes(self, parts: Iterable[bytes]) -> list[bytes]:
        """The hash of each of many."""
        found = _hashed(self._base.copy, parts)
        for later in self._later:
            found = _hashed(later.copy, found)
        return found

    def numbers(self, parts: Iterable[bytes]) -> array[int]:
        """A keyed hash of 64 bits for each of many, as a number that an index finds fast."""
        digests = _hashed(self._short.copy, parts)
        for later in self._shorter:
            digests = _hashed(later.copy, digests)
        found = array("q", b"".join(digests))
        if sys.byteorder == "little":
            found.byteswap()
        return found

    def hash_text(self, kind: str, text: str) -> bytes:
        """The hash of a text of some kind (`key`, `email`, …); equal texts of two kinds differ."""
        return self.hash(f"{kind}\x1f{text}".encode())

    def slot(self, text: str) -> str:
        """A short name for what a nested record is known by."""
        found = _hashed(self._base.copy, (f"slot\x1f{text}".encode(),))[0][:_SLOT_BYTES]
        for later in self._later:
            found = _hashed(later.copy, (found,))[0][:_SLOT_BYTES]
        return found.hex()

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
        """What a database remembers to know its own keys by."""
        return self.hash(b"mark" if self.keys.is_one else b"mark" + self.keys.sealing_id)


class Rehasher:
    """Renews hashes that were made without the newest hashing key, each from its old value alone."""

    def __init__(self, key: bytes) -> None:
        self._base = hashlib.blake2b(key=key, digest_size=16)
        self._short = hashlib.blake2b(key=key, digest_size=8, person=b"allin-match")

    def hash(self, old: bytes) -> bytes:
        """Renew what `Sealer.hash` made."""
        return _hashed(self._base.copy, (bytes(old),))[0]

    def number(self, old: int) -> int:
        """Renew one of what `Sealer.numbers` made."""
        digest = _hashed(self._short.copy, (old.to_bytes(8, "big", signed=True),))[0]
        return int.from_bytes(digest, "big", signed=True)

    def numbers(self, old: bytes) -> bytes:
        """Renew packed numbers."""
        return array("q", map(self.number, array("q", bytes(old)))).tobytes()

    def slot(self, old: str) -> str:
        """Renew what `Sealer.slot` made, after the letter that stands before it; the record itself has an empty one."""
        return old[0] + self.hash(bytes.fromhex(old[1:]))[:_SLOT_BYTES].hex() if old else old

    def keys(self, old: str) -> str:
        """Renew the keys of persons: a JSON list of texts, each with a hash after its last colon, or with none there."""
        found = []
        for key in orjson.loads(old):
            begun, _, hashed = key.rpartition(":")
            is_hash = len(hashed) == 2 * HASH_BYTES
            found.append(f"{begun}:{self.hash(bytes.fromhex(hashed)).hex()}" if is_hash else key)
        return orjson.dumps(sorted(found)).decode()


def _hashed(copy: Callable[[], Any], parts: Iterable[bytes]) -> list[bytes]:
    found = []
    for data in parts:
        state = copy()
        state.update(data)
        found.append(state.digest())
    return found


def _forget() -> None:
    for sealer in _SEALERS:
        sealer._nonces = b""


os.register_at_fork(after_in_child=_forget)  # no nonce may serve twice, not even in two processes
