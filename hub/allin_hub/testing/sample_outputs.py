"""A view for an output under test, closed as the hub's own: what the output does not declare, it cannot read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from allin_hub.api.output_run import Artifact
from allin_hub.api.plugin import Output
from allin_hub.api.view import Change, Credit
from allin_hub.base.errors import PublishError
from allin_hub.publish.sample_view import NOW, SampleView, lend
from allin_hub.testing.canaries import consenting
from allin_schemas import ENTITIES, Kind, Person, Record

E = TypeVar("E", bound=Record)


class DeclaredView(SampleView):
    """A `SampleView` that refuses kinds which the output does not declare."""

    reads: frozenset[Kind] = frozenset()
    name: str = ""

    def all(self, kind: type[E]) -> Sequence[E]:
        """Every entity of this kind that may be seen, by name."""
        self._declared(kind.kind)
        return super().all(kind)

    def get(self, kind: type[E], id: UUID | None) -> E | None:
        """One entity, or None where it is not there or may not be seen."""
        if id is not None:
            self._declared(kind.kind)
        return super().get(kind, id)

    def _declared(self, kind: Kind) -> None:
        if kind not in self.reads:
            raise PublishError(f"The output '{self.name}' does not declare that it reads {kind.value}.")


def view_for(output: type[Output[Any]], entities: Iterable[Record], now: dt.datetime = NOW) -> DeclaredView:
    """What an output may see of these entities: each new some days ago, each with the source that it comes from."""
    entities = list(entities)
    changes = [
        Change(seq, now - dt.timedelta(days=3), one.kind, one.id, "new", ())
        for seq, one in enumerate(entities, 1)
        if not isinstance(one, Person)
    ]
    view = DeclaredView(
        entities,
        purpose=output.purpose,
        consents={person: [output.purpose] for person in consenting(entities)},
        credits={one.id: [Credit("suite", "Forum der Kulturen", "CC BY 4.0", now)] for one in entities},
        changes=changes,
        audience={"de": 12, "ar": None},
        now=now,
    )
    view.reads = frozenset({kind.kind for kind in output.reads} | {Kind.PERSON})
    view.name = output.__name__
    return view


def artifacts(
    output: Output[Any], view: SampleView, languages: Sequence[str], state: dict[str, Any] | None = None
) -> tuple[list[Artifact], Any]:
    """Everything that an output yields, and the run that it was lent."""
    run = lend(output, view, languages=languages, state=state)
    return list(output.publish(view, run)), run


def published(output: Output[Any], view: SampleView, languages: Sequence[str]) -> dict[str, bytes]:
    """Path -> content of everything that an output publishes."""
    return {artifact.path: artifact.render() for artifact in artifacts(output, view, languages)[0]}


def digests(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Path -> digest, in the order in which they came."""
    return {path: hashlib.blake2b(content, digest_size=16).hexdigest() for path, content in contents.items()}


def entity_text(entity: Record) -> list[Any]:
    """An entity for another process."""
    return [entity.kind.value, entity.model_dump_json()]


def published_digests(made: type[Output[Any]], given: Mapping[str, Any]) -> dict[str, str]:
    """The digests of what an output makes, in another process."""
    entities = [ENTITIES[Kind(kind)].model_validate_json(text) for kind, text in given["entities"]]
    output = made("suite", made.config_class.model_validate(given["config"]))
    return digests(published(output, view_for(made, entities), given["languages"]))
