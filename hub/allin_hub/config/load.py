"""Reads hub.toml once into frozen settings, and says in words what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from allin_hub.base.errors import ConfigError
from allin_hub.base.types import OFFICE
from allin_hub.config.output_paths import refuse_shared, refuse_unfit, refuse_unsafe
from allin_hub.config.schedules import checked as checked_schedule
from allin_hub.config.secrets import PASSWORD, secret, with_database
from allin_hub.config.settings import (
    NAME,
    OUTPUT_RESERVED,
    RESERVED,
    Config,
    HubSettings,
    NotifySettings,
    OutputSettings,
    SourceSettings,
)
from allin_hub.config.toml_blocks import CONFIG_NAME, CUT_OFF, Blocks, syntax_error

P = TypeVar("P", bound=BaseModel)


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
    hub = blocks.validated(HubSettings, with_database(blocks, block, folder), ("hub",))
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
        text=text,
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
    block = blocks.named("sources", name, block, NAME)
    if name == OFFICE:
        raise blocks.error(
            ("sources", name),
            "The source '{name}' has the name under which the hub keeps the office's own edits.",
            "Give the block another name; if it has been read before, then: allin source rename {name} NEW",
            name=name,
        )
    own = {key: value for key, value in block.items() if key in RESERVED}
    options = {key: value for key, value in block.items() if key not in RESERVED}
    made = blocks.validated(SourceSettings, {**own, "name": name, "options": options}, ("sources", name))
    checked_schedule(blocks, ("sources", name, "schedule"), made.schedule)
    return made


def _output(blocks: Blocks, name: str, block: Any) -> OutputSettings:
    block = blocks.named("outputs", name, block, NAME)
    own = {key: value for key, value in block.items() if key in OUTPUT_RESERVED}
    own.setdefault("path", name)
    refuse_unfit(blocks, name, own)
    options = {key: value for key, value in block.items() if key not in OUTPUT_RESERVED}
    made = blocks.validated(OutputSettings, {**own, "name": name, "options": options}, ("outputs", name))
    checked_schedule(blocks, ("outputs", name, "schedule"), made.schedule)
    return made


def plugin_config(
    config: Config, model: type[P], options: Mapping[str, Any], where: str, reserved: Iterable[str] = RESERVED
) -> P:
    """Make a plugin's own settings, with its secrets read; `where` is the name of its block.

    Raises ConfigError naming the key, its line and the nearest valid one.
    """
    path = tuple(where.split("."))
    blocks = config.blocks
    blocks.refuse_unknown(options, [*model.model_fields, *reserved], path)
    values = dict(options)
    for key, value in values.items():
        if "SecretStr" in str(model.model_fields[key].annotation):
            values[key] = secret(value, blocks, (*path, key), config.folder)
    return blocks.validated(model, values, path)
