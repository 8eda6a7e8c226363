"""What is installed: the command plugins, and commands that lie above the core."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from allin_hub.api.registry import OUTPUTS, SOURCES, Found, announced, plugin_class
from allin_hub.base.errors import ConfigError
from allin_hub.cli.console import print_json, table
from allin_hub.cli.invocation import Call
from allin_hub.cli.tables import Column, line
from allin_hub.i18n.translator import Voice, text, voice_for

COMMANDS = "allin_hub.commands"
GROUPS = {SOURCES: text("source"), OUTPUTS: text("output")}


def command(name: str) -> Callable[..., None]:
    """What runs a command that lies above the core, found by its entry point.

    Raises ConfigError when nothing that is installed brings it.
    """
    for entry in entry_points(group=COMMANDS, name=name):
        found: Callable[..., Any] = entry.load()
        return found
    raise ConfigError(
        "Nothing that is installed here brings allin {name}.",
        hint="Install the hub anew: pip install --force-reinstall allin-hub",
        name=name,
    )


def run_plugins(call: Call) -> None:
    """`allin plugins`."""
    say = voice_for(Path(call.folder))
    found = [one for group in GROUPS for _, one in sorted(announced(group).items())]
    rows = [
        {
            "name": one.name,
            "kind": GROUPS[one.group],
            "package": one.package,
            "version": one.version,
            **_declared(one, say.language),
        }
        for one in found
    ]
    if call.json:
        print_json({"plugins": rows})
        return
    columns = [
        Column(say("Plugin")),
        Column(say("Kind")),
        Column(say("Package"), spare=True),
        Column(say("Does"), wraps=True),
    ]
    table(
        columns,
        [
            [row["name"], say(row["kind"]), f"{row['package']} {row['version']}", _sentences(say, row)]
            for row in rows
        ],
    )
    line()
    line(say('To use one, name it in hub.toml, for example: plugin = "spreadsheet"'))


def _declared(found: Found, language: str) -> dict[str, Any]:
    """What a plugin says of itself, in this language or in its own; what keeps it from being used, when it is broken."""
    try:
        made = plugin_class(found.group, found.name)
    except ConfigError as error:
        return {"does": Voice(language).error(error)[0], "licence": None, "requests_per_minute": None}
    said = inspect.getdoc(sys.modules[made.__module__]) or inspect.getdoc(made) or ""
    return {
        "does": str(made.about.get(language) or said.partition("\n")[0]),
        "licence": getattr(made, "licence", None),
        "requests_per_minute": getattr(made, "requests_per_minute", None),
    }


def _sentences(say: Voice, row: Mapping[str, Any]) -> str:
    """What a plugin does, and what it declares of its feed."""
    told = [row["does"]]
    if row["licence"]:
        told.append(say("Licence: {licence}.", licence=row["licence"]))
    if row["requests_per_minute"]:
        told.append(say("At most {count} requests a minute.", count=say.number(row["requests_per_minute"])))
    return " ".join(told)
