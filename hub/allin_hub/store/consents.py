"""The append-only ledger of consents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from allin_hub.store.engine import expanding, insert_rows, next_id, rows_in
from allin_hub.store.tables import consent, wording


def consent_states(
    connection: Connection, claim_ids: Sequence[int]
) -> dict[tuple[int, str, str], tuple[str, str, dt.datetime]]:
    """(claim, purpose, channel) -> the latest event of the ledger, its method and its time."""
    query = (
        select(
            consent.c.claim_id,
            consent.c.purpose,
            consent.c.channel,
            consent.c.event,
            consent.c.method,
            consent.c.at,
        )
        .where(consent.c.claim_id.in_(expanding))
        .order_by(consent.c.id)
    )
    return {
        (row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in rows_in(connection, query, claim_ids)
    }


def add_consents(
    connection: Connection, rows: Sequence[tuple[Any, ...]], wordings: Sequence[tuple[str, str, str | None]]
) -> None:
    """Append to the ledger; wordings are kept once each."""
    insert_rows(connection, wording, ("id", "text", "language"), wordings, "ON CONFLICT DO NOTHING")
    columns = (
        "id",
        "claim_id",
        "raw_id",
        "purpose",
        "channel",
        "event",
        "at",
        "lawful_basis",
        "wording_id",
        "method",
        "run_id",
    )
    first = next_id(connection, consent)
    insert_rows(connection, consent, columns, [(first + n, *row) for n, row in enumerate(rows)])
