"""What Prefect may know of one source or output: its name, figures, and sentences without a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from allin_flows.wording import Say
from allin_hub.base.reports import OutputReport, SourceReport
from allin_hub.base.types import Reason
from allin_hub.i18n.translator import text

HELD_BECAUSE = {
    "empty": text("the feed is empty"),
    "lost": text("records would be lost"),
    "changed": text("records would change"),
    "new": text("records are under new keys"),
    "columns": text("columns are missing"),
}


class Part(StrEnum):
    """What was worked on."""

    SOURCE = "source"
    OUTPUT = "output"


class Status(StrEnum):
    """How it ended, the worst first."""

    FAILED = text("failed")
    BUSY = text("busy")
    HELD = text("held")
    PARTIAL = text("partial")
    DONE = text("done")


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
    is_known: bool = False
    """Whether it waits for the same decision as after an earlier run, which was announced then."""

    @property
    def failed(self) -> bool:
        """Whether a command would end with 1."""
        return self.status in {Status.FAILED, Status.BUSY}

    @property
    def is_news(self) -> bool:
        """Whether an event is to announce it: trouble, and a decision that waits for the first time."""
        return self.status is not Status.DONE and not self.is_known

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
        reasons = [_reason(reason, say) for reason in report.held]
        message = say("Held: {why}. What is published stays as it is.", why="; ".join(reasons))
        remedy = say("Look: allin held {name}. Apply it: allin sync --accept {name}", name=report.source)
    elif report.ok and report.problems_total and not remedy:
        remedy = say("What the partner can mend: allin problems {name}", name=report.source)
    status = Status(report.status)
    return Outcome(
        Part.SOURCE, report.source, status, figures, message, remedy, report.again, report.held_before
    )


def of_output(report: OutputReport) -> Outcome:
    """Keep the figures of a report; the notes of its plugin stay in the hub."""
    figures = {"written": report.written, "unchanged": report.unchanged, "removed": report.removed}
    message, remedy = report.message or "", report.hint or ""
    return Outcome(Part.OUTPUT, report.output, Status(report.status), figures, message, remedy)


def stopped(part: Part, name: str, message: str, remedy: str) -> Outcome:
    """Make an outcome of what ended a source or an output before it had a report."""
    return Outcome(part, name, Status.FAILED, message=message, remedy=remedy)


def _reason(reason: Reason, say: Say) -> str:
    told = say(HELD_BECAUSE[reason.code])
    if not reason.count:
        return told
    figures = {"count": say.number(reason.count), "of": say.number(reason.of)}
    return say("{what}: {count} (known: {of})", what=told, **figures)
