"""A person who said no stands nowhere else either: not in columns of words, links, pictures, or the names of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "spreadsheet"
path = "data/liste.csv"
kind = "organisation"
key = "Nr."
{more}

[sources.personen]
plugin = "spreadsheet"
path = "data/personen.csv"
kind = "organisation"
key = "Nr."
columns = {{ "Darf?" = "contacts.consent.directory_public" }}

[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"

[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "info@forum.example"
imprint = "Forum, Kassel"
"""
LIST = ["Nr.", "Verein", "E-Mail"]
PERSONS = ["Nr.", "Verein", "Ansprechpartner/in", "Mail Ansprechpartner/in", "Darf?"]
DATES = ["Nr.", "Titel", "Beginn"]
NO = [1, "Gelb e.V.", "Taqua Qvestorina", "taqua@privat.example", "nein"]


class Lists:
    """A list of associations, one of contacts, one of dates; what is published of them."""

    def __init__(self, office: Any, synced: Any, published: Any) -> None:
        self.office, self._synced, self._published = office, synced, published
        self.settings()
        self.write("liste", LIST, [1, "Rot e.V.", "info@rot.example"])
        self.write("personen", PERSONS, NO)
        self.write("termine", DATES, [1, "Sommerfest", "14.10.2026"])

    def settings(self, more: str = "") -> None:
        """Write hub.toml."""
        self.office.settings(HUB.format(more=more))

    def write(self, name: str, header: list[str], *rows: list[Any]) -> None:
        """Write a list."""
        self.office.sheet(f"{name}.csv", header, rows)

    def run(self, *names: str, **how: Any) -> None:
        """Sync and publish."""
        reports = self._synced(self.office, *names, **how)
        assert {one.status for one in reports.values()} == {"done"}, reports
        assert {one.status for one in self._published(self.office).values()} == {"done"}

    def shows(self, word: str) -> list[str]:
        """The published files that hold a word, or are called so."""
        word = word.casefold()
        files = (path for name in ("public", "rundbrief") for path in (self.office.folder / name).rglob("*"))
        return sorted(
            str(path.relative_to(self.office.folder))
            for path in files
            if path.is_file() and (word in path.name.casefold() or word.encode() in path.read_bytes().lower())
        )


@pytest.fixture
def lists(office: Any, synced: Any, published: Any) -> Lists:
    """Three lists, one of them with a no."""
    return Lists(office, synced, published)


COLUMNS = {
    "Ort": "bei Frau Taqua Qvestorina",
    "Stadtteil": "Taqua Qvestorina",
    "Themen": "Taqua Qvestorina",
    "Zielgruppe": "Taqua Qvestorina",
    "Mitglied in": "Taqua Qvestorina",
    "Gemeinnützigkeit": "Taqua Qvestorina",
    "Lizenz": "Taqua Qvestorina",
    "Einzugsgebiet": "Taqua Qvestorina",
    "Hausnummer": "4 bei Taqua Qvestorina",
    "Webseite": "https://rot.example/taqua-qvestorina",
    "Logo": "https://rot.example/Taqua_Qvestorina.png",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_words_shows_whoever_said_no(column: str, lists: Lists) -> None:
    """Each reaches pages and files; the association stays."""
    header = [*LIST, "Straße", column] if column == "Hausnummer" else [*LIST, column]
    street = ["Weserstraße"] if column == "Hausnummer" else []
    lists.write("liste", header, [1, "Rot e.V.", "info@rot.example", *street, COLUMNS[column]])
    lists.run()

    assert lists.shows("Rot e.V.")
    assert lists.shows("Qvestorina") == []


def test_a_page_is_not_called_after_whom_its_title_leaves_out(lists: Lists) -> None:
    """Neither when the title was mended later; a page whose title changes for another reason keeps its name."""
    lists.write(
        "termine",
        DATES,
        [1, "Probe mit Frau Zetana Qvestorina", "14.10.2026"],
        [2, "Probe Rot", "15.10.2026"],
    )
    lists.run()
    assert lists.shows("Zetana") == []
    kept = lists.shows("probe-rot")
    assert kept
    lists.write("termine", DATES, [1, "Probe", "14.10.2026"], [2, "Konzert Rot", "15.10.2026"])
    lists.run()

    assert lists.shows("Zetana") == []
    assert set(kept) <= set(lists.shows("probe-rot"))
