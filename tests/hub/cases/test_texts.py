"""Texts, names, addresses and hours as people and programs leave them: read right, or kept and told, or refused and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from allin_hub.operations.quarantine import quarantine

INPUTS = Path(__file__).parent / "inputs"
HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "{plugin}"
path = "data/{name}"
{more}

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""


class Outcome(NamedTuple):
    """What became of a source: its entries by name, its people, what was told as (code, row), its pages."""

    entries: dict[str, dict[str, Any]]
    people: list[dict[str, Any]]
    told: list[tuple[str, int | None]]
    pages: str

    def told_of(self, code: str) -> list[int | None]:
        """List the rows of which a code was told."""
        return [row for one, row in self.told if one == code]


Reads = Callable[..., Outcome]


@pytest.fixture
def database() -> str:
    """The one database of these tests: none decides what a text means."""
    return "sqlite:///hub.db"


@pytest.fixture
def read(office: Any, synced: Any, exported: Any, published: Any) -> Reads:
    """Read one file through a real hub, and publish it: a case by its name, or a name and its content."""

    def run(
        name: str, content: str | None = None, *, plugin: str = "spreadsheet", more: str | None = None
    ) -> Outcome:
        data = (INPUTS / name).read_bytes() if content is None else content.encode()
        (office.folder / "data" / name).write_bytes(data)
        kind = "event" if plugin == "ical" else "organisation"
        office.settings(
            HUB.format(
                plugin=plugin, name=name, more=more or ("" if plugin == "ical" else f'kind = "{kind}"')
            )
        )
        assert synced(office)["liste"].status == "done"
        hub = office.open()
        try:
            told = [(one.code, one.row) for one in quarantine(hub).problems]
        finally:
            hub.close()
        assert published(office)["verzeichnis"].status == "done"
        pages = "\n".join(
            path.read_text("utf-8") for path in sorted((office.folder / "public").rglob("*.html"))
        )
        entries = {one["title" if kind == "event" else "name"]: one for one in exported(office, kind)}
        return Outcome(entries, exported(office, "person"), told, pages)

    return run


def described(entry: dict[str, Any]) -> str:
    """Give the German description."""
    return str(entry["description"]["de"]["text"])


def slots(entry: dict[str, Any]) -> str:
    """Give the slots of an organisation's hours as the tables of tests write them."""
    days = dict(
        zip(
            ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
            ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
            strict=True,
        )
    )
    found = hours(entry).get("slots", [])
    return "; ".join(f"{days[slot['weekday']]} {slot['opens']}-{slot['closes']}" for slot in found)


def hours(entry: dict[str, Any]) -> dict[str, Any]:
    """Give an organisation's hours."""
    return next((dict(place["hours"]) for place in entry.get("places", []) if place.get("hours")), {})


# --- HTML ---


def test_html_and_entities_of_a_table(read: Reads) -> None:
    """'&amp;amp;' and tags stood on the page, and the link led nowhere."""
    outcome = read("html-entities.csv")
    entry = outcome.entries["Tee & Kaffee Kreis"]

    assert described(entry) == 'Wir & ihr: **Tee** "für alle" im Hof hinter dem Haus am Platz.'
    assert entry["website"] == "https://tee-kreis.example/?a=1&b=2"
    assert "<strong>Tee</strong>" in outcome.pages
    assert not any(one in outcome.pages for one in ("&amp;amp;", "&amp;quot;", "&lt;b"))


def test_one_reader_for_all_sources(read: Reads) -> None:
    """A form's JSON and a calendar hold the same HTML as a table."""
    written = "<p>Wir kochen &amp;amp; essen.</p><ul><li>Suppe</li><li>Brot</li></ul><script>alert(1)</script><p>3 &lt; 5</p>"
    read_as = "Wir kochen & essen.\n- Suppe\n- Brot\n\n3 < 5"
    form = read(
        "a.json",
        json.dumps([{"Name": "K&uuml;che", "Beschreibung": written}]),
        plugin="form",
        more='kind = "organisation"',
    )
    calendar = read(
        "b.ics",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:20261205T180000\r\n"
        f"SUMMARY:K&uuml\\;che\r\nDESCRIPTION:{written.replace(';', chr(92) + ';')}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        plugin="ical",
    )

    assert described(form.entries["Küche"]) == read_as
    assert described(calendar.entries["Küche"]) == read_as
    assert "<li>Suppe</li>" in form.pages
    assert "alert(1)" not in form.pages + calendar.pages


def test_markup_hides_no_person(read: Reads) -> None:
    """A name in a link or in pieces of stressed words is a person's as any other, also where a script hides it."""
    outcome = read(
        "a.json",
        json.dumps(
            [
                {
                    "Name": "Eins",
                    "Beschreibung": 'Leitung: <a href="https://eins.example/team">Zarifa <b>Qvestorina</b></a>. Wir singen.',
                },
                {
                    "Name": "Zwei",
                    "Beschreibung": "Ansprechpartnerin:<br><ul><li>Zarifa&nbsp;Qvestorina</li></ul>Wir malen.",
                },
            ]
        ),
        plugin="form",
        more='kind = "organisation"',
    )

    assert "Qvestorina" not in outcome.pages
    assert "Wir singen." in outcome.pages
    assert "Wir malen." in outcome.pages


# --- names ---


def test_names_that_read_like_empty_are_names_beside_other_data(read: Reads) -> None:
    """Three of five associations waited: 'name missing'."""
    outcome = read("names-that-read-like-empty.csv")

    assert set(outcome.entries) == {"NA", "Null", "None", "True", "NaN e.V."}
    assert outcome.entries["None"]["languages"] == [{"code": "no"}]
    assert outcome.told_of("NAME_READS_EMPTY") == [2, 3, 4, 5]
    assert outcome.told_of("LANGUAGE_OR_ANSWER") == [4]
    assert outcome.told_of("NAME_MISSING") == []


def test_a_row_that_says_nothing_but_such_a_word_waits(read: Reads) -> None:
    """Programs fill empty rows with NA; and nobody can see a name of blanks."""
    rows = [
        "NA;",
        "0;Kassel",
        "keine;Kassel",
        "N.N.;Kassel",
        "\u2800;Kassel",
        "\u200b;Kassel",
        "\u00a0;Kassel",
        "siehe oben;Kassel",
        "Gut e.V.;Kassel",
    ]
    outcome = read("namen.csv", "Verein;Ort\n" + "\n".join(rows) + "\n")

    assert set(outcome.entries) == {"0", "Gut e.V."}
    assert outcome.told_of("NAME_MISSING") == [2, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("nobody", ["N.N.", "n. n.", "NN", "vakant", "None", "NA", "-"])
def test_nobody_as_contact_person_is_nobody(nobody: str, read: Reads) -> None:
    """'N.N.' became a person, beside whom the association's number was taken for a person's too."""
    outcome = read("liste.csv", f"Verein;Ansprechperson;Telefon\nGut e.V.;{nobody};0171 5550002\n")

    assert outcome.people == []
    assert [one["number"] for one in outcome.entries["Gut e.V."]["phones"]] == ["+491715550002"]
    assert [code for code, _ in outcome.told if code.startswith(("PERSON", "PHONE", "CONTACT"))] == []


def test_nobody_in_an_office_list(read: Reads) -> None:
    """'N.N.' chairs the second association; its two numbers are its own."""
    outcome = read("office-list.csv")

    assert [one["name"] for one in outcome.people] == ["Herr Selam Beispiel", "Frau Ama Muster"]
    assert [one["number"] for one in outcome.entries["Deutsch-Kurdischer Verein"]["phones"]] == [
        "+495619000060",
        "+491715550002",
    ]
    assert "siehe oben" not in outcome.entries
    assert 5 in outcome.told_of("NAME_UNFIT")


# --- addresses of mail and web ---


def test_nothing_is_mended_into_another_address(read: Reads) -> None:
    """A header in a mail address became somebody else's address, and a dot before it was dropped."""
    outcome = read("mended-into-something-else.csv")

    assert all(not one.keys() & {"email", "email_personal", "website"} for one in outcome.entries.values())
    assert outcome.told_of("EMAIL_UNREADABLE") == [2, 3]
    assert outcome.told_of("URL_UNREADABLE") == [2]


def test_what_leaves_the_same_address_is_mended_and_told(read: Reads) -> None:
    """Blanks and '(at)' are people's way of writing, and their address stays the same."""
    outcome = read(
        "adressen.csv",
        "Verein;E-Mail;Webseite\nEins;info (at) eins.example;https:// eins.example\n"
        'Zwei;info@zwei.example.;"www.zwei.example/?a=1&amp;b=2"\n',
    )

    assert {name: (one["email"], one["website"]) for name, one in outcome.entries.items()} == {
        "Eins": ("info@eins.example", "https://eins.example"),
        "Zwei": ("info@zwei.example", "https://www.zwei.example/?a=1&b=2"),
    }
    assert outcome.told_of("EMAIL_MENDED") == [2, 3]
    assert outcome.told_of("URL_MENDED") == [2]


# --- long texts ---


def test_a_cell_of_thirty_thousand_characters_keeps_what_fits(read: Reads) -> None:
    """The whole description was left out."""
    outcome = read(
        "lang.csv",
        f"Verein;Beschreibung;Öffnungszeiten\nGut e.V.;{'Wort ' * 5_999}Ende.;{'Mo 9-12 ' * 3_000}\n",
    )

    assert 19_900 < len(described(outcome.entries["Gut e.V."])) <= 20_000
    assert outcome.told_of("TEXT_SHORTENED") == [2]
    assert outcome.told_of("TEXT_TOO_LONG") == [2]


# --- opening hours ---


def test_hours_never_stand_against_their_own_note(read: Reads) -> None:
    """Wednesday was open beside '(nicht Mi)', and what is by phone lost its day."""
    outcome = read("opening-hours.csv")
    found = {
        name.removeprefix("Zeit "): (slots(one), hours(one).get("note"))
        for name, one in outcome.entries.items()
    }
    week = "Mo {0}; Di {0}; Mi {0}; Do {0}; Fr {0}"

    assert found == {
        "A": ("Mo 09:00-12:00; Di 09:00-12:00; Do 09:00-12:00; Fr 14:00-17:30", "Mi geschlossen"),
        "B": (
            "; ".join(f"{day} 09:00-12:00; {day} 14:00-17:00" for day in ("Mo", "Di", "Mi", "Do", "Fr")),
            "oder nach Vereinbarung",
        ),
        "C": ("", "1. Mittwoch im Monat 15-17 Uhr"),
        "D": ("Fr 22:00-02:00", None),
        "E": ("", "jeden Do ab 18 Uhr"),
        "F": (week.format("09:00-12:00"), "außer in den Ferien"),
        "H": ("Di 10:00-12:00; Do 10:00-12:00", None),
        "I": (week.format("08:00-20:00") + "; Sa 08:00-20:00; So 08:00-20:00", None),
        "J": ("Mo 09:00-12:00; Di 09:00-12:00; Mi 09:00-12:00; Mi 14:00-16:00; Do 09:00-12:00", None),
        "K": ("Mo 09:00-12:00; Di 14:00-16:00", "Montags 9 bis 12 Uhr (telefonisch)"),
        "L": ("Mo 09:00-12:00; Di 09:00-12:00; Do 09:00-12:00; Fr 09:00-12:00", "(nicht Mi)"),
        "M": ("", "24h"),
        "N": ("", "Sommer: Mo-Fr 8-12, Winter: Mo-Fr 9-12"),
        "O": ("Mo 09:00-12:00", "jeden 2. Di 14-16 Uhr"),
        "P": (
            "Mo 08:00-16:00; Di 08:00-16:00; Mi 08:00-12:00; Do 08:00-16:00; Fr 08:00-16:00",
            "Mi nur bis 12 Uhr",
        ),
    }
    assert 8 in {row for _, row in outcome.told}


@pytest.mark.parametrize(
    "written",
    [
        "Mo-Fr 9-12; entfällt bis auf Weiteres",
        "vorübergehend geschlossen: Mo-Fr 9-12",
        "Zurzeit keine Sprechzeiten (sonst Mo 9-12)",
        "Mo-Fr 9-12<br>geschlossen bis 31.1.",
        "Bis auf Weiteres kein Betrieb! Mo-Fr 9-12 Uhr",
        "Mo-Fr 9-12 Uhr - fällt aus",
    ],
)
def test_a_closed_office_shows_no_hours(written: str, read: Reads) -> None:
    """Its page says so in its own words."""
    outcome = read("zu.csv", f'Verein;Öffnungszeiten\nGut e.V.;"{written}"\n')

    assert slots(outcome.entries["Gut e.V."]) == ""
    assert hours(outcome.entries["Gut e.V."])["note"]
    assert outcome.told_of("HOURS_KEPT_AS_NOTE") == [2]


def test_hours_that_a_spreadsheet_made_into_dates_are_told(read: Reads) -> None:
    """The page said '2026-12-09' where the office had typed 9-12."""
    outcome = read("excel-made-dates.xlsx")

    assert [hours(one) for name, one in sorted(outcome.entries.items()) if name != "Hausnummer Zahl"] == [
        {},
        {},
    ]
    assert slots(outcome.entries["Hausnummer Zahl"]) == "Mo 09:00-12:00"
    assert outcome.told_of("HOURS_MADE_A_DATE") == [2, 4]
    assert "2026-12-09" not in outcome.pages
