"""`allin allow`: texts that point to a person, and the office's answer to each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields

from allin_hub.cli.console import opened, print_json, table
from allin_hub.cli.documents import AllowDocument, PrintedText
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import EMPTY, Column, command_line, line, tell
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.operations.held_texts import HeldText, all_held_texts, decide

VERDICTS = {"held": text("left out"), "hinted": text("shown"), "asked": text("waits")}
YES = frozenset({"j", "ja", "y", "yes"})
NO = frozenset({"n", "nein", "no"})


def run_allow(call: Call, yes: Sequence[str], no: Sequence[str]) -> None:
    """`allin allow`."""
    with opened(call) as (hub, say):
        if yes or no:
            decide(hub, yes, no)
        found = all_held_texts(hub)
        if call.json:
            print_json(AllowDocument(tuple(map(_printed, found))))
            return
        if yes or no:
            _done(call, say)
            return
        waiting = [one for one in found if one.allowed is None]
        if not waiting:
            line(say("No text waits for an answer."))
        elif sys.stdin.isatty():
            _ask(call, hub, say, waiting)
        else:
            _show(call, say, waiting)


def _printed(one: HeldText) -> PrintedText:
    return PrintedText(**{field.name: getattr(one, field.name) for field in fields(PrintedText)})


def _show(call: Call, say: Voice, waiting: Sequence[HeldText]) -> None:
    """A list without the texts themselves: output that is not a terminal may be kept by somebody."""
    columns = [
        Column(say("Id")),
        Column(say("Source")),
        Column(say("Row"), right=True),
        Column(say("Field")),
        Column(say("State")),
    ]
    rows = [
        [one.id, one.source or EMPTY, one.row or EMPTY, one.field, say(VERDICTS[one.verdict])]
        for one in waiting
    ]
    table(columns, rows)
    line()
    line(say("A text that may be shown: {command}", command=call.command("allow --yes ID")))
    line(say("What must stay out: {command}", command=call.command("allow --no ID")))


def _ask(call: Call, hub: Hub, say: Voice, waiting: Sequence[HeldText]) -> None:
    """Show each text and take a yes or a no; only Enter leaves it as it is."""
    answered = 0
    for number, one in enumerate(waiting, 1):
        where = f"{one.source or EMPTY} {one.row or ''} {one.field}".replace("  ", " ")
        line(f"{number}/{len(waiting)}  {where}  {say(VERDICTS[one.verdict])}")
        line(f"  {one.text}")
        tell(say("May it be shown? y = yes, n = no, only Enter = later:"))
        answer = sys.stdin.readline()
        if not answer:
            break
        word = answer.strip().casefold()
        if word in YES or word in NO:
            decide(hub, [one.id] if word in YES else [], [one.id] if word in NO else [])
            answered += 1
    line()
    if answered:
        _done(call, say)
    else:
        line(say("Nothing was changed."))


def _done(call: Call, say: Voice) -> None:
    line(say("It is remembered, and asked again when the text changes. It shows with the next publish:"))
    command_line(call.command("publish"))
