"""Reads places: an address in one piece, in parts, or several of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allin_schemas.reading.addresses import Split, house_number, split_address, split_street, street_parts
from allin_schemas.reading.calendar_words import MONTHS, date_made
from allin_schemas.reading.cleaning import cells_of, gathered, refers, tidy, written
from allin_schemas.reading.districts import CITY, district_of
from allin_schemas.reading.findings import BLANK, Context, Finding, Reading, finding, unreadable
from allin_schemas.reading.links import read_url
from allin_schemas.reading.postal import read_country, signed_code
from allin_schemas.reading.texts import LONGEST_LINE

_POSTAL = re.compile(r"(?<!\d)[0-9]{5}(?!\d)")
_POSTAL_AND_TOWN = re.compile(r"(?<!\d)[0-9]{5}(?!\d)[\s,]*[^\W\d]")
_BESIDE_CITY = ("district", "extra", "room", "state", "country")
_NO_PART = re.compile(
    r"(?:\S+@\S+\.\w+|(?:https?://|www\.)\S+|(?:[A-Z]{1,2}-)?\s*[+(]?\d[\d\s/().+-]{3,})\s*\Z", re.I
)
"""A mail or web address, a postal code or a number: no city, street or district."""
_NAMED_PARTS = ("city", "street", "district")
_USUAL = "DE"
_LONGEST_NUMBER = 4
_UNDECIDED = re.compile(
    r".*(?:noch (?:nicht|offen|unklar)|bekannt\s?gegeben|bekanntgegeben|angekündigt|to be announced|to be confirmed).*"
    r"|(?:wechselnd|verschieden|unterschiedlich|various|different|changing)\w*(?:\s\w+){0,3}"
    r"|(?:ort|adresse|treffpunkt)?\s?(?:nach (?:absprache|vereinbarung)|auf anfrage|on request|folgt(?: noch)?)",
    re.I,
)
"""What people write where no address is fixed: worth showing, and no address."""
_CODE_AND_CITY = re.compile(r"(?P<code>[0-9]{4,5})\s+(?P<city>[^\W\d].*)")
_USUAL_STREET = re.compile(r"(?P<street>[^\d(),;]*[^\W\d]\.?) (?P<number>[1-9][0-9]{0,3}[a-zA-Z]?)")
_USUAL_ADDRESS = re.compile(
    r"(?P<street>[^\d(),;:|•\n]{2,60}[^\W\d]\.?) (?P<house_number>[1-9][0-9]{0,3}[a-zA-Z]?), (?P<postal_code>[0-9]{5}) "
    rf"(?P<city>{CITY})"
)
_NO_STREET = frozenset(
    [
        "nr",
        "no",
        "nummer",
        "hausnr",
        "haus-nr",
        "hausnummer",
        "postfach",
        "box",
        "raum",
        "saal",
        "zimmer",
        "haus",
        "etage",
        "stock",
    ]
)
_JOINED = re.compile(r"\s(?:oder|und|bzw\.?|or|and|u\.|[–/+&-])\s|\bc/o\b", re.I)
_PLAIN_STREET = re.compile(r"[^\d(),;]*[0-9]{1,4}\s?[a-zA-Z]?")
_NAMED_AFTER_A_DAY = re.compile(r".*\b(?:des|der|du|vom|am)\s\d{1,2}\.?\s[^\W\d]+(?:\s\d{4})?", re.I)
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
    if refers(text):
        return unreadable("PLACE_REFERS", text)
    pieces = [text]
    for separator in (r"\s*;\s*", r"\n\s*\n", r"\n", r"\s+(?:und|oder|bzw\.?|and|or)\s+"):
        tried = [piece.strip(" ,") for piece in re.split(separator, text) if piece.strip(" ,")]
        if len(tried) > 1 and all(_POSTAL_AND_TOWN.search(piece) for piece in tried):
            pieces = tried
            break
    reading = gathered([_of_text(piece, context) for piece in pieces])
    if len(pieces) > 1:
        return Reading(reading.value, (*reading.findings, finding("PLACES_SEVERAL", text)))
    return reading


def _of_text(text: str, context: Context) -> Reading:
    usual = _USUAL_ADDRESS.fullmatch(text) if context.country == _USUAL else None
    if usual and _is_street(usual["street"]):
        return Reading([usual.groupdict()])
    line = " ".join(text.split())
    if len(line) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    guess = date_made(line)
    if guess:
        return unreadable("SPREADSHEET_DATE", line, became=guess)
    if _UNDECIDED.fullmatch(line):
        return Reading([{"raw": line}], (finding("PLACE_UNSPLIT", line),))
    parts, whole, findings = split_address(text, context.country)
    link = _LINK.search(text)
    if parts.get("type") == "virtual" and link:
        address = read_url(link.group(), context)
        if address.value:
            parts["url"] = address.value
        return Reading([parts], address.findings)
    if context.country != _USUAL:
        _set_country(parts, context)
    if whole:
        return Reading([parts], findings)
    if findings:
        return Reading([parts] if parts else None, findings)
    return Reading([{**parts, "raw": line}], (finding("PLACE_UNSPLIT", line),))


def _of_parts(parts: Mapping[str, Any], context: Context) -> Reading:
    """A place whose parts are written apart; what was also written in one piece fills the gaps."""
    from allin_schemas.reading.structures import read_structure
    from allin_schemas.values import Place

    rest = dict(parts)
    whole = rest.pop("raw", None)
    findings: list[Finding] = []
    place: dict[str, Any] = {}
    if "country" in rest:
        context = _in_country(rest, context, findings)
    if whole is not None:
        read = read_place(whole, context)
        findings.extend(read.findings)
        place.update(read.value or {})
    if "city" in rest:
        _put_town_right(rest, findings)
    apart = read_structure(Place, rest, context)
    findings.extend(apart.findings)
    said = dict(apart.value or {})
    if "house_number" in said:
        findings.extend(_take_number(said))
    if "street" in said:
        findings.extend(_take_street(said, context))
    if said.get("city") and said["city"] != CITY:
        findings.extend(_take_city(said))
    for part in _NAMED_PARTS:
        if part in said and _NO_PART.match(said[part]):
            findings.append(finding("PLACE_PART_UNFIT", "…")._replace(part=part))
            del said[part]
    code = rest.get("postal_code")
    if code.__class__ is str and code[:1].isalpha() and "country" not in said:
        signed = signed_code(code.strip())
        if signed:
            said["country"] = signed[0]
    if said.get("street") and "name" in place and place["name"] == said["street"]:
        del place["name"]
    place.update(said)
    if context.country != _USUAL:
        _set_country(place, context)
    return Reading([place] if place else None, tuple(findings))


def _in_country(rest: dict[str, Any], context: Context, findings: list[Finding]) -> Context:
    """The context of the country that its own column names, unless a city of ours stands beside it."""
    code = read_country(rest["country"], context).value
    if code is None or code == context.country:
        return context
    if code != _USUAL and district_of(written(rest.get("city"))) is not None:
        told = finding("COUNTRY_ELSEWHERE", written(rest.pop("country")))
        findings.append(told._replace(part="country"))
        return context
    return replace(context, country=code)


def _set_country(place: dict[str, Any], context: Context) -> None:
    """Name the country of an address that lies outside of Germany by the source's setting or the record's own word."""
    if place.keys() & {"postal_code", "city", "street"}:
        place.setdefault("country", context.country)


def _put_town_right(rest: dict[str, Any], findings: list[Finding]) -> None:
    """Put postal code and city into their places, where each stands in the other's or both in one."""
    city = written(rest["city"]).strip()
    if not city[:1].isdigit():
        return
    code = written(rest.get("postal_code")).strip()
    if city.isdigit() and code and not any(map(str.isdigit, code)):
        rest["postal_code"], rest["city"] = city, code
        findings.append(finding("CITY_AND_CODE_SWAPPED", f"{code} {city}", became=f"{city} {code}"))
        return
    both = _CODE_AND_CITY.fullmatch(city)
    if both:
        rest["postal_code"], rest["city"] = code or both["code"], both["city"]
        if code not in {"", both["code"]}:
            findings.append(finding("SEVERAL_VALUES", f"{code}; {city}")._replace(part="city"))


def _take_number(said: dict[str, Any]) -> tuple[Finding, ...]:
    """Put a house number into its place, and what stands behind it beside it."""
    number = said.pop("house_number")
    if number.isdecimal() and len(number) <= _LONGEST_NUMBER and number[0] != "0":
        said["house_number"] = number
        return ()
    split = house_number(number)
    _beside(said, split.parts)
    return split.findings


def _take_street(said: dict[str, Any], context: Context) -> tuple[Finding, ...]:
    """Put street, number and addition into their places."""
    street = said["street"]
    usual = _USUAL_STREET.fullmatch(street)
    if usual and "house_number" not in said and _is_street(usual["street"]):
        said["street"], said["house_number"] = usual["street"], usual["number"]
        return ()
    if refers(street):
        del said["street"]
        return (finding("PLACE_REFERS", street)._replace(part="street"),)
    if not any(map(str.isdigit, street)) and "(" not in street and "," not in street:
        return ()
    apart = split_street(street, context.country)
    if apart and _PLAIN_STREET.fullmatch(street) and _is_street(apart[0]):
        split = Split({"street": apart[0], "house_number": apart[1]}, True)
    else:
        guess = date_made(street, serials=True)
        if guess:
            del said["street"]
            return (finding("SPREADSHEET_DATE", street, became=guess)._replace(part="street"),)
        split = street_parts(street, context.country)
        if not split.whole and _POSTAL.search(street):
            split = split_address(street, context.country)
            code = split.parts.get("postal_code")
            if said.get("postal_code", code) != code:
                split = Split({}, False)
    if "street" not in split.parts or not split.whole:
        if _NAMED_AFTER_A_DAY.fullmatch(street):
            return ()
        return (finding("PLACE_UNSPLIT", street)._replace(part="street"),)
    parts = dict(split.parts)
    said["street"] = parts.pop("street")
    number = parts.pop("house_number", None)
    twice: tuple[Finding, ...] = ()
    if number and said.setdefault("house_number", number) != number:
        shown = finding("SEVERAL_VALUES", f"{street}; {said['house_number']}")
        said["street"], twice = street, (shown._replace(part="house_number"),)
    _beside(said, parts)
    return (*(one._replace(part="street") for one in split.findings), *twice)


def _is_street(text: str) -> bool:
    """Whether a text before a number is one street and nothing else: no month, no 'Nr.', no 'c/o'."""
    last = text.rpartition(" ")[2].rstrip(".").casefold()
    return last not in MONTHS and last not in _NO_STREET and _JOINED.search(text) is None


def _beside(said: dict[str, Any], parts: Mapping[str, Any]) -> None:
    """Add parts that were written with another one; additions are joined."""
    for name, part in parts.items():
        if name == "extra" and said.get("extra") not in (None, part):
            said["extra"] = f"{said['extra']}, {part}"
        else:
            said.setdefault(name, part)


def _take_city(said: dict[str, Any]) -> tuple[Finding, ...]:
    """The city, without the district that is written with it; a date or a number is no city."""
    city = said["city"]
    if refers(city):
        del said["city"]
        return (finding("PLACE_REFERS", city)._replace(part="city"),)
    if any(map(str.isdigit, city)):
        guess = date_made(city)
        if guess or not any(map(str.isalpha, city)):
            del said["city"]
            code = ("SPREADSHEET_DATE", guess) if guess else ("TOWN_UNREADABLE", "")
            return (finding(code[0], city, became=code[1])._replace(part="city"),)
    apart = split_address(f"00000 {city}")
    if apart.whole and apart.parts.get("city") == CITY:
        beside = {part: apart.parts[part] for part in _BESIDE_CITY if part in apart.parts}
        said.update({**beside, **said, "city": CITY})
    elif apart.whole and apart.parts.keys() == {"postal_code", "city", "extra"}:
        said["city"] = apart.parts["city"]
        _beside(said, {"extra": apart.parts["extra"]})
    return ()
