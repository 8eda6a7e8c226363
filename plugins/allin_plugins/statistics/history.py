"""Remembers what was published: totals per month, so that a figure can say how it moved, and the figures of persons.

Those are kept as they were shown, rounded, until the next quarter begins: two reports in a row tell nothing of one person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from allin_plugins.statistics.figures import Group, Row, Table

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


@dataclass(frozen=True, slots=True)
class Fixed:
    """Figures that stay as they are until a day: since when they are counted, and from when on they may change."""

    group: Group
    as_of: dt.date
    until: dt.date


def fixed(state: dict[str, Any], counted: Group, now: dt.datetime, zone: str) -> Fixed:
    """The figures of persons for this quarter: those that it was published with first, else those counted now."""
    today = now.astimezone(ZoneInfo(zone)).date()
    begun = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    until = (begun + dt.timedelta(days=95)).replace(day=1)
    kept = state.get("persons")
    if kept and kept["as_of"] >= begun.isoformat() and kept["total"] != 0:
        return Fixed(_group(kept), dt.date.fromisoformat(kept["as_of"]), until)
    state["persons"] = {
        "as_of": today.isoformat(),
        "total": counted.total,
        "tables": {table.facet: [[row.key, row.count] for row in table.rows] for table in counted.tables},
    }
    return Fixed(counted, today, until)


def _group(kept: dict[str, Any]) -> Group:
    tables = tuple(
        Table("person", facet, tuple(Row(key, number) for key, number in rows), kept["total"] or 0)
        for facet, rows in kept["tables"].items()
    )
    return Group("person", kept["total"], tables)
