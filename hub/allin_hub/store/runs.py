"""Keeps runs, the state of each source and output, and facts about the hub itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Table, select, update

from allin_hub.store.engine import upsert_rows
from allin_hub.store.tables import (
    hub_fact,
    iso,
    output_state,
    run,
    source_state,
)


def begin_run(connection: Connection, values: Mapping[str, Any]) -> None:
    """Note that a run has begun."""
    connection.execute(run.insert().values(status="running", counts="{}", **values))


def end_run(
    connection: Connection,
    run_id: str,
    status: str,
    counts: Mapping[str, Any],
    message: str | None,
    now: dt.datetime,
) -> None:
    """Note how a run ended."""
    connection.execute(
        update(run)
        .where(run.c.id == run_id)
        .values(status=status, counts=orjson.dumps(counts).decode(), message=message, finished_at=now)
    )


def held_runs(connection: Connection) -> Sequence[RowMapping]:
    """The runs that wait for a person, the newest of each source."""
    rows = connection.execute(select(run).where(run.c.status == "held").order_by(run.c.started_at)).mappings()
    return list({row["target"]: row for row in rows}.values())


def held_of(connection: Connection, source: str) -> Sequence[RowMapping]:
    """The runs of a source that wait for a person."""
    found = select(run).where(run.c.status == "held", run.c.target == source)
    return connection.execute(found).mappings().all()


def find_held(connection: Connection, word: str) -> Sequence[RowMapping]:
    """Held runs by id, the beginning of an id, invocation, or source."""
    return [
        row
        for row in held_runs(connection)
        if word in {row["target"], row["invocation"]}
        or (len(word) >= 4 and row["id"].startswith(word))
        or row["id"].endswith(word)
    ]


def close_held(connection: Connection, source: str, status: str) -> None:
    """Held runs of a source that no longer wait: `accepted` or `overtaken`."""
    connection.execute(
        update(run).where(run.c.target == source, run.c.status == "held").values(status=status)
    )


def finished(connection: Connection, status: str) -> Sequence[RowMapping]:
    """The runs that ended so, the newest first."""
    query = select(run).where(run.c.status == status).order_by(run.c.started_at.desc(), run.c.id.desc())
    return connection.execute(query).mappings().all()


def past(connection: Connection, target: str | None, limit: int) -> Sequence[RowMapping]:
    """Give the last runs, the newest first; of one source or output where it is named."""
    query = select(run).order_by(run.c.started_at.desc(), run.c.id.desc()).limit(limit)
    if target is not None:
        query = query.where(run.c.target == target)
    return connection.execute(query).mappings().all()


def _state(connection: Connection, table: Table, name: str) -> dict[str, Any]:
    key = next(iter(table.primary_key))
    row = connection.execute(select(table).where(key == name)).mappings().first()
    return dict(row) if row else {}


def _save(connection: Connection, table: Table, name: str, values: Mapping[str, Any]) -> None:
    key = next(iter(table.primary_key))
    plain = {k: iso(v) if isinstance(v, dt.datetime) else v for k, v in values.items()}
    if connection.execute(select(key).where(key == name)).first() is None:
        connection.execute(table.insert().values({key.name: name, **plain}))
    else:
        connection.execute(update(table).where(key == name).values(plain))


def source_row(connection: Connection, source: str) -> dict[str, Any]:
    """What the hub knows of a source; empty before its first run."""
    return _state(connection, source_state, source)


def save_source(connection: Connection, source: str, **values: Any) -> None:
    """Change what the hub knows of a source."""
    _save(connection, source_state, source, values)


def output_row(connection: Connection, output: str) -> dict[str, Any]:
    """What the hub knows of an output; empty before its first run."""
    return _state(connection, output_state, output)


def save_output(connection: Connection, output: str, **values: Any) -> None:
    """Change what the hub knows of an output."""
    _save(connection, output_state, output, values)


def fact(connection: Connection, name: str) -> str | None:
    """A fact about the hub."""
    found = connection.execute(select(hub_fact.c.value).where(hub_fact.c.name == name)).scalar()
    return None if found is None else str(found)


def save_fact(connection: Connection, name: str, value: str) -> None:
    """Remember a fact about the hub."""
    upsert_rows(connection, hub_fact, ("name", "value"), [(name, value)], ("name",))
