"""Reads web addresses. Only http and https, never with a user's name in it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from allin_schemas.reading.cleaning import NO_CONTACT, cells_of, first, gathered, tidy
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, guessed, unreadable

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_QUICK = re.compile(
    rf"(https?://|www\.)((?:{_LABEL}\.)+[a-z]{{2,24}})(/[A-Za-z0-9._~/%+&=?#:!*;,-]*)?", re.I | re.ASCII
)
_BARE = re.compile(r"(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W\d_]{2,24}(?:[/?#:]\S*)?")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,20}):(?!\d)", re.I)
_MISTYPED = re.compile(
    r"^(?:(?:h?ttps?|htt?p?s?|hhttps?|htpps?|htps?)(?:://|:/|//|;//|:\\\\|:)|//)(?:https?://)?", re.I
)
_HOST = re.compile(
    r"(?=.{4,253}$)(?:[\w](?:[\w-]{0,61}[\w])?\.)+(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})", re.I
)
_REFUSED = re.compile(r"[\s<>\"'\\^`{|}\x00-\x1f]")
_HANDLE = re.compile(
    r"^(?:(?:instagram|insta|facebook|fb|tiktok|twitter|youtube|telegram|ig)\s*[:@-]+\s*)?@[\w.]{2,40}$", re.I
)
_SEPARATOR = re.compile(r"[\s;|]+|,\s+|,(?=https?://|www\.)|\s+(?:und|and|oder)\s+", re.I)
_FILLING = re.compile(
    r"(?:und|and|oder|or|auch|siehe|see|web|website|webseite|homepage|internet|url|link|seite|facebook"
    r"|instagram|insta|fb):?",
    re.I,
)
_GAP = re.compile(r"^(https?://)\s+(?=\S+$)", re.I)
_LONGEST = 2_000
_LONGEST_CELL = 8_000


def read_url(cell: Any, context: Context) -> Reading:
    """One web address; of several the first, with a hint."""
    if isinstance(cell, str):
        match = _QUICK.fullmatch(cell)
        if match and len(cell) < 254 and "_" not in match[2] and "&amp;" not in cell and not _is_odd(cell):
            return Reading(_joined(match[1], match[2], match[3]))
    elif isinstance(cell, list | tuple):
        return first(read_url, cell, context)
    reading = read_urls(cell, context)
    if not reading.value:
        return reading
    if len(reading.value) > 1:
        return Reading(reading.value[0], (*reading.findings, finding("SEVERAL_VALUES", str(cell))))
    return Reading(reading.value[0], reading.findings)


def read_urls(cell: Any, context: Context) -> Reading:
    """Every web address of a cell."""
    if isinstance(cell, list | tuple):
        return gathered([read_urls(answer, context) for answer in cells_of(cell)])
    text, fault = tidy(cell, links=True)
    if fault:
        return Reading(None, (fault,))
    if not text or text.casefold() in NO_CONTACT:
        return BLANK
    if len(text) > _LONGEST_CELL:
        return unreadable("URL_UNREADABLE", text)
    found: list[str] = []
    findings: list[Finding] = []
    left_out = False
    whole = _read(_GAP.sub(r"\1", text))
    if whole.value and not whole.findings and _GAP.match(text):
        whole = guessed(whole.value, "URL_MENDED", text, whole.value)
    parts = [text] if whole.value else [part for part in _SEPARATOR.split(text) if part.strip(",.;:()–-")]
    readings = [whole] if whole.value or len(parts) == 1 else [_read(part) for part in parts]
    if whole.value is None and not any(reading.value for reading in readings):
        return whole
    if whole.value is None and any(map(_is_torn, parts, readings)):
        return unreadable("URL_UNREADABLE", text)
    for reading, part in zip(readings, parts, strict=True):
        if reading.value is None and not re.search(r"[./@]|:.", part):
            left_out = left_out or not _FILLING.fullmatch(part)
            continue
        findings.extend(reading.findings)
        if reading.value and reading.value not in found:
            found.append(reading.value)
    if left_out:
        findings.append(finding("URL_REST_LEFT_OUT", text))
    return Reading(found or None, tuple(findings))


def _is_torn(part: str, reading: Reading) -> bool:
    """Whether a part is the beginning or the end of an address that a blank has torn: what stands beside it is no whole one."""
    bare = part.strip("<>()[]\"'„“ ,;")
    if bare.startswith(".") and bare != "." * len(bare):
        return True
    if bare[:4].casefold() == "www." and bare.rstrip(".").count(".") < 2:
        return True
    return reading.value is None and re.match(r"h?ttps?:?/", bare, re.I) is not None


def _is_odd(text: str) -> bool:
    """Whether an address holds line breaks, written as numbers."""
    return "%0" in text and re.search(r"%0[0ad]", text, re.I) is not None


def _read(written: str) -> Reading:
    text = written.strip("<>()[]\"'„“ ,;").rstrip(".")
    if _is_odd(text):
        return unreadable("URL_UNREADABLE", written)
    match = _QUICK.fullmatch(text)
    if match and len(text) < 254 and "_" not in match[2]:
        return Reading(_joined(match[1], match[2], match[3]))
    if _HANDLE.match(text):
        return unreadable("URL_ONLY_HANDLE", written)
    if _REFUSED.search(text) or len(text) > _LONGEST:
        return unreadable("URL_UNREADABLE", written)
    mended = False
    if not re.match(r"https?://[^/]", text, re.I):
        mistyped = _MISTYPED.match(text)
        scheme = _SCHEME.match(text)
        if mistyped and "." in text:
            text, mended = "https://" + text[mistyped.end() :], True
        elif scheme and not _BARE.fullmatch(text):
            return unreadable("URL_SCHEME_REFUSED", written, scheme=scheme[1].lower())
        elif "@" in text.partition("/")[0] or not _BARE.fullmatch(text):
            return unreadable("URL_UNREADABLE", written)
        else:
            text, mended = "https://" + text, not text.casefold().startswith("www.")
    elif re.match(r"https?://https?:?//", text, re.I):
        text, mended = "https://" + re.sub(r"^(?:https?:?//)+", "", text, flags=re.I), True
    return _checked(text, written, mended)


def _checked(text: str, written: str, mended: bool) -> Reading:
    """The address with its parts judged by the standard library."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return unreadable("URL_UNREADABLE", written)
    if parts.username is not None or "@" in parts.netloc:
        return unreadable("URL_WITH_USER", written)
    if not _HOST.fullmatch(host.rstrip(".")) or "_" in host:
        return unreadable("URL_UNREADABLE", written)
    rest = text.partition("//")[2][len(parts.netloc) :]
    address = _joined(f"{parts.scheme}://", host.rstrip(".") + (f":{port}" if port else ""), rest)
    return guessed(address, "URL_MENDED", written, address) if mended else Reading(address)


def _joined(scheme: str, host: str, rest: str | None) -> str:
    scheme = scheme.lower()
    if scheme == "www.":
        scheme = "https://www."
    return f"{scheme}{host.lower()}{'' if not rest or rest == '/' else rest}"
