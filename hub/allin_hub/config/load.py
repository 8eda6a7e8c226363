"""Reads hub.toml once into frozen settings, and says in words what is wrong with it."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)

from allin_hub.base.errors import ConfigError, SecretMissing
from allin_hub.config.output_paths import refuse_shared, refuse_unfit, refuse_unsafe
from allin_hub.config.schedules import checked as checked_schedule
from allin_hub.config.toml_blocks import CONFIG_NAME as CONFIG_NAME
from allin_hub.config.toml_blocks import CUT_OFF, Blocks, blocks_of, syntax_error
from allin_hub.config.toml_blocks import nearest as nearest
from allin_schemas import Kind

RESERVED = frozenset(
    {
        "plugin",
        "kind",
        "key",
        "columns",
        "defaults",
        "enabled",
        "owner",
        "trust",
        "licence",
        "limits",
        "schedule",
        "allow_hosts",
        "language",
    }
)
OUTPUT_RESERVED = frozenset(
    {"plugin", "path", "access", "allow_hosts", "enabled", "languages", "schedule", "limits"}
)
_TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
PASSWORD = re.compile(r"^[\w+.-]+://[^:@/?]*:[^@]+@|[?&]password=")
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")


def is_name(word: str) -> bool:
    """Whether a source or an output may be called so."""
    return _NAME.match(word) is not None


class Settings(BaseModel):
    """Base of all settings: closed, frozen, silent about values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


P = TypeVar("P", bound=BaseModel)


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
    backups: Annotated[int, Field(ge=0, le=1000)] = 7
    backup_folder: Annotated[str, Field(min_length=1)] = "backups"
    late_after_hours: Annotated[int, Field(ge=0, le=8760)] = 0

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
    """From where on a sync waits for a person: at least this many records, and this share of them."""

    lost: Annotated[int, Field(ge=0)] = 3
    lost_share: Annotated[float, Field(ge=0, le=1)] = 0.10
    changed: Annotated[int, Field(ge=0)] = 20
    changed_share: Annotated[float, Field(ge=0, le=1)] = 0.30
    new: Annotated[int, Field(ge=0)] = 20
    new_share: Annotated[float, Field(ge=0, le=1)] = 0.30


class SourceLimits(GuardLimits):
    """What else a source may not do: bring more records than this, or read longer than so many minutes."""

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
    enabled: bool = True
    owner: str | None = None
    trust: int = 10
    licence: str | None = None
    language: str | None = None
    limits: SourceLimits = SourceLimits()
    schedule: str | None = None
    allow_hosts: tuple[str, ...] = ()
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
    digest: str

    @property
    def database_url(self) -> str:
        """The database's address, with a relative SQLite path made absolute in the hub's folder."""
        return _absolute(self.hub.database, self.folder)


def refuse_cut_off(folder: Path) -> None:
    """Raise ConfigError where a restore is at work, or was killed: what lies there is no hub, and none may be made."""
    if (folder / CUT_OFF).exists():
        raise ConfigError(
            "A backup is being restored into this folder, or its restore was cut off.",
            hint="If nobody is at it, run it again: allin restore FILE --force\nIt first puts back what lay here before.",
        )


def load(folder: Path) -> Config:
    """Read the hub.toml of a folder.

    Raises ConfigError naming the key, the line and the nearest valid key.
    """
    refuse_cut_off(folder)
    text = _text(folder)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(error, text) from None
    blocks = Blocks(text)
    blocks.refuse_unknown(data, ("hub", "sources", "outputs", "notify"), ())
    block = blocks.table(data, "hub")
    blocks.refuse_unknown(block, HubSettings.model_fields, ("hub",))
    hub = blocks.validated(HubSettings, _with_database(blocks, block, folder), ("hub",))
    if hub.deliver_to is not None and PASSWORD.search(hub.deliver_to):
        hint = "Prefect shows it to everybody. Keep them on each machine, as fsspec's own settings tell; see docs/machines.md."
        raise blocks.error(
            ("hub", "deliver_to"), "{key}: user and password do not belong into the address.", hint
        )
    checked_schedule(blocks, ("hub", "nightly"), hub.nightly)
    checked_schedule(blocks, ("hub", "upkeep"), hub.upkeep)
    notify = _notify(blocks, blocks.table(data, "notify"))
    sources = {name: _source(blocks, name, block) for name, block in blocks.table(data, "sources").items()}
    outputs = {name: _output(blocks, name, block) for name, block in blocks.table(data, "outputs").items()}
    refuse_shared(outputs)
    for name, output in outputs.items():
        refuse_unsafe(folder, name, output.path, sources.values(), hub.backup_folder)
    return Config(
        folder=folder,
        hub=hub,
        sources=sources,
        outputs=outputs,
        notify=notify,
        digest=hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
    )


def _text(folder: Path) -> str:
    try:
        return (folder / CONFIG_NAME).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = "Make one with: allin init, or name the folder with --hub DIR."
        raise ConfigError(
            "There is no {file} in {folder}.", hint=hint, file=CONFIG_NAME, folder=_named(folder)
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            "The file is not UTF-8.", hint="Save it as UTF-8 in your editor.", at=(CONFIG_NAME, None)
        ) from None
    except OSError:
        hint = "Check that it is a file, and that you may read it."
        raise ConfigError(
            "The file cannot be read.", hint=hint, at=(str(folder / CONFIG_NAME), None)
        ) from None


def _named(folder: Path) -> str:
    """A folder as a person knows it: the one she works in by its whole name."""
    return str(folder if folder.parts else folder.resolve())


def secret(value: Any, blocks: Blocks, path: tuple[str, ...], folder: Path) -> SecretStr:
    """A secret written as `{ env = "NAME" }` or `{ file = "path" }`.

    Raises ConfigError for a literal secret, and for one that is not there.
    """
    if isinstance(value, dict) and set(value) == {"env"}:
        name = str(value["env"])
        found = os.environ.get(name)
        if found is None:
            raise SecretMissing(
                "{key}: the environment has no {name}.",
                hint="Set it: export {name}=…",
                at=blocks.place(path),
                key=".".join(path),
                name=name,
            )
        return SecretStr(found)
    if isinstance(value, dict) and set(value) == {"file"}:
        name = str(value["file"])
        try:
            return SecretStr((folder / name).read_text(encoding="utf-8").strip())
        except OSError:
            hint = "Check the path; it is relative to the hub's folder."
            raise SecretMissing(
                "{key}: the file {name} cannot be read.",
                hint=hint,
                at=blocks.place(path),
                key=".".join(path),
                name=name,
            ) from None
    hint = 'Write {key} = {{ env = "NAME" }} or {key} = {{ file = "path" }}.'
    raise blocks.error(path, "{key}: a secret may not stand in hub.toml itself.", hint)


def _with_database(blocks: Blocks, block: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The block `[hub]` with the database's address read from where it is kept."""
    address = block.get("database")
    if isinstance(address, dict) or (isinstance(address, str) and PASSWORD.search(address)):
        kept = secret(address, blocks, ("hub", "database"), folder)
        return {**block, "database": kept.get_secret_value()}
    return block


def addressed(config: Config, written: str | dict[str, str], blocks: Blocks) -> str:
    """The whole address of a database, as it may be written in this hub.toml.

    Raises ConfigError for a password in it, and for a secret that is not there.
    """
    block = _with_database(blocks, {"database": written}, config.folder)
    return _absolute(str(block["database"]), config.folder)


def _absolute(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
        return prefix + str(folder.resolve() / url.removeprefix(prefix))
    return url


def _notify(blocks: Blocks, block: Any) -> NotifySettings:
    """Addresses hold passwords: each is named, none is written down."""
    path = ("notify", "to")
    blocks.refuse_unknown(block, NotifySettings.model_fields, ("notify",))
    made = blocks.validated(NotifySettings, block, ("notify",))
    for given in made.to:
        if not isinstance(given, dict) or set(given) not in ({"env"}, {"file"}):
            hint = 'Write {key} = [{{ env = "NAME" }}] or {key} = [{{ file = "path" }}].'
            raise blocks.error(path, "{key}: a secret may not stand in hub.toml itself.", hint)
    return made


def _source(blocks: Blocks, name: str, block: Any) -> SourceSettings:
    block = blocks.named("sources", name, block, _NAME)
    own = {key: value for key, value in block.items() if key in RESERVED}
    options = {key: value for key, value in block.items() if key not in RESERVED}
    made = blocks.validated(SourceSettings, {**own, "name": name, "options": options}, ("sources", name))
    checked_schedule(blocks, ("sources", name, "schedule"), made.schedule)
    return made


def _output(blocks: Blocks, name: str, block: Any) -> OutputSettings:
    block = blocks.named("outputs", name, block, _NAME)
    own = {key: value for key, value in block.items() if key in OUTPUT_RESERVED}
    own.setdefault("path", name)
    refuse_unfit(blocks, name, own)
    options = {key: value for key, value in block.items() if key not in OUTPUT_RESERVED}
    made = blocks.validated(OutputSettings, {**own, "name": name, "options": options}, ("outputs", name))
    checked_schedule(blocks, ("outputs", name, "schedule"), made.schedule)
    return made


def plugin_config(
    model: type[P], options: Mapping[str, Any], where: str, folder: Path, reserved: Iterable[str] = RESERVED
) -> P:
    """A plugin's own settings, with its secrets read; `where` is the name of its block.

    Raises ConfigError naming the key, its line and the nearest valid one.
    """
    path = tuple(where.split("."))
    blocks = blocks_of(folder)
    blocks.refuse_unknown(options, [*model.model_fields, *reserved], path)
    values = dict(options)
    for key, value in values.items():
        if "SecretStr" in str(model.model_fields[key].annotation):
            values[key] = secret(value, blocks, (*path, key), folder)
    return blocks.validated(model, values, path)
