"""A database whose tables are not those of the models says so, with the table and the column that it lacks."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.base.errors import StoreError
from allin_hub.store.engine import insert_rows, reading, writing
from allin_hub.store.tables import metadata

OUTPUT = metadata.tables["output_state"]


@pytest.fixture
def lacking(office: Any) -> Any:
    """An open hub whose database lost a column and a table, as if a model had got them without a migration."""
    office.settings("[hub]\n")
    hub = office.open()
    with writing(hub.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE output_state DROP COLUMN told")
        connection.exec_driver_sql("DROP TABLE journal")
    yield hub
    hub.close()


@pytest.mark.parametrize("rows", [1, 30])
def test_a_column_that_no_migration_made_is_named_when_it_is_written(lacking: Any, rows: int) -> None:
    """Also where many rows are copied at once; nobody is told to look whether the database is reachable."""
    columns = ("output", "seq", "state", "told")
    with pytest.raises(StoreError) as caught, writing(lacking.engine) as connection:
        insert_rows(connection, OUTPUT, columns, [(f"o{n}", 0, "{}", "late") for n in range(rows)])

    assert caught.value.message == "The tables of this database lack output_state.told."
    assert "make migration" in caught.value.hint


def test_a_column_that_no_migration_made_is_named_when_it_is_read(lacking: Any) -> None:
    """A publish reads before anything is written."""
    with pytest.raises(StoreError) as caught, reading(lacking.engine) as connection:
        connection.execute(OUTPUT.select())

    assert caught.value.message == "The tables of this database lack output_state.told."


def test_a_table_that_no_migration_made_is_named(lacking: Any) -> None:
    """A new table is forgotten as easily as a new column."""
    with pytest.raises(StoreError) as caught, reading(lacking.engine) as connection:
        connection.execute(metadata.tables["journal"].select())

    assert caught.value.message == "The tables of this database lack journal."
