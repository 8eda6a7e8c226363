"""Tables that leave the hub open as text in any spreadsheet, and come back as they were."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allin_hub.publish.csv_writer import csv_file, protected, unprotected

ACTIVE = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\u200b=1",
    "\ufeff=1",
    "\u00a0=1",
    "＝1+1",
    "＋1+1",
    "－1",
    "＠x",
    "=cmd|' /C calc'!A0",
    "+1-1",
    "-2+3+cmd|' /C calc'!A0",
    '=HYPERLINK("http://fremd.example")',
    "%0A=1",
    "|calc",
    "\n=1",
    "'=1",
)


@pytest.mark.parametrize("cell", ACTIVE)
def test_a_cell_that_could_be_a_formula_begins_with_an_apostrophe(cell: str) -> None:
    """Whatever invisible characters or full-width signs stand before it."""
    assert protected(cell) == f"'{cell}"
    assert unprotected(protected(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["-5", "+49 561 90000", "+4956190000", "3,5", "-1.25", "Verein", "", "a=b", "2026-10-05"]
)
def test_plain_numbers_and_telephone_numbers_stay_as_they_are(cell: str) -> None:
    """A lost plus makes a telephone number useless."""
    assert protected(cell) == cell


@given(st.text())
def test_what_was_protected_comes_back(cell: str) -> None:
    """Nothing is lost on the way out and in."""
    assert unprotected(protected(cell)) == cell


def test_a_file_says_its_encoding_and_keeps_its_cells() -> None:
    """Office programs need the mark to see UTF-8; commas, quotes and line breaks are quoted."""
    data = csv_file(["Name", "Zahl"], [["Verein „Brücke“, e.V.\nKassel", 3], [None, True]])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    assert data.startswith(b"\xef\xbb\xbf")
    assert rows == [["Name", "Zahl"], ["Verein „Brücke“, e.V.\nKassel", "3"], ["", "True"]]
