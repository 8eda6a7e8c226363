"""Tables that leave the hub open as text in any spreadsheet, and come back as they were."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allin_hub.publish.csv_writer import csv_file, protected, unprotected
from allin_hub.readers.open import open_table

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

WITH_BREAKS = {"\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "\n'=1"}
BEFORE = ("", "Verein", 'sagt "so"', "'")
SEPARATORS = (";", "\t", "\n", "\r\n", ";;", '; "', ';""', "\n ")
SIGNS = frozenset("=+-@\t\r")


@pytest.mark.parametrize("cell", ACTIVE)
def test_an_apostrophe_stands_before_what_could_be_a_formula(cell: str) -> None:
    """Whatever invisible characters or full-width signs stand before it; after a tab or a line break, too."""
    one_line = not set(cell) & set("\t\r\n")

    assert protected(cell) == (f"'{cell}" if one_line else WITH_BREAKS[cell])
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


def is_active(cell: str) -> bool:
    """Whether a spreadsheet would compute a cell: quotation marks that a sloppy reader leaves do not hinder it."""
    bare = cell.strip('" \u00a0')
    return bool(bare) and unicodedata.normalize("NFKC", bare)[:1] in SIGNS


def as_split(text: str) -> list[str]:
    """Split as a program does that knows nothing of quotation marks."""
    return re.split(r"[;\t\r\n]", text)


def reopened(content: bytes, delimiter: str) -> list[str]:
    """Read a table as a program does that splits it at another sign: a German Excel at the semicolon."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [cell for row in csv.reader(text, delimiter=delimiter) for cell in row]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("cell", ACTIVE)
def test_no_cell_is_active_where_another_program_splits_the_table(cell: str, separator: str) -> None:
    """A German Excel splits at semicolons and breaks rows in the midst of our cells: each part must be text."""
    hostile = [f"{before}{separator}{cell}" for before in BEFORE]
    content = csv_file(["Name", "Text", "Ort"], [*([one, one, one] for one in hostile), ["a", cell, cell]])
    text = content.decode("utf-8-sig")

    for delimiter in ",;\t|":
        assert [] == [one for one in reopened(content, delimiter) if is_active(one)]
    assert [] == [one for one in as_split(text) if is_active(one)]
    sheet = next(iter(open_table(content, "a.csv")))
    assert [] == [one for _, row in sheet.rows for one in row if is_active(str(one))]


@pytest.mark.parametrize(
    "cell",
    [
        "Büro; +49 561 90000; Laden",
        "Montag\nDienstag",
        "Chor; Tanz",
        "a;3,5",
        "Preis\t-5",
    ],
)
def test_harmless_parts_stay_as_they_are(cell: str) -> None:
    """Numbers and texts after a separator are no formulas."""
    assert protected(cell) == cell


@given(
    st.lists(
        st.sampled_from([";", "\t", "\n", "\r", "'", '"', "=", "+49 5", "-", " ", "a", "\u200b"]), max_size=12
    )
)
def test_what_was_protected_within_a_cell_comes_back(parts: list[str]) -> None:
    """However separators, apostrophes and signs follow each other; and no part starts a formula."""
    cell = "".join(parts)
    written = protected(cell)

    assert unprotected(written) == cell
    assert [] == [part for part in as_split(written)[1:] if part.strip('" ')[:1] in ("=", "@")]
