"""Recognise the question that asks for a consent, and for which one; where in doubt, it is none."""

from __future__ import annotations

import re

from allin_schemas import Purpose

_ASKS = re.compile(
    r"\b(duerfen|darf|duerfte|einwillig\w*|einverstaend\w*|einverstanden|zustimm\w*|stimme|erlaub\w*"
    r"|gestatte\w*|freigabe|moechte\w*|wuensche\w*|wollen|abonnieren|consent\w*|agree\w*|allow\w*"
    r"|may we|may i|permission|subscribe)\b"
)
"""Words that ask for leave."""

_UNSURE = re.compile(
    r"\b(nicht|kein\w*|ohne|widersp\w*|widerruf\w*|abmeld\w*|ablehn\w*|not|no|don"
    r"|unsubscribe|opt out|withdraw\w*"
    r"|bereits|schon|already|foto\w*|bild\w*|photo\w*|video\w*|logo\w*|presse\w*)\b"
    r"|^(?:in |an |fuer |for |at )?(?:welche\w*|wie|was|wann|wo|wohin|wer|warum"
    r"|which|what|how|when|where|who|why)\b"
)
"""Words that turn the answer round, or want more than yes or no: a person has to decide."""

_PART = re.compile(
    r"\b(\w*telefon\w*|\w*nummer|handy\w*|mobil\w*|email\w*|adresse\w*|anschrift\w*|phone\w*|address\w*)\b"
)
_WHOLE = re.compile(r"\b(name\w*|\w*daten|angabe\w*|eintrag\w*|data|entry|details)\b")
"""Leave to publish a number alone is no leave to publish the person."""

_NAMES: dict[Purpose, re.Pattern[str]] = {
    Purpose.DIRECTORY_PUBLIC: re.compile(
        r"\b(\w*verzeichnis\w*|directory|oeffentlich\w*|veroeffentlich\w*|publish\w*|published|listing)\b"
    ),
    Purpose.NEWSLETTER: re.compile(
        r"\b(newsletter\w*|rundbrief\w*|rundmail\w*|infobrief\w*|infomail\w*|mailverteiler|emailverteiler)\b"
    ),
    Purpose.STATISTICS: re.compile(r"\b(statisti\w+|auswertung\w*|statistics|statistical)\b"),
    Purpose.VOLUNTEER_MATCHING: re.compile(
        r"\b(ehrenamtsvermittlung|freiwilligenvermittlung|vermittl\w+|volunteer matching|matching)\b"
    ),
    Purpose.CONTACT_INTERNAL: re.compile(
        r"\b(kontaktieren|kontaktaufnahme|\w*speicher\w*|interne\w*|contact (?:us|you|me)|store)\b"
    ),
}

_LABELS: dict[str, Purpose] = {
    "newsletter": Purpose.NEWSLETTER,
    "newsletter ja nein": Purpose.NEWSLETTER,
    "newsletter erhalten": Purpose.NEWSLETTER,
    "newsletter abonnieren": Purpose.NEWSLETTER,
    "newsletter anmeldung": Purpose.NEWSLETTER,
    "rundbrief": Purpose.NEWSLETTER,
    "rundbrief ja nein": Purpose.NEWSLETTER,
    "verzeichnis": Purpose.DIRECTORY_PUBLIC,
    "verzeichnis ja nein": Purpose.DIRECTORY_PUBLIC,
    "ins verzeichnis": Purpose.DIRECTORY_PUBLIC,
    "im verzeichnis": Purpose.DIRECTORY_PUBLIC,
    "im verzeichnis veroeffentlichen": Purpose.DIRECTORY_PUBLIC,
    "veroeffentlichung": Purpose.DIRECTORY_PUBLIC,
    "veroeffentlichung im verzeichnis": Purpose.DIRECTORY_PUBLIC,
    "veroeffentlichung ja nein": Purpose.DIRECTORY_PUBLIC,
    "public listing": Purpose.DIRECTORY_PUBLIC,
}
"""Short headings that can mean nothing else."""


def purpose_asked(words: str) -> Purpose | None:
    """Name the one purpose that a heading (as `synonyms.words_of` writes it) asks consent for.

    None where it asks for none, for several at once, or in the negative.
    """
    label = _LABELS.get(words)
    if label is not None:
        return label
    if not _ASKS.search(words) or _UNSURE.search(words):
        return None
    named = [purpose for purpose, pattern in _NAMES.items() if pattern.search(words)]
    if len(named) != 1:
        return None
    if named[0] is Purpose.DIRECTORY_PUBLIC and _PART.search(words) and not _WHOLE.search(words):
        return None
    return named[0]
