"""Speaks the office's language: German when the hub's first language is, else English."""

from __future__ import annotations

from pathlib import Path

from allin_hub.wording import words

LOCALE = Path(__file__).parent / "locale"


def marked(text: str) -> str:
    """Mark a text that is translated where it is used."""
    return text


class Say:
    """Gives texts in one language."""

    def __init__(self, language: str) -> None:
        self._texts = words(LOCALE, language)

    def __call__(self, text: str, **params: object) -> str:
        """Translate a text and fill it in."""
        return self._texts.gettext(text).format(**params)
