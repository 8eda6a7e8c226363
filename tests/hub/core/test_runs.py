"""Two at once, a run that was killed, a plugin that breaks: what was known stays, and the next run begins clean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from allin_hub.api.plugin import PluginConfig, Raw, Source
from allin_hub.base.errors import StoreError, Unavailable
from allin_hub.ingest import apply, hold, sync, sync_source
from allin_hub.ingest.prepare import prepare
from allin_hub.store import leases, runs
from allin_hub.store.engine import reading, writing
from allin_hub.store.tables import run
from allin_schemas import Organisation


def runs_of(office: Any) -> list[dict[str, Any]]:
    """What stands in the table of runs, the newest first."""
    hub = office.open()
    with reading(hub.engine) as connection:
        rows = connection.execute(select(run).order_by(run.c.started_at.desc(), run.c.id.desc())).mappings()
        found = [dict(row) for row in rows]
    hub.close()
    return found


class Feed(Source[PluginConfig]):
    """A feed of a test: yields what it is given, then raises what it is given."""

    produces = Organisation
    names: tuple[str, ...] = ()
    ends_with: Exception | None = None

    def fetch(self, run: Any) -> Iterator[Raw]:
        """Yield one raw per name."""
        for name in self.names:
            yield Raw(name, {"name": name})
        if self.ends_with is not None:
            raise self.ends_with

    def map(self, raw: Raw) -> dict[str, Any]:
        """The payload is a draft already."""
        return dict(raw.payload)


def _sync(office: Any, feed: Feed) -> Any:
    hub = office.open()
    try:
        prepared = prepare(hub, hub.config.sources["vereine"])
        feed.columns = prepared.source.columns
        prepared.source = feed
        return sync.sync_source(hub, prepared, "invocation")
    finally:
        hub.close()


def _feed(*names: str, ends_with: Exception | None = None) -> Feed:
    feed = Feed("vereine", PluginConfig())
    feed.names, feed.ends_with = names, ends_with
    return feed


def test_a_second_sync_of_one_source_ends_at_once_as_busy(sheet_office: Any, synced: Any) -> None:
    """One run at a time per source."""
    hub = sheet_office.open()
    with writing(hub.engine) as connection:
        fence = leases.take_lease(connection, "vereine", "other", hub.clock())

    busy = synced(sheet_office)["vereine"]
    with writing(hub.engine) as connection:
        leases.give_lease_back(connection, "vereine", fence or 0)
    hub.close()
    done = synced(sheet_office)["vereine"]

    assert (busy.status, done.status) == ("busy", "done")


def test_a_lease_that_another_run_took_over_stops_the_commit(
    sheet_office: Any, monkeypatch: Any, exported: Any
) -> None:
    """A run that slept past its lease writes nothing."""
    take = apply.apply

    def overtaken(connection: Any, run: Any, *args: Any) -> Any:
        leases.give_lease_back(connection, "vereine", 1)
        leases.take_lease(connection, "vereine", "other", run.hub.clock())
        return take(connection, run, *args)

    monkeypatch.setattr(apply, "apply", overtaken)
    hub = sheet_office.open()

    report = sync.sync(hub).sources["vereine"]

    hub.close()
    assert (report.status, "Ein anderer Lauf hat diese Quelle" in str(report.message)) == ("failed", True)
    assert exported(sheet_office) == []


@pytest.mark.parametrize(
    ("step", "records"), [("is_same", 100), ("reasons_to_hold", 2), ("reasons_to_hold", 101)]
)
def test_a_run_that_was_overtaken_notes_nothing_and_leaves_the_lease_to_the_other(
    sheet_office: Any, synced: Any, monkeypatch: Any, header: Any, rows_of: Any, step: str, records: int
) -> None:
    """Whether it found nothing new, would wait for a person or has something to write: the source is another's now."""
    before = synced(sheet_office)["vereine"]
    if records != 100:
        sheet_office.sheet("vereine.csv", header, rows_of(records))
    room: Any = sync_source if step == "is_same" else hold
    hub, do = sheet_office.open(), getattr(room, step)

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        with writing(hub.engine) as connection:
            leases.end_all_leases(connection)
            leases.take_lease(connection, "vereine", "other", hub.clock())
        return do(*args, **kwargs)

    monkeypatch.setattr(room, step, overtaken)

    report = sync.sync(hub).sources["vereine"]

    with writing(hub.engine) as connection:
        row = runs.source_row(connection, "vereine")
        held = runs.held_runs(connection)
        third = leases.take_lease(connection, "vereine", "third", hub.clock())
    hub.close()
    assert ("failed", "done", before.run) == (report.status, row["last_status"], row["last_run"])
    assert ([], None) == (held, third)


def test_a_run_that_is_overtaken_while_it_reads_stages_nothing_more(
    sheet_office: Any, monkeypatch: Any
) -> None:
    """A long feed is not read to its end for nothing, and leaves no rows that nobody waits for."""
    feed, hub = _feed("A", "B"), sheet_office.open()
    fetch = feed.fetch

    def overtaken(run: Any) -> Iterator[Raw]:
        with writing(hub.engine) as connection:
            leases.end_all_leases(connection)
            leases.take_lease(connection, "vereine", "other", hub.clock())
        yield from fetch(run)

    monkeypatch.setattr(feed, "fetch", overtaken)

    report = _sync(sheet_office, feed)

    hub.close()
    assert ("failed", []) == (report.status, sheet_office.rows("staged_raw")["staged_raw"])


def test_a_cut_fetch_keeps_what_came_and_withdraws_nothing(sheet_office: Any, exported: Any) -> None:
    """Status `partial`: one bad page never loses the pages before it."""
    _sync(sheet_office, _feed("A", "B", "C"))

    report = _sync(sheet_office, _feed("A", "D", ends_with=Unavailable("The feed was cut.")))

    assert (report.status, report.new, report.withdrawn) == ("partial", 1, 0)
    assert {one["name"] for one in exported(sheet_office)} == {"A", "B", "C", "D"}


def test_a_cut_fetch_moves_no_cursor(sheet_office: Any, monkeypatch: Any) -> None:
    """What came after the cut would never be asked for again."""
    cursors = []
    for fault in (Unavailable("The feed was cut."), None):
        feed = _feed("A", "B", ends_with=fault)
        fetch = feed.fetch

        def told(run: Any, fetch: Any = fetch) -> Iterator[Raw]:
            run.cursor("page 2")
            yield from fetch(run)

        monkeypatch.setattr(feed, "fetch", told)
        _sync(sheet_office, feed)
        hub = sheet_office.open()
        with reading(hub.engine) as connection:
            cursors.append(runs.source_row(connection, "vereine")["cursor"])
        hub.close()

    assert [None, "page 2"] == cursors


def test_a_feed_that_fails_before_its_first_record_is_a_failure(sheet_office: Any, exported: Any) -> None:
    """Nothing came, nothing changes."""
    _sync(sheet_office, _feed("A"))

    report = _sync(sheet_office, _feed(ends_with=Unavailable("The server does not answer.")))

    assert (report.status, report.again) == ("failed", True)
    assert {one["name"] for one in exported(sheet_office)} == {"A"}


def test_a_plugin_that_breaks_is_named_and_its_words_are_not_repeated(sheet_office: Any) -> None:
    """An exception of a stranger may quote a record."""
    report = _sync(sheet_office, _feed("A", ends_with=KeyError("kanarina@privat.example")))

    assert (report.status, report.problems[0].code) == ("failed", "PLUGIN_FAILED")
    assert "kanarina" not in f"{report.message} {report.hint} {report.problems[0].message()}"


def test_a_fault_of_the_hub_itself_fails_one_source_and_quotes_nothing(
    sheet_office: Any, monkeypatch: Any
) -> None:
    """What nobody foresaw may quote a record as well; it is kept for `--debug` alone."""

    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("kanarina@privat.example")

    monkeypatch.setattr(apply, "apply", broken)

    report = _sync(sheet_office, _feed("A"))

    assert ("failed", True) == (report.status, "KeyError" in str(report.message))
    assert "kanarina" not in f"{report.message} {report.hint} {report!r}"
    assert b"kanarina" not in sheet_office.stored_bytes()


def test_one_failing_source_never_stops_another(office: Any, synced: Any, header: Any, rows_of: Any) -> None:
    """Each source has its own report."""
    block = (
        '[sources.{0}]\nplugin = "spreadsheet"\npath = "data/{0}.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    office.settings(block.format("gone") + block.format("here"))
    office.sheet("here.csv", header, rows_of(3))

    reports = synced(office)

    assert {name: report.status for name, report in reports.items()} == {"gone": "failed", "here": "done"}


def test_a_killed_sync_leaves_the_hub_as_before_and_the_next_one_does_it(
    sheet_office: Any, synced: Any, exported: Any
) -> None:
    """SIGKILL while staging: no record, no cursor; then the same result as without it."""
    code = (
        "import sys; from pathlib import Path\n"
        "from allin_hub.ingest import apply, sync; from allin_hub.open_hub import open_hub\n"
        "def stop(*a, **k):\n    print('staged', flush=True); import time; time.sleep(60)\n"
        "apply.apply = stop\n"
        "sync.sync(open_hub(Path(sys.argv[1])))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(sheet_office.folder)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "staged"
        os.kill(child.pid, signal.SIGKILL)
    assert exported(sheet_office) == []
    hub = sheet_office.open()
    with writing(hub.engine) as connection:
        leases.give_lease_back(connection, "vereine", 1)
    hub.close()

    report = synced(sheet_office)["vereine"]

    assert (report.status, len(exported(sheet_office))) == ("done", 100)
    assert sheet_office.rows("staged_raw")["staged_raw"] == []


def test_a_lease_of_a_killed_run_ends_by_itself(sheet_office: Any, synced: Any) -> None:
    """Nobody has to clean up after a power cut."""
    import datetime as dt

    hub = sheet_office.open()
    with writing(hub.engine) as connection:
        leases.take_lease(connection, "vereine", "killed", hub.clock())
    hub.close()
    sheet_office.now += dt.timedelta(seconds=leases.LEASE_SECONDS + 1)

    assert synced(sheet_office)["vereine"].status == "done"


def test_a_run_whose_end_found_no_room_on_the_disk_ends_with_the_next(
    sheet_office: Any, synced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease came back, its end was never noted: without this it would count as running for ever."""
    real = runs.end_run

    def full(*_: Any) -> None:
        raise StoreError("The database could not do it: {fault}.", fault="database or disk is full")

    monkeypatch.setattr(runs, "end_run", full)
    with pytest.raises(StoreError):
        synced(sheet_office)
    monkeypatch.setattr(runs, "end_run", real)
    synced(sheet_office)
    noted = runs_of(sheet_office)

    assert [run["status"] for run in noted] == ["done", "killed"]
    assert all(run["finished_at"] for run in noted)


def test_four_sources_synced_at_once_are_all_done(
    office: Any, header: Any, rows_of: Any, exported: Any
) -> None:
    """Writers wait for each other; nobody meets a locked database."""
    block = (
        '[sources.s{0}]\nplugin = "spreadsheet"\npath = "data/s{0}.csv"\nkind = "organisation"\nkey = "Nr."\n'
    )
    office.settings("".join(block.format(n) for n in range(4)))
    for n in range(4):
        office.sheet(f"s{n}.csv", header, rows_of(20, first=1 + 20 * n))
    office.open().close()
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "allin_hub", "sync", f"s{n}", "--hub", str(office.folder)],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for n in range(4)
    ]
    codes = [child.wait(timeout=600) for child in children]
    for child in children:
        child.communicate()

    assert codes == [0, 0, 0, 0]
    assert len(exported(office)) == 80


def test_runs_are_written_down(sheet_office: Any, synced: Any) -> None:
    """Who looks later sees what each run did."""
    synced(sheet_office)
    synced(sheet_office)
    noted = runs_of(sheet_office)

    assert [(run["job"], run["target"], run["status"]) for run in noted] == [("sync", "vereine", "done")] * 2
