"""The words that stand around days and times, and what each does there."""

from __future__ import annotations

import re
from enum import StrEnum

from allin_schemas.reading.calendar_words import WEEKDAYS


class Sort(StrEnum):
    """What a token is. The value is the sign of those that the patterns of spans look at."""

    DAY = "D"
    DAY_BAD = "X"
    """It looks like a day, and no calendar has it, or nobody can say which it is."""
    TIME = "T"
    TIME_BAD = "x"
    """It speaks of a time that cannot be read."""
    NUMBER = "n"
    WEEKDAY = "W"
    DASH = "-"
    UNTIL = "B"
    AND = "&"
    OR = "o"
    BREAK = ","
    CELL = "|"
    """Here one cell ends and the next begins."""
    LINK = "f"
    """A word without a meaning of its own: 'um', 'den', 'Uhr'."""
    EACH = "j"
    ABOUT = "g"
    BEGINS = "b"
    SIDE = "e"
    """What follows is about something else than the start: doors, registration."""
    INSTEAD = "s"
    """What follows holds no longer."""
    SERIES = "R"
    NOT = "N"
    OFF = "r"
    """What follows is not meant itself: 'nach', 'vor', 'seit'."""
    ALL_DAY = "A"
    PART = "p"
    NOON = "m"
    MIDNIGHT = "M"
    ZONE = "z"
    ZONE_BAD = "Z"
    OPEN = "("
    CLOSE = ")"
    WORD = "w"


def _words(sort: Sort, words: str) -> dict[str, Sort]:
    return dict.fromkeys(words.casefold().split(), sort)


SORTS: dict[str, Sort] = {
    **_words(
        Sort.LINK,
        "um am an den dem der die das t uhr at on the of of von vom from ab starting zum zur in im h hrs datum termin "
        "uhrzeit zeit wann date time when dates einschließlich einschl inklusive inkl incl including inclusive "
        "ortszeit tag day",
    ),
    **_words(Sort.UNTIL, "bis to until till til through thru ende end ends endet schluss"),
    **_words(Sort.AND, "und u and sowie plus"),
    **_words(Sort.OR, "oder or bzw beziehungsweise alternativ"),
    **_words(Sort.EACH, "jeweils je each täglich daily"),
    **_words(Sort.ABOUT, "gegen ca circa etwa ungefähr about around approx approximately"),
    **_words(Sort.BEGINS, "beginn begin beginnt start starts anfang"),
    **_words(
        Sort.SIDE,
        "einlass einlaß doors door türöffnung saalöffnung kassenöffnung anmeldung anmelden anmeldeschluss anmeldefrist "
        "anmeldeende registration register rsvp vorverkauf vvk abendkasse aufbau abbau pause soundcheck check-in "
        "checkin bewerbungsschluss deadline einsendeschluss generalprobe probe ankunft treffpunkt stand",
    ),
    **_words(Sort.INSTEAD, "statt anstatt instead ursprünglich urspr originally bisher"),
    **_words(
        Sort.SERIES,
        "jeden jede jeder jedes jedem every alle wöchentlich monatlich weekly monthly 14-tägig 14-täglich "
        "vierzehntägig zweiwöchentlich biweekly regelmäßig",
    ),
    **_words(Sort.NOT, "nicht not außer ausser except ohne without entfällt kein keine keinen sondern"),
    **_words(Sort.OFF, "vor nach before after seit since spätestens frühestens zwischen between"),
    **_words(Sort.ALL_DAY, "ganztägig ganztaegig ganztags allday"),
    **_words(
        Sort.PART,
        "morgens früh frühmorgens vormittags vormittag mittags nachmittags nachmittag abends abend nachts tonight",
    ),
    **_words(Sort.NOON, "noon midday"),
    **_words(Sort.MIDNIGHT, "mitternacht midnight mitternachts"),
    **_words(Sort.ZONE_BAD, "est edt pst pdt bst eet eest trt msk ist cst"),
    "?": Sort.DAY_BAD,
    "&": Sort.AND,
    "+": Sort.AND,
    ";": Sort.AND,
    "\n": Sort.AND,
    "/": Sort.AND,
    ",": Sort.BREAK,
    "-": Sort.DASH,
    "(": Sort.OPEN,
    "[": Sort.OPEN,
    ")": Sort.CLOSE,
    "]": Sort.CLOSE,
}
"""A word in small letters or a sign -> what it does; all others are words, or nothing."""

PHRASES: tuple[tuple[Sort, re.Pattern[str]], ...] = tuple(
    (sort, re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE))
    for sort, pattern in (
        (Sort.ALL_DAY, r"den ganzen tag|ganzer tag|all[- ]day|(?:the )?(?:whole|full|entire) day"),
        (Sort.WORD, r"open[- ]end(?:ed)?|ende offen|offenes ende|ende:? offen"),
        (Sort.EACH, r"jeden tag|every day|an (?:beiden|allen) tagen|alle tage"),
        (
            Sort.INSTEAD,
            r"(?:verschoben|verlegt|vorverlegt|vorgezogen|postponed|moved|rescheduled) (?:vom|von|from)"
            r"|instead of|an ?stelle (?:von|des)|nicht mehr|nachholtermin (?:für|vom)|ersatz(?:termin)? für(?: den)?",
        ),
        (
            Sort.NOT,
            r"(?:verschoben|verlegt|vorverlegt|vorgezogen|postponed|moved|rescheduled) (?:auf|to|zum|in)",
        ),
        (Sort.SIDE, r"tür(?:en)? (?:öffne\w*|auf)|door(?:s)? open|check[- ]in|sign[- ]up"),
        (Sort.SERIES, r"(?:erste|zweite|dritte|vierte|letzte)[rn]? \w+ (?:im|des) monats?"),
        (
            Sort.PART,
            r"am (?:abend|nachmittag|vormittag|morgen)|in der (?:früh|nacht)|in the (?:evening|afternoon|morning)|at night",
        ),
        (Sort.LINK, r"(?:deutsche[rn]? |mitteleuropäische[rn]? )zeit|local time"),
        (Sort.ZONE_BAD, r"[^\W\d_]+(?:er|ische[rn]?) zeit|[^\W\d_]{4,} time"),
    )
)
PHRASE_STARTS = frozenset("adefijnoptvwzrms") | frozenset("ü")

AFTER_NOON = frozenset({"nachmittags", "nachmittag", "am nachmittag", "in the afternoon"})
EVENING = frozenset({"abends", "abend", "am abend", "tonight", "in the evening"})
NIGHT = frozenset({"nachts", "in der nacht", "at night"})
BEFORE_NOON = frozenset(
    {
        "morgens",
        "früh",
        "frühmorgens",
        "vormittags",
        "vormittag",
        "am vormittag",
        "am morgen",
        "in der früh",
        "in the morning",
    }
)
MIDDAY = frozenset({"mittags"})

ZONES = {"mez": 60, "cet": 60, "mesz": 120, "cest": 120, "utc": 0, "gmt": 0}
"""Names of zones that are sure -> minutes ahead of UTC."""

HOURS = {
    name: number
    for number, names in enumerate(
        (
            "eins ein one",
            "zwei two",
            "drei three",
            "vier four",
            "fünf fuenf five",
            "sechs six",
            "sieben seven",
            "acht eight",
            "neun nine",
            "zehn ten",
            "elf eleven",
            "zwölf zwoelf twelve",
        ),
        start=1,
    )
    for name in names.split()
}
"""The hours as words -> their number."""

NOT_YET = frozenset({"tba", "tbd", "t.b.a.", "t.b.d.", "folgt", "folgt noch", "?", "??", "???"})
"""What people write where a time will come."""

SHORT_WEEKDAYS = frozenset(name for name in WEEKDAYS if len(name) <= 4)
"""Those that can be other words: they count only beside a day, another weekday or a time."""
WEEKLY = frozenset(
    name for name in WEEKDAYS if name.endswith("s") and name.removesuffix("s") in WEEKDAYS and len(name) > 5
)
"""'montags': every week, unless days stand beside it."""
