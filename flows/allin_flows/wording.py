"""Says the texts of the flows in the office's language, as the hub says its own."""

from __future__ import annotations

from pathlib import Path

from allin_hub.voice import Voice
from allin_hub.wording import words

LOCALE = Path(__file__).parent / "locale"


class Say(Voice):
    """Speaks with the texts beside this module."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self._texts = words(LOCALE, self.language)
