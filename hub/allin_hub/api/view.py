"""What one output may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from allin_schemas import Kind, Person, Purpose, Record

E = TypeVar("E", bound=Record)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an entity in one commit: `new`, `changed` or `withdrawn`, and in which units."""

    seq: int
    at: dt.datetime
    kind: Kind
    entity: UUID
    op: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """A source that an entity comes from, as a reader may see it."""

    source: str
    owner: str | None
    licence: str | None
    read_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table; `count` is None where a small group of persons is hidden."""

    label: str
    count: int | None


class View(Protocol):
    """Entities after the gate: published ones only, private fields only under a live consent for the purpose."""

    purpose: Purpose
    now: dt.datetime
    seq: int
    """The newest change that this view includes."""

    def all(self, kind: type[E]) -> Sequence[E]:
        """Every entity of this kind that may be seen, by name."""

    def get(self, kind: type[E], id: UUID | None) -> E | None:
        """One entity, or None where it is not there or may not be seen."""

    def contacts(self, entity: Record) -> Sequence[Person]:
        """The persons and roles to reach for an entity; named persons only under a live consent."""

    def credits(self, entity: Record) -> Sequence[Credit]:
        """The sources that an entity comes from."""

    def changes(self, since: int) -> Sequence[Change]:
        """What happened after this change, oldest first, of entities that may be seen."""

    def counts(self, kind: type[Record], by: str | None = None) -> Sequence[Cell]:
        """How many of the entities that may be seen there are, by a field.

        Of persons, figures are rounded to 5; groups smaller than 5, or of fewer than 3 organisations, are hidden.
        A second group is hidden too where the total would give the first away.
        """

    def audience(self) -> Mapping[str, int | None]:
        """How many people may receive this output, by preferred language; small groups are hidden."""
