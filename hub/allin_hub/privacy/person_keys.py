"""Makes the keys by which a person is known again, however she is spelled: keyed hashes of mail, phones and name.

A mail or a phone is a person's wherever it stands; a name says who is meant only within one organisation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from allin_hub.base.encryption import Sealer
from allin_schemas import PersonType
from allin_schemas.reading import is_role_address, name_key

MAIL, PHONE, NAME, WITHIN, RECORD, NOBODY = "m", "p", "n", "o", "s", "w"
"""What a key is made of; it begins with this letter. `NOBODY` marks an answer beside which no person is named."""
ANYBODY = "*"
_WORDS = re.compile(r"\w+")
_NO_DIGITS = re.compile(r"[^+\d]")
_TITLES = frozenset(
    _WORDS.findall(
        "dr prof professor professorin mag magister ing ingenieur dipl diplom med phil jur rer nat pol soc oec theol ma ba"
        " msc bsc mba bed phd frau fr herr hr herrn mr mrs ms miss mister madame monsieur mme sr sra bay bayan hodscha"
    )
)


def folded_name(name: str) -> str:
    """A person's name without titles, accents and punctuation, its words in one order."""
    words = _WORDS.findall(name_key(name))
    return " ".join(sorted([word for word in words if word not in _TITLES] or words))


def keys_of(data: Mapping[str, Any], sealer: Sealer, names: Iterable[str] = ()) -> list[str]:
    """The keys of what one claim says of a person. An address of a task (info@), or of an organisation's `names`, is nobody's."""
    texts = []
    email = data.get("email")
    if email and data.get("type") != PersonType.ROLE.value and not is_role_address(email, names):
        texts.append((MAIL, email.strip().casefold()))
    numbers = [phone["number"] for phone in data.get("phones") or ()]
    numbers += [one["account"] for one in data.get("messenger") or () if one["account"].startswith("+")]
    texts += [(PHONE, _NO_DIGITS.sub("", number)) for number in numbers]
    name = data.get("name")
    if name and name != email:
        texts.append((NAME, folded_name(name)))
    hashed = sealer.hashes([f"person-{kind}\x1f{text}".encode() for kind, text in texts])
    found = [f"{kind}:{digest.hex()}" for (kind, _), digest in zip(texts, hashed, strict=True)]
    if not found or (name and name == email):
        found.append(f"{NOBODY}:")
    return list(dict.fromkeys(found))


def record_key(source: str, raw_key: bytes, slot: str, sealer: Sealer) -> str:
    """The key of the place where a source names a person."""
    place = f"{source}\x1f{raw_key.hex()}\x1f{slot}"
    return f"{RECORD}:{sealer.hash_text('person-s', place).hex()}"


def said_for(keys: Iterable[str], within: Collection[str]) -> set[str]:
    """The keys of the persons that an answer speaks for; `within` are the entities that its record belongs to.

    An answer beside which nobody is named speaks for everybody there.
    """
    found = set()
    for key in keys:
        if key.startswith(NAME):
            found.update([f"{WITHIN}:{place}{key[1:]}" for place in within])
        elif key.startswith(NOBODY):
            found.update([f"{WITHIN}:{place}:{ANYBODY}" for place in within])
        else:
            found.add(key)
    return found


def met_by(keys: Iterable[str], within: Collection[str]) -> set[str]:
    """The keys by which answers of others reach a claim."""
    return said_for(keys, within) | {f"{WITHIN}:{place}:{ANYBODY}" for place in within}


def may_be_one(keys: str | None, others: str | None) -> bool:
    """Whether keys, as they are kept, that stood in one place of a source at two times may be one person's.

    They have a mail, a phone or a name in common, or of one of them nothing is known. The place itself says nothing:
    another person may stand in a row, or behind a mailbox, by now.
    """
    ours, theirs = _bare(keys), _bare(others)
    return not ours or not theirs or not ours.isdisjoint(theirs) or ANYBODY in ours | theirs


@lru_cache(maxsize=20_000)
def _bare(kept: str | None) -> frozenset[str]:
    """Kept keys without the entities in which they hold."""
    kinds = {WITHIN: NAME, MAIL: MAIL, PHONE: PHONE, NAME: NAME}
    found = set()
    for key in read(kept):
        kind, hashed = key.partition(":")[0], key.rpartition(":")[2]
        if kind == NOBODY or hashed == ANYBODY:
            found.add(ANYBODY)
        elif kind in kinds:
            found.add(f"{kinds[kind]}:{hashed}")
    return frozenset(found)


def place_of(key: str) -> str | None:
    """The entity within which a key holds; None for one that holds everywhere."""
    kind, _, rest = key.partition(":")
    return rest.partition(":")[0] if kind == WITHIN else None


def moved(key: str, homes: Mapping[str, Collection[str]]) -> set[str]:
    """A key within an entity that lives on in others, as it reads there; `homes` says in which."""
    place = place_of(key)
    if place is None:
        return {key}
    _, _, hashed = key.rpartition(":")
    places = {place}
    fresh = {place}
    while fresh:
        fresh = {home for one in fresh for home in homes.get(one, ())} - places
        places |= fresh
    return {f"{WITHIN}:{one}:{hashed}" for one in places}


def written(keys: Iterable[str]) -> str:
    """Keys as a table keeps them."""
    return orjson.dumps(sorted(keys)).decode()


def read(text: str | None) -> list[str]:
    """Keys as they were kept."""
    return orjson.loads(text) if text else []


def for_migrations(sealer: Sealer) -> dict[str, Any]:
    """What migrations of sealed rows need: they import nothing of the hub themselves."""
    return {"sealer": sealer, "keys_of_person": lambda data: written(keys_of(data, sealer))}
