"""What pages share is rendered once, for each language apart, and stays text where it is text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jinja2 import pass_context
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

    def made(text: str, name: str = "page.html.j2", language: str = "de", **context: Any) -> str:
        folder = tmp_path / f"t{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        return environment(folder, folder, language, "Europe/Berlin").get_template(name).render(**context)

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


def test_functions_that_ask_for_the_context_see_the_loop_around_them(rendered: Any) -> None:
    """The quick way of calling is for those alone that want nothing passed."""

    @pass_context
    def here(context: Any) -> str:
        return f"{context['title']}{context.get('item', '-')}"

    page = "{% for n in [1, 2] %}{% set item = n %}{{ here() }}{{ plain(n, by=2) }} {% endfor %}"

    assert rendered(page, here=here, plain=lambda n, by: n * by, title="T") == "T12 T24 "


def test_a_function_that_ends_somebody_elses_iteration_is_undefined(rendered: Any) -> None:
    """As in every Jinja template: it is seen as a value that is missing, not as the end of the page."""

    def ended() -> Any:
        nothing: Iterator[int] = iter(())
        return next(nothing)

    assert rendered("{{ ended() is defined }}", ended=ended) == "False"
