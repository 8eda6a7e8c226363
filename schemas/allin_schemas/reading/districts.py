"""Reads the districts of Kassel, and keeps what lies elsewhere as it was written."""

from __future__ import annotations

import re
from typing import Any

from allin_schemas.reading.calendar_words import date_made
from allin_schemas.reading.cleaning import cells_of, gathered, of_text, refers, tidy
from allin_schemas.reading.findings import BLANK, Context, Reading, finding, unreadable
from allin_schemas.reading.keys import plain
from allin_schemas.reading.texts import LONGEST_LINE, items_of

CITY = "Kassel"
_LONGEST = 2_000
DISTRICTS: dict[str, str] = {
    "Bad Wilhelmshöhe": "Wilhelmshöhe, Wahlershausen, Mulang, Marbachshöhe",
    "Bettenhausen": "Salzmannshausen, Eichwald",
    "Brasselsberg": "",
    "Fasanenhof": "",
    "Forstfeld": "Lindenberg",
    "Harleshausen": "",
    "Jungfernkopf": "",
    "Kirchditmold": "Kirch-Ditmold",
    "Mitte": "Innenstadt, Stadtmitte, Zentrum, Altstadt, Stadtzentrum, City",
    "Niederzwehren": "Nieder-Zwehren",
    "Nord-Holland": "Nord, Nordstadt, Nord (Holland), Nordholland, Nord Holland, Holland",
    "Nordshausen": "",
    "Oberzwehren": "Ober-Zwehren, Mattenberg, Brückenhof, Schenkelsberg",
    "Philippinenhof-Warteberg": "Philippinenhof, Warteberg, Philippinenhof Warteberg, "
    "Philippinenhof/Warteberg",
    "Rothenditmold": "Rothen-Ditmold",
    "Süsterfeld-Helleböhn": "Süsterfeld, Helleböhn, Süsterfeld/Helleböhn",
    "Südstadt": "Süd, Auefeld",
    "Unterneustadt": "Unter-Neustadt",
    "Vorderer Westen": "West, Vord. Westen, Vorderer-Westen, Weststadt, Hinterer Westen",
    "Waldau": "",
    "Wehlheiden": "",
    "Wesertor": "",
    "Wolfsanger-Hasenhecke": "Wolfsanger, Hasenhecke, Wolfsanger/Hasenhecke",
}
"""The city's 23 districts -> other names, parts that people name instead, and spellings."""

_WHOLE_CITY = (
    "kassel, ganz kassel, stadt kassel, stadtgebiet, gesamtes stadtgebiet, stadtweit, kasselweit, alle, "
    "alle stadtteile,"
    " alle bezirke, überall, gesamte stadt, ganze stadt, kassel stadt, stadtgebiet kassel, whole city, "
    "all districts"
)
_AROUND = (
    "Ahnatal, Baunatal, Calden, Espenau, Fuldabrück, Fuldatal, Habichtswald, Hann. Münden, Helsa, "
    "Hofgeismar, Immenhausen, Kaufungen, Lohfelden, Melsungen,"
    " Niestetal, Schauenburg, Söhrewald, Staufenberg, Vellmar, Wolfhagen, Zierenberg, Landkreis Kassel, "
    "Kreis Kassel, Region Kassel, Stadt und Landkreis Kassel,"
    " Nordhessen, Hessen, Deutschland, bundesweit, deutschlandweit, hessenweit, landesweit, online, "
    "Werra-Meißner-Kreis, Schwalm-Eder-Kreis,"
    " Landkreis Waldeck-Frankenberg"
)


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", " ", plain(text)).strip()


_KNOWN: dict[str, str] = {}
for _name, _others in DISTRICTS.items():
    _KNOWN.update((_key(_spelling), _name) for _spelling in (_name, *_others.split(",")) if _key(_spelling))
_KNOWN.update((_key(_spelling), CITY) for _spelling in _WHOLE_CITY.split(","))
_KNOWN.update((_key(_spelling), _spelling.strip()) for _spelling in _AROUND.split(","))
_PREFIX = re.compile(
    r"^(?:3\d{4}\s+)?(?:(?:stadt|kassel|ks)\b[\s,/:–-]*)+(?=\w)|^(?:stadtteil|ortsteil|ortsbezirk|bezirk"
    r"|ot)\b[\s:]*",
    re.I,
)


def district_of(text: str) -> str | None:
    """The district, the city or the place around it that a text names, under its usual name."""
    known = _KNOWN.get(_key(text))
    if known:
        return known
    bare = _PREFIX.sub("", text)
    return _KNOWN.get(_key(bare)) if bare != text else None


def _district(text: str, _context: Context) -> Reading:
    known = district_of(text)
    if known:
        return Reading(known)
    if refers(text):
        return unreadable("PLACE_REFERS", text)
    if any(map(str.isdigit, text)):
        guess = date_made(text)
        if guess:
            return unreadable("SPREADSHEET_DATE", text, became=guess)
        if not any(map(str.isalpha, text)):
            return unreadable("TOWN_UNREADABLE", text)
    if len(text) > LONGEST_LINE:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(LONGEST_LINE))
    return Reading(text, (finding("DISTRICT_UNKNOWN", text, _nearest(text)),))


def _nearest(text: str) -> str | None:
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    found = process.extractOne(
        _key(_PREFIX.sub("", text[:80])),
        _KNOWN.keys(),
        scorer=JaroWinkler.normalized_similarity,
        score_cutoff=0.88,
    )
    return _KNOWN[found[0]] if found else None


read_district = of_text(_district)
"""One district."""


def read_districts(cell: Any, context: Context) -> Reading:
    """The districts and places that something serves."""
    return gathered([_several(answer, context) for answer in cells_of(cell)])


def _several(answer: Any, context: Context) -> Reading:
    text, fault = tidy(answer, several_lines=True)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    if len(text) > _LONGEST:
        return unreadable("TEXT_TOO_LONG", text, length=str(len(text)), most=str(_LONGEST))
    whole = district_of(text)
    if whole:
        return Reading([whole])
    items = [part for item in items_of(text) for part in _parted(item)]
    readings = [_district(item, context) for item in items]
    return Reading(
        [reading.value for reading in readings if reading.value] or None,
        tuple(one for reading in readings for one in reading.findings),
    )


def _parted(item: str) -> list[str]:
    """'Nord und West' as two, 'Stadt und Landkreis Kassel' as one."""
    if district_of(item):
        return [item]
    parts = [
        part.strip() for part in re.split(r"\s+(?:und|and|sowie|u\.)\s+|\s*[&+/]\s*", item) if part.strip()
    ]
    return parts if any(district_of(part) for part in parts) else [item]
