"""A server that knows the state of the last sync sends nothing, and only then nothing is read."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path

import pytest
from tests.faults.catalogue import NOW
from tests.faults.conftest import COUNT, GOOD, PATHS, Office
from tests.faults.server import Asked, Fault, FaultServer, answer

LONG_AGO, JUST_NOW, SENT = (formatdate(NOW - age, usegmt=True) for age in (9_999, 5, 0))


@pytest.fixture
def office(tmp_path: Path, server: FaultServer) -> Office:
    """A hub of its own: what it remembers of the server is what is looked at."""
    return Office(tmp_path, server, "de")


def knowing(*marks: str, wrong: str = "") -> Fault:
    """A server that sends these marks, and 304 to whoever gives one of them back."""

    def respond(asked: Asked) -> bytes:
        known = {asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")}
        said = {mark.partition(": ")[2] for mark in marks}
        if known & said:
            return answer("304 Not Modified", b"", *([wrong] if wrong else marks[:1]))
        return answer("200 OK", asked.good, *marks, f"Date: {SENT}")

    return respond


def asked(server: FaultServer) -> list[tuple[str | None, str | None]]:
    """The conditions of each request."""
    return [(headers.get("if-none-match"), headers.get("if-modified-since")) for _, headers in server.log]


@pytest.mark.parametrize("source", GOOD)
@pytest.mark.parametrize(
    "marks",
    [
        ('ETag: "v1"',),
        ('ETag: W/"v1"',),
        ("ETag: v1",),
        (f"Last-Modified: {LONG_AGO}",),
        ('ETag: "v1"', f"Last-Modified: {LONG_AGO}"),
    ],
)
def test_an_unchanged_file_is_not_sent_again(office: Office, source: str, marks: tuple[str, ...]) -> None:
    """One request without a body, and the report is that of an unchanged source."""
    office.server.play(knowing(*marks), GOOD[source]())
    first = office.sync(source)
    before = office.held()
    second, third = office.sync(source), office.sync(source)
    sent = [mark.partition(": ")[2] for mark in marks]

    assert (first.status, first.unchanged) == ("done", COUNT)
    for report in (second, third):
        assert (report.status, report.fetched, report.unchanged) == ("done", COUNT, COUNT)
    conditions = asked(office.server)
    assert conditions[0] == (None, None)
    assert all(set(sent) == {one for one in given if one} for given in conditions[1:])
    assert len(conditions) == 3
    assert office.held() == before


def test_what_changed_is_read_though_a_state_is_known(office: Office) -> None:
    """A condition saves a body, never a change."""
    office.server.play(knowing('ETag: "v1"'), GOOD["vereine"]())
    office.sync("vereine")
    office.server.play(knowing('ETag: "v2"'), GOOD["vereine"](range(COUNT + 1)))
    report = office.sync("vereine")
    office.sync("vereine")

    assert (report.status, report.new, report.unchanged) == ("done", 1, COUNT)
    assert [given for given, _ in asked(office.server)] == ['"v1"', '"v2"']


def test_equal_bytes_under_a_new_mark_are_unchanged_and_the_mark_is_learned(office: Office) -> None:
    """A server that was moved gives other marks to the same file."""
    office.server.play(knowing('ETag: "v1"'), GOOD["vereine"]())
    office.sync("vereine")
    office.server.play(knowing('ETag: "v2"'), GOOD["vereine"]())
    reports = [office.sync("vereine") for _ in range(2)]

    assert [(report.status, report.unchanged) for report in reports] == [("done", COUNT)] * 2
    assert [given for given, _ in asked(office.server)] == ['"v1"', '"v2"']


@pytest.mark.parametrize(
    "marks",
    [
        ('ETag: "a"', 'ETag: "b"'),
        ("ETag: ü",),
        (f"Last-Modified: {JUST_NOW}",),
        ("Last-Modified: yesterday",),
    ],
)
def test_marks_that_prove_nothing_are_not_given_back(office: Office, marks: tuple[str, ...]) -> None:
    """Two marks, none that a header can hold, or a date within whose second the file may change once more."""
    office.server.play(knowing(*marks), GOOD["vereine"]())
    reports = [office.sync("vereine") for _ in range(2)]

    assert [report.status for report in reports] == ["done", "done"]
    assert asked(office.server) == [(None, None)] * 2


def test_a_file_behind_a_redirect_is_always_sent(office: Office) -> None:
    """Tomorrow the same address may lead to an older file, whose date says 'not modified'."""

    def respond(asked: Asked) -> bytes:
        if asked.path == PATHS["vereine"]:
            return answer("302 Found", b"", "Location: /november.csv")
        return knowing('ETag: "v1"', f"Last-Modified: {LONG_AGO}")(asked)  # type: ignore[return-value]

    office.server.play(respond, GOOD["vereine"]())
    reports = [office.sync("vereine") for _ in range(2)]

    assert [(report.status, report.unchanged) for report in reports] == [("done", COUNT)] * 2
    assert asked(office.server) == [(None, None)] * 4


@pytest.mark.parametrize(
    ("spelled", "requests"), [('ETag: W/"v1"', 1), ('ETag: "v1-gzip"', 1), ("ETag: v1", 1), ('ETag: "v9"', 2)]
)
def test_a_304_must_speak_of_the_state_that_was_asked_about(
    office: Office, spelled: str, requests: int
) -> None:
    """Servers spell one mark in several ways; of another mark it proves nothing, and the file is fetched whole."""
    office.server.play(knowing('ETag: "v1"'), GOOD["vereine"]())
    office.sync("vereine")
    office.server.play(knowing('ETag: "v1"', wrong=spelled), GOOD["vereine"]())
    report = office.sync("vereine")

    assert (report.status, report.unchanged) == ("done", COUNT)
    assert len(office.server.log) == requests


def test_after_a_failure_or_a_held_run_everything_is_read(office: Office) -> None:
    """What is stored is not what that server sent last: then no 304 may stand for it."""
    good = GOOD["vereine"]
    office.server.play(knowing('ETag: "v1"'), good())
    office.sync("vereine")
    office.server.play(knowing('ETag: "v2"'), good(range(5)))
    held = [office.sync("vereine") for _ in range(2)]

    assert [report.status for report in held] == ["held", "held"]
    assert asked(office.server) == [('"v1"', None), (None, None)]


def test_other_settings_ask_for_the_whole_file(office: Office) -> None:
    """The same bytes read in another way are other records."""
    office.server.play(knowing('ETag: "v1"'), GOOD["vereine"]())
    office.sync("vereine")
    office.change('key = "Nr."', 'key = "Nr."\nheader_row = 1')
    office.server.play(knowing('ETag: "v1"'), GOOD["vereine"]())
    report = office.sync("vereine")

    assert (report.status, report.unchanged) == ("done", COUNT)
    assert asked(office.server) == [(None, None)]
