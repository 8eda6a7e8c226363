"""Dates and times that people spread over several columns."""

from __future__ import annotations

from typing import Any

import pytest

from allin_hub.mapping.columns import ColumnMap
from allin_schemas import Kind

ROWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"Datum": "05.10.2026", "Uhrzeit": "18:00"}, {"start": "05.10.2026 18:00"}),
    (
        {"Datum": "05.10.2026", "Beginn": "18 Uhr", "Ende": "20.30 Uhr"},
        {"start": "05.10.2026 18:00", "end": "05.10.2026 20:30"},
    ),
    (
        {"Datum": "2026-10-05", "Uhrzeit": "18-20 Uhr"},
        {"start": "2026-10-05 18:00", "end": "2026-10-05 20:00"},
    ),
    (
        {"Datum": "Sa, 10.10.2026, 18–20 Uhr"},
        {"start": "Sa, 10.10.2026 18:00", "end": "Sa, 10.10.2026 20:00"},
    ),
    (
        {"Datum": "31.12.2026", "Beginn": "22:00", "Ende": "02:00"},
        {"start": "31.12.2026 22:00", "end": "2027-01-01 02:00"},
    ),
    ({"Datum": 46300, "Uhrzeit": 0.75}, {"start": "2026-10-05 18:00"}),
    ({"Datum": "2026-10-05", "Uhrzeit": "18:00:00"}, {"start": "2026-10-05 18:00"}),
    (
        {"Beginn": "05.10.2026 18:00", "Ende": "06.10.2026 02:00"},
        {"start": "05.10.2026 18:00", "end": "06.10.2026 02:00"},
    ),
    ({"Startdatum": "05.10.2026", "Enddatum": "07.10.2026"}, {"start": "05.10.2026", "end": "07.10.2026"}),
    ({"Datum": "05.10.2026"}, {"start": "05.10.2026"}),
    ({"Datum": "05.10.2026 - 07.10.2026"}, {"start": "05.10.2026 - 07.10.2026"}),
    ({"Datum": "irgendwann im Mai"}, {"start": "irgendwann im Mai"}),
    ({"Datum": "05.10.2026 18:00", "Uhrzeit": "18:00"}, {"start": "05.10.2026 18:00"}),
    ({"Uhrzeit": "18:00"}, {"start": "18:00"}),
    (
        {"Datum": "31.02.2026", "Beginn": "22:00", "Ende": "02:00"},
        {"start": "31.02.2026 22:00"},
    ),
    ({"Datum": "31.11.2026", "Uhrzeit": "18-20 Uhr"}, {"start": "31.11.2026 18:00"}),
    (
        {"Datum": "05.10.2026", "Uhrzeit": "0,75", "Ende": "0,875"},
        {"start": "05.10.2026 0,75", "end": "05.10.2026 0,875"},
    ),
    ({"Datum": 46300, "Uhrzeit": "0.7083333333"}, {"start": "2026-10-05 0.7083333333"}),
]


@pytest.mark.parametrize(("row", "expected"), ROWS)
def test_day_and_time_become_one_moment(row: dict[str, Any], expected: dict[str, Any]) -> None:
    """An event has one start and one end, however many columns they took; nothing unclear is changed."""
    assert expected == ColumnMap(Kind.EVENT).draft(row)


def test_opportunities_have_the_same_in_their_slots() -> None:
    """A day of action has a date and a time as well."""
    draft = ColumnMap(Kind.OPPORTUNITY).draft({"Titel": "Putztag", "Datum": "05.10.2026", "Uhrzeit": "10:00"})

    assert draft == {"title": "Putztag", "slots.start": "05.10.2026 10:00"}
