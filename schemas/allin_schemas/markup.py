"""Reads HTML that programs leave in cells and calendars: as plain text, or as the Markdown that pages show.

Text without tags and entities passes unchanged, so '3 < 5 & 7 > 2' and '<info@verein.example>' stay as they are.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_NAMES = (
    "p|br|b|i|u|s|a|q|ul|ol|li|dl|dt|dd|div|span|strong|em|small|big|sub|sup|del|ins|mark|strike|abbr|cite|code|pre|tt|font"
    "|center|hr|h[1-6]|html|head|body|title|meta|link|base|style|script|noscript|template|table|thead|tbody|tfoot|tr|td|th|caption|img|picture"
    "|svg|path|iframe|object|embed|param|video|audio|source|track|form|input|button|label|select|option|textarea|fieldset|legend"
    "|section|article|header|footer|nav|main|aside|address|figure|figcaption|blockquote|details|summary|wbr|map|area|canvas|marquee"
)
_ATTRIBUTE = r"""[\s/]+[\w:@.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)"""
_BARE = r"\s+(?:disabled|hidden|nowrap|noshade|controls|checked|selected|async|defer|compact|allowfullscreen|required|autoplay)"
_TAG = re.compile(
    rf"<(?:{_NAMES})(?:{_ATTRIBUTE}|{_BARE})*\s*/?>|</(?:{_NAMES}|[a-z][\w-]*(?::[\w-]+)?)\s*>"
    rf"|<[a-z][\w-]*(?::[\w-]+)?(?:{_ATTRIBUTE})+\s*/?>|<[a-z]+:[\w-]+\s*/?>|<!--.*?(?:-->|$)|<!doctype\b[^<>]*>|<\?xml\b[^<>]*>"
    rf"|<!\[CDATA\[|\]\]>|<(?:{_NAMES})\s+[\w:-]+\s*=[^<>]*$|</[a-z]\w*\s*$",
    re.I | re.S,
)
"""Tags of HTML, those of other languages that have attributes or an end, comments, and a tag that was cut off."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.I)
_FLOWING = re.compile(r"<(?:p|br|div)\b", re.I)
_PARAGRAPHS = frozenset(
    (
        "p",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "figure",
        "form",
        "hr",
        "pre",
    )
)
_LINES = frozenset(("br", "div", "li", "dt", "dd", "tr", "caption", "center", "address", "option", "label"))
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "svg", "iframe", "object", "noscript"})
_STRESS = {"b": "**", "strong": "**", "em": "*", "i": "*"}
_MOST_LAYERS = 3
"""How often a text may have been escaped: a program that escapes what another has escaped is usual, a third one happens."""


def plain_text(text: str) -> str:
    """Give the text without tags; list items and paragraphs stand on lines of their own."""
    return _read(text, markdown=False, links=False)


def plain_text_with_links(text: str) -> str:
    """Give the text without tags, each link's address behind its words."""
    return _read(text, markdown=False, links=True)


def markdown(text: str) -> str:
    """Give the text with paragraphs, stress, lists and links as Markdown, and no tag."""
    return _read(text, markdown=True, links=True)


def _read(text: str, *, markdown: bool, links: bool) -> str:
    for _ in range(_MOST_LAYERS):
        if "<" in text and _TAG.search(text):
            reader = _Reader(text, markdown=markdown, links=links)
            reader.feed(_guarded(text))
            reader.close()
            text = reader.text()
        elif "&" in text and _ENTITY.search(text):
            text = _ENTITY.sub(lambda found: unescape(found[0]), text)
        else:
            break
    return text


def _guarded(text: str) -> str:
    """Escape what the parser would take for a tag or an entity, although it is none."""
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(text):
        if tag[0] in ("<![CDATA[", "]]>"):
            pieces.append(_escaped(text[end : tag.start()]))
        else:
            whole = tag[0] if tag[0].endswith(">") and tag[0][1] not in "!?" else ""
            pieces += [_escaped(text[end : tag.start()]), whole]
        end = tag.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    text = _ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Reader(HTMLParser):
    """Collects the pieces of text, with line breaks and marks where tags stood."""

    def __init__(self, text: str, *, markdown: bool, links: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._markdown, self._links = markdown, links
        self._flowing = _FLOWING.search(text) is not None
        small = text.casefold()
        self._hides = {"script", "style", *(tag for tag in _UNSEEN if f"</{tag}" in small)}
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._lists: list[int | None] = []
        self._open: list[tuple[str, int]] = []
        self._address = ""

    def text(self) -> str:
        """Give what was collected; at most one empty line stands between paragraphs."""
        while self._open:
            self._stressed(self._open[-1][0])
        lines = ("".join(line.rstrip()) for line in "".join(self._pieces).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a list, stressed words or a link."""
        if tag in self._hides:
            self._unseen.append(tag)
        if self._unseen:
            return
        if tag in _PARAGRAPHS or tag in _LINES:
            self._break(
                2 if tag in _PARAGRAPHS and not (tag in ("ul", "ol") and self._lists) else 1, br=tag == "br"
            )
        if tag in ("ul", "ol"):
            self._close_gap()
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._pieces.append(self._bullet())
        elif tag in ("td", "th"):
            self._pieces.append(" ")
        elif tag in _STRESS or tag == "a":
            self._open.append((tag, len(self._pieces)))
            if tag == "a":
                self._address = (dict(attrs).get("href") or "").strip()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take '<br/>' for '<br>'; '<script/>' hides nothing."""
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a line, a list, stressed words or a link."""
        if tag in _UNSEEN:
            while self._unseen and self._unseen.pop() != tag:
                pass
        if self._unseen:
            return
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in _PARAGRAPHS or tag in _LINES - {"br"}:
            self._break(2 if tag in _PARAGRAPHS and not (tag in ("ul", "ol") and self._lists) else 1)
        elif any(tag == name for name, _ in self._open):
            while self._open[-1][0] != tag:
                self._stressed(self._open[-1][0])
            self._stressed(tag)

    def handle_data(self, data: str) -> None:
        """Take text; between tags a line break of the source is a blank."""
        if self._unseen:
            return
        if self._flowing:
            data = re.sub(r"\s+", " ", data)
            if not self._pieces or self._pieces[-1].endswith(("\n", " ")):
                data = data.lstrip(" ")
        if data:
            self._pieces.append(data)

    def _break(self, lines: int, *, br: bool = False) -> None:
        """End the line; `lines` breaks stand there at most, a `<br>` adds one of its own."""
        written = "".join(self._pieces[-3:])
        there = len(written) - len(written.rstrip("\n"))
        self._pieces.append("\n" * (1 if br else max(0, lines - there)))

    def _close_gap(self) -> None:
        """Let a list follow the words that announce it, with no empty line between: they belong together."""
        for at in range(len(self._pieces) - 1, -1, -1):
            self._pieces[at] = self._pieces[at].rstrip("\n")
            if self._pieces[at]:
                self._pieces[at] += "\n"
                break

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{number}. "

    def _stressed(self, tag: str) -> None:
        """Close stressed words or a link: their marks stand close to the words, and only within one line."""
        _, since = self._open.pop()
        inner = "".join(self._pieces[since:])
        words = inner.strip()
        if not words:
            return
        if tag == "a":
            made = self._link(words)
        elif self._markdown and "\n" not in words and "*" not in words:
            made = f"{_STRESS[tag]}{words}{_STRESS[tag]}"
        else:
            made = words
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        self._pieces[since:] = [before + made + after]

    def _link(self, words: str) -> str:
        address, self._address = self._address, ""
        scheme, _, rest = address.partition(":")
        bare = rest.partition("?")[0].removeprefix("//").rstrip("/")
        if (
            not self._links
            or not bare
            or bare in words
            or scheme.lower() not in ("http", "https", "mailto", "tel")
        ):
            return words
        if self._markdown and scheme.lower() in ("http", "https") and not set("[]\n") & set(words):
            return f"[{words}]({address.replace(' ', '%20').replace('(', '%28').replace(')', '%29')})"
        return f"{words} ({address if scheme.lower() in ('http', 'https') else bare})"
