"""What a record's answers about consent come to: unclear, contradicting or empty ones mean no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from allin_hub.mapping.drafts import Answer
from allin_schemas import Purpose
from allin_schemas.reading import read_consent

PURPOSES = frozenset(purpose.value for purpose in Purpose)


class Answering(Protocol):
    """A record that holds answers."""

    answers: list[Answer]


def answered(answers: Iterable[Answer]) -> dict[str, tuple[str, str, Any]]:
    """Purpose -> (yes or no, the words of the question, when), from all answers that a record gives."""
    grouped: dict[str, list[Any]] = {}
    for answer in answers:
        if answer.purpose in PURPOSES:
            grouped.setdefault(answer.purpose, []).append(answer)
    found = {}
    for purpose, given in grouped.items():
        cells = [
            cell
            for answer in given
            for cell in (answer.answer if isinstance(answer.answer, list) else [answer.answer])
        ]
        found[purpose] = (
            read_consent(cells),
            " / ".join(answer.wording for answer in given if answer.wording),
            given[0].at,
        )
    return found


def agreed(record: Answering, purpose: Purpose) -> bool:
    """Whether a record holds a clear yes for a purpose."""
    return answered(record.answers).get(purpose.value, ("no", "", None))[0] == "yes"
