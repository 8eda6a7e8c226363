"""Reads opening hours into slots of a week; what is no slot stays as a note.

A text is cut into clauses, and every clause is judged: one with days and times gives slots, one that closes days takes them away,
and one that may speak of the whole text ('zurzeit geschlossen', 'im Sommer') leaves nothing but the note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from allin_schemas.reading.calendar_words import MONTHS, WEEKDAY_CODES, WEEKDAYS
from allin_schemas.reading.cleaning import cells_of, tidy
from allin_schemas.reading.findings import BLANK, Context, Reading, finding, unreadable
from allin_schemas.reading.texts import LONGEST_LINE

_LONGEST = 600
_ALL_DAYS = tuple(range(7))
_NO_WORD = r"(?![^\W\d_])"
_NAMES = {name: day for name, day in WEEKDAYS.items() if name != "we"}
"""'WE' is Wednesday to some and the weekend to others."""
_DAY = rf"(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))}){_NO_WORD}\.?"
_AND = r"(?:,|/|&|\+|und\b|u\.|u\b|and\b|sowie\b)"
_TO = r"(?:-|bis\b|to\b|until\b|till\b)"
_CLOCK = r"\d{1,2}(?:[:.h]\d{2})?(?!\d)\s*(?:uhr\b|h\b|a\.?m\.?(?!\w)|p\.?m\.?(?!\w))?"
_ORDINAL = (
    r"(?:\d{1,2}\.|erste[nrs]?|zweite[nrs]?|dritte[nrs]?|vierte[nrs]?|letzte[nrs]?"
    r"|first|second|third|fourth|last|\d(?:st|nd|rd|th))"
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

_PATTERNS = {
    "weekly": r"\b(?:jede\s+woche|wöchentlich|every\s+week|weekly)\b",
    "date": r"\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|\b(?:19|20)\d{2}\b(?!\s*-\s*\d)|\d{4}-\d{2}-\d{2}",
    "ordinal": (
        rf"(?:jede[nrsm]?\s+|every\s+|each\s+|am\s+|an\s+jedem\s+)*{_ORDINAL}(?:\s*(?:{_AND}|-)\s*{_ORDINAL})*\s*{_DAY}"
        r"(?:\s+(?:im|des|eines|jeden|in the|of the|of each|a)\s+(?:monats?|quartals?|month|jeden monats))?"
    ),
    "always": r"24\s*/\s*7|rund um die uhr|around the clock|(?:täglich|tägl\.|immer)\s+24\s*(?:h\b|std\.?|stunden)",
    "rhythm": (
        r"\d+[\s-]*tägig\w*|vierzehntägig\w*|alle[nr]?\s+(?:\d+|zwei|drei|vier)\s+\w+|\d+\s*(?:x|mal)\b|\b(?:un)?gerade\w*|\bkw\b"
        r"|\b(?:kalender)?wochen?\b|\w*monat\w*|\bquartal\w*|\bmonthly\b|\bfortnight\w*|\bbiweekly\b|\bweeks?\b|\bmonths?\b"
        r"|\b(?:sommer|winter|frühling|frühjahr|herbst|summer|winter|saison|season)\w*|\babwechselnd\b|\bwechsel\w*|\bbzw\b\.?"
        r"|\brespectively\b|\b(?:ehemals|früher|bisher\w*|geplant|demnächst|voraussichtlich|eigentlich|formerly|planned)\b"
        rf"|\b(?:{_MONTH})\b|\?|\b(?:statt|stattdessen|anstatt|anstelle|instead)\b|\b(?:ab|seit|since|as of)\s+(?={_DAY})"
    ),
    "for_now": (
        r"bis auf weiteres|vorübergehend\w*|vorläufig\w*|zurzeit|zur zeit|z\.\s?zt\.?|derzeit|momentan|im moment|aktuell"
        r"|until further notice|temporar\w+|currently|at the moment"
    ),
    "holiday": (
        r"\b(?:(?:in|an|während|außerhalb|on|during|auch)\s+)*(?:(?:den|der|the|allen|gesetzlichen)\s+)*"
        r"(?:\w*ferien\w*|(?:school |public |bank )?holidays?|\w*feiertag\w*)\b"
    ),
    "span": (
        r"(?<!\d)(?<!\d[.:,])(?:(?:von|from)\s+)?"
        rf"(?:\d{{4}}\s*{_TO}\s*\d{{4}}(?!\d)(?:\s*(?:uhr|h)\b)?|{_CLOCK}\s*{_TO}\s*{_CLOCK})(?![.:,]?\d)"
    ),
    "days": (
        r"täglich\b|tägl\.|tgl\.|jeden tag\b|daily\b|every day\b|wochentags\b|weekdays\b"
        r"|(?:am\s+)?wochenende\b|weekends?\b"
        rf"|(?<![^\W_]){_DAY}(?:\s*(?:{_TO}|{_AND}(?:\s*{_AND})?)\s*{_DAY})*"
    ),
    "workdays": r"\b(?:werktags|werktäglich|(?:an\s+)?werktagen)\b",
    "appointment": (
        r"(?:termine?\s+)?(?:nur\s+)?(?:(?:nach|auf|by|on|mit)\s+"
        r"(?:(?:telefonischer|tel\.|telef\.|vorheriger|vorh\.|persönlicher|individueller)\s+)*"
        r"(?:(?:termin|tele)?vereinbarung|absprache|anfrage|(?:vor)?anmeldung|verabredung|termin|appointment|request)\b"
        r"|n\.\s?v\.|by\s+appointment|appointment)(?:\s+only\b)?"
    ),
    "open_door": (
        r"ohne\s+(?:vorherige\s+)?(?:(?:vor)?anmeldung|termin\w*)|kein\w*\s+(?:vorherige\s+)?(?:(?:vor)?anmeldung|termin\w*)"
        r"(?:\s+(?:nötig|notwendig|erforderlich))?|no\s+appointment(?:\s+(?:needed|necessary|required))?"
    ),
    "except": r"\b(?:außer|ausser|ausgenommen|bis auf|nicht|ohne|except|excluding|but not|not)\b(?:\s+(?:am|an|on|for)\b)?",
    "closed": (
        r"\b(?:geschl\b\.?|geschlossen\w*|schließt|ruhetage?|dicht|entfällt|entfallen|fällt\s+aus|fallen\s+aus"
        r"|ausfall|abgesagt|paus\w+|\w+pause"
        r"|\w*urlaub\w*|betriebsruhe|ausgesetzt|eingestellt|unbesetzt|aufgelöst"
        r"|kein\w*|nie|niemals|closed|cancell?ed|suspended|no|never|shut"
        r"|kapalı|kapali|fermé\w*|cerrado|chiuso|nieczynne|зачинено|закрито|закрыто|вихідний|выходной|مغلق)(?!\w)"
        r"|\bzu(?=\s*(?:$|[),;.!]))"
    ),
    "or": r"\b(?:oder|or)\b",
    "only": r"\b(?:nur|only)\b",
    "until": r"\b(?:nur\s+|only\s+)?(?:bis|until|till)\b",
    "half": (
        r"\b(?:vormittags?|morgens|früh|am\s+(?:vor|nach)mittag|mornings?|nachmittags?|mittags|abends"
        r"|afternoons?|evenings?)\b"
    ),
    "filler": (
        r"\b(?:uhr|geöffnet|offen|open|opening hours|öffnungszeit(?:en)?|sprechzeit(?:en)?|bürozeit(?:en)?|sprechstunden?"
        r"|von|am|an|jede[nr]?|every"
        r"|each|immer|jeweils|auch|außerdem|also|ist|sind|is|are|haben|wir|on|from|the|aber|jedoch|but)\b"
    ),
    "time": rf"(?<!\d)(?:{_CLOCK})",
    "number": r"\d+",
    "break": r"[;\n]",
    "comma": r",",
    "and": r"(?:/|&|\+|\b(?:und|u|and|sowie)\b\.?)",
    "open": r"[(\[]",
    "close": r"[)\]]",
    "colon": r":",
    "dash": r"-",
    "dot": r"[.!|*•·]+",
    "word": r"[^\W\d_]+|[^\w\s]",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()), re.I)
_DASHES = re.compile(r"[‐‑‒–—―−]")
_ONE_DAY = re.compile(_DAY, re.I)
_RANGE = re.compile(rf"\s*{_TO}\s*", re.I)
_TIMES = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?(?!\d)\s*(a|p)?", re.I)
_EXCEL_MADE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2}:\d{2}|\d{1,2}\.\d{1,2}\.\d{4}|[45]\d{4}(?:[.,]\d+)?|0[.,]\d+"
    rf"|\d{{1,2}}\.?[ -](?:{_MONTH})\.?|(?:{_MONTH})\.?[ -]\d{{2,4}}",
    re.I,
)
_ISO_DAY = re.compile(r"\d{4}-(\d{2})-(\d{2})(?!T| (?!00:00))")
_SILENT = frozenset({"weekly", "filler", "colon", "dot", "half", "and", "comma", "dash", "open", "open_door"})
"""Kinds of words that change nothing about days and times."""
_WHOLE_TEXT = frozenset({"date", "rhythm", "for_now"})
"""Kinds of words after which no time is one of a usual week."""


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Clause:
    """Words that belong together: between commas, in brackets, or up to the next day."""

    tokens: list[_Token] = field(default_factory=list)
    start: int = 0
    end: int = 0

    @property
    def said(self) -> list[_Token]:
        """The words that change days and times."""
        return [token for token in self.tokens if token.kind not in _SILENT]

    def has(self, *kinds: str) -> bool:
        """Whether one of the words is of one of these kinds."""
        return any(token.kind in kinds for token in self.tokens)

    def add(self, token: _Token) -> None:
        """Take one more word."""
        self.start = self.start if self.tokens else token.start
        self.end = token.end
        self.tokens.append(token)


@dataclass(slots=True)
class _Group:
    """Days and the times at which something is open on them."""

    days: list[int]
    start: int
    end: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    weekly: bool = True
    by_range: bool = False
    time_first: bool = False


class _NotAWeek(Exception):
    """Says that the text tells of no usual week."""


def read_hours(cell: Any, context: Context) -> Reading:
    """Opening hours of a usual week."""
    if isinstance(cell, Mapping):
        return _of_parts(cell, context)
    lines: list[str] = []
    for answer in cells_of(cell):
        text, fault = tidy(answer, several_lines=True)
        if fault:
            return Reading(None, (fault,))
        if text:
            lines.append(text)
    if not lines:
        return BLANK
    text = "; ".join(line for whole in lines for line in whole.split("\n") if line.strip())
    if len(text) > _LONGEST:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    if _EXCEL_MADE.fullmatch(text):
        return _made_by_excel(text)
    try:
        slots, notes, told = _Week(_DASHES.sub("-", text)).read()
    except _NotAWeek:
        return _noted(text)
    if not slots:
        return _noted(text)
    value: dict[str, Any] = {"slots": slots, "zone": context.zone}
    note = text if notes is None else "; ".join(text[start:end].strip(" ,;") for start, end in notes)
    if note:
        if len(note) > LONGEST_LINE:
            return _noted(text)
        value["note"] = note
    return Reading(value, (finding("HOURS_KEPT_AS_NOTE", text),) if told else ())


def _noted(text: str) -> Reading:
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    if {token.kind for token in _tokens(_DASHES.sub("-", text))} <= _SILENT | {"appointment", "break"}:
        return Reading({"note": text})
    return Reading({"note": text}, (finding("HOURS_KEPT_AS_NOTE", text),))


def _made_by_excel(text: str) -> Reading:
    day = _ISO_DAY.match(text)
    nearest = f"{int(day[2])}-{int(day[1])}" if day else None
    return unreadable("HOURS_MADE_A_DATE", text, nearest)


def _tokens(text: str) -> list[_Token]:
    return [_Token(str(found.lastgroup), found[0], *found.span()) for found in _TOKEN.finditer(text)]


def _clauses(tokens: list[_Token]) -> Iterator[_Clause]:
    """Cut a text where something new begins."""
    clause = _Clause()
    for place, token in enumerate(tokens):
        kind = token.kind
        if kind == "close":
            clause.end = token.end if clause.tokens else clause.end
        if kind in ("break", "comma", "open", "close") or _begins(clause, tokens, place):
            if clause.tokens:
                yield clause
            clause = _Clause()
        if kind not in ("break", "comma", "close"):
            clause.add(token)
    if clause.tokens:
        yield clause


def _begins(clause: _Clause, tokens: list[_Token], place: int) -> bool:
    """Whether a word begins a new clause."""
    kind = tokens[place].kind
    timed, said = clause.has("span"), bool(clause.said)
    if kind in ("and", "dash", "dot", "holiday", "appointment", "open_door"):
        return timed
    if kind == "days":
        return clause.has("days") and clause.said[-1].kind not in ("days", "or", "except")
    if kind == "span":
        return said and clause.said[0].kind == "span" and clause.has("days")
    if kind == "ordinal":
        return said
    if kind == "except":
        after = next((one.kind for one in tokens[place + 1 :] if one.kind not in _SILENT), "")
        return said and after in ("days", "holiday", "ordinal")
    return False


class _Week:
    """Reads the clauses of one text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._groups: list[_Group] = []
        self._current: _Group | None = None
        self._pending: _Clause | None = None
        """A clause of days, or of times, whose other half is still to come."""
        self._pending_days: list[int] = []
        self._closed: list[tuple[int, list[int], bool]] = []
        """How many groups stood before, the days, and whether a later clause may name them again."""
        self._doubtful: set[int] = set()
        """Days of which something else is said than times."""
        self._shorter: list[tuple[list[int], int]] = []
        self._notes: list[tuple[int, int, _Group | None]] = []
        self._told = False
        self._some_only = False
        self._vague = False

    def read(self) -> tuple[list[dict[str, str]], list[tuple[int, int]] | None, bool]:
        """Give the slots, the places of the words beside them (None: the whole text), and whether to tell of those."""
        tokens = _tokens(self._text)
        if any(token.kind in _WHOLE_TEXT for token in tokens):
            raise _NotAWeek
        for clause in _clauses(tokens):
            self._judge(clause)
        if (
            self._vague
            or (self._pending and self._pending.has("span"))
            or (self._some_only and len(self._groups) > 1)
        ):
            raise _NotAWeek
        if self._pending:
            self._doubt(self._pending)
        return self._slots()

    def _judge(self, clause: _Clause) -> None:
        said = clause.said
        kinds = {token.kind for token in said}
        if "or" in kinds and any(
            one.kind == "or" and after.kind in ("days", "span", "time", "number")
            for one, after in pairwise(said)
        ):
            raise _NotAWeek
        if not said:
            if clause.has("open_door"):
                self._note(clause, self._current)
        elif said[0].kind == "except" and kinds <= {"except", "days", "holiday", "span"} and len(said) > 1:
            self._except(clause, said)
        elif kinds & {"closed", "except"}:
            self._close(clause, said, kinds)
        elif "holiday" in kinds:
            if "span" in kinds or not any(one.text.casefold().startswith(("auch", "also")) for one in said):
                raise _NotAWeek
            self._note(clause, self._current)
        elif "ordinal" in kinds:
            self._current = _Group([], clause.start, clause.end, weekly=False)
            self._note(clause)
        elif "always" in kinds:
            self._open_always(clause, said, kinds)
        elif "span" in kinds:
            self._open(clause, said, kinds)
        elif "days" in kinds:
            self._name(clause, said, kinds)
        elif kinds == {"workdays"}:
            self._vague = True
        elif kinds & {"number", "time", "until", "workdays"}:
            raise _NotAWeek
        else:
            self._note(clause, self._current, told=not _is_appointment(said))

    def _open(self, clause: _Clause, said: list[_Token], kinds: set[str]) -> None:
        """Take a clause with times."""
        if (
            kinds & {"number", "time", "until"}
            or ("workdays" in kinds and "days" not in kinds)
            or self._vague
        ):
            raise _NotAWeek
        spans = [_span(token.text) for token in said if token.kind == "span"]
        if any(
            _is_late(token.text) and any(opens < 12 * 60 for opens, _ in spans) for token in clause.tokens
        ):
            raise _NotAWeek
        days = [token for token in said if token.kind == "days"]
        words = bool(kinds & {"word", "appointment", "or"})
        self._some_only = self._some_only or "only" in kinds
        if days:
            time_first = said.index(days[0]) > next(n for n, one in enumerate(said) if one.kind == "span")
            if len(days) > 1 or self._pending or (self._groups and self._groups[-1].time_first != time_first):
                raise _NotAWeek
            self._begin(_days(days[0].text), clause, by_range=_is_range(days[0].text), time_first=time_first)
        elif self._pending_days:
            pending, self._pending = self._pending, None
            self._begin(self._pending_days, clause, by_range=True)
            self._pending_days = []
            if pending and self._current:
                self._current.start = pending.start
        elif words:
            raise _NotAWeek
        elif self._current is None or self._current.time_first:
            if self._groups or self._pending:
                raise _NotAWeek
            self._pending = clause
            return
        else:
            self._current.end = clause.end
        assert self._current is not None  # noqa: S101 - every branch above has set it
        self._current.spans.extend(spans)
        if not self._current.weekly:
            self._note(clause)
        elif words or clause.has("open_door"):
            self._note(clause, self._current, words=said)

    def _open_always(self, clause: _Clause, said: list[_Token], kinds: set[str]) -> None:
        if not kinds <= {"always", "days"} or len(said) != len(kinds) or self._pending:
            raise _NotAWeek
        days = [day for token in said if token.kind == "days" for day in _days(token.text)]
        self._begin(days or list(_ALL_DAYS), clause, by_range=True)
        self._groups[-1].spans = [(0, 24 * 60)]

    def _begin(self, days: list[int], clause: _Clause, *, by_range: bool, time_first: bool = False) -> None:
        self._current = _Group(days, clause.start, clause.end, by_range=by_range, time_first=time_first)
        self._groups.append(self._current)

    def _name(self, clause: _Clause, said: list[_Token], kinds: set[str]) -> None:
        """Take a clause with days and no times."""
        if kinds <= {"days", "workdays"} and len(said) - ("workdays" in kinds) == 1:
            days = _days(next(token.text for token in said if token.kind == "days"))
            self._vague = False
            if self._pending and self._pending.has("span"):
                pending, self._pending = self._pending, None
                self._begin(days, pending, by_range=True, time_first=True)
                self._groups[-1].spans = [_span(one.text) for one in pending.said if one.kind == "span"]
            elif self._pending:
                raise _NotAWeek
            else:
                self._pending, self._pending_days = clause, days
            return
        if kinds <= {"days", "until", "time", "number", "only"} and [one.kind for one in said[-2:]] in (
            ["until", "time"],
            ["until", "number"],
        ):
            days = [day for token in said if token.kind == "days" for day in _days(token.text)]
            self._shorter.append((days, _clock(said[-1].text)))
            self._note(clause)
            self._current = None
            return
        self._doubt(clause)

    def _doubt(self, clause: _Clause) -> None:
        """Keep the words of days whose times they do not give: no slot stands against them."""
        self._doubtful.update(
            day for token in clause.said if token.kind == "days" for day in _days(token.text)
        )
        self._note(clause)
        self._current = None

    def _except(self, clause: _Clause, said: list[_Token]) -> None:
        days = [day for token in said if token.kind == "days" for day in _days(token.text)]
        spans = [token for token in said if token.kind == "span"]
        if any(token.kind == "except" for token in said[1:]):
            raise _NotAWeek
        if spans:
            if not self._pending_days or not days or any(token.kind == "holiday" for token in said):
                raise _NotAWeek
            self._pending = None
            self._begin([day for day in self._pending_days if day not in days], clause, by_range=True)
            self._groups[-1].spans = [_span(token.text) for token in spans]
            self._pending_days = []
            self._notes.append((clause.start, spans[0].start, None))
            self._told = True
            return
        if days and self._pending_days:
            self._pending_days = [day for day in self._pending_days if day not in days]
        if days:
            self._closed.append((len(self._groups), days, True))
            self._current = None if not self._pending_days else self._current
        self._note(clause)

    def _close(self, clause: _Clause, said: list[_Token], kinds: set[str]) -> None:
        if not kinds <= {"days", "closed", "except", "holiday"} or {"closed", "except"} <= kinds:
            raise _NotAWeek
        days = [day for token in said if token.kind == "days" for day in _days(token.text)]
        if not days and "holiday" not in kinds:
            raise _NotAWeek
        self._closed.append((len(self._groups), days, False))
        self._note(clause)
        self._current = None

    def _note(
        self,
        clause: _Clause,
        group: _Group | None = None,
        *,
        told: bool = True,
        words: list[_Token] | None = None,
    ) -> None:
        """Keep a clause's words; beside several groups they stay with the times of their own."""
        self._told = self._told or told
        start, end = clause.start, clause.end
        if words is not None:
            kept = [
                one
                for one in clause.tokens
                if one.kind not in ("days", "span", "filler", "colon", "and", "dash")
            ]
            start, end = kept[0].start, kept[-1].end
        if group is not None:
            group.end = max(group.end, clause.end)
        self._notes.append((start, end, group if told else None))

    def _slots(self) -> tuple[list[dict[str, str]], list[tuple[int, int]] | None, bool]:
        week: dict[int, list[tuple[int, int]]] = {}
        for number, group in enumerate(self._groups):
            for day in group.days:
                if not group.weekly or any(
                    day in days and (number < before or not again or group.by_range)
                    for before, days, again in self._closed
                ):
                    continue
                spans = week.setdefault(day, [])
                spans.extend(span for span in group.spans if span not in spans)
        whole = False
        for days, closes in self._shorter:
            for day in days:
                spans = week.get(day, [])
                fits = len(spans) == 1 and spans[0][0] < closes < spans[0][1]
                week[day] = [(spans[0][0], closes)] if fits else []
                whole = whole or (bool(spans) and not fits)
        for day, spans in week.items():
            spans.sort()
            overlap = any(one[1] > two[0] for one, two in pairwise(spans))
            if overlap or (day in self._doubtful and spans):
                week[day], whole = [], True
        slots = [
            {"weekday": WEEKDAY_CODES[day], "opens": _written(opens), "closes": _written(closes)}
            for day in sorted(week)
            for opens, closes in week[day]
        ]
        return slots, None if whole else self._places(), self._told or whole

    def _places(self) -> list[tuple[int, int]]:
        """Where in the text the words beside the slots stand."""
        several = len(self._groups) > 1
        found: list[tuple[int, int]] = []
        for start, end, _ in sorted(
            (
                (group.start if group and several else start),
                (max(end, group.end) if group and several else end),
                n,
            )
            for n, (start, end, group) in enumerate(self._notes)
        ):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
        return found


def _is_appointment(said: list[_Token]) -> bool:
    return all(
        token.kind in ("appointment", "or", "only")
        or token.text.casefold() in ("sonst", "ansonsten", "außerhalb", "otherwise")
        for token in said
    ) and any(token.kind == "appointment" for token in said)


def _is_late(text: str) -> bool:
    return text.casefold().startswith(("nachm", "abend", "aftern", "even", "am nachm"))


def _span(text: str) -> tuple[int, int]:
    """Two times in minutes; the second is later than a day's end where it is past midnight."""
    (first, minute, half), (last, last_minute, last_half) = _TIMES.findall(text)[:2]
    closes = _minutes(first=last, minute=last_minute, half=last_half)
    if half or not last_half:
        opens = _minutes(first, minute, half)
    else:
        opens = _minutes(first, minute, last_half)
        opens = opens if opens < closes else _minutes(first, minute, "a")
    if closes == 0:
        closes = 24 * 60
    if opens == closes or opens >= 24 * 60 or (60 <= opens < 6 * 60 and not (half or last_half)):
        raise _NotAWeek
    if opens < closes:
        return opens, closes
    if (opens >= 12 * 60 and closes <= 6 * 60) or (opens >= 16 * 60 and closes <= 10 * 60):
        return opens, closes + 24 * 60
    raise _NotAWeek


def _clock(text: str) -> int:
    found = _TIMES.match(text.strip())
    if found is None:
        raise _NotAWeek
    return _minutes(found[1], found[2] or "", found[3] or "")


def _minutes(first: str, minute: str, half: str) -> int:
    hours, minutes = int(first), int(minute or 0)
    if half and not 1 <= hours <= 12:
        raise _NotAWeek
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise _NotAWeek
    return hours * 60 + minutes


def _written(minutes: int) -> str:
    if minutes > 24 * 60:
        minutes -= 24 * 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(text: str) -> list[int]:
    """The weekdays that a word, a list or a span names."""
    small = text.casefold()
    if small.startswith(("tägl", "tgl", "jeden", "daily", "every")):
        return list(_ALL_DAYS)
    if small.startswith(("wochentags", "weekdays")):
        return list(range(5))
    if "wochenende" in small or small.startswith("weekend"):
        return [5, 6]
    found: list[int] = []
    end, ranged = 0, False
    for match in _ONE_DAY.finditer(text):
        day = _NAMES[match.group().rstrip(".").casefold()]
        if found and _RANGE.fullmatch(text[end : match.start()]):
            if ranged:
                raise _NotAWeek
            first, ranged = found[-1], True
            found.extend((first + step) % 7 for step in range(1, (day - first) % 7))
        else:
            ranged = False
        found.append(day)
        end = match.end()
    return list(dict.fromkeys(found))


def _is_range(text: str) -> bool:
    """Whether days are named as a whole, as 'Mo-Fr' or 'täglich', not one by one."""
    return not _ONE_DAY.match(text) or re.search(_TO, text, re.I) is not None


def _of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    from allin_schemas.reading.structures import read_structure
    from allin_schemas.values import OpeningHours

    rest = dict(parts)
    whole = read_hours(rest.pop("raw", None), context)
    apart = read_structure(OpeningHours, rest, context)
    value = {**(whole.value or {}), **(apart.value or {})}
    return Reading(value or None, (*whole.findings, *apart.findings))
