"""The records under a header: rows that are none are counted, rows that slipped sideways are never taken."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from allin_hub.readers.sheets import Cell, Row
from allin_hub.sources.headers import Header, letter
from allin_hub.sources.misaligned import Shifts
from allin_hub.sources.sections import Section, has_legal_form, section_of
from allin_schemas import ENTITIES

SHIFTED = ""
"""The one name under which the cells of a shifted row stand: nobody knows which column each belongs to."""

_HELD_BACK = 100
_FEWEST_COLUMNS = 2
_SURELY_NAMED = 3
_LONGEST_HEADING = 40
_NO_HEADING = re.compile(r"[\d@]")
_RULES = frozenset("-–—=*#~_•")
_COUNT_BESIDE = re.compile(r"\s*\d{1,3}\s*\Z")
_DISTRICT, _TOPIC = "Stadtteil", "Thema"
"""Under these names stands with a record what the line above it says; they mean what a column of that name would."""
_OF_CONTACTS = ("Ansprechperson", "der Ansprechperson")
"""What makes of a heading such as 'Funktion' one that is known."""
_COUNTED = (
    r"(?:vereine?|organisationen|mitglieder|eintr(?:ä|ae)ge|datens(?:ä|ae)tze|zeilen"
    r"|veranstaltungen|termine|personen)"
)
_TOTAL = re.compile(
    r"\s*(?:(?:summe|gesamt|gesamtsumme|gesamtzahl|gesamtanzahl|insgesamt|total|sum|anzahl|zwischensumme|durchschnitt"
    rf"|mittelwert|Σ|toplam)\b\W*(?:(?:der|aller|von)\s+)?(?:{_COUNTED}|gesamt|summe|anzahl)?\s*[:=]?\s*[\d.,]*\s*"
    rf"{_COUNTED}?|\d+\s+{_COUNTED}(?:\s+(?:insgesamt|gesamt))?)\s*\Z",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\s*(?:\*|©|[¹²³]\s|-{2,}|={2,}"
    r"|(?:stand|quellen?|hinweise?|anmerkung(?:en)?|legende|fu(?:ß|ss)noten?|bemerkung(?:en)?"
    r"|erl(?:ä|ae)uterung(?:en)?|notes?|sources?|as of|last updated?|updated|aktualisiert"
    r"|letzte (?:aktualisierung|(?:ä|ae)nderung)|erstellt|ausgedruckt|gedruckt|exportiert)"
    r"(?:\s*:|\s+(?:am|vom|von|durch|on|by)\b|\s+\d)"
    r"|stand\s+(?:januar|februar|m(?:ä|ae)rz|april|mai|juni|juli|august|september|oktober|november|dezember)"
    r"|alle angaben\b|ohne gew(?:ä|ae)hr|ende der (?:liste|tabelle)|(?:seite|page)\s+\d"
    r"|end of (?:list|table))",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"\s*[-+]?[\d.,\s]+(?:%|€|{_COUNTED})?\s*\Z", re.IGNORECASE)
_STARTS_TOTAL = frozenset("sgitazdmSGITAZDMΣς\u017f\u0131\u0130\u212a0123456789 ")


class Record(NamedTuple):
    """One row: its number as a person sees it, and its cells by column, without blank ones."""

    row: int
    cells: Mapping[str, Any]


class _Lone(NamedTuple):
    record: Record
    is_after_blank: bool


Told = Callable[[str], None]
"""Told of each row that is no record, by what it is: blank, total, header, note."""

Reported = Callable[[str, int], None]
"""Told of a row's problem: code, row."""


def records(
    rows: Iterable[Row],
    header: Header,
    skipped: Told,
    problem: Reported,
    spanned: frozenset[int] | None = frozenset(),
) -> Iterator[Record]:
    """Yield the records in the rows under a header.

    `spanned` are rows with a cell merged across the table; None for tables that no person has laid out, without sections.

    Blank rows, totals, repeated headers and notes are told to `skipped`. A line that parts the records into
    sections is told; what it names stands with the records below it, up to a blank row, where the table has no column
    for that. A row whose cells lie beside their columns comes as one list of cells under SHIFTED, after its problem
    was told. Where a second table begins with a header of its own, that is told, and nothing from there on is read.
    """
    reader = _Reader(header, skipped, problem, spanned)
    for number, cells in rows:
        if header.beside is not None:
            del cells[header.width :]
        if reader.is_second_table(number, cells):
            yield from reader.released()
            continue
        record = reader.taken(number, cells)
        if record is None:
            continue
        if reader.held:
            yield from reader.released()
        yield record
    yield from reader.ended()


class _Reader:
    """Reads one row after the other; a lone cell waits until it is clear whether the table goes on."""

    def __init__(
        self, header: Header, skipped: Told, problem: Reported, spanned: frozenset[int] | None
    ) -> None:
        self._header = header
        self._names = header.names
        self._skipped = skipped
        self._problem = problem
        self._shifts = Shifts(header)
        self._texts = frozenset(text for text in header.written if text)
        self._after_blank = False
        self._first = 2
        kind = header.columns.kind
        title = ENTITIES[kind].title_field if kind is not None else "name"
        self._titles = frozenset(name for name in self._names if header.columns.path(name) == title)
        self._is_wide = sum(map(bool, header.written)) >= 3
        self._is_table = sum(map(bool, header.written)) >= _FEWEST_COLUMNS
        self._spanned = spanned
        self._section: dict[str, str] = {}
        self._section_ends = self._section_begun = False
        self.held: list[_Lone] = []
        self._ended = False

    def is_second_table(self, number: int, cells: Sequence[Cell]) -> bool:
        """Whether a row belongs to another table below this one.

        It begins with a header: after a blank row or a lone cell, or right below a record, when all its cells name columns.
        """
        if self._ended:
            if any(not _is_blank(cell) for cell in cells):
                self._skipped("table")
            return True
        is_apart = self._after_blank or bool(self.held)
        if not is_apart and not _may_be_header(cells):
            return False
        if not self._names_other_columns(cells, is_apart=is_apart):
            return False
        self._ended = True
        self._problem("TABLE_SECOND", number)
        first = next((at for at, lone in enumerate(self.held) if lone.is_after_blank), len(self.held) - 1)
        for _ in range(len(self.held[max(first, 0) :]) + 1):
            self._skipped("table")
        del self.held[max(first, 0) :]
        return True

    def _names_other_columns(self, cells: Sequence[Cell], *, is_apart: bool) -> bool:
        """Whether a row is a header, and not this table's once more: its cells name columns, each another."""
        texts = [
            " ".join(cell.split()) if isinstance(cell, str) else "" for cell in cells if not _is_blank(cell)
        ]
        if len(texts) < _FEWEST_COLUMNS or len(set(texts)) < len(texts) or not all(texts):
            return False
        named = [text for text in texts if self._means_a_column(text)]
        if len(named) < _FEWEST_COLUMNS or len(named) * 3 < len(texts) * 2:
            return False
        if not is_apart and len(named) < len(texts) and len(named) < _SURELY_NAMED:
            return False
        columns = self._header.columns
        same = sum(
            text == own or (not is_apart and columns.path(text) == columns.path(name) is not None)
            for text, own, name in zip(map(_one_line, cells), self._header.written, self._names, strict=False)
            if text
        )
        return same * 2 <= len(texts)

    def _means_a_column(self, text: str) -> bool:
        columns = self._header.columns
        if any(map(str.isdigit, text)) or "@" in text:
            return False
        return columns.path(text) is not None or any(columns.path(f"{text} {of}") for of in _OF_CONTACTS)

    def taken(self, number: int, cells: Sequence[Cell]) -> Record | None:
        """Take a row: a record, or None when it is none or has to wait."""
        payload = dict(zip(self._names, cells, strict=False))
        if "" in cells or None in cells:
            payload = {name: cell for name, cell in payload.items() if cell is not None and cell != ""}
        if len(payload) < 3 or len(cells) > len(self._names):
            return self._doubtful(number, cells, payload)
        value = next(iter(payload.values()))
        if value.__class__ is str:
            if value.isspace():
                return self._doubtful(number, cells, payload)
            if self._is_no_record(value, payload):
                return None
        self._first -= 1
        if (self._first >= 0 or _may_be_header(cells)) and self._is_second_header(payload):
            self._skipped("header")
            return None
        self._after_blank = False
        return self._straight(number, cells, payload)

    def _begin_section(self, number: int, section: Section) -> None:
        """Tell a line that parts the records, and keep what it says of those below."""
        self._skipped("section")
        self._section = {}
        self._section_ends = self._section_begun = False
        columns = self._header.columns
        taken = {columns.path(name) for name in self._names}
        code = "SECTION_LINE"
        for name, value, ending, told in (
            (_DISTRICT, section.district, "district", "SECTION_DISTRICT"),
            (_TOPIC, section.topic, "topics", "SECTION_TOPIC"),
        ):
            path = columns.path(name)
            if value and path is not None and path.endswith(ending) and path not in taken:
                self._section, code = {name: value}, told
        self._problem(code, number)

    def released(self) -> Iterator[Record]:
        """Give back the lone cells that records follow."""
        held, self.held = self.held, []
        if len(held) == 1 and self._is_wide and self._spanned is not None:
            name = next(iter(held[0].record.cells.values()))
            if not has_legal_form(str(name)):
                self._problem("NAME_ALONE", held[0].record.row)
        for record, _ in held:
            yield record

    def ended(self) -> Iterator[Record]:
        """Give back the lone cells at the end, but for those that a blank row parts from the table."""
        for record, is_after_blank in self.held:
            if is_after_blank and self._is_wide:
                self._skipped("note")
            else:
                yield record

    def _straight(self, number: int, cells: Sequence[Cell], payload: dict[str, Any]) -> Record:
        """Make a record of a row, unless its cells lie beside their columns."""
        if self._shifts.found(cells):
            self._problem("ROW_SHIFTED", number)
            return Record(number, {SHIFTED: [cell for cell in cells if not _is_blank(cell)]})
        if self._section:
            if self._section_ends:
                self._section = {}
            else:
                self._section_begun = True
                payload = {**payload, **self._section}
        return Record(number, payload)

    def _doubtful(self, number: int, cells: Sequence[Cell], payload: dict[str, Any]) -> Record | None:
        """Take a row that has few cells, or more than the header."""
        beyond = {
            f"Spalte {letter(index)}": cell
            for index, cell in enumerate(cells[len(self._names) :], len(self._names))
            if not _is_blank(cell)
        }
        said = {name: cell for name, cell in payload.items() if not _is_blank(cell)}
        if not said and not beyond:
            self._skipped("blank")
            self._after_blank = True
            self._section_ends = self._section_begun
            return None
        after_blank, self._after_blank = self._after_blank, False
        if beyond:
            record = self._straight(number, cells, {**payload, **beyond})
            if SHIFTED not in record.cells:
                self._problem("ROW_LONGER", number)
            return record
        name, value = next(iter(said.items()))
        is_ruled = isinstance(value, str) and value[0] in _RULES
        if isinstance(value, str) and not is_ruled and self._is_no_record(value, said):
            return None
        section = self._section_in(number, name, said)
        if section is None and is_ruled and self._is_no_record(value, said):
            return None
        if section is not None:
            self._begin_section(number, section)
            return None
        if len(said) > 1 or not self._is_table or (name not in self._titles and not self._is_wide):
            return self._straight(number, cells, payload)
        self._section = {}
        if name not in self._titles:
            if not self._is_aside(name, str(value)):
                return self._straight(number, cells, payload)
            self._skipped("note")
            return None
        return self._hold(
            _Lone(Record(number, payload), after_blank or any(lone.is_after_blank for lone in self.held))
        )

    def _section_in(self, number: int, name: str, said: Mapping[str, Any]) -> Section | None:
        """Read a row as a section: one text under the first column or the title, a count beside it at most."""
        value = said[name]
        if not isinstance(value, str) or not self._is_table or self._spanned is None:
            return None
        is_spanned = number in self._spanned
        if not is_spanned and name not in self._titles and name != self._names[0]:
            return None
        if any(not _COUNT_BESIDE.match(str(other)) for key, other in said.items() if key != name):
            return None
        return section_of(value, is_spanned=is_spanned)

    def _hold(self, lone: _Lone) -> Record | None:
        """Keep a lone cell back, but only so many of them."""
        if len(self.held) >= _HELD_BACK:
            return lone.record
        self.held.append(lone)
        return None

    def _is_no_record(self, value: str, payload: Mapping[str, Any]) -> bool:
        """Whether a row is a total, a note or the header once more; `value` is its first cell."""
        if value[0] in _STARTS_TOTAL and _TOTAL.match(value):
            others = itertools.islice(payload.values(), 1, None)
            if all(map(_is_number, others)):
                self._skipped("total")
                return True
        if len(payload) <= 2 and self._is_wide and _NOTE.match(value):
            self._skipped("note")
            return True
        if value in self._texts or ("\n" in value and " ".join(value.split()) in self._texts):
            texts = [
                " ".join(cell.split()) in self._texts for cell in payload.values() if isinstance(cell, str)
            ]
            if sum(texts) * 2 > len(payload) or (len(self._texts) == 1 and all(texts)):
                self._skipped("header")
                return True
        return False

    def _is_aside(self, name: str, value: str) -> bool:
        """Whether a lone cell is a remark: under no header, or a sentence where the rows are numbered."""
        at = self._names.index(name)
        return not self._header.written[at] or (
            at == 0 and self._header.columns.path(name) is None and (not value.isdigit() and len(value) > 12)
        )

    def _is_second_header(self, payload: Mapping[str, Any]) -> bool:
        """Whether a row right under the header names the same columns again, say in English."""
        columns = self._header.columns
        same = sum(
            isinstance(cell, str) and columns.path(cell) == columns.path(name) is not None
            for name, cell in payload.items()
        )
        return same >= 2 and same * 2 > len(payload)


def _one_line(cell: Cell) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _may_be_header(cells: Sequence[Cell]) -> bool:
    """Whether a row could be a header, by a quick look: short texts without digits or mail addresses."""
    for cell in cells:
        if cell.__class__ is not str:
            if cell is not None:
                return False
        elif len(cell) > _LONGEST_HEADING or _NO_HEADING.search(cell):
            return False
    return True


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_number(cell: Any) -> bool:
    return not isinstance(cell, str) or _NUMBER.match(cell) is not None or not cell.strip()
