"""Lays a hub of an earlier schema into a folder, as that release left it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from tests.hub.upgrade.office import DATABASE, KEY_FILE

FIXTURES = Path(__file__).parent / "fixtures"
SCHEMAS = tuple(sorted(path.name for path in FIXTURES.iterdir())) if FIXTURES.is_dir() else ()
"""The schemas of which a hub is kept, each by the name of its migration."""


class OldHub(NamedTuple):
    """A hub that an earlier release left, and all that it knew."""

    folder: Path
    expected: dict[str, list[dict[str, Any]]]


def lay_hub(folder: Path, schema: str, url: str) -> None:
    """Copy the hub's folder, and fill its database from the kept SQL; that of PostgreSQL must be empty."""
    shutil.copytree(FIXTURES / schema / "hub", folder)
    (folder / KEY_FILE).chmod(0o600)
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(DATABASE, url), encoding="utf-8")
    if url.startswith("sqlite:"):
        _fill_sqlite(folder / url.removeprefix("sqlite:///"), _sql(schema, "sqlite"))
    else:
        _fill_postgresql(url, _sql(schema, "postgresql"))


def _sql(schema: str, database: str) -> str:
    return (FIXTURES / schema / f"hub.{database}.sql").read_text(encoding="utf-8")


def _fill_sqlite(file: Path, sql: str) -> None:
    connection = sqlite3.connect(file)
    try:
        connection.executescript(sql)
    finally:
        connection.close()


def _fill_postgresql(url: str, sql: str) -> None:
    import psycopg

    statements: Any = sql
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statements)
