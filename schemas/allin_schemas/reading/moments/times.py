"""Times of day that say only together when they are: 'halb 8 abends', '6 – 8 pm'."""

from __future__ import annotations

from allin_schemas.reading.moments.tokens import MIDNIGHT, Time, Token
from allin_schemas.reading.moments.vocabulary import AFTER_NOON, BEFORE_NOON, EVENING, MIDDAY, NIGHT, Sort

_NOON = MIDNIGHT // 2
_LIKELY = range(_NOON + 30, 20 * 60)
"""When 'halb 8' without a part of the day is meant: half past twelve to before eight."""


def with_part(token: Token, part: str) -> Token:
    """The time of a token in this part of the day; unreadable where it does not lie there."""
    time = token.time
    if token.sort is Sort.NUMBER:
        if not token.word.isdecimal() or int(token.word) > 24:
            return token._replace(sort=Sort.TIME_BAD)
        time = Time(int(token.word) * 60)
    minutes = None if time is None else _in_part(time.minutes, part)
    if time is None or minutes is None:
        return token._replace(sort=Sort.TIME_BAD, time=None)
    made = time._replace(minutes=minutes, twelve=False, quiet=False, half="p" if minutes >= _NOON else "a")
    return token._replace(sort=Sort.TIME, time=made, word="")


def _in_part(minutes: int, part: str) -> int | None:
    late = minutes + _NOON if minutes < _NOON else minutes
    if part in EVENING:
        return late if 16 * 60 <= late < MIDNIGHT else None
    if part in AFTER_NOON:
        return late if _NOON <= late < 19 * 60 else None
    if part in MIDDAY:
        late = minutes + _NOON if minutes <= 3 * 60 else minutes
        return late if 11 * 60 <= late <= 15 * 60 else None
    if part in BEFORE_NOON:
        return minutes if 4 * 60 <= minutes < _NOON else None
    if part in NIGHT:
        if minutes < 6 * 60:
            return minutes
        return late if 21 * 60 <= late < MIDNIGHT else None
    return None


def settled(time: Time) -> tuple[Time | None, bool]:
    """A time that can be meant twice, where only one is likely; and whether that was a guess."""
    if not time.twelve:
        return time, False
    late = time.minutes % _NOON + _NOON
    return (time._replace(minutes=late, twelve=False), True) if late in _LIKELY else (None, False)


def paired(starts: Time, ends: Time) -> tuple[Time, Time]:
    """A span of time; a start that names no half of the day shares the end's: '6 – 8 pm', '10-1pm'."""
    if ends.ahead is not None and starts.ahead is None:
        starts = starts._replace(ahead=ends.ahead)
    if ends.half and not starts.half and starts.minutes < _NOON + 60:
        early = starts.minutes % _NOON
        late = early + _NOON
        meant = late if late < ends.minutes or early >= ends.minutes else early
        starts = starts._replace(minutes=meant, twelve=False)
    return starts, ends


def written(time: Time) -> str:
    """A time as German readers see it."""
    return f"{time.minutes // 60:02}:{time.minutes % 60:02}"
