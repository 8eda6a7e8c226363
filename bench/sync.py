"""Prints what a sync costs beside dlt and beside a floor, all in one run on one machine.

    make bench                                    1,000, 10,000 and 100,000 rows
    make bench ROWS="300000" OPTIONS=--alone      the hub alone
    make bench ROWS="10000" OPTIONS=--contacts    with a contact person in each row

Start-up is measured apart, as one changed row of a warm hub, and taken off all.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from rows import write

SETTINGS = """
[sources.vereine]
plugin = "spreadsheet"
path = "rows.csv"
kind = "organisation"
key = "Nr."
columns = { "Gemeinnützigkeit" = "nonprofit_status", "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }
"""


LEAST = 0.05
"""Seconds that are told apart from the noise of start-up."""
LINE = "{:19} {:>8} {:>8} {:>8} {:>9} {:>6} {:>7} {:>8}"


class Cost(NamedTuple):
    """CPU and wall seconds, and the most memory in MB."""

    cpu: float
    wall: float
    memory: float


def measured(job: str, folder: Path) -> Cost:
    """One job in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("jobs.py")), job, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{job} failed:\n{done.stderr[-2000:]}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def prepared(folder: Path, rows: int, with_contact: bool) -> Path:
    """A folder with a file and a hub.toml."""
    folder.mkdir(parents=True)
    settings = (
        SETTINGS
        if with_contact
        else SETTINGS.replace(', "Darf ins Verzeichnis?" = "contacts.consent.directory_public"', "")
    )
    (folder / "hub.toml").write_text(settings, encoding="utf-8")
    write(folder / "rows.csv", rows, with_contact=with_contact)
    return folder


def start_up(job: str, place: Path) -> Cost:
    """What a job costs when next to nothing is to be done."""
    warm = prepared(place / f"{job}-warm", 1, with_contact=False)
    measured(job, warm)
    write(warm / "rows.csv", 1, changed=1)
    return measured(job, warm)


def steps(job: str, folder: Path, rows: int, with_contact: bool) -> dict[str, Cost]:
    """First sync, the same rows in other bytes, the very same file, one in a hundred changed."""
    found = {"first": measured(job, folder)}
    with (folder / "rows.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    found["unchanged"] = measured(job, folder)
    if job == "hub":
        found["same bytes"] = measured(job, folder)
    write(folder / "rows.csv", rows, changed=max(1, rows // 100), with_contact=with_contact)
    found["1 % changed"] = measured(job, folder)
    return found


def table(rows: int, jobs: list[str], with_contact: bool, say: Callable[[str], None]) -> None:
    """Measure one size and print its lines."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        starts = {job: start_up(job, place) for job in jobs}
        told = ", ".join(f"{job} {cost.cpu:.2f} s" for job, cost in starts.items())
        say(f"\n{rows:,} rows of {24 if with_contact else 20} columns; start-up taken off: {told}")
        heads = ("", "CPU s", "µs/row", "wall s", "rows/s", "MB", "of dlt", "of floor")
        say(LINE.format(*heads))
        costs = {
            job: steps(job, prepared(place / job, rows, with_contact), rows, with_contact) for job in jobs
        }
        for job, found in costs.items():
            for step, cost in found.items():
                line = [f"{job:6} {step}", *_figures(cost, starts[job], rows)]
                for peer in ("dlt", "floor"):
                    is_other = peer in costs and peer != job
                    other = costs[peer].get(step) if is_other else None
                    line.append(_share(cost, starts[job], other, starts[peer]) if other else "")
                say(LINE.format(*line))


def _figures(cost: Cost, start: Cost, rows: int) -> list[str]:
    """CPU seconds, µs a row, wall seconds, rows a second, memory; a dash for what start-up hides."""
    cpu, wall = cost.cpu - start.cpu, cost.wall - start.wall
    return [
        f"{cpu:.2f}" if cpu > LEAST else "-",
        f"{cpu / rows * 1e6:.1f}" if cpu > LEAST else "-",
        f"{wall:.2f}" if wall > LEAST else "-",
        f"{rows / wall:,.0f}" if wall > LEAST else "-",
        f"{cost.memory:.0f}",
    ]


def _share(cost: Cost, start: Cost, other: Cost, other_start: Cost) -> str:
    """A job's CPU as a share of a peer's, where both are more than start-up."""
    mine, theirs = cost.cpu - start.cpu, other.cpu - other_start.cpu
    return f"{mine / theirs:.2f}" if mine > LEAST and theirs > LEAST else ""


def main() -> None:
    """Measure the sizes that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--alone", action="store_true", help="the hub without its peers")
    parser.add_argument("--contacts", action="store_true", help="a contact person in each row")
    given = parser.parse_args()
    for rows in given.rows:
        table(
            rows,
            ["hub"] if given.alone else ["floor", "hub", "dlt"],
            given.contacts,
            lambda line: print(line, flush=True),
        )


if __name__ == "__main__":
    main()
