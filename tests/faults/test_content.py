"""Answers that are whole and wrong: pages for people, nothing, half of it, other keys, other content, odd headers."""

from __future__ import annotations

import pytest
from tests.faults.conftest import COUNT, GOOD, Office, door
from tests.faults.server import Fault, FaultServer, answer, chunked

from allin_hub.base.errors import HubError, Refused
from allin_hub.i18n.translator import Voice

LOGIN = b"<!doctype html><html><body><form action='/login'><input type='password'></form></body></html>"
ERROR = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
WRONG = {
    "login page": (answer("200 OK", LOGIN, "Content-Type: text/html"), "FEED_IS_PAGE", "eine Seite (HTML)"),
    "error page": (answer("200 OK", b"\r\n <HTML><h1>502</h1>"), "FEED_IS_PAGE", "eine Seite (HTML)"),
    "error of a storage": (answer("200 OK", ERROR), "FEED_IS_PAGE", "eine Seite (XML)"),
    "nothing": (answer("200 OK"), "FEED_EMPTY", "eine leere Antwort"),
    "blanks": (answer("200 OK", b" \r\n" * 2_000), "FEED_EMPTY", "eine leere Antwort"),
}
HARMLESS: dict[str, Fault] = {
    "wrong charset": lambda asked: answer("200 OK", asked.good, "Content-Type: text/csv; charset=utf-16"),
    "unknown charset": lambda asked: answer("200 OK", asked.good, "Content-Type: text/csv; charset=klingon"),
    "odd content type": lambda asked: answer("200 OK", asked.good, "Content-Type: image/png"),
    "broken content type": lambda asked: answer("200 OK", asked.good, 'Content-Type: ;;="'),
    "no content type": lambda asked: answer("200 OK", asked.good),
    "headers twice": lambda asked: answer("200 OK", asked.good, "ETag: a", "ETag: b", f"Content-Length: {len(asked.good)}"),
    "odd marks": lambda asked: answer("200 OK", asked.good, "ETag: ü\x01", "Last-Modified: yesterday", "Date: never"),
    "chunks": lambda asked: chunked(asked.good),
    "no length": lambda asked: b"HTTP/1.0 200 OK\r\n\r\n" + asked.good,
    "one redirect": lambda asked: (
        answer("200 OK", asked.good) if "?" in asked.path else answer("302 Found", b"", "Location: ?b")
    ),
}  # fmt: skip
BAD_JSON = {
    "no number": b'[{"id": NaN}]',
    "double names": b'[{"id": 1, "id": 2}]',
    "deep": b"[" * 5_000 + b"]" * 5_000,
    "huge number": b'[{"id": ' + b"9" * 5_000 + b"}]",
    "half": b'[{"id": 1, "Name"',
    "no text": b'[{"id": "\xff\xfe"}]',
}


@pytest.mark.parametrize("source", GOOD)
@pytest.mark.parametrize("kind", WRONG)
def test_a_page_or_nothing_is_no_file(office: Office, kind: str, source: str) -> None:
    """A share that expired answers 200 with a login; read as a table it would empty the directory."""
    sent, code, words = WRONG[kind]
    before = office.held()
    office.server.play(lambda _: sent, b"")
    report = office.sync(source)

    assert (report.status, [problem.code for problem in report.problems]) == ("failed", [code])
    assert words in str(report.message)
    assert isinstance(report.cause, HubError)
    assert all(Voice("en").error(report.cause))
    assert office.held() == before
    assert len(office.server.log) == 1


@pytest.mark.parametrize("kind", BAD_JSON)
def test_ambiguous_json_is_refused(office: Office, kind: str) -> None:
    """Of two equal names the last would win, and erase the first without a word."""
    before = office.held()
    office.server.play(None, BAD_JSON[kind])
    report = office.sync("anmeldungen")

    assert (report.status, [problem.code for problem in report.problems]) == ("failed", ["FEED_NOT_JSON"])
    assert "kein gültiges JSON" in str(report.message)
    assert office.held() == before
    assert len(office.server.log) == 1


@pytest.mark.parametrize("source", GOOD)
@pytest.mark.parametrize("kind", HARMLESS)
def test_what_a_server_says_about_a_file_does_not_change_it(office: Office, kind: str, source: str) -> None:
    """Most servers get something wrong; the content decides."""
    before = office.held()
    office.server.play(HARMLESS[kind], GOOD[source]())
    report = office.sync(source)

    assert (report.status, report.unchanged) == ("done", COUNT)
    assert office.held() == before


@pytest.mark.parametrize("source", GOOD)
@pytest.mark.parametrize(
    ("kind", "reason"), [("half", "lost"), ("keys", "new"), ("all", "changed"), ("header", "empty")]
)
def test_a_feed_that_shrinks_or_turns_over_waits_for_a_person(
    office: Office, kind: str, reason: str, source: str
) -> None:
    """Half once, other keys, all changed: nothing moves, and the healthy feed goes on as if nothing had been."""
    good = GOOD[source]
    wrong = {
        "half": lambda: good(range(COUNT // 2)),
        "keys": lambda: good(key=1_000),
        "all": lambda: good(town="Baunatal"),
        "header": lambda: good(range(0)),
    }[kind]
    before = office.held()
    office.server.play(None, wrong())
    report = office.sync(source)
    waits = office.held()
    office.server.play(None, good())
    again = office.sync(source)

    assert report.status == "held"
    assert reason in {one.code for one in report.held}
    assert waits == before
    assert (again.status, again.unchanged, again.new, again.changed, again.withdrawn) == (
        "done",
        COUNT,
        0,
        0,
        0,
    )
    assert office.held() == before


@pytest.mark.parametrize(
    ("link", "code", "requests"),
    [
        ("/a", "FEED_PAGES", 1),
        ("?page=2", "FEED_PAGES", 2),
        ("http://10.0.0.5/", "URL_REFUSED", 1),
        ("http://[::ffff:127.0.0.1]/", "URL_REFUSED", 1),
        ("http://169.254.169.254/latest", "URL_REFUSED", 1),
        ("file:///etc/passwd", "URL_REFUSED", 1),
        ("http://{canary}/", "URL_REFUSED", 1),
    ],
)
def test_links_to_next_pages_lead_neither_in_a_circle_nor_inwards(
    server: FaultServer, link: str, code: str, requests: int
) -> None:
    """Whoever writes the feed writes these links too."""
    server.play(None, b"page")
    server.canary.play(None, b"canary")
    leading = link.replace("{canary}", server.canary.host)
    with door(server, []) as http, pytest.raises(Refused) as caught:
        list(http.pages(f"http://{server.host}/a", lambda _: leading))

    assert caught.value.code == code
    assert len(server.log) == requests
    assert server.canary.log == []


def test_pages_come_to_their_end_and_the_key_stays_at_home(server: FaultServer) -> None:
    """A next page on another host is read, but never with the key."""
    from pydantic import SecretStr

    other = server.canary
    server.play(None, b"1")
    other.play(None, b"2")
    links = iter(["/b", f"http://{other.host}/c", None])
    with door(server, [], allow_hosts=[server.host, other.host]) as http:
        found = [
            page.content
            for page in http.pages(
                f"http://{server.host}/a",
                lambda _: next(links),
                auth=SecretStr("k3y"),
                headers={"X-Key": "k3y"},
            )
        ]

    assert found == [b"1", b"1", b"2"]
    assert [headers.get("authorization") for _, headers in server.log] == ["Bearer k3y"] * 2
    assert "k3y" not in str(other.log)


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines", "nul\x00"])
def test_a_key_that_no_header_can_carry_is_named(server: FaultServer, key: str) -> None:
    """It used to look like a broken plugin, or like a wrong address."""
    from pydantic import SecretStr

    server.play(None, b"x")
    with door(server, []) as http, pytest.raises(Refused) as caught:
        http.get(f"http://{server.host}/a", auth=SecretStr(key))

    assert caught.value.code == "KEY_UNFIT"
    assert key not in str(caught.value)
    assert server.log == []
