"""A backup holds the hub as it was at one moment, whatever ran meanwhile, and brings it back anywhere."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from allin_hub.backup.archive import verified
from allin_hub.backup.create import Backup, back_up, before_upgrade
from allin_hub.backup.restore import Restored, Wish, restore
from allin_hub.base.errors import ConfigError, HubError, StoreError
from allin_hub.store import runs
from allin_hub.store.engine import reading

OUTPUTS = """
[outputs.statistik]
plugin = "statistics"
path = "statistik"
imprint = "Servicestelle (erfunden), Obere Königsstraße 99, 34117 Kassel"

[outputs.rundbrief]
plugin = "newsletter"
path = "rundbrief"
sender = "rundbrief@example.org"
imprint = "Servicestelle (erfunden), Obere Königsstraße 99, 34117 Kassel"
"""
STAGING = {
    "staged_answer", "staged_claim", "staged_match_key", "staged_problem", "staged_raw", "staged_reference",
    "staged_reference_key", "staged_run",
}  # fmt: skip
OF_RUNS = {"lease", "run", "counter", "journal", "hub_fact", "output_state", "artifact"} | STAGING
"""Tables that tell of runs under way, and of files that a backup does not hold."""
FILE = "sqlite:///hub.db"


def records(office: Any) -> dict[str, list[str]]:
    """Every row of what the hub knows, alike for both databases."""
    from sqlalchemy import select

    from allin_hub.store.tables import metadata

    hub = office.open()
    try:
        with reading(hub.engine) as connection:
            return {
                str(table.name): sorted(
                    repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
                    for row in connection.execute(select(table))
                )
                for table in metadata.sorted_tables
                if table.name not in OF_RUNS
            }
    finally:
        hub.close()


def backed_up(office: Any, to: Path | None = None) -> Backup:
    """A backup of an office."""
    hub = office.open()
    try:
        return back_up(hub, to)
    finally:
        hub.close()


@pytest.fixture
def brought_back(office: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Restores a backup of the office into a new folder and a file, and gives the office there."""

    def run(file: Path, **wish: Any) -> Any:
        folder = tmp_path_factory.mktemp("restored") / "office"
        wish = {"key": office.folder / "hub.key", "database": FILE} | wish
        restore(file, folder, Wish(**wish), now=office.now)
        there = type(office).__new__(type(office))
        there.folder, there.database, there.now = folder, FILE, office.now
        return there

    return run


def changed(rows: Sequence[Sequence[Any]], version: int) -> list[list[Any]]:
    """The same associations, twenty of them otherwise and some more, as the guard lets pass."""
    found = [list(row) for row in rows[: len(rows) - 2]]
    for row in found[version % 5 : 100 : 5]:
        row[1] = f"{row[1]} ({version})"
    return [*found, [f"neu-{version}", f"Neuer Verein {version} e. V.", *rows[0][2:]]]


class Command:
    """An `allin` command in a process of its own, which may be stopped at a point."""

    def __init__(self, office: Any, *words: str, stop_at: str | None = None) -> None:
        env = {**os.environ, **({"ALLIN_STOP_AT": f"{stop_at}:STOP"} if stop_at else {})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "allin_hub", *words, "--hub", str(office.folder)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def has_stopped(self) -> bool:
        """Wait until its child stands at the point, or it has ended without coming there."""
        while self.process.poll() is None:
            if self._stopped():
                return True
            time.sleep(0.01)
        return False

    def _stopped(self) -> list[int]:
        """The processes, it or its child, that stand still."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        found = []
        for one in [pid, *map(int, children)]:
            with contextlib.suppress(OSError):
                if Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                    found.append(one)
        return found

    def end(self) -> int:
        """Let it go on to its end."""
        if self.process.returncode is None:
            for pid in self._stopped():
                os.kill(pid, signal.SIGCONT)
        output = self.process.communicate(timeout=600)[0]
        assert self.process.returncode == 0, output.decode()
        return self.process.returncode


@pytest.mark.parametrize(
    "point",
    [
        "sync-begun:2",
        "raws-staged:1",
        "raws-staged:2",
        "rows-written:3",
        "rows-written:9",
        "sync-applied:1",
        "sync-applied:2",
        "sync-ended:1",
    ],
)
def test_a_backup_during_a_sync_is_the_hub_before_or_after(
    sheet_office: Any, synced: Any, rows_of: Any, header: Any, brought_back: Any, point: str
) -> None:
    """Nobody has to stop the hub to save it, and no half of a sync is ever restored."""
    synced(sheet_office)
    before = records(sheet_office)
    sheet_office.sheet("vereine.csv", header, changed(rows_of(100), 1))
    sync = Command(sheet_office, "sync", stop_at=point)
    stopped = sync.has_stopped()
    made = backed_up(sheet_office)
    sync.end()
    after = records(sheet_office)
    there = brought_back(made.path)

    assert stopped
    assert before != after
    assert records(there) in (before, after)
    assert (records(there) == after) == (point in {"sync-applied:2", "sync-ended:1"})
    assert {name: [] for name in STAGING} == there.rows(*STAGING)


@pytest.mark.parametrize(
    "point", ["journal-written:1", "journal-written:2", "file-placed:3", "publish-noted:1"]
)
def test_a_backup_during_a_publish_leads_to_the_same_pages(
    sheet_office: Any, synced: Any, published: Any, brought_back: Any, point: str
) -> None:
    """What was half published is published anew from the copy, to the last byte."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text + OUTPUTS)
    sheet_office.now = dt.datetime.now(dt.UTC)
    synced(sheet_office)
    publish = Command(sheet_office, "publish", "statistik", stop_at=point)
    stopped = publish.has_stopped()
    made = backed_up(sheet_office)
    publish.end()
    there = brought_back(made.path)
    report = published(there, "statistik")["statistik"]
    published(sheet_office, "statistik")

    assert stopped
    assert ("done", None) == (report.status, report.message)
    assert pages(sheet_office.folder / "statistik") == pages(there.folder / "statistik")


def pages(folder: Path) -> dict[str, bytes]:
    """Every published file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shaken(
    office: Any, synced: Any, rows_of: Any, header: Any, brought_back: Any, wanted: int
) -> tuple[int, int, int]:
    """Back up at random moments of syncs, so often; how many backups were as before, as after, and neither."""
    text = (office.folder / "hub.toml").read_text(encoding="utf-8")
    office.settings(text.replace("[hub]", "[hub]\nbackups = 1000"))
    chance = random.Random(20261005)  # noqa: S311 - moments, not secrets
    synced(office)
    seen = [0, 0, 0]
    before = records(office)
    for number in range(1, 3 * wanted):
        office.sheet("vereine.csv", header, changed(rows_of(100), number))
        sync = Command(office, "sync")
        made = []
        while sync.process.poll() is None:
            try:
                sync.process.wait(chance.uniform(0, 0.25))
            except subprocess.TimeoutExpired:
                made.append(backed_up(office).path)
        sync.end()
        after = records(office)
        for path in made:
            if path.exists():
                there = records(brought_back(path))
                seen[0 if there == before else 1 if there == after else 2] += 1
        before = after
        if sum(seen) >= wanted:
            break
    return seen[0], seen[1], seen[2]


def test_backups_at_random_moments_of_syncs_are_whole(
    sheet_office: Any, synced: Any, rows_of: Any, header: Any, brought_back: Any
) -> None:
    """A few moments here; `make proof-backup` tries a hundred."""
    before, after, neither = shaken(sheet_office, synced, rows_of, header, brought_back, 2)

    assert 0 == neither
    assert before + after >= 2


@pytest.mark.slow
def test_a_hundred_backups_at_random_moments_are_whole(
    sheet_office: Any, synced: Any, rows_of: Any, header: Any, brought_back: Any
) -> None:
    """What holds for a few moments holds for those that nobody thought of."""
    before, after, neither = shaken(sheet_office, synced, rows_of, header, brought_back, 100)
    print(f"{before} as before, {after} as after, {neither} neither")  # noqa: T201 - the figure of the proof

    assert 0 == neither
    assert before + after >= 100


def test_a_restored_hub_goes_on_where_it_was(
    sheet_office: Any, synced: Any, rows_of: Any, brought_back: Any
) -> None:
    """The first sync of the copy finds nothing new."""
    synced(sheet_office)
    there = brought_back(backed_up(sheet_office).path)
    shutil.copytree(sheet_office.folder / "data", there.folder / "data")
    report = synced(there)["vereine"]

    assert ("done", 100, 0) == (report.status, report.unchanged, report.changed + report.new)


def test_a_copy_is_another_instance(sheet_office: Any, synced: Any, brought_back: Any) -> None:
    """Whoever sends mail can tell the copy from the hub that it was copied from."""
    synced(sheet_office)
    path = backed_up(sheet_office).path
    seen = []
    for _ in range(2):
        hub = brought_back(path).open()
        with reading(hub.engine) as connection:
            seen.append(runs.fact(connection, "instance"))
        hub.close()

    assert None not in seen
    assert seen[0] != seen[1]


def test_every_flipped_byte_is_found_and_the_part_is_named(
    sheet_office: Any, synced: Any, tmp_path: Path
) -> None:
    """A stick that forgets is noticed before anything is restored from it."""
    synced(sheet_office)
    path = backed_up(sheet_office).path
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        starts = {
            info.filename: info.header_offset + 30 + len(info.filename) + min(50, info.compress_size // 2)
            for info in packed.infolist()
        }
    chance = random.Random(7)  # noqa: S311 - places, not secrets
    places = {name: [start] for name, start in starts.items()}
    places["any"] = [chance.randrange(len(whole)) for _ in range(150)]
    damaged = tmp_path / "damaged.zip"
    folder = tmp_path / "nothing"
    for name, offsets in places.items():
        for offset in offsets:
            flipped = bytearray(whole)
            flipped[offset] ^= 1 << chance.randrange(8)
            damaged.write_bytes(flipped)
            with pytest.raises(HubError) as told:
                restore(damaged, folder, Wish(), now=sheet_office.now)

            assert "damaged.zip" in told.value.message
            assert name == "any" or name in told.value.message
            assert not folder.exists()


@pytest.mark.parametrize("left", [0, 10, 1000, -1])
def test_a_cut_backup_is_refused(sheet_office: Any, synced: Any, tmp_path: Path, left: int) -> None:
    """A copy that broke off is no backup."""
    synced(sheet_office)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(backed_up(sheet_office).path.read_bytes()[:left])

    with pytest.raises(HubError, match=r"cut\.zip"):
        verified(cut)


def test_backup_and_key_are_for_the_office_only(sheet_office: Any, synced: Any, brought_back: Any) -> None:
    """The file is readable by its owner alone, and what opens it is not in it."""
    synced(sheet_office)
    made = backed_up(sheet_office)
    key = (sheet_office.folder / "hub.key").read_bytes().strip()
    there = brought_back(made.path)
    with zipfile.ZipFile(made.path) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}

    assert 0o600 == made.path.stat().st_mode & 0o777
    assert 0o700 == made.path.parent.stat().st_mode & 0o777
    assert 0o600 == (there.folder / "hub.key").stat().st_mode & 0o777
    assert 0o600 == (there.folder / "hub.db").stat().st_mode & 0o777
    assert [] == [name for name, content in inside.items() if key in content]
    assert {"hub.db", "hub.toml", "manifest.json", "manifest.sig", "maps/vereine.toml"} == set(inside)


def test_earlier_issues_come_back(sheet_office: Any, synced: Any, published: Any, brought_back: Any) -> None:
    """An issue that was sent cannot be made again, so it is part of the backup."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text + OUTPUTS)
    synced(sheet_office)
    published(sheet_office)
    there = brought_back(backed_up(sheet_office).path)
    mails = [name for name in pages(sheet_office.folder / "rundbrief") if name.endswith(".html")]

    assert mails
    assert pages(sheet_office.folder / "rundbrief") == pages(there.folder / "rundbrief")
    assert not (there.folder / "statistik").exists()


@pytest.mark.parametrize("wrong", ["missing", "foreign"])
def test_without_its_own_key_nothing_is_restored(
    sheet_office: Any, synced: Any, tmp_path: Path, wrong: str
) -> None:
    """A hub whose sealed data cannot be opened would look whole and be empty."""
    synced(sheet_office)
    made = backed_up(sheet_office)
    folder = tmp_path / "restored"
    key = None
    if wrong == "foreign":
        key = tmp_path / "other.key"
        key.write_text("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n")
    with pytest.raises(ConfigError, match=r"[Kk]ey"):
        restore(made.path, folder, Wish(key, FILE), now=sheet_office.now)

    assert not folder.exists()


def test_a_folder_with_something_in_it_is_left_alone(sheet_office: Any, synced: Any, tmp_path: Path) -> None:
    """A restore into the wrong folder must not cost anything."""
    synced(sheet_office)
    made = backed_up(sheet_office)
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "brief.txt").write_text("wichtig")
    with pytest.raises(ConfigError, match=r"brief\.txt"):
        restore(made.path, folder, Wish(sheet_office.folder / "hub.key", FILE), now=sheet_office.now)

    assert ["brief.txt"] == [path.name for path in folder.iterdir()]


def test_force_sets_the_old_hub_aside_and_deletes_nothing(
    sheet_office: Any, synced: Any, published: Any, rows_of: Any, header: Any, brought_back: Any
) -> None:
    """Back to yesterday in the same folder: today's hub can still be looked at, and today's pages go."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text + OUTPUTS)
    synced(sheet_office)
    there = brought_back(backed_up(sheet_office).path)
    published(there, "statistik")
    yesterday, pages_then = records(there), pages(there.folder / "statistik")
    saved = backed_up(there).path
    (there.folder / "data").mkdir()
    there.sheet("vereine.csv", header, changed(rows_of(100), 3))
    synced(there)
    published(there, "statistik")
    today = records(there)
    done: Restored = restore(saved, there.folder, Wish(force=True), now=there.now)
    aside = type(there).__new__(type(there))
    aside.folder, aside.database, aside.now = done.aside, FILE, there.now
    shutil.copy(there.folder / "hub.key", done.aside)
    back = records(there)
    published(there, "statistik")

    assert today != yesterday
    assert yesterday == back
    assert today == records(aside)
    assert pages_then == pages(there.folder / "statistik")


def test_a_hub_at_work_is_not_set_aside(
    sheet_office: Any, synced: Any, rows_of: Any, header: Any, brought_back: Any
) -> None:
    """A sync would write into a file that nobody looks at any more."""
    synced(sheet_office)
    there = brought_back(backed_up(sheet_office).path)
    (there.folder / "data").mkdir()
    there.sheet("vereine.csv", header, rows_of(90))
    sync = Command(there, "sync", stop_at="raws-staged:1")
    stopped = sync.has_stopped()
    try:
        with pytest.raises(ConfigError, match="vereine"):
            restore(backed_up(there).path, there.folder, Wish(force=True), now=dt.datetime.now(dt.UTC))
    finally:
        sync.end()

    assert stopped


def test_a_backup_of_a_newer_release_is_refused(
    sheet_office: Any, synced: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is guessed about a schema that this release does not know."""
    synced(sheet_office)
    monkeypatch.setattr("allin_hub.backup.create.revision", lambda _: "9999")
    made = backed_up(sheet_office)
    with pytest.raises(ConfigError, match="newer release"):
        restore(made.path, tmp_path / "there", Wish(), now=sheet_office.now)


def test_an_upgrade_is_preceded_by_a_backup_and_an_older_backup_is_upgraded(
    sheet_office: Any, synced: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever updates the program can go back, and whoever restores an old copy gets today's schema."""
    from allin_hub.store import engine

    synced(sheet_office)
    old = backed_up(sheet_office)
    before = records(sheet_office)
    now, newer = engine.newest_schema(), tmp_path / "migrations"
    following = f"{int(now) + 1:04}"
    shutil.copytree(engine.MIGRATIONS, newer)
    (newer / "versions" / f"{following}_next.py").write_text(
        f'"""Next."""\nfrom alembic import op\nrevision, down_revision = "{following}", "{now}"\n'
        'branch_labels = depends_on = None\ndef upgrade():\n    op.execute("CREATE TABLE zz_next (id INTEGER)")\n'
    )
    monkeypatch.setattr(engine, "MIGRATIONS", newer)
    hub = sheet_office.open()
    hub.close()
    (kept,) = (sheet_office.folder / "backups").glob(f"before-upgrade-from-{now}-*.zip")
    key = sheet_office.folder / "hub.key"
    done = [
        restore(path, tmp_path / name, Wish(key, FILE), now=sheet_office.now)
        for name, path in (("old", old.path), ("kept", kept))
    ]
    there = type(sheet_office).__new__(type(sheet_office))
    there.folder, there.database, there.now = tmp_path / "kept", FILE, sheet_office.now

    assert [True, True] == [one.upgraded for one in done]
    assert before == records(there)
    assert {"zz_next": []} == there.rows("zz_next")
    assert now == verified(kept).facts["schema"]


def test_a_backup_comes_back_on_a_server(
    sheet_office: Any, synced: Any, fresh_postgres: Callable[..., str], tmp_path: Path
) -> None:
    """A hub may move house by its backup; a server that holds something is left alone."""
    synced(sheet_office)
    made = backed_up(sheet_office)
    key = sheet_office.folder / "hub.key"
    url = fresh_postgres(schema=False)
    restore(made.path, tmp_path / "one", Wish(key, url), now=sheet_office.now)
    there = type(sheet_office).__new__(type(sheet_office))
    there.folder, there.database, there.now = tmp_path / "one", url, sheet_office.now

    assert records(sheet_office) == records(there)
    with pytest.raises(ConfigError, match="not empty"):
        restore(made.path, tmp_path / "two", Wish(key, url), now=sheet_office.now)


def test_only_the_newest_are_kept_and_only_its_own(sheet_office: Any, synced: Any) -> None:
    """The disk does not fill, and a file that a person put there stays."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text.replace("[hub]", "[hub]\nbackups = 3"))
    synced(sheet_office)
    folder = sheet_office.folder / "backups"
    folder.mkdir(mode=0o700)
    (folder / "allin-vor-dem-umzug.zip").write_text("von Hand")
    removed = []
    for _ in range(5):
        sheet_office.now += dt.timedelta(days=1)
        removed += [path.name for path in backed_up(sheet_office).removed]
    names = sorted(path.name for path in folder.iterdir())

    assert ["allin-20261006T090000Z.zip", "allin-20261007T090000Z.zip"] == removed
    assert [
        "allin-20261008T090000Z.zip",
        "allin-20261009T090000Z.zip",
        "allin-20261010T090000Z.zip",
        "allin-vor-dem-umzug.zip",
    ] == names


def test_what_a_killed_backup_left_goes_a_day_later(sheet_office: Any, synced: Any) -> None:
    """Each is as large as the hub; one that is being written just now stays."""
    synced(sheet_office)
    backed_up(sheet_office)
    folder = sheet_office.folder / "backups"
    names = [f".allin-2026100{n}T090000Z.zip.{end}" for n in (1, 2) for end in ("x1y2", "77.part")]
    for name in names:
        place = folder / name
        if name.endswith("part"):
            place.write_bytes(b"half")
        else:
            place.mkdir()
            (place / "hub.db").write_bytes(b"half")
        if "20261001" in name:
            os.utime(place, (1, 1))

    backed_up(sheet_office)

    assert sorted(path.name for path in folder.glob(".*")) == sorted(names[2:])


def test_a_backup_overwrites_nothing_and_is_never_public(
    sheet_office: Any, synced: Any, tmp_path: Path
) -> None:
    """A slip of the hand costs neither an older copy nor anybody's privacy."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text + OUTPUTS)
    synced(sheet_office)
    taken = tmp_path / "copy.zip"
    taken.write_text("älter")
    (sheet_office.folder / "statistik").mkdir(exist_ok=True)
    with pytest.raises(ConfigError, match="already"):
        backed_up(sheet_office, taken)
    with pytest.raises(ConfigError, match="statistik"):
        backed_up(sheet_office, sheet_office.folder / "statistik")
    sheet_office.settings(text.replace("[hub]", '[hub]\nbackup_folder = "statistik/b"') + OUTPUTS)
    with pytest.raises(ConfigError, match="statistik"):
        sheet_office.open()

    assert "älter" == taken.read_text()


def test_a_full_disk_leaves_no_half_backup(
    sheet_office: Any, synced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either a backup is whole or it is not there."""
    synced(sheet_office)
    first = backed_up(sheet_office).path

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("allin_hub.backup.archive.os.fsync", full)
    sheet_office.now += dt.timedelta(days=1)
    with pytest.raises(HubError, match="No space left"):
        backed_up(sheet_office)

    assert [first.name] == [path.name for path in first.parent.iterdir()]


def test_a_copy_before_an_upgrade_is_never_cleared_away(sheet_office: Any, synced: Any) -> None:
    """It may be needed long after."""
    text = (sheet_office.folder / "hub.toml").read_text(encoding="utf-8")
    sheet_office.settings(text.replace("[hub]", "[hub]\nbackups = 1"))
    synced(sheet_office)
    hub = sheet_office.open()
    kept = before_upgrade(hub.config, hub.sealer, "0001", sheet_office.now)
    hub.close()
    for _ in range(2):
        sheet_office.now += dt.timedelta(days=1)
        backed_up(sheet_office)

    assert kept.exists()
    assert 2 == len(list(kept.parent.iterdir()))


def test_a_damaged_database_in_a_whole_file_is_refused(
    sheet_office: Any, synced: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Checksums say that the file is as it was made; the database is asked for itself too."""
    synced(sheet_office)
    made = backed_up(sheet_office)
    monkeypatch.setattr("allin_hub.backup.restore.faults_of_file", lambda _: ["row 7 missing from index"])
    with pytest.raises(StoreError, match="damaged"):
        restore(
            made.path, tmp_path / "there", Wish(sheet_office.folder / "hub.key", FILE), now=sheet_office.now
        )

    assert not (tmp_path / "there").exists()
