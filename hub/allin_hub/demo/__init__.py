"""The demo: a complete hub folder on invented data, with three files that people could have sent.

Everything here is invented: names, addresses of mail and web, telephone and register numbers.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from allin_hub.base.errors import ConfigError

FILES = ("hub.toml", "data/anmeldung.csv", "data/vereinsliste.xlsx", "data/termine.ics")
WRITTEN = dt.date(2026, 10, 5)
"""The Monday of the week in which the files were written."""

_EVENT = re.compile(r"^BEGIN:VEVENT.*?^END:VEVENT", re.MULTILINE | re.DOTALL)
_MOMENT = re.compile(
    r"^(?:DTSTART|DTEND|DTSTAMP|LAST-MODIFIED|EXDATE|RECURRENCE-ID|RRULE)\b.*$", re.MULTILINE
)
_BASIC_DATE = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
_SENT = re.compile(r"^([0-9]+;)([0-9]{2}\.[0-9]{2}\.[0-9]{4})", re.MULTILINE)


def copy(folder: Path, today: dt.date) -> list[Path]:
    """Copy the demo into a folder, its dates moved by whole weeks to lie around today.

    Gives back what was written. What the folder already holds of it stays as it is.

    Raises ConfigError when the folder holds something else.
    """
    _refuse_others(folder)
    weeks = (today - WRITTEN) // dt.timedelta(weeks=1)
    written = []
    for name in FILES:
        target = folder / name
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(moved(name, (Path(__file__).parent / name).read_bytes(), weeks))
        written.append(target)
    return written


def moved(name: str, content: bytes, weeks: int) -> bytes:
    """Move the dates in a file of the demo; weekdays stay."""
    if name.endswith(".ics"):
        return _EVENT.sub(lambda event: _moved_event(event[0], weeks), content.decode()).encode()
    if name.endswith(".csv"):
        return _SENT.sub(lambda row: row[1] + _moved(row[2], "%d.%m.%Y", weeks), content.decode()).encode()
    return content


def _moved_event(event: str, weeks: int) -> str:
    return _MOMENT.sub(
        lambda line: _BASIC_DATE.sub(lambda day: _moved(day[0], "%Y%m%d", weeks), line[0]), event
    )


def _moved(day: str, form: str, weeks: int) -> str:
    read = dt.datetime.strptime(day, form).replace(tzinfo=dt.UTC)
    return (read + dt.timedelta(weeks=weeks)).strftime(form)


def _refuse_others(folder: Path) -> None:
    ours = (Path(__file__).parent / FILES[0]).read_text(encoding="utf-8").partition("\n")[0]
    settings = folder / FILES[0]
    if settings.is_file():
        if settings.read_text(encoding="utf-8", errors="replace").partition("\n")[0] == ours:
            return
        raise ConfigError(
            "{folder} holds a hub of its own.",
            hint="Name another folder for the demo: allin demo NEW-FOLDER",
            folder=folder,
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigError(
            "{folder} is not empty.",
            hint="Name another folder for the demo: allin demo NEW-FOLDER",
            folder=folder,
        )
