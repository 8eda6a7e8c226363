"""The doors for files: damaged tables and calendars are read or refused, within their share of the machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache

import openpyxl
from hypothesis import strategies as st
from tests.corpus import calendars, tables
from tests.corpus.archives import biff, cells, ods, ods_row, ole, xlsx, zipped
from tests.fuzz.material import EDITS, TEXTS, damaged, edited
from tests.fuzz.target import Target, told

from allin_hub.base.errors import Refused
from allin_hub.base.problems import catalogue
from allin_hub.readers.open import open_calendar, open_table

ROWS = (
    ("Nr.", "Verein", "E-Mail", "PLZ"),
    ("1", "Brücke e. V.", "info@a.example", "34117"),
    ("2", "Ufer", "", "34119"),
)
LARGEST_SEED = 20_000
"""Of the corpus, files beyond this are tried there; here they would only cost time."""


def targets() -> Iterator[Target]:
    """One for each kind of file; archives are damaged outside, and inside their parts."""
    yield Target(
        "door-csv", st.one_of(damaged(csv_files()), st.binary(max_size=400), _mess()), check_table, 25
    )
    yield Target("door-workbook", damaged(books()), check_table, 4)
    yield Target(
        "door-workbook-parts",
        st.builds(_inside, st.sampled_from(archives()), st.integers(0), EDITS),
        check_table,
        6,
    )
    yield Target("door-calendar", damaged(calendar_files()), check_calendar, 4)


def check_table(content: bytes) -> None:
    """Every sheet is read to its end, or the file is refused by name."""
    try:
        for sheet in open_table(content, "liste"):
            last = 0
            for number, row in sheet.rows:
                assert number > last
                assert all(cell is None or type(cell) in (str, int, float, bool) for cell in row)
                last = number
            assert all(problem.code in catalogue() for problem in sheet.problems)
    except Refused as refusal:
        told(refusal)


def check_calendar(content: bytes) -> None:
    """Every component comes out, or the file is refused by name."""
    try:
        for component in open_calendar(content, "termine.ics"):
            assert all(fault.code in catalogue() for fault in component.faults)
    except Refused as refusal:
        told(refusal)


@cache
def csv_files() -> tuple[bytes, ...]:
    """Lists in the usual encodings and with the usual delimiters."""
    text = "\r\n".join(";".join(row) for row in ROWS)
    own = [
        text.encode(),
        text.encode("cp1252"),
        text.encode("utf-16"),
        ("\ufeff" + text.replace(";", "\t")).encode(),
    ]
    return (*own, *_seeds(tables.CASES, (".csv", ".txt", ".tsv")))


@cache
def books() -> tuple[bytes, ...]:
    """Workbooks as programs write them, and those of the corpus."""
    return (
        *archives(),
        ole({"Workbook": biff(list(ROWS))}),
        *_seeds(tables.CASES, (".xlsx", ".ods", ".xls")),
    )


@cache
def archives() -> tuple[bytes, ...]:
    """XLSX and ODS, by a library and by hand."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(file)
    by_hand = xlsx("".join(cells(number, *row) for number, row in enumerate(ROWS, 1)))
    return file.getvalue(), by_hand, ods(*(ods_row(*row) for row in ROWS))


@cache
def calendar_files() -> tuple[bytes, ...]:
    """Calendars of the corpus."""
    rich = calendars.wrapped(
        calendars.entry(
            "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=9", "EXDATE;TZID=Europe/Berlin:20261012T180000", "DURATION:PT2H"
        )
        + calendars.entry(
            "ORGANIZER;CN=Verein:mailto:info@verein.example", "GEO:51.3;9.5", "CATEGORIES:a,b", n=2
        )
        + calendars.entry("RECURRENCE-ID;TZID=Europe/Berlin:20261019T180000", "STATUS:CANCELLED")
    )
    return (rich, *_seeds(calendars.CASES, (".ics",)))


def _seeds(cases: list[calendars.Case], ends: tuple[str, ...]) -> list[bytes]:
    made = [case.build() for case in cases if case.filename.endswith(ends) and "-mb-" not in case.name]
    return [content for content in made if 0 < len(content) <= LARGEST_SEED]


def _inside(content: bytes, which: int, edits: list[tuple[str, float, int, bytes]]) -> bytes:
    """Damage one part of an archive, and pack it whole again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(parts)[which % len(parts)]
    return zipped(parts | {name: edited(parts[name], edits)})


def _mess() -> st.SearchStrategy[bytes]:
    line = st.lists(TEXTS, min_size=1, max_size=6)
    return st.builds(
        lambda lines, delimiter, code: "\n".join(delimiter.join(line) for line in lines).encode(
            code, "replace"
        ),
        st.lists(line, max_size=8),
        st.sampled_from(";,\t|"),
        st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-32", "cp1251", "mac-roman"]),
    )
