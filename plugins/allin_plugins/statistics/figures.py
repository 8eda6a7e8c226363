"""Counts what the view shows. The same in every language; labels come later."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from allin_hub import View, event_dates
from allin_plugins.statistics.quality import FRESHNESS, WANTED, freshness
from allin_schemas import Event, EventStatus, Opportunity, Organisation, Person, Record, Service

MONTHS = 6
"""Months for which coming dates are counted, this one included."""
NOT_STATED = ""
"""The key of the row that counts entries that say nothing."""
R = TypeVar("R", bound=Record)
Keys = Callable[[R], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `count` is None where a small group of persons is hidden."""

    key: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one kind by one facet.

    `several` says that an entry may stand in more than one row, so that rows add up to more than the total.
    """

    kind: str
    facet: str
    rows: tuple[Row, ...]
    total: int
    several: bool = False

    @property
    def id(self) -> str:
        """Names the table's files and its place on the page."""
        return f"{self.kind}-{self.facet}"

    @property
    def hidden(self) -> int:
        """How many groups are hidden."""
        return sum(row.count is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """Everything about one kind; `total` is None where it is hidden."""

    kind: str
    total: int | None
    tables: tuple[Table, ...]


def count(view: View, now: dt.datetime, zone: str) -> tuple[Group, ...]:
    """Organisations, services, events, opportunities, and persons as far as the hub lets them be counted."""
    return (
        _group("organisation", view, view.all(Organisation), now, _ORGANISATION),
        _group("service", view, view.all(Service), now, _SERVICE),
        _events(view, now, zone),
        _group("opportunity", view, view.all(Opportunity), now, _OPPORTUNITY),
        _persons(view),
    )


def _events(view: View, now: dt.datetime, zone: str) -> Group:
    events = view.all(Event)
    group = _group("event", view, events, now, _EVENT)
    if not events:
        return group
    return Group(group.kind, group.total, (_months(events, now, zone), *group.tables))


def _group(
    kind: str, view: View, records: Sequence[R], now: dt.datetime, facets: dict[str, Keys[R]]
) -> Group:
    if not records:
        return Group(kind, 0, ())
    tables = [_table(kind, facet, records, keys) for facet, keys in facets.items()]
    tables.append(_table(kind, "source", records, lambda one: _sources(view, one)))
    tables.append(_wanted(kind, records))
    tables.append(_fresh(kind, records, now))
    return Group(kind, len(records), tuple(table for table in tables if _says_something(table)))


def _table(kind: str, facet: str, records: Sequence[R], keys: Keys[R]) -> Table:
    counted: Counter[str] = Counter()
    several = False
    for record in records:
        found = list(dict.fromkeys(key for key in keys(record) if key)) or [NOT_STATED]
        several = several or len(found) > 1
        counted.update(found)
    rows = sorted(counted.items(), key=lambda pair: (pair[0] == NOT_STATED, -pair[1], pair[0]))
    return Table(kind, facet, tuple(Row(key, number) for key, number in rows), len(records), several)


def _wanted(kind: str, records: Sequence[Record]) -> Table:
    """How many entries say what is wanted of them."""
    wanted = WANTED[records[0].kind]
    rows = tuple(Row(field, sum(map(says, records))) for field, says in wanted.items())
    return Table(kind, "completeness", rows, len(records), several=True)


def _fresh(kind: str, records: Sequence[Record], now: dt.datetime) -> Table:
    """How long ago entries were confirmed or changed, the freshest first."""
    counted = Counter(freshness(record, now) for record in records)
    return Table(kind, "freshness", tuple(Row(age, counted[age]) for age in FRESHNESS), len(records))


def _months(events: Sequence[Event], now: dt.datetime, zone: str) -> Table:
    """Dates that lie in this month and the next ones; what is cancelled does not count."""
    here = ZoneInfo(zone)
    first = now.astimezone(here).date().replace(day=1)
    months = [first]
    while len(months) <= MONTHS:
        months.append((months[-1] + dt.timedelta(days=31)).replace(day=1))
    since, until = (dt.datetime.combine(day, dt.time(), here) for day in (months[0], months[-1]))
    counted: Counter[str] = Counter(
        f"{one.start.astimezone(here):%Y-%m}"
        for event in events
        for one in event_dates(event, since, until)
        if one.status is not EventStatus.CANCELLED and since <= one.start < until
    )
    rows = tuple(Row(f"{month:%Y-%m}", counted[f"{month:%Y-%m}"]) for month in months[:-1])
    return Table("event", "month", rows, sum(counted.values()))


def _persons(view: View) -> Group:
    """Only through the hub's own counts, which hide small groups."""
    cells = view.counts(Person)
    total = cells[0].count if cells else 0
    rows = tuple(Row(cell.label, cell.count) for cell in view.counts(Person, "preferred_language"))
    table = Table("person", "language", rows, total or 0)
    return Group("person", total, (table,) if rows else ())


def _says_something(table: Table) -> bool:
    return any(row.key != NOT_STATED for row in table.rows)


def _sources(view: View, record: Record) -> list[str]:
    return [credit.owner or credit.source for credit in view.credits(record)]


def _districts(record: Organisation | Service | Event | Opportunity) -> list[str]:
    places = record.places if isinstance(record, Organisation | Service) else [record.location]
    return [place.district for place in places if place and place.district]


_ORGANISATION: dict[str, Keys[Organisation]] = {
    "type": lambda one: [str(one.type or "")],
    "language": lambda one: [language.code for language in one.languages],
    "district": _districts,
    "topic": lambda one: one.topics,
}
_SERVICE: dict[str, Keys[Service]] = {
    "type": lambda one: [str(one.type or "")],
    "status": lambda one: [str(one.status)],
    "language": lambda one: [language.code for language in one.languages],
    "district": _districts,
    "topic": lambda one: one.topics,
}
_EVENT: dict[str, Keys[Event]] = {
    "status": lambda one: [str(one.status)],
    "language": lambda one: [language.code for language in one.languages],
    "district": _districts,
    "topic": lambda one: one.topics,
}
_OPPORTUNITY: dict[str, Keys[Opportunity]] = {
    "type": lambda one: [str(one.type or "")],
    "status": lambda one: [str(one.status)],
    "language": lambda one: [language.code for language in (*one.languages_needed, *one.languages_welcome)],
    "district": _districts,
    "topic": lambda one: one.topics,
}
