"""Times are written as people say them, and mean the same in German and English."""

from __future__ import annotations

import datetime as dt

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.config import schedules
from allin_hub.config.load import load

BERLIN = "Europe/Berlin"
EVERY = {
    "every minute": 1,
    "every 15 minutes": 15,
    "alle 15 Minuten": 15,
    "stündlich": 60,
    "every hour": 60,
    "Alle 6 Stunden": 360,
    "täglich": 1440,
    "every 2 days": 2880,
    "wöchentlich": 10080,
}
AT = {
    "every day at 03:00": "0 3 * * *",
    "täglich um 3 Uhr": "0 3 * * *",
    "jeden Tag um 3.30 Uhr": "30 3 * * *",
    "daily at 6 pm": "0 18 * * *",
    "daily at 12 am": "0 0 * * *",
    "every weekday at 7:30": "30 7 * * 1-5",
    "werktags um 7:30 Uhr": "30 7 * * 1-5",
    "montags bis freitags um 8": "0 8 * * 1-5",
    "saturday to sunday at 9": "0 9 * * 6-7",
    "mondays and fridays at 8:05": "5 8 * * 1,5",
    "jeden Montag, Donnerstag um 8 Uhr": "0 8 * * 1,4",
    "0  5 * * MON": "0 5 * * MON",
    "*/20 8-18 * * 1-5": "*/20 8-18 * * 1-5",
}
WRONG = {
    "every 30 seconds": "every",
    "evry 6 hours": "every 6 hours",
    "6 Stunden": "alle 6 Stunden",
    "every 0 hours": "every",
    "every 9999 weeks": "every",
    "every day at 25:00": "every day at 03:00",
    "täglich um 3:75": "täglich um 3 Uhr",
    "0 25 * * *": "0 5 * * *",
    "0 0 31 2 *": "0 5 * * *",
    "* * * * * *": "every day at 03:00",
    "": "every day at 03:00",
    "daily at 13 pm": "every weekday at 07:30",
    "blauer Montag um 8": "jeden Montag um 8 Uhr",
}


@pytest.mark.parametrize("words", EVERY)
def test_a_span_is_read_in_both_languages(words):
    """Nobody of an office has to learn cron."""
    read = schedules.read(words)

    assert (read.cron, read.every) == (None, dt.timedelta(minutes=EVERY[words]))


@pytest.mark.parametrize("words", AT)
def test_a_time_of_day_becomes_a_cron_line(words):
    """A cron line keeps to the clock on the wall when summer time begins."""
    read = schedules.read(words)

    assert (read.cron, read.every) == (AT[words], None)


@pytest.mark.parametrize("words", schedules.EXAMPLES)
def test_every_example_that_is_offered_is_understood(words):
    """A hint that leads to the next error would be worse than none."""
    read = schedules.read(words)

    assert (read is None) is (words == "never")


@pytest.mark.parametrize("words", WRONG)
def test_what_is_not_understood_is_refused_with_a_line_and_an_example(tmp_path, words):
    """A schedule that nobody could read would never run, without a word."""
    block = f'[sources.vereine]\nplugin = "spreadsheet"\npath = "a.csv"\nschedule = "{words}"\n'
    (tmp_path / "hub.toml").write_text(block, encoding="utf-8")

    with pytest.raises(ConfigError) as error:
        load(tmp_path)

    assert error.value.at == ("hub.toml", 4)
    assert f"'{words}'" in error.value.message
    assert f'"{WRONG[words]}' in error.value.hint


@pytest.mark.parametrize("setting", ["nightly", "upkeep"])
def test_the_standing_runs_are_checked_as_well(tmp_path, setting):
    """They stand in another block, and would fail as silently."""
    (tmp_path / "hub.toml").write_text(f'[hub]\n{setting} = "nachts"\n', encoding="utf-8")

    with pytest.raises(ConfigError, match=f"hub.{setting}"):
        load(tmp_path)


def test_never_means_no_schedule():
    """Who does not want the nightly run says so, instead of leaving a line out."""
    assert schedules.read("never") is schedules.read("Nie") is None


@pytest.mark.parametrize(
    ("words", "moment", "following"),
    [
        ("every day at 03:00", "2026-06-01T12:00+00:00", "2026-06-02T01:00+00:00"),
        ("every day at 03:00", "2026-12-01T12:00+00:00", "2026-12-02T02:00+00:00"),
        ("every day at 03:00", "2026-12-01T02:00+00:00", "2026-12-02T02:00+00:00"),
        ("every 6 hours", "2026-12-01T12:00+00:00", "2026-12-01T17:00+00:00"),
        ("every 2 days", "2026-03-29T12:00+00:00", "2026-03-29T22:00+00:00"),
        ("every monday at 8", "2026-03-29T12:00+00:00", "2026-03-30T06:00+00:00"),
    ],
)
def test_due_times_follow_the_office_clock(words, moment, following):
    """What is late is told by them, in winter and in summer."""
    now = dt.datetime.fromisoformat(moment)
    read = schedules.read(words)

    assert read.next_after(now, BERLIN) == dt.datetime.fromisoformat(following)
