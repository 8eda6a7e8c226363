"""Dates and times that people spread over several columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from allin_hub.mapping.columns import ColumnMap
from allin_schemas import Kind
from allin_schemas.reading import Context, read, read_when

TODAY = Context(today=dt.date(2026, 9, 1))
ROWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"Datum": "05.10.2026", "Uhrzeit": "18:00"}, {"start": "2026-10-05T16:00:00Z"}),
    (
        {"Datum": "05.10.2026", "Beginn": "18 Uhr", "Ende": "20.30 Uhr"},
        {"start": "2026-10-05T16:00:00Z", "end": "2026-10-05T18:30:00Z"},
    ),
    (
        {"Datum": "2026-10-05", "Uhrzeit": "18-20 Uhr"},
        {"start": "2026-10-05T16:00:00Z", "end": "2026-10-05T18:00:00Z"},
    ),
    (
        {"Datum": "Sa, 10.10.2026, 18–20 Uhr"},
        {"start": "2026-10-10T16:00:00Z", "end": "2026-10-10T18:00:00Z"},
    ),
    (
        {"Datum": "31.12.2026", "Beginn": "22:00", "Ende": "02:00"},
        {"start": "2026-12-31T21:00:00Z", "end": "2027-01-01T01:00:00Z"},
    ),
    ({"Datum": 46300, "Uhrzeit": 0.75}, {"start": "2026-10-05T16:00:00Z"}),
    ({"Datum": "2026-10-05", "Uhrzeit": "18:00:00"}, {"start": "2026-10-05T16:00:00Z"}),
    (
        {"Beginn": "05.10.2026 18:00", "Ende": "06.10.2026 02:00"},
        {"start": "2026-10-05T16:00:00Z", "end": "2026-10-06T00:00:00Z"},
    ),
    (
        {"Startdatum": "05.10.2026", "Enddatum": "07.10.2026"},
        {"start": "2026-10-05", "end": "2026-10-08", "all_day": True},
    ),
    ({"Datum": "05.10.2026"}, {"start": "2026-10-05", "all_day": True}),
    ({"Datum": "05.10.2026 - 07.10.2026"}, {"start": "2026-10-05", "end": "2026-10-08", "all_day": True}),
    ({"Datum": "05.10.2026 18:00", "Uhrzeit": "18:00"}, {"start": "2026-10-05T16:00:00Z"}),
    (
        {"Von": "05.01.2027 18:00", "Bis": "20:00"},
        {"start": "2027-01-05T17:00:00Z", "end": "2027-01-05T19:00:00Z"},
    ),
    (
        {"Datum": "05.10.2026", "Uhrzeit": "0,75", "Ende": "0,875"},
        {"start": "2026-10-05T16:00:00Z", "end": "2026-10-05T19:00:00Z"},
    ),
    ({"Datum": 46300, "Uhrzeit": "0.7083333333"}, {"start": "2026-10-05T15:00:00Z"}),
]
TOLD: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    ({"Datum": "irgendwann im Mai"}, {}, [("DATE_UNREADABLE", "start")]),
    ({"Uhrzeit": "18:00"}, {}, [("DATE_UNREADABLE", "start")]),
    ({"Datum": "31.02.2026", "Beginn": "22:00", "Ende": "02:00"}, {}, [("DATE_UNREADABLE", "start")]),
    ({"Datum": "31.11.2026", "Uhrzeit": "18-20 Uhr"}, {}, [("DATE_UNREADABLE", "start")]),
    (
        {"Datum": "05.10.2026", "Bis": "03.10.2026"},
        {"start": "2026-10-05", "all_day": True},
        [("END_BEFORE_START", "end")],
    ),
    (
        {"Datum": "05.10.2026 18:00", "Bis": "05.10.2026 17:00"},
        {"start": "2026-10-05T16:00:00Z"},
        [("END_BEFORE_START", "end")],
    ),
    (
        {"Datum": "05.10.2026", "Uhrzeit": "10:00", "Ende": "09:00"},
        {"start": "2026-10-05T08:00:00Z"},
        [("END_BEFORE_START", "end")],
    ),
    (
        {"Datum": "05.10.2026", "Ende": "20:00"},
        {"start": "2026-10-05", "all_day": True},
        [("START_TIME_MISSING", "end")],
    ),
    (
        {"Datum": "05.10.2026 18:00", "Ganztägig": True},
        {"start": "2026-10-05T16:00:00Z", "all_day": False},
        [("ALL_DAY_WITH_TIME", "all_day")],
    ),
    (
        {"Datum": "05.10.2026", "Beginn": "06.10.2026 18:00"},
        {},
        [("DATE_UNDECIDED", "start")],
    ),
]


def read_row(row: dict[str, Any]) -> Any:
    """What a row says of its time."""
    draft = ColumnMap(Kind.EVENT).draft(row)
    return read_when(draft, TODAY, all_day=draft.get("all_day"))


@pytest.mark.parametrize(("row", "expected"), ROWS)
def test_day_and_time_become_one_moment(row: dict[str, Any], expected: dict[str, Any]) -> None:
    """An event has one start and one end, however many columns they took."""
    assert expected == read_row(row).value


@pytest.mark.parametrize(("row", "expected", "told"), TOLD)
def test_what_is_unclear_is_told_and_not_read(
    row: dict[str, Any], expected: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    """Each finding names the field that it is about."""
    reading = read_row(row)

    assert expected == (reading.value or {})
    assert told == [(one.code, one.part) for one in reading.findings]


def test_opportunities_have_the_same_in_their_slots() -> None:
    """A day of action has a date and a time as well."""
    draft = ColumnMap(Kind.OPPORTUNITY).draft(
        {"Titel": "Putztag", "Datum": "05.10.2026", "Uhrzeit": "10:00", "Ende": "16 Uhr"}
    )
    slot = {name.removeprefix("slots."): value for name, value in draft.items() if name != "title"}

    assert read("slots", slot, TODAY).value == [
        {"start": "2026-10-05T08:00:00Z", "end": "2026-10-05T14:00:00Z"}
    ]
