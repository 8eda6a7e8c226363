"""Calendars as programs and people write them, through a whole hub: each date, and what is left out, is right or told."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]

from allin_hub.base.reports import SourceReport
from allin_hub.dates.ical_writer import calendar
from allin_hub.dates.occurrences import Occurrence, event_dates
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Event, EventStatus, Kind, Place

INPUTS = Path(__file__).parent / "inputs"
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
SINCE, UNTIL = dt.datetime(2026, 11, 1, tzinfo=dt.UTC), dt.datetime(2027, 11, 1, tzinfo=dt.UTC)
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "en"]
"""
OUTPUTS = """
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Musterweg 1"
[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "rundbrief@verein.example"
imprint = "Musterweg 1"
site_url = "https://verein.example/"
weeks = 26
[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Musterweg 1"
"""


class Office:
    """A hub's folder with calendars, one source for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = SETTINGS
        self.codes: list[str] = []

    def bring(self, *contents: Path | str) -> dict[str, SourceReport]:
        """Sync calendars: files, or the lines of their events."""
        for number, content in enumerate(contents, 1):
            path = self.folder / f"kalender-{number}.ics"
            if isinstance(content, Path):
                shutil.copyfile(content, path)
            else:
                path.write_text(wrapped(content), encoding="utf-8", newline="")
            name = f"kalender-{number}"
            if name not in self.settings:
                self.settings += f'\n[sources.{name}]\nplugin = "ical"\npath = "{path.name}"\n'
        (self.folder / "hub.toml").write_text(self.settings + OUTPUTS, encoding="utf-8")
        hub = open_hub(self.folder, clock=lambda: NOW)
        try:
            reports = dict(sync(hub, None).sources)
        finally:
            hub.close()
        found = [problem.code for report in reports.values() for problem in report.problems]
        self.codes = sorted(code for code in found if not code.startswith("SKIPPED_"))
        return reports

    def events(self) -> dict[str, Event]:
        """All events by title."""
        hub = open_hub(self.folder, clock=lambda: NOW)
        try:
            with reading(hub.engine) as connection:
                found = [*entities.everything(connection, Kind.EVENT, hub.sealer)]
        finally:
            hub.close()
        times = {"created_at": NOW, "updated_at": NOW}
        read = [Event.model_validate({**times, "id": one.id, "slug": one.slug, **one.data}) for one in found]
        assert len({event.title for event in read}) == len(read)
        return {event.title: event for event in read}

    def dates(self, title: str) -> list[str]:
        """The dates of an event: start, end, title and what is odd, as its page and its calendar tell them."""
        event = self.events()[title]
        ours = [shown(one) for one in event_dates(event, SINCE, UNTIL)]
        assert [line.rsplit(" @", 1)[0] for line in ours] == by_another_program(event)
        return ours

    def published(self) -> dict[str, bytes]:
        """Everything that the outputs show, by path."""
        hub = open_hub(self.folder, clock=lambda: NOW)
        try:
            assert all(report.ok for report in publish(hub, None).values())
        finally:
            hub.close()
        folders = (self.folder / name for name in ("public", "rundbrief", "statistik"))
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}


SERIES = "UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261201T180000\nRRULE:FREQ=WEEKLY;COUNT=4"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Make an empty office."""
    return Office(tmp_path)


def wrapped(lines: str) -> str:
    """Make a calendar of events, which blank lines divide."""
    bodies = [part.strip() for part in lines.strip().split("\n\n")]
    events = "".join(f"BEGIN:VEVENT\nDTSTAMP:20261101T080000Z\n{body}\nEND:VEVENT\n" for body in bodies)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y\n{events}END:VCALENDAR\n".replace("\n", "\r\n")


def shown(date: Occurrence) -> str:
    """Write a date in one line; the place stands last."""
    form = "%d.%m." if date.all_day else "%d.%m. %H:%M"
    last = date.end - dt.timedelta(days=1) if date.end and date.all_day else date.end
    parts = [f"{date.start:{form}}"]
    if last is not None and last.date() != date.start.date():
        parts.append(f"- {last:%d.%m.}")
    elif last is not None and not date.all_day:
        parts.append(f"- {last:%H:%M}")
    parts.append(date.title)
    if date.status is not EventStatus.SCHEDULED:
        parts.append(f"({date.status})")
    if date.location is not None:
        parts.append(f"@{written(date.location)}")
    return " ".join(parts)


def written(place: Place) -> str:
    """Write a place in one line."""
    parts = (place.name, place.street, place.house_number, place.postal_code, place.city)
    return " ".join(filter(None, parts))


def by_another_program(event: Event) -> list[str]:
    """Read the dates from the calendar file that the hub writes of an event, without their places."""
    book = icalendar.Calendar.from_ical(calendar([event], name="Termine"))
    statuses = {"CANCELLED": EventStatus.CANCELLED, "TENTATIVE": EventStatus.TENTATIVE}
    found = []
    for one in recurring_ical_events.of(book).between(SINCE, UNTIL):
        start, end = one["DTSTART"].dt, one["DTEND"].dt if "DTEND" in one else None
        all_day = not isinstance(start, dt.datetime)
        if all_day:
            start, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (start, one.end))
        end = end if end != start else None
        status = statuses.get(str(one["STATUS"]), EventStatus.SCHEDULED)
        found.append((start, Occurrence(start, end, all_day, status, str(one["SUMMARY"]), None)))
    return [shown(one) for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].title))]


CASES = [
    (
        "allday-series-exdate-utc.ics",
        "Beratungstag",
        ["03.12. Beratungstag", "17.12. Beratungstag"],
        [],
    ),
    (
        "allday-series-until-utc.ics",
        "Aktionstage",
        ["01.12. Aktionstage", "02.12. Aktionstage", "03.12. Aktionstage"],
        [],
    ),
    (
        "allday-series-recurrence-id-other-zone.ics",
        "Beratungstag",
        ["03.12. Beratungstag", "11.12. Beratungstag", "17.12. Beratungstag"],
        [],
    ),
    (
        "thisandfuture.ics",
        "Chorprobe",
        [
            "01.12. 18:00 - 20:00 Chorprobe",
            "08.12. 18:00 - 20:00 Chorprobe",
            "15.12. 19:30 - 21:30 Chorprobe neu",
            "22.12. 19:30 - 21:30 Chorprobe neu",
            "29.12. 19:30 - 21:30 Chorprobe neu",
        ],
        [],
    ),
    (
        "exdate-later-than-override.ics",
        "Ausflug",
        ["07.12. - 08.12. Ausflug", "21.12. - 22.12. Ausflug"],
        ["EXCEPTION_OUTDATED"],
    ),
    (
        "deleted-after-change.ics",
        "Sprachcafe",
        ["01.12. 18:00 Sprachcafe", "08.12. 18:00 Sprachcafe", "22.12. 18:00 Sprachcafe"],
        ["EXCEPTION_OUTDATED"],
    ),
    (
        "rrule-twice-identical.ics",
        "Sprachcafe",
        [
            f"{day} 18:00 Sprachcafe"
            for day in ("01.12.", "08.12.", "15.12.", "22.12.", "29.12.", "05.01.", "12.01.", "19.01.")
        ],
        [],
    ),
    (
        "override-own-text.ics",
        "Reihe",
        ["07.12. 10:00 - 11:00 Reihe", "14.12. 10:00 - 12:00 Reihe: Gast", "21.12. 10:00 - 11:00 Reihe"],
        [],
    ),
    (
        "override-own-text.ics",
        "Verlegter Termin ohne Serie",
        ["09.12. 14:00 - 15:00 Verlegter Termin ohne Serie"],
        [],
    ),
    (
        "moved-next-date.ics",
        "Malkurs",
        [
            "25.11. 15:00 - 17:00 Malkurs @Altes Haus Weg 1 34117 Kassel",
            "02.12. 15:00 - 17:00 Malkurs @Neues Haus Allee 9 34121 Kassel",
            "09.12. 15:00 - 17:00 Malkurs @Altes Haus Weg 1 34117 Kassel",
            "16.12. 15:00 - 17:00 Malkurs @Altes Haus Weg 1 34117 Kassel",
        ],
        ["TITLE_CANCELLED"],
    ),
    (
        "moved-next-date.ics",
        "Yogakurs",
        [
            "01.12. 15:00 - 17:00 Yogakurs",
            "08.12. 15:00 - 17:00 Yogakurs FÄLLT AUS (cancelled)",
            "15.12. 15:00 - 17:00 Yogakurs",
        ],
        ["TITLE_CANCELLED"],
    ),
    (
        "moved-next-date.ics",
        "Stammtisch",
        ["03.12. 19:00 - 21:00 Stammtisch", "10.12. 19:00 - 21:00 Stammtisch (tentative)"],
        ["TITLE_CANCELLED"],
    ),
    (
        "event-outside-calendar.ics",
        "Draussen",
        ["01.12. 18:00 Draussen"],
        ["CALENDAR_EVENT_OUTSIDE"],
    ),
]


@pytest.mark.parametrize(
    ("file", "title", "dates", "told"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES]
)
def test_each_date_of_a_calendar_is_right(
    office: Office, file: str, title: str, dates: list[str], told: list[str]
) -> None:
    """As its page tells it, and as another program reads it from the hub's own calendar; what is odd is told."""
    office.bring(INPUTS / file)

    assert office.dates(title) == dates
    assert office.codes == told


def test_a_date_has_its_own_text_and_link(office: Office) -> None:
    """The guest of one evening is not the guest of all evenings."""
    office.bring(INPUTS / "override-own-text.ics")
    events = office.events()

    dates = event_dates(events["Reihe"], SINCE, UNTIL)
    (alone,) = event_dates(events["Verlegter Termin ohne Serie"], SINCE, UNTIL)

    assert [one.description.best()[1] for one in dates if one.description] == [
        "Normale Beschreibung der Reihe mit genug Zeichen darin.",
        "HEUTE GAST aus Marburg und bitte Ausweis mitbringen!",
        "Normale Beschreibung der Reihe mit genug Zeichen darin.",
    ]
    assert [one.url for one in dates] == [
        "https://reihe.example/normal",
        "https://reihe.example/gast",
        "https://reihe.example/normal",
    ]
    assert alone.description is not None
    assert alone.description.best()[1] == ("Diese eine Folge wurde verlegt und steht allein in der Datei.")


def test_a_date_without_its_series_says_all_that_it_says(office: Office) -> None:
    """Also that it is off: nothing else tells it."""
    office.bring(
        "UID:a@x\nSUMMARY:Allein\nDESCRIPTION:Mit Gast.\nURL:https://reihe.example/gast\nSTATUS:CANCELLED"
        "\nDTSTART;VALUE=DATE:20261215\nRECURRENCE-ID;VALUE=DATE:20261214"
    )

    alone = office.events()["Allein"]

    assert (alone.start, alone.all_day, alone.status) == (dt.date(2026, 12, 15), True, EventStatus.CANCELLED)
    assert alone.description is not None
    assert (alone.description.best(), alone.url) == (("de", "Mit Gast."), "https://reihe.example/gast")
    assert office.dates("Allein") == ["15.12. Allein (cancelled)"]


def test_the_calendar_file_tells_each_date_its_own_text_and_link(office: Office) -> None:
    """An exception without its series stands there once, as an event that every program takes."""
    office.bring(INPUTS / "override-own-text.ics")
    book = icalendar.Calendar.from_ical(calendar([*office.events().values()], name="Termine"))

    entries = {(str(one["SUMMARY"]), "RECURRENCE-ID" in one): one for one in book.walk("VEVENT")}

    assert set(entries) == {
        ("Andere", False),
        ("Reihe", False),
        ("Reihe: Gast", True),
        ("Verlegter Termin ohne Serie", False),
    }
    guest = entries["Reihe: Gast", True]
    assert str(guest["DESCRIPTION"]) == "HEUTE GAST aus Marburg und bitte Ausweis mitbringen!"
    assert str(guest["URL"]) == "https://reihe.example/gast"
    alone = entries["Verlegter Termin ohne Serie", False]
    assert str(alone["DESCRIPTION"]).startswith("Diese eine Folge")


def test_the_address_of_a_moved_date_is_read_as_an_address(office: Office) -> None:
    """As that of its series."""
    office.bring(INPUTS / "moved-next-date.ics")

    (override,) = office.events()["Malkurs"].overrides

    assert override.location is not None
    assert (override.location.street, override.location.house_number, override.location.postal_code) == (
        "Allee",
        "9",
        "34121",
    )


def test_different_events_with_one_uid_are_kept(office: Office) -> None:
    """Home-made calendars give all their events the same number; all are told of."""
    report = office.bring(INPUTS / "uid-three-events.ics")["kalender-1"]

    assert sorted(office.events()) == ["Ohne UID eins", "Ohne UID zwei", "Übung A", "Übung B", "Übung C"]
    assert office.codes == ["UID_MISSING"] * 2 + ["UID_SHARED"] * 3
    assert report.quarantined == report.skipped == 0


def test_a_uid_alone_ties_no_two_calendars(office: Office) -> None:
    """Both home-made calendars begin to count at 1."""
    office.bring(INPUTS / "same-uid-calendar-a.ics", INPUTS / "same-uid-calendar-b.ics")

    assert sorted(office.events()) == ["Rap-Werkstatt", "Seniorenfrühstück"]


@pytest.mark.parametrize(
    "other",
    [
        "UID:1\nSUMMARY:Tanz\nDTSTART;TZID=Europe/Berlin:20261211T180000",
        "UID:1\nSUMMARY:Tanzabend im Hof\nDTSTART;TZID=Europe/Berlin:20261210T180000",
    ],
    ids=["the same title", "the same start"],
)
def test_a_uid_with_the_same_title_or_start_is_one_event(office: Office, other: str) -> None:
    """A partner's event that stands in the town's calendar too."""
    office.bring("UID:1\nSUMMARY:Tanz\nDTSTART;TZID=Europe/Berlin:20261210T180000", other)

    assert len(office.events()) == 1


def test_nothing_private_is_in_any_output(office: Office) -> None:
    """Private events, unknown classes, and a private date of a public series, which is left out as if excluded."""
    office.bring(INPUTS / "class-private.ics")

    published = office.published()

    for path, content in published.items():
        upper = content.upper()
        assert [word for word in (b"GEHEIM", b"PRIVAT ", b"NEXTCLOUD") if word in upper] == [], path
    assert any(b"OEFFENTLICH" in content for content in published.values())
    assert office.dates("Sprechstunde") == [
        "08.12. 10:00 - 11:00 Sprechstunde",
        "22.12. 10:00 - 11:00 Sprechstunde",
    ]


def test_a_private_number_in_the_text_of_one_date_is_in_no_output(office: Office) -> None:
    """The texts of single dates are looked at like those of series."""
    office.bring(
        SERIES + "\nDESCRIPTION:Wir tanzen."
        "\n\nUID:s@x\nSUMMARY:Kurs\nDESCRIPTION:Anmeldung bei 0171 2345678\nDTSTART;TZID=Europe/Berlin:20261215T180000"
        "\nRECURRENCE-ID;TZID=Europe/Berlin:20261215T180000"
    )

    published = office.published()

    assert any(b"Wir tanzen" in content for content in published.values())
    assert [path for path, content in published.items() if b"2345678" in content] == []


def test_what_is_private_of_a_public_series_is_not_even_held(office: Office) -> None:
    """The hub needs to know the day alone."""
    office.bring(INPUTS / "class-private.ics")

    assert not any("Scheidung" in str(event) for event in office.events().values())


@pytest.mark.parametrize(
    ("lines", "dates", "told"),
    [
        (
            SERIES + "\n\nUID:s@x\nSUMMARY:Kurs\nSTATUS:CANCELLED\nDTSTART;TZID=Europe/Berlin:20261215T180000"
            "\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261215T180000",
            [
                "01.12. 18:00 Kurs",
                "08.12. 18:00 Kurs",
                "15.12. 18:00 Kurs (cancelled)",
                "22.12. 18:00 Kurs (cancelled)",
            ],
            [],
        ),
        (
            SERIES + "\n\nUID:s@x\nSUMMARY:GEHEIM\nCLASS:PRIVATE\nDTSTART;TZID=Europe/Berlin:20261215T180000"
            "\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261215T180000",
            ["01.12. 18:00 Kurs", "08.12. 18:00 Kurs"],
            [],
        ),
        (
            SERIES + "\n\nUID:s@x\nSUMMARY:Kurs oben\nDTSTART;TZID=Europe/Berlin:20261208T190000"
            "\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261208T180000"
            "\n\nUID:s@x\nSUMMARY:Kurs mit Gast\nDTSTART;TZID=Europe/Berlin:20261216T170000"
            "\nRECURRENCE-ID;TZID=Europe/Berlin:20261215T180000",
            [
                "01.12. 18:00 Kurs",
                "08.12. 19:00 Kurs oben",
                "16.12. 17:00 Kurs mit Gast",
                "22.12. 19:00 Kurs oben",
            ],
            [],
        ),
        (
            SERIES + "\nSEQUENCE:1\nEXDATE;TZID=Europe/Berlin:20261208T180000"
            "\n\nUID:s@x\nSEQUENCE:2\nSUMMARY:Doch\nDTSTART;TZID=Europe/Berlin:20261208T190000"
            "\nRECURRENCE-ID;TZID=Europe/Berlin:20261208T180000",
            ["01.12. 18:00 Kurs", "08.12. 19:00 Doch", "15.12. 18:00 Kurs", "22.12. 18:00 Kurs"],
            [],
        ),
        (
            SERIES + "\nLAST-MODIFIED:20261103T000000Z\nEXDATE;TZID=Europe/Berlin:20261208T180000"
            "\n\nUID:s@x\nLAST-MODIFIED:20261102T000000Z\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261208T190000"
            "\nRECURRENCE-ID;TZID=Europe/Berlin:20261208T180000",
            ["01.12. 18:00 Kurs", "15.12. 18:00 Kurs", "22.12. 18:00 Kurs"],
            ["EXCEPTION_OUTDATED"],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261201T180000"
            "\nDTEND;TZID=Europe/Berlin:20261201T190000"
            "\nRDATE;VALUE=PERIOD;TZID=Europe/Berlin:20261208T180000/20261208T210000,20261209T180000/PT90M",
            ["01.12. 18:00 - 19:00 Kurs", "08.12. 18:00 - 21:00 Kurs", "09.12. 18:00 - 19:30 Kurs"],
            [],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;UNTIL=20261202T230000Z",
            ["01.12. Kurs", "02.12. Kurs", "03.12. Kurs"],
            [],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=4"
            "\nEXDATE:20261201T230000Z\nEXDATE;TZID=Asia/Tokyo:20261203T000000",
            ["01.12. Kurs", "04.12. Kurs"],
            [],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261201T180000"
            "\nRRULE:COUNT=3;FREQ=WEEKLY\nRRULE:FREQ=weekly;COUNT=3",
            ["01.12. 18:00 Kurs", "08.12. 18:00 Kurs", "15.12. 18:00 Kurs"],
            [],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261201T180000"
            "\nRRULE:FREQ=WEEKLY;COUNT=3;X-FOO=1;SKIP=OMIT",
            ["01.12. 18:00 Kurs", "08.12. 18:00 Kurs", "15.12. 18:00 Kurs"],
            [],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261130T180000"
            "\nRRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30;COUNT=3;SKIP=BACKWARD",
            ["30.11. 18:00 Kurs", "30.12. 18:00 Kurs", "30.01. 18:00 Kurs"],
            ["RRULE_PART_UNREAD"],
        ),
        (
            "UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Europe/Berlin:20261201T180000"
            "\nRRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=3",
            ["01.12. 18:00 Kurs", "03.12. 18:00 Kurs", "10.12. 18:00 Kurs"],
            [],
        ),
        (
            SERIES + "\nSTATUS:TENTATIVE",
            [f"{day} 18:00 Kurs (tentative)" for day in ("01.12.", "08.12.", "15.12.", "22.12.")],
            [],
        ),
    ],
    ids=[
        "all that follow are cancelled",
        "all that follow are private",
        "one of those that follow is changed again",
        "a change that is newer than the exclusion",
        "an exclusion that is newer by LAST-MODIFIED",
        "added dates with ends of their own",
        "UNTIL is midnight of the place",
        "EXDATE is midnight of the place, or of another one",
        "one rule in two orders",
        "parts of a program's own",
        "a part that the hub does not follow",
        "COUNT counts a start that is off the rule",
        "tentative",
    ],
)
def test_each_date_of_a_series_is_right(
    office: Office, lines: str, dates: list[str], told: list[str]
) -> None:
    """What stands beside the cases, of the same kinds."""
    office.bring(lines)

    assert office.dates("Kurs") == dates
    assert office.codes == told


@pytest.mark.parametrize(
    ("title", "cancelled"),
    [
        ("Abgesagt: Chorprobe", True),
        ("FÄLLT AUS! Yoga", True),
        ("Entfällt - Tanz", True),
        ("Cancelled: Talk", True),
        ("Lesung: Abgesagt ist nicht gleich verloren", False),
        ("Das Fest wird nicht abgesagt", False),
    ],
)
def test_a_title_that_says_so_cancels_the_event(office: Office, title: str, cancelled: bool) -> None:
    """Whoever cannot find the status writes it into the title; the partner is told how the hub took it."""
    office.bring(f"UID:s@x\nSUMMARY:{title}\nDTSTART;TZID=Europe/Berlin:20261201T180000")

    status = office.events()[title].status

    assert (status is EventStatus.CANCELLED) == cancelled
    assert office.codes == ["TITLE_CANCELLED"] * cancelled


def test_the_address_of_an_event_is_its_page_and_no_registration(office: Office) -> None:
    """RFC 5545, 3.8.4.6: URL is where more is told about it."""
    office.bring(
        "UID:s@x\nSUMMARY:Kurs\nURL:https://seite.example/1\nDTSTART;TZID=Europe/Berlin:20261201T180000"
    )

    event = office.events()["Kurs"]

    assert (event.url, event.registration_url) == ("https://seite.example/1", None)
    assert b"URL:https://seite.example/1" in calendar([event], name="Termine")


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("TZOFFSETFROM:+0330\nTZOFFSETTO:+0330", "2026-12-01 14:30"),
        ("TZOFFSETFROM:-0437\nTZOFFSETTO:-0437", "2026-12-01 22:37"),
    ],
)
def test_a_zone_that_only_the_calendar_knows_is_read_by_its_own_rules(
    office: Office, zone: str, start: str
) -> None:
    """The moment is exact, and the partner is told."""
    text = wrapped("UID:s@x\nSUMMARY:Kurs\nDTSTART;TZID=Eigene Zone 1:20261201T180000").replace("\r\n", "\n")
    definition = (
        "BEGIN:VTIMEZONE\nTZID:Eigene Zone 1\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        f"{zone}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    path = office.folder / "eigen.ics"
    path.write_text(text.replace("BEGIN:VEVENT", definition + "BEGIN:VEVENT"), encoding="utf-8")
    office.bring(path)

    found = office.events()["Kurs"].start

    assert isinstance(found, dt.datetime)
    assert (f"{found.astimezone(dt.UTC):%Y-%m-%d %H:%M}", office.codes) == (start, ["ZONE_BY_RULES"])
