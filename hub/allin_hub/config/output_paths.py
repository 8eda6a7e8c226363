"""Where an output may be published to: a folder that holds nothing of the hub's own, or the address of a storage."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allin_hub.base.errors import ConfigError
from allin_hub.config.toml_blocks import CONFIG_NAME, Blocks

if TYPE_CHECKING:
    from allin_hub.config.settings import OutputSettings, SourceSettings

ACCESS = ("user", "password", "key_file", "host_key", "endpoint", "region")
STORAGES = ("sftp", "webdav", "webdav+http", "s3", "memory")


def refuse_shared(outputs: Mapping[str, OutputSettings]) -> None:
    """Raise ConfigError when two outputs have one place: each would take the other's files away."""
    seen: dict[str, str] = {}
    for name, output in outputs.items():
        path = os.path.normpath(output.path)
        other = seen.setdefault(path, name)
        if other != name:
            raise ConfigError(
                "[outputs.{other}] and [outputs.{name}] write to the same folder '{path}'.",
                hint="Give each output a path of its own.",
                other=other,
                name=name,
                path=output.path,
            )


def refuse_unsafe(
    folder: Path, name: str, path: str, sources: Iterable[SourceSettings], backups: str
) -> None:
    """An output's folder is made public as a whole: it may hold neither the hub's own files nor partners'."""
    if "://" in path:
        return
    place = Path(os.path.normpath(folder.resolve() / path))
    hub = folder.resolve()
    if ".." in Path(path).parts:
        raise ConfigError(
            "[outputs.{name}] path leads out of the hub's folder with '..'.",
            hint='Name a folder inside, or the whole path from the root: path = "/var/www/verzeichnis"',
            name=name,
        )
    own = {hub / CONFIG_NAME: CONFIG_NAME, Path(os.path.normpath(hub / backups)): backups}
    for source in sources:
        given = source.options.get("path")
        if isinstance(given, str):
            own[Path(os.path.normpath(hub / given.partition("*")[0]))] = given
    for file, shown in own.items():
        if file.is_relative_to(place):
            raise ConfigError(
                "[outputs.{name}] would be published together with '{file}', which is not for the public.",
                hint='Give the output a folder of its own, for example: path = "public"',
                name=name,
                file=shown,
            )


def refuse_unfit(blocks: Blocks, name: str, own: Mapping[str, Any]) -> None:
    """An address must be of a storage that there is, without a password; a password stands elsewhere."""
    path, access = own["path"], own.get("access", {})
    place = ("outputs", name, "path")
    if isinstance(path, str) and "://" in path:
        scheme, _, rest = path.partition("://")
        if scheme not in STORAGES:
            hint = "Write a folder, or an address that begins with sftp://, webdav:// or s3://."
            raise blocks.error(place, "{key}: the hub cannot publish to {scheme}://.", hint, scheme=scheme)
        if "@" in rest.partition("/")[0]:
            hint = 'Write it apart: access = {{ user = "…", password = {{ env = "…" }} }}'
            raise blocks.error(place, "{key}: user and password do not belong into the address.", hint)
        if ".." in rest.split("/"):
            raise blocks.error(place, "{key} may not contain '..'.", "Name the folder by its whole path.")
    if isinstance(access, dict):
        blocks.refuse_unknown(access, ACCESS, ("outputs", name, "access"))
        given = access.get("password")
        if given is not None and not (isinstance(given, dict) and set(given) in ({"env"}, {"file"})):
            hint = 'Write {key} = {{ env = "NAME" }} or {key} = {{ file = "path" }}.'
            raise blocks.error(
                ("outputs", name, "access", "password"),
                "{key}: a secret may not stand in hub.toml itself.",
                hint,
            )
