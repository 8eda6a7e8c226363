"""Tells what is asked about before its first publication: sole traders, parties, associations called like a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from allin_hub.privacy.free_text.cues import parties
from allin_hub.privacy.free_text.fold import fold
from allin_hub.privacy.free_text.names_of_things import (
    is_first_name,
    is_persons_name,
    is_stop,
    is_word,
    may_be_first_name,
    names_a_thing,
)
from allin_hub.privacy.free_text.tokens import tokens_of
from allin_schemas import Kind

_SOLE_TRADER = re.compile(
    r"\beinzelunternehm\w*|\be\. ?k\.|\be\. ?kfm\b|\be\. ?kfr\b|\binh(?:aber\w*|\.)|sole trader|freiberufl\w*",
    re.I,
)
_PARTY_GAP = 3
_FIRST_AND_LAST = 2


class Question(NamedTuple):
    """What is asked about an entity, and the field that it is asked of."""

    field: str
    kind: str


def question(kind: Kind, fields: Mapping[str, Any]) -> Question | None:
    """Say what the office is asked before an entity is shown at all; None where nothing is."""
    if kind is Kind.ORGANISATION:
        name = str(fields.get("name") or "")
        legal = str(fields.get("legal_name") or "")
        bare = _SOLE_TRADER.sub(" ", name)
        if is_persons_name(bare) and (_SOLE_TRADER.search(legal) or bare != name):
            return Question("name", "sole_trader")
        is_called_so = is_persons_name(name) or _has_the_mail_of_a_name(name, str(fields.get("email") or ""))
        return Question("name", "named_after_person") if is_called_so else None
    if kind is Kind.EVENT and is_party(str(fields.get("title") or "")):
        return Question("title", "party")
    return None


def _has_the_mail_of_a_name(name: str, mail: str) -> bool:
    """Whether a mail is called after a first name and the word behind it: 'Hilfe Ada Muster', ada.muster@."""
    words = re.findall(r"[^\W\d_]{2,}", mail.partition("@")[0])
    keys = [token.key for token in tokens_of(name)]
    pairs = pairwise(keys)
    return len(words) == _FIRST_AND_LAST and any(
        {fold(word) for word in words} == {first, last} and is_first_name(first) and not names_a_thing(last)
        for first, last in pairs
    )


def is_party(title: str) -> bool:
    """Tell whether a title names a person's party: 'Geburtstag von …', 'Henna für …', 'Hochzeit Aylin & Can'."""
    tokens = tokens_of(title)
    words, leading = parties()
    for at in range(len(tokens)):
        for party in words:
            end = at + len(party)
            if tuple(token.key for token in tokens[at:end]) != party or end >= len(tokens):
                continue
            led = tokens[end].key in leading
            person = end + 1 if led else end
            while person < len(tokens) and person - end < _PARTY_GAP and is_stop(tokens[person].key):
                person += 1
            if person >= len(tokens):
                continue
            token = tokens[person]
            if token.script == "latin" and not token.upper:
                continue
            if is_first_name(token.key) or (
                may_be_first_name(token.key) and led and not names_a_thing(token.key)
            ):
                return True
            if led and token.script == "latin" and not is_word(token.key):
                return True
    return False
