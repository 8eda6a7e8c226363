"""The chain of what persons said and staff did: append-only, so that a changed, missing or inserted event is found.

An event's content lies in its own table, under the event's number. The ledger holds a digest of it, salted, and a hash
over the hash before and this digest, made with the hub's key. Content that is erased takes its salt along: the digest
tells nothing any more, and the chain still verifies. In the salt's place stands a keyed mark, so that only the hub can
erase. Where the beginning was let go, its last hash is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Table, delete, select, update

from allin_hub.base.encryption import Sealer
from allin_hub.store import runs
from allin_hub.store.engine import each_plain_row, insert_rows
from allin_hub.store.tables import audit, consent, iso, ledger, wording

CONSENT, AUDIT = "consent", "audit"
CONTENTS: Mapping[str, Table] = {CONSENT: consent, AUDIT: audit}
"""Kind of event -> the table of its content."""
START, HEAD = "ledger_start", "ledger_head"
"""Facts: the hash before the first event that is kept, and the last one."""
SETTINGS_USED = "settings_used"
"""Fact: the settings that the audit noted last. With it, a ledger without a last event was taken away as a whole."""
SALT_BYTES = 16
ERASED = "-"
"""Begins the mark that stands in the place of an erased event's salt."""
MOST_LOST = 100
"""How many events are named of each stretch that is missing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An event that was changed, is missing, or was put in from outside; without a number, the wording of one."""

    what: Literal["changed", "missing", "inserted"]
    seq: int | None
    kind: str


def append(
    connection: Connection, sealer: Sealer, kind: str, contents: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Add events with their content; their numbers. Only within the write transaction."""
    if not contents:
        return []
    seq, chain = _last(connection, sealer)
    table = CONTENTS[kind]
    columns = [str(column.name) for column in table.columns if column.name != "id"]
    links = []
    rows = []
    for content in contents:
        seq += 1
        values = [_plain(content.get(name)) for name in columns]
        salt = os.urandom(SALT_BYTES).hex()
        digest = _digest(salt, dict(zip(columns, values, strict=True)))
        chain = _link(sealer, chain, seq, kind, digest)
        links.append((seq, kind, salt, digest, chain))
        rows.append((seq, *values))
    insert_rows(connection, ledger, ("seq", "kind", "salt", "digest", "chain"), links)
    insert_rows(connection, table, ("id", *columns), rows)
    _save_place(connection, sealer, HEAD, seq, chain)
    return [link[0] for link in links]


def note(
    connection: Connection,
    sealer: Sealer,
    who: str,
    what: str,
    target: str,
    at: dt.datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add what staff did. Neither `target` nor `details` may name a person."""
    told = orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode() if details else None
    content = {"at": iso(at), "who": who[:80], "what": what, "target": target[:80], "details": told}
    append(connection, sealer, AUDIT, [content])


def faults(connection: Connection, sealer: Sealer) -> list[Fault]:
    """Find the events that do not verify, and wordings that are not those that were shown."""
    found: list[Fault] = []
    contents = {kind: _contents(connection, table) for kind, table in CONTENTS.items()}
    seq, chain, is_true = _place(connection, sealer, START)
    if not is_true:
        found.append(Fault("missing", seq, AUDIT))
    for number, kind, salt, digest, linked in _rows(connection):
        found += [Fault("missing", lost, kind) for lost in _some(seq, number - 1)]
        seq = number
        content = contents.get(kind, {}).pop(number, None)
        is_marked = salt is None or salt.startswith(ERASED)
        if content is not None and is_marked:
            found.append(Fault("inserted", seq, kind))
        elif content is None and not (is_marked and salt == _mark(sealer, seq, digest)):
            found.append(Fault("missing", seq, kind))
        elif _link(sealer, chain, seq, kind, digest) != linked or (
            content is not None and not _fits(digest, salt, content)
        ):
            found.append(Fault("changed", seq, kind))
        chain = linked
    head, last, is_true = _place(connection, sealer, HEAD)
    if not head and runs.fact(connection, SETTINGS_USED) is not None:
        found.append(Fault("missing", 1, AUDIT))
    found += [Fault("missing", lost, AUDIT) for lost in _some(seq, head)]
    found += [Fault("inserted", more, AUDIT) for more in _some(head, seq)]
    if not is_true or (head == seq and last != chain):
        found.append(Fault("changed", head, AUDIT))
    found += [Fault("inserted", number, kind) for kind, left in contents.items() for number in sorted(left)]
    for id, said in connection.execute(select(wording.c.id, wording.c.text)):
        if wording_id(said) != id:
            found.append(Fault("changed", None, CONSENT))
    return found


def _some(after: int, last: int) -> range:
    """The first numbers after one, up to another: a number that somebody made up can be very large."""
    return range(after + 1, min(last, after + MOST_LOST) + 1)


def erase(connection: Connection, sealer: Sealer, seqs: Iterable[int]) -> None:
    """Take the content of events away for good, with their salts; the chain stays."""
    for seq in seqs:
        for table in CONTENTS.values():
            connection.execute(delete(table).where(table.c.id == seq))
        digest = connection.execute(select(ledger.c.digest).where(ledger.c.seq == seq)).scalar_one()
        marked = update(ledger).where(ledger.c.seq == seq).values(salt=_mark(sealer, seq, digest))
        connection.execute(marked)


def prune(connection: Connection, sealer: Sealer, through: int) -> int:
    """Let the beginning of the ledger go, up to and with an event; how many. Its last hash stays as the new beginning."""
    chain = connection.execute(select(ledger.c.chain).where(ledger.c.seq == through)).scalar_one()
    for table in CONTENTS.values():
        connection.execute(delete(table).where(table.c.id <= through))
    gone = connection.execute(delete(ledger).where(ledger.c.seq <= through)).rowcount
    _save_place(connection, sealer, START, through, chain)
    return int(gone)


def chain_anew(connection: Connection, sealer: Sealer) -> None:
    """Chain all events again under a hashing key that has been renewed; the hash before the first stays the same.

    Whoever renews the key looks at `faults` under the old one first, and notes the old head in the audit.
    """
    seq, chain, _ = _place(connection, sealer, START)
    if seq:
        _save_place(connection, sealer, START, seq, chain)
    contents = {kind: _contents(connection, table) for kind, table in CONTENTS.items()}
    for number, kind, salt, digest, _ in list(_rows(connection)):
        seq = number
        is_erased = salt.startswith(ERASED)
        new = digest if is_erased else _digest(salt, contents[kind][seq])
        chain = _link(sealer, chain, seq, kind, new)
        kept = _mark(sealer, seq, new) if is_erased else salt
        connection.execute(
            update(ledger).where(ledger.c.seq == seq).values(salt=kept, digest=new, chain=chain)
        )
    _save_place(connection, sealer, HEAD, seq, chain)


def head(connection: Connection) -> str:
    """The number and the hash of the newest event; empty before the first."""
    return (runs.fact(connection, HEAD) or "").rpartition(":")[0]


def last_seq(connection: Connection) -> int:
    """The number of the newest event."""
    return int((runs.fact(connection, HEAD) or "0:").partition(":")[0])


def wording_id(words: str) -> str:
    """What a wording is known by: its own digest."""
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def _last(connection: Connection, sealer: Sealer) -> tuple[int, str]:
    query = select(ledger.c.seq, ledger.c.chain).order_by(ledger.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return _place(connection, sealer, START)[:2] if row is None else (row[0], row[1])


def _place(connection: Connection, sealer: Sealer, name: str) -> tuple[int, str, bool]:
    """An event at which the ledger begins or ends, its hash, and whether the hub itself wrote them down."""
    fact = runs.fact(connection, name)
    if fact is None:
        return 0, "", True
    try:
        seq, chain, seal = fact.split(":")
        return int(seq), chain, sealer.hash_text(name, f"{seq}:{chain}").hex() == seal
    except ValueError:  # nothing that the hub writes reads like that
        return 0, "", False


def _save_place(connection: Connection, sealer: Sealer, name: str, seq: int, chain: str) -> None:
    text = f"{seq}:{chain}"
    runs.save_fact(connection, name, f"{text}:{sealer.hash_text(name, text).hex()}")


def _rows(connection: Connection) -> Iterable[Any]:
    return each_plain_row(connection, "SELECT seq, kind, salt, digest, chain FROM ledger ORDER BY seq", ())


def _contents(connection: Connection, table: Table) -> dict[int, dict[str, Any]]:
    names = [str(column.name) for column in table.columns]
    listed = ", ".join(f'"{name}"' for name in names)
    found = each_plain_row(connection, f"SELECT {listed} FROM {table.name}", ())  # noqa: S608 - names of ours
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in found}


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, dt.datetime) else value


def _digest(salt: str, content: Mapping[str, Any]) -> str:
    """The salted digest of an event's content; empty values do not count, so that a new column changes none."""
    told = {name: value for name, value in content.items() if value is not None}
    written = orjson.dumps(told, default=_hex, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(bytes.fromhex(salt) + written, digest_size=32).hexdigest()


def _fits(digest: str, salt: str, content: Mapping[str, Any]) -> bool:
    try:
        return _digest(salt, content) == digest
    except ValueError:  # no salt that the hub makes reads like that
        return False


def _hex(value: Any) -> str:
    return bytes(value).hex()


def _mark(sealer: Sealer, seq: int, digest: str) -> str:
    """The mark of an event whose content the hub itself erased."""
    return ERASED + sealer.hash_text("erased", f"{seq}\x1f{digest}").hex()[1:]


def _link(sealer: Sealer, before: str, seq: int, kind: str, digest: str) -> str:
    return sealer.hash_text("ledger", f"{before}\x1f{seq}\x1f{kind}\x1f{digest}").hex()
