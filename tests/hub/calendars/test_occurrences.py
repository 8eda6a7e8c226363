"""The dates that people may go to."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
from dateutil.rrule import rrulestr

from allin_hub.dates.occurrences import event_dates
from allin_schemas import Event, EventStatus

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
UNTIL = dt.datetime(2027, 10, 1, tzinfo=dt.UTC)
MakeEvent = Callable[..., Event]


def at(text: str, zone: str = "Europe/Berlin") -> dt.datetime:
    """Turn wall time into the UTC moment that is stored."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def starts(event: Event, since: dt.datetime = SINCE, until: dt.datetime = UNTIL) -> list[str]:
    """Give the starts of all dates, as the wall shows them."""
    return [f"{found.start:%Y-%m-%d %H:%M}" for found in event_dates(event, since, until)]


def test_a_single_event_has_one_date(event: MakeEvent) -> None:
    """Most events are no series."""
    single = event(start=at("2026-10-05 18:00"), end=at("2026-10-05 20:00"))

    (found,) = event_dates(single, SINCE, UNTIL)

    assert dt.datetime(2026, 10, 5, 18, 0, tzinfo=BERLIN) == found.start
    assert dt.datetime(2026, 10, 5, 20, 0, tzinfo=BERLIN) == found.end
    assert found.start.tzinfo == BERLIN


def test_a_weekly_series_keeps_its_wall_time_when_the_clocks_change(event: MakeEvent) -> None:
    """People come at 18 o'clock, in summer and in winter."""
    weekly = event(start=at("2026-10-19 18:00"), end=at("2026-10-19 20:00"), rrule="FREQ=WEEKLY;COUNT=3")

    found = event_dates(weekly, SINCE, UNTIL)

    assert [one.start.hour for one in found] == [18, 18, 18]
    assert [one.start.astimezone(dt.UTC).hour for one in found] == [16, 17, 17]
    assert [one.end.hour for one in found if one.end] == [20, 20, 20]


def test_excluded_dates_are_gone_and_added_ones_are_there(event: MakeEvent) -> None:
    """EXDATE and RDATE belong to the series."""
    weekly = event(
        start=at("2026-10-05 18:00"),
        rrule="FREQ=WEEKLY;COUNT=4",
        exdates=[at("2026-10-12 18:00"), dt.date(2026, 10, 19)],
        rdates=[at("2026-10-14 19:00")],
    )

    assert starts(weekly) == ["2026-10-05 18:00", "2026-10-14 19:00", "2026-10-26 18:00"]


def test_a_moved_date_stands_where_it_was_moved_to(event: MakeEvent) -> None:
    """An override replaces the date that it names, also when it leaves the window or enters it."""
    weekly = event(
        start=at("2026-10-05 18:00"),
        end=at("2026-10-05 20:00"),
        rrule="FREQ=WEEKLY;COUNT=3",
        overrides=[
            {"recurrence_id": at("2026-10-12 18:00"), "start": at("2026-10-13 17:00"), "title": "Ausflug"},
            {"recurrence_id": at("2026-10-19 18:00"), "start": at("2028-01-01 18:00")},
        ],
    )

    first, moved = event_dates(weekly, SINCE, UNTIL)

    assert (first.overridden, moved.overridden) == (False, True)
    assert (
        moved.title,
        f"{moved.start:%Y-%m-%d %H:%M}",
        f"{moved.end:%Y-%m-%d %H:%M}",
    ) == ("Ausflug", "2026-10-13 17:00", "2026-10-13 19:00")


def test_a_cancelled_date_stays_visible_as_cancelled(event: MakeEvent) -> None:
    """Who planned to come has to learn that it does not take place."""
    weekly = event(
        start=at("2026-10-05 18:00"),
        rrule="FREQ=WEEKLY;COUNT=2",
        overrides=[{"recurrence_id": at("2026-10-12 18:00"), "cancelled": True}],
    )

    statuses = [found.status for found in event_dates(weekly, SINCE, UNTIL)]

    assert statuses == [EventStatus.SCHEDULED, EventStatus.CANCELLED]


def test_a_cancelled_series_is_cancelled_on_each_date(event: MakeEvent) -> None:
    """The status of the series is that of its dates."""
    weekly = event(start=at("2026-10-05 18:00"), rrule="FREQ=WEEKLY;COUNT=2", status="cancelled")

    assert {EventStatus.CANCELLED} == {found.status for found in event_dates(weekly, SINCE, UNTIL)}


def test_an_override_that_names_only_the_day_keeps_the_time(event: MakeEvent) -> None:
    """Some programs write RECURRENCE-ID as a day for a series with times."""
    weekly = event(
        start=at("2026-10-05 18:00"),
        rrule="FREQ=WEEKLY;COUNT=2",
        overrides=[{"recurrence_id": dt.date(2026, 10, 12), "cancelled": True}],
    )

    assert starts(weekly) == ["2026-10-05 18:00", "2026-10-12 18:00"]


def test_an_all_day_event_runs_from_midnight_to_midnight(event: MakeEvent) -> None:
    """The end of a day is exclusive; without one it is one day."""
    fair = event(start=dt.date(2026, 10, 24), end=dt.date(2026, 10, 26), all_day=True)
    feast = event(start=dt.date(2026, 10, 24), all_day=True)

    (found,) = event_dates(fair, SINCE, UNTIL)
    (short,) = event_dates(feast, SINCE, UNTIL)

    assert (
        found.all_day,
        f"{found.start:%Y-%m-%d %H:%M}",
        f"{found.end:%Y-%m-%d %H:%M}",
    ) == (True, "2026-10-24 00:00", "2026-10-26 00:00")
    assert f"{short.end:%Y-%m-%d %H:%M}" == "2026-10-25 00:00"


def test_an_all_day_series_skips_its_excluded_days(event: MakeEvent) -> None:
    """Days are compared as days."""
    monthly = event(
        start=dt.date(2026, 10, 31),
        all_day=True,
        rrule="FREQ=MONTHLY;COUNT=3",
        exdates=[dt.date(2026, 12, 31)],
    )

    assert starts(monthly) == ["2026-10-31 00:00", "2027-01-31 00:00"]


def test_the_hour_that_the_clock_skips_comes_an_hour_later(event: MakeEvent) -> None:
    """RFC 5545 3.3.5: a time that does not exist is read with the offset before the gap."""
    daily = event(
        start=at("2027-03-27 02:30"),
        end=at("2027-03-27 03:00"),
        rrule="FREQ=DAILY;COUNT=3",
        exdates=[at("2027-03-29 02:30")],
    )

    found = event_dates(daily, SINCE, UNTIL)

    assert [f"{one.start:%Y-%m-%d %H:%M}" for one in found] == ["2027-03-27 02:30", "2027-03-28 03:30"]
    assert all(one.end and one.end.astimezone(dt.UTC) > one.start.astimezone(dt.UTC) for one in found)


def test_a_skipped_hour_can_be_excluded_by_its_moment(event: MakeEvent) -> None:
    """What is stored is the moment, and the wall has two names for it."""
    daily = event(start=at("2027-03-27 02:30"), rrule="FREQ=DAILY;COUNT=3", exdates=[at("2027-03-28 02:30")])

    assert starts(daily) == ["2027-03-27 02:30", "2027-03-29 02:30"]


def test_the_second_of_two_equal_hours_is_kept(event: MakeEvent) -> None:
    """A single event is the moment that is stored, whatever the wall shows."""
    late = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)

    (found,) = event_dates(event(start=late), SINCE, UNTIL)

    assert late == found.start.astimezone(dt.UTC)


def test_until_as_a_day_includes_that_day(event: MakeEvent) -> None:
    """Partners write the last day, not the last second."""
    weekly = event(start=at("2026-10-05 18:00"), rrule="FREQ=WEEKLY;UNTIL=20261019")

    assert len(event_dates(weekly, SINCE, UNTIL)) == 3


def test_until_in_utc_is_compared_in_wall_time(event: MakeEvent) -> None:
    """16:00 UTC is 18:00 in Berlin in summer, and the date at that very moment belongs to the series."""
    weekly = event(start=at("2026-10-05 18:00"), rrule="FREQ=WEEKLY;UNTIL=20261019T160000Z")

    assert len(event_dates(weekly, SINCE, UNTIL)) == 3


def test_a_series_that_ended_before_it_began_has_no_date(event: MakeEvent) -> None:
    """That is how calendar programs write a series that was deleted as a whole."""
    gone = event(start=at("2026-10-05 18:00"), rrule="FREQ=WEEKLY;UNTIL=20261001T000000Z")

    assert event_dates(gone, SINCE, UNTIL) == []


def test_an_exception_without_its_series_stands_for_itself(event: MakeEvent) -> None:
    """A rolling feed may give the moved date alone; the store then takes its start for the event's."""
    alone = event(
        start=at("2026-10-13 17:00"),
        overrides=[{"recurrence_id": at("2026-10-12 18:00"), "start": at("2026-10-13 17:00")}],
    )

    assert starts(alone) == ["2026-10-13 17:00"]


def test_no_more_than_a_thousand_dates_are_given(event: MakeEvent) -> None:
    """A page with more dates helps nobody."""
    hourly = event(start=at("2026-10-05 18:00"), rrule="FREQ=HOURLY")

    assert len(event_dates(hourly, SINCE, UNTIL)) == 1000
    assert len(event_dates(hourly, SINCE, UNTIL, most=5)) == 5


def test_dates_can_be_shown_in_the_office_zone(event: MakeEvent) -> None:
    """A series in UTC keeps its moments and is read in local time."""
    utc = event(
        start=dt.datetime(2026, 10, 19, 16, 0, tzinfo=dt.UTC), zone="UTC", rrule="FREQ=WEEKLY;COUNT=2"
    )

    found = event_dates(utc, SINCE, UNTIL, zone="Europe/Berlin")

    assert [f"{one.start:%H:%M}" for one in found] == ["18:00", "17:00"]


def test_a_long_event_is_seen_while_it_lasts(event: MakeEvent) -> None:
    """An exhibition that began before the window is still open."""
    exhibition = event(start=dt.date(2026, 8, 1), end=dt.date(2026, 9, 15), all_day=True)

    assert starts(exhibition) == ["2026-08-01 00:00"]


RANDOM_FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]


def random_rule(chance: random.Random) -> str:
    """Make a rule as calendar programs write them."""
    frequency = chance.choice(RANDOM_FREQUENCIES)
    parts = [f"FREQ={frequency}"]
    if chance.random() < 0.5:
        parts.append(f"INTERVAL={chance.randint(1, 4)}")
    days = chance.sample(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], chance.randint(1, 3))
    if frequency == "WEEKLY" and chance.random() < 0.7:
        parts.append("BYDAY=" + ",".join(days))
    if frequency == "MONTHLY":
        parts.append(
            chance.choice(
                [
                    "BYMONTHDAY=" + str(chance.choice([1, 15, 28, 31, -1, -2])),
                    "BYDAY=" + ",".join(f"{chance.choice([1, 2, 3, 4, -1])}{day}" for day in days),
                    "BYDAY=" + ",".join(days) + ";BYSETPOS=" + str(chance.choice([1, 2, -1])),
                ]
            )
        )
    if frequency == "YEARLY":
        month = chance.randint(1, 12)
        parts.append(
            chance.choice(
                [
                    f"BYMONTH={month}",
                    f"BYMONTH={month};BYDAY=-1SU",
                    "BYWEEKNO=20;BYDAY=MO",
                    "BYYEARDAY=100,-1",
                ]
            )
        )
    if frequency == "DAILY" and chance.random() < 0.3:
        parts.append(f"BYMONTH={chance.randint(1, 12)}")
    if chance.random() < 0.2:
        parts.append("BYHOUR=9,18")
    if chance.random() < 0.3:
        parts.append("WKST=" + chance.choice(["MO", "SU"]))
    ending = chance.random()
    if ending < 0.3:
        parts.append(f"COUNT={chance.randint(1, 40)}")
    elif ending < 0.6:
        parts.append(f"UNTIL=20{chance.randint(27, 28)}{chance.randint(1, 12):02d}15T120000Z")
    return ";".join(parts)


def counted_with_the_start(text: str, start: dt.datetime) -> str | None:
    """Give the rule for the library, which does not count a start that is off the rule (RFC 5545, 3.3.10 does)."""
    found = re.search(r"COUNT=(\d+)", text)
    wall = start.replace(tzinfo=None)
    if found is None or next(iter(rrulestr(text, dtstart=wall)), None) == wall:
        return text
    return text.replace(found[0], f"COUNT={int(found[1]) - 1}") if int(found[1]) > 1 else None


def differences(event: MakeEvent, seed: int, how_many: int) -> list[tuple[Any, ...]]:
    """Compare with recurring-ical-events; a difference is named with its rule."""
    chance = random.Random(seed)  # noqa: S311 - the same rules each time
    found = []
    for _ in range(how_many):
        text = random_rule(chance)
        zone = chance.choice(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
        # Not in the hours that a change of clocks skips: the library keeps times that do not exist.
        start = dt.datetime(
            2026,
            chance.randint(1, 12),
            chance.randint(1, 28),
            chance.randint(5, 23),
            15,
            tzinfo=ZoneInfo(zone),
        )
        end = start + dt.timedelta(minutes=chance.choice([30, 90, 240]))
        other = icalendar.Event()
        other.add("uid", "1@example.org")
        other.add("dtstart", start)
        other.add("dtend", end)
        theirs_text = counted_with_the_start(text, start)
        if theirs_text is not None:
            other.add("rrule", icalendar.vRecur.from_ical(theirs_text))
        theirs = sorted(
            (one["DTSTART"].dt.astimezone(dt.UTC), one["DTEND"].dt.astimezone(dt.UTC))
            for one in recurring_ical_events.of(other).between(SINCE, UNTIL)
        )
        stored = event(start=start.astimezone(dt.UTC), end=end.astimezone(dt.UTC), zone=zone, rrule=text)
        ours = [
            (one.start.astimezone(dt.UTC), one.end.astimezone(dt.UTC) if one.end else None)
            for one in event_dates(stored, SINCE, UNTIL)
        ]
        if ours != theirs:
            found.append((text, start, [*set(ours) ^ set(theirs)][:4]))
    return found


def test_two_hundred_random_rules_give_what_another_library_gives(event: MakeEvent) -> None:
    """Our wall-time arithmetic agrees with recurring-ical-events."""
    assert differences(event, 5545, 200) == []


@pytest.mark.slow
def test_two_thousand_random_rules_give_what_another_library_gives(event: MakeEvent) -> None:
    """The same, longer."""
    assert differences(event, 2445, 2_000) == []
