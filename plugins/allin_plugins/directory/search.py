"""The files from which the pages search without a server; scripts, because a disk serves no JSON."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from allin_hub import Artifact, Formats, Order, OutputRun
from allin_plugins.directory.reading import excerpt, other_names, to_visit
from allin_plugins.directory.site import Entry, Site
from allin_schemas import Event, Organisation, Service

TYPED = ("de", "en", "ar", "tr", "uk", "ru", "fa")
"""Languages in which people type the names of languages, whatever the page's is."""
MOST_TEXT = 1_200
"""So many letters of a description are searched."""


class SearchIndex:
    """Everything that can be found, in each language; what the languages share is worked out once."""

    def __init__(self, site: Site, run: OutputRun) -> None:
        self._site = site
        self._run = run
        self._shared: dict[str, dict[str, Any]] = {}
        self._uses = site.shown
        self._dates = [entry.dates[:6] for entry in site.listed]

    def files(self, languages: Sequence[str]) -> Iterator[Artifact]:
        """One file for each language."""
        for language in languages:
            yield self._run.file(
                f"data/search-{language}.js",
                partial(self._made, language),
                uses=self._uses,
                order=Order.INDEX,
                language=language,
                dates=self._dates,
            )

    def _made(self, language: str) -> bytes:
        formats = Formats(language, self._run.zone)
        found = [formats.json_ld({**self._of(entry), **_said(entry, formats)}) for entry in self._site.listed]
        same = formats.json_ld(
            same_words(sorted({code for one in self._site.listed for code in one.languages}))
        )
        return f"window.ALLIN_INDEX = [{','.join(found)}];\nwindow.ALLIN_WORDS = {same};\n".encode()

    def _of(self, entry: Entry) -> dict[str, Any]:
        found = self._shared.get(entry.path)
        if found is None:
            found = self._shared[entry.path] = _shared(entry)
        return found


def same_words(codes: Sequence[str]) -> dict[str, Any]:
    """What is the same in other words: groups of words, the names of spoken languages, and words that say nothing."""
    known = _words()
    spoken = {
        code: sorted({Formats(other, "UTC").language_name(code) for other in (*TYPED, code)})
        for code in codes
    }
    return {"groups": known["groups"], "spoken": spoken, "quiet": known["quiet"]}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "search_words.toml").read_text(encoding="utf-8"))


def read_file(site: Site, run: OutputRun) -> Artifact:
    """On which day each source was read last; the only file that changes when nothing but that does."""
    days = {source: day.isoformat() for source, _, _, day in site.sources}
    return run.file("data/read.js", f"window.ALLIN_READ = {Formats.json_ld(days)};\n", order=Order.INDEX)


def _shared(entry: Entry) -> dict[str, Any]:
    """What is found of an entry in every language."""
    record = entry.record
    names = [*other_names(record), record.legal_name] if isinstance(record, Organisation) else [entry.whose]
    if entry.dates:
        names += [date.title for date in entry.dates if date.title != entry.title]
    places = record.places if isinstance(record, Organisation | Service) else [record.location]
    places = [date.place for date in entry.dates[:1]] or places
    visited = to_visit([place for place in places if place])
    codes = [place.postal_code for place in visited]
    streets = [" ".join(part for part in (place.street, place.house_number) if part) for place in visited]
    return {
        "kind": entry.kind,
        "path": entry.path,
        "title": entry.title,
        "language": entry.languages,
        "topic": entry.topics,
        "district": entry.districts,
        "more": " ".join(dict.fromkeys(word for word in (*names, *streets, *codes) if word)),
    }


def rest_of(text: str) -> str:
    """The words of a text behind the line that is shown, each once."""
    plain = excerpt(text, MOST_TEXT)
    shown = set(plain[:120].split())
    return " ".join(
        dict.fromkeys(word for word in plain[100:].split() if word not in shown and len(word) > 3)
    )


def _said(entry: Entry, formats: Formats) -> dict[str, Any]:
    """What is found of an entry in one language."""
    text = formats.said(entry.text)
    found: dict[str, Any] = {
        "line": excerpt(text.text, 120) if text else "",
        "rest": rest_of(text.text) if text else "",
        "about": [formats.term(topic, "topics") for topic in entry.topics],
        "lang": text.language if text else "",
        "spoken": [formats.language_name(code) for code in entry.languages],
    }
    if isinstance(entry.record, Event):
        found["when"] = [
            [date.sort, formats.datetime(date.start, "medium"), date.cancelled] for date in entry.dates[:6]
        ]
    return found
