"""The door for calendars: what comes through it, and what does not."""

from __future__ import annotations

import datetime as dt
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
from tests.cpu import cpu_seconds

from allin_hub.base.errors import Refused, refused
from allin_hub.base.problems import catalogue
from allin_hub.readers import ical_reader, sandbox
from allin_hub.readers.ical_reader import Component, open_calendar
from allin_hub.workers import calendar as worker
from allin_hub.workers.refusal import Refusal

VTIMEZONE = """BEGIN:VTIMEZONE
TZID:{name}
{extra}BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
WINTER, SUMMER = "20261205T180000", "20260705T180000"


def calendar(*events: str, head: str = "") -> bytes:
    """Make a calendar of events, each given by its lines."""
    bodies = "".join(
        f"BEGIN:VEVENT\nUID:{number}@verein.example\n{event}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{bodies}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def read(content: bytes) -> list[Component]:
    """Read a calendar through the door."""
    return list(open_calendar(content, "termine.ics"))


def codes(component: Component) -> list[str]:
    """Give the codes of its findings."""
    return [fault.code for fault in component.faults]


def in_utc(moment: ical_reader.Moment | None) -> str | None:
    """Turn into UTC what says its zone; the rest as it is."""
    if moment is None or moment["kind"] in ("date", "floating", "unknown"):
        return f"{moment['kind']} {moment['value']}" if moment else None
    zone = ZoneInfo(moment["tzid"]) if "tzid" in moment else dt.UTC
    wall = dt.datetime.fromisoformat(moment["value"]).replace(tzinfo=zone)
    return f"{wall.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"


ZONES = [
    ("an IANA name", "", f"DTSTART;TZID=Europe/Berlin:{WINTER}", "2026-12-05T17:00Z", []),
    ("an IANA name in summer", "", f"DTSTART;TZID=Europe/Berlin:{SUMMER}", "2026-07-05T16:00Z", []),
    ("small letters", "", f"DTSTART;TZID=europe/berlin:{WINTER}", "2026-12-05T17:00Z", []),
    ("UTC", "", f"DTSTART:{WINTER}Z", "2026-12-05T18:00Z", []),
    ("UTC by name", "", f"DTSTART;TZID=UTC:{WINTER}", "2026-12-05T18:00Z", []),
    ("a zone and a Z", "", f"DTSTART;TZID=Europe/Berlin:{WINTER}Z", "2026-12-05T18:00Z", []),
    ("a Windows name", "", f"DTSTART;TZID=W. Europe Standard Time:{SUMMER}", "2026-07-05T16:00Z", []),
    ("a quoted Windows name", "", f'DTSTART;TZID="Tokyo Standard Time":{WINTER}', "2026-12-05T09:00Z", []),
    ("a path", "", f"DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:{SUMMER}", "2026-07-05T16:00Z", []),
    ("a Microsoft path", "", f'DTSTART;TZID="tzone://Microsoft/Utc":{SUMMER}', "2026-07-05T18:00Z", []),
    (
        "a location",
        VTIMEZONE.format(name="Mine", extra="X-LIC-LOCATION:Europe/Vienna\n"),
        f"DTSTART;TZID=Mine:{SUMMER}",
        "2026-07-05T16:00Z",
        [],
    ),
    (
        "rules",
        VTIMEZONE.format(name="Customized Time Zone", extra=""),
        f"DTSTART;TZID=Customized Time Zone:{SUMMER}",
        "2026-07-05T16:00Z",
        ["ZONE_GUESSED"],
    ),
    (
        "cities",
        "",
        f'DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern, Rom":{SUMMER}',
        "2026-07-05T16:00Z",
        ["ZONE_GUESSED"],
    ),
    ("an offset", "", f'DTSTART;TZID="UTC+02:00":{SUMMER}', "2026-07-05T16:00Z", ["ZONE_GUESSED"]),
    ("the calendar's zone", "X-WR-TIMEZONE:Europe/Kyiv\n", f"DTSTART:{SUMMER}", "2026-07-05T15:00Z", []),
    ("no zone", "", f"DTSTART:{WINTER}", "floating 2026-12-05T18:00:00", []),
    ("a day", "X-WR-TIMEZONE:Asia/Tokyo\n", "DTSTART;VALUE=DATE:20261205", "date 2026-12-05", []),
    ("an unknown zone", "", f"DTSTART;TZID=Buero:{WINTER}", "unknown 2026-12-05T18:00:00", ["ZONE_UNKNOWN"]),
    (
        "a hostile name",
        "",
        f"DTSTART;TZID=../../etc/passwd:{WINTER}",
        "unknown 2026-12-05T18:00:00",
        ["ZONE_UNKNOWN"],
    ),
    (
        "rules without an end",
        VTIMEZONE.format(name="Mine", extra="").replace("YEARLY", "SECONDLY"),
        f"DTSTART;TZID=Mine:{WINTER}",
        "unknown 2026-12-05T18:00:00",
        ["ZONE_UNKNOWN"],
    ),
    ("the hour that is skipped", "", "DTSTART;TZID=Europe/Berlin:20270328T023000", "2027-03-28T01:30Z", []),
    ("the hour that comes twice", "", "DTSTART;TZID=Europe/Berlin:20261025T023000", "2026-10-25T00:30Z", []),
    ("dashes and an offset", "", "DTSTART:2026-12-05T18:00:00+01:00", "2026-12-05T17:00Z", []),
]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the worker in this process: hundreds of small calendars would wait for as many children."""

    def run(_: str, data: Path | bytes, *, params: Any, **__: Any) -> Iterator[Any]:
        try:
            yield from worker.read(data.read_bytes() if isinstance(data, Path) else data, params)
        except Refusal as refusal:
            raise refused(refusal.code, **refusal.params) from None

    monkeypatch.setattr(sandbox, "run", run)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("head", "line", "moment", "found"), [case[1:] for case in ZONES], ids=[case[0] for case in ZONES]
)
def test_zones_are_read_as_they_were_meant(head: str, line: str, moment: str, found: list[str]) -> None:
    """Every way to write a zone has one exact moment, or none: never UTC by accident."""
    (event,) = [one for one in read(calendar(line, head=head)) if one.kind == "VEVENT"]

    assert in_utc(event.dtstart) == moment
    assert codes(event) == found


def test_a_bad_event_costs_one_event() -> None:
    """Its neighbours come through whole, read in the child."""
    good = "DTSTART:20261005T180000Z\nSUMMARY:Fest"
    content = calendar(good, "DTSTART:morgen\nSUMMARY:Kaputt", good).replace(
        b"UID:2", b"UID:x@verein.example\r\nBEGIN:VEVENT\r\nUID:2"
    )

    events = read(content)

    assert [event.problem for event in events] == [
        None,
        "CALENDAR_LINE_UNREAD",
        "CALENDAR_EVENT_BROKEN",
        None,
    ]
    assert [event.line for event in events] == [3, 8, 13, 15]
    assert events[1].summary == "Kaputt"


def test_texts_are_unfolded_and_unescaped() -> None:
    """Also where a fold cuts a letter in two, as some programs do."""
    body = "DTSTART:20261005T180000Z\nSUMMARY:Früh\nDESCRIPTION:a\\, b\\; c\\\\ d\\ne\\Nf\nLOCATION:Saal"
    content = (
        calendar(body)
        .replace("ü".encode(), b"\xc3\r\n \xbc")
        .replace(b"LOCATION:Saal", b"LOCATION\r\n\r\n :Sa\r\n\tal")
    )

    (event,) = read(content)

    assert event.summary == "Früh"
    assert event.description == "a, b; c\\ d\ne\nf"
    assert event.location == "Saal"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!DOCTYPE html><html>Anmelden</html>", "CALENDAR_NOT_ONE"),
        (b"\x00\x01\x02", "CALENDAR_NOT_ONE"),
        (b"%PDF-1.7", "CALENDAR_NOT_ONE"),
        (b"\xff\xfe\x00", "CALENDAR_NOT_ONE"),
        (b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n", "CALENDAR_NOT_ONE"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n", "CALENDAR_CUT"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMM", "CALENDAR_CUT"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "CALENDAR_CUT"),
        (b"", "FILE_EMPTY"),
        (
            b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 50_001 + b"END:VCALENDAR",
            "CALENDAR_TOO_BIG",
        ),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * 20 * 2**20 + b"\r\nEND:VCALENDAR", "CALENDAR_TOO_BIG"),
    ],
)
def test_what_is_no_whole_calendar_is_refused(content: bytes, code: str) -> None:
    """One clear problem for the source; what was known stays."""
    with pytest.raises(Refused) as refusal:
        read(content)

    assert refusal.value.code == code


def test_refusals_of_the_child_speak_of_calendars(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner with a calendar has no rows and columns to delete."""
    monkeypatch.setattr(ical_reader, "SECONDS", 0.001)
    with pytest.raises(Refused) as refusal:
        read(calendar("DTSTART:20261005T180000Z"))

    assert refusal.value.code == "CALENDAR_TOO_SLOW"


def test_several_calendars_other_characters_and_other_components_are_taken() -> None:
    """Streams of calendars, cp1252, UTF-16, lone carriage returns, to-dos."""
    one = calendar("DTSTART:20261005T180000Z\nSUMMARY:Früh")

    assert [event.summary for event in read(one + b"Warning: something\r\n" + one)] == ["Früh", "Früh"]
    latin = read(one.replace("ü".encode(), b"\xfc"))
    assert [codes(latin[0]), latin[1].summary] == [["CALENDAR_ENCODING"], "Früh"]
    assert [event.summary for event in read(one.decode().encode("utf-16"))] == ["Früh"]
    assert [event.summary for event in read(b"\xef\xbb\xbf" + one.replace(b"\r\n", b"\r"))] == ["Früh"]
    todo = one.replace(b"END:VCALENDAR", b"BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR")
    assert [event.kind for event in read(todo)] == ["VEVENT", "VTODO"]


def test_a_component_shows_nothing_of_a_person() -> None:
    """What is logged or raised by accident names no organiser."""
    (event,) = read(
        calendar("DTSTART:20261005T180000Z\nSUMMARY:Geheim\nORGANIZER;CN=Geheim:mailto:geheim@example.org")
    )

    assert repr(event) == "Component('VEVENT', line=3, problem=None)"


def test_a_large_calendar_is_read_within_the_limits() -> None:
    """Ten thousand events in ten CPU seconds, with time to spare."""
    body = "DTSTART;TZID=Europe/Berlin:20261005T180000\nSUMMARY:Sprachcafé\nDESCRIPTION:" + "Wir üben. " * 20
    began = cpu_seconds()

    assert sum(1 for _ in open_calendar(calendar(*[body] * 10_000), "x.ics")) == 10_000
    assert cpu_seconds() - began < 10


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "lines",
    [
        "BEGIN:X\n" * 5_000,
        "END:VEVENT\n" * 5_000,
        "END:X\n" * 5_000,
        ("BEGIN:VALARM\n" * 20) + ("END:VALARM\n" * 3),
        "SUMMARY;" + "A=B;" * 5_000 + "C=D:x",
        'SUMMARY;A="' + "x" * 90_000,
        "SUMMARY:" + "\\" * 90_001,
        "DESCRIPTION:" + "x" * 200_000,
        "EXDATE:" + ",".join(["20261005T180000Z"] * 5_000),
        "CATEGORIES:" + "," * 50_000,
        "DURATION:P" + "9" * 5_000 + "D",
        "SEQUENCE:" + "9" * 5_000,
        "SEQUENCE:eins",
        "DTEND:99999999T999999Z",
        "DTEND:00010101T000000-2359",
        "GEO:91;999;1",
        "RRULE:" + "FREQ=DAILY;" * 9_000,
        'ORGANIZER;CN="a":::::',
        "\x00:\x00",
        ":::",
        ";;;",
    ],
)
def test_hostile_lines_cost_themselves_only(lines: str) -> None:
    """The event behind them comes through."""
    content = calendar("DTSTART:20261005T180000Z\nSUMMARY:Eins", "DTSTART:20261005T180000Z\nSUMMARY:Zwei")
    began = time.process_time()

    events = read(content.replace(b"SUMMARY:Eins", lines.encode().strip() + b"\r\nSUMMARY:Eins"))

    assert events[-1].summary == "Zwei"
    assert time.process_time() - began < 1
    for event in events:
        assert set(codes(event)) <= catalogue().keys()


LIBRARIES = [Path(icalendar.__file__).parent / "tests", Path(recurring_ical_events.__file__).parent / "test"]
NAMED = {
    "issue_526_calendar_with_different_events.ics": "a zone without a definition",
    "issue_526_calendar_with_event_subset.ics": "a zone without a definition",
    "issue_526_calendar_with_events.ics": "a zone without a definition",
    "issue_526_calendar_with_shuffeled_events.ics": "a zone without a definition",
    "issue_722_missing_VTIMEZONE_custom.ics": "a zone without a definition",
}
"""Where icalendar gives a time and the door gives none: each is a zone that no place in the world keeps."""


@pytest.mark.usefixtures("here")
def test_the_door_reads_what_icalendar_reads() -> None:
    """On the calendars that the two libraries are tested with, every title and start agree, or are named."""
    files = sorted(file for folder in LIBRARIES for file in folder.rglob("*.ics"))
    compared, different, refusals = 0, set(), set()
    for file in files:
        theirs = _by_icalendar(file)
        try:
            ours = [_told(event) for event in open_calendar(file, file.name) if event.kind == "VEVENT"]
        except Refused as refusal:
            refusals.add(refusal.code)
            continue
        if theirs is None:
            continue
        assert len(ours) == len(theirs), file.name
        compared += len(ours)
        # A start that icalendar cannot read either is no difference.
        if any(own != other for own, other in zip(ours, theirs, strict=True) if other[1] is not None):
            different.add(file.name)

    assert compared > 1_000
    assert different == set(NAMED)
    assert refusals <= {"CALENDAR_NOT_ONE", "CALENDAR_CUT", "FILE_EMPTY"}


def _told(event: Component) -> tuple[str, str | None]:
    start = event.dtstart
    if start is not None and start["kind"] == "floating":
        start = {"value": start["value"], "kind": "local", "tzid": "Europe/Berlin"}
    return event.summary or "", in_utc(start)


def _by_icalendar(file: Path) -> list[tuple[str, str | None]] | None:
    """Give title and start of each event; nothing where icalendar gives up on the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            books = icalendar.Calendar.from_ical(file.read_bytes(), multiple=True)
        except ValueError:
            return None
    found = []
    for entry in (entry for book in books for entry in book.walk("VEVENT")):
        try:
            start = entry["DTSTART"].dt
        except (KeyError, AttributeError, icalendar.error.BrokenCalendarProperty):
            start = None
        text = None
        if isinstance(start, dt.datetime):
            aware = start if start.tzinfo else start.replace(tzinfo=ZoneInfo("Europe/Berlin"))
            text = f"{aware.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"
        elif start is not None:
            text = f"date {start.isoformat()}"
        found.append((str(entry.get("SUMMARY", "")).strip(), text))
    return found
