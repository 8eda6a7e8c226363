"""How cells get from their columns to the paths of the model."""

from __future__ import annotations

import pytest

from allin_hub.base.errors import ConfigError
from allin_hub.mapping.columns import ColumnMap, known_paths
from allin_hub.mapping.synonyms import recognised
from allin_schemas import Kind

ORGANISATION = ColumnMap(Kind.ORGANISATION)


def test_cells_stand_under_the_paths_of_their_columns() -> None:
    """Mapping renames and judges nothing; blank cells and unknown columns stay out."""
    draft = ORGANISATION.draft(
        {"Verein": " Brücke e. V. ", "PLZ": 34117, "Telefon": None, "Ort": "", "Mitglieder": 12}
    )

    assert draft == {"name": " Brücke e. V. ", "places.postal_code": 34117}


def test_what_hub_toml_says_wins_over_what_is_recognised() -> None:
    """A person's word outranks the table of synonyms; a dash leaves a column out."""
    columns = ColumnMap(Kind.ORGANISATION, {"Verein": "legal_name", "Telefon": "-"}, {"Homepage": "social"})

    assert columns.draft({"Verein": "A", "Telefon": "1", "Homepage": "b.example"}) == {
        "legal_name": "A",
        "social": "b.example",
    }
    assert columns.path("VEREIN:") == "legal_name"
    assert columns.path("Telefon") is None
    assert columns.unknown(["Verein", "Telefon", "Homepage", "Mitglieder"]) == ["Mitglieder"]


def test_a_mapped_short_name_takes_the_place_of_a_blank_name() -> None:
    """Seven rows wrote the name into 'Kurzname': once mapped, they have a name and the others keep theirs."""
    rows = [
        {"Name": "Brücke e. V.", "Kurzname": "Brücke"},
        {"Kurzname": "Nordlicht"},
        {"Name": "  ", "Kurzname": "Ufer"},
    ]

    assert [ORGANISATION.draft({"Kurzname": row["Kurzname"]}).get("name") for row in rows[1:]] == [None, None]
    mapped = ColumnMap(Kind.ORGANISATION, {"Kurzname": "name"})
    assert [mapped.draft(row)["name"] for row in rows] == ["Brücke e. V.", "Nordlicht", "Ufer"]
    assert mapped.within(["Name", "Kurzname"]).column_of("name") == "Name"


def test_a_draft_does_not_depend_on_the_rows_before_it() -> None:
    """A replay reads rows in another order, and must come to the same."""
    rows = [{"Telefon": "1"}, {"Mobil": "2"}, {"Telefon": "1", "Mobil": "2"}, {"Mobil": "2", "Telefon": "1"}]
    alone = [ColumnMap(Kind.ORGANISATION).draft(row) for row in rows]
    together = ColumnMap(Kind.ORGANISATION)

    assert alone == [together.draft(row) for row in rows]
    assert alone == [together.draft(row) for row in rows]
    assert alone == [{"phones": "1"}, {"phones": "2"}, {"phones": ["1", "2"]}, {"phones": ["2", "1"]}]


def test_columns_for_options_become_a_list() -> None:
    """Forms export a multiple choice as one column per option."""
    row = {
        "Sprachen [Türkisch]": "Ja",
        "Sprachen [Arabisch]": "Nein",
        "Sprachen [ti]": "Y",
        "Sprachen [Sonstiges]": "Dari",
    }

    assert ORGANISATION.draft(row) == {"languages": ["Türkisch", "ti", "Dari"]}
    assert ORGANISATION.draft({"Sprachen [Arabisch]": ""}) == {}


def test_postal_code_and_city_in_one_cell_come_apart() -> None:
    """'PLZ/Ort' is one column in many lists; beside it, an address is a street."""
    row = {"Adresse": "Holländische Str. 74", "PLZ/Ort": "D-34127 Kassel"}

    assert ORGANISATION.draft(row) == {
        "places.street": "Holländische Str. 74",
        "places.postal_code": "34127",
        "places.city": "Kassel",
    }
    assert ORGANISATION.draft({"PLZ/Ort": "Kassel"}) == {"places.city": "Kassel"}


def test_consents_keep_their_words_and_contradictions() -> None:
    """Proof needs the words that were answered; of two answers both are kept, so that no wins."""
    row = {
        "Ansprechperson": "Ada Muster",
        "Newsletter": "ja",
        "Darf ins Verzeichnis?": "ja",
        "Verzeichnis": "nein",
        "Einwilligung Statistik": "",
    }
    draft = ORGANISATION.draft(row)

    assert draft["contacts.consents"] == [
        {"purpose": "newsletter", "answer": "ja", "wording": "Newsletter", "column": "Newsletter"},
        {
            "purpose": "directory_public",
            "answer": "ja",
            "wording": "Darf ins Verzeichnis?",
            "column": "Darf ins Verzeichnis?",
        },
        {"purpose": "directory_public", "answer": "nein", "wording": "Verzeichnis", "column": "Verzeichnis"},
    ]
    assert [c["purpose"] for c in ColumnMap(Kind.PERSON).draft({"Newsletter": "ja"})["consents"]] == [
        "newsletter"
    ]


def test_a_plain_name_beside_the_name_of_the_association_is_a_persons() -> None:
    """'Verein | Name | Telefon': taking the name for the association's would publish a person."""
    assert ORGANISATION.within(["Verein", "Name", "Telefon"]).learned == {"Name": "contacts.name"}
    assert ORGANISATION.within(["Name", "Vorname", "Verein"]).learned == {"Name": "contacts.family"}
    assert ORGANISATION.within(["Name", "Kurzname", "Telefon"]).learned == {}
    assert ORGANISATION.within(["Verein", "Name", "Ansprechperson"]).learned == {}
    assert ColumnMap(Kind.ORGANISATION, {"Kurzname": "name"}).within(["Kurzname", "Name"]).learned == {}


def test_a_second_mail_after_the_contact_is_the_contacts() -> None:
    """Lists repeat 'E-Mail' and 'Telefon' for the person; these are private, the first ones are not."""
    headers = ["Verein", "E-Mail", "Telefon", "Ansprechperson", "E-Mail (2)", "Telefon (2)"]
    draft = ORGANISATION.within(headers).draft({header: header for header in headers})

    assert (draft["email"], draft["contacts.email"]) == ("E-Mail", "E-Mail (2)")
    assert (draft["phones"], draft["contacts.phones"]) == ("Telefon", "Telefon (2)")


def test_a_place_beside_a_postal_code_is_a_city() -> None:
    """An event's 'Ort' alone may be anything; with a postal code beside it, it is the city."""
    columns = ColumnMap(Kind.EVENT).within(["Titel", "Veranstaltungsort", "Straße", "PLZ", "Ort"])

    assert columns.path("Ort") == "location.city"
    assert columns.path("Veranstaltungsort") == "location.name"
    assert ColumnMap(Kind.EVENT).path("Ort") == "location"
    assert ColumnMap(Kind.EVENT).draft(
        {"Veranstaltungsort": "Haus am See", "Adresse": "Weg 3, 34117 Kassel"}
    ) == {"location": "Haus am See, Weg 3, 34117 Kassel"}


def test_what_was_learned_changes_the_fingerprint_only_where_it_says_something_new() -> None:
    """The second sync reads the same map as the first: else every record would be mapped again."""
    headers = ["Verein", "PLZ/Ort", "Telefon", "Darf ins Verzeichnis?"]
    learned = ORGANISATION.learned_from(headers)
    again = ColumnMap(Kind.ORGANISATION, learned=learned)
    row = {"Verein": "A", "PLZ/Ort": "34117 Kassel", "Telefon": "1", "Darf ins Verzeichnis?": "ja"}

    assert learned == {
        "Verein": "name",
        "PLZ/Ort": "places.postal_code",
        "Telefon": "phones",
        "Darf ins Verzeichnis?": "contacts.consent.directory_public",
    }
    assert ORGANISATION.fingerprint == again.fingerprint
    assert ORGANISATION.draft(row) == again.draft(row)
    beside = ORGANISATION.within(["Verein", "Name"])
    assert ORGANISATION.fingerprint != beside.fingerprint
    assert (
        beside.fingerprint
        == ColumnMap(Kind.ORGANISATION, learned=beside.learned_from(["Verein", "Name"])).fingerprint
    )
    assert ORGANISATION.fingerprint != ColumnMap(Kind.ORGANISATION, {"Kurzname": "name"}).fingerprint


def test_a_path_that_the_model_does_not_know_is_named_with_the_nearest() -> None:
    """A typing error in hub.toml must not lose a column in silence."""
    with pytest.raises(ConfigError, match=r"'Verein' leads to 'nmae'.*Did you mean 'name'\?"):
        ColumnMap(Kind.ORGANISATION, {"Verein": "nmae"})
    with pytest.raises(ConfigError, match="directory_public"):
        ColumnMap(Kind.ORGANISATION, {"Darf?": "contacts.consent.directory"})
    with pytest.raises(ConfigError):
        ColumnMap(Kind.ORGANISATION, {"Nummer": "id"})


def test_texts_in_a_language_and_attributes_are_paths() -> None:
    """Partners send a description per language; what the model lacks goes into attributes."""
    columns = ColumnMap(
        Kind.ORGANISATION, {"Text auf Arabisch": "description.ar", "Mitglieder": "attributes.members"}
    )

    assert columns.draft({"Text auf Arabisch": "نحن", "Mitglieder": 3}) == {
        "description.ar": "نحن",
        "attributes.members": 3,
    }
    assert {"name", "places.street", "contacts.email", "contacts.consent.newsletter"} <= known_paths(
        Kind.ORGANISATION
    )
    assert {"start", "organiser", "location.city"} <= known_paths(Kind.EVENT)
    assert {"consent.newsletter", "organisation"} <= known_paths(Kind.PERSON)
    assert not {"id", "slug", "organiser_org_id", "contacts.organisation"} & known_paths(Kind.EVENT)


def test_a_feed_that_never_repeats_a_name_cannot_fill_the_memory() -> None:
    """Hostile JSON may name every answer differently."""
    columns = ColumnMap(Kind.ORGANISATION)
    for number in range(6_000):
        columns.draft({f"Feld {number}": "x", "Verein": "A"})

    assert columns.draft({"Verein": "A"}) == {"name": "A"}
    assert len(columns._routes) < 5_100


def test_of_two_mail_addresses_the_first_counts() -> None:
    """An organisation has one address; the second is there when the first is blank."""
    columns = ColumnMap(Kind.ORGANISATION)

    assert columns.draft({"E-Mail 1": "a@ufer.example", "E-Mail 2": "b@ufer.example"}) == {
        "email": "a@ufer.example"
    }
    assert columns.draft({"E-Mail 1": "", "E-Mail 2": "b@ufer.example"}) == {"email": "b@ufer.example"}
    assert columns.draft({"Telefon 1": "1", "Telefon 2": "2"}) == {"phones": ["1", "2"]}


@pytest.mark.parametrize("kind", [Kind.ORGANISATION, Kind.SERVICE, Kind.EVENT, Kind.OPPORTUNITY])
def test_who_fills_in_a_form_is_the_contact(kind: Kind) -> None:
    """Her no beside it has a name, so that it reaches her in other texts too."""
    assert recognised(kind, "Wie heißen Sie?") == recognised(kind, "What is your name?") == "contacts.name"
