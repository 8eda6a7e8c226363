"""The gate and the seals: canaries in every private field, searched for in every byte that the hub writes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allin_hub.privacy import consent_ledger
from allin_hub.privacy.gate import passes
from allin_hub.store.consents import LedgerEvent, PersonClaim
from allin_schemas import ENTITIES, Kind, Private, Purpose
from allin_schemas.marks import marked

SETTINGS = """
[hub]
title = "Test"
languages = ["de", "en", "ar"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
owner = "Forum"

[sources.vereine.columns]
"Darf ins Verzeichnis?" = "contacts.consent.directory_public"
"Newsletter?" = "contacts.consent.newsletter"

[sources.termine]
plugin = "ical"
path = "data/termine.ics"
holds = "all"

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
contact_email = "info@forum.example"

[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "info@forum.example"
imprint = "Forum, Kassel"

[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Forum, Kassel"
"""
HEADER = [
    "Nr.", "Name", "E-Mail", "Ansprechperson", "E-Mail Ansprechperson", "Telefon Ansprechperson", "Funktion Ansprechperson",
    "Darf ins Verzeichnis?", "Newsletter?",
]  # fmt: skip
CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//\r
BEGIN:VEVENT\r
UID:fest-1@forum.example\r
DTSTAMP:20261001T080000Z\r
DTSTART:20261010T150000Z\r
DTEND:20261010T180000Z\r
SUMMARY:Sommerfest\r
ORGANIZER;CN=Zwiebelkanari Organisator:mailto:zwiebelkanari@privat.example\r
ATTENDEE;CN=Zwiebelkanari Gast:mailto:zwiebelgast@privat.example\r
END:VEVENT\r
END:VCALENDAR\r
"""


def _canary(n: int) -> list[str]:
    return [
        f"Kanarina Vogelperson{n}",
        f"kanarina.vogelperson{n}@privat.example",
        f"0561 7700{n:02}",
        f"Vogelfunktion{n}",
    ]


def _office(office: Any, answers: list[tuple[str, str]]) -> Any:
    office.settings(SETTINGS)
    rows = [
        [n, f"Verein Nummer {n}", f"kanarina.intern{n}@verein{n}.example", *_canary(n), public, newsletter]
        for n, (public, newsletter) in enumerate(answers, 1)
    ]
    office.sheet("vereine.csv", HEADER, rows)
    (office.folder / "data/termine.ics").write_text(CALENDAR, encoding="utf-8", newline="")
    return office


def _hits(folder: Path, words: list[str], skip: tuple[str, ...] = ("data",)) -> dict[str, list[str]]:
    """Words found in the bytes of files below a folder, as written and as a phone number is normalised."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in skip:
            for word in _words_in(path.read_bytes(), words):
                found.setdefault(word, []).append(str(path.relative_to(folder)))
    return found


def _words_in(content: bytes, words: list[str]) -> Iterator[str]:
    lowered = content.lower()
    for word in words:
        spellings = {word.lower(), word.lower().replace(" ", "%20")}
        if word.startswith("0561"):
            number = word[5:].replace(" ", "")
            spellings |= {f"+49561{number}", f"0561{number}", f"0561 {number}", f"+49 561 {number}"}
        if any(spelling.encode() in lowered for spelling in spellings):
            yield word


def test_without_consent_no_byte_of_the_hubs_folder_holds_a_person(
    office: Any, synced: Any, published: Any
) -> None:
    """Database, write-ahead log, maps, pages, mails, tables: only the partners' own files hold the canaries."""
    _office(office, [("nein", "nein"), ("", ""), ("vielleicht", "ja")])

    synced(office)
    published(office)

    words = [word for n in (1, 2, 3) for word in _canary(n)] + [f"kanarina.intern{n}" for n in (1, 2, 3)]
    words += ["Zwiebelkanari", "zwiebelgast", "Vogelperson", "vogelfunktion"]
    assert (office.folder / "public/index.html").is_file()
    assert _hits(office.folder, words) == {}
    stored = office.stored_bytes()
    assert b"Verein Nummer 1" in stored
    assert list(_words_in(stored, words)) == []


def test_with_consent_a_person_appears_exactly_where_it_allows(
    office: Any, synced: Any, published: Any
) -> None:
    """A yes for the directory shows the person there, and nowhere else."""
    _office(office, [("ja", "nein"), ("nein", "ja")])

    synced(office)
    published(office)

    found = _hits(office.folder, [*_canary(1), *_canary(2)])
    assert set(found) >= {_canary(1)[0], _canary(1)[1], _canary(1)[2]}
    assert not set(found) & set(_canary(2))
    assert {Path(path).parts[0] for paths in found.values() for path in paths} == {"public"}


def test_a_withdrawn_consent_takes_the_person_out_with_the_next_publish(
    office: Any, synced: Any, published: Any
) -> None:
    """The answer changes to nein: no page, no download, no index shows the person any more."""
    _office(office, [("ja", ""), ("ja", "")])
    synced(office)
    published(office)
    assert _hits(office.folder / "public", _canary(1)[:1], skip=())
    _office(office, [("nein", ""), ("ja", "")])

    synced(office)
    published(office)

    assert _hits(office.folder, _canary(1)) == {}
    assert _hits(office.folder / "public", _canary(2)[:1], skip=())


@pytest.mark.parametrize("answer", ["", "vielleicht", "ja, aber nur intern", "?", "nein"])
def test_every_unclear_answer_means_no(answer: str, office: Any, synced: Any, published: Any) -> None:
    """Consent is a clear yes or none."""
    _office(office, [(answer, "")])

    synced(office)
    published(office)

    assert _hits(office.folder, _canary(1)) == {}


def test_two_contradicting_columns_mean_no(office: Any, synced: Any, published: Any) -> None:
    """Two questions about one purpose must both be answered with yes."""
    _office(office, [("ja", "")])
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    office.settings(
        text.replace(
            '"Newsletter?" = "contacts.consent.newsletter"',
            '"Newsletter?" = "contacts.consent.directory_public"',
        )
    )
    office.sheet("vereine.csv", HEADER, [[1, "Verein", "", *_canary(1), "ja", "nein"]])

    synced(office)
    published(office)

    assert _hits(office.folder, _canary(1)) == {}


def test_a_yes_to_the_newsletter_in_a_sheet_is_a_request_and_no_consent(office: Any, synced: Any) -> None:
    """Double opt-in: the mail's confirmation is the consent."""
    _office(office, [("ja", "ja")])

    synced(office)

    ledger = sorted(row.split(",")[3:6] for row in office.rows("consent")["consent"])
    assert [[part.strip(" '") for part in row] for row in ledger] == [
        ["directory_public", "any", "imported"],
        ["newsletter", "any", "requested"],
    ]


def test_reports_and_logs_hold_no_person(office: Any, synced: Any, caplog: Any, capsys: Any) -> None:
    """Problems about private fields never quote them."""
    _office(office, [("ja", "ja")])
    office.sheet(
        "vereine.csv",
        HEADER,
        [
            [
                1,
                "Verein",
                "",
                "Kanarina Vogelperson1",
                "kanarina-vogelperson1-ohne-at",
                "0561-KANARINA",
                "x",
                "ja",
                "",
            ]
        ],
    )

    report = synced(office)["vereine"]

    said = json.dumps(report.to_json("de"), ensure_ascii=False) + caplog.text + "".join(capsys.readouterr())
    assert {"EMAIL_UNREADABLE", "PHONE_UNREADABLE"} <= set(report.codes)
    assert "kanarina" not in said.casefold()


@pytest.mark.parametrize("kind", list(Kind))
def test_the_gate_lets_no_private_field_pass_without_consent(kind: Kind) -> None:
    """For every kind and every private field of the model."""
    private = marked(ENTITIES[kind], Private)
    data = dict.fromkeys(private, "kanarina") | {
        "record_status": "published",
        "visibility": "public",
        "type": "person",
    }

    passed = passes(kind, data, "id", frozenset())

    assert passed is None or not private & passed.keys()


def test_the_gate_shows_only_what_is_published_and_public() -> None:
    """Drafts, archived and internal entities never pass."""
    for status, visibility in [
        ("draft", "public"),
        ("archived", "public"),
        ("published", "internal"),
        ("published", "partners"),
    ]:
        assert (
            passes(
                Kind.ORGANISATION,
                {"name": "x", "record_status": status, "visibility": visibility},
                "id",
                frozenset(),
            )
            is None
        )


NOW = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)


def _event(
    id: int, claim: int, event: str, expires_at: dt.datetime | None = None, method: str = "import"
) -> LedgerEvent:
    return LedgerEvent(id, claim, "directory_public", "any", event, method, NOW, None, expires_at, None)


def _person(*claims: int) -> consent_ledger.Persons:
    """One person of several claims."""
    found = [PersonClaim(id, "person", 1, "a", b"", "[]", "p", id, b"") for id in claims]
    return consent_ledger.Persons(found, {}, {})


def _released(persons: consent_ledger.Persons, *events: LedgerEvent, purpose: Purpose) -> set[int]:
    found = consent_ledger.released(persons, events, purpose, "site", NOW)
    return {claim for one in found.values() for claim in one.claims}


def test_a_consent_ends_when_it_expires() -> None:
    """The state is derived at the moment of publishing."""
    later, over = (_event(1, 1, "confirmed", NOW + dt.timedelta(days=days)) for days in (1, 0))

    assert {1} == _released(_person(1), later, purpose=Purpose.DIRECTORY_PUBLIC)
    assert set() == _released(_person(1), over, purpose=Purpose.DIRECTORY_PUBLIC)
    assert set() == _released(_person(1), later, purpose=Purpose.NEWSLETTER)


def test_one_no_outweighs_every_yes_of_a_merged_person() -> None:
    """Merging keeps all events; the stricter one counts, whichever came last."""
    for order in ((1, 2), (2, 1)):
        yes, no = _event(order[0], 1, "confirmed"), _event(order[1], 2, "refused")
        ledger = sorted([yes, no])

        assert set() == _released(_person(1, 2), *ledger, purpose=Purpose.DIRECTORY_PUBLIC)
