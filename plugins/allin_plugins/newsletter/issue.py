"""Which issue is being written: one per week or month, beginning where the one before ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Every(StrEnum):
    """How often an issue appears."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: its days, and the newest change that the issue before told."""

    id: str
    first: dt.date
    last: dt.date
    since: int


@dataclass(frozen=True, slots=True)
class Past:
    """An issue that is frozen: its files stay as they are."""

    id: str
    first: dt.date
    last: dt.date
    languages: tuple[str, ...]


def current(state: dict[str, Any], now: dt.datetime, zone: str, every: Every) -> Issue:
    """The issue to write at this moment.

    A new one begins only with a later period, also when the clock or the setting `every` was changed.
    """
    id, first, last = period(now.astimezone(ZoneInfo(zone)).date(), every)
    begun = state.get("issue")
    if begun is None:
        return Issue(id, first, last, since=0)
    if first > dt.date.fromisoformat(begun["first"]):
        return Issue(id, first, last, since=begun["seen"])
    return Issue(
        begun["id"],
        dt.date.fromisoformat(begun["first"]),
        dt.date.fromisoformat(begun["last"]),
        begun["since"],
    )


def remember(state: dict[str, Any], issue: Issue, seen: int, languages: tuple[str, ...]) -> list[Past]:
    """Note in the output's memory what the issue has told; gives the frozen issues, newest first."""
    begun = state.get("issue")
    past: list[dict[str, Any]] = state.get("past", [])
    if begun is not None and begun["id"] != issue.id:
        past = [{key: begun[key] for key in ("id", "first", "last", "languages")}, *past]
    state["past"] = past
    state["issue"] = {
        "id": issue.id,
        "first": issue.first.isoformat(),
        "last": issue.last.isoformat(),
        "since": issue.since,
        "seen": seen,
        "languages": list(languages),
    }
    return [
        Past(
            one["id"],
            dt.date.fromisoformat(one["first"]),
            dt.date.fromisoformat(one["last"]),
            tuple(one["languages"]),
        )
        for one in past
    ]


def period(day: dt.date, every: Every) -> tuple[str, dt.date, dt.date]:
    """The id, the first and the last day of the week or month of a day."""
    if every is Every.WEEK:
        year, week, weekday = day.isocalendar()
        monday = day - dt.timedelta(days=weekday - 1)
        return f"{year}-W{week:02}", monday, monday + dt.timedelta(days=6)
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    return f"{first:%Y-%m}", first, after - dt.timedelta(days=1)
