"""Outputs that each break one rule."""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import allin_noticeboard
from allin_noticeboard import NoticeBoard, NoticeBoardConfig

from allin_hub import Artifact, Output, OutputRun, View
from allin_schemas import Event, Organisation, Person, Service

TEMPLATES = Path(allin_noticeboard.__file__).parent / "templates"
OWN = Path(__file__).parent / "templates"
_TIMES = count()


class Board(NoticeBoard):
    """The good one, from which the bad ones differ."""

    templates = TEMPLATES


class Crashing(Board):
    """Stops in the middle."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield next(super().publish(view, run))
        raise RuntimeError("bad")


class Leaving(Board):
    """Ends the program."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        sys.exit(3)


class BrokenJson(Board):
    """Writes half a file."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("events.json", '{"events": [')


class Expectant(Board):
    """Writes half a file where there are events, and nobody agreed to be shown."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        events, people = list(view.all(Event)), list(view.all(Person))
        yield run.file("count.json", f'{{"people": {len(people) or "" if events else 0}}}')


class Undeclared(Board):
    """Reads what it does not declare."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("services.txt", str(len(view.all(Service))))


class Escaping(Board):
    """Writes beside its folder."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield Artifact("../beside.txt", "1", lambda: b"x")


class EndlessBoard(Board):
    """Makes files without end."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        for number in count():
            yield Artifact(f"{number}.txt", "1", lambda: b"x")


class SleepingBoard(Board):
    """Waits for ever."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        while True:
            time.sleep(0.01)


class ListingBoard(Board):
    """Collects everything first."""

    def publish(self, view: View, run: OutputRun) -> Any:
        return list(super().publish(view, run))


class Unclosed(NoticeBoard):
    """Leaves an element open."""

    templates = OWN

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield run.page("about.html", "unclosed.html.j2")


class Tracking(NoticeBoard):
    """Lets a third party know who reads."""

    templates = OWN

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield run.page("about.html", "tracking.html.j2")


class Scripted(NoticeBoard):
    """Carries a script in the page."""

    templates = OWN

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield run.page("about.html", "scripted.html.j2")


class Leaking(Board):
    """Goes behind the view for persons who did not agree."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        hub = getattr(view, "_hub", None)
        if hub is not None:
            from allin_hub.store import entities
            from allin_schemas import Kind

            connection = view._connection  # type: ignore[attr-defined]
            people = list(entities.everything(connection, Kind.PERSON, hub.sealer))
            yield run.file("people.txt", "\n".join(str(one.data) for one in people))


class PersonAsPath(Board):
    """Names a file after a person."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        for person in view.all(Person):
            slug = "".join(one if one.isascii() and one.isalnum() else "-" for one in person.name.lower())
            yield run.file(f"people/{slug.strip('-')}.txt", "x", uses=[person])


class Remembering(Board):
    """Remembers whom it showed."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        run.state["people"] = [person.name for person in view.all(Person)]
        yield from super().publish(view, run)


class Diced(Board):
    """Writes a number by chance."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("issue.txt", uuid.uuid4().hex)


class Unordered(Board):
    """Writes a set as it happens to lie."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        words = {word for event in view.all(Event) for word in (*event.title.split(), *"abcdefghijkl")}
        yield run.file("words.txt", "\n".join(words))


class Timed(Board):
    """Asks what time it is."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("year.txt", "late" if time.time() > 1e12 else "early")


class OwnFileBoard(Board):
    """Writes a file behind the hub's back."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        Path(tempfile.gettempdir(), "allin-bad-board.txt").write_text("x", encoding="utf-8")


class ThreeLanguages(Board):
    """Knows three languages and no other."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        words = {"de": "Hallo", "en": "Hello", "ar": "مرحبا"}
        yield run.file("hello.txt", "\n".join(words[language] for language in run.languages))


class FirstEntry(Board):
    """Relies on a first entry."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("first.txt", view.all(Event)[0].slug)


class Unescaped(Board):
    """Puts texts of partners into HTML by hand."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        items = "".join(f"<li>{event.title}</li>" for event in view.all(Event))
        page = f'<!doctype html>\n<html lang="de"><head><title>x</title></head><body><ul>{items}<li>–</li></ul></body></html>\n'
        yield run.file("plain.html", page)


class Formulas(Board):
    """Writes a table without the hub's care."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        rows = ['"{}"'.format(event.title.replace('"', '""')) for event in view.all(Event)]
        yield run.file("events.csv", "\r\n".join(["title", *rows, ""]))


class Stale(Board):
    """Does not say what a page shows."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("titles.txt", lambda: "\n".join(event.title for event in view.all(Event)).encode())


class Nervous(Board):
    """Gives a file a new key each time."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        yield run.file("same.txt", lambda: b"same", times=next(_TIMES))


class Purposeless(Output[NoticeBoardConfig]):
    """Does not say what it is for."""

    reads = (Event, Organisation, Person)
    templates = TEMPLATES
    publish = NoticeBoard.publish


class Telling(Board):
    """Shows every field of everything that it can see, also private ones."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:
        yield from super().publish(view, run)
        seen = [one.model_dump_json() for kind in (Event, Organisation, Person) for one in view.all(kind)]
        yield run.file("everything.txt", "\n".join(seen))
