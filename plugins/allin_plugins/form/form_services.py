"""How each form service writes its answers in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allin_hub import refused
from allin_plugins.form.parts import (
    Answers,
    Questions,
    Submission,
    gathered,
    key_text,
    listed,
    mapping,
    mappings,
    refuse_part,
)

_KOBO_OWN = ("_", "meta/", "formhub/")
_DEVICE_NAMES = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "simserial", "subscriberid", "audit"}
)
"""What the programs of KoboToolbox and ODK note about the device and the time, under these names alone."""
_GRAVITY_UNWANTED = frozenset({"spam", "trash"})


def nextcloud(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Nextcloud Forms, API v3: several answers with the same question id are several choices."""
    data = mapping(mapping(document.get("ocs")).get("data")) or document
    found = listed(data.get("submissions"))
    refuse_part(found, data.get("filteredSubmissionsCount"))
    texts: dict[Any, str] = {}
    for question in mappings(data.get("questions")):
        name, text = str(question.get("name") or ""), str(question.get("text") or "")
        texts[question.get("id")] = name if name and asked.is_said(name) else text or name

    def read(submission: Mapping[str, Any]) -> Submission:
        answers = mappings(submission.get("answers"))
        pairs = ((texts.get(answer.get("questionId")), answer.get("text")) for answer in answers)
        return Submission(key_text(submission.get("id")), gathered(pairs), submission.get("timestamp"))

    return Answers(found, read)


def tally(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Tally's webhook, one event of which is one answer."""
    return Answers([document], lambda event: tally_event(event, asked))


def tally_event(document: Mapping[str, Any], asked: Questions) -> Submission:
    """Read one event of Tally's webhook: choices are ids that the options of the field explain."""
    data = document["data"]
    pairs = []
    for field in mappings(data.get("fields")):
        value, key = field.get("value"), str(field.get("key"))
        if field.get("type") == "CHECKBOXES" and isinstance(value, bool):
            continue  # the same choices once more, one option at a time
        options = {option.get("id"): option.get("text") for option in mappings(field.get("options"))}
        pairs.append((field.get("label") or asked.label(key), _chosen(value, options)))
    sent = data.get("submissionId") or data.get("responseId")
    return Submission(key_text(sent), gathered(pairs), data.get("createdAt"))


def tally_pages(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Tally's list of submissions, with the questions beside them."""
    if document.get("hasMore"):
        raise refused("FORM_CUT")
    titles = {
        question.get("id"): str(question.get("title") or "")
        for question in mappings(document.get("questions"))
    }

    def read(submission: Mapping[str, Any]) -> Submission:
        pairs = (
            (titles.get(answer["questionId"]) or asked.label(str(answer["questionId"])), answer.get("answer"))
            for answer in mappings(submission.get("responses"))
        )
        is_complete = submission.get("isCompleted") is not False
        key = key_text(submission.get("id"))
        return Submission(key, gathered(pairs), submission.get("submittedAt"), is_complete)

    return Answers(listed(document["submissions"]), read)


def typeform(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Typeform: answers name the `ref` of their question; the kind of answer says where its value is."""
    found = listed(document["items"])
    refuse_part(found, document.get("total_items"))

    def read(item: Mapping[str, Any]) -> Submission:
        pairs: list[tuple[Any, Any]] = []
        for answer in mappings(item.get("answers")):
            field = mapping(answer.get("field"))
            names = [str(field[name]) for name in ("ref", "id") if field.get(name)]
            pairs.append((asked.label(*names) if names else None, _typeform_value(answer)))
        pairs += [(asked.label(name), value) for name, value in mapping(item.get("hidden")).items()]
        at = item.get("submitted_at")
        key = key_text(item.get("response_id") or item.get("token"))
        return Submission(key, gathered(pairs), at, bool(at) and item.get("response_type") != "partial")

    return Answers(found, read)


def google(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Google Forms: questions are ids, whose texts only the form itself holds."""
    if document.get("nextPageToken"):
        raise refused("FORM_CUT")

    def read(response: Mapping[str, Any]) -> Submission:
        pairs = [
            (asked.label(name), value.get("value"))
            for name, answer in mapping(response.get("answers")).items()
            for value in mappings(mapping(mapping(answer).get("textAnswers")).get("answers"))
        ]
        at = response.get("lastSubmittedTime") or response.get("createTime")
        return Submission(key_text(response.get("responseId")), gathered(pairs), at)

    return Answers(listed(document["responses"]), read)


def limesurvey(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read LimeSurvey's export_responses: without a `submitdate`, an answer was left before its end."""

    def read(item: Mapping[str, Any]) -> Submission:
        only = next(iter(item.values())) if len(item) == 1 else None
        record = only if isinstance(only, Mapping) else item
        pairs = ((asked.label(name), value) for name, value in record.items())
        sent = record.get("submitdate", True)
        at = sent if isinstance(sent, str) else None
        return Submission(key_text(record.get("id")), gathered(pairs), at, bool(sent))

    return Answers(listed(document["responses"]), read)


def kobo(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read KoboToolbox: names of groups stand before those of questions and change between versions."""
    if document.get("next"):
        raise refused("FORM_CUT")
    return Answers(listed(document["results"]), lambda item: kobo_record(item, asked))


def kobo_record(item: Mapping[str, Any], asked: Questions) -> Submission:
    """Read one answer of KoboToolbox; its `_id` outlives changes, its `_uuid` does not."""
    pairs = []
    for name, value in item.items():
        question = name.rpartition("/")[2]
        if not name.startswith(_KOBO_OWN) and question.casefold() not in _DEVICE_NAMES:
            label = asked.label(name, question)
            pairs.append((question if label == name else label, value))
    return Submission(key_text(item.get("_id")), gathered(pairs), item.get("_submission_time"), is_utc=True)


def odk(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read ODK Central: groups are nested, and deleted answers are said to be so."""
    if document.get("@odata.nextLink"):
        raise refused("FORM_CUT")

    def read(item: Mapping[str, Any]) -> Submission | None:
        system = mapping(item.get("__system"))
        if system.get("status") == "notDecrypted":
            raise refused("FORM_ENCRYPTED")
        if system.get("deletedAt"):
            return None
        at = system.get("updatedAt") or system.get("submissionDate")
        return Submission(key_text(item.get("__id")), gathered(_leaves(item, asked)), at, is_utc=True)

    return Answers(listed(document["value"]), read)


def formbricks(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Formbricks: unfinished answers are in the list too."""
    found = listed(document["data"])
    refuse_part(found, mapping(document.get("meta")).get("total"))

    def read(item: Mapping[str, Any]) -> Submission:
        pairs = ((asked.label(name), value) for name, value in mapping(item.get("data")).items())
        at = item.get("updatedAt") or item.get("createdAt")
        return Submission(key_text(item.get("id")), gathered(pairs), at, item.get("finished") is not False)

    return Answers(found, read)


def gravity(document: Mapping[str, Any], asked: Questions) -> Answers:
    """Read Gravity Forms: fields are numbers that `_labels` explain, and times are UTC."""
    found = listed(document["entries"])
    refuse_part(found, document.get("total_count"))

    def read(entry: Mapping[str, Any]) -> Submission:
        labels = mapping(entry.get("_labels"))
        pairs = []
        for name, value in entry.items():
            if name[:1].isdigit():
                label = labels.get(name.partition(".")[0])
                label = next(iter(label.values()), None) if isinstance(label, Mapping) else label
                pairs.append((label or asked.label(name), value))
        at = entry.get("date_updated") or entry.get("date_created")
        is_wanted = entry.get("status") not in _GRAVITY_UNWANTED
        return Submission(key_text(entry.get("id")), gathered(pairs), at, is_wanted, is_utc=True)

    return Answers(found, read)


def is_tally(document: Mapping[str, Any]) -> bool:
    """Whether a document is one event of Tally's webhook."""
    return isinstance(mapping(document.get("data")).get("fields"), list)


def _chosen(value: Any, options: Mapping[Any, Any]) -> Any:
    if isinstance(value, list):
        return [options.get(item, item) if isinstance(item, str) else item for item in value]
    return options.get(value, value) if isinstance(value, str) else value


def _typeform_value(answer: Mapping[str, Any]) -> Any:
    value = answer.get(str(answer.get("type")))
    if not isinstance(value, Mapping):
        return value
    if "labels" in value or "other" in value:
        labels = value.get("labels") or []
        return [*labels, value["other"]] if value.get("other") else list(labels)
    return value.get("label") or value.get("url")


def _leaves(item: Mapping[str, Any], asked: Questions) -> Iterator[tuple[str, Any]]:
    """Yield the answers of a nested record; lists of records, which repeat, stay as they are."""
    for name, value in item.items():
        if name.startswith("__") or "@odata" in name or name == "meta" or name in _DEVICE_NAMES:
            continue
        if isinstance(value, Mapping):
            yield from _leaves(value, asked)
        else:
            yield asked.label(name), value
