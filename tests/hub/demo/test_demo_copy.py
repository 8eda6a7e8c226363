"""The demo lies around the day on which it is made, and never touches what a person has there."""

import datetime as dt
import re

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.config.load import load
from allin_hub.demo import FILES, WRITTEN, copy, moved
from allin_hub.operations.status import is_late

DAYS = [dt.date(2024, 2, 29), dt.date(2026, 10, 5), dt.date(2026, 12, 31), dt.date(2031, 7, 6)]


def starts(calendar: str) -> list[dt.date]:
    """List the day on which each event begins."""
    found = re.findall(r"^DTSTART[^:]*:(\d{8})", calendar.partition("BEGIN:VEVENT")[2], re.MULTILINE)
    return [dt.datetime.strptime(day, "%Y%m%d").replace(tzinfo=dt.UTC).date() for day in found]


@pytest.mark.parametrize("today", DAYS)
def test_single_events_lie_in_the_weeks_around_today(tmp_path, today):
    """A demo that shows only the past would look dead."""
    copy(tmp_path / "demo", today)
    days = starts((tmp_path / "demo/data/termine.ics").read_text(encoding="utf-8"))

    assert len([day for day in days if today <= day <= today + dt.timedelta(weeks=5)]) >= 10
    assert all(abs(day - today) <= dt.timedelta(weeks=6) for day in days)


@pytest.mark.parametrize("today", DAYS)
def test_weekdays_stay_when_dates_move(tmp_path, today):
    """A series every Wednesday has to begin on a Wednesday."""
    copy(tmp_path / "a", WRITTEN)
    copy(tmp_path / "b", today)
    before, after = (
        starts((tmp_path / name / "data/termine.ics").read_text(encoding="utf-8")) for name in "ab"
    )

    assert [day.weekday() for day in before] == [day.weekday() for day in after]


def test_the_rules_of_time_zones_stay_where_they_are(tmp_path):
    """Only events move; a time zone that began in 1601 keeps beginning there."""
    copy(tmp_path / "demo", dt.date(2031, 7, 6))
    text = (tmp_path / "demo/data/termine.ics").read_text(encoding="utf-8")

    assert text.count("DTSTART:16010101T030000") == 2


def test_exceptions_of_a_series_move_with_it():
    """An exception whose date stayed behind would no longer belong to its series."""
    written = (
        "BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20261007T170000\r\n"
        "EXDATE;TZID=Europe/Berlin:20261014T170000,20261021T170000\r\n"
        "RECURRENCE-ID;TZID=Europe/Berlin:20261028T170000\r\nRRULE:FREQ=WEEKLY;UNTIL=20261202T160000Z\r\n"
        "DESCRIPTION:Raum 20261007\r\nEND:VEVENT\r\n"
    )

    assert moved("termine.ics", written.encode(), 1).decode() == (
        "BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20261014T170000\r\n"
        "EXDATE;TZID=Europe/Berlin:20261021T170000,20261028T170000\r\n"
        "RECURRENCE-ID;TZID=Europe/Berlin:20261104T170000\r\nRRULE:FREQ=WEEKLY;UNTIL=20261209T160000Z\r\n"
        "DESCRIPTION:Raum 20261007\r\nEND:VEVENT\r\n"
    )


def test_answers_of_the_form_were_sent_before_today(tmp_path):
    """A consent given tomorrow proves nothing."""
    today = dt.date(2030, 3, 4)
    copy(tmp_path / "demo", today)
    text = (tmp_path / "demo/data/anmeldung.csv").read_text(encoding="utf-8-sig")
    sent = [
        dt.datetime.strptime(day, "%d.%m.%Y").replace(tzinfo=dt.UTC).date()
        for day in re.findall(r"^\d+;(\S{10})", text, re.MULTILINE)
    ]

    assert len(sent) == 22
    assert all(today - dt.timedelta(days=80) < day < today for day in sent)


def test_a_second_copy_leaves_everything_as_it_is(tmp_path):
    """Whoever tries something in the demo's files keeps it when the demo is run again."""
    first = copy(tmp_path / "demo", WRITTEN)
    sheet = tmp_path / "demo/data/anmeldung.csv"
    sheet.write_text("changed", encoding="utf-8")
    second = copy(tmp_path / "demo", WRITTEN + dt.timedelta(weeks=3))

    assert [tmp_path / "demo" / name for name in FILES] == first
    assert second == []
    assert sheet.read_text(encoding="utf-8") == "changed"


def test_a_file_that_is_missing_comes_back(tmp_path):
    """Deleting one file is the way to have it fresh."""
    copy(tmp_path / "demo", WRITTEN)
    (tmp_path / "demo/data/termine.ics").unlink()

    assert [tmp_path / "demo/data/termine.ics"] == copy(tmp_path / "demo", WRITTEN)


@pytest.mark.parametrize("name", ["hub.toml", "letter.txt"])
def test_a_folder_with_something_else_is_refused(tmp_path, name):
    """The demo must not spread into an office's hub, nor into a folder of letters."""
    (tmp_path / name).write_text("[hub]\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="allin demo NEW-FOLDER"):
        copy(tmp_path, WRITTEN)
    assert [tmp_path / name] == list(tmp_path.iterdir())


def test_the_demo_is_not_late_the_next_day(tmp_path):
    """It runs when somebody starts it: "too old" would be the first word to whoever comes back to it."""
    copy(tmp_path / "demo", WRITTEN)
    config = load(tmp_path / "demo")
    made = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
    schedules = [one.schedule for one in (*config.sources.values(), *config.outputs.values())]

    def late(days):
        then = made + dt.timedelta(days=days)
        return {is_late(one, made, config.hub.zone, then, config.hub.late_after) for one in schedules}

    assert {False} == late(1) == late(5)
    assert {True} == late(8)
