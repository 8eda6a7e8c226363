"""Finds plugins by their entry points. The entry point's name is the plugin's name.

Built-ins come by the same way. What any other package brings is a stranger's code with all rights of the hub: it is not
even imported before hub.toml trusts that package by name.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Collection
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
OWN = "allin-hub"
"""The package whose plugins are the hub's own."""


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin as its package announces it."""

    group: str
    name: str
    package: str
    version: str
    entry: EntryPoint

    @property
    def is_foreign(self) -> bool:
        """Whether another package than the hub's own brings it."""
        return plain_name(self.package) != OWN

    def is_trusted(self, trusted: Collection[str]) -> bool:
        """Whether it may run where hub.toml trusts these packages."""
        return not self.is_foreign or plain_name(self.package) in map(plain_name, trusted)


def plain_name(package: str) -> str:
    """Give the one spelling of a package's name: as registries compare them."""
    return re.sub(r"[-_.]+", "-", package).lower()


@cache
def announced(group: str) -> dict[str, Found]:
    """Every plugin of a group by name. One of the hub's own keeps its name, whoever else claims it.

    Raises ConfigError when two other packages claim one name.
    """
    found: dict[str, Found] = {}
    for entry in entry_points(group=group):
        package = entry.dist.name if entry.dist else "?"
        version = entry.dist.version if entry.dist else "?"
        new, other = Found(group, entry.name, package, version, entry), found.get(entry.name)
        if other and other.is_foreign != new.is_foreign:
            found[entry.name] = other if new.is_foreign else new
            continue
        if other and other.package != package:
            raise ConfigError(
                "Two packages claim the plugin name '{name}': {other} and {package}.",
                hint="Uninstall one of them: pip uninstall {package}",
                name=entry.name,
                other=other.package,
                package=package,
            )
        found[entry.name] = new
    return found


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """An installed plugin and what it declares of itself, in the words of its author.

    `about` has a sentence by language, `summary` is the first line of its documentation. A plugin that cannot be used
    has a `failure` instead. One that is `foreign` comes from another package than the hub's own, and is used, or even
    loaded, only where hub.toml has that package `trusted`.
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
    foreign: bool
    trusted: bool


def installed(trusted: Collection[str] = ()) -> list[PluginInfo]:
    """List the installed source plugins, then the output plugins, each by name; `trusted` are packages that hub.toml trusts."""
    return [
        _described(one, trusted)
        for group in (SOURCES, OUTPUTS)
        for _, one in sorted(announced(group).items())
    ]


def _described(found: Found, trusted: Collection[str]) -> PluginInfo:
    kind: Literal["source", "output"] = "source" if found.group == SOURCES else "output"
    standing = (found.is_foreign, found.is_trusted(trusted))
    try:
        made = plugin_class(found.group, found.name, trusted=trusted)
    except ConfigError as error:
        failure = failure_of(error)
        return PluginInfo(
            found.name, kind, found.package, found.version, {}, "", None, None, failure, *standing
        )
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
        *standing,
    )


def plugin_class(
    group: str,
    name: str,
    place: tuple[str, int | None] | None = None,
    trusted: Collection[str] = (),
) -> type[Plugin[Any]]:
    """The class of a plugin; `place` is where hub.toml names it, `trusted` are the packages that it trusts.

    Raises ConfigError when it is unknown, not trusted, broken, or made for another contract.
    """
    known = announced(group)
    if name not in known:
        raise unknown("There is no plugin '{word}'.", name, known, at=place)
    found = known[name]
    base = Source if group == SOURCES else Output
    named: dict[str, Any] = {"name": name, "package": found.package}
    if not found.is_trusted(trusted):
        raise PluginBroken(
            "The plugin '{name}' comes from the package {package}, which hub.toml does not trust.",
            hint='It would have all rights of the hub. If you know its author, write in [hub]: trusted_plugins = ["{package}"]',
            at=place,
            **named,
        )
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
    made = plugin_class(
        SOURCES, settings.plugin, _place(config, f"sources.{settings.name}"), config.hub.trusted_plugins
    )
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
    made = plugin_class(
        OUTPUTS, settings.plugin, _place(config, f"outputs.{settings.name}"), config.hub.trusted_plugins
    )
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
