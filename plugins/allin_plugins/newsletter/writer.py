"""Puts news into the words of one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from allin_hub import Formats
from allin_plugins.newsletter.letter import Item, Line, Section
from allin_plugins.newsletter.phrases import clean, first_sentence, isolated, place_line
from allin_schemas import (
    Cost,
    Event,
    EventStatus,
    LocalizedText,
    Mode,
    Opportunity,
    Organisation,
    Place,
    Service,
    SpokenLanguage,
)

if TYPE_CHECKING:
    from allin_hub import Occurrence
    from allin_plugins.newsletter.issue import Issue
    from allin_plugins.newsletter.news import Dates, Move, News

MOST = 8
"""Items of a letter; the rest is counted."""
LATER = 3
"""Further dates that an event names."""


class Writer:
    """Puts news into the words of one language."""

    def __init__(
        self, language: str, zone: str, say: Callable[[str], str], link: Callable[[str, str], str]
    ) -> None:
        self.language = language
        self.say = say
        self.formats = Formats(language, zone)
        self._link = link

    def sections(self, news: News) -> tuple[Section, ...]:
        """Every section that has something to tell."""
        room = self._room(news)
        made = (
            Section(heading, tuple(write(one) for one in found[:places]))
            for (heading, found, write), places in zip(self._lists(news), room, strict=True)
        )
        return tuple(section for section in made if section.items)

    def more(self, news: News) -> str:
        """What did not fit, by its headings."""
        rest = [
            f"{heading} ({self.formats.number(len(found) - places)})"
            for (heading, found, _), places in zip(self._lists(news), self._room(news), strict=True)
            if len(found) > places
        ]
        return (
            self.say("More in the directory: {rest}.").format(rest=self.formats.listed(rest)) if rest else ""
        )

    def _lists(self, news: News) -> tuple[tuple[str, Sequence[Any], Callable[[Any], Item]], ...]:
        """Each heading with what could stand under it, and how that is written."""
        return (
            (self.say("New members"), news.joined, self.organisation),
            (
                self.say("Help and courses"),
                news.services,
                lambda one: self.service(one, news.organisers.get(one.id)),
            ),
            (self.say("Dates"), news.dates, self.dates),
            (self.say("Join in"), news.chances, lambda one: self.chance(one, news.organisers.get(one.id))),
            (self.say("Changed"), news.moves, self.move),
        )

    def _room(self, news: News) -> list[int]:
        """How many items each section gets, so that no section pushes another one out."""
        wanted = [len(found) for _, found, _ in self._lists(news)]
        room = [0] * len(wanted)
        while sum(room) < min(MOST, sum(wanted)):
            for place, most in enumerate(wanted):
                if room[place] < most and sum(room) < MOST:
                    room[place] += 1
        return room

    def organisation(self, one: Organisation) -> Item:
        """Who they are and which languages they speak."""
        lines = [self._summary(one.description), self._spoken(one.languages), self._district(one)]
        return self._item(one.name, "", lines, self._link("organisation", one.slug))

    def service(self, one: Service, organisation: Organisation | None) -> Item:
        """What helps whom, with whom, and in which languages."""
        lines = [
            self._summary(one.description),
            self._named(self.say("With: {name}"), _whose(organisation, one.host_name, one.provider_org_id)),
            self._spoken(one.languages),
            self._cost(one.cost),
        ]
        return self._item(one.name, "", lines, self._link("service", one.slug))

    def dates(self, one: Dates) -> Item:
        """When, where, by whom."""
        event, first = one.event, one.when[0]
        cancelled = _off(first)
        mark = self._mark(event)
        if not mark and cancelled:
            mark = self.say("Cancelled this time")
        if not mark and first.status is EventStatus.TENTATIVE:
            mark = self.say("Not certain yet")
        if not mark and one.is_new:
            mark = self.say("New")
        lines = [
            Line(self.when(first)),
            self._where(event, first.location),
            self._summary(first.description) if first.description != event.description else None,
            self._later(one.when[1:], first),
            None if event.status is EventStatus.CANCELLED else self._not_on(one.when[1:]),
            self._named(
                self.say("Organised by: {name}"),
                _whose(one.organiser, event.host_name, event.organiser_org_id),
            ),
            self._spoken(event.languages),
            self._cost(event.cost),
        ]
        return self._item(first.title or event.title, mark, lines, self._link("event", event.slug))

    def chance(self, one: Opportunity, organisation: Organisation | None) -> Item:
        """What to do, for whom, until when."""
        deadline = one.apply.deadline if one.apply and one.apply.deadline else one.publish_until
        lines = [
            self._summary(one.description),
            self._named(self.say("With: {name}"), _whose(organisation, one.host_name, one.org_id)),
            self._spoken(one.languages_needed or one.languages_welcome),
            Line(self.say("Sign up until {day}").format(day=self.day(deadline))) if deadline else None,
        ]
        return self._item(one.title, "", lines, self._link("opportunity", one.slug))

    def move(self, one: Move) -> Item:
        """What is different now."""
        record = one.record
        if isinstance(record, Organisation):
            lines = [self._named(self.say("New address: {place}"), place_line(one.place), "place")]
            return self._item(record.name, "", lines, self._link("organisation", record.slug))
        lines = []
        if one.time:
            lines += self._times(record, one.when)
        if one.place is not None:
            lines.append(self._named(self.say("Now here: {place}"), place_line(one.place), "place"))
        return self._item(record.title, self._mark(record), lines, self._link("event", record.slug))

    def _times(self, event: Event, when: Sequence[Occurrence]) -> list[Line | None]:
        if event.status is EventStatus.CANCELLED:
            return [Line(self.say("Was planned for: {day}").format(day=self.moment(event.start)))]
        if event.status is EventStatus.POSTPONED:
            return [Line(self.say("A new date will follow."))]
        lines: list[Line | None] = []
        live = [one for one in when if not _off(one)]
        if live:
            lines.append(Line(self.say("Now: {day}").format(day=self.when(live[0]))))
        if event.previous_start is not None:
            lines.append(
                Line(self.say("Was planned for: {day}").format(day=self.moment(event.previous_start)))
            )
        return [*lines, self._not_on(when)]

    def when(self, one: Occurrence) -> str:
        """Day with weekday, and from when to when."""
        if one.all_day:
            last = _last_day(one.start, one.end)
            return self.day(one.start) if last is None else f"{self.day(one.start)} – {self.day(last)}"
        if one.end is None or one.end == one.start:
            return self.moment(one.start)
        last = _last_day(one.start, one.end)
        if last is not None and one.end.time() == dt.time():
            return f"{self.moment(one.start)} – {self.day(last)}"
        if self.formats.day(one.end) != self.formats.day(one.start):
            return f"{self.moment(one.start)} – {self.moment(one.end)}"
        start, end = self.formats.time(one.start), self.formats.time(one.end)
        return self.say("{day}, {start} to {end}").format(day=self.day(one.start), start=start, end=end)

    def moment(self, when: dt.datetime | dt.date) -> str:
        """Day with weekday, and the time where there is one."""
        time = self.formats.time(when)
        if not time:
            return self.day(when)
        return self.say("{day}, {time}").format(day=self.day(when), time=time)

    def day(self, when: dt.datetime | dt.date) -> str:
        """A day with its weekday, kept together on a line."""
        return self.formats.skeleton(when, "MMMMEEEEd").replace(" ", "\u00a0")

    def period(self, issue: Issue) -> str:
        """The days of an issue."""
        from babel.dates import format_interval

        if issue.first.day == 1 and issue.last.month == issue.first.month:
            return self.formats.skeleton(issue.first, "yMMMM")
        return str(format_interval(issue.first, issue.last, "yMMMMd", locale=self.formats.locale))

    def audience(self, people: Mapping[str, int | None]) -> str:
        """How many people may receive the letter, by language."""
        hidden = self.say("hidden, the group is too small")
        counts = {
            code: hidden if count is None else self.formats.number(count) for code, count in people.items()
        }
        told = [f"{self.formats.language_name(code)}: {count}" for code, count in counts.items()]
        return ", ".join(told) or self.say("nobody yet")

    def _item(self, title: str, mark: str, lines: Sequence[Line | None], url: str) -> Item:
        return Item(
            isolated(clean(title), self.language),
            mark,
            tuple(line for line in lines if line and line.text),
            url,
        )

    def _mark(self, event: Event) -> str:
        marks = {
            EventStatus.CANCELLED: self.say("Cancelled"),
            EventStatus.POSTPONED: self.say("Postponed"),
            EventStatus.MOVED: self.say("New date"),
        }
        return marks.get(event.status, "")

    def _later(self, when: Sequence[Occurrence], first: Occurrence) -> Line | None:
        """The days that follow; what is called otherwise or takes place elsewhere than the first says so."""
        days = [self._day_apart(one, first) for one in when if not _off(one)][:LATER]
        return Line(self.say("Then: {days}").format(days=self.formats.listed(days))) if days else None

    def _day_apart(self, one: Occurrence, first: Occurrence) -> str:
        own = [one.title] if one.title != first.title else []
        if one.location is not None and one.location != first.location:
            own.append(place_line(one.location))
        about = isolated(clean(", ".join(part for part in own if part)), self.language)
        return f"{self.day(one.start)} ({about})" if own and about else self.day(one.start)

    def _not_on(self, when: Sequence[Occurrence]) -> Line | None:
        days = [self.day(one.start) for one in when if _off(one)][:LATER]
        return Line(self.say("Cancelled on: {days}").format(days=self.formats.listed(days))) if days else None

    def _where(self, event: Event, place: Place | None) -> Line | None:
        if event.mode is Mode.ONLINE:
            return Line(self.say("Online"))
        return self._named("{place}", place_line(place), "place")

    def _named(self, text: str, value: str, key: str = "name") -> Line | None:
        return Line(text.format(**{key: isolated(clean(value), self.language)})) if value else None

    def _spoken(self, languages: Sequence[SpokenLanguage]) -> Line | None:
        names = list(dict.fromkeys(self.formats.language_name(one.code) for one in languages))
        return (
            Line(self.say("Languages: {names}").format(names=self.formats.listed(names))) if names else None
        )

    def _cost(self, cost: Cost | None) -> Line | None:
        if cost is None:
            return None
        if cost.amount:
            return Line(self.formats.money(cost.amount, cost.currency))
        return Line(self.say("Free of charge")) if cost.free or cost.amount == 0 else None

    def _district(self, one: Organisation) -> Line | None:
        district = next((place.district for place in one.places if place.district), "")
        return self._named(self.say("District: {name}"), district or "")

    def _summary(self, text: LocalizedText | None) -> Line | None:
        said = self.formats.said(text)
        if said is None:
            return None
        if not said.missing:
            return Line(first_sentence(said.text))
        note = self.say("(in {language})").format(language=self.formats.language_name(said.language))
        return Line(isolated(first_sentence(said.text), self.language), said.language, note)


def _whose(known: Organisation | None, host: str | None, id: UUID | None) -> str:
    """Whose it is; as a source writes it where the hub does not know the organisation."""
    return known.name if known else host or "" if id is None else ""


def _off(one: Occurrence) -> bool:
    return one.status in {EventStatus.CANCELLED, EventStatus.POSTPONED}


def _last_day(start: dt.datetime | dt.date, end: dt.datetime | dt.date | None) -> dt.date | None:
    """The last of several whole days; the end of whole days is exclusive."""
    if end is None:
        return None
    first = start.date() if isinstance(start, dt.datetime) else start
    last = (end.date() if isinstance(end, dt.datetime) else end) - dt.timedelta(days=1)
    return last if last > first else None
