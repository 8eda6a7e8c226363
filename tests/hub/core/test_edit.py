"""What the office says of an entry outranks every source, outlasts all that happens to them, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from tests.hub.core.conftest import Office

from allin_hub.base.errors import ConfigError
from allin_hub.entities.inspect import ShownEntity, inspect
from allin_hub.manage.edit_entry import Change, Edited, edit, edits, take_back
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Kind

SETTINGS = """
[hub]
title = "Test"
languages = ["de", "en"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[sources.partner]
plugin = "spreadsheet"
path = "data/partner.csv"
kind = "organisation"
key = "Nr."
trust = 50
"""
HEADER = [
    "Nr.",
    "Name",
    "E-Mail",
    "Telefon",
    "Straße",
    "PLZ",
    "Ort",
    "Öffnungszeiten",
    "Webseite",
    "Sprachen",
    "Beschreibung",
]
ROW = [1, "Chor Alpha e. V.", "info@chor.example", "0561 90000-01", "Musterweg 5", "34117", "Kassel", "Mo 9-12",
       "https://alt.example", "Türkisch, Arabisch", "Wir singen."]  # fmt: skip


def row(**changed: Any) -> list[Any]:
    """The choir as a source tells of it."""
    return [{**dict(zip(HEADER, ROW, strict=True)), **changed}[name] for name in HEADER]


@pytest.fixture
def choir(office: Office, synced: Callable[..., Mapping[str, Any]]) -> Office:
    """An office with one choir in two sources, which the hub knows to be one."""
    office.settings(SETTINGS)
    office.sheet("vereine.csv", HEADER, [row()])
    office.sheet("partner.csv", HEADER, [row(**{"Nr.": "p1", "Telefon": "0561 777777"})])
    synced(office)
    return office


def said(office: Office, *changes: tuple[str, str]) -> Edited:
    """Edit the choir as a command would."""
    hub = office.open()
    try:
        return edit(hub, "chor-alpha", [Change(*one) for one in changes])
    finally:
        hub.close()


def taken_back(office: Office, *paths: str) -> Edited:
    """Take edits of the choir back as a command would."""
    hub = office.open()
    try:
        return take_back(hub, "chor-alpha", paths)
    finally:
        hub.close()


def shown(office: Office, word: str = "chor-alpha") -> ShownEntity:
    """The choir as `allin show` has it."""
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            return inspect(connection, hub, *entities.the_one(connection, word))
    finally:
        hub.close()


def codes(reports: Mapping[str, Any], source: str) -> Sequence[str]:
    """Which problems a report tells of."""
    return sorted(one.code for one in reports[source].problems)


def test_the_office_outranks_every_source_and_stands_by_name(choir: Office) -> None:
    """Who and when is seen; a claim of the source `office` stands first."""
    done = said(choir, ("website", "neu.example"))
    entry = shown(choir)

    assert "https://neu.example" == entry.data["website"]
    assert ["office"] == entry.winners("website")
    assert ("office", "website") == (entry.claims[0].source, entry.claims[0].key)
    assert ["website"] == [one.path for one in entry.edits]
    assert choir.now == entry.edits[0].at
    assert entry.edits[0].by
    assert done.edits == entry.edits


def test_an_edit_that_is_taken_back_leaves_the_entry_as_it_was(choir: Office) -> None:
    """Field by field, and with the same provenance."""
    before = shown(choir)

    said(
        choir,
        ("website", "neu.example"),
        ("name", "Chor Beta"),
        ("languages", "Dari"),
        ("description.en", "We sing."),
    )
    changed = shown(choir, before.id)
    taken_back(choir, "website", "name", "languages", "description")
    after = shown(choir)

    assert changed.data != before.data
    assert (before.data, before.provenance) == (after.data, after.provenance)
    assert () == after.edits


def test_a_value_is_read_as_a_cell_is(choir: Office) -> None:
    """The same readers, the same texts where it cannot be read."""
    said(choir, ("phones", "0561/12345"), ("languages", "Dari, Farsi"), ("places.0.hours", "Di 10-12 Uhr"))
    entry = shown(choir)

    assert [{"number": "+4956112345"}] == entry.data["phones"]
    assert ["fa-AF", "fa"] == [one["code"] for one in entry.data["languages"]]
    assert "Musterweg" == entry.data["places"][0]["street"]
    assert ["TU"] == [one["weekday"] for one in entry.data["places"][0]["hours"]["slots"]]
    with pytest.raises(ConfigError) as refused:
        said(choir, ("phones", "0561-ABC"))
    assert refused.value.code


def test_what_cannot_be_said_is_refused_in_words(choir: Office) -> None:
    """Nothing is noted then."""
    for path, written in (
        ("webseite", "x"),
        ("name", ""),
        ("id", "1"),
        ("places.7.hours", "Mo 9"),
        ("places.hours", "Mo 9-12"),
        ("parent", "Dachverband"),
    ):
        with pytest.raises(ConfigError):
            said(choir, ("website", "neu.example"), (path, written))

    assert () == shown(choir).edits
    assert "https://alt.example" == shown(choir).data["website"]


def test_a_field_can_be_emptied(choir: Office) -> None:
    """The sources still say something, and nothing of it shows."""
    said(choir, ("website", ""), ("description", ""))
    entry = shown(choir)

    assert {"website", "description"}.isdisjoint(entry.data)
    assert {None} == {one.value for one in entry.edits}


def test_a_corrected_name_leaves_no_wrong_one_behind(choir: Office) -> None:
    """The name that lost is no other name of the entry; those of other sources stay."""
    said(choir, ("name", "Chor Gamma e. V."))
    entry = shown(choir)

    assert "Chor Gamma e. V." == entry.data["name"]
    assert "Chor Alpha e. V." not in entry.data.get("alternate_names", ())


def test_it_outlasts_syncs_and_is_told_once(choir: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Where the source says something else later, or nothing any more, that is a hint, and only once."""
    said(choir, ("website", "neu.example"))
    found = []
    for site in ("https://dritte.example", "https://dritte.example", "", ""):
        for name, key in (("vereine.csv", 1), ("partner.csv", "p1")):
            phone = f"0561 {len(found) + 100000}"
            choir.sheet(name, HEADER, [row(**{"Nr.": key, "Webseite": site, "Telefon": phone})])
        reports = synced(choir)
        found.append([*codes(reports, "vereine"), *codes(reports, "partner")])

    assert "https://neu.example" == shown(choir).data["website"]
    assert [["EDIT_OUTRANKS"], [], ["EDIT_WITHOUT_SOURCE"], []] == [
        [code for code in one if code.startswith("EDIT")] for one in found
    ]


def test_it_waits_while_no_source_speaks_of_the_entry(
    choir: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """The office corrects entries and makes none; it holds again when the entry is back."""
    said(choir, ("website", "neu.example"))
    entity = shown(choir).id
    limits = "limits = { lost = 9, lost_share = 1.0 }\n"
    choir.settings(SETTINGS.replace('key = "Nr."\n', f'key = "Nr."\n{limits}'))
    for name in ("vereine.csv", "partner.csv"):
        choir.sheet(
            name,
            HEADER,
            [row(**{"Nr.": 9, "Name": "Andere e. V.", "E-Mail": "info@andere.example", "Webseite": ""})],
        )
    synced(choir)
    gone = shown(choir, entity)
    hub = choir.open()
    noted = edits(hub)
    hub.close()
    choir.sheet("vereine.csv", HEADER, [row()])
    synced(choir, "vereine")
    back = shown(choir, entity)

    assert gone.withdrawn_at is not None
    assert ["website"] == [one.path for one in noted]
    assert (None, "https://neu.example") == (back.withdrawn_at, back.data["website"])


def test_it_goes_along_when_entries_become_one_and_come_apart(
    office: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """It follows the claims that were behind the entry when it was said."""
    office.settings(SETTINGS)
    office.sheet("vereine.csv", HEADER, [row()])
    other = {
        "Nr.": "p1",
        "Name": "Chor Alpha",
        "E-Mail": "",
        "Webseite": "",
        "Telefon": "0561 777777",
        "Straße": "Anderer Weg 1",
    }
    office.sheet("partner.csv", HEADER, [row(**other)])
    synced(office)
    hub = office.open()
    with reading(hub.engine) as connection:
        found = {
            one.data["phones"][0]["number"]: one.id
            for one in entities.everything(connection, Kind.ORGANISATION, hub.sealer)
        }
    apart = found["+49561777777"]
    edit(hub, apart, [Change("website", "neu.example")])
    hub.close()

    office.sheet(
        "partner.csv", HEADER, [row(**{**other, "E-Mail": "info@chor.example", "Name": "Chor Alpha e. V."})]
    )
    synced(office)
    joined = shown(office, found["+49561900001"] if "+49561900001" in found else min(found.values()))
    office.sheet("partner.csv", HEADER, [row(**other)])
    synced(office)
    again = [shown(office, one) for one in sorted(found.values())]

    assert "https://neu.example" == joined.data["website"]
    assert ["website"] == [one.path for one in joined.edits]
    assert [1] == [len(one.edits) for one in again if one.id == apart]
    assert [0] == [len(one.edits) for one in again if one.id != apart]


PEOPLE = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."

[sources.vereine.columns]
"Kontakt" = "contacts.name"
"Telefon Kontakt" = "contacts.phones"
"Verzeichnis?" = "contacts.consent.directory_public"

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
"""
PEOPLE_HEADER = ["Nr.", "Name", "E-Mail", "Kontakt", "Telefon Kontakt", "Verzeichnis?"]


@pytest.fixture
def contact(office: Office, synced: Callable[..., Mapping[str, Any]]) -> Office:
    """A choir with a contact who has agreed to be shown."""
    office.settings(PEOPLE)
    office.sheet(
        "vereine.csv",
        PEOPLE_HEADER,
        [[1, "Chor Alpha e. V.", "info@chor.example", "Erika Musterfrau", "0561 555501", "ja"]],
    )
    synced(office)
    return office


def person_of(office: Office) -> tuple[str, dict[str, Any]]:
    """The one person of the office: her id and what is known of her."""
    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            (one,) = entities.everything(connection, Kind.PERSON, hub.sealer)
            return one.id, one.data
    finally:
        hub.close()


def pages(office: Office) -> str:
    """All pages of the directory."""
    found = sorted((office.folder / "public").rglob("*.html"))
    return "".join(path.read_text(encoding="utf-8") for path in found)


def edited(office: Office, word: str, *changes: tuple[str, str]) -> Edited:
    """Edit any entry."""
    hub = office.open()
    try:
        return edit(hub, word, [Change(*one) for one in changes])
    finally:
        hub.close()


def test_a_corrected_number_of_a_person_is_shown_as_she_agreed(
    contact: Office, published: Callable[..., Mapping[str, Any]]
) -> None:
    """Her yes covers the correction of what it covered; what the office adds needs a yes of its own."""
    person, _ = person_of(contact)
    edited(contact, person, ("phones", "0561 555599"), ("function", "Vorsitz"))
    published(contact)
    shown_pages = pages(contact)

    assert "Erika Musterfrau" in shown_pages
    assert "555599" in shown_pages.replace(" ", "")
    assert "555501" not in shown_pages.replace(" ", "")
    assert "Vorsitz" not in shown_pages


def test_nothing_of_a_person_lies_open(contact: Office) -> None:
    """The value of an edit is sealed, and no note of it names her."""
    person, _ = person_of(contact)
    edited(contact, person, ("name", "Ludmilla Beispielova"), ("email", "ludmilla@privat.example"))

    assert b"Beispielova" not in contact.stored_bytes()
    assert b"ludmilla@" not in contact.stored_bytes()
    assert "Ludmilla Beispielova" == person_of(contact)[1]["name"]


def test_it_outlasts_removal_and_return_of_the_source(
    contact: Office, synced: Callable[..., Mapping[str, Any]]
) -> None:
    """Removed, brought back: the office still says it; and the removal tells that the entry goes."""
    from allin_hub.manage.remove_source import leaving, remove, restore

    said(contact, ("website", "neu.example"))
    entity = shown(contact).id
    hub = contact.open()
    told = leaving(hub, "vereine")
    remove(hub, "vereine")
    hub.close()
    gone = shown(contact, entity)
    hub = contact.open()
    restore(contact.folder, "vereine", hub)
    hub.close()

    assert {"organisation": 1, "person": 1} == told.gone
    assert gone.withdrawn_at is not None
    assert "https://neu.example" == shown(contact, entity).data["website"]


def test_no_source_may_have_its_name(contact: Office) -> None:
    """In hub.toml it is refused with what to do; nothing of the office can be removed as a source."""
    from allin_hub.manage.remove_source import leaving
    from allin_hub.manage.rename_source import rename

    said(contact, ("website", "neu.example"))
    hub = contact.open()
    with pytest.raises(ConfigError):
        leaving(hub, "office")
    with pytest.raises(ConfigError):
        rename(hub, "vereine", "office")
    hub.close()
    contact.settings(PEOPLE.replace("[sources.vereine]", "[sources.office]"))
    with pytest.raises(ConfigError) as refused:
        contact.open()

    assert "allin source rename office" in str(refused.value)


def test_the_doctor_finds_nothing_wrong(contact: Office, synced: Callable[..., Mapping[str, Any]]) -> None:
    """Neither while it holds nor while its entry is gone."""
    from allin_hub.doctor.database import examine
    from allin_hub.manage.remove_source import remove

    said(contact, ("website", "neu.example"))
    hub = contact.open()
    before = [*examine(hub)]
    remove(hub, "vereine")
    after = [*examine(hub)]
    hub.close()

    assert [] == before == after


def test_a_persons_address_is_refused_with_the_reason_and_empties_nothing(choir: Office) -> None:
    """It is no address of the association; without a word it would have taken the right one away."""
    with pytest.raises(ConfigError, match="person"):
        said(choir, ("email", "zelmira.vontrapp@post.example"))


@pytest.mark.parametrize(
    "cell", ["12.12.2026 18-20 Uhr", "12.12. und 13.12.2026 18 Uhr", "12.12.2026 gegen 18 Uhr"]
)
def test_a_start_that_says_more_than_a_start_is_refused(
    choir: Office, synced: Callable[..., Mapping[str, Any]], cell: str
) -> None:
    """An end, a second date and a note would be lost without a word."""
    source = (
        '[sources.termine]\nplugin = "spreadsheet"\npath = "data/termine.csv"\nkind = "event"\nkey = "Nr."\n'
    )
    choir.settings(SETTINGS + source)
    choir.sheet("termine.csv", ["Nr.", "Titel", "Beginn"], [[1, "Probe", "5.12.2026 18 Uhr"]])
    synced(choir)
    hub = choir.open()
    try:
        with pytest.raises(ConfigError, match="more than 'start'"):
            edit(hub, "probe", [Change("start", cell)])
        edit(hub, "probe", [Change("start", "12.12.2026 18 Uhr")])
    finally:
        hub.close()
