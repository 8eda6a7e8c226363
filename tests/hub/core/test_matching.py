"""Matching and merging: what is certain, whose word wins, and that nothing depends on the order of arrival."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allin_hub.entities.merge import SourcedClaim, merge
from allin_schemas import Kind

TWO = """
[sources.a]
plugin = "spreadsheet"
path = "data/a.csv"
kind = "organisation"
key = "Nr."
trust = {trust}

[sources.b]
plugin = "spreadsheet"
path = "data/b.csv"
kind = "organisation"
key = "Nr."
"""
HEADER = ["Nr.", "Name", "E-Mail", "Webseite", "Vereinsregister-Nr.", "Stadtteil", "Sprachen"]


def _office(office: Any, a: list[Any], b: list[Any], trust: int = 10) -> Any:
    office.settings(TWO.format(trust=trust))
    office.sheet("a.csv", HEADER, [a] if a and not isinstance(a[0], list) else a)
    office.sheet("b.csv", HEADER, [b] if b and not isinstance(b[0], list) else b)
    return office


def test_a_register_number_makes_one_entity_of_two_spellings(office: Any, synced: Any, exported: Any) -> None:
    """A number is certain, whatever the name."""
    _office(
        office,
        [1, "Brücke e.V.", "", "", "VR 9100 Kassel", "", "Türkisch"],
        [7, "Verein Brücke", "", "", "VR9100", "", "Arabisch"],
    )

    synced(office)

    (entity,) = exported(office)
    assert sorted(language["code"] for language in entity["languages"]) == ["ar", "tr"]


def test_an_own_domain_with_the_same_name_is_certain(office: Any, synced: Any, exported: Any) -> None:
    """Web and mail domain count alike; legal forms do not belong to a name."""
    _office(
        office,
        [1, "Brücke e. V.", "info@bruecke.example", "", "", "", ""],
        [7, "BRÜCKE", "", "https://www.bruecke.example/start", "", "", ""],
    )

    synced(office)

    assert len(exported(office)) == 1


def test_a_name_alone_is_not_certain(office: Any, synced: Any, exported: Any) -> None:
    """Two associations may have the same name."""
    _office(office, [1, "Brücke", "", "", "", "", ""], [7, "Brücke", "", "", "", "", ""])

    synced(office)

    assert len(exported(office)) == 2


def test_two_differently_named_rows_of_one_source_stay_two(office: Any, synced: Any, exported: Any) -> None:
    """A federation lists its groups under one address; the partner's own rows say that they are two."""
    _office(
        office,
        [
            [1, "Frauengruppe", "info@dach.example", "", "", "", ""],
            [2, "Jugendgruppe", "info@dach.example", "", "", "", ""],
        ],
        [7, "Frauengruppe", "info@dach.example", "", "", "", ""],
    )

    synced(office)

    assert sorted(one["name"] for one in exported(office)) == ["Frauengruppe", "Jugendgruppe"]


def test_contradicting_register_numbers_keep_two_apart(office: Any, synced: Any, exported: Any) -> None:
    """A role address may be shared; two numbers of one register are two associations."""
    _office(
        office,
        [1, "Brücke", "info@dach.example", "", "VR 9100", "", ""],
        [7, "Brücke", "info@dach.example", "", "VR 9101", "", ""],
    )

    synced(office)

    assert len(exported(office)) == 2


def test_the_more_trusted_source_wins_and_losing_fields_fill_gaps(
    office: Any, synced: Any, exported: Any
) -> None:
    """Each field has its own provenance."""
    _office(
        office,
        [1, "Brücke Kassel", "info@bruecke.example", "", "VR 9100", "", ""],
        [7, "Bruecke", "", "www.bruecke.example", "VR 9100", "", ""],
        trust=20,
    )

    synced(office)

    (entity,) = exported(office)
    assert (entity["name"], entity["website"]) == ("Brücke Kassel", "https://www.bruecke.example")
    assert entity["provenance"]["name"] != entity["provenance"]["website"]


def test_a_bridge_between_two_entities_is_undone_when_it_leaves(
    office: Any, synced: Any, exported: Any
) -> None:
    """A merge is a link: taken back, both are as they were, under their ids."""
    _office(
        office, [1, "Brücke", "info@bruecke.example", "", "", "", ""], [7, "Steg", "", "", "VR 9100", "", ""]
    )
    synced(office)
    apart = exported(office)
    office.settings(
        TWO.format(trust=10)
        + '\n[sources.c]\nplugin = "spreadsheet"\npath = "data/c.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    office.sheet("c.csv", HEADER, [[3, "Brücke", "info@bruecke.example", "", "VR 9100", "", ""]])
    synced(office)
    joined = exported(office)
    office.sheet("c.csv", HEADER, [[3, "Ganz anders", "", "", "", "", ""]])

    synced(office)

    assert (len(apart), len(joined)) == (2, 1)
    assert joined[0]["id"] == apart[0]["id"]
    assert [one for one in exported(office) if one["name"] != "Ganz anders"] == apart


def test_who_lived_with_another_entity_does_not_stay_where_that_one_comes_back(
    office: Any, synced: Any, exported: Any
) -> None:
    """A row that was tied to another, and is no longer, has its own entity again: else both would meet there later."""
    three = TWO.format(trust=10)
    three += three[three.index("[sources.b]") :].replace("sources.b", "sources.c").replace("b.csv", "c.csv")
    office.settings(three)
    two, none = [2, "Zwei", "info@zwei.example", "", "", "", ""], [9, "Neun", "", "", "", "", ""]
    office.sheet("a.csv", HEADER, [none])
    office.sheet("b.csv", HEADER, [two])
    office.sheet("c.csv", HEADER, [[3, "Drei", "", "", "VR 9103", "", ""]])
    synced(office)
    office.sheet("a.csv", HEADER, [none, [4, "Vier", "", "", "VR 9103", "", ""]])
    synced(office)
    office.sheet("c.csv", HEADER, [[3, *two[1:]]])
    synced(office)
    moved = exported(office)
    office.sheet("a.csv", HEADER, [none, [4, "Vier", "", "", "VR 9104", "", ""]])
    office.sheet("c.csv", HEADER, [[3, "Drei", "", "", "", "", ""]])

    synced(office)

    assert sorted(one["name"] for one in moved) == ["Neun", "Vier", "Zwei"]
    assert sorted(one["name"] for one in exported(office)) == ["Drei", "Neun", "Vier", "Zwei"]


FIELDS = st.fixed_dictionaries(
    {"name": st.sampled_from(["A", "B"])},
    optional={
        "website": st.sampled_from(["https://a.example", "https://b.example"]),
        "languages": st.lists(
            st.fixed_dictionaries({"code": st.sampled_from(["de", "tr", "ar"])}), max_size=3
        ),
        "description": st.dictionaries(
            st.sampled_from(["de", "ar"]), st.fixed_dictionaries({"text": st.sampled_from(["x", "y"])})
        ),
        "places": st.lists(
            st.fixed_dictionaries({"city": st.sampled_from(["Kassel", "Baunatal"])}), max_size=2
        ),
    },
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(FIELDS, st.sampled_from([5, 10]), st.sampled_from(["", "2026-01-01"])),
        min_size=2,
        max_size=4,
    )
)
def test_the_merged_entity_does_not_depend_on_the_order_of_arrival(made: list[Any]) -> None:
    """Trust, then newer, then the source's name, then the content: never who came first."""
    said = [SourcedClaim(n, data, trust, at, f"s{n % 2}", {}) for n, (data, trust, at) in enumerate(made)]

    results = [merge(Kind.ORGANISATION, list(order))[0] for order in itertools.permutations(said)]

    assert all(result == results[0] for result in results)


def test_what_a_source_says_of_all_makes_no_person_of_a_role() -> None:
    """A default stands for what nobody says; whether somebody agreed is asked of persons alone."""
    said = {"type": "role", "email": "vorstand@verein.example"}
    one, two = (SourcedClaim(n, said, 10, "", "vereine", {"given": "Ada"}) for n in (1, 2))

    alone, both = (merge(Kind.PERSON, claims)[0] for claims in ([one], [one, two]))

    assert alone == both
    assert alone["type"] == "role"
