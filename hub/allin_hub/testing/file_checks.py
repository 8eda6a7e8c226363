"""Looks into what an output made: whole files of their kind, pages that ask nobody, texts that stayed text."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from allin_hub.testing.canaries import PROBE
from allin_schemas import direction

PAGES = (".html", ".htm")
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
_LOOSE = frozenset({
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "rt", "rp", "optgroup", "colgroup",
    "html", "head", "body",
})  # fmt: skip
_LOADING = {
    "script": "src", "img": "src", "iframe": "src", "audio": "src", "video": "src", "source": "src", "track": "src",
    "embed": "src", "object": "data", "input": "src",
}  # fmt: skip
_LOADED_LINKS = frozenset(
    ["stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest", "dns-prefetch", "preconnect"]
)
_DATA_TYPES = frozenset({"application/ld+json", "application/json", "text/plain"})
_IN_STYLE = re.compile(
    r"url\(\s*[\"']?\s*((?:https?:)?//[^\"')\s]+)|@import\s+[\"']((?:https?:)?//[^\"']+)", re.IGNORECASE
)
_FOREIGN = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)
_SCRIPTED = re.compile(r"^\s*(?:javascript|vbscript|data):", re.IGNORECASE)
_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^\+?[\d ()/.-]*\d[\d ()/.-]*$|^-?\d+([.,]\d+)?$")


@dataclass(slots=True)
class Page:
    """What a parser for HTML sees."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    title: str = ""
    styles: str = ""
    faults: list[str] = field(default_factory=list)
    declared: str = ""

    def first(self, name: str) -> dict[str, str]:
        """The attributes of the first element of this name."""
        return next((attributes for found, attributes in self.elements if found == name), {})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[str] = []

    def handle_decl(self, decl: str) -> None:
        self.page.declared = self.page.declared or decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        for name in {name for name in names if names.count(name) > 1}:
            self.page.faults.append(f"<{tag}> has the attribute {name} twice")
        self.page.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self._open and self._open[-1] != tag and self._open[-1] in _LOOSE:
            self._open.pop()
        if self._open and self._open[-1] == tag:
            self._open.pop()
        elif tag in self._open:
            self.page.faults.append(f"</{tag}> closes before </{self._open[-1]}>")
            while self._open.pop() != tag:
                continue
        else:
            self.page.faults.append(f"</{tag}> closes what is not open")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.page.title += data
        if self._open and self._open[-1] == "style":
            self.page.styles += data

    def ended(self) -> Page:
        self.close()
        left = [tag for tag in self._open if tag not in _LOOSE]
        self.page.faults += [f"<{tag}> is never closed" for tag in left]
        return self.page


def page_of(content: bytes) -> Page:
    """A page as a browser's parser would see it."""
    reader = _Reader()
    reader.feed(content.decode("utf-8"))
    return reader.ended()


def kind_of(path: str) -> str:
    """A file's kind, by its name."""
    return PurePosixPath(path).suffix.lower()


def broken(path: str, content: bytes) -> str | None:
    """Why a file is not whole, or None."""
    try:
        _parsed(kind_of(path), content)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:120]}"
    return None


def _parsed(kind: str, content: bytes) -> Any:
    if not content and kind != ".txt":
        raise ValueError("the file is empty")
    if kind in (".json", ".jsonld", ".geojson"):
        return json.loads(content)
    if kind in (".xml", ".svg", ".rss", ".atom"):
        return ET.fromstring(content)  # noqa: S314 - what the plugin under test made itself
    if kind == ".ics":
        from icalendar import Calendar

        return Calendar.from_ical(content)
    if kind == ".eml":
        message = email.message_from_bytes(content, policy=email.policy.default)
        if message.defects:
            raise ValueError(type(message.defects[0]).__name__)
        return message
    if kind in (".xlsx", ".ods", ".zip", ".docx", ".odt"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.testzip() is not None:
                raise ValueError("a part is damaged")
        return None
    if kind in (".html", ".htm", ".txt", ".css", ".js", ".csv", ".md", ".vcf", ".toml"):
        text = content.decode("utf-8")
        return list(csv.reader(io.StringIO(text), strict=True)) if kind == ".csv" else text
    return None


def html_faults(content: bytes) -> Iterator[str]:
    """What is not valid in a page."""
    page = page_of(content)
    if page.declared != "doctype html":
        yield "it does not begin with <!doctype html>"
    language = page.first("html").get("lang", "")
    if not language:
        yield "<html> has no lang"
    elif direction(language) != page.first("html").get("dir", "ltr"):
        yield f'<html lang="{language}"> needs dir="{direction(language)}"'
    if not page.title.strip():
        yield "it has no <title>"
    yield from page.faults[:3]
    yield from _strictly(content)


def _strictly(content: bytes) -> Iterator[str]:
    """What the parser of the HTML standard finds, where it is installed."""
    try:
        import html5lib  # type: ignore[import-untyped]
    except ImportError:
        return
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(content, transport_encoding="utf-8")
    for (line, _), code, _values in parser.errors[:3]:
        yield f"line {line}: {code}"


def foreign_requests(content: bytes) -> Iterator[str]:
    """What a browser would fetch from elsewhere, or run, when it opens a page."""
    page = page_of(content)
    for name, attributes in page.elements:
        source = attributes.get(_LOADING.get(name, ""), "")
        if _FOREIGN.match(source) or (
            _SCRIPTED.match(source) and name in {"script", "iframe", "embed", "object"}
        ):
            yield f"<{name}> loads {source[:60]}"
        rel = set(attributes.get("rel", "").lower().split()) if name == "link" else set()
        if rel & _LOADED_LINKS and _FOREIGN.match(attributes.get("href", "")):
            yield f"<link> loads {attributes['href'][:60]}"
        if name == "script" and "src" not in attributes and attributes.get("type", "") not in _DATA_TYPES:
            yield "a script stands in the page itself"
        for attribute, value in attributes.items():
            if attribute.startswith("on"):
                yield f"<{name}> has a script in {attribute}"
            if attribute in {"href", "action", "formaction"} and _SCRIPTED.match(value):
                yield f"<{name}> leads to {value[:40]}"
            if attribute == "srcset" and any(map(_FOREIGN.match, value.split(","))):
                yield f"<{name}> loads {value[:60]}"
            if attribute == "style" and (found := _IN_STYLE.search(value)):
                yield f"a style loads {found.group()[:60]}"
    yield from foreign_styles(page.styles)


def foreign_styles(text: str) -> Iterator[str]:
    """What a style sheet would fetch from elsewhere."""
    for found in _IN_STYLE.finditer(text):
        yield f"a style loads {found.group()[:60]}"


def escaped_text(path: str, content: bytes) -> str | None:
    """Where a text from data became more than a text, or None."""
    kind = kind_of(path)
    text = content.decode("utf-8", "replace")
    if kind in PAGES:
        for name, attributes in page_of(content).elements:
            if name.startswith(PROBE) or any(PROBE in attribute for attribute in attributes):
                return "a text from data became an element or an attribute"
        if "1337" in text:
            return "a text from data was run as a template"
    elif kind in (".xml", ".svg", ".rss", ".atom"):
        root = ET.fromstring(content)  # noqa: S314 - what the plugin under test made itself
        if any(PROBE in str(node.tag) or any(PROBE in name for name in node.attrib) for node in root.iter()):
            return "a text from data became an element or an attribute"
    elif kind == ".csv":
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_delimiter(text)):
            for cell in row:
                if _FORMULA.match(cell) and not _PLAIN_NUMBER.match(cell):
                    return f"the cell {cell[:20]!r} is a formula"
    elif kind in (".ics", ".vcf", ".eml"):
        lines = text.replace("\r\n ", "").replace("\r\n\t", "").split("\r\n" if "\r\n" in text else "\n")
        headers = lines[: lines.index("")] if kind == ".eml" and "" in lines else lines
        if any(re.match(rf"(?:X-)?{PROBE}\s*:", line, re.IGNORECASE) for line in headers):
            return "a text from data became a line of its own"
    return None


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def readable(content: bytes, path: str) -> str:
    """A file's content as one text in which words can be searched, also inside archives, encodings and half files."""
    kind, whole = kind_of(path), broken(path, content) is None
    text = content.decode("utf-8", "replace")
    if whole and kind in (".xlsx", ".ods", ".zip", ".docx", ".odt"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif kind == ".eml":
        message = email.message_from_bytes(content, policy=email.policy.default)
        parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        text += "\n".join(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes))
    elif whole and kind in (".json", ".jsonld", ".geojson"):
        text = json.dumps(json.loads(content), ensure_ascii=False)
    return f"{path}\n{text}".casefold()
