"""What is kept only for a time goes when the time is over, and the hub works as before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.sealed import opened

from allin_hub.i18n.translator import Voice
from allin_hub.operations.maintenance import UpkeepReport, upkeep
from allin_hub.operations.retention import retain
from allin_hub.store.engine import reading

HEADER = ["Nr.", "Verein", "Kurzname", "E-Mail", "Ort", "Bemerkung"]
SETTINGS = """
[hub]
title = "Test"
backups = 0

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = {{ "Bemerkung" = "-"{more} }}
"""
SECRET = "Kennwort der Heizung"


def rows(count: int = 30) -> list[list[Any]]:
    """Associations with a cell that nothing uses."""
    return [
        [n, f"Verein {n} e. V.", f"V{n}", f"info@verein-{n}.example", "Kassel", f"{SECRET} {n}"]
        for n in range(1, count + 1)
    ]


@pytest.fixture
def old_office(office: Any, synced: Any) -> Any:
    """An office whose records were read forty days ago."""
    office.settings(SETTINGS.format(more=""))
    office.sheet("vereine.csv", HEADER, rows())
    synced(office)
    office.now += dt.timedelta(days=40)
    return office


def payloads(office: Any) -> list[dict[str, Any]]:
    """The cells that are kept of each record."""
    from sqlalchemy import select

    from allin_hub.store.tables import raw

    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            rows = connection.execute(select(raw).order_by(raw.c.id)).mappings()
            return [opened(hub, "raw", row)["p"] for row in rows]
    finally:
        hub.close()


def kept(office: Any) -> Any:
    """Apply the periods."""
    hub = office.open()
    try:
        return retain(hub)
    finally:
        hub.close()


def housekept(office: Any) -> UpkeepReport:
    """The nightly upkeep."""
    hub = office.open()
    try:
        return upkeep(hub)
    finally:
        hub.close()


def test_old_raws_keep_only_what_the_map_uses(old_office: Any) -> None:
    """After the period, even the key opens nothing that nobody needs."""
    before = payloads(old_office)
    report = kept(old_office)
    after = payloads(old_office)

    assert all(SECRET in cells["Bemerkung"] for cells in before)
    assert 30 == report.cut
    assert SECRET not in str(after)
    assert [cells["Verein"] for cells in before] == [cells["Verein"] for cells in after]
    assert 0 == kept(old_office).cut


def test_young_raws_stay_whole(old_office: Any) -> None:
    """Within the period a change of the map can still use every cell."""
    old_office.now -= dt.timedelta(days=20)

    assert 0 == kept(old_office).cut
    assert all("Bemerkung" in cells for cells in payloads(old_office))


def test_an_unchanged_record_is_still_known_as_unchanged(old_office: Any, synced: Any) -> None:
    """The digest is that of the whole row, so that cutting down costs no sync."""
    kept(old_office)
    path = old_office.folder / "data" / "vereine.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    report = synced(old_office)["vereine"]

    assert ("done", 30, 0, 0) == (report.status, report.unchanged, report.changed, report.new)


def test_a_replay_after_it_makes_the_same_entries(old_office: Any, synced: Any, exported: Any) -> None:
    """What the map uses is all there."""
    before = exported(old_office)
    kept(old_office)
    report = synced(old_office, replay=True)["vereine"]

    assert "done" == report.status
    assert before == exported(old_office)


def test_a_column_named_later_is_filled_at_the_next_read(old_office: Any, synced: Any, exported: Any) -> None:
    """A person who maps a column after a year gets its values, although nothing in the file has changed."""
    kept(old_office)
    text = SETTINGS.format(more="").replace('"Bemerkung" = "-"', '"Bemerkung" = "description"')
    old_office.settings(text)
    replayed = synced(old_office, replay=True)["vereine"]
    names = [one["name"] for one in exported(old_office)]
    read = synced(old_office)["vereine"]
    again = synced(old_office)["vereine"]

    assert ("done", 0) == (replayed.status, replayed.quarantined)
    assert 30 == len(names)
    assert ("done", 30, 0) == (read.status, read.unchanged, read.changed)
    assert all(SECRET in str(one["description"]) for one in exported(old_office))
    assert ("done", 30) == (again.status, again.unchanged)


def test_a_replay_that_needs_lost_cells_loses_no_entry(old_office: Any, synced: Any, exported: Any) -> None:
    """A record that cannot be mapped anew from what is left stays as it was, and nothing goes to quarantine."""
    kept(old_office)
    before = exported(old_office)
    text = SETTINGS.format(more="").replace('"Bemerkung" = "-"', '"Verein" = "-", "Bemerkung" = "name"')
    old_office.settings(text)
    report = synced(old_office, replay=True)["vereine"]

    assert ("done", 0) == (report.status, report.quarantined)
    assert [one["name"] for one in before] == [one["name"] for one in exported(old_office)]


def test_withdrawn_records_are_emptied(old_office: Any, synced: Any) -> None:
    """Of what a partner has taken out of the list no cell is kept; what was read of it stays withdrawn, and may come back."""
    old_office.sheet("vereine.csv", HEADER, rows(28))
    synced(old_office)
    kept(old_office)
    emptied = [cells for cells in payloads(old_office) if not cells]
    old_office.sheet("vereine.csv", HEADER, rows(30))
    report = synced(old_office)["vereine"]

    assert 2 == len(emptied)
    assert ("done", 28) == (report.status, report.unchanged)
    assert 30 == sum(bool(cells) for cells in payloads(old_office))


def test_a_held_run_that_nobody_decides_on_is_given_up(old_office: Any, synced: Any) -> None:
    """Its rows are not kept for ever; the next sync asks again."""
    old_office.sheet("vereine.csv", HEADER, rows(10))
    first = synced(old_office)["vereine"]
    held = old_office.rows("staged_raw")["staged_raw"]
    old_office.now += dt.timedelta(days=31)
    report = kept(old_office)
    left = old_office.rows("staged_raw")["staged_raw"]
    again = synced(old_office)["vereine"]

    assert "held" == first.status
    assert held
    assert 1 == report.expired
    assert [] == left
    assert "held" == again.status


def test_old_versions_and_runs_are_forgotten_but_nothing_that_is_named(
    old_office: Any, synced: Any, exported: Any
) -> None:
    """Reports of a sync each night would pile up for years; who brought what stays known."""
    for day in range(12):
        old_office.now += dt.timedelta(days=10)
        changed = rows()
        changed[0][1] = f"Verein 1, Fassung {day} e. V."
        old_office.sheet("vereine.csv", HEADER, changed)
        synced(old_office)
    runs, versions = (len(old_office.rows(name)[name]) for name in ("run", "claim_version"))
    first = kept(old_office)
    runs_then, versions_then = (len(old_office.rows(name)[name]) for name in ("run", "claim_version"))
    before = exported(old_office)
    old_office.now += dt.timedelta(days=900)
    second = kept(old_office)

    assert (13, 12) == (runs, versions)
    assert (0, 12) == (first.versions, versions_then)
    assert runs_then == 13 - first.runs
    assert 12 == second.versions
    assert [] == old_office.rows("claim_version")["claim_version"]
    assert 2 == len(old_office.rows("run")["run"])
    assert before == exported(old_office)


def test_staging_of_a_killed_run_goes_and_that_of_a_held_one_stays(old_office: Any, synced: Any) -> None:
    """Rows that nobody will ever apply are not kept; those that wait for a person are."""
    from sqlalchemy import insert

    from allin_hub.store.engine import writing
    from allin_hub.store.tables import staged_raw

    old_office.sheet("vereine.csv", HEADER, rows(10))
    synced(old_office)
    waiting = len(old_office.rows("staged_raw")["staged_raw"])
    hub = old_office.open()
    with writing(hub.engine) as connection:
        connection.execute(
            insert(staged_raw).values(run_id="killed", id=1, op="new", status="live", sealed=b"x")
        )
    hub.close()
    report = kept(old_office)

    assert 1 == report.staged
    assert waiting == len(old_office.rows("staged_raw")["staged_raw"])


def test_a_run_that_slept_while_its_staging_went_applies_nothing_of_it(
    old_office: Any, synced: Any, exported: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lid was closed, the night's upkeep cleared up: a half would be taken for the whole, and never read again."""
    from allin_hub.ingest import fetch, sync

    monkeypatch.setattr(fetch, "PAGE", 10)
    old_office.sheet("vereine.csv", HEADER, rows(42))
    cleared = []

    def slept(*_: Any) -> None:
        if not cleared and old_office.rows("staged_raw")["staged_raw"]:
            old_office.now += dt.timedelta(hours=1)
            cleared.append(kept(old_office).staged)

    hub = old_office.open()
    try:
        report = sync.sync(hub, progress=slept)
    finally:
        hub.close()

    assert cleared == [10]
    assert report.sources["vereine"].status == "failed"
    assert synced(old_office)["vereine"].new == 12
    assert len(exported(old_office)) == 42


def test_a_held_run_that_somebody_accepts_just_now_is_not_given_up(old_office: Any, synced: Any) -> None:
    """She decided in the very minute in which it would have gone."""
    from allin_hub.store import leases, retention
    from allin_hub.store.engine import writing
    from allin_hub.store.runs import held_of

    old_office.sheet("vereine.csv", HEADER, rows(2))
    synced(old_office)
    hub = old_office.open()
    try:
        with writing(hub.engine) as connection:
            (held,) = held_of(connection, "vereine")
            leases.take_lease(connection, "vereine", held["id"], hub.clock())
            given_up = retention.give_up(connection, held["id"], "vereine")
    finally:
        hub.close()

    assert not given_up
    assert old_office.rows("staged_raw")["staged_raw"]


def test_upkeep_tidies_saves_and_says_so(old_office: Any) -> None:
    """One command a night, and one sentence for each thing that it did."""
    text = (old_office.folder / "hub.toml").read_text(encoding="utf-8")
    old_office.settings(text.replace("backups = 0", "backups = 2"))
    report = housekept(old_office)
    said = report.sentences(Voice("de"))

    assert report.ok
    assert report.backup is not None
    assert report.backup.path.exists()
    assert "Von 30 alten Datensätzen bleibt nur noch, was gebraucht wird." == said[0]
    assert report.backup.path.name in said[-1]


def test_upkeep_goes_on_when_the_backup_fails(old_office: Any) -> None:
    """A full stick must not keep the database from being tidied, and must not go unnoticed."""
    text = (old_office.folder / "hub.toml").read_text(encoding="utf-8")
    (old_office.folder / "voll").write_text("eine Datei, wo ein Ordner sein soll")
    old_office.settings(text.replace("backups = 0", 'backups = 2\nbackup_folder = "voll/da"'))
    report = housekept(old_office)

    assert not report.ok
    assert 30 == report.kept.cut
    assert "voll" in report.sentences(Voice("en"))[-1]


def test_a_source_that_cannot_be_used_keeps_its_raws(old_office: Any) -> None:
    """Without its map nobody knows which cells are needed."""
    text = (old_office.folder / "hub.toml").read_text(encoding="utf-8")
    old_office.settings(text.replace('"spreadsheet"', '"nirgends"'))
    report = kept(old_office)

    assert ["vereine"] == report.left
    assert all("Bemerkung" in cells for cells in payloads(old_office))


def test_a_calendar_keeps_what_its_own_map_asks_for(office: Any, synced: Any, exported: Any) -> None:
    """A plugin that maps by itself says by doing so which parts of a record it uses."""
    office.settings(
        '[hub]\nbackups = 0\n[sources.termine]\nplugin = "ical"\npath = "data/termine.ics"\nholds = "all"\n'
    )
    (office.folder / "data" / "termine.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//erfunden//DE\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\n"
        "DTSTAMP:20261001T080000Z\r\nDTSTART:20261201T170000Z\r\nDTEND:20261201T190000Z\r\nSEQUENCE:3\r\n"
        "SUMMARY:Sprachcafé\r\nLOCATION:Kassel\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )
    synced(office)
    office.now += dt.timedelta(days=40)
    before, cells = exported(office, "event"), payloads(office)
    kept(office)
    replayed = synced(office, replay=True)["termine"]

    assert "done" == replayed.status
    assert before == exported(office, "event")
    assert payloads(office)[0].keys() <= cells[0].keys()
    assert "Sprachcafé" == payloads(office)[0]["summary"]
