"""Which service a JSON document comes from, and the answers in it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from allin_hub import BROKEN, File, Refused, refused
from allin_plugins.form import form_services, plain
from allin_plugins.form.parts import Answers, Page, Questions, Submission, mapping

Reads = Callable[[Mapping[str, Any], Questions], Answers | None]


class Document(NamedTuple):
    """What a document holds: its answers, where they stand if that was a guess, and whether they are a page of more."""

    submissions: list[Submission]
    taken: str | None = None
    page: Page | None = None


def submissions(document: Any, asked: Questions) -> list[Submission]:
    """List the answers in a document.

    Raises Refused when it is an error message, holds only a part of the answers, or has an unknown shape.
    """
    return read_document(document, asked).submissions


def read_document(document: Any, asked: Questions) -> Document:
    """Read the answers in a document. An item that is no answer costs itself, not the others.

    Raises Refused when it is an error message, a service's page of its answers, or has an unknown shape.
    """
    try:
        answers = _read(document, asked)
        found = [
            submission
            for place, item in enumerate(answers.items, 1)
            if (submission := _submission(item, place, answers)) is not None
        ]
    except (AttributeError, KeyError, TypeError):
        # A document that looks like a service's and is not: what is wrong in it may be a person's data.
        raise refused("FORM_UNKNOWN") from None
    if found and all(one.fault == _NO_ANSWER for one in found):
        raise refused("FORM_UNKNOWN")
    return Document(found, answers.taken, answers.page)


_NO_ANSWER = "ITEM_UNREADABLE"
_UNREADABLE = "ITEM_BROKEN"


def _submission(item: Any, place: int, answers: Answers) -> Submission | None:
    """Read one item; one that is none, or holds what cannot be read, waits under its place."""
    if not isinstance(item, Mapping):
        shown = [item] if isinstance(item, str | int | float | bool) and item != BROKEN else []
        return Submission(None, {"": shown}, fault=_NO_ANSWER, place=place)
    try:
        found = answers.read(item)
    except (AttributeError, KeyError, TypeError):
        return Submission(None, {"": []}, fault=_NO_ANSWER, place=place)
    if found is None or not _is_broken(item):
        return found
    answers_left = {name: value for name, value in found.answers.items() if not _is_broken(value)}
    key = None if found.key is None or BROKEN in found.key else found.key
    return found._replace(key=key, answers=answers_left, fault=_UNREADABLE, place=place)


def _is_broken(value: Any) -> bool:
    """Whether something in a record could not be read."""
    if isinstance(value, str):
        return value == BROKEN
    if isinstance(value, Mapping):
        return any(map(_is_broken, value.values()))
    return isinstance(value, list) and any(map(_is_broken, value))


def _read(document: Any, asked: Questions) -> Answers:
    if isinstance(document, list):
        return Answers(document, lambda item: _item(item, asked))
    _no_error(document)
    result = document.get("result")
    if isinstance(result, str):
        return _read(_decoded(result), asked)
    answers = _reader(document)(document, asked)
    if answers is None:
        raise refused("FORM_UNKNOWN")
    return answers


def _item(item: Mapping[str, Any], asked: Questions) -> Submission:
    """Read one of a list: an event, a record of a service, or a plain answer."""
    if form_services.is_tally(item):
        return form_services.tally_event(item, asked)
    if "_id" in item and ("_uuid" in item or "_submission_time" in item):
        return form_services.kobo_record(item, asked)
    return plain.plain_record(item, asked)


def _reader(document: Mapping[str, Any]) -> Reads:
    """Know the service by its document, and by what its answers hold; other lists may stand under the same names."""
    if "ocs" in document:
        return form_services.nextcloud
    if form_services.is_tally(document):
        return form_services.tally
    if "responses" in _first(document, "submissions"):
        return form_services.tally_pages
    if "submissions" in document and "questions" in document:
        return form_services.nextcloud
    if _is_of(document, "items", ("answers", "response_id", "landing_id"), "total_items"):
        return form_services.typeform
    if "responseId" in _first(document, "responses"):
        return form_services.google
    if _is_limesurvey(document):
        return form_services.limesurvey
    if _is_of(document, "value", ("__id", "__system"), "@odata.context"):
        return form_services.odk
    if _is_of(document, "results", ("_id", "_uuid", "_submission_time"), "next"):
        return form_services.kobo
    if {"finished", "surveyId"} & _first(document, "data").keys():
        return form_services.formbricks
    if _is_of(document, "entries", ("form_id", "_labels", "source_url"), "total_count"):
        return form_services.gravity
    return plain.plain


def _is_of(document: Mapping[str, Any], name: str, own: tuple[str, ...], beside: str) -> bool:
    """Whether a list is a service's: its first answer has names of that service, or it is empty beside a name of it."""
    items = document.get(name)
    if not isinstance(items, list):
        return False
    return not _first(document, name).keys().isdisjoint(own) if items else beside in document


def _is_limesurvey(document: Mapping[str, Any]) -> bool:
    """Whether answers stand under `responses` as LimeSurvey writes them, in some versions each within an object of its own."""
    first = _first(document, "responses")
    only = next(iter(first.values())) if len(first) == 1 else None
    return not {"submitdate", "lastpage", "startlanguage", "seed"}.isdisjoint(
        only if isinstance(only, Mapping) else first
    )


def _first(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    items = document.get(name)
    found = items if isinstance(items, list) else []
    return next((item for item in found if isinstance(item, Mapping)), {})


def _no_error(document: Mapping[str, Any]) -> None:
    """Raise Refused when a service answered with an error in the form of an answer."""
    meta = mapping(mapping(document.get("ocs")).get("meta"))
    if meta.get("status", "ok") != "ok":
        raise refused("FORM_ERROR", said=_short(meta.get("message")))
    result = mapping(document.get("result"))
    status = None if any(isinstance(one, list) for one in result.values()) else result.get("status")
    if status is None and len(document) == 1:
        status = document.get("status")
    if isinstance(status, str):
        raise refused("FORM_ERROR", said=_short(status))
    error = document.get("error")
    if error:
        raise refused("FORM_ERROR", said=_short(mapping(error).get("message") or error))


def _short(text: Any) -> str:
    """Cut a service's message to a line: it may hold anything."""
    return " ".join(text.split())[:80] if isinstance(text, str) else "–"


def _decoded(encoded: str) -> Any:
    """Read what LimeSurvey's export_responses gives: a document in base64."""
    try:
        return File("result", base64.b64decode(encoded, validate=True)).json()
    except (binascii.Error, ValueError, Refused):
        raise refused("FORM_UNKNOWN") from None
