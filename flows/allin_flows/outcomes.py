"""What Prefect may know of one source or output: its name, figures, and sentences without a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from allin_flows.wording import Say, marked
from allin_hub.errors import HubError
from allin_hub.report import OutputReport, SourceReport

HELD_BECAUSE = {
    "empty": marked("the feed is empty"),
    "lost": marked("records would be lost"),
    "changed": marked("records would change"),
    "new": marked("records are under new keys"),
    "columns": marked("columns are missing"),
}


class Part(StrEnum):
    """What was worked on."""

    SOURCE = "source"
    OUTPUT = "output"


class Status(StrEnum):
    """How it ended, the worst first."""

    FAILED = marked("failed")
    BUSY = marked("busy")
    HELD = marked("held")
    PARTIAL = marked("partial")
    DONE = marked("done")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went for one source or output. `again` says that trying later may help."""

    part: Part
    name: str
    status: Status
    figures: Mapping[str, int] = field(default_factory=dict)
    message: str = ""
    remedy: str = ""
    again: bool = False

    @property
    def failed(self) -> bool:
        """Whether a command would end with 1."""
        return self.status in {Status.FAILED, Status.BUSY}

    @property
    def told(self) -> str:
        """What is to be said, and what to do next."""
        return f"{self.message} {self.remedy}".strip()


def of_source(report: SourceReport, say: Say) -> Outcome:
    """Keep the figures of a report; its problems, which may quote a partner's row, stay in the hub."""
    figures = {
        "read": report.fetched,
        "new": report.new,
        "changed": report.changed + report.renamed,
        "gone": report.withdrawn,
        "waiting": report.quarantined,
        "problems": report.problems_total,
    }
    message, remedy = report.message or "", report.hint or ""
    if report.status == Status.HELD:
        reasons = [_reason(reason.count, reason.of, say(HELD_BECAUSE[reason.code])) for reason in report.held]
        message = say("Held: {why}. What is published stays as it is.", why=", ".join(reasons))
        remedy = say("Look: allin held {name}. Apply it: allin sync --accept {name}", name=report.source)
    elif report.ok and report.problems_total and not remedy:
        remedy = say("What the partner can mend: allin problems {name}", name=report.source)
    return Outcome(Part.SOURCE, report.source, Status(report.status), figures, message, remedy, report.again)


def of_output(report: OutputReport) -> Outcome:
    """Keep the figures of a report; the notes of its plugin stay in the hub."""
    figures = {"written": report.written, "unchanged": report.unchanged, "removed": report.removed}
    message, remedy = report.message or "", report.hint or ""
    return Outcome(Part.OUTPUT, report.output, Status(report.status), figures, message, remedy)


def stopped(part: Part, name: str, error: HubError) -> Outcome:
    """Make an outcome of what ended a source or an output before it had a report."""
    return Outcome(part, name, Status.FAILED, message=error.message, remedy=error.hint)


def _reason(count: int, of: int, text: str) -> str:
    return f"{count}/{of} {text}" if count else text
