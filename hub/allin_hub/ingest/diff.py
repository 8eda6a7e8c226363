"""What a held run would change, row by row, under the map of today; and how many rows really change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allin_hub.base.time_limits import mapping
from allin_hub.hub import Hub
from allin_hub.ingest.prepare import Prepared
from allin_hub.ingest.raw_codec import opened
from allin_hub.mapping.drafts import take_apart
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import reading
from allin_schemas import ENTITIES

BATCH = 4000


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of a held run: what would happen to which record. `fields` are names, with values for staff."""

    op: str
    key: str
    title: str
    row: int | None
    fields: tuple[tuple[str, Any, Any], ...] = ()


def differences(hub: Hub, prepared: Prepared, run_id: str) -> Iterator[Difference]:
    """The difference between what is known and what a held run staged."""
    with reading(hub.engine) as connection:
        for batch in raws.staged_batches(connection, run_id, ("new", "changed", "renamed", "gone"), BATCH):
            known = [bytes(one.old_key or one.key) for one in batch if one.op != "new"]
            ids = raws.ids_by_key(connection, prepared.name, known)
            yield from _compared(hub, prepared, batch, ids, raws.sealed_of(connection, list(ids.values())))


@mapping()
def _compared(
    hub: Hub,
    prepared: Prepared,
    batch: Sequence[raws.StagedRaw],
    ids: Mapping[bytes, int],
    kept: Mapping[int, bytes],
) -> list[Difference]:
    title_field = ENTITIES[prepared.kind].title_field
    found = []
    for staged in batch:
        id = ids.get(bytes(staged.old_key or staged.key))
        old = hub.sealer.unseal(kept[id]) if id is not None and id in kept else None
        new = hub.sealer.unseal(staged.sealed) if staged.sealed is not None else None
        before, after = _fields(prepared, old), _fields(prepared, new)
        content = new or old or {"k": ""}
        changed = tuple(
            (name, before.get(name), after.get(name))
            for name in sorted(before.keys() | after.keys())
            if old is not None and new is not None and before.get(name) != after.get(name)
        )
        title = str((after or before).get(title_field) or "")
        found.append(Difference(staged.op, content["k"], title, content.get("r"), changed))
    return found


def really_changed(hub: Hub, prepared: Prepared, run_id: str) -> int:
    """Rows whose mapped content changes: a new column that nothing uses changes none."""
    return sum(1 for one in differences(hub, prepared, run_id) if one.op == "changed" and one.fields)


def _fields(prepared: Prepared, content: dict[str, Any] | None) -> dict[str, Any]:
    """What the map makes of a record; nothing where it breaks, for then the record will wait in quarantine."""
    if content is None:
        return {}
    try:
        parts = take_apart(prepared.kind, prepared.source.map(opened(content, None).raw))
    except (Exception, SystemExit):
        return {}
    found: dict[str, Any] = {**parts.fields, **parts.references}
    for number, contact in enumerate(parts.contacts):
        found |= {f"contacts[{number}].{name}": value for name, value in contact.fields.items()}
        found |= {f"contacts[{number}].consent.{answer.purpose}": answer.answer for answer in contact.answers}
    return found
