"""The command doctor: what is wrong with the hub, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import typer

from allin_hub.cli.console import print_json
from allin_hub.cli.documents import DoctorDocument, PrintedFinding
from allin_hub.cli.invocation import Call
from allin_hub.cli.status_document import worded
from allin_hub.cli.tables import line
from allin_hub.doctor.checks import Diagnosis, examine
from allin_hub.doctor.finding import BROKEN, Finding
from allin_hub.i18n.translator import Voice, text, voice_for

STATES = (text("broken"), text("weak"))


def run_doctor(call: Call, fix: bool) -> None:
    """`allin doctor`."""
    folder = Path(call.folder)
    found = examine(folder, fix=fix)
    say = voice_for(folder)
    if call.json:
        _print_json(call, say, found)
    else:
        _tell(call, say, found)
    raise typer.Exit(0 if found.ok else 1)


def _print_json(call: Call, say: Voice, found: Diagnosis) -> None:
    findings = tuple(
        _printed(call, say, one, fixed)
        for fixed, ones in ((True, found.mended), (False, found.findings))
        for one in ones
    )
    print_json(DoctorDocument(found.ok, findings, found.jail))


def _printed(call: Call, say: Voice, one: Finding, fixed: bool) -> PrintedFinding:
    message, hint = one.said(say)
    return worded(PrintedFinding, one.plain(fixed=fixed), message=message, hint=call.placed(hint))


def _tell(call: Call, say: Voice, found: Diagnosis) -> None:
    for one in found.mended:
        line(say("Mended: {finding}", finding=one.said(say)[0]))
    for one in sorted(found.findings, key=lambda one: one.state != BROKEN):
        message, hint = one.said(say)
        line(f"{say(one.state)}: {message}")
        for sentence in call.placed(hint).split("\n"):
            line(f"  {sentence}")
    if found.jail is not None and not found.jail.open:
        jail = found.jail
        line(
            say(
                "Readers of files are locked in: Landlock {landlock}, seccomp {seccomp}.",
                landlock=jail.landlock,
                seccomp=jail.seccomp,
            )
        )
    count = len(found.findings)
    if not count:
        line(
            say(
                "All is well: settings, key, database, the sources' files, outputs and backups were looked at."
            )
        )
    elif found.ok:
        line(
            say.several(
                "{count} thing to look at, nothing is broken.",
                "{count} things to look at, nothing is broken.",
                count,
            )
        )
    else:
        line(say("Mend what is broken first. What is published stays as it was."))
