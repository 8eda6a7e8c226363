"""Makes PostgreSQL hold texts as SQLite does: of any length, and sorted by their characters, whatever the server's language."""

from __future__ import annotations

from sqlalchemy import Connection, text

from allin_hub.store.tables import metadata

_OTHERS = text(
    """
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:tables) AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.atttypid = 'varchar'::regtype OR (a.atttypid = 'text'::regtype AND l.collname <> 'C'))
    ORDER BY c.relname, a.attnum
    """
)


def other_texts(connection: Connection) -> list[tuple[str, str]]:
    """(table, column) of the hub's texts that PostgreSQL would cut, or sort by the rules of a language."""
    return [
        (table, column) for table, column in connection.execute(_OTHERS, {"tables": list(metadata.tables)})
    ]


def plain_texts(connection: Connection) -> None:
    """Turn them into texts without a limit that sort by their characters; belongs after each migration."""
    wanted: dict[str, list[str]] = {}
    for table, column in other_texts(connection):
        wanted.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"')
    for table, changes in wanted.items():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')
