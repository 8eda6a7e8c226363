"""Changes hub.toml: values by tomlkit, whole blocks by their lines; comments, order and spacing of all else stay.

Every change is read again before it is written, and refused when it would say anything else than was meant.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point, around
from allin_hub.base.fsync import sync_folder
from allin_hub.config.toml_blocks import CONFIG_NAME, Blocks, header

_BEGIN, _END = "# [sources.{name}] >>>", "# [sources.{name}] <<<"
"""Of no language: the remark behind the first is in the reader's."""
Data = dict[str, Any]


def read(folder: Path) -> str:
    """The text of hub.toml as it stands, line ends and all."""
    return (folder / CONFIG_NAME).read_bytes().decode("utf-8-sig")


def names(text: str) -> set[str]:
    """The sources that a text names."""
    return set(tomllib.loads(text).get("sources", {}))


def quoted(text: str) -> str:
    """Write a text as TOML does."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found.group()):04x}", escaped) + '"'


def with_value(text: str, block: tuple[str, ...], key: str, written: str) -> str:
    """Set a key of a block to a value, written as in TOML.

    A new key goes right below the header, because tomlkit adds it below the remarks that belong to the next block.
    Raises ConfigError where the block cannot be changed without changing anything else.
    """
    lines, line = text.split("\n"), f"{key} = {written}"
    data: Any = tomllib.loads(text)
    for name in block:
        data = data.get(name, {})
    start = next((number for number, one in enumerate(lines) if header(one) == block), None)
    if key in data or (data and start is None):
        changed = _with_tomlkit(text, (*block, key), written)
    else:
        ending = "\r" if lines[start or 0].endswith("\r") else ""
        added = [line] if start is not None else [f"[{'.'.join(block)}]", line, ""]
        at = 0 if start is None else start + 1
        changed = "\n".join([*lines[:at], *(one + ending for one in added), *lines[at:]])

    def meant(data: Data) -> None:
        for name in block:
            data = data.setdefault(name, {})
        data[key] = tomllib.loads(line)[key]

    if _if_meant(text, changed, meant) is None:
        hint = "Write this line into the block yourself: {line}"
        raise by_hand(text, block, hint, line=line)
    return changed


def _with_tomlkit(text: str, path: tuple[str, ...], written: str) -> str:
    """Set a value by tomlkit. Returns the text as it was where tomlkit would change more than the value."""
    import tomlkit  # here, because only commands that change a value need it

    document = table = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        return text
    for name in path[:-1]:
        table = table[name]
    table[path[-1]] = tomlkit.value(written)
    return tomlkit.dumps(document)


def renamed(text: str, old: str, new: str) -> str | None:
    """Give a source's block another name; None where its lines do not show how."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if header(line)[:2] == ("sources", old):
            start, dot, rest = line.partition(".")
            lines[number] = start + dot + rest.replace(old, new, 1)

    def meant(data: Data) -> None:
        data["sources"] = {new if name == old else name: block for name, block in data["sources"].items()}

    return _if_meant(text, "\n".join(lines), meant)


def taken_out(text: str, name: str, remark: str) -> str | None:
    """Turn a source's block into remarks, between two lines that are found again; None where lines do not show how."""
    lines = text.split("\n")
    span = _span(lines, name)
    if span is None:
        return None
    start, end = span
    ends = ["\r" if lines[number].endswith("\r") else "" for number in (start, end - 1)]
    block = [f"# {line}" if line.strip("\r") else f"#{line}" for line in lines[start:end]]
    marks = f"{_BEGIN.format(name=name)} {remark}{ends[0]}", _END.format(name=name) + ends[1]
    changed = [*lines[:start], marks[0], *block, marks[1], *lines[end:]]

    def meant(data: Data) -> None:
        del data["sources"][name]

    return _if_meant(text, "\n".join(changed), meant)


def brought_back(text: str, name: str) -> str | None:
    """Make a block of the remarks between the two lines again; None where they are not there as they were."""
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if line.startswith(_BEGIN.format(name=name))]
    ends = [n for n, line in enumerate(lines) if line.startswith(_END.format(name=name))]
    if not starts or not ends or ends[-1] < starts[-1]:
        return None
    start, end = starts[-1], ends[-1]
    block = [re.sub(r"^# ?", "", line, count=1) for line in lines[start + 1 : end]]
    changed = "\n".join([*lines[:start], *block, *lines[end + 1 :]])
    try:
        back = tomllib.loads(changed).get("sources", {}).get(name)
    except tomllib.TOMLDecodeError:
        return None

    def meant(data: Data) -> None:
        data.setdefault("sources", {})[name] = back

    return _if_meant(text, changed, meant) if back is not None else None


def write(folder: Path, text: str) -> None:
    """Put a changed hub.toml in place in one step, with the permissions of the old one.

    Raises StoreError where the folder or the disk does not allow it.
    """
    path = (folder / CONFIG_NAME).resolve()
    fresh = path.with_name(f".{CONFIG_NAME}.new")
    mark = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    try:
        with fresh.open("wb") as file:
            file.write(mark + text.encode())
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, fresh)
        with around(Point.SETTINGS_PLACED):
            fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with around(Point.SETTINGS_PLACED):
            fresh.unlink(missing_ok=True)
        raise StoreError(
            "hub.toml could not be written ({fault}).",
            hint="Free some space or mend the permissions, then run the command again. Nothing was half-written.",
            fault=error.strerror or type(error).__name__,
        ) from None


def by_hand(text: str, block: tuple[str, ...], hint: str, **params: Any) -> ConfigError:
    """Make the error for a block of hub.toml that a person has to change."""
    return ConfigError(
        "[{block}] is written in a way that the hub does not change by itself.",
        hint=hint,
        at=Blocks(text).place(block),
        block=".".join(block),
        **params,
    )


def _span(lines: list[str], name: str) -> tuple[int, int] | None:
    """Find where a source's block begins and ends; remarks and blank lines before the next block belong to that."""
    paths = [header(line) for line in lines]
    own = [number for number, path in enumerate(paths) if path[:2] == ("sources", name)]
    if not own:
        return None
    start = own[0]
    end = next((n for n in range(start, len(lines)) if paths[n] and n not in own), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return (start, end) if own[-1] < end else None


def _if_meant(before: str, after: str, change: Callable[[Data], None]) -> str | None:
    """The changed text when it says exactly what was meant."""
    wanted = tomllib.loads(before)
    try:
        change(wanted)
        found = tomllib.loads(after)
    except (tomllib.TOMLDecodeError, KeyError):
        return None
    wanted.setdefault("sources", {})
    found.setdefault("sources", {})
    return after if found == wanted else None
