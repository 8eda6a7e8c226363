"""Days, moments and opening hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Value = Callable[[str, Any], Any]
Codes = Callable[[str, Any], list[str]]


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("1.9.2026", "2026-09-01", []),
        ("01.09.2026", "2026-09-01", []),
        ("1. September 2026", "2026-09-01", []),
        ("Dienstag, den 1. Sep. 2026", "2026-09-01", []),
        ("2026-09-01", "2026-09-01", []),
        ("September 1, 2026", "2026-09-01", []),
        ("20260901", "2026-09-01", []),
        ("2026-09-01T23:30:00Z", "2026-09-02", []),
        ("01.09.", "2026-09-01", ["DATE_YEAR_ADDED"]),
        ("15.08.", "2027-08-15", ["DATE_YEAR_ADDED"]),
        ("29.02.", "2028-02-29", ["DATE_YEAR_ADDED"]),
        ("1.9.26", "2026-09-01", ["DATE_CENTURY_ADDED"]),
        ("01/09/2026", None, ["DATE_ORDER_UNCLEAR"]),
        ("11-11-2026", "2026-11-11", []),
        ("09/25/2026", "2026-09-25", ["DATE_MONTH_FIRST"]),
        (46266, "2026-09-01", ["DATE_SERIAL"]),
        ("46266", "2026-09-01", ["DATE_SERIAL"]),
        ("Mo 01.09.2026", None, ["DATE_WEEKDAY"]),
        ("01.09.–05.09.2026", "2026-09-01", ["DATE_RANGE"]),
        ("1.-3. Oktober 2026", "2026-10-01", ["DATE_RANGE"]),
        ("28.12.–02.01.2027", "2026-12-28", ["DATE_RANGE"]),
        ("5 Ekim 2026", "2026-10-05", ["DATE_FOREIGN"]),
        ("٥ أكتوبر ٢٠٢٦", "2026-10-05", ["DATE_FOREIGN"]),
        ("31.02.2026", None, ["DATE_UNREADABLE"]),
        ("2026-13-01", None, ["DATE_UNREADABLE"]),
        ("Herbst 2026", None, ["DATE_UNREADABLE"]),
        ("morgen", None, ["DATE_UNREADABLE"]),
        (12, None, ["DATE_UNREADABLE"]),
    ],
)
def test_days(written: Any, expected: str | None, noticed: list[str], value: Value, codes: Codes) -> None:
    """Whatever had to be guessed is said; a day that does not exist is never bent into one."""
    assert value("date", written) == expected
    assert codes("date", written) == noticed


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("01.09.2026 18 Uhr", "2026-09-01T16:00:00Z", []),
        ("01.09.2026, 18:00", "2026-09-01T16:00:00Z", []),
        ("01.12.2026 18.30 Uhr", "2026-12-01T17:30:00Z", []),
        ("1. September 2026 um 18 Uhr", "2026-09-01T16:00:00Z", []),
        ("2026-09-01 18:00", "2026-09-01T16:00:00Z", []),
        ("2026-09-01T18:00:00+02:00", "2026-09-01T16:00:00Z", []),
        ("2026-09-01T16:00:00Z", "2026-09-01T16:00:00Z", []),
        ("2026-09-01 17:59:59.991", "2026-09-01T15:59:59Z", []),
        (1788278400, "2026-09-01T16:00:00Z", []),
        ("01.09.2026", "2026-09-01", []),
        ("2026-09-01T00:00:00", "2026-09-01", []),
        ("01.09.2026 24 Uhr", "2026-09-01T22:00:00Z", []),
        ("01.09. 18 Uhr", "2026-09-01T16:00:00Z", ["DATE_YEAR_ADDED"]),
        ("01.09.2026, 18–20 Uhr", "2026-09-01T16:00:00Z", ["TIME_RANGE"]),
        ("01.09.2026 0,75", "2026-09-01T16:00:00Z", ["TIME_SERIAL"]),
        ("2026-09-01 0.7083333333", "2026-09-01T15:00:00Z", ["TIME_SERIAL"]),
        ("01.09.2026 0.45", "2026-09-01", ["TIME_UNREADABLE"]),
        ("01.09.2026 0.30 Uhr", "2026-08-31T22:30:00Z", []),
        ("01.09.2026 abends", "2026-09-01", ["TIME_UNREADABLE"]),
        ("01.09.2026 18:00 (vielleicht)", "2026-09-01T16:00:00Z", ["TIME_REST"]),
        ("29.03.2026 02:30", "2026-03-29", ["TIME_SKIPPED"]),
        ("25.10.2026 02:30", "2026-10-25T00:30:00Z", ["TIME_TWICE"]),
        ("18 Uhr", None, ["DATE_UNREADABLE"]),
    ],
)
def test_moments(written: Any, expected: str | None, noticed: list[str], value: Value, codes: Codes) -> None:
    """Wall times are meant where the office is; the two nights of the clock change are said."""
    assert value("moment", written) == expected
    assert codes("moment", written) == noticed


def test_several_moments_stay_several(value: Value) -> None:
    """The further dates of a series are a list."""
    assert value("moments", ["05.10.2026", "12.10.2026 18:00"]) == ["2026-10-05", "2026-10-12T16:00:00Z"]


def slots(days: str, opens: str, closes: str) -> list[dict[str, str]]:
    """One slot for each of the days."""
    return [{"weekday": day, "opens": opens, "closes": closes} for day in days.split()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mo-Fr 9-17 Uhr", slots("MO TU WE TH FR", "09:00", "17:00")),
        ("Di 14:00-16:30, Do 10-12", slots("TU", "14:00", "16:30") + slots("TH", "10:00", "12:00")),
        ("täglich 10–18 Uhr", slots("MO TU WE TH FR SA SU", "10:00", "18:00")),
        ("Montag bis Mittwoch: 9.00 - 12.30 Uhr", slots("MO TU WE", "09:00", "12:30")),
        ("Sa+So 10-14", slots("SA SU", "10:00", "14:00")),
        ("Mon-Tue 9am-5pm", slots("MO TU", "09:00", "17:00")),
        ("Fr 9-12 und 14-16 Uhr", slots("FR", "09:00", "12:00") + slots("FR", "14:00", "16:00")),
    ],
)
def test_opening_hours(written: str, expected: list[dict[str, str]], value: Value, codes: Codes) -> None:
    """Days and times in the ways that doors show them."""
    assert value("hours", written)["slots"] == expected
    assert codes("hours", written) == []


def test_hours_by_appointment_are_a_note(value: Value, codes: Codes) -> None:
    """'Nach Vereinbarung' says all that there is to say."""
    assert value("hours", "nach Vereinbarung") == {"note": "nach Vereinbarung"}
    assert codes("hours", "nach Vereinbarung") == []


@pytest.mark.parametrize(
    "written",
    ["jeden 2. Dienstag 18-20 Uhr", "Di 14-16 Uhr (nur im Sommer)", "wenn Licht brennt", "Mo 25-30 Uhr"],
)
def test_hours_that_are_not_every_week_become_no_slots(written: str, value: Value, codes: Codes) -> None:
    """Nobody should stand before a closed door because the hub simplified."""
    assert value("hours", written) == {"note": written}
    assert codes("hours", written) == ["HOURS_KEPT_AS_NOTE"]


@pytest.mark.parametrize(
    ("hours", "expected", "noticed"),
    [
        (2, {"hours_per_week": 2}, []),
        ("2,5 Std.", {"hours_per_week": 2.5}, []),
        ("3-4 Std.", {"hours_per_week": 4}, ["COUNT_GUESSED"]),
        ("ca. 3 Stunden pro Woche", {"hours_per_week": 3}, ["COUNT_GUESSED"]),
        ("nach Absprache", {"rhythm": "nach Absprache"}, []),
        ("200", None, ["NUMBER_UNREADABLE"]),
    ],
)
def test_hours_of_an_engagement_have_a_column_of_their_own(
    hours: Any, expected: dict[str, Any] | None, noticed: list[str], value: Value, codes: Codes
) -> None:
    """People decide by the hours that they can give; words are kept as the rhythm."""
    assert value("slots", {"hours_per_week": hours}) == (None if expected is None else [expected])
    assert codes("slots", {"hours_per_week": hours}) == noticed


def test_a_slot_written_whole_and_in_parts_is_one(value: Value, codes: Codes) -> None:
    """A rhythm, a date and hours in three columns are about the same engagement."""
    apart = {"raw": "mittwochs", "start": "05.10.2026 18:00", "hours_per_week": "nach Absprache"}

    assert codes("slots", apart) == []
    assert value("slots", apart) == [
        {"start": "2026-10-05T16:00:00Z", "rhythm": "mittwochs, nach Absprache", "zone": "Europe/Berlin"}
    ]
