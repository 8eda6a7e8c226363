"""A small hub on PostgreSQL, whose server may fail it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from tests.databases import Postgres, with_database

from allin_hub.base import failpoints
from allin_hub.base.failpoints import Point
from allin_hub.hub import Hub
from allin_hub.open_hub import open_hub

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
SETTINGS = """
[hub]
title = "Test"

[sources.vereine]
plugin = "spreadsheet"
path = "vereine.csv"
kind = "organisation"
key = "Nr."
"""


def rows(count: int) -> str:
    """A sheet of invented associations."""
    lines = [f"{n};Verein Nummer {n};info@verein-{n}.example" for n in range(1, count + 1)]
    return "\n".join(["Nr.;Name;E-Mail", *lines, ""])


@pytest.fixture
def url(fresh_postgres: Callable[..., str]) -> str:
    """The address of a fresh database."""
    return fresh_postgres()


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """A hub's folder with a sheet of 200 rows."""
    (tmp_path / "hub.toml").write_text(with_database(SETTINGS, url), encoding="utf-8")
    (tmp_path / "vereine.csv").write_text(rows(200), encoding="utf-8")
    return tmp_path


@pytest.fixture
def hub(folder: Path) -> Iterator[Hub]:
    """The hub of that folder, open."""
    opened = open_hub(folder, clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def cut(postgres: Postgres, url: str) -> Callable[[], None]:
    """Ends every connection to the hub's database, as a restart of the server does."""
    name = make_url(url).database

    def end() -> None:
        postgres.tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    return end


@pytest.fixture
def dump(url: str) -> Callable[[], dict[str, list[Any]]]:
    """Every row of the tables that hold what the sources said, read over a connection of its own."""
    from sqlalchemy import text

    from allin_hub.store.engine import open_engine, reading

    def read() -> dict[str, list[Any]]:
        engine = open_engine(url)
        try:
            with reading(engine) as connection:
                return {
                    name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))
                    for name in ("raw", "claim", "organisation", "match_key", "change", "source_state")
                }
        finally:
            engine.dispose()

    return read


@pytest.fixture
def watching() -> Iterator[Callable[[Callable[[Point], None]], None]]:
    """Lets a test act at the points at which a run may be killed."""
    yield failpoints.watch
    failpoints.watch(None)
