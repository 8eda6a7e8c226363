"""A person who said no stands nowhere else either: not in columns of words, links, pictures, or the names of pages."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from allin_hub.base.problems import Problem
from allin_hub.entities.hidden import hide_entry
from allin_hub.operations.held_texts import CLASSES
from allin_hub.privacy import office_consents
from allin_hub.privacy.free_text.asked import question
from allin_hub.privacy.text_gate import hinted_in_name, in_name
from allin_schemas import Kind

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


def _hide_person(lists: Lists, words: str) -> None:
    with closing(lists.office.open()) as hub:
        [person] = office_consents.find_by_words(hub, words)
        hide_entry(hub, person.id)


YES = [1, "Gelb e.V.", "Taqua Qvestorina", "taqua@privat.example", "ja"]


def test_a_hidden_person_is_named_in_no_text_either(lists: Lists) -> None:
    """Her consent would show her; the office's word outweighs it, in every entry."""
    lists.write("personen", PERSONS, YES)
    lists.write(
        "liste",
        [*LIST, "Kurzbeschreibung"],
        [1, "Rot e.V.", "info@rot.example", "Es kocht Taqua Qvestorina."],
    )
    lists.run()
    assert len(lists.shows("Qvestorina")) > 2
    _hide_person(lists, "Taqua Qvestorina")
    lists.run()

    assert lists.shows("Qvestorina") == []
    assert lists.shows("Es kocht")


@pytest.mark.parametrize(
    "later",
    [
        [1, "Gelb e.V.", "Taqua Qvestorina", "taqua@neu.example", "ja"],
        [1, "Blau e.V.", "Taqua Neulinga", "taqua@privat.example", "ja"],
    ],
)
def test_a_hidden_person_stays_hidden_in_a_new_record(later: list[Any], lists: Lists) -> None:
    """Her mail has changed, or she comes back elsewhere under another name."""
    last = [9, "Grau e.V.", "", "", ""]
    lists.write("personen", PERSONS, YES, last)
    lists.run()
    _hide_person(lists, "Taqua Qvestorina")
    lists.write("personen", PERSONS, later, last)
    lists.run()

    assert lists.shows("Taqua") == []
    assert lists.shows("Grau e.V.")


def test_a_hidden_association_stays_hidden_under_another_key(lists: Lists) -> None:
    """Its row was taken out and came back under a new number; an association that was there before is shown."""
    others = [[2, "Blau e.V.", "info@blau.example"], [3, "Rotes Kreuz", "info@kreuz.example"]]
    lists.write("liste", LIST, [1, "Rot e.V.", "info@rot.example"], *others)
    lists.run()
    with closing(lists.office.open()) as hub:
        hide_entry(hub, "rot-e-v")
    lists.write("liste", LIST, *others)
    lists.run()
    lists.write("liste", LIST, [7, "Rot e.V.", "info@rot.example"], *others)
    lists.run()

    assert lists.shows("info@rot.example") == []
    assert lists.shows("Blau e.V.")
    assert lists.shows("Rotes Kreuz")


def test_an_association_does_not_show_the_mail_of_whoever_said_no(lists: Lists) -> None:
    """Another source calls it the association's; a mailbox of a task or with its name stays, whoever else is named with it."""
    lists.settings('email = "office"')
    lists.write(
        "liste",
        LIST,
        [1, "Rot e.V.", "lqv@privat.example"],
        [2, "Kulturverein Yilmaz", "yilmaz@web.de"],
        [3, "Chor Alpha", "chor-alpha@web.de"],
        [4, "Blau e.V.", "info@blau.example"],
    )
    lists.write(
        "personen",
        PERSONS,
        [1, "Rot e.V.", "Taqua Qvestorina", "lqv@privat.example", "nein"],
        [2, "Kulturverein Yilmaz", "Zeynep Yilmaz", "yilmaz@web.de", "nein"],
        [3, "Chor Alpha", "Berta Braun", "chor-alpha@web.de", "nein"],
        [4, "Blau e.V.", "Carla Lila", "info@blau.example", "nein"],
    )
    lists.run()

    assert lists.shows("lqv@") == []
    assert lists.shows("yilmaz@") == []
    assert lists.shows("chor-alpha@web.de")
    assert lists.shows("info@blau.example")


def test_a_name_stays_known_when_its_row_is_gone(lists: Lists) -> None:
    """Who said no is masked in texts also after the list forgot her."""
    last = [9, "Grau e.V.", "", "", ""]
    lists.write(
        "liste",
        [*LIST, "Kurzbeschreibung"],
        [1, "Rot e.V.", "info@rot.example", "Es kocht Taqua Qvestorina."],
    )
    lists.write("personen", PERSONS, NO, last)
    lists.run()
    lists.write("personen", PERSONS, last)
    lists.run()

    assert lists.shows("Qvestorina") == []
    assert lists.shows("Es kocht")


def test_an_association_whose_name_holds_a_number_waits_for_the_office(lists: Lists) -> None:
    """A name is never masked: the whole entry is asked about."""
    lists.write(
        "liste", LIST, [1, "Chor Alpha, 0176 5551234", ""], [2, "Chor Beta, frau.zetana@gmx.example", ""],
        [3, "Club 2000 e.V.", ""],
    )  # fmt: skip
    lists.run()

    assert lists.shows("5551234") == []
    assert lists.shows("frau.zetana") == []
    assert lists.shows("Club 2000")


def test_a_calendars_id_shows_nobody(lists: Lists) -> None:
    """Some programs make the UID of an entry of whatever was typed; one that looks like an address stays."""
    lists.office.settings(
        HUB.format(more="") + '\n[sources.kalender]\nplugin = "ical"\npath = "data/kalender.ics"\n'
    )
    entry = "BEGIN:VEVENT\r\nUID:{}\r\nDTSTART:20261014T100000Z\r\nSUMMARY:Fest\r\nEND:VEVENT\r\n"
    (lists.office.folder / "data/kalender.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
        + entry.format("probe-mit-Frau Taqua Qvestorina")
        + entry.format("20261014T100000@forum.example")
        + "END:VCALENDAR\r\n",
        encoding="utf-8",
    )
    lists.run()

    assert lists.shows("Qvestorina") == []
    assert lists.shows("20261014T100000@forum.example")


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("Imam Ali Moschee", ""),
        ("Prof. Dr. Zetana Qvestorina Stiftung", ""),
        ("Familie Qvestorina Hilfsfonds", ""),
        ("Chor Alpha (Leitung: Zetana Qvestorina)", "Zetana Qvestorina"),
        ("Chor Alpha, Ansprechpartnerin Zetana Qvestorina", "Zetana Qvestorina"),
        ("Chor Alpha c/o Zetana Qvestorina", "c/o Zetana Qvestorina"),
        ("Chor Alpha 0176 5550199", "0176 5550199"),
    ],
)
def test_an_association_keeps_the_name_of_whom_it_is_called_after(name: str, left_out: str) -> None:
    """Who is only named beside it is left out."""
    assert [name[one.start : one.end] for one in in_name(name)] == ([left_out] if left_out else [])


@pytest.mark.parametrize(
    ("name", "hinted"),
    [
        ("Nachbarschaftshilfe Anna Qvestorina", ["Anna Qvestorina"]),
        ("Frauentreff Anna", []),
        ("Anna-Qvestorina-Haus", []),
        ("Heinrich-Böll-Stiftung", []),
    ],
)
def test_who_may_stand_in_the_name_of_an_association_is_hinted_at(name: str, hinted: list[str]) -> None:
    """It is shown, and the office is asked once; a first name alone, a house and a foundation are nobody."""
    assert [name[one.start : one.end] for one in hinted_in_name(name)] == hinted


@pytest.mark.parametrize(
    ("name", "mail", "asked"),
    [
        ("Nachbarschaftshilfe Anna Qvestorina", "anna.qvestorina@webpost.example", True),
        ("Nachbarschaftshilfe Anna Qvestorina", "qvestorina-anna@webpost.example", True),
        ("Nachbarschaftshilfe Anna Qvestorina", "info@hilfe.example", False),
        ("Chor Morgenlicht", "chor.morgenlicht@webpost.example", False),
        ("Anna Qvestorina Haus", "anna.haus@webpost.example", False),
    ],
)
def test_an_association_with_the_name_and_mail_of_one_person_waits(name: str, mail: str, asked: bool) -> None:
    """It looks like that person's own, until the office says otherwise."""
    assert (question(Kind.ORGANISATION, {"name": name, "email": mail}) is not None) is asked


def test_a_message_names_all_that_was_found() -> None:
    """The words of all classes are quoted: none looks like a person to what keeps persons out of messages."""
    for at, language in enumerate(("de", "en")):
        every = ", ".join(words[at] for words in CLASSES.values())
        params = {"what_de": every, "what_en": every, "id": "1", "where": "notes"}
        assert every in Problem("PERSON_IN_TEXT", params=params).message(language)
