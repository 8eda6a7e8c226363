"""What fuzzing found, each with the smallest input that showed it."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.corpus import calendars

from allin_hub.http.response import Response
from allin_hub.ingest.sync import sync
from allin_hub.mapping.columns import ColumnMap
from allin_hub.open_hub import open_hub
from allin_schemas import Kind
from allin_schemas.reading import Context, read

SOURCE = '[sources.x]\nplugin = "{plugin}"\npath = "{name}"\n'
WEG_3 = {"street": "Weg", "house_number": "3"}
OF_ORGANISATIONS = 'kind = "organisation"\n'

Synced = Callable[..., Any]


@pytest.fixture
def synced(tmp_path: Path) -> Synced:
    """Sync a file as a source."""

    def run(plugin: str, name: str, content: bytes, more: str = "") -> Any:
        (tmp_path / "hub.toml").write_text(SOURCE.format(plugin=plugin, name=name) + more, encoding="utf-8")
        (tmp_path / name).write_bytes(content)
        hub = open_hub(tmp_path)
        try:
            return sync(hub).sources["x"]
        finally:
            hub.close()

    return run


@pytest.mark.parametrize(
    "start", ["DTSTART;TZID=Europe/Berlin:00010101T000000", "DTSTART;TZID=America/New_York:99991231T235959"]
)
def test_a_time_at_the_edge_of_the_calendar_costs_one_event(synced: Synced, start: str) -> None:
    """In UTC it lies before the year 1, or after 9999: the whole calendar was lost over it."""
    odd = calendars.bare("UID:odd", "SUMMARY:Odd", start, "EXDATE;TZID=Europe/Berlin:00010101T000000")
    report = synced("ical", "x.ics", calendars.wrapped(calendars.entry() + odd))

    assert (report.status, report.fetched, report.quarantined) == ("done", 2, 1)


def test_half_a_character_in_json_is_replaced(synced: Synced) -> None:
    """Programs that cut texts by their length leave it; one such answer stopped a whole form."""
    content = b'[{"id": 1, "Name": "Br\\u00fccke \\ud83d"}, {"id": 2, "Name": "Ufer e. V. \\ud83d\\ude00"}]'
    report = synced("form", "x.json", content, OF_ORGANISATIONS)
    read = Response("x", 200, {}, content).json()

    assert (report.status, report.fetched) == ("done", 2)
    assert [one["Name"] for one in read] == ["Brücke �", "Ufer e. V. 😀"]
    assert Response("x", 200, {}, b'"\\\\ud800"').json() == "\\ud800"


def test_a_column_with_half_a_character_has_a_mark() -> None:
    """A plugin that makes names of fields of what a server sent can hand one over: the mark of the map could not be made."""
    maps = [ColumnMap(Kind.ORGANISATION, given) for given in ({"\ud800": "name"}, {"\ud801": "name"}, {})]

    assert len({made.fingerprint for made in maps}) == 3


@pytest.mark.parametrize("inner", ['{"responses": [], "responses": []}', '{"responses": 1e999}', "[" * 500])
def test_a_document_inside_a_document_is_read_as_strictly(synced: Synced, inner: str) -> None:
    """LimeSurvey packs its answers in base64: there, double names erased answers without a word."""
    packed = json.dumps({"result": base64.b64encode(inner.encode()).decode()}).encode()
    report = synced("form", "x.json", packed, OF_ORGANISATIONS)

    assert report.status == "failed"
    assert [problem.code for problem in report.problems] == ["FORM_UNKNOWN"]


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        ("postal_code", "٣٤١٢٧", "34127"),
        ("places", "Weg 3, ３４１２７ Kassel", [{"postal_code": "34127", "city": "Kassel", **WEG_3}]),
        ("places", "0000٠", [{"postal_code": "00000"}]),
        ("phones", 25000000000000, None),
        ("languages", 150, None),
        ("language", "de-u-co-phonebk", "de"),
        ("phones", "0561 1234567, 02500000000000 00", [{"number": "+495611234567"}]),
    ],
)  # fmt: skip
def test_readers_give_what_the_model_can_hold(reader: str, cell: Any, value: Any) -> None:
    """Digits of other scripts, and numbers longer than any telephone has: the model refused them, vaguely."""
    reading = read(reader, cell, Context(today=dt.date(2026, 8, 20)))

    assert reading.value == value
    assert value is not None or reading.findings
