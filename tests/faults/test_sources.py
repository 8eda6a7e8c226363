"""Every fault through every kind of source: what the hub holds stays, and the report says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults.catalogue import CASES, Case
from tests.faults.conftest import GOOD, PATHS, Office
from tests.faults.test_door import WORDS

from allin_hub.base.errors import HubError
from allin_hub.i18n.translator import Voice


def _each() -> Iterator[Any]:
    """Every fault with one source; with `make proof-faults`, with all of them."""
    for number, case in enumerate(CASES):
        for turn, source in enumerate(GOOD):
            rarely = () if number % len(GOOD) == turn else (pytest.mark.slow,)
            yield pytest.param(case, source, marks=rarely, id=f"{case}-{source}")


@pytest.mark.parametrize(("case", "source"), list(_each()))
def test_a_fault_leaves_everything_as_it_was(office: Office, case: Case, source: str) -> None:
    """The source has failed, not become empty; the office reads why, and the server is not bothered again."""
    before = office.held()
    office.server.play(case.fault, GOOD[source]())
    office.seconds = case.seconds
    report = office.sync(source)

    assert (report.status, [problem.code for problem in report.problems]) == ("failed", [case.code])
    assert office.held() == before
    assert len(office.server.log) == case.requests <= 6
    assert report.retry_after == case.retry_after
    assert isinstance(report.cause, HubError)
    for language, word in zip(("de", "en"), WORDS[case.code], strict=True):
        message, hint = Voice(language).error(report.cause)
        assert word in f"{message} {hint}"
        assert hint
    assert (report.message, report.hint) == Voice("de").error(report.cause)


@pytest.mark.parametrize("source", GOOD)
def test_after_a_fault_the_next_sync_goes_on(office: Office, source: str) -> None:
    """A failure leaves no lease, no staging and no half record behind."""
    before = office.held()
    office.server.play(CASES[0].fault, GOOD[source]())
    office.sync(source)
    office.server.play(None, GOOD[source]())
    report = office.sync(source)

    assert (report.status, report.unchanged, report.new, report.changed, report.withdrawn) == (
        "done",
        30,
        0,
        0,
        0,
    )
    assert office.held() == before
    assert [path for path, _ in office.server.log] == [PATHS[source]]
