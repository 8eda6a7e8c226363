"""Sums up the staging of a held run, so that what a person accepts is what was held, row by row and column by column."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, select

from allin_hub.store.tables import STAGING, staged_run

BATCH = 1000


def staging_digest(connection: Connection, run_id: str) -> str:
    """A figure that changes with any value in any staged row of a run. It is kept sealed, so it needs no key."""
    state = hashlib.blake2b(digest_size=16)
    for table in STAGING:
        if table is staged_run:
            continue
        query = select(table).where(table.c.run_id == run_id).order_by(*table.primary_key)
        state.update(f"\n{table.name}\n".encode())
        with connection.execute(query.execution_options(yield_per=BATCH)) as rows:
            for row in rows:
                plain = tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
                state.update(repr(plain).encode())
    return state.hexdigest()
