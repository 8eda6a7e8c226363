"""The door for files: decides by content what a file is, and reads it within limits.

Everything untrusted that is a file comes through here. XLSX, ODS and XLS are read in a confined child; CSV is
read in this process, by a reader whose time and memory are bounded by its input.
"""

from __future__ import annotations

import dataclasses
import io
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from allin_hub import sniffing
from allin_hub.readers import sandbox as confined
from allin_hub.readers.csv_reader import open_delimited
from allin_hub.readers.sheets import Cell, Limits, Row, Sheet, Workbook
from allin_hub.refusals import refused

if TYPE_CHECKING:
    from allin_hub.readers.ical_reader import Component as Component
    from allin_hub.readers.ical_reader import open_calendar as open_calendar

__all__ = ["Cell", "Component", "Limits", "Row", "Sheet", "open_calendar", "open_table"]

_START = 1024
_STANDARD = Limits()


def open_table(
    data: Path | bytes,
    name: str,  # noqa: ARG001 - names are not believed
    *,
    limits: Limits = _STANDARD,
) -> Iterator[Sheet]:
    """Yield the visible sheets of a CSV, XLSX, ODS or XLS file; what is none of them is refused by name.

    A sheet's rows are streamed while the next sheet is not yet asked for; then they are kept in memory.
    """
    with _stream(data) as stream:
        start = stream.read(_START)
        size = stream.seek(0, io.SEEK_END)
    if sniffing.is_blank(start):
        raise refused("FILE_EMPTY")
    if start.startswith((*sniffing.ZIP, sniffing.OLE)):
        if size > limits.archive:
            raise refused("FILE_TOO_BIG")
        yield from _confined(data, limits)
        return
    found = sniffing.foreign(start)
    if found:
        raise refused("FILE_NOT_A_TABLE", found=found)
    if size > limits.text:
        raise refused("FILE_TOO_BIG")
    yield from open_delimited(partial(_stream, data), limits)


def __getattr__(name: str) -> Any:
    if name in ("Component", "open_calendar"):
        from allin_hub.readers import ical_reader as calendars

        return getattr(calendars, name)
    raise AttributeError(f"allin_hub.readers.open has no {name!r}")


def _confined(data: Path | bytes, limits: Limits) -> Iterator[Sheet]:
    messages = confined.run(
        "table", data, params=dataclasses.asdict(limits), seconds=limits.seconds, memory=limits.memory
    )
    yield from Workbook(messages).sheets()


def _stream(data: Path | bytes) -> BinaryIO:
    if isinstance(data, bytes):
        return io.BytesIO(data)
    try:
        if not stat.S_ISREG(data.stat().st_mode):
            raise refused("FILE_UNREADABLE")
        return data.open("rb")
    except OSError:
        raise refused("FILE_UNREADABLE") from None
