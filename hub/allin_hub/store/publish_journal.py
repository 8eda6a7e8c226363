"""Keeps the manifest of each output's files, and the journal of a publish until all its files are in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from allin_hub.store.engine import upsert_rows
from allin_hub.store.runs import save_output
from allin_hub.store.tables import artifact, journal, output_state


def artifacts(connection: Connection, output: str) -> dict[str, tuple[str, str, int]]:
    """Read the manifest of an output: path -> (key, digest, size)."""
    rows = connection.execute(
        select(artifact.c.path, artifact.c.key, artifact.c.digest, artifact.c.size).where(
            artifact.c.output == output
        )
    )
    return {path: (key, digest, size) for path, key, digest, size in rows.all()}


def save_artifacts(
    connection: Connection, output: str, made: Sequence[tuple[str, str, str, int]], gone: Sequence[str]
) -> None:
    """Change the manifest of an output: (path, key, digest, size) made, paths gone."""
    columns = ("output", "path", "key", "digest", "size")
    upsert_rows(connection, artifact, columns, [(output, *row) for row in made], ("output", "path"))
    for path in gone:
        connection.execute(delete(artifact).where(artifact.c.output == output, artifact.c.path == path))


def read_journal(connection: Connection, output: str) -> dict[str, Any] | None:
    """Read what a publish had decided to put in place and may not have finished."""
    found = connection.execute(select(journal.c.content).where(journal.c.output == output)).scalar()
    return None if found is None else dict(orjson.loads(found))


def write_journal(connection: Connection, output: str, content: Mapping[str, Any]) -> None:
    """Decide what is to be put in place. From here on this run or the next one finishes it."""
    upsert_rows(
        connection, journal, ("output", "content"), [(output, orjson.dumps(content).decode())], ("output",)
    )


def close_journal(connection: Connection, output: str) -> None:
    """Close the journal of an output: all of it is in place."""
    connection.execute(delete(journal).where(journal.c.output == output))


def outputs_with_files(connection: Connection) -> set[str]:
    """List the outputs that have put files somewhere, or had decided to."""
    placed = select(output_state.c.output).where(output_state.c.path.is_not(None))
    return set(connection.execute(placed.union(select(journal.c.output))).scalars())


def forget_artifacts(connection: Connection, output: str) -> None:
    """Forget the manifest of an output whose files are gone, and everything kept to make them."""
    connection.execute(delete(artifact).where(artifact.c.output == output))
    save_output(connection, output, path=None, fingerprint=None)
