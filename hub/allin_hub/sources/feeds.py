"""The file behind a source's URL: asked for once per sync, and not sent again while the server says it is the same.

The mark of such a source has several lines. The first says what was read and alone decides whether anything is new;
the others are what to ask the next time: under which settings, and with which ETag and date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from allin_hub.base.errors import refused, unavailable
from allin_hub.base.types import Secret
from allin_hub.readers.open import is_blank, recognised_format

if TYPE_CHECKING:
    from allin_hub.api.source_run import SourceRun
    from allin_hub.http.client import Response

_LINES = 4
_START = 1024
_PAGES = frozenset({"HTML", "XML"})
_SETTLED = dt.timedelta(minutes=1)
"""A file that changed this shortly before it was sent may change again within the same second of its date."""
_SPELLING = re.compile(r'\A(?:W/)?"?(.*?)(?:[-;]+gzip)?"?\Z', re.DOTALL)


class Feed:
    """What a URL holds. `token` goes to its host alone."""

    def __init__(self, url: str, token: Secret | None) -> None:
        self._url = url
        self._token = token
        self._content: bytes | None = None
        self._run: SourceRun | None = None

    def content(self, run: SourceRun) -> bytes:
        """The bytes, fetched when they are first asked for in a run.

        Raises Refused for a page in place of a file, and Unavailable for an empty answer.
        """
        if self._content is None or self._run is not run:
            self._content, self._run = _content_of(run.http.get(self._url, auth=self._token)), run
        return self._content

    def mark(self, run: SourceRun, digest: Callable[[bytes], str], *settings: Any) -> str:
        """Mark what the URL holds: the mark that the run was given where the server says that it is the same.

        `digest` marks the bytes; `settings` are what decides how they are read, beside the map.
        """
        about = blake2b(repr((self._url, settings)).encode(), digest_size=16).hexdigest()
        known = (run.mark or "").split("\n")
        etag, changed = known[2:] if len(known) == _LINES and known[1] == about else ("", "")
        answer = run.http.get(self._url, auth=self._token, etag=etag or None, last_modified=changed or None)
        if answer.unchanged and run.mark is not None and _is_about(answer, etag):
            return run.mark
        if answer.unchanged:
            answer = run.http.get(self._url, auth=self._token)
        self._content, self._run = _content_of(answer), run
        return "\n".join([digest(self._content), about, *_to_ask_with(answer)])

    def done(self) -> None:
        """Let go of the bytes, so that even this run would ask again."""
        self._content = self._run = None


def is_same(mark: str, before: str | None) -> bool:
    """Whether two marks say that the same was read."""
    return before is not None and mark.partition("\n")[0] == before.partition("\n")[0]


def _content_of(answer: Response) -> bytes:
    start = answer.content[:_START]
    if is_blank(start) and not answer.content.strip():
        raise unavailable("FEED_EMPTY", url=answer.url)
    found = recognised_format(start)
    if found in _PAGES:
        raise refused("FEED_IS_PAGE", url=answer.url, found=found)
    return answer.content


def _is_about(answer: Response, etag: str) -> bool:
    """Whether an answer without content speaks of the very state that was asked about."""
    named = answer.etag
    return not answer.redirected and (named is None or not etag or _spelled(named) == _spelled(etag))


def _spelled(etag: str) -> str:
    """An ETag without what servers, and the programs that pack for them, put around it."""
    found = _SPELLING.match(etag)
    return found[1] if found else etag


def _to_ask_with(answer: Response) -> tuple[str, str]:
    """ETag and date with which the server may say 'the same' for certain; a redirect may lead elsewhere tomorrow."""
    if answer.redirected:
        return "", ""
    return answer.etag or "", _settled(answer.last_modified, answer.headers.get("date"))


def _settled(changed: str | None, sent: str | None) -> str:
    """The date of the last change, where it lies far enough before the answer."""
    if changed is None or sent is None:
        return ""
    try:
        distance = parsedate_to_datetime(sent) - parsedate_to_datetime(changed)
    except (ValueError, TypeError, OverflowError):
        return ""
    return changed if distance >= _SETTLED else ""
