"""Makes one entity of its claims: by trust, then newer, then the source's name. Pure and independent of arrival order.

Provenance names, for each unit of the entity (a field, a field in one language, an item of a list), the claims behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from allin_hub.base.types import OFFICE
from allin_hub.mapping.drafts import localized, localized_value
from allin_hub.privacy.roles import merged_type
from allin_schemas import ENTITIES, EventStatus, Kind, Organisation, OrganisationType, Sensitivity, Whole
from allin_schemas.marks import ByHub, mark_of, marked
from allin_schemas.reading import name_key

EVERYTHING = "*"
_MSO: str = OrganisationType.MSO.value
_ART9: str = Sensitivity.ART9.value
_SENSITIVITY: str = Organisation.model_fields["sensitivity"].default.value
_LANGUAGE = "de"
"""The language of an exception's text, which says none."""
ITEM_KEYS = ("code", "number", "value", "account", "recurrence_id", "title", "name")


@dataclass(slots=True)
class SourcedClaim:
    """What one live claim says, and how much its source is trusted."""

    claim: int
    data: Mapping[str, Any]
    trust: int
    updated_at: str
    source: str
    defaults: Mapping[str, Any]


@cache
def lists(kind: Kind) -> frozenset[str]:
    """Fields merged item by item."""
    entity = ENTITIES[kind]
    return frozenset(
        name
        for name, info in entity.model_fields.items()
        if str(info.annotation).startswith(("list[", "typing.List[")) and mark_of(entity, name, Whole) is None
    )


@cache
def standing(kind: Kind) -> dict[str, Any]:
    """The model's own defaults, for what nobody says."""
    entity = ENTITIES[kind]
    found: dict[str, Any] = {}
    for name, info in entity.model_fields.items():
        if (
            name not in marked(entity, ByHub)
            and info.default not in (None, [], {})
            and not info.is_required()
        ):
            found[name] = getattr(info.default, "value", info.default)
    return found


def ranked(said: Sequence[SourcedClaim]) -> list[SourcedClaim]:
    """Claims in the order in which they win: the office, trust, newer, then the source's name, then the content, then age."""
    order = sorted(
        said, key=lambda one: (one.source, orjson.dumps(one.data, option=orjson.OPT_SORT_KEYS), one.claim)
    )
    order.sort(key=lambda one: (one.source == OFFICE, one.trust, one.updated_at), reverse=True)
    return order


def merge(kind: Kind, said: Sequence[SourcedClaim]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The merged fields, and the provenance: unit -> claims, the winner first; `*` when all comes from one claim."""
    if len(said) == 1:
        return of_one(kind, said[0].data, said[0].defaults), {EVERYTHING: [said[0].claim]}
    order = ranked(said)
    data: dict[str, Any] = {}
    provenance: dict[str, list[int]] = {}
    edited = [one for one in order if one.source == OFFICE]
    for name in sorted({name for one in order for name in one.data}):
        if edited and _edit(kind, name, edited, data, provenance):
            continue
        telling = [one for one in order if one.data.get(name) not in (None, [], {})]
        if not telling:
            continue
        if name in localized(kind):
            data[name] = _by_part(name, telling, lambda value: value.items(), dict, provenance)
        elif name in lists(kind):
            data[name] = _by_part(
                name,
                telling,
                lambda value: ((item_key(item), item) for item in value),
                lambda parts: list(parts.values()),
                provenance,
            )
        else:
            data[name] = telling[0].data[name]
            provenance[name] = [one.claim for one in telling if one.data[name] == data[name]]
    if kind is Kind.PERSON:
        data["type"] = merged_type([one.data for one in order])
    elif kind is Kind.ORGANISATION:
        _keep_names(data, order, provenance)
    _fill(kind, data, order)
    if edited:
        _empty(kind, edited, data)
    return data, provenance


def _edit(
    kind: Kind,
    name: str,
    edited: Sequence[SourcedClaim],
    data: dict[str, Any],
    provenance: dict[str, list[int]],
) -> bool:
    """Take a field as the office says it, a list as a whole; False where it says nothing of it, or of one language alone."""
    telling = [one for one in edited if name in one.data]
    if not telling or (name in localized(kind) and telling[0].data[name] is not None):
        return False
    value = telling[0].data[name]
    if value not in (None, [], {}):
        data[name] = value
    provenance[name] = [one.claim for one in telling if one.data[name] == value]
    return True


def _empty(kind: Kind, edited: Sequence[SourcedClaim], data: dict[str, Any]) -> None:
    """Leave out what the office has emptied: fields, and single languages of a text."""
    for one in edited:
        for name, value in one.data.items():
            if value in (None, [], {}):
                if name not in standing(kind):
                    data.pop(name, None)
            elif name in localized(kind) and name in data:
                left = {
                    language: part
                    for language, part in data[name].items()
                    if language not in value or part is not None
                }
                data[name] = left
                if not left:
                    del data[name]


def of_one(kind: Kind, said: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entity about which a single claim says something."""
    if not all(said.values()):
        said = {name: value for name, value in said.items() if value not in (None, [], {})}
    data = {**standing(kind), **defaults, **said}
    if kind is Kind.PERSON:
        data["type"] = merged_type([said])
    elif kind is Kind.ORGANISATION and "sensitivity" not in said:
        _mark_sensitive(data)
    elif kind is Kind.EVENT and "start" not in data and data.get("overrides"):
        _start_of_exception(data)
    return data


def _keep_names(
    data: dict[str, Any], order: Sequence[SourcedClaim], provenance: dict[str, list[int]]
) -> None:
    """Names that lose stay as other names, so that whoever looks for them finds the entry."""
    edited = {name for one in order if one.source == OFFICE for name in one.data}
    if "alternate_names" in edited:
        return
    known = {name_key(name) for name in (data.get("name"), *data.get("alternate_names", ())) if name}
    if "name" in edited:  # the office corrects the name that would have won
        others = (one.data["name"] for one in order if one.source != OFFICE and one.data.get("name"))
        known |= {name_key(name) for name in [*others][:1]}
    for one in order:
        name = one.data.get("name")
        if name and name_key(name) not in known:
            known.add(name_key(name))
            data["alternate_names"] = [*data.get("alternate_names", ()), name]
            provenance.setdefault(f"alternate_names[{name}]", []).append(one.claim)


def item_key(item: Any) -> str:
    """What makes two items of a list the same: their code, number, value or name, else all of them."""
    if isinstance(item, Mapping):
        for key in ITEM_KEYS:
            if key in item:
                return f"{item.get('scheme', '')}{item[key]}"
        return orjson.dumps(item, option=orjson.OPT_SORT_KEYS).decode()
    return str(item)


def _by_part(
    name: str,
    telling: Sequence[SourcedClaim],
    parts_of: Callable[[Any], Any],
    whole: Callable[[dict[str, Any]], Any],
    provenance: dict[str, list[int]],
) -> Any:
    parts: dict[str, Any] = {}
    for one in telling:
        for key, part in parts_of(one.data[name]):
            parts.setdefault(key, part)
            provenance.setdefault(f"{name}[{key}]", []).append(one.claim)
    return whole(parts)


def _fill(kind: Kind, data: dict[str, Any], order: Sequence[SourcedClaim]) -> None:
    """What nobody said: the defaults of the sources in their order, then the model's."""
    for one in order:
        for name, value in one.defaults.items():
            if data.get(name) in (None, [], {}):
                data[name] = value
    for name, value in standing(kind).items():
        if name not in data:
            data[name] = value
    if kind is Kind.ORGANISATION and not any("sensitivity" in one.data for one in order):
        _mark_sensitive(data)
    if kind is Kind.EVENT and "start" not in data and data.get("overrides"):
        _start_of_exception(data)


def _mark_sensitive(data: dict[str, Any]) -> None:
    """Belonging to a migrant organisation can reveal origin (Art. 9 GDPR)."""
    data["sensitivity"] = _ART9 if data.get("type") == _MSO else _SENSITIVITY


def _start_of_exception(data: dict[str, Any]) -> None:
    """Let an exception whose series is not in the feed stand for itself."""
    first = min(
        data["overrides"], key=lambda override: str(override.get("start") or override["recurrence_id"])
    )
    data["start"] = first.get("start") or first["recurrence_id"]
    data["all_day"] = len(str(data["start"])) == len("2026-12-09")
    for name in ("end", "title", "location", "url"):
        if first.get(name) is not None:
            data.setdefault(name, first[name])
    if first.get("description"):
        data.setdefault("description", {_LANGUAGE: localized_value(first["description"])})
    data.setdefault("title", "…")
    for status in (EventStatus.CANCELLED, EventStatus.TENTATIVE):
        if all(override.get(status.value) for override in data["overrides"]):
            data["status"] = status.value
            break


def units_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
