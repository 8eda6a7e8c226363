"""Each date of a series is told with its own title, place, text, link and status, in every output."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish

INPUTS = Path(__file__).parent / "inputs"
SETTINGS = """
[hub]
title = "Test"
languages = ["de", "en"]
[sources.kalender]
plugin = "ical"
path = "kalender.ics"
[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Servicestelle"
[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "brief@servicestelle.example"
imprint = "Servicestelle"
"""


class Site:
    """What was published of one calendar at one moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entry(self, title: str) -> dict[str, Any]:
        """An event in the published data."""
        found = json.loads((self.folder / "public/data/events.json").read_bytes())
        return next(one for one in found if one["title"] == title)

    def page(self, title: str) -> str:
        """The German page of an event, without its script for search engines."""
        text = (self.folder / f"public/de/events/{self.entry(title)['slug']}.html").read_text(
            encoding="utf-8"
        )
        return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)

    def linked(self, title: str) -> dict[str, Any]:
        """What its page tells search engines."""
        text = (self.folder / f"public/de/events/{self.entry(title)['slug']}.html").read_text(
            encoding="utf-8"
        )
        found = re.search(r'ld\+json">(.*?)</script>', text, re.DOTALL)
        assert found is not None
        data: dict[str, Any] = json.loads(found[1])
        return data

    def row(self, title: str) -> dict[str, str]:
        """Its row in the download, by its id."""
        rows = csv.DictReader(
            io.StringIO((self.folder / "public/data/events.csv").read_text(encoding="utf-8-sig"))
        )
        return next(one for one in rows if one["id"] == self.entry(title)["id"])

    @property
    def list(self) -> str:
        """The list of all events."""
        return (self.folder / "public/de/events/index.html").read_text(encoding="utf-8")

    @property
    def letter(self) -> str:
        """The German letter as text."""
        return max((self.folder / "rundbrief").glob("*/de.txt")).read_text(encoding="utf-8")


@pytest.fixture
def published(tmp_path: Path) -> Callable[[str, dt.datetime], Site]:
    """Publishes a calendar as it is seen at a moment."""

    def made(name: str, now: dt.datetime) -> Site:
        (tmp_path / "hub.toml").write_text(SETTINGS, encoding="utf-8")
        shutil.copy(INPUTS / name, tmp_path / "kalender.ics")
        with closing(open_hub(tmp_path, clock=lambda: now)) as hub:
            assert sync(hub).sources["kalender"].status == "done"
            for output, one in publish(hub).items():
                assert one.status == "done", (output, one.message)
        return Site(tmp_path)

    return made


def test_the_next_date_stands_with_its_own_place(published: Callable[..., Site]) -> None:
    """On the page, in the list's data, for search engines, in the download and in the letter."""
    site = published("moved-next-date.ics", dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC))
    page = site.page("Malkurs")
    where = page[page.index("<dt>Wo</dt>") :]
    assert "Neues Haus" in where[: where.index("</dd>")]
    later = page[page.index("<dt>Weitere Termine</dt>") :]
    assert "Altes Haus" in later[: later.index("</dd>")]
    assert site.linked("Malkurs")["location"]["address"]["streetAddress"] == "Allee 9"
    assert site.row("Malkurs")["place"].startswith("Neues Haus")
    letter = site.letter[site.letter.index("Malkurs") :]
    assert letter.index("Neues Haus") < letter.index("Altes Haus")


def test_the_next_date_says_that_it_does_not_take_place(published: Callable[..., Site]) -> None:
    """A title that says so is a cancelled date, everywhere."""
    site = published("moved-next-date.ics", dt.datetime(2026, 12, 4, 9, tzinfo=dt.UTC))
    assert "Abgesagt" in site.page("Yogakurs")
    assert site.linked("Yogakurs")["eventStatus"].endswith("EventCancelled")
    assert site.row("Yogakurs")["status"] == "cancelled"
    assert re.search(r"Yogakurs.*Fällt diesmal aus", site.letter)
    assert "Noch nicht sicher" in site.page("Stammtisch")
    assert site.row("Stammtisch")["status"] == "tentative"
    assert "Noch nicht sicher" in site.letter
    assert "Noch nicht sicher" in site.list


def test_a_date_has_its_own_title_text_and_link(published: Callable[..., Site]) -> None:
    """While it is to come beside the series, and for itself when it is next."""
    site = published("override-own-text.ics", dt.datetime(2026, 12, 5, 9, tzinfo=dt.UTC))
    page = site.page("Reihe")
    assert "Normale Beschreibung" in page
    apart = page[page.index("<h2>Zu einzelnen Terminen</h2>") :]
    assert "Reihe: Gast" in apart
    assert "HEUTE GAST aus Marburg" in apart
    assert "https://reihe.example/gast" in apart
    assert site.linked("Reihe")["url"] == "https://reihe.example/normal"

    calendar = (site.folder / "public/data/events.ics").read_text(encoding="utf-8").replace("\r\n ", "")
    assert calendar.count("Verlegter Termin ohne Serie") == 1
    assert "HEUTE GAST aus Marburg" in calendar
    assert "URL:https://reihe.example/gast" in calendar.replace(";VALUE=URI", "")

    site = published("override-own-text.ics", dt.datetime(2026, 12, 12, 9, tzinfo=dt.UTC))
    linked = site.linked("Reihe")
    assert (linked["name"], linked["url"]) == ("Reihe: Gast", "https://reihe.example/gast")
    assert linked["description"].startswith("HEUTE GAST")
    row = site.row("Reihe")
    assert (row["title"], row["url"]) == ("Reihe: Gast", "https://reihe.example/gast")
    assert row["description"].startswith("HEUTE GAST")
    assert "Reihe: Gast" in site.list
    assert "HEUTE GAST" in site.list
    assert "HEUTE GAST" in site.letter
