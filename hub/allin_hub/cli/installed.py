"""The command plugins: what is installed to read from and to publish to."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from allin_hub.cli.call import Call
from allin_hub.cli.layout import Column, line
from allin_hub.cli.terminal import print_json, table
from allin_hub.errors import ConfigError
from allin_hub.registry import OUTPUTS, SOURCES, Found, announced, plugin_class
from allin_hub.voice import text, voice_for

GROUPS = {SOURCES: text("source"), OUTPUTS: text("output")}


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
            "does": _does(one),
        }
        for one in found
    ]
    if call.json:
        print_json({"plugins": rows})
        return
    columns = [
        Column(say("Plugin")),
        Column(say("Kind")),
        Column(say("Package")),
        Column(say("Does"), wraps=True),
    ]
    table(
        columns,
        [[row["name"], say(row["kind"]), f"{row['package']} {row['version']}", row["does"]] for row in rows],
    )
    line()
    line(say('To use one, name it in hub.toml, for example: plugin = "spreadsheet"'))


def _does(found: Found) -> str:
    """The first line of what a plugin's module says of itself; what keeps it from being used, when it is broken."""
    try:
        made = plugin_class(found.group, found.name)
    except ConfigError as error:
        return error.message
    said = inspect.getdoc(sys.modules[made.__module__]) or inspect.getdoc(made) or ""
    return said.partition("\n")[0]
