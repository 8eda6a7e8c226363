"""What people write beside telephone numbers: what a number is for, and what is safe to keep as a note."""

from __future__ import annotations

import re

TYPES: dict[str, str | None] = {
    **dict.fromkeys(
        (
            "tel",
            "tel.",
            "telefon",
            "telefonnummer",
            "telefonisch",
            "fon",
            "phone",
            "t",
            "t.",
            "nummer",
            "nr",
            "nr.",
            "☎",
            "📞",
            "rufnummer",
        ),
        None,
    ),
    **dict.fromkeys(("festnetz", "landline"), "landline"),
    **dict.fromkeys(
        (
            "mobil",
            "mobile",
            "mobilfunk",
            "handy",
            "cell",
            "m",
            "m.",
            "mob",
            "mob.",
            "h",
            "mobilnummer",
            "handynummer",
            "📱",
        ),
        "mobile",
    ),
    **dict.fromkeys(("fax", "telefax", "f", "f.", "faxnummer"), "fax"),
    **dict.fromkeys(
        (
            "büro",
            "buero",
            "office",
            "zentrale",
            "sekretariat",
            "geschäftsstelle",
            "dienstlich",
            "arbeit",
            "work",
        ),
        "office",
    ),
    **dict.fromkeys(("privat", "private", "home", "p", "p.", "zuhause"), "private"),
    **dict.fromkeys(("whatsapp", "whats app", "wa"), "whatsapp"),
    **dict.fromkeys(("hotline", "notruf", "krisentelefon", "beratungstelefon"), "hotline"),
}
"""Small words -> the type of the number; None where the word says nothing more than that it is one."""

_SAFE_WORDS = frozenset(
    "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag täglich werktags wochentags abends morgens vormittags"
    " nachmittags mittags uhr h bis von ab und oder nur bitte auch mit ab ab- anrufbeantworter ab. ab: sms signal telegram vormittag nachmittag abend"
    " kein keine auf in im zu der die das für deutsch türkisch arabisch englisch russisch ukrainisch persisch farsi dari kurdisch französisch"
    " vorstand beratung anmeldung notfall notfälle terminvergabe information auskunft verwaltung kasse zentrale team kita laden café"
    " only please mornings evenings weekdays mon tue wed thu fri sat sun english german turkish arabic".split()
)
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
        word.casefold() in _SAFE_WORDS or not any(map(str.isalpha, word)) for word in _WORD.findall(note)
    )
