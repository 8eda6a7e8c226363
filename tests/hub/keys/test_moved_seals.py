"""Sealed values that somebody changed, cut, swapped or put in elsewhere: each is named, none is used or published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, and_, select, update
from tests.hub.upgrade.hub_content import content
from tests.sealed import binding

from allin_hub.base.errors import StoreError
from allin_hub.doctor.database import examine, opens
from allin_hub.hub import Hub
from allin_hub.ingest.hold import accept, held_runs
from allin_hub.ingest.sync import sync
from allin_hub.publish.publish import publish
from allin_hub.store.engine import reading, writing
from allin_hub.store.tables import SEALED, STAGING, metadata, staged_run

Opened = Callable[[], AbstractContextManager[Hub]]
PLACES = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if SEALED in column.info
]
HELD = "vereine"


def rows_of(connection: Connection, table: str, column: str) -> list[Mapping[str, Any]]:
    """The rows that hold something sealed."""
    made = metadata.tables[table]
    query = select(made).where(made.c[column].is_not(None)).order_by(*made.primary_key)
    return list(connection.execute(query).mappings())  # type: ignore[arg-type]


def put(connection: Connection, table: str, row: Mapping[str, Any], **values: Any) -> None:
    """Write something into a row, past the hub."""
    made = metadata.tables[table]
    here = and_(*(one == row[one.name] for one in made.primary_key))
    connection.execute(update(made).where(here).values(**values))


def test_every_sealed_column_holds_something_here(opened: Opened) -> None:
    """A proof about columns is worth as much as what stands in them."""
    with opened() as hub, reading(hub.engine) as connection:
        empty = [place for place in PLACES if not rows_of(connection, *place)]

    assert 21 == len(PLACES)
    assert {
        "event",
        "opportunity",
        "project",
        "service",
        "organisation",
    } == {table for table, _ in empty}


def test_a_value_from_any_row_of_any_table_opens_in_no_other(opened: Opened) -> None:
    """Only the very same record is the same in staging, its table and its old versions: there alone it opens."""
    with opened() as hub, reading(hub.engine) as connection:
        places = {place: rows_of(connection, *place) for place in PLACES}
        given = [
            (binding(table, row, column), bytes(row[column]))
            for (table, column), rows in places.items()
            for row in rows[:6]
        ]
        for bound, sealed in given:
            for other, _ in given:
                if other != bound:
                    with pytest.raises(StoreError):
                        hub.sealer.unseal(sealed, other)

    assert len({bound for bound, _ in given}) > 40


@pytest.mark.parametrize("how", ["swapped", "cut", "changed", "of another table", "of before"])
def test_doctor_names_what_does_not_open(opened: Opened, how: str) -> None:
    """By its table and its record, whatever the column."""
    with opened() as hub:
        for table, column in PLACES:
            with hub.engine.connect() as connection, connection.begin() as transaction:
                rows = rows_of(connection, table, column)
                if not rows or (how == "swapped" and len({binding(table, row, column) for row in rows}) < 2):
                    continue
                row = rows[0]
                whole = bytes(row[column])
                other = next(
                    (one for one in rows if binding(table, one, column) != binding(table, row, column)), row
                )
                stranger = "person" if table != "person" else "raw"
                value = {
                    "swapped": bytes(other[column]),
                    "cut": whole[:-1],
                    "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
                    "of another table": bytes(rows_of(connection, stranger, "sealed")[0]["sealed"]),
                    "of before": b"\x01" + whole[5:],
                }[how]
                put(connection, table, row, **{column: value})
                found = list(opens(hub, connection))
                transaction.rollback()

            expected = {"table": table, "count": 1, "records": binding(table, row, column).decode()}
            assert [expected] == [one.params for one in found], (table, column)


def test_a_person_in_the_row_of_another_is_published_by_nobody(opened: Opened, folder: Path) -> None:
    """The consent of the one would publish the other: the publish fails by name, and the pages stay."""

    def pages() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in (folder / "public").rglob("*") if path.is_file()}

    with opened() as hub:
        publish(hub)
        before = pages()
        with writing(hub.engine) as connection:
            one, two = rows_of(connection, "person", "sealed")[:2]
            put(connection, "person", one, sealed=bytes(two["sealed"]), digest=b"other")
            put(connection, "person", two, sealed=bytes(one["sealed"]), digest=b"another")
            connection.execute(update(metadata.tables["output_state"]).values(fingerprint=None))
        report = publish(hub, ["verzeichnis"])["verzeichnis"]

    assert "failed" == report.status
    assert f"person {one['id']}" in str(report.message)
    assert before == pages()


def test_a_claim_of_another_is_merged_into_nobody(opened: Opened, folder: Path) -> None:
    """The sync that merges it fails by name; entities stay as they were."""
    with opened() as hub:
        before = content(hub)["entities"]
    settings = folder / "hub.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("trust = 30", "trust = 31"), encoding="utf-8"
    )
    with opened() as hub:
        with writing(hub.engine) as connection:
            people = [
                row
                for row in rows_of(connection, "claim", "sealed")
                if row["source"] == "anmeldung" and row["live"]
            ]
            one, two = people[:2]
            put(connection, "claim", one, sealed=bytes(two["sealed"]))
        report = sync(hub, ["anmeldung"]).sources["anmeldung"]
        with writing(hub.engine) as connection:
            put(connection, "claim", one, sealed=bytes(one["sealed"]))
        after = content(hub)["entities"]

    assert before == after
    assert "failed" == report.status
    assert f"claim {one['id']} version {one['version']}" in str(report.message)


BYTES = {"sealed", "given", "digest", "match_keys", "key"}
STAGED = [
    (table.name, column.name)
    for table in STAGING
    if table is not staged_run
    for column in table.columns
    if column.name not in {"run_id"} and not column.primary_key
]


@pytest.mark.parametrize("how", ["changed", "taken away", "put in"])
def test_a_held_run_whose_rows_somebody_changed_is_neither_shown_nor_accepted(
    opened: Opened, how: str
) -> None:
    """A person accepts what she was shown, or nothing; whatever the column."""
    with opened() as hub:
        [run] = held_runs(hub, HELD, with_rows=True)
        before = content(hub)["entities"]
        done = 0
        for table, column in STAGED:
            made = metadata.tables[table]
            with writing(hub.engine) as connection:
                kept = list(connection.execute(select(made).where(made.c.run_id == run.run)).mappings())
                if not kept:
                    continue
                if how == "changed":
                    put(connection, table, kept[0], **{column: _other(kept[0][column], column)})
                elif how == "taken away":
                    connection.execute(
                        made.delete().where(*(one == kept[0][one.name] for one in made.primary_key))
                    )
                else:
                    free = {one.name: kept[0][one.name] for one in made.columns}
                    number = "claim_id" if "claim_id" in free else "id"
                    connection.execute(made.insert().values(free | {number: 999_999}))
            for use in (lambda: accept(hub, run.run), lambda: held_runs(hub, run.run, with_rows=True)):
                with pytest.raises(StoreError, match="were changed since it was held"):
                    use()
            assert "held_run" in {one.code for one in examine(hub)}
            with writing(hub.engine) as connection:
                connection.execute(made.delete().where(made.c.run_id == run.run))
                connection.execute(made.insert(), [dict(row) for row in kept])
            done += 1
        assert before == content(hub)["entities"]
        [report] = accept(hub, run.run).sources.values()

    assert "done" == report.status
    assert done > 10


def _other(value: Any, column: str) -> Any:
    """Another value of the same sort."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)[:-1] + b"!"
    if isinstance(value, int):
        return value + 1
    if column == "updated_at":
        return "2026-01-01T00:00:00.000000Z"
    if value is None:
        return {"target_claim": 7, "version": 7, "name": 7, "raw_id": 7}.get(
            column, b"!" if column in BYTES else "x"
        )
    return f"{value[:-1]}~"
