"""What the benchmark measures, each job in a process of its own: the hub, a floor, and dlt.

    python bench/jobs.py hub|floor|dlt FOLDER

prints what importing and working cost, as one line of JSON.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BATCH = 4000
READERS = {
    1: ("name", "line"), 2: ("short_name", "line"), 3: ("mission", "text"), 4: ("email", "email"), 5: ("phones", "phones"),
    6: ("mobile", "phones"), 7: ("website", "url"), 8: ("street", "line"), 9: ("house_number", "line"),
    10: ("postal_code", "postal_code"), 11: ("city", "line"), 12: ("district", "district"), 13: ("languages", "languages"),
    14: ("topics", "topics"), 15: ("founded_year", "year"), 16: ("type", "organisation_type"), 17: ("audience", "lines"),
    18: ("identifiers", "identifiers"), 19: ("nonprofit_status", "line"),
}  # fmt: skip


def hub(folder: Path) -> None:
    """A whole sync, with everything that the hub does, in a child process as `allin sync` has it."""
    from allin_hub.open_hub import open_hub
    from allin_hub.operations.child_process import sync

    with_hub = open_hub(folder)
    report = sync(with_hub).sources["vereine"]
    with_hub.close()
    assert report.status == "done", report.message


def floor(folder: Path) -> None:
    """The least that checked, stored rows cost in Python: CSV, readers, model, digest, one upsert.

    Nothing is matched, merged, sealed, kept, compared with what others say, or remembered for an undo.
    """
    import datetime as dt
    import gc
    import hashlib

    import orjson
    from pydantic import ConfigDict, TypeAdapter, create_model

    from allin_schemas.reading import Context, read

    gc.disable()
    context = Context(today=dt.date(2026, 10, 5))
    fields: dict[str, Any] = {
        name: (Any if reader in _NESTED else str | int | None, None) for name, reader in READERS.values()
    }
    model = create_model("Row", __config__=ConfigDict(extra="forbid"), **fields)
    adapter = TypeAdapter(list[model])  # type: ignore[valid-type]
    known: dict[tuple[str, str], Any] = {}
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, digest BLOB, {', '.join(f'c{n}' for n in READERS)})"
    )
    connection.execute("BEGIN IMMEDIATE")
    before = dict(connection.execute("SELECT id, digest FROM rows"))
    for page in _pages(folder):
        digests = [hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).digest() for cells in page]
        new = [
            (cells, digest)
            for cells, digest in zip(page, digests, strict=True)
            if before.get(cells[0]) != digest
        ]
        made = []
        for cells, _ in new:
            values = {}
            for n, (name, reader) in READERS.items():
                place = (reader, cells[n])
                value = known.get(place, known)
                if value is known:
                    value = read(reader, cells[n], context).value
                    if len(known) < 50_000:
                        known[place] = value
                values[name] = value
            made.append(values)
        adapter.validate_python(made, strict=True)
        connection.executemany(
            f"INSERT OR REPLACE INTO rows VALUES (?, ?, {', '.join('?' * len(READERS))})",
            [
                (cells[0], digest, *(_plain(value, orjson.dumps) for value in values.values()))
                for (cells, digest), values in zip(new, made, strict=True)
            ],
        )
    connection.execute("COMMIT")
    connection.close()


_NESTED = {"phones", "languages", "topics", "identifiers", "lines"}


def _plain(value: Any, dumps: Any) -> Any:
    return dumps(value).decode() if isinstance(value, list | dict) else value


def dlt(folder: Path) -> None:
    """Dlt at its best: SQLite, columns checked by pydantic, merged on the key, its tables indexed."""
    os.environ.update(
        {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL", "PYTHONWARNINGS": "ignore"}
    )
    import warnings

    warnings.simplefilter("ignore")
    import dlt as tool
    from pydantic import create_model

    names = ["id", *(f"c{n}" for n in READERS)]
    model = create_model("Row", **dict.fromkeys(names[1:], (str | None, None)), id=(str, ...))  # type: ignore[call-overload]

    @tool.resource(name="rows", primary_key="id", write_disposition="merge", columns=model)  # type: ignore[untyped-decorator, unused-ignore]
    def rows() -> Iterator[list[dict[str, str]]]:
        for page in _pages(folder):
            yield [dict(zip(names, cells, strict=False)) for cells in page]

    for database in folder.glob("dlt*.db"):
        connection = sqlite3.connect(database)
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            if table == "rows":
                connection.execute(f"CREATE INDEX IF NOT EXISTS ix_id ON {table} (id)")
                connection.execute(f"CREATE INDEX IF NOT EXISTS ix_dlt ON {table} (_dlt_id)")
        connection.commit()
        connection.close()
    pipeline = tool.pipeline(
        "bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=tool.destinations.sqlalchemy(f"sqlite:///{folder}/dlt.db"),
        dataset_name="data",
    )
    pipeline.run(rows())


def _pages(folder: Path) -> Iterator[list[list[str]]]:
    with (folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=";")
        next(reader)
        full = (cells for cells in reader if cells)
        while page := list(itertools.islice(full, BATCH)):
            yield page


def main() -> None:
    """Do one job and print its cost."""
    job, folder = sys.argv[1], Path(sys.argv[2])
    wall, cpu = time.perf_counter(), time.process_time()
    {"hub": hub, "floor": floor, "dlt": dlt}[job](folder)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {
        "cpu": time.process_time() - cpu + children.ru_utime + children.ru_stime,
        "wall": time.perf_counter() - wall,
        "memory": max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, children.ru_maxrss) / 1024,
    }
    print(json.dumps(cost))


if __name__ == "__main__":
    main()
