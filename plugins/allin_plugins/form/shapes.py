"""Which service a JSON document comes from, and the answers in it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allin_hub import File, Refused, refused
from allin_plugins.form import form_services, plain
from allin_plugins.form.parts import Questions, Submission, mapping

Reads = Callable[[Mapping[str, Any], Questions], Iterator[Submission]]


def submissions(document: Any, asked: Questions) -> list[Submission]:
    """List the answers in a document.

    Raises Refused when it is an error message, holds only a part of the answers, or has an unknown shape.
    """
    try:
        return list(_read(document, asked))
    except (AttributeError, KeyError, TypeError):
        # A document that looks like a service's and is not: what is wrong in it may be a person's data.
        raise refused("FORM_UNKNOWN") from None


def _read(document: Any, asked: Questions) -> Iterator[Submission]:
    if isinstance(document, list):
        for item in document:
            yield from _item(item, asked)
        return
    _no_error(document)
    result = document.get("result")
    if isinstance(result, str):
        yield from _read(_decoded(result), asked)
        return
    reader = _reader(document)
    if reader is None:
        raise refused("FORM_UNKNOWN")
    yield from reader(document, asked)


def _item(item: Mapping[str, Any], asked: Questions) -> Iterator[Submission]:
    """Read one of a list: an event, a record of a service, or a plain answer."""
    if form_services.is_tally(item):
        yield from form_services.tally(item, asked)
    elif "_id" in item and ("_uuid" in item or "_submission_time" in item):
        yield form_services.kobo_record(item, asked)
    else:
        yield plain.plain_record(item, asked)


def _reader(document: Mapping[str, Any]) -> Reads | None:
    """Know the service by its document."""
    if "ocs" in document:
        return form_services.nextcloud
    if form_services.is_tally(document):
        return form_services.tally
    if "responses" in _first(document, "submissions"):
        return form_services.tally_pages
    if "submissions" in document and "questions" in document:
        return form_services.nextcloud
    if "total_items" in document or "answers" in _first(document, "items"):
        return form_services.typeform
    if "responseId" in _first(document, "responses"):
        return form_services.google
    if "responses" in document:
        return form_services.limesurvey
    if "@odata.context" in document:
        return form_services.odk
    if "results" in document and ("next" in document or "_id" in _first(document, "results")):
        return form_services.kobo
    if {"finished", "surveyId"} & _first(document, "data").keys():
        return form_services.formbricks
    if "total_count" in document and "entries" in document:
        return form_services.gravity
    return plain.plain if any(isinstance(document.get(name), list) for name in plain.LISTS) else None


def _first(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    items = document.get(name)
    return mapping(items[0]) if isinstance(items, list) and items else {}


def _no_error(document: Mapping[str, Any]) -> None:
    """Raise Refused when a service answered with an error in the form of an answer."""
    meta = mapping(mapping(document.get("ocs")).get("meta"))
    if meta.get("status", "ok") != "ok":
        raise refused("FORM_ERROR", said=_short(meta.get("message")))
    status = mapping(document.get("result")).get("status")
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
