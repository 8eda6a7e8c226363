"""Changes a block of hub.toml by its lines: comments, order and spacing of all else stay.

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
from allin_hub.config.toml_blocks import CONFIG_NAME, Blocks

_HEADER = re.compile(r"^\s*\[\[?[^\[\]]+\]\]?\s*(#.*)?$")
_BEGIN, _END = "# [sources.{name}] >>>", "# [sources.{name}] <<<"
"""Of no language: the remark behind the first is in the reader's."""
Data = dict[str, Any]


def read(folder: Path) -> str:
    """The text of hub.toml as it stands, line ends and all."""
    return (folder / CONFIG_NAME).read_bytes().decode("utf-8-sig")


def names(text: str) -> set[str]:
    """The sources that a text names."""
    return set(tomllib.loads(text).get("sources", {}))


def renamed(text: str, old: str, new: str) -> str | None:
    """Give a source's block another name; None where its lines do not show how."""
    own = _own(old)
    lines = [_with_name(line, own, new) for line in text.splitlines(keepends=True)]

    def meant(data: Data) -> None:
        data["sources"] = {new if name == old else name: block for name, block in data["sources"].items()}

    return _if_meant(text, "".join(lines), meant)


def switched(text: str, name: str, enabled: bool) -> str | None:
    """Write `enabled` into a source's block; None where its lines do not show how."""
    lines = text.splitlines(keepends=True)
    span = _span(lines, name)
    if span is None:
        return None
    start, end = span
    value = "true" if enabled else "false"
    for number in range(start + 1, end):
        if _HEADER.match(lines[number]):
            break
        if re.match(r"^\s*enabled\s*=", lines[number]):
            lines[number] = re.sub(r"(=\s*)(true|false)", rf"\g<1>{value}", lines[number], count=1)
            break
    else:
        number = -1
    if number == -1 or not re.match(r"^\s*enabled\s*=", lines[number]):
        lines.insert(start + 1, f"enabled = {value}{_ending(lines[start])}")

    def meant(data: Data) -> None:
        data["sources"][name]["enabled"] = enabled

    return _if_meant(text, "".join(lines), meant)


def taken_out(text: str, name: str, remark: str) -> str | None:
    """Turn a source's block into remarks, between two lines that are found again; None where lines do not show how."""
    lines = text.splitlines(keepends=True)
    span = _span(lines, name)
    if span is None:
        return None
    start, end = span
    ending = _ending(lines[start])
    block = [f"# {line}" if line.strip() else f"#{line}" for line in lines[start:end]]
    if not block[-1].endswith(("\n", "\r")):
        block[-1] += ending
    marks = _BEGIN.format(name=name), _END.format(name=name)
    changed = [*lines[:start], f"{marks[0]} {remark}{ending}", *block, marks[1] + ending, *lines[end:]]

    def meant(data: Data) -> None:
        del data["sources"][name]

    return _if_meant(text, "".join(changed), meant)


def brought_back(text: str, name: str) -> str | None:
    """Make a block of the remarks between the two lines again; None where they are not there as they were."""
    lines = text.splitlines(keepends=True)
    starts = [n for n, line in enumerate(lines) if line.startswith(_BEGIN.format(name=name))]
    ends = [n for n, line in enumerate(lines) if line.startswith(_END.format(name=name))]
    if not starts or not ends or ends[-1] < starts[-1]:
        return None
    start, end = starts[-1], ends[-1]
    block = [re.sub(r"^# ?", "", line, count=1) for line in lines[start + 1 : end]]
    changed = "".join([*lines[:start], *block, *lines[end + 1 :]])
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


def by_hand(folder: Path, name: str, hint: str, **params: Any) -> ConfigError:
    """Make the error for a block that is written in a way that cannot be changed by its lines."""
    return ConfigError(
        "[sources.{name}] is written in a way that the hub does not change by itself.",
        hint=hint,
        at=Blocks(read(folder)).place(("sources", name)),
        name=name,
        **params,
    )


def _own(name: str) -> re.Pattern[str]:
    """A header of a source's block, or of a block within it."""
    quoted = re.escape(name)
    return re.compile(
        rf"""^(?P<before>\s*\[\s*["']?sources["']?\s*\.\s*)(?P<quote>["']?){quoted}(?P=quote)(?P<rest>\s*[.\]].*)$""",
        re.DOTALL,
    )


def _with_name(line: str, own: re.Pattern[str], new: str) -> str:
    found = own.match(line)
    return f"{found['before']}{found['quote']}{new}{found['quote']}{found['rest']}" if found else line


def _span(lines: list[str], name: str) -> tuple[int, int] | None:
    """Where a source's block begins and ends; remarks and blank lines before the next block belong to that."""
    own = _own(name)
    starts = [number for number, line in enumerate(lines) if own.match(line)]
    if not starts:
        return None
    start = end = starts[0]
    for number in range(start, len(lines)):
        if _HEADER.match(lines[number]) and not own.match(lines[number]):
            break
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            end = number + 1
    return (start, end) if all(start <= number < end for number in starts) else None


def _ending(line: str) -> str:
    return "\r\n" if line.endswith("\r\n") else "\n"


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
