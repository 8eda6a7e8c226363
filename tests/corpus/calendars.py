"""Every broken and hostile calendar, each with its outcome: `rows` counts the VEVENTs at the door."""

from __future__ import annotations

from tests.corpus.case import Case

GOOD = (
    "UID:{n}@verein.example\nDTSTAMP:20260901T100000Z\n"
    "DTSTART;TZID=Europe/Berlin:20261005T180000\nSUMMARY:Sprachcafé {n}"
)
CANARY = "Geheimer Gast"
TOO_MANY = 50_001


def wrapped(body: str, head: str = "") -> bytes:
    """Make a calendar file."""
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Invented//DE\n{head}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def entry(*lines: str, n: int = 1) -> str:
    """Make one event, by default a good one, with further lines."""
    return "\n".join(["BEGIN:VEVENT", GOOD.format(n=n), *lines, "END:VEVENT", ""])


def bare(*lines: str) -> str:
    """Make one event of these lines alone."""
    return "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def _hostile_rules() -> bytes:
    hours, sixty = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
    rules = [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY",
        "FREQ=DAILY;COUNT=100000000",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=HOURLY",
        f"FREQ=YEARLY;BYHOUR={hours};BYMINUTE={sixty};BYSECOND={sixty}",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTHDAY=20",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=;;;=",
        "jeden Montag",
    ]
    return wrapped("".join(entry(f"RRULE:{rule}", n=n) for n, rule in enumerate(rules, 1)))


def _cut() -> bytes:
    whole = wrapped(entry(n=1) + entry(n=2))
    return whole[: whole.index(b"UID:2") + 20]


def _deep() -> bytes:
    return wrapped("BEGIN:VEVENT\n" + "BEGIN:X-A\n" * 50_000 + "END:VEVENT\n" + entry(n=2))


def _zone_without_end() -> bytes:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    return wrapped(bare("UID:1", "SUMMARY:Fest", "DTSTART;TZID=Mine:20261005T180000") + entry(n=2), zone)


CASES = [
    Case("a whole calendar", "termine.ics", lambda: wrapped(entry(n=1) + entry(n=2)), live=2, rows=(2,)),
    Case("a calendar without events", "leer.ics", lambda: wrapped(""), live=0, rows=(0,)),
    Case("an empty file", "leer.ics", lambda: b"", refused="FILE_EMPTY"),
    Case(
        "a login page",
        "termine.ics",
        lambda: b"<!DOCTYPE html><title>Anmelden</title>",
        refused="CALENDAR_NOT_ONE",
    ),
    Case("a picture", "termine.ics", lambda: b"\xff\xd8\xff\xe0" + bytes(4_000), refused="CALENDAR_NOT_ONE"),
    Case("an event without a calendar", "termine.ics", lambda: entry().encode(), refused="CALENDAR_NOT_ONE"),
    Case("cut in the middle", "termine.ics", _cut, refused="CALENDAR_CUT"),
    Case(
        "without its last line",
        "termine.ics",
        lambda: wrapped(entry()).replace(b"END:VCALENDAR", b""),
        refused="CALENDAR_CUT",
    ),
    Case(
        "too many events",
        "viele.ics",
        lambda: wrapped("BEGIN:VEVENT\nEND:VEVENT\n" * TOO_MANY),
        refused="CALENDAR_TOO_BIG",
    ),
    Case(
        "too many bytes",
        "gross.ics",
        lambda: wrapped("X-A:" + "x" * 20 * 2**20 + "\n"),
        refused="CALENDAR_TOO_BIG",
    ),
    Case(
        "millions of folds",
        "falten.ics",
        lambda: wrapped(entry("COMMENT:" + "\n " * 3_000_000)),
        refused="CALENDAR_TOO_BIG",
    ),
    Case(
        "an event without a start",
        "termine.ics",
        lambda: wrapped(bare("UID:1", "SUMMARY:Fest") + entry(n=2)),
        live=1,
        quarantined=1,
        rows=(2,),
    ),
    Case(
        "an event without a title",
        "termine.ics",
        lambda: wrapped(bare("UID:1", "DTSTART:20261005T180000Z") + entry(n=2)),
        live=1,
        quarantined=1,
        rows=(2,),
    ),
    Case(
        "a start in words",
        "termine.ics",
        lambda: wrapped(bare("UID:1", "SUMMARY:Fest", "DTSTART:5. Oktober") + entry(n=2)),
        live=1,
        quarantined=1,
        rows=(2,),
    ),
    Case(
        "an event without its end",
        "termine.ics",
        lambda: wrapped("BEGIN:VEVENT\nUID:1\nSUMMARY:Fest\n" + entry(n=2)),
        live=1,
        quarantined=1,
        rows=(2,),
    ),
    Case("fifty thousand components in one event", "tief.ics", _deep, live=1, quarantined=1, rows=(2,)),
    Case(
        "an unknown time zone",
        "termine.ics",
        lambda: wrapped(bare("UID:1", "SUMMARY:Fest", "DTSTART;TZID=Buero:20261005T180000") + entry(n=2)),
        live=1,
        quarantined=1,
        rows=(2,),
    ),
    Case("a time zone without an end", "termine.ics", _zone_without_end, live=1, quarantined=1, rows=(2,)),
    Case("rules without an end", "regeln.ics", _hostile_rules, live=13, rows=(13,)),
    Case(
        "an end before the start",
        "termine.ics",
        lambda: wrapped(entry("DTEND;TZID=Europe/Berlin:20261005T170000")),
        live=1,
        rows=(1,),
    ),
    Case(
        "events without UID",
        "termine.ics",
        lambda: wrapped(
            bare("SUMMARY:Fest", "DTSTART:20261005T180000Z")
            + bare("SUMMARY:Markt", "DTSTART:20261005T180000Z")
        ),
        live=2,
        rows=(2,),
    ),
    Case(
        "equal events",
        "termine.ics",
        lambda: wrapped(entry() + entry() + entry()),
        live=1,
        skipped=2,
        rows=(3,),
    ),
    Case(
        "a moved and a cancelled date",
        "serie.ics",
        lambda: wrapped(
            entry("RRULE:FREQ=WEEKLY;COUNT=5")
            + bare(
                "UID:1@verein.example",
                "RECURRENCE-ID;TZID=Europe/Berlin:20261012T180000",
                "DTSTART;TZID=Europe/Berlin:20261013T180000",
                "SUMMARY:Ausflug",
            )
            + bare(
                "UID:1@verein.example",
                "RECURRENCE-ID:20261019T160000Z",
                "DTSTART:20261019T160000Z",
                "STATUS:CANCELLED",
            )
        ),
        live=3,
        rows=(3,),
    ),
    Case(
        "a changed date without its series",
        "serie.ics",
        lambda: wrapped(
            bare("UID:1", "RECURRENCE-ID:20261019T160000Z", "DTSTART:20261019T170000Z", "SUMMARY:Fest")
        ),
        live=1,
        rows=(1,),
    ),
    Case(
        "to-dos, journals and busy times",
        "alles.ics",
        lambda: wrapped(
            entry()
            + "BEGIN:VTODO\nSUMMARY:a\nEND:VTODO\nBEGIN:VJOURNAL\nEND:VJOURNAL\n"
            + "BEGIN:VFREEBUSY\nEND:VFREEBUSY\n"
        ),
        live=1,
        skipped=3,
        rows=(1,),
    ),
    Case(
        "attendees, alarms and comments",
        "gaeste.ics",
        lambda: wrapped(
            entry(
                f"ATTENDEE;CN={CANARY}:mailto:geheimer.gast@example.org",
                f"COMMENT:{CANARY}",
                f"BEGIN:VALARM\nACTION:EMAIL\nDESCRIPTION:{CANARY}\nATTENDEE:mailto:geheimer.gast@example.org\nEND:VALARM",
            )
        ),
        live=1,
        rows=(1,),
        lacks=(CANARY, "geheimer.gast"),
    ),
    Case(
        "Western European letters",
        "latin.ics",
        lambda: wrapped(entry()).decode().encode("cp1252"),
        live=1,
        rows=(1,),
        holds=("Sprachcafé 1",),
        hints=("CALENDAR_ENCODING",),
    ),
    Case(
        "UTF-16",
        "utf16.ics",
        lambda: wrapped(entry()).decode().encode("utf-16"),
        live=1,
        rows=(1,),
        holds=("Sprachcafé 1",),
    ),
    Case(
        "a byte order mark and plain line feeds",
        "bom.ics",
        lambda: b"\xef\xbb\xbf" + wrapped(entry()).replace(b"\r\n", b"\n"),
        live=1,
        rows=(1,),
        holds=("Sprachcafé 1",),
    ),
    Case(
        "a fold inside a letter",
        "falten.ics",
        lambda: wrapped(entry()).replace("é".encode(), b"\xc3\r\n \xa9"),
        live=1,
        rows=(1,),
        holds=("Sprachcafé 1",),
    ),
    Case(
        "a warning of the server before and after",
        "warnung.ics",
        lambda: b"<b>Warning</b>: x\r\n" + wrapped(entry()) + b"<!-- 0.2 s -->",
        live=1,
        rows=(1,),
    ),
    Case(
        "two calendars in one file",
        "zwei.ics",
        lambda: wrapped(entry(n=1)) + wrapped(entry(n=2)),
        live=2,
        rows=(2,),
    ),
    Case(
        "lines without a name",
        "zeilen.ics",
        lambda: wrapped(entry("das ist keine Zeile", ":::", "\x00\x01")),
        live=1,
        rows=(1,),
    ),
    Case(
        "a description of 200,000 letters",
        "lang.ics",
        lambda: wrapped(entry("DESCRIPTION:" + "x" * 200_000)),
        live=1,
        rows=(1,),
    ),
    Case(
        "a picture inside",
        "anhang.ics",
        lambda: wrapped(entry("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * 250_000)),
        live=1,
        rows=(1,),
    ),
    Case(
        "a hundred thousand excluded dates",
        "ausnahmen.ics",
        lambda: wrapped(
            entry("RRULE:FREQ=DAILY", *["EXDATE:" + ",".join(["20261006T160000Z"] * 1_000)] * 100)
        ),
        live=1,
        rows=(1,),
    ),
    Case(
        "markup and formulas in texts",
        "html.ics",
        lambda: wrapped(
            entry(
                "DESCRIPTION:<script>alert(1)</script><p>Wir feiern.</p>",
                "LOCATION:=1+1",
                "URL:javascript:alert(1)",
            )
        ),
        live=1,
        rows=(1,),
    ),
]
"""Every broken and hostile calendar, each with its outcome."""
