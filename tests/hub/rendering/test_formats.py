"""Dates, numbers, names and texts read as people in each language expect."""

import datetime as dt

import pytest

from allin_hub.publish.formats import Formats, script_json
from allin_schemas import LocalizedText

EVENING = dt.datetime(2026, 10, 5, 16, 0, tzinfo=dt.UTC)
GERMAN, ENGLISH, ARABIC = (Formats(language, "Europe/Berlin") for language in ("de", "en", "ar"))


def test_times_are_those_on_the_office_clock() -> None:
    """16:00 UTC is 18:00 in Kassel in October."""
    assert GERMAN.datetime(EVENING) == "Montag, 5. Oktober 2026, 18:00 Uhr"
    assert ENGLISH.datetime(EVENING) == "Monday, 5 October 2026, 18:00"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (EVENING, EVENING + dt.timedelta(hours=2), "Montag, 5. Oktober 2026, 18:00 – 20:00 Uhr"),
        (EVENING, None, "Montag, 5. Oktober 2026, 18:00 Uhr"),
        (EVENING, EVENING, "Montag, 5. Oktober 2026, 18:00 Uhr"),
        (
            EVENING,
            EVENING + dt.timedelta(days=1),
            "Montag, 5. Oktober 2026, 18:00 Uhr – Dienstag, 6. Oktober 2026, 18:00 Uhr",
        ),
        (dt.date(2026, 10, 5), dt.date(2026, 10, 6), "Montag, 5. Oktober 2026"),
        (dt.date(2026, 10, 5), dt.date(2026, 10, 7), "Montag, 5. Oktober 2026 – Dienstag, 6. Oktober 2026"),
    ],
)
def test_a_range_names_a_day_once(start: dt.date, end: dt.date | None, said: str) -> None:
    """The end of whole days is exclusive in the data and inclusive in words."""
    assert GERMAN.time_range(start, end) == said


def test_how_long_ago_is_told_in_words() -> None:
    """The unit is the largest that fits."""
    assert GERMAN.ago(EVENING - dt.timedelta(days=21), EVENING) == "vor 3 Wochen"
    assert ENGLISH.ago(EVENING - dt.timedelta(days=21), EVENING) == "3 weeks ago"


@pytest.mark.parametrize(
    ("code", "german", "own"),
    [
        ("tr", "Türkisch", "Türkçe"),
        ("ar", "Arabisch", "العربية"),
        ("fa-AF", "Dari", "دری"),
        ("kmr", "Kurdisch (Kurmandschi)", "Kurmancî"),
        ("de-simple", "Leichte Sprache", "Leichte Sprache"),
        ("ti", "Tigrinya", "ትግርኛ"),
    ],
)
def test_every_language_has_its_name_in_german_and_in_itself(code: str, german: str, own: str) -> None:
    """Also where CLDR knows none."""
    assert (GERMAN.language_name(code), GERMAN.own_name(code)) == (german, own)


def test_numbers_and_lists_follow_the_language() -> None:
    """Digits stay Latin, as on every sign in the city."""
    assert GERMAN.number(12345.5) == "12.345,5"
    assert ARABIC.number(12345) == "12,345"
    assert GERMAN.listed(["Deutsch", "Türkisch", "Arabisch"]) == "Deutsch, Türkisch und Arabisch"


def test_a_telephone_number_can_be_called_and_reads_from_left_to_right() -> None:
    """The link holds the whole number, the text the usual short one."""
    assert str(ARABIC.phone("+4956190000")) == '<a href="tel:+4956190000"><bdi dir="ltr">0561 90000</bdi></a>'


def test_a_text_says_in_which_language_it_is() -> None:
    """The wanted language first, German next, and the reader learns which it is."""
    text = LocalizedText.model_validate(
        {"de": {"text": "Hallo"}, "fa": {"text": "سلام", "origin": "machine"}}
    )
    arabic, persian = ARABIC.said(text), Formats("fa", "Europe/Berlin").said(text)

    assert arabic is not None
    assert persian is not None
    assert (arabic.text, arabic.language, arabic.direction, arabic.missing) == ("Hallo", "de", "ltr", True)
    assert (persian.direction, persian.missing, persian.machine) == ("rtl", False, True)


def test_json_in_a_script_cannot_end_it() -> None:
    """Not by a closing tag, a comment or a line separator."""
    assert str(script_json("</script><!-- & \u2028")) == '"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028"'


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("**wichtig** und *leise*", "<p><strong>wichtig</strong> und <em>leise</em></p>"),
        ("eins\nzwei", "<p>eins<br>\nzwei</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](tel:+4956190000)", '<p><a href="tel:+4956190000" rel="noopener nofollow">x</a></p>'),
        ("# Titel", "<p># Titel</p>"),
    ],
)
def test_markdown_is_a_small_safe_part(written: str, made: str) -> None:
    """Emphasis, lists and links; no headings, no HTML, no script."""
    assert str(Formats.markdown(written)) == made


def test_a_star_in_a_word_stresses_nothing() -> None:
    """'Helfer*innen und Freund*innen' lost both stars, and what stood between was set in italics."""
    made = str(Formats.markdown("**Alle** Helfer*innen und Freund*innen, *sehr* gern"))

    assert made == "<p><strong>Alle</strong> Helfer*innen und Freund*innen, <em>sehr</em> gern</p>"


def test_markdown_loads_no_picture() -> None:
    """A picture would ask a foreign server for it."""
    assert "<img" not in Formats.markdown("![x](https://fremd.example/x.png)")
