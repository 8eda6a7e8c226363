"""Invented entities and a view over them, so that outputs can be tested without a database."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid5

from allin_hub.api.plugin import Output
from allin_hub.api.view import Cell, Change, Credit
from allin_hub.privacy.suppression import homes, protected
from allin_hub.publish.renderer import Renderer
from allin_schemas import (
    Internal,
    Kind,
    Person,
    PersonType,
    Private,
    Purpose,
    Record,
    RecordStatus,
    Visibility,
)
from allin_schemas.marks import marked

E = TypeVar("E", bound=Record)

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
_NAMESPACE = UUID("5b0f8f5e-8f0b-5b6e-9a57-2b1de9a3c001")
_SHOWN = (RecordStatus.PUBLISHED,)


def sample(entity: type[E], **fields: Any) -> E:
    """An entity with an id, a slug and dates made from its name, so that it is the same in every run."""
    name = str(fields.get(entity.title_field, entity.__name__))
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    id_ = uuid5(_NAMESPACE, f"{entity.kind}/{name}")
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    given = {
        "id": id_,
        "slug": f"{slug}-{id_.hex[:6]}".lstrip("-"),
        "created_at": NOW - dt.timedelta(days=60),
        "updated_at": NOW - dt.timedelta(days=20),
    }
    return entity.model_validate(given | fields)


class SampleView:
    """A `View` in memory, with the same gate: published and public only, persons only under consent."""

    def __init__(
        self,
        entities: Iterable[Record] = (),
        *,
        purpose: Purpose = Purpose.DIRECTORY_PUBLIC,
        consents: Mapping[UUID, Iterable[Purpose]] | None = None,
        credits: Mapping[UUID, Sequence[Credit]] | None = None,
        changes: Sequence[Change] = (),
        audience: Mapping[str, int | None] | None = None,
        now: dt.datetime = NOW,
    ) -> None:
        self.purpose = purpose
        self.now = now
        self._consents = {person: frozenset(purposes) for person, purposes in (consents or {}).items()}
        self._credits = dict(credits or {})
        self._changes = tuple(changes)
        self._audience = dict(audience or {})
        self.seq = max((change.seq for change in self._changes), default=0)
        self._seen: dict[Kind, dict[UUID, Record]] = {}
        for entity in sorted(
            entities, key=lambda entity: (getattr(entity, entity.title_field).casefold(), entity.id)
        ):
            if self._may_be_seen(entity):
                self._seen.setdefault(entity.kind, {})[entity.id] = gated(entity)

    def all(self, kind: type[E]) -> Sequence[E]:
        """Every entity of this kind that may be seen, by name."""
        return [entity for entity in self._seen.get(kind.kind, {}).values() if isinstance(entity, kind)]

    def get(self, kind: type[E], id: UUID | None) -> E | None:
        """One entity, or None where it is not there or may not be seen."""
        entity = self._seen.get(kind.kind, {}).get(id) if id else None
        return entity if isinstance(entity, kind) else None

    def contacts(self, entity: Record) -> Sequence[Person]:
        """The persons and roles to reach for an entity."""
        org = getattr(entity, "organiser_org_id", None) or getattr(entity, "org_id", None) or entity.id
        return [person for person in self.all(Person) if person.org_id == org]

    def credits(self, entity: Record) -> Sequence[Credit]:
        """The sources that an entity comes from."""
        return self._credits.get(entity.id, ())

    def changes(self, since: int) -> Sequence[Change]:
        """What happened after this change, oldest first."""
        return [change for change in self._changes if change.seq > since]

    def counts(self, kind: type[Record], by: str | None = None) -> Sequence[Cell]:
        """How many entities there are, by a field; of persons rounded, small groups hidden."""
        labelled = [
            (label, entity)
            for entity in self._seen.get(kind.kind, {}).values()
            for label in (_labels(getattr(entity, by)) if by else ["all"])
        ]
        counted = Counter(label for label, _ in labelled)
        shown = protected(counted, homes(labelled)) if kind.kind is Kind.PERSON else dict(counted)
        return [
            Cell(label, shown[label]) for label in sorted(counted, key=lambda label: (-counted[label], label))
        ]

    def audience(self) -> Mapping[str, int | None]:
        """How many people may receive this output, by preferred language; small groups are hidden."""
        return self._audience

    def _may_be_seen(self, entity: Record) -> bool:
        if entity.record_status not in _SHOWN:
            return False
        if isinstance(entity, Person):
            return entity.type is PersonType.ROLE or self.purpose in self._consents.get(
                entity.id, frozenset()
            )
        return entity.visibility is Visibility.PUBLIC


def sample_view(entities: Iterable[Record] = (), **about: Any) -> SampleView:
    """A view over invented entities; `about` takes purpose, consents, credits, changes, audience and now."""
    return SampleView(entities, **about)


def gated(entity: E) -> E:
    """The entity without what no output may see."""
    if isinstance(entity, Person):
        hidden = marked(type(entity), Internal)
    else:
        hidden = marked(type(entity), Private) | marked(type(entity), Internal)
    fields = type(entity).model_fields
    return entity.model_copy(update={name: fields[name].get_default() for name in hidden})


def digest_of(entity: Record) -> str:
    """What changes with anything of an entity."""
    return hashlib.blake2b(entity.model_dump_json().encode(), digest_size=16).hexdigest()


def lend(
    output: Output[Any],
    view: SampleView,
    *,
    title: str = "Musterverzeichnis",
    languages: Sequence[str] = ("de", "en", "ar"),
    zone: str = "Europe/Berlin",
    state: dict[str, Any] | None = None,
) -> Renderer:
    """The run that the hub would lend this output."""
    return Renderer(
        output,
        title=title,
        languages=languages,
        now=view.now,
        zone=zone,
        digests=digest_of,
        state={} if state is None else state,
    )


def render(output: Output[Any], view: SampleView, **about: Any) -> dict[str, bytes]:
    """Everything that an output publishes over a view: path -> content. `about` goes to `lend`."""
    return {
        artifact.path: artifact.render() for artifact in output.publish(view, lend(output, view, **about))
    }


def _labels(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(getattr(item, "code", item)) for item in value]
    return [] if value is None else [str(value)]
