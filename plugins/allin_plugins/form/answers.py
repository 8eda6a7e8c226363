"""What an answer says about itself: its id, when it was sent, whether it is finished."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from allin_hub import METADATA_MARK, words_of
from allin_plugins.form.moments import moment

KEYS = (
    "antwort id",
    "response id",
    "responseid",
    "submission id",
    "submissionid",
    "entry id",
    "eintrags id",
    "einreichungs id",
    "id der antwort",
    "uuid",
    "instanceid",
    "id",
    "token",
)
"""What services call the id of an answer, the surest first."""

CHANGED = (
    "letzte aenderung",
    "zuletzt geaendert",
    "zuletzt bearbeitet",
    "last modified",
    "updated at",
    "edited at",
    "date updated",
)
SENT = (
    "zeitstempel",
    "timestamp",
    "fertigstellungszeit",
    "completion time",
    "datum abgeschickt",
    "abgeschickt am",
    "abgeschickt",
    "date submitted",
    "submitdate",
    "submitted at",
    "submittedat",
    "submission time",
    "submission date",
    "eingereicht am",
    "eingegangen am",
    "gesendet am",
    "erstellt am",
    "created at",
    "createdat",
    "date created",
)
_OTHERS = (
    "startzeit",
    "start time",
    "datum gestartet",
    "date started",
    "letzte seite",
    "last page",
    "lastpage",
    "start sprache",
    "startsprache",
    "start language",
    "startlanguage",
    "seed",
    "zufallsstartwert",
    "benutzer id",
    "user id",
    "benutzername",
    "username",
    "anzeigename",
    "user display name",
    "datum letzte aktivitaet",
    "date last action",
    "datestamp",
    "startdate",
    "ip adresse",
    "ip address",
    "ipaddr",
    "status",
    "finished",
    "beendet",
    "submission status",
    "name konto",
    "email konto",
    "date",
)
_KNOWN = frozenset((*KEYS, *CHANGED, *SENT, *_OTHERS))
_CODED_ANSWER = re.compile(r"\[[A-Z]{1,4}\d{1,4}\]\s*(?=\S)")
"""What LimeSurvey exports before an answer's text: `[A2] Deutsch`."""
_MUST_BE_SENT = frozenset({"submitdate", "datum abgeschickt", "date submitted"})
"""A column that says by a blank cell that an answer was not finished."""

_STATES = frozenset({"status", "submission status"})
_UNFINISHED = frozenset(
    {"draft", "entwurf", "incomplete", "unvollständig", "partial", "in bearbeitung", "spam", "trash"}
)
_ENDED = frozenset({"finished", "beendet"})
_NOT_ENDED = frozenset({"false", "nein", "no", "0", "falsch"})

_ALERT = re.compile(r"\A\s*\((?:security alert|sicherheits\w+)\b[^()]*\)\s*", re.IGNORECASE)
_NOBODY = frozenset({"anonymous", "anonym"})


def is_about_the_answer(question: str) -> bool:
    """Whether a column is the service's own and no question."""
    return _name_of(question) in _KNOWN


def _name_of(question: str) -> str:
    """Write the name of a column; LimeSurvey puts a code of its own before the text: `submitdate. Datum Abgeschickt`."""
    code, dot, _ = question.partition(". ")
    own = words_of(code) if dot else ""
    return own if own in _KNOWN else words_of(question)


def cleaned(answer: Any) -> Any:
    """Take a service's marks off an answer; `Türkisch;Arabisch;` becomes two."""
    if not isinstance(answer, str):
        return answer
    if answer[:1] == "[":
        answer = _CODED_ANSWER.sub("", answer)
    if answer[:1] == "(" or answer[:1].isspace():
        answer = _ALERT.sub("", answer)
    if answer.endswith(";"):
        chosen = [part.strip() for part in answer.split(";") if part.strip()]
        return chosen[0] if len(chosen) == 1 else chosen
    return None if answer in _NOBODY else answer


def key_of(cells: Mapping[str, Any]) -> str | None:
    """Take the id that the service gave this answer."""
    named = _named(cells)
    for name in KEYS:
        if name in named and (key := str(named[name]).strip()):
            return key
    return None


def received(cells: Mapping[str, Any], zone: ZoneInfo) -> dt.datetime | None:
    """Say when an answer was last changed, else when it was sent."""
    named = _named(cells)
    for name in (*CHANGED, *SENT):
        if name in named:
            found = moment(named[name], zone)
            if found is not None:
                return found
    last = next(reversed(list(cells)), None)
    if last is not None and words_of(last) == "date":
        return moment(cells[last], None)
    return None


def unfinished(cells: Mapping[str, Any], asked: Sequence[str] = ()) -> bool:
    """Whether an answer is a draft, or was left before its end; `asked` are the columns of its table."""
    named = _named(cells)
    if any(not str(named.get(name, "")).strip() for name in _dates_of_end(tuple(asked))):
        return True
    if any(str(named.get(name, "")).strip().casefold() in _UNFINISHED for name in _STATES):
        return True
    return any(str(named.get(name, "")).strip().casefold() in _NOT_ENDED for name in _ENDED)


@lru_cache(maxsize=16)
def _dates_of_end(asked: tuple[str, ...]) -> frozenset[str]:
    return _MUST_BE_SENT.intersection(map(_name_of, asked))


def _named(cells: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        if len(name) <= 60:
            found.setdefault(_name_of(name.removeprefix(METADATA_MARK)), cell)
    return found
