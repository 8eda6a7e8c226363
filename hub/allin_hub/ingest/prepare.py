"""Makes a configured source ready: its plugin, its kind, its columns, and the mark of how it maps and merges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from allin_hub.api import registry
from allin_hub.api.plugin import Source, produced
from allin_hub.base.errors import HubError
from allin_hub.base.problems import Problem
from allin_hub.config.settings import SourceSettings
from allin_hub.hub import Hub
from allin_hub.mapping import learned as maps
from allin_hub.mapping import values
from allin_hub.mapping.columns import ColumnMap
from allin_hub.mapping.paths import IGNORED, is_path
from allin_schemas import ENTITIES, Kind, claim_of

MODEL_VERSION = "3"
"""Raised when the model or a reader treats the same text differently: then all kept raws are mapped again."""


@dataclass(slots=True)
class Prepared:
    """A source that can be fetched and mapped."""

    settings: SourceSettings
    source: Source[Any]
    kind: Kind
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What words of the source mean, as hub.toml says it and as it was learned."""

    @property
    def name(self) -> str:
        """The source's name in hub.toml."""
        return self.settings.name

    def language(self, hub: Hub) -> str:
        """The language in which this source writes."""
        return self.settings.language or hub.config.hub.languages[0]

    def fingerprint(self, hub: Hub) -> str:
        """How records become claims; when it changes, kept raws are mapped again without the network."""
        parts = [
            MODEL_VERSION,
            self.settings.plugin,
            self.source.version,
            str(self.kind),
            self.source.columns.fingerprint,
            hub.config.hub.zone,
            hub.config.hub.court,
            self.language(hub),
            self.settings.owner,
            self.settings.email,
            self.settings.country,
        ]
        return _short([*parts, self.values] if self.values else parts)


def merge_mark(hub: Hub, settings: SourceSettings) -> str:
    """Mark how a source's claims become entities; when it changes, the source's entities are merged again."""
    licence = settings.licence or hub.config.hub.licence
    language = settings.language or hub.config.hub.languages[0]
    return _short([settings.trust, licence, settings.defaults, language])


def _short(parts: Any) -> str:
    return hashlib.blake2b(
        orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS), digest_size=12
    ).hexdigest()


def _refuse_wrong_defaults(hub: Hub, settings: SourceSettings, kind: Kind) -> None:
    """Defaults must be values that a claim of this kind may hold."""
    blocks, path = hub.config.blocks, ("sources", settings.name, "defaults")
    model = claim_of(ENTITIES[kind])
    blocks.refuse_unknown(settings.defaults, model.model_fields, path)
    blocks.validated(model, settings.defaults, path)


def prepare(hub: Hub, settings: SourceSettings) -> Prepared:
    """The source behind a block of hub.toml.

    Raises ConfigError for an unknown plugin, kind, column or setting.
    """
    return prepared_of(hub, settings, registry.source(hub.config, settings))


def prepared_of(hub: Hub, settings: SourceSettings, source: Source[Any]) -> Prepared:
    """This source, made ready for the block that configures it."""
    kind = produced(source, settings.kind)
    _refuse_wrong_defaults(hub, settings, kind)
    learned = maps.learned(hub.config.folder, settings.name)
    fitting = {column: path for column, path in learned.items() if path in IGNORED or is_path(kind, path)}
    orders = {**maps.orders(hub.config.folder, settings.name), **settings.date_order}
    source.columns = ColumnMap(kind, settings.columns, fitting, orders=orders)
    return Prepared(settings, source, kind, _values(hub, settings, kind))


def _values(hub: Hub, settings: SourceSettings, kind: Kind) -> dict[str, dict[str, str]]:
    """What words of the source mean: what hub.toml says, and below it what was learned.

    Raises ConfigError for a word that means itself, another such word, or none of the list.
    """
    blocks, path = hub.config.blocks, ("sources", settings.name, "values")
    values.refuse_circles(blocks, path, settings.values)
    values.refuse_unknown_words(blocks, path, kind, settings.values)
    learned = values.fitting(kind, maps.learned_values(hub.config.folder, settings.name))
    return values.merged(learned, settings.values)


def foreign(settings: SourceSettings, call: Callable[[], Any]) -> Any:
    """Call a plugin; whatever else it raises becomes a HubError that names the plugin and holds no content."""
    try:
        return call()
    except HubError:
        raise
    except (Exception, SystemExit) as error:
        problem = Problem("PLUGIN_FAILED", params={"value": type(error).__name__, "plugin": settings.plugin})
        raise HubError(
            problem.message("en"), hint=problem.hint("en"), code=problem.code, **problem.params
        ) from error
