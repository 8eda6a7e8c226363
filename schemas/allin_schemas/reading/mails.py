"""Reads e-mail addresses: usual ones by pattern, all others by email-validator; always in small letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import unquote

from allin_schemas.reading.cleaning import NO_CONTACT, first, tidy
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, unreadable

_QUICK = re.compile(
    r"(?=[^@]{1,64}@)(?=.{6,254}$)[a-z0-9](?:[a-z0-9_+-]"
    r"|\.(?=[a-z0-9]))*@(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_RESERVED = (".test", ".local", ".localhost", ".invalid", ".onion", ".arpa", "@localhost")
_AT = re.compile(
    r"\s*(?:\(\s*(?:at|ät|a|@)\s*\)|\[\s*(?:at|ät|a|@)\s*\]|\{\s*(?:at|@)\s*\}|\s(?:at|ät)\s|＠)\s*", re.I
)
_DOT = re.compile(r"\s*(?:\(\s*(?:dot|punkt|\.)\s*\)|\[\s*(?:dot|punkt|\.)\s*\]|\s(?:dot|punkt)\s)\s*", re.I)
_ADDRESS = re.compile(r"[^\s<>,;:|()\[\]\"'„“]+@[^\s<>,;:|()\[\]\"'„“/\\]+")
_HEADER = re.compile(
    r"\b(?:bcc|cc)\s*[:=]|[\r\n]\s*(?:to|from|subject|reply-to|mime-version|content-[\w-]+|x-[\w-]+)\s*:|%[0-9a-f]{2}",
    re.I,
)
"""What makes one address several when a program sends a message: headers of mails, and characters written as numbers."""
_AFTER = re.compile(r"(@[^\s/@]+)/")
_ONE_GAP = re.compile(r"[^\s@]+@[\w-]+(?:\s+\.\s*|\s*\.\s+|\.)[\w-]+")
"""One address whose domain has one dot, with a blank beside it: behind a whole domain would stand the next sentence."""
_LONGEST = 500


def read_email(cell: Any, context: Context) -> Reading:
    """One e-mail address; of several the first, with a hint."""
    if isinstance(cell, str):
        small = cell.lower()
        if _QUICK.fullmatch(small) and not small.endswith(_RESERVED):
            return Reading(small)
    elif isinstance(cell, list | tuple):
        return first(read_email, cell, context)
    if isinstance(cell, str) and len(cell) <= _LONGEST and "mailto:" not in small and _HEADER.search(cell):
        return unreadable("EMAIL_UNREADABLE", " ".join(cell.split()))
    text, fault = tidy(cell, links=True)
    if fault:
        return Reading(None, (fault,))
    if not text or text.casefold() in NO_CONTACT:
        return BLANK
    if len(text) > _LONGEST:
        return unreadable("EMAIL_UNREADABLE", text)
    small = text.lower()
    if _QUICK.fullmatch(small) and not small.endswith(_RESERVED):
        return Reading(small)
    return _searched(text)


def _searched(text: str) -> Reading:
    """The address in a text that is not one alone; nothing is mended into another address than the one written."""
    plain = said = text
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", text)
    if plain[:7].casefold() == "mailto:":
        plain, _, parameters = unquote(plain[7:]).partition("?")
        if _HEADER.search(parameters):
            return unreadable("EMAIL_UNREADABLE", text)
        said = plain
    if _HEADER.search(plain) or not plain.isprintable():
        return unreadable("EMAIL_UNREADABLE", text)
    mended = _AFTER.sub(r"\1 ", _mended(plain))
    candidates = _ADDRESS.findall(mended)
    kept = [one.rstrip(".;:/") for one in candidates]
    addresses = [None if "/" in one.partition("@")[0] else _valid(one) for one in kept]
    if not addresses or None in addresses or mended.count("@") != len(addresses):
        return unreadable("EMAIL_UNREADABLE", text, _nearest(candidates))
    found = [address for address in addresses if address]
    findings: list[Finding] = []
    if mended != said or kept != candidates:
        findings.append(finding("EMAIL_MENDED", text, became=found[0]))
    if len(set(found)) > 1:
        findings.append(finding("SEVERAL_VALUES", text))
    return Reading(found[0], tuple(findings))


def _mended(plain: str) -> str:
    """The text with @ and dots where people write '(at)', '(dot)' and blanks."""
    if not ("@" not in plain or " @" in plain or "@ " in plain):
        return plain
    mended = re.sub(r"\s*@\s*", "@", _DOT.sub(".", _AT.sub("@", f"{plain} "))).strip()
    if mended != plain and _ONE_GAP.fullmatch(mended):
        mended = re.sub(r"\s+", "", mended)
    return mended


def _valid(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    small = found.normalized.lower()
    return small if re.fullmatch(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}", small) else None


def _nearest(candidates: list[str]) -> str | None:
    """The address without what cannot stand in one, when that makes it a good one."""
    for candidate in candidates:
        local, _, domain = candidate.partition("@")
        tried = f"{re.sub(r'[.]{2,}', '.', local).strip('.')}@{re.sub(r'[.,]+', '.', domain).strip('.-@')}"
        if tried != candidate:
            return _valid(tried)
    return None
