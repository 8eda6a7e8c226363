"""Names as keys, roles and persons, own and shared domains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allin_schemas.reading import is_role_address, is_role_name, mail_domain, name_key, own_domain


@pytest.mark.parametrize(
    "written",
    [
        "Kulturverein Brücke e.V.",
        "Kulturverein Brücke e. V.",
        "KULTURVEREIN  BRÜCKE eV",
        "Kulturverein »Brücke« (eingetragener Verein)",
        "Kulturverein Bruecke",
        "Кulturverein Brücke",
        "Kulturverein Bru\u0308cke",
        "Kultur\u00adverein Brücke, e.V.",
    ],
)
def test_one_name_has_one_key(written: str) -> None:
    """Legal form, case, accents, punctuation and look-alike letters make no other association."""
    assert name_key(written) == "kulturverein bruecke"


@pytest.mark.parametrize(
    "written", ["e.V.", "!!!", "🌍", "جمعية النور", "Українська громада", "日本人会", "ትግርኛ", "GmbH"]
)
def test_every_name_has_a_key(written: str) -> None:
    """A name of only signs, or in any script, still finds itself."""
    assert name_key(written)


@given(st.text(min_size=1).filter(lambda text: bool(text.strip())))
def test_keys_are_stable(text: str) -> None:
    """A key never is empty, and blanks around the name do not matter."""
    assert name_key(text)
    assert name_key(text) == name_key(f"  {text} ")


def test_other_names_have_other_keys() -> None:
    """A legal form inside a word is part of the name."""
    assert (
        len(
            {
                name_key(name)
                for name in ("Ev. Kirche", "Kirche", "Agora", "Evin", "Verein Nord", "Verein Süd")
            }
        )
        == 6
    )


@pytest.mark.parametrize(
    "address",
    [
        "info@x.example",
        "vorstand-kassel@x.example",
        "info2@x.example",
        "elterncafe@x.example",
    ],
)
def test_addresses_of_tasks(address: str) -> None:
    """These name nobody, so they may be public."""
    assert is_role_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "max.muster@x.example",
        "neuhaus@x.example",
        "muster@muster.example",
        "info.muster@x.example",
        "m@x.example",
        "123@x.example",
        "",
    ],
)
def test_addresses_of_persons(address: str) -> None:
    """In doubt an address is a person's and stays private."""
    assert not is_role_address(address)


def test_names_of_tasks_and_of_persons() -> None:
    """'Team Beratung' is no person, 'Max Beratung' may be one."""
    assert all(
        map(is_role_name, ["Vorstand", "Büro", "Team Beratung", "Geschäftsstelle Kassel", "Ansprechperson"])
    )
    assert not any(
        map(
            is_role_name,
            ["Max Mustermann", "Max Beratung", "Vorstand: Erika Muster", "Frau Muster", "", "Neuhaus"],
        )
    )


def test_shared_domains_belong_to_nobody() -> None:
    """Two associations at the same mail provider are not one."""
    assert own_domain("info@verein.example") == "verein.example"
    assert own_domain("https://www.Verein.example/ueber-uns") == "verein.example"
    assert [
        own_domain(one) for one in ("info@gmx.de", "https://www.facebook.com/verein", None, "", "verein")
    ] == [None] * 5
    assert mail_domain("info@web.de") is None
    assert mail_domain("Info@Verein.example") == "verein.example"
