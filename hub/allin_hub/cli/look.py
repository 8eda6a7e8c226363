"""Commands that look: status, problems, held, show, export, plugins."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from typing import Any

import orjson
import typer

from allin_hub.cli.terminal import Voice, line, opened, print_json, state, table
from allin_hub.cli.work import show_problems
from allin_hub.comparing import differences
from allin_hub.errors import ConfigError
from allin_hub.hub import Hub
from allin_hub.ids import new_id
from allin_hub.inspecting import Shown, inspect
from allin_hub.pipeline import chosen
from allin_hub.preparing import prepare
from allin_hub.problems import Problem
from allin_hub.registry import OUTPUTS, SOURCES, announced
from allin_hub.store import bookkeeping, entities, raws
from allin_hub.store.engine import reading, writing
from allin_hub.writing import problem_of
from allin_schemas import ENTITIES, Kind

LATE = dt.timedelta(days=2)


def run_status(folder: str, as_json: bool) -> None:
    """`allin status`."""
    with opened(folder) as (hub, say):
        found = {"sources": _source_states(hub), "outputs": _output_states(hub)}
        if as_json:
            print_json(found)
            return
        rows = [
            [
                name,
                state(one["state"], say(one["state"])),
                _age(say, hub, one["last_success_at"]),
                f"{one['live']:,}",
                f"{one['quarantined']:,}" if one["quarantined"] else "–",
                f"{one['problems']:,}" if one["problems"] else "–",
                _todo(say, name, one),
            ]
            for name, one in found["sources"].items()
        ]
        table([say(word) for word in ("Source", "State", "Last read", "Entries", "Waiting", "Problems", "To do")], rows, right=(3, 4, 5), flexible=6)
        line()
        rows = [
            [name, state(one["state"], say(one["state"])), _age(say, hub, one["last_success_at"]), f"{one['files']:,}", one["message"] or "–"]
            for name, one in found["outputs"].items()
        ]
        table([say(word) for word in ("Output", "State", "Last published", "Files", "To do")], rows, right=(3,), flexible=4)


def _source_states(hub: Hub) -> dict[str, dict[str, Any]]:
    found = {}
    with reading(hub.engine) as connection:
        problems = bookkeeping.problem_counts(connection)
        for name, settings in hub.config.sources.items():
            row = bookkeeping.source_row(connection, name)
            counts = raws.counts(connection, name)
            last = row.get("last_success_at")
            word = row.get("last_status") or "never"
            if word == "done" and last is not None and hub.clock() - last > LATE:
                word = "late"
            found[name] = {
                "state": word if settings.enabled else "off",
                "last_success_at": last,
                "last_attempt_at": row.get("last_attempt_at"),
                "failing_since": row.get("failing_since"),
                "live": counts.get(raws.LIVE, 0),
                "quarantined": counts.get(raws.QUARANTINED, 0),
                "withdrawn": counts.get(raws.WITHDRAWN, 0),
                "problems": sum(count for (source, _), count in problems.items() if source == name),
                "message": row.get("message"),
            }
    return found


def _output_states(hub: Hub) -> dict[str, dict[str, Any]]:
    found = {}
    with reading(hub.engine) as connection:
        for name, settings in hub.config.outputs.items():
            row = bookkeeping.output_row(connection, name)
            found[name] = {
                "state": (row.get("last_status") or "never") if settings.enabled else "off",
                "last_success_at": row.get("last_success_at"),
                "files": len(bookkeeping.artifacts(connection, name)),
                "message": row.get("message"),
            }
    return found


def _age(say: Voice, hub: Hub, moment: dt.datetime | None) -> str:
    if moment is None:
        return "–"
    from babel.dates import format_timedelta

    return format_timedelta(moment - hub.clock(), add_direction=True, locale=say.language)


def _todo(say: Voice, name: str, one: dict[str, Any]) -> str:
    if one["state"] == "held":
        return say("Look: allin held {source}", source=name)
    if one["state"] == "failed":
        return str(one["message"])
    if one["state"] in {"late", "never"}:
        return say("Read it: allin sync {source}", source=name)
    if one["quarantined"]:
        return say("See: allin problems {source}", source=name)
    return "–"


def run_problems(folder: str, source: str | None, as_json: bool) -> None:
    """`allin problems`."""
    with opened(folder) as (hub, say):
        names = chosen(hub, [source] if source else None)
        with reading(hub.engine) as connection:
            rows = [row for name in names for row in bookkeeping.problems(connection, name)]
        found = [(row.source, problem_of(hub.sealer.unseal(row.sealed))) for row in rows]
        found.sort(key=_weight)
        if as_json:
            print_json({"problems": [{"source": name, **problem.to_json(say.language)} for name, problem in found]})
            return
        if not found:
            line(say("No open problems."))
            return
        show_problems(say, found)
        line()
        line(say("Errors wait and are not published. Warnings live without that field. Hints show a guess."))


def _weight(found: tuple[str, Problem]) -> tuple[int, str, str, int]:
    name, problem = found
    return (["error", "warning", "hint"].index(str(problem.severity)), name, problem.sheet or "", problem.row or 0)


def run_held(folder: str, word: str | None, as_json: bool) -> None:
    """`allin held`."""
    with opened(folder) as (hub, say):
        with reading(hub.engine) as connection:
            runs = bookkeeping.find_held(connection, word) if word else bookkeeping.held_runs(connection)
        if word and not runs:
            raise ConfigError(f"No held run is called {word!r}.", hint="See what waits: allin held")
        found = [_held_run(hub, row, with_rows=bool(word) or as_json) for row in runs]
        if as_json:
            print_json({"held": found})
        elif not found:
            line(say("Nothing waits."))
        else:
            _show_held(say, found, detailed=bool(word))


def _held_run(hub: Hub, row: Any, *, with_rows: bool) -> dict[str, Any]:
    counts = orjson.loads(row["counts"])
    rows = []
    if with_rows and row["target"] in hub.config.sources:
        prepared = prepare(hub, hub.config.sources[row["target"]])
        rows = [
            {
                "op": one.op,
                "key": one.key,
                "title": one.title,
                "row": one.row,
                "fields": [{"field": name, "old": old, "new": new} for name, old, new in one.fields],
            }
            for one in differences(hub, prepared, row["id"])
        ]
    return {
        "run": row["id"],
        "source": row["target"],
        "since": row["started_at"],
        "reasons": [{"code": code, "count": count, "of": of} for code, count, of in counts.get("held", [])],
        "counts": {name: counts.get(name, 0) for name in ("new", "changed", "renamed", "withdrawn")},
        "rows": rows,
    }


def _show_held(say: Voice, found: Sequence[dict[str, Any]], *, detailed: bool) -> None:
    words = {"new": say("new"), "changed": say("changed"), "withdrawn": say("gone"), "renamed": say("under a new key"), "gone": say("gone")}
    for one in found:
        counts = ", ".join(f"{count} {words[name]}" for name, count in one["counts"].items() if count) or say("the feed is empty")
        line(say("{source} waits since {since:%d.%m.%Y %H:%M} (run {run}): {counts}", source=one["source"], since=one["since"], run=one["run"][-8:], counts=counts))
        if detailed:
            rows = [
                [words[row["op"]], row["row"] or "–", row["title"] or row["key"], _fields(row)]
                for row in one["rows"]
            ]
            table([say(word) for word in ("What", "Row", "Entry", "Change")], rows, right=(1,), flexible=3)
        line(say("  Take it over: allin sync --accept {source}   Leave it: do nothing, or mend the source and sync again", source=one["source"]))


def _fields(row: dict[str, Any]) -> str:
    return "; ".join(f"{one['field']}: {_short(one['old'])} → {_short(one['new'])}" for one in row["fields"])


def _short(value: Any) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def run_show(folder: str, word: str, why: str | None, as_json: bool) -> None:
    """`allin show`."""
    with opened(folder) as (hub, say):
        with reading(hub.engine) as connection:
            found = entities.find(connection, word)
            if len(found) != 1:
                what = "No entry is" if not found else f"{len(found)} entries are"
                raise ConfigError(f"{what} called {word!r}.", hint="Take the id from: allin export --kind organisation")
            shown = inspect(connection, hub, *found[0])
        _audit(hub, "show", shown.id)
        if why is not None and why not in ENTITIES[shown.kind].model_fields:
            from allin_hub.config import nearest

            guess = nearest(why, ENTITIES[shown.kind].model_fields)
            raise ConfigError(f"{shown.kind.value} has no field {why!r}.", hint=f"Did you mean {guess!r}?" if guess else "")
        if as_json:
            print_json(shown.to_json(why))
        elif why is not None:
            _show_why(say, shown, why)
        else:
            _show_entity(say, shown)


def _show_entity(say: Voice, shown: Shown) -> None:
    line(f"{shown.kind.value}  {shown.id}  {shown.slug}")
    line(say("{count} claims: {sources}", count=len(shown.claims), sources=", ".join(f"{one.source} {one.key}" for one in shown.claims)))
    line()
    rows = [[name, _plain(value), ", ".join(shown.winners(name)) or "–"] for name, value in sorted(shown.data.items()) if value not in (None, [], {})]
    table([say(word) for word in ("Field", "Value", "From")], rows, flexible=1)


def _show_why(say: Voice, shown: Shown, field: str) -> None:
    line(say("{field} = {value}", field=field, value=_plain(shown.data.get(field))))
    rows = [[number, one.source, one.key, one.trust, one.updated_at or "–", _plain(one.data.get(field))] for number, one in enumerate(shown.ranked(), 1)]
    table([say(word) for word in ("Rank", "Source", "Key", "Trust", "As of", "Says")], rows, right=(0, 3), flexible=5)
    line(say("The first that says something wins: higher trust, then newer, then the source's name."))


def _plain(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def run_export(folder: str, kind: str) -> None:
    """`allin export`."""
    if kind not in {one.value for one in Kind}:
        raise ConfigError(f"There is no kind {kind!r}.", hint=f"Known: {', '.join(one.value for one in Kind)}.")
    with opened(folder) as (hub, _):
        wanted = Kind(kind)
        with reading(hub.engine) as connection:
            keys = entities.keys_of(connection, wanted)
            for stored in entities.everything(connection, wanted, hub.sealer):
                sources = [{"source": source, "key": hub.sealer.unseal(sealed)["k"]} for source, sealed in keys.get(stored.id, ())]
                one = {"id": stored.id, "kind": kind, "data": {"slug": stored.slug, **stored.data}, "sources": sources}
                sys.stdout.write(orjson.dumps(one).decode() + "\n")
        _audit(hub, "export", kind)


def _audit(hub: Hub, job: str, target: str) -> None:
    """Note that staff have looked at what is not gated."""
    run_id = new_id()
    with writing(hub.engine) as connection:
        bookkeeping.begin_run(
            connection,
            {"id": run_id, "invocation": run_id, "job": job, "target": target, "started_at": hub.clock(), "config_digest": hub.config.digest},
        )
        bookkeeping.end_run(connection, run_id, "done", {}, None, hub.clock())


def run_plugins(as_json: bool) -> None:
    """`allin plugins`."""
    found = [one for group in (SOURCES, OUTPUTS) for _, one in sorted(announced(group).items())]
    rows = []
    for one in found:
        loaded = one.entry.load()
        does = (loaded.__doc__ or "").strip().partition("\n")[0]
        rows.append({"name": one.name, "kind": "source" if one.group == SOURCES else "output", "package": one.package, "version": one.version, "does": does})
    if as_json:
        print_json({"plugins": rows})
        return
    table(["Plugin", "Kind", "Package", "Does"], [[row["name"], row["kind"], f"{row['package']} {row['version']}", row["does"]] for row in rows], flexible=3)
    raise typer.Exit(0)
