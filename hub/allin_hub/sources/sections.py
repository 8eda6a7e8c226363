"""Know the lines between records that only say what comes below them: `Stadtteil Nord`, `Kultur und Musik (2)`."""

from __future__ import annotations

import re
from typing import NamedTuple

from allin_hub.mapping.synonyms import words_of
from allin_schemas.reading.districts import DISTRICTS, district_of

_LONGEST = 80
_LEGAL_FORM = re.compile(
    r"\be\.?\s?V\b|\bg?(?:GmbH|UG|eG|AG|KG|GbR)\b|\bStiftung\b|\beingetragener? Verein\b"
    r"|\w(?:verein|verband|bund|club|klub|initiative|treff|gruppe|kreis|chor|team|zentrum|haus|werkstatt)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\s*[(\[]\s*\d{1,4}(?:\s+[^\W\d]+)?\s*[)\]]\s*:?\Z")
_RULED = re.compile(r"\s*([-–—=*#~_•])\1*\s*(\S.*?)\s*\1+\s*\Z", re.DOTALL)
_OF_DISTRICTS = re.compile(
    r"(?:stadtteil|ortsteil|stadtbezirk|ortsbezirk|bezirk|stadtviertel|viertel|quartier|district|neighbou?rhood"
    r"|semt|mahalle|район|حي)\b[\s:–-]*(\S.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_OF_TOPICS = re.compile(
    r"(?:kategorie|bereich|thema|themenfeld|themenbereich|rubrik|sparte|schwerpunkt|category|topic|section|konu|тема)\b"
    r"[\s:–-]*(\S.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_OF_NOTHING = re.compile(
    r"(?:[A-Z]|[A-Z]\s*[-–—]\s*[A-Z]|(?:sonstiges?|andere|weitere|other|others|diğer)"
    r"(?:\s+(?:vereine|organisationen|gruppen|initiativen|angebote|termine|organi[sz]ations|groups))?"
    r"|(?:vereine|organisationen|initiativen|gruppen|einrichtungen|angebote|veranstaltungen|termine|kurse|associations"
    r"|organi[sz]ations|events)\s+(?:in|im|am|aus|für|der|des|mit|of|for|with)\s.*"
    r"|(?:(?:mo|diens|donners|frei|sams)n?tag|mittwoch|sonntag|sonnabend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"(?:,?\s+(?:den\s+)?[\d.\s]+(?:[^\W\d]+\s*\d*)?)?"
    r"|(?:kw|kalenderwoche|week)\s*\d{1,2}.*"
    r"|(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|january|february|march|may|june|july|october|december)(?:\s+\d{4})?)\Z",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN_TOPICS = re.compile(r"\s*[,/&+]\s*|\s+(?:und|sowie|and|ve|та|і)\s+", re.IGNORECASE)
_TOPICS = frozenset(
    words_of(word)
    for word in [
        "Sport",
        "Kultur",
        "Musik",
        "Tanz",
        "Theater",
        "Kunst",
        "Literatur",
        "Film",
        "Medien",
        "Bildung",
        "Beratung",
        "Begegnung",
        "Integration",
        "Migration",
        "Flucht",
        "Asyl",
        "Soziales",
        "Gesundheit",
        "Pflege",
        "Umwelt",
        "Natur",
        "Klima",
        "Tierschutz",
        "Politik",
        "Religion",
        "Glaube",
        "Kirche",
        "Kirchen",
        "Jugend",
        "Kinder",
        "Familie",
        "Familien",
        "Frauen",
        "Männer",
        "Mädchen",
        "Jungen",
        "Senioren",
        "Seniorinnen und Senioren",
        "Ältere",
        "Menschen mit Behinderung",
        "Inklusion",
        "Selbsthilfe",
        "Wohnen",
        "Arbeit",
        "Beruf",
        "Ausbildung",
        "Schule",
        "Kita",
        "Sprache",
        "Sprachen",
        "Sprachkurse",
        "Deutschkurse",
        "Recht",
        "Rechtsberatung",
        "Freizeit",
        "Nachbarschaft",
        "Ehrenamt",
        "Engagement",
        "Wissenschaft",
        "Geschichte",
        "Heimat",
        "Brauchtum",
        "Garten",
        "Gärten",
        "Kochen",
        "Ernährung",
        "Handwerk",
        "Wirtschaft",
        "Technik",
        "Digitales",
        "Verkehr",
        "Antirassismus",
        "Antidiskriminierung",
        "Menschenrechte",
        "Frieden",
        "Internationales",
        "Eine Welt",
        "Entwicklungszusammenarbeit",
        "Sports",
        "Culture",
        "Music",
        "Dance",
        "Art",
        "Arts",
        "Education",
        "Health",
        "Environment",
        "Youth",
        "Children",
        "Family",
        "Women",
        "Counselling",
        "Spor",
        "Kültür",
        "Müzik",
        "Eğitim",
        "Sağlık",
        "Gençlik",
        "Kadın",
        "Спорт",
        "Культура",
        "Музика",
        "Освіта",
    ]
)


class Section(NamedTuple):
    """A line between records, and what it says of those below."""

    district: str | None = None
    topic: str | None = None


def section_of(text: str, *, is_spanned: bool) -> Section | None:
    """Read a text that stands alone in its row as a section; None where it may be a record's name.

    `is_spanned`: its cell was merged across the table, so it is none of the records.
    """
    plain = " ".join(text.split())
    if len(plain) > _LONGEST or _LEGAL_FORM.search(plain):
        return None
    is_marked = is_spanned
    ruled = _RULED.match(plain)
    if ruled:
        plain, is_marked = ruled[2], True
    counted = _COUNT.search(plain)
    if counted:
        plain, is_marked = plain[: counted.start()], True
    if plain.endswith(":"):
        plain, is_marked = plain[:-1].rstrip(), True
    named = _OF_DISTRICTS.match(plain)
    if named:
        return Section(district=named[1].strip())
    known = district_of(plain)
    if known in DISTRICTS:
        return Section(district=known)
    named = _OF_TOPICS.match(plain)
    if named:
        return Section(topic=named[1].strip())
    parts = [words_of(part) for part in (plain, *_BETWEEN_TOPICS.split(plain))]
    if parts[0] in _TOPICS or (len(parts) > 1 and _TOPICS.issuperset(parts[1:])):
        return Section(topic=plain)
    return Section() if is_marked or _OF_NOTHING.match(plain) else None


def has_legal_form(text: str) -> bool:
    """Whether a text calls itself an association, or something of that sort."""
    return _LEGAL_FORM.search(text) is not None
