"""What others may take away: the same entries as CSV, JSON, vCard and iCalendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from allin_hub import Artifact, OutputRun, csv_file
from allin_plugins.directory.calendar_files import calendar_file
from allin_plugins.directory.dates import written, written_end
from allin_plugins.directory.reading import address_lines, other_names, where_lines
from allin_plugins.directory.site import FOLDERS, Entry, Site, records
from allin_plugins.directory.vcard import vcard
from allin_schemas import Event, Internal, Kind, LocalizedText, Opportunity, Organisation, Record, Service

_BY_HAND = frozenset({"merged_into", "steward_org_id", "record_status", "version"})


def files(site: Site, run: OutputRun) -> Iterator[Artifact]:
    """A CSV and a JSON file of each kind, a vCard of each organisation, calendars of events."""
    for kind, entries in site.lists.items():
        folder = FOLDERS[Kind(kind)]
        uses = [record for entry in entries for record in (entry.record, *site.around(entry))]
        dates = [entry.dates[:1] for entry in entries if entry.dates]
        yield run.file(f"data/{folder}.csv", _made(_csv, kind, entries), uses=uses, dates=dates)
        yield run.file(f"data/{folder}.json", _made(_json, site, entries), uses=uses)
    for entry in site.entries:
        uses = [entry.record, *site.around(entry)]
        if isinstance(entry.record, Organisation):
            yield run.file(
                f"data/organisations/{entry.record.slug}.vcf",
                _made(vcard, entry.record, site.contacts(entry)),
                uses=uses,
            )
        elif isinstance(entry.record, Event):
            yield run.file(
                f"data/events/{entry.record.slug}.ics",
                _made(calendar_file, [entry], entry.title, run.languages[0]),
                uses=uses,
                language=run.languages[0],
            )
    events = site.lists["event"]
    yield run.file(
        "data/events.ics",
        _made(calendar_file, events, run.title, run.languages[0]),
        uses=records(events),
        title=run.title,
        language=run.languages[0],
    )


def public(record: Record) -> dict[str, Any]:
    """An entity as JSON, without what steers the hub and what is empty."""
    return record.model_dump(
        mode="json", exclude=set(_internal(type(record))), exclude_none=True, exclude_defaults=True
    ) | {
        "id": str(record.id),
        "kind": str(record.kind),
    }


@cache
def _internal(entity: type[Record]) -> frozenset[str]:
    marked = {
        name
        for name, field in entity.model_fields.items()
        if any(isinstance(mark, Internal) for mark in field.metadata)
    }
    return _BY_HAND & frozenset(entity.model_fields) | marked


def _made(make: Callable[..., bytes], *arguments: Any) -> Callable[[], bytes]:
    return lambda: make(*arguments)


def _json(site: Site, entries: Sequence[Entry]) -> bytes:
    import orjson

    found = [_item(site, entry) for entry in entries]
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _item(site: Site, entry: Entry) -> dict[str, Any]:
    """Give an entry with its contacts as JSON."""
    data = public(entry.record)
    if isinstance(entry.record, Organisation):
        data["contacts"] = [
            {
                "type": str(person.type),
                "name": person.name,
                "function": person.function,
                "email": person.email,
                "phones": [phone.number for phone in person.phones],
            }
            for person in site.contacts(entry)
        ]
    return data


def _csv(kind: str, entries: Sequence[Entry]) -> bytes:
    header, row = _TABLES[kind]
    return csv_file(header, (row(entry.record, entry) for entry in entries))


def _organisation(record: Organisation, entry: Entry) -> list[object]:
    place = record.places[0] if record.places else None
    return [
        record.name,
        record.legal_name,
        ", ".join(other_names(record)),
        record.type,
        ", ".join(address_lines(place)) if place else "",
        place.postal_code if place else "",
        place.country if place else "",
        ", ".join(entry.districts),
        ", ".join(entry.languages),
        ", ".join(record.topics),
        record.email,
        ", ".join(phone.number for phone in record.phones),
        record.website,
        _text(record.description),
        record.licence,
        record.id,
    ]


def _service(record: Service, entry: Entry) -> list[object]:
    place = record.places[0] if record.places else None
    return [
        record.name,
        record.type,
        record.status,
        entry.whose,
        ", ".join(where_lines(place)),
        ", ".join(entry.districts),
        ", ".join(entry.languages),
        ", ".join(record.topics),
        record.access,
        record.url,
        _text(record.description),
        record.id,
    ]


def _event(record: Event, entry: Entry) -> list[object]:
    date = entry.dates[0]
    return [
        date.title,
        written(date.start, record.zone),
        written_end(date.start, date.end, record.zone),
        date.status,
        ", ".join(where_lines(date.place)),
        entry.whose,
        ", ".join(entry.languages),
        ", ".join(record.topics),
        date.url,
        record.registration_url,
        _text(date.text) or record.summary,
        record.id,
    ]


def _opportunity(record: Opportunity, entry: Entry) -> list[object]:
    return [
        record.title,
        record.status,
        entry.whose,
        ", ".join(where_lines(record.location)),
        ", ".join(entry.languages),
        ", ".join(record.topics),
        ", ".join(record.skills),
        record.apply.url if record.apply else "",
        record.publish_until,
        _text(record.description),
        record.id,
    ]


def _text(text: LocalizedText | None) -> str:
    found = text.best() if text else None
    return found[1] if found else ""


_TABLES: dict[str, tuple[list[str], Callable[[Any, Entry], list[object]]]] = {
    "organisation": (
        [
            "name",
            "legal_name",
            "other_names",
            "type",
            "address",
            "postal_code",
            "country",
            "districts",
            "languages",
            "topics",
            "email",
            "phones",
            "website",
            "description",
            "licence",
            "id",
        ],
        _organisation,
    ),
    "service": (
        [
            "name",
            "type",
            "status",
            "organisation",
            "place",
            "districts",
            "languages",
            "topics",
            "access",
            "url",
            "description",
            "id",
        ],
        _service,
    ),
    "event": (
        [
            "title",
            "start",
            "end",
            "status",
            "place",
            "organiser",
            "languages",
            "topics",
            "url",
            "registration_url",
            "description",
            "id",
        ],
        _event,
    ),
    "opportunity": (
        [
            "title",
            "status",
            "organisation",
            "place",
            "languages",
            "topics",
            "skills",
            "apply_url",
            "publish_until",
            "description",
            "id",
        ],
        _opportunity,
    ),
}
