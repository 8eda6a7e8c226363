"""Days, times, what stands between them and words around them, combined: read right, or told, never another moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allin_schemas.reading import Context
from allin_schemas.reading.moments.spans import Span, read_span

KASSEL = ZoneInfo("Europe/Berlin")
TODAY = dt.date(2026, 11, 20)
CONTEXT = Context(today=TODAY)
MONTHS = "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember"
ENGLISH = "January,February,March,April,May,June,July,August,September,October,November,December"
DAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]

DAY_FORMS = {
    "dotted": lambda day: f"{day.day}.{day.month}.{day.year}",
    "padded": lambda day: f"{day:%d.%m.%Y}",
    "spaced": lambda day: f"{day.day}. {day.month}. {day.year}",
    "short": lambda day: f"{day:%d.%m.%y}",
    "iso": lambda day: day.isoformat(),
    "iso slashed": lambda day: f"{day:%Y/%m/%d}",
    "named": lambda day: f"{day.day}. {MONTHS.split(',')[day.month - 1]} {day.year}",
    "english": lambda day: f"{ENGLISH.split(',')[day.month - 1]} {day.day}, {day.year}",
    "weekday": lambda day: f"{DAYS[day.weekday()]}, {day:%d.%m.%Y}",
    "weekday short": lambda day: f"{DAYS[day.weekday()][:2]} {day.day}.{day.month}.{day.year}",
    "no year": lambda day: f"{day.day}.{day.month}.",
    "slashed": lambda day: f"{day:%d/%m/%Y}",
    "month first": lambda day: f"{day:%m/%d/%Y}",
}
"""Ways to write a day; without a year it is the next one."""
TIME_FORMS = {
    "none": lambda _: "",
    "colon": lambda time: f"{time:%H:%M}",
    "colon Uhr": lambda time: f"{time.hour}:{time.minute:02} Uhr",
    "dot Uhr": lambda time: f"{time.hour}.{time.minute:02} Uhr",
    "dot": lambda time: f"{time.hour}.{time.minute:02}",
    "h": lambda time: f"{time.hour}h{time.minute:02}",
    "Uhr": lambda time: f"{time.hour} Uhr" if not time.minute else f"{time.hour} Uhr {time.minute:02}",
    "digits": lambda time: f"{time:%H%M}",
    "twelve": lambda time: f"{(time.hour - 1) % 12 + 1}:{time.minute:02} {'pm' if time.hour >= 12 else 'am'}",
    "twelve dots": lambda time: (
        f"{(time.hour - 1) % 12 + 1}.{time.minute:02} {'p.m.' if time.hour >= 12 else 'a.m.'}"
    ),
    "seconds": lambda time: f"{time:%H:%M:%S}",
}
LEADS = ("", "um ", "ab ", "gegen ", "ca. ", "von ", "Beginn: ", "Beginn ")
SEPARATORS = (" ", ", ", " - ", " – ", " | ", "; ", "\n", ",", " um ")
NOTES = (
    "",
    " (Einlass 17:30)",
    ", Einlass 17:30 Uhr",
    " (bitte pünktlich!)",
    ", Raum 12",
    " im Saal",
    ", Eintritt 5 €",
    " für Kinder ab 6 Jahren",
    " statt 11 Uhr",
    " (Anmeldung bis 1.11.2026)",
    ", nur für Frauen",
    "!",
)
ENDS = ("", "-", " - ", " bis ", "–")


def wall(span: Span) -> dt.datetime | dt.date | None:
    """The start on the clocks of Kassel."""
    return _wall(span.start)


def _wall(value: str | None) -> dt.datetime | dt.date | None:
    if value is None or len(value) == 10:
        return None if value is None else dt.date.fromisoformat(value)
    return dt.datetime.fromisoformat(value).astimezone(KASSEL).replace(tzinfo=None)


def is_hidden(time: dt.time, form: str) -> bool:
    """Whether a form says nothing of the time."""
    return form == "none" or (form == "seconds" and time == dt.time())


MOMENTS = st.tuples(
    st.dates(TODAY, TODAY + dt.timedelta(days=360)),
    st.times(dt.time(0, 0), dt.time(23, 59)).map(lambda time: time.replace(second=0, microsecond=0)),
    st.sampled_from(sorted(DAY_FORMS)),
    st.sampled_from(sorted(TIME_FORMS)),
)


@pytest.mark.parametrize("examples", [400, pytest.param(5000, marks=pytest.mark.slow)])
def test_a_day_and_a_time_with_words_are_that_moment_or_told(examples: int) -> None:
    """In one cell or in two, in either order: another moment is never read."""

    @settings(max_examples=examples, deadline=None)
    @given(
        MOMENTS,
        st.sampled_from(LEADS),
        st.sampled_from(SEPARATORS),
        st.sampled_from(NOTES),
        st.sampled_from(["day first", "time first", "two cells"]),
    )
    def read(
        moment: tuple[dt.date, dt.time, str, str], lead: str, separator: str, note: str, order: str
    ) -> None:
        day, time, day_form, time_form = moment
        written_day, written_time = DAY_FORMS[day_form](day), TIME_FORMS[time_form](time)
        clock = f"{lead}{written_time}" if written_time else ""
        if order == "two cells":
            cells = [written_day, clock + note]
        elif order == "time first" and clock:
            cells = [f"{clock}{separator}{written_day}{note}"]
        else:
            cells = [f"{written_day}{separator}{clock}{note}" if clock else f"{written_day}{note}"]
        span = read_span(cells, None, CONTEXT)
        found = wall(span)

        exact = dt.datetime.combine(day, time)
        assert found in {exact, day, None}, (cells, span)
        assert not span.rdates
        assert span.end is None
        if found == day and not is_hidden(time, time_form):
            assert span.findings, (cells, span)
        if found is None and any(cell.strip() for cell in cells):
            assert span.findings, (cells, span)

    read()


@pytest.mark.parametrize("examples", [300, pytest.param(4000, marks=pytest.mark.slow)])
def test_a_span_of_time_is_that_span_or_told(examples: int) -> None:
    """An end is the one that is written, the next day's after midnight, or told."""

    @settings(max_examples=examples, deadline=None)
    @given(MOMENTS, st.integers(15, 11 * 60), st.sampled_from([one for one in ENDS if one]), st.booleans())
    def read(moment: tuple[dt.date, dt.time, str, str], minutes: int, dash: str, apart: bool) -> None:
        day, time, day_form, time_form = moment
        starts = dt.datetime.combine(day, time)
        ends = starts + dt.timedelta(minutes=minutes)
        form = TIME_FORMS["colon" if time_form == "none" else time_form]
        written = f"{form(time)}{dash}{form(ends.time())}"
        cells = [DAY_FORMS[day_form](day), written] if apart else [f"{DAY_FORMS[day_form](day)}, {written}"]
        span = read_span(cells, None, CONTEXT)
        found, end = wall(span), _wall(span.end)

        assert found in {starts, day, None}, (cells, span)
        assert not span.rdates
        assert end in {ends, None}, (cells, span)
        if found != starts or end is None:
            assert span.findings, (cells, span)

    read()


@pytest.mark.parametrize("examples", [300, pytest.param(4000, marks=pytest.mark.slow)])
def test_a_span_of_days_ends_on_its_last_day_or_is_told(examples: int) -> None:
    """In one cell or in two; the year may stand once."""

    @settings(max_examples=examples, deadline=None)
    @given(
        st.dates(TODAY, TODAY + dt.timedelta(days=300)),
        st.integers(1, 40),
        st.sampled_from(sorted(DAY_FORMS)),
        st.sampled_from(sorted(DAY_FORMS)),
        st.sampled_from([*(one for one in ENDS if one), "two cells"]),
    )
    def read(first: dt.date, days: int, one: str, other: str, dash: str) -> None:
        last = first + dt.timedelta(days=days)
        texts = [DAY_FORMS[one](first), DAY_FORMS[other](last)]
        starts, ends = ([texts[0]], [texts[1]]) if dash == "two cells" else ([dash.join(texts)], [])
        span = read_span(starts, ends, CONTEXT)
        end = None if span.end is None else dt.date.fromisoformat(span.end) - dt.timedelta(days=1)

        assert wall(span) in {first, None}, (starts, ends, span)
        assert end in {last, None}, (starts, ends, span)
        assert not span.rdates
        if span.start is None or span.end is None:
            assert span.findings, (starts, ends, span)

    read()


@pytest.mark.parametrize("examples", [300, pytest.param(3000, marks=pytest.mark.slow)])
def test_several_days_are_those_days_or_told(examples: int) -> None:
    """Each is a date of its own, with the time that stands beside all or beside each."""

    @settings(max_examples=examples, deadline=None)
    @given(
        st.lists(st.dates(TODAY, TODAY + dt.timedelta(days=300)), min_size=2, max_size=5, unique=True).map(
            sorted
        ),
        st.sampled_from(sorted(DAY_FORMS)),
        st.sampled_from([", ", "; ", " und ", " + ", "\n", " & "]),
        st.sampled_from(["", ", 18 Uhr", " jeweils 18:00", ", je 18-20 Uhr"]),
    )
    def read(days: list[dt.date], form: str, between: str, time: str) -> None:
        text = between.join(DAY_FORMS[form](day) for day in days) + time
        span = read_span([text], None, CONTEXT)
        found = [_wall(one) for one in (span.start, *span.rdates) if one]

        if found and isinstance(found[0], dt.datetime):
            assert found == [dt.datetime.combine(day, dt.time(18)) for day in days], (text, span)
        elif found:
            assert found == days, (text, span)
        if not found or (time and not isinstance(found[0], dt.datetime)):
            assert span.findings, (text, span)

    read()


@given(st.text("0123456789.:-/ ,;UhrbisamoMDTZ()und\n", max_size=40))
@settings(max_examples=500, deadline=None)
def test_no_text_stops_the_reader(text: str) -> None:
    """Whatever stands in a cell: it is read, or told, or blank."""
    span = read_span([text], [text[::-1]], CONTEXT)

    assert span.start is not None or span.findings or not text.strip(" .-/,;:()\n") or span == Span()


MORE = [
    ("5.12.2026 18:00 Einlass, 19:00 Beginn", "2026-12-05T19:00", None, True),
    ("5.12.2026 18:00 - 5.12.2026 20:00", "2026-12-05T18:00", "2026-12-05T20:00", True),
    ("2026-12-05T18:00+01:00/2026-12-05T20:00+01:00", "2026-12-05T18:00", "2026-12-05T20:00", True),
    ("2026-12-05 18:00-20:00", "2026-12-05T18:00", "2026-12-05T20:00", True),
    ("5.12.2026, 18:00 Uhr, Tel. 0561 90000", "2026-12-05T18:00", None, True),
    ("12 Uhr am 5.12.2026", "2026-12-05T12:00", None, True),
    ("12:00 am 5.12.2026", "2026-12-05", None, False),
    ("5.12.2026 zwischen 18 und 20 Uhr", "2026-12-05", None, False),
    ("5.12.2026 18 Uhr Vortrag, 20 Uhr Film", "2026-12-05", None, False),
    ("5.12.2026 10-4 Uhr", "2026-12-05T10:00", None, False),
    ("5.12.2026 6 PM EST", "2026-12-05", None, False),
    ("4.-6.12.2026 10-16 Uhr", "2026-12-04", "2026-12-07", False),
    ("04.12. - 06.12", None, None, False),
    ("5.12. 1900", None, None, False),
    ("ca. 5.12.2026", None, None, False),
    ("bis 5.12.2026", None, None, False),
    ("nach dem 5.12.2026", None, None, False),
    ("donnerstags ab 3.12.2026", None, None, False),
    ("5.12.2026 verschoben auf 12.12.2026", None, None, False),
]


@pytest.mark.parametrize(("text", "start", "end", "sure"), MORE)
def test_what_could_be_taken_for_another_moment(
    text: str, start: str | None, end: str | None, sure: bool
) -> None:
    """Doors, telephones, intervals, 'am', series: right, or told."""
    span = read_span([text], None, CONTEXT)
    found = [None if one is None else one.isoformat()[:16] for one in (wall(span), _wall(span.end))]

    assert [start, end] == found
    assert sure is not bool(span.findings)
