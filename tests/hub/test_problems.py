"""What a finding says to a partner."""

from __future__ import annotations

import pytest

from allin_hub.base.problems import Problem


@pytest.mark.parametrize(("language", "asked"), [("de", "Meinten Sie"), ("en", "Did you mean")])
@pytest.mark.parametrize("code", ["FILE_NOT_FOUND_NEAR", "WORD_UNKNOWN"])
def test_asks_once_what_was_meant(code: str, language: str, asked: str) -> None:
    """Whether the code's own text asks or the hub puts the question in front, nobody reads it twice."""
    hint = Problem(code, params={"file": "b.csv", "nearest": "a.csv"}).hint(language)

    assert hint.count(f"{asked} 'a.csv'?") == 1
    assert hint.count(asked) == 1


def test_asks_nothing_without_a_guess() -> None:
    """A question about nothing helps nobody."""
    assert "Meinten Sie" not in Problem("WORD_UNKNOWN", params={"value": "Vereen"}).hint()
