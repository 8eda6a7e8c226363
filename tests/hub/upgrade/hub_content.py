"""All that an upgrade has to keep, as plain JSON: what is sealed is opened, and nothing says in which table it lay.

Left out is what the hub can work out anew (match keys, marks, digests, what outputs keep), and how a run stages.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from allin_hub.base.bindings import of_claim, of_problem, of_raw, of_reference
from allin_hub.base.problems import problem_of
from allin_hub.hub import Hub
from allin_hub.ingest.diff import differences
from allin_hub.open_hub import open_hub
from allin_hub.store.engine import reading
from allin_hub.store.entities import everything
from allin_schemas import Kind

Rows = list[dict[str, Any]]


def content(hub: Hub) -> dict[str, Rows]:
    """Everything that must survive, each part a list in an order of its own."""
    parts = {"held": _held(hub)}
    with reading(hub.engine) as connection:
        parts |= {
            "entities": list(_entities(connection, hub)),
            "raws": list(_raws(connection, hub)),
            "claims": list(_claims(connection, hub)),
            "claim_versions": list(_versions(connection, hub)),
            "references": list(_references(connection, hub)),
            "consents": _rows(connection, CONSENTS),
            "problems": list(_problems(connection, hub)),
            "journal": list(_journal(connection)),
            "files": _rows(connection, FILES),
            "sources": _rows(connection, SOURCES, "headers", "standing"),
            "outputs": _rows(connection, OUTPUTS, "state"),
            "runs": _rows(connection, RUNS, "counts"),
            "changes": _rows(connection, CHANGES, "units"),
        }
    return parts


def content_of(folder: Path) -> dict[str, Rows]:
    """The same of the hub in a folder."""
    hub = open_hub(folder)
    try:
        return content(hub)
    finally:
        hub.close()


def written(parts: dict[str, Rows]) -> str:
    """A dump as it is kept: a line for each thing, so that a difference can be read."""
    lines = []
    for name in sorted(parts):
        rows = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in parts[name]]
        lines.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "\n]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


CONSENTS = """
SELECT consent.id, consent.claim_id, claim.entity_id AS person, consent.raw_id, purpose, channel, event, at, lawful_basis,
  method, consent.run_id, expires_at, wording.text AS wording, wording.language
FROM consent JOIN claim ON claim.id = consent.claim_id JOIN wording ON wording.id = consent.wording_id ORDER BY consent.id
"""
SOURCES = """
SELECT source, accepted_runs, cursor, headers, last_run, last_status, last_attempt_at, last_success_at, failing_since, message,
  standing, told FROM source_state ORDER BY source
"""
OUTPUTS = """
SELECT output, seq, state, path, last_status, last_attempt_at, last_success_at, failing_since, failures, message, told
FROM output_state ORDER BY output
"""
FILES = "SELECT output, path, digest, size FROM artifact ORDER BY output, path"
RUNS = "SELECT id, invocation, job, target, status, started_at, finished_at, counts, message FROM run ORDER BY id"
CHANGES = "SELECT seq, run_id, at, kind, entity_id, op, units FROM change ORDER BY seq"


def _rows(connection: Connection, query: str, *of_json: str) -> Rows:
    """Rows by the names of their columns; those that hold JSON are read, empty ones left out."""
    found = []
    for row in connection.execute(text(query)).mappings():
        one = {name: value for name, value in row.items() if value is not None}
        for name in of_json:
            if name in one:
                one[name] = json.loads(one[name])
        found.append(one)
    return found


def _opened(hub: Hub, sealed: Any, binding: bytes) -> Any:
    return None if sealed is None else hub.sealer.unseal(bytes(sealed), binding)


def _entities(connection: Connection, hub: Hub) -> Iterator[dict[str, Any]]:
    for kind in Kind:
        for one in everything(connection, kind, hub.sealer, live=False):
            values = {name: _plain(value) for name, value in one._asdict().items() if name != "digest"}
            data = {name: value for name, value in values.pop("data").items() if value not in (None, [], {})}
            yield {"kind": str(kind), **values, "data": data}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _raws(connection: Connection, hub: Hub) -> Iterator[dict[str, Any]]:
    """What each source gave, the rows in quarantine among it, and when it last said something new."""
    query = """
    SELECT raw.id, source, raw.status, sealed, updated_at, raw.run_id, run.started_at AS read_at
    FROM raw JOIN run ON run.id = raw.run_id ORDER BY raw.id
    """
    for row in _rows(connection, query):
        given = _opened(hub, row.pop("sealed"), of_raw(row["id"]))
        reported = [
            one if isinstance(one, dict) else dict(zip(("code", "column", "params"), one, strict=True))
            for one in given.get("x", [])
        ]
        place = {"key": given["k"], "sheet": given.get("s"), "row": given.get("r")}
        yield row | place | {"cells": given["p"], "reported": reported}


def _claims(connection: Connection, hub: Hub) -> Iterator[dict[str, Any]]:
    query = """
    SELECT id, raw_id, slot, source, kind, live, entity_id, home_id, rule, score, decided_by, data, sealed, updated_at, version
    FROM claim ORDER BY id
    """
    for row in _rows(connection, query):
        yield _with_fields(hub, row, row["id"])


def _versions(connection: Connection, hub: Hub) -> Iterator[dict[str, Any]]:
    query = "SELECT claim_id, version, closed_run, data, sealed FROM claim_version ORDER BY claim_id, version"
    for row in _rows(connection, query):
        yield _with_fields(hub, row, row["claim_id"])


def _with_fields(hub: Hub, row: dict[str, Any], claim_id: int) -> dict[str, Any]:
    """A claim with all its fields, private ones too."""
    private = _opened(hub, row.pop("sealed", None), of_claim(claim_id, row["version"]))
    fields = {**json.loads(row.pop("data")), **(private or {})}
    return {**row, "fields": fields}


def _references(connection: Connection, hub: Hub) -> Iterator[dict[str, Any]]:
    query = 'SELECT claim_id, field, target_kind, given, target_claim, rule FROM "reference" ORDER BY claim_id, field'
    for row in _rows(connection, query):
        yield row | {"given": _opened(hub, row.get("given"), of_reference(row["claim_id"], row["field"]))}


def _problems(connection: Connection, hub: Hub) -> Iterator[dict[str, Any]]:
    """Open problems; those of records name them."""
    query = "SELECT id, source, raw_id, run_id, severity, code, sealed FROM problem ORDER BY id"
    found = [
        row | dataclasses.asdict(problem_of(_opened(hub, row.pop("sealed"), of_problem(row.pop("id")))))
        for row in _rows(connection, query)
    ]
    yield from sorted(found, key=lambda row: json.dumps(row, sort_keys=True))


def _held(hub: Hub) -> Rows:
    """The runs that wait for a person: why, and what she is shown of each row."""
    query = "SELECT id, target, started_at, counts FROM run WHERE status = 'held' ORDER BY id"
    with reading(hub.engine) as connection:
        runs = _rows(connection, query, "counts")
    for run in runs:
        rows = [dataclasses.asdict(one) for one in differences(hub, run["id"])]
        run["rows"] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    return runs


def _journal(connection: Connection) -> Iterator[dict[str, Any]]:
    """What a publish had decided and may not have put in place."""
    for row in _rows(connection, "SELECT output, content FROM journal ORDER BY output", "content"):
        decided = row["content"]
        yield {
            "output": row["output"],
            "path": decided["values"]["path"],
            "seq": decided["values"]["seq"],
            "moves": decided["moves"],
            "made": sorted([path, digest, size] for path, _, digest, size in decided["made"]),
            "gone": sorted(decided["gone"]),
        }
