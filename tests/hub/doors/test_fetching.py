"""The door to the network holds against a server that fails in every way."""

from __future__ import annotations

import datetime as dt
import logging

import httpx
import pytest
from pydantic import SecretStr

from allin_hub.base.errors import HubError, Refused, Unavailable
from allin_hub.http import client, retry
from allin_hub.http.response import Cut, body
from allin_hub.readers.open import open_table

UNAVAILABLE = {
    "/500": "FEED_FAILS",
    "/204": "FEED_FAILS",
    "/206": "FEED_FAILS",
    "/cut-length": "FEED_CUT",
    "/cut-chunk": "FEED_CUT",
    "/cut-chunks": "FEED_CUT",
    "/cut-gzip": "FEED_CUT",
    "/cut-gzip-trailer": "FEED_CUT",
    "/bad-gzip-trailer": "FEED_CUT",
    "/no-gzip": "FEED_CUT",
    "/garbage": "FEED_CUT",
    "/silence": "FEED_CUT",
    "/429-odd": "FEED_BUSY",
}
REFUSED = {
    "/unknown-encoding": "FEED_PACKED",
    "/400": "FEED_REFUSES",
    "/401": "FEED_DENIED",
    "/403": "FEED_DENIED",
    "/404": "FEED_MISSING",
    "/inward": "URL_REFUSED",
    "/inward-mapped": "URL_REFUSED",
    "/to-file": "URL_REFUSED",
    "/to-name": "URL_REFUSED",
}


@pytest.mark.parametrize(("path", "code"), UNAVAILABLE.items())
def test_what_may_pass_is_tried_five_times_and_then_given_up(faults, http, naps, path, code) -> None:
    """A cut or failing answer never counts as data, and never makes a storm of requests."""
    with pytest.raises(Unavailable) as caught:
        http().get(faults.url(path))

    assert caught.value.code == code
    assert faults.counts()[path] == 5
    assert len(naps) == 4
    assert naps == sorted(naps)


@pytest.mark.parametrize(("path", "code"), REFUSED.items())
def test_what_needs_a_person_is_asked_for_once(faults, http, naps, path, code) -> None:
    """Trying a wrong key five times locks accounts."""
    with pytest.raises(Refused) as caught:
        http().get(faults.url(path))

    assert caught.value.code == code
    assert faults.counts() == {path: 1}
    assert naps == []


@pytest.mark.parametrize("path", ["/ok", "/gzip", "/gzip-members", "/hop", "/flaky"])
def test_whole_answers_come_through(faults, http, path) -> None:
    """Compressed, redirected or late: the content is the same."""
    response = http().get(faults.url(path))

    assert response.status == 200
    assert response.content == b"Name;Ort\r\nVerein;Kassel\r\n" * 400


@pytest.mark.parametrize(("path", "seconds"), [("/429", 7.0), ("/429-date", 9.0)])
def test_retry_after_is_obeyed(faults, http, naps, path, seconds) -> None:
    """A server says how long it wants to be left alone, in seconds or as a date."""
    with pytest.raises(Unavailable) as caught:
        http().get(faults.url(path))

    assert naps == [seconds] * 4
    assert caught.value.retry_after == seconds


def test_a_server_that_asks_for_an_hour_is_given_up_by_name(faults, http, naps) -> None:
    """Nobody waits at the screen for an hour; the next sync comes anyway."""
    with pytest.raises(Unavailable, match=r"/429-long") as caught:
        http().get(faults.url("/429-long"))

    assert naps == []
    assert caught.value.retry_after == 3600
    assert faults.counts() == {"/429-long": 1}


def test_a_redirect_loop_ends(faults, http) -> None:
    """Five redirects are enough for every honest server."""
    with pytest.raises(Refused) as caught:
        http().get(faults.url("/loop"))

    assert caught.value.code == "FEED_REDIRECTS"
    assert faults.counts()["/loop"] == 6


def test_redirects_count_together_with_the_attempts_before_them(faults, http) -> None:
    """A server that fails twice and then leads in a circle is asked six times in all, not six times more."""
    with pytest.raises(Refused) as caught:
        http().get(faults.url("/flaky-loop"))

    assert caught.value.code == "FEED_REDIRECTS"
    assert faults.counts()["/flaky-loop"] == 6


def test_a_body_shorter_than_its_declared_length_is_cut_whoever_carries_it() -> None:
    """The hub counts by itself: another transport, or another release of this one, may let it pass."""
    short = httpx.Response(200, headers={"Content-Length": "40"})

    with pytest.raises(Cut):
        body(short, iter([b"only this came"]), "https://feed.example", compressed=1000, inflated=1000)


@pytest.mark.parametrize("path", ["/drip", "/drip-headers"])
def test_a_body_that_drips_meets_the_deadline(faults, http, path) -> None:
    """Each byte comes in time; the answer as a whole never would."""
    with pytest.raises(Unavailable) as caught:
        http(total=0.4, attempts=1).get(faults.url(path))

    assert caught.value.code == "FEED_TIMEOUT"


@pytest.mark.parametrize("path", ["/bomb", "/big", "/endless"])
def test_sizes_are_counted_while_they_grow(faults, http, path) -> None:
    """A small compressed answer may hold gigabytes; a large one may never end."""
    with pytest.raises(Refused) as caught:
        http(compressed=2_000_000, inflated=5_000_000).get(faults.url(path))

    assert caught.value.code == "FEED_TOO_BIG"


def test_an_unchanged_feed_is_not_sent_again(faults, http) -> None:
    """The mark of the last answer goes back to the server, which then sends nothing."""
    door = http()
    first = door.get(faults.url("/etag"))
    second = door.get(faults.url("/etag"), etag=first.etag, last_modified=first.last_modified)

    assert not first.unchanged
    assert second.unchanged
    assert second.content == b""
    assert faults.requests[1][1]["if-modified-since"] == first.last_modified


def test_an_unasked_304_is_a_fault(faults, http) -> None:
    """Without a condition, 'nothing new' would read as an empty feed."""
    with pytest.raises(Unavailable):
        http(attempts=1).get(faults.url("/etag"), headers={"If-None-Match": '"v1"'})


@pytest.mark.parametrize("path", ["/wrong-charset", "/latin"])
def test_text_survives_what_the_server_says_about_it(faults, http, path) -> None:
    """Servers often declare an encoding that the text is not in."""
    assert http().get(faults.url(path)).text == "Müller"


def test_a_login_page_is_neither_json_nor_a_table(faults, http) -> None:
    """A feed whose key expired answers 200 with a page for people."""
    response = http().get(faults.url("/login"))

    with pytest.raises(Refused) as as_json:
        response.json()
    with pytest.raises(Refused) as as_table:
        list(open_table(response.content, "liste.csv"))
    assert as_json.value.code == "FEED_NOT_JSON"
    assert as_table.value.code == "FILE_NOT_A_TABLE"
    assert as_table.value.params == {"found": "HTML"}


@pytest.mark.parametrize(
    "content",
    [
        '{"a": NaN}',
        '{"a": [1], "a": []}',
        "[" * 100_000,
        "[" * 300 + "]" * 300,
        "1" * 100_000,
        "[1e999]",
        "",
        "{",
    ],
)
def test_json_that_is_ambiguous_or_hostile_is_refused(content) -> None:
    """A second, empty list under the same key would otherwise erase the first."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=content))
    response = client.Http(transport=transport).get("https://feed.example/")

    with pytest.raises(Refused) as caught:
        response.json()
    assert caught.value.code == "FEED_NOT_JSON"


def test_json_comes_through(faults, http) -> None:
    """What is sound is read as it is."""
    assert http().get(faults.url("/json")).json() == {"events": [{"id": 1, "name": "Café"}]}


def test_parameters_and_headers_arrive(faults, http) -> None:
    """Sources ask for changes since a moment; a None is left out."""
    http().get(
        faults.url("/ok?a=1"),
        params={"since": "2026", "b": None},
        headers={"X-Mine": "yes"},
        auth=SecretStr("k3y\n"),
    )
    path, headers = faults.requests[0]

    assert path == "/ok?a=1&since=2026"
    assert headers["x-mine"] == "yes"
    assert headers["authorization"] == "Bearer k3y"
    assert headers["accept-encoding"] == "gzip"


def _recorded(
    answers: dict[str, httpx.Response], **options: object
) -> tuple[client.Http, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answers.get(request.url.host, httpx.Response(200, content=b"ok"))

    return client.Http(transport=httpx.MockTransport(handle), sleep=lambda _: None, **options), seen


@pytest.mark.parametrize("location", ["https://elsewhere.example/x", "http://feed.example/x"])
def test_credentials_stay_with_the_configured_host(location) -> None:
    """A redirect to another host, or to http, must not carry the key along."""
    first = httpx.Response(302, headers={"Location": location})
    answers = iter([first, httpx.Response(200, content=b"ok")])
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return next(answers)

    http = client.Http(transport=httpx.MockTransport(handle))
    http.get("https://feed.example/a", auth=SecretStr("k3y"), headers={"X-Key": "k3y"})

    assert seen[0].headers["Authorization"] == "Bearer k3y"
    assert "k3y" not in str(seen[1].headers.raw)


def test_a_key_is_never_sent_in_the_clear() -> None:
    """Over http everybody on the way reads it."""
    http, seen = _recorded({})
    with pytest.raises(Refused) as caught:
        http.get("http://feed.example/a", auth=SecretStr("k3y"))

    assert caught.value.code == "URL_NOT_SECURE"
    assert seen == []


def test_a_public_server_cannot_send_the_hub_into_the_house() -> None:
    """A listed in-house host is for the source that names it, not for redirects from outside."""
    answers = {"feed.example": httpx.Response(302, headers={"Location": "http://10.0.0.5:8080/"})}
    http, seen = _recorded(answers, allow_hosts=["10.0.0.5:8080"])
    with pytest.raises(Refused) as caught:
        http.get("https://feed.example/")

    assert caught.value.code == "URL_REFUSED"
    assert [request.url.host for request in seen] == ["feed.example"]
    assert http.get("http://10.0.0.5:8080/").content == b"ok"


def test_webcal_is_https() -> None:
    """Calendars are often given as webcal://, which is no protocol of its own."""
    http, seen = _recorded({})
    http.get("webcal://termine.example/kalender.ics")

    assert str(seen[0].url) == "https://termine.example/kalender.ics"


def test_no_log_and_no_message_shows_a_query_or_a_key(faults, http, caplog) -> None:
    """Feeds' addresses often hold their password."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(HubError) as caught:
        http(attempts=1).get(faults.url("/private-0a1b2c3d4e5f6a7b8c9d/basic.ics?token=CANARY"))

    told = f"{caught.value} {caught.value.params} {caplog.text}"
    assert "CANARY" not in told
    assert "0a1b2c3d4e5f" not in told
    assert "/basic.ics" in told


def test_a_response_shows_no_content(faults, http) -> None:
    """Reprs end in logs."""
    assert "Verein" not in repr(http().get(faults.url("/ok")))


def test_proxy_variables_are_not_followed(faults, http, monkeypatch) -> None:
    """A proxy would resolve the name again, and defeat the check of the address."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert http().get(faults.url("/ok")).status == 200


def test_the_date_form_of_retry_after_reads_past_dates_as_now() -> None:
    """A clock that is wrong must not make the hub sleep for years, or backwards."""
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")

    assert retry.retry_after(past, 1_790_000_000.0) == 0.0
    assert retry.retry_after("²", 0) is None
