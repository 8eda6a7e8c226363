"""A source that is removed takes along what only it knew, as if its feed had said so; and it can come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.hub import Hub
from allin_hub.i18n import staff_language
from allin_hub.manage import remove_source
from allin_hub.operations import status
from allin_hub.store import leases
from allin_hub.store.engine import writing

HUB = """[hub]
title = "Test"
languages = ["de"]

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"

# Kept by the forum; ask for Tuesday.
[sources.erste]
plugin = "spreadsheet"
path = "data/erste.csv"
kind = "organisation"
key = "Nr."
trust = 50
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }

# The other list.
[sources.zweite]
plugin = "spreadsheet"
path = "data/zweite.csv"
kind = "organisation"
key = "Nr."
"""
HEADER = ["Nr.", "Name", "E-Mail", "Webseite", "Kurzbeschreibung", "Ansprechperson", "Darf ins Verzeichnis?"]
OTHER = HEADER[:5]


class Killed(BaseException):
    """Stands for SIGKILL: nothing that the hub does may catch it and carry on."""


@pytest.fixture
def two(office: Any) -> Any:
    """Two sources that know one association in common, and one each alone."""
    office.settings(HUB)
    office.sheet(
        "erste.csv",
        HEADER,
        [
            [1, "Teehaus e. V.", "info@teehaus.example", "www.teehaus.example", "Tee", "Mira Beispiel", "ja"],
            [2, "Chorkreis", "info@chorkreis.example", "", "", "Jona Muster", "ja"],
            [3, "", "", "", "", "", ""],
            [4, "Ohne Post", "unleserlich", "", "", "", ""],
        ],
    )
    office.sheet(
        "zweite.csv",
        OTHER,
        [
            [7, "Teehaus e. V.", "info@teehaus.example", "www.teehaus.example", "Tee und Kuchen"],
            [8, "Gartenfreunde", "info@garten.example", "", ""],
        ],
    )
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


def names(exported: Any, office: Any) -> dict[str, str]:
    """Organisations by name."""
    return {one["name"]: one["id"] for one in exported(office)}


def shown(office: Any, word: str) -> bool:
    """Whether a word stands anywhere in what is published."""
    return any(
        word.encode() in path.read_bytes() for path in (office.folder / "public").rglob("*") if path.is_file()
    )


def test_what_would_go_is_told_and_nothing_is_done(two: Any, synced: Any, with_hub: Any) -> None:
    """Whoever removes a source knows before what the public loses."""
    synced(two)
    before = two.rows("raw", "claim", "organisation", "source_state")
    found = with_hub(two, lambda hub: remove_source.leaving(hub, "erste"))

    assert (3, 1) == (found.live, found.waiting)
    assert {"organisation": 2, "person": 2} == found.gone
    assert {"organisation": 1} == found.stay
    assert 2 == found.consents
    assert before == two.rows("raw", "claim", "organisation", "source_state")


def test_a_removed_source_takes_along_what_only_it_knew(
    two: Any, synced: Any, exported: Any, published: Any, with_hub: Any
) -> None:
    """Entities without another source leave the public, those of two sources become the other's, persons go."""
    synced(two)
    published(two)
    before = names(exported, two)
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    after = {one["name"]: one for one in exported(two)}
    published(two)

    assert {"Teehaus e. V.", "Gartenfreunde"} == set(after)
    assert before["Teehaus e. V."] == after["Teehaus e. V."]["id"]
    assert "Tee und Kuchen" in str(after["Teehaus e. V."])
    assert [] == exported(two, "person")
    assert not shown(two, "Mira Beispiel")
    assert not shown(two, "Chorkreis")
    assert "4" not in {str(len(rows)) for rows in two.rows("problem").values()}
    assert 6 == len(two.rows("raw")["raw"])
    assert "erste" not in with_hub(two, status.sources)


def test_its_block_becomes_remarks_and_all_else_stays(two: Any, synced: Any, with_hub: Any) -> None:
    """What was set is not lost, and the next block keeps its own remark."""
    synced(two)
    before = (two.folder / "hub.toml").read_text(encoding="utf-8")
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    after = (two.folder / "hub.toml").read_text(encoding="utf-8")

    assert '# plugin = "spreadsheet"' in after
    assert "# Kept by the forum; ask for Tuesday.\n# [sources.erste] >>> Entfernt. Sie kommt" in after
    assert "# [sources.erste] <<<\n\n# The other list.\n[sources.zweite]" in after
    assert before.partition("# Kept")[0] == after.partition("# Kept")[0]


def test_the_remark_is_in_the_readers_language_and_found_in_any(
    two: Any, synced: Any, with_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who removes speaks English, who brings back speaks German: the marks themselves are of no language."""
    synced(two)
    before = (two.folder / "hub.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(staff_language, "asked", lambda: "en")
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    english = (two.folder / "hub.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(staff_language, "asked", lambda: "de")
    with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))

    assert "# [sources.erste] >>> Removed. It comes back with: allin source restore erste" in english
    assert before == (two.folder / "hub.toml").read_text(encoding="utf-8")


def test_a_removed_source_comes_back_as_it_was(
    two: Any, synced: Any, exported: Any, published: Any, with_hub: Any
) -> None:
    """Undone without fetching: the same ids, the same consents, and the settings byte for byte."""
    synced(two)
    settings = (two.folder / "hub.toml").read_bytes()
    before, persons = names(exported, two), exported(two, "person")
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    (two.folder / "data" / "erste.csv").rename(two.folder / "data" / "fort.csv")
    count = with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))
    published(two)
    (two.folder / "data" / "fort.csv").rename(two.folder / "data" / "erste.csv")
    report = synced(two)["erste"]

    assert 4 == count
    assert settings == (two.folder / "hub.toml").read_bytes()
    assert before == names(exported, two)
    assert sorted(one["id"] for one in persons) == sorted(one["id"] for one in exported(two, "person"))
    assert shown(two, "Mira Beispiel")
    assert (4, 0, 0, 1) == (report.unchanged, report.changed, report.new, report.quarantined)


def test_a_no_that_came_meanwhile_outlasts_the_way_back(
    two: Any, synced: Any, exported: Any, published: Any, with_hub: Any
) -> None:
    """What is brought back is what the source said, not what was true then: another source's no still counts."""
    synced(two)
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    two.settings(
        (two.folder / "hub.toml")
        .read_text(encoding="utf-8")
        .replace(
            "[sources.zweite]\n",
            '[sources.zweite]\ncolumns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }\n',
        )
    )
    two.sheet(
        "zweite.csv",
        HEADER,
        [[7, "Teehaus e. V.", "info@teehaus.example", "www.teehaus.example", "Tee", "Mira Beispiel", "nein"]],
    )
    synced(two)
    if with_hub(two, status.sources)["zweite"].state == "held":
        synced(two, accepting="zweite")
    with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))
    published(two)

    assert "Mira Beispiel" in {one["name"] for one in exported(two, "person")}
    assert not shown(two, "Mira Beispiel")
    assert shown(two, "Chorkreis")


def test_a_removal_that_is_killed_is_ended_by_the_next_command(
    two: Any, synced: Any, exported: Any, with_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its block may not stand there when the next sync begins: that would bring all of it back."""
    synced(two)

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("allin_hub.config.toml_edit.write", kill)
        with pytest.raises(Killed):
            with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    reports = synced(two)

    assert {"zweite"} == set(reports)
    assert "Chorkreis" not in names(exported, two)


def test_bringing_back_that_is_killed_is_done_by_the_same_command_again(
    two: Any, synced: Any, exported: Any, with_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings come first; until the records are back, the command knows that they are still away."""
    synced(two)
    before = names(exported, two)
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))

    def kill(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("allin_hub.manage.remove_source.apply", kill)
        with pytest.raises(Killed):
            with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))
    with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))

    assert before == names(exported, two)


def test_a_source_that_a_run_holds_is_not_removed(two: Any, synced: Any, with_hub: Any) -> None:
    """The run would write what is being taken away."""
    synced(two)

    def take(hub: Hub) -> None:
        with writing(hub.engine) as connection:
            leases.take_lease(connection, "erste", "another", hub.clock())

    with_hub(two, take)

    with pytest.raises(StoreError, match="A run works on this source"):
        with_hub(two, lambda hub: remove_source.remove(hub, "erste"))


def test_a_block_deleted_by_hand_leaves_all_as_it_was_until_somebody_decides(
    two: Any, synced: Any, exported: Any, with_hub: Any
) -> None:
    """Its trust does not wane with the next touch; status names it, and remove works without its block."""
    synced(two)
    text = (two.folder / "hub.toml").read_text(encoding="utf-8")
    two.settings(text[: text.index("# Kept by")] + text[text.index("# The other list.") :])
    two.sheet(
        "zweite.csv",
        OTHER,
        [
            [7, "Teehaus e. V.", "info@teehaus.example", "www.teehaus.example", "Nur Kuchen"],
            [8, "Gartenfreunde", "info@garten.example", "", ""],
        ],
    )
    synced(two)
    kept = next(one for one in exported(two) if one["name"] == "Teehaus e. V.")
    state = with_hub(two, status.sources)["erste"].state
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    after = next(one for one in exported(two) if one["name"] == "Teehaus e. V.")

    assert "Nur Kuchen" not in str(kept)
    assert "left" == state
    assert "Nur Kuchen" in str(after)
    assert "erste" not in with_hub(two, status.sources)


def test_removing_twice_and_bringing_back_what_is_there_are_refused_or_harmless(
    two: Any, synced: Any, exported: Any, with_hub: Any
) -> None:
    """A second removal does not make the way back longer."""
    synced(two)
    before = names(exported, two)
    with pytest.raises(ConfigError, match="was not removed"):
        with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    with_hub(two, lambda hub: remove_source.restore(two.folder, "erste", hub))

    assert before == names(exported, two)
    with pytest.raises(ConfigError, match="There is no source 'nix'"):
        with_hub(two, lambda hub: remove_source.remove(hub, "nix"))


def test_a_source_that_was_put_back_by_hand_is_read_as_a_new_one(
    two: Any, synced: Any, exported: Any, with_hub: Any
) -> None:
    """The guard does not hold it back: that it brings all anew is what the office wants."""
    rows = [[n, f"Verein Nummer {n}", f"info@v{n}.example", "", "", "", ""] for n in range(1, 41)]
    two.sheet("erste.csv", HEADER, rows)
    synced(two)
    before = names(exported, two)
    settings = (two.folder / "hub.toml").read_text(encoding="utf-8")
    with_hub(two, lambda hub: remove_source.remove(hub, "erste"))
    two.settings(settings)
    report = synced(two)["erste"]

    assert "done" == report.status
    assert before == names(exported, two)
