"""Prints what publishing the directory costs: first, nothing changed, on the next day, with 1 % changed.

CPU time of a process of its own for each line, with the start-up (the same step with one organisation) taken off.
The machine is measured too, while each line runs, by a piece of work that takes 20 µs on the reference machine:
the calibrated figures, and the shares, are what the reference machine would take.

    make bench-publish                      1,000 and 10,000 organisations, in German, English and Arabic
    make bench-publish ROWS="100000"        other sizes
    bench/publish.py --keep DIR 10000       the synced hub is kept in DIR, and used again by the next call
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import datetime as dt
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import phonenumbers
from rows import CONTACT, HEADER, row

LANGUAGES = ("de", "en", "ar")
REFERENCE = 20.0
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)
SETTINGS = """
[hub]
title = "ALL IN Kassel"
languages = ["de", "en", "ar"]
licence = "CC BY 4.0"

[sources.vereine]
plugin = "spreadsheet"
path = "rows.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }

[outputs.verzeichnis]
plugin = "directory"
path = "public"
imprint = "Servicestelle Vielfalt, Kassel"
contact_email = "info@servicestelle.example"
site_url = "https://verzeichnis.example/"
"""


def write(path: Path, rows: int, *, every: int = 0) -> None:
    """The CSV; with `every`, each so many-th row is changed: the worst case, because lists are touched all over."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER + CONTACT)
        writer.writerows(
            row(n, is_changed=bool(every) and n % every == 0, with_contact=True) for n in range(1, rows + 1)
        )


class Machine:
    """How fast this machine is while a job runs: a small piece of work, done again and again, and taken off."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.count = 0
        self.told("", 0, None)
        self.spent, self.count = 0.0, 0

    def told(self, _name: str, _done: int, _total: int | None) -> None:
        """Read some telephone numbers; a publish says its progress here."""
        began = time.process_time()
        for _ in range(20):
            phonenumbers.parse("0561 9001234", "DE")
        self.spent += time.process_time() - began
        self.count += 20

    @property
    def factor(self) -> float:
        """How many times as long as the reference machine it takes."""
        return self.spent / self.count * 1e6 / REFERENCE


def measured(job: str, folder: Path) -> dict[str, Any]:
    """CPU, wall and memory of one job in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--job", job, str(folder)], stdout=subprocess.PIPE, check=True, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_job(job: str, folder: Path) -> None:
    """Do one job as the child of `allin publish` does it, and print its cost."""
    from allin_hub.ingest.sync import sync
    from allin_hub.open_hub import open_hub
    from allin_hub.operations.child_work import collect_garbage_seldom
    from allin_hub.publish.publish import publish

    day = dt.timedelta(days=1 if job == "later" else 0)
    hub = open_hub(folder, clock=lambda: NOW + day)
    machine = Machine()
    for _ in range(20):
        machine.told("", 0, None)
    before = machine.spent
    collect_garbage_seldom()
    wall, cpu = time.perf_counter(), time.process_time()
    counts: dict[str, int] = {}
    if job == "sync":
        report = sync(hub).sources["vereine"]
        assert report.status == "done", report.message
    else:
        made = publish(hub, told=machine.told)["verzeichnis"]
        assert made.status == "done", made.message
        counts = {"written": made.written, "same": made.unchanged}
    spent = {
        "cpu": time.process_time() - cpu - (machine.spent - before),
        "wall": time.perf_counter() - wall,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    hub.close()
    for _ in range(20):
        machine.told("", 0, None)
    print(json.dumps(spent | counts | {"factor": machine.factor}))


def started(folder: Path, rows: int) -> None:
    """A synced hub in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hub.toml").write_text(SETTINGS, encoding="utf-8")
    write(folder / "rows.csv", rows)
    measured("sync", folder)


def steps(folder: Path, every: int) -> dict[str, dict[str, Any]]:
    """What each publish of a synced hub costs."""
    lines = {
        "first": measured("publish", folder),
        "nothing changed": measured("publish", folder),
        "the next day": measured("later", folder),
    }
    with (folder / "rows.csv").open(encoding="utf-8") as file:
        rows = sum(1 for _ in file) - 1
    write(folder / "rows.csv", rows, every=every)
    measured("sync", folder)
    return lines | {"1 % changed": measured("later", folder)}


def table(rows: int, place: Path, kept: Path | None) -> None:
    """Measure one size and print its lines."""
    warm, folder = place / "warm", place / f"hub-{rows}"
    started(warm, 1)
    starts = steps(warm, 1)
    shutil.rmtree(warm)
    seed = kept / f"hub-{rows}" if kept else None
    if seed is not None:
        if not seed.exists():
            started(seed, rows)
        shutil.copytree(seed, folder)
    else:
        started(folder, rows)
    lines = steps(folder, 100)
    pages = sum(1 for _ in (folder / "public").rglob("*.html"))
    shutil.rmtree(folder)
    print(
        f"\n{rows:,} organisations in {len(LANGUAGES)} languages: {pages:,} pages, {lines['first']['written']:,} files."
    )
    print(
        f"{'':16} {'start-up':>9} {'CPU s':>8} {'ms a page':>10} {'machine':>8} {'calibrated':>11} {'share':>7} {'wall s':>8} {'written':>8} {'MB':>6}"
    )
    first = 0.0
    for name, cost in lines.items():
        cpu = max(cost["cpu"] - starts[name]["cpu"], 0.0)
        plain = cpu / cost["factor"]
        first = first or plain
        each = cpu / pages * 1000
        share = "" if name == "first" else f"{plain / first:.1%}"
        print(
            f"{name:16} {starts[name]['cpu']:9.2f} {cpu:8.2f} {each:10.3f} {cost['factor']:7.2f}x {plain / pages * 1000:11.3f} {share:>7} {cost['wall']:8.2f} "
            f"{cost['written']:8,} {cost['memory']:6.0f}"
        )


def main() -> None:
    """Measure the sizes that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", type=str)
    parser.add_argument("--keep", type=Path, help="a folder for synced hubs, to be used again")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        run_job(given.job, Path(given.rows[0]))
        return
    with tempfile.TemporaryDirectory() as made, contextlib.suppress(KeyboardInterrupt):
        for rows in given.rows or ["1000", "10000"]:
            table(int(rows), Path(made), given.keep)


if __name__ == "__main__":
    main()
