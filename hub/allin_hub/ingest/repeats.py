"""Knows again what the office took back: a read that would do it once more waits for a person, whatever its size."""

from __future__ import annotations

from typing import Any

import orjson

from allin_hub.base.types import Reason
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.ingest.stage import PAGE, Stager
from allin_hub.store import staging
from allin_hub.store.corrections import replaced
from allin_hub.store.engine import reading

_OPS = (*staging.BROUGHT, staging.GONE)


def taken_back_before(stager: Stager, result: FetchResult, row: dict[str, Any]) -> list[Reason]:
    """Say how many of the records that a run has staged would become again what the office took back."""
    if not row.get("undone"):
        return []
    run = stager.run
    with reading(run.hub.engine) as connection:
        undone = replaced.undone_records(connection, run.source)
    count = 0
    with reading(stager.engine) as connection:
        for batch in staging.batches(connection, run.id, _OPS, PAGE):
            for one in batch:
                key = bytes(one.key or b"")
                made = None if one.op == staging.GONE else bytes(one.digest or b"")
                count += one.op != staging.MOVED and key in undone and undone[key] == made
    if not count and result.reread and orjson.loads(row["undone"])["map"] == result.fingerprint:
        count = result.reread
    return [Reason("undone", count, result.before or count)] if count else []
