"""Events from a calendar in the iCalendar format (RFC 5545): a file, or the address of a feed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from allin_hub import Component, Draft, Feed, Holds, PluginConfig, Raw, Secret, Source, SourceRun, refused
from allin_plugins.ical.drafts import event, exception, payload
from allin_plugins.ical.moments import ending
from allin_plugins.ical.versions import Kept, stamp, versions
from allin_schemas import Event

_LARGEST = 20 * 2**20
_TOLD_ONCE = frozenset({"ZONE_GUESSED", "ZONE_BY_RULES"})


class CalendarConfig(PluginConfig):
    """Written under ``[sources.<name>]`` in hub.toml."""

    path: str | None = None
    """The calendar file."""
    url: str | None = Field(default=None, pattern=r"^(https?|webcals?)://\S+$")
    """The address of the calendar; webcal is read as https."""
    token: Secret | None = None
    """Sent to the server of `url` alone."""
    holds: Literal["all", "future"] = "future"
    """Whether the calendar keeps its past events (all), or lets them go (future)."""
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    """The language of the descriptions where the calendar does not say it."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("Give either path or url.")
        return self


class Calendar(Source[CalendarConfig]):
    """Reads one raw per VEVENT: an event, a series, or one changed date of a series."""

    about: ClassVar = {
        "de": "Termine aus einem Kalender im Format iCalendar (RFC 5545): aus einer Datei oder von einer Adresse."
    }
    produces = Event
    personal_data = ("contacts",)
    licence = None
    requests_per_minute = None
    reads_files = (".ics", ".ical")

    def __init__(self, name: str, config: CalendarConfig) -> None:
        super().__init__(name, config)
        self.holds = Holds(config.holds)
        self._feed = Feed(config.url, config.token) if config.url is not None else None

    def state(self, run: SourceRun) -> str | None:
        """Give a digest of the content without DTSTAMP, which some servers renew at each request."""
        if self._feed is not None:
            return self._feed.mark(run, _mark, run.zone, self.config.holds)
        path = run.path(self.config.path or "")
        try:
            return _mark(path.read_bytes()) if path.stat().st_size <= _LARGEST else None
        except OSError:
            return None

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        """Yield the latest version of each VEVENT; private dates of a public series never leave the calendar."""
        told: set[tuple[Any, ...]] = set()
        content = self._feed.content(run) if self._feed is not None else run.path(self.config.path or "")
        events = []
        for component in run.open_calendar(content, self.config.path or "calendar.ics"):
            if component.kind == "VEVENT":
                events.append(component)
            else:
                self._about_others(run, component)
        found = versions(events, run.zone)
        for code, key, component, params in found.told:
            run.problem(code, key=key, row=component.line, **params)
        for what, count in found.skipped.items():
            run.skip(what, count)
        floating = sum(1 for kept in found.kept if _kind(kept.component) == "floating")
        if floating:
            run.problem("ZONE_FLOATING", count=floating, zone=run.zone)
        for number, kept in enumerate(found.kept, 1):
            key, component = kept.key, kept.component
            written = payload(component, run.zone, self.config.language)
            self._tell(run, kept, written, told)
            yield Raw(key, written, _updated(component), row=component.line)
            run.progress(number, len(found.kept))
        if self._feed is not None:
            self._feed.done()

    def map(self, raw: Raw) -> Draft:
        """Rename to the model's words: an event, or what is different on one date of a series."""
        try:
            return exception(raw.payload) if "recurrence_id" in raw.payload else event(raw.payload)
        except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError):
            raise refused("EVENT_UNREADABLE") from None

    def _about_others(self, run: SourceRun, component: Component) -> None:
        if component.kind != "VCALENDAR":
            run.skip(component.kind.removeprefix("V").lower())
        for fault in component.faults:
            run.problem(fault.code, **fault.params)

    def _tell(
        self, run: SourceRun, kept: Kept, written: Mapping[str, Any], told: set[tuple[Any, ...]]
    ) -> None:
        """Report what was found about an event; what concerns all of a zone's events, once."""
        key, component, odd = kept
        for fault in component.faults:
            mark = (fault.code, *sorted(fault.params.items()))
            if fault.code not in _TOLD_ONCE:
                run.problem(fault.code, key=key, row=component.line, **fault.params)
            elif mark not in told:
                run.problem(fault.code, **fault.params)
                told.add(mark)
        _, wrong = ending(written, run.zone)
        for code in filter(None, (wrong, odd)):
            run.problem(code, key=key, row=component.line)


def _mark(content: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for line in content.splitlines():
        if not line.upper().startswith(b"DTSTAMP"):
            digest.update(line + b"\n")
    return digest.hexdigest()


def _kind(component: Component) -> str | None:
    return component.dtstart["kind"] if component.dtstart else None


def _updated(component: Component) -> dt.datetime | None:
    changed = stamp(component.last_modified)
    return (
        dt.datetime.fromisoformat(changed).replace(tzinfo=dt.UTC)
        if len(changed) > len("2026-10-05")
        else None
    )
