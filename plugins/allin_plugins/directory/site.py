"""What the directory shows, ordered once for all languages: entries, dates, and who belongs to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from allin_hub import OutputRun, View
from allin_plugins.directory.dates import Date, coming
from allin_schemas import (
    Event,
    Kind,
    LocalizedText,
    Opportunity,
    OpportunityStatus,
    Organisation,
    Person,
    Place,
    PlaceType,
    Record,
    Service,
    ServiceStatus,
    SpokenLanguage,
)

FOLDERS = {
    Kind.ORGANISATION: "organisations",
    Kind.SERVICE: "services",
    Kind.EVENT: "events",
    Kind.OPPORTUNITY: "opportunities",
}
Shown = Organisation | Service | Event | Opportunity
WEEK = dt.timedelta(days=7)


@dataclass(eq=False)
class Entry:
    """One organisation, service, event or opportunity with what lists and filters need of it."""

    record: Shown
    languages: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    dates: tuple[Date, ...] = ()
    owner: Organisation | None = None
    host: str = ""
    """Whose it is, where the hub does not know the organisation: as a source writes it."""
    listed: bool = True

    kind: str = field(init=False)
    """`organisation`, `service`, `event` or `opportunity`."""
    folder: str = field(init=False)
    """Where the pages of this kind lie."""
    path: str = field(init=False)
    """The entry's page, seen from a language's folder."""

    def __post_init__(self) -> None:
        kind = self.record.kind
        self.kind, self.folder = kind.value, FOLDERS[kind]
        self.path = f"{self.folder}/{self.record.slug}.html"

    @cached_property
    def title(self) -> str:
        """Its name or title."""
        return str(getattr(self.record, self.record.title_field))

    @property
    def whose(self) -> str:
        """The name of the organisation to which it belongs."""
        return self.owner.name if self.owner else self.host

    @property
    def text(self) -> LocalizedText | None:
        """What is said of it; of an event, of its next date."""
        return self.dates[0].text if self.dates else self.record.description

    @property
    def topics(self) -> Sequence[str]:
        """What it is about."""
        return self.record.topics

    @property
    def series(self) -> bool:
        """Whether it is an event that comes again."""
        return isinstance(self.record, Event) and bool(self.record.rrule or self.record.rdates)


class Site:
    """The gated view, arranged."""

    def __init__(self, view: View, run: OutputRun) -> None:
        self.view = view
        self.run = run
        self.now = run.now
        self.today = run.now.astimezone(ZoneInfo(run.zone)).date()
        self._contacts: dict[str, Sequence[Person]] = {}
        self._around: dict[str, list[Record]] = {}
        organisations = [self._organisation(record) for record in view.all(Organisation)]
        services = [self._service(record) for record in view.all(Service)]
        events = [self._event(record) for record in view.all(Event)]
        opportunities = [self._opportunity(record) for record in view.all(Opportunity)]
        self.entries = [*organisations, *services, *events, *opportunities]
        self.lists = {
            "organisation": organisations,
            "service": [entry for entry in services if entry.listed],
            "event": sorted(
                (entry for entry in events if entry.dates), key=lambda entry: entry.dates[0].sort
            ),
            "opportunity": [entry for entry in opportunities if entry.listed],
        }
        self._owned: dict[UUID, list[Entry]] = {}
        for entry in [*self.lists["service"], *self.lists["event"], *self.lists["opportunity"]]:
            if entry.owner is not None:
                self._owned.setdefault(entry.owner.id, []).append(entry)

    @property
    def listed(self) -> Iterator[Entry]:
        """Every entry that a list shows."""
        for entries in self.lists.values():
            yield from entries

    @cached_property
    def shown(self) -> list[Record]:
        """Every record that a list shows something of."""
        return records(self.listed)

    def of(self, entry: Entry) -> list[Entry]:
        """Services, coming events and open opportunities of an organisation."""
        return self._owned.get(entry.record.id, [])

    def contacts(self, entry: Entry) -> Sequence[Person]:
        """Who may be called or written to."""
        found = self._contacts.get(entry.path)
        if found is None:
            found = self._contacts[entry.path] = self.view.contacts(entry.record)
        return found

    def around(self, entry: Entry) -> list[Record]:
        """Everything else that the entry's page shows."""
        found = self._around.get(entry.path)
        if found is None:
            owner = [entry.owner] if entry.owner else []
            others = (other.record for other in self.of(entry))
            found = self._around[entry.path] = [*owner, *self.contacts(entry), *others]
        return found

    def credits(self, entry: Entry) -> list[tuple[str, str | None, str | None]]:
        """Source, owner and licence of where the entry comes from."""
        return [(credit.source, credit.owner, credit.licence) for credit in self.view.credits(entry.record)]

    @cached_property
    def sources(self) -> list[tuple[str, str | None, str | None, dt.date]]:
        """Every source that an entry comes from, with the day on which it was read last."""
        found: dict[str, tuple[str, str | None, str | None, dt.date]] = {}
        for entry in self.entries:
            for credit in self.view.credits(entry.record):
                day = credit.read_at.date()
                if credit.source not in found or found[credit.source][3] < day:
                    found[credit.source] = (credit.source, credit.owner, credit.licence, day)
        return [found[name] for name in sorted(found)]

    @property
    def owners(self) -> list[tuple[str, str | None, dt.date]]:
        """Whose sources they are, under which licence, and on which day one of them was read last."""
        found: dict[tuple[str, str | None], dt.date] = {}
        for source, owner, licence, day in self.sources:
            key = (owner or source, licence)
            found[key] = max(found.get(key, day), day)
        return [(*key, day) for key, day in sorted(found.items(), key=lambda pair: pair[0][0])]

    def week(self, most: int = 8) -> list[tuple[Entry, Date]]:
        """What is on in the next seven days."""
        end = self.now + WEEK
        found = [(entry, date) for entry in self.lists["event"] for date in entry.dates if date.before(end)]
        return sorted(found, key=lambda pair: pair[1].sort)[:most]

    def _organisation(self, record: Organisation) -> Entry:
        districts = _districts(record.places) or tuple(record.areas_served)
        return Entry(record, _codes(record.languages), districts)

    def _service(self, record: Service) -> Entry:
        owner = self.view.get(Organisation, record.provider_org_id)
        districts = _districts(record.places) or tuple(record.areas_served)
        listed = record.status is not ServiceStatus.CLOSED
        host = _host(record, record.provider_org_id)
        return Entry(record, _codes(record.languages), districts, (), owner, host, listed=listed)

    def _event(self, record: Event) -> Entry:
        owner = self.view.get(Organisation, record.organiser_org_id)
        dates = coming(record, self.now)
        place = dates[0].place if dates else record.location
        places = [place] if place else []
        codes = _codes(record.languages)
        host = _host(record, record.organiser_org_id)
        return Entry(record, codes, _districts(places), dates, owner, host, listed=bool(dates))

    def _opportunity(self, record: Opportunity) -> Entry:
        owner = self.view.get(Organisation, record.org_id)
        places = [record.location] if record.location else []
        codes = _codes([*record.languages_needed, *record.languages_welcome])
        ended = record.status in {OpportunityStatus.DONE, OpportunityStatus.CANCELLED}
        early = record.publish_from is not None and record.publish_from > self.today
        late = record.publish_until is not None and record.publish_until < self.today
        listed = not (ended or early or late)
        host = _host(record, record.org_id)
        return Entry(record, codes, _districts(places), (), owner, host, listed=listed)


def _host(record: Service | Event | Opportunity, known: UUID | None) -> str:
    """The name of whom the hub does not know; one that it knows and may not show stays unnamed."""
    return record.host_name or "" if known is None else ""


def records(entries: Iterable[Entry]) -> list[Record]:
    """What lists show of these entries: they themselves, and whose they are."""
    return [record for entry in entries for record in (entry.record, entry.owner) if record is not None]


def _codes(languages: Sequence[SpokenLanguage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language.code for language in languages))


def _districts(places: Sequence[Place]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            place.district for place in places if place.district and place.type is PlaceType.PHYSICAL
        )
    )
