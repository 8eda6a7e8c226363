"""A word of daily life is no language, though some language has it as its code."""

from __future__ import annotations

import datetime as dt

import pytest

from allin_schemas.reading.findings import Context
from allin_schemas.reading.languages import read_languages


@pytest.mark.parametrize(
    ("cell", "codes", "told"),
    [
        ("Ja, Deutsch", ["de"], 1),
        ("Ja, gerne", [], 2),
        ("Deutsch - gut", ["de"], 1),
        ("Deutsch, Englisch, etc.", ["de", "en"], 1),
        ("Deutsch, so", ["de"], 1),
        ("gut", [], 1),
        ("de, ja, ko", ["de", "ja", "ko"], 0),
        ("de, so", ["de", "so"], 0),
        ("Deutsch, en, DA", ["de", "en", "da"], 0),
        ("Deutsch, es", ["de", "es"], 0),
        ("so", ["so"], 0),
    ],
)
def test_a_word_is_told_and_no_language(cell: str, codes: list[str], told: int) -> None:
    """Codes stay codes among codes, and in capitals."""
    reading = read_languages(cell, Context(today=dt.date(2026, 11, 20)))
    assert [one["code"] for one in reading.value or ()] == codes
    assert [one.code for one in reading.findings] == ["LANGUAGE_UNKNOWN"] * told
