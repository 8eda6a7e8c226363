"""Reads values that come as text or in parts: costs, how to join, accessibility, messengers, changed dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from allin_schemas.reading.calendar_words import says_cancelled
from allin_schemas.reading.cleaning import cells_of, gathered, tidy
from allin_schemas.reading.findings import BLANK, Context, Finding, Reader, Reading, finding
from allin_schemas.reading.structures import read_structure
from allin_schemas.reading.texts import read_line
from allin_schemas.reading.words import closed
from allin_schemas.values import Accessibility, Messenger, Override
from allin_schemas.vocabularies import Access

_access = closed(Access)
_SERVICES = (
    "whatsapp",
    "signal",
    "telegram",
    "threema",
    "matrix",
    "viber",
    "messenger",
    "wechat",
    "imo",
    "skype",
    "element",
)


def in_parts(
    model: type[BaseModel],
    *,
    reader: Reader | None = None,
    text_field: str = "",
    several: bool = False,
    needed: str = "",
) -> Reader:
    """A reader of text (by `reader`, or into one field) and of parts; `raw` is text beside parts."""

    def as_text(cell: Any, context: Context) -> Reading:
        if reader is not None:
            return reader(cell, context)
        line = read_line(cell, context)
        return Reading({text_field: line.value} if line.value else None, line.findings)

    def structured(cell: Mapping[str, Any], context: Context) -> Reading:
        rest = dict(cell)
        whole = as_text(rest.pop("raw"), context) if "raw" in rest else BLANK
        apart = read_structure(model, rest, context)
        findings = (*whole.findings, *apart.findings)
        value = apart.value if not needed or needed in (apart.value or {}) else None
        if several:
            items = [*(whole.value or ()), *([value] if value else ())]
            return Reading(items or None, findings)
        return Reading({**(whole.value or {}), **(value or {})} or None, findings)

    def reads(cell: Any, context: Context) -> Reading:
        if isinstance(cell, Mapping):
            return structured(cell, context)
        if isinstance(cell, list | tuple) and any(isinstance(answer, Mapping) for answer in cell):
            readings = [reads(answer, context) for answer in cells_of(cell)]
            if several:
                return gathered(readings)
            return next((one for one in readings if one.value), BLANK)
        return as_text(cell, context)

    return reads


def read_accessibility(cell: Any, context: Context) -> Reading:
    """How far a place meets needs: yes or no for the whole is about steps, other words stay as a note."""
    if isinstance(cell, Mapping):
        rest = dict(cell)
        whole = read_accessibility(rest.pop("raw", None), context)
        apart = read_structure(Accessibility, rest, context)
        return Reading(
            {**(whole.value or {}), **(apart.value or {})} or None, (*whole.findings, *apart.findings)
        )
    if isinstance(cell, list | tuple):
        line = read_line(cell, context)
        return read_accessibility(line.value, context) if line.value else line
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    step_free = _access(text, context)
    if step_free.value:
        return Reading({"step_free": step_free.value})
    small = text.casefold()
    if small.startswith(("rollstuhlgerecht", "stufenlos", "ebenerdig", "barrierefrei")) and len(text) < 20:
        return Reading({"step_free": Access.YES.value})
    line = read_line(text, context)
    return Reading({"note": line.value} if line.value else None, line.findings)


def read_messengers(cell: Any, context: Context) -> Reading:
    """Messenger accounts, such as 'Signal: 0170 1234567'."""
    if isinstance(cell, Mapping):
        reading = read_structure(Messenger, cell, context)
        return Reading(
            [reading.value] if reading.value and len(reading.value) == 2 else None, reading.findings
        )
    if isinstance(cell, list | tuple):
        return gathered([read_messengers(answer, context) for answer in cells_of(cell)])
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    service, _, account = text.partition(":") if ":" in text else text.partition(" ")
    if service.strip().casefold() in _SERVICES and account.strip() and len(text) <= 300:
        return Reading([{"service": service.strip(), "account": account.strip()}])
    return Reading(None, (finding("MESSENGER_UNREADABLE", text),))


def read_overrides(cell: Any, context: Context) -> Reading:
    """Read changed dates that come in parts; one that does not say which date it changes is left out."""
    if cell is None or cell == "" or cell == []:
        return BLANK
    found: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for parts in cell if isinstance(cell, list | tuple) else [cell]:
        if not isinstance(parts, Mapping):
            findings.append(finding("VALUE_INVALID", str(parts)))
            continue
        value, noticed = read_structure(Override, parts, context)
        findings.extend(noticed)
        if not value or "recurrence_id" not in value:
            continue
        if not value.get("cancelled") and says_cancelled(value.get("title") or ""):
            value = {**value, "cancelled": True}
            findings.append(finding("TITLE_CANCELLED", "…"))
        found.append(value)
    return Reading(found or None, tuple(findings))
