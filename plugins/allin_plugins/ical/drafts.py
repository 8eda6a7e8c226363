"""What an event of a calendar says, as plain data and in the words of the model. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from allin_hub import Component
from allin_plugins.ical.moments import day, ending, is_day, last_day, moment

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_NOBODY = ("@group.calendar.google.com", "unknownorganizer@calendar.google.com", "nomail")
_LONGEST_LINE = 300


def payload(component: Component, home: str, language: str | None) -> dict[str, Any]:
    """Plain data without DTSTAMP; what is not there is left out. Repeated lines count once."""
    names = (
        "uid",
        "recurrence_id",
        "and_following",
        "sequence",
        "last_modified",
        "status",
        "visibility",
        "summary",
        "description",
        "location",
        "url",
        "geo",
        "organizer",
        "contact",
        "cost",
        "dtstart",
        "dtend",
        "duration",
        "rrule",
        "languages",
        "calendar_zone",
    )
    found: dict[str, Any] = {name: getattr(component, name) for name in names}
    for name in ("categories", "conferences", "images", "rdates", "periods", "exdates"):
        found[name] = list(getattr(component, name))
    if component.geo is not None:
        found["geo"] = list(component.geo)
    found |= {"home": home, "language": language}
    return {name: value for name, value in found.items() if value not in (None, "", [], {}, 0)}


def event(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Draft an event or a series: one Event per UID."""
    home = payload["home"]
    end, _ = ending(payload, home)
    start = payload.get("dtstart")
    all_day = is_day(start)
    place, link = _where(payload)
    draft: dict[str, Any] = {
        "title": payload.get("summary"),
        "description": _described(payload),
        "start": moment(start, home),
        "end": last_day(end),
        "all_day": all_day,
        "zone": _zone(payload),
        "rrule": payload.get("rrule"),
        "rdates": _moments(payload.get("rdates"), home, all_day=all_day),
        "exdates": _moments(payload.get("exdates"), home, all_day=all_day),
        "overrides": _periods(payload, home, all_day=all_day),
        "status": _status(payload),
        "location": place,
        "online_url": link,
        "mode": "online" if link and not place else None,
        "url": _web(payload.get("url")),
        "image": next(filter(None, map(_web, payload.get("images", ()))), None),
        "cost": "kostenlos" if payload.get("cost") == "0" else payload.get("cost"),
        "topics": list(payload.get("categories", ())),
        "platform_ids": _ids(payload),
        "contacts": _contacts(payload),
        "visibility": "internal" if payload.get("visibility", "PUBLIC") != "PUBLIC" else None,
    }
    if place and payload.get("geo"):
        draft["location.lat"], draft["location.lon"] = payload["geo"]
    return {name: value for name, value in draft.items() if value not in (None, "", [])}


def exception(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Draft one changed date of a series; it belongs to the Event of the same UID."""
    home = payload["home"]
    named = moment(payload["recurrence_id"], home)
    end, _ = ending(payload, home)
    place, _ = _where(payload)
    status = _status(payload)
    override = {
        "recurrence_id": named,
        "and_following": payload.get("and_following"),
        "start": moment(payload.get("dtstart"), home),
        "end": end,
        "title": _line(payload.get("summary")),
        "description": (payload.get("description") or "").strip() or None,
        "url": _web(payload.get("url")),
        "cancelled": status == "cancelled",
        "tentative": True if status == "tentative" else None,
        "location": place,
    }
    known = {name: value for name, value in override.items() if value is not None}
    return {"platform_ids": _ids(payload), "overrides": [known] if named else []}


def _described(payload: Mapping[str, Any]) -> str | dict[str, str] | None:
    text = str(payload.get("description") or "")
    if not text.strip():
        return None
    languages = payload.get("languages") or {}
    language = languages.get("description") or languages.get("summary") or payload.get("language") or ""
    if not _LANGUAGE.fullmatch(language):
        return text
    head, *rest = language.replace("_", "-").split("-")
    return {"-".join([head.lower(), *rest]): text}


def _zone(payload: Mapping[str, Any]) -> str:
    """Name the zone whose wall time a series keeps; a single moment in UTC is read in the calendar's own."""
    start = payload.get("dtstart") or {}
    calendar = payload.get("calendar_zone")
    if start.get("kind") == "local":
        return str(start["tzid"])
    if start.get("kind") == "utc" and payload.get("rrule") and not calendar:
        return "UTC"
    return str(calendar or payload["home"])


def _status(payload: Mapping[str, Any]) -> str | None:
    status = (payload.get("status") or "").strip().upper()
    if status in ("CANCELLED", "CANCELED"):
        return "cancelled"
    return "scheduled" if status == "CONFIRMED" else status.lower() or None


def _where(payload: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Give place and link: people write the link of a video call where the place belongs."""
    written = (payload.get("location") or "").strip()
    link = next(filter(None, map(_web, payload.get("conferences", ()))), None)
    found = _LINK.fullmatch(written)
    return (None, found[0]) if found else (written or None, link)


def _web(address: str | None) -> str | None:
    return address if address and _LINK.fullmatch(address) else None


def _ids(payload: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"scheme": "ical", "value": payload["uid"]}] if payload.get("uid") else []


def _contacts(payload: Mapping[str, Any]) -> list[dict[str, str]]:
    """Take the organiser of a calendar for a person, until the gate knows better."""
    organizer = payload.get("organizer") or {}
    email, name = organizer.get("email") or "", organizer.get("name") or ""
    if email.lower().endswith(_NOBODY):
        email = ""
    if name.lower() == email.lower() or "@" in name:
        name = ""
    contact = {"name": name, "email": email}
    known = {field: value for field, value in contact.items() if value}
    return [known] if known else []


def _moments(written: Any, home: str, *, all_day: bool) -> list[str]:
    read = day if all_day else moment
    return [found for one in written or () if (found := read(one, home))]


def _periods(payload: Mapping[str, Any], home: str, *, all_day: bool) -> list[dict[str, str]]:
    """Give the added dates that have an end of their own as exceptions that say nothing else."""
    found = []
    for period in payload.get("periods", ()):
        start, (end, _) = moment(period["dtstart"], home), ending(period, home)
        if start and end and not all_day:
            found.append({"recurrence_id": start, "start": start, "end": end})
    return found


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split())[:_LONGEST_LINE] or None
