"""A hub moves between SQLite and PostgreSQL and back, and is the same hub; when it cannot, nothing has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text

from allin_hub.backup import move_database
from allin_hub.backup.move_database import go_back, move, moved_there, switch
from allin_hub.base.errors import ConfigError, HubError, StoreError
from allin_hub.cli.invocation import Call
from allin_hub.cli.move import run_move
from allin_hub.store import copy, leases, runs
from allin_hub.store.engine import migrate, open_engine, reading, writing
from allin_hub.store.moved_away import FACT
from allin_hub.store.tables import claim, metadata

OUTPUT = """
[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Servicestelle (erfunden), Kassel"
"""


@pytest.fixture
def elsewhere(office: Any, fresh_postgres: Any) -> str:
    """An empty database of the other sort than the office's."""
    return fresh_postgres(schema=False) if office.database.startswith("sqlite") else "sqlite:///moved.db"


@pytest.fixture
def full_office(sheet_office: Any, header: Any, rows_of: Any, synced: Any, published: Any) -> Any:
    """An office with a history: synced, changed, withdrawn, published."""
    toml = sheet_office.folder / "hub.toml"
    sheet_office.settings(toml.read_text(encoding="utf-8") + OUTPUT)
    synced(sheet_office)
    rows = rows_of(99)
    rows[3][1], rows[4][3], rows[5][1] = "Café Ğüneş 🌞 e. V.", "0561-ABC", ""
    sheet_office.sheet("vereine.csv", header, rows)
    synced(sheet_office)
    published(sheet_office)
    return sheet_office


def moved(office: Any, to: str, **more: Any) -> Any:
    """Move an office and let hub.toml lead there."""
    hub = office.open()
    try:
        done = move(hub, to, **more)
    finally:
        hub.close()
    switch(office.folder, done.line)
    office.database = to
    return done


def test_a_hub_moved_there_and_back_is_equal(
    full_office: Any,
    elsewhere: str,
    fresh_postgres: Any,
    synced: Any,
    published: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every row of every table is the same; the next sync finds nothing new, and the next publish nothing to write."""
    monkeypatch.setattr(copy, "BATCH", 7)  # else every table of a test fits into one batch
    home = full_office.database
    back = "sqlite:///back.db" if home.startswith("sqlite") else fresh_postgres(schema=False)
    before = full_office.rows()

    there = moved(full_office, elsewhere)
    in_between = full_office.rows()
    returned = moved(full_office, back)

    after = full_office.rows()
    kept = [rows.pop("lease") for rows in (before, in_between, after)]
    assert before == in_between == after
    assert [len(rows) for rows in kept] == [2, 2, 2]
    assert there.rows == sum(map(len, before.values())) + 2 - len(before["alembic_version"])
    assert returned.sums["claim"] == there.sums["claim"]
    assert there.sums["claim"].rows > 90
    again = _touched(full_office, synced)
    assert (again.status, again.unchanged, again.new, again.changed, again.withdrawn) == ("done", 99, 0, 0, 0)
    assert published(full_office)["statistik"].written == 0


def _touched(office: Any, synced: Any) -> Any:
    """Read the sheet anew, cell by cell, although nothing in it is new."""
    sheet = office.folder / "data" / "vereine.csv"
    sheet.write_bytes(sheet.read_bytes() + b"\r\n")
    return synced(office)["vereine"]


def test_the_old_database_stays_as_it_was(full_office: Any, elsewhere: str) -> None:
    """Whoever regrets a move goes back to the old line of hub.toml, and says so."""
    before = full_office.rows()
    hub = full_office.open()
    move(hub, elsewhere)
    hub.close()

    go_back(full_office.folder)

    after = full_office.rows()
    assert [row for row in after.pop("lease") if "holder" not in row]
    assert before.pop("lease")
    assert set(after.pop("hub_fact")) - set(before.pop("hub_fact")) == {repr((FACT, ""))}
    assert after == before


def test_a_database_that_was_left_takes_nothing_more(full_office: Any, elsewhere: str, synced: Any) -> None:
    """Also before hub.toml leads elsewhere, and from a process that has opened the hub before: it would be lost."""
    early = full_office.open()
    hub = full_office.open()
    done = move(hub, elsewhere)
    hub.close()

    with pytest.raises(ConfigError, match="moved to another database") as caught:
        synced(full_office)
    with pytest.raises(ConfigError, match="moved to another database"), writing(early.engine):
        pass
    early.close()

    assert caught.value.params["line"] == done.line
    assert "allin move --back" in caught.value.texts[1]
    switch(full_office.folder, done.line)
    full_office.database = elsewhere
    assert _touched(full_office, synced).status == "done"


def test_the_same_move_again_leads_hub_toml_there_and_copies_nothing(
    full_office: Any, elsewhere: str, synced: Any
) -> None:
    """A move without `--switch`, or one that was killed before its last step, is ended by the command that it names."""
    toml = full_office.folder / "hub.toml"
    hub = full_office.open()
    done = move(hub, elsewhere)
    hub.close()
    before = toml.read_bytes()
    other = moved_there(full_office.folder, "sqlite:///other.db")
    run_move(Call(str(full_office.folder), json=True), elsewhere, switching=True, back=False)
    again = moved_there(full_office.folder, elsewhere)

    assert (None, None) == (other, again)
    assert done.line in toml.read_text(encoding="utf-8").splitlines()
    assert before == (full_office.folder / "hub.toml.before-move").read_bytes()
    full_office.database = elsewhere
    assert _touched(full_office, synced).status == "done"


def test_hub_toml_is_led_to_no_database_that_does_not_hold_the_hub(full_office: Any) -> None:
    """The new database may be lost, or the hub has gone on from there: then only a person knows what to do."""
    hub = full_office.open()
    move(hub, "sqlite:///gone.db")
    hub.close()
    there = moved_there(full_office.folder, "sqlite:///gone.db")
    (full_office.folder / "gone.db").rename(full_office.folder / "hidden.db")

    assert there is not None
    assert moved_there(full_office.folder, "sqlite:///gone.db") is None
    with pytest.raises(ConfigError, match="moved to another database"):
        run_move(Call(str(full_office.folder)), "sqlite:///gone.db", switching=True, back=False)


def test_a_database_that_was_left_opens_again_when_a_person_says_so(
    full_office: Any, elsewhere: str, synced: Any
) -> None:
    """The way back is a command; in a hub that did not move it says so, and changes nothing."""
    hub = full_office.open()
    move(hub, elsewhere)
    hub.close()

    go_back(full_office.folder)

    assert _touched(full_office, synced).status == "done"
    with pytest.raises(ConfigError, match="not moved out"):
        go_back(full_office.folder)


def test_the_old_database_is_left_only_once_the_new_one_is_whole(
    full_office: Any, elsewhere: str, synced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A move that is killed in between leaves a hub that goes on where it was."""
    commits: list[str] = []

    def torn(connection: Any, name: str, value: str) -> None:
        saved(connection, name, value)
        if name == FACT:
            commits.append(name)
            raise KeyboardInterrupt

    saved = runs.save_fact
    hub = full_office.open()
    monkeypatch.setattr(runs, "save_fact", torn)
    with pytest.raises(KeyboardInterrupt):
        move(hub, elsewhere)
    monkeypatch.undo()
    hub.close()

    assert commits == [FACT]
    assert _rows_in(full_office, elsewhere) == 0
    assert _touched(full_office, synced).status == "done"


def test_a_database_with_rows_is_refused(full_office: Any, fresh_postgres: Any) -> None:
    """Two hubs in one database would be one hub that nobody wanted."""
    taken = fresh_postgres()
    engine = open_engine(taken)
    with writing(engine) as connection:
        runs.save_fact(connection, "key", "another")
    hub = full_office.open()

    with pytest.raises(ConfigError, match="not empty"):
        move(hub, taken)

    hub.close()
    with reading(engine) as connection:
        assert runs.fact(connection, "key") == "another"
    engine.dispose()


def test_a_database_of_another_program_is_refused(full_office: Any, fresh_postgres: Any) -> None:
    """An empty table of somebody else's is a sign that the hub does not belong there."""
    taken = fresh_postgres(schema=False)
    engine = open_engine(taken)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE wp_posts (id integer)"))
    engine.dispose()
    hub = full_office.open()

    with pytest.raises(ConfigError, match="wp_posts"):
        move(hub, taken)

    hub.close()


def test_a_hub_does_not_move_onto_itself(office: Any) -> None:
    """The address that it has already leads nowhere new."""
    office.settings('[hub]\ntitle = "Test"\n')
    hub = office.open()

    with pytest.raises(ConfigError, match="already"):
        move(hub, office.database)

    hub.close()


def test_a_password_in_the_command_is_refused_without_showing_it(office: Any) -> None:
    """What is typed stands in the shell's history and in the list of processes."""
    office.settings('[hub]\ntitle = "Test"\n')
    hub = office.open()

    with pytest.raises(ConfigError, match="env:NAME") as caught:
        move(hub, "postgresql+psycopg://hub:geheim@localhost/hub")

    hub.close()
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("kept", ["env", "file"])
def test_an_address_may_be_kept_elsewhere(
    kept: str, full_office: Any, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then hub.toml names the place, not the address."""
    monkeypatch.setenv("ALLIN_DATABASE", elsewhere)
    (full_office.folder / "database.txt").write_text(elsewhere + "\n", encoding="utf-8")
    word = "env:ALLIN_DATABASE" if kept == "env" else "file:database.txt"
    hub = full_office.open()

    done = move(hub, word)

    hub.close()
    switch(full_office.folder, done.line)
    assert done.line in {
        'database = { env = "ALLIN_DATABASE" }',
        'database = { file = "database.txt" }',
    }
    assert elsewhere not in (full_office.folder / "hub.toml").read_text(encoding="utf-8")
    reopened = full_office.open()
    assert reopened.engine.dialect.name == ("sqlite" if elsewhere.startswith("sqlite") else "postgresql")
    reopened.close()


def test_nothing_moves_while_a_source_is_at_work(full_office: Any, elsewhere: str) -> None:
    """A sync that ends in the old database after the move would be lost."""
    hub = full_office.open()
    with writing(hub.engine) as connection:
        leases.take_lease(connection, "vereine", "some-run", hub.clock())

    with pytest.raises(HubError, match="'vereine' is at work"):
        move(hub, elsewhere)

    hub.close()
    assert not (full_office.folder / "moved.db").exists()


def test_a_sync_that_starts_during_a_move_ends_as_busy(full_office: Any, elsewhere: str, synced: Any) -> None:
    """Every source is held until all is compared, and free again afterwards."""
    seen: list[str] = []

    def told(_table: str, _done: int, _total: int | None) -> None:
        if not seen:
            seen.append(synced(full_office)["vereine"].status)

    moved(full_office, elsewhere, told=told)

    assert seen == ["busy"]
    assert _touched(full_office, synced).status == "done"


def test_what_is_written_during_a_move_calls_it_off(full_office: Any, elsewhere: str) -> None:
    """Not everything that writes holds a source: in the end, every table is compared with the old one."""
    hub = full_office.open()
    wrote: list[str] = []

    def told(table: str, _done: int, _total: int | None) -> None:
        if table == "claim" and not wrote:
            wrote.append(table)
            with writing(hub.engine) as connection:
                runs.save_fact(connection, "late", "fact")

    with pytest.raises(HubError, match="changed the hub"):
        move(hub, elsewhere, told)

    hub.close()
    assert wrote == ["claim"]
    assert _rows_in(full_office, elsewhere) == 0


def test_a_row_that_is_lost_on_the_way_calls_the_move_off(
    full_office: Any, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison is real: one row less, and nothing stays in the new database."""

    def lossy(old: Any, new: Any, told: Any) -> None:
        copied(old, new, told)
        new.execute(delete(claim).where(claim.c.id == select(func.max(claim.c.id)).scalar_subquery()))

    copied = move_database.copy_rows
    monkeypatch.setattr(move_database, "copy_rows", lossy)
    hub = full_office.open()

    with pytest.raises((HubError, StoreError)):
        move(hub, elsewhere)

    hub.close()
    assert _rows_in(full_office, elsewhere) == 0


def test_a_move_that_stops_halfway_leaves_both_as_they_were(
    full_office: Any, elsewhere: str, synced: Any
) -> None:
    """All rows come in one transaction, and the sources are free at once."""

    def told(table: str, _done: int, _total: int | None) -> None:
        if table == "claim":
            raise KeyboardInterrupt

    before = full_office.rows()
    hub = full_office.open()
    with pytest.raises(KeyboardInterrupt):
        move(hub, elsewhere, told)
    hub.close()

    after = full_office.rows()

    assert before.pop("lease")
    assert after.pop("lease")
    assert after == before
    assert _rows_in(full_office, elsewhere) == 0
    assert _touched(full_office, synced).status == "done"


def _rows_in(office: Any, database: str) -> int:
    """How many rows a move has left there."""
    if database.startswith("sqlite"):
        path = office.folder / "moved.db"
        assert not path.exists()
        return 0
    engine = open_engine(database)
    try:
        migrate(engine)
        with reading(engine) as connection:
            return sum(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.tables.values()
            )
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[hub]\ntitle = "A"\n', '[hub]\ndatabase = "new"\ntitle = "A"\n'),
        ("[hub]\ndatabase = 'old'   # ours\n", '[hub]\ndatabase = "new"   # ours\n'),
        (
            '# first\r\n[hub]\r\n"database" = { env = "DB" }\r\n[sources.a]\r\ndatabase = "no"\r\n',
            '# first\r\n[hub]\r\n"database" = "new"\r\n[sources.a]\r\ndatabase = "no"\r\n',
        ),
        ('[sources.a]\nplugin = "x"\n', '[hub]\ndatabase = "new"\n\n[sources.a]\nplugin = "x"\n'),
    ],
)
def test_switching_changes_one_line_and_keeps_the_file_as_it_was_beside_it(
    before: str, after: str, tmp_path: Path
) -> None:
    """Comments, other keys and line ends are the office's."""
    path = tmp_path / "hub.toml"
    path.write_bytes(before.encode())
    path.chmod(0o640)
    (tmp_path / "hub.toml.before-move").write_text("an older one", encoding="utf-8")

    kept = switch(tmp_path, 'database = "new"')

    assert path.read_bytes().decode() == after
    assert path.stat().st_mode & 0o777 == 0o640
    assert (kept.name, kept.read_bytes().decode()) == ("hub.toml.before-move-2", before)
