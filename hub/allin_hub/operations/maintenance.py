"""The hub's own housekeeping, once a night: periods kept, the database tidied, a backup made."""

from __future__ import annotations

from dataclasses import dataclass, field

from allin_hub.backup.archive import Told
from allin_hub.backup.create import Backup, back_up
from allin_hub.base.errors import HubError
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice
from allin_hub.operations.child_process import cut_all
from allin_hub.operations.read_files import take_away
from allin_hub.operations.retention import Kept, retain
from allin_hub.store.retention import size_of, tidy

_WORTH_TELLING = 1_000_000


@dataclass(slots=True)
class UpkeepReport:
    """What upkeep did. `faults` are steps that did not succeed; the others were done all the same."""

    kept: Kept = field(default_factory=Kept)
    freed: int = 0
    taken: list[str] = field(default_factory=list)
    """Partners' files that were taken away."""
    backup: Backup | None = None
    faults: list[HubError] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every step succeeded."""
        return not self.faults

    def sentences(self, say: Voice) -> list[str]:
        """What a person should know of it, the faults last."""
        kept = self.kept
        found = [
            sentence
            for count, sentence in (
                (
                    kept.cut,
                    say.several(
                        "{count} old record now keeps only what is used of it.",
                        "{count} old records now keep only what is used of them.",
                        kept.cut,
                    ),
                ),
                (
                    kept.expired,
                    say.several(
                        "{count} held run was given up: nobody had decided for long. The next sync reads that source again.",
                        "{count} held runs were given up: nobody had decided for long. The next sync reads those sources again.",
                        kept.expired,
                    ),
                ),
                (
                    kept.versions + kept.runs + kept.staged,
                    say.several(
                        "{count} old note about runs was forgotten.",
                        "{count} old notes about runs were forgotten.",
                        kept.versions + kept.runs + kept.staged,
                    ),
                ),
            )
            if count
        ]
        found += [
            say(
                "The records of {name} stay whole, because its settings are wrong. See: allin check {name}",
                name=name,
            )
            for name in kept.left
        ]
        if self.taken:
            found.append(
                say.several(
                    "{count} partner's file was taken away, for it was read long ago: {files}",
                    "{count} partners' files were taken away, for they were read long ago: {files}",
                    len(self.taken),
                    files=", ".join(self.taken),
                )
            )
        if self.freed >= _WORTH_TELLING:
            found.append(say("{size} MB of disk are free again.", size=say.number(self.freed / 1_000_000)))
        if self.backup is not None:
            found.append(say("A backup was made: {file}", file=self.backup.path.name))
        found += [" ".join(part for part in say.error(fault) if part) for fault in self.faults]
        return found or [say("There was nothing to tidy.")]


def upkeep(hub: Hub, told: Told | None = None) -> UpkeepReport:
    """Let go of what was kept long enough, tidy the database, make a backup; a step that fails stops no other."""
    report = UpkeepReport()

    def save() -> None:
        if hub.config.hub.backups:
            report.backup = back_up(hub, told=told)

    def let_go() -> None:
        report.kept = retain(hub, cut_all)

    def take_files() -> None:
        report.taken = take_away(hub)

    def order() -> None:
        before = size_of(hub.engine)
        tidy(hub.engine)
        report.freed = before - size_of(hub.engine)

    for step in (let_go, take_files, order, save):
        try:
            step()
        except HubError as fault:
            report.faults.append(fault)
    return report
