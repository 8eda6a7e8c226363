"""Lets go of what was kept long enough: cells that nothing uses, runs that waited in vain, old versions and reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from allin_hub.api.plugin import Raw, Source
from allin_hub.base.bindings import of_raw
from allin_hub.base.errors import HubError
from allin_hub.base.time_limits import mapping, supervisor
from allin_hub.hub import Hub
from allin_hub.ingest.prepare import Prepared, foreign, prepare
from allin_hub.ingest.raw_codec import opened
from allin_hub.mapping.columns import ColumnMap
from allin_hub.store import retention, runs
from allin_hub.store.after_restore import drop_orphans, running
from allin_hub.store.engine import reading, writing
from allin_hub.store.raw_records import WITHDRAWN
from allin_hub.store.tables import iso

BATCH = 1000


@dataclass(slots=True)
class Kept:
    """How much was let go: raws cut down, held runs given up, staged rows, claim versions and runs forgotten.

    `left` names the sources whose raws stay whole, because what maps them cannot be used.
    """

    cut: int = 0
    expired: int = 0
    staged: int = 0
    versions: int = 0
    runs: int = 0
    left: list[str] = field(default_factory=list)


def cut_all(hub: Hub, *, past: Collection[str] = ()) -> dict[str, int | None]:
    """Cut the old raws of every source down to what its map uses: how many became smaller, None where the map failed.

    `past` names the sources that an earlier process has done; they are left out.
    """
    before = hub.clock() - dt.timedelta(days=hub.config.hub.keep_raw_days)
    found: dict[str, int | None] = {}
    for name, source in hub.config.sources.items():
        if name in past:
            continue
        supervisor().began(name)
        try:
            found[name] = cut_down(hub, prepare(hub, source), before)
        except HubError:
            found[name] = None
        supervisor().ended((name, found[name]))
    return found


def retain(hub: Hub, cutting: Callable[[Hub], Mapping[str, int | None]] = cut_all) -> Kept:
    """Apply the periods of hub.toml. In short transactions: a sync never waits for long. `cutting` cuts raws down."""
    now, settings = hub.clock(), hub.config.hub
    kept = Kept()
    raws_before = now - dt.timedelta(days=settings.keep_raw_days)
    for name, smaller in cutting(hub).items():
        if smaller is None:
            kept.left.append(name)
        else:
            kept.cut += smaller
    with writing(hub.engine) as connection:
        retention.forget_replaced(connection, raws_before)
    with reading(hub.engine) as connection:
        waiting = retention.waiting_since(connection, raws_before)
    for run_id, name in waiting:
        with writing(hub.engine) as connection:
            kept.expired += retention.give_up(connection, run_id, name)
    with writing(hub.engine) as connection:
        kept.staged = drop_orphans(connection, {run for _, run in running(connection, now)})
    with writing(hub.engine) as connection:
        kept.versions = retention.forget_versions(
            connection, now - dt.timedelta(days=settings.keep_history_days)
        )
        kept.runs = retention.forget_runs(connection, now - dt.timedelta(days=settings.keep_run_days))
    return kept


def cut_down(hub: Hub, prepared: Prepared, before: dt.datetime) -> int:
    """Leave of a source's raws read before a moment only what its map uses; how many became smaller.

    Their digests stay those of the whole records, so that an unchanged record is known as such.
    """
    fingerprint = prepared.fingerprint(hub)
    with reading(hub.engine) as connection:
        trimmed = retention.trimmed(runs.source_row(connection, prepared.name))
    same = trimmed is not None and trimmed["map"] == fingerprint
    if trimmed is not None and not same:
        return 0  # the next read brings them whole; until then they stay as the map before needed them
    since = trimmed["before"] if trimmed is not None else None
    smaller = last = 0
    while True:
        with reading(hub.engine) as connection:
            batch = retention.old_raws(connection, prepared.name, since, before, last, BATCH)
        if not batch:
            break
        last = batch[-1].id
        rows = _smaller(hub, prepared, batch)
        with writing(hub.engine) as connection:
            retention.replace_sealed(connection, rows)
            value = {"before": iso(before), "map": fingerprint}
            runs.save_source(connection, prepared.name, trimmed=orjson.dumps(value).decode())
        smaller += len(rows)
    return smaller


@mapping()
def _smaller(hub: Hub, prepared: Prepared, batch: list[retention.OldRaw]) -> list[tuple[bytes, int, bytes]]:
    """Those of a batch that keep fewer cells than they have: (sealed, id, sealed before)."""
    found = []
    for one in batch:
        content = hub.sealer.unseal(one.sealed, of_raw(one.id))
        payload = content["p"]
        left = {} if one.status == WITHDRAWN else used(prepared, opened(content, one.updated_at).raw)
        if len(left) < len(payload):
            content["p"] = left
            if one.status == WITHDRAWN:
                content.pop("x", None)
            found.append((hub.sealer.seal(content, of_raw(one.id)), one.id, one.sealed))
    return found


def used(prepared: Prepared, raw: Raw) -> Mapping[str, Any]:
    """The cells of a record from which the map makes the same draft; all of them where fewer would make another."""
    source = prepared.source
    if len(raw.payload) > ColumnMap.MOST_COLUMNS:
        return raw.payload  # it waits unmapped
    try:
        whole = foreign(prepared.settings, lambda: source.map(raw))
        for cells in (_named(source, raw), _looked_at(source, raw)):
            if source.map(raw._replace(payload=cells)) == whole:
                return cells
    except Exception:  # what cannot be mapped may be mended: it stays as it came
        return raw.payload
    return raw.payload


def _named(source: Source[Any], raw: Raw) -> dict[str, Any]:
    """The cells whose columns lead somewhere."""
    return {name: cell for name, cell in raw.payload.items() if source.columns.path(name) is not None}


def _looked_at(source: Source[Any], raw: Raw) -> dict[str, Any]:
    """The cells that a plugin's own map asks for."""
    watched = _Watched(raw.payload)
    source.map(raw._replace(payload=watched))
    return {name: cell for name, cell in raw.payload.items() if name in watched.asked}


class _Watched(dict[str, Any]):
    """Cells that remember which of them were asked for."""

    def __init__(self, cells: Mapping[str, Any]) -> None:
        super().__init__(cells)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """A cell, or the default."""
        self.asked.add(name)
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        self.asked.update(super().keys())
        return super().__iter__()

    def keys(self) -> Any:
        """All names."""
        self.asked.update(super().keys())
        return super().keys()

    def items(self) -> Any:
        """All cells."""
        self.asked.update(super().keys())
        return super().items()

    def values(self) -> Any:
        """All contents."""
        self.asked.update(super().keys())
        return super().values()
