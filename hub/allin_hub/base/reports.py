"""What a run did, in figures, for people and for `--json`. Holds no person's data but in problems, which are for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from allin_hub.base.problems import Problem
from allin_hub.base.types import Reason

SHOWN = 1000
HELD = 3
"""The exit code of a command whose run is held for a person."""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that a run brings, changes or takes away: where it stands, and the fields that differ, never what they say.

    `raw` is None in a check. `title` is empty where the entry has none, and "…" where it is a person's or may name one.
    """

    op: Literal["new", "changed", "renamed", "reread", "gone"]
    raw: int | None
    title: str
    sheet: str | None
    row: int | None
    fields: tuple[str, ...]
    waits: bool
    """Whether it would wait in quarantine."""


@dataclass(slots=True)
class SourceReport:
    """One source's part of a sync. Counts are counts of raws; `created` and `updated` of entities."""

    source: str
    status: str
    run: str = ""
    fetched: int = 0
    unchanged: int = 0
    new: int = 0
    new_waiting: int = 0
    """How many of the new ones wait in quarantine."""
    changed: int = 0
    renamed: int = 0
    withdrawn: int = 0
    reread: int = 0
    """How many unchanged records say something else, because another map or a newer release reads them."""
    quarantined: int = 0
    skipped: int = 0
    created: int = 0
    updated: int = 0
    questions: int = 0
    seconds: float = 0.0
    message: str | None = None
    hint: str | None = None
    again: bool = False
    """Whether the source failed in a way that may pass by itself."""
    retry_after: float | None = None
    """After how many seconds the source's server wants to be asked again, where it said so."""
    held: Sequence[Reason] = ()
    """Why it waits for a person; of a check, why a sync would."""
    entries: Sequence[EntryChange] = ()
    """Which entries came, changed and went: the first of each; of a check, all of them."""
    held_before: bool = False
    """Whether an earlier run was held for the same reasons and entries, and nobody has decided since: it was told then."""
    skipped_kinds: Mapping[str, int] = field(default_factory=dict)
    problems_total: int = 0
    problems: list[Problem] = field(default_factory=list)
    codes: Mapping[str, int] = field(default_factory=dict)
    cause: BaseException | None = field(default=None, repr=False)
    """What made it fail, for `--debug`."""

    @property
    def ok(self) -> bool:
        """Whether the run needs nobody's repair: held and partial ones do not fail. A held one has an exit code of its own."""
        return self.status in {"done", "partial", "held"}

    @property
    def taken_in(self) -> int:
        """How many new records were taken in."""
        return self.new - self.new_waiting

    def counts(self) -> dict[str, Any]:
        """The figures that are kept of a run."""
        names = (
            "fetched", "unchanged", "new", "changed", "renamed", "withdrawn", "reread", "quarantined", "skipped",
            "created", "updated", "questions",
            "problems_total",
        )  # fmt: skip
        found: dict[str, Any] = {name: getattr(self, name) for name in names}
        found["codes"] = dict(self.codes)
        found["held"] = [[reason.code, reason.count, reason.of] for reason in self.held]
        found["entries"] = [[one.op, one.raw, one.fields, one.waits] for one in self.entries]
        return found

    def to_json(self, language: str) -> dict[str, Any]:
        """The shape that `allin sync --json` prints."""
        return {
            "status": self.status,
            "run": self.run,
            "fetched": self.fetched,
            "unchanged": self.unchanged,
            "new": self.new,
            "changed": self.changed,
            "withdrawn": self.withdrawn,
            "reread": self.reread,
            "quarantined": self.quarantined,
            "skipped": self.skipped,
            "created": self.created,
            "updated": self.updated,
            "questions": self.questions,
            "held": [{"code": one.code, "count": one.count, "of": one.of} for one in self.held],
            "held_before": self.held_before,
            "entries": [asdict(one) for one in self.entries],
            "seconds": round(self.seconds, 3),
            "message": self.message,
            "problems_total": self.problems_total,
            "problems": [problem.to_json(language) for problem in self.problems[:SHOWN]],
        }


@dataclass(slots=True)
class SyncReport:
    """A whole sync: one invocation, all its sources."""

    run: str
    sources: dict[str, SourceReport] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no source failed."""
        return all(report.ok for report in self.sources.values())

    @property
    def exit_code(self) -> int:
        """How a command ends that did this sync: 1 when a source failed, 3 when a run is held for a person, else 0."""
        if not self.ok:
            return 1
        return HELD if any(report.status == "held" for report in self.sources.values()) else 0

    def to_json(self, language: str) -> dict[str, Any]:
        """The shape that `allin sync --json` prints."""
        return {
            "run": self.run,
            "sources": {name: report.to_json(language) for name, report in self.sources.items()},
        }


@dataclass(slots=True)
class Preview:
    """What a publish would do with the files of an output, by their paths, and what it would mask."""

    appear: list[str] = field(default_factory=list)
    change: list[str] = field(default_factory=list)
    go: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, list[str]]:
        """The shape that `allin publish --dry-run --json` prints."""
        return {"appear": self.appear, "change": self.change, "go": self.go, "masked": self.masked}


@dataclass(slots=True)
class OutputReport:
    """What a publish did for one output."""

    output: str
    status: str
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    seconds: float = 0.0
    message: str | None = None
    hint: str | None = None
    path: str = ""
    notes: list[str] = field(default_factory=list)
    cause: BaseException | None = field(default=None, repr=False)
    """What made it fail, for `--debug`."""
    preview: Preview | None = None
    """What a publish would do, where it was only asked for that."""

    @property
    def ok(self) -> bool:
        """Whether the output is as it should be, or hub.toml no longer has it."""
        return self.status in {"done", "left", "preview"}

    def to_json(self) -> dict[str, Any]:
        """The shape that `allin publish --json` prints."""
        return {
            "status": self.status,
            "written": self.written,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "seconds": round(self.seconds, 3),
            "path": self.path,
            "message": self.message,
            "notes": self.notes,
            **({"preview": self.preview.to_json()} if self.preview else {}),
        }
