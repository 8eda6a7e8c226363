"""Reads what something costs."""

from __future__ import annotations

import re
from typing import Any

from allin_schemas.reading.cleaning import first, tidy
from allin_schemas.reading.findings import BLANK, Context, Reading, finding, unreadable
from allin_schemas.reading.numbers import amount_of
from allin_schemas.reading.texts import LONGEST_LINE

_FREE = re.compile(
    r"(?:kosten(?:los|frei)|gratis|umsonst|gebührenfrei|unentgeltlich|frei|freier eintritt"
    r"|eintritt(?: ist)?:? frei|free(?: of charge)?|free entry"
    r"|keine kosten|kosten:? keine|es entstehen keine kosten|no cost|ücretsiz|bezkoštovno|безкоштовно"
    r"|бесплатно|مجاني|مجانا)[.!]?",
    re.I,
)
_DONATION = re.compile(r"\b(?:spende[n]?|spendenbasis|donation|nach selbsteinschätzung|solidarisch)\b", re.I)
_MONEY = re.compile(
    r"(?P<before>€|EUR|Euro|\$|USD|CHF|£|GBP)?\s*(?P<amount>\d[\d.,]*\d|\d)(?:,-{1,2}|,–)?\s*(?P<after>€"
    r"|EUR\b|Euro\b|\$|USD\b|CHF\b|£|GBP\b)?",
    re.I,
)
_CURRENCY = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "$": "USD",
    "usd": "USD",
    "chf": "CHF",
    "£": "GBP",
    "gbp": "GBP",
}


def read_cost(cell: Any, context: Context) -> Reading:
    """Free, or an amount with its currency, and what was written beside it."""
    if isinstance(cell, list | tuple):
        return first(read_cost, cell, context)
    if isinstance(cell, bool):
        return BLANK
    if isinstance(cell, str) and cell.strip().casefold() in {"keine", "keine kosten", "none"}:
        return Reading({"free": True})
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    if _FREE.fullmatch(text):
        return Reading({"free": True})
    found = [match for match in _MONEY.finditer(text) if match["before"] or match["after"]]
    alone = amount_of(text)
    if alone is not None:
        return _priced(alone, "EUR", None, text)
    if not found:
        if _DONATION.search(text) or text.casefold().startswith(("kostenlos", "kostenfrei", "free")):
            return Reading({"free": True, "note": text})
        return Reading({"note": text}, (finding("COST_KEPT_AS_NOTE", text),))
    amount = amount_of(found[0]["amount"])
    if amount is None:
        return Reading({"note": text}, (finding("COST_KEPT_AS_NOTE", text),))
    currency = _CURRENCY[(found[0]["before"] or found[0]["after"]).casefold()]
    return _priced(amount, currency, None if found[0].group() == text else text, text)


def _priced(amount: float, currency: str, note: str | None, text: str) -> Reading:
    if not 0 <= amount <= 1_000_000:
        return Reading({"note": text}, (finding("COST_KEPT_AS_NOTE", text),))
    cost: dict[str, Any] = (
        {"free": True} if amount == 0 else {"free": False, "amount": amount, "currency": currency}
    )
    if note:
        cost["note"] = note
    return Reading(cost)
