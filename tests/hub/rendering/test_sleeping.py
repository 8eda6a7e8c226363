"""A sleeping entity is what the model would have made of it, whatever is asked, and costs nothing before."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from allin_hub.publish.lazy_entities import asleep
from allin_hub.publish.sample_view import sample
from allin_schemas import Event, Organisation, Record

WHOLE = sample(Organisation, name="Bücherfreunde Kassel e. V.", topics=["Lesen"])


@pytest.fixture
def reads() -> list[int]:
    """A line for each time that the model read the entity."""
    return []


@pytest.fixture
def sleeping(reads: list[int]) -> Organisation:
    """An entity that nobody has looked at."""

    def read() -> Organisation:
        reads.append(1)
        return WHOLE.model_copy(deep=True)

    return asleep(Organisation, WHOLE.id, WHOLE.slug, read)


def test_its_id_its_slug_and_its_kind_wake_nobody(sleeping: Organisation, reads: list[int]) -> None:
    """Links to a page and lists of what it belongs to need no more."""
    assert (sleeping.id, sleeping.slug, sleeping.kind) == (WHOLE.id, WHOLE.slug, WHOLE.kind)
    assert isinstance(sleeping, Organisation)
    assert isinstance(sleeping, Record)
    assert not isinstance(sleeping, Event)
    assert sleeping.__class__ is Organisation
    assert reads == []


@pytest.mark.parametrize(
    "asked",
    [
        lambda one: one.name,
        lambda one: one.topics,
        repr,
        str,
        dict,
        copy.copy,
        copy.deepcopy,
        lambda one: one == WHOLE,
        lambda one: one == one.model_copy(),
        lambda one: one.model_dump(mode="json"),
        lambda one: one.model_dump_json(exclude_defaults=True),
        lambda one: one.model_copy(update={"name": "Anders"}),
        lambda one: one.model_fields_set,
        lambda one: vars(one)["name"],
        lambda one: pickle.loads(pickle.dumps(one)),  # noqa: S301 - its own bytes
        lambda one: TypeAdapter(list[Organisation]).dump_json([one]),
        lambda one: Organisation.model_validate(one).name,
        lambda one: hasattr(one, "nothing"),
    ],
)
def test_whatever_else_is_asked_is_answered_as_by_the_whole(
    sleeping: Organisation, reads: list[int], asked: Callable[[Any], Any]
) -> None:
    """It is read once, and is an entity like any other from then on."""
    assert asked(sleeping) == asked(WHOLE)
    assert type(sleeping) is Organisation
    assert sleeping == WHOLE
    assert reads == [1]


def test_a_value_that_is_set_stays(sleeping: Organisation) -> None:
    """Reading the rest does not bring the old one back."""
    sleeping.name = "Anders"

    assert (sleeping.name, sleeping.topics) == ("Anders", ["Lesen"])
