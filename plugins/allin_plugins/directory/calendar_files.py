"""Events as a calendar that people add to their own."""

from __future__ import annotations

from collections.abc import Sequence

from allin_hub import calendar
from allin_plugins.directory.site import Entry
from allin_schemas import Event


def calendar_file(entries: Sequence[Entry], name: str, language: str) -> bytes:
    """The events of these entries as one iCalendar file."""
    events = [entry.record for entry in entries if isinstance(entry.record, Event)]
    organisers = {entry.owner.id: entry.owner.name for entry in entries if entry.owner is not None}
    return calendar(events, name=name, language=language, organisers=organisers)
