"""The files from which the pages search without a server; scripts, because a disk serves no JSON."""

from __future__ import annotations

from typing import Any

from allin_hub import Artifact, Formats, Order, OutputRun
from allin_plugins.directory.reading import excerpt, to_visit
from allin_plugins.directory.site import Entry, Site
from allin_schemas import Event, Organisation


def index_file(site: Site, run: OutputRun, language: str) -> Artifact:
    """Everything that can be found, in one language."""
    uses = [record for entry in site.listed for record in (entry.record, entry.owner) if record is not None]

    def make() -> bytes:
        formats = Formats(language, run.zone)
        entries = [_found(entry, formats) for entry in site.listed]
        return f"window.ALLIN_INDEX = {formats.json_ld(entries)};\n".encode()

    dates = [entry.dates[:6] for entry in site.listed]
    return run.file(
        f"data/search-{language}.js", make, uses=uses, order=Order.INDEX, language=language, dates=dates
    )


def read_file(site: Site, run: OutputRun) -> Artifact:
    """On which day each source was read last; the only file that changes when nothing but that does."""
    days = {source: day.isoformat() for source, _, _, day in site.sources}
    return run.file("data/read.js", f"window.ALLIN_READ = {Formats.json_ld(days)};\n", order=Order.INDEX)


def _found(entry: Entry, formats: Formats) -> dict[str, Any]:
    record = entry.record
    text = formats.said(record.description)
    names: list[str] = []
    if isinstance(record, Organisation):
        names = [name for name in (record.short_name, record.legal_name, *record.alternate_names) if name]
    elif entry.owner is not None:
        names = [entry.owner.name]
    places = record.places if isinstance(record, Organisation) else [record.location]
    codes = [place.postal_code for place in to_visit([place for place in places if place])]
    found: dict[str, Any] = {
        "kind": entry.kind,
        "path": entry.path,
        "title": entry.title,
        "line": excerpt(text.text, 120) if text else "",
        "lang": text.language if text else "",
        "language": list(entry.languages),
        "spoken": [formats.language_name(code) for code in entry.languages],
        "topic": list(entry.topics),
        "district": list(entry.districts),
        "more": " ".join(dict.fromkeys([*names, *(code for code in codes if code)])),
    }
    if isinstance(record, Event):
        found["when"] = [
            [date.sort, formats.datetime(date.start, "medium"), date.cancelled] for date in entry.dates[:6]
        ]
    return found
