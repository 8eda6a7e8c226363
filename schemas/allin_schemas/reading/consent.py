"""Reads answers to questions of consent. Unclear, contradicting or empty means no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from allin_schemas.reading.cleaning import cells_of, clean
from allin_schemas.reading.findings import listed

_YES = listed(
    "ja|yes|j|y|x|✓|✔|☑|✅|wahr|true|1|1.0|ja gerne|ja gern|ja bitte|ja klar|einverstanden|bin einverstanden"
    "|ich bin einverstanden|ja einverstanden|ich willige ein|ich stimme zu|zugestimmt|stimme zu"
    "|eingewilligt|erteilt"
    "|ja ich willige ein|ja ich stimme zu|ja ich bin einverstanden|ja ich bin damit einverstanden"
    "|yes please|i agree"
    "|yes i agree|agreed|i consent|yes i consent|evet|kabul ediyorum|oui|sí|так|да|نعم|بله|erê"
)
_LONG_YES = re.compile(
    r"ja,? (?:hiermit )?(?:ich (?:bin (?:damit )?einverstanden|willige (?:hiermit )?ein|stimme (?:dem )?zu"
    r"|erlaube|möchte)|mein|der newsletter|ihr dürft|sie dürfen)\b"
    r"|ich (?:bin (?:damit )?einverstanden|willige (?:hiermit )?ein|stimme (?:dem )?zu),? (?:dass|in|mit)\b"
    r"|yes,? (?:i agree|i consent|you may)\b",
)
_DOUBT = re.compile(
    r"\b(?:nein|nicht|kein\w*|nie|niemals|aber|nur|jedoch|ausser|außer|ohne|falls|wenn|sofern|soweit"
    r"|solange|erst|bis auf|mit ausnahme|eventuell|evtl|vielleicht|ggf"
    r"|teilweise|vorerst|no|not|never|but|only|except|unless|if|until|maybe|without|partly|widerrufe"
    r"|ungern|lieber|statt)\b|[?]",
)


def read_consent(answers: Sequence[Any]) -> str:
    """'yes' only when there is an answer and every one of them clearly says so, else 'no'."""
    cells = [None, *cells_of(answers)] if None in answers else cells_of(answers)
    return "yes" if cells and all(_agrees(cell) for cell in cells) else "no"


def _agrees(cell: Any) -> bool:
    if isinstance(cell, bool | int | float):
        return cell == 1
    if not isinstance(cell, str):
        return False
    text = clean(cell).casefold()
    words = " ".join(re.sub(r"[.,!;:]+", " ", text).split()) if len(text) > 1 else text
    if words in _YES:
        return True
    return len(text) <= 1_000 and bool(_LONG_YES.match(text)) and not _DOUBT.search(text)
