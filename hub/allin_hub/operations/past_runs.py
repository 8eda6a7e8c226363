"""Runs as they ended: syncs, and what staff did to sources or looked at. Plain data, in no language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from allin_hub.base.errors import Failure
from allin_hub.base.reports import EntryChange
from allin_hub.base.types import Reason
from allin_hub.hub import Hub
from allin_hub.i18n.translator import recalled
from allin_hub.ingest.entry_changes import kept_entries
from allin_hub.store import runs
from allin_hub.store.engine import reading


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run. `counts` are the figures of its report by name, `codes` how often each problem was found.

    `target` is a source; of the jobs `show` and `export` it is an entity's id or a kind. `invocation` is shared by the
    runs of one command. `status` is `running`, `done`, `partial`, `held`, `failed`, `killed`, `accepted`, `overtaken`,
    `expired` or `undone`. `entries` are the first that came, changed and went, by what the hub still has of them.
    """

    id: str
    invocation: str
    job: str
    target: str
    status: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    counts: dict[str, int]
    codes: dict[str, int]
    held: tuple[Reason, ...]
    entries: tuple[EntryChange, ...]
    failure: Failure | None


def past_runs(hub: Hub, target: str | None = None, limit: int = 20) -> list[PastRun]:
    """Give the last runs, the newest first; of one source where it is named."""
    with reading(hub.engine) as connection:
        return [_run(connection, hub, row) for row in runs.past(connection, target, limit)]


def _run(connection: Connection, hub: Hub, row: Any) -> PastRun:
    figures = orjson.loads(row["counts"])
    return PastRun(
        row["id"],
        row["invocation"],
        row["job"],
        row["target"],
        row["status"],
        row["started_at"],
        row["finished_at"],
        {name: value for name, value in figures.items() if isinstance(value, int)},
        figures.get("codes", {}),
        tuple(Reason(code, count, of) for code, count, of in figures.get("held", ())),
        kept_entries(connection, hub, row["target"], figures.get("entries", ())),
        recalled(row["message"]),
    )
