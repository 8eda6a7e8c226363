"""Open problems in partners' data, and the records that wait because of them: plain data, in no language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allin_hub.base.bindings import of_problem, of_raw
from allin_hub.base.problems import HIDDEN, Problem, Severity, problem_of, shown_params
from allin_hub.config.settings import chosen
from allin_hub.hub import Hub
from allin_hub.privacy.quoting import shown_key
from allin_hub.store import problems, raw_records
from allin_hub.store.engine import reading
from allin_schemas import Kind


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """A problem that still stands, with its place and the key of its record.

    `raw` is None for a problem of the file as a whole. `params` fill the texts of the catalogue of problems; for private
    fields they hold no value.
    """

    id: int
    source: str
    raw: int | None
    run: str
    code: str
    severity: Severity
    key: str | None
    sheet: str | None
    row: int | None
    column: str | None
    field: str | None
    params: dict[str, Any]

    @property
    def problem(self) -> Problem:
        """The problem itself, which says its message and its hint."""
        return Problem(self.code, self.key, self.sheet, self.row, self.column, self.field, self.params)


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A record in quarantine: where it stands in its file, when it came, and the ids of its problems."""

    raw: int
    source: str
    run: str
    key: str
    sheet: str | None
    row: int | None
    arrived_on: str | None
    problems: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """What partners can mend."""

    problems: tuple[OpenProblem, ...]
    waiting: tuple[WaitingRecord, ...]


def quarantine(hub: Hub, names: Sequence[str] | None = None) -> Quarantine:
    """Read the open problems and the waiting records of these sources; of all that are switched on when none is named.

    Raises ConfigError for a name that hub.toml does not know.
    """
    found: list[OpenProblem] = []
    waiting: list[WaitingRecord] = []
    with reading(hub.engine) as connection:
        for name in chosen(hub.config, "sources", names):
            rows = [
                (row, problem_of(hub.sealer.unseal(row.sealed, of_problem(row.id))))
                for row in problems.problems(connection, name)
            ]
            keyless = [row.raw_id for row, problem in rows if row.raw_id is not None and problem.key is None]
            sealed = raw_records.sealed_of(connection, sorted(set(keyless)))
            keys = {raw: hub.sealer.unseal(content, of_raw(raw))["k"] for raw, content in sealed.items()}
            of_person = hub.config.sources[name].kind is Kind.PERSON
            own = [
                _open(row, problem, shown_key(problem.key or keys.get(row.raw_id), of_person=of_person))
                for row, problem in rows
            ]
            unsaid = {one.raw for one in own if one.key == HIDDEN}
            found += own
            of_raws: dict[int, list[int]] = {}
            for one in own:
                if one.raw is not None:
                    of_raws.setdefault(one.raw, []).append(one.id)
            for raw in raw_records.quarantined(connection, name):
                content = hub.sealer.unseal(raw.sealed, of_raw(raw.id))
                waiting.append(
                    WaitingRecord(
                        raw.id,
                        name,
                        raw.run_id,
                        HIDDEN if raw.id in unsaid else shown_key(content["k"], of_person=of_person) or "",
                        content.get("s"),
                        content.get("r"),
                        raw.arrived_on,
                        tuple(of_raws.get(raw.id, ())),
                    )
                )
    return Quarantine(tuple(found), tuple(waiting))


def _open(row: Any, problem: Problem, key: str | None) -> OpenProblem:
    return OpenProblem(
        row.id,
        row.source,
        row.raw_id,
        row.run_id,
        problem.code,
        problem.severity,
        key,
        problem.sheet,
        problem.row,
        problem.column,
        problem.field,
        shown_params(problem.params),
    )
