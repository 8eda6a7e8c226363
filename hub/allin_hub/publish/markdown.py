"""Turns what partners wrote into safe HTML: a small subset of Markdown, then an allow list.

No images, no raw HTML, no headings above the page's own; links lead to the web, a mailbox or a telephone.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup

from allin_hub.privacy.free_text.masks import MASKS, has_mask
from allin_schemas import direction

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_STAR_IN_WORD = re.compile(r"(?<=[^\W\d_])\*(?=[^\W\d_])")
"""The star of 'Helfer*innen' stresses nothing."""
SCHEMES = {"http", "https", "mailto", "tel"}
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}


@lru_cache(maxsize=4096)
def safe_html(text: str) -> Markup:
    """The text as HTML that holds no element, attribute or link scheme outside the lists above."""
    made = nh3.clean(
        _parser().render(_STAR_IN_WORD.sub(r"\\*", text)),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
    ).strip()
    return Markup(_with_spans(made) if has_mask(made) else made)  # noqa: S704 - nh3 has just reduced it to the allow list


def _with_spans(made: str) -> str:
    """Mark what is left out, in its own language and direction; in an address it stands encoded, so only texts are changed."""
    for language, word in MASKS.items():
        code = language.partition("-")[0]
        span = f'<span class="held" lang="{code}" dir="{direction(code)}">{word}</span>'
        made = made.replace(word, span)
    return made


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"breaks": True, "html": False})
    return parser.enable(
        ["emphasis", "link", "list", "blockquote", "newline", "escape", "entity", "autolink"]
    )
