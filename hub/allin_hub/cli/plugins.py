"""What is installed: the command plugins, and commands that lie above the core."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from allin_hub.api.registry import OWN, PluginInfo, installed, plain_name
from allin_hub.base.errors import ConfigError, HubError
from allin_hub.cli.console import print_json, table
from allin_hub.cli.documents import PluginsDocument, PrintedPlugin
from allin_hub.cli.invocation import Call
from allin_hub.cli.status_document import worded
from allin_hub.cli.tables import Column, line
from allin_hub.config.load import load
from allin_hub.i18n.translator import Voice, text, voice_for

COMMANDS = "allin_hub.commands"
KINDS = {"source": text("source"), "output": text("output")}


def command(name: str) -> Callable[..., None]:
    """What runs a command that lies above the core, found by its entry point.

    Raises ConfigError when nothing that is installed brings it.
    """
    for entry in entry_points(group=COMMANDS, name=name):
        if entry.dist is None or plain_name(entry.dist.name) != OWN:
            continue  # no other package takes a command's place
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
    found = tuple(
        worded(PrintedPlugin, one, does=_does(say, one)) for one in installed(_trusted(Path(call.folder)))
    )
    if call.json:
        print_json(PluginsDocument(found))
        return
    columns = [
        Column(say("Plugin")),
        Column(say("Kind")),
        Column(say("Package"), spare=True),
        Column(say("Does"), wraps=True),
    ]
    table(
        columns,
        [[one.name, say(KINDS[one.kind]), _package(say, one), _sentences(say, one)] for one in found],
    )
    line()
    line(say('To use one, name it in hub.toml, for example: plugin = "spreadsheet"'))


def _trusted(folder: Path) -> tuple[str, ...]:
    """Packages that the hub in a folder trusts; none where there is no hub."""
    try:
        return load(folder).hub.trusted_plugins
    except HubError:
        return ()


def _package(say: Voice, one: PluginInfo) -> str:
    """Name the package of a plugin, and whether it is a stranger's."""
    named = f"{one.package} {one.version}"
    if not one.foreign:
        return named
    return say(
        "{package} (foreign, trusted)" if one.trusted else "{package} (foreign, not active)", package=named
    )


def _does(say: Voice, one: PluginInfo) -> str:
    """Say what a plugin does in the reader's language or its own; of a broken one, what keeps it from being used."""
    if one.failure is not None:
        return say.failure(one.failure)
    return one.about.get(say.language) or one.summary


def _sentences(say: Voice, one: PrintedPlugin) -> str:
    """What a plugin does, and what it declares of its feed."""
    told = [one.does]
    if one.licence:
        told.append(say("Licence: {licence}.", licence=one.licence))
    if one.requests_per_minute:
        told.append(say("At most {count} requests a minute.", count=say.number(one.requests_per_minute)))
    return " ".join(told)
