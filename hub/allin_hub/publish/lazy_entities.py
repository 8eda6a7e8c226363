"""Entities that the model reads only when somebody looks at more than their id: most pages of a publish are as before."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from allin_schemas import Record

E = TypeVar("E", bound=Record)

_READ = "wakes by"
"""Where a sleeping entity has the function that reads it; no field is called so."""
_PARTS = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")


def asleep(model: type[E], id: UUID, slug: str, read: Callable[[], E]) -> E:
    """An entity of the model that `read` gives, read when anything but its id, slug or kind is asked for."""
    made: E = object.__new__(_sleeper(model))
    object.__setattr__(made, "__dict__", {"id": id, "slug": slug, _READ: read})
    return made


@cache
def _sleeper(model: type[E]) -> type[E]:
    """The class of a model's sleeping entities; one that is woken has the model's own class."""
    known = frozenset({"id", "slug", "kind", "title_field", "required", "__pydantic_decorators__"})
    plain = object.__getattribute__

    def of(self: Any, name: str) -> Any:
        if name in known:
            return plain(self, name)
        if name == "__class__":
            return model
        read = plain(self, "__dict__").get(_READ)
        if read is not None:
            whole = read()
            for part in _PARTS:
                object.__setattr__(self, part, plain(whole, part))
        object.__setattr__(self, "__class__", model)
        return getattr(self, name)

    # Made as a plain class is: pydantic would build a model of its own, which takes long and knows no more.
    names = {"__slots__": (), "__getattribute__": of, "__doc__": model.__doc__}
    return cast("type[E]", cast("Any", type.__new__)(type(model), model.__name__, (model,), names))
