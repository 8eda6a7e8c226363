"""The text part: reads as a letter, wrapped for any mail program."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from allin_plugins.newsletter.letter import Item, Letter

WIDTH = 72


def text_of(letter: Letter) -> str:
    """The whole letter as plain text."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    yield from _wrapped(letter.title)
    yield from _wrapped(letter.period)
    yield ""
    yield from _wrapped(letter.greeting)
    yield ""
    yield from _wrapped(letter.lead)
    for section in letter.sections:
        yield ""
        yield ""
        yield from _wrapped(section.heading)
        yield "-" * min(len(section.heading), WIDTH)
        for item in section.items:
            yield ""
            yield from _item(item)
    if letter.more:
        yield ""
        yield ""
        yield from _wrapped(letter.more)
        yield from _wrapped(letter.more_url)
    yield ""
    yield ""
    yield from _wrapped(letter.closing)
    yield from _wrapped(letter.signature)
    yield ""
    yield "-- "
    yield from _wrapped(letter.why)
    yield from _wrapped(letter.leave)
    yield from _wrapped(letter.leave_url)
    yield ""
    for line in letter.imprint:
        yield from _wrapped(line)


def _item(item: Item) -> Iterator[str]:
    title = f"{item.title} ({item.mark})" if item.mark else item.title
    yield from _wrapped(title, "* ", "  ")
    for line in item.lines:
        yield from _wrapped(f"{line.text} {line.note}".strip(), "  ", "  ")
    if item.url:
        yield f"  {item.url}"


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
