"""What the office can do today: hide an entry, take an output offline, look before publishing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.entities.hidden import hidden_list, hide_entry, show_entry
from allin_hub.publish.preview import preview
from allin_hub.publish.publish import publish, take_offline

HUB = """
[hub]
title = "Test"
languages = ["de", "ar"]

[sources.eins]
plugin = "spreadsheet"
path = "data/eins.csv"
kind = "organisation"
key = "Nr."

[sources.zwei]
plugin = "spreadsheet"
path = "data/zwei.csv"
kind = "organisation"
key = "Nr."

[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"

[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Forum, Kassel"

[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "info@forum.example"
imprint = "Forum, Kassel"
"""
HEADER = ["Nr.", "Name", "E-Mail", "Webseite", "Kurzbeschreibung"]
ROT = [
    1,
    "Chor Kanarina Rot e. V.",
    "info@chor-kanarina-rot.example",
    "www.chor-kanarina-rot.example",
    "Wir singen.",
]
BLAU = [2, "Tanz Blau e. V.", "info@tanz-blau.example", "www.tanz-blau.example", "Wir tanzen."]


@pytest.fixture
def office(office: Any) -> Any:
    """An office with two associations and one date of the first."""
    office.settings(HUB)
    office.sheet("eins.csv", HEADER, [ROT, BLAU])
    office.sheet("zwei.csv", HEADER, [[7, "Dritter Verein e. V.", "", "", ""]])
    office.sheet(
        "termine.csv",
        ["Nr.", "Titel", "Beginn", "Veranstalter"],
        [[1, "Sommerfest", "12.10.2026 15:00", ROT[1]]],
    )
    return office


def _hits(office: Any, word: str = "kanarina") -> list[str]:
    return sorted(
        str(path.relative_to(office.folder))
        for output in ("public", "statistik", "rundbrief")
        for path in (office.folder / output).rglob("*")
        if path.is_file() and (word in path.name or word.encode() in path.read_bytes().lower())
    )


def _does(office: Any, what: Any, *given: Any, **named: Any) -> Any:
    hub = office.open()
    try:
        return what(hub, *given, **named)
    finally:
        hub.close()


def test_a_hidden_entry_is_in_no_output_until_it_is_shown(office: Any, synced: Any, published: Any) -> None:
    """With the next publish: pages, files, indexes, the draft of the letter, and as the organiser of a date."""
    synced(office)
    published(office)
    assert _hits(office)

    found = _does(office, hide_entry, "chor-kanarina-rot", "auf Wunsch des Vereins")
    published(office)

    assert (found.title, found.reason, found.until) == (ROT[1], "auf Wunsch des Vereins", None)
    assert _hits(office) == []
    assert _hits(office, "tanz-blau")
    assert _hits(office, "sommerfest")
    assert b"auf Wunsch des Vereins" not in office.stored_bytes()
    _does(office, show_entry, found.id)
    published(office)
    assert _hits(office)
    assert _does(office, hidden_list) == []


def test_hiding_outlasts_syncs_and_merges(office: Any, synced: Any, published: Any) -> None:
    """A change of the record, another source that says the same, and that one alone when the first is gone."""
    synced(office)
    _does(office, hide_entry, "chor-kanarina-rot")
    hits = []
    changed = [*ROT[:4], "Wir singen mehr."]
    for eins, zwei in (
        ([changed, BLAU], []),
        ([changed, BLAU], [[9, *ROT[1:]]]),
        ([BLAU], [[9, *ROT[1:]]]),
        ([changed, BLAU], [[9, *ROT[1:]]]),
    ):
        office.sheet("eins.csv", HEADER, eins)
        office.sheet("zwei.csv", HEADER, [[7, "Dritter Verein e. V.", "", "", ""], *zwei])
        synced(office)
        published(office)
        hits += _hits(office)

    assert hits == []


@pytest.mark.parametrize("word", ["chor-kanarina-rot", "kanarina-chor"])
def test_what_an_entry_is_merged_into_is_hidden_too(
    word: str, office: Any, synced: Any, published: Any
) -> None:
    """Two entries become one: what was hidden of either stays hidden, whichever id it has then; once parted, too."""
    other = [8, "Kanarina-Chor", "", "", "Wir singen."]
    office.sheet("zwei.csv", HEADER, [other])
    synced(office)
    _does(office, hide_entry, word)
    office.sheet("zwei.csv", HEADER, [[8, *ROT[1:]]])
    synced(office)
    published(office)

    assert _hits(office) == []
    office.sheet("zwei.csv", HEADER, [other])
    synced(office)
    published(office)
    assert not [path for path in _hits(office) if Path(path).name.startswith(f"{word}-")]


def test_hiding_ends_after_its_last_day(office: Any, synced: Any, published: Any) -> None:
    """Until the end of that day, in the hub's time zone; a day that is over is refused."""
    synced(office)
    with pytest.raises(ConfigError, match="is over"):
        _does(office, hide_entry, "chor-kanarina-rot", "", dt.date(2026, 10, 4))
    _does(office, hide_entry, "chor-kanarina-rot", "", dt.date(2026, 10, 6))
    shown = []
    for moment in (
        dt.datetime(2026, 10, 6, 21, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 6, 22, 30, tzinfo=dt.UTC),
    ):
        office.now = moment
        published(office)
        shown.append(bool(_hits(office)))

    assert shown == [False, True]


def test_words_that_name_no_hidden_entry_are_refused(office: Any, synced: Any) -> None:
    """Nobody believes that something is hidden which is not."""
    synced(office)
    for what, word in ((hide_entry, "nirgends"), (show_entry, "nirgends"), (show_entry, "tanz-blau")):
        with pytest.raises(ConfigError):
            _does(office, what, word)


def test_an_output_that_is_offline_stays_so_until_somebody_publishes_it(
    office: Any, synced: Any, published: Any
) -> None:
    """One page that says so, and nothing else; the nightly run does not undo it."""
    synced(office)
    published(office)
    before = _files(office)

    report = _does(office, take_offline, "verzeichnis")

    page = (office.folder / "public/index.html").read_text(encoding="utf-8")
    assert report.status == "done"
    assert _files(office) == ["index.html"]
    assert "Diese Seite ist zurzeit nicht verfügbar." in page
    assert 'lang="ar" dir="rtl"' in page
    notes = published(office)["verzeichnis"].notes
    assert notes == ["Sie ist offline. So kommt sie zurück: allin publish verzeichnis"]
    assert _files(office) == ["index.html"]
    assert (office.folder / "statistik/de/index.html").is_file()
    _does(office, publish, ["verzeichnis"], online=True)
    assert _files(office) == before


def test_an_output_whose_plugin_is_broken_goes_offline_all_the_same(
    office: Any, synced: Any, published: Any
) -> None:
    """The way out asks no plugin and no setting of it."""
    synced(office)
    published(office)
    office.settings(HUB.replace('plugin = "directory"', 'plugin = "missing"'))

    assert _does(office, take_offline, "verzeichnis").status == "done"
    assert _files(office) == ["index.html"]
    with pytest.raises(ConfigError):
        _does(office, take_offline, "nirgends")


def _files(office: Any) -> list[str]:
    folder: Path = office.folder / "public"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_dry_run_says_what_the_publish_then_does(office: Any, synced: Any, published: Any) -> None:
    """File by file; it writes nothing, neither files nor what the hub remembers."""
    synced(office)
    first = _does(office, preview)["verzeichnis"].preview
    assert not (office.folder / "public").exists()
    published(office)
    assert first is not None
    assert first.appear == _files(office)
    _does(office, hide_entry, "chor-kanarina-rot")
    before = {name: rows for name, rows in office.rows().items() if name != "lease"}
    state = {
        path: path.read_bytes()
        for path in office.folder.rglob("*")
        if path.is_file() and path.suffix == ".html"
    }

    report = _does(office, preview, ["verzeichnis"])["verzeichnis"]

    assert report.preview is not None
    assert {name: rows for name, rows in office.rows().items() if name != "lease"} == before
    assert {path: path.read_bytes() for path in state} == state
    gone = set(_files(office))
    done = published(office, "verzeichnis")["verzeichnis"]
    gone -= set(_files(office))
    assert (set(report.preview.go), report.preview.appear) == (gone, [])
    assert (report.written, report.removed, report.unchanged) == (done.written, done.removed, done.unchanged)
    assert any("chor-kanarina-rot" in path for path in report.preview.go)
    assert "de/organisations/index.html" in report.preview.change


def test_a_dry_run_of_a_broken_output_is_said_and_not_noted(office: Any, synced: Any) -> None:
    """The others are looked at all the same."""
    synced(office)
    office.settings(HUB.replace('plugin = "directory"', 'plugin = "missing"'))

    reports = _does(office, preview)

    assert {name: one.status for name, one in reports.items()} == {
        "verzeichnis": "failed",
        "statistik": "preview",
        "rundbrief": "preview",
    }
    assert "output_state" not in {name for name, rows in office.rows("output_state").items() if rows}
