"""The calendar source: what a partner's feed becomes."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr, ValidationError

from allin_hub import Holds, Raw, Refused
from allin_plugins.ical import Calendar, CalendarConfig

FIXTURE = Path(__file__).parent / "fixtures" / "kulturverein.ics"
WRAP = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n"


def source(**settings: Any) -> Calendar:
    """Make a source from its settings."""
    return Calendar("termine", CalendarConfig(**(settings or {"path": "termine.ics"})))


def events(*bodies: str) -> bytes:
    """Make a calendar of events, each given by its lines."""
    blocks = "".join(f"BEGIN:VEVENT\r\n{body.strip()}\r\nEND:VEVENT\r\n" for body in bodies)
    return WRAP.format(blocks).replace("\r\n", "\n").replace("\n", "\r\n").encode()


def fetched(run: Any, content: bytes) -> list[Raw]:
    """Fetch a calendar from a file."""
    run.path("termine.ics").write_bytes(content)
    return list(source().fetch(run))


def drafted(run: Any, body: str) -> dict[str, Any]:
    """Fetch and map one event."""
    (raw,) = fetched(run, events("UID:1@verein.example\nSUMMARY:Fest\n" + body))
    return dict(source().map(raw))


def test_a_series_becomes_one_draft_with_its_rule(run: Any) -> None:
    """One Event per UID; its dates are derived later."""
    shutil.copy(FIXTURE, run.path("termine.ics"))

    series, *_ = fetched(run, FIXTURE.read_bytes())

    assert series.key == "sprachcafe@verein.example"
    assert series.updated_at == dt.datetime(2026, 8, 30, 9, 0, tzinfo=dt.UTC)
    assert source().map(series) == {
        "title": "Sprachcafé für alle",
        "description": {
            "de": '<p>Wir üben Deutsch.</p><p>Mehr <a href="https://verein.example/cafe">auf unserer Seite</a>.</p>'
        },
        "start": "2026-10-19T16:00:00Z",
        "end": "2026-10-19T18:00:00Z",
        "all_day": False,
        "zone": "Europe/Berlin",
        "rrule": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261221T170000Z",
        "exdates": ["2026-11-02T17:00:00Z"],
        "location": "Stadtteiltreff, Weg 3, 34117 Kassel",
        "location.lat": 51.33,
        "location.lon": 9.49,
        "url": "https://verein.example/cafe",
        "topics": ["Sprache", "Treffen"],
        "platform_ids": [{"scheme": "ical", "value": "sprachcafe@verein.example"}],
        "contacts": [{"name": "Mina Muster", "email": "mina.muster@verein.example"}],
    }


def test_exceptions_become_overrides_of_the_series(run: Any) -> None:
    """They carry no title or start of their own, so that they cannot stand for the series."""
    _, moved, cancelled, *_ = fetched(run, FIXTURE.read_bytes())

    assert moved.key == "sprachcafe@verein.example\x1f2026-10-26T17:00:00Z"
    assert source().map(moved) == {
        "platform_ids": [{"scheme": "ical", "value": "sprachcafe@verein.example"}],
        "overrides": [
            {
                "recurrence_id": "2026-10-26T17:00:00Z",
                "start": "2026-10-27T16:00:00Z",
                "end": "2026-10-27T18:00:00Z",
                "title": "Sprachcafé: Ausflug",
                "cancelled": False,
                "location": "Hauptbahnhof",
            }
        ],
    }
    assert source().map(cancelled)["overrides"][0]["cancelled"] is True


def test_all_day_private_and_online_events_keep_what_they_are(run: Any) -> None:
    """Days stay days, private entries stay inside, and a link is no place."""
    *_, fest, board = (source().map(raw) for raw in fetched(run, FIXTURE.read_bytes()))

    assert (fest["start"], fest["end"], fest["all_day"], fest["status"]) == (
        "2026-10-24",
        "2026-10-25",
        True,
        "tentative",
    )
    assert (board["start"], board["end"]) == ("2026-10-05T16:00:00Z", "2026-10-05T17:30:00Z")
    assert (board["visibility"], board["mode"], board["online_url"]) == (
        "internal",
        "online",
        "https://video.example/raum",
    )
    assert "location" not in board
    assert ("ZONE_FLOATING", None, {"count": 1, "zone": "Europe/Berlin"}) in run.problems
    assert run.skipped == {"todo": 1}


def test_attendees_alarms_comments_and_fetch_times_are_in_no_raw(run: Any) -> None:
    """What the hub does not need, it never holds."""
    held = orjson.dumps([raw.payload for raw in fetched(run, FIXTURE.read_bytes())]).decode().lower()

    assert "geheim" not in held
    assert "dtstamp" not in held


def test_a_feed_that_differs_only_in_dtstamp_is_unchanged(run: Any) -> None:
    """Some servers write the time of the request into each event."""
    content = FIXTURE.read_bytes()
    run.http.content = content
    calendar = source(url="https://verein.example/termine.ics")
    before = calendar.state(run)
    raws = list(calendar.fetch(run))
    run.http.content = content.replace(b"DTSTAMP:20260901T100000Z", b"DTSTAMP:20261001T120000Z")

    after = calendar.state(run)

    assert before == after
    assert raws == list(calendar.fetch(run))
    run.http.content = content.replace(b"Herbstfest", b"Winterfest")
    assert source(url="https://verein.example/termine.ics").state(run) != after


def test_a_feed_is_fetched_once_for_state_and_events(run: Any) -> None:
    """A partner's server is asked no more than needed, with the token for its own host."""
    run.http.content = FIXTURE.read_bytes()
    calendar = source(url="webcal://verein.example/termine.ics", token=SecretStr("geheim"))

    calendar.state(run)
    list(calendar.fetch(run))

    assert run.http.asked == [("webcal://verein.example/termine.ics", SecretStr("geheim"))]


def test_of_double_uids_the_newest_counts(run: Any) -> None:
    """By SEQUENCE, then LAST-MODIFIED, then DTSTAMP; the partner is told."""
    raws = fetched(
        run,
        events(
            "UID:1@verein.example\nSEQUENCE:2\nSUMMARY:Neu\nDTSTART:20261005T180000Z",
            "UID:1@verein.example\nSEQUENCE:1\nSUMMARY:Alt\nDTSTART:20261005T180000Z",
            "UID:2@verein.example\nSUMMARY:Alt\nDTSTAMP:20260101T000000Z\nDTSTART:20261005T180000Z",
            "UID:2@verein.example\nSUMMARY:Neu\nDTSTAMP:20260102T000000Z\nDTSTART:20261005T180000Z",
        ),
    )

    assert [raw.payload["summary"] for raw in raws] == ["Neu", "Neu"]
    assert run.codes == ["UID_DOUBLE", "UID_DOUBLE"]
    assert run.skipped == {"double": 2}


def test_an_event_without_uid_is_known_by_title_and_start(run: Any) -> None:
    """The key is the same at the next fetch, whatever else changed."""
    body = "SUMMARY:Fest\nDTSTART:20261005T180000Z\nDESCRIPTION:"
    (before,) = fetched(run, events(body + "alt"))
    (after,) = fetched(run, events(body + "neu"))

    assert before.key == after.key
    assert before.key is not None
    assert "UID_MISSING" in run.codes
    assert "platform_ids" not in source().map(before)


def test_a_rule_that_is_refused_leaves_the_first_date(run: Any) -> None:
    """The event lives, and the partner is told."""
    draft = drafted(run, "DTSTART:20261005T180000Z\nRRULE:FREQ=SECONDLY")

    assert draft["start"] == "2026-10-05T18:00:00Z"
    assert "rrule" not in draft
    assert run.codes == ["RRULE_REFUSED"]


def test_an_unknown_zone_is_never_utc(run: Any) -> None:
    """Without a start the event waits for a person."""
    draft = drafted(run, "DTSTART;TZID=Buero:20261005T180000")

    assert "start" not in draft
    assert run.problems == [("ZONE_UNKNOWN", "1@verein.example", {"value": "Buero"})]


@pytest.mark.parametrize(
    ("lines", "end", "codes"),
    [
        ("DTSTART:20261005T180000Z\nDTEND:20261005T170000Z", None, ["END_BEFORE_START"]),
        ("DTSTART;VALUE=DATE:20261005\nDTEND;VALUE=DATE:20261005", None, []),
        ("DTSTART;VALUE=DATE:20261005\nDTEND:20261005T170000Z", None, ["END_BEFORE_START"]),
        ("DTSTART;VALUE=DATE:20261005\nDURATION:P2D", "2026-10-06", []),
        ("DTSTART:20261005T180000Z\nDURATION:PT0S", None, []),
        ("DTSTART:20261005T180000Z\nDURATION:-PT1H", None, ["END_BEFORE_START"]),
        ("DTSTART;TZID=Europe/Berlin:20261024T180000\nDURATION:P1D", "2026-10-25T17:00:00Z", []),
        ("DTSTART;TZID=Europe/Berlin:20261024T180000\nDURATION:PT2H", "2026-10-24T18:00:00Z", []),
        (
            "DTSTART;TZID=Europe/Berlin:20261005T180000\nDTEND;TZID=Asia/Tokyo:20261006T030000",
            "2026-10-05T18:00:00Z",
            [],
        ),
        ("DTSTART:20261005T180000Z", None, []),
    ],
)
def test_ends_are_never_before_the_start(run: Any, lines: str, end: str | None, codes: list[str]) -> None:
    """DTEND, DURATION or neither, of whole days the last one; what makes no sense is left out and told."""
    draft = drafted(run, lines)

    assert draft.get("end") == end
    assert run.codes == codes


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("STATUS:CANCELLED", "status", "cancelled"),
        ("STATUS:CONFIRMED", "status", "scheduled"),
        ("CLASS:CONFIDENTIAL", "visibility", "internal"),
        ("CLASS:PUBLIC", "visibility", None),
        ("DESCRIPTION:Wir feiern.", "description", "Wir feiern."),
        ("DESCRIPTION;LANGUAGE=en-GB:We meet.", "description", {"en-GB": "We meet."}),
        ("DESCRIPTION;LANGUAGE=??:Wir.", "description", "Wir."),
        ("DESCRIPTION:a < b und c > d", "description", "a < b und c > d"),
        ("URL:https://verein.example/fest", "url", "https://verein.example/fest"),
        ("URL:https://verein.example/fest", "registration_url", None),
        ("URL:javascript:alert(1)", "url", None),
        ("CLASS:X-NEXTCLOUD-CLASS-PUBLISHED-PRIVATE", "visibility", "internal"),
        ("CLASS: public", "visibility", None),
        ("CLASS:", "visibility", None),
        ("STATUS:TENTATIVE", "status", "tentative"),
        ("CONFERENCE;VALUE=URI:https://video.example/1", "mode", "online"),
        ("LOCATION:Saal\nCONFERENCE;VALUE=URI:https://video.example/1", "mode", None),
        ("X-COST-TYPE:free", "cost", "kostenlos"),
        ("X-COST:5 €", "cost", "5 €"),
        ("IMAGE;VALUE=URI:https://verein.example/bild.jpg", "image", "https://verein.example/bild.jpg"),
        ("ORGANIZER:mailto:info@verein.example", "contacts", [{"email": "info@verein.example"}]),
        (
            'ORGANIZER;CN="Muster: Mina":MAILTO:mina@verein.example',
            "contacts",
            [{"name": "Muster: Mina", "email": "mina@verein.example"}],
        ),
        ("ORGANIZER;CN=Verein:mailto:abc@group.calendar.google.com", "contacts", [{"name": "Verein"}]),
        ("ORGANIZER:invalid:nomail", "contacts", None),
        ("CATEGORIES:", "topics", None),
        ("CATEGORIES:Sprache\\, Kultur,Sport", "topics", ["Sprache, Kultur", "Sport"]),
    ],
)
def test_properties_become_fields(run: Any, lines: str, field: str, value: Any) -> None:
    """Each in the words of the model; the organiser of a calendar is a contact, never a public name."""
    draft = drafted(run, "DTSTART:20261005T180000Z\n" + lines)

    assert draft.get(field) == value
    assert "organiser_name" not in draft


def test_the_setting_says_the_language_where_the_calendar_does_not(run: Any) -> None:
    """A plain description is in the partner's language."""
    run.path("termine.ics").write_bytes(
        events("UID:1\nDTSTART:20261005T180000Z\nSUMMARY:Fest\nDESCRIPTION:Merhaba")
    )
    calendar = source(path="termine.ics", language="tr")

    (raw,) = calendar.fetch(run)

    assert calendar.map(raw)["description"] == {"tr": "Merhaba"}


def test_a_calendar_lets_past_events_go_unless_it_says_otherwise() -> None:
    """Most feeds roll: what is past drops out and is not withdrawn."""
    assert source().holds is Holds.FUTURE
    assert source(path="a.ics", holds="all").holds is Holds.ALL


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"path": "a.ics", "url": "https://verein.example/a.ics"},
        {"url": "file:///etc/passwd"},
        {"pfad": "a.ics"},
    ],
)
def test_settings_name_one_place(settings: dict[str, str]) -> None:
    """A path or an address, not both, nothing else."""
    with pytest.raises(ValidationError):
        CalendarConfig(**settings)


def test_a_page_instead_of_a_calendar_is_refused(run: Any) -> None:
    """A login page is one clear problem for the source."""
    with pytest.raises(Refused) as refusal:
        fetched(run, b"<!DOCTYPE html><title>Anmelden</title>")

    assert refusal.value.code == "CALENDAR_NOT_ONE"


def test_a_missing_file_is_refused_and_has_no_state(run: Any) -> None:
    """What was known stays."""
    calendar = source(path="weg.ics")

    assert calendar.state(run) is None
    with pytest.raises(Refused) as refusal:
        list(calendar.fetch(run))
    assert refusal.value.code == "FILE_UNREADABLE"


def test_a_token_shows_nowhere() -> None:
    """Settings are printed and logged."""
    calendar = source(url="https://verein.example/a.ics", token=SecretStr("geheim"))

    assert "geheim" not in repr(calendar.config) + repr(calendar)
