"""Prints what a sync costs: first, unchanged, with 1 % changed; start-up measured apart and taken off.

Beside it stands a floor in the same run: reading the CSV, the readers, validation in batches, a digest and one
`executemany` into a table of the same columns, with nothing matched, sealed or kept.

    make bench            1,000 and 10,000 rows
    make bench ROWS="100000"
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HEADER = (
    "Nr.;Name;Kurzbeschreibung;E-Mail;Telefon;Webseite;Straße;PLZ;Ort;Stadtteil;Sprachen;Schwerpunkte;Gegründet;Art;"
    "Zielgruppe;Vereinsregister-Nr.;Ansprechperson;E-Mail Ansprechperson;Telefon Ansprechperson;Darf ins Verzeichnis?"
).split(";")
DISTRICTS = ("Nord-Holland", "Mitte", "Wesertor", "Rothenditmold", "Bettenhausen")
SETTINGS = """
[sources.vereine]
plugin = "spreadsheet"
path = "rows.csv"
kind = "organisation"
key = "Nr."
columns = { "Darf ins Verzeichnis?" = "contacts.consent.directory_public" }
"""


def row(n: int, marked: bool) -> list[Any]:
    """One invented association with its contact."""
    return [
        n, f"Kulturverein Brücke {n} e. V.", f"Begegnung und Kultur im Stadtteil, Nummer {n}{' neu' * marked}.",
        f"info@verein-{n}.example", f"0561 {900000 + n % 99999}", f"www.verein-{n}.example", f"Holländische Straße {n % 200 + 1}",
        "34127", "Kassel", DISTRICTS[n % 5], "Türkisch, Arabisch, Deutsch", "Kultur, Bildung", 1950 + n % 70, "Verein",
        "Frauen, Jugendliche", f"VR {10000 + n} Kassel", f"Fatma Beispiel{n}", f"fatma.beispiel{n}@verein-{n}.example",
        f"0561 {800000 + n % 99999}", "ja" if n % 2 else "nein",
    ]  # fmt: skip


def write(path: Path, rows: int, *, changed: int = 0) -> None:
    """The CSV, with the first rows changed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(row(n, n <= changed) for n in range(1, rows + 1))


def measured(job: str, folder: Path) -> dict[str, float]:
    """CPU, wall and memory of one job in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--job", job, str(folder)], stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def run_job(job: str, folder: Path) -> None:
    """Do one job and print its cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    if job == "floor":
        floor(folder)
    else:
        from allin_hub.hub import open_hub
        from allin_hub.pipeline import sync

        hub = open_hub(folder)
        report = sync(hub).sources["vereine"]
        hub.close()
        assert report.status == "done", report.message
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "cpu": time.process_time() - cpu + children.ru_utime + children.ru_stime,
                "wall": time.perf_counter() - wall,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def floor(folder: Path) -> None:
    """The least that a checked, stored table costs in Python."""
    import datetime as dt
    import hashlib
    import sqlite3

    import orjson
    from pydantic import TypeAdapter

    from allin_schemas import Organisation, claim_of
    from allin_schemas.reading import Context, read

    context = Context(today=dt.date(2026, 10, 5))
    fields = {
        1: ("name", "line"), 3: ("email", "email"), 4: ("phones", "phones"), 5: ("website", "url"), 10: ("languages", "languages"),
        11: ("topics", "topics"), 12: ("founded_year", "year"), 13: ("type", "organisation_type"), 15: ("identifiers", "identifiers"),
    }  # fmt: skip
    adapter = TypeAdapter(list[claim_of(Organisation)])  # type: ignore[misc]
    connection = sqlite3.connect(folder / "floor.db")
    connection.execute(
        f"CREATE TABLE rows (id INTEGER PRIMARY KEY, digest BLOB, {', '.join(f'c{n}' for n in range(20))})"
    )
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    for start in range(0, len(rows), 4000):
        batch = rows[start : start + 4000]
        made = [
            {name: read(reader, cells[n], context).value for n, (name, reader) in fields.items()}
            for cells in batch
        ]
        adapter.validate_json(orjson.dumps(made), strict=True)
        connection.executemany(
            f"INSERT INTO rows VALUES (?, ?, {', '.join('?' * 20)})",
            [
                (start + n, hashlib.blake2b(orjson.dumps(cells), digest_size=16).digest(), *cells)
                for n, cells in enumerate(batch)
            ],
        )
    connection.commit()


def table(rows: int) -> None:
    """Measure one size and print its lines."""
    with tempfile.TemporaryDirectory() as place:
        warm, folder = Path(place) / "warm", Path(place) / "hub"
        for one, count in ((warm, 1), (folder, rows)):
            one.mkdir()
            (one / "hub.toml").write_text(SETTINGS, encoding="utf-8")
            write(one / "rows.csv", count)
        measured("sync", warm)
        write(warm / "rows.csv", 1, changed=1)
        start = measured("sync", warm)
        lines = [("floor", measured("floor", folder), 0.0), ("first", measured("sync", folder), start["cpu"])]
        with (folder / "rows.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
        lines.append(("unchanged", measured("sync", folder), start["cpu"]))
        lines.append(("same bytes", measured("sync", folder), start["cpu"]))
        write(folder / "rows.csv", rows, changed=max(1, rows // 100))
        lines.append(("1 % changed", measured("sync", folder), start["cpu"]))
        print(
            f"\n{rows:,} rows of 20 columns with a contact each; start-up {start['cpu']:.2f} s of CPU taken off"
        )
        print(f"{'':12} {'CPU s':>8} {'µs a row':>9} {'wall s':>8} {'rows/s':>9} {'MB':>6}")
        for name, cost, off in lines:
            cpu = max(cost["cpu"] - off, 0.0)
            print(
                f"{name:12} {cpu:8.2f} {cpu / rows * 1e6:9.1f} {cost['wall']:8.2f} {rows / cost['wall']:9.0f} {cost['memory']:6.0f}"
            )


def main() -> None:
    """Measure the sizes that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", type=str)
    parser.add_argument("--job")
    given = parser.parse_args()
    if given.job:
        run_job(given.job, Path(given.rows[0]))
        return
    for rows in given.rows or ["1000", "10000"]:
        table(int(rows))


if __name__ == "__main__":
    main()
