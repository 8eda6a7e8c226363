"""What a reader gives back: the value that it understood, and what it noticed on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

LONGEST_SHOWN = 80
NOTHING: Mapping[str, str] = MappingProxyType({})


class Finding(NamedTuple):
    """One thing that a reader noticed; `code` is a problem code of the catalogue, which knows its severity.

    `written`, `nearest` and `params` can name a person; for private fields they are not shown.
    """

    code: str
    written: str
    nearest: str | None = None
    params: Mapping[str, str] = NOTHING
    part: str = ""
    """The part of a value of several parts, as `street` of a place."""


class Reading(NamedTuple):
    """The canonical value and the findings.

    No value and no finding: nothing was written. No value and a finding: it could not be read.
    The value is shared with everybody who reads the same cell, so it must never be changed.
    """

    value: Any | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a reader must know to understand what people leave out."""

    today: dt.date
    zone: str = "Europe/Berlin"
    court: str = "RA000275"
    language: str = "de"
    country: str = "DE"
    order: Literal["day first", "month first"] | None = None
    """What comes first in a column's dates of bare numbers; None where nothing has shown it."""


Reader = Callable[[Any, Context], Reading]

READERS: dict[str, Reader] = {}
"""Name, as the model's marks use it -> reader. `readers` fills it, so that readers of structures can look others up."""

BLANK = Reading(None)


def finding(code: str, written: str, nearest: str | None = None, **params: str) -> Finding:
    """A finding whose quotation is short enough for a sentence."""
    if len(written) > LONGEST_SHOWN:
        written = written[: LONGEST_SHOWN - 1].rstrip() + "…"
    return Finding(code, written, nearest, MappingProxyType(params) if params else NOTHING)


def unreadable(code: str, written: str, nearest: str | None = None, **params: str) -> Reading:
    """A reading without a value."""
    return Reading(None, (finding(code, written, nearest, **params),))


def guessed(value: Any, code: str, written: str, became: str) -> Reading:
    """A reading with a value that was guessed, and shows what it became."""
    return Reading(value, (finding(code, written, became=became),))


def listed(words: str) -> frozenset[str]:
    """The entries of a list written as text: between bars where there are any, else between blanks."""
    return frozenset(words.split("|") if "|" in words else words.split())
