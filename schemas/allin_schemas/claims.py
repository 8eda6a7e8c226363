"""What one source says about one entity: derived from the entity, never written by hand."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, create_model

from allin_schemas.entities import Record
from allin_schemas.marks import ByHub, marked


class Claim(BaseModel):
    """Base of all claims: every field optional, every present field valid, nothing else."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


@cache
def claim_of(entity: type[Record]) -> type[Claim]:
    """The claim model of an entity: the same fields under the same rules, each optional, none that the hub sets."""
    fields: dict[str, Any] = {}
    for name, field in entity.model_fields.items():
        if name in marked(entity, ByHub):
            continue
        annotation: Any = field.annotation
        if field.metadata:
            annotation = Annotated[(annotation, *field.metadata)]
        fields[name] = (annotation | None, None)
    return create_model(
        f"{entity.__name__}Claim",
        __base__=Claim,
        __doc__=f"What one source says about {entity.__name__}.",
        **fields,
    )
