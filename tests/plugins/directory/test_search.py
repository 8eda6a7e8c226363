"""The search as people use it, in Chromium: sixty questions in six languages about the demo, with what must come.

The questions were written from the entries alone, without sight of the search (`queries.csv`).
"""

from __future__ import annotations

import csv
import datetime as dt
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from allin_hub.demo import copy
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish

pytestmark = pytest.mark.browser
NOW = dt.datetime(2026, 12, 1, 8, 0, tzinfo=dt.UTC)
QUESTIONS = list(
    csv.DictReader((Path(__file__).parent / "queries.csv").read_text(encoding="utf-8").splitlines())
)
ASK = """
const [question, done] = arguments;
index().then((known) => { const { found } = answers(question, known); done(found.slice(0, 10).map((one) => one.title)); });
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the demo."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    copy(folder, NOW.date())
    with closing(open_hub(folder, clock=lambda: NOW)) as hub:
        sync(hub)
        assert publish(hub, ["verzeichnis"])["verzeichnis"].status == "done"
    return folder / "public"


@pytest.fixture
def page(browser: Any, demo: Path) -> Any:
    """The German start page."""
    browser.get(f"{demo.as_uri()}/de/index.html")
    return browser


def _typed(page: Any, words: str) -> None:
    field = page.find_element(By.ID, "q")
    field.clear()
    field.send_keys(words)
    WebDriverWait(page, 10).until(lambda _: page.find_element(By.CSS_SELECTOR, "[role=status]").text)


@pytest.mark.parametrize("question", QUESTIONS, ids=[one["id"] for one in QUESTIONS])
def test_what_must_come_is_among_the_first_ten(page: Any, question: dict[str, str]) -> None:
    """By other words, in other languages, with slips, by street, by postal code."""
    found = page.execute_async_script(ASK, question["query"])
    assert [title for title in question["must"].split("|") if title and title not in found] == []


@pytest.mark.parametrize("question", [one for one in QUESTIONS if not one["must"]], ids=lambda one: one["id"])
def test_a_search_never_ends_in_nothing(page: Any, question: dict[str, str]) -> None:
    """Where nothing fits, it says so, and offers what people come for."""
    _typed(page, question["query"])
    status = page.find_element(By.CSS_SELECTOR, "[role=status]").text
    assert status.startswith(("Nichts gefunden", "Nichts hat alle diese Wörter"))
    links = page.find_elements(By.CSS_SELECTOR, ".found .needs a")
    assert len([link for link in links if link.is_displayed()]) == 6


def test_found_entries_stand_alone_where_all_words_fit(page: Any) -> None:
    """Nothing is offered beside them."""
    _typed(page, "deutschkurs")
    assert "Deutschkurse für Frauen" in page.find_element(By.CSS_SELECTOR, ".found").text
    assert page.find_elements(By.CSS_SELECTOR, ".found .offers") == []
