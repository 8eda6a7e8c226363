"""What a plugin is: a config class, what it produces or reads, and one or two short methods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from allin_hub.base.errors import ConfigError
from allin_hub.base.types import Draft
from allin_schemas import Kind, Purpose, Record

if TYPE_CHECKING:
    from allin_hub.api.output_run import Artifact, OutputRun
    from allin_hub.api.source_run import SourceRun
    from allin_hub.api.view import View
    from allin_hub.mapping.columns import ColumnMap

CONTRACT = 1
"""The major version of this contract; a plugin for another one is refused by name."""


class Raw(NamedTuple):
    """A record exactly as the source gave it.

    `key` identifies it within the source for good; None lets the hub derive one from its content.
    `sheet` and `row` are the place as a person sees it in a spreadsheet.
    """

    key: str | None
    payload: Mapping[str, Any]
    updated_at: dt.datetime | None = None
    sheet: str | None = None
    row: int | None = None


class Holds(StrEnum):
    """What a complete read of a source holds, and so what is withdrawn when it is missing there."""

    ALL = "all"
    FUTURE = "future"
    CHANGES = "changes"


class PluginConfig(BaseModel):
    """Settings of one source or output: what stands under its name in hub.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


C = TypeVar("C", bound=PluginConfig)


class Plugin(Generic[C]):
    """What sources and outputs share. `Config` is taken from the generic parameter."""

    contract: ClassVar[int] = CONTRACT
    version: ClassVar[str] = "1"
    """Raised when the plugin would treat the same input differently."""
    config_class: ClassVar[type[PluginConfig]] = PluginConfig
    personal_data: ClassVar[Sequence[str]] = ()
    """Which persons' data it carries: paths of the model, with all that lies below them; `*`: any.

    A source names what its records may hold, an output what it may show of people who agreed.
    """

    about: ClassVar[Mapping[str, str]] = {}
    """What it does, in a sentence for each language. In English the first line of its module says it."""

    def __init__(self, name: str, config: C) -> None:
        self.name = name
        self.config = config

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, PluginConfig):
                    cls.config_class = argument

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Source(Plugin[C]):
    """Reads one feed of one partner."""

    produces: ClassVar[type[Record] | None] = None
    """The entity that each record describes; None: the source's `kind` in hub.toml says it."""
    holds: Holds = Holds.ALL
    licence: ClassVar[str | None] = None
    """Under which licence the feed may be passed on; `licence` in hub.toml wins. None: hub.toml says it."""
    requests_per_minute: ClassVar[int | None] = None
    """How often the feed may be asked; the hub keeps to it. None: as often as the plugin asks."""
    reads_files: ClassVar[Sequence[str]] = ()
    """The endings of files that it can check by themselves (`.ics`); the setting `path` names the file."""
    consent_method: ClassVar[str] = "import"
    """How persons were asked: by a `form` that the office itself offers, or in an `import` of what a partner sent."""
    columns: ColumnMap
    """How this source's names of fields become paths of the model; set by the hub before `fetch`."""
    key_column: str | None = None
    """The name of the column or answer that identifies a record, from the setting `key`; set by the hub."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:  # noqa: ARG002 - a plugin's own has use for it
        """Yield every record of the feed, as it is. The only method that may meet the network or files."""
        raise ConfigError("The plugin of source '{name}' cannot read: it has no fetch().", name=self.name)

    def state(self, run: SourceRun) -> str | None:  # noqa: ARG002 - as above
        """A cheap mark of the feed's state (an ETag, a digest of the bytes), or None.

        When its first line is that of `run.mark`, nothing is read. Further lines are kept for the next `run.mark`.
        """
        return None

    def map(self, raw: Raw) -> Draft:
        """Rename a record's fields to the model's. Pure: no network, no clock, no judgement."""
        return self.columns.draft(raw.payload)


class Output(Plugin[C]):
    """Makes one publication."""

    reads: ClassVar[Sequence[type[Record]]] = ()
    purpose: ClassVar[Purpose]
    channel: ClassVar[str] = "site"
    keeps: ClassVar[bool] = False
    """Whether files that are no longer yielded stay where they are (earlier issues of a newsletter)."""
    templates: ClassVar[Path | None] = None
    """The folder of Jinja2 templates; `templates/` beside the class's module when None."""

    def publish(self, view: View, run: OutputRun) -> Iterator[Artifact]:  # noqa: ARG002 - as above
        """Yield what is to be published; the hub renders, compares and writes it."""
        raise ConfigError(
            "The plugin of output '{name}' cannot publish: it has no publish().", name=self.name
        )


def produced(source: Source[Any], kind: Kind | None) -> Kind:
    """The kind of entity that a source brings.

    Raises ConfigError when neither the plugin nor the settings say it.
    """
    if source.produces is not None:
        return source.produces.kind
    if kind is None:
        raise ConfigError(
            "[sources.{name}] does not say what it holds.",
            hint='Add kind = "organisation" (or person, event, opportunity, service, project).',
            name=source.name,
        )
    return kind
