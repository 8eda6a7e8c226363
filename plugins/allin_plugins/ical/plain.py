"""Plain text of descriptions that calendar programs fill with HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|br|b|i|u|a|ul|ol|li|div|span|strong|em|h[1-6]|html|body|table)\b[^<>]*>", re.I
)
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table"})
_UNSEEN = frozenset({"script", "style", "head", "title"})


def plain(text: str) -> str:
    """Give the text without tags, with the addresses of its links; what is no HTML stays as it is."""
    if not _LOOKS_LIKE_HTML.search(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0
        self._link: str | None = None
        self._since = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _BREAKS:
            self.pieces.append("\n• " if tag == "li" else "\n")
        if tag == "a":
            self._link, self._since = dict(attrs).get("href"), len(self.pieces)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if tag in ("p", "div", "ul", "ol", "table"):
            self.pieces.append("\n")
        if tag == "a" and self._link and self._link.startswith(("http://", "https://")):
            if self._link not in "".join(self.pieces[self._since :]):
                self.pieces.append(f" ({self._link})")
            self._link = None

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)
