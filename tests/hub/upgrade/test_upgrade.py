"""A hub that an earlier release made is opened by this one: all that it knew is there, and all that was begun is ended."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from tests.hub.crash.polling import Reader
from tests.hub.upgrade.hub_content import content
from tests.hub.upgrade.office import LATER_ANSWERS, QUESTIONS, TODAY, answer, write
from tests.hub.upgrade.old_hub import SCHEMAS, OldHub

from allin_hub.backup.archive import verified
from allin_hub.entities.record_keys import opened_fields
from allin_hub.hub import Hub
from allin_hub.ingest.diff import differences
from allin_hub.ingest.hold import ENDED_BY_UPGRADE, accept
from allin_hub.ingest.sync import sync
from allin_hub.manage.remove_source import restore
from allin_hub.open_hub import open_hub
from allin_hub.privacy.person_keys import keys_of, read, written
from allin_hub.publish.publish import publish
from allin_hub.store import consents, ledger
from allin_hub.store.engine import migrate, newest_schema, open_engine, reading

HELD, KILLED, REMOVED = "partner", "kurse", "altbestand"
ends_held_runs = pytest.mark.parametrize("schema", ["0001"], indirect=True)
"""Of the schema whose staging holds no claims."""
keeps_held_runs = pytest.mark.parametrize("schema", [one for one in SCHEMAS if one > "0001"], indirect=True)
KNOWN = ("entities", "claims", "claim_versions", "references", "consents", "problems", "changes")
"""What a sync of unchanged sources leaves as it is."""


@contextmanager
def opened(folder: Path) -> Iterator[Hub]:
    """The hub on the day of its upgrade."""
    hub = open_hub(folder, lambda: TODAY)
    try:
        yield hub
    finally:
        hub.close()


def told(folder: Path, *words: str) -> Any:
    """What a command says to a program."""
    command = [sys.executable, "-m", "allin_hub", *words, "--json", "--hub", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)


def titles(hub: Hub, kind: str, status: str = "published") -> list[str]:
    """The names of entities, in order."""
    found = [one["data"] for one in content(hub)["entities"] if one["kind"] == kind]
    return sorted(one.get("name") or one["title"] for one in found if one["record_status"] == status)


def test_all_that_the_hub_knew_is_there_after_the_upgrade(old_hub: OldHub, schema: str) -> None:
    """Entities with their origin, claims, consents, quarantine and journals: no id and no field is lost."""
    left_out = {"held", "runs", "sources"} if schema == "0001" else set()
    with opened(old_hub.folder) as hub:
        found = json.loads(json.dumps(content(hub)))

    assert found.keys() == old_hub.expected.keys()
    for part, rows in old_hub.expected.items():
        if part not in left_out:
            shown = [_of_that_time(row, old) for row, old in zip(found[part], rows, strict=True)]
            assert (shown if part == "held" else found[part]) == rows, part


def _of_that_time(row: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """A held run as releases of that time showed it: without what is told of its rows today."""
    if "rows" not in old:
        return row
    rows = [
        {name: value for name, value in one.items() if name in before}
        for one, before in zip(row["rows"], old["rows"], strict=True)
    ]
    return {**row, "rows": rows}


@ends_held_runs
def test_a_held_run_whose_staging_holds_no_claims_is_ended_and_told(old_hub: OldHub) -> None:
    """It cannot be applied as it was shown: the source says so, stands as before it, and is read whole the next time."""
    [run] = old_hub.expected["held"]
    with opened(old_hub.folder) as hub:
        found = json.loads(json.dumps(content(hub)))

    assert found["held"] == []
    told_of = {
        "runs": ("id", run["id"], "status", "overtaken"),
        "sources": ("source", HELD, "last_status", "done"),
    }
    for part, (name, value, state, ended) in told_of.items():
        message = next(row["message"] for row in found[part] if row[name] == value)
        assert json.loads(message)["texts"] == list(ENDED_BY_UPGRADE)
        as_before = [
            {**row, state: ended, "message": message} if row[name] == value else row
            for row in old_hub.expected[part]
        ]
        assert found[part] == as_before, part


def test_consents_are_chained_and_hold_when_their_claims_are_gone(old_hub: OldHub) -> None:
    """The ledger verifies as if it had been there from the first; each event and each claim knows its person."""
    with opened(old_hub.folder) as hub, reading(hub.engine) as connection:
        events = consents.events(connection)
        claims = consents.person_claims(connection)
        made = {
            claim.id: written(keys_of(opened_fields(claim.id, version, data, sealed, hub.sealer), hub.sealer))
            for claim in claims
            for version, data, sealed in connection.execute(
                text("SELECT version, data, sealed FROM claim WHERE id = :id"), {"id": claim.id}
            )
        }

        assert [] == ledger.faults(connection, hub.sealer)
        assert len(old_hub.expected["consents"]) == len(events) == ledger.last_seq(connection) > 0
        assert {claim.id: claim.keys for claim in claims} == made
    of_claims = {claim.id: set(read(claim.keys)) for claim in claims}
    for one in events:
        anywhere = {key for key in of_claims[one.claim_id or 0] if key[0] in "mp"}
        assert anywhere < set(read(one.subject))
    assert any(key.startswith("o:") for one in events for key in read(one.subject))


def test_the_kept_hub_holds_every_sort_of_thing(old_hub: OldHub) -> None:
    """A proof about an upgrade is worth as much as what the hub before it holds."""
    known = old_hub.expected
    states = Counter((one["kind"], one["data"]["record_status"]) for one in known["entities"])
    kinds = {"organisation", "person", "service", "event", "opportunity", "project"}

    assert {kind for kind, status in states if status == "published"} == kinds
    assert states["organisation", "merged"]
    assert states["organisation", "archived"]
    assert {row["status"] for row in known["raws"]} == {"live", "quarantined", "withdrawn"}
    assert {"imported", "confirmed", "requested", "withdrawn"} <= {row["event"] for row in known["consents"]}
    assert {"target_claim" in row for row in known["references"]} == {True, False}
    assert {row["op"] for run in known["held"] for row in run["rows"]} == {"new", "changed", "gone"}
    assert known["claim_versions"]
    assert [row["output"] for row in known["journal"]] == ["verzeichnis"]
    assert [row["target"] for row in known["runs"] if row["status"] == "running"] == [KILLED]


def test_an_upgraded_database_has_the_tables_of_a_new_one(old_hub: OldHub, tmp_path: Path) -> None:
    """Else a later migration would find something else in old hubs than in new ones."""
    with opened(old_hub.folder) as hub:
        upgraded = _tables(hub.engine)
        is_file = hub.engine.dialect.name == "sqlite"
        if is_file:
            fresh = open_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
        else:
            with hub.engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            fresh = open_engine(hub.engine.url.render_as_string(hide_password=False))
    try:
        migrate(fresh)
        assert upgraded == _tables(fresh)
    finally:
        fresh.dispose()


def _tables(engine: Any) -> dict[str, Any]:
    """Columns, keys and indexes of every table."""
    looked = inspect(engine)
    return {
        name: {
            "columns": {one["name"]: (str(one["type"]), one["nullable"]) for one in looked.get_columns(name)},
            "key": looked.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(one["column_names"] for one in looked.get_unique_constraints(name)),
            "foreign": sorted(
                (one["constrained_columns"], one["referred_table"]) for one in looked.get_foreign_keys(name)
            ),
            "indexes": sorted((one["name"], one["column_names"]) for one in looked.get_indexes(name)),
        }
        for name in sorted(looked.get_table_names())
    }


def test_the_command_upgrade_tells_from_where_to_where_and_keeps_a_backup(
    old_hub: OldHub, schema: str
) -> None:
    """Once; called again there is nothing to do, and no second backup is made."""
    done, again = told(old_hub.folder, "upgrade"), told(old_hub.folder, "upgrade")
    kept = [Path(done["backup"])]

    assert (schema, newest_schema(), True) == (done["from"], done["to"], done["upgraded"])
    assert {"from": newest_schema(), "to": newest_schema(), "upgraded": False, "backup": None} == again
    assert kept == list((old_hub.folder / "backups").glob("before-upgrade-*.zip"))
    assert schema == verified(kept[0]).facts["schema"]


def test_any_command_upgrades_and_tells_it(old_hub: OldHub, schema: str) -> None:
    """Nobody has to know that there is an upgrade; whoever wants to go back finds the copy."""
    command = [sys.executable, "-m", "allin_hub", "held", "--hub", str(old_hub.folder)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=old_hub.folder)

    assert f"{schema} auf {newest_schema()}" in ended.stderr
    assert "before-upgrade-from-" in ended.stderr
    assert "before-upgrade" not in ended.stdout


def test_the_next_publish_ends_what_a_killed_one_had_begun(old_hub: OldHub) -> None:
    """A reader gets whole pages all the while; afterwards nothing waits beside the site any more."""
    folder, [decided] = old_hub.folder, old_hub.expected["journal"]
    site = folder / decided["path"]
    waiting = [path for path in decided["moves"] if not _is_as_made(site, path, decided["made"])]
    assert 0 < len(waiting) < len(decided["moves"])
    assert all((site / path).exists() for path in decided["gone"])

    with opened(folder) as hub:
        with Reader(site.resolve()) as reader:
            reports = publish(hub)
            reader.sweep()
        after = content(hub)

    assert {name: one.status for name, one in reports.items()} == dict.fromkeys(reports, "done")
    assert reader.faults == []
    assert after["journal"] == []
    assert not list(folder.glob(".*.staging.*"))
    assert all((site / path).exists() for path in decided["moves"])
    assert not any((site / path).exists() for path in decided["gone"])
    paths = {row["output"]: row["path"] for row in after["outputs"]}
    made = [(paths[row["output"]], row["path"], row["digest"], row["size"]) for row in after["files"]]
    assert all(_is_as_made(folder / where, path, [[path, *rest]]) for where, path, *rest in made)


def _is_as_made(site: Path, path: str, made: list[list[Any]]) -> bool:
    """Whether a file lies there as it was made."""
    file = site / path
    digests = {name: digest for name, digest, _ in made}
    return file.exists() and hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest() == digests[path]


def test_status_names_every_source(old_hub: OldHub) -> None:
    """The first look of staff after an upgrade."""
    said = told(old_hub.folder, "status")

    assert said["sources"].keys() == {row["source"] for row in old_hub.expected["sources"]} - {REMOVED} | {
        KILLED
    }


@ends_held_runs
def test_status_tells_of_a_held_run_that_was_ended(old_hub: OldHub) -> None:
    """Whoever waited for it learns that nothing waits any more."""
    said = told(old_hub.folder, "status")

    assert "release" in said["sources"][HELD]["message"] or "Version" in said["sources"][HELD]["message"]
    assert told(old_hub.folder, "held") == {"held": []}


@keeps_held_runs
def test_a_held_run_stays_held_and_is_applied_as_it_was_shown(old_hub: OldHub) -> None:
    """What a person was shown before the upgrade is what she accepts after it."""
    [run] = old_hub.expected["held"]
    with opened(old_hub.folder) as hub:
        before = titles(hub, "organisation")
        shown = {(one.op, one.title) for one in differences(hub, run["id"])}
        [report] = accept(hub, run["id"]).sources.values()
        after = titles(hub, "organisation")
        again = sync(hub, [HELD]).sources[HELD]

    assert shown == {(row["op"], row["title"]) for row in run["rows"]}
    assert (report.status, report.new, report.changed, report.withdrawn) == ("done", 1, 1, 2)
    assert set(before) - set(after) == {f"Kulturverein Nummer {n} e. V." for n in (21, 22)}
    assert set(after) - set(before) == {"Kulturverein Nummer 23 e. V."}
    assert (again.status, again.new, again.changed, again.withdrawn) == ("done", 0, 0, 0)


@ends_held_runs
def test_what_was_held_is_held_again_and_applied_as_it_was_shown(old_hub: OldHub) -> None:
    """The next read brings the same rows before a person; then she decides."""
    [run] = old_hub.expected["held"]
    with opened(old_hub.folder) as hub:
        before = titles(hub, "organisation")
        [held] = sync(hub, [HELD]).sources.values()
        shown = {(one.op, one.title) for one in differences(hub, held.run)}
        [report] = accept(hub, HELD).sources.values()
        after = titles(hub, "organisation")

    assert held.status == "held"
    assert shown == {(row["op"], row["title"]) for row in run["rows"]}
    assert (report.status, report.new, report.changed, report.withdrawn) == ("done", 1, 1, 2)
    gone = {f"Kulturverein Nummer {n} e. V." for n in (21, 22)}
    assert set(before) - set(after) == gone
    assert set(after) - set(before) == {"Kulturverein Nummer 23 e. V."}


def test_a_sync_of_unchanged_sources_changes_nothing(old_hub: OldHub) -> None:
    """The upgrade itself makes no news: readers of the newsletter are told of nothing that was there before."""
    with opened(old_hub.folder) as hub:
        names = [name for name in hub.config.sources if name not in {HELD, KILLED}]
        reports = sync(hub, names).sources
        found = json.loads(json.dumps(content(hub)))

    assert {(one.status, one.new, one.changed, one.withdrawn) for one in reports.values()} == {
        ("done", 0, 0, 0)
    }
    for part in KNOWN:
        before = _without_run(old_hub.expected[part], part)
        assert _without_new_fields(_without_run(found[part], part), before, part) == before, part


def _without_new_fields(
    rows: list[dict[str, Any]], before: list[dict[str, Any]], part: str
) -> list[dict[str, Any]]:
    """Leave out what a release with more fields reads in kept records: the name of a host that the hub does not know.

    It makes new versions of those claims and entries, and is told once.
    """
    if part == "claim_versions":
        return [row for row in rows if row in before]
    if part == "changes":
        return [row for row in rows if row["units"] != ["host_name"]]
    if part not in {"entities", "claims"}:
        return rows
    where = "data" if part == "entities" else "fields"
    made = [{**row, where: {k: v for k, v in row[where].items() if k != "host_name"}} for row in rows]
    known = {row["id"]: row for row in before}
    return [
        {
            **row,
            **{
                name: known[row["id"]][name] for name in ("version", "updated_at") if name in known[row["id"]]
            },
        }
        for row in made
    ]


def _without_run(rows: list[dict[str, Any]], part: str) -> list[dict[str, Any]]:
    """Leave out of problems which run told them last: a release with other fields or headings reads kept records again.

    What they quoted of an address is left out too: a newer release quotes none that is not a task's.
    """
    if part != "problems":
        return rows
    return [
        {**row, "run_id": None, "params": {} if row["field"] == "email" else row["params"]} for row in rows
    ]


def test_a_sync_that_was_killed_before_the_upgrade_is_done_by_the_next(old_hub: OldHub) -> None:
    """What it had staged is nobody's any more."""
    with opened(old_hub.folder) as hub:
        report = sync(hub, [KILLED]).sources[KILLED]
        runs = content(hub)["runs"]
        services = titles(hub, "service")

    assert (report.status, report.new) == ("done", 1)
    assert [row["status"] for row in runs if row["target"] == KILLED] == ["killed", "done"]
    assert "Schwimmkurs" in services


def test_a_new_record_still_finds_the_entity_that_it_speaks_of(old_hub: OldHub) -> None:
    """Whether by number or by address: what was matched before can be matched again."""
    news = [
        answer(105, "Der vierte Verein", **{"Vereinsregister-Nr.": "VR 9004"}),
        answer(106, "Kulturverein Nummer 11 e. V.", **{"E-Mail des Vereins": "info@verein-11.example"}),
    ]
    write(old_hub.folder, "anmeldung.csv", [QUESTIONS, *LATER_ANSWERS, *news])
    with opened(old_hub.folder) as hub:
        before = len(titles(hub, "organisation"))
        report = sync(hub, ["anmeldung"]).sources["anmeldung"]
        after = len(titles(hub, "organisation"))

    assert (report.status, report.new, report.changed) == ("done", 2, 0)
    assert after == before


def test_a_source_that_was_removed_before_the_upgrade_can_be_brought_back(old_hub: OldHub) -> None:
    """Its records come back under their ids."""
    gone = {row["entity_id"] for row in old_hub.expected["claims"] if row["source"] == REMOVED}
    with opened(old_hub.folder) as hub:
        count = restore(old_hub.folder, REMOVED, hub)
        back = {one["id"] for one in content(hub)["entities"] if one["data"]["record_status"] == "published"}

    assert count == 2
    assert gone <= back
