"""Rows that are those of the last read are passed over: nothing that another read would see is missed."""

from __future__ import annotations

import csv
import dataclasses
import io
import random
from collections.abc import Callable
from functools import partial
from typing import Any
from zlib import crc32

import httpx
import pytest
from allin_hub.readers.chunks import Again, Stretches, parted

from allin_hub.base.ids import new_id
from allin_hub.base.reports import SourceReport
from allin_hub.fetched import Fetched
from allin_hub.http.client import Http
from allin_hub.ingest import stage
from allin_hub.ingest.prepare import prepare
from allin_hub.ingest.sync import sync_source
from allin_hub.readers import chunks, csv_reader
from allin_hub.readers.open import open_table
from allin_hub.readers.sheets import Limits
from allin_hub.store import runs
from allin_hub.store.engine import writing

SETTINGS = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
"""
HEADER = ["Nr.", "Name", "E-Mail", "Telefon", "PLZ", "Ort"]
KNOWN = ("raw", "claim", "organisation", "match_key")
Edit = Callable[[random.Random, list[list[str]]], None]


def _one(chance: random.Random, rows: list[list[str]]) -> list[str]:
    return chance.choice([row for row in rows if len(row) >= len(HEADER)])


def _row(number: int) -> list[str]:
    return [
        str(number),
        f"Verein {number}",
        f"info@verein-{number}.example",
        f"0561 {90000 + number}",
        "34127",
        "Kassel",
    ]


def _change(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows)[1] = f"Verein {chance.random()}"


def _put_in(chance: random.Random, rows: list[list[str]]) -> None:
    rows.insert(chance.randrange(len(rows)), _row(chance.randrange(10_000, 99_999)))


def _take_out(chance: random.Random, rows: list[list[str]]) -> None:
    del rows[chance.randrange(len(rows))]


def _swap(chance: random.Random, rows: list[list[str]]) -> None:
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]


def _repeat_a_key(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows)[0] = _one(chance, rows)[0]


def _repeat_a_row(chance: random.Random, rows: list[list[str]]) -> None:
    rows.insert(chance.randrange(len(rows)), list(rows[chance.randrange(len(rows))]))


def _blank_a_key(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows)[0] = ""


def _spoil(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows)[3] = chance.choice(["siehe Aushang", "12", "0561 / ?"])


def _lose_the_name(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows)[1] = ""


def _put_in_a_remark(chance: random.Random, rows: list[list[str]]) -> None:
    line = chance.choice(
        [[], ["Stand: 3. Mai"], ["", "Verein ohne alles"], ["Summe", "20"], HEADER, [" "] * 6]
    )
    rows.insert(chance.randrange(len(rows)), list(line))


def _break_a_line(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows)[1] = "Verein\nmit Zeile"


def _shift(chance: random.Random, rows: list[list[str]]) -> None:
    _one(chance, rows).insert(1, "")


EDITS: tuple[Edit, ...] = (
    _change, _change, _put_in, _take_out, _swap, _repeat_a_key, _repeat_a_row, _blank_a_key, _spoil, _spoil,
    _lose_the_name, _put_in_a_remark, _break_a_line, _shift,
)  # fmt: skip


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records were passed over, read by read; stretches are short, so that small files have many."""
    monkeypatch.setattr(csv_reader, "_BLOCK", 1500)
    monkeypatch.setattr(chunks, "_LINES", 3)
    counts: list[int] = []
    taken = stage.Stager._again

    def counted(self: stage.Stager, again: Again, result: Fetched) -> None:
        counts.append(len(again.keys))
        taken(self, again, result)

    monkeypatch.setattr(stage.Stager, "_again", counted)
    return counts


def _write(office: Any, rows: list[list[str]], stray: str = "") -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([HEADER, *rows])
    (office.folder / "data" / "vereine.csv").write_text(text.getvalue() + stray, encoding="utf-8", newline="")


def _sync(office: Any, *, whole: bool = False) -> SourceReport:
    hub = office.open()
    try:
        if whole:
            with writing(hub.engine) as connection:
                runs.save_source(connection, "vereine", mark=None)
                state = runs.source_row(connection, "vereine")
                runs.save_source(connection, "vereine", last_status="partial")
                assert state["last_status"] == "done"
        return sync_source(hub, prepare(hub, hub.config.sources["vereine"]), new_id())
    finally:
        hub.close()


def _told(report: SourceReport) -> dict[str, Any]:
    counts = report.counts()
    changes = ("new", "changed", "renamed", "withdrawn", "created", "updated", "unchanged")
    told = {name: value for name, value in counts.items() if name not in changes}
    problems = [(one.code, one.row, one.key, one.column, dict(one.params)) for one in report.problems]
    return told | {"problems": sorted(problems, key=str)}


@pytest.mark.parametrize("seed", range(6))
def test_a_read_of_everything_finds_nothing_that_was_missed(
    office: Any, passed: list[int], seed: int
) -> None:
    """After each edit, the same file read whole changes no row and says the same: as if every row had been looked at."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    office.settings(SETTINGS)
    rows = [_row(number) for number in range(1, 161)]
    _write(office, rows)
    assert _sync(office).status == "done"

    for _ in range(6):
        for edit in chance.choices(EDITS, k=chance.randrange(1, 4)):
            edit(chance, rows)
        _write(office, rows, chance.choice(["", "\n"]))
        report = _sync(office)
        before = office.rows(*KNOWN)
        whole = _sync(office, whole=True)

        assert report.status == whole.status == "done"
        assert (whole.new, whole.changed, whole.renamed, whole.withdrawn) == (0, 0, 0, 0)
        assert _told(whole) == _told(report)
        assert office.rows(*KNOWN) == before
    assert sum(passed) > 300


def test_a_record_that_takes_the_key_of_one_passed_over_is_told_as_twice(
    office: Any, passed: list[int]
) -> None:
    """A new row before it has its key: only what stands in the stretch itself tells which record is which."""
    office.settings(SETTINGS)
    rows = [_row(number) for number in range(1, 161)]
    _write(office, rows)
    _sync(office)
    rows.insert(0, ["150", "Verein davor", "info@davor.example", "0561 91234", "34117", "Kassel"])
    _write(office, rows)

    report = _sync(office)

    assert sum(passed) > 0
    assert (report.new, report.changed, report.unchanged) == (1, 1, 159)
    assert report.codes["KEY_DUPLICATE"] == 1


def test_a_renamed_column_lets_every_row_be_read_again(office: Any, passed: list[int]) -> None:
    """The same lines under another header are other records."""
    office.settings(SETTINGS)
    rows = [_row(number) for number in range(1, 161)]
    _write(office, rows)
    _sync(office)
    path = office.folder / "data" / "vereine.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Telefon", "Fax"), encoding="utf-8")

    report = _sync(office)

    assert passed == []
    assert report.status == "held" or report.changed == 160


def _lines(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return text.getvalue()


def _put(office: Any, text: str) -> None:
    (office.folder / "data" / "vereine.csv").write_text(text, encoding="utf-8", newline="")


def _is_as_if_read_whole(office: Any, before: str, after: str) -> SourceReport:
    """The report of a read that passes over what it knows; reading all of it then changes nothing."""
    _put(office, before)
    assert _sync(office).status == "done"
    _put(office, after)
    report = _sync(office)
    rows = office.rows(*KNOWN)
    whole = _sync(office, whole=True)

    assert report.status == whole.status == "done"
    assert (whole.new, whole.changed, whole.renamed, whole.withdrawn) == (0, 0, 0, 0)
    assert _told(whole) == _told(report)
    assert office.rows(*KNOWN) == rows
    return report


GENEROUS = """
[sources.vereine.limits]
lost = 1000
changed = 1000
new = 1000
"""


def test_the_same_lines_parted_by_another_sign_are_other_records(office: Any, passed: list[int]) -> None:
    """Where `sep=` and the header change but no line below, each cell may hold something else."""
    office.settings(SETTINGS + GENEROUS)
    body = "".join(
        f"{n};Verein {n},info@verein-{n}.example;Hof {n},34127;Kassel,0561 {90000 + n}\n"
        for n in range(1, 160)
    )
    report = _is_as_if_read_whole(
        office, f"sep=;\nNr.;Name;Ort;Telefon\n{body}", f"sep=,\nNr.,Name,Ort,Telefon\n{body}"
    )

    assert passed == []
    assert report.unchanged == 0


def test_a_lone_cell_among_spaces_is_no_plain_record(office: Any, passed: list[int]) -> None:
    """What it is depends on the rows before it: below a blank row at the end it is a note."""
    office.settings(SETTINGS.replace("Nr.", "Name") + GENEROUS)
    rows = [_row(number) for number in range(1, 161)]
    lone = [[" ", f"Verein {letter}", " ", " ", "", ""] for letter in "abcdefghijkl"]
    report = _is_as_if_read_whole(office, _lines([HEADER, *rows, *lone]), _lines([HEADER, *rows, [], *lone]))

    assert sum(passed) > 0
    assert report.skipped_kinds == {"blank": 1, "note": 12}


def test_what_becomes_a_second_header_is_not_passed_over(office: Any, passed: list[int]) -> None:
    """A row that names the columns once more is a record among others, and none right under the header."""
    office.settings(SETTINGS + GENEROUS)
    indent = next(n for n in range(99) if not crc32((" " * n + ";;;;;").encode()) % chunks._LINES)
    blank = [" " * indent, *[""] * 5]
    rows = [_row(number) for number in range(1, 100)]
    at = next(n for n in range(25, 90) if not crc32(_lines([rows[n - 1]]).strip().encode()) % chunks._LINES)
    rows.insert(at, ["7x", "Organisation", "Mail", "Telefonnummer", "Postleitzahl", "Stadt"])
    above = [HEADER, *[blank] * 300]
    report = _is_as_if_read_whole(
        office, _lines([*above, *rows]), _lines([*above, *[blank] * at, *rows[at:]])
    )

    assert sum(passed) > 0
    assert report.skipped_kinds == {"blank": 300 + at, "header": 1}


def test_records_that_are_passed_over_count_towards_what_a_source_may_bring(
    office: Any, passed: list[int]
) -> None:
    """Else a feed could grow beyond its limit, and be refused on the day on which it is read whole."""
    office.settings(SETTINGS + GENEROUS + "records = 170\n")
    rows = [_row(number) for number in range(1, 201)]
    _put(office, _lines([HEADER, *rows[:160]]))
    _sync(office)
    _put(office, _lines([HEADER, *rows]))

    report = _sync(office)

    assert sum(passed) > 0
    assert (report.status, report.codes) == ("failed", {"FEED_ENDLESS": 1})


def test_cells_that_are_passed_over_count_towards_the_size_of_a_file(
    office: Any, passed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is too big by what is in it, not by what of it is new."""
    small = {"limits": Limits(text_cells=1000), "stretches": None}
    monkeypatch.setattr(open_table, "__kwdefaults__", small)
    office.settings(SETTINGS + GENEROUS)
    rows = [_row(number) for number in range(1, 201)]
    _put(office, _lines([HEADER, *rows[:160]]))
    assert _sync(office).status == "done"
    _put(office, _lines([HEADER, *rows]))

    report = _sync(office)

    assert sum(passed) > 0
    assert (report.status, report.codes) == ("failed", {"FILE_TOO_BIG": 1})


class _Server:
    """Answers each request with the next of its tables, and the last of them from then on."""

    def __init__(self, *tables: str) -> None:
        self._tables = list(tables)
        self.asked = 0

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        table = self._tables.pop(0) if len(self._tables) > 1 else self._tables[0]
        return httpx.Response(200, content=table.encode())


def test_a_url_is_asked_once_where_a_read_begins_again(office: Any, passed: list[int]) -> None:
    """What is read the second time is what its mark stands for, whatever the server would say by now."""
    office.settings(SETTINGS.replace('path = "data/vereine.csv"', 'url = "https://partner.example/v.csv"'))
    rows = [_row(number) for number in range(1, 161)]
    twice = [rows[149][:1] + _row(999)[1:], *rows]
    server = _Server(_lines([HEADER, *rows]), _lines([HEADER, *twice]), _lines([HEADER, *rows[:150]]))
    reports = []
    for _ in range(2):
        hub = dataclasses.replace(office.open(), network=partial(Http, transport=httpx.MockTransport(server)))
        try:
            reports.append(sync_source(hub, prepare(hub, hub.config.sources["vereine"]), new_id()))
        finally:
            hub.close()

    assert sum(passed) > 0
    assert server.asked == 2
    assert (reports[1].fetched, reports[1].codes["KEY_DUPLICATE"]) == (161, 1)


def test_a_text_is_parted_where_its_lines_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line put in moves no border but those beside it, else one new row would let the whole rest be read again."""
    monkeypatch.setattr(chunks, "_LINES", 4)
    lines = [f"{number};Verein {number}\n".encode() for number in range(400)]
    parts = parted(b"".join(lines))
    longer = parted(b"".join([*lines[:50], b"neu;neu\n", *lines[50:]]))

    assert b"".join(parts) == b"".join(lines)
    assert 50 < len(parts) < 200
    assert len(set(parts) - set(longer)) <= 2


def test_a_stretch_with_something_to_say_counts_only_in_its_row() -> None:
    """People look problems up by the row: where rows have moved, what was said is said anew."""
    kept = {b"mark": chunks.Kept(7, b"k" * 16 + b"l" * 16, 12)}
    known = Stretches(kept, bytes, {b"l" * 16})

    assert known.again(b"mark", 7) == Again((b"k" * 16, b"l" * 16), 12)
    assert known.again(b"mark", 8) is None
    assert Stretches(kept, bytes).again(b"mark", 8) is not None
