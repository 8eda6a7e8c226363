"""What a held run keeps besides its rows: how its read went, and a digest of the rows, so that nobody changes them meanwhile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from allin_hub.base.bindings import of_held_run
from allin_hub.base.encryption import Sealer
from allin_hub.base.errors import StoreError
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.store import staging
from allin_hub.store.staging_digest import staging_digest

DIGEST = "staging"


def keep(connection: Connection, sealer: Sealer, run_id: str, result: FetchResult) -> None:
    """Keep what a held run needs, with the digest of its rows."""
    content = {**result.to_json(), DIGEST: staging_digest(connection, run_id)}
    staging.save_run(connection, run_id, sealer.seal(content, of_held_run(run_id)))


def kept(connection: Connection, sealer: Sealer, run_id: str) -> FetchResult | None:
    """What a held run keeps; None when it is held no more.

    Raises StoreError when its rows are not those that were held.
    """
    content = _content(connection, sealer, run_id)
    if content is None:
        return None
    if not _is_intact(connection, run_id, content):
        raise StoreError(
            "The rows of the held run {run} were changed since it was held. None of them is used.",
            hint="Read the source again: allin sync. Then decide on the new run.",
            run=run_id,
        )
    return FetchResult.from_json(content)


def intact_runs(connection: Connection, sealer: Sealer) -> list[str]:
    """The held runs whose rows are those that were held."""
    found = []
    for run_id in staging.saved_runs(connection):
        try:
            content = _content(connection, sealer, run_id)
        except StoreError:
            continue
        if content is not None and _is_intact(connection, run_id, content):
            found.append(run_id)
    return found


def note_staging(connection: Connection, sealer: Sealer, run_id: str) -> None:
    """Note the digest of a held run's rows anew, because the hub's own keys made them others."""
    content = {**(_content(connection, sealer, run_id) or {}), DIGEST: staging_digest(connection, run_id)}
    staging.replace_run(connection, run_id, sealer.seal(content, of_held_run(run_id)))


def _content(connection: Connection, sealer: Sealer, run_id: str) -> dict[str, Any] | None:
    sealed = staging.run_of(connection, run_id)
    return None if sealed is None else dict(sealer.unseal(sealed, of_held_run(run_id)))


def _is_intact(connection: Connection, run_id: str, content: dict[str, Any]) -> bool:
    """Whether the rows are those that were held. A run that a release before schema 0003 held noted no digest."""
    return content.get(DIGEST) in (None, staging_digest(connection, run_id))
