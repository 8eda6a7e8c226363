"""A hub that holds every sort of thing, held runs and killed ones among them, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from tests.hub.upgrade.office import TODAY
from tests.hub.upgrade.old_hub import SCHEMAS, lay_hub

from allin_hub.entities.hidden import hide_entry
from allin_hub.hub import Hub
from allin_hub.ingest.sync import sync
from allin_hub.open_hub import open_hub
from allin_hub.store import entities
from allin_hub.store.engine import reading
from allin_schemas import Kind

HELD = ("vereine", "veranstaltungen")
"""What is held by this release; `partner` was by the one before."""
NOT_READ = ("partner", "kurse")
"""What is held by the release before, and what was killed then."""
NEW_ASSOCIATION = "13;Verein Dreizehn e. V.;;;;;34127;Kassel;Dari;Fatma Muster;fatma@verein-13.example;ja"
FILE_STEPS = ("next-key-written", "old-key-kept", "hub-key-replaced")
"""Steps of a rotation with files, which no database decides: in `make test` on SQLite."""
Opened = Callable[[], AbstractContextManager[Hub]]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to the long proof what is the same on both databases."""
    if "[postgresql-" in item.name and item.name.partition("[postgresql-")[2].startswith(FILE_STEPS):
        item.add_marker(pytest.mark.slow)


@pytest.fixture
def folder(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Path:
    """The folder of a hub with three days behind it."""
    url = database
    if database.startswith("postgresql"):
        url = request.getfixturevalue("fresh_postgres")(schema=False)
    lay_hub(tmp_path / "hub", SCHEMAS[-1], url)
    data = tmp_path / "hub" / "data"
    _rewrite(
        data / "vereine.csv",
        keep=(1, 5, 6, 7),
        then=NEW_ASSOCIATION,
    )
    _rewrite(
        data / "veranstaltungen.csv", keep=(1,), then="4;Winterfest;12.12.2026 15:00;;Frauenforum Nord;Kassel"
    )
    settings = tmp_path / "hub" / "hub.toml"
    path = 'path = "data/veranstaltungen.csv"\n'
    text = settings.read_text(encoding="utf-8").replace(path, f"{path}limits = {{ lost = 1 }}\n")
    settings.write_text(text, encoding="utf-8")
    hub = open_hub(tmp_path / "hub", lambda: TODAY)
    try:
        sync(hub, [name for name in hub.config.sources if name not in {*HELD, *NOT_READ}])
        reports = sync(hub, [*HELD]).sources
        with reading(hub.engine) as connection:
            [event, *_] = entities.everything(connection, Kind.EVENT, hub.sealer)
        hide_entry(hub, event.id, "Der Veranstalter bittet darum")
    finally:
        hub.close()
    assert {"held"} == {one.status for one in reports.values()}
    return tmp_path / "hub"


def _rewrite(sheet: Path, *, keep: Sequence[int], then: str) -> None:
    """Leave so many rows out that the source is held, change one, and add one."""
    lines = sheet.read_text(encoding="utf-8").splitlines()
    changed = lines[keep[0]].replace("ben@", "benjamin@").replace("Sommerfest", "Sommerfest am Fluss")
    kept = [changed, *(lines[number] for number in keep[1:])]
    sheet.write_text("\n".join([lines[0], *kept, then]) + "\n", encoding="utf-8")


@pytest.fixture
def opened(folder: Path) -> Opened:
    """Opens the hub anew, as each command does."""

    @contextmanager
    def open_it() -> Iterator[Hub]:
        hub = open_hub(folder, lambda: TODAY)
        try:
            yield hub
        finally:
            hub.close()

    return open_it
