"""The fast check of values accepts exactly what the model accepts."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from allin_hub.ingest.typed_dicts import light
from allin_schemas import ENTITIES, Kind, claim_of

TEXTS = st.sampled_from(
    ["", "x", "de", "+4956190000", "info@verein.example", "https://verein.example", "34127", "mo", "10:00", "2026-10-05",
     "2026-10-05T10:00:00Z", "partner", "Europe/Berlin", "Europe/Nowhere", "yes", "DE"]
)  # fmt: skip
NAMES = sorted(
    {
        name
        for kind in Kind
        for field in claim_of(ENTITIES[kind]).model_fields
        for name in (
            field,
            "number",
            "code",
            "text",
            "origin",
            "value",
            "scheme",
            "street",
            "slots",
            "zone",
            "start",
        )
    }
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2200) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | TEXTS, inner, max_size=4)
    ),
    max_leaves=6,
)
FIELDS = [(kind, name) for kind in Kind for name in claim_of(ENTITIES[kind]).model_fields]


def accepts(adapter: TypeAdapter[object], document: bytes) -> bool:
    """Whether a type takes a document."""
    try:
        adapter.validate_json(document, strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", list(Kind))
def test_typed_dicts_accept_what_models_accept(kind: Kind) -> None:
    """Otherwise a value could be stored that no entity may hold, or a good one be refused."""
    model = claim_of(ENTITIES[kind])
    pairs = {
        name: (TypeAdapter(field.annotation), TypeAdapter(light(field.annotation)))
        for name, field in model.model_fields.items()
    }

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(VALUES)
    def same(value: object) -> None:
        document = orjson.dumps(value)
        for name, (whole, lean) in pairs.items():
            assert accepts(whole, document) == accepts(lean, document), name

    same()
