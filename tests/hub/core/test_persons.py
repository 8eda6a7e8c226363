"""Persons across rows, sources and time: a no holds wherever the person is named, and nobody slips through as a role."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from allin_hub.privacy import consent_ledger, office_consents
from allin_hub.store.consents import ConsentState
from allin_schemas import Purpose

HUB = """
[hub]
title = "Test"
languages = ["de"]

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"
"""
SHEET = """
[sources.{name}]
plugin = "spreadsheet"
path = "data/{name}.csv"
kind = "organisation"
key = "Nr."
trust = {trust}
columns = {{ "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }}
"""
HEADER = [
    "Nr.",
    "Name",
    "E-Mail",
    "Telefon",
    "Ansprechperson",
    "E-Mail Ansprechperson",
    "Telefon Ansprechperson",
    "Darf ins Verzeichnis?",
]


def _settings(office: Any, *names: str, trust: int = 10) -> None:
    office.settings(
        HUB + "".join(SHEET.format(name=name, trust=trust if name == names[0] else 10) for name in names)
    )


def _shown(office: Any, word: str) -> bool:
    folder: Path = office.folder / "public"
    return any(word.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_later_no_of_the_same_person_takes_her_out_without_a_mail_of_her_own(
    office: Any, synced: Any, published: Any
) -> None:
    """Two rows, one organisation, one name: she is one person, and one no outweighs every yes."""
    _settings(office, "a")
    office.sheet("a.csv", HEADER, [
        [1, "Rot", "info@rot.example", "", "Kanarina Rot", "", "", "ja"],
        [2, "Rot", "info@rot.example", "", "Kanarina Rot", "", "", "nein"],
    ])  # fmt: skip

    synced(office)
    published(office)

    assert not _shown(office, "Kanarina")


def test_a_no_in_one_source_outweighs_the_yes_in_another(office: Any, synced: Any, published: Any) -> None:
    """The organisation is one by its role address, so its contact of that name is one too."""
    _settings(office, "a", "b")
    office.sheet("a.csv", HEADER, [[1, "Rot e. V.", "info@rot.example", "", "Kanarina Rot", "", "", "ja"]])
    office.sheet("b.csv", HEADER, [[9, "Rot", "info@rot.example", "", "Kanarina Rot", "", "", "nein"]])

    synced(office)
    published(office)

    assert not _shown(office, "Kanarina")


def test_a_no_counts_in_a_row_that_waits(office: Any, synced: Any, published: Any) -> None:
    """The row lost its name, the person said no in it: she is out at once."""
    _settings(office, "a", "b")
    contact = ["Kanarina Rot", "kanarina@rot.example", ""]
    office.sheet("a.csv", HEADER, [[1, "Rot", "info@rot.example", "", *contact, "ja"]])
    office.sheet("b.csv", HEADER, [[9, "Rot", "info@rot.example", "", *contact, "ja"]])
    synced(office)
    published(office)
    assert _shown(office, "Kanarina")
    office.sheet("b.csv", HEADER, [[9, "", "info@rot.example", "", *contact, "nein"]])

    synced(office)
    published(office)

    assert not _shown(office, "Kanarina")


def test_a_no_in_a_row_that_left_holds_when_she_is_known_from_a_new_source(
    office: Any, synced: Any, published: Any
) -> None:
    """She is the same person: another partner's yes, however new, does not undo what she said."""
    _settings(office, "a", "b", "c")
    contact = ["Kanarina Rot", "kanarina@privat.example", ""]
    other = [8, "Gelb", "info@gelb.example", "", "", "", "", ""]
    office.sheet("a.csv", HEADER, [[1, "Rot", "info@rot.example", "", *contact, "nein"], other])
    office.sheet("b.csv", HEADER, [[2, "Blau", "info@blau.example", "", *contact, "ja"]])
    office.sheet("c.csv", HEADER, [other])
    synced(office)
    office.sheet("a.csv", HEADER, [other])
    synced(office)
    office.sheet("c.csv", HEADER, [other, [3, "Weiß", "info@weiss.example", "", *contact, "ja"]])

    synced(office)
    published(office)

    assert not _shown(office, "Kanarina")


def test_a_contact_that_a_sheet_drops_leaves_that_entry(office: Any, synced: Any, published: Any) -> None:
    """She is still the other organisation's contact; only the page that no longer names her changes."""
    _settings(office, "a", "b")
    contact = ["Kanarina Rot", "kanarina@privat.example", "", "ja"]
    office.sheet("a.csv", HEADER, [[1, "Rot", "info@rot.example", "", *contact]])
    office.sheet("b.csv", HEADER, [[2, "Blau", "info@blau.example", "", *contact]])
    synced(office)
    published(office)
    office.sheet("b.csv", HEADER, [[2, "Blau", "info@blau.example", "", "", "", "", ""]])

    synced(office)
    published(office)

    pages = {
        path.name: b"Kanarina" in path.read_bytes()
        for path in (office.folder / "public/de/organisations").glob("*.html")
    }
    assert any(shown for name, shown in pages.items() if name.startswith("rot-"))
    assert not any(shown for name, shown in pages.items() if name.startswith("blau-"))


def test_an_event_is_no_organisation_of_its_contact(office: Any, synced: Any, exported: Any) -> None:
    """She is asked about one evening; what she belongs to, nobody has said."""
    office.settings(
        HUB
        + '[sources.termine]\nplugin = "spreadsheet"\npath = "data/termine.csv"\nkind = "event"\nkey = "Nr."\n'
    )
    header = ["Nr.", "Titel", "Beginn", "Ansprechperson", "E-Mail Ansprechperson"]
    row = [1, "Sommerfest", "12.11.2026 15:00", "Kanarina Rot", "kanarina@rot.example"]
    office.sheet("termine.csv", header, [row])

    synced(office)

    (person,) = exported(office, "person")
    assert person["name"] == "Kanarina Rot"
    assert "org_id" not in person


def test_a_role_never_covers_a_person(office: Any, synced: Any, published: Any) -> None:
    """One source says 'Vorstand', another adds a private mail: together they are a person without consent."""
    _settings(office, "a", "b", trust=20)
    office.sheet("a.csv", HEADER, [[1, "Rot", "info@rot.example", "", "Vorstand", "", "0561 770001", ""]])
    office.sheet(
        "b.csv",
        HEADER,
        [[2, "Rot", "info@rot.example", "", "Vorstand", "anna.kanari@privat.example", "0561 770001", ""]],
    )

    synced(office)
    published(office)

    assert not _shown(office, "anna.kanari")


@pytest.mark.parametrize(
    ("phone", "answer", "shown"),
    [
        ("0170 5550777 (privat)", "nein", False),
        ("0561 770009", "nein", False),
        ("0561 770009", "ja", True),
    ],
)
def test_a_persons_number_is_not_published_as_the_organisations(
    phone: str, answer: str, shown: bool, office: Any, synced: Any, published: Any
) -> None:
    """A number called private, or one that a contact has who did not agree, stays inside."""
    _settings(office, "a")
    office.sheet(
        "a.csv", HEADER, [[1, "Rot", "info@rot.example", phone, "Kanarina Rot", "", "0561 770009", answer]]
    )

    synced(office)
    published(office)

    number = "5550777" if "5550777" in phone else "770009"
    assert _shown(office, number) is shown


def test_a_withdrawal_from_outside_outlives_the_old_yes(office: Any, synced: Any, published: Any) -> None:
    """Somebody called the office; the sheet still says ja, and a changed phone must not bring her back."""
    _settings(office, "a")
    row = [1, "Rot", "info@rot.example", "", "Kanarina Rot", "kanarina@rot.example", "0561 770001", "ja"]
    office.sheet("a.csv", HEADER, [row])
    synced(office)
    hub = office.open()
    [person] = office_consents.find_by_words(hub, "Kanarina Rot")
    office_consents.withdraw(hub, person.id, list(Purpose))
    hub.close()
    row[6] = "0561 770002"
    office.sheet("a.csv", HEADER, [row])

    synced(office)
    published(office)

    assert not _shown(office, "Kanarina")


def test_a_new_yes_after_a_withdrawal_begins_anew() -> None:
    """Said later than the withdrawal, it is a consent of its own."""
    withdrawn = dt.datetime(2026, 10, 6, tzinfo=dt.UTC)
    ended = ConsentState("withdrawn", "office", withdrawn, None, None)

    later, earlier = (
        consent_ledger.event_for(
            "directory_public",
            "yes",
            ended,
            None,
            "form",
            withdrawn + dt.timedelta(days=days),
            b"",
            withdrawn,
        )
        for days in (1, -1)
    )

    assert (later, earlier) == ("confirmed", None)


def test_fifty_and_more_rows_with_one_contact_are_one_person(
    office: Any, synced: Any, published: Any, exported: Any
) -> None:
    """However many entries name her, one no is enough."""
    _settings(office, "a")
    rows = [
        [
            n,
            f"Verein {n}",
            f"info@verein{n}.example",
            "",
            "Kanarina Rot",
            "kanarina@rot.example",
            "",
            "nein" if n == 7 else "ja",
        ]
        for n in range(1, 61)
    ]
    office.sheet("a.csv", HEADER, rows)

    synced(office)
    published(office)

    assert len(exported(office, "person")) == 1
    assert not _shown(office, "Kanarina")


def test_a_first_name_in_its_own_column_belongs_to_the_name(office: Any, synced: Any, exported: Any) -> None:
    """Vorname and Name are one name."""
    office.settings(
        '[sources.p]\nplugin = "spreadsheet"\npath = "data/p.csv"\nkind = "person"\nkey = "Nr."\n'
    )
    office.sheet("p.csv", ["Nr.", "Vorname", "Name"], [[1, "Kanarina", "Rot"]])

    synced(office)

    assert exported(office, "person")[0]["name"] == "Kanarina Rot"


def test_one_organisation_that_a_sheet_names_twice_is_one_entry(
    office: Any, synced: Any, exported: Any
) -> None:
    """The same name at the same address; somebody filled the form in again."""
    office.settings('[sources.o]\nplugin = "spreadsheet"\npath = "data/o.csv"\nkind = "organisation"\n')
    rows = [["Freie Gruppe", "Weserstraße 8", "34125", "Kassel", text] for text in ("Alt", "Neu")]
    office.sheet("o.csv", ["Name", "Straße", "PLZ", "Ort", "Kurzbeschreibung"], rows)

    synced(office)

    assert len(exported(office)) == 1


def test_two_differently_named_records_with_one_register_number_stay_two(
    office: Any, synced: Any, exported: Any
) -> None:
    """A partner mistyped a number; the names say that they are two."""
    office.settings(
        '[sources.o]\nplugin = "spreadsheet"\npath = "data/o.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    office.sheet(
        "o.csv",
        ["Nr.", "Name", "Vereinsregister-Nr."],
        [[1, "Tanzgruppe Süd", "VR 9123"], [2, "Schachclub Nord", "VR 9123"]],
    )

    synced(office)

    assert len(exported(office)) == 2


def test_a_strange_organiser_stops_nothing(office: Any, synced: Any, exported: Any) -> None:
    """Brackets in a name are no address."""
    office.settings('[sources.e]\nplugin = "spreadsheet"\npath = "data/e.csv"\nkind = "event"\nkey = "Nr."\n')
    office.sheet(
        "e.csv",
        ["Nr.", "Titel", "Datum", "Veranstalter"],
        [[1, "Fest", "01.08.2027", "Kulturverein [Kassel] e.V."]],
    )

    report = synced(office)["e"]

    assert (report.status, len(exported(office, "event"))) == ("done", 1)
