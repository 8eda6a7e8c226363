"""The commands backup and restore: a copy of the hub, and the hub from a copy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

from allin_hub.backup.create import back_up
from allin_hub.backup.restore import Restored, Wish, restore
from allin_hub.cli.console import opened, print_json, progress
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import line
from allin_hub.i18n.translator import Voice, voice_for
from allin_hub.operations.maintenance import upkeep


def run_backup(call: Call, to: str | None) -> None:
    """`allin backup`."""
    with opened(call) as (hub, say), progress(say, call.json) as told:
        made = back_up(hub, Path(to) if to is not None else None, told)
    if call.json:
        print_json(
            {
                "file": str(made.path),
                "size": made.size,
                "rows": made.rows,
                "keys": made.keys,
                "removed": [str(path) for path in made.removed],
                "elsewhere": made.elsewhere,
            }
        )
        return
    line(say("The backup is made: {file} ({size})", file=str(made.path), size=megabytes(say, made.size)))
    for path in made.removed:
        line(say("An older one made room for it: {file}", file=path.name))
    for name, place in made.elsewhere.items():
        line(
            say(
                "Not in it: what {name} has published so far. It lies at {place} only.",
                name=name,
                place=place,
            )
        )
    line(
        say(
            "The key is not in it: {key} (fingerprint {fingerprint}). Keep it in another place than the backup.",
            key=made.keys[0]["name"],
            fingerprint=made.keys[0]["fingerprint"][:8],
        )
    )
    if made.keys[1:]:
        names = ", ".join(key["name"] for key in made.keys[1:])
        line(say("Nor are these secrets of hub.toml: {names}", names=names))
    command = f"allin restore {made.path} {say('DIR')} --key {made.keys[0]['name']}"
    line(say("Try it out: {command}", command=command))


def run_restore(call: Call, file: str, wish: Wish) -> None:
    """`allin restore`."""
    folder = Path(call.folder)
    with progress(voice_for(folder), call.json) as told:
        done = restore(Path(file), folder, wish, now=dt.datetime.now(dt.UTC), told=told)
    if call.json:
        print_json(
            {
                "folder": str(done.folder),
                "made_at": done.made_at,
                "rows": done.rows,
                "upgraded": done.upgraded,
                "aside": str(done.aside) if done.aside else None,
                "missing": done.missing,
                "unsigned": done.unsigned,
            }
        )
        return
    _tell(call, voice_for(folder), done)


def _tell(call: Call, say: Voice, done: Restored) -> None:
    from babel.dates import format_datetime

    moment = format_datetime(done.made_at.astimezone(), "medium", locale=say.locale)
    line(say("The hub is back in {folder}, as it was on {moment}.", folder=str(done.folder), moment=moment))
    if done.unsigned:
        line(
            say(
                "Nobody vouches for this backup: it is not signed. Look through its consents before you publish."
            )
        )
    if done.upgraded:
        line(say("Its database was brought to the schema of this release."))
    if done.aside is not None:
        line(say("What lay there before was set aside: {folder}", folder=str(done.aside)))
    if done.missing:
        line(say("These secrets of hub.toml are missing here: {names}", names=", ".join(done.missing)))
    line(
        say(
            "See whether all is well: {look}\nThen bring sources and outputs up to date: {run}",
            look=call.command("doctor"),
            run=call.command("run"),
        )
    )


def run_upkeep(call: Call) -> None:
    """`allin upkeep`."""
    with opened(call) as (hub, say), progress(say, call.json) as told:
        report = upkeep(hub, told)
    if call.json:
        kept = report.kept
        print_json(
            {
                "ok": report.ok,
                "cut": kept.cut,
                "expired": kept.expired,
                "staged": kept.staged,
                "versions": kept.versions,
                "runs": kept.runs,
                "left": kept.left,
                "freed": report.freed,
                "backup": str(report.backup.path) if report.backup else None,
                "faults": [fault.message for fault in report.faults],
            }
        )
    else:
        for sentence in report.sentences(say):
            line(sentence)
    raise typer.Exit(0 if report.ok else 1)


def megabytes(say: Voice, size: int) -> str:
    """A size as people read it."""
    from babel.numbers import format_decimal

    return f"{format_decimal(size / 1_000_000, '#,##0.0', locale=say.language)} MB"
