"""A run that is taken back leaves its source as it was, whatever others have done since; and comes not again unseen."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pytest
from tests.hub.core.conftest import Office

from allin_hub.base.errors import ConfigError
from allin_hub.entities.inspect import exported
from allin_hub.ingest.undo import UndoableRun, undo, undoable_run, undoable_runs
from allin_hub.manage.edit_entry import Change, edit
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Kind

SETTINGS = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = { "Kontakt" = "contacts.name", "Mail Kontakt" = "contacts.email", "Verzeichnis?" = "contacts.consent.directory_public" }

[sources.partner]
plugin = "spreadsheet"
path = "data/partner.csv"
kind = "organisation"
key = "Nr."
trust = 50

[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
HEADER = [
    "Nr.",
    "Name",
    "E-Mail",
    "Telefon",
    "PLZ",
    "Ort",
    "Straße",
    "Kontakt",
    "Mail Kontakt",
    "Verzeichnis?",
]
EVENTS = ["Nr.", "Titel", "Beginn", "Veranstalter"]
FIRST, LAST = "ABCDEFGH", ["Ahorn", "Birke", "Chilin", "Dill", "Esche", "Farn", "Ginster", "Hasel"]


def row(n: int, **changed: Any) -> list[Any]:
    """An invented association with a contact."""
    known = {
        "Nr.": n,
        "Name": f"Verein {LAST[n % 8]} e. V.",
        "E-Mail": f"info@verein-{n}.example",
        "Telefon": f"0561 9{n:05}",
        "PLZ": "34117",
        "Ort": "Kassel",
        "Straße": f"Musterweg {n}",
        "Kontakt": f"Erika Muster{LAST[n % 8].casefold()}",
        "Mail Kontakt": f"erika{n}@privat.example",
        "Verzeichnis?": "nein" if n % 3 == 0 else "ja",
    }
    return [{**known, **changed}[name] for name in HEADER]


GOOD = [row(n) for n in range(1, 9)]
WRONG = [
    row(1, Name="Ganz anderer Name"),
    row(2, **{"E-Mail": "info@verein-4.example", "Name": "Verein Esche e. V."}),
    row(3, **{"Verzeichnis?": "ja"}),
    row(4, **{"Verzeichnis?": "nein"}),
    row(
        77, Name="Verein Farn e. V.", **{"E-Mail": "info@verein-5.example", "Kontakt": "", "Mail Kontakt": ""}
    ),
    row(6, Name=""),
    row(31, Name="Neuer Verein"),
    row(7, **{"Nr.": 70}),
]
"""Another name, one that falls together with another entry, answers turned round, a name gone, some gone, some new, a new key."""


@pytest.fixture
def known(office: Office, synced: Callable[..., Mapping[str, Any]]) -> Office:
    """An office with three sources that speak of each other."""
    office.settings(SETTINGS)
    office.sheet("vereine.csv", HEADER, GOOD)
    office.sheet(
        "partner.csv", HEADER[:7], [row(n, **{"Nr.": f"p{n}", "Telefon": "0561 7777"})[:7] for n in (4, 5, 8)]
    )
    office.sheet(
        "termine.csv",
        EVENTS,
        [[n, f"Fest {n}", "10.11.2026 18:00", f"Verein {LAST[n]} e. V."] for n in (1, 2, 4)],
    )
    synced(office)
    return office


def canonical(office: Office, *, consents: bool = False) -> dict[str, Any]:
    """All that staff can export, the ledger left aside: it is appended to, and nothing is taken out of it."""
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            found = {}
            for kind in Kind:
                for one in exported(connection, hub, kind):
                    printed = orjson.loads(orjson.dumps(one))
                    if not consents:
                        printed.pop("consents", None)
                    stored = entities.load(connection, kind, [one.id], hub.sealer)[one.id]
                    printed["provenance"] = stored.provenance
                    found[one.id] = printed
            return found
    finally:
        hub.close()


def pages(office: Office) -> dict[str, bytes]:
    """All files of the directory; a calendar counts its changes, so that programs take the newer one."""
    public = office.folder / "public"
    return {
        str(path.relative_to(public)): re.sub(rb"SEQUENCE:\d+", b"SEQUENCE:n", path.read_bytes())
        for path in sorted(public.rglob("*"))
        if path.is_file()
    }


def wrong_sheet(
    office: Office, synced: Callable[..., Mapping[str, Any]], rows: Sequence[Sequence[Any]] = WRONG
) -> str:
    """Let a wrong sheet come and be accepted; the run that applied it."""
    office.sheet("vereine.csv", HEADER, rows)
    report = synced(office, "vereine")["vereine"]
    if report.status == "held":
        report = synced(office, accepting="vereine")["vereine"]
    assert report.status == "done"
    return str(report.run)


def undone(office: Office, word: str = "vereine") -> Any:
    """Take a run back as a command would."""
    hub = office.open()
    try:
        return undo(hub, word)
    finally:
        hub.close()


def offered(office: Office) -> list[UndoableRun]:
    """What can be taken back."""
    hub = office.open()
    try:
        return undoable_runs(hub)
    finally:
        hub.close()


def test_a_wrong_sheet_that_is_undone_leaves_all_as_before(
    known: Office, synced: Callable[..., Mapping[str, Any]], published: Callable[..., Mapping[str, Any]]
) -> None:
    """What can be exported is equal, and so are the outputs."""
    published(known)
    before, site = canonical(known), pages(known)
    wrong_sheet(known, synced)
    published(known)
    between, wrong_site = canonical(known), pages(known)

    undone(known)
    published(known)

    assert before != between
    assert site != wrong_site
    assert before == canonical(known)


def test_the_outputs_follow(
    known: Office, synced: Callable[..., Mapping[str, Any]], published: Callable[..., Mapping[str, Any]]
) -> None:
    """Byte by byte, where no answer about consent came with the wrong sheet."""
    published(known)
    site = pages(known)
    wrong_sheet(known, synced, [*WRONG[:2], *GOOD[2:4], *WRONG[4:]])
    published(known)
    wrong_site = pages(known)

    undone(known)
    published(known)

    assert site != wrong_site
    assert site == pages(known)


def test_the_next_read_of_the_same_sheet_is_held(
    known: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """However little it is; said again and again, until somebody accepts it after all."""
    small = [row(1, Telefon="0561 123456"), *GOOD[1:]]
    before = canonical(known)
    wrong_sheet(known, synced, small)
    wrong = canonical(known)
    undone(known)

    first = synced(known, "vereine")["vereine"]
    second = synced(known, "vereine")["vereine"]
    meanwhile = canonical(known)
    accepted = synced(known, accepting="vereine")["vereine"]
    after = canonical(known)
    quiet = synced(known, "vereine")["vereine"]

    assert ["held", "held"] == [first.status, second.status]
    assert [("undone", 1, 8)] == [(one.code, one.count, one.of) for one in first.held]
    assert before == meanwhile
    assert ("done", wrong) == (accepted.status, after)
    assert ("done", 0) == (quiet.status, quiet.changed)


def test_a_mended_sheet_goes_on_unasked(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Only what was taken back is asked about; the wrong one is still known when it comes later."""
    wrong_sheet(known, synced)
    undone(known)
    mended = [row(1, Telefon="0561 123456"), *GOOD[1:]]
    known.sheet("vereine.csv", HEADER, mended)
    right = synced(known, "vereine")["vereine"]
    known.sheet("vereine.csv", HEADER, [*WRONG[:1], *mended[1:]])
    again = synced(known, "vereine")["vereine"]

    assert ("done", 1) == (right.status, right.changed)
    assert ["undone"] == [one.code for one in again.held]


def test_what_comes_half_again_is_held(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """A record gone, a record new: each of them is known again."""
    wrong_sheet(known, synced, [*GOOD[:7], row(31)])
    undone(known)
    found = []
    for rows in (GOOD[:7], [*GOOD, row(31)]):
        known.sheet("vereine.csv", HEADER, rows)
        found.append(synced(known, "vereine")["vereine"])

    assert [["undone"], ["undone"]] == [[reason.code for reason in one.held] for one in found]


def test_a_check_tells_of_it_too(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """It says what a sync would do."""
    from allin_hub.ingest.check import check

    wrong_sheet(known, synced, [row(1, Telefon="0561 123456"), *GOOD[1:]])
    undone(known)
    hub = known.open()
    report = check(hub, ["vereine"]).sources["vereine"]
    hub.close()

    assert ["undone"] == [one.code for one in report.held]


def test_undone_twice_is_told(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """By its source and by its id; and nothing of it changes."""
    run = wrong_sheet(known, synced)
    undone(known)
    before = canonical(known)
    for word in ("vereine", run, run[-8:]):
        with pytest.raises(ConfigError) as told:
            undone(known, word)
        assert "2026-10-05" in str(told.value)
    with pytest.raises(ConfigError):
        undone(known, "nichts")

    assert before == canonical(known)
    assert {"partner", "termine"} == {one.source for one in offered(known)}


def test_a_run_that_changed_nothing_leaves_the_one_before_it(
    known: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """Nights pass before somebody notices."""
    before = canonical(known)
    run = wrong_sheet(known, synced)
    for _ in range(3):
        synced(known)
    (one,) = [one for one in offered(known) if one.source == "vereine"]
    undone(known)

    assert run == one.run
    assert before == canonical(known)


def test_only_the_last_run_can_be_undone(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """One before it is refused."""
    first = wrong_sheet(known, synced)
    second = wrong_sheet(known, synced, GOOD)

    assert second in {one.run for one in offered(known)}
    with pytest.raises(ConfigError):
        undone(known, first)


def test_what_others_did_since_stays(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Another source's run and an edit of the office: as if the wrong sheet had never come."""
    wrong_sheet(known, synced)
    known.sheet(
        "partner.csv", HEADER[:7], [row(n, **{"Nr.": f"p{n}", "Telefon": "0561 8888"})[:7] for n in (4, 5, 8)]
    )
    synced(known, "partner")
    hub = known.open()
    with reading(hub.engine) as connection:
        five = next(
            one.id
            for one in entities.everything(connection, Kind.ORGANISATION, hub.sealer)
            if one.data.get("email") == "info@verein-8.example"
        )
    edit(hub, five, [Change("website", "neu.example")])
    hub.close()
    undone(known)
    found = canonical(known)[five]["data"]

    assert "https://neu.example" == found["website"]
    assert "+495618888" in [one["number"] for one in found["phones"]]
    assert 8 == sum(one["kind"] == "organisation" for one in canonical(known).values())


def test_what_waited_waits_again_with_its_reasons(
    known: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """Quarantine and problems are as before."""
    known.sheet("vereine.csv", HEADER, [*GOOD[:5], row(6, Name=""), *GOOD[6:]])
    synced(known, "vereine")
    before, told = canonical(known), known.rows("problem")
    wrong_sheet(known, synced, [*GOOD[:5], row(6), row(7, Name=""), *GOOD[7:]])
    between = known.rows("problem")
    undone(known)
    rows = known.rows("raw")["raw"]

    assert told != between
    assert without_run(told) == without_run(known.rows("problem"))
    assert before == canonical(known)
    assert 1 == sum("quarantined" in one for one in rows)


def test_the_first_run_can_be_undone(office: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Nothing of it is left to see, and it comes again when it is accepted."""
    office.settings(SETTINGS)
    office.sheet("vereine.csv", HEADER, GOOD)
    synced(office, "vereine")
    before = canonical(office)
    undone(office)
    empty = canonical(office)
    held = synced(office, "vereine")["vereine"]
    synced(office, accepting="vereine")
    after = canonical(office)

    assert {} == empty
    assert ["undone"] == [one.code for one in held.held]
    assert before.keys() == after.keys()
    assert [one["data"] for one in before.values()] == [one["data"] for one in after.values()]


def test_a_replay_can_be_undone(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """A map that was changed by mistake: the claims are as before, and the same map is held."""
    before = canonical(known)
    known.settings(SETTINGS.replace("columns = {", 'columns = { "Ort" = "short_name",'))
    report = synced(known, "vereine", replay=True)["vereine"]
    between = canonical(known)
    undone(known)
    after = canonical(known)
    again = synced(known, "vereine")["vereine"]

    assert "done" == report.status
    assert before != between
    assert before == after
    assert ["undone"] == [one.code for one in again.held]


def test_it_shows_what_it_would_do(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Record by record, before anything is done."""
    wrong_sheet(known, synced)
    before = canonical(known)
    hub = known.open()
    shown = undoable_run(hub, "vereine")
    hub.close()
    became: dict[str, set[str]] = {}
    for one in shown.rows:
        became.setdefault(one.op, set()).add(one.key)

    assert {"77", "31"} == became["gone"]
    assert {"1", "2", "3", "4", "6", "7"} == became["changed"]
    assert {"5", "8"} == became["reread"]
    assert before == canonical(known)


def test_a_held_run_of_the_source_ends(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """What it was compared with is no more."""
    wrong_sheet(known, synced, [row(1, Telefon="0561 123456"), *GOOD[1:]])
    known.sheet("vereine.csv", HEADER, GOOD[:2])
    held = synced(known, "vereine")["vereine"]
    undone(known)
    hub = known.open()
    from allin_hub.ingest.hold import held_runs

    waiting = held_runs(hub, with_rows=False)
    hub.close()

    assert "held" == held.status
    assert [] == waiting


def without_run(rows: Mapping[str, Sequence[Any]]) -> list[str]:
    """Rows without the run that wrote them."""
    return [re.sub(r"'[0-9a-f-]{36}'", "", str(one)) for one in rows["problem"]]


def agreed(office: Office) -> set[str]:
    """Who may be shown in the directory."""
    from allin_hub.privacy.consent_ledger import ANY_CHANNEL, released
    from allin_hub.privacy.released import persons
    from allin_hub.store import consents
    from allin_schemas import Purpose

    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            events = consents.events(connection)
            found = released(
                persons(connection, events), events, Purpose.DIRECTORY_PUBLIC, ANY_CHANNEL, hub.clock()
            )
            people = entities.load(connection, Kind.PERSON, sorted(found), hub.sealer)
            return {one.data["email"] for one in people.values()}
    finally:
        hub.close()


def test_a_no_stays_and_a_yes_ends(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Three said no before and yes in the wrong sheet, four the other way round, thirty-one is new with a yes."""
    before = agreed(known)
    wrong_sheet(known, synced)
    between = agreed(known)
    undone(known)
    after = agreed(known)

    assert {"erika3@privat.example", "erika31@privat.example"} <= between - before
    assert {"erika4@privat.example"} == before - after
    assert set() == after - before


def test_a_no_from_before_reaches_others_again(
    known: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """The wrong sheet's yes had ended it; taken back, the same person stays out of what another source agreed to."""
    other = [*HEADER[:7], "Kontakt", "Mail Kontakt", "Verzeichnis?"]
    block = SETTINGS[SETTINGS.index("[sources.vereine]") : SETTINGS.index("[sources.partner]")]
    text = SETTINGS + block.replace("vereine", "dritte")
    known.settings(text)
    known.sheet(
        "dritte.csv",
        other,
        [
            row(
                50,
                **{
                    "Kontakt": "Erika Musterdill",
                    "Mail Kontakt": "erika3@privat.example",
                    "Verzeichnis?": "ja",
                },
            )
        ],
    )
    synced(known, "dritte")
    before = agreed(known)
    wrong_sheet(known, synced, [*GOOD[:2], row(3, **{"Verzeichnis?": "ja"}), *GOOD[3:]])
    between = agreed(known)
    undone(known)

    assert "erika3@privat.example" not in before
    assert "erika3@privat.example" in between
    assert before == agreed(known)


def test_an_accepted_yes_counts_again(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """The sheet was right after all."""
    wrong_sheet(known, synced)
    between = agreed(known)
    undone(known)
    synced(known, "vereine")
    synced(known, accepting="vereine")

    assert between == agreed(known)


def test_the_ledger_verifies_and_the_doctor_is_content(
    known: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """Nothing is taken out of the ledger, and no row is left behind."""
    from allin_hub.doctor.database import examine

    wrong_sheet(known, synced)
    undone(known)
    hub = known.open()
    found = examine(hub)
    hub.close()

    assert [] == found
    assert any("'undo'" in one for one in known.rows("audit")["audit"])


def test_it_is_kept_for_a_time(known: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """As long as whole records are: then the run can no more be taken back."""
    import datetime as dt

    from allin_hub.operations.retention import retain

    wrong_sheet(known, synced)
    known.now += dt.timedelta(days=20)
    hub = known.open()
    retain(hub)
    kept = undoable_runs(hub)
    hub.close()
    known.now += dt.timedelta(days=20)
    hub = known.open()
    retain(hub)
    later = undoable_runs(hub)
    hub.close()

    assert 3 == len(kept)
    assert [] == later
    left = known.rows(
        "replaced_claim", "replaced_match_key", "replaced_reference", "replaced_problem", "replaced_source"
    )
    assert [] == [one for rows in left.values() for one in rows]


def claims_of(office: Office, source: str) -> dict[Any, Any]:
    """What a source says, by key and slot, with the match keys that it is known again by."""
    from allin_hub.entities.record_keys import opened_fields
    from allin_hub.store import claims
    from allin_hub.store.tables import claim, match_key, raw

    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            live = connection.execute(
                claim.select().where(claim.c.source == source, claim.c.live == 1).order_by(claim.c.id)
            ).all()
            keys: dict[int, list[Any]] = {}
            for row in connection.execute(match_key.select()):
                keys.setdefault(row.claim_id, []).append((row.key, row.rule, row.name))
            records = {row.id: (row.key, row.digest, row.status) for row in connection.execute(raw.select())}
            return {
                (one.id, one.slot): (
                    opened_fields(one.id, one.version, one.data, one.sealed, hub.sealer),
                    one.digest,
                    sorted(keys.get(one.id, ()), key=str),
                    sorted(map(str, claims.references_of(connection, [one.id]))),
                    records[one.raw_id],
                )
                for one in live
            }
    finally:
        hub.close()


def any_sheet(chance: random.Random, prefix: str = "") -> list[list[Any]]:
    """A sheet as anything may have become of it: gone, changed, new, under other keys, falling together, answers turned round."""
    found = []
    for n in range(1, 10):
        what = chance.choice(["same", "same", "same", "gone", "name", "mail", "nameless", "answer", "key"])
        if what == "gone" or (what == "same" and n == 9):
            continue
        changed: dict[str, Any] = {"Nr.": f"{prefix}{n}"}
        if what == "name":
            changed["Name"] = f"Verein {chance.choice(LAST)} e. V."
        elif what == "mail":
            changed["E-Mail"] = f"info@verein-{chance.randint(1, 9)}.example"
        elif what == "nameless":
            changed["Name"] = ""
        elif what == "answer":
            changed["Verzeichnis?"] = chance.choice(["ja", "nein", ""])
        elif what == "key":
            changed["Nr."] = f"{prefix}{n + 50}"
        found.append(row(n, **changed))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_any_run_leaves_what_was_before_it_when_it_is_undone(
    seed: int, office: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """In any order of syncs, accepts and undos of two sources that speak of the same associations."""
    from allin_hub.doctor.database import examine

    chance = random.Random(seed)  # noqa: S311 - a test that has to repeat itself
    office.settings(SETTINGS)
    before: dict[str, tuple[Any, Any, int]] = {}
    for step in range(12):
        name = chance.choice(["vereine", "partner"])
        if name in before and chance.random() < 0.5:
            said, whole, at = before.pop(name)
            undone(office, name)
            assert said == claims_of(office, name), (seed, step)
            if at == step - 1:
                assert whole == canonical(office), (seed, step)
            continue
        said, whole = claims_of(office, name), canonical(office)
        wide = 10 if name == "vereine" else 7
        sheet = [one[:wide] for one in any_sheet(chance, "" if name == "vereine" else "p")]
        office.sheet(f"{name}.csv", HEADER[:wide], sheet)
        report = synced(office, name)[name]
        if report.status == "held":
            report = synced(office, accepting=name)[name]
        assert "done" == report.status
        if report.run in {one.run for one in offered(office)}:
            before[name] = said, whole, step
    hub = office.open()
    found = examine(hub)
    hub.close()

    assert [] == found
