"""Every text of the statistics is there in German and Arabic."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import allin_plugins.statistics

HOME = Path(allin_plugins.statistics.__file__).parent


@pytest.mark.parametrize("language", ["de", "ar"])
def test_catalogues_hold_exactly_the_texts_in_use(language: str) -> None:
    """A missing text would stand in English in the middle of a page."""
    used = {
        message
        for _, _, message, _, _ in extract_from_dir(
            HOME,
            [("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")],
            keywords={"_": None, "say": None, "ngettext": (1, 2)},
        )
    }
    with (HOME / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        catalogue = read_po(lines)

    assert used == {message.id for message in catalogue if message.id}
    assert [message.id for message in catalogue if message.id and not all(message.string)] == []
    assert [message.id for message in catalogue if list(message.check())] == []
