"""Splits an address that was written as one piece into its parts."""

from __future__ import annotations

import re
from typing import Any

from allin_schemas.reading.cleaning import in_western_digits
from allin_schemas.reading.districts import CITY, DISTRICTS, district_of
from allin_schemas.reading.postal import country_of

_POSTAL = re.compile(r"(?<![\d.,])(?:D[\s-]+|DE[\s-]+)?(\d{5})(?!\d)[\s,]*", re.I)
_NUMBER = r"\d{1,4}\s?[a-zA-Z]?(?:\s?[-–/+]\s?\d{1,4}\s?[a-zA-Z]?|\s?[-–/+]\s?[a-zA-Z])*"
_STREET = re.compile(rf"(?P<street>\D.*?[^\W\d]\.?)\s*(?:Nr\.?\s*)?(?P<number>{_NUMBER})", re.I)
_STREET_WORD = re.compile(
    r"(?:.*(?:str\.?|straße|strasse|weg|platz|allee|gasse|ring|ufer|damm|markt|steig|chaussee|anger"
    r"|promenade|pfad|graben))|(?:(?:am|an der|an den|im|in der|auf der|unter den|zum|zur)\s.+)",
    re.I,
)
_EXTRA = re.compile(
    r"^(?:(?:c/o|co\.|z\.\s?hd\.?|bei)\b.*|hinterhaus.*|vorderhaus.*|seitenflügel.*|hof.*|hh|eingang.*"
    r"|\d+\.\s?(?:og|ug|obergeschoss|stock|etage).*|eg|ug|dg|erdgeschoss.*"
    r"|untergeschoss.*|dachgeschoss.*|haus\s\w{1,2}|gebäude.*|aufgang.*|postfach.*|stock.*|etage.*)$",
    re.I,
)
_ROOM = re.compile(r"^(?:raum|saal|zimmer|seminarraum|room)\b.*$", re.I)
_BOX = re.compile(r"postfach\s*([\d ]{2,12})", re.I)
_ONLINE = re.compile(
    r"^(?:online|digital|virtuell|zoom|videokonferenz|webinar|jitsi|bigbluebutton|bbb|teams|ms teams"
    r"|via zoom|per zoom|online[\s(-].*)$",
    re.I,
)
_CITY_PART = re.compile(rf"^{CITY}\s*(?P<sign>[-–/,:]|\bOT\b|(?=\())\s*(?P<part>.+)$", re.I)
_LONGEST_NAME = 80
_LINK = re.compile(r"https?://\S+|www\.\S+", re.I)


def split_address(text: str) -> tuple[dict[str, Any], bool]:
    """The parts of an address, and whether all of the text found its place."""
    link = _LINK.search(text)
    if _ONLINE.match(_LINK.sub("", text).strip(" :,()-")) or (link and link.group() == text.strip()):
        return {"name": _LINK.sub("", text).strip(" :,()-") or "Online", "type": "virtual"}, True
    text = re.sub(r"\s*\n\s*", ", ", text)
    match = _POSTAL.search(text)
    parts: dict[str, Any] = {}
    if match:
        parts["postal_code"] = in_western_digits(match[1])
        before, after = text[: match.start()], text[match.end() :]
        if _BOX.search(before) and not _BOX.search(after):
            parts["type"] = "postal"
        city, *behind = [part.strip() for part in re.split(r"[,;|]", after) if part.strip(" .")] or [""]
        whole = _place_city(parts, city)
    else:
        before, behind, whole = text, [], True
    pieces = [piece.strip(" .") for piece in re.split(r",|;|\||\s[–-]\s|•", before) if piece.strip(" .,")]
    if not _place_pieces(parts, pieces):
        whole = False
    for piece in behind:
        if not _place_behind(parts, piece):
            whole = False
    if parts.keys() == {"name"}:
        known = district_of(text)
        if known in DISTRICTS:
            return {"city": CITY, "district": known}, True
        if known == CITY:
            return {"city": CITY}, True
        whole = whole and len(text) <= _LONGEST_NAME and not any(map(str.isdigit, text))
    return parts, whole and bool(parts)


def split_street(text: str) -> tuple[str, str] | None:
    """Street and house number of one field."""
    match = _STREET.fullmatch(text.strip(" ,"))
    return (match["street"].strip(" ,"), re.sub(r"\s+", " ", match["number"]).strip()) if match else None


def _place_city(parts: dict[str, Any], city: str) -> bool:
    """City, and what is written with it: a district where it is a known one or follows `Kassel-`."""
    inner = _CITY_PART.match(city)
    if inner:
        parts["city"] = CITY
        part = inner["part"].strip(" ()")
        known = district_of(inner["part"]) or district_of(part)
        if known in DISTRICTS:
            parts["district"] = known
        elif _ROOM.match(part):
            parts["room"] = part
        elif _EXTRA.match(part) or inner["sign"].casefold() not in {"-", "–", "ot"}:
            parts["extra"] = part
        else:
            parts["district"] = part
        if "district" not in parts:
            return len(part) <= _LONGEST_NAME
    elif city:
        parts["city"] = city.strip(" .")
    return bool(city) and not any(map(str.isdigit, city)) and len(city) <= 80


def _place_pieces(parts: dict[str, Any], pieces: list[str]) -> bool:
    """What stands before the postal code: names, street, additions. False when something found no place."""
    names: list[str] = []
    extras: list[str] = []
    whole = True
    for piece in pieces:
        box = _BOX.fullmatch(piece)
        street = split_street(piece)
        if box:
            parts["type"], parts["street"] = "postal", f"Postfach {box[1].strip()}"
        elif _EXTRA.match(piece):
            extras.append(piece)
        elif _ROOM.match(piece):
            parts.setdefault("room", piece)
        elif street and "street" not in parts:
            parts["street"], parts["house_number"] = street
        elif re.fullmatch(_NUMBER, piece) and "street" in parts and "house_number" not in parts:
            parts["house_number"] = piece
        elif _STREET_WORD.fullmatch(piece) and "street" not in parts and not any(map(str.isdigit, piece)):
            parts["street"] = piece
        elif "city" not in parts and "street" in parts and _named_city(parts, piece):
            continue
        elif country_of(piece):
            parts["country"] = country_of(piece)
        elif any(map(str.isdigit, piece)) and not re.search(r"[^\W\d]{3}", piece):
            whole = False
        elif "street" in parts:
            extras.append(piece)
        else:
            names.append(piece)
    if names:
        parts["name"] = ", ".join(names)
    if extras:
        parts["extra"] = ", ".join((*extras, *filter(None, [parts.get("extra")])))
    return whole


def _named_city(parts: dict[str, Any], piece: str) -> bool:
    """A city or district without a postal code, where it is a known one."""
    inner = _CITY_PART.match(piece)
    known = district_of(piece)
    if known is None and not inner:
        return False
    if known in DISTRICTS:
        parts["city"], parts["district"] = CITY, known
    elif inner:
        _place_city(parts, piece)
    else:
        parts["city"] = known
    return True


def _place_behind(parts: dict[str, Any], piece: str) -> bool:
    """What stands behind the city: a country, a district, a state, an addition."""
    country, district = country_of(piece), district_of(piece)
    if country:
        parts["country"] = country
    elif piece.casefold() == "hessen":
        parts["state"] = "Hessen"
    elif district in DISTRICTS and "district" not in parts:
        parts["district"] = district
    elif _ROOM.match(piece) and "room" not in parts:
        parts["room"] = piece
    elif _EXTRA.match(piece) or (not any(map(str.isdigit, piece)) and "extra" not in parts):
        parts["extra"] = f"{parts['extra']}, {piece}" if "extra" in parts else piece
    else:
        return False
    return True
