"""A reader of a site who never stops reading: follows every link from the start page, and looks at each page whole."""

from __future__ import annotations

import os
import threading
from collections import deque
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit


class Reader:
    """Reads a site in a thread for as long as the `with` lasts; `faults` says what a person would have seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.faults: list[str] = []
        self.sweeps = 0
        self.pages = 0

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _read(self) -> None:
        try:
            while not self._ended.is_set() and len(self.faults) < 5:
                self.sweep()
                self._ended.wait(0.03)
        except Exception as error:
            self.faults.append(f"the reader stopped: {error!r}")

    def sweep(self) -> None:
        """Follow every link from the start page once."""
        start = self._folder / "index.html"
        if not start.is_file():
            return
        waiting, came_from = deque([start]), {start: start}
        seen: dict[Path, bytes] = {}
        while waiting and not self._ended.is_set():
            page = waiting.popleft()
            try:
                seen[page] = content = page.read_bytes()
            except FileNotFoundError:
                if self._is_dead(page, came_from, seen):
                    self.faults.append(f"a dead link from {came_from[page].name} to {page.name}")
                continue
            self.pages += 1
            if page.suffix == ".html":
                fault, targets = looked_at(self._folder, page, content)
                if fault:
                    self.faults.append(f"{page.name} is broken: {fault}")
                for target in targets:
                    if target not in came_from:
                        came_from[target] = page
                        waiting.append(target)
        self.sweeps += 1

    def _is_dead(self, target: Path, came_from: dict[Path, Path], seen: dict[Path, bytes]) -> bool:
        """Whether the way from the start page to a file that is missing still is as it was read."""
        if target == self._folder / "index.html":
            return True
        page = came_from[target]
        while True:
            try:
                if page.read_bytes() != seen[page]:
                    return False
            except FileNotFoundError:
                return False
            if page == came_from[page]:
                return not target.exists()
            page = came_from[page]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")


@lru_cache(maxsize=2000)
def looked_at(folder: Path, page: Path, content: bytes) -> tuple[str | None, tuple[Path, ...]]:
    """What is not whole about a page, and the files of the site that it leads to."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "its text ends in the middle of a letter", ()
    parser = _Links()
    parser.feed(text)
    parser.close()
    targets = set()
    for link in parser.found:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        target = Path(os.path.normpath(page.parent / unquote(parts.path)))
        targets.add(target / "index.html" if link.endswith("/") else target)
    inside = tuple(sorted(target for target in targets if target.is_relative_to(folder)))
    return _broken(text, parser.tags), inside


def _broken(text: str, tags: list[str]) -> str | None:
    if not text.rstrip().endswith("</html>"):
        return "it does not end"
    for tag in ("html", "head", "body", "main"):
        if tags.count(tag) != tags.count(f"/{tag}"):
            return f"<{tag}> does not close"
    return None
