"""What each built-in source makes of what comes in: its map is pure and total, its reading refuses by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tests.fuzz.material import NAMES, SCALARS, TEXTS, VALUES, damaged
from tests.fuzz.target import Target, told

from allin_hub import ColumnMap, Raw, Source
from allin_hub.base.errors import HubError
from allin_hub.mapping.synonyms import words_of
from allin_hub.sources.files import File
from allin_plugins.form import Form, FormConfig
from allin_plugins.form.parts import Questions
from allin_plugins.form.shapes import submissions
from allin_plugins.ical import Calendar, CalendarConfig
from allin_plugins.spreadsheet import Spreadsheet, SpreadsheetConfig
from allin_schemas import Kind

HEADERS = (
    "Nr.", "Verein", "Name", "Vorname", "Nachname", "E-Mail", "Telefon", "Adresse", "Straße", "PLZ", "Ort", "Datum",
    "Uhrzeit", "von", "bis", "Sprachen [Türkisch]", "Darf ins Verzeichnis?", "Newsletter", "Ansprechperson", "Titel",
    "Beschreibung (en)", "Kosten", "Telefon (2)", "Hausnummer", "Öffnungszeiten",
)  # fmt: skip
DAYS = st.fixed_dictionaries(
    {"value": st.sampled_from(["2026-10-05", "0001-01-01", "9999-12-31"]), "kind": st.just("date")}
)
TIMES = st.fixed_dictionaries(
    {
        "value": st.sampled_from(
            ["2026-10-05T18:00:00", "2026-03-29T02:30:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"]
        ),
        "kind": st.sampled_from(["local", "utc", "floating", "unknown"]),
        "tzid": st.sampled_from(["Europe/Berlin", "UTC", "America/New_York"]),
    }
)
MOMENTS = st.one_of(DAYS, TIMES)
"""As the door gives them."""
FIXTURES = Path(__file__).parents[1] / "plugins" / "form" / "fixtures"


def targets() -> Iterator[Target]:
    """One for each source's map, for each kind of record, and for the shapes of forms."""
    payloads = st.dictionaries(st.one_of(st.sampled_from(HEADERS), TEXTS), VALUES, max_size=8)
    table = Spreadsheet("x", SpreadsheetConfig(path="x.csv"))
    form = Form("x", FormConfig(path="x.json"))
    for kind in Kind:
        yield Target(f"map-spreadsheet-{kind}", payloads, partial(_check_map, table, kind), 6, 3.0)
        yield Target(f"map-form-{kind}", payloads, partial(_check_map, form, kind), 6, 3.0)
    calendar = Calendar("x", CalendarConfig(path="x.ics"))
    yield Target("map-ical", _events(), partial(_check_map, calendar, Kind.EVENT), 20, 3.0)
    yield Target("form-json", st.one_of(damaged(documents()), VALUES.map(dumped)), _check_form, 20, 3.0)
    yield Target("form-shape", shapes(), lambda found: _check_form(dumped(found)), 20, 3.0)
    yield Target("words-of", TEXTS, lambda text: words_of(words_of(text)), 12, 3.0)


def _check_map(source: Source[Any], kind: Kind, payload: dict[str, Any]) -> None:
    before = copy.deepcopy(payload)
    raw = Raw("1", payload)
    source.columns = ColumnMap(kind, {}, {}).within(list(payload))
    first = dict(source.map(raw))

    assert repr(payload) == repr(before)
    assert repr(first) == repr(dict(source.map(raw)))
    assert all(isinstance(name, str) and name for name in first)


def _check_form(content: bytes) -> None:
    try:
        found = submissions(File("x.json", content).json(), Questions({}, lambda _: False))
    except HubError as error:
        told(error)
        return
    form = Form("x", FormConfig(path="x.json"))
    form.columns = ColumnMap(Kind.ORGANISATION)
    for one in found:
        assert one.key is None or one.key
        form.map(Raw(one.key, one.answers))


def dumped(value: Any) -> bytes:
    """Write a document."""
    return json.dumps(value).encode()


@cache
def documents() -> tuple[bytes, ...]:
    """What services give, as recorded."""
    return tuple(path.read_bytes() for path in sorted(FIXTURES.glob("*.json")))


def shapes() -> st.SearchStrategy[Any]:
    """Documents under the names that services use, with anything in them."""
    names = sorted({word for document in documents() for word in _names(json.loads(document))})
    named = st.sampled_from(names)
    inner = st.recursive(
        st.one_of(SCALARS, st.sampled_from(names)),
        lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(named, part, max_size=5)),
        max_leaves=16,
    )
    return st.one_of(st.dictionaries(named, inner, min_size=1, max_size=5), st.lists(inner, max_size=3))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)


def _events() -> st.SearchStrategy[dict[str, Any]]:
    """What the source makes of a calendar, in every combination."""
    texts = st.one_of(TEXTS, st.just("https://meet.example/x"))
    lengths = st.integers(-(10**10), 10**10)
    return st.fixed_dictionaries(
        {"home": st.sampled_from(["Europe/Berlin", "UTC"])},
        optional={
            "uid": texts, "summary": texts, "description": texts, "location": texts, "url": texts, "status": texts,
            "visibility": texts, "contact": texts, "cost": texts, "rrule": texts,
            "language": st.sampled_from(["de", "fa-AF", "x"]),
            "calendar_zone": st.sampled_from(["Europe/Berlin", "UTC"]), "sequence": st.integers(),
            "recurrence_id": MOMENTS, "dtstart": MOMENTS, "dtend": MOMENTS, "last_modified": MOMENTS,
            "duration": st.fixed_dictionaries({"days": lengths, "seconds": lengths}),
            "organizer": st.dictionaries(st.sampled_from(["name", "email"]), texts),
            "geo": st.lists(st.floats(-180, 180), min_size=2, max_size=2),
            "languages": st.dictionaries(st.sampled_from(["summary", "description"]), st.one_of(NAMES, st.just("de_DE"))),
            "categories": st.lists(texts, max_size=3), "conferences": st.lists(texts, max_size=3),
            "images": st.lists(texts, max_size=3),
            "rdates": st.lists(MOMENTS, max_size=3), "exdates": st.lists(MOMENTS, max_size=3),
        },
    )  # fmt: skip
