"""Where a table's header is."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.mapping.columns import ColumnMap
from allin_hub.sources.headers import Header, find_header, header_at, letter
from allin_schemas import Kind

ORGANISATION = ColumnMap(Kind.ORGANISATION)
RECORD = ["Brücke e. V.", "info@bruecke.example", "0561 90000-01", "34117"]


def found(*rows: list[Any], columns: ColumnMap = ORGANISATION) -> Header | None:
    """Find the header of rows numbered from 1."""
    return find_header(list(enumerate(rows, 1)), columns)


def test_the_header_stands_below_titles_and_blank_rows() -> None:
    """People write a title, a date and a blank row above the table."""
    header = found(
        ["Vereine in Kassel"], [], ["Stand:", "Oktober"], ["Name", "E-Mail", "Telefon", "PLZ"], RECORD
    )

    assert header is not None
    assert (header.row, header.names) == (4, ("Name", "E-Mail", "Telefon", "PLZ"))


def test_two_rows_are_one_header_where_they_say_more() -> None:
    """Merged cells above name a group; only the first of them has the value."""
    header = found(
        ["Verein", None, None, "Ansprechperson"], ["Name", "E-Mail", "Telefon", "Name", "E-Mail"], RECORD
    )

    assert header is not None
    assert (
        header.row,
        header.names,
    ) == (
        2,
        ("Verein Name", "Verein E-Mail", "Verein Telefon", "Ansprechperson Name", "Ansprechperson E-Mail"),
    )
    assert [header.columns.path(n) for n in header.names] == [
        "name",
        "email",
        "phones",
        "contacts.name",
        "contacts.email",
    ]


def test_groups_that_say_nothing_leave_the_names_alone() -> None:
    """'Allgemeine Angaben' above a column is no part of its name."""
    header = found(["Allgemeines", None, "Adresse"], ["Name", "E-Mail", "Straße", "PLZ"], RECORD)

    assert header is not None
    assert [header.columns.path(n) for n in header.names] == [
        "name",
        "email",
        "places.street",
        "places.postal_code",
    ]


def test_repeated_and_blank_headers_get_a_name_of_their_own() -> None:
    """Cells under the same name would overwrite each other."""
    header = found(["Name", "Telefon", None, "Telefon", "Notiz\nintern"], [*RECORD, "x"])

    assert header is not None
    assert header.names == ("Name", "Telefon", "Spalte C", "Telefon (2)", "Notiz intern")


def test_columns_without_a_header_are_part_of_the_table() -> None:
    """A column that most rows fill is a column, named or not."""
    header = found(["Name", "PLZ"], ["A", "34117", "x"], ["B", "34117", "y"], ["C", "34117", "z"], ["D"])

    assert header is not None
    assert header.names == ("Name", "PLZ", "Spalte C")


def test_what_hub_toml_names_counts_double() -> None:
    """With the columns written down, no guess is needed."""
    columns = ColumnMap(Kind.ORGANISATION, {"Bez.": "name", "Fon": "phones"})
    header = found(["Telefon", "Ort"], ["Bez.", "Fon"], ["A", "1"], columns=columns)

    assert header is not None
    assert header.row == 2


@pytest.mark.parametrize(
    "rows",
    [
        [RECORD, RECORD],
        [],
        [[]],
        [["Brücke"], ["Nordlicht"]],
        [["Telefon"], ["0561 90000-01"]],
        [[1, 2, 3]],
        [*[["-"]] * 50, ["Name", "E-Mail"]],
    ],
)
def test_rows_that_name_nothing_are_no_header(rows: list[list[Any]]) -> None:
    """A table without a header, or with it below row 50, is refused rather than guessed."""
    assert found(*rows) is None


def test_a_row_that_hub_toml_names_is_the_header() -> None:
    """`header_row` decides where nothing can be recognised."""
    rows = list(enumerate([["x"], ["Alpha", "Beta"], ["1", "2"]], 1))
    header = header_at(2, rows, ORGANISATION)

    assert header is not None
    assert (header.names, header.find(" beta: ")) == (("Alpha", "Beta"), "Beta")
    assert header_at(7, rows, ORGANISATION) is None


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    """People look for the column by its letter."""
    assert [letter(index) for index in (0, 25, 26, 999)] == ["A", "Z", "AA", "ALL"]
