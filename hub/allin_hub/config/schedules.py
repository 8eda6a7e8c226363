"""Reads when something is to run by itself: words as people write them in German and English, or a cron line."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from allin_hub.config.toml_blocks import Blocks, nearest

EXAMPLES = (
    "every 15 minutes", "every 6 hours", "every hour", "every 2 days", "every day at 03:00",
    "every weekday at 07:30", "every monday at 08:00", "alle 15 Minuten", "alle 6 Stunden", "jede Stunde",
    "alle 2 Tage", "täglich um 3 Uhr", "werktags um 7:30 Uhr", "jeden Montag um 8 Uhr", "0 5 * * *", "never",
)  # fmt: skip
"""What is offered to whoever wrote something else; each of them is understood."""

NEVER = frozenset({"never", "nie"})
ANCHOR = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - midnight on the clocks of the office, wherever it is
"""From where `every` is counted."""
LONGEST = dt.timedelta(days=366)
_MINUTE, _HOUR, _DAY, _WEEK = (dt.timedelta(minutes=count) for count in (1, 60, 1440, 10080))
UNITS = {
    "minute": _MINUTE, "minutes": _MINUTE, "minuten": _MINUTE, "hour": _HOUR, "hours": _HOUR, "stunde": _HOUR,
    "stunden": _HOUR, "day": _DAY, "days": _DAY, "tag": _DAY, "tage": _DAY, "week": _WEEK, "weeks": _WEEK,
    "woche": _WEEK, "wochen": _WEEK,
}  # fmt: skip
ALONE = {
    "hourly": "every hour", "stündlich": "every hour", "daily": "every day", "täglich": "every day",
    "weekly": "every week", "wöchentlich": "every week",
}  # fmt: skip
DAYS = {
    "monday": "1", "tuesday": "2", "wednesday": "3", "thursday": "4", "friday": "5", "saturday": "6", "sunday": "0",
    "montag": "1", "dienstag": "2", "mittwoch": "3", "donnerstag": "4", "freitag": "5", "samstag": "6", "sonnabend": "6",
    "sonntag": "0", "day": "*", "tag": "*", "weekday": "1-5", "werktag": "1-5", "daily": "*", "täglich": "*",
}  # fmt: skip
"""Days for a cron line."""
_OFTEN = re.compile(r"(?:every|alle|jede[ns]?) (?:(\d{1,4}) )?(\w+)")
_AT = re.compile(r"(.+?) (?:at|um) (\d{1,2})(?:[:.](\d{2}))?(?: ?(uhr|am|pm|o'clock))?")
_EACH = re.compile(r"^(?:every|each|on|jede[nr]?|am) ")
_AND = re.compile(r" *(?:,| and | und ) *(?:every |on |jeden )?")
_TO = re.compile(r" to | bis | ?[-–] ?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron line, or a span that is counted from midnight; of both, exactly one is there."""

    text: str
    cron: str | None = None
    every: dt.timedelta | None = None

    def next_after(self, moment: dt.datetime, zone: str) -> dt.datetime:
        """When it is due for the first time after a moment."""
        place = ZoneInfo(zone)
        local = moment.astimezone(place)
        if self.cron is not None:
            from cronsim import CronSim

            return next(CronSim(self.cron, local)).astimezone(dt.UTC)
        assert self.every is not None  # noqa: S101 - what `read` makes; this tells the type checker
        wall = self.every >= dt.timedelta(days=1)
        anchor = ANCHOR if wall else ANCHOR.replace(tzinfo=place).astimezone(dt.UTC)
        now = local.replace(tzinfo=None) if wall else moment.astimezone(dt.UTC)
        found = anchor + ((now - anchor) // self.every + 1) * self.every
        return found.replace(tzinfo=place).astimezone(dt.UTC) if wall else found


def read(text: str) -> Schedule | None:
    """The schedule that a text means, None for `never`.

    Raises ValueError when it means none.
    """
    words = " ".join(text.casefold().split()).rstrip(".")
    if words in NEVER:
        return None
    if len(fields := text.split()) == 5 and not fields[0].isalpha():
        return _cron(text, " ".join(fields))
    if found := _AT.fullmatch(words):
        return _cron(text, _line(*found.groups()))
    if found := _OFTEN.fullmatch(ALONE.get(words, words)):
        count, unit = int(found[1] or 1), UNITS.get(found[2])
        if unit is not None and dt.timedelta(0) < count * unit <= LONGEST:
            return Schedule(text, every=count * unit)
    raise ValueError(text)


def checked(blocks: Blocks, path: tuple[str, ...], text: str | None) -> None:
    """Raise ConfigError for a schedule that cannot be read; it names the line, and something alike that can."""
    if text is None:
        return
    try:
        read(text)
    except ValueError:
        guess = nearest(text, EXAMPLES) or "every day at 03:00"
        raise blocks.error(
            path,
            "{key}: '{word}' says no times that the hub understands.",
            'Write, for example: "{nearest}". Or a cron line: "0 5 * * *"',
            word=text,
            nearest=guess,
        ) from None


def _line(days: str, hour: str, minute: str | None, half: str | None) -> str:
    """A cron line for days and a time of day."""
    at = int(hour)
    if half in {"am", "pm"}:
        if not 1 <= at <= 12:
            raise ValueError(hour)
        at = at % 12 + (12 if half == "pm" else 0)
    named = [_days(part) for part in _AND.split(_EACH.sub("", days))]
    if at > 23 or int(minute or 0) > 59:
        raise ValueError(hour)
    return f"{int(minute or 0)} {at} * * {','.join(named)}"


def _days(part: str) -> str:
    """A day or a span of days, also as `mondays` and `montags`."""
    named = [DAYS.get(day) or DAYS.get(day.removesuffix("s")) for day in _TO.split(part)]
    if None in named or len(named) > 2:
        raise ValueError(part)
    return "-".join("7" if number and day == "0" else str(day) for number, day in enumerate(named))


def _cron(text: str, line: str) -> Schedule:
    from cronsim import CronSim, CronSimError

    try:
        next(CronSim(line, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    except (CronSimError, StopIteration):
        raise ValueError(text) from None
    return Schedule(text, cron=line)
