"""A source gets another name, and nothing else changes: not for the public, not for the persons, not for the next sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.hub import Hub
from allin_hub.manage.rename_source import rename
from allin_hub.store import leases
from allin_hub.store.engine import writing

SETTINGS = """# The office's settings.
[hub]
title = "Test"
languages = ["de"]

# The list of the forum.
[sources.vereine]   # every week
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[sources.vereine.columns]
"Darf ins Verzeichnis?" = "contacts.consent.directory_public"

[sources.zweite]
plugin = "spreadsheet"
path = "data/zweite.csv"
kind = "organisation"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"
"""
HEADER = ["Nr.", "Name", "Straße", "PLZ", "Ort", "Ansprechperson", "Darf ins Verzeichnis?"]


class Killed(BaseException):
    """Stands for SIGKILL: nothing that the hub does may catch it and carry on."""


def row(number: int, name: str, person: str = "", consent: str = "") -> list[Any]:
    """A row of the sheet; rows of equal names lie at one address."""
    return [number, name, "Auedamm 21", "34121", "Kassel", person, consent]


@pytest.fixture
def office_of_two(office: Any) -> Any:
    """An office with two sources; one names an association twice, with a person who agreed."""
    office.settings(SETTINGS)
    office.sheet(
        "vereine.csv",
        HEADER,
        [
            row(1, "Teehaus e. V.", "Mira Beispiel", "ja"),
            row(2, "Teehaus e. V.", "Mira Beispiel", "ja"),
            row(3, "Chorkreis"),
            row(4, ""),
        ],
    )
    office.sheet("zweite.csv", HEADER, [row(1, "Gartenfreunde")])
    return office


@pytest.fixture
def with_hub() -> Callable[..., Any]:
    """Does something with an open hub."""

    def run(office: Any, do: Callable[[Hub], Any]) -> Any:
        hub = office.open()
        try:
            return do(hub)
        finally:
            hub.close()

    return run


def ids(exported: Any, office: Any, kind: str = "organisation") -> dict[str, str]:
    """Entities by name."""
    return {str(one.get("name")): one["id"] for one in exported(office, kind)}


def test_a_renamed_source_is_unchanged_in_the_next_sync(
    office_of_two: Any, synced: Any, exported: Any, published: Any, with_hub: Any
) -> None:
    """Raws, claims, ids, consents, problems, map and settings go along; the public sees no difference."""
    synced(office_of_two)
    published(office_of_two)
    before = ids(exported, office_of_two) | ids(exported, office_of_two, "person")
    pages = sorted(path.name for path in (office_of_two.folder / "public").rglob("*.html"))
    consents = office_of_two.rows("consent")
    with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))
    report = synced(office_of_two)

    assert {"mitglieder", "zweite"} == set(report)
    one = report["mitglieder"]
    assert ("done", 4, 4, 0, 0, 0, 1) == (
        one.status, one.fetched, one.unchanged, one.new, one.changed, one.withdrawn, one.quarantined,
    )  # fmt: skip
    assert before == ids(exported, office_of_two) | ids(exported, office_of_two, "person")
    assert consents == office_of_two.rows("consent")
    assert "'vereine'" not in str(office_of_two.rows("raw", "claim", "source_state", "problem"))
    assert ["mitglieder.toml", "zweite.toml"] == sorted(
        path.name for path in (office_of_two.folder / "maps").iterdir()
    )
    published(office_of_two)
    assert pages == sorted(path.name for path in (office_of_two.folder / "public").rglob("*.html"))
    assert "Mira Beispiel" in "".join(
        path.read_text(encoding="utf-8") for path in (office_of_two.folder / "public").rglob("*.html")
    )


def test_only_the_name_changes_in_the_settings(office_of_two: Any, synced: Any, with_hub: Any) -> None:
    """Remarks, order and spacing are the office's own."""
    synced(office_of_two)
    before = (office_of_two.folder / "hub.toml").read_text(encoding="utf-8")
    with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))
    after = (office_of_two.folder / "hub.toml").read_text(encoding="utf-8")

    assert after == before.replace("[sources.vereine", "[sources.mitglieder")
    assert 2 == after.count("[sources.mitglieder")


def test_rows_that_were_one_entry_stay_one_when_one_of_them_is_read_anew(
    office_of_two: Any, synced: Any, exported: Any, with_hub: Any
) -> None:
    """That one source names an association twice is known by keys which hold the source's name: they follow."""
    synced(office_of_two)
    before = ids(exported, office_of_two)
    persons = ids(exported, office_of_two, "person")
    with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))
    office_of_two.sheet(
        "vereine.csv",
        [*HEADER, "Telefon"],
        [
            [*row(1, "Teehaus e. V.", "Mira Beispiel", "ja"), "0561 900001"],
            [*row(2, "Teehaus e. V.", "Mira Beispiel", "ja"), ""],
            [*row(3, "Chorkreis"), ""],
            [*row(4, ""), ""],
        ],
    )
    report = synced(office_of_two)["mitglieder"]

    assert report.changed >= 1
    assert before == ids(exported, office_of_two)
    assert persons == ids(exported, office_of_two, "person")
    assert 3 == len(before)


@pytest.mark.parametrize(
    "place", ["allin_hub.config.toml_edit.write", "allin_hub.manage.pending_edits._move_map"]
)
def test_a_rename_that_is_killed_is_ended_by_the_next_command(
    place: str, office_of_two: Any, synced: Any, exported: Any, with_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the database and the files lies no moment in which a sync would take the source for a new one."""
    synced(office_of_two)
    before = ids(exported, office_of_two)

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, kill)
        with pytest.raises(Killed):
            with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))
    report = synced(office_of_two)

    assert {"mitglieder", "zweite"} == set(report)
    assert (4, 0) == (report["mitglieder"].unchanged, report["mitglieder"].new)
    assert before == ids(exported, office_of_two)
    assert (office_of_two.folder / "maps" / "mitglieder.toml").is_file()


def test_a_rename_that_fails_in_the_database_leaves_all_as_it_was(
    office_of_two: Any, synced: Any, with_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings are changed only after the commit."""
    synced(office_of_two)
    settings = (office_of_two.folder / "hub.toml").read_bytes()
    tables = ("raw", "claim", "match_key", "problem", "source_state", "run")
    rows = office_of_two.rows(*tables)

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("allin_hub.manage.rename_source.note", kill)
        with pytest.raises(Killed):
            with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))

    assert rows == office_of_two.rows(*tables)
    assert settings == (office_of_two.folder / "hub.toml").read_bytes()


def test_a_block_that_was_renamed_by_hand_takes_its_records_along(
    office_of_two: Any, synced: Any, exported: Any, with_hub: Any
) -> None:
    """Whoever changed the file first runs the command after it."""
    synced(office_of_two)
    before = ids(exported, office_of_two)
    text = (office_of_two.folder / "hub.toml").read_text(encoding="utf-8")
    office_of_two.settings(text.replace("[sources.vereine", "[sources.mitglieder"))
    with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))

    assert 4 == synced(office_of_two)["mitglieder"].unchanged
    assert before == ids(exported, office_of_two)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("vereine", "zweite", "already"),
        ("vereine", "Neue Liste", "not a usable name"),
        ("nix", "neu", "There is no source 'nix'"),
    ],
)
def test_names_that_do_not_fit_are_refused_before_anything_changes(
    old: str, new: str, said: str, office_of_two: Any, synced: Any, with_hub: Any
) -> None:
    """Two sources never become one, and no name breaks the settings."""
    synced(office_of_two)
    before = office_of_two.rows("raw", "claim", "source_state")

    with pytest.raises(ConfigError, match=said):
        with_hub(office_of_two, lambda hub: rename(hub, old, new))
    assert before == office_of_two.rows("raw", "claim", "source_state")


def test_a_block_that_lines_do_not_show_is_left_to_the_person_with_its_line(
    office: Any, synced: Any, with_hub: Any
) -> None:
    """Better one line to change by hand than a file that says something else."""
    office.settings(
        '[hub]\ntitle = "Test"\n\n[sources]\n'
        'vereine = { plugin = "spreadsheet", path = "data/vereine.csv", kind = "organisation" }\n'
    )
    office.sheet("vereine.csv", HEADER, [row(1, "Chorkreis")])
    synced(office)

    with pytest.raises(ConfigError) as caught:
        with_hub(office, lambda hub: rename(hub, "vereine", "neu"))
    assert "line 5" in str(caught.value) or "line 6" in str(caught.value)
    assert "allin source rename vereine neu" in str(caught.value)


def test_a_source_that_a_run_holds_is_not_renamed(office_of_two: Any, synced: Any, with_hub: Any) -> None:
    """The run would commit under a name that is gone."""
    synced(office_of_two)

    def take(hub: Hub) -> None:
        with writing(hub.engine) as connection:
            leases.take_lease(connection, "vereine", "another", hub.clock())

    with_hub(office_of_two, take)

    with pytest.raises(StoreError, match="A run works on this source"):
        with_hub(office_of_two, lambda hub: rename(hub, "vereine", "neu"))


def test_a_held_run_goes_along(office_of_two: Any, synced: Any, with_hub: Any) -> None:
    """What waits for a person is still there under the new name, and is applied under it."""
    rows = [row(number, f"Verein Nummer {number}") for number in range(1, 31)]
    office_of_two.sheet("vereine.csv", HEADER, rows)
    synced(office_of_two)
    office_of_two.sheet("vereine.csv", HEADER, rows[:10])
    held = synced(office_of_two)["vereine"]
    with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))
    report = synced(office_of_two, accepting="mitglieder")["mitglieder"]

    assert "held" == held.status
    assert ("done", 20) == (report.status, report.withdrawn)


def test_a_new_file_keeps_the_permissions_of_the_old_one(
    office_of_two: Any, synced: Any, with_hub: Any
) -> None:
    """A hub.toml that only the office may read stays so."""
    synced(office_of_two)
    path: Path = office_of_two.folder / "hub.toml"
    path.chmod(0o600)
    with_hub(office_of_two, lambda hub: rename(hub, "vereine", "mitglieder"))

    assert 0o600 == path.stat().st_mode & 0o777
    assert [] == list(office_of_two.folder.glob(".hub.toml*"))
