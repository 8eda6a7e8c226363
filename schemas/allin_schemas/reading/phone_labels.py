"""What people write beside telephone numbers: what a number is for, and what is safe to keep as a note."""

from __future__ import annotations

import re

from allin_schemas.reading.findings import listed
from allin_schemas.reading.mailboxes import is_function

TYPES: dict[str, str | None] = {
    word: kind
    for kind, words in (
        (None, "tel|tel.|telefon|telefonnummer|telefonisch|fon|phone|t|t.|nummer|nr|nr.|☎|📞|rufnummer"),
        ("landline", "festnetz|landline"),
        ("mobile", "mobil|mobile|mobilfunk|handy|cell|m|m.|mob|mob.|h|mobilnummer|handynummer|📱"),
        ("fax", "fax|telefax|f|f.|faxnummer"),
        ("office", "büro|buero|office|zentrale|sekretariat|geschäftsstelle|dienstlich|arbeit|work"),
        ("private", "privat|private|home|p|p.|zuhause"),
        ("whatsapp", "whatsapp|whats app|wa"),
        ("hotline", "hotline|notruf|krisentelefon|beratungstelefon"),
    )
    for word in listed(words)
}
"""Small words -> the type of the number; None where the word says nothing more than that it is one."""

JOINING = listed("oder und or and u od bzw sowie auch & + o")
"""Words between two numbers that say nothing of either."""

SAFE_WORDS = listed(
    "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag täglich werktags "
    "wochentags abends morgens vormittags"
    " nachmittags mittags uhr h bis von ab und oder nur bitte auch mit ab ab- anrufbeantworter ab. ab: sms "
    "signal telegram vormittag nachmittag abend"
    " kein keine auf in im zu der die das für deutsch türkisch arabisch englisch russisch ukrainisch "
    "persisch farsi dari kurdisch französisch"
    " vorstand beratung anmeldung notfall notfälle terminvergabe information auskunft verwaltung kasse "
    "zentrale team kita laden café"
    " only please mornings evenings weekdays mon tue wed thu fri sat sun english german turkish arabic"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\s,;:/()–-]+")


def type_of(label: str) -> tuple[bool, str | None]:
    """Whether the label is a known one, and the type that it means."""
    word = label.strip(" :,;.()[]–-/").casefold()
    if word in TYPES:
        return True, TYPES[word]
    return False, None


def is_safe(note: str) -> bool:
    """Whether a note is made of times and common words only, so that it names no person."""
    return all(
        word.casefold() in SAFE_WORDS or not any(map(str.isalpha, word)) for word in _WORD.findall(note)
    )


def names_somebody(beside: str) -> bool:
    """Whether what stands beside a number may be a name: a capital, or a script without them, that nothing explains."""
    return any(
        not word[0].islower()
        and word.casefold() not in SAFE_WORDS
        and word.casefold() not in TYPES
        and not is_function(word)
        for word in _LETTERS.findall(beside)
    )
