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
from allin_hub.operations.status import hub_status
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
        self.lines: list[str] = []

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
            self.lines = [
                f"{one.column}: {one.hint('de')}"
                for one in report.problems
                if one.code.startswith("DATE_ORDER")
            ]
            with reading(hub.engine) as connection:
                found = [*entities.everything(connection, Kind.EVENT, hub.sealer)]
        finally:
            hub.close()
        times = {"created_at": NOW, "updated_at": NOW}
        events = [
            Event.model_validate({**times, "id": one.id, "slug": one.slug, **one.data}) for one in found
        ]
        return {one.title: one for one in events}

    def status(self) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """What `allin status` lists as to do for the source."""
        hub = open_hub(self.folder, clock=lambda: NOW)
        try:
            return [
                (one.code, one.names, one.columns)
                for one in hub_status(hub).todo
                if one.names == ("termine",)
            ]
        finally:
            hub.close()

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


HEAD = "Titel;Datum;Bis\n"


def test_one_column_has_one_order(office: Office) -> None:
    """Where one date shows that the month comes first, it comes first in all of the column."""
    events = office.bring(INPUTS / "month-first.csv")

    assert {title[-1]: when(one) for title, one in events.items()} == {
        "A": "05.12.2026 18:00 - 05.12.2026 20:00",
        "B": "19.12.2026 18:00 - 19.12.2026 20:00",
        "C": "28.12.2026 all day",
    }
    assert all("DATE_ORDER" not in code for codes in office.told.values() for code in codes)


def test_the_last_row_decides_for_the_first(office: Office) -> None:
    """The whole column is looked at before a cell is read; columns are decided one by one."""
    rows = "".join(f"Tag {n};0{n % 9 + 1}/03/2027;\n" for n in range(50))
    events = office.bring(f"{HEAD}{rows}Ende;25/03/2027;\n")

    assert {one.start.month for one in events.values()} == {3}
    assert len(events) == 51


def test_an_order_that_nothing_shows_is_asked_for_once(office: Office) -> None:
    """Ambiguous rows wait for one answer; `allin status` prints the line, and with it they are read."""
    sheet = f"{HEAD}Eins;05/12/2026;\nZwei;06/12/2026;07/12/2026\nDrei;08.12.2026;\nVier;09/09/2027;\n"
    events = office.bring(sheet)

    assert {title: when(one) for title, one in events.items()} == {
        "Drei": "08.12.2026 all day",
        "Vier": "09.09.2027 all day",
    }
    assert office.told[2] == ["DATE_ORDER_UNCLEAR"]
    assert set(office.told[3]) == {"DATE_ORDER_UNCLEAR"}
    assert office.status() == [("date_order", ("termine",), ("Datum", "Bis"))]
    assert len(set(office.lines)) == 2  # one for each column, whatever the rows say

    answered = 'date_order = { "Datum" = "day first", "Bis" = "day first" }'
    events = office.bring(sheet, answered)

    assert when(events["Eins"]) == "05.12.2026 all day"
    assert when(events["Zwei"]) == "06.12.2026 - 07.12.2026 all day"
    assert office.status() == []
    assert when(office.bring(sheet, answered.replace("day", "month"))["Eins"]) == "12.05.2026 all day"


def test_an_order_is_remembered(office: Office) -> None:
    """A later file of ambiguous dates alone is read as the one before; one that shows the other order is told."""
    office.bring(f"{HEAD}Eins;12/25/2026;\n")
    assert '"Datum" = "month first"' in (office.folder / "maps" / "termine.toml").read_text(encoding="utf-8")

    assert when(office.bring(f"{HEAD}Eins;12/05/2026;\n")["Eins"]) == "05.12.2026 all day"

    events = office.bring(f"{HEAD}Eins;12/05/2026;\nZwei;26/12/2026;\n")
    assert office.told[None].count("DATE_ORDER_OTHER") == 1
    assert office.told[2] == ["DATE_ORDER_UNCLEAR"]
    assert when(events["Zwei"]) == "26.12.2026 all day"


def test_an_order_that_changes_half_way_is_told(office: Office) -> None:
    """What is clear is read, what is not waits."""
    events = office.bring(f"{HEAD}Eins;25/12/2026;\nZwei;05/12/2026;\nDrei;12/26/2026;\n")

    assert {title: when(one) for title, one in events.items()} == {
        "Eins": "25.12.2026 all day",
        "Drei": "26.12.2026 all day",
    }
    assert office.told[None].count("DATE_ORDER_MIXED") == 1
    assert office.told[3] == ["DATE_ORDER_UNCLEAR"]
    assert office.columns["DATE_ORDER_MIXED"] == "Datum"


def test_dots_and_years_in_front_have_one_order_always(office: Office) -> None:
    """'5.12.' is the fifth, also where the column's slashed dates have the month first."""
    events = office.bring(f"{HEAD}Eins;12/25/2026;\nZwei;05.12.2026;\nDrei;2026-12-06;\nVier;2026/12/07;\n")

    assert [events[title].start for title in ("Zwei", "Drei", "Vier")] == [
        dt.date(2026, 12, 5),
        dt.date(2026, 12, 6),
        dt.date(2026, 12, 7),
    ]


def test_an_answer_for_a_column_that_is_not_there_is_told(office: Office) -> None:
    """Otherwise nobody would see that the heading was misspelt."""
    office.bring(f"{HEAD}Eins;05/12/2026;\n", 'date_order = { "Wochentag der Sache" = "day first" }')

    assert "DATE_ORDER_NO_COLUMN" in office.told[None]
    assert office.told[2] == ["DATE_ORDER_UNCLEAR"]
