"""Days and times as people write them into tables, through a whole hub: each is right, or told."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Event, Kind

INPUTS = Path(__file__).parent / "inputs"
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
KASSEL = ZoneInfo("Europe/Berlin")
SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
{more}

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Musterweg 1"
"""


class Office:
    """A hub's folder with one sheet of events."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: dict[int | None, list[str]] = {}
        self.columns: dict[str, str | None] = {}

    def bring(self, content: Path | str, more: str = "") -> dict[str, Event]:
        """Sync a sheet and give its events by their titles."""
        self.folder.chmod(0o711)
        (self.folder / "data").mkdir(exist_ok=True)
        (self.folder / "hub.toml").write_text(SETTINGS.format(more=more), encoding="utf-8")
        sheet = self.folder / "data" / "termine.csv"
        if isinstance(content, Path):
            shutil.copy(content, sheet)
        else:
            sheet.write_text(content, encoding="utf-8")
        hub = open_hub(self.folder, clock=lambda: NOW)
        try:
            report = sync(hub, None).sources["termine"]
            self.told = {}
            for one in report.problems:
                self.told.setdefault(one.row, []).append(one.code)
                self.columns[one.code] = one.column
            with reading(hub.engine) as connection:
                found = [*entities.everything(connection, Kind.EVENT, hub.sealer)]
        finally:
            hub.close()
        times = {"created_at": NOW, "updated_at": NOW}
        events = [
            Event.model_validate({**times, "id": one.id, "slug": one.slug, **one.data}) for one in found
        ]
        return {one.title: one for one in events}

    def publish(self) -> Path:
        """Publish the directory."""
        hub = open_hub(self.folder, clock=lambda: NOW)
        try:
            assert all(report.ok for report in publish(hub, None).values())
        finally:
            hub.close()
        return self.folder / "public"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An empty office."""
    return Office(tmp_path)


def when(event: Event) -> str:
    """An event's time in one line, as people say it: the last day is the last one."""
    zone = ZoneInfo(event.zone)

    def told(moment: dt.datetime | dt.date, back: int = 0) -> str:
        if isinstance(moment, dt.datetime):
            return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"
        return f"{moment - dt.timedelta(days=back):%d.%m.%Y}"

    line = " + ".join(told(one) for one in (event.start, *event.rdates))
    if event.end is not None:
        line += f" - {told(event.end, 1)}"
    return line + (" all day" if event.all_day else "") + (f" ({event.time_note})" if event.time_note else "")


def test_the_last_day_that_people_write_is_the_last_one(office: Office) -> None:
    """'Bis 06.12.' is the sixth; the model holds the day after it, and every output shows the sixth."""
    events = office.bring(INPUTS / "last-day.csv")

    assert {title: when(one) for title, one in events.items()} == {
        "Tage A drei Tage": "04.12.2026 - 06.12.2026 all day",
        "Tage B ein Tag doppelt": "05.12.2026 all day",
        "Tage C Zeiten": "05.12.2026 10:00 - 06.12.2026",
        "Tage D zwei Tage": "08.12.2026 - 09.12.2026 all day",
        "Tage E Zeitraum": "12.12.2026 - 14.12.2026 all day",
        "Tage F ohne Ende": "05.12.2026 all day",
    }
    assert all(row is None for row in office.told)


SHOWN = {
    "Tage A drei Tage": ("Freitag, 4. Dezember 2026 – Sonntag, 6. Dezember 2026", "2026-12-04", "2026-12-07"),
    "Tage B ein Tag doppelt": ("Samstag, 5. Dezember 2026", "2026-12-05", None),
    "Tage C Zeiten": (
        "Samstag, 5. Dezember 2026, 10:00 Uhr – Sonntag, 6. Dezember 2026",
        "2026-12-05T10:00:00+01:00",
        "2026-12-07T00:00:00+01:00",
    ),
}


def test_pages_and_calendars_tell_the_same_last_day(office: Office) -> None:
    """A calendar's DTEND is exclusive, a page's last day is not."""
    events = office.bring(INPUTS / "last-day.csv")
    public = office.publish()
    book = icalendar.Calendar.from_ical((public / "data" / "events.ics").read_bytes())
    entries = {str(one["summary"]): one for one in book.walk("VEVENT")}

    for title, (line, start, end) in SHOWN.items():
        pages = [path.read_text(encoding="utf-8") for path in public.glob(f"de/*/{events[title].slug}.html")]
        text = " ".join(" ".join(pages).replace('<span class="nowrap">', "").replace("</span>", "").split())
        assert line in text, title
        assert entries[title].decoded("dtstart").isoformat() == start
        assert (entries[title].decoded("dtend").isoformat() if "dtend" in entries[title] else None) == end


def test_a_day_column_and_a_time_column_are_one_moment(office: Office) -> None:
    """Midnight beside a time is the day; a time that cannot be read is told and kept in words, never 00:00."""
    events = office.bring(INPUTS / "day-and-time-columns.csv")

    assert {title[-1]: when(one) for title, one in events.items()} == {
        "A": "05.12.2026 18:00 - 05.12.2026 20:00",
        "B": "05.12.2026 18:00",
        "C": "05.12.2026 20:00 - 06.12.2026 02:00",
        "D": "05.12.2026 all day",
        "E": "05.12.2026 18:00",
        "F": "05.12.2026 18:00 - 05.12.2026 20:00",
        "G": "05.12.2026 18:00",
        "H": "05.12.2026 (nach dem Freitagsgebet)",
        "I": "05.12.2026 - 07.12.2026 all day",
        "J": "05.12.2026 18:00",
    }
    assert {row: codes for row, codes in office.told.items() if row} == {
        9: ["TIME_UNREADABLE"],
        11: ["TIME_SERIAL"],
    }


def test_times_of_day_in_a_column_of_their_own(office: Office) -> None:
    """12-hour clocks, four digits, words beside the time: in a column as in one cell."""
    events = office.bring(INPUTS / "times-of-day.csv")
    evening = "19.12.2026 18:00"

    assert {title[-1]: when(one) for title, one in events.items()} == {
        **dict.fromkeys("ABCDEFKLMN", evening),
        "G": f"{evening} (gegen 18 Uhr)",
        "H": f"{evening} - 19.12.2026 20:00",
        "I": f"{evening} (Einlass 17:30)",
        "J": "19.12.2026 (nach dem Gebet)",
    }
    assert office.told[11] == ["TIME_UNREADABLE"]


def test_a_calendar_sheet(office: Office) -> None:
    """Every row is right, or waits and is told; B can be two days."""
    events = office.bring(INPUTS / "calendar-sheet.csv")

    assert {title[0]: when(one) for title, one in events.items()} == {
        "A": "05.01.2027 18:00",
        "C": "01.02.2027 19:00 - 01.02.2027 21:00",
        "D": "07.03.2027 15:00",
        "E": "12.03.2027 10:00 - 14.03.2027",
        "F": "10.04.2027 - 12.04.2027 all day",
        "G": "03.05.2027 20:00",
        "I": "05.04.2027 18:00",
        "J": "01.06.2027 17:00 + 08.06.2027 17:00 + 15.06.2027 17:00 - 01.06.2027 18:30",
        "K": "23.04.2027 18:00",
        "L": "31.12.2026 20:00 - 01.01.2027 02:00",
        "M": "06.06.2027 all day",
        "N": "07.06.2027 18:00 (18 s.t.)",
        "O": "08.06.2027 19:30",
    }
    assert "DATE_ORDER_UNCLEAR" in office.told[4]
    assert "DATE_UNREADABLE" in office.told[10]
    assert "TIME_AFTERNOON" in office.told[17]


def test_a_time_is_meant_in_the_zone_of_its_row(office: Office) -> None:
    """A zone that is none is told, and the event waits: nobody knows when it is."""
    events = office.bring(
        "Titel;Datum;Uhrzeit;Zeitzone\n"
        "New York;2027-03-12T17:30;;America/New_York\n"
        "Kassel;12.03.2027;17:30;\n"
        "Istanbul;12.03.2027;17:30;Europe/Istanbul\n"
        "Nirgends;12.03.2027;17:30;Mitteleuropa\n"
    )

    assert {title: f"{one.start:%H:%M} {one.zone}" for title, one in events.items()} == {
        "New York": "22:30 America/New_York",
        "Kassel": "16:30 Europe/Berlin",
        "Istanbul": "14:30 Europe/Istanbul",
    }
    assert sorted(office.told[5]) == ["START_MISSING", "VALUE_INVALID"]
