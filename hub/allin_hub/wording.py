"""An output's texts in every language: gettext catalogues beside its module, English where one is missing."""

from __future__ import annotations

import gettext as _gettext
from functools import cache
from io import BytesIO
from pathlib import Path

ENGLISH = "en"


def catalogue_file(folder: Path, language: str) -> Path:
    """Where the texts of a language stand."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def languages_in(folder: Path) -> frozenset[str]:
    """The languages that an output speaks: English, in which its texts are written, and every catalogue."""
    found = {path.parts[-3] for path in folder.glob("*/LC_MESSAGES/messages.po")}
    return frozenset(found | {ENGLISH})


@cache
def words(folder: Path, language: str) -> _gettext.NullTranslations:
    """The texts of a language; a variant ("de-simple") falls back to its language, the rest to English."""
    found: _gettext.NullTranslations | None = None
    for tag in (language.partition("-")[0], language):
        file = catalogue_file(folder, tag)
        if not file.is_file():
            continue
        texts = _read(file)
        if found is not None and found is not texts:
            texts.add_fallback(found)
        found = texts
    return found or _gettext.NullTranslations()


def _read(file: Path) -> _gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with file.open("rb") as lines:
        catalogue = read_po(lines, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)
