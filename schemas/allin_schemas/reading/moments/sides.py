"""Understands the cells of one side of a span: its days, its times of day, and the words beside them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from allin_schemas.reading.cleaning import in_western_digits, tidy
from allin_schemas.reading.findings import Context, Finding, finding
from allin_schemas.reading.moments.resolve import Unresolved, resolved
from allin_schemas.reading.moments.times import paired, settled, with_part, written
from allin_schemas.reading.moments.tokens import (
    MIDNIGHT,
    Day,
    Time,
    Token,
    number_tokens,
    plain,
    tokens_of,
    whole_cell,
)
from allin_schemas.reading.moments.vocabulary import NOT_YET, Sort

_LONGEST = 250
_EPOCHS = (946_684_800, 4_133_980_800)
_PLAIN = frozenset(
    {
        Sort.DAY,
        Sort.TIME,
        Sort.WEEKDAY,
        Sort.DASH,
        Sort.UNTIL,
        Sort.AND,
        Sort.BREAK,
        Sort.LINK,
        Sort.ZONE,
        Sort.ALL_DAY,
        Sort.EACH,
        Sort.ABOUT,
        Sort.PART,
        Sort.NOON,
        Sort.BEGINS,
    }
)
"""What may stand in brackets without being a remark."""
_SPEAKS_OF_TIME = frozenset({"um", "ab", "at", "from", "von"})
_ENDS_A_CLAUSE = frozenset({Sort.BREAK, Sort.CELL, Sort.BEGINS, Sort.OPEN})
_ENDS_A_NOTE = frozenset(
    {Sort.DAY, Sort.TIME, Sort.CELL, Sort.BREAK, Sort.WEEKDAY, Sort.ABOUT, Sort.ALL_DAY, Sort.EACH}
)
_STRONG = frozenset({";", "\n", "/"})
_END_WORDS = frozenset({"ende", "end", "ends", "endet", "schluss"})


class Dated(NamedTuple):
    """A day with the times that stand beside it."""

    day: dt.date
    starts: Time | None = None
    ends: Time | None = None


@dataclass(slots=True)
class Side:
    """What the cells of one side say."""

    days: list[Dated] = field(default_factory=list)
    """One day, the first and the last of a span, or several."""
    is_range: bool = False
    starts: Time | None = None
    """The time of cells without a day."""
    ends: Time | None = None
    each: bool = False
    all_day: bool = False
    time_bad: bool = False
    """Whether a time is written that cannot be read, or nothing but an end."""
    until_only: bool = False
    fault: str | None = None
    """The code of what keeps the day from being read."""
    params: dict[str, str] = field(default_factory=dict)
    text: str = ""
    time_text: str = ""
    """The cells that speak of a time."""
    note: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands there."""
        return not self.text and self.fault is None


def side_of(
    cells: Sequence[Any], context: Context, *, after: dt.date | None = None, ends: bool = False
) -> Side:
    """Understand the cells of the start, or of the end of a span that begins `after` a day."""
    side = Side()
    tokens = _gathered(cells, side, context)
    if side.fault is not None or not tokens:
        return side
    return _Sentence(tokens, side, context, after, ends=ends).understood()


def _gathered(cells: Sequence[Any], side: Side, context: Context) -> list[Token]:
    """The tokens of all cells, with a sign between two cells."""
    tokens: list[Token] = []
    texts: list[str] = []
    at = 0
    for cell in cells:
        text, fault = tidy(cell, several_lines=True)
        if fault:
            side.fault, side.text = fault.code, fault.written
            side.params = dict(fault.params)
            return []
        if not text:
            side.time_bad |= bool(tokens) and isinstance(cell, str) and cell.strip().casefold() in NOT_YET
            continue
        if len(text) > _LONGEST:
            side.fault, side.text = "DATE_UNREADABLE", text
            return []
        found = _of_cell(cell, text, context)
        if texts:
            tokens.append(Token(Sort.CELL, at - 2, at))
        tokens += [one._replace(start=one.start + at, end=one.end + at) for one in found]
        if texts and not any(one.sort is Sort.DAY for one in found):
            side.time_text = f"{side.time_text}, {text}" if side.time_text else text
        texts.append(text)
        at += len(text) + 2
    side.text = ", ".join(texts)
    return tokens


def _of_cell(cell: Any, text: str, context: Context) -> list[Token]:
    zone = ZoneInfo(context.zone)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        numbers = number_tokens(cell) if abs(cell) < 1e15 else None
        if numbers is None:
            numbers = _since_1970(cell, zone)
        if numbers is not None:
            return [one._replace(end=len(text)) for one in numbers]
    text = plain(in_western_digits(text))
    whole = whole_cell(text)
    if whole is not None:
        return [whole]
    if serial := re.fullmatch(r"(\d{5})(?:[.,](\d{1,17})|\s+0?[.,](\d{1,17}))", text):
        numbers = number_tokens(float(f"{serial[1]}.{serial[2] or serial[3]}"))
        if numbers is not None:
            return [one._replace(end=len(text)) for one in numbers]
    return [piece for token in tokens_of(text) for piece in _pieces(token, zone)]


def _since_1970(number: float, zone: ZoneInfo) -> list[Token] | None:
    for unit in (1, 1000):
        if _EPOCHS[0] * unit <= number <= _EPOCHS[1] * unit:
            return _local(dt.datetime.fromtimestamp(number / unit, dt.UTC), zone, Token(Sort.DAY, 0, 0))
    return None


def _local(instant: dt.datetime, zone: ZoneInfo, token: Token) -> list[Token]:
    """An instant as the day and the time on the clocks of the zone."""
    wall = instant.astimezone(zone)
    ahead = wall.utcoffset()
    minutes = None if ahead is None or ahead.seconds % 60 else int(ahead.total_seconds()) // 60
    time = Time(wall.hour * 60 + wall.minute, minutes, seconds=wall.second)
    return [
        token._replace(day=Day(wall.day, wall.month, wall.year), time=None),
        Token(Sort.TIME, token.end, token.end, time=time),
    ]


def _pieces(token: Token, zone: ZoneInfo) -> list[Token]:
    """A token that says several things, as one token for each."""
    if token.sort is not Sort.DAY or token.day is None:
        return [token]
    if token.time is not None:
        day, time = token.day, token.time
        if time.ahead is None:
            return [token._replace(time=None), Token(Sort.TIME, token.end, token.end, time=time)]
        try:
            wall = dt.datetime(day.year or 0, day.month or 0, day.day) + dt.timedelta(  # noqa: DTZ001 - made UTC below
                minutes=time.minutes - time.ahead, seconds=time.seconds
            )
            return _local(wall.replace(tzinfo=dt.UTC), zone, token)
        except (ValueError, OverflowError):
            return [token._replace(sort=Sort.DAY_BAD)]
    if token.word:
        sign = Sort.DASH if token.word[0] == "-" else Sort.AND
        last = token.day._replace(day=int(token.word[1:]))
        return [
            token._replace(word=""),
            Token(sign, token.end, token.end),
            Token(Sort.DAY, token.end, token.end, day=last),
        ]
    return [token]


class _Sentence:
    """The tokens of one side, understood step by step."""

    def __init__(
        self, tokens: list[Token], side: Side, context: Context, after: dt.date | None, *, ends: bool
    ) -> None:
        self._tokens = tokens
        self._side = side
        self._context = context
        self._after = after
        self._ends = ends
        self._aside: list[tuple[int, int]] = []
        self._weekdays: list[tuple[int, str]] = []

    def understood(self) -> Side:
        side = self._side
        tokens = self._without_remarks(self._tokens)
        tokens = self._meant(tokens)
        tokens = self._numbers(tokens)
        side.each = any(one.sort is Sort.EACH for one in tokens)
        days = sum(one.sort is Sort.DAY for one in tokens)
        weekly = any(one.sort is Sort.WEEKDAY and one.word[0] == "!" for one in tokens)
        times = any(one.sort is Sort.TIME for one in tokens)
        if any(one.sort is Sort.ALL_DAY for one in tokens):
            side.all_day = not times
        if any(one.sort is Sort.DAY_BAD for one in tokens):
            side.fault = "DATE_UNREADABLE"
        elif (
            any(one.sort is Sort.SERIES for one in tokens)
            or (weekly and days < 2)
            or (days > 1 and any(one.sort in {Sort.NOT, Sort.OR} for one in tokens))
        ):
            side.fault = "DATE_UNDECIDED" if days else "DATE_UNREADABLE"
        else:
            self._arrange(tokens)
        if side.fault is None:
            side.note = self._note(tokens)
        return side

    # What is not about the start is set aside.

    def _without_remarks(self, tokens: list[Token]) -> list[Token]:
        kept: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.sort is Sort.OPEN:
                at = self._brackets(tokens, at, kept)
            elif token.sort is Sort.SIDE:
                at = self._side_clause(tokens, at, kept)
            elif token.sort is Sort.INSTEAD or (
                token.sort is Sort.NOT and _next_sort(tokens, at) is Sort.TIME
            ):
                at = self._instead(tokens, at)
            else:
                if token.sort is not Sort.CLOSE:
                    kept.append(token)
                at += 1
        return kept

    def _brackets(self, tokens: list[Token], at: int, kept: list[Token]) -> int:
        until = next((n for n in range(at + 1, len(tokens)) if tokens[n].sort is Sort.CLOSE), len(tokens))
        inner = tokens[at + 1 : until]
        sorts = {one.sort for one in inner}
        end = tokens[until].end if until < len(tokens) else tokens[-1].end
        sign = Token(Sort.BREAK, tokens[at].start, tokens[at].start)
        if sorts and sorts <= _PLAIN:
            kept += [sign, *inner, sign._replace(start=end, end=end)]
        else:
            self._aside.append((tokens[at].start, end))
            if Sort.ZONE_BAD in sorts:
                kept.append(Token(Sort.TIME_BAD, end, end))
            elif Sort.NOT in sorts and Sort.DAY in sorts:
                kept.append(Token(Sort.DAY_BAD, end, end))
        return until + 1

    def _side_clause(self, tokens: list[Token], at: int, kept: list[Token]) -> int:
        until = at + 1
        while until < len(tokens) and not (
            tokens[until].sort in _ENDS_A_CLAUSE
            or (tokens[until].sort is Sort.AND and tokens[until].word in _STRONG)
        ):
            until += 1
        begin = tokens[at].start
        if not any(one.sort in {Sort.TIME, Sort.NUMBER, Sort.DAY} for one in tokens[at:until]):
            before = len(kept)
            while before and kept[before - 1].sort in {Sort.LINK, Sort.ABOUT}:
                before -= 1
            if before and kept[before - 1].sort is Sort.TIME:  # '17:30 Einlass'
                begin = kept[before - 1].start
                del kept[before - 1 :]
        self._aside.append((begin, tokens[until - 1].end))
        return until

    def _instead(self, tokens: list[Token], at: int) -> int:
        until = at + 1
        seen: set[Sort] = set()
        last = at
        while until < len(tokens):
            sort = tokens[until].sort
            if sort in {Sort.DAY, Sort.TIME}:
                if sort in seen or (sort is Sort.DAY and Sort.TIME in seen):
                    break
                seen.add(sort)
                last = until
            elif sort is Sort.NUMBER and not seen:
                last = until
                break
            elif sort not in {Sort.LINK, Sort.WEEKDAY} and not (sort is Sort.BREAK and not seen):
                break
            until += 1
        self._aside.append((tokens[at].start, tokens[last].end))
        return last + 1

    # What a word does to the day or the time beside it.

    def _meant(self, tokens: list[Token]) -> list[Token]:
        kept: list[Token] = []
        for at, token in enumerate(tokens):
            sort = token.sort
            if sort is Sort.ABOUT and _next_sort(tokens, at) is Sort.DAY:
                kept.append(token._replace(sort=Sort.DAY_BAD))  # 'ca. 5.12.'
            elif sort in {Sort.OFF, Sort.NOT}:
                following = _next_sort(tokens, at)
                if following is Sort.DAY:
                    kept.append(token._replace(sort=Sort.DAY_BAD))
                elif sort is Sort.OFF and following in {Sort.TIME, Sort.NUMBER}:
                    kept.append(token._replace(sort=Sort.TIME_BAD))
                else:
                    kept.append(token if sort is Sort.NOT else token._replace(sort=Sort.WORD))
            elif sort is Sort.UNTIL and token.word in _END_WORDS:
                following = _next_sort(tokens, at)
                speaks = following in {Sort.TIME, Sort.NUMBER, Sort.DAY, Sort.MIDNIGHT, Sort.TIME_BAD}
                kept.append(token if speaks else token._replace(sort=Sort.WORD))
            elif sort is Sort.PART:
                self._part(token, tokens, at, kept)
            elif sort is Sort.NOON:
                start = token.start
                noon = _last(kept, Sort.LINK)
                if noon is not None and _is_twelve(kept[noon]):  # '12 noon'
                    start = kept[noon].start
                    del kept[noon:]
                kept.append(Token(Sort.TIME, start, token.end, time=Time(MIDNIGHT // 2)))
            elif sort is Sort.MIDNIGHT:
                before = _last(kept, Sort.LINK)
                is_end = before is not None and kept[before].sort in {Sort.UNTIL, Sort.DASH}
                kept.append(
                    token._replace(sort=Sort.TIME, time=Time(MIDNIGHT))
                    if is_end or self._ends
                    else token._replace(sort=Sort.TIME_BAD)
                )
            elif sort is Sort.ZONE and token.time is not None:
                before = _last(kept, Sort.LINK)
                time = kept[before].time if before is not None else None
                if before is not None and time is not None:
                    time = time._replace(ahead=token.time.ahead)
                    kept[before] = kept[before]._replace(time=time, end=token.end)
            elif sort is Sort.ZONE_BAD:
                kept.append(token._replace(sort=Sort.TIME_BAD))
            elif sort is Sort.BEGINS:
                kept.append(token._replace(sort=Sort.LINK))
            else:
                kept.append(token)
        return kept

    def _part(self, token: Token, tokens: list[Token], at: int, kept: list[Token]) -> None:
        """'abends' belongs to the time before it, or else to the one that follows."""
        place = _last(kept, Sort.LINK)
        if place is not None and kept[place].sort in {Sort.TIME, Sort.NUMBER}:
            made = with_part(kept[place], token.word)
            kept[place:] = [made._replace(start=kept[place].start, end=token.end)]
            return
        following = _next(tokens, at)
        if following is not None and tokens[following].sort in {Sort.TIME, Sort.NUMBER}:
            made = with_part(tokens[following], token.word)
            tokens[following] = made._replace(start=token.start, end=tokens[following].end)
            return
        kept.append(token._replace(sort=Sort.WORD))

    # Numbers count as times, or as days, only beside others.

    def _numbers(self, tokens: list[Token]) -> list[Token]:
        found = list(tokens)
        yearless = any(one.day is not None and one.day.year is None for one in found)
        for at, token in enumerate(found):
            if token.sort is Sort.TIME and token.word == "." and yearless and not self._is_lone(found):
                found[at] = token._replace(sort=Sort.DAY_BAD)
            elif token.sort is Sort.TIME and token.word == "#":
                before = _before(found, at)
                if not (
                    before is None
                    or before.sort in {Sort.CELL, Sort.UNTIL, Sort.DASH}
                    or (before.day is not None and before.day.year is not None)
                ):
                    beside = before.sort in {Sort.WORD, Sort.NUMBER}  # 'Tel. 0561'
                    found[at] = token._replace(sort=Sort.WORD if beside else Sort.TIME_BAD)
        for at, token in enumerate(found):
            if token.sort is Sort.NUMBER:
                found[at] = self._number(found, at)
        for at, token in enumerate(found):
            if token.sort is Sort.NUMBER:
                found[at] = token._replace(sort=Sort.WORD)
        return found

    @staticmethod
    def _is_lone(tokens: Sequence[Token]) -> bool:
        """Whether a cell of its own holds the time: then it is no day."""
        return any(one.sort is Sort.CELL for one in tokens)

    def _number(self, tokens: list[Token], at: int) -> Token:
        token = tokens[at]
        if not token.word.isdecimal():
            speaks = ":" in token.word or (at > 0 and tokens[at - 1].word in _SPEAKS_OF_TIME)
            return token._replace(sort=Sort.TIME_BAD) if speaks or len(tokens) == at + 1 else token
        number = int(token.word)
        before, after = _before(tokens, at), _after(tokens, at)
        beside = tokens[at + 1] if at + 1 < len(tokens) else None
        joins = {Sort.DASH, Sort.UNTIL, Sort.AND, Sort.OR}
        if after is not None and after.sort in joins:
            place = _next(tokens, tokens.index(after, at))
            other = tokens[place] if place is not None else None
            if other is not None and other.day is not None and after.sort is not Sort.OR:
                if 1 <= number <= 31 and (before is None or before.sort is not Sort.WORD):
                    return token._replace(sort=Sort.DAY, day=Day(number))
                return token._replace(sort=Sort.DAY_BAD)
            if other is not None and other.sort is Sort.TIME and other.time is not None:
                if after.sort in {Sort.DASH, Sort.UNTIL} and number <= 24:
                    return token._replace(sort=Sort.TIME, time=Time(number * 60))
                return token._replace(sort=Sort.TIME_BAD)
            if other is not None and other.sort is Sort.NUMBER and after.sort in {Sort.DASH, Sort.UNTIL}:
                return self._bare_span(tokens, at, place or 0)
        stands_last = beside is None or beside.sort in {Sort.BREAK, Sort.CELL, Sort.AND}
        ends = before is not None and before.sort in {Sort.DASH, Sort.UNTIL}
        if ends and stands_last and number <= 24 and any(one.sort is Sort.TIME for one in tokens[:at]):
            return token._replace(sort=Sort.TIME, time=Time(number * 60))
        before_day = beside is not None and beside.word == "am" and _next_sort(tokens, at) is Sort.DAY
        if before_day or (at and tokens[at - 1].sort is Sort.TIME):  # '6 am 5.12.', '18 Uhr 30 …'
            return token._replace(sort=Sort.TIME_BAD)
        if (
            at
            and tokens[at - 1].word in _SPEAKS_OF_TIME | {"gegen", "ca"}
            and (beside is None or beside.sort in {Sort.BREAK, Sort.CELL, Sort.AND})
        ):
            if 13 <= number <= 24:
                return token._replace(sort=Sort.TIME, time=Time(number * 60))
            return token._replace(sort=Sort.TIME_BAD)
        return token

    def _bare_span(self, tokens: list[Token], at: int, place: int) -> Token:
        """'18-20' is a span of time where nothing else follows it: ages and rooms have a word."""
        first, second = tokens[at].word, tokens[place].word
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        alone = following is None or following.sort in {Sort.BREAK, Sort.CELL, Sort.AND}
        before = _before(tokens, at)
        stands = before is None or before.sort in {Sort.DAY, Sort.CELL, Sort.BREAK, Sort.WEEKDAY, Sort.EACH}
        if not (alone and stands and second.isdecimal()):
            tokens[place] = tokens[place]._replace(sort=Sort.WORD)
            return tokens[at]._replace(sort=Sort.WORD)
        one, two = int(first), int(second)
        if not (one < two <= 24 and (two >= 13 or (one >= 8 and two > one))):
            tokens[place] = tokens[place]._replace(sort=Sort.TIME_BAD)
            return tokens[at]._replace(sort=Sort.TIME_BAD)
        tokens[place] = tokens[place]._replace(sort=Sort.TIME, time=Time(two * 60))
        return tokens[at]._replace(sort=Sort.TIME, time=Time(one * 60))

    # How days and times stand to each other.

    def _arrange(self, tokens: list[Token]) -> None:
        side = self._side
        self._weekdays = [
            (place, one.word.lstrip("!")) for place, one in enumerate(tokens) if one.sort is Sort.WEEKDAY
        ]
        tokens = _without_joints_of_weekdays(tokens)
        tokens = [
            one
            for one in tokens
            if one.sort not in {Sort.LINK, Sort.WEEKDAY, Sort.ABOUT, Sort.EACH, Sort.ALL_DAY}
        ]
        places = [place for place, one in enumerate(tokens) if one.sort is Sort.DAY]
        if not places:
            side.starts, side.ends = self._times(tokens)
            words = self._weekdays or any(one.sort is Sort.WORD for one in tokens)
            side.time_bad |= side.starts is None and not side.until_only and bool(words)
            if self._weekdays and not self._ends:  # a weekday is no day
                side.fault = "DATE_UNREADABLE"
            return
        lead = tokens[: places[0]]
        stretches = [
            tokens[place + 1 : following]
            for place, following in zip(places, [*places[1:], len(tokens)], strict=True)
        ]
        days_written = [one.day for one in tokens if one.day is not None]
        if (
            not self._ends
            and any(one.sort is Sort.UNTIL for one in lead)
            and not any(one.sort is Sort.TIME for one in lead)
        ):
            side.fault = "DATE_UNDECIDED"  # 'bis 5.12.' says no start
            return
        joints: list[str] = []
        parts: list[list[Token]] = []
        for number, stretch in enumerate(stretches):
            last = max(
                (n for n, one in enumerate(stretch) if one.sort in {Sort.TIME, Sort.TIME_BAD}), default=-1
            )
            if number + 1 == len(stretches):
                parts.append(stretch)
                continue
            parts.append(stretch[: last + 1])
            joints.append(_joint(stretch[last + 1 :]))
        if "?" in joints or ("-" in joints and len(joints) > 1):
            side.fault = "DATE_UNDECIDED"
            return
        try:
            days = resolved(
                days_written,
                joints,
                [name for _, name in self._weekdays],
                side.text,
                self._context,
                self._after,
                side.findings,
            )
        except Unresolved as error:
            side.fault, side.params = error.code, error.params
            return
        self._dated(days, joints, parts, lead)

    def _dated(
        self, days: list[dt.date], joints: list[str], parts: list[list[Token]], lead: list[Token]
    ) -> None:
        side = self._side
        while "|" in joints:
            at = joints.index("|")
            if days[at] != days[at + 1]:
                side.fault = "DATE_UNDECIDED"
                return
            cell = Token(Sort.CELL, 0, 0)
            parts[at : at + 2] = [[*parts[at], cell, *parts[at + 1]]]
            del days[at + 1], joints[at]
        side.is_range = joints == ["-"]
        if side.is_range and days[0] == days[1]:
            side.is_range = False
            timed = any(one.sort is Sort.TIME for one in parts[0])
            sign = Sort.DASH if timed else Sort.UNTIL  # '5.12. - 5.12. 18 Uhr' says no start
            parts[:2] = [[*parts[0], Token(sign, 0, 0), *parts[1]]]
            del days[1]
        if any(one.sort in {Sort.TIME, Sort.TIME_BAD} for one in lead):
            if any(one.sort is Sort.TIME for part in parts for one in part):
                parts[-1] = [Token(Sort.TIME_BAD, 0, 0)]
            else:
                parts[-1] = [*lead, Token(Sort.BREAK, 0, 0), *parts[-1]]
        times: list[tuple[Time | None, Time | None]] = []
        apart = False
        for part in parts:
            apart = any(one.sort is Sort.CELL for one in part)
            times.append(self._times(part))
        if side.time_bad or side.until_only:
            side.days = [Dated(day) for day in days]
            side.time_bad = True
            return
        if side.is_range:
            self._range(days, times, apart=apart or bool(lead))
            return
        if len(days) > 1 and all(starts is None for starts, _ in times[:-1]):
            times = [times[-1]] * len(days)
        lengths = {
            None if ends is None or starts is None else (ends.minutes - starts.minutes) % MIDNIGHT
            for starts, ends in times
        }
        if len(days) > 1 and (len(lengths) > 1 or len({starts is None for starts, _ in times}) > 1):
            side.time_bad = True
            side.days = [Dated(day) for day in days]
            return
        side.days = [Dated(day, *pair) for day, pair in zip(days, times, strict=True)]

    def _range(
        self, days: list[dt.date], times: list[tuple[Time | None, Time | None]], *, apart: bool
    ) -> None:
        side = self._side
        (starts, early), (last, late) = times
        common = times[1] if starts is None else times[0] if last is None else None
        if common is not None and side.each and common[0] is not None and (days[1] - days[0]).days <= 60:
            side.is_range = False
            side.days = [
                Dated(days[0] + dt.timedelta(days=n), *common) for n in range((days[1] - days[0]).days + 1)
            ]
            return
        if early is not None or late is not None or (starts is None and last is not None and not apart):
            side.time_bad = True
            side.days = [Dated(day) for day in days]
            return
        if starts is None and last is not None:  # the time's own cell: when it begins
            starts, last = last, None
        side.days = [Dated(days[0], starts), Dated(days[1], last)]

    def _times(self, part: Sequence[Token]) -> tuple[Time | None, Time | None]:
        """The one time, or the span of time, that stands here."""
        side = self._side
        signs = "".join(one.sort.value for one in part)
        times = [one.time for one in part if one.sort is Sort.TIME and one.time is not None]
        if "x" in signs:
            side.time_bad = True
            return None, None
        if not times:
            if "w" in signs and not side.all_day:
                side.time_bad = True
            return None, None
        signs = signs.strip("w,|&") if self._ends else signs.strip("w,|&-")
        while found := re.search(r"T[w,]*\|[w,|-]*T", signs):  # one cell after the other
            place = signs[: found.start()].count("T")
            first, second = times[place], times[place + 1]
            if first.quiet or (not first.minutes and not first.seconds) or _same(first, second):
                del times[place]
                signs = signs[: found.start()] + signs[found.end() - 1 :]
            elif second.quiet:
                del times[place + 1]
                signs = signs[: found.start() + 1] + signs[found.end() :]
            else:
                side.time_bad = True
                return None, None
        signs = signs.strip("w,|&-") if not self._ends else signs.lstrip("-")
        if re.fullmatch(r"[B-]*T", signs) and (self._ends or "B" not in signs):
            return self._settled(times[0], None)
        if re.fullmatch(r"B+T", signs):
            side.until_only = True
            return None, None
        if re.fullmatch(r"TN*[|,w]*[-B]+T", signs):
            return self._settled(*paired(times[0], times[1]))
        if re.fullmatch(r"T(?:[|,w&]+T)+", signs) and all(_same(times[0], one) for one in times):
            return self._settled(times[0], None)
        side.time_bad = True
        return None, None

    def _settled(self, starts: Time, ends: Time | None) -> tuple[Time | None, Time | None]:
        """The times, those that can be meant twice decided or given up."""
        side = self._side
        found: list[Time | None] = []
        for time in (starts, ends):
            meant, guessed = (None, False) if time is None else settled(time)
            if time is not None and meant is None:
                side.time_bad = True
                return None, None
            if guessed and meant is not None:
                side.findings.append(finding("TIME_AFTERNOON", side.text, became=written(meant)))
            found.append(meant)
        return found[0], found[1]

    # What is left over is a note.

    def _note(self, tokens: Sequence[Token]) -> str:
        text, side = self._side.text, self._side
        ranges = list(self._aside)
        loose = {Sort.WORD, Sort.NOT}
        if side.time_bad or side.until_only:
            loose |= {Sort.TIME, Sort.TIME_BAD, Sort.UNTIL, Sort.OR, Sort.DASH, Sort.NUMBER}
        run: tuple[int, int] | None = None
        before: Token | None = None
        for at, token in enumerate(tokens):
            sharp = token.sort is Sort.TIME and token.word in {"s.t.", "c.t."}
            if token.sort in loose or sharp:
                start = before.start if run is None and before is not None else token.start
                run = (start, token.end) if run is None else (run[0], token.end)
            elif token.sort is Sort.ABOUT and (after := _next(tokens, at)) is not None:
                if tokens[after].sort is Sort.TIME:
                    ranges.append((token.start, tokens[after].end))
            elif token.word == "ab" and tokens[at + 1 : at + 2] and tokens[at + 1].sort is Sort.DAY:
                ranges.append((token.start, tokens[at + 1].end))
            elif token.sort is Sort.LINK and run is not None and not token.word.isalpha():
                run = (run[0], token.end)
            elif token.sort in _ENDS_A_NOTE or token.word in _STRONG:
                if run is not None:
                    ranges.append(run)
                run = None
            before = token if token.sort is Sort.LINK and token.word.isalpha() else None
        if run is not None:
            ranges.append(run)
        pieces = []
        for start, end in _merged(ranges):
            piece = text[start:end].strip(" ,;:-–—!|/\n")
            if piece[:1] == "(" and (piece[-1:] == ")" or ")" not in piece):
                piece = piece[1:].removesuffix(")")
            if re.search(r"\w", piece) and piece not in pieces:
                pieces.append(" ".join(piece.split()))
        return ", ".join(pieces)


def _is_twelve(token: Token) -> bool:
    is_noon = token.time is not None and token.time.minutes == MIDNIGHT // 2
    return is_noon or (token.sort is Sort.NUMBER and token.word == "12")


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of a text, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(set(ranges)):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _same(one: Time, other: Time) -> bool:
    return (one.minutes, one.seconds) == (other.minutes, other.seconds)


def _without_joints_of_weekdays(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without what stands between two weekdays: 'Montag bis Freitag, 7.-11.12.'."""
    joints = {Sort.DASH, Sort.UNTIL, Sort.AND}
    return [
        one
        for at, one in enumerate(tokens)
        if not (
            one.sort in joints
            and 0 < at < len(tokens) - 1
            and tokens[at - 1].sort is Sort.WEEKDAY
            and tokens[at + 1].sort is Sort.WEEKDAY
        )
    ]


def _joint(between: Sequence[Token]) -> str:
    """How two days hang together: '-' from one to the other, '&' both, '|' said twice, '?' nobody knows."""
    sorts = {one.sort for one in between}
    if Sort.OR in sorts or Sort.NOT in sorts:
        return "?"
    if sorts & {Sort.DASH, Sort.UNTIL}:
        return "-" if Sort.CELL not in sorts and Sort.WORD not in sorts else "?"
    if Sort.CELL in sorts:
        return "|"
    return "&" if sorts & {Sort.AND, Sort.BREAK} else "?"


def _next(tokens: Sequence[Token], at: int) -> int | None:
    """The place of what follows, past the words without a meaning of their own."""
    for place in range(at + 1, len(tokens)):
        if tokens[place].sort not in {Sort.LINK, Sort.ABOUT, Sort.WEEKDAY, Sort.BEGINS}:
            return place
    return None


def _next_sort(tokens: Sequence[Token], at: int) -> Sort | None:
    place = _next(tokens, at)
    return None if place is None else tokens[place].sort


def _after(tokens: Sequence[Token], at: int) -> Token | None:
    place = _next(tokens, at)
    return None if place is None else tokens[place]


def _before(tokens: Sequence[Token], at: int) -> Token | None:
    for place in range(at - 1, -1, -1):
        if tokens[place].sort not in {Sort.LINK, Sort.ABOUT, Sort.BREAK, Sort.WEEKDAY}:
            return tokens[place]
    return None


def _last(kept: Sequence[Token], skipped: Sort) -> int | None:
    """The place of the last token that is not one of these."""
    for place in range(len(kept) - 1, -1, -1):
        if kept[place].sort is not skipped:
            return place
    return None
