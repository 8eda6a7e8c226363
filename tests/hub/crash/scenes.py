"""What a hub may be doing when it is killed: small offices of invented associations, before and after a night of changes."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.databases import with_database
from tests.hub.crash.running import NOW, Order, done

LATER = NOW + dt.timedelta(days=1)
KEY = "8AeRHpNPvrjhEHs5gRvkIY1Al0FO2u50wIv9Xz6r3Yg=\n"
"""The key of hubs that are compared: what hangs on it is equal then."""
HUB = """
[hub]
title = "Test"
languages = ["de"]

[sources.vereine]
plugin = "spreadsheet"
path = "data/vereine.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }

[sources.partner]
plugin = "spreadsheet"
path = "data/partner.csv"
kind = "organisation"

[sources.termine]
plugin = "spreadsheet"
path = "data/termine.csv"
kind = "event"
key = "Nr."

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Forum, Kassel"
page_size = 10

[outputs.statistik]
plugin = "statistics"
path = "{path}"
imprint = "Forum, Kassel"
"""
GONE = """
[outputs.kurz]
plugin = "newsletter"
path = "briefe"
sender = "rundbrief@forum.example"
imprint = "Forum, Kassel"
site_url = "https://forum.example"
"""
HIDDEN = "kulturverein-nummer-1-"
"""The entry that the office hides."""
HEADER = [
    "Nr.",
    "Name",
    "E-Mail",
    "Telefon",
    "PLZ",
    "Ort",
    "Straße",
    "Sprachen",
    "Ansprechpartner",
    "Darf ins Verzeichnis?",
]
EVENTS = ["Nr.", "Titel", "Beginn", "Ende", "Veranstalter", "Ort"]


def association(n: int, **changed: Any) -> list[Any]:
    """A row of an invented association."""
    known = {
        "Nr.": n,
        "Name": f"Kulturverein Nummer {n} e. V.",
        "E-Mail": f"info@verein-{n}.example",
        "Telefon": f"0561 9{n:05}",
        "PLZ": "34127" if n % 3 else "34117",
        "Ort": "Kassel",
        "Straße": f"Holländische Straße {n}",
        "Sprachen": "Türkisch, Arabisch" if n % 2 else "Dari",
        "Ansprechpartner": f"Erika Muster{'abcdefghijklmnopqrstuvwxyz'[n % 26]}",
        "Darf ins Verzeichnis?": "ja" if n % 4 else "nein",
    }
    return [{**known, **changed}[name] for name in HEADER]


def happening(n: int, **changed: Any) -> list[Any]:
    """A row of an invented event."""
    known = {
        "Nr.": n,
        "Titel": f"Sommerfest {n}",
        "Beginn": f"{10 + n % 18}.11.2026 15:00",
        "Ende": f"{10 + n % 18}.11.2026 18:00",
        "Veranstalter": f"Kulturverein Nummer {n} e. V.",
        "Ort": "Kassel",
    }
    return [{**known, **changed}[name] for name in EVENTS]


def write(folder: Path, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A CSV as a German spreadsheet program writes it."""
    (folder / "data").mkdir(exist_ok=True)
    with (folder / "data" / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])


def settings(folder: Path, database: str, *, later: bool = False) -> None:
    """The hub.toml of the evening, or of the next morning: one output is gone, another lies elsewhere."""
    text = HUB.replace("{path}", "zahlen/neu" if later else "statistik") + ("" if later else GONE)
    (folder / "hub.toml").write_text(with_database(text, database), encoding="utf-8")


def evening(folder: Path) -> None:
    """What the partners have sent."""
    write(folder, "vereine.csv", HEADER, [association(n) for n in range(1, 10)])
    partner = [association(n, Telefon=f"0561 8{n:05}") for n in range(7, 12)]
    write(folder, "partner.csv", HEADER[1:], [row[1:] for row in partner])
    write(folder, "termine.csv", EVENTS, [happening(n) for n in range(1, 5)])


def night(folder: Path) -> None:
    """Renamed, changed, under another number, taken away, added; in every file."""
    rows = [association(n) for n in range(1, 10)]
    rows[2] = association(3, Name="Neuer Name der Drei e. V.")
    rows[6] = association(7, Telefon="0561 777777")
    rows[4][0] = 55
    rows[7:8] = []
    rows.append(association(20))
    write(folder, "vereine.csv", HEADER, rows)
    partner = [association(n, Telefon=f"0561 8{n:05}") for n in (7, 8, 9, 10, 21)]
    write(folder, "partner.csv", HEADER[1:], [row[1:] for row in partner])
    events = [
        happening(1),
        happening(2, Titel="Winterfest"),
        happening(3, Beginn="20.12.2026 15:00", Ende="20.12.2026 16:00"),
    ]
    write(folder, "termine.csv", EVENTS, [*events, happening(6)])


@dataclass(frozen=True)
class Scene:
    """A hub at work: how it came to be, and what it does when it is killed."""

    name: str
    steps: tuple[str, ...]
    prepared: Callable[[Path, str], None]
    changes: Callable[[Path, str], None]
    sources: tuple[str, ...] = ()
    tick: float = 0
    has_site: bool = False
    key: bool = True
    """Whether the hub begins and ends with the same keys, so that all that hangs on them can be compared."""

    def order(self, folder: Path) -> Order:
        """What the process is told to do."""
        return Order(folder, self.steps, now=LATER, tick=self.tick, sources=self.sources)


def empty(folder: Path, database: str) -> None:
    """A hub before its first run."""
    settings(folder, database)
    evening(folder)


def _ran(folder: Path, database: str) -> None:
    empty(folder, database)
    said = done(Order(folder))
    assert {status for step in said.values() for status, *_ in step.values()} == {"done"}, said


def _morning(folder: Path, database: str) -> None:
    settings(folder, database, later=True)
    night(folder)


def _same(folder: Path, database: str) -> None:
    """Nothing changes."""


def _shrunk(folder: Path, database: str) -> None:
    write(folder, "vereine.csv", HEADER, [association(n) for n in range(1, 3)])


def _held(folder: Path, database: str) -> None:
    _ran(folder, database)
    _shrunk(folder, database)
    done(Order(folder, ("sync",), sources=("vereine",)))


def _wrong(folder: Path, database: str) -> None:
    """A wrong sheet was accepted, and published."""
    _ran(folder, database)
    write(folder, "vereine.csv", HEADER, [association(n, Name=f"Falscher Name {n}") for n in range(3, 12)])
    done(Order(folder, ("sync", "accept", "publish"), sources=("vereine",)))


def _edited(folder: Path, database: str) -> None:
    _ran(folder, database)
    done(Order(folder, ("edit",), sources=(HIDDEN,)))


def _broken(folder: Path, database: str) -> None:
    (folder / "data" / "vereine.csv").unlink()
    shutil.rmtree(folder / "statistik")
    (folder / "statistik").write_text("in the way")


def _decided(folder: Path, database: str) -> None:
    """A publish that was killed right after it had decided what to put in place."""
    from tests.hub.crash.running import run

    _ran(folder, database)
    _morning(folder, database)
    done(Order(folder, ("sync",), now=LATER))
    assert run(Order(folder, ("publish",), now=LATER).at("journal-written", 2)) == -9


def _away(folder: Path, database: str) -> None:
    """A source stays away, and the office wants to know at once."""
    _ran(folder, database)
    (folder / "data" / "vereine.csv").unlink()
    text = (folder / "hub.toml").read_text(encoding="utf-8")
    told = '\n[notify]\nto = [{ env = "HOME" }]\nafter = 1\n'
    (folder / "hub.toml").write_text(text + told, encoding="utf-8")
    done(Order(folder, ("sync",), sources=("vereine",)))


def _removed(folder: Path, database: str) -> None:
    _ran(folder, database)
    done(Order(folder, ("remove",), sources=("partner",)))


def _announced(folder: Path, database: str) -> None:
    """An event names somebody, and is published until the office says no."""
    empty(folder, database)
    write(folder, "termine.csv", EVENTS, [happening(1, Titel="Lesung mit Fatma Aydemir")])
    done(Order(folder))


def _hidden(folder: Path, database: str) -> None:
    """An entry is hidden, and an output is offline."""
    _ran(folder, database)
    done(Order(folder, ("hide", "offline"), sources=(HIDDEN, "statistik")))


def _learned(folder: Path, database: str) -> None:
    _ran(folder, database)
    (folder / "maps").mkdir(exist_ok=True)
    (folder / "maps" / "partner.toml").touch()


SCENES = {
    scene.name: scene
    for scene in (
        Scene("keyless", ("sync",), empty, _same, sources=("termine",), key=False),
        Scene("first", ("sync", "publish"), empty, _same, has_site=True),
        Scene("changed", ("sync", "publish"), _ran, _morning, has_site=True),
        Scene("same", ("sync", "publish"), _ran, _same),
        Scene("shrunk", ("sync",), _ran, _shrunk, sources=("vereine",)),
        Scene("accepted", ("accept", "publish"), _held, _same, sources=("vereine",), has_site=True),
        Scene("undone", ("undo", "publish"), _wrong, _same, sources=("vereine",), has_site=True),
        Scene("edited", ("edit", "publish"), _ran, _same, sources=(HIDDEN,)),
        Scene("unedited", ("unedit", "publish"), _edited, _same, sources=(HIDDEN,)),
        Scene("replayed", ("replay", "publish"), _ran, _same),
        Scene("failing", ("sync", "publish"), _ran, _broken),
        Scene("taken", ("publish",), _decided, _same, has_site=True),
        Scene("renamed", ("rename",), _learned, _same, sources=("partner", "forum")),
        Scene("removed", ("remove",), _ran, _same, sources=("partner",)),
        Scene("back", ("restore",), _removed, _same, sources=("partner",)),
        Scene("hidden", ("hide", "offline", "publish"), _ran, _same, sources=(HIDDEN, "statistik")),
        Scene("shown", ("show", "online"), _hidden, _same, sources=(HIDDEN, "statistik")),
        Scene("withdrawn", ("withdraw", "publish"), _ran, _same, has_site=True),
        Scene("told", ("tell",), _away, _same),
        Scene("rotated", ("rotate",), _held, _same, key=False),
        Scene("rehashed", ("rehash",), _held, _same, key=False),
        Scene("answered", ("answer", "publish"), _announced, _same),
        Scene("slow", ("sync", "publish"), _ran, _morning, tick=61),
    )
}
