"""The unfolded lines of an iCalendar file, and the components that they belong to. No value is read here."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from allin_hub.workers.refusal import Refusal

_NAME = re.compile(r"[A-Za-z0-9-]+")
_DEEPEST = 8
_MOST_LINES = 2_000_000

for _encoding in ("cp1252", "utf-16"):
    # Loaded now: while a file is read, no other may be opened.
    codecs.lookup(_encoding)

Line = tuple[int, str]
"""The number of the line in the file, and its unfolded text."""


@dataclass(slots=True)
class Part:
    """One component directly in a calendar, with the lines that stand directly in it."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    whole: bool = False
    """Whether its END was found."""
    outside: bool = False
    """Whether it stood outside of any calendar."""


@dataclass(slots=True)
class Calendar:
    """One VCALENDAR: its own lines, its time zones as text, and its components in order."""

    lines: list[Line] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


class Text:
    """The unfolded lines of a file; `guessed` tells whether some were not UTF-8."""

    def __init__(self, data: bytes) -> None:
        self._data = _as_utf8(data)
        self.guessed = False

    def __iter__(self) -> Iterator[Line]:
        start, pieces = 0, list[bytes]()
        ending = b"\n" if b"\n" in self._data else b"\r"
        if self._data.count(ending) > _MOST_LINES:
            raise Refusal("CALENDAR_TOO_BIG")
        for number, raw in enumerate(self._data.split(ending), 1):
            piece = raw.rstrip(b"\r")
            if not piece:
                # Old programs write blank lines between a line and its continuation.
                continue
            if piece[:1] in (b" ", b"\t"):
                if pieces:
                    pieces.append(piece[1:])
                continue
            if pieces:
                yield start, self._decoded(b"".join(pieces))
            start, pieces = number, [piece]
        if pieces:
            yield start, self._decoded(b"".join(pieces))

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.guessed = True
            return line.decode("cp1252", "replace")


def calendars(text: Text, most: int) -> list[Calendar]:
    """Sort the lines into calendars and components; a file that is no calendar, or was cut, is refused.

    Lines outside of calendars are passed over: servers put warnings there. Events outside belong to the last calendar.
    """
    found: list[Calendar] = []
    around = Calendar()
    calendar: Calendar | None = None
    part: Part | None = None
    inner: list[str] = []
    zone: list[str] = []
    count = 0
    for number, line in text:
        edge, name = _edge(line)
        if calendar is around and (part is None or name == "VCALENDAR"):
            calendar, part, inner = None, None, []
        if calendar is None:
            if edge == "BEGIN" and name == "VCALENDAR":
                calendar = Calendar()
            if edge != "BEGIN" or name != "VEVENT":
                continue
            calendar = around
        if part is not None and part.name == "VTIMEZONE":
            zone.append(line)
        if edge == "" and part is None:
            calendar.lines.append((number, line))
        elif edge == "":
            if not inner and part is not None:
                part.lines.append((number, line))
        elif name == "VCALENDAR":
            if edge == "BEGIN":
                raise Refusal("CALENDAR_CUT")
            found.append(calendar)
            calendar, part, inner = None, None, []
        elif edge == "BEGIN" and (part is None or name in ("VEVENT", "VTODO", "VJOURNAL")):
            # A component that never ended: the next one begins all the same.
            count += 1
            if count > most:
                raise Refusal("CALENDAR_TOO_BIG")
            part, inner, zone = Part(name, number), [], [line]
            calendar.parts.append(part)
        elif edge == "BEGIN":
            if len(inner) < _DEEPEST:
                inner.append(name)
        elif inner:
            if name in inner:
                del inner[inner.index(name) :]
            elif part is not None and name == part.name:
                _end(calendar, part, zone)
                part, inner = None, []
        elif part is not None and name == part.name:
            _end(calendar, part, zone)
            part = None
    if calendar is not None and calendar is not around:
        raise Refusal("CALENDAR_CUT")
    if not found:
        raise Refusal("CALENDAR_NOT_ONE")
    found[-1].parts += [replace(one, outside=True) for one in around.parts]
    return found


def _end(calendar: Calendar, part: Part, zone: list[str]) -> None:
    part.whole = True
    if part.name == "VTIMEZONE":
        calendar.zones.append("\r\n".join(zone) + "\r\n")


def _edge(line: str) -> tuple[str, str]:
    """BEGIN or END with the component's name, or nothing."""
    if line[0] not in "BbEe":
        return "", ""
    head = line[:6].upper()
    if head == "BEGIN:":
        edge, name = "BEGIN", line[6:]
    elif head.startswith("END:"):
        edge, name = "END", line[4:]
    else:
        return "", ""
    name = name.strip().upper()
    return (edge, name) if _NAME.fullmatch(name) else ("", "")


def _as_utf8(data: bytes) -> bytes:
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode("utf-8")
        except UnicodeError:
            raise Refusal("CALENDAR_NOT_ONE") from None
    return data
