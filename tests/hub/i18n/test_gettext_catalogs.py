"""Catalogues are read from .po as Babel, the reference, reads and compiles them."""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from allin_hub.i18n.gettext_catalogs import catalogue_file, words

HOME = Path(__file__).parents[3]
CATALOGUES = sorted(
    path for folder in ("hub", "flows", "plugins") for path in (HOME / folder).rglob("messages.po")
)
OF_A_TOOL = r"""# A plugin's texts.
#, fuzzy
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
#: a.py:1
msgctxt "month"
msgid "May"
msgstr "Mai"
msgctxt "wish"
msgid "May"
msgstr ""
"Möge"
" es"
msgid "May"
msgstr "Darf"
#, fuzzy, python-format
#| msgid "Open"
msgid "Opened"
msgstr "Offen"

#, python-format
msgctxt "list"
msgid "%d \"club\""
msgid_plural "%d clubs"
msgstr[0] "%d Verein\tA"
msgstr[1] "%d Vereine{separator}B"

msgid "Untranslated"
msgstr ""

#~ msgid "Old"
#~ msgstr "Alt"
""".replace("{separator}", "\u2028")
"""Contexts, guesses that nobody confirmed and texts no longer in use, as Weblate and Poedit write them."""


def texts(catalogue: gettext.NullTranslations) -> dict[object, str]:
    """All texts of a catalogue but its head."""
    assert isinstance(catalogue, gettext.GNUTranslations)
    return {key: said for key, said in catalogue._catalog.items() if key}  # type: ignore[attr-defined]


def reference(file: Path) -> gettext.GNUTranslations:
    """A catalogue as Babel reads and compiles it."""
    compiled = BytesIO()
    with file.open("rb") as lines:
        write_mo(compiled, read_po(lines))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda path: str(path.relative_to(HOME)))
def test_our_catalogues_are_read_as_the_reference_reads_them(file: Path) -> None:
    """Our reader is quicker and has to find the same, in every number."""
    ours, theirs = words(file.parents[2], file.parts[-3]), reference(file)

    assert texts(theirs) == texts(ours)
    assert [theirs.plural(n) for n in range(200)] == [ours.plural(n) for n in range(200)]  # type: ignore[attr-defined]


def test_a_catalogue_of_a_translators_tool_is_read_as_the_reference_reads_it(tmp_path: Path) -> None:
    """A guess is not shown to readers, and one word may have several translations."""
    file = catalogue_file(tmp_path, "de")
    file.parent.mkdir(parents=True)
    file.write_text(OF_A_TOOL, encoding="utf-8")
    ours = words(tmp_path, "de")

    assert texts(reference(file)) == texts(ours)
    assert ("Mai", "Möge es", "Darf") == (
        ours.pgettext("month", "May"),
        ours.pgettext("wish", "May"),
        ours.gettext("May"),
    )
    assert ["Opened", "Untranslated", "Old"] == [
        ours.gettext(one) for one in ("Opened", "Untranslated", "Old")
    ]
    assert "%d Vereine\u2028B" == ours.npgettext("list", '%d "club"', "%d clubs", 2)
