"""Answers without a service's own form: objects whose names are the questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allin_hub import words_of
from allin_plugins.form.answers import CHANGED, KEYS, SENT, is_about_the_answer, unfinished
from allin_plugins.form.parts import Questions, Submission, gathered, key_text, mappings

LISTS = ("submissions", "responses", "answers", "entries", "data", "results", "items")
"""Names under which a list of answers stands."""

_INNER = ("answers", "fields", "data")


def plain(document: Mapping[str, Any], asked: Questions) -> Iterator[Submission]:
    """Read a list of answers under one name."""
    for name in LISTS:
        if isinstance(document.get(name), list):
            for item in mappings(document[name]):
                yield plain_record(item, asked)
            return


def plain_record(item: Mapping[str, Any], asked: Questions) -> Submission:
    """Read an object whose names are the questions, or that holds such an object as its answers."""
    inner = next((item[name] for name in _INNER if isinstance(item.get(name), Mapping)), item)
    pairs = ((asked.label(name), value) for name, value in inner.items())
    own = {words_of(name): value for name, value in item.items() if is_about_the_answer(name)}
    at = next((own[name] for name in (*CHANGED, *SENT) if own.get(name)), None)
    key = next((own[name] for name in KEYS if own.get(name)), None)
    return Submission(key_text(key), gathered(pairs), at, not unfinished(item))
