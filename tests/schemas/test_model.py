"""The model says everything once: claims and JSON Schema are derived, marks are found, values are strict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import allin_schemas
from allin_schemas import ENTITIES, Kind, LocalizedText, Person, Place, Private, Reads, claim_of
from allin_schemas.json_schema import FOLDER, rendered
from allin_schemas.marks import ByHub, mark_of, marked


def test_the_json_schema_files_are_those_of_the_models() -> None:
    """Partners validate against these files; `make schemas` writes them."""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}

    assert written == rendered()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_claim_has_every_field_that_a_source_can_say_and_each_is_optional(kind: Kind) -> None:
    """Derived from the entity, never written by hand."""
    entity = ENTITIES[kind]
    claim = claim_of(entity)

    assert set(claim.model_fields) == set(entity.model_fields) - marked(entity, ByHub)
    assert claim.model_validate({}).model_dump(exclude_none=True) == {}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_claim_keeps_the_rules_of_its_entity(kind: Kind) -> None:
    """A present field is as strict as in the entity, and nothing else may be present."""
    claim: Any = claim_of(ENTITIES[kind])

    with pytest.raises(ValidationError):
        claim.model_validate_json(json.dumps({ENTITIES[kind].title_field: ""}), strict=True)
    with pytest.raises(ValidationError):
        claim.model_validate_json('{"no_such_field": 1}', strict=True)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_schema_of_each_entity_is_valid_json_schema_with_its_required_fields(kind: Kind) -> None:
    """Title and id are required of every stored entity."""
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))

    assert {"id", ENTITIES[kind].title_field} <= set(schema["required"])
    assert schema["additionalProperties"] is False


def test_everything_that_names_a_person_is_private() -> None:
    """Of a person, only what steers the hub and the tie to an organisation lies open."""
    open_fields = set(Person.model_fields) - marked(Person, Private)
    business = open_fields - set(allin_schemas.Record.model_fields)

    assert business == {"type", "org_id", "retention_until", "last_contact_at"}


def test_marks_are_found_inside_optional_types() -> None:
    """`Email | None` is read as an e-mail address."""
    assert mark_of(allin_schemas.Organisation, "email", Reads).reader == "email"


def test_errors_never_show_what_was_entered() -> None:
    """`hide_input_in_errors` on every model."""
    with pytest.raises(ValidationError) as caught:
        claim_of(Person).model_validate_json('{"email": "kanarina"}', strict=True)

    assert "kanarina" not in str(caught.value)


def test_a_text_falls_back_to_german_then_to_any_language() -> None:
    """The reader learns in which language she reads."""
    text = LocalizedText.model_validate({"tr": {"text": "Merhaba"}, "de": {"text": "Hallo"}})

    assert text.best("ar", "tr") == ("tr", "Merhaba")
    assert text.best("ar") == ("de", "Hallo")
    assert LocalizedText.model_validate({"uk": {"text": "Вітаю"}}).best("ar") == ("uk", "Вітаю")


def test_a_places_id_follows_from_its_content() -> None:
    """Equal places have equal ids, in every run (UUIDv5)."""
    one = Place(street="Holländische Straße", house_number="74", postal_code="34127", city="Kassel")

    assert (
        one.id
        == Place(street="Holländische Straße", house_number="74", postal_code="34127", city="Kassel").id
    )
    assert (
        one.id
        != Place(street="Holländische Straße", house_number="75", postal_code="34127", city="Kassel").id
    )


def test_the_public_names_are_sorted_and_there() -> None:
    """One public door."""
    names = allin_schemas.__all__

    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert all(hasattr(allin_schemas, name) for name in names)
    assert Path(allin_schemas.__file__).name == "__init__.py"
