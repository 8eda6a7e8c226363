"""Finds plugins by their entry points. The entry point's name is the plugin's name; built-ins have no privilege."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from allin_hub.config import Config, OutputSettings, SourceSettings, nearest, plugin_config
from allin_hub.contract import CONTRACT, Output, Plugin, Source
from allin_hub.errors import ConfigError

SOURCES = "allin_hub.sources"
OUTPUTS = "allin_hub.outputs"


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin as its package announces it."""

    group: str
    name: str
    package: str
    version: str
    entry: EntryPoint


@cache
def announced(group: str) -> dict[str, Found]:
    """Every plugin of a group by name.

    Raises ConfigError when two packages claim one name.
    """
    found: dict[str, Found] = {}
    for entry in entry_points(group=group):
        package = entry.dist.name if entry.dist else "?"
        version = entry.dist.version if entry.dist else "?"
        other = found.get(entry.name)
        if other and other.package != package:
            raise ConfigError(
                f"Two packages claim the plugin name {entry.name!r}: {other.package} and {package}.",
                hint=f"Uninstall one of them: pip uninstall {package}",
            )
        found[entry.name] = Found(group, entry.name, package, version, entry)
    return found


def plugin_class(group: str, name: str, where: str) -> type[Plugin[Any]]:
    """The class of a plugin.

    Raises ConfigError when it is unknown, broken, or made for another contract.
    """
    known = announced(group)
    if name not in known:
        guess = nearest(name, known)
        hint = f"Did you mean {guess!r}?" if guess else "See what is installed: allin plugins"
        raise ConfigError(f"{where}: there is no plugin {name!r}.", hint=hint)
    found = known[name]
    base = Source if group == SOURCES else Output
    try:
        loaded = found.entry.load()
    except Exception as error:
        raise ConfigError(
            f"The plugin {name!r} of {found.package} cannot be loaded ({type(error).__name__}).",
            hint=f"Update or uninstall it: pip install --upgrade {found.package}",
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, base)):
        raise ConfigError(
            f"The plugin {name!r} of {found.package} is no {base.__name__}.",
            hint="Its entry point must name a class.",
        )
    if loaded.contract != CONTRACT:
        raise ConfigError(
            f"The plugin {name!r} of {found.package} is made for contract {loaded.contract}; this hub has {CONTRACT}.",
            hint=f"Update it: pip install --upgrade {found.package}",
        )
    return loaded


def source(config: Config, settings: SourceSettings) -> Source[Any]:
    """The configured source, ready to fetch but for its columns."""
    where = f"[sources.{settings.name}]"
    made = plugin_class(SOURCES, settings.plugin, where)
    own = plugin_config(made.config_class, settings.options, where, config.folder)
    plugin = made(settings.name, own)
    assert isinstance(plugin, Source)  # noqa: S101 - plugin_class has checked it; this tells the type checker
    plugin.key_column = settings.key
    return plugin


def output(config: Config, settings: OutputSettings) -> Output[Any]:
    """The configured output."""
    where = f"[outputs.{settings.name}]"
    made = plugin_class(OUTPUTS, settings.plugin, where)
    own = plugin_config(made.config_class, settings.options, where, config.folder)
    plugin = made(settings.name, own)
    assert isinstance(plugin, Output)  # noqa: S101 - plugin_class has checked it; this tells the type checker
    return plugin
