"""The door to the network: polite, bounded, and closed to whatever is not public.

Plugins get it as `run.http`. It follows no proxy variable, keeps no cookies, and writes no log.
"""

from __future__ import annotations

import re
import ssl
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpcore
import httpx

from allin_hub.base.errors import Unavailable, refused, unavailable
from allin_hub.base.types import Secret
from allin_hub.http import allowed_hosts
from allin_hub.http.response import Cut, Response, body
from allin_hub.http.retry import FetchLimits, Patience, retry_after
from allin_hub.http.transport import CheckedTransport, Clock, Deadline

__all__ = ["FetchLimits", "Http", "Response"]

_REDIRECTS = (301, 302, 303, 307, 308)
_DENIED = (401, 403)
_MISSING = (404, 410)
_BUSY = (429, 503)
_AGENT = "allin-hub"
_MOST_PAGES = 2_000
_SENDABLE = re.compile(r"[\t\x20-\x7e]*")
"""What may stand in a header."""


_STANDARD = FetchLimits()


@dataclass(frozen=True, slots=True)
class _Call:
    """What is to be fetched, and what only the configured host may see."""

    url: httpx.URL
    home: httpx.URL
    """The URL that the source was given; another one is a page further on."""
    private: Mapping[str, str]
    conditions: Mapping[str, str]

    def headers(self, target: httpx.URL) -> dict[str, str]:
        """Credentials and own headers go to the configured server alone, and never from https to http."""
        own = self.private if target.host == self.home.host and self._is_as_safe(target) else {}
        return {"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **self.conditions, **own}

    def _is_as_safe(self, target: httpx.URL) -> bool:
        """Whether scheme and port are those of home, or its http has become https."""
        ends = (target.scheme, allowed_hosts.port(target))
        home = (self.home.scheme, allowed_hosts.port(self.home))
        return ends == home or (home == ("http", 80) and ends == ("https", 443))


class Http:
    """Fetches what sources ask for. `allow_hosts` lists in-house hosts, as `"127.0.0.1:8080"`."""

    def __init__(
        self,
        *,
        allow_hosts: Sequence[str] = (),
        limits: FetchLimits = _STANDARD,
        per_minute: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Clock = time.monotonic,
        now: Clock = time.time,
        resolve: allowed_hosts.Resolver | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._allow_hosts = tuple(allow_hosts)
        self._limits = limits
        self._pause = 60 / per_minute if per_minute else 0.0
        self._asked: float | None = None
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._deadline = Deadline(clock)
        self._resolve = resolve or allowed_hosts.resolver(limits.connect)
        self._transport = transport
        self._arrived: httpx.URL | None = None

    def get(
        self,
        url: str | httpx.URL,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Secret | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Response:
        """Fetch a URL; `auth` is sent as a bearer token, to the host of this URL alone.

        Raises Refused when the owner has to change something, Unavailable when it may work later.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        known = {name: value for name, value in conditions.items() if value and _SENDABLE.fullmatch(value)}
        return self._patiently(self._call(url, params, headers, auth, known))

    def pages(
        self,
        url: str | httpx.URL,
        following: Callable[[Response], str | None],
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Secret | None = None,
    ) -> Iterator[Response]:
        """Fetch a URL and, page after page, what `following` finds in each answer, until it finds nothing.

        A link may lead only to where a redirect might, and the key goes along to the same host alone.
        Raises Refused for pages that lead in a circle or inwards, and whatever `get` raises.
        """
        call = self._call(url, params, headers, auth, {})
        seen = {str(call.url)}
        inside = allowed_hosts.is_listed(call.url, self._allow_hosts)
        while True:
            answer = self._patiently(call)
            yield answer
            link = following(answer)
            if not link:
                return
            target = self._redirected(self._arrived or call.url, link, inside=inside)
            if str(target) in seen or len(seen) >= _MOST_PAGES:
                raise refused("FEED_PAGES", url=allowed_hosts.shown(target))
            seen.add(str(target))
            call = replace(call, url=target)

    def close(self) -> None:
        """Close every connection."""
        if self._transport is not None:
            self._transport.close()

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(
        self,
        url: str | httpx.URL,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        auth: Secret | None,
        conditions: Mapping[str, str],
    ) -> _Call:
        target = allowed_hosts.checked(url, self._allow_hosts)
        if params:
            target = target.copy_merge_params(
                {key: value for key, value in params.items() if value is not None}
            )
        private = dict(headers or {})
        if auth is not None:
            if target.scheme != "https" and not allowed_hosts.is_listed(target, self._allow_hosts):
                raise refused("URL_NOT_SECURE", url=allowed_hosts.shown(target))
            private["Authorization"] = f"Bearer {auth.get_secret_value().strip()}"
        if not all(_SENDABLE.fullmatch(value) for value in private.values()):
            raise refused("KEY_UNFIT", url=allowed_hosts.shown(target))
        return _Call(target, target, private, conditions)

    def _patiently(self, call: _Call) -> Response:
        """Try again what may pass, as long as the server wants to be waited for."""
        patience = Patience(self._limits, self._sleep, self._clock)
        while True:
            try:
                return self._once(call, patience)
            except Unavailable as failure:
                patience.wait(failure)

    def _once(self, call: _Call, patience: Patience) -> Response:
        """Send a request, and those that its redirects ask for."""
        if self._pause:
            self._wait()
        target = call.url
        inside = allowed_hosts.is_listed(target, self._allow_hosts)
        self._deadline.set(self._limits.total)
        for _ in range(self._limits.redirects + 1):
            if not patience.may_ask():
                break
            with self._answer(target, call.headers(target)) as answer:
                if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                    self._arrived = target
                    return self._judged(answer, target, call)
                location = answer.headers["location"]
            target = self._redirected(target, location, inside=inside)
        raise refused("FEED_REDIRECTS", url=allowed_hosts.shown(call.url))

    def _wait(self) -> None:
        """Leave the server alone for as long as the source declares."""
        if self._asked is not None:
            left = self._asked + self._pause - self._clock()
            if left > 0:
                self._sleep(left)
        self._asked = self._clock()

    def _redirected(self, base: httpx.URL, location: str, *, inside: bool) -> httpx.URL:
        try:
            target = allowed_hosts.checked(base.join(location), self._allow_hosts)
        except (httpx.InvalidURL, ValueError):
            raise refused("URL_REFUSED", url=allowed_hosts.shown(base)) from None
        if not inside and allowed_hosts.is_listed(target, self._allow_hosts):
            raise refused("URL_REFUSED", url=allowed_hosts.shown(target))
        return target

    @contextmanager
    def _answer(self, target: httpx.URL, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Lend an answer whose body is still to be read; whatever breaks in between is `Unavailable`."""
        limits, url = self._limits, allowed_hosts.shown(target)
        timeout = {
            "connect": limits.connect,
            "read": limits.read,
            "write": limits.read,
            "pool": limits.connect,
        }
        request = httpx.Request("GET", target, headers=headers, extensions={"timeout": timeout})
        if self._transport is None:
            self._transport = CheckedTransport(self._allow_hosts, self._deadline, self._resolve)
            weakref.finalize(self, self._transport.close)
        try:
            answer = self._transport.handle_request(request)
            try:
                yield answer
            finally:
                answer.close()
        except (httpcore.TimeoutException, httpx.TimeoutException):
            raise unavailable("FEED_TIMEOUT", url=url) from None
        except (httpcore.ConnectError, httpx.ConnectError) as error:
            certificate = isinstance(error.__context__, ssl.SSLCertVerificationError)
            raise unavailable("FEED_CERTIFICATE" if certificate else "FEED_UNREACHABLE", url=url) from None
        except (
            Cut,
            httpcore.RemoteProtocolError,
            httpx.RemoteProtocolError,
            httpcore.NetworkError,  # other than ConnectError: it was reached, and broke off
            httpx.NetworkError,
        ):
            raise unavailable("FEED_CUT", url=url) from None
        except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol, httpx.TransportError):
            raise refused("URL_REFUSED", url=url) from None

    def _judged(self, answer: httpx.Response, target: httpx.URL, call: _Call) -> Response:
        """Turn a status into content, or into who has to do what."""
        status, url = answer.status_code, allowed_hosts.shown(target)
        headers = httpx.Headers(answer.headers)
        if status == httpx.codes.NOT_MODIFIED and call.conditions:
            return Response(url, status, headers, b"", unchanged=True, redirected=target != call.url)
        if status == httpx.codes.OK:
            limits = self._limits
            content = body(
                answer, self._chunks(answer), url, compressed=limits.compressed, inflated=limits.inflated
            )
            return Response(url, status, headers, content, redirected=target != call.url)
        wait = retry_after(headers.get("retry-after"), self._now())
        if status in _BUSY:
            raise unavailable("FEED_BUSY", url=url, status=status, retry_after=wait)
        if status in _DENIED:
            raise refused("FEED_DENIED", url=url, status=status)
        if status in _MISSING:
            raise refused("FEED_MISSING", url=url, status=status)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status < httpx.codes.BAD_REQUEST:
            raise unavailable("FEED_FAILS", url=url, status=status, retry_after=wait)
        raise refused("FEED_REFUSES", url=url, status=status)

    def _chunks(self, answer: httpx.Response) -> Iterator[bytes]:
        assert isinstance(answer.stream, httpx.SyncByteStream)  # noqa: S101 - every transport here is synchronous
        for chunk in answer.stream:
            self._deadline.left(None)
            yield chunk
