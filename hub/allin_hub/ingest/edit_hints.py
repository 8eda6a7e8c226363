"""Tells once that a source says something else now where the office has said what holds, or nothing any more."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from allin_hub.base.bindings import of_problem, of_raw
from allin_hub.base.problems import Problem, problem_values
from allin_hub.entities.office_edits import value_at, written_of
from allin_hub.entities.record_keys import opened_fields
from allin_hub.entities.said_by_sources import said_by_sources
from allin_hub.ingest.run_context import SyncRun
from allin_hub.store import claims, problems, staging
from allin_hub.store.corrections import office_claims
from allin_schemas import Kind

_NOTHING: tuple[Any, ...] = (None, [], {})


def tell_of_edits(connection: Connection, run: SyncRun) -> None:
    """Compare what the office says of what this run touched with what the sources say now."""
    if not office_claims.are_there(connection):
        return
    hub, sealer = run.hub, run.hub.sealer
    found: list[tuple[int | None, Problem]] = []
    rows = office_claims.of_touched(connection, run.id)
    for entity, group in groupby(rows, key=lambda one: one.entity_id):
        of_entity = list(group)
        said = said_by_sources(connection, hub, Kind(of_entity[0].kind), entity)
        own = [
            one
            for one in claims.of_entities(connection, [entity]).get(entity, [])
            if one.source == run.source
        ]
        for row in of_entity:
            written = written_of(row, sealer)
            before, now = value_at({written.field: written.said}, written.path), value_at(said, written.path)
            if before == now or (before in _NOTHING and now in _NOTHING):
                continue
            written.said = said.get(written.field)
            office_claims.note(connection, row.raw_id, sealer.seal(written.content(), of_raw(row.raw_id)))
            data = opened_fields(row.claim_id, row.version, row.data, row.sealed, sealer)
            if value_at(data, written.path) == now:
                continue
            code = "EDIT_WITHOUT_SOURCE" if now in _NOTHING else "EDIT_OUTRANKS"
            problem = Problem(code, field=written.field, params={"entry": f"{entity} {written.path}"})
            found.append((own[0].raw_id if own else None, problem))
    if found:
        first = staging.reserve(connection, "problem", len(found))
        problems.add(
            connection,
            [
                (id, run.source, raw_id, run.id, str(one.severity), one.code,
                 sealer.seal(problem_values(one), of_problem(id)))
                for id, (raw_id, one) in enumerate(found, first)
            ],
        )  # fmt: skip
