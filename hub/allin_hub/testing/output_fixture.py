"""An output under test, and what it publishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from allin_hub.api.output_run import Artifact
from allin_hub.api.plugin import Output, Plugin
from allin_hub.base.errors import HubError, PublishError
from allin_hub.config.settings import OUTPUT_RESERVED
from allin_hub.testing import file_checks
from allin_hub.testing.canaries import city
from allin_hub.testing.config_checks import PluginSuite
from allin_hub.testing.failure_text import some
from allin_hub.testing.io_guard import Watch, home_of, watching
from allin_hub.testing.sample_outputs import published, view_for
from allin_hub.testing.time_limit import limited
from allin_schemas import Purpose, Record

LANGUAGES = ("de", "en", "ar")
_MOST_FILES = 50_000


class Publications(PluginSuite):
    """What the checks of an output share: its class, its settings, and what it makes of a city."""

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
        return limited(
            self.patience,
            endless,
            lambda: published(self.made(), view_for(self.output, entities), languages),
        )

    @pytest.fixture(autouse=True)
    def _able(self, request: pytest.FixtureRequest) -> None:
        own = request.node.name
        if not own.startswith("test_it_is_an_output"):
            self._need("contract", lambda: next((seen for seen, _ in self._contract()), None))
            if not own.startswith(
                ("test_settings", "test_unknown", "test_it_comes", "test_secrets", "test_files_are")
            ):
                self._need("publish", self._bad_publish)
            if own.startswith(("test_an_empty", "test_hostile")):
                self._need("whole", self._half_file)

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
            return limited(self.patience, endless, self._fault_of_publish)
        except (Exception, SystemExit) as error:
            return f"it stopped with {type(error).__name__}: {error}"

    def _half_file(self) -> str | None:
        """Which file of a city is not what its ending promises, or None."""
        return half_file(self.publish(city()))

    def _fault_of_publish(self) -> str | None:
        output, view = self.made(), view_for(self.output, city())
        from allin_hub.publish.sample_view import lend

        for number, artifact in enumerate(output.publish(view, lend(output, view, languages=LANGUAGES))):
            if not isinstance(artifact, Artifact):
                return f"it yielded a {type(artifact).__name__} instead of an artifact"
            if number > _MOST_FILES:
                return f"it yielded more than {_MOST_FILES} files and did not end"
            content = artifact.render()
            if not isinstance(content, bytes):
                return f"{artifact.path} came out as {type(content).__name__}, and not as bytes"
        return None

    def _watch(self, *, first: bool = True) -> Watch:
        home = home_of(self.output)
        folder = home if home.is_dir() else home.parent
        return Watch(home, tuple(filter(None, (folder, self.output.templates))), first=first)

    def _other_bytes(self) -> str | None:
        """How the same view gives other bytes, or what could make it do so; else None."""
        with watching(self._watch(), clock=True) as watch:
            first = self.publish(city())
        second = self.publish(city())
        changed = [path for path in {**first, **second} if first.get(path) != second.get(path)]
        if changed:
            return f"{some(changed)} came out otherwise"
        called = [seen for seen in watch.seen if seen.startswith("called ")]
        return f"it {some(called)}" if called else None

    def _pages(self, contents: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
        for path, content in contents.items():
            if file_checks.kind_of(path) in file_checks.PAGES:
                yield path, content


def half_file(contents: Mapping[str, bytes]) -> str | None:
    """Which file is not what its ending promises, and why; or None."""
    for path, content in contents.items():
        fault = file_checks.broken(path, content)
        if fault:
            return f"{path} cannot be read ({fault})"
    return None


def endless() -> HubError:
    """What ends an output that does not end."""
    return PublishError("it was not done in time")
