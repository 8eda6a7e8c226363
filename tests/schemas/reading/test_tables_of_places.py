"""Addresses and telephone numbers that people write, after tables made without sight of the readers; and their combinations."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allin_schemas.reading import Context, read

Value = Callable[[str, Any], Any]
TABLES = Path(__file__).parent / "tables"
PARTS = ("street", "house_number", "postal_code", "city", "extra", "country")


def rows(name: str) -> list[dict[str, str]]:
    """Read a table."""
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ADDRESSES, PHONES = rows("addresses.csv"), rows("phones.csv")
ANOTHER_PART = {
    "A029": "the box stands in the place of the street, as the table's conventions allow",
    "A051": "both addresses are read, each as a place of its own, and it is told that there are two",
}
"""Rows that come out otherwise than the table has it, with the reason; none of them is silently wrong."""
LEFT_OUT = {
    "P016": "two digits behind a slash may be anything: the first number is read, and the rest told",
    "P052": "the lost zero is put back, and shown",
}
"""The same for numbers."""


def parts_of(place: Mapping[str, Any]) -> dict[str, str]:
    """The parts that the table knows; a room is an addition, a dash is a hyphen, and blanks in numbers do not count."""
    found = {part: str(place.get(part) or "") for part in PARTS}
    found["extra"] = ", ".join(one for one in (place.get("extra"), place.get("room")) if one)
    found["house_number"] = numbered(found["house_number"])
    return found


def numbered(number: str) -> str:
    """A house number without what is equally right."""
    return number.replace("–", "-").replace(" ", "")


@pytest.mark.parametrize("row", ADDRESSES, ids=[row["id"] for row in ADDRESSES])
def test_addresses_of_the_table(row: dict[str, str], context: Context) -> None:
    """Each part is as it should be, or nothing is said of it and the partner hears of it."""
    reading = read("places", row["text"], context)
    places = reading.value or [{}]
    wanted = {part: row[part] for part in PARTS} | {"house_number": numbered(row["house_number"])}

    if row["told"] == "yes":
        assert reading.findings
    if row["id"] == "A029":
        assert parts_of(places[0]) | {"street": "", "extra": places[0]["street"]} == wanted
    elif row["id"] == "A051":
        assert [one["postal_code"] for one in places] == ["34127", "34225"]
    else:
        assert [parts_of(one) for one in places] == [wanted]
    if row["told"] == "no":
        assert reading.findings == ()


@pytest.mark.parametrize("row", PHONES, ids=[row["id"] for row in PHONES])
def test_phones_of_the_table(row: dict[str, str], context: Context) -> None:
    """Each number is right, or nothing is said of it and the partner hears of it."""
    reading = read("phones", row["text"], Context(today=context.today, country=row["region"]))
    found = reading.value or []
    numbers = [one["number"] for one in found if one.get("type") != "fax"]
    faxes = [one["number"] for one in found if one.get("type") == "fax"]

    if row["told"] == "yes" or row["id"] in LEFT_OUT:
        assert reading.findings
    if row["id"] in LEFT_OUT:
        assert numbers == ["+495619000050"]
    else:
        assert ("|".join(numbers), "|".join(faxes)) == (row["phone"], row["fax"])


def test_every_difference_is_a_row() -> None:
    """A reason for a row that has gone would hide the next difference."""
    known = {row["id"] for row in (*ADDRESSES, *PHONES)}

    assert (ANOTHER_PART.keys() | LEFT_OUT.keys()) - known == set()


STREETS = {
    "Weserstraße": "Weserstraße",
    "Wolfhager Str.": "Wolfhager Str.",
    "Platz der Deutschen Einheit": "Platz der Deutschen Einheit",
    "Am Markt": "Am Markt",
    "Straße des 17. Juni": "Straße des 17. Juni",
    "Friedrich-Ebert-Straße": "Friedrich-Ebert-Straße",
    "Ständeplatz": "Ständeplatz",
}
NUMBERS = {
    "7": "7",
    "12a": "12a",
    "12 a": "12a",
    "12-14": "12-14",
    "12 – 14": "12-14",
    "7/9": "7/9",
    "12 1/2": "121/2",
    "Nr. 5": "5",
    "135": "135",
}
MADE = ("03. Mai", "Mai 03", "2026-05-03", "12.05.2026", "46145", "5-Mrz")
EXTRAS = (None, "Hinterhaus", "2. OG", "c/o Kulturhaus Linde", "Eingang im Hof", "Raum 4")
TOWNS = {
    "34117 Kassel": ("34117", "Kassel", None),
    "D-34117 Kassel": ("34117", "Kassel", "DE"),
    "06108 Halle (Saale)": ("06108", "Halle (Saale)", None),
    "34346 Hann. Münden": ("34346", "Hann. Münden", None),
    "A-8010 Graz": ("8010", "Graz", "AT"),
    "8001 Zürich, Schweiz": ("8001", "Zürich", "CH"),
    "1012 LG Amsterdam, Niederlande": ("1012 LG", "Amsterdam", "NL"),
    "00-950 Warszawa, Polen": ("00-950", "Warszawa", "PL"),
}
ORDERS = ("{street}, {extra}, {town}", "{street} ({extra}), {town}", "{extra}, {street}, {town}", "{town}, {street}, {extra}",
          "{street}\n{extra}\n{town}", "{street}, {town}, {extra}")  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(
    street=st.sampled_from(sorted(STREETS)),
    number=st.sampled_from([*NUMBERS, *MADE]),
    extra=st.sampled_from(EXTRAS),
    town=st.sampled_from(sorted(TOWNS)),
    order=st.sampled_from(ORDERS),
)
def test_every_combination_is_right_or_told(
    street: str, number: str, extra: str | None, town: str, order: str
) -> None:
    """No part is ever wrong: it is as written, or missing with a word about it."""
    text = order.format(street=f"{street} {number}", extra=extra or "", town=town)
    text = re.sub(r"\(\)|(?:, )+(?=,|$)|\n(?=\n)", "", text).replace(" ,", ",").strip(" ,\n")
    reading = read("places", text, Context(today=dt.date(2026, 8, 20)))
    code, city, country = TOWNS[town]
    wanted = {
        "street": STREETS[street],
        "house_number": NUMBERS.get(number, ""),
        "postal_code": code,
        "city": city,
        "extra": extra or "",
        "country": country or "",
    }

    assert len(reading.value or []) <= 1
    found = parts_of(reading.value[0]) if reading.value else dict.fromkeys(PARTS, "")
    if not reading.findings:
        assert found == wanted
    else:
        assert {part: said for part, said in found.items() if said} == {
            part: wanted[part] for part, said in found.items() if said
        }


@settings(max_examples=150, deadline=None)
@given(
    street=st.sampled_from(sorted(STREETS)),
    number=st.sampled_from([*NUMBERS, *MADE]),
    extra=st.sampled_from(EXTRAS),
    together=st.booleans(),
    order=st.sampled_from(["{number} ({extra})", "{number}, {extra}"]),
)
def test_every_combination_in_columns_is_right_or_told(
    street: str, number: str, extra: str | None, together: bool, order: str
) -> None:
    """The same where street, number, code and town have columns of their own."""
    behind = order.format(number=number, extra=extra) if extra else number
    cells = {"street": f"{street} {behind}"} if together else {"street": street, "house_number": behind}
    reading = read(
        "place", {**cells, "postal_code": "34117", "city": "Kassel"}, Context(today=dt.date(2026, 8, 20))
    )
    found = parts_of(reading.value)
    wanted = {
        "street": STREETS[street],
        "house_number": NUMBERS.get(number, ""),
        "postal_code": "34117",
        "city": "Kassel",
        "extra": extra or "",
        "country": "",
    }

    if not reading.findings:
        assert found == wanted
    elif number in MADE:
        assert found["house_number"] == ""
    else:
        assert found["house_number"] in {"", wanted["house_number"], numbered(behind)}


MAIN = {
    "0561 9000050": "+495619000050",
    "0561/90000-50": "+495619000050",
    "+49 561 90000-50": "+495619000050",
    "(0561) 90 00 05 0": "+495619000050",
}
FAXES = ("0561 9000051", "-51", "90000-51", "9000051", "51", "+49 561 9000051", "dito", "ab 12 Uhr")
BETWEEN = (
    ", Fax {}",
    " Fax: {}",
    " / Fax {}",
    "\nFax {}",
    " (Fax {})",
    "; F: {}",
    " Telefax {}",
    " - Fax {}",
)


@settings(max_examples=150, deadline=None)
@given(main=st.sampled_from(sorted(MAIN)), fax=st.sampled_from(FAXES), between=st.sampled_from(BETWEEN))
def test_every_fax_is_right_or_told(main: str, fax: str, between: str) -> None:
    """The main number is never a fax, and a fax never a stranger's."""
    reading = read("phones", f"Tel. {main}{between.format(fax)}", Context(today=dt.date(2026, 8, 20)))
    found = reading.value or []

    assert [one["number"] for one in found if one.get("type") != "fax"] == [MAIN[main]]
    faxes = [one["number"] for one in found if one.get("type") == "fax"]
    assert faxes == ["+495619000051"] or (faxes == [] and reading.findings)
