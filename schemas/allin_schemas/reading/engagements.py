"""Reads the tasks and the times of an engagement."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allin_schemas.reading.cleaning import cells_of, first, gathered, tidy
from allin_schemas.reading.dates_and_times import in_words
from allin_schemas.reading.findings import BLANK, Context, Reading, finding, guessed, unreadable
from allin_schemas.reading.moments.spans import Span, is_zone, read_span
from allin_schemas.reading.numbers import amount_of
from allin_schemas.reading.structures import read_structure
from allin_schemas.reading.texts import LONGEST_LINE
from allin_schemas.values import Role, Slot

_PEOPLE = re.compile(
    r"\s*[(:,–-]?\s*(\d{1,4})(?:\s*(?:-|–|bis|to)\s*(\d{1,4}))?\s*(?:personen|person|plätze|platz"
    r"|helfer\w*|helfende|freiwillige|leute|people|persons|places|volunteers)\s*\)?\s*$",
    re.I,
)
_TIMES = re.compile(r"^(\d{1,4})\s*[x×]\s+(?=\D)", re.I)
_PER_WEEK = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s*(?:-|–|bis)?\s*(\d{1,3}(?:[.,]\d+)?)?\s*(?:stunden?|std\.?|h"
    r"|hours?)\s*(?:pro|je|in der|/|a|per)\s*(?:woche|week)",
    re.I,
)
_HOURS = re.compile(
    r"(?P<about>(?:ca\.?|circa|etwa|rund|about|bis zu|max\.?|mind\.?|mindestens|~)\s*)?(?P<least>\d{1,3}(?:[.,]\d+)?)"
    r"(?:\s*(?:-|–|bis|to)\s*(?P<most>\d{1,3}(?:[.,]\d+)?))?\s*(?:stunden?|std\.?|h|hours?)?"
    r"(?:\s*(?:pro|je|in der|/|a|per)\s*(?:woche|week))?",
    re.I,
)
_HOURS_OF_A_WEEK = 168
_DATED = re.compile(r"\d{1,2}\.\s?(?:\d{1,2}\.|[A-Za-zä]{3})|\d{4}-\d{2}-\d{2}")


def read_roles(cell: Any, context: Context) -> Reading:
    """Tasks that people can take on: a title each, and how many people it needs where that is written."""
    if isinstance(cell, Mapping):
        reading = read_structure(Role, cell, context)
        return Reading(
            [reading.value] if reading.value and "title" in reading.value else None, reading.findings
        )
    if isinstance(cell, list | tuple):
        return gathered([read_roles(answer, context) for answer in cells_of(cell)])
    text, fault = tidy(cell, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    return (
        gathered([_role(part.strip(" -–•*,")) for part in re.split(r"[;\n•]+", text) if part.strip(" -–•*,")])
        if text
        else BLANK
    )


def _role(text: str) -> Reading:
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    role: dict[str, Any] = {"title": text}
    people, times = _PEOPLE.search(text), _TIMES.match(text)
    if people and people.start():
        role = {"title": text[: people.start()].strip(" (:,–-")}
        role["places_max"] = int(people[2] or people[1])
        if people[2]:
            role["places_min"] = int(people[1])
    elif times:
        role = {"title": text[times.end() :].strip(), "places_max": int(times[1])}
    return Reading([role]) if role["title"] else Reading([{"title": text}])


def read_slots(cell: Any, context: Context) -> Reading:
    """When an engagement takes place: dates with times, or a rhythm in words."""
    if isinstance(cell, Mapping):
        return _slots_of_parts(cell, context)
    if isinstance(cell, list | tuple):
        return gathered([read_slots(answer, context) for answer in cells_of(cell)])
    text, fault = tidy(cell, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    return (
        gathered(
            [
                _slot(part.strip(" -–•*,"), context)
                for part in re.split(r"[;\n•]+", text)
                if part.strip(" -–•*,")
            ]
        )
        if text
        else BLANK
    )


def _slots_of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    """A slot whose parts are written apart, beside those that were written in one piece."""
    rest = dict(parts)
    whole = read_slots(rest.pop("raw", None), context)
    hours = _weekly(rest.pop("hours_per_week", None), context)
    apart = _when(
        {name: rest.pop(name, None) for name in ("start", "end")},
        read_structure(Slot, rest, context),
        context,
    )
    said = {**(hours.value or {}), **(apart.value or {})}
    findings = (*whole.findings, *hours.findings, *apart.findings)
    slots = whole.value or []
    if not said:
        return Reading(slots or None, findings)
    if len(slots) == 1:
        rhythms = [slot["rhythm"] for slot in (*slots, said) if "rhythm" in slot]
        if len(rhythms) > 1:
            said["rhythm"] = ", ".join(rhythms)[:LONGEST_LINE]
        return Reading([{**slots[0], **said}], findings)
    return Reading([*slots, said], findings)


def _weekly(cell: Any, context: Context) -> Reading:
    """The hours per week; of a span the larger number, and words as a rhythm."""
    if isinstance(cell, list | tuple):
        return first(_weekly, cell, context)
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    match = _HOURS.fullmatch(text)
    if match:
        hours = amount_of(match["most"] or match["least"])
        if hours is None or not 0 <= hours <= _HOURS_OF_A_WEEK:
            return unreadable("NUMBER_UNREADABLE", text)
        if match["most"] or match["about"]:
            return guessed({"hours_per_week": hours}, "COUNT_GUESSED", text, f"{hours:g}")
        return Reading({"hours_per_week": hours})
    if not text:
        return BLANK
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    return (
        Reading({"rhythm": text}) if re.search(r"[^\W\d]{2}", text) else unreadable("NUMBER_UNREADABLE", text)
    )


def _slot(text: str, context: Context) -> Reading:
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    if _DATED.search(text):
        dated = _dated(text, context)
        if dated:
            return dated
    slot: dict[str, Any] = {"rhythm": text, "zone": context.zone}
    weekly = _PER_WEEK.search(text)
    hours = amount_of(weekly[2] or weekly[1]) if weekly else None
    if hours is not None and hours <= _HOURS_OF_A_WEEK:
        slot["hours_per_week"] = hours
    return Reading([slot])


def _dated(text: str, context: Context) -> Reading | None:
    """A slot with a day, and with an end where a span of time is written; several days are several slots."""
    if len(text) > LONGEST_LINE:
        return None
    span = read_span([text], None, context)
    if span.start is None:
        return None
    findings = [one._replace(part="") for one in span.findings]
    if span.note and not findings:
        findings.append(finding("TIME_REST", text, became=in_words(span.start, context)))
    return Reading(_slots_of(span, context), tuple(findings))


def _slots_of(span: Span, context: Context) -> list[dict[str, Any]]:
    """A slot for each start, all as long as the first."""
    slots: list[dict[str, Any]] = []
    for start in (span.start, *span.rdates):
        slot = {"start": start, "zone": context.zone}
        if span.start is not None and start is not None and span.end is not None:
            slot["end"] = _ended(span.start, span.end, start)
        slots.append(slot)
    return slots


def _ended(first: str, end: str, start: str) -> str:
    """The end of a start that lasts as long as the first one."""
    if start == first or len(end) == 10:
        return end
    length = dt.datetime.fromisoformat(end) - dt.datetime.fromisoformat(first)
    return f"{(dt.datetime.fromisoformat(start) + length).isoformat()[:19]}Z"


def _when(cells: Mapping[str, Any], apart: Reading, context: Context) -> Reading:
    """A slot's start and end, which say only together when it is."""
    if not any(cells.values()):
        return apart
    zone = (apart.value or {}).get("zone")
    if zone is not None and is_zone(zone):
        context = replace(context, zone=zone)
    span = read_span(cells["start"], cells["end"], context)
    findings = list(span.findings)
    if span.start is not None and (span.rdates or span.note):
        text = ", ".join(str(one) for one in cells_of(list(cells.values())))
        code = "DATE_RANGE" if span.rdates else "TIME_REST"
        findings.append(finding(code, text, became=in_words(span.start, context))._replace(part="start"))
    value = {name: value for name, value in (("start", span.start), ("end", span.end)) if value is not None}
    return Reading({**value, **(apart.value or {})} or None, (*apart.findings, *findings))
