"""Remembers a few totals per month, so that a figure can say how it moved. Nothing about persons is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from allin_plugins.statistics.figures import Group

KEPT = 36
"""Months that are remembered."""
REMEMBERED = frozenset({"organisation", "event", "opportunity"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many more there are than at the end of last month, or of the same month a year ago."""

    difference: int
    since: Literal["year", "month"]


def compare(
    state: dict[str, Any], groups: Iterable[Group], now: dt.datetime, zone: str
) -> dict[str, Comparison]:
    """Put this month's totals into the output's memory; gives for each kind how it moved."""
    today = now.astimezone(ZoneInfo(zone)).date()
    months: dict[str, dict[str, int]] = dict(state.get("months", {}))
    totals = {
        group.kind: group.total for group in groups if group.kind in REMEMBERED and group.total is not None
    }
    year_ago = months.get(f"{today.replace(year=today.year - 1, day=1):%Y-%m}", {})
    month_ago = months.get(f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}", {})
    months[f"{today:%Y-%m}"] = totals
    state["months"] = {month: months[month] for month in sorted(months)[-KEPT:]}
    found = {}
    for kind, total in totals.items():
        if kind in year_ago:
            found[kind] = Comparison(total - year_ago[kind], "year")
        elif kind in month_ago:
            found[kind] = Comparison(total - month_ago[kind], "month")
    return found
