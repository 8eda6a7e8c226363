"""Reads days and moments. Days come out as '2026-10-05', moments as '2026-10-05T16:00:00Z'."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allin_schemas.reading.cleaning import first
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding
from allin_schemas.reading.moments.spans import NOTHING, Span, quick, read_span, zone_of


def read_date(cell: Any, context: Context) -> Reading:
    """A day."""
    if isinstance(cell, list | tuple):
        return first(read_date, cell, context)
    reading = read_moment(cell, context)
    if reading.value is None:
        return reading
    findings = tuple(one for one in reading.findings if not one.code.startswith("TIME_"))
    if len(reading.value) == 10:
        return Reading(reading.value, findings)
    local = dt.datetime.fromisoformat(reading.value).astimezone(zone_of(context.zone))
    return Reading(local.date().isoformat(), findings)


def read_moment(cell: Any, context: Context) -> Reading:
    """A day with its time, which is meant in the context's zone, or a whole day where no time was written."""
    if isinstance(cell, str):
        value = quick(cell, context)
        if value is not None:
            return Reading(value)
    elif isinstance(cell, list | tuple):
        return first(read_moment, cell, context)
    span = read_span([cell], None, context)
    if span is NOTHING:
        return BLANK
    findings = tuple(one._replace(part="") for one in span.findings)
    if span.start is None:
        return Reading(None, findings)
    return Reading(span.start, (*findings, *_left_out(span, cell, context)))


def _left_out(span: Span, cell: Any, context: Context) -> list[Finding]:
    """What a single moment has no room for: an end, further days, words."""
    if span.start is None:
        return []
    text, became = str(cell), in_words(span.start, context)
    if span.rdates or (span.end is not None and len(span.end) == 10):
        return [finding("DATE_RANGE", text, became=became)]
    if span.end is not None:
        return [finding("TIME_RANGE", text, became=became)]
    if span.note and not any(one.code.startswith("TIME_") for one in span.findings):
        return [finding("TIME_REST", text, became=became)]
    return []


def in_words(value: str, context: Context) -> str:
    """A day or a moment as German readers see it."""
    if len(value) == 10:
        return f"{value[8:]}.{value[5:7]}.{value[:4]}"
    local = dt.datetime.fromisoformat(value).astimezone(zone_of(context.zone))
    return f"{local:%d.%m.%Y, %H:%M}"
