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
_LONGEST = 500


def read_email(cell: Any, context: Context) -> Reading:
    """One e-mail address; of several the first, with a hint."""
    if isinstance(cell, str):
        small = cell.lower()
        if _QUICK.fullmatch(small) and not small.endswith(_RESERVED):
            return Reading(small)
    elif isinstance(cell, list | tuple):
        return first(read_email, cell, context)
    text, fault = tidy(cell)
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
    findings: list[Finding] = []
    plain = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    if plain[:7].casefold() == "mailto:":
        plain = unquote(plain[7:]).partition("?")[0]
    mended = (
        re.sub(r"\s*@\s*", "@", _DOT.sub(".", _AT.sub("@", plain)))
        if "@" not in plain or " @" in plain or "@ " in plain
        else plain
    )
    if "@" not in mended and _AT.search(f"{plain} "):
        mended = _DOT.sub(".", _AT.sub("@", plain))
    if mended != plain and "@" in mended:
        mended = re.sub(r"\s+\.\s*|\.\s+(?=\w)", ".", mended)
    candidates = _ADDRESS.findall(mended)
    addresses = [address for address in (_valid(one.strip(".,;:/")) for one in candidates) if address]
    if not addresses:
        return unreadable("EMAIL_UNREADABLE", text, _nearest(candidates))
    if mended != plain:
        findings.append(finding("EMAIL_MENDED", text, became=addresses[0]))
    if len(set(addresses)) > 1:
        findings.append(finding("SEVERAL_VALUES", text))
    return Reading(addresses[0], tuple(findings))


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
