"""Opening hours: a table that was written apart, and what follows from its rules."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allin_schemas.reading import Context, Reading, read

CODES = dict(
    zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"), strict=True)
)
_TABLE = Path(__file__).parent / "tables" / "hours.csv"
with _TABLE.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))
DIFFERENT: dict[str, str] = {}
"""Rows whose outcome is another one than the table's, with the reason."""


def slots_of(reading: Reading) -> str:
    """The slots as the table writes them."""
    found = (reading.value or {}).get("slots", [])
    return "; ".join(f"{CODES[slot['weekday']]} {slot['opens']}-{slot['closes']}" for slot in found)


def is_told(reading: Reading) -> bool:
    """Whether more than slots is kept or said."""
    return bool(reading.findings or (reading.value or {}).get("note"))


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_table_of_opening_hours(row: dict[str, Any], context: Context) -> None:
    """Each way in which people write their hours gives its slots, and words that say more stay visible."""
    reading = read("hours", row["text"], context)

    assert slots_of(reading) == row["slots"]
    assert is_told(reading) or row["told"] == "no"


WEEK = tuple(CODES.values())


def workdays(*days: str) -> str:
    """9 to 12 on these days."""
    return "; ".join(f"{day} 09:00-12:00" for day in days)


@pytest.mark.parametrize(
    ("written", "slots", "note"),
    [
        ("Mo-Fr 9-12 (nicht Mi)", workdays("Mo", "Di", "Do", "Fr"), "(nicht Mi)"),
        ("Mo-Fr 9-12, Di zu", workdays("Mo", "Mi", "Do", "Fr"), "Di zu"),
        ("Mo-Fr 9-12 ohne Do", workdays("Mo", "Di", "Mi", "Fr"), "ohne Do"),
        ("Mo-Fr 9-12, am Mittwoch nicht", workdays("Mo", "Di", "Do", "Fr"), "am Mittwoch nicht"),
        ("Mo-Fr 9-12, kein Mi", workdays("Mo", "Di", "Do", "Fr"), "kein Mi"),
        ("Mo-Fr 9-12; mittwochs haben wir zu", workdays("Mo", "Di", "Do", "Fr"), "mittwochs haben wir zu"),
        ("Mo-Do 9-12; Do geschlossen", workdays("Mo", "Di", "Mi"), "Do geschlossen"),
        ("Ruhetag: Mo, täglich 9-12", workdays("Di", "Mi", "Do", "Fr", "Sa", "So"), "Ruhetag: Mo"),
        ("Di geschlossen; Mo-Mi 9-12", workdays("Mo", "Mi"), "Di geschlossen"),
        ("Mon-Fri 9am-12pm except Wednesday", workdays("Mo", "Di", "Do", "Fr"), "except Wednesday"),
        (
            "Mo-Fr 9-12, Sa, So, feiertags geschlossen",
            workdays("Mo", "Di", "Mi", "Do", "Fr"),
            "Sa, So; feiertags geschlossen",
        ),
        (
            "Mo-Fr 9-12, Mi vormittags geschlossen",
            workdays("Mo", "Di", "Do", "Fr"),
            "Mi vormittags geschlossen",
        ),
        ("Mo-Fr 9-12, Mi frei", workdays("Mo", "Di", "Do", "Fr"), None),
        ("Mo-Fr 9-12, Mi kapalı", workdays("Mo", "Di", "Do", "Fr"), "Mi kapalı"),
        ("Mo-Fr 9-12, Fr 9-11", workdays("Mo", "Di", "Mi", "Do"), None),
        (
            "Montags 9 bis 12 Uhr (telefonisch), Dienstags 9-12 Uhr",
            workdays("Mo", "Di"),
            "Montags 9 bis 12 Uhr (telefonisch)",
        ),
        ("Mi 9-12 (telefonisch)", workdays("Mi"), "(telefonisch)"),
        ("Mo-Fr 9-12; entfällt bis auf Weiteres", "", None),
        ("vorübergehend geschlossen: Mo-Fr 9-12", "", None),
        ("Zurzeit keine Sprechzeiten (sonst Mo 9-12)", "", None),
        ("Mo-Fr 9-12, 10-11 Uhr geschlossen", "", None),
        ("Mo-Fr 9-12, Mittagspause 12-13", "", None),
        ("Mo-Fr 9-12; Betriebsferien bis 15.1.", "", None),
        ("Mo-Fr 9-12, mittwochs 14-16 statt vormittags", "", None),
        ("Mo-Fr 9-12; ab Montag neue Zeiten", "", None),
        ("Mo und Mi 9-12 bzw. 14-16", "", None),
        ("Mo-Mi-Fr 9-12", "", None),
        ("WE 9-12", "", None),
        ("Mo-Fr 9-5", "", None),
        ("Di 2-4", "", None),
        ("Mo-Fr abends 7-9", "", None),
        ("Mo 9-12?", "", None),
        ("24h", "", None),
    ],
)
def test_no_slot_stands_against_the_words_beside_it(
    written: str, slots: str, note: str | None, context: Context
) -> None:
    """Nobody stands before a door that the text says is closed, and the words stay; None: the whole text."""
    reading = read("hours", written, context)

    assert slots_of(reading) == slots
    assert reading.value["note"] == (note or written)
    assert [finding.code for finding in reading.findings] == ["HOURS_KEPT_AS_NOTE"]


@pytest.mark.parametrize(
    ("cell", "nearest"),
    [
        ("2026-12-09", "9-12"),
        ("09:00:00", None),
        ("09. Dez", None),
        ("Dez 12", None),
        (46365, None),
        (0.375, None),
    ],
)
def test_a_date_that_a_spreadsheet_made_of_hours_is_no_note(
    cell: Any, nearest: str | None, context: Context
) -> None:
    """'9-12' typed into a cell becomes the 9th of December; nobody can read that as hours."""
    reading = read("hours", cell, context)

    assert reading.value is None
    assert [(finding.code, finding.nearest) for finding in reading.findings] == [
        ("HOURS_MADE_A_DATE", nearest)
    ]


LISTS = st.sampled_from([", ", "/", " + ", " und ", " u. "])
TIMES = st.sampled_from(
    [("9-12", 9, 12), ("9:00–12:00 Uhr", 9, 12), ("14 bis 16 Uhr", 14, 16), ("von 16 bis 18 h", 16, 18)]
)
NO = st.sampled_from(
    [
        "{} geschlossen",
        "{} zu",
        "nicht {}",
        "außer {}",
        "ohne {}",
        "({} Ruhetag)",
        "(nicht {})",
        "kein {}",
        "{} nur auf Anfrage",
    ]
)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[str, set[tuple[str, int, int]], set[str]]:
    """A text of day lists with times and of days that are closed; its slots, and the closed days."""
    left, parts, slots = list(range(7)), [], set()
    for _ in range(draw(st.integers(1, 3))):
        if not left:
            break
        first = draw(st.sampled_from(left))
        if draw(st.booleans()):
            last = draw(st.sampled_from([day for day in left if day >= first]))
            days = list(range(first, last + 1))
            if not set(days) <= set(left):
                continue
            said = (
                f"{WEEK[first]}{draw(st.sampled_from(['-', ' – ', ' bis ']))}{WEEK[last]}"
                if last > first
                else WEEK[first]
            )
        else:
            days = sorted({first, *draw(st.lists(st.sampled_from(left), max_size=2))})
            said = draw(LISTS).join(WEEK[day] for day in days)
        left = [day for day in left if day not in days]
        spans = draw(st.lists(TIMES, min_size=1, max_size=2, unique_by=lambda span: span[1]))
        joint, between = draw(st.sampled_from([" ", ": "])), draw(st.sampled_from([", ", " und ", " + "]))
        parts.append(said + joint + between.join(span[0] for span in spans))
        slots |= {(WEEK[day], opens, closes) for day in days for _, opens, closes in spans}
    closed: set[str] = set()
    for _ in range(draw(st.integers(0, 2))):
        names = draw(st.lists(st.sampled_from(WEEK), min_size=1, max_size=2, unique=True))
        closed |= set(names)
        parts.append(draw(NO).format(draw(st.sampled_from([" und ", "/", " + "])).join(names)))
    return draw(st.sampled_from([", ", "; ", "\n", ". "])).join(parts), slots, closed


@settings(max_examples=400, deadline=None)
@given(weeks())
def test_any_combination_is_right_or_told(week: tuple[str, set[tuple[str, int, int]], set[str]]) -> None:
    """Whatever people put together: no slot that the text does not say, none on a closed day, and nothing left out in silence."""
    text, said, closed = week
    reading = read("hours", text, Context(today=dt.date(2026, 8, 20)))
    found = {
        (CODES[slot["weekday"]], int(slot["opens"][:2]), int(slot["closes"][:2]))
        for slot in (reading.value or {}).get("slots", [])
    }
    right = {slot for slot in said if slot[0] not in closed}

    assert found <= right
    assert found == right or reading.findings
    assert reading.findings or not closed
