"""Names of time zones as calendars write them, and the names of the IANA database that they mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

SAMPLES = tuple(
    dt.datetime(year, month, day, 12, tzinfo=dt.UTC)
    for year in range(2020, 2031)
    for month, day in ((1, 15), (3, 20), (4, 10), (7, 1), (10, 15), (11, 15))
)
"""Moments at which two zones of the same rules show the same offset, and others do not."""

_UTC_NAMES = frozenset(
    {"utc", "gmt", "z", "etc/utc", "etc/gmt", "etc/zulu", "zulu", "uct", "etc/uct", "etc/universal"}
)
_SHORT_NAMES = {
    "cest": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "mitteleuropäische zeit": "Europe/Berlin",
    "mitteleuropäische sommerzeit": "Europe/Berlin",
    "central european time": "Europe/Berlin",
    "central european summer time": "Europe/Berlin",
}
_OFFSET = re.compile(r"\(?(?:utc|gmt)?\s*([+-])\s*([0-9]{1,2})(?:[:.]?00)?\)?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+(?:[ _-][^\W\d_]+)*")


class Definition(NamedTuple):
    """What a calendar says about a zone beside its name."""

    windows: str | None = None
    """The IANA name of a zone that Windows knows under this name."""
    location: str | None = None
    """X-LIC-LOCATION of its VTIMEZONE."""
    offsets: tuple[int, ...] = ()
    """Seconds east of UTC at SAMPLES, by the rules of its VTIMEZONE."""


class Found(NamedTuple):
    """An IANA name, and whether it was a guess that has to be shown."""

    zone: str | None
    guessed: bool = False


def find(written: str, definition: Definition = Definition(), home: str = "Europe/Berlin") -> Found:  # noqa: B008 - immutable
    """Find the zone that a calendar means; none where nothing says it. Never UTC unless it says UTC.

    Of several zones with the rules of the calendar's own definition, the office's `home` is taken first.
    """
    name = written.strip().strip("\"'").strip()
    sure = _by_name(name) or _known(definition.windows) or _by_path(name) or _known(definition.location)
    if sure:
        return Found(sure)
    word = _by_word(name, home)
    guess = _by_rules(definition.offsets, (word or home, home)) or word or _by_offset(name)
    return Found(guess, guessed=True) if guess else Found(None)


@cache
def _names() -> dict[str, str]:
    """IANA names by their small letters, without what is no place."""
    return {
        name.casefold(): name
        for name in sorted(available_timezones())
        if name not in ("localtime", "posixrules", "Factory") and not name.startswith(("posix/", "right/"))
    }


def names() -> list[str]:
    """List the names that need no definition, in small letters."""
    return sorted({*_names(), *_SHORT_NAMES, *_UTC_NAMES})


def _known(name: str | None) -> str | None:
    return _names().get(name.casefold()) if name else None


def _by_name(name: str) -> str | None:
    if name.casefold() in _UTC_NAMES:
        return "UTC"
    return _known(name) or _known(name.replace(" ", "_"))


def _by_path(name: str) -> str | None:
    """Read names like /mozilla.org/20050126_1/Europe/Berlin and tzone://Microsoft/Utc."""
    parts = name.strip("/").split("/")
    if len(parts) < 3:
        return None
    for length in (3, 2):
        found = _known("/".join(parts[-length:]))
        if found:
            return found
    return "UTC" if parts[-1].casefold() in _UTC_NAMES else None


def _by_rules(offsets: Sequence[int], first: Sequence[str]) -> str | None:
    if len(offsets) != len(SAMPLES):
        return None
    for name in (*first, *_names().values()):
        if _offsets(name) == tuple(offsets):
            return name
    return None


@cache
def _offsets(name: str) -> tuple[int, ...]:
    zone = ZoneInfo(name)
    return tuple(
        int((moment.astimezone(zone).utcoffset() or dt.timedelta()).total_seconds()) for moment in SAMPLES
    )


def _by_word(name: str, home: str) -> str | None:
    """Read names like (UTC+01:00) Amsterdam, Berlin, Bern: any city that the database knows."""
    short = _SHORT_NAMES.get(name.casefold())
    if short:
        return short
    cities = [_cities().get(word.casefold().replace(" ", "_")) for word in _WORDS.findall(name)]
    known = [city for city in cities if city]
    return home if home in known else next(iter(known), None)


@cache
def _cities() -> dict[str, str]:
    return {
        key.rsplit("/", 1)[1]: name
        for key, name in _names().items()
        if key.split("/")[0]
        in ("africa", "america", "asia", "atlantic", "australia", "europe", "indian", "pacific")
    }


def _by_offset(name: str) -> str | None:
    found = _OFFSET.fullmatch(name)
    if found is None or int(found[2]) > 14:
        return None
    # POSIX counts westwards: Etc/GMT-1 is one hour east of Greenwich.
    sign = "-" if found[1] == "+" else "+"
    return _known(f"Etc/GMT{sign}{int(found[2])}")
