"""Reads hub.toml once into frozen settings, and says in words what is wrong with it."""

from __future__ import annotations

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
    ValidationError,
    field_validator,
)

from allin_hub.errors import ConfigError
from allin_schemas import Kind

CONFIG_NAME = "hub.toml"
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
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")


class Settings(BaseModel):
    """Base of all settings: closed, frozen, silent about values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


S = TypeVar("S", bound=Settings)
P = TypeVar("P", bound=BaseModel)


def _names(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError('must be a list, for example ["de", "en"]')
    return value


class HubSettings(Settings):
    """The block `[hub]`."""

    title: str = "ALL IN"
    database: str = "sqlite:///hub.db"
    languages: Annotated[tuple[str, ...], BeforeValidator(_names), Field(min_length=1)] = ("de", "en", "ar")
    zone: str = "Europe/Berlin"
    court: str = "RA000275"
    licence: str | None = None
    key: Any = None
    keep_raw_days: Annotated[int, Field(ge=1, le=3650)] = 30

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

    lost: int = 3
    lost_share: float = 0.10
    changed: int = 20
    changed_share: float = 0.30
    new: int = 20
    new_share: float = 0.30


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
    limits: GuardLimits = GuardLimits()
    schedule: str | None = None
    allow_hosts: tuple[str, ...] = ()
    options: dict[str, Any] = Field(default={}, repr=False)


class OutputSettings(Settings):
    """What the hub itself reads of a block `[outputs.<name>]`; the rest is the plugin's."""

    name: str
    plugin: str
    path: str
    enabled: bool = True
    languages: tuple[str, ...] | None = None
    schedule: str | None = None
    options: dict[str, Any] = Field(default={}, repr=False)


class Config(Settings):
    """All of hub.toml, and the folder that it stands in."""

    folder: Path
    hub: HubSettings
    sources: dict[str, SourceSettings]
    outputs: dict[str, OutputSettings]
    digest: str

    @property
    def database_url(self) -> str:
        """The database's address, with a relative SQLite path made absolute in the hub's folder."""
        prefix = "sqlite:///"
        url = self.hub.database
        if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
            return prefix + str(self.folder.resolve() / url.removeprefix(prefix))
        return url


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, or None when none is alike."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(
        word, list(known), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=60
    )
    return found[0] if found else None


def load(folder: Path) -> Config:
    """Read the hub.toml of a folder.

    Raises ConfigError naming the key, the line and the nearest valid key.
    """
    path = folder / CONFIG_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {CONFIG_NAME} in {folder}.",
            hint="Make one with: allin init, or name the folder with --hub DIR.",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{CONFIG_NAME} is not UTF-8.", hint="Save it as UTF-8 in your editor.") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{CONFIG_NAME} is not valid TOML: {error}.",
            hint='Texts stand in quotes: title = "ALL IN Kassel".',
        ) from None
    reader = _Reader(text)
    reader.refuse_unknown(data, ("hub", "sources", "outputs"), ())
    hub = reader.validated(HubSettings, reader.table(data, "hub"), ("hub",))
    sources = {name: reader.source(name, block) for name, block in reader.table(data, "sources").items()}
    outputs = {name: reader.output(name, block) for name, block in reader.table(data, "outputs").items()}
    _refuse_shared_paths(outputs)
    return Config(
        folder=folder,
        hub=hub,
        sources=sources,
        outputs=outputs,
        digest=hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
    )


def _refuse_shared_paths(outputs: Mapping[str, OutputSettings]) -> None:
    seen: dict[str, str] = {}
    for name, output in outputs.items():
        path = os.path.normpath(output.path)
        other = seen.setdefault(path, name)
        if other != name:
            raise ConfigError(
                f"[outputs.{other}] and [outputs.{name}] write to the same folder {output.path!r}.",
                hint="Give each output a path of its own.",
            )


def secret(value: Any, where: str, folder: Path) -> SecretStr:
    """A secret written as `{ env = "NAME" }` or `{ file = "path" }`.

    Raises ConfigError for a literal secret, and for one that is not there.
    """
    if isinstance(value, dict) and set(value) == {"env"}:
        found = os.environ.get(str(value["env"]))
        if found is None:
            raise ConfigError(
                f"{where}: the environment has no {value['env']}.", hint=f"Set it: export {value['env']}=…"
            )
        return SecretStr(found)
    if isinstance(value, dict) and set(value) == {"file"}:
        try:
            return SecretStr((folder / str(value["file"])).read_text(encoding="utf-8").strip())
        except OSError:
            raise ConfigError(
                f"{where}: the file {value['file']} cannot be read.",
                hint="Check the path; it is relative to the hub's folder.",
            ) from None
    raise ConfigError(
        f"{where}: a secret may not stand in {CONFIG_NAME} itself.",
        hint='Write { env = "NAME" } or { file = "path" }.',
    )


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def line(self, path: tuple[str, ...]) -> int | None:
        """The line on which a key stands, by a plain look at the text."""
        section, key = ".".join(path[:-1]), re.escape(path[-1])
        current = ""
        for number, line in enumerate(self.lines, 1):
            if header := re.match(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?", line):
                current = re.sub(r"[\"']", "", header.group(1))
                if current == ".".join(path):
                    return number
            elif current == section and re.match(rf"^\s*[\"']?{key}[\"']?\s*[=.]", line):
                return number
        return self.line(path[:-1]) if len(path) > 1 else None

    def error(self, path: tuple[str, ...], what: str, hint: str) -> ConfigError:
        number = self.line(path)
        at = f", line {number}" if number else ""
        return ConfigError(f"{CONFIG_NAME}{at}: {'.'.join(path)} {what}", hint=hint)

    def refuse_unknown(self, block: Mapping[str, Any], known: Iterable[str], path: tuple[str, ...]) -> None:
        known = sorted(known)
        for key in block:
            if key not in known:
                guess = nearest(key, known)
                hint = f"Did you mean {guess!r}?" if guess else f"Known here: {', '.join(known)}."
                raise self.error((*path, key), "is not known.", hint)

    def table(self, data: Mapping[str, Any], name: str) -> dict[str, Any]:
        block = data.get(name, {})
        if not isinstance(block, dict):
            raise self.error((name,), "must be a table.", f"Write [{name}] on a line of its own.")
        return block

    def validated(self, model: type[S], block: Mapping[str, Any], path: tuple[str, ...]) -> S:
        fields = [name for name in model.model_fields if name not in {"name", "options"} or path == ("hub",)]
        self.refuse_unknown({k: v for k, v in block.items() if k not in {"name", "options"}}, fields, path)
        try:
            return model.model_validate(block)
        except ValidationError as error:
            first = error.errors()[0]
            where = (*path, *(str(part) for part in first["loc"]))
            known = model.model_fields[str(first["loc"][0])] if first["loc"] else None
            if first["type"] == "extra_forbidden" and len(first["loc"]) > 1 and known is not None:
                inner = known.annotation
                names = sorted(getattr(inner, "model_fields", {}))
                guess = nearest(str(first["loc"][-1]), names)
                raise self.error(
                    where,
                    "is not known.",
                    f"Did you mean {guess!r}?" if guess else f"Known here: {', '.join(names)}.",
                ) from None
            message = first["msg"].removeprefix("Value error, ")
            raise self.error(
                where, f"is wrong: {message}.", "See hub.example.toml for every setting."
            ) from None

    def named(self, section: str, name: str, block: Any) -> dict[str, Any]:
        if not isinstance(block, dict):
            raise self.error(
                (section, name), "must be a table.", f"Write [{section}.{name}] on a line of its own."
            )
        if not _NAME.match(name):
            raise self.error(
                (section, name), "is not a usable name.", "Use a-z, 0-9, - and _, at most 60 characters."
            )
        if not isinstance(block.get("plugin"), str):
            raise self.error(
                (section, name),
                "does not name its plugin.",
                'Add, for example, plugin = "spreadsheet". See: allin plugins',
            )
        return block

    def source(self, name: str, block: Any) -> SourceSettings:
        block = self.named("sources", name, block)
        own = {key: value for key, value in block.items() if key in RESERVED}
        options = {key: value for key, value in block.items() if key not in RESERVED}
        return self.validated(SourceSettings, {**own, "name": name, "options": options}, ("sources", name))

    def output(self, name: str, block: Any) -> OutputSettings:
        block = self.named("outputs", name, block)
        own_keys = {"plugin", "path", "enabled", "languages", "schedule"}
        own = {key: value for key, value in block.items() if key in own_keys}
        own.setdefault("path", name)
        options = {key: value for key, value in block.items() if key not in own_keys}
        return self.validated(OutputSettings, {**own, "name": name, "options": options}, ("outputs", name))


def plugin_config(model: type[P], options: Mapping[str, Any], where: str, folder: Path) -> P:
    """A plugin's own settings, with its secrets read.

    Raises ConfigError naming the key and the nearest valid one.
    """
    values = dict(options)
    for key, value in values.items():
        field = model.model_fields.get(key)
        if field is None:
            guess = nearest(key, [*model.model_fields, *RESERVED])
            raise ConfigError(
                f"{where}.{key} is not known.",
                hint=f"Did you mean {guess!r}?"
                if guess
                else f"Known here: {', '.join(sorted(model.model_fields))}.",
            )
        if "SecretStr" in str(field.annotation):
            values[key] = secret(value, f"{where}.{key}", folder)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(
            f"{where}.{name} is wrong: {message}." if name else f"{where} is wrong: {message}.",
            hint="See hub.example.toml for every setting.",
        ) from None
