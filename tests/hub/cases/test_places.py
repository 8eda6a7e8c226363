"""Addresses and telephone numbers as lists hold them: each part is read right, or told and left out."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from allin_hub.operations.quarantine import quarantine

INPUTS = Path(__file__).parent / "inputs"
HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "spreadsheet"
path = "data/{name}"
kind = "{kind}"
{more}

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""


class Outcome(NamedTuple):
    """What became of a table: its entries by name, and what was told as (code, row, column) with its words."""

    entries: dict[str, dict[str, Any]]
    told: dict[tuple[str, int | None, str | None], Mapping[str, Any]]

    def codes(self) -> set[str]:
        """Name the codes told, without those of every list."""
        return {code for code, _, _ in self.told} - {"KEY_DERIVED", "COLUMN_UNKNOWN"}

    def place(self, name: str) -> dict[str, Any]:
        """Give the one place of an entry, without what is the same everywhere."""
        places = self.entries[name].get("places", [])

        assert len(places) <= 1
        return dict(places[0]) if places else {}

    def numbers(self, name: str) -> list[tuple[str, str | None]]:
        """Give the telephone numbers of an entry with their types."""
        return [(one["number"], one.get("type")) for one in self.entries[name].get("phones", [])]


Reads = Callable[..., Outcome]


@pytest.fixture
def read(office: Any, synced: Any, exported: Any) -> Reads:
    """Read one file through a real hub: a case by its name, or a name and its content."""

    def run(
        name: str, content: str | bytes | None = None, *, kind: str = "organisation", more: str = ""
    ) -> Outcome:
        if content is None:
            content = (INPUTS / name).read_bytes()
        data = content.encode() if isinstance(content, str) else content
        (office.folder / "data" / name).write_bytes(data)
        office.settings(HUB.format(name=name, kind=kind, more=more))
        synced(office)
        hub = office.open()
        try:
            told = {(one.code, one.row, one.column): one.params for one in quarantine(hub).problems}
        finally:
            hub.close()
        title = "title" if kind == "event" else "name"
        return Outcome({one[title]: one for one in exported(office, kind)}, told)

    return run


def xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    """Write a workbook."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def pages(office: Any) -> str:
    """Everything that an output has written."""
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted((office.folder / "public").rglob("*"))
        if path.suffix in {".html", ".json", ".csv", ".js"}
    )


# --- dates that a spreadsheet made of something else ---


def test_a_date_is_no_house_number(read: Reads, office: Any, published: Any) -> None:
    """It is left out of every page, and told with what was probably typed."""
    outcome = read("house-numbers.csv")
    published(office)

    assert {name: outcome.place(name) for name in outcome.entries} == {
        f"Htext {letter}": {"street": street, "postal_code": "34125", "city": "Kassel"}
        for letter, street in zip("ABCDE", [*["Weserstraße"] * 4, "Weserstr."], strict=True)
    }
    assert {
        (row, column, told["became"])
        for (code, row, column), told in outcome.told.items()
        if code == "SPREADSHEET_DATE"
    } == {
        (2, "Hausnummer", "3-5"),
        (3, "Hausnummer", "3-5"),
        (4, "Hausnummer", "5-12"),
        (5, "Hausnummer", "3-5"),
        (6, "Straße", "3-5"),
    }
    written = pages(office)
    assert "Weserstr" in written
    assert not [word for word in ("03. Mai", "Mai 03", "12.05.2026", "46145") if word in written]


def test_a_date_cell_is_no_house_number(read: Reads) -> None:
    """The workbook itself says that it is a date."""
    outcome = read("excel-made-dates.xlsx")

    assert [outcome.place(name).get("house_number") for name in outcome.entries] == [None, "7", "7a"]
    assert [told["became"] for (code, _, _), told in outcome.told.items() if code == "SPREADSHEET_DATE"][
        :1
    ] == ["3-5"]


@pytest.mark.parametrize(
    ("cell", "guess"),
    [
        ("05. Mrz", "3-5"),
        ("7-Sep", "7-9"),
        ("Okt 12", "10-12"),
        ("01.02.26", "1-2"),
        ("2026-12-10 00:00:00", "10-12"),
        ("Feb 34", "2-34"),
        ("12.5", "12 1/2"),
        ("5/3/2026", "3-5"),
    ],
)
def test_every_form_of_a_date_is_told(cell: str, guess: str, read: Reads) -> None:
    """Spreadsheets write them as their language and version like."""
    outcome = read("liste.csv", f"Verein;Straße;Hausnummer;PLZ;Ort\nChor Linde;Aweg;{cell};34117;Kassel\n")

    assert outcome.place("Chor Linde") == {"street": "Aweg", "postal_code": "34117", "city": "Kassel"}
    assert outcome.told["SPREADSHEET_DATE", 2, "Hausnummer"]["became"] == guess


@pytest.mark.parametrize("street", ["Straße des 17. Juni", "Platz des 18. März", "Allee der Kosmonauten"])
def test_a_street_may_be_called_after_a_day(street: str, read: Reads) -> None:
    """The date is its name."""
    outcome = read(
        "liste.csv", f"Verein;Straße;PLZ;Ort\nA;{street} 12;34117;Kassel\nB;{street};34117;Kassel\n"
    )

    assert [outcome.place(name)["street"] for name in "AB"] == [street, street]
    assert outcome.place("A")["house_number"] == "12"
    assert outcome.codes() == set()


def test_dates_in_other_columns_of_a_place_are_told(read: Reads, office: Any, published: Any) -> None:
    """A district, a town, a street, a whole address and a name are never a date."""
    content = xlsx(
        [
            ["Verein", "Straße", "PLZ", "Ort", "Stadtteil"],
            ["Chor Linde", "Aweg 3", "34117", "Kassel", "2026-02-01"],
            ["Chor Ahorn", "03. Mai", "34117", "Kassel", "Mitte"],
            ["Chor Buche", "Aweg 4", "34117", "04. Mai", ""],
            ["03. Mai", "Aweg 5", "34117", "Kassel", ""],
        ]
    )
    outcome = read("liste.xlsx", content)
    published(office)

    assert {(code, row) for code, row, _ in outcome.told if code == "SPREADSHEET_DATE"} == {
        ("SPREADSHEET_DATE", row) for row in (2, 3, 4, 5)
    }
    assert sorted(outcome.entries) == ["Chor Ahorn", "Chor Buche", "Chor Linde"]
    assert not [word for word in ("03. Mai", "04. Mai", "2026-02-01") if word in pages(office)]


# --- other countries ---


ABROAD = """Verein;Straße;PLZ;Ort;Land;Telefon
Wien;Hauptplatz 3;1010;Wien;Österreich;01 58858
Zürich;Bahnhofstrasse 5;8001;Zürich;Schweiz;044 668 18 00
Amsterdam;Damrak 12;1012 AB;Amsterdam;Niederlande;020 624 1111
Warschau;Nowy Świat 5;00-950;Warszawa;Polen;22 620 21 45
Leeds;12 High Street;LS1 4AB;Leeds;UK;0113 496 0000
Paris;12 rue de la Paix;75002;Paris;Frankreich;01 42 68 53 00
Kassel;Weg 3;34117;Kassel;Deutschland;0561 9000050
Ohne;Weg 4;34117;Kassel;;0561 9000051
"""


def test_a_country_of_its_own_column_reads_postal_code_and_number(read: Reads) -> None:
    """Four digits of Vienna are no German code that lost its zero, and 01 is no German area."""
    outcome = read("liste.csv", ABROAD)

    assert {
        name: (outcome.place(name)["postal_code"], outcome.place(name).get("country"), outcome.numbers(name)[0][0])
        for name in outcome.entries
    } == {
        "Wien": ("1010", "AT", "+43158858"),
        "Zürich": ("8001", "CH", "+41446681800"),
        "Amsterdam": ("1012 AB", "NL", "+31206241111"),
        "Warschau": ("00-950", "PL", "+48226202145"),
        "Leeds": ("LS1 4AB", "GB", "+441134960000"),
        "Paris": ("75002", "FR", "+33142685300"),
        "Kassel": ("34117", "DE", "+495619000050"),
        "Ohne": ("34117", None, "+495619000051"),
    }  # fmt: skip
    assert [outcome.place(name)["house_number"] for name in ("Leeds", "Paris")] == ["12", "12"]
    assert outcome.codes() == set()


def test_a_source_may_say_its_country(read: Reads) -> None:
    """One line in hub.toml; a record that says another country is read by that."""
    content = "Verein;Straße;PLZ;Ort;Land;Telefon\nA;Hauptplatz 3;1010;Wien;;01 58858\nB;Weg 3;34117;Kassel;DE;0561 9000050\n"
    outcome = read("liste.csv", content, more='country = "AT"')

    assert outcome.place("A")["postal_code"] == "1010"
    assert outcome.place("A")["country"] == "AT"
    assert [outcome.numbers(name)[0][0] for name in "AB"] == ["+43158858", "+495619000050"]
    assert outcome.place("B")["country"] == "DE"
    assert outcome.codes() == set()


def test_the_prefix_of_a_number_explains_a_postal_code(read: Reads) -> None:
    """It is a guess, so it is told; without one the code is read as a German one that lost its zero."""
    content = (
        "Verein;Straße;PLZ;Ort;Telefon\nA;Hauptplatz 3;1010;Wien;+43 1 58858\nB;Weg 3;1067;Dresden;0351 9000050\n"
        "C;Damrak 1;1012 AB;Amsterdam;\n"
    )
    outcome = read("liste.csv", content)

    assert [outcome.place(name).get("postal_code") for name in "ABC"] == ["1010", "01067", None]
    assert outcome.place("A")["country"] == "AT"
    assert [(code, row) for code, row, _ in sorted(outcome.told, key=str) if code != "KEY_DERIVED"] == [
        ("COUNTRY_FROM_PHONE", 2),
        ("POSTAL_CODE_UNREADABLE", 4),
        ("POSTAL_CODE_ZERO_ADDED", 3),
    ]


def test_a_contact_has_the_country_of_the_association(read: Reads, exported: Any, office: Any) -> None:
    """Else the same number would be two, and what one holds back the other would show."""
    content = (
        "Verein;Straße;PLZ;Ort;Land;Telefon;Ansprechperson;Telefon Ansprechperson;Darf ins Verzeichnis?\n"
        "A;Hauptplatz 3;1010;Wien;Österreich;0664 1234567;Erika Beispiel;0664 1234567;nein\n"
    )
    outcome = read("liste.csv", content)

    assert outcome.numbers("A") == []
    assert ("PHONE_PERSONAL", 2, "Telefon") in outcome.told


def test_the_country_that_people_come_from_is_no_address(read: Reads) -> None:
    """Lists of associations call it 'Land' too."""
    outcome = read(
        "liste.csv", "Verein;Straße;PLZ;Ort;Land;Telefon\nA;Weg 3;34117;Kassel;Eritrea;0561 9000050\n"
    )

    assert outcome.place("A") == {
        "street": "Weg",
        "house_number": "3",
        "postal_code": "34117",
        "city": "Kassel",
    }
    assert outcome.numbers("A") == [("+495619000050", None)]
    assert outcome.codes() == {"COUNTRY_ELSEWHERE"}


@pytest.mark.parametrize(
    ("cell", "code", "city", "country"),
    [
        ("34117 Kassel", "34117", "Kassel", None),
        ("A-1010 Wien", "1010", "Wien", "AT"),
        ("CH-8001 Zürich", "8001", "Zürich", "CH"),
        ("Kassel 34117", "34117", "Kassel", None),
        ("NL-1012 AB Amsterdam", "1012 AB", "Amsterdam", "NL"),
    ],
)
def test_postal_code_and_town_of_one_cell_keep_their_country(
    cell: str, code: str, city: str, country: str | None, read: Reads
) -> None:
    """The letters before a code name its country."""
    place = read("liste.csv", f"Verein;Straße;PLZ/Ort\nA;Weg 3;{cell}\n").place("A")

    assert (place.get("postal_code"), place.get("city"), place.get("country")) == (code, city, country)


# --- parts in the wrong place ---


def test_postal_code_and_town_that_changed_places_are_told(read: Reads) -> None:
    """A number is no town."""
    content = "Verein;Straße;PLZ;Ort\nA;Weg 3;Kassel;34117\nB;Weg 4;;34117\nC;Weg 5;34117;34119 Kassel\n"
    outcome = read("liste.csv", content)

    assert outcome.place("A") == {
        "street": "Weg",
        "house_number": "3",
        "postal_code": "34117",
        "city": "Kassel",
    }
    assert "city" not in outcome.place("B")
    assert outcome.codes() == {"CITY_AND_CODE_SWAPPED", "TOWN_UNREADABLE", "SEVERAL_VALUES"}


@pytest.mark.parametrize(
    ("street", "number", "expected"),
    [
        ("Schillerstr. 18 (Hinterhaus)", "", ("Schillerstr.", "18", "Hinterhaus")),
        ("Schillerstr. 18, Hinterhaus, 2. OG", "", ("Schillerstr.", "18", "Hinterhaus, 2. OG")),
        ("Schillerstr.", "18 (Hinterhaus)", ("Schillerstr.", "18", "Hinterhaus")),
        ("Schillerstr.", "18a, 2. OG", ("Schillerstr.", "18a", "2. OG")),
        ("Schillerstr.", "Nr. 18", ("Schillerstr.", "18", None)),
        ("Schillerstr. 18", "18", ("Schillerstr.", "18", None)),
        ("Schillerstr. 18 1/2", "", ("Schillerstr.", "18 1/2", None)),
    ],
)
def test_additions_stand_beside_street_and_number(
    street: str, number: str, expected: tuple[str, str, str | None], read: Reads
) -> None:
    """They do not belong into the street."""
    outcome = read("liste.csv", f"Verein;Straße;Hausnummer;PLZ;Ort\nA;{street};{number};34117;Kassel\n")
    place = outcome.place("A")

    assert (place.get("street"), place.get("house_number"), place.get("extra")) == expected
    assert outcome.codes() == set()


@pytest.mark.parametrize("cell", ["siehe oben", "s. o.", "dito", "siehe Website", "wie oben", "see above"])
def test_a_reference_is_no_address(cell: str, read: Reads, office: Any, published: Any) -> None:
    """The rows are sorted anew everywhere; nothing stands above."""
    outcome = read("liste.csv", f"Verein;Adresse;Telefon\nA;{cell};0561 9000050\n")
    published(office)

    assert outcome.place("A") == {}
    assert outcome.codes() == {"PLACE_REFERS"}
    assert f">{cell}<" not in pages(office)


# --- telephone and fax ---


def test_the_list_of_an_office(read: Reads, office: Any, published: Any) -> None:
    """A fax that is written short, an addition in brackets, two numbers, a reference instead of a name."""
    outcome = read("office-list.csv")
    published(office)
    first, second = "Eritreischer Kulturverein Kassel e.V.", "Deutsch-Kurdischer Verein"

    assert outcome.numbers(first) == [("+495619000050", None), ("+495619000051", "fax")]
    place = outcome.place(first)
    assert (place["street"], place["house_number"], place["extra"]) == ("Schillerstr.", "18", "Hinterhaus")
    assert outcome.numbers(second) == [("+495619000060", None), ("+491715550002", None)]
    assert outcome.place(second)["house_number"] == "3-5"
    assert "PHONE_NOTE_LEFT_OUT" not in outcome.codes()
    assert ("NAME_UNFIT", 5, "Organisation") in outcome.told
    assert "Familie Muster" not in pages(office)


@pytest.mark.parametrize(
    ("cell", "numbers", "codes"),
    [
        ("0561 90000-50, Fax -51", [("+495619000050", None), ("+495619000051", "fax")], set()),
        ("0561 90000-50 Fax 90000-51", [("+495619000050", None), ("+495619000051", "fax")], set()),
        ("Tel 0561/9000050 Fax 9000051", [("+495619000050", None), ("+495619000051", "fax")], set()),
        ("T: 0561 9000050 F: 0561 9000051", [("+495619000050", None), ("+495619000051", "fax")], set()),
        ("Tel./Fax 0561 9000050", [("+495619000050", None), ("+495619000050", "fax")], set()),
        ("0561 9000050, Fax -51", [("+495619000050", None), ("+495619000051", "fax")], {"PHONE_ENDING_READ"}),
        ("0561 9000050 / 51 (Fax)", [("+495619000050", None), ("+495619000051", "fax")], {"PHONE_ENDING_READ"}),
        ("Fax -51, Tel. 0561 90000-50", [("+495619000050", None)], {"PHONE_ENDING_LEFT_OUT"}),
        ("0561 9000050 Fax dito", [("+495619000050", None)], {"PHONE_ENDING_LEFT_OUT"}),
        ("0561 9000050 bzw. 0171-3920012", [("+495619000050", None), ("+491713920012", None)], set()),
        ("0561 90000?0", [], {"PHONE_UNREADABLE"}),
        ("0171 392", [], {"PHONE_UNREADABLE"}),
    ],
)  # fmt: skip
def test_a_fax_is_another_number(
    cell: str, numbers: list[tuple[str, str | None]], codes: set[str], read: Reads
) -> None:
    """The main number is never called a fax, and what was guessed or left is told."""
    outcome = read("liste.csv", f'Verein;Telefon\nA;"{cell}"\n')

    assert outcome.numbers("A") == numbers
    assert outcome.codes() == codes
