"""Documents that the reading commands print with `--json`: the core's objects, and beside them words in the caller's language.

A key may be added to them, none is renamed or taken away. `allin_hub.cli.json_schema` writes their JSON Schemas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from allin_hub.api.registry import PluginInfo
from allin_hub.base.problems import Severity
from allin_hub.base.reports import EntryChange
from allin_hub.base.types import Reason
from allin_hub.doctor.finding import PlainFinding
from allin_hub.doctor.reader_jail import ReaderJail
from allin_hub.entities.hidden import HiddenEntry
from allin_hub.entities.inspect import ExportedEntity, ExportedPerson
from allin_hub.entities.office_edits import OfficeEdit
from allin_hub.ingest.hold import HeldRun
from allin_hub.ingest.undo import UndoableRun
from allin_hub.operations.past_runs import PastRun
from allin_hub.operations.planned_runs import PlannedRun
from allin_hub.operations.quarantine import OpenProblem, WaitingRecord


@dataclass(frozen=True, slots=True)
class PrintedProblem(OpenProblem):
    """An open problem; `message` says what is wrong and where, `hint` how to mend it."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ProblemsDocument:
    """`allin problems --json`: open problems, the gravest first, and the records that wait in quarantine."""

    problems: tuple[PrintedProblem, ...]
    waiting: tuple[WaitingRecord, ...]


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A public text that points to a person: where it stands and of which class it is, never what it says."""

    id: str
    kind: str
    entity: str
    field: str
    found: tuple[str, ...]
    verdict: Literal["held", "hinted", "asked"]
    allowed: bool | None
    source: str | None
    key: str | None
    sheet: str | None
    row: int | None


@dataclass(frozen=True, slots=True)
class AllowDocument:
    """`allin allow --json`: every text that is held, hinted at or asked about, with the office's answers."""

    texts: tuple[PrintedText, ...]


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A field that a column can lead to: its path in hub.toml, what is read into it, and headings that are recognised."""

    kind: str
    path: str
    label_de: str
    label_en: str
    reads_de: str
    reads_en: str
    examples: tuple[str, ...]
    headings: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldsDocument:
    """`allin fields --json`: every field of a kind, its own first, then those of its places and contacts."""

    fields: tuple[PrintedField, ...]


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """`allin held --json`."""

    held: tuple[HeldRun, ...]


@dataclass(frozen=True, slots=True)
class HiddenDocument:
    """`allin hide --json`: what no output shows, the first hidden first."""

    hidden: tuple[HiddenEntry, ...]


@dataclass(frozen=True, slots=True)
class EditDocument:
    """`allin edit --json`: what the office says of entries, the oldest first, and what was found in what it wrote."""

    edits: tuple[OfficeEdit, ...]
    problems: tuple[ReadProblem, ...]


@dataclass(frozen=True, slots=True)
class UndoDocument:
    """`allin undo --json`: the runs that can be taken back, or the one that was named with what would become of its records.

    `undone` says whether it was taken back just now.
    """

    runs: tuple[UndoableRun, ...]
    undone: bool


@dataclass(frozen=True, slots=True)
class ExportDocument:
    """`allin export --json`."""

    entities: tuple[ExportedPerson | ExportedEntity, ...]


@dataclass(frozen=True, slots=True)
class PrintedRun(PastRun):
    """A run as it ended; `message` says its failure and the remedy."""

    message: str | None


@dataclass(frozen=True, slots=True)
class RunsDocument:
    """`allin runs --json`: the newest first."""

    runs: tuple[PrintedRun, ...]


@dataclass(frozen=True, slots=True)
class SchedulesDocument:
    """`allin schedules --json`: the next first."""

    schedules: tuple[PlannedRun, ...]


@dataclass(frozen=True, slots=True)
class PrintedPlugin(PluginInfo):
    """An installed plugin; `does` says what it does, or why it cannot be used."""

    does: str


@dataclass(frozen=True, slots=True)
class PluginsDocument:
    """`allin plugins --json`."""

    plugins: tuple[PrintedPlugin, ...]


@dataclass(frozen=True, slots=True)
class PrintedFinding(PlainFinding):
    """A finding of the doctor: what is wrong, and how to mend it."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class DoctorDocument:
    """`allin doctor --json`."""

    ok: bool
    findings: tuple[PrintedFinding, ...]
    jail: ReaderJail | None


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """A problem that a read has found: its place, what is wrong, and how to mend it."""

    code: str
    severity: Severity
    key: str | None
    sheet: str | None
    row: int | None
    column: str | None
    field: str | None
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ReadSource:
    """What a read of one source found. Counts are counts of raws; `created` and `updated` of entities.

    `held_before` says that an earlier run was held for the same, and nobody has decided since.
    `problems` holds the first thousand, `problems_total` counts all. `entries` holds the first fifty of each sort, of a
    check all.
    """

    status: Literal["done", "partial", "held", "busy", "failed"]
    run: str
    fetched: int
    unchanged: int
    new: int
    changed: int
    withdrawn: int
    reread: int
    quarantined: int
    skipped: int
    created: int
    updated: int
    questions: int
    held: tuple[Reason, ...]
    held_before: bool
    entries: tuple[EntryChange, ...]
    seconds: float
    message: str | None
    problems_total: int
    problems: tuple[ReadProblem, ...]


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """`allin check --json` and `allin sync --json`; a check has no run, so its ids are empty."""

    run: str
    sources: dict[str, ReadSource]
