"""`allin hide`, `allin publish --offline` and `--dry-run` as a person calls them."""

from __future__ import annotations

import json
from typing import Any

SLUG = "kulturverein-nummer-2-"


def test_hide_publishes_at_once_and_says_what_is_hidden(office: Any, allin: Any) -> None:
    """One call is enough; the list says why and until when."""
    allin("run")

    hidden = allin("hide", SLUG, "--until", "2099-12-31", "--reason", "auf Wunsch")

    assert hidden.exit_code == 0
    assert "Der Eintrag ist bis zum Ende des 2099-12-31 verborgen." in hidden.stdout
    figures = json.loads((office.folder / "statistik/data/statistics.json").read_text(encoding="utf-8"))
    assert figures["kinds"]["organisation"]["total"] == 28
    listed = allin("hide").stdout
    assert all(word in listed for word in ("Kulturverein Nummer 2", "2099-12-31", "auf Wunsch"))
    shown = allin("hide", SLUG, "--show", "--json")
    assert json.loads(shown.stdout)["hidden"] == []
    assert allin("hide").stdout.strip() == "Nichts ist verborgen."
    assert {"hide", "unhide"} <= {run["job"] for run in json.loads(allin("runs", "--json").stdout)["runs"]}


def test_wrong_words_for_hide_are_said(office: Any, allin: Any) -> None:
    """Nothing is hidden by a slip."""
    allin("sync")
    for words in (("--show",), (SLUG, "--until", "morgen"), (SLUG, "--until", "2001-01-01"), ("niemand",)):
        assert allin("hide", *words).exit_code == 2
    assert json.loads(allin("hide", "--json").stdout) == {"hidden": []}


def test_offline_and_back(office: Any, allin: Any) -> None:
    """`allin status` tells it, `allin run` leaves it, `allin publish` ends it."""
    allin("run")

    assert allin("publish", "--offline", "statistik").exit_code == 0

    page = office.folder / "statistik/index.html"
    assert "nicht verfügbar" in page.read_text(encoding="utf-8")
    allin("run")
    assert "nicht verfügbar" in page.read_text(encoding="utf-8")
    status = allin("status").stdout
    assert "Vom Büro offline genommen: statistik." in status
    assert json.loads(allin("status", "--json").stdout)["outputs"]["statistik"]["state"] == "offline"
    assert allin("publish").exit_code == 0
    assert "nicht verfügbar" not in page.read_text(encoding="utf-8")
    assert (office.folder / "statistik/de/index.html").is_file()
    assert allin("publish", "statistik", "--offline", "statistik").exit_code == 2
    assert allin("publish", "--offline", "nirgends").exit_code == 2


def test_a_dry_run_lists_files_and_writes_none(office: Any, allin: Any) -> None:
    """Counted for people, whole for programs."""
    allin("sync")

    said = allin("publish", "--dry-run")

    assert said.exit_code == 0
    assert "+ data/statistics.json" in said.stdout
    assert not (office.folder / "statistik").exists()
    found = json.loads(allin("publish", "--dry-run", "--json").stdout)["outputs"]["statistik"]
    assert found["status"] == "preview"
    assert set(found["preview"]) == {"appear", "change", "go", "masked"}
    assert "index.html" in found["preview"]["appear"]
