"""What the answers of all services come down to: a submission, and the parts of JSON that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from allin_hub import refused


class Submission(NamedTuple):
    """One answer to the whole form."""

    key: str | None
    answers: Mapping[str, Any]
    at: Any = None
    is_complete: bool = True
    is_utc: bool = False
    """Whether a time without a zone is UTC."""
    fault: str | None = None
    """The code of what makes it no answer that can be read; then it waits."""
    place: int = 0
    """Its place in the list, from 1 on."""


class Questions(NamedTuple):
    """What is known of the form beside its answers."""

    labels: Mapping[str, str]
    is_said: Callable[[str], bool]
    """Whether hub.toml names a question so."""
    is_known: Callable[[str], bool] = lambda _: False
    """Whether a question leads to a field."""

    def label(self, *names: str) -> str:
        """Give the text of a question by one of its ids, else its first id."""
        return next((self.labels[name] for name in names if name in self.labels), names[0])


class Page(NamedTuple):
    """What a document says of the longer list of which it holds a part."""

    found: int
    total: int | None


class Answers(NamedTuple):
    """The items of a document, and how one of them is read; None is an answer that was taken back."""

    items: Sequence[Any]
    read: Callable[[Mapping[str, Any]], Submission | None]
    taken: str | None = None
    """Where the list stands, when that was a guess."""
    page: Page | None = None


def mapping(value: Any) -> Mapping[str, Any]:
    """Take an object; anything else in its place is an empty one."""
    return value if isinstance(value, Mapping) else {}


def mappings(items: Any) -> list[Mapping[str, Any]]:
    """Take a list of objects; anything else in its place is no form."""
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise refused("FORM_UNKNOWN")
    return items


def listed(items: Any) -> list[Any]:
    """Take a list of answers; anything else in its place is no form."""
    if items is None:
        return []
    if not isinstance(items, list):
        raise refused("FORM_UNKNOWN")
    return items


def key_text(value: Any) -> str | None:
    """Take an id as text."""
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() or None if is_id else None


def refuse_part(found: Sequence[Any], total: Any) -> None:
    """Raise Refused when a document says that there are more answers than it holds."""
    if isinstance(total, int) and total > len(found):
        raise refused("FORM_CUT")


def gathered(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """Collect answers by question; a second answer to one question makes a list."""
    found: dict[str, Any] = {}
    for question, answer in pairs:
        if not question or answer is None or answer in ("", []):
            continue
        name = " ".join(str(question).split())
        if name not in found:
            found[name] = answer
            continue
        before = found[name]
        found[name] = [
            *(before if isinstance(before, list) else [before]),
            *(answer if isinstance(answer, list) else [answer]),
        ]
    return found
