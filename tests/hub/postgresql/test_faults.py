"""A server that refuses, goes away or is held by others: a sentence, nothing half done, and no password anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from tests.databases import Postgres, with_database
from tests.postgres_server import KEEPER, PASSWORD

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_dry, open_hub
from allin_hub.store import tables
from allin_hub.store.engine import insert_rows, open_engine, reading, revision, writing

UNREACHED = "postgresql+psycopg://hub:geheim@127.0.0.1:9/hub"


def hub_at(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose hub.toml takes the address from the environment."""
    monkeypatch.setenv("ALLIN_DATABASE", url)
    text = '[hub]\ndatabase = { env = "ALLIN_DATABASE" }\n'
    (folder / "hub.toml").write_text(text, encoding="utf-8")
    return folder


def test_no_server_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address stands there without its password."""
    with pytest.raises(StoreError) as caught:
        open_hub(hub_at(tmp_path, UNREACHED, monkeypatch))

    assert "127.0.0.1" in caught.value.message
    assert "reachable" in caught.value.hint
    assert "geheim" not in str(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__dict__)
    assert not (tmp_path / "hub.key").exists()  # whoever gets a key is told to keep a copy: not here


def test_a_wrong_password_is_named_and_not_shown(
    postgres: Postgres, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the log learns that it is wrong, not what it was."""
    postgres.tell(
        f"DROP ROLE IF EXISTS {KEEPER}", f"CREATE ROLE {KEEPER} LOGIN PASSWORD '{PASSWORD}' SUPERUSER"
    )
    right = make_url(url).set(username=KEEPER, password=PASSWORD)
    wrong = right.set(password="not-this-one")

    with pytest.raises(StoreError) as caught:
        open_hub(hub_at(tmp_path, wrong.render_as_string(hide_password=False), monkeypatch))
    hub = open_hub(hub_at(tmp_path, right.render_as_string(hide_password=False), monkeypatch))
    hub.close()

    assert "password" in caught.value.hint
    assert "not-this-one" not in str(caught.value)
    assert PASSWORD not in repr(hub) + repr(hub.config)
    assert "signs" not in repr(hub)


def test_a_database_that_is_not_there_says_how_to_make_it(url: str, tmp_path: Path, monkeypatch: Any) -> None:
    """The office's helper for computers reads one page."""
    missing = make_url(url).set(database="nowhere").render_as_string()

    with pytest.raises(StoreError, match=r"docs/postgresql\.md"):
        open_hub(hub_at(tmp_path, missing, monkeypatch))


@pytest.mark.parametrize(
    "address", ["postgresql+psycopg://hub@host", "postgresql+psycopg://hub@host:port/hub", "postgres://h/d"]
)
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    """Before anything is connected."""
    with pytest.raises(ConfigError, match=r"hub\.database is wrong"):
        open_engine(address)


def test_a_user_who_may_not_make_tables_is_told_why(
    postgres: Postgres, fresh_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since PostgreSQL 15 only the owner of a database may."""
    postgres.tell("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    as_guest = make_url(fresh_postgres(schema=False)).set(username="guest").render_as_string()

    with pytest.raises(StoreError, match="must own the database"):
        open_hub(hub_at(tmp_path, as_guest, monkeypatch))


def test_a_dry_look_leaves_nothing_on_the_server(fresh_postgres: Any, tmp_path: Path) -> None:
    """`allin check` before the first sync writes nothing."""
    url = fresh_postgres(schema=False)
    (tmp_path / "hub.toml").write_text(with_database("", url), encoding="utf-8")

    open_dry(tmp_path).close()

    engine = open_engine(url)
    with reading(engine) as connection:
        assert revision(connection) is None
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == ["hub.toml"]


BEFORE_AND_AFTER = 2
"""How often a commit is a point."""


@pytest.mark.parametrize(
    ("point", "number"), [(Point.RAWS_STAGED, 1), (Point.ROWS_WRITTEN, 4), (Point.SYNC_APPLIED, 1)]
)
def test_a_server_that_goes_away_leaves_nothing_half_done(
    point: Point, number: int, hub: Any, cut: Any, dump: Any, watching: Any
) -> None:
    """The sync fails with a sentence; the database is as before; the next sync does it all."""
    before = dump()
    left, has_begun = number, 0

    def watcher(reached: Point) -> None:
        nonlocal left, has_begun
        has_begun += reached is Point.SYNC_BEGUN
        if reached is point and left > 0 and has_begun == BEFORE_AND_AFTER:
            left -= 1
            if left == 0:
                cut()

    watching(watcher)

    report = sync(hub).sources["vereine"]

    after = dump()
    assert left == 0
    assert (report.status, "went away" in str(report.cause)) == ("failed", True), report.cause
    assert after.pop("source_state") != before.pop("source_state")
    assert after == before
    again = sync(hub).sources["vereine"]
    assert (again.status, again.new) == ("done", 200)


def test_who_waits_too_long_for_another_writer_is_told(
    hub: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that holds the database for ever stops no run for ever."""
    monkeypatch.setattr("allin_hub.store.engine.BUSY_SECONDS", 1)
    other = open_engine(url)

    with writing(other), pytest.raises(StoreError, match="Another program holds"), writing(hub.engine):
        pytest.fail("two writers at once")

    other.dispose()


def test_rows_that_the_database_refuses_show_no_value(hub: Any) -> None:
    """COPY is undone like any statement, and what it could not take stays out of the message."""
    rows = [(f"name-{n % 30}", "Geheimnis") for n in range(60)]

    with pytest.raises(StoreError) as caught, writing(hub.engine) as connection:
        insert_rows(connection, tables.hub_fact, ("name", "value"), rows)

    assert "UniqueViolation" in caught.value.message
    assert "Geheimnis" not in str(caught.value) + str(caught.value.__cause__)
    with reading(hub.engine) as connection:
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM hub_fact WHERE name LIKE 'name-%%'").scalar()
            == 0
        )


def test_many_rows_with_known_keys_are_taken_once(hub: Any) -> None:
    """What `ON CONFLICT` promises holds for COPY too, also for a key that comes twice in one go."""
    columns = ("name", "value")
    with writing(hub.engine) as connection:
        insert_rows(connection, tables.hub_fact, columns, [("n-1", "first")])
        rows = [(f"n-{n % 40}", "second") for n in range(80)]
        insert_rows(connection, tables.hub_fact, columns, rows, "ON CONFLICT DO NOTHING")

    with reading(hub.engine) as connection:
        found = dict(
            connection.exec_driver_sql("SELECT name, value FROM hub_fact WHERE name LIKE 'n-%%'").all()
        )  # type: ignore[arg-type]
    assert len(found) == 40
    assert (found["n-1"], found["n-2"]) == ("first", "second")
