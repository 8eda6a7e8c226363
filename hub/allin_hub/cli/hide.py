"""`allin hide`: takes an entry out of every output at once, and lists what is hidden."""

from __future__ import annotations

import datetime as dt

import typer

from allin_hub.base.errors import ConfigError
from allin_hub.cli.console import opened, print_json, progress, table
from allin_hub.cli.documents import HiddenDocument
from allin_hub.cli.invocation import Call
from allin_hub.cli.notify import tell_at_the_end
from allin_hub.cli.show_export import KINDS
from allin_hub.cli.sync_publish import after_publish, show_publish
from allin_hub.cli.tables import EMPTY, Column, line
from allin_hub.entities.hidden import HiddenEntry, hidden_list, hide_entry, show_entry
from allin_hub.i18n.translator import Voice
from allin_hub.operations import child_process


def run_hide(call: Call, word: str | None, reason: str, until: str | None, *, showing: bool) -> None:
    """`allin hide`."""
    if word is None:
        if reason or until or showing:
            raise ConfigError("Which entry? Its id or slug is missing.", hint="See: allin hide --help")
        _list(call)
        return
    last = _day(until)
    with opened(call) as (hub, say):
        if showing:
            show_entry(hub, word)
        else:
            hide_entry(hub, word, reason, last)
        with progress(say, call.json) as told:
            reports = child_process.publish(hub, None, told) if hub.config.outputs else {}
        if call.json:
            outputs = {name: one.to_json() for name, one in reports.items()}
            print_json({"hidden": hidden_list(hub), "outputs": outputs})
        else:
            line(_outcome(say, last, showing=showing))
            show_publish(call, say, reports)
            line(after_publish(call, say, reports))
        tell_at_the_end(hub, say)
    raise typer.Exit(0 if all(report.ok for report in reports.values()) else 1)


def _outcome(say: Voice, last: dt.date | None, *, showing: bool) -> str:
    if showing:
        return say("It is shown again.")
    if last is not None:
        return say("It is hidden until the end of {day}.", day=last.isoformat())
    return say("It is hidden until you show it again.")


def _day(written: str | None) -> dt.date | None:
    if written is None:
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise ConfigError(
            "'{day}' is no day.", hint="Write year, month and day: 2027-03-31.", day=written
        ) from None


def _list(call: Call) -> None:
    with opened(call) as (hub, say):
        found = hidden_list(hub)
        if call.json:
            print_json(HiddenDocument(tuple(found)))
        elif not found:
            line(say("Nothing is hidden."))
        else:
            _show(say, found)


def _show(say: Voice, found: list[HiddenEntry]) -> None:
    columns = [
        Column(say("Entry"), wraps=True),
        Column(say("Kind")),
        Column(say("Until")),
        Column(say("Why"), wraps=True),
        Column(say("Id"), spare=True),
    ]
    rows = [
        [
            one.title or one.id,
            say(KINDS[one.kind]),
            one.until.isoformat() if one.until else EMPTY,
            one.reason or EMPTY,
            one.id,
        ]
        for one in found
    ]
    table(columns, rows)
