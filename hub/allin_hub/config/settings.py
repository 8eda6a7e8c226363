"""Holds the settings of hub.toml as frozen models: the hub, its sources, its outputs, notifications."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from allin_hub.base.errors import ConfigError
from allin_hub.config.toml_blocks import Blocks, unknown
from allin_schemas import Kind

_TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
"""Names that a source or an output may have."""


def is_name(word: str) -> bool:
    """Tell whether a source or an output may have this name."""
    return NAME.match(word) is not None


class Settings(BaseModel):
    """Base of all settings: closed, frozen, silent about values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _names(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError('must be a list, for example ["de", "en"]')
    for tag in value if isinstance(value, list | tuple) else ():
        if not isinstance(tag, str) or not _TAG.match(tag):
            raise ValueError('must name languages by their codes, for example ["de", "en", "ar"]')
    return value


class HubSettings(Settings):
    """The block `[hub]`."""

    title: str = "ALL IN"
    database: Annotated[str, Field(repr=False)] = "sqlite:///hub.db"
    languages: Annotated[tuple[str, ...], BeforeValidator(_names), Field(min_length=1)] = ("de", "en", "ar")
    zone: str = "Europe/Berlin"
    court: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{6}$")] = "RA000275"
    licence: str | None = None
    key: Any = None
    nightly: str = "every day at 03:00"
    upkeep: str = "every day at 04:30"
    deliver_to: str | None = None
    keep_raw_days: Annotated[int, Field(ge=1, le=3650)] = 30
    keep_run_days: Annotated[int, Field(ge=1, le=3650)] = 90
    keep_history_days: Annotated[int, Field(ge=1, le=36500)] = 730
    keep_files_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    unread_consent_days: Annotated[int, Field(ge=1, le=36500)] = 365
    backups: Annotated[int, Field(ge=0, le=1000)] = 7
    backup_folder: Annotated[str, Field(min_length=1)] = "backups"
    late_after_hours: Annotated[int, Field(ge=0, le=8760)] = 0
    jail: Literal["preferred", "required"] = "preferred"
    trusted_plugins: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    @property
    def late_after(self) -> dt.timedelta:
        """How old data are at least before they count as late, whatever their schedule promises."""
        return dt.timedelta(hours=self.late_after_hours)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone, for example Europe/Berlin") from None
        return value


class GuardLimits(Settings):
    """How much a sync may lose, change or add without a person: this many records, or this share of those known, if that is more.

    A sync that exceeds the larger of the two is held. So is one that loses at least two records and half of all, unless
    `lost_share` is 0.5 or more.
    """

    lost: Annotated[int, Field(ge=0)] = 3
    lost_share: Annotated[float, Field(ge=0, le=1)] = 0.10
    changed: Annotated[int, Field(ge=0)] = 20
    changed_share: Annotated[float, Field(ge=0, le=1)] = 0.30
    new: Annotated[int, Field(ge=0)] = 20
    new_share: Annotated[float, Field(ge=0, le=1)] = 0.30


class SourceLimits(GuardLimits):
    """What else a source may not do: bring more records than this, read longer than so many minutes, or a larger file."""

    megabytes: Annotated[int, Field(ge=1, le=200)] = 200
    records: Annotated[int, Field(ge=1)] = 1_000_000
    minutes: Annotated[float, Field(ge=0.01)] = 30


class OutputLimits(Settings):
    """More files than this, or more minutes, and an output is ended."""

    files: Annotated[int, Field(ge=1)] = 1_000_000
    minutes: Annotated[float, Field(ge=0.01)] = 120


class SourceSettings(Settings):
    """What the hub itself reads of a block `[sources.<name>]`; the rest is the plugin's."""

    name: str
    plugin: str
    kind: Kind | None = None
    key: str | None = None
    columns: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    values: dict[str, dict[str, str]] = {}
    """What words of the source mean in fields that take only the words of a list: field, word, word of the list."""
    date_order: dict[str, Literal["day first", "month first"]] = {}
    """Column -> what comes first in its dates of bare numbers, as 05/12/2026; else the column itself has to show it."""
    enabled: bool = True
    owner: str | None = None
    trust: int = 10
    licence: str | None = None
    language: str | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "DE"
    """In which country its addresses and telephone numbers are, unless a record says another."""
    limits: SourceLimits = SourceLimits()
    schedule: str | None = None
    allow_hosts: tuple[str, ...] = ()
    email: Literal["office"] | None = None
    """Whose the organisations' addresses are: `office` says that none is a person's; else each is looked at."""
    names_in_text: Literal["hint", "hold"] = "hint"
    options: dict[str, Any] = Field(default={}, repr=False)


class OutputSettings(Settings):
    """What the hub itself reads of a block `[outputs.<name>]`; the rest is the plugin's."""

    name: str
    plugin: str
    path: str
    access: dict[str, Any] = Field(default={}, repr=False)
    allow_hosts: tuple[str, ...] = ()
    enabled: bool = True
    languages: tuple[str, ...] | None = None
    schedule: str | None = None
    limits: OutputLimits = OutputLimits()
    options: dict[str, Any] = Field(default={}, repr=False)


RESERVED = frozenset(SourceSettings.model_fields) - {"name", "options"}
"""Keys of a source's block that the hub reads itself."""
OUTPUT_RESERVED = frozenset(OutputSettings.model_fields) - {"name", "options"}
"""Keys of an output's block that the hub reads itself."""


class NotifySettings(Settings):
    """The block `[notify]`: who is told when something stays away, and after how many failures in a row."""

    to: tuple[Any, ...] = Field(default=(), repr=False)
    after: Annotated[int, Field(ge=1, le=100)] = 3


class Config(Settings):
    """All of hub.toml, and the folder that it stands in."""

    folder: Path
    hub: HubSettings
    sources: dict[str, SourceSettings]
    outputs: dict[str, OutputSettings]
    notify: NotifySettings = NotifySettings()
    text: str = Field(repr=False)
    """hub.toml as it was read, so that an error can name the line of a key."""

    @property
    def blocks(self) -> Blocks:
        """The text of hub.toml, in which each key has its line."""
        return Blocks(self.text)

    @property
    def digest(self) -> str:
        """A mark of the whole hub.toml, kept with each run."""
        return hashlib.blake2b(self.text.encode(), digest_size=16).hexdigest()

    @property
    def database_url(self) -> str:
        """The database's address, with a relative SQLite path made absolute in the hub's folder."""
        return absolute_address(self.hub.database, self.folder)


def chosen(
    config: Config, section: Literal["sources", "outputs"], names: Sequence[str] | None = None
) -> list[str]:
    """List the sources or outputs to work on: those named, else all that are enabled.

    Raises ConfigError for a name that hub.toml does not know, and when it has none at all.
    """
    known: Mapping[str, SourceSettings | OutputSettings] = getattr(config, section)
    are_sources = section == "sources"
    for name in names or ():
        if name not in known:
            raise unknown(
                "There is no source '{word}' in hub.toml."
                if are_sources
                else "There is no output '{word}' in hub.toml.",
                name,
                known,
            )
    if not known:
        hint = (
            "An example stands in it: take away the # before [sources.vereine] and the lines below."
            if are_sources
            else "An example stands in it: take away the # before [outputs.verzeichnis] and the lines below."
        )
        raise ConfigError(
            "hub.toml has no source yet." if are_sources else "hub.toml has no output yet.", hint=hint
        )
    return list(dict.fromkeys(names)) if names else [name for name, one in known.items() if one.enabled]


def absolute_address(url: str, folder: Path) -> str:
    """Make the relative path in a SQLite address absolute, from the hub's folder."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
        return prefix + str(folder.resolve() / url.removeprefix(prefix))
    return url
