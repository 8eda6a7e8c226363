"""The problems of a source as a file for its partner: in the partner's language, nothing that computes, no person."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from allin_hub.base.problems import Problem
from allin_hub.operations.partner_list import csv_bytes, table_of, xlsx_file

GERMAN = ["Blatt", "Zeile", "Feld", "Meldung", "Was zu tun ist"]


def rows_of_csv(path: Path) -> list[list[str]]:
    """What an office program reads of a CSV."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def rows_of_xlsx(path: Path) -> list[list[Any]]:
    """What an office program reads of a workbook; a formula would be read as `=…`."""
    return [
        ["" if cell is None else cell for cell in row]
        for row in load_workbook(path).active.iter_rows(values_only=True)
    ]


def test_both_files_hold_each_problem_with_its_place_and_remedy(allin: Any, office: Any) -> None:
    """A partner goes through the list row by row, the gravest first."""
    allin("sync")
    table, book = office.folder / "fragen.csv", office.folder / "fragen.xlsx"
    done = allin("problems", "vereine", "--csv", str(table), "--xlsx", str(book))

    assert 0 == done.exit_code, done.output
    header, first, second, *rest = rows_of_csv(table)
    assert GERMAN == header
    assert ["", "6", "Name", "Der Name fehlt."] == first[:4]
    assert ["", "4", "Telefon", "'0561-ABC' ist keine Telefonnummer."] == second[:4]
    assert all(row[4] for row in (first, second))
    assert 30 == len(rest)
    assert [
        header,
        *([row[0], int(row[1]) if row[1] else "", *row[2:]] for row in (first, second, *rest)),
    ] == rows_of_xlsx(book)
    assert "32 Meldungen stehen in" in done.stdout


def test_the_list_is_in_the_language_of_the_source(allin: Any, office: Any) -> None:
    """The office reads German, this partner writes in English."""
    office.settings(old='kind = "organisation"', new='kind = "organisation"\nlanguage = "en"')
    allin("sync")
    table = office.folder / "questions.csv"
    allin("problems", "--csv", str(table))

    header, first, *_ = rows_of_csv(table)
    assert ["Sheet", "Row", "Field", "Message", "What to do"] == header
    assert "The name is missing." == first[3]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 561", "@SUM(A1)", "-2+3", "\t=1", "http://a.example", '=HYPERLINK("x")']
)
def test_no_cell_computes(text: str, tmp_path: Path) -> None:
    """What a partner wrote stands there as text."""
    problem = Problem("COLUMN_UNKNOWN", sheet=text, row=2, column=text)
    rows = table_of([problem], "de")
    book = tmp_path / "a.xlsx"
    book.write_bytes(xlsx_file(rows, "de"))

    (cell, *_) = next(load_workbook(book).active.iter_rows(min_row=2))
    assert ("s", text, None) == (cell.data_type, cell.value, cell.hyperlink)
    written = csv_bytes(rows, "de").decode("utf-8-sig").splitlines()[1]
    assert not written.lstrip('"').startswith(("=", "@", "-", "\t"))


def test_no_person_stands_in_it(allin: Any, office: Any) -> None:
    """Neither her mail that cannot be read nor the heading that names her."""
    with (office.folder / "data" / "vereine.csv").open("w", encoding="utf-8") as file:
        file.write("Nr.;Name;Ansprechpartner;E-Mail Ansprechpartner;Ruf Defne Yalınkaya an\n")
        file.write("1;Chor;Defne Yalınkaya;defne.yalinkaya@@web;x\n")
    allin("sync")
    table = office.folder / "fragen.csv"
    done = allin("problems", "vereine", "--csv", str(table))

    assert 0 == done.exit_code, done.output
    assert len(rows_of_csv(table)) > 1
    assert not any(
        word in table.read_text(encoding="utf-8").casefold() for word in ("defne", "yalınkaya", "yalinkaya")
    )


def test_a_file_that_is_there_is_never_overwritten(allin: Any, office: Any) -> None:
    """It might be the partner's own list."""
    allin("sync")
    sheet = office.folder / "data" / "vereine.csv"
    before = sheet.read_bytes()
    done = allin("problems", "vereine", "--csv", str(sheet))

    assert (2, before) == (done.exit_code, sheet.read_bytes())
    assert "gibt es schon" in done.output


def test_a_file_is_for_one_partner_and_named_by_what_it_is(allin: Any, office: Any) -> None:
    """Nobody sends one partner's problems to another, or a table that no program opens."""
    office.settings(
        old="[outputs",
        new='[sources.fort]\nplugin = "spreadsheet"\npath = "data/fort.csv"\nkind = "event"\n[outputs',
    )
    allin("sync")
    several = allin("problems", "--csv", str(office.folder / "a.csv"))
    misnamed = allin("problems", "vereine", "--xlsx", str(office.folder / "a.csv"))

    assert [2, 2] == [several.exit_code, misnamed.exit_code]
    assert ("für einen Partner" in several.output, "endet nicht auf .xlsx" in misnamed.output) == (True, True)
    assert not (office.folder / "a.csv").exists()
