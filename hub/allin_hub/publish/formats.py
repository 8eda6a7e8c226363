"""How dates, numbers, names of languages and telephone numbers read in a language (CLDR), for templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from allin_hub.i18n import terms
from allin_hub.i18n.gettext_catalogs import here
from allin_hub.privacy.free_text.masks import has_mask
from allin_schemas import Localized, LocalizedText, direction

if TYPE_CHECKING:
    from babel import Locale

Moment = dt.datetime | dt.date

_CLOCK = {"de": " Uhr"}
"""What stands after a time of day where people expect a word that CLDR leaves out."""
_EASY = {"de": "Leichte Sprache", "en": "Easy German", "ar": "الألمانية السهلة"}


_UNNAMED = {
    "kmr": {
        "kmr": "Kurmancî",
        "de": "Kurdisch (Kurmandschi)",
        "en": "Kurdish (Kurmanji)",
        "ar": "الكردية (الكرمانجية)",
    }
}
"""Languages that people here speak and CLDR does not name."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in the language in which it is there; `wanted` is the language that was asked for."""

    text: str
    language: str
    wanted: str
    machine: bool

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`, for the `dir` attribute."""
        return direction(self.language)

    @property
    def held(self) -> bool:
        """Whether something of a person is left out of the text."""
        return has_mask(self.text)

    @property
    def missing(self) -> bool:
        """Whether the text is not there in the language that was asked for."""
        return self.language.partition("-")[0] != self.wanted.partition("-")[0]


class Formats:
    """Everything that depends on the language and the zone of a page; its methods are template filters."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self._wanted = tuple(dict.fromkeys((language, language.partition("-")[0])))
        self.zone = ZoneInfo(zone)

    @cached_property
    def locale(self) -> Locale:
        """The CLDR locale of the language; English where CLDR has none."""
        return _locale(self.language)

    def local(self, moment: Moment) -> Moment:
        """The moment on the office's clock; a date stays a date."""
        return moment.astimezone(self.zone) if isinstance(moment, dt.datetime) else moment

    def day(self, moment: Moment) -> dt.date:
        """The day on the office's calendar."""
        local = self.local(moment)
        return local.date() if isinstance(local, dt.datetime) else local

    def date(self, moment: Moment | None, format: str = "long") -> str:
        """A date: `short`, `medium`, `long`, `full` (with the weekday) or a CLDR pattern."""
        return "" if moment is None else _date(self.day(moment), format, self.language)

    def skeleton(self, moment: Moment, skeleton: str) -> str:
        """A date or time by a CLDR skeleton, such as `MMMd` or `yMMMM`."""
        from babel.dates import format_skeleton

        return format_skeleton(skeleton, self.local(moment), tzinfo=None, locale=self.locale)

    def weekday(self, moment: Moment) -> str:
        """The name of the day."""
        return self.date(moment, "EEEE")

    def time(self, moment: Moment) -> str:
        """The time of day; nothing for a whole day."""
        from babel.dates import format_time

        local = self.local(moment)
        return format_time(local, "short", locale=self.locale) if isinstance(local, dt.datetime) else ""

    def datetime(self, moment: Moment | None, format: str = "full") -> str:
        """Date and time; only the date for a whole day."""
        if moment is None:
            return ""
        day = self.date(moment, format)
        return self._joined(day, self.time(moment)) if isinstance(moment, dt.datetime) else day

    def time_range(self, start: Moment, end: Moment | None, format: str = "full") -> str:
        """From when to when; the end's day only where it is another. The end of whole days is exclusive."""
        end = self._last_day(start, end)
        if end is None or end == start or (not isinstance(end, dt.datetime) and end <= self.day(start)):
            return self.datetime(start, format)
        if self.day(end) == self.day(start):
            return self._joined(self.date(start, format), f"{self.time(start)} – {self.time(end)}")
        return f"{self.datetime(start, format)} – {self.datetime(end, format)}"

    def _last_day(self, start: Moment, end: Moment | None) -> Moment | None:
        """The last day where an end is a day, or the midnight after whole days; else the end itself."""
        if end is None:
            return None
        local = self.local(end)
        if not isinstance(local, dt.datetime):
            return local - dt.timedelta(days=1)
        last = local.date() - dt.timedelta(days=1)
        return last if local.time() == dt.time() and last > self.day(start) else end

    def unbroken(self, text: str) -> Markup:
        """A date with its time: the part after the last comma stays on one line (`nowrap` is its class)."""
        day, comma, time = text.rpartition(self._comma)
        return (
            Markup('{}{}<span class="nowrap">{}</span>').format(day, comma, time)
            if comma
            else Markup("{}").format(text)
        )

    @cached_property
    def _comma(self) -> str:
        from babel.dates import get_datetime_format

        return str(get_datetime_format("medium", locale=self.locale)).replace("{1}", "").replace("{0}", "")

    def _joined(self, day: str, time: str) -> str:
        return f"{day}{self._comma}{time}{_CLOCK.get(self.locale.language, '')}"

    def ago(self, moment: Moment, now: dt.datetime) -> str:
        """How long ago, or how far ahead, in whole days at least: "vor 3 Wochen"."""
        from babel.dates import format_timedelta

        days = (self.day(moment) - self.day(now)).days
        return format_timedelta(
            dt.timedelta(days=days), granularity="day", threshold=1.5, add_direction=True, locale=self.locale
        )

    def number(self, number: float) -> str:
        """A number with the language's separators; Latin digits, as forms and signs in the city show them."""
        return _number(number, self.language)

    def money(self, amount: float, currency: str) -> str:
        """An amount of money."""
        from babel.numbers import format_currency

        return format_currency(amount, currency, locale=self.locale, numbering_system="latn")

    def listed(self, items: Iterable[str]) -> str:
        """A list in words: "Deutsch, Türkisch und Arabisch"."""
        return _listed(tuple(map(str, items)), self.language)

    def language_name(self, code: str) -> str:
        """The name of a language in this one."""
        return _language_name(code, self.language)

    def own_name(self, code: str) -> str:
        """The name of a language in itself."""
        return _language_name(code, code)

    def country_name(self, code: str) -> str:
        """The name of a country in this language."""
        return str(self.locale.territories.get(code, code))

    def term(self, word: str, of: terms.List) -> str:
        """A word in this language where it is one of the hub's lists; a partner's own word as it is."""
        return terms.term(word, of, self.language) or word

    def phone(self, number: str) -> Markup:
        """A link to call, readable as people here write it, left to right in any text."""
        return _phone_link(number)

    def phone_text(self, number: str) -> str:
        """A telephone number as people here write it."""
        return _phone(number)[0]

    def said(self, text: LocalizedText | None) -> Said | None:
        """A text in this language, else in the one that is there; it says which."""
        if text is None or not text.root:
            return None
        found = text.best(*self._wanted)
        if found is None:
            return None
        written: Localized = text.root[found[0]]
        return Said(found[1], found[0], self.language, machine=str(written.origin) == "machine")

    def filters(self) -> dict[str, Any]:
        """Filter name -> method."""
        names = (
            "ago country_name date datetime host json_ld language_name listed local markdown money number own_name phone "
            "phone_text said skeleton term time time_range unbroken weekday"
        )
        return {name: getattr(self, name) for name in names.split()}

    @staticmethod
    def markdown(text: str) -> Markup:
        """What a partner wrote, as safe HTML."""
        from allin_hub.publish.markdown import safe_html

        return safe_html(text)

    @staticmethod
    def host(url: str) -> str:
        """The readable part of a web address: host and path, without `www.`."""
        return _host(url)

    @staticmethod
    def json_ld(data: Any) -> Markup:
        """JSON that can stand in a script element, whatever it holds."""
        return script_json(data)


def script_json(data: Any) -> Markup:
    """JSON for a script element or file: no character in it can end the element or open a comment."""
    import orjson

    text = orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
    for char, code in _UNSAFE_IN_SCRIPT:
        text = text.replace(char, code)
    return Markup(text)  # noqa: S704 - every character that HTML could read as markup is escaped above


_UNSAFE_IN_SCRIPT = (
    ("<", "\\u003c"),
    (">", "\\u003e"),
    ("&", "\\u0026"),
    ("\u2028", "\\u2028"),
    ("\u2029", "\\u2029"),
)


@lru_cache(maxsize=4096)
def _date(day: dt.date, format: str, language: str) -> str:
    from babel.dates import format_date

    return format_date(day, format, locale=_locale(language))


@lru_cache(maxsize=4096)
def _listed(items: tuple[str, ...], language: str) -> str:
    from babel.lists import format_list

    return format_list(items, locale=_locale(language))


@lru_cache(maxsize=4096)
def _number(number: float, language: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_locale(language), numbering_system="latn")


@lru_cache(maxsize=16384)
def _host(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').removeprefix('www.')}{path if len(path) < 30 else ''}"


@lru_cache(maxsize=16384)
def _phone_link(number: str) -> Markup:
    shown, target = _phone(number)
    return Markup('<a href="tel:{}"><bdi dir="ltr">{}</bdi></a>').format(target, shown)


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    for tag in (here(language), language.partition("-")[0], "en"):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("English is always known")  # pragma: no cover


@lru_cache(maxsize=4096)
def _language_name(code: str, language: str) -> str:
    if code.endswith("-simple"):
        return _EASY.get(language.partition("-")[0], _EASY["de"])
    if code in _UNNAMED:
        return _UNNAMED[code].get(language, _UNNAMED[code]["en"])
    locale = _locale(language)
    tag = code.replace("-", "_")
    name = locale.languages.get(tag) or (locale.languages.get(code) if "-" not in code else None)
    if not name:
        import langcodes

        name = langcodes.Language.get(code).display_name(language)
    return str(name[:1].upper() + name[1:])


@lru_cache(maxsize=8192)
def _phone(number: str) -> tuple[str, str]:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, "DE")
    except phonenumbers.NumberParseException:
        return number, "".join(char for char in number if char in "+0123456789")
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if parsed.country_code == 49
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, style), phonenumbers.format_number(
        parsed, phonenumbers.PhoneNumberFormat.E164
    )
