"""A contact without a person's name: what of it is published, whose a mailbox is, and whose a number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from allin_hub.privacy.gate import passes
from allin_hub.privacy.roles import person_type, role_fields
from allin_schemas import Kind

HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.liste]
plugin = "spreadsheet"
path = "data/liste.csv"
kind = "organisation"
key = "Nr."
{more}
[sources.liste.columns]
"Darf ins Verzeichnis?" = "contacts.consent.directory_public"
"Funktion" = "contacts.function"
"Erreichbar" = "contacts.reach_note"

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
SECOND = """
[sources.zweite]
plugin = "spreadsheet"
path = "data/zweite.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }
"""
HEADER = [
    "Nr.", "Verein", "Telefon", "E-Mail", "Ansprechpartner/in", "Funktion", "Tel. Ansprechpartner/in",
    "Mail Ansprechpartner/in", "Erreichbar", "Darf ins Verzeichnis?",
]  # fmt: skip


def _row(name: str, *, no: str = "nein", **said: str) -> list[str]:
    places = {"phone": 2, "mail": 3, "contact": 4, "function": 5, "number": 6, "mailbox": 7, "reach": 8}
    row = ["1", name, *[""] * 7, no]
    for what, text in said.items():
        row[places[what]] = text
    return row


def _published(office: Any, synced: Any, published: Any, *rows: list[str], more: str = "") -> str:
    """The directory's pages and files as one text, numbers without their blanks."""
    office.settings(HUB.format(more=more))
    office.sheet("liste.csv", HEADER, [[str(n), *row[1:]] for n, row in enumerate(rows, 1)])
    report = synced(office)["liste"]
    assert report.quarantined == 0
    published(office)
    folder: Path = office.folder / "public"
    texts = [
        path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file()
    ]
    return "\n".join(texts)


def _problems(office: Any) -> set[tuple[str, int | None, str | None]]:
    from allin_hub.operations.quarantine import quarantine

    hub = office.open()
    try:
        return {(one.code, one.row, one.field) for one in quarantine(hub).problems}
    finally:
        hub.close()


def _holds_number(text: str, number: str) -> bool:
    digits = re.sub(r"\D", "", number).lstrip("0")
    return digits in re.sub(r"(?<=\d)[\s/-](?=\d)", "", text)


CHORS: dict[str, tuple[list[str], list[str], list[str], set[tuple[str, str]]]] = {
    "a function that holds a name": (
        _row("Chor Zeta e.V.", contact="Vorstand", function="1. Vorsitzende: Zetana Qvestorina", number="0176 11112226",
             mailbox="vorstand@chor-zeta.example"),
        ["vorstand@chor-zeta.example"],
        ["Zetana", "Qvestorina", "0176 11112226"],
        {("CONTACT_PART_PRIVATE", "contacts.function"), ("CONTACT_PART_PRIVATE", "contacts.phones")},
    ),
    "a number called private": (
        _row("Chor Eta e.V.", contact="Vorstand", number="0176 11112227 (privat)"),
        [],
        ["0176 11112227"],
        {("CONTACT_PART_PRIVATE", "contacts.phones")},
    ),
    "no name, a function that is one": (
        _row("Chor Theta e.V.", function="Thetana Qvestorina (Vorsitz)", number="0176 11112228",
             mailbox="info@chor-theta.example", reach="abends bei Thetana Qvestorina"),
        ["info@chor-theta.example"],
        ["Thetana", "0176 11112228", "abends bei"],
        {("CONTACT_PART_PRIVATE", f"contacts.{name}") for name in ("function", "phones", "reach_note")},
    ),
    "a mailbox named after its domain": (
        _row("Chor Lambda", mail="kontakt.lambdaqvestorina@lambdaqvestorina.example"),
        [],
        ["lambdaqvestorina"],
        {("EMAIL_PERSONAL", "email")},
    ),
    "a mailbox of somebody at the association's domain": (
        _row("Chor My", mail="lqvestorina@chor-my.example"),
        [],
        ["lqvestorina"],
        {("EMAIL_PERSONAL", "email")},
    ),
    "a family name that is a word of mailboxes": (
        _row("Chor Xi", contact="Post", number="0176 11112214"),
        [],
        ["0176 11112214", ">Post<"],
        {("CONTACT_PART_PRIVATE", "contacts.name")},
    ),
    "a number that the contact person has too": (
        _row("Chor Omikron", phone="0176/11112215", contact="Frau Omikra Qvestorina", number="0176 11112215"),
        [],
        ["0176 11112215", "Omikra"],
        {("PHONE_PERSONAL", "phones")},
    ),
    "a mail that the contact person has too": (
        _row("Chor Rho", mail="rhona.qvestorina@gmx.example", contact="Rhona Qvestorina", mailbox="rhona.qvestorina@gmx.example"),
        [],
        ["rhona"],
        {("EMAIL_PERSONAL", "email")},
    ),
    "the association's mobile beside a no": (
        _row("Chor Beta e.V.", phone="0176 11112222", contact="Berta Qvestorina"),
        [],
        ["0176 11112222", "Berta"],
        {("PHONE_PERSONAL", "phones")},
    ),
    "the association's mobile with a name": (
        _row("Chor Gamma e.V.", phone="0176 11112223 (Gamila Qvestorina)"),
        [],
        ["0176 11112223", "Gamila"],
        {("PHONE_PERSONAL", "phones"), ("PHONE_NOTE_LEFT_OUT", "phones")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHORS)
def test_beside_a_no_a_role_keeps_its_mailbox_alone(
    kind: str, office: Any, synced: Any, published: Any
) -> None:
    """The association is public with what names nobody; all that is held back is told with its row."""
    row, public, held, told = CHORS[kind]

    text = _published(office, synced, published, row)

    assert row[1] in text
    assert [one for one in public if one not in text] == []
    assert [one for one in held if one in text or (one[0] == "0" and _holds_number(text, one))] == []
    assert {(code, field) for code, line, field in _problems(office) if line == 2} == told


def test_an_unanswered_role_shows_its_number_and_never_a_free_text(
    office: Any, synced: Any, published: Any
) -> None:
    """Nobody said no: a role's number is the association's; what stands in words beside it is nobody's business."""
    text = _published(
        office, synced, published,
        _row("Chor Rot", no="", contact="Vorstand", function="Kassenwartin", number="0561 770001",
             mailbox="vorstand@rot.example", reach="abends bei Kanarina"),
        _row("Chor Blau", no="", contact="Vorstand", number="0176 11112230 (Kanarina Blau)"),
        _row("Chor Gelb", no="", contact="Büro", number="0561 770003 (Frau Kanarina)"),
    )  # fmt: skip

    assert "vorstand@rot.example" in text
    assert "Kassenwartin" in text
    assert _holds_number(text, "0561 770001")
    assert not _holds_number(text, "0176 11112230")
    assert not _holds_number(text, "0561 770003")
    assert "Kanarina" not in text


@pytest.mark.parametrize(
    ("verein", "mail", "contact", "shown"),
    [
        ("Zeytin e.V.", "zeytin@web.de", "", True),
        ("Chor Alpha", "chor-alpha@web.de", "", True),
        ("Eritreische Gemeinde in Kassel e.V.", "eritreische.gemeinde@gmx.de", "", True),
        ("Chor Alpha", "post@anna-schmidt.example", "", False),
        ("Chor Alpha", "familie@mueller.example", "", False),
        ("Chor Alpha", "verein.yilmaz@web.de", "", False),
        ("Kulturverein Yilmaz", "yilmaz@web.de", "Zeynep Yilmaz", False),
        ("Brücke e.V.", "info@qvestorina.example", "Anna Qvestorina", False),
    ],
)
def test_a_mailbox_is_the_associations_by_its_name_not_by_its_domain(
    verein: str, mail: str, contact: str, shown: bool, office: Any, synced: Any, published: Any
) -> None:
    """A word of the association's name makes it so; a word of the contact's name makes it a person's."""
    text = _published(office, synced, published, _row(verein, mail=mail, contact=contact))

    assert (mail in text) is shown


def test_hub_toml_may_call_all_addresses_of_a_source_the_offices(
    office: Any, synced: Any, published: Any
) -> None:
    """Somebody said so; only an address with the name of whoever said no stays a person's."""
    text = _published(
        office, synced, published,
        _row("Chor Rot", mail="lqv@rot.example"),
        _row("Chor Blau", mail="rhona.qvestorina@gmx.example", contact="Rhona Qvestorina"),
        more='email = "office"\n',
    )  # fmt: skip

    assert "lqv@rot.example" in text
    assert "rhona.qvestorina" not in text


def test_a_number_that_another_source_gives_a_contact_who_said_no_leaves_the_association(
    office: Any, synced: Any, published: Any
) -> None:
    """It is the person's wherever it stands; with her yes the association's page has it again."""
    office.settings(HUB.format(more="") + SECOND)
    office.sheet(
        "liste.csv", HEADER, [_row("Chor Rot", no="", phone="0176 11112240", mail="info@chor-rot.example")]
    )
    person = _row("Chor Rot", mail="info@chor-rot.example", contact="Kanarina Vogel", number="0176 11112240")
    shown = []
    for answer in ("", "nein", "ja"):
        office.sheet("zweite.csv", HEADER, [[*person[:-1], answer]])
        synced(office)
        published(office)
        page = next((office.folder / "public/de/organisations").glob("chor-rot-*.html"))
        shown.append(_holds_number(page.read_text(encoding="utf-8"), "0176 11112240"))

    assert shown == [False, False, True]


def test_in_doubt_a_contact_is_a_person() -> None:
    """A family name is no role word, and an address of another kind outweighs a role's name."""
    assert person_type({"name": "Vorstand", "email": "vorstand@verein.example"}) == "role"
    for name in ("Post", "Müller", "Familie", "Hallo", "Frau Vorstand"):
        assert person_type({"name": name}) == "person"
    assert person_type({"name": "Vorstand", "email": "anna@verein.example"}) == "person"
    assert person_type({"name": "Vorstand", "family": "Vorstand"}) == "person"


def test_a_role_shows_what_it_is_reached_by_and_nothing_else() -> None:
    """Each field of a contact that is not on the list stays inside, whatever it says."""
    role = {
        "record_status": "published", "type": "role", "name": "Vorstand", "email": "vorstand@verein.example",
        "function": "Leitung", "department": "Abteilung Kanarina", "phones": [{"number": "+49561770001"}],
        "reach_note": "bei Kanarina", "messenger": [{"service": "signal", "account": "+4917611112222"}],
        "hours": {"note": "nach Absprache mit Kanarina"}, "appointment_url": "https://termin.example/kanarina",
        "salutation": "Frau", "pronouns": "sie", "topics": ["Kanarina"], "audience": ["Kanarina"],
    }  # fmt: skip

    assert passes(Kind.PERSON, role, "id", frozenset()) == {
        "record_status": "published", "type": "role", "name": "Vorstand", "email": "vorstand@verein.example",
        "function": "Leitung", "phones": [{"number": "+49561770001"}],
    }  # fmt: skip
    assert role_fields({**role, "email": "verein@rot.example"}, refused=True) == {
        "record_status": "published", "type": "role", "name": "Vorstand", "email": "verein@rot.example",
        "function": "Leitung", "phones": [],
    }  # fmt: skip
    assert passes(Kind.PERSON, {**role, "email": "zeytin@web.de"}, "id", frozenset(), {"id"}) is None
    assert passes(Kind.PERSON, {**role, "given": "Kanarina"}, "id", frozenset()) is None
    assert passes(Kind.PERSON, {**role, "name": "Kanarina"}, "id", frozenset()) is None


def test_a_yes_beside_a_role_releases_nothing_that_another_source_adds(
    office: Any, synced: Any, published: Any
) -> None:
    """The board's mailbox stays; the free text and the private number of the other list do not come with the yes."""
    office.settings(HUB.format(more="") + SECOND)
    yes = _row("Chor Rot e.V.", no="ja", mail="info@chor-rot.example", contact="Vorstand",
               mailbox="vorstand@chor-rot.example")  # fmt: skip
    other = _row("Chor Rot e.V.", no="", mail="info@chor-rot.example", contact="Vorstand",
                 mailbox="vorstand@chor-rot.example", number="0176 11112250 (privat)", reach="bei Kanarina")  # fmt: skip
    office.sheet("zweite.csv", HEADER, [yes])
    office.sheet("liste.csv", HEADER, [other])
    synced(office)
    published(office)
    text = "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in (office.folder / "public").rglob("*")
        if path.is_file()
    )

    assert "vorstand@chor-rot.example" in text
    assert "Kanarina" not in text
    assert not _holds_number(text, "0176 11112250")
