"""The list of fields for people: whole, in two languages, with examples that are read as they say."""

from __future__ import annotations

import datetime as dt

import pytest

from allin_hub.mapping.drafts import ways
from allin_hub.mapping.field_list import Field, fields, label
from allin_hub.mapping.synonyms import headings_of
from allin_schemas import Kind
from allin_schemas.reading import Context, read


@pytest.mark.parametrize("kind", list(Kind))
def test_every_heading_that_is_recognised_leads_to_a_field_of_the_list(kind: Kind) -> None:
    """And each field says what it is and what is read, in German and English."""
    listed = {field.path: field for field in fields(kind)}
    assert {path for path in headings_of(kind) if "+" not in path} <= listed.keys()
    assert [
        path
        for path, one in listed.items()
        if not (one.label_de and one.label_en and one.reads_de and one.reads_en)
    ] == []


@pytest.mark.parametrize(
    "field",
    [
        (kind, one)
        for kind in Kind
        for one in fields(kind)
        if one.examples and one.path in ways(kind) and ways(kind)[one.path].reader
    ],
)
def test_examples_are_read_without_a_word(field: tuple[Kind, Field]) -> None:
    """A person who copies the first is told nothing."""
    kind, one = field
    found = read(ways(kind)[one.path].reader or "", one.examples[0], Context(today=dt.date(2026, 11, 1)))
    assert (found.value is not None, found.findings) == (True, ())


@pytest.mark.parametrize(
    ("kind", "path", "german"),
    [
        (Kind.ORGANISATION, "name", "Name"),
        (Kind.ORGANISATION, "places.0.hours", "Öffnungszeiten (1)"),
        (Kind.ORGANISATION, "description.de.text", "Beschreibung · de · text"),
        (Kind.ORGANISATION, "record_status", "Stand des Eintrags"),
        (Kind.EVENT, "overrides.0.title", "Geänderte Termine (1) · title"),
        (Kind.EVENT, "contacts.email", "Ansprechperson: E-Mail"),
    ],
)
def test_a_field_has_a_german_name(kind: Kind, path: str, german: str) -> None:
    """Parts of it too."""
    assert label(kind, path, "de") == german
