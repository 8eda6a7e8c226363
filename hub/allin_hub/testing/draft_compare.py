"""Raws and drafts as suites hand them around: as they are kept, and as texts that can be compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from allin_hub.api import registry
from allin_hub.api.plugin import Raw, Source
from allin_hub.base.encryption import Keys, Sealer
from allin_hub.base.types import Draft
from allin_hub.config.load import load
from allin_hub.hub import Hub
from allin_hub.ingest.prepare import prepared_of
from allin_hub.ingest.raw_codec import opened, packed
from allin_hub.mapping.drafts import Parts, take_apart
from allin_hub.store.engine import open_engine
from allin_schemas import ENTITIES, Kind, Private
from allin_schemas.marks import marked

_SHORTEST = 5


def raw_text(raw: Raw) -> list[Any]:
    """A raw for another process."""
    return [raw.key, raw.payload, raw.updated_at, raw.sheet, raw.row]


def raw_of(text: Sequence[Any]) -> Raw:
    """The raw again."""
    key, payload, moment, sheet, row = text
    return Raw(key, payload, dt.datetime.fromisoformat(moment) if moment else None, sheet, row)


def kept(raw: Raw) -> Raw:
    """A raw as a replay finds it: sealed, kept and opened again."""
    content = orjson.loads(orjson.dumps(packed(raw, raw.key or "", [])))
    return opened(content, raw.updated_at).raw._replace(key=raw.key)


def draft_text(draft: Draft) -> str:
    """A draft as a text; the order of its fields does not count, that of its lists does."""
    return orjson.dumps(
        dict(draft), default=repr, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    ).decode()


def source_in(folder: Path, made: type[Source[Any]], headers: Sequence[str]) -> Source[Any]:
    """A source as the hub.toml of a folder configures it, knowing the columns that a fetch has seen."""
    config = load(folder)
    settings = next(iter(config.sources.values()))
    hub = Hub(config, open_engine("sqlite:///:memory:"), Sealer(Keys.new()))
    source = prepared_of(hub, settings, registry.source_of(config, settings, made)).source
    hub.close()
    source.columns = source.columns.within(list(headers))
    return source


def personal_paths(kind: Kind, draft: Draft) -> dict[str, list[str]]:
    """What of a draft can name a person: path -> values."""
    return _personal(take_apart(kind, draft))


def _personal(parts: Parts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in marked(ENTITIES[parts.kind], Private):
        if name in parts.fields:
            found[name] = list(texts_in(parts.fields[name]))
    for contact in parts.contacts:
        for name, value in contact.fields.items():
            found.setdefault(f"contacts.{name}", []).extend(texts_in(value))
    return found


def words_of_persons(kind: Kind, draft: Draft) -> set[str]:
    """The names, addresses and numbers in a draft that must not show; too short ones say nothing."""
    return {
        text.strip()
        for path, values in personal_paths(kind, draft).items()
        if path.rpartition(".")[2]
        in {"name", "given", "family", "email", "phones", "email_personal", "assured_by"}
        for text in values
        if len(text.strip()) >= _SHORTEST
    }


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from texts_in(inner)


def unknown_paths(kind: Kind, draft: Draft) -> list[str]:
    """Names in a draft that the model does not have."""
    parts = take_apart(kind, draft)
    found = [*parts.unknown, *(f"contacts.{name}" for contact in parts.contacts for name in contact.unknown)]
    return sorted(set(found))
