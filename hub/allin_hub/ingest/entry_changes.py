"""Names the entries that a run brings, changes or takes away: by title and place, with the fields that differ, and no value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Engine

from allin_hub.base.bindings import of_raw
from allin_hub.base.reports import EntryChange
from allin_hub.entities.record_keys import opened_fields
from allin_hub.hub import Hub
from allin_hub.ingest.diff import Difference, differences
from allin_hub.ingest.headings import Headings, headings_of
from allin_hub.privacy.quoting import shown_title
from allin_hub.store import claims, staging
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import reading

KEPT = 50
"""How many entries of each sort the report of a run names."""
_OPS = (staging.NEW, staging.CHANGED, staging.RENAMED, staging.REREAD, staging.GONE)


def changed_entries(
    hub: Hub,
    run_id: str,
    headings: Headings,
    reread: Collection[int],
    engine: Engine | None = None,
    *,
    most: int | None = KEPT,
) -> tuple[EntryChange, ...]:
    """Name what a run staged, before it is applied.

    Args:
        hub: The open hub.
        run_id: The run.
        headings: What the source's columns mean.
        reread: The unchanged raws that are read otherwise now.
        engine: Where the staging lies, if not in the hub's database: then it is that of a check.
        most: How many of each sort; all without it.
    """
    with reading(engine or hub.engine) as connection:
        ids = [
            id
            for op in _OPS
            if op != staging.REREAD
            for id in staging.first_raws(connection, run_id, op, most)
        ]
    ids += sorted(reread)[:most]
    found = differences(hub, run_id, engine, ids=sorted(set(ids)), headings=headings)
    made = [_entry(one, headings, is_check=engine is not None) for one in found]
    return tuple(sorted(made, key=lambda one: (_OPS.index(one.op), one.sheet or "", one.row or 0)))


def _entry(one: Difference, headings: Headings, *, is_check: bool) -> EntryChange:
    return EntryChange(
        "reread" if one.op == "moved" else one.op,
        None if is_check else one.raw,
        shown_title(one.title, one.kind or headings.kind),
        one.sheet,
        one.row,
        tuple(change.field for change in one.fields),
        one.waits,
    )


def kept_entries(
    connection: Connection, hub: Hub, source: str, kept: Sequence[Any]
) -> tuple[EntryChange, ...]:
    """Name entries as a run kept them: by what the hub still has of them. Nothing is left of one that was erased."""
    if not kept:
        return ()
    ids = [raw for _, raw, _, _ in kept]
    contents = {
        id: hub.sealer.unseal(sealed, of_raw(id)) for id, sealed in raws.sealed_of(connection, ids).items()
    }
    own = {one.raw_id: one for one in claims.own_of_raws(connection, ids, live=False)}
    headings = headings_of(hub, source) if contents.keys() - own.keys() else Headings(None, {})
    found = []
    for op, raw, fields, waits in kept:
        content, one = contents.get(raw), own.get(raw)
        if content is None:
            continue
        title = headings.title(content.get("p", {}))
        if one is not None:
            said = opened_fields(one.id, one.version, one.data, one.sealed, hub.sealer)
            title = str(said.get("name") or said.get("title") or "")
        kind = one.kind if one is not None else headings.kind
        found.append(
            EntryChange(
                cast("Any", op),
                raw,
                shown_title(title, kind),
                content.get("s"),
                content.get("r"),
                tuple(fields),
                waits,
            )
        )
    return tuple(found)
