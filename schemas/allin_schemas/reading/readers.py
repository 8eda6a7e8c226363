"""Registers every reader under the name that the model's marks use."""

from __future__ import annotations

from typing import Any

from allin_schemas.reading.costs import read_cost as _cost
from allin_schemas.reading.dates_and_times import read_date, read_moment
from allin_schemas.reading.districts import read_district, read_districts
from allin_schemas.reading.engagements import read_roles, read_slots
from allin_schemas.reading.findings import READERS, Context, Reading
from allin_schemas.reading.identifiers import read_identifiers
from allin_schemas.reading.languages import read_language, read_languages
from allin_schemas.reading.links import read_url, read_urls
from allin_schemas.reading.mails import read_email
from allin_schemas.reading.numbers import read_count, read_flag, read_year
from allin_schemas.reading.opening_hours import read_hours
from allin_schemas.reading.parts import in_parts, read_accessibility, read_messengers, read_overrides
from allin_schemas.reading.phones import read_phone, read_phones
from allin_schemas.reading.places import read_place, read_places
from allin_schemas.reading.postal import read_country, read_postal_code
from allin_schemas.reading.structures import each
from allin_schemas.reading.texts import read_line, read_lines, read_name, read_text
from allin_schemas.reading.words import closed
from allin_schemas.values import Apply, Cost, Phone
from allin_schemas.vocabularies import (
    EventStatus,
    Mode,
    OpportunityStatus,
    OpportunityType,
    OrganisationType,
    ProjectStatus,
    ServiceStatus,
    ServiceType,
)

READERS.update(
    {
        "accessibility": read_accessibility,
        "apply": in_parts(Apply, text_field="note"),
        "cost": in_parts(Cost, reader=_cost),
        "count": read_count,
        "country": read_country,
        "date": read_date,
        "dates": each(read_date),
        "district": read_district,
        "districts": read_districts,
        "email": read_email,
        "event_status": closed(EventStatus),
        "flag": read_flag,
        "hours": read_hours,
        "identifiers": read_identifiers,
        "language": read_language,
        "languages": read_languages,
        "line": read_line,
        "lines": read_lines,
        "messengers": read_messengers,
        "mode": closed(Mode),
        "moment": read_moment,
        "moments": each(read_moment),
        "name": read_name,
        "opportunity_status": closed(OpportunityStatus),
        "opportunity_type": closed(OpportunityType),
        "organisation_type": closed(OrganisationType),
        "overrides": read_overrides,
        "phone": read_phone,
        "phones": in_parts(Phone, reader=read_phones, several=True, needed="number"),
        "place": read_place,
        "places": read_places,
        "postal_code": read_postal_code,
        "project_status": closed(ProjectStatus),
        "roles": read_roles,
        "service_status": closed(ServiceStatus),
        "service_type": closed(ServiceType),
        "slots": read_slots,
        "text": read_text,
        "topics": read_lines,
        "url": read_url,
        "urls": read_urls,
        "year": read_year,
    }
)


def read(name: str, value: Any, context: Context) -> Reading:
    """Read a cell with the reader of this name."""
    return READERS[name](value, context)
