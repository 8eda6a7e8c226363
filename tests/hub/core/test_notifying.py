"""The office is told once when a source or an output goes away, and once when it is back: by mail or anything else."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from allin_hub.hub import Hub
from allin_hub.operations import notify, notify_send, status
from allin_hub.operations.notify import Told, tell
from allin_hub.store import runs
from allin_hub.store.engine import writing

SETTINGS = """[hub]
title = "Forum Kassel"
languages = ["{language}"]

[notify]
to = [{to}]
after = 2

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"
"""
BY_ENV = '{ env = "BUERO" }'


class Killed(BaseException):
    """Stands for SIGKILL."""


class Post:
    """What arrived at a server of this test: JSON messages, or mails."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.answer = 200
        self.address = ""

    @property
    def titles(self) -> list[str]:
        """The subjects in the order of arrival."""
        return [str(one["title"]) for one in self.messages]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """An HTTP server that takes apprise's JSON messages; its address is a secret of the environment."""
    got = Post()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if got.answer == 200:
                got.messages.append(json.loads(content))
            self.send_response(got.answer)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    got.address = f"json://geheim:wort@127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("BUERO", got.address)
    try:
        yield got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def told_office(office: Any, header: Any, rows_of: Any) -> Any:
    """An office whose staff are told, with a sheet of thirty associations."""
    office.settings(SETTINGS.format(language="de", to=BY_ENV))
    office.sheet("vereine.csv", header, rows_of(30))
    return office


@pytest.fixture
def telling() -> Callable[..., Told]:
    """Tells what is new, as the end of each run does."""

    def run(office: Any) -> Told:
        hub: Hub = office.open()
        try:
            return tell(hub)
        finally:
            hub.close()

    return run


def break_sheet(office: Any) -> Any:
    """Take the file of the source away; what was in it."""
    path = office.folder / "data" / "vereine.csv"
    content = path.read_bytes()
    path.unlink()
    return content


def failing(office: Any, synced: Any, telling: Any, times: int) -> None:
    """Sync some times without the file, and tell after each."""
    for _ in range(times):
        assert "failed" == synced(office)["vereine"].status
        telling(office)


def test_a_source_is_told_once_away_and_once_back(
    told_office: Any, synced: Any, telling: Any, post: Post
) -> None:
    """Ten failures in a row are one message; that all is well again is one more, and then there is silence."""
    synced(told_office)
    telling(told_office)
    content = break_sheet(told_office)
    failing(told_office, synced, telling, 1)
    after_one = len(post.messages)
    failing(told_office, synced, telling, 9)
    away = post.titles
    (told_office.folder / "data" / "vereine.csv").write_bytes(content)
    for _ in range(3):
        synced(told_office)
        telling(told_office)

    assert 0 == after_one
    assert ["Forum Kassel: vereine fällt aus"] == away
    assert ["Forum Kassel: vereine fällt aus", "Forum Kassel: vereine ist wieder da"] == post.titles


def test_the_message_says_since_when_why_and_what_to_do(
    told_office: Any, synced: Any, telling: Any, post: Post
) -> None:
    """What happened, what it means for the public, and one command."""
    synced(told_office)
    break_sheet(told_office)
    failing(told_office, synced, telling, 2)
    text = post.messages[0]["message"]

    assert "Die Quelle vereine lässt sich seit Montag, 5. Oktober, 11:00 nicht lesen (2 Versuche)." in text
    assert "Was veröffentlicht ist, bleibt, aber es kommt nichts Neues." in text
    assert "Noch einmal holen: allin sync vereine" in text
    assert "allin status" in text


def test_a_held_run_is_told_once_and_its_end_too(
    told_office: Any, synced: Any, telling: Any, post: Post, header: Any, rows_of: Any
) -> None:
    """It waits for a person, who has to know."""
    synced(told_office)
    told_office.sheet("vereine.csv", header, rows_of(5))
    for _ in range(3):
        assert "held" == synced(told_office)["vereine"].status
        telling(told_office)
    synced(told_office, accepting="vereine")
    telling(told_office)

    assert ["Forum Kassel: vereine wartet auf Ihre Entscheidung", "Forum Kassel: vereine ist wieder da"] == (
        post.titles
    )
    assert "allin held vereine" in post.messages[0]["message"]


def test_data_that_nobody_renews_are_told_by_whatever_runs_next(
    told_office: Any, synced: Any, telling: Any, post: Post
) -> None:
    """A schedule that has stopped makes no failure, only age."""
    synced(told_office)
    told_office.now += dt.timedelta(days=3)
    telling(told_office)
    telling(told_office)
    synced(told_office)
    telling(told_office)

    assert ["Forum Kassel: vereine fällt aus", "Forum Kassel: vereine ist wieder da"] == post.titles
    assert "zuletzt am Montag, 5. Oktober, 11:00 gelesen" in post.messages[0]["message"]


def test_consents_that_an_unread_source_repeats_are_told_before_they_end(
    told_office: Any, synced: Any, telling: Any, post: Post, header: Any, rows_of: Any
) -> None:
    """A month before, once; by the message and by the status. Read again, all is well."""
    text = (told_office.folder / "hub.toml").read_text(encoding="utf-8")
    asked = 'columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }'
    told_office.settings(text.replace('key = "Nr."', f'key = "Nr."\n{asked}'))
    rows = [[*row, "Kanarina Rot", "ja" if row[0] == 1 else ""] for row in rows_of(3)]
    told_office.sheet("vereine.csv", [*header, "Ansprechperson", "Darf ins Verzeichnis?"], rows)
    synced(told_office)
    told_office.now += dt.timedelta(days=330)
    telling(told_office)
    early = _todo(told_office)
    told_office.now += dt.timedelta(days=10)
    for _ in range(3):
        telling(told_office)
    late = _todo(told_office)
    synced(told_office)
    telling(told_office)

    assert [
        "Forum Kassel: vereine fällt aus",
        "Forum Kassel: Einwilligungen aus vereine enden",
        "Forum Kassel: vereine ist wieder da",
    ] == post.titles
    assert "Kanarina" not in json.dumps(post.messages)
    assert "enden am Dienstag, 5. Oktober" in post.messages[1]["message"]
    assert ("consents_ending" in early, "consents_ending" in late) == (False, True)
    assert "consents_ending" not in _todo(told_office)


def _todo(office: Any) -> set[str]:
    hub = office.open()
    try:
        return {one.code for one in status.hub_status(hub).todo}
    finally:
        hub.close()


def test_an_output_is_told_alike(
    told_office: Any, synced: Any, published: Any, telling: Any, post: Post
) -> None:
    """The public page that grows old is as bad as the source that stays away."""
    synced(told_office)
    published(told_office)
    settings = (told_office.folder / "hub.toml").read_text(encoding="utf-8")
    folder = told_office.folder / "public"
    folder.rename(told_office.folder / "aside")
    folder.write_text("no folder", encoding="utf-8")
    for _ in range(4):
        assert "failed" == published(told_office)["verzeichnis"].status
        telling(told_office)
    folder.unlink()
    (told_office.folder / "aside").rename(folder)
    published(told_office)
    telling(told_office)

    assert ["Forum Kassel: verzeichnis fällt aus", "Forum Kassel: verzeichnis ist wieder da"] == post.titles
    assert "allin publish verzeichnis" in post.messages[0]["message"]
    assert settings == (told_office.folder / "hub.toml").read_text(encoding="utf-8")


def test_what_is_switched_off_is_no_news(told_office: Any, synced: Any, telling: Any, post: Post) -> None:
    """Neither that it stays away, nor that it would be back."""
    synced(told_office)
    content = break_sheet(told_office)
    failing(told_office, synced, telling, 2)
    text = (told_office.folder / "hub.toml").read_text(encoding="utf-8")
    told_office.settings(text.replace('key = "Nr."', 'key = "Nr."\nenabled = false'))
    telling(told_office)
    told_office.settings(text)
    (told_office.folder / "data" / "vereine.csv").write_bytes(content)
    synced(told_office)
    telling(told_office)

    assert ["Forum Kassel: vereine fällt aus"] == post.titles


def test_a_server_that_takes_nothing_fails_no_sync_and_is_asked_again(
    told_office: Any, synced: Any, telling: Any, post: Post
) -> None:
    """The message is not lost: it is told when an address takes it, and status says meanwhile that none does."""
    synced(told_office)
    break_sheet(told_office)
    post.answer = 500
    synced(told_office)
    synced(told_office)
    told = telling(told_office)
    hub = told_office.open()
    fault = status.last_fault(hub)
    hub.close()
    post.answer = 200
    telling(told_office)
    hub = told_office.open()
    after = status.last_fault(hub)
    hub.close()

    assert [1] == [one.number for one in told.faults]
    assert (True, None) == (fault is not None, after)
    assert ["Forum Kassel: vereine fällt aus"] == post.titles
    assert "geheim" not in str(told.faults)


def test_one_address_that_works_is_enough(
    told_office: Any, synced: Any, telling: Any, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead address beside it is reported, and does not make the living one ring at every run."""
    monkeypatch.setenv("TOT", "json://127.0.0.1:9/")
    told_office.settings(
        SETTINGS.format(language="en", to=f'{{ env = "TOT" }}, {{ env = "FEHLT" }}, {BY_ENV}')
    )
    synced(told_office)
    break_sheet(told_office)
    synced(told_office)
    synced(told_office)
    told = telling(told_office)
    again = telling(told_office)

    assert [1, 2] == [one.number for one in told.faults]
    assert "FEHLT" in told.faults[1].why
    assert ([], []) == (again.news, again.faults)
    assert ["Forum Kassel: vereine stays away"] == post.titles


def test_killed_before_sending_it_is_told_after(
    told_office: Any, synced: Any, telling: Any, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease of a process that is gone holds nobody up."""
    synced(told_office)
    break_sheet(told_office)
    synced(told_office)
    synced(told_office)

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(notify, "post", kill)
        with pytest.raises(Killed):
            telling(told_office)
    telling(told_office)
    telling(told_office)

    assert ["Forum Kassel: vereine fällt aus"] == post.titles


def test_killed_after_sending_it_is_told_again_once(
    told_office: Any, synced: Any, telling: Any, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice is a nuisance, never would be a directory that grows old unseen."""
    synced(told_office)
    break_sheet(told_office)
    synced(told_office)
    synced(told_office)

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(notify, "note_outcome", kill)
        with pytest.raises(Killed):
            telling(told_office)
    for _ in range(3):
        telling(told_office)

    assert ["Forum Kassel: vereine fällt aus"] * 2 == post.titles


def test_what_comes_up_while_another_process_tells_is_told_by_it(
    told_office: Any, synced: Any, telling: Any, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process leaves it to the first, which looks again before it gives the lease back."""
    synced(told_office)
    break_sheet(told_office)
    synced(told_office)
    synced(told_office)
    send = notify_send.post
    others: list[Told] = []

    def meanwhile(hub: Hub, subject: str, body: str) -> Any:
        if not others:
            with writing(hub.engine) as connection:
                runs.save_output(
                    connection, "verzeichnis", last_status="failed", failures=5, last_attempt_at=hub.clock()
                )
            others.append(telling(told_office))
        return send(hub, subject, body)

    monkeypatch.setattr(notify, "post", meanwhile)
    told = telling(told_office)

    assert [] == others[0].news
    assert ["vereine", "verzeichnis"] == [one.name for one in told.news]
    assert ["Forum Kassel: vereine fällt aus", "Forum Kassel: verzeichnis fällt aus"] == post.titles


def test_several_at_once_are_one_message(told_office: Any, synced: Any, telling: Any, post: Post) -> None:
    """A network that is down rings once, not once for each source."""
    text = SETTINGS.format(language="de", to=BY_ENV)
    for name in ("zwei", "drei"):
        text += (
            f'\n[sources.{name}]\nplugin = "spreadsheet"\npath = "data/{name}.csv"\nkind = "organisation"\n'
        )
    told_office.settings(text)
    synced(told_office)
    synced(told_office)
    telling(told_office)

    assert ["Forum Kassel: 2 fallen aus"] == post.titles
    assert post.messages[0]["message"].index("zwei") < post.messages[0]["message"].index("drei")


def test_no_message_holds_what_a_record_holds(
    told_office: Any, synced: Any, telling: Any, post: Post, header: Any
) -> None:
    """Names, mails and numbers of a broken file stay in the hub."""
    synced(told_office)
    path = told_office.folder / "data" / "vereine.csv"
    path.write_text("Mira Kanarienvogel\nmira@kanarienvogel.example;0561 424242\n", encoding="utf-8")
    failing(told_office, synced, telling, 2)

    assert 1 == len(post.messages)
    for canary in ("Mira", "kanarienvogel", "424242"):
        assert canary not in json.dumps(post.messages[0], ensure_ascii=False)


def test_mail_arrives_as_a_letter(
    told_office: Any, synced: Any, telling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a mail server, with a subject that says what is inside, as plain text."""
    mails: list[Any] = []

    class Box:
        async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
            self, _server: Any, _session: Any, envelope: Any
        ) -> str:
            mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Box(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        monkeypatch.setenv(
            "BUERO", f"mailto://127.0.0.1:{port}?from=hub@forum.example&to=buero@forum.example&format=text"
        )
        synced(told_office)
        break_sheet(told_office)
        failing(told_office, synced, telling, 2)
    finally:
        server.stop()

    (recipients, mail), *more = mails
    assert (["buero@forum.example"], []) == (recipients, more)
    assert "Forum Kassel: vereine fällt aus" == mail["Subject"]
    assert "Die Quelle vereine lässt sich seit" in mail.get_content()
    assert "text/plain" == mail.get_content_type()


def test_without_addresses_nobody_is_told_and_nothing_is_noted(
    sheet_office: Any, synced: Any, telling: Any
) -> None:
    """Whoever names an address later is told what stays away then."""
    synced(sheet_office)
    before = sheet_office.rows("source_state", "lease", "hub_fact")
    told = telling(sheet_office)

    assert ([], []) == (told.news, told.faults)
    assert before == sheet_office.rows("source_state", "lease", "hub_fact")
