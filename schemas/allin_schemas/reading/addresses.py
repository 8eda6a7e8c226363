"""Splits an address that was written as one piece into its parts."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from allin_schemas.reading.calendar_words import MONTHS, date_behind, date_made
from allin_schemas.reading.cleaning import in_western_digits
from allin_schemas.reading.districts import CITY, DISTRICTS, district_of
from allin_schemas.reading.findings import Finding, finding
from allin_schemas.reading.postal import FORMATS, SIGNS, code_in, country_of, signed_code

_POSTAL = re.compile(r"(?<![\d.,])(?P<sign>D[\s-]+|DE[\s-]+)?(?P<code>\d{5})(?!\d)[\s,;]*", re.I)
_SIGNED = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(SIGNS, key=len, reverse=True))})\s?[-–]\s?\d[0-9-]{{2,6}}(?:\s?[A-Z]{{2}})?(?![\w-])"
)
_NUMBER = r"\d{1,4}\s?[a-zA-Z]?(?:\s?[-–/+]\s?\d{1,4}\s?[a-zA-Z]?|\s?[-–/+]\s?[a-zA-Z])*(?<=[0-9a-zA-Z])(?:\s[1-3]/[2-4])?"
_HOUSE = re.compile(_NUMBER)
_BEFORE_NUMBER = r"(?:(?:Haus)?(?:Nr|nummer|No)\b\.?\s?:?|№|Nº|n°)"
_STREET = re.compile(rf"(?P<street>\D.*?[^\W\d]\.?)\s*(?:{_BEFORE_NUMBER}\s*)?(?P<number>{_NUMBER})", re.I)
_NUMBER_FIRST = re.compile(rf"(?P<number>{_NUMBER}),?\s+(?P<street>[^\W\d].*[^\W\d]\.?)")
_COUNTRIES_NUMBER_FIRST = frozenset({"FR", "GB", "US", "CA", "IE", "AU", "NZ", "LU"})
_NUMBER_AND_EXTRA = re.compile(
    r"(?P<number>[^,;(]*[^,;(\s])\s*(?:[,;]\s*|\()(?P<extra>[^()]*[^()\s])\s*\)?|(?P<first>\S+)\s+(?P<rest>[^\W\d].*|\d+\..*)"
)
_NAMED_NUMBER = re.compile(rf"{_BEFORE_NUMBER}\s*(?P<number>{_NUMBER})", re.I)
_FRACTION = re.compile(r"(?P<whole>\d{0,4})[.,](?P<part>5|25|75)0*")
_NO_NUMBER = re.compile(r"0+|\d{5,}|\d{1,2}:\d{1,2}(?::\d{2})?|\d+[.,]\d+")
_CARE_OF = re.compile(r"(?<=[^\s,])[\s,]+(?=c/o\b)", re.I)
_STREET_WORD = re.compile(
    r"(?:.*(?:str\.?|straße|strasse|weg|platz|allee|gasse|ring|ufer|damm|markt|steig|chaussee|anger"
    r"|promenade|pfad|graben))"
    r"|(?:(?:am|an der|an den|im|in der|auf der|auf dem|unter den|zum|zur|hinter (?:dem|der|den)|vor (?:dem|der)"
    r"|bei der|beim|über der|platz (?:der|des)|allee (?:der|des)|straße der)\s\D+)"
    r"|(?:(?:straße|platz) des (?:\d{1,2}\.\s)?[^\W\d]+)"
    r"|(?:(?:вул|ул|просп|пр|пл|бул|пров)\.?\s\D+)|(?:(?:rue|avenue|place|via|calle|plaza|rua|piazza)\s\D+)",
    re.I,
)
_EXTRA = re.compile(
    r"^(?:(?:c/o|co\.|z\.\s?hd\.?|bei)\b.*|hinterhaus.*|hinterhof.*|vorderhaus.*|seitenflügel.*|hof.*|hh|hths\.?|vdhs\.?|rückgebäude.*"
    r"|rgb\.?|eingang.*|\d+\.\s?(?:og|ug|obergeschoss|stock|etage|floor).*|\d(?:st|nd|rd|th) floor.*|eg|ug|dg|og|erdgeschoss.*"
    r"|untergeschoss.*|dachgeschoss.*|souterrain.*|keller.*|haus\s\w{1,2}|gebäude.*|aufgang.*|postfach.*|stock.*|etage.*"
    r"|nebeneingang.*|seiteneingang.*|hintereingang.*|rückseite.*|parterre.*|wohnung.*|whg\.?.*|links|rechts|mitte)$",
    re.I,
)
_STREET_AND_EXTRA = re.compile(
    rf"(?P<text>\D.*?[^\W\d]\.?\s*(?:{_BEFORE_NUMBER}\s*)?{_NUMBER})\s+(?P<extra>[^\W\d]{{2}}.*|\d+\..*)",
    re.I,
)
_ROOM_BEHIND = re.compile(r"(?P<text>.*[^\W\d].*?)\s+(?P<room>(?:raum|saal|zimmer|room)\s+\S{1,8})", re.I)
_ROOM_WORD = re.compile(r"raum|saal|zimmer|room|\d\.? ?(?:og|ug)", re.I)
_ROOM = re.compile(r"^(?:raum|saal|zimmer|seminarraum|room)\b.*$", re.I)
_BOX = re.compile(r"(?:postfach|p\.?\s?o\.?\s?box|po box)\s*([\d ]{2,12})", re.I)
_ONLINE = re.compile(
    r"^(?:online|digital|virtuell|zoom|videokonferenz|webinar|jitsi|bigbluebutton|bbb|teams|ms teams"
    r"|via zoom|per zoom|online[\s(-].*)$",
    re.I,
)
_CITY_PART = re.compile(rf"^{CITY}\s*(?P<sign>[-–/,:]|\bOT\b|(?=\())\s*(?P<part>.+)$", re.I)
_BRACKET = re.compile(r"(?P<text>[^()]*[^\s()])\s*\((?P<inner>[^()]+)\)\s*(?P<behind>[^()]*)")
_LABEL = re.compile(
    r"(?:(?<=^)|(?<=[,;|\n])|(?<=\s))\s*(?:straße|strasse|str\.|hausnummer|haus-?nr\.?|plz|postleitzahl|ort|stadt|wohnort|adresse|anschrift"
    r"|land|street|city|town|postal code|postcode|zip|address|country)\s?:\s*",
    re.I,
)
_SEVERAL_STREETS = re.compile(r"\s(?:oder|und|bzw\.?|or|and|u\.)\s|\s[/+&]\s", re.I)
_WRONG_CODE = re.compile(r"(?P<code>(?=(?:\S*\d){3})[0-9A-Za-z]{3,7})\s+(?P<city>[^\W\d]\D+)")
_PIECES = re.compile(
    r"[,;|•\n]|(?<!\d)\s[–-](?:\s|$)|\s[–-]\s(?!\d{1,4}\s?[a-zA-Z]?(?:\s*[,;(]|\s*$))|\s[–-]$"
)
"""Between what stands in an address; the dash of '12 – 14' is not."""
_LONGEST_NAME = 80
_SHORTEST_DATE, _SHORTEST_PAIR = 6, 4
_LINK = re.compile(r"https?://\S+|www\.\S+", re.I)
_LAST_WORD = re.compile(r"(?P<rest>.*\d.*\S)\s+(?P<word>[^\W\d]{4,})", re.DOTALL)


class Split(NamedTuple):
    """The parts of an address, whether all of the text found its place, and what was noticed."""

    parts: dict[str, Any]
    whole: bool
    findings: tuple[Finding, ...] = ()


def split_address(text: str, country: str = "DE") -> Split:
    """Take an address apart; `country` is the one that it lies in unless it says another."""
    link = _LINK.search(text)
    if _ONLINE.match(_LINK.sub("", text).strip(" :,()-")) or (link and link.group() == text.strip()):
        return Split({"name": _LINK.sub("", text).strip(" :,()-") or "Online", "type": "virtual"}, True)
    text = _CARE_OF.sub(", ", re.sub(r"\s*\n\s*", ", ", text))
    if ":" in text:
        text = _LABEL.sub(", ", text).strip(" ,;")
    parts: dict[str, Any] = {}
    findings: list[Finding] = []
    text = _take_country(parts, text)
    country = parts.get("country", country)
    code, before, after = _take_code(parts, text, country)
    whole = True
    if code:
        if _BOX.search(before) and not _BOX.search(after):
            parts["type"] = "postal"
        city, *behind = [part.strip() for part in re.split(r"[,;|]", after) if part.strip(" .")] or [""]
        if not city and parts.get("country", country) in {"GB", "IE", "CA", "US", "AU"}:
            before, _, city = before.rstrip(" ,").rpartition(",")
        if city and behind and _STREET.fullmatch(city) and not _STREET.fullmatch(behind[0]):
            city, behind = behind[0], [city, *behind[1:]]
        whole = _place_city(parts, city) if city or before or behind else True
    else:
        before, behind = text, []
    pieces = [piece.strip() for piece in _PIECES.split(before) if piece.strip(" .,–-")]
    if not _place_pieces(parts, pieces, country, findings):
        whole = False
    for piece in behind:
        if not _place_behind(parts, piece, country, findings):
            whole = False
    if (
        "name" in parts
        and "street" in parts
        and "city" not in parts
        and district_of(parts["name"]) is not None
    ):
        _named_city(parts, parts.pop("name"), findings)
    if parts.keys() == {"name"}:
        known = district_of(text)
        if known in DISTRICTS:
            return Split({"city": CITY, "district": known}, True)
        if known == CITY:
            return Split({"city": CITY}, True)
        whole = whole and len(text) <= _LONGEST_NAME and not any(map(str.isdigit, text))
    return Split(parts, whole and bool(parts), tuple(findings))


def split_street(text: str, country: str = "DE") -> tuple[str, str] | None:
    """Street and house number of one field."""
    text = text.strip(" ,")
    match = _STREET.fullmatch(text)
    if match is None and country in _COUNTRIES_NUMBER_FIRST and text[:1].isdigit():
        match = _NUMBER_FIRST.fullmatch(text)
    if match is None:
        return None
    return match["street"].strip(" ,"), re.sub(r"\s+", " ", match["number"]).strip()


def street_parts(text: str, country: str = "DE") -> Split:
    """Take the field of a street apart, with what stands behind the house number: 'Schillerstr. 18 (Hinterhaus)'."""
    parts: dict[str, Any] = {}
    findings: list[Finding] = []
    text = _CARE_OF.sub(", ", text)
    pieces = [piece.strip() for piece in _PIECES.split(text) if piece.strip(" .,–-")]
    whole = _place_pieces(parts, pieces, country, findings)
    return Split(parts, whole and "city" not in parts, tuple(findings))


def house_number(text: str) -> Split:
    """Take the field of a house number apart: the number, an addition behind it, and dates that a spreadsheet has made."""
    text = in_western_digits(text).strip(" ,;")
    guess = date_made(text, serials=True) if len(text) >= _SHORTEST_PAIR else None
    if not guess and _HOUSE.fullmatch(text) and text.strip("0"):
        return Split({"house_number": " ".join(text.split())}, True)
    if text.endswith(".0") and text[:-2].isdecimal() and len(text) < 7:
        return Split({"house_number": text[:-2]}, True)
    fraction = _FRACTION.fullmatch(text)
    if fraction and not guess:
        part = {"5": "1/2", "25": "1/4", "75": "3/4"}[fraction["part"]]
        guess = f"{fraction['whole'].strip('0')} {part}".strip()
    if guess:
        return Split({}, False, (_date_found(text, guess),))
    named = _NAMED_NUMBER.fullmatch(text)
    if named:
        return Split({"house_number": named["number"]}, True)
    if _NO_NUMBER.fullmatch(text):
        return Split({}, False, (finding("HOUSE_NUMBER_UNREADABLE", text)._replace(part="house_number"),))
    if _EXTRA.match(text) or _ROOM.match(text):
        return Split({"extra": text}, True)
    beside = _NUMBER_AND_EXTRA.fullmatch(text)
    if beside:
        number, extra = beside["number"] or beside["first"], beside["extra"] or beside["rest"]
        if (_is_addition(extra) and number[0].isdigit()) or date_made(number):
            split = house_number(number)
            extras = (split.parts.get("extra"), extra)
            return split._replace(parts={**split.parts, "extra": ", ".join(filter(None, extras))})
    if any(map(str.isdigit, text)) and len(text) <= _LONGEST_NAME:
        unusual = finding("HOUSE_NUMBER_UNUSUAL", text)._replace(part="house_number")
        return Split({"house_number": text}, False, (unusual,))
    return Split({}, False, (finding("HOUSE_NUMBER_UNREADABLE", text)._replace(part="house_number"),))


def _date_found(text: str, guess: str) -> Finding:
    return finding("SPREADSHEET_DATE", text, became=guess)._replace(part="house_number")


def _take_country(parts: dict[str, Any], text: str) -> str:
    """Take the country out of an address, and give back the rest."""
    pieces = text.split(",")
    for place in range(len(pieces) - 1, 0, -1):
        country = country_of(pieces[place].strip(" ()"))
        if country:
            parts["country"] = country
            return ",".join((*pieces[:place], *pieces[place + 1 :])).strip(" ,")
    country = country_of(text.rpartition(" ")[2])
    word = _LAST_WORD.fullmatch(text) if country else None
    if word and not re.search(r"\d\s*$", word["rest"]):
        parts["country"] = country
        return word["rest"].strip(" ,")
    return text


def _take_code(parts: dict[str, Any], text: str, country: str) -> tuple[bool, str, str]:
    """Take the postal code out of an address: whether there is one, what stands before it, and what behind."""
    signed = _SIGNED.search(text) if "-" in text or "–" in text else None
    if signed:
        found = signed_code(signed.group())
        if found:
            parts["country"] = parts.get("country", found[0])
            parts["postal_code"] = found[1]
            return True, text[: signed.start()], text[signed.end() :].lstrip(" ,;")
    matches = list(_POSTAL.finditer(text))
    match = matches[-1] if matches else None
    if len(matches) > 1:
        match = next(
            (one for one in matches if text[: one.start()].rstrip()[-1:] in {"", ",", ";", "|"}), match
        )
    if match and (
        match["sign"] or country not in FORMATS or code_in(country, in_western_digits(match["code"]))
    ):
        parts["postal_code"] = in_western_digits(match["code"])
        if match["sign"]:
            parts["country"] = parts.get("country", "DE")
        return True, text[: match.start()], text[match.end() :]
    if country == "DE" or country not in FORMATS:
        return False, text, ""
    codes = list(re.finditer(rf"(?<![\w./-])(?:{FORMATS[country]})(?![\w/-])", text, re.I))
    at_start = [one for one in codes if text[: one.start()].rstrip()[-1:] in {"", ",", ";", "|"}]
    for one in (at_start or codes)[-1:]:
        code = code_in(country, one.group())
        if code:
            parts["postal_code"] = code
            return True, text[: one.start()], text[one.end() :].lstrip(" ,;")
    return False, text, ""


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
        return not any(map(str.isdigit, part))
    bracket = _BRACKET.fullmatch(city)
    if bracket and _is_addition(bracket["inner"]) and not bracket["behind"]:
        _add_extra(parts, bracket["inner"].strip())
        city = bracket["text"]
    if city:
        parts["city"] = city.strip(" .")
    return bool(city) and not any(map(str.isdigit, city)) and len(city) <= 80


def _is_addition(text: str) -> bool:
    return bool(_EXTRA.match(text.strip()) or _ROOM.match(text.strip()))


def _add_extra(parts: dict[str, Any], extra: str) -> None:
    parts["extra"] = f"{parts['extra']}, {extra}" if "extra" in parts else extra


def _place_pieces(parts: dict[str, Any], pieces: list[str], country: str, findings: list[Finding]) -> bool:
    """What stands before the postal code: names, street, additions. False when something found no place."""
    names: list[str] = []
    extras: list[str] = []
    whole = True
    for given in pieces:
        piece = given
        bracket = _BRACKET.fullmatch(piece) if "(" in piece and not _EXTRA.match(piece) else None
        if bracket and (_is_addition(bracket["inner"]) or split_street(bracket["text"], country)):
            extras.append(" ".join((bracket["inner"].strip(), bracket["behind"].strip())).strip())
            piece = bracket["text"]
        piece = _take_addition(parts, extras, piece)
        box = _BOX.fullmatch(piece)
        street = split_street(piece, country)
        if box:
            parts["type"], parts["street"] = "postal", f"Postfach {box[1].strip()}"
        elif _EXTRA.match(piece):
            extras.append(piece)
        elif _ROOM.match(piece):
            parts.setdefault("room", piece)
        elif _SEVERAL_STREETS.search(piece) and _is_undecided(piece, country):
            whole = False
        elif _place_street(parts, piece, street, findings):
            continue
        elif (
            _HOUSE.fullmatch(piece)
            and "house_number" not in parts
            and ("street" in parts or _last_is_street(names))
        ):
            if "street" not in parts:
                parts["street"] = names.pop()
            parts["house_number"] = piece
        elif "city" not in parts and ("street" in parts or names) and _named_city(parts, piece, findings):
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
        parts["name"] = ", ".join(names).strip(" ")
    if extras:
        parts["extra"] = ", ".join((*extras, *filter(None, [parts.get("extra")])))
    return whole


def _take_addition(parts: dict[str, Any], extras: list[str], piece: str) -> str:
    """Take a room or an addition from the end of a piece, and give back the rest."""
    if not piece[-1:].isalpha() and not _ROOM_WORD.search(piece):
        return piece
    if _is_addition(piece):
        return piece
    room = _ROOM_BEHIND.fullmatch(piece)
    if room and "room" not in parts:
        parts["room"] = room["room"]
        return room["text"]
    behind = _STREET_AND_EXTRA.fullmatch(piece) if any(map(str.isdigit, piece)) else None
    if behind and _EXTRA.match(behind["extra"]):
        extras.append(behind["extra"])
        return behind["text"]
    return piece


def _place_street(
    parts: dict[str, Any], piece: str, street: tuple[str, str] | None, findings: list[Finding]
) -> bool:
    """Put a street, with its number, into its place; a date that a spreadsheet made of a number is left out."""
    if "street" in parts:
        return False
    made = _made(piece, street)
    if made:
        parts["street"] = made[0]
        findings.append(_date_found(made[1], made[2]))
        return True
    if street:
        parts["street"], parts["house_number"] = street
        return True
    if _STREET_WORD.fullmatch(piece):
        parts["street"] = piece
        return True
    return False


def _made(piece: str, street: tuple[str, str] | None) -> tuple[str, str, str] | None:
    """Find a date behind a street: most streets end in a number that is none."""
    if street and len(street[1]) < _SHORTEST_DATE and _last_word(street[0]) not in MONTHS:
        return None
    return date_behind(piece) if any(map(str.isdigit, piece)) else None


def _last_word(text: str) -> str:
    return text.rpartition(" ")[2].rstrip(".").casefold()


def _last_is_street(names: list[str]) -> bool:
    return bool(names) and _STREET_WORD.fullmatch(names[-1]) is not None


def _is_undecided(piece: str, country: str) -> bool:
    """Whether a piece names two streets, of which nobody knows which one counts."""
    sides = [side.strip() for side in _SEVERAL_STREETS.split(piece)]
    return len(sides) > 1 and all(
        split_street(side, country) or _STREET_WORD.fullmatch(side) for side in sides
    )


def _named_city(parts: dict[str, Any], piece: str, findings: list[Finding]) -> bool:
    """A city or district without a postal code, where it is a known one; or behind a code that is none."""
    wrong = _WRONG_CODE.fullmatch(piece) if "postal_code" not in parts else None
    if wrong and not split_street(piece):
        findings.append(finding("POSTAL_CODE_UNREADABLE", wrong["code"])._replace(part="postal_code"))
        return _place_city(parts, wrong["city"])
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


def _place_behind(parts: dict[str, Any], piece: str, country: str, findings: list[Finding]) -> bool:
    """What stands behind the city: a street, a country, a district, a state, an addition."""
    named, district = country_of(piece), district_of(piece)
    if named:
        parts["country"] = named
    elif piece.casefold() == "hessen":
        parts["state"] = "Hessen"
    elif district in DISTRICTS and "district" not in parts:
        parts["district"] = district
    elif _ROOM.match(piece) and "room" not in parts:
        parts["room"] = piece
    elif _EXTRA.match(piece):
        _add_extra(parts, piece)
    elif "street" not in parts and (
        split_street(piece, country) or _STREET_WORD.fullmatch(piece) or _made(piece, None)
    ):
        return _place_pieces(parts, [piece], country, findings)
    elif "house_number" not in parts and "street" in parts and _HOUSE.fullmatch(piece):
        parts["house_number"] = piece
    elif not any(map(str.isdigit, piece)) and "extra" not in parts:
        _add_extra(parts, piece)
    else:
        return False
    return True
