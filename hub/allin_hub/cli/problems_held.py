"""Commands that look at what needs a person: problems, held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from allin_hub.base.errors import ConfigError
from allin_hub.base.problems import problem_of
from allin_hub.cli import problem_list
from allin_hub.cli.console import opened, print_json, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.sync_publish import HELD_BECAUSE
from allin_hub.cli.tables import EMPTY, Column, line, readable
from allin_hub.config.settings import chosen
from allin_hub.hub import Hub
from allin_hub.i18n.translator import Voice, text
from allin_hub.ingest.diff import differences
from allin_hub.store import problems, runs
from allin_hub.store.engine import reading

COUNTS = ("new", "changed", "renamed", "withdrawn", "reread")
CHANGES = {
    "new": text("new"),
    "changed": text("changed"),
    "renamed": text("under a new key"),
    "reread": text("read otherwise"),
    "moved": text("read otherwise"),
    "withdrawn": text("gone"),
    "gone": text("gone"),
}
SHORT = 40
"""How much of a value a list of changes shows."""


def run_problems(call: Call, source: str | None, every: bool) -> None:
    """`allin problems`."""
    with opened(call) as (hub, say):
        names = chosen(hub.config, "sources", [source] if source else None)
        with reading(hub.engine) as connection:
            rows = [row for name in names for row in problems.problems(connection, name)]
        unsealed = [(row.source, problem_of(hub.sealer.unseal(row.sealed))) for row in rows]
        found = [(one.source, one.first) for one in problem_list.findings(unsealed, every=True)]
        if call.json:
            print_json(
                {"problems": [{"source": name, **problem.to_json(say.language)} for name, problem in found]}
            )
        elif not found:
            line(say("There are no open problems."))
        else:
            more = call.command(f"problems {source} --all" if source else "problems --all")
            problem_list.show(say, found, more, every=every)
            again = call.command(f"sync {source}" if source else "sync")
            line(say("Once the partner has mended the file: {command}", command=again))


def run_held(call: Call, word: str | None) -> None:
    """`allin held`."""
    with opened(call) as (hub, say):
        with reading(hub.engine) as connection:
            waiting = runs.find_held(connection, word) if word else runs.held_runs(connection)
        if word and not waiting:
            raise ConfigError("No held run is called '{run}'.", hint="See what waits: allin held", run=word)
        found = [_held_run(hub, row, with_rows=bool(word) or call.json) for row in waiting]
        if call.json:
            print_json({"held": found})
        elif not found:
            line(say("No run waits for a decision."))
        else:
            _show_held(call, say, found, detailed=bool(word))


def _held_run(hub: Hub, row: Any, *, with_rows: bool) -> dict[str, Any]:
    counts = orjson.loads(row["counts"])
    rows = []
    if with_rows:
        rows = [
            {
                "op": one.op,
                "key": one.key,
                "title": one.title,
                "row": one.row,
                "waits": one.waits,
                "fields": [{"field": name, "old": old, "new": new} for name, old, new in one.fields],
            }
            for one in differences(hub, row["id"])
        ]
        rows.sort(key=lambda one: (tuple(CHANGES).index(one["op"]), one["row"] or 0))
    return {
        "run": row["id"],
        "source": row["target"],
        "since": row["started_at"],
        "reasons": [{"code": code, "count": count, "of": of} for code, count, of in counts.get("held", [])],
        "counts": {name: counts.get(name, 0) for name in COUNTS},
        "rows": rows,
    }


def _show_held(call: Call, say: Voice, found: Sequence[dict[str, Any]], *, detailed: bool) -> None:
    columns = [
        Column(say("Source")),
        Column(say("Since")),
        Column(say("Run")),
        Column(say("What would happen"), wraps=True),
    ]
    table(
        columns,
        [[one["source"], _moment(say, one["since"]), one["run"][-8:], _effect(say, one)] for one in found],
    )
    if detailed:
        for one in found:
            line()
            _show_rows(say, one["rows"])
    line()
    line(say("Nothing of it is published. If it is a mistake, mend the source and sync again."))
    name = found[0]["source"]
    if detailed:
        line(
            say(
                "If it is right, apply exactly this: {command}", command=call.command(f"sync --accept {name}")
            )
        )
    else:
        line(say("See it row by row: {command}", command=call.command(f"held {name}")))


def _show_rows(say: Voice, rows: Sequence[dict[str, Any]]) -> None:
    columns = [
        Column(say("What")),
        Column(say("Row"), right=True, spare=True),
        Column(say("Entry")),
        Column(say("Change"), wraps=True, spare=True),
    ]
    table(
        columns,
        [
            [say(CHANGES[row["op"]]), row["row"] or EMPTY, row["title"] or row["key"], _fields(say, row)]
            for row in rows
        ],
    )


def _effect(say: Voice, one: dict[str, Any]) -> str:
    counts = [f"{say.number(count)} {say(CHANGES[name])}" for name, count in one["counts"].items() if count]
    reasons = [
        say(HELD_BECAUSE[reason["code"]])
        for reason in one["reasons"]
        if reason["code"] in {"empty", "columns"}
    ]
    return ", ".join([*counts, *reasons])


def _moment(say: Voice, moment: Any) -> str:
    from babel.dates import format_datetime

    return format_datetime(moment.astimezone(), "short", locale=say.locale)


def _fields(say: Voice, row: dict[str, Any]) -> str:
    changes = [f"{one['field']}: {_short(one['old'])} → {_short(one['new'])}" for one in row["fields"]]
    if row["waits"]:
        changes.insert(0, say("would wait to be mended"))
    return "; ".join(changes) or EMPTY


def _short(value: Any) -> str:
    shown = readable(value)
    return shown if len(shown) <= SHORT else shown[: SHORT - 1] + "…"
