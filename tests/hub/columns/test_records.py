"""Rows that are records, and rows that are none."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.mapping.columns import ColumnMap
from allin_hub.sources.headers import find_header
from allin_hub.sources.rows import SHIFTED, records
from allin_schemas import Kind

HEADER = ["Name", "E-Mail", "Telefon", "PLZ", "Ort"]
A = ["Brücke e. V.", "info@bruecke.example", "0561 90000-01", "34117", "Kassel"]
B = ["Ufer e. V.", "info@ufer.example", "0561 90000-02", "34119", "Kassel"]


class Table:
    """What became of the rows below a header."""

    def __init__(self, *rows: list[Any], header: list[str] = HEADER) -> None:
        self.skipped: list[str] = []
        self.problems: list[tuple[str, int]] = []
        numbered = list(enumerate([header, *rows], 1))
        found = find_header(numbered, ColumnMap(Kind.ORGANISATION))
        assert found is not None
        read = records(
            iter(numbered[found.row :]), found, self.skipped.append, lambda *said: self.problems.append(said)
        )
        self.records = list(read)
        self.rows = [record.row for record in self.records]


def test_rows_keep_the_number_that_a_person_sees() -> None:
    """Problems name the row; it has to be the one in the spreadsheet."""
    table = Table(A, [], ["", None, "  "], B)

    assert table.rows == [2, 5]
    assert table.skipped == ["blank", "blank"]
    assert table.records[1].cells == {
        "Name": "Ufer e. V.",
        "E-Mail": "info@ufer.example",
        "Telefon": "0561 90000-02",
        "PLZ": "34119",
        "Ort": "Kassel",
    }


@pytest.mark.parametrize(
    "row",
    [
        ["Summe", None, None, 93],
        ["Gesamt:", "", "", "1.234"],
        [None, "Anzahl der Vereine: 93"],
        ["Total", 93],
        ["93 Vereine insgesamt"],
        ["Summe", "28 Vereine"],
    ],
)
def test_totals_are_no_records(row: list[Any]) -> None:
    """A sum below the table is no association."""
    table = Table(A, row)

    assert (table.rows, table.skipped) == ([2], ["total"])


@pytest.mark.parametrize(
    "row",
    [
        ["Gesamtverband der Vereine", "info@gesamt.example", None, "34117"],
        ["Totaltheater e. V."],
        ["Summerschool Kassel", None, "0561 90000-03"],
        ["Stand up e. V."],
        ["1. FC Brücke"],
        [None, "info@ohne-name.example"],
    ],
)
def test_names_that_look_like_totals_or_notes_stay_records(row: list[Any]) -> None:
    """Skipping a record by a word in its name would lose it."""
    table = Table(row, A)

    assert (table.rows, table.skipped) == ([2, 3], [])


@pytest.mark.parametrize(
    "row",
    [
        ["Stand: 01.10.2026"],
        ["* freiwillige Angabe"],
        ["Quelle: eigene Erhebung"],
        ["Erstellt am 1.10.2026", ""],
        ["Stand:", "10/2026"],
    ],
)
def test_notes_are_no_records(row: list[Any]) -> None:
    """Footers say when and by whom a list was made."""
    table = Table(A, row, B)

    assert (table.rows, table.skipped) == ([2, 4], ["note"])


def test_a_lone_sentence_below_the_table_is_a_note() -> None:
    """Parted by a blank row from the table, and alone: no more a record."""
    assert (lambda t: (t.skipped, t.rows))(Table(A, [], ["Wir pflegen diese Liste gemeinsam"])) == (
        ["blank", "note"],
        [2],
    )
    assert (lambda t: (t.skipped, t.rows))(Table(A, ["Frauencafé"], B)) == ([], [2, 3, 4])
    assert (lambda t: (t.skipped, t.rows))(Table(A, ["Frauencafé"])) == ([], [2, 3])


def test_a_repeated_header_is_no_record() -> None:
    """Printed lists repeat the header on each page; some say it in a second language."""
    assert Table(A, HEADER, B).skipped == ["header"]
    assert Table(["Organization", "Email", "Phone", "Postcode", "City"], A).skipped == ["header"]


@pytest.mark.parametrize(
    "row",
    [
        ["Brücke", " Verein für alle", "info@bruecke.example", "0561 90000-01", "34117", "Kassel"],
        ["", "Brücke e. V.", "info@bruecke.example", "0561 90000-01", "34117", "Kassel"],
        ["info@bruecke.example", "0561 90000-01", "34117", "Kassel"],
        [None, "Brücke e. V.", "info@bruecke.example", "0561 90000-01", "34117"],
    ],
)
def test_a_shifted_row_is_reported_and_never_stored_under_wrong_columns(row: list[Any]) -> None:
    """An unquoted delimiter moves every cell: a phone number stored as a postal code is worse than none."""
    table = Table(A, row, B)

    assert table.problems == [("ROW_SHIFTED", 3)]
    assert {SHIFTED} == table.records[1].cells.keys()
    assert ColumnMap(Kind.ORGANISATION).draft(table.records[1].cells) == {}
    assert table.rows == [2, 3, 4]


@pytest.mark.parametrize(
    "row",
    [
        ["Brücke e. V.", "Telefon: siehe Webseite", "info@bruecke.example", "34117", "Kassel"],
        ["Brücke e. V.", None, None, "Kassel", "34117"],
        ["Brücke e. V.", "keine", "keins", "unbekannt", "Kassel"],
        ["Brücke e. V.", "", "", "", "34117 Kassel"],
    ],
)
def test_one_cell_in_a_wrong_column_is_no_shifted_row(row: list[Any]) -> None:
    """One bad cell costs that cell, not the record."""
    table = Table(A, row)

    assert (table.problems, table.rows) == ([], [2, 3])


def test_cells_beyond_the_header_are_kept_and_said() -> None:
    """Two languages without quotation marks make a cell too many; the record lives."""
    header = ["Name", "E-Mail", "PLZ", "Ort", "Sprachen"]
    table = Table(["A", "a@a.example", "34117", "Kassel", "Türkisch", "Arabisch"], header=header)

    assert table.problems == [("ROW_LONGER", 2)]
    assert table.records[0].cells["Spalte F"] == "Arabisch"


def test_many_lone_cells_are_records() -> None:
    """A list of names with empty columns beside it is a list of names."""
    table = Table(*[[f"Verein {number}"] for number in range(300)])

    assert len(table.records) == 300
    assert list(range(2, 302)) == table.rows
