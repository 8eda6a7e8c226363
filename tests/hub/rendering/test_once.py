"""Checks that what pages share is rendered once, for each language apart, and stays text where it is text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from markupsafe import Markup

from allin_hub.publish.fragment_cache import Once
from allin_hub.publish.templating import environment


class Card(NamedTuple):
    """Something that a list shows."""

    path: str
    title: str


@pytest.fixture
def rendered(tmp_path: Path) -> Any:
    """Renders a text as a template."""

    def made(text: str, **context: Any) -> str:
        folder = tmp_path / f"t{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "page.html.j2").write_text(text, encoding="utf-8")
        templates = environment(folder, folder, "de", "Europe/Berlin")
        return templates.get_template("page.html.j2").render(**context)

    return made


LIST = """{% macro card(it, tag) %}<{{ tag }}>{{ it.title }}{{ seen(it.path) }}</{{ tag }}>{% endmacro %}
{{ once.each("card", card, cards, "path", "b") }}"""


def test_a_list_renders_each_item_once_and_escapes_it(rendered: Any) -> None:
    """The second page repeats what the first made, and a hostile title stays text on both."""
    once = Once().of("de", escapes=True)
    seen: list[str] = []

    def note(path: str) -> str:
        seen.append(path)
        return ""

    cards = [Card("a", "<script>"), Card("b", "B")]

    pages = [rendered(LIST, cards=shown, once=once, seen=note) for shown in (cards, list(reversed(cards)))]

    assert pages[0].strip() == "<b>&lt;script&gt;</b><b>B</b>"
    assert pages[1].strip() == "<b>B</b><b>&lt;script&gt;</b>"
    assert seen == ["a", "b"]


def test_a_piece_is_kept_for_its_words_and_its_language_alone() -> None:
    """Another word or another language is another piece; what a function gives is escaped, markup is not."""
    once = Once()

    german, arabic = once.of("de", escapes=True), once.of("ar", escapes=True)

    assert german.of("card", "a", lambda: "<1>") == "&lt;1&gt;"
    assert german.of("card", "a", lambda: "<2>") == "&lt;1&gt;"
    assert german.of("card", "b", lambda: Markup("<3>")) == "<3>"
    assert arabic.of("card", "a", lambda: "<4>") == "&lt;4&gt;"
    assert once.of("de", escapes=False).of("card", "a", lambda: "<5>") == "<5>"
    assert once.of("de", escapes=True).of("card", "a", lambda: "<6>") == "&lt;1&gt;"


def test_languages_share_compiled_templates_and_no_word(tmp_path: Path) -> None:
    """Jinja2 computes a filter of a constant when it compiles: that would be the first language's on every page."""
    (tmp_path / "page.html.j2").write_text("{{ 'tr'|language_name }} {{ 1234567|number }}", encoding="utf-8")

    pages = [
        environment(tmp_path, tmp_path, language, "Europe/Berlin").get_template("page.html.j2").render()
        for language in ("de", "en")
    ]

    assert pages == ["Türkisch 1.234.567", "Turkish 1,234,567"]
