"""Reads secrets from where hub.toml says they are kept: the environment or a file, never hub.toml itself."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from allin_hub.base.errors import SecretMissing
from allin_hub.config.settings import Config, absolute_address
from allin_hub.config.toml_blocks import Blocks

PASSWORD = re.compile(r"^[\w+.-]+://[^:@/?]*:[^@]+@|[?&]password=")
"""Addresses with a password in them."""


def secret(value: Any, blocks: Blocks, path: tuple[str, ...], folder: Path) -> SecretStr:
    """Read a secret written as `{ env = "NAME" }` or `{ file = "path" }`.

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


def with_database(blocks: Blocks, block: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Fill the database's address into the block `[hub]`, where it is kept as a secret."""
    address = block.get("database")
    if isinstance(address, dict) or (isinstance(address, str) and PASSWORD.search(address)):
        kept = secret(address, blocks, ("hub", "database"), folder)
        return {**block, "database": kept.get_secret_value()}
    return block


def database_address(config: Config, written: str | dict[str, str]) -> str:
    """Find the whole address of a database, as it may be written in this hub.toml.

    Raises ConfigError for a password in it, and for a secret that is not there.
    """
    block = with_database(config.blocks, {"database": written}, config.folder)
    return absolute_address(str(block["database"]), config.folder)
