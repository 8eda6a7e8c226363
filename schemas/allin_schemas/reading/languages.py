"""Reads the languages that people speak: names in any of several languages, codes, levels, notes, lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from allin_schemas.reading.cleaning import cells_of, of_text, tidy
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, unreadable
from allin_schemas.reading.language_names import AMBIGUOUS, by_library, german_name, key, known
from allin_schemas.reading.numbers import NO, YES

_SEPARATOR = re.compile(
    r"(?:[,;/|\n•·+&،؛、]|\s[–-]\s(?!\s*(?:[ABC][12]|Mutter))|\s(?:und|u\.|sowie|and|ve|oder|or|та"
    r"|و)\s)+(?![^()]*\))",
    re.I,
)
_WORDS = re.compile(r"[\s,;/]+")
_LEVEL = re.compile(r"\b(?:niveau\s*|level\s*)?([ABC][12])(?:\s*[-–/]\s*([ABC][12]))?\b", re.I)
_NATIVE = re.compile(
    r"\b(?:muttersprach(?:e|ler(?:in|:in|\*in|innen)?|lich)|native(?:\s+speakers?)?|erstsprache"
    r"|ana dil[i]?|рідна)\b",
    re.I,
)
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_QUALIFIER = re.compile(
    r"^(?:nur|auch|ein wenig|ein bisschen|etwas|wenig|gut(?:es)?|sehr gut(?:es)?|fließend(?:es)?|fliessend"
    r"|verhandlungssicher|perfekt|grundkenntnisse(?:\s+in)?|basis"
    r"|some|basic|good|fluent|mainly|v\.\s?a\.|vor allem|hauptsächlich|teilweise|bei bedarf|manchmal"
    r"|evtl\.?|z\.\s?t\.)\s+|"
    r"\s+(?:grundkenntnisse|fließend|fliessend|gut|sehr gut|auf anfrage|nach absprache|bei bedarf"
    r"|mit dolmetscher(?:in|:in)?|mit dolmetschung|mit sprachmittlung|möglich"
    r"|fluent|basic|on request|with interpreter|teilweise)$",
    re.I,
)
_OPENING = re.compile(
    r"^(?:wir sprechen|sprachen?|languages?|gesprochen(?:e sprachen)?|we speak|unterricht in|auf|in)[\s:]+",
    re.I,
)
_INTERPRETED = re.compile(r"dolmetsch|sprachmittl|interpreter", re.I)
_ON_REQUEST = re.compile(r"anfrage|absprache|bedarf|request", re.I)
_CODE = re.compile(r"[A-Za-z]{2,3}(?:-\w{2,8})?")
_DAILY = (
    "all alt am an and any auf aus bei bin bis bzw da das dem den der des div etc gar gut hat her hin in is ist ka mal man mir"
    " mit mut na neu nie no not nur one rar see sir so tag tel the tun tut two und vor war was wer wie wir yes zum"
)
_LIKE_CODES = frozenset(_DAILY.split())
"""Words of daily life that are the code of some language, too."""
_NEVER_CODES = frozenset({"bzw", "div", "etc", "ka", "na", "tel"})
"""Those that people write in capitals, too."""
_LONGEST = 2_000
_LONGEST_NAME = 60


def _known(text: str) -> str | None:
    name = key(text)
    code = known().get(name)
    return known().get(name.replace("ı", "i")) if code is None and not name.isascii() else code


def _tag(text: str) -> str | None:
    code = _known(text)
    return code if code or len(text) > _LONGEST_NAME or not text else by_library(text)


def _language(text: str, context: Context) -> Reading:
    small = key(text)
    code = known().get(small)
    if code is None:
        reading = read_languages(text, context)
        if not reading.value:
            return reading
        shown = (finding("SEVERAL_VALUES", text),) if len(reading.value) > 1 else ()
        return Reading(reading.value[0]["code"], (*reading.findings, *shown))
    if small in AMBIGUOUS:
        return Reading(code, (finding("LANGUAGE_AMBIGUOUS", text, became=german_name(code)),))
    return Reading(code)


read_language = of_text(_language)
"""One language as its BCP 47 tag."""


def read_languages(cell: Any, context: Context) -> Reading:
    """The languages of a cell, each with its level and note."""
    if isinstance(cell, str):
        certain = _certain()
        codes = dict.fromkeys([certain.get(name) for name in cell.casefold().split(", ")])
        return _several(cell) if None in codes else Reading([{"code": code} for code in codes])
    found: dict[str, dict[str, str]] = {}
    findings: list[Finding] = []
    for answer in [cell] if isinstance(cell, Mapping) else cells_of(cell):
        reading = _of_parts(answer, context) if isinstance(answer, Mapping) else _several(answer)
        findings.extend(reading.findings)
        for item in reading.value or ():
            found.setdefault(item["code"], item)
    return Reading(list(found.values()) or None, tuple(findings))


@cache
def _certain() -> dict[str, str]:
    """Names that mean one language and nothing else."""
    return {name: code for name, code in known().items() if name not in AMBIGUOUS | YES | NO | _LIKE_CODES}


def _several(answer: Any) -> Reading:
    text, fault = tidy(answer, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    if len(text) > _LONGEST:
        return unreadable("LANGUAGE_UNKNOWN", text)
    names = known()
    parts = [part.strip() for part in _SEPARATOR.split(text)]
    found: dict[str, dict[str, str]] = {}
    findings: list[Finding] = []
    alone = len(parts) == 1
    if alone and text == "no":
        return Reading([{"code": "no"}], (finding("LANGUAGE_OR_ANSWER", text, became=german_name("no")),))
    if alone and key(text) in YES | NO:
        return unreadable("LANGUAGE_UNKNOWN", text)
    only_codes = all(_CODE.fullmatch(part) for part in parts if part)
    for part in parts:
        name = key(part)
        if _is_word(part, name.strip(".:;*"), only_codes=only_codes, alone=alone):
            findings.append(finding("LANGUAGE_UNKNOWN", part))
            continue
        code = names.get(name)
        if code is not None and name not in AMBIGUOUS:
            found.setdefault(code, {"code": code})
        elif name:
            for item in _described(part, findings):
                found.setdefault(item["code"], item)
    return Reading(list(found.values()) or None, tuple(findings))


def _is_word(part: str, name: str, *, only_codes: bool, alone: bool) -> bool:
    """Whether what may be a code is more likely a word: 'Ja' in 'Ja, Deutsch', but not in 'de, ja, ko'."""
    if name in YES | NO:
        return not only_codes
    if name not in _LIKE_CODES or (part.isupper() and name not in _NEVER_CODES):
        return False
    return not only_codes or name in _NEVER_CODES or (alone and len(name) > len("de"))


def _described(part: str, findings: list[Finding]) -> list[dict[str, str]]:
    """The language or languages of one item that says more than a name."""
    bare = _OPENING.sub("", part).strip(" .:;*-–")
    code = _known(part) or _known(bare)
    if code is None:
        words = [word for word in _WORDS.split(bare) if word]
        codes = [known().get(key(word)) for word in words]
        if len(words) > 1 and all(codes):
            return [{"code": one} for one in codes if one]
    item: dict[str, str] = {}
    if code is None:
        bare = _take_level(bare, item)
        bare, notes, inner = _take_notes(bare)
        code = _known(bare) or _tag(part) or _tag(bare)
        dialects = [_known(f"{bare} {word}") or _known(word) for word in inner]
        if code and inner and all(dialects):
            return [{**item, "code": dialect} for dialect in dialects if dialect]
        notes.extend(inner)
        _describe(item, notes)
    if code is None:
        findings.append(finding("LANGUAGE_UNKNOWN", part, _nearest(bare)))
        return []
    if key(bare) in AMBIGUOUS:
        findings.append(finding("LANGUAGE_AMBIGUOUS", part, became=german_name(code)))
    return [{"code": code, **item}]


def _take_level(text: str, item: dict[str, str]) -> str:
    """The text without its level, which goes into the item."""
    level = _LEVEL.search(text)
    native = _NATIVE.search(text)
    if level and len(text) > len(level.group()):
        item["level"] = f"{level[1].upper()}-{level[2].upper()}" if level[2] else level[1].upper()
        text = text[: level.start()] + text[level.end() :]
    elif native and len(text) > len(native.group()):
        item["level"] = "native"
        text = text[: native.start()] + text[native.end() :]
    return re.sub(r"\(\s*[,;-]?\s*\)|\s+[–-]\s*$", "", text).strip(" .:;,–-")


def _take_notes(text: str) -> tuple[str, list[str], list[str]]:
    """The bare name, the words around it, and what stands in parentheses."""
    inner = [
        word.strip()
        for group in _PARENTHESES.findall(text)
        for word in re.split(r"[,;/]| und | and ", group)
        if word.strip()
    ]
    text = " ".join(_PARENTHESES.sub(" ", text).split())
    notes: list[str] = []
    for _ in range(3):
        match = _QUALIFIER.search(text)
        if not match:
            break
        notes.append(match.group().strip())
        text = (text[: match.start()] + text[match.end() :]).strip()
    return text.strip(" .:;,–-"), notes, inner


def _describe(item: dict[str, str], notes: list[str]) -> None:
    note = ", ".join(notes)
    if _INTERPRETED.search(note):
        item["mode"] = "interpreter"
    elif _ON_REQUEST.search(note):
        item["mode"] = "on request"
    if note:
        item["note"] = note[:300]


def _nearest(text: str) -> str | None:
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    if len(text) < 4:
        return None
    names = [name for name in known() if len(name) > 3]
    found = process.extractOne(
        key(text[:80]), names, scorer=JaroWinkler.normalized_similarity, score_cutoff=0.85
    )
    return german_name(known()[found[0]]) if found else None


def _of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    from allin_schemas.reading.structures import read_structure
    from allin_schemas.values import SpokenLanguage

    named = dict(parts)
    if "code" not in named and "name" in named:
        named["code"] = named.pop("name")
    reading = read_structure(SpokenLanguage, named, context)
    return Reading([reading.value] if reading.value and "code" in reading.value else None, reading.findings)
