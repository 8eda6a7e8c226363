"""What the office itself says of entries: plain data for staff, and what an edit remembers besides its value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allin_hub.base.bindings import of_raw
from allin_hub.base.encryption import Sealer
from allin_hub.entities.record_keys import opened_fields
from allin_hub.store.corrections.office_claims import OfficeRow
from allin_schemas import Kind

TRUST = 1_000_000
"""Of the office's own claims: above all that hub.toml can give a source."""


@dataclass(frozen=True, slots=True)
class OfficeEdit:
    """What the office says of a part of an entry: by whom and when. `value` is empty where it says that there is nothing."""

    claim: int
    entity: str
    kind: Kind
    path: str
    value: Any
    by: str
    at: dt.datetime


@dataclass(slots=True)
class Written:
    """The record of an edit.

    `anchors` are the claims that were behind the entry: it follows the first of them that lives.
    `said` is what the sources said of the field when they were looked at last.
    """

    path: str
    field: str
    by: str
    entity: str
    anchors: list[int]
    said: Any = None

    def content(self) -> dict[str, Any]:
        """What is sealed of it, shaped as any record."""
        cells = {name: getattr(self, name) for name in Written.__dataclass_fields__}
        return {"k": self.path, "p": cells}


def written_of(row: OfficeRow, sealer: Sealer) -> Written:
    """Open the record of an edit."""
    return Written(**sealer.unseal(row.written, of_raw(row.raw_id))["p"])


def value_at(data: Mapping[str, Any], path: str) -> Any:
    """What a claim of the office says at its path: a field, or a text in one language."""
    field, _, language = path.partition(".")
    value = data.get(field)
    return value.get(language) if language and isinstance(value, Mapping) else value


def edits_of(rows: Sequence[OfficeRow], sealer: Sealer) -> list[OfficeEdit]:
    """Open what the office says."""
    found = []
    for row in rows:
        written = written_of(row, sealer)
        data = opened_fields(row.claim_id, row.version, row.data, row.sealed, sealer)
        value = value_at(data, written.path)
        found.append(
            OfficeEdit(row.claim_id, row.entity_id, Kind(row.kind), written.path, value, written.by, row.at)
        )
    return found
