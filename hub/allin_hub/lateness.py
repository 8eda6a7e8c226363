"""Tells when data are older than their schedule promises; without a schedule after two days."""

from __future__ import annotations

import datetime as dt

from allin_hub.config import schedules

UNSCHEDULED = dt.timedelta(days=2)
"""How old what has no schedule may be."""
LEAST_GRACE = dt.timedelta(minutes=10)
MOST_GRACE = dt.timedelta(hours=6)
SHARE = 4
"""A quarter of the time between two runs is granted to a run that begins late or takes long."""


def late_from(schedule: str | None, last_success: dt.datetime, zone: str) -> dt.datetime | None:
    """From when on data of this moment are late; None where the office starts every run by hand."""
    if schedule is None:
        return last_success + UNSCHEDULED
    planned = schedules.read(schedule)
    if planned is None:
        return None
    due = planned.next_after(last_success, zone)
    between = planned.next_after(due, zone) - due
    return due + min(max(between / SHARE, LEAST_GRACE), MOST_GRACE)


def is_late(
    schedule: str | None,
    last_success: dt.datetime,
    zone: str,
    now: dt.datetime,
    at_least: dt.timedelta = dt.timedelta(),
) -> bool:
    """Whether data of this moment should have been renewed by now; never before they are `at_least` so old."""
    limit = late_from(schedule, last_success, zone)
    return limit is not None and now > max(limit, last_success + at_least)
