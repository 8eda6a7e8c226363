"""The schema on PostgreSQL is that of SQLite: the same tables, texts without limits, the same order, no hidden counters."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from allin_hub.store.collation import other_texts
from allin_hub.store.engine import insert_rows, migrate, open_engine, reading, writing
from allin_hub.store.tables import hub_fact, metadata

NAMES = ["z", "Ä", "a-b", "a_b", "ab", "A", "é", "ß", "ا", "10", "9", " ", "", "𝄞", "\uffff"]


def test_migrations_lead_to_the_models_here_too(url: str) -> None:
    """Columns, keys and indexes; the types of texts differ on purpose, and are proven below."""
    engine = open_engine(url)
    migrate(engine)
    with reading(engine) as connection:
        found = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), metadata
        )
    engine.dispose()

    assert found == []


def test_texts_have_no_limit_and_no_language(url: str) -> None:
    """What fits into SQLite fits here, and sorts the same whatever language the server speaks."""
    engine = open_engine(url)
    with reading(engine) as connection:
        assert other_texts(connection) == []
        collations = connection.exec_driver_sql(
            "SELECT DISTINCT data_type, collation_name FROM information_schema.columns"
            " WHERE table_name = 'organisation' AND data_type LIKE '%%char%%' OR table_name = 'run'"
        ).all()
    engine.dispose()

    assert collations == [("text", "C")]


def test_a_text_that_a_later_migration_adds_is_mended_too(url: str) -> None:
    """Whoever writes a migration need not think of it."""
    from allin_hub.store.collation import plain_texts

    engine = open_engine(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE run ADD COLUMN later varchar(3), ADD COLUMN named text")
        before = other_texts(connection)
        plain_texts(connection)
        after = other_texts(connection)
    engine.dispose()

    assert before == [("run", "later"), ("run", "named")]
    assert after == []


def test_texts_sort_as_in_sqlite(url: str) -> None:
    """Reports and questions come in one order, wherever the hub lives."""
    orders = []
    for address in (url, "sqlite:///:memory:"):
        engine = open_engine(address)
        migrate(engine)
        with writing(engine) as connection:
            insert_rows(connection, hub_fact, ("name", "value"), [(name, "") for name in NAMES])
            found = connection.execute(select(hub_fact.c.name).order_by(hub_fact.c.name)).scalars()
            orders.append(list(found))
        engine.dispose()

    assert orders[0] == orders[1] == sorted(NAMES, key=str.encode)


def test_no_table_counts_by_itself(url: str) -> None:
    """The hub gives every number, so that a move has no counter to carry along."""
    engine = open_engine(url)
    with reading(engine) as connection:
        found: Any = connection.exec_driver_sql(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
        )
        assert list(found) == []
    engine.dispose()
