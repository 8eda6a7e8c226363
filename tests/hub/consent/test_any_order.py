"""No order of sources, syncs, spellings and times turns a no into a yes, or shows what its own claim did not release.

Hypothesis plays an office: partners write rows about one person, sources are read in any order and again, the office notes
what it hears, time goes by. A plain reading of what was said, without the hub's own rules, says what may be shown.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hub.consent.conftest import HEADER, HUB, SOURCE

from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.privacy import office_consents, person_keys
from allin_hub.privacy.consent_ledger import Persons, event_for, released
from allin_hub.publish.publish import publish
from allin_hub.store.consents import ConsentState, LedgerEvent, PersonClaim
from allin_schemas import Purpose

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
SOURCES = {"a": "spreadsheet", "b": "spreadsheet", "f": "form"}
SPELLINGS = ("Kanarina Rot", "Dr. Kanarina Rot", "Rot, Kanarina", "KANARINA ROT", "K. Rot-Neu")
MAIL = "kanarina@privat.example"
PHONES = {"a": "0176 5550001", "b": "0176 5550002", "f": "0176 5550003"}
"""Each source knows a number of its own: whose shows, tells whose claim is shown."""


@dataclass
class Row:
    """What a source says of her now; `said` counts how often she answered."""

    name: str
    answer: str
    with_phone: bool
    at: str = ""


@dataclass
class Played:
    """What was said so far, told without the rules of the hub."""

    rows: dict[str, Row] = field(default_factory=dict)
    read: dict[str, Row] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    """Sources whose last word that was read is no."""
    withdrawn: bool = False
    """Whether the office noted a withdrawal, and no yes since."""


answers = st.sampled_from(["ja", "ja", "nein", "vielleicht"])
moments = st.sampled_from(["", "2026-10-01 10:00:00", "2099-01-01 00:00:00"])
written = st.tuples(
    st.just("write"),
    st.sampled_from(sorted(SOURCES)),
    st.builds(Row, st.sampled_from(SPELLINGS), answers, st.booleans(), moments),
)
steps = st.one_of(
    written,
    st.tuples(st.just("read"), st.sampled_from(sorted(SOURCES)), st.none()),
    st.tuples(st.just("replay"), st.sampled_from(sorted(SOURCES)), st.none()),
    st.tuples(st.just("drop"), st.sampled_from(sorted(SOURCES)), st.none()),
    st.tuples(st.just("withdraw"), st.just(""), st.none()),
    st.tuples(st.just("wait"), st.just(""), st.integers(1, 120)),
)


def _write(folder: Path, source: str, row: Row | None) -> None:
    """A source's file: her row, and one that never changes, so that nothing is held."""
    rows = [[9, "", "Gelb", "info@gelb.example", "", "", "", ""]]
    if row is not None:
        phone = PHONES[source] if row.with_phone else ""
        rows.insert(0, [1, row.at, "Rot", "info@rot.example", row.name, MAIL, phone, row.answer])
    with (folder / "data" / f"{source}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *rows])


def _shown(folder: Path, word: str) -> bool:
    pages = [path.read_bytes() for path in (folder / "public").rglob("*") if path.is_file()]
    return any(word.encode() in page for page in pages)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(steps, min_size=2, max_size=9))
def test_no_order_makes_a_no_a_yes_or_shows_what_was_not_released(
    plan: list[tuple[str, str, Row | int | None]],
) -> None:
    """After each reading the pages are looked at."""
    with tempfile.TemporaryDirectory() as made:
        folder, now, played = Path(made), NOW, Played()
        (folder / "data").mkdir()
        sources = "".join(SOURCE.format(name=name, plugin=plugin) for name, plugin in SOURCES.items())
        (folder / "hub.toml").write_text(HUB.format(settings="") + sources, encoding="utf-8")
        for source in SOURCES:
            _write(folder, source, None)
        for step, source, what in plan:
            if isinstance(what, int):
                now += dt.timedelta(days=what)
                continue
            if step == "write" and isinstance(what, Row):
                played.rows[source] = what
                _write(folder, source, what)
                continue
            if step == "drop":
                played.rows.pop(source, None)
                _write(folder, source, None)
            hub = open_hub(folder, lambda now=now: now)  # type: ignore[misc]
            try:
                if step == "withdraw":
                    for person in office_consents.find_by_words(hub, MAIL):
                        office_consents.withdraw(hub, person.id, list(Purpose))
                        played.withdrawn = True
                else:
                    report = sync(hub, [source], replay=step == "replay").sources[source]
                    assert report.status == "done", report
                    if step != "replay":
                        _note_read(played, source)
                publish(hub)
            finally:
                hub.close()
            _look(folder, played)


def _note_read(played: Played, source: str) -> None:
    row = played.rows.get(source)
    if row is None:
        played.read.pop(source, None)
        return
    played.read[source] = row
    if row.answer == "ja":
        played.refused.discard(source)
    else:
        played.refused.add(source)


def _look(folder: Path, played: Played) -> None:
    """All share one mail: one no, and nobody is shown. Else only what a source with a yes says itself."""
    assert _shown(folder, ">Gelb<") or not played.read
    agreed = {name for name, row in played.read.items() if row.answer == "ja"}
    blocked = bool(played.refused) or played.withdrawn
    for name, phone in PHONES.items():
        if blocked or name not in agreed or not played.read[name].with_phone:
            assert not _shown(folder, phone[-7:]), (name, played)
    if blocked or not agreed:
        assert not _shown(folder, MAIL), played
        assert not any(_shown(folder, spelling) for spelling in SPELLINGS), played


KEYS = ("m:1", "m:2", "p:1", "p:2", "n:1", "n:2")
PLACES = ("east", "west")


@dataclass
class Said:
    """What one claim says, and whether it is still made."""

    claim: PersonClaim
    places: tuple[str, ...]
    answer: str | None = None
    live: bool = True
    office_yes: int = -1
    no: int = -1
    """At which turn the office noted a yes, and at which this claim's no was noted; -1 where neither holds."""


keys_of_claims = st.lists(
    st.tuples(
        st.sets(st.sampled_from(KEYS), min_size=1, max_size=3), st.sampled_from(PLACES), st.integers(0, 3)
    ),
    min_size=2,
    max_size=4,
)
turns = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["yes", "yes", "no", "gone", "office no", "office yes", "again"]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(keys_of_claims, turns)
def test_the_ledger_releases_nothing_against_a_no(
    claims: list[tuple[set[str], str, int]], turns: list[tuple[int, str]]
) -> None:
    """The rules alone, with persons who share mails, phones, names and entries in any way."""
    known = [
        Said(
            PersonClaim(n, f"entry {entry}", 1, f"source {n}", b"", person_keys.written(keys), "p", n, b""),
            (place,),
        )
        for n, (keys, place, entry) in enumerate(claims, 1)
    ]
    events: list[LedgerEvent] = []
    now = NOW
    for turn, (which, what) in enumerate(turns):
        one = known[which % len(known)]
        now += dt.timedelta(hours=1)
        if what == "gone":
            one.live = False
            continue
        one.live = True
        office = what.startswith("office")
        if office:
            one.office_yes, one.no = (-1, turn) if what == "office no" else (turn, -1)
            event = "withdrawn" if what == "office no" else "confirmed"
            _append(events, one, event, "office", now, now)
            one.answer = "withdrawn" if what == "office no" else "office"
            continue
        answer = one.answer if what == "again" else what
        if answer not in {"yes", "no"}:
            continue
        mine = [event for event in events if event.claim_id == one.claim.id]
        brought = [event for event in mine if event.method == "import"]
        states = [
            ConsentState(last[-1].event, last[-1].method, last[-1].at, b"x", None) if last else None
            for last in (mine, brought)
        ]
        news = event_for(
            "directory_public", answer, states[0], states[1], "import", None, bytes([turn]) if what != "again" else b"x", now
        )  # fmt: skip
        if news is None:
            continue
        _append(events, one, news.value, "import", now, None)
        one.answer = answer
        one.no = turn if answer == "no" else -1
        one.office_yes = -1 if answer == "no" else one.office_yes
    persons = Persons(
        [one.claim._replace(live=int(one.live)) for one in known],
        {one.claim.id: one.places for one in known},
        {},
    )
    found = released(persons, events, Purpose.DIRECTORY_PUBLIC, "site", now)

    shown = {id for one in found.values() for id in one.claims}
    for one in known:
        if one.claim.id in shown:
            assert one.live
            assert one.answer in {"yes", "office"}, (one, events)
    for no in known:
        for one in known:
            if no.no > one.office_yes and (one is no or _is_same(no, one)):
                assert one.claim.id not in shown, (no, one, events)


def _append(
    events: list[LedgerEvent],
    one: Said,
    event: str,
    method: str,
    at: dt.datetime,
    said_at: dt.datetime | None,
) -> None:
    subject = person_keys.written(person_keys.said_for(person_keys.read(one.claim.keys), one.places))
    events.append(
        LedgerEvent(
            len(events) + 1,
            one.claim.id,
            "directory_public",
            "any",
            event,
            method,
            at,
            said_at,
            None,
            subject,
        )
    )


def _is_same(one: Said, other: Said) -> bool:
    """Whether two claims speak of one person: a mail or phone in common, a name at one place, one entry."""
    common = set(person_keys.read(one.claim.keys)) & set(person_keys.read(other.claim.keys))
    return (
        one.claim.entity_id == other.claim.entity_id
        or any(not key.startswith("n:") for key in common)
        or (bool(common) and one.places == other.places)
    )
