"""The quick patterns and tables say what the well-kept libraries say, wherever they answer."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import email_validator
import langcodes
import phonenumbers
import pytest
from babel import Locale
from dateparser.date import DateDataParser
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import HttpUrl, TypeAdapter

from allin_schemas.reading import Context, dates_and_times, links, mails, phones
from allin_schemas.reading.language_names import AMBIGUOUS, key, known
from allin_schemas.reading.postal import COUNTRIES

NUMBERS = st.from_regex(
    r"\A(?:\+49 ?|0049 ?|0)(?:\(0\) ?)?\(?"
    r"(?:5[1246][0-9]|[346789]0|69|89|15[0-9]{2}|16[0-9]|17[0-9]|[2-9][0-9]{1,3})\)?[ /-]{0,2}[0-9](?:[ -]?[0-9]){2,9}\Z"
)
ADDRESSES = st.from_regex(
    r"\A[a-zA-Z0-9][a-zA-Z0-9._+-]{0,20}@(?:[a-z0-9-]{1,12}\.){1,3}(?:example|de|org|test|local|museum)\Z"
)
LINKS = st.from_regex(
    r"\A(?:https?://|www\.)(?:[a-z0-9-]{1,10}\.){1,3}[a-z]{2,6}(?:/[A-Za-z0-9._~/%+&=?#-]{0,20})?\Z"
)


@pytest.mark.parametrize("examples", [300, pytest.param(1500, marks=pytest.mark.slow)])
def test_phones_agree_with_phonenumbers(examples: int) -> None:
    """A number that is read by pattern is valid, and the same, for the library."""

    @settings(max_examples=examples, deadline=None)
    @given(NUMBERS)
    def agree(written: str) -> None:
        quick = phones._quick(written)
        if quick is None:
            return
        number = phonenumbers.parse(written, "DE")

        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == quick

    agree()


def test_usual_phones_take_the_quick_way() -> None:
    """Otherwise the agreement would be empty."""
    written = [
        "0561 900001",
        "0561/123-456",
        "+49 561 9000012",
        "(0561) 7871234",
        "0170 1234567",
        "+49 (0)151 23456789",
        "069 900001",
    ]

    assert all(phones._quick(one) for one in written)


@pytest.mark.parametrize("examples", [300, pytest.param(1500, marks=pytest.mark.slow)])
def test_mail_addresses_agree_with_email_validator(examples: int) -> None:
    """An address that is read by pattern is valid, and the same, for the library."""

    @settings(max_examples=examples, deadline=None)
    @given(ADDRESSES)
    def agree(written: str) -> None:
        small = written.lower()
        if not mails._QUICK.fullmatch(small) or small.endswith(mails._RESERVED):
            return

        assert email_validator.validate_email(written, check_deliverability=False).normalized.lower() == small

    agree()


@pytest.mark.parametrize("examples", [300, pytest.param(800, marks=pytest.mark.slow)])
def test_links_agree_with_the_standard_library_and_pydantic(examples: int) -> None:
    """A link that is read by pattern has the host that parsers see, and is a good URL for pydantic."""

    @settings(max_examples=examples, deadline=None)
    @given(LINKS)
    def agree(written: str) -> None:
        context = Context(today=dt.date(2026, 8, 20))
        reading = links.read_url(written, context)
        if reading.value is None:
            return
        host = urlsplit(reading.value).hostname

        assert host == urlsplit(written if "://" in written else f"https://{written}").hostname
        assert TypeAdapter(HttpUrl).validate_python(reading.value).host == host

    agree()


@settings(max_examples=150, deadline=None)
@given(
    st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2090, 12, 31)),
    st.sampled_from(["{0.day}.{0.month}.{0.year}", "{0:%d.%m.%Y}", "{0:%Y-%m-%d}", "{0.day}. {1} {0.year}"]),
)
def test_days_agree_with_dateparser(day: dt.date, form: str) -> None:
    """The usual German forms mean the same day to the library."""
    months = list(Locale("de").months["format"]["wide"].values())
    written = form.format(day, months[day.month - 1])
    library = DateDataParser(languages=["de"], settings={"DATE_ORDER": "DMY", "PARSERS": ["absolute-time"]})
    if form.startswith("{0:%Y"):
        library = DateDataParser(
            languages=["de"], settings={"DATE_ORDER": "YMD", "PARSERS": ["absolute-time"]}
        )

    assert dates_and_times.read_date(written, Context(today=day)).value == day.isoformat()
    assert library.get_date_data(written).date_obj.date() == day


OWN_WAY = {
    "darija": "Moroccan Arabic; langcodes hears Dari",
    "syrisches arabisch": "Levantine Arabic; langcodes hears Syriac",
    "کوردی": "in this script it is Sorani; langcodes answers with the macrolanguage",
    "کوردی سۆرانی": "the same",
    "kosovarisch": "people mean Albanian; langcodes hears Panamint",
    "romanès": "the language of the Roma; langcodes hears Romanian",
    "mandarin": "written as Chinese everywhere else in the model",
    "tamazight": "the standard one; langcodes takes that of the central Atlas",
    "luba": "the one of Kasai, which is spoken by more people",
}


def test_names_of_languages_agree_with_langcodes() -> None:
    """Where langcodes knows a name that the table knows, both mean the same language."""
    differing = {}
    for name, code in known().items():
        if name in AMBIGUOUS or len(name) < 4 or not name.replace(" ", "").isalpha():
            continue
        try:
            found = langcodes.find(name)
        except LookupError:
            continue
        same = {
            langcodes.Language.get(code).language,
            langcodes.standardize_tag(code, macro=True).split("-")[0],
            code,
        }
        if found.language not in same and found.to_tag() != code:
            differing[name] = (code, found.to_tag())

    assert differing.keys() - OWN_WAY.keys() == set(), differing


def test_names_of_languages_agree_with_babel() -> None:
    """German and English names from CLDR that the table knows mean the same language."""
    differing = {
        (str(name), code, known()[key(str(name))])
        for language in ("de", "en")
        for code, name in Locale(language).languages.items()
        if "_" not in code and key(str(name)) in known() and key(str(name)) not in AMBIGUOUS
        if known()[key(str(name))] != code
    }

    assert differing == {("Ga", "gaa", "ga"), ("Yi", "ii", "yi")}, (
        "two names that are codes of other languages"
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_countries_agree_with_babel(language: str) -> None:
    """The names of the small table are those of CLDR."""
    names = {str(name).casefold(): code for code, name in Locale(language).territories.items()}

    assert {word: names[word] for words in COUNTRIES.values() for word in words.split() if word in names} == {
        word: code for code, words in COUNTRIES.items() for word in words.split() if word in names
    }
