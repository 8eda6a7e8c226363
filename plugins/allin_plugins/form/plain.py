"""Answers without a service's own form: objects whose names are the questions, in a list under any name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from allin_hub import words_of
from allin_plugins.form.answers import CHANGED, KEYS, SENT, is_about_the_answer, unfinished
from allin_plugins.form.pages import page_of
from allin_plugins.form.parts import Answers, Questions, Submission, gathered, key_text, mapping

LISTS = ("submissions", "responses", "answers", "entries", "data", "results", "items")
"""Names under which a list of answers stands as a matter of course."""

_INNER = ("answers", "fields", "data")
_WRAPPERS = ("_source", "properties", "attributes", "node", "record", *_INNER)
"""Names under which an item holds the record, beside what it says about itself."""
_ABOUT_AN_ITEM = frozenset(
    {
        *("id", "_id", "_index", "_score", "_type", "_version", "_seq_no", "_primary_term", "_links", "type"),
        *("geometry", "bbox", "links", "relationships", "cursor", "createdTime", "meta", "sort", "highlight"),
        *("uuid", "href", "url", "self", "__typename", "etag", "score", "index", "created_at", "updated_at"),
    }
)
_DEEPEST = 4
_LOOKED_AT = 50


class _Place(NamedTuple):
    """A list that may hold the records."""

    path: tuple[str, ...]
    items: Sequence[Any]
    around: tuple[Mapping[str, Any], ...]
    """The objects in which it stands, the document first."""

    @property
    def has_records(self) -> bool:
        """Whether an object is in it."""
        return any(isinstance(item, Mapping) for item in self.items)

    def score(self, asked: Questions) -> tuple[int, int]:
        """How many questions of its records lead to a field, and how many records it has."""
        names = {name for item in self.items[:_LOOKED_AT] for name in _record_of(mapping(item))}
        return sum(asked.is_known(name) for name in names), len(self.items)


def plain(document: Mapping[str, Any], asked: Questions) -> Answers | None:
    """Find the list of records in a document, under whatever name; None where there is none.

    One of the usual names at the top is taken as a matter of course. Anything else is a guess, which names the place.
    """
    usual = [
        _Place((name,), document[name], (document,)) for name in LISTS if isinstance(document.get(name), list)
    ]
    if usual and (usual[0].has_records or not usual[0].items):
        return _answers(usual[0], asked, is_guess=False)
    places = list(_lists((), document, (document,), _DEEPEST)) or list(
        _objects((), document, (document,), 2, asked)
    )
    if not places:
        return _answers(usual[0], asked, is_guess=False) if usual else None
    best = max(places, key=lambda place: place.score(asked))
    if len(places) > 1 and not any(best.score(asked)):
        return None
    return _answers(best, asked, is_guess=True)


def plain_record(item: Mapping[str, Any], asked: Questions) -> Submission:
    """Read an object whose names are the questions, or that holds such an object as its answers."""
    inner = _record_of(item)
    pairs = ((asked.label(name), value) for name, value in inner.items())
    own = {words_of(name): value for name, value in item.items() if is_about_the_answer(name)}
    at = next((own[name] for name in (*CHANGED, *SENT) if own.get(name)), None)
    key = next((own[name] for name in KEYS if own.get(name)), None)
    answers = gathered(pairs)
    answers.update(_point(item, answers))
    return Submission(key_text(key), answers, at, not unfinished(item))


def _record_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the object within an item that holds its answers, else the item itself."""
    inner = next((item[name] for name in _INNER if isinstance(item.get(name), Mapping)), None)
    if inner is not None:
        return mapping(inner)
    for name in _WRAPPERS:
        if isinstance(item.get(name), Mapping) and _ABOUT_AN_ITEM.issuperset(item.keys() - {name}):
            return mapping(item[name])
    return item


def _point(item: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Take the coordinates of a GeoJSON point, longitude first, where the record has none of its own."""
    geometry = mapping(item.get("geometry"))
    numbers = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(numbers, list) or len(numbers) < 2:
        return {}
    return {
        name: number for name, number in zip(("lon", "lat"), numbers, strict=False) if name not in answers
    }


def _answers(place: _Place, asked: Questions, *, is_guess: bool) -> Answers:
    taken = ".".join(place.path) if is_guess else None
    return Answers(place.items, _reader(asked), taken or None, page_of(place.around, len(place.items)))


def _reader(asked: Questions) -> Callable[[Mapping[str, Any]], Submission]:
    return lambda item: plain_record(item, asked)


def _lists(
    path: tuple[str, ...], part: Mapping[str, Any], around: tuple[Mapping[str, Any], ...], levels: int
) -> Iterator[_Place]:
    """Find the lists of objects in a document; those within a record are none."""
    for name, value in part.items():
        if isinstance(value, list):
            place = _Place((*path, name), value, around)
            if place.has_records or not value:
                yield place
        elif isinstance(value, Mapping) and levels:
            yield from _lists((*path, name), value, (*around, value), levels - 1)


def _objects(
    path: tuple[str, ...],
    part: Mapping[str, Any],
    around: tuple[Mapping[str, Any], ...],
    levels: int,
    asked: Questions,
) -> Iterator[_Place]:
    """Find objects whose values are records that name the same things: `{"v1": {…}, "v2": {…}}`."""
    records = {name: record for name, record in part.items() if isinstance(record, Mapping)}
    has_lists = any(isinstance(value, list) for value in part.values())
    if records and not has_lists and _are_alike(list(records.values()), asked):
        items = [{"id": name, **record} for name, record in records.items()]
        yield _Place(path, items, around)
        return
    for name, value in part.items():
        if isinstance(value, Mapping) and levels:
            yield from _objects((*path, name), value, (*around, value), levels - 1, asked)


def _are_alike(records: Sequence[Mapping[str, Any]], asked: Questions) -> bool:
    """Whether objects name the same things; of one alone, at least two must lead to a field."""
    first = set(records[0])
    if len(records) == 1:
        return sum(map(asked.is_known, first)) > 1
    return all(len(first & set(one)) * 2 >= len(first | set(one)) for one in records[1:])
