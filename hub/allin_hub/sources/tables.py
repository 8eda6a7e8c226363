"""Read the records of a source's tables: every sheet with a header, of every file."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from allin_hub.base.errors import refused
from allin_hub.mapping.paths import IGNORED
from allin_hub.mapping.synonyms import words_of
from allin_hub.sources.column_forms import contradictions
from allin_hub.sources.files import File
from allin_hub.sources.form_metadata import metadata, without_metadata
from allin_hub.sources.headers import LOOKED_AT, Header, find_header, header_at, is_sideways, letter
from allin_hub.sources.merged_cells import filled, spanned
from allin_hub.sources.rows import SHIFTED, Record, records

if TYPE_CHECKING:
    from allin_hub.api.plugin import Source
    from allin_hub.api.source_run import SourceRun
    from allin_hub.readers.sheets import Row, Sheet

_NUMBERS = frozenset(
    {"nr", "no", "lfd nr", "laufende nummer", "lfd", "id", "nummer", "number", "zeile", "row"}
)
"""Columns that only count the rows, where their cells do."""

_OF_PARENT = frozenset({"parent table name", "parent index", "parent key"})
"""Columns of a sheet whose rows belong to the records of another: what forms call a repeat."""

_UNFIT = "{name} (passt nicht)"
"""The name under which a column is kept whose cells contradict its heading."""

_NUMBERED = re.compile(r"(.+) \(\d+\)\Z", re.DOTALL)
_SHOWN = 8
_LONGEST_SHOWN = 40

Renamed = Callable[[Header], Header]
"""Changes a header before its records are read."""


class TableRow(NamedTuple):
    """One record of a table, and where it stands."""

    sheet: str | None
    row: int
    cells: Mapping[str, Any]
    key: str | None


class Tables:
    """The tables of one source's files; of an export, which no person has laid out, every row is a record."""

    def __init__(
        self,
        source: Source[Any],
        run: SourceRun,
        *,
        sheets: Sequence[str] = (),
        header_row: int | None = None,
        encoding: str | None = None,
        renamed: Renamed = lambda header: header,
        is_known: Callable[[str], bool] = lambda _: False,
        is_export: bool = False,
    ) -> None:
        self._source = source
        self._run = run
        self._wanted = tuple(sheets)
        self._header_row = header_row
        self._encoding = {} if encoding is None else {"encoding": encoding}
        self._renamed = renamed
        self._is_known = is_known
        self._is_export = is_export
        self._columns = run.columns
        self._headers: list[str] = []
        self._read = 0
        self._of_service: set[str] = set()
        """Columns that a form service added."""

    def rows(self, files: Sequence[File]) -> Iterator[TableRow]:
        """Yield the records of all files, and report what is found about the tables.

        Raises Refused where a file has no header, or lacks the key column or a column that hub.toml maps.
        """
        for file in files:
            yield from self._file(file, is_one_of_many=len(files) > 1)
        self._miss_columns()
        if not self._read:
            self._run.problem("NO_ROWS")

    def _file(self, file: File, *, is_one_of_many: bool) -> Iterator[TableRow]:
        seen: list[str] = []
        headed = 0
        sideways = False
        for sheet in self._run.open_table(file.data, file.name, **self._encoding):
            if sheet.name is not None:
                seen.append(sheet.name)
                if self._wanted and not _is_wanted(sheet.name, self._wanted):
                    continue
            head = list(itertools.islice(sheet.rows, LOOKED_AT))
            label = _label(file, sheet, is_one_of_many=is_one_of_many)
            if not self._wanted and sheet.of > 1 and _repeats(head):
                self._run.problem("SHEET_REPEATS", sheet=label or sheet.name)
                continue
            header = self._header(head)
            if self._header_row is None and is_sideways(head, header, self._columns):
                sideways = True
                if sheet.of > 1:
                    self._run.problem("SHEET_SIDEWAYS", sheet=label or sheet.name)
                continue
            if header is None:
                if any(cells for _, cells in head) and (self._wanted or sheet.of > 1):
                    self._run.problem("SHEET_SKIPPED", sheet=label or sheet.name)
                continue
            headed += 1
            is_alone = not is_one_of_many and (sheet.of == 1 or len(self._wanted) == 1)
            header = self._without_metadata(self._renamed(header), head)
            yield from self._sheet(header, head, sheet, label, is_alone=is_alone)
        self._miss_sheets(file, seen)
        if not headed and sideways:
            raise refused("TABLE_SIDEWAYS", file=file.name)
        if not headed:
            raise refused("HEADER_NOT_FOUND", file=file.name, rows=LOOKED_AT)

    def _header(self, head: Sequence[Row]) -> Header | None:
        if self._header_row is None:
            return find_header(head, self._columns)
        return header_at(self._header_row, head, self._columns)

    def _without_metadata(self, header: Header, head: Sequence[Row]) -> Header:
        """Leave out what a form service added to the answers, and tell what could have been taken for an answer."""
        places = {name: place for place, name in enumerate(header.names)}

        def cells(name: str) -> list[Any]:
            below = (cells for number, cells in head if number > header.row)
            return [row[places[name]] for row in below if len(row) > places[name]]

        found = metadata(header.names, header.columns, cells)
        if not found:
            return header
        told = [
            name
            for name in header.names
            if name in found and (header.columns.path(name) is not None or not self._is_known(name))
        ]
        if told:
            self._run.problem("FORM_METADATA", words=_listed([name.casefold() for name in told]))
        after = without_metadata(header, found)
        self._of_service |= {new for new, old in zip(after.names, header.names, strict=True) if old in found}
        return after

    def _sheet(
        self, header: Header, head: Sequence[Row], sheet: Sheet, label: str | None, *, is_alone: bool
    ) -> Iterator[TableRow]:
        run = self._run
        below = [row for row in head if row[0] > header.row]
        header = self._without_unfit(header, below, label)
        self._set_columns(header, below)
        key_name = self._key_name(header)
        if is_alone:
            self._miss_columns()
        if header.beside is not None:
            run.problem("TABLE_BESIDE", sheet=label, row=header.row, column=letter(header.beside))
        rows = filled(
            itertools.chain(below, sheet.rows),
            sheet.merged,
            header.row,
            lambda row, at: run.problem("CELLS_MERGED", sheet=label, row=row, column=_name_at(header, at)),
            but=() if key_name is None else (header.names.index(key_name),),
        )
        found = records(
            rows,
            header,
            run.skip,
            lambda code, row: run.problem(code, sheet=label, row=row),
            None if self._is_export else spanned(sheet.merged, header.width),
        )
        told = 0
        for record in found:
            if len(sheet.problems) > told:
                told = self._pass_on(sheet, label, told)
            self._read += 1
            yield TableRow(label, record.row, record.cells, self._key(record, key_name, label))
        self._pass_on(sheet, label, told)

    def _without_unfit(self, header: Header, below: Sequence[Row], label: str | None) -> Header:
        """Leave out the columns whose cells contradict their heading; tell what they seem to hold.

        One that hub.toml names stays: each of its cells is judged by itself.
        """
        names = list(header.names)
        for at, code in contradictions(header, below).items():
            self._run.problem(code, sheet=label, row=header.row, column=names[at])
            if names[at] not in header.columns.given:
                names[at] = _UNFIT.format(name=names[at])
        if names == list(header.names):
            return header
        return dataclasses.replace(header, names=tuple(names), columns=self._columns.within(names))

    def _set_columns(self, header: Header, below: Sequence[Row]) -> None:
        """Understand the columns as all tables so far show them, here and when the records are mapped."""
        new = [name for name in header.names if name not in self._headers]
        self._headers += new
        self._run.columns = self._source.columns = self._columns.within(self._headers)
        written = dict(zip(header.names, header.written, strict=True))
        columns = self._source.columns
        led: set[str | None] = {None}
        for name in header.names:
            path = columns.path(name)
            if path in led and name in new and columns.is_second(name):
                self._run.problem("COLUMN_SECOND", column=name)
            led.add(path)
        unknown = set(columns.unknown(new))
        for name in new:
            base = _NUMBERED.match(name)
            repeats = base is not None and columns.path(base[1]) not in {None, "-"}
            if base and repeats and name not in unknown and columns.path(name) in {None, "-"}:
                self._run.problem("COLUMN_TWICE", column=base[1])
        for name in columns.unknown(new):
            if (
                not written[name]
                or name == self._source.key_column
                or self._is_known(name)
                or name in self._of_service
            ):
                continue
            at = header.names.index(name)
            if name != header.written[at] and name == _UNFIT.format(name=header.written[at]):
                continue
            base = _NUMBERED.match(name)
            if base and base[1] in header.names and columns.path(base[1]) is not None:
                self._run.problem("COLUMN_TWICE", column=base[1])
            elif not _counts_rows(name, at, below):
                self._run.problem("COLUMN_UNKNOWN", column=name)

    def _key_name(self, header: Header) -> str | None:
        wanted = self._source.key_column
        if wanted is None:
            return None
        name = header.find(wanted)
        if name is None:
            raise refused("COLUMN_MISSING", column=wanted, columns=_listed(header.names))
        return name

    def _key(self, record: Record, name: str | None, label: str | None) -> str | None:
        """Take a record's key from its column; where it is blank, the hub derives one."""
        if name is None or SHIFTED in record.cells:
            return None
        cell = record.cells.get(name)
        key = str(cell).strip() if cell is not None else ""
        if not key:
            self._run.problem("KEY_BLANK", sheet=label, row=record.row, column=name)
        return key or None

    def _miss_columns(self) -> None:
        """Raise Refused when a column that hub.toml maps is gone, and no other leads where it led."""
        columns = self._source.columns
        led = {columns.path(name) for name in self._headers}
        for name, path in columns.given.items():
            if path not in IGNORED and path not in led:
                raise refused("COLUMN_MISSING", column=name, columns=_listed(self._headers))

    def _miss_sheets(self, file: File, seen: Sequence[str]) -> None:
        for name in self._wanted:
            if seen and not any(_is_wanted(other, (name,)) for other in seen):
                raise refused("SHEET_MISSING", file=file.name, sheet=name, sheets=_listed(seen))

    def _pass_on(self, sheet: Sheet, label: str | None, told: int) -> int:
        """Report what the door noticed about rows, at the place where people find them."""
        for found in sheet.problems[told:]:
            self._run.problem(found.code, sheet=label, row=found.row, column=found.column, **found.params)
        return len(sheet.problems)


def _counts_rows(name: str, at: int, below: Sequence[Row]) -> bool:
    """Whether a column only numbers the rows: by its name, and its cells are as many numbers, each higher than the last."""
    if words_of(name) not in _NUMBERS:
        return False
    cells = [str(cells[at]).strip() for _, cells in below if len(cells) > at and cells[at] not in (None, "")]
    if at == 0:
        return len(set(cells)) == len(cells)
    numbers = [int(cell) for cell in cells if cell.isdecimal()]
    return len(numbers) == len(cells) and all(a < b for a, b in itertools.pairwise(numbers))


def _repeats(head: Sequence[Row]) -> bool:
    """Whether a sheet's rows belong to the records of another sheet: its header says to which."""
    first = next((cells for _, cells in head if any(cells)), [])
    return any(isinstance(cell, str) and words_of(cell) in _OF_PARENT for cell in first)


def _name_at(header: Header, at: int) -> str:
    return header.names[at] if at < header.width else letter(at)


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    plain = name.strip().casefold()
    return any(plain == other.strip().casefold() for other in wanted)


def _label(file: File, sheet: Sheet, *, is_one_of_many: bool) -> str | None:
    """Name the place beside the row: the sheet where there are several, the file where there are several."""
    name = sheet.name if sheet.of > 1 else None
    if not is_one_of_many:
        return name
    return f"{file.name}, {name}" if name else file.name


def _listed(names: Sequence[str]) -> str:
    shown = [name[:_LONGEST_SHOWN] for name in names[:_SHOWN]]
    return ", ".join(shown) + (" …" if len(names) > _SHOWN else "")
