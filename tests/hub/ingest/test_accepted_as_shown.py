"""What a person accepts is what she was shown, whatever became of the source's settings, its map or its plugin meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from tests.hub.core.conftest import Office
from tests.sealed import opened

from allin_hub.hub import Hub
from allin_hub.ingest.diff import Difference, differences
from allin_hub.ingest.hold import accept
from allin_hub.ingest.sync import sync
from allin_hub.store.engine import reading
from allin_hub.store.raw_records import LIVE, WITHDRAWN
from allin_hub.store.tables import claim, raw

HEADER = ["Nr.", "Name", "E-Mail", "Telefon", "Ort", "Kontakt", "E-Mail Ansprechpartner", "Verzeichnis?"]
BLOCK = """
[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = { "Kontakt" = "contacts.name", "Verzeichnis?" = "contacts.consent.directory_public" }
limits = { changed = 0, changed_share = 0.0 }
"""
OTHER = """
[sources.zweite]
plugin = "spreadsheet"
path = "data/zweite.csv"
kind = "organisation"
key = "Nr."
"""


def rows(*, later: bool) -> list[list[Any]]:
    """Associations of an evening and of the next morning: one changed, one gone, one new, one that cannot be read."""
    found = [
        [n, f"Verein {n}", f"info@verein-{n}.example", f"0561 90000-{n:02}", "Kassel", f"Erika Muster{'abcde'[n]}",
         f"erika{n}@privat.example", "ja"]
        for n in range(1, 5)
    ]  # fmt: skip
    if later:
        found[0][2], found[0][4], found[0][7] = "post@verein-1.example", "Baunatal", "nein"
        found[1][1] = ""
        del found[2]
        found.append([9, "Neuer Verein", "info@neu.example", "0561 90000-90", "Kassel", "", "", ""])
    return found


def _as_before(office: Office) -> None:
    """Nothing else happens."""


def _other_columns(office: Office) -> None:
    """The map of today would make something else of the same cells."""
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    office.settings(
        text.replace('columns = { "Kontakt"', 'columns = { "E-Mail" = "-", "Ort" = "short_name", "Kontakt"')
    )


def _learned_otherwise(office: Office) -> None:
    """Somebody edits the learned map."""
    (office.folder / "maps" / "vereine.toml").write_text(
        '[columns]\n"Name" = "legal_name"\n', encoding="utf-8"
    )


def _no_plugin(office: Office) -> None:
    """The plugin's package is gone."""
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    office.settings(
        text.replace('plugin = "spreadsheet"\npath = "data/vereine', 'plugin = "gone"\npath = "data/vereine')
    )


def _no_block(office: Office) -> None:
    """Its block is taken out of hub.toml by hand."""
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    office.settings(text.replace(BLOCK, ""))


@pytest.mark.parametrize(
    "meanwhile",
    [_as_before, _other_columns, _learned_otherwise, _no_plugin, _no_block],
    ids=lambda one: one.__name__,
)
def test_the_claims_are_those_that_held_showed(
    office: Office, meanwhile: Callable[[Office], None], exported: Callable[..., list[dict[str, Any]]]
) -> None:
    """Field by field; and the entities are merged from them and from what else is known then."""
    office.settings(BLOCK + OTHER)
    office.sheet("vereine.csv", HEADER, rows(later=False))
    office.sheet("zweite.csv", HEADER[:4], [row[:4] for row in rows(later=False)[:1]])
    hub = office.open()
    sync(hub)
    office.sheet("vereine.csv", HEADER, rows(later=True))
    held = sync(hub, ["vereine"]).sources["vereine"]
    shown = {one.key: one for one in differences(hub, held.run)}
    hub.close()
    meanwhile(office)
    office.sheet("zweite.csv", HEADER[:4], [[1, "Verein 1", "info@verein-1.example", "0561 90000-77"]])

    hub = office.open()
    sync(hub, ["zweite"])
    before = said(hub, shown)
    report = accept(hub, "vereine").sources["vereine"]
    after = said(hub, shown)
    status = statuses(hub)
    hub.close()

    assert ("held", "done") == (held.status, report.status)
    assert {"1": "changed", "2": "changed", "3": "gone", "9": "new"} == {
        key: one.op for key, one in shown.items()
    }
    assert changes(before["1"], after["1"]) == {one.field: (one.old, one.new) for one in shown["1"].fields}
    assert {"email", "places", "contacts[0].consent.directory_public"} == {
        one.field for one in shown["1"].fields
    }
    assert shown["2"].waits
    assert before["2"]["name"] == after["2"]["name"]
    assert {"3": WITHDRAWN, "2": "quarantined", "1": LIVE, "9": LIVE} == {key: status[key] for key in shown}
    assert after["9"]["email"] == "info@neu.example"
    [entity] = [one for one in exported(office) if one["name"] == "Verein 1"]
    assert {"+4956190000" + end for end in ("01", "77")} == {phone["number"] for phone in entity["phones"]}


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that differ."""
    return {
        name: (before.get(name), after.get(name))
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }


def said(hub: Hub, shown: dict[str, Difference]) -> dict[str, dict[str, Any]]:
    """Each record as its live claims and the ledger have it, by the paths that `held` uses."""
    from allin_hub.store.consents import consent_voices

    found: dict[str, dict[str, Any]] = {}
    with reading(hub.engine) as connection:
        for row in connection.execute(raw.select().where(raw.c.source == "vereine")).mappings():
            key = opened(hub, "raw", row)["k"]
            record: dict[str, Any] = {}
            own = claim.select().where(claim.c.raw_id == row["id"], claim.c.live == 1).order_by(claim.c.slot)
            for one in connection.execute(own).mappings():
                prefix = "contacts[0]." if one["slot"] else ""
                fields = orjson.loads(one["data"]) | (opened(hub, "claim", one) or {})
                record |= {prefix + name: value for name, value in fields.items()}
                for (_, purpose, _), (event, *_) in consent_voices(connection, [one["id"]])[0].items():
                    record[f"{prefix}consent.{purpose}"] = (
                        "yes" if event in {"imported", "confirmed"} else "no"
                    )
            found[key] = record
    return found


def statuses(hub: Hub) -> dict[str, str]:
    """Key -> what became of the raw."""
    with reading(hub.engine) as connection:
        return {
            opened(hub, "raw", row)["k"]: row["status"]
            for row in connection.execute(raw.select().where(raw.c.source == "vereine")).mappings()
        }
