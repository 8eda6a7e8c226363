"""Every fault at the door to the network: the right word for it, few requests, no way inwards."""

from __future__ import annotations

import pytest
from tests.faults.catalogue import CASES, Case
from tests.faults.conftest import door, vereine
from tests.faults.server import FaultServer

from allin_hub.base.errors import Refused, Unavailable
from allin_hub.base.problems import Problem

PATIENCE = 600
WORDS = {
    "FEED_BUSY": ("überlastet", "overloaded"),
    "FEED_CUT": ("unvollständig", "incomplete"),
    "FEED_DENIED": ("Zugangsschlüssel", "key"),
    "FEED_FAILS": ("antwortet mit einem Fehler", "answers with an error"),
    "FEED_MISSING": ("gibt es nichts", "nothing at"),
    "FEED_PACKED": ("gzip", "gzip"),
    "FEED_REDIRECTS": ("leitet immer weiter", "redirects again"),
    "FEED_REFUSES": ("nimmt die Anfrage nicht an", "does not accept"),
    "FEED_TIMEOUT": ("zu langsam", "too slowly"),
    "FEED_TOO_BIG": ("zu groß", "too big"),
    "URL_REFUSED": ("Diese Adresse ruft der Hub nicht ab", "does not call this address"),
}
"""What a person reads of each, and nothing else could say."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_has_its_name_and_costs_few_requests(server: FaultServer, case: Case) -> None:
    """No answer that is not whole counts as data, no fault makes a storm, and nothing leads into the house."""
    naps: list[float] = []
    server.play(case.fault, vereine())
    server.canary.play(None, b"canary")
    with door(server, naps, case.seconds) as http, pytest.raises((Refused, Unavailable)) as caught:
        http.get(f"http://{server.host}/vereine.csv?key=CANARY")

    assert caught.value.code == case.code
    assert len(server.log) == case.requests <= 6
    assert server.canary.log == []
    assert sum(naps) <= PATIENCE
    assert getattr(caught.value, "retry_after", None) == case.retry_after
    assert case.retry_after is None or case.requests == 1 or naps == [case.retry_after] * (case.requests - 1)
    problem = Problem(case.code, params=caught.value.params)
    for language, word in zip(("de", "en"), WORDS[case.code], strict=True):
        assert word in f"{problem.message(language)} {problem.hint(language)}"
        assert "…" not in problem.message(language).replace(str(caught.value.params["url"]), "")
        assert problem.hint(language)
    assert "CANARY" not in f"{caught.value} {caught.value.params}"


def test_every_code_is_told_apart() -> None:
    """Two faults that need different steps must not read alike."""
    assert {case.code for case in CASES} == set(WORDS)
    assert len({Problem(code).message("de") for code in WORDS}) == len(WORDS)
    assert len({case.name for case in CASES}) == len(CASES) > 100
