"""Every reader of what people write: it answers each cell, always alike, with what the model can hold."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError
from tests.fuzz.material import TEXTS, VALUES
from tests.fuzz.target import Target

from allin_hub.base.problems import catalogue
from allin_schemas import ENTITIES, claim_of
from allin_schemas.marks import Reads, mark_of
from allin_schemas.reading import (
    READERS,
    Context,
    Reading,
    is_role_address,
    is_role_name,
    mail_domain,
    name_key,
    own_domain,
    read,
    read_consent,
)

CONTEXT = Context(today=dt.date(2026, 8, 20))
SECONDS = 2.0
LONGEST_PARAM = 400
"""What a finding quotes stays a part of a sentence."""


def targets() -> Iterator[Target]:
    """One for each reader, and for the keys that are made of what they read."""
    for name in sorted(READERS):
        yield Target(f"reader-{name}", VALUES, partial(_check, name), 10, SECONDS)
    yield Target("reader-consent", st.lists(VALUES, max_size=4), _check_consent, 10, SECONDS)
    own: list[Callable[[str], Any]] = [name_key, is_role_address, is_role_name, mail_domain, own_domain]
    for function in own:
        yield Target(f"key-{function.__name__}", TEXTS, partial(_check_key, function), 10, SECONDS)


def _check(name: str, cell: Any) -> None:
    before = repr(cell)
    reading = read(name, cell, CONTEXT)

    assert isinstance(reading, Reading)
    assert repr(reading) == repr(read(name, cell, CONTEXT))
    assert repr(cell) == before
    _explained(reading)
    if reading.value is None:
        return
    json.dumps(reading.value, allow_nan=False).encode()
    for model, field in _fields(name):
        try:
            model.model_validate_json(json.dumps({field: reading.value}), strict=True)
        except ValidationError as error:
            # Which numbers a field allows is the model's own, and told to the partner as such.
            assert {one["type"] for one in error.errors()} <= {"less_than_equal", "greater_than_equal"}, field


def _explained(reading: Reading) -> None:
    for finding in reading.findings:
        entry = catalogue()[finding.code]
        for language in ("de", "en"):
            entry["message"][language].format_map(_Any(value=finding.written, **finding.params))
        assert all(len(value) <= LONGEST_PARAM for value in finding.params.values()), finding.code


class _Any(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def _fields(reader: str) -> list[tuple[Any, str]]:
    """The fields of claims that this reader reads."""
    return [
        (claim_of(entity), name)
        for entity in ENTITIES.values()
        for name in entity.model_fields
        if name != "zone"  # any line is read there, but only the name of a zone is kept
        and (mark := mark_of(entity, name, Reads)) is not None
        and mark.reader == reader
    ]


def _check_consent(answers: list[Any]) -> None:
    assert read_consent(answers) in {"yes", "no"}
    assert read_consent(answers) == read_consent(answers)


def _check_key(function: Callable[[str], Any], text: str) -> None:
    assert function(text) == function(text)
