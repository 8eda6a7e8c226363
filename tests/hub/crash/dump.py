"""All that a hub holds, written so that two hubs with the same content are equal: what differs by nature has a name instead."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect, select
from tests.hub.crash.scenes import LATER
from tests.sealed import opened

from allin_hub.base.bindings import of_raw
from allin_hub.hub import Hub
from allin_hub.ingest.held_staging import DIGEST
from allin_hub.open_hub import open_hub
from allin_hub.operations.notify import LEASE as TELLING
from allin_hub.store.engine import reading
from allin_hub.store.ledger import HEAD, SETTINGS_USED, START
from allin_hub.store.tables import ENTITY_TABLES, HASHED, SEALED, audit, claim, metadata, raw, run

LEFT_OUT = {
    "run": {"*"},
    "counter": {"*"},
    "lease": {"fence", "holder"},
    "source_state": {"report", "last_run", "failures"},
    "output_state": {"report", "fingerprint", "failures"},
    "artifact": {"key", "digest"},
    "change": {"old_digest", "new_digest"},
    "problem": {"id"},
    "ledger": {"salt", "digest", "chain"},
    "audit": {"details"},
} | {str(kind): {"digest"} for kind in ENTITY_TABLES}
"""What is of the run and not of the content: numbers of attempts, and digests over ids that each run makes anew."""
ROTATED = re.compile(r"^hub\.key\.old-|^\.?before-key-rotation-")
"""What each attempt at a rotation keeps anew: the key before, and the backup that wants it."""
TIMES = re.compile(r"_at$|^at$")
ATTEMPTS = re.compile(r"(\.staging\.|\"staging\":\")\d+(\.\d+)*")
"""The number of the attempt at a publish, in the name of the folder where its files wait."""
TODAY = re.compile(LATER.strftime("%Y-?%m-?%dT") + r"\d\d:?\d\d:?\d\d")
"""A moment of the day on which a run is killed, as pages and calendars write it."""


def dump(
    folder: Path, *, known: Collection[str] = (), times: bool = True, sealed: bool = True
) -> dict[str, Any]:
    """Every table and every file of a hub. `known` ids, those of the time before, keep their own names.

    Without `times` moments are left out; without `sealed` so is what hangs on the hub's own key.
    """
    hub = open_hub(folder)
    try:
        with reading(hub.engine) as connection:
            names = _names(connection, hub, set(known))
            said = _sayer(names, times=times)
            places = {table.name: _places(connection, table) for table in (raw, claim)}
            tables = {
                name: sorted(_rows(connection, hub, name, said, places, times=times, sealed=sealed))
                for name in sorted(inspect(connection).get_table_names())
            }
            unfinished = list(connection.execute(select(run.c.id).where(run.c.status == "running")).scalars())
            tables["manifest"] = sorted(_manifest(connection, folder, said))
    finally:
        hub.close()
    return {"tables": tables, "files": _files(folder, said), "running": len(unfinished)}


def ids(folder: Path) -> set[str]:
    """Every id that a hub has given so far."""
    hub = open_hub(folder)
    try:
        with reading(hub.engine) as connection:
            found = set(connection.execute(select(claim.c.home_id)).scalars())
            return found | set(connection.execute(select(run.c.id)).scalars())
    finally:
        hub.close()


def differences(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """Where two dumps differ, a few lines that a person can read."""
    found = [] if left["running"] == right["running"] else ["runs that never ended"]
    for part in ("tables", "files"):
        for name in sorted({*left[part], *right[part]}):
            one, two = left[part].get(name), right[part].get(name)
            if one != two:
                found.append(f"{name}: {_first(one, two)}")
    return found


def _first(one: Any, two: Any) -> str:
    if isinstance(one, list) and isinstance(two, list):
        left, right = [row for row in one if row not in two], [row for row in two if row not in one]
        return f"{len(one)}/{len(two)} rows; {left[:2]} <> {right[:2]}"
    if isinstance(one, str) and isinstance(two, str):
        at = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
        return f"{one[max(0, at - 60) : at + 60]!r} <> {two[max(0, at - 60) : at + 60]!r}"
    return f"{str(one)[:80]} <> {str(two)[:80]}"


def _names(connection: Connection, hub: Hub, known: set[str]) -> dict[str, str]:
    """A name for each id that is new: of an entity the claim that it began with, of a run only that it came later."""
    names: dict[str, str] = {}
    query = select(claim.c.home_id, claim.c.source, claim.c.slot, claim.c.kind, raw.c.id, raw.c.sealed).join(
        raw, raw.c.id == claim.c.raw_id
    )
    for home, source, slot, kind, raw_id, sealed in connection.execute(query):
        if home not in known:
            key = hub.sealer.unseal(sealed, of_raw(raw_id))["k"]
            words = f"{source}|{key}|{slot}|{kind}"
            short = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
            names[home] = f"<{short}>"
            names[home.replace("-", "")] = f"<{short}>"
            names[home.replace("-", "")[-10:]] = f"<{short}>"
    for id in connection.execute(select(run.c.id)).scalars():
        if id not in known:
            names[id] = "<later run>"
    return names


def _places(connection: Connection, table: Table) -> dict[int, int]:
    """The id of each row -> its place among them: a run that was cut leaves a gap in the ids, and nothing else."""
    ids = sorted(connection.execute(select(table.c.id)).scalars())
    return {id: place for place, id in enumerate(ids, 1)}


def _placed(table: str, column: str, value: Any, places: dict[str, dict[int, int]]) -> Any:
    """A value with its ids of raws and claims as places."""
    if column == "provenance" and value:
        found = {unit: [places["claim"].get(id, id) for id in ids] for unit, ids in json.loads(value).items()}
        return json.dumps(found)
    of = {"raw_id": "raw", "claim_id": "claim", "target_claim": "claim"}.get(column)
    if column == "id" and table in places:
        of = table
    return places[of].get(value, value) if of else value


def _sayer(names: dict[str, str], *, times: bool) -> Callable[[str], str]:
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(longest_first) or r"(?!)")

    def said(text: str) -> str:
        text = ATTEMPTS.sub(r"\1<attempt>", pattern.sub(lambda found: names[found[0]], text))
        return text if times else TODAY.sub("<today>", text)

    return said


def _rows(
    connection: Connection,
    hub: Hub,
    name: str,
    said: Callable[[str], str],
    places: dict[str, dict[int, int]],
    *,
    times: bool,
    sealed: bool,
) -> list[str]:
    table = metadata.tables.get(name)
    if table is None:
        return []
    left_out = LEFT_OUT.get(name, set())
    if "*" in left_out:
        return []
    columns = [
        column
        for column in table.columns
        if column.name not in left_out
        and (times or not TIMES.search(column.name))
        and (sealed or HASHED not in column.info)
        and (sealed or (name, column.name) not in {("hub_fact", "value"), ("source_state", "mark")})
    ]
    query = select(table)
    if (
        name == "hub_fact"
    ):  # hashes over salts, and over the database's address, which no two hubs have in common
        query = query.where(table.c.name.not_in([START, HEAD, SETTINGS_USED]))
    rotations = select(audit.c.id).where(audit.c.what == "key")
    if name in {"audit", "ledger"}:  # whoever was killed after a rotation makes another
        query = query.where(next(iter(table.primary_key)).not_in(rotations))
    if name == "lease":  # one who was killed after the message was noted holds it until the next has news
        query = query.where(table.c.source != TELLING)
    return [
        said(
            " | ".join(
                _shown(_placed(name, column.name, _value(hub, column, row), places)) for column in columns
            )
        )
        for row in connection.execute(query).mappings()
    ]


def _value(hub: Hub, column: Column[Any], row: Mapping[str, Any]) -> Any:
    """What stands in a column, opened where it is sealed; the digest of staged rows left aside: they are sealed by chance."""
    if SEALED in column.info and row[column.name] is not None:
        content = opened(hub, column.table.name, row, column.name)
        if isinstance(content, dict):
            content.pop(DIGEST, None)
        return json.dumps(content, sort_keys=True, default=str)
    return row[column.name]


def _shown(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def _manifest(connection: Connection, folder: Path, said: Callable[[str], str]) -> list[str]:
    """For each file that the hub says it has put somewhere: whether it is there, as it was put."""
    from allin_hub.store.tables import artifact, output_state

    rows = connection.execute(
        select(output_state.c.path, artifact.c.path, artifact.c.digest).join(
            artifact, artifact.c.output == output_state.c.output
        )
    )
    found = []
    for where, path, digest in rows:
        file = folder / where / path
        there = file.is_file() and hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest() == digest
        found.append(f"{where}/{said(path)} {'as put' if there else 'OTHERWISE'}")
    return found


def _files(folder: Path, said: Callable[[str], str]) -> dict[str, str]:
    """Every file in the hub's folder; of those at its top, its key and its database among them, only the names."""
    found = {
        said(path.name): ""
        for path in folder.iterdir()
        if not path.name.startswith("hub.db") and not ROTATED.search(path.name)
    }
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent != folder and not any(map(ROTATED.search, path.parts)):
            text = path.read_text(encoding="utf-8", errors="backslashreplace")
            if path.suffix == ".eml":
                text = text.replace("=\n", "")
            found[said(path.relative_to(folder).as_posix())] = said(text)
    return found
