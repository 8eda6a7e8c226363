"""The questions of a form, for services whose answers name only the ids of questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def labels(form: Any) -> dict[str, str]:
    """Map the ids of a form's questions to their texts, as services write them or as id to text."""
    if isinstance(form, Mapping) and form and all(isinstance(text, str) for text in form.values()):
        return dict(form)
    return dict(_pairs(form))


def _pairs(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for item in part:
            yield from _pairs(item)
    if not isinstance(part, Mapping):
        return
    text = _text(part)
    if text:
        item = part.get("questionItem")
        asked = item.get("question") if isinstance(item, Mapping) else None
        for named in (part, asked if isinstance(asked, Mapping) else {}):
            yield from ((str(named[name]), text) for name in ("ref", "id", "questionId") if named.get(name))
    for name in ("items", "fields", "questions", "data", "properties", "survey", "form"):
        yield from _pairs(part.get(name))


def _text(part: Mapping[str, Any]) -> str:
    """Find a question's text; Formbricks writes it by language."""
    for name in ("title", "headline", "text", "label"):
        text = part.get(name)
        if isinstance(text, Mapping):
            text = text.get("de") or text.get("default") or next(iter(text.values()), "")
        if isinstance(text, str) and text.strip():
            return text.strip()
    return ""
