"""Reads places: an address in one piece, in parts, or several of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from allin_schemas.reading.addresses import split_address, split_street
from allin_schemas.reading.cleaning import cells_of, gathered, tidy
from allin_schemas.reading.districts import CITY
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, unreadable
from allin_schemas.reading.links import read_url
from allin_schemas.reading.texts import LONGEST_LINE

_POSTAL = re.compile(r"(?<!\d)\d{5}(?!\d)")
_BESIDE_CITY = ("district", "extra", "room", "state", "country")
_NO_PART = re.compile(
    r"(?:\S+@\S+\.\w+|(?:https?://|www\.)\S+|(?:[A-Z]{1,2}-)?\s*[+(]?\d[\d\s/().+-]{3,})\s*\Z", re.I
)
"""A mail or web address, a postal code or a number: no city, street or district."""
_NAMED_PARTS = ("city", "street", "district")
_LINK = re.compile(r"https?://\S+|www\.\S+", re.I)


def read_place(cell: Any, context: Context) -> Reading:
    """One place; of several the first, with a hint."""
    reading = read_places(cell, context)
    if not reading.value:
        return reading
    if len(reading.value) > 1:
        shown = finding("SEVERAL_VALUES", cell if isinstance(cell, str) else "…")
        return Reading(reading.value[0], (*reading.findings, shown))
    return Reading(reading.value[0], reading.findings)


def read_places(cell: Any, context: Context) -> Reading:
    """Every place of a cell."""
    if isinstance(cell, Mapping):
        return _of_parts(cell, context)
    if isinstance(cell, list | tuple):
        answers = cells_of(cell)
        texts = [answer for answer in answers if isinstance(answer, str) and answer.strip()]
        if len(texts) == len(answers) > 1 and sum(bool(_POSTAL.search(text)) for text in texts) == 1:
            return read_places(", ".join(texts), context)
        return gathered([read_places(answer, context) for answer in answers])
    text, fault = tidy(cell, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    pieces = [text]
    for separator in (r"\s*;\s*", r"\n\s*\n", r"\n", r"\s+(?:und|oder)\s+"):
        tried = [piece.strip(" ,") for piece in re.split(separator, text) if piece.strip(" ,")]
        if len(tried) > 1 and all(_POSTAL.search(piece) for piece in tried):
            pieces = tried
            break
    return gathered([_of_text(piece, context) for piece in pieces])


def _of_text(text: str, context: Context) -> Reading:
    line = " ".join(text.split())
    if len(line) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(line)), most=str(LONGEST_LINE))
    parts, whole = split_address(text)
    link = _LINK.search(text)
    if parts.get("type") == "virtual" and link:
        address = read_url(link.group(), context)
        if address.value:
            parts["url"] = address.value
        return Reading([parts], address.findings)
    if whole:
        return Reading([parts])
    return Reading([{**parts, "raw": line}], (finding("PLACE_UNSPLIT", line),))


def _of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    """A place whose parts are written apart; what was also written in one piece fills the gaps."""
    from allin_schemas.reading.structures import read_structure
    from allin_schemas.values import Place

    rest = dict(parts)
    whole = rest.pop("raw", None)
    findings: list[Finding] = []
    place: dict[str, Any] = {}
    if whole is not None:
        read = read_place(whole, context)
        findings.extend(read.findings)
        place.update(read.value or {})
    apart = read_structure(Place, rest, context)
    findings.extend(apart.findings)
    said = dict(apart.value or {})
    for part in _NAMED_PARTS:
        if part in said and _NO_PART.match(said[part]):
            findings.append(finding("PLACE_PART_UNFIT", "…")._replace(part=part))
            del said[part]
    if "street" in said and "house_number" not in said:
        split = split_street(said["street"])
        if split:
            said["street"], said["house_number"] = split
    if said.get("city") and said["city"] != CITY:
        city, split_up = split_address(f"00000 {said['city']}")
        if split_up and city.get("city") == CITY:
            said = {**{part: city[part] for part in _BESIDE_CITY if part in city}, **said, "city": CITY}
    if said.get("street") and "name" in place and place["name"] == said["street"]:
        del place["name"]
    place.update(said)
    return Reading([place] if place else None, tuple(findings))
