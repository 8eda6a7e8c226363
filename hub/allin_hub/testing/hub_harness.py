"""A real hub with persons who did not agree, in which an output under test publishes behind the real gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from allin_hub.api import registry
from allin_hub.api.plugin import Output, PluginConfig, Raw, Source
from allin_hub.api.source_run import SourceRun
from allin_hub.base.ids import new_id
from allin_hub.base.reports import OutputReport
from allin_hub.base.types import Draft
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.hub import Hub
from allin_hub.ingest.prepare import prepared_of
from allin_hub.ingest.sync_source import sync_source
from allin_hub.open_hub import open_hub
from allin_hub.publish.publish import publish_output
from allin_hub.testing.config_checks import written
from allin_hub.testing.source_harness import NOW
from allin_schemas import Event, Opportunity, Organisation

NAME = "suite"


class _Nothing(PluginConfig):
    """No settings."""


class _Given(Source[_Nothing]):
    """Brings invented drafts."""

    drafts: ClassVar[list[dict[str, Any]]] = []

    def fetch(self, run: SourceRun) -> Iterator[Raw]:  # noqa: ARG002 - it needs no door
        """Yield each draft as it is."""
        for number, draft in enumerate(self.drafts):
            yield Raw(str(number), draft)

    def map(self, raw: Raw) -> Draft:
        """The payload is a draft already."""
        return raw.payload


def _contact(number: int, **answers: Any) -> dict[str, Any]:
    return {
        "name": f"Kanarina Vogelperson{number}",
        "email": f"kanarina.vogelperson{number}@privat.example",
        "phones": f"0561 77002{number:02}",
        "function": f"Vogelfunktion{number}",
        **answers,
    }


class _Associations(_Given):
    """Associations whose contacts said no, or nothing."""

    produces = Organisation
    drafts: ClassVar[list[dict[str, Any]]] = [
        {"name": f"Verein Nummer {n}", "email_personal": f"kanarina.intern{n}@privat.example", "contacts": [_contact(n)],
         "places.city": "Kassel", "languages": "Deutsch, Arabisch", "topics": ["Beratung"]}
        for n in range(1, 5)
    ]  # fmt: skip


class _Events(_Given):
    """Events of persons."""

    produces = Event
    drafts: ClassVar[list[dict[str, Any]]] = [
        {"title": f"Treffen {n}", "start": f"2026-10-1{n}T17:00:00+02:00", "organiser": f"Verein Nummer {n}",
         "organiser_name": f"Kanarina Vogelgast{n}"}
        for n in range(1, 5)
    ]  # fmt: skip


class _Offers(_Given):
    """Offers to volunteer."""

    produces = Opportunity
    drafts: ClassVar[list[dict[str, Any]]] = [
        {"title": f"Mithelfen {n}", "organisation": f"Verein Nummer {n}", "contacts": [_contact(n + 10)]}
        for n in range(1, 3)
    ]  # fmt: skip


SOURCES: dict[str, type[_Given]] = {"vereine": _Associations, "termine": _Events, "mitmachen": _Offers}


class Hall:
    """One office with an output under test."""

    canaries = ("kanarina", "vogelperson", "vogelfunktion", "vogelgast", "770020", "77 00 20", "7700 20")

    def __init__(self, folder: Path, output: type[Output[Any]], config: Mapping[str, Any]) -> None:
        self._folder = folder / "hall"
        self._folder.mkdir()
        self._output = output
        block: dict[str, Any] = dict(config)
        for name, field in output.config_class.model_fields.items():
            if name in config and "SecretStr" in str(field.annotation):
                (self._folder / f"{name}.secret").write_text(str(config[name]), encoding="utf-8")
                block[name] = {"file": f"{name}.secret"}
        lines = ['[hub]\ntitle = "Suite"\nlanguages = ["de", "en", "ar"]']
        lines += [f"[sources.{name}]\nplugin = {NAME!r}\nowner = 'Forum'" for name in SOURCES]
        lines += [f"[outputs.{NAME}]\nplugin = {NAME!r}\npath = 'public'"]
        lines += [f"{key} = {written(value)}" for key, value in block.items()]
        (self._folder / CONFIG_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def publish(self) -> tuple[OutputReport, dict[str, bytes]]:
        """Sync the invented sources, publish, and give what lies in the output's folder."""
        hub = self._open()
        try:
            for name, made in SOURCES.items():
                settings = hub.config.sources[name]
                source = registry.source_of(hub.config, settings, made)
                sync_source(hub, prepared_of(hub, settings, source), new_id())
            report = self._published(hub)
        finally:
            hub.close()
        public = self._folder / "public"
        files = {
            path.relative_to(public).as_posix(): path.read_bytes()
            for path in sorted(public.rglob("*"))
            if path.is_file()
        }
        return report, files

    def publish_again(self) -> OutputReport:
        """Publish once more, as if the hub had forgotten that nothing changed."""
        hub = self._open()
        try:
            return self._published(hub)
        finally:
            hub.close()

    def _open(self) -> Hub:
        return open_hub(self._folder, clock=lambda: NOW)

    def _published(self, hub: Hub) -> OutputReport:
        settings = hub.config.outputs[NAME]
        return publish_output(hub, settings, registry.output_of(hub.config, settings, self._output))
