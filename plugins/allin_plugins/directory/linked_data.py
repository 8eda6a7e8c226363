"""Entries as schema.org JSON-LD, so that search engines and other directories understand them."""

from __future__ import annotations

from typing import Any

from allin_plugins.directory.dates import of_series, written, written_end
from allin_plugins.directory.site import Entry, Site
from allin_schemas import (
    Event,
    EventStatus,
    LocalizedText,
    Mode,
    Opportunity,
    Organisation,
    OrganisationType,
    Place,
    Service,
)

_TYPES = {
    OrganisationType.MUNICIPAL: "GovernmentOrganization",
    OrganisationType.SCHOOL: "EducationalOrganization",
    OrganisationType.COMPANY: "Organization",
}
_STATUS = {
    EventStatus.SCHEDULED: "EventScheduled",
    EventStatus.TENTATIVE: "EventScheduled",
    EventStatus.CANCELLED: "EventCancelled",
    EventStatus.POSTPONED: "EventPostponed",
    EventStatus.MOVED: "EventRescheduled",
}
_MODE = {
    Mode.ONSITE: "OfflineEventAttendanceMode",
    Mode.ONLINE: "OnlineEventAttendanceMode",
    Mode.MIXED: "MixedEventAttendanceMode",
}


def of(entry: Entry, site: Site) -> dict[str, Any]:
    """The entry as schema.org calls it, without what is empty."""
    record = entry.record
    if isinstance(record, Organisation):
        made = organisation(record)
        made["contactPoint"] = [
            _filled(
                {
                    "@type": "ContactPoint",
                    "contactType": person.function or person.name,
                    "name": person.name,
                    "email": person.email,
                    "telephone": person.phones[0].number if person.phones else None,
                }
            )
            for person in site.contacts(entry)
        ]
    elif isinstance(record, Service):
        made = service(record, entry)
    elif isinstance(record, Event):
        made = event(record, entry)
    else:
        made = opportunity(record, entry)
    return {"@context": "https://schema.org", **_filled(made)}


def organisation(record: Organisation) -> dict[str, Any]:
    """An association as NGO, an office as GovernmentOrganization."""
    return {
        "@type": _TYPES.get(record.type, "NGO") if record.type else "Organization",
        "identifier": [str(record.id), *(identifier.value for identifier in record.identifiers)],
        "name": record.name,
        "legalName": record.legal_name,
        "alternateName": record.alternate_names,
        "description": _text(record.description),
        "email": record.email,
        "telephone": [phone.number for phone in record.phones],
        "url": record.website,
        "sameAs": record.social,
        "foundingDate": str(record.founded_year) if record.founded_year else None,
        "knowsLanguage": [language.code for language in record.languages],
        "address": [_address(place) for place in record.places],
        "areaServed": record.areas_served,
        "keywords": record.topics,
        "license": record.licence,
    }


def service(record: Service, entry: Entry) -> dict[str, Any]:
    """A standing help or course, with whom it is and where."""
    return {
        "@type": "Service",
        "identifier": str(record.id),
        "name": record.name,
        "serviceType": str(record.type) if record.type else None,
        "description": _text(record.description),
        "provider": _owner(entry),
        "areaServed": record.areas_served,
        "audience": _filled({"@type": "Audience", "audienceType": ", ".join(record.audience)})
        if record.audience
        else None,
        "availableChannel": [
            _filled(
                {
                    "@type": "ServiceChannel",
                    "serviceLocation": _filled(
                        {"@type": "Place", "name": place.name, "address": _address(place)}
                    ),
                    "availableLanguage": [language.code for language in record.languages],
                }
            )
            for place in record.places
        ],
        "url": record.url,
        "keywords": record.topics,
    }


def event(record: Event, entry: Entry) -> dict[str, Any]:
    """An event with the offset of its own time zone; a series stands with its next date."""
    date = entry.dates[0] if entry.dates else of_series(record)
    place = date.place
    return {
        "@type": "Event",
        "identifier": str(record.id),
        "name": date.title,
        "description": _text(date.text) or record.summary,
        "startDate": written(date.start, record.zone),
        "endDate": written_end(date.start, date.end, record.zone),
        "previousStartDate": written(record.previous_start, record.zone),
        "eventStatus": f"https://schema.org/{_STATUS[date.status]}",
        "eventAttendanceMode": f"https://schema.org/{_MODE[record.mode]}" if record.mode else None,
        "location": _filled({"@type": "Place", "name": place.name, "address": _address(place)})
        if place
        else None,
        "organizer": _owner(entry),
        "inLanguage": [language.code for language in record.languages],
        "isAccessibleForFree": record.cost.free if record.cost else None,
        "maximumAttendeeCapacity": record.capacity,
        "url": date.url or record.registration_url,
        "keywords": record.topics,
    }


def opportunity(record: Opportunity, entry: Entry) -> dict[str, Any]:
    """A chance to volunteer, as the job posting that search engines know."""
    return {
        "@type": "JobPosting",
        "employmentType": "VOLUNTEER",
        "identifier": str(record.id),
        "title": record.title,
        "description": _text(record.description) or record.title,
        "datePosted": (record.publish_from or record.created_at.date()).isoformat(),
        "validThrough": record.publish_until.isoformat() if record.publish_until else None,
        "hiringOrganization": _owner(entry),
        "jobLocation": _filled({"@type": "Place", "address": _address(record.location)})
        if record.location
        else None,
        "jobLocationType": "TELECOMMUTE" if record.remote_ok else None,
        "responsibilities": [role.title for role in record.roles],
        "skills": record.skills,
    }


def _owner(entry: Entry) -> dict[str, Any] | None:
    if not entry.whose:
        return None
    website = entry.owner.website if entry.owner else None
    return _filled({"@type": "NGO" if entry.owner else "Organization", "name": entry.whose, "url": website})


def _address(place: Place) -> dict[str, Any]:
    street = " ".join(part for part in (place.street, place.house_number) if part)
    return _filled(
        {
            "@type": "PostalAddress",
            "streetAddress": street or place.raw,
            "postalCode": place.postal_code,
            "addressLocality": place.city,
            "addressRegion": place.state,
            "addressCountry": place.country,
        }
    )


def _text(text: LocalizedText | None) -> str | None:
    found = text.best() if text else None
    return found[1] if found else None


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
