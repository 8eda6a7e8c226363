"""The conformance tests of an output: three lines in a plugin's tests run them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from allin_hub.api.output_run import Artifact
from allin_hub.base.errors import HubError
from allin_hub.testing import file_checks
from allin_hub.testing.canaries import Canaries, city, many, renamed
from allin_hub.testing.failure_text import some
from allin_hub.testing.fresh_process import Unreachable, again
from allin_hub.testing.hub_harness import Hall
from allin_hub.testing.io_guard import watching
from allin_hub.testing.output_fixture import LANGUAGES, endless, half_file
from allin_hub.testing.page_checks import PageChecks
from allin_hub.testing.sample_outputs import artifacts, digests, entity_text, view_for
from allin_hub.testing.time_limit import limited

MANY = 2_000


class OutputSuite(PageChecks):
    """Set `output` and `config`; pytest finds the tests of any class whose name begins with `Test`."""

    def test_it_is_an_output_of_this_contract(self) -> None:
        """The hub refuses anything else by name."""
        for seen, remedy in self._contract():
            self.told("An output is a class for this contract.", seen, remedy)

    def test_files_are_whole(self) -> None:
        """Everything that it yields can be made and opened."""
        rule = "An output yields artifacts that are whole files of their kind."
        seen = self._bad_publish()
        if seen:
            self.told(rule, seen, "yield run.page(…) and run.file(…) alone, with what it declares in `reads`")
        seen = self._half_file()
        if seen:
            self.told(rule, seen, "write what the file's ending promises")

    def test_publish_is_lazy(self) -> None:
        """The hub renders what changed alone, and stops an output that has no end."""
        output = self.made()
        view = view_for(self.output, city())
        from allin_hub.publish.sample_view import lend

        given = output.publish(view, lend(output, view, languages=LANGUAGES))
        if not isinstance(given, Iterator):
            self.told(
                "publish() yields.",
                f"it gave back a {type(given).__name__}",
                "yield each artifact where it is described, instead of collecting them",
            )

    def test_nobody_shows_without_consent(self, tmp_path: Path) -> None:
        """What is private passes only with a live consent: in the sample view, and in a real hub."""
        canaries = Canaries()
        contents = self.publish(city(canaries))
        rule = "Nobody shows without a consent for the output's purpose."
        remedy = (
            "take all data from the view and nothing from behind it; show persons from view.contacts(…) alone"
        )
        for path, content in contents.items():
            text = file_checks.readable(content, path)
            shown = [word for word in canaries.words if word.casefold() in text]
            if shown:
                self.told(rule, f"{path} shows {some(shown)}, which no consent covers", remedy)
        hall = Hall(tmp_path, self.output, self.config)
        report, files = hall.publish()
        if report.status != "done":
            pytest.skip(f"another test of this suite tells why: {report.message}")
        for path, content in files.items():
            text = file_checks.readable(content, path)
            shown = [word for word in hall.canaries if word.casefold() in text]
            if shown:
                self.told(rule, f"in a real hub, {path} shows {some(shown)}, which no consent covers", remedy)

    def test_no_person_is_in_paths_notes_or_state(self) -> None:
        """A consent for a page is none for addresses, reports and what an output remembers."""
        state: dict[str, Any] = {}
        found, run = artifacts(self.made(), view_for(self.output, city()), LANGUAGES, state)
        word = re.compile("zaunk(ö|oe|o|%c3%b6)nigin|amina", re.IGNORECASE)
        shown = {
            "a path": "\n".join(artifact.path for artifact in found),
            "a note": "\n".join(run.notes),
            "what it remembers": repr(state),
        }
        for place, text in shown.items():
            if word.search(text):
                self.told(
                    "A person's name stands in pages alone.",
                    f"{place} holds the name of a person",
                    "name files by slugs of organisations, events and offers, and remember ids",
                )
        try:
            orjson.dumps(state)
        except TypeError as error:
            self.told(
                "What an output remembers is JSON.",
                str(error),
                "put texts, numbers, lists and dicts into run.state",
            )

    def test_the_same_view_gives_the_same_bytes(self) -> None:
        """Else every publish changes every page, and nobody sees what is new."""
        rule = "The same view gives the same bytes."
        seen = self._other_bytes()
        if seen:
            self.told(rule, seen, "take the time from run.now, and leave chance out")
        first = self.publish(city())
        entities = city()
        given = {
            "config": dict(self.config),
            "languages": LANGUAGES,
            "entities": [entity_text(one) for one in entities],
        }
        try:
            others = again("pages", self.output, given)
        except Unreachable:
            return
        here = digests(first)
        for other in others:
            if not isinstance(other, dict):
                self.told(
                    rule,
                    f"in another process it stopped: {other}",
                    "make no use of what only this process has",
                )
            changed = [path for path in {**here, **other} if here.get(path) != other.get(path)]
            if changed:
                self.told(
                    rule,
                    f"in another process {some(changed)} came out otherwise",
                    "put sets into order: sorted(…)",
                )

    def test_it_does_no_io_of_its_own(self) -> None:
        """The hub writes, and only the hub: a file of the plugin's own is never taken away again."""
        for first in (True, False):
            with watching(self._watch(first=first)) as watch:
                self.publish(city())
            if watch.seen:
                self.told(
                    "An output does no input or output of its own.",
                    f"it {some(watch.seen)}",
                    "yield run.file(…) instead of writing, and take data from the view alone",
                )

    def test_many_entries(self) -> None:
        """2,000 entries are an ordinary city; a second publish of the same has nothing to render."""
        self._need("same", self._other_bytes)
        view = view_for(self.output, many(MANY))

        def twice() -> tuple[Any, Any]:
            first, _ = artifacts(self.made(), view, LANGUAGES[:1])
            for artifact in first:
                artifact.render()
            return first, artifacts(self.made(), view, LANGUAGES[:1])[0]

        try:
            first, second = limited(self.patience, endless, twice)
        except HubError as error:
            self.told(f"An output can make pages of {MANY} entries.", str(error), "look at each entry once")
            return
        before, after = _keys(first), _keys(second)
        changed = [path for path in before if after.get(path) != before[path]]
        if changed:
            self.told(
                "What has not changed keeps its key, and is not rendered again.",
                f"{len(changed)} of {len(before)} files had a new key the second time: {some(changed)}",
                "give run.page and run.file what they show as `uses` and context, and nothing that changes by itself",
            )

    def test_what_changes_gets_a_new_key(self) -> None:
        """A page under its old key stays as it was, whatever it ought to say."""
        self._need("same", self._other_bytes)
        entities = city()
        before, _ = artifacts(self.made(), view_for(self.output, entities), LANGUAGES[:1])
        old = {artifact.path: (artifact.key, artifact.render()) for artifact in before}
        for entity, changed in renamed(entities, [kind.kind for kind in self.output.reads]):
            found, _ = artifacts(self.made(), view_for(self.output, changed), LANGUAGES[:1])
            stale = [
                artifact.path
                for artifact in found
                if artifact.path in old
                and artifact.key == old[artifact.path][0]
                and artifact.render() != old[artifact.path][1]
            ]
            if stale:
                self.told(
                    "What changes what a file shows changes its key.",
                    f"after an {entity.kind.value} had a new name, {some(stale)} would stay as before",
                    "name every entity that a page shows in `uses`, and every other value in its context",
                )

    def test_a_hub_publishes_it_twice(self, tmp_path: Path) -> None:
        """In a real hub it is done, and the second time nothing is written."""
        self._need("same", self._other_bytes)
        hall = Hall(tmp_path, self.output, self.config)
        first, files = hall.publish()
        if first.status != "done":
            self.told(
                "A hub publishes it.", f"it ended as {first.status}: {first.message}", first.hint or "mend it"
            )
        half = half_file(files)
        if half and self._half_file() is None:
            self.told(
                "A hub publishes whole files.",
                half,
                "let no file rely on what the view of this hub does not hold",
            )
        second = hall.publish_again()
        if second.status != "done" or second.written:
            self.told(
                "A second publish of the same hub writes nothing.",
                f"it ended as {second.status} and wrote {second.written} files",
                "take the time from run.now only as far as a page shows it",
            )


def _keys(found: list[Artifact]) -> dict[str, str]:
    return {artifact.path: artifact.key for artifact in found}
