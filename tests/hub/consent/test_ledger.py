"""The chain of consents and audit: whatever is done to it from outside is found and named, and nobody is published from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from allin_hub.base.encryption import Keys, Sealer
from allin_hub.base.errors import StoreError
from allin_hub.doctor.checks import examine
from allin_hub.hub import Hub
from allin_hub.ingest.sync import sync
from allin_hub.operations.rotate_key import rotate
from allin_hub.privacy import person_keys
from allin_hub.store import consents, ledger
from allin_hub.store.engine import reading, writing

ROWS = [(f"Verein{n}", f"Kanarina Nummer{n}", f"k{n}@privat.example", "", "ja") for n in range(1, 6)]


@pytest.fixture
def hub(desk: Any) -> Iterator[Hub]:
    """A hub of five consents and what staff did."""
    desk.settings(a="spreadsheet")
    desk.sheet("a", *ROWS)
    desk.sync()
    desk.sheet("a", (*ROWS[0][:4], "nein"), *ROWS[1:])
    desk.sync()
    opened = desk.office.open()
    yield opened
    opened.close()


def _found(hub: Hub) -> set[tuple[str, int | None]]:
    with reading(hub.engine) as connection:
        return {(one.what, one.seq) for one in ledger.faults(connection, hub.sealer)}


def _do(hub: Hub, *statements: str) -> None:
    with writing(hub.engine) as connection:
        for one in statements:
            connection.exec_driver_sql(one)


def _consent(hub: Hub, event: str) -> int:
    with reading(hub.engine) as connection:
        return next(one.id for one in consents.events(connection) if one.event == event)


COPY = (
    "INSERT INTO consent (id, claim_id, raw_id, purpose, channel, event, at, lawful_basis, wording_id, method, run_id, subject)"
    " SELECT 900, claim_id, raw_id, purpose, channel, 'imported', at, lawful_basis, wording_id, method, run_id, subject"
    " FROM consent WHERE id = {no}"
)
FORGERIES: dict[str, tuple[Callable[[int], tuple[str, ...]], str]] = {
    "an answer turned": (lambda no: (f"UPDATE consent SET event = 'imported' WHERE id = {no}",), "changed"),
    "a moment moved": (lambda no: (f"UPDATE consent SET at = '2020' WHERE id = {no}",), "changed"),
    "another person": (lambda no: (f"UPDATE consent SET subject = '[]' WHERE id = {no}",), "changed"),
    "an event gone": (lambda no: (f"DELETE FROM consent WHERE id = {no}",), "missing"),
    "an event and its link gone": (
        lambda no: (f"DELETE FROM consent WHERE id = {no}", f"DELETE FROM ledger WHERE seq = {no}"),
        "missing",
    ),
    "an event put in": (lambda no: (COPY.format(no=no),), "inserted"),
    "an event put in with a link": (
        lambda no: (
            COPY.format(no=no),
            f"INSERT INTO ledger SELECT 900, kind, salt, digest, chain FROM ledger WHERE seq = {no}",
        ),
        "inserted",
    ),
    "a link changed": (
        lambda no: (
            f"UPDATE ledger SET chain = (SELECT chain FROM ledger WHERE seq = {no} - 1) WHERE seq = {no}",
        ),
        "changed",
    ),
    "said to be erased": (lambda no: (f"UPDATE ledger SET salt = NULL WHERE seq = {no}",), "inserted"),
    "erased by somebody else": (
        lambda no: (
            f"DELETE FROM consent WHERE id = {no}",
            f"UPDATE ledger SET salt = NULL WHERE seq = {no}",
        ),
        "missing",
    ),
    "all of it gone": (
        lambda _: (
            "DELETE FROM consent",
            "DELETE FROM audit",
            "DELETE FROM ledger",
            "DELETE FROM hub_fact WHERE name IN ('ledger_head', 'ledger_start')",
        ),
        "missing",
    ),
    "a salt of another sort": (lambda no: (f"UPDATE ledger SET salt = 'x' WHERE seq = {no}",), "changed"),
    "two answers swapped": (
        lambda no: (
            f"UPDATE consent SET id = 901 WHERE id = {no}",
            f"UPDATE consent SET id = {no} WHERE id = {no} - 1",
            f"UPDATE consent SET id = {no} - 1 WHERE id = 901",
        ),
        "changed",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_whatever_is_forged_is_named_and_publishes_nobody(name: str, hub: Hub, desk: Any) -> None:
    """The event is told by its number; persons are gone from the pages, the associations stay."""
    assert desk.shows("Kanarina Nummer2")
    assert set() == _found(hub)
    no = _consent(hub, "withdrawn")
    statements, what = FORGERIES[name]
    _do(hub, *statements(no))

    reports = desk.publish()

    assert what in {one for one, _ in _found(hub)}
    assert not desk.shows("Kanarina")
    assert all(desk.shows(f">{row[0]}<") for row in ROWS)
    assert "allin doctor" in " ".join(reports["verzeichnis"].notes)
    codes = {one.code for one in examine(desk.office.folder, clock=lambda: desk.office.now).findings}
    assert f"ledger_{what}" in codes


def test_an_end_that_was_cut_off_is_found(hub: Hub) -> None:
    """Also when the note of the last event is turned back: it is made with the hub's key."""
    with reading(hub.engine) as connection:
        last = ledger.last_seq(connection)
    tables = ("consent", "audit")
    _do(hub, *(f"DELETE FROM {name} WHERE id = {last}" for name in tables))
    _do(hub, f"DELETE FROM ledger WHERE seq = {last}")
    assert {("missing", last)} == _found(hub)
    _do(
        hub,
        f"UPDATE hub_fact SET value = replace(value, '{last}:', '{last - 1}:') WHERE name = 'ledger_head'",
    )

    assert _found(hub)


def test_a_turned_wording_is_found(hub: Hub) -> None:
    """What somebody agreed to cannot be written anew."""
    _do(hub, "UPDATE wording SET text = 'Dürfen wir alles?'")

    assert {("changed", None)} == _found(hub)


def test_content_can_be_erased_and_a_beginning_let_go(hub: Hub, desk: Any) -> None:
    """The chain still verifies, and goes on; nothing of the content is left."""
    first, no = _consent(hub, "imported"), _consent(hub, "withdrawn")
    with writing(hub.engine) as connection:
        ledger.erase(connection, hub.sealer, [no])
    assert set() == _found(hub)
    with writing(hub.engine) as connection:
        assert first == ledger.prune(connection, hub.sealer, first)
    assert set() == _found(hub)
    desk.sheet("a", (*ROWS[0][:4], "ja"), *ROWS[1:4], (*ROWS[4][:4], "nein"))
    sync(hub)

    assert set() == _found(hub)
    _do(hub, "UPDATE hub_fact SET value = replace(value, ':', ':0') WHERE name = 'ledger_start'")
    assert _found(hub)


def test_the_chain_is_kept_under_a_renewed_key(hub: Hub) -> None:
    """Under the old key it does not verify any more."""
    old, new = hub.sealer, _other_sealer()
    with writing(hub.engine) as connection:
        ledger.chain_anew(connection, new)
    with reading(hub.engine) as connection:
        assert [] == ledger.faults(connection, new)
        assert ledger.faults(connection, old)


def test_the_keys_of_persons_are_renewed_with_the_hashing_key(hub: Hub, desk: Any) -> None:
    """Each from its old hash alone: events and claims still meet, what was erased still verifies, a sync changes nothing."""
    old = _keys(hub)
    with writing(hub.engine) as connection:
        ledger.erase(connection, hub.sealer, [_consent(hub, "imported")])
    rotate(hub, hashes=True)
    after = desk.office.open()
    try:
        new = _keys(after)
        assert {id: len(keys) for id, keys in old.items()} == {id: len(keys) for id, keys in new.items()}
        assert all(not set(old[id]) & set(new[id]) for id in old)
        assert set() == _found(after)
        assert _found(hub)
    finally:
        after.close()

    [report] = desk.sync(replay=True).values()
    assert (report.changed, report.withdrawn) == (0, 0)
    assert [desk.shows(f"Kanarina Nummer{n}") for n in (1, 3)] == [False, True]
    desk.sheet("a", *ROWS[:2], (ROWS[2][0], "", ROWS[2][2], "", "nein"), *ROWS[3:])
    desk.sync()
    assert not desk.shows("Kanarina Nummer3")


def test_a_ledger_that_does_not_verify_is_not_chained_anew(hub: Hub) -> None:
    """A new key would make a forgery true."""
    _do(hub, f"UPDATE consent SET event = 'imported' WHERE id = {_consent(hub, 'withdrawn')}")

    with pytest.raises(StoreError):
        rotate(hub, hashes=True)

    assert _found(hub)


def _keys(hub: Hub) -> dict[int, list[str]]:
    with reading(hub.engine) as connection:
        return {claim.id: person_keys.read(claim.keys) for claim in consents.person_claims(connection)}


def _other_sealer() -> Sealer:
    return Sealer(Keys.new())


def test_the_audit_records_accepts_exports_and_settings(desk: Any, synced: Any, allin_export: Any) -> None:
    """Who, what, when; hub.toml by its digest, once for each change."""
    desk.settings(a="spreadsheet")
    desk.sheet("a", *[(f"Verein{n}", "", "", "", "") for n in range(1, 30)])
    desk.sync()
    desk.sync()
    desk.sheet("a", ("Verein1", "", "", "", ""))
    assert synced(desk.office)["a"].status == "held"
    synced(desk.office, accepting="a")
    desk.settings("backups = 3\n", a="spreadsheet")
    allin_export()
    hub = desk.office.open()
    try:
        with reading(hub.engine) as connection:
            found = _audit(connection)
    finally:
        hub.close()

    assert [("settings", "hub.toml"), ("accept", "a"), ("settings", "hub.toml"), ("export", "person")] == [
        (what, target) for _, what, target in found
    ]
    assert all(who for who, *_ in found)


def _audit(connection: Connection) -> list[tuple[str, str, str]]:
    rows = connection.execute(text("SELECT who, what, target FROM audit ORDER BY id"))
    return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def allin_export(desk: Any) -> Callable[[], None]:
    """Look at persons as `allin export` does."""
    from allin_hub.entities.inspect import note_look

    def run() -> None:
        hub = desk.office.open()
        note_look(hub, "export", "person")
        hub.close()

    return run
