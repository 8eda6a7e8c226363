"""HTML in cells: read as text or Markdown in one place, whatever the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allin_schemas.markup import markdown, plain_text

Value = Callable[[str, Any], Any]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tee &amp; Kaffee", "Tee & Kaffee"),
        ("Tee &amp;amp;amp; Kaffee", "Tee & Kaffee"),
        ("M&uuml;ller &#8211; &#x201E;Caf&eacute;&quot;", 'Müller – „Café"'),
        ("Wir: <b>Tee</b> und <em>Kaffee</em>", "Wir: **Tee** und *Kaffee*"),
        ("<b> Tee </b>und<i></i>", "**Tee** und"),
        ("<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("<p>Eins\nnoch eins</p>\n\n\n<p>Zwei<br />\ndrei</p>", "Eins noch eins\n\nZwei\ndrei"),
        ("eins<br>zwei<br><br>drei", "eins\nzwei\n\ndrei"),
        ("Zeile 1\nZeile <b>2</b>", "Zeile 1\nZeile **2**"),
        ("<ul><li>Kochen</li><li>Backen</li></ul>danach", "- Kochen\n- Backen\n\ndanach"),
        ("<p>Wir:</p><ul><li>eins<ul><li>zwei</li></ul></li></ul>", "Wir:\n- eins\n- zwei"),
        ("<ol><li>eins<li>zwei</ol>", "1. eins\n2. zwei"),
        ('<a href="https://x.example/?a=1&amp;b=2">hier</a>', "[hier](https://x.example/?a=1&b=2)"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="mailto:info@x.example?subject=y">Mail</a>', "Mail (info@x.example)"),
        ('<a href="javascript:alert(1)">hier</a>', "hier"),
        ("<script>alert(1)</script>Hallo<style>p{}</style>", "Hallo"),
        ("&lt;p&gt;Hallo &lt;b&gt;Welt&lt;/b&gt;&lt;/p&gt;", "Hallo **Welt**"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hallo", "Hallo"),
        ("<svg/onload=alert(1)>Hallo", "Hallo"),
        ('Hallo <img src=x onerror="alert(1)">', "Hallo"),
        ("<!-- intern --><o:p></o:p>Hallo<font color=red>!</font>", "Hallo!"),
        ('Hallo <a href="https://abgeschn', "Hallo"),
        ("Hallo</p", "Hallo"),
        ("Bitte <title> einsetzen", "Bitte  einsetzen"),
        ("<td>eins</td><td>zwei</td>", "eins zwei"),
    ],
)
def test_html_becomes_what_pages_show(written: str, expected: str) -> None:
    """Paragraphs, lists, stress and links stay as Markdown; every other tag goes, and so does a script."""
    assert markdown(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "3 < 5 & 7 > 2",
        "Vorstand <info@verein.example>",
        "a <b und c> d",
        "AT&T; Q&A &copy 2026",
        "https://x.example/?a=1&copy=2",
        "I <3 you & <3",
        "<Name>",
    ],
)
def test_what_is_no_html_stays(written: str) -> None:
    """Signs for less, greater and 'and' are text."""
    assert markdown(written) == written
    assert plain_text(written) == written


@pytest.mark.parametrize(
    ("reader", "written", "expected"),
    [
        ("name", "Tee &amp;amp; <b>Kaffee</b> Kreis", "Tee & Kaffee Kreis"),
        ("name", '<a href="https://x.example">Brücke</a><br>', "Brücke"),
        ("name", "&nbsp;<br>", None),
        ("lines", "<ul><li>Kochen</li><li><b>Backen</b></li></ul>", ["Kochen", "Backen"]),
        ("text", "<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("languages", "T&uuml;rkisch<br>Arabisch", [{"code": "tr"}, {"code": "ar"}]),
        ("phones", "<p>0561 900001</p>", [{"number": "+49561900001"}]),
        ("date", "<p>05.10.2026</p>", "2026-10-05"),
        ("urls", '<a href="https://a.example/?x=1&amp;y=2">A</a>', ["https://a.example/?x=1&y=2"]),
    ],
)
def test_every_reader_gets_text(reader: str, written: str, expected: Any, value: Value) -> None:
    """A program's tags must not reach a name, a list or a number."""
    assert value(reader, written) == expected


PIECES = (
    "<b>|</b>|<p>|<br/>|<li>|<ul>|</ul>|&lt;|&gt;|&amp;|<|>|&|b| |<a href='http://x'>|</a>|<script>|</script>"
    "|wort|\n|/|*|&lt;i&gt;|<!--|-->|<h1 class=x>|&#60;"
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES.split("|")),
        max_size=14,
    )
)
def test_no_tag_is_left_of_any_mixture(pieces: list[str]) -> None:
    """However tags are nested, cut or escaped: no word of HTML is shown as a tag."""
    shown = markdown("".join(pieces)).casefold()

    assert not any(
        tag in shown
        for tag in ("<p>", "</b>", "<br", "<script>", "</script>", "<h1 class", "<a href", "<li>", "</ul>")
    )
