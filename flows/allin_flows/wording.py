"""Says the texts of the flows in the office's language, as the hub says its own."""

from __future__ import annotations

from pathlib import Path

from allin_hub.i18n.gettext_catalogs import words
from allin_hub.i18n.translator import Voice

LOCALE = Path(__file__).parent / "locale"


class Say(Voice):
    """Speaks with the texts beside this module."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self._texts = words(LOCALE, self.language)
