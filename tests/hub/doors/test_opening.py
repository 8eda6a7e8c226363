"""The door for tables gives rows as a person sees them."""

from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corpus.archives import cells, ods, ods_row, xlsx, xlsx_parts, zipped

from allin_hub.base.errors import Refused
from allin_hub.readers import csv_reader
from allin_hub.readers.open import open_table
from allin_hub.readers.sheets import Limits

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12)


def rows_of(content: bytes) -> list[tuple[int, list[object]]]:
    """Read the first sheet."""
    return list(next(iter(open_table(content, "a"))).rows)


def test_rows_are_numbered_as_a_spreadsheet_program_shows_them() -> None:
    """Blank rows above and between count; cells stand in their column, though readers cut both away."""
    content = xlsx(cells(3, "Name", "Ort", start="C") + cells(5, "Verein", "Kassel", start="C"))

    assert rows_of(content) == [
        (1, []),
        (2, []),
        (3, [None, None, "Name", "Ort"]),
        (4, []),
        (5, [None, None, "Verein", "Kassel"]),
    ]


def test_open_documents_are_numbered_the_same_way() -> None:
    """The same table is the same in every format."""
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'

    assert rows_of(ods(blank, ods_row("", "", "Name"))) == [(1, []), (2, []), (3, [None, None, "Name"])]


def test_a_cell_with_a_line_break_is_one_row_of_csv() -> None:
    """A spreadsheet program shows it as one."""
    assert rows_of(b'Name;Ort\n"a\nb";c\n\nd;e\n') == [
        (1, ["Name", "Ort"]),
        (2, ["a\nb", "c"]),
        (3, []),
        (4, ["d", "e"]),
    ]


def test_a_declaring_first_line_is_not_counted() -> None:
    """Spreadsheet programs obey it and do not show it."""
    assert rows_of(b"sep=,\nName,Ort\na;b,c\n") == [(1, ["Name", "Ort"]), (2, ["a;b", "c"])]


def test_numbers_are_whole_where_they_are_whole() -> None:
    """A postal code must not become 34117.0."""
    content = xlsx(
        '<row r="1"><c r="A1"><v>34117</v></c><c r="B1"><v>0.5</v></c><c r="C1"><v>1E+300</v></c>'
        '<c r="D1" t="b"><v>1</v></c><c r="E1" t="str"><v>01234</v></c></row>'
    )

    assert rows_of(content) == [(1, [34117, 0.5, 1e300, True, "01234"])]


def test_sheets_can_be_collected_before_their_rows_are_read() -> None:
    """Rows that nobody took yet are kept, not lost."""
    parts = xlsx_parts(cells(1, "a"))
    second = str(parts["xl/worksheets/sheet1.xml"]).replace(">a<", ">b<")
    workbook = str(parts["xl/workbook.xml"]).replace(
        "</sheets>", '<sheet name="Zwei" sheetId="2" r:id="rId2"/></sheets>'
    )
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    more = relations[relations.index("<Relationship ") :].replace("rId1", "rId2").replace("sheet1", "sheet2")
    content = zipped(
        parts
        | {
            "xl/worksheets/sheet2.xml": second,
            "xl/workbook.xml": workbook,
            "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", more),
        }
    )
    sheets = list(open_table(content, "a.xlsx"))

    assert [(sheet.name, list(sheet.rows)) for sheet in sheets] == [
        ("Vereine", [(1, ["a"])]),
        ("Zwei", [(1, ["b"])]),
    ]


def test_an_unread_file_is_closed(tmp_path) -> None:
    """Looking at the first row of many files must not use up the open files of the machine."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"Name;Ort\n" * 100_000)
    for _ in range(3):
        assert next(next(iter(open_table(path, path.name))).rows) == (1, ["Name", "Ort"])


def test_limits_can_be_lowered() -> None:
    """Each door has its measure."""
    content = b"Name;Ort\na;b\n"
    for limits in (Limits(rows=1), Limits(columns=1), Limits(text=5), Limits(text_cells=3)):
        with pytest.raises(Refused) as caught:
            [*next(iter(open_table(content, "a.csv", limits=limits))).rows]
        assert caught.value.code == "FILE_TOO_BIG"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=4, max_size=9), st.sampled_from(";,\t|"))
def test_what_a_program_writes_comes_back_equal(rows, delimiter) -> None:
    """Whatever stands in the cells: quotation marks, other delimiters, scripts from right to left."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["Name", "Ort", "PLZ"], *rows])

    assert [row for _, row in rows_of(file.getvalue().encode())] == [["Name", "Ort", "PLZ"], *rows]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='a;"\n\r,', min_size=1, max_size=60))
def test_any_mess_of_quotes_and_delimiters_gives_every_letter_back(mess) -> None:
    """Rows may be guessed, letters may not be lost."""
    found = "".join(str(cell) for _, row in rows_of(f"Name;Ort\n{mess}".encode()) for cell in row)

    assert found.count("a") == mess.count("a") + "Name".count("a")


def test_a_record_that_spans_blocks_is_whole() -> None:
    """A long text with line breaks goes on where the next block of the file begins."""
    text = "Zeile\n" * 15_000
    content = "Name;Text\n" + "a;b\n" * 20_000 + f'x;"{text}"\n' + "a;b\n" * 20_000
    rows = rows_of(content.encode())

    assert rows[20_001] == (20_002, ["x", text])
    assert len(rows) == 40_002


def test_a_record_that_never_ends_is_given_up_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line under a stray mark is tried as the begin of a record: the limit counts while that goes on."""
    asked = itertools.count()
    monkeypatch.setattr(csv_reader.time, "thread_time", lambda: float(next(asked)))
    content = b"Name;Ort\n" + b'"a\n' + b'b";"c\n' * 20_000

    with pytest.raises(Refused) as refusal:
        rows_of(content)

    assert refusal.value.code == "FILE_TOO_SLOW"
    assert next(asked) < 100
