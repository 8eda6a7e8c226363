"""What an output keeps of each entity from publish to publish, so that only what changed is worked out anew.

It passed the gate for this output, lies sealed in the hub's database beside the entities, and goes when anything that
it was made of changes or may not be seen any more. Without it a publish takes longer, and that is all.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from allin_hub.base.encryption import KEY_BYTES, Sealer
from allin_hub.base.errors import StoreError

_QUICK = 1
_SMALL = 600

Stored = Callable[[bool], Iterable[tuple[str, bytes, bytes]]]
"""Every (entity, mark, packed content) that is stored: of entities alone, or with what else was used."""


class Held(NamedTuple):
    """What is kept of one entity: it is true as long as its mark is; `stored` is how much of it is stored."""

    mark: bytes
    content: dict[str, Any]
    stored: int


class Keeping:
    """What one output keeps. `base` changes with all that is no entity: code, templates, settings."""

    def __init__(self, base: str = "", sealer: Sealer | None = None, stored: Stored | None = None) -> None:
        self._base = hashlib.blake2b(base.encode(), digest_size=16)
        self._sealer = sealer or Sealer(os.urandom(KEY_BYTES))
        self._stored = stored
        self._waiting: dict[bool, dict[str, tuple[bytes, bytes]]] = {}
        self._held: dict[bool, dict[str, Held]] = {True: {}, False: {}}
        self._lost: list[tuple[str, bool]] = []

    def mark(self, about: str) -> bytes:
        """What changes with the base, or with what the kept is about."""
        state = self._base.copy()
        state.update(about.encode())
        return state.digest()

    def of(self, entity: str, mark: bytes, *, alone: bool) -> dict[str, Any]:
        """What is kept of an entity under this mark; what is put into it is there again in the next publish."""
        held = self._held[alone].get(entity)
        if held is None or held.mark != mark:
            content = self._opened(entity, mark, alone=alone)
            held = self._held[alone][entity] = Held(mark, content, len(content))
        return held.content

    def knows(self, entity: str, mark: bytes) -> bool:
        """Whether something is kept of this entity alone under this mark."""
        found = self._loaded(alone=True).get(entity)
        return found is not None and found[0] == mark

    def _opened(self, entity: str, mark: bytes, *, alone: bool) -> dict[str, Any]:
        found = self._loaded(alone=alone).pop(entity, None)
        if found is None:
            return {}
        if found[0] == mark:
            try:
                return _unpacked(self._sealer.unseal_bytes(found[1]))
            except (StoreError, TypeError, ValueError, zlib.error):
                pass  # damaged, or sealed by another key: made again
        self._lost.append((entity, alone))
        return {}

    def _loaded(self, *, alone: bool) -> dict[str, tuple[bytes, bytes]]:
        """What is stored and was not asked for yet."""
        if alone not in self._waiting:
            rows = self._stored(alone) if self._stored is not None else ()
            self._waiting[alone] = {entity: (mark, sealed) for entity, mark, sealed in rows}
        return self._waiting[alone]

    def new(self) -> Iterator[tuple[str, bool, bytes, bytes]]:
        """(entity, alone, mark, packed content) of all that is to be stored: what is new, and what was added to."""
        for alone, entities in self._held.items():
            for entity, held in entities.items():
                if len(held.content) != held.stored:
                    yield entity, alone, held.mark, self._sealer.seal_bytes(_packed(held.content))

    def old(
        self, names: Callable[[bool], Iterable[str]], shows: Callable[[str], bool], *, grounded: bool
    ) -> list[tuple[str, bool]]:
        """The (entity, alone) of all that is to go: what is not true any more, and of what may not be seen.

        Where a publish asked for anything of its kind, what it did not ask for goes too; where it asked for nothing,
        all goes unless it is `grounded`: base and consents are those of the last publish. `names` says what is stored.
        """
        gone = [one for one in self._lost if not self._held[one[1]][one[0]].content]
        for alone in (True, False):
            if alone in self._waiting:
                gone += [(entity, alone) for entity in self._waiting[alone]]
            else:
                gone += [(entity, alone) for entity in names(alone) if not (grounded and shows(entity))]
        return gone


def _packed(content: dict[str, Any]) -> bytes:
    """JSON; texts of a page become a quarter of it, which is read faster than all of it."""
    plain = orjson.dumps(content)
    return plain if len(plain) < _SMALL else zlib.compress(plain, _QUICK)


def _unpacked(packed: bytes) -> dict[str, Any]:
    return dict(orjson.loads(packed if packed.startswith(b"{") else zlib.decompress(packed)))
