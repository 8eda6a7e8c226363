"""Finds plugins by their entry points. The entry point's name is the plugin's name; built-ins have no privilege."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar

from allin_hub.api.plugin import CONTRACT, Output, Plugin, Source
from allin_hub.base.errors import ConfigError, Failure, HubError, PluginBroken, failure_of
from allin_hub.config.load import plugin_config
from allin_hub.config.settings import OUTPUT_RESERVED, Config, OutputSettings, SourceSettings
from allin_hub.config.toml_blocks import unknown

P = TypeVar("P", bound=Plugin[Any])
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
                "Two packages claim the plugin name '{name}': {other} and {package}.",
                hint="Uninstall one of them: pip uninstall {package}",
                name=entry.name,
                other=other.package,
                package=package,
            )
        found[entry.name] = Found(group, entry.name, package, version, entry)
    return found


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """An installed plugin and what it declares of itself, in the words of its author.

    `about` has a sentence by language, `summary` is the first line of its documentation. A plugin that cannot be used
    has a `failure` instead.
    """

    name: str
    kind: Literal["source", "output"]
    package: str
    version: str
    about: dict[str, str]
    summary: str
    licence: str | None
    requests_per_minute: int | None
    failure: Failure | None


def installed() -> list[PluginInfo]:
    """List the installed source plugins, then the output plugins, each by name."""
    return [_described(one) for group in (SOURCES, OUTPUTS) for _, one in sorted(announced(group).items())]


def _described(found: Found) -> PluginInfo:
    kind: Literal["source", "output"] = "source" if found.group == SOURCES else "output"
    try:
        made = plugin_class(found.group, found.name)
    except ConfigError as error:
        failure = failure_of(error)
        return PluginInfo(found.name, kind, found.package, found.version, {}, "", None, None, failure)
    said = inspect.getdoc(sys.modules[made.__module__]) or inspect.getdoc(made) or ""
    return PluginInfo(
        found.name,
        kind,
        found.package,
        found.version,
        dict(made.about),
        said.partition("\n")[0],
        getattr(made, "licence", None),
        getattr(made, "requests_per_minute", None),
        None,
    )


def plugin_class(group: str, name: str, place: tuple[str, int | None] | None = None) -> type[Plugin[Any]]:
    """The class of a plugin; `place` is where hub.toml names it.

    Raises ConfigError when it is unknown, broken, or made for another contract.
    """
    known = announced(group)
    if name not in known:
        raise unknown("There is no plugin '{word}'.", name, known, at=place)
    found = known[name]
    base = Source if group == SOURCES else Output
    named: dict[str, Any] = {"name": name, "package": found.package}
    try:
        loaded = found.entry.load()
    except (Exception, SystemExit) as error:
        raise PluginBroken(
            "The plugin '{name}' of {package} cannot be loaded ({fault}).",
            hint="Update or uninstall it: pip install --upgrade {package}",
            fault=type(error).__name__,
            **named,
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, base)):
        raise PluginBroken(
            "The plugin '{name}' of {package} is no {base}.",
            hint="Its entry point must name a class.",
            base=base.__name__,
            **named,
        )
    if loaded.contract != CONTRACT:
        raise PluginBroken(
            "The plugin '{name}' of {package} is made for contract {made}; this hub has {ours}.",
            hint="Update it: pip install --upgrade {package}",
            made=loaded.contract,
            ours=CONTRACT,
            **named,
        )
    return loaded


def source(config: Config, settings: SourceSettings) -> Source[Any]:
    """The configured source, ready to fetch but for its columns."""
    made = plugin_class(SOURCES, settings.plugin, _place(config, f"sources.{settings.name}"))
    assert issubclass(made, Source)  # noqa: S101 - plugin_class has checked it; this tells the type checker
    return source_of(config, settings, made)


def source_of(config: Config, settings: SourceSettings, made: type[Source[Any]]) -> Source[Any]:
    """A source of this class with the settings of a block."""
    options = dict(settings.options)
    if settings.language and "language" in made.config_class.model_fields:
        options["language"] = settings.language
    own = plugin_config(config, made.config_class, options, f"sources.{settings.name}")
    plugin = _begun(made, settings.name, settings.plugin, own)
    plugin.key_column = settings.key
    return plugin


def output(config: Config, settings: OutputSettings) -> Output[Any]:
    """The configured output."""
    made = plugin_class(OUTPUTS, settings.plugin, _place(config, f"outputs.{settings.name}"))
    assert issubclass(made, Output)  # noqa: S101 - plugin_class has checked it; this tells the type checker
    return output_of(config, settings, made)


def output_of(config: Config, settings: OutputSettings, made: type[Output[Any]]) -> Output[Any]:
    """An output of this class with the settings of a block."""
    where = f"outputs.{settings.name}"
    own = plugin_config(config, made.config_class, settings.options, where, OUTPUT_RESERVED)
    return _begun(made, settings.name, settings.plugin, own)


def _begun(made: type[P], name: str, plugin: str, own: Any) -> P:
    try:
        return made(name, own)
    except HubError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginBroken(
            "The plugin '{plugin}' stopped with {fault} before it could begin.",
            hint="Update it, or tell its author.",
            plugin=plugin,
            fault=type(error).__name__,
        ) from error


def _place(config: Config, where: str) -> tuple[str, int | None]:
    return config.blocks.place((*where.split("."), "plugin"))
