"""Makes names for files and addresses: a-z, 0-9 and hyphens, and the end of the entity's id so that none is twice."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ø": "o", "ł": "l", "đ": "d"}
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(title: str, entity_id: str) -> str:
    """`kulturverein-bruecke-3f9a1c2b`; a title in a script without Latin letters leaves the id's end alone."""
    plain = title.casefold()
    if not plain.isascii():
        for letter, written in _GERMAN.items():
            plain = plain.replace(letter, written)
        if not plain.isascii():
            plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = _OTHER.sub("-", plain).strip("-")[:LONGEST].strip("-")
    end = entity_id[-10:]
    return f"{words}-{end}" if words else end
