"""A network of recorded answers: what a source asks for comes from fixtures, or goes wrong as it is told to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from allin_hub.http.client import FetchLimits, Http

MOST_REQUESTS = 500
_HTML = b"<!doctype html><html><head><title>Wartung</title></head><body><h1>Wir sind gleich zur\xc3\xbcck</h1></body></html>"


@dataclass(slots=True)
class Network:
    """Answers from recordings. With a `fault`, the request of that number goes wrong, counted from 1."""

    answers: Mapping[str, Any] | Path
    fault: str | None = None
    at: int = 1
    turned: bool = False
    """Whether lists of records come in the opposite order."""
    asked: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    hosts: tuple[str, ...] = ()

    def door(self) -> Http:
        """The hub's own door to the network, leading here."""
        limits = FetchLimits(attempts=2, total=3_600)
        return Http(
            allow_hosts=self.hosts,
            limits=limits,
            sleep=lambda _: None,
            transport=httpx.MockTransport(self.answer),
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What this server says."""
        self.asked.append(str(request.url))
        if len(self.asked) > MOST_REQUESTS:
            return httpx.Response(410)
        if self.fault is not None and len(self.asked) >= self.at:
            return self._faulty(request)
        content = self._content(str(request.url))
        if content is None:
            self.missing.append(_bare(str(request.url)))
            return httpx.Response(404)
        return httpx.Response(200, content=turned(content) if self.turned else content)

    def _faulty(self, request: httpx.Request) -> httpx.Response:
        if self.fault == "timeout":
            raise httpx.ReadTimeout("timeout", request=request)
        if self.fault == "html":
            return httpx.Response(200, content=_HTML, headers={"Content-Type": "text/html"})
        content = self._content(str(request.url)) or b"[]"
        if self.fault == "cut":
            stream = httpx.ByteStream(content[: len(content) // 2])
            return httpx.Response(200, stream=stream, headers={"Content-Length": str(len(content))})
        return httpx.Response(int(str(self.fault)))

    def _content(self, url: str) -> bytes | None:
        if isinstance(self.answers, Path):
            return _of_folder(self.answers, url)
        chosen = _closest(self.answers, url)
        if chosen is None:
            return None
        answer = self.answers[chosen]
        if isinstance(answer, Path):
            return answer.read_bytes()
        if isinstance(answer, bytes):
            return answer
        return (answer if isinstance(answer, str) else json.dumps(answer)).encode()


def turned(content: bytes) -> bytes:
    """A JSON document whose longest list of records is in the opposite order; anything else as it is."""
    try:
        document = json.loads(content)
    except ValueError:
        return content
    longest: list[Any] = max(_lists(document), key=len, default=[])
    longest.reverse()
    return json.dumps(document).encode()


def _lists(value: Any) -> list[list[Any]]:
    found: list[list[Any]] = []
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            return [value]
        found = [inner for item in value for inner in _lists(item)]
    elif isinstance(value, dict):
        found = [inner for item in value.values() for inner in _lists(item)]
    return found


def _closest(answers: Mapping[str, Any], url: str) -> str | None:
    """The recording for an address: the one with the most of its query that fits, and none of another."""
    asked = dict(parse_qsl(urlsplit(url).query))
    fitting: list[tuple[int, str]] = []
    for recorded in answers:
        query = dict(parse_qsl(urlsplit(recorded).query))
        if _bare(recorded) == _bare(url) and query.items() <= asked.items():
            fitting.append((len(query), recorded))
    return max(fitting)[1] if fitting else None


def _of_folder(folder: Path, url: str) -> bytes | None:
    """The recording in a folder: named as the last part of the address, or the only one."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    last = _bare(url).rstrip("/").rpartition("/")[2]
    for fits in (lambda path: path.name == last, lambda path: path.stem == last):
        found = next(filter(fits, files), None)
        if found is not None:
            return found.read_bytes()
    return files[0].read_bytes() if len(files) == 1 else None


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def hosts_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The hosts that settings name, so that recorded answers may stand for in-house ones too."""
    texts = [str(value) for value in config.values() if "://" in str(value)]
    return tuple(sorted({urlsplit(text).netloc.rpartition("@")[2] for text in texts} - {""}))
