"""The conformance tests of an output: three lines in a plugin's tests run them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest

from allin_hub.bounds import limited
from allin_hub.config import OUTPUT_RESERVED
from allin_hub.contract import Output, Plugin
from allin_hub.errors import HubError, PublishError
from allin_hub.rendering import Artifact
from allin_hub.testing import documents
from allin_hub.testing.again import Unreachable, again
from allin_hub.testing.canaries import AGREED, Canaries, city, hostile, many, renamed
from allin_hub.testing.hall import Hall
from allin_hub.testing.settings import PluginSuite
from allin_hub.testing.showroom import artifacts, digests, entity_text, published, view_for
from allin_hub.testing.telling import some
from allin_hub.testing.watching import Watch, home_of, watching
from allin_schemas import Purpose, Record

LANGUAGES = ("de", "en", "ar")
MANY = 2_000
_MOST_FILES = 200_000


class OutputSuite(PluginSuite):
    """Set `output` and `config`; pytest finds the tests of any class whose name begins with `Test`."""

    output: ClassVar[type[Output[Any]]]
    patience: ClassVar[float] = 120
    """Seconds after which a publication counts as endless."""
    group = "outputs"
    reserved = OUTPUT_RESERVED
    _sound: ClassVar[dict[tuple[type, str], str | None]] = {}

    @property
    def plugin(self) -> type[Plugin[Any]]:
        """The class under test."""
        return self.output

    def made(self) -> Output[Any]:
        """The output with the suite's settings."""
        config = self.output.config_class.model_validate(dict(self.config))
        return self.output("suite", config)

    def publish(self, entities: Sequence[Record], languages: Sequence[str] = LANGUAGES) -> dict[str, bytes]:
        """What it makes of these entities."""
        with limited(self.patience, _endless):
            return published(self.made(), view_for(self.output, entities), languages)

    @pytest.fixture(autouse=True)
    def _able(self, request: pytest.FixtureRequest) -> None:
        own = request.node.name
        if not own.startswith("test_it_is_an_output"):
            self._need("contract", lambda: next((seen for seen, _ in self._contract()), None))
            if not own.startswith(
                ("test_settings", "test_unknown", "test_it_comes", "test_secrets", "test_files_are")
            ):
                self._need("publish", self._bad_publish)

    def _need(self, what: str, found: Callable[[], str | None]) -> None:
        """Skip what would only repeat another test's failure."""
        known = (type(self), what)
        if known not in self._sound:
            self._sound[known] = found()
        if self._sound[known] is not None:
            pytest.skip(f"another test of this suite tells why: {str(self._sound[known]).splitlines()[0]}")

    def exercise(self) -> None:
        """Publish once, and look for secrets in what came out."""
        if self._bad_publish() is not None:
            return
        for path, content in self.publish(city()).items():
            for name, secret in self.secrets().items():
                if secret.encode() in content or secret in path:
                    self.told("Secrets never show.", f"the setting '{name}' shows in {path}", "leave it out")

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
        for path, content in self.publish(city()).items():
            fault = documents.broken(path, content)
            if fault:
                self.told(rule, f"{path} cannot be read ({fault})", "write what the file's ending promises")

    def test_publish_is_lazy(self) -> None:
        """The hub renders what changed alone, and stops an output that has no end."""
        output = self.made()
        view = view_for(self.output, city())
        from allin_hub.sampling import lend

        given = output.publish(view, lend(output, view, languages=LANGUAGES))
        if not isinstance(given, Iterator):
            self.told(
                "publish() yields.",
                f"it gave back a {type(given).__name__}",
                "yield each artifact where it is described, instead of collecting them",
            )

    def test_pages_are_valid_html(self) -> None:
        """A page that a parser has to guess at is a page that a screen reader stumbles over."""
        for path, content in self._pages(self.publish(city())):
            faults = list(documents.html_faults(content))
            if faults:
                self.told(
                    "Pages are valid HTML, with language and direction.",
                    f"{path}: {some(faults)}",
                    "mend the template",
                )

    def test_pages_ask_nobody_else(self) -> None:
        """Whoever reads a page tells no third party; a page opened from a disk is complete."""
        for path, content in self.publish(city()).items():
            faults: list[str] = []
            if documents.kind_of(path) in documents.PAGES:
                faults = list(documents.foreign_requests(content))
            elif documents.kind_of(path) == ".css":
                faults = list(documents.foreign_styles(content.decode("utf-8")))
            if faults:
                self.told(
                    "Pages load nothing from elsewhere, and carry no script in themselves.",
                    f"{path}: {some(dict.fromkeys(faults))}",
                    "yield scripts, styles, fonts and pictures as files of your own",
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
            text = documents.readable(content, path)
            shown = [word for word in canaries.words if word.casefold() in text]
            if shown:
                self.told(rule, f"{path} shows {some(shown)}, which no consent covers", remedy)
        hall = Hall(tmp_path, self.output, self.config)
        report, files = hall.publish()
        if report.status != "done":
            pytest.skip(f"another test of this suite tells why: {report.message}")
        for path, content in files.items():
            text = documents.readable(content, path)
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
        first, second = self.publish(city()), self.publish(city())
        changed = [path for path in {**first, **second} if first.get(path) != second.get(path)]
        if changed:
            self.told(
                rule,
                f"{some(changed)} came out otherwise",
                "take the time from run.now, and leave chance out",
            )
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
        home = home_of(self.output)
        folder = home if home.is_dir() else home.parent
        for first in (True, False):
            watch = Watch(home, (folder,), first=first)
            with watching(watch, clock=True):
                self.publish(city())
            if watch.seen:
                self.told(
                    "An output does no input or output of its own, and asks no clock.",
                    f"it {some(watch.seen)}",
                    "yield run.file(…) instead of writing, take the time from run.now, and data from the view",
                )

    @pytest.mark.parametrize("language", ["de", "en", "ar", "uk", "zh-Hans"])
    def test_every_language_alone(self, language: str) -> None:
        """An office may have one language, also one written from right to left, or one without texts."""
        try:
            contents = self.publish(city(), (language,))
        except Exception as error:
            self.told(
                "An output publishes in every single language.",
                f"in '{language}' alone it stopped with {type(error).__name__}: {error}",
                "fall back to English texts, and leave no link to a page that is not made",
            )
            return
        for path, content in self._pages(contents):
            faults = [fault for fault in documents.html_faults(content) if "dir=" in fault or "lang" in fault]
            if faults:
                self.told(
                    "Pages say their language and direction.", f"{path}: {some(faults)}", "mend the template"
                )

    def test_an_empty_hub_publishes(self) -> None:
        """The first publish of an office often has nothing to show."""
        rule = "An empty hub publishes a page that says so."
        try:
            contents = self.publish([])
        except Exception as error:
            self.told(
                rule, f"it stopped with {type(error).__name__}: {error}", "do not rely on a first entry"
            )
            return
        if not contents:
            self.told(rule, "it made no file", "yield the index also where nothing is to be listed")
        for path, content in contents.items():
            fault = documents.broken(path, content)
            if fault:
                self.told(rule, f"{path} cannot be read ({fault})", "make whole files also of nothing")

    def test_hostile_texts_stay_text(self) -> None:
        """What a partner writes is text, in pages, tables, calendars and mails."""
        rule = "A text from data stays text."
        try:
            contents = self.publish(hostile())
        except Exception as error:
            self.told(rule, f"it stopped with {type(error).__name__}: {error}", "let any text pass")
            return
        for path, content in contents.items():
            fault = documents.broken(path, content) or documents.escaped_text(path, content)
            if fault:
                self.told(
                    rule,
                    f"{path}: {fault}",
                    "make pages with run.page, tables with csv_file, calendars with calendar, and JSON with json.dumps",
                )

    def test_many_entries(self) -> None:
        """2,000 entries are an ordinary city; a second publish of the same has nothing to render."""
        view = view_for(self.output, many(MANY))
        try:
            with limited(self.patience, _endless):
                first, _ = artifacts(self.made(), view, LANGUAGES[:1])
                for artifact in first:
                    artifact.render()
                second, _ = artifacts(self.made(), view, LANGUAGES[:1])
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
        first, _ = hall.publish()
        if first.status != "done":
            self.told(
                "A hub publishes it.", f"it ended as {first.status}: {first.message}", first.hint or "mend it"
            )
        second = hall.publish_again()
        if second.status != "done" or second.written:
            self.told(
                "A second publish of the same hub writes nothing.",
                f"it ended as {second.status} and wrote {second.written} files",
                "take the time from run.now only as far as a page shows it",
            )

    def _contract(self) -> Iterator[tuple[str, str]]:
        yield from self.contract_faults(Output)
        if not isinstance(getattr(self.output, "purpose", None), Purpose):
            yield "it declares no purpose", "write purpose = Purpose.DIRECTORY_PUBLIC, or what it is for"
            return
        if self.output.publish is Output.publish:
            yield "it has no publish()", "write publish(self, view, run), and yield run.page(…) in it"
        if not self.output.reads or not all(
            isinstance(kind, type) and issubclass(kind, Record) for kind in self.output.reads
        ):
            yield "it does not declare which entities it reads", "write reads = (Organisation, Event)"

    def _bad_publish(self) -> str | None:
        """Why it makes nothing to look at, or None."""
        try:
            with limited(self.patience, _endless):
                output, view = self.made(), view_for(self.output, city())
                from allin_hub.sampling import lend

                for number, artifact in enumerate(
                    output.publish(view, lend(output, view, languages=LANGUAGES))
                ):
                    if not isinstance(artifact, Artifact):
                        return f"it yielded a {type(artifact).__name__} instead of an artifact"
                    if number > _MOST_FILES:
                        return f"it yielded more than {_MOST_FILES} files and did not end"
                    content = artifact.render()
                    if not isinstance(content, bytes):
                        return f"{artifact.path} came out as {type(content).__name__}, and not as bytes"
        except (Exception, SystemExit) as error:
            return f"it stopped with {type(error).__name__}: {error}"
        return None

    def _other_bytes(self) -> str | None:
        return None if self.publish(city()) == self.publish(city()) else "the same view gives other bytes"

    def _pages(self, contents: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
        for path, content in contents.items():
            if documents.kind_of(path) in documents.PAGES:
                yield path, content


def _keys(found: list[Artifact]) -> dict[str, str]:
    return {artifact.path: artifact.key for artifact in found}


def _endless() -> HubError:
    return PublishError("it was not done in time")


__all__ = ["AGREED", "OutputSuite"]
