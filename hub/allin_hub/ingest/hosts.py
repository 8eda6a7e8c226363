"""Whose an event, a service or an opportunity is: what its column says, else its text, its place, last the source's owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from allin_hub.base.problems import Problem
from allin_hub.mapping.claim import CheckedClaim
from allin_hub.privacy.free_text.find import persons_in_host
from allin_schemas import HOSTED_BY

LONGEST = 300
_LABELLED = re.compile(
    r"(?:^|(?<=[.!?;|])\s)[ \t*_>-]*(?:Veranstalter(?:in|/in|:in|\*in)?|Veranstaltende|Ausrichter(?:in)?|Gastgeber(?:in)?|Träger"
    r"|Organi[sz]er|Host|Düzenleyen|Організатор|Организатор|المنظم|برگزارکننده)[ \t*_]*:[ \t*_]*(?P<labelled>[^\n|;]{3,200})"
    r"|^[ \t*_>-]*(?:Veranstaltet|Organisiert|Ausgerichtet|Organi[sz]ed|Hosted|Presented)[ \t]+(?:von|by|durch)[ \t]*:?[ \t]+"
    r"(?:(?:der|dem|die|das|the)[ \t]+)?(?P<by>[^\n|;]{3,200})",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"(?<![. ]\w)(?<!\be\.)[.!?](?=\s+[A-ZÄÖÜ]|\s*$)")
"""The end of a sentence; not the points of 'e. V.'."""


def name_host(claim: CheckedClaim) -> tuple[CheckedClaim, Problem | None]:
    """Note the organisation that a record names, and who may be meant where it names none; a guess from its text is told."""
    field = HOSTED_BY.get(claim.kind)
    if field is None:
        return claim, None
    given = claim.references.get(field)
    told = None
    if given is None:
        given = _from_text(claim.data)
        if given is None:
            return claim, None
        told = Problem("HOST_FROM_TEXT", field=field, params={"value": given})
    claim.references[field] = given
    name = given.get("name") if isinstance(given, Mapping) else given
    if isinstance(name, str) and "@" not in name and name.strip():
        claim.data.setdefault("host_name", " ".join(name.split())[:LONGEST])
    return claim, told


def meant(claim: CheckedClaim, owner: str | None) -> dict[str, Any]:
    """What a record refers to; where it names no host, an organisation called as its place is, else the source's owner."""
    field = HOSTED_BY.get(claim.kind)
    if field is None or field in claim.references:
        return claim.references
    place = (claim.data.get("location") or {}).get("name")
    candidates = [name for name in (place, owner) if name]
    if not candidates:
        return claim.references
    return {**claim.references, field: candidates if len(candidates) > 1 else candidates[0]}


def _from_text(data: Mapping[str, Any]) -> str | None:
    """The organisation that a text names as the host; nobody where it is a person."""
    for text in (data.get("summary"), *_said(data.get("description"))):
        found = _LABELLED.search(text) if text else None
        if found is None:
            continue
        name = _SENTENCE_END.split(found["labelled"] or found["by"])[0].strip(" \t*_,–-")
        if len(name) > 2 and not persons_in_host(name):
            return name
    return None


def _said(description: Any) -> list[str]:
    """The texts of a description in its languages."""
    if isinstance(description, Mapping):
        return [
            str(one["text"]) for one in description.values() if isinstance(one, Mapping) and "text" in one
        ]
    return [description] if isinstance(description, str) else []
