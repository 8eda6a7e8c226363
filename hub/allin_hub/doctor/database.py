"""The database from the inside: whether it is whole, opens with its key, and what its rows say of each other agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from allin_hub.base.errors import StoreError
from allin_hub.doctor.finding import BROKEN, WEAK, Finding
from allin_hub.doctor.output_folders import closed
from allin_hub.hub import Hub
from allin_hub.i18n.translator import text
from allin_hub.ingest import held_staging
from allin_hub.publish.output_lease import begun
from allin_hub.publish.place import finish
from allin_hub.store import integrity, ledger, staging
from allin_hub.store.after_restore import drop_orphans, running
from allin_hub.store.engine import reading, writing

MOST_EVENTS = 20
LEDGER_FAULTS = {
    "changed": text("Events of the ledger that were changed from outside the hub: {events}."),
    "missing": text("Events of the ledger that are missing: {events}."),
    "inserted": text("Events of the ledger that were put in from outside the hub: {events}."),
}
REPLAY = text("Map the kept records again: allin sync --replay. If it stays, restore the last backup.")
SHOWN = 5
Counting = Callable[[Connection], int]
INVARIANTS: tuple[tuple[str, Counting, str], ...] = (
    (
        "claim_without_entity",
        integrity.claims_without_entity,
        text("Records whose entry is not there: {count}."),
    ),
    (
        "entity_without_claim",
        integrity.entities_without_claim,
        text("Entries that are shown although no source speaks of them: {count}."),
    ),
    (
        "provenance",
        integrity.wrong_provenance,
        text("Entries that name an origin which is no longer there: {count}."),
    ),
    (
        "forwarding",
        integrity.lost_forwardings,
        text("Merged entries that lead nowhere: {count}."),
    ),
    (
        "claim_of_gone_record",
        integrity.claims_of_gone_raws,
        text("Withdrawn records that still count: {count}."),
    ),
    (
        "reference",
        integrity.lost_references,
        text("References to records that are not there: {count}."),
    ),
)


def whole(connection: Connection) -> Iterator[Finding]:
    """Whether the database's file is sound."""
    faults = integrity.file_faults(connection)
    if faults:
        yield Finding(
            "database_damaged",
            BROKEN,
            text("The database is damaged: {fault}."),
            text("Run nothing more, and restore the last backup: allin restore FILE --force"),
            {"fault": faults[0]},
        )


def opens(hub: Hub, connection: Connection) -> Iterator[Finding]:
    """Whether everything sealed opens with the hub's key."""
    closed: dict[str, list[str]] = {}
    for table, binding, sealed in integrity.sealed_values(connection):
        try:
            hub.sealer.unseal(sealed, binding)
        except StoreError:
            closed.setdefault(table, []).append(binding.decode())
    for table, records in sorted(closed.items()):
        yield Finding(
            "sealed",
            BROKEN,
            text(
                "Sealed values in the table '{table}' that were changed or belong elsewhere: {count} ({records})."
            ),
            text("Read the sources again: allin sync. If it stays, restore the last backup."),
            {"count": len(records), "table": table, "records": _some(records)},
        )


def _some(records: Sequence[str]) -> str:
    """The first few, by their ids."""
    return ", ".join([*records[:SHOWN], *(["…"] if len(records) > SHOWN else [])])


def held(hub: Hub, connection: Connection) -> Iterator[Finding]:
    """Whether what waits for a person is what was held."""
    intact = held_staging.intact_runs(connection, hub.sealer)
    for run_id in staging.saved_runs(connection):
        if run_id not in intact:
            yield Finding(
                "held_run",
                BROKEN,
                text("The rows of the held run {run} were changed since it was held; it cannot be accepted."),
                text("Read its source again: allin sync. Then decide on the new run."),
                {"run": run_id},
            )


def chained(hub: Hub, connection: Connection) -> Iterator[Finding]:
    """Whether the ledger of consents and audit holds exactly what the hub has written."""
    found: dict[str, list[int]] = {}
    for one in ledger.faults(connection, hub.sealer):
        found.setdefault(one.what, []).append(one.seq or 0)
    for what, events in sorted(found.items()):
        yield Finding(
            f"ledger_{what}",
            BROKEN,
            LEDGER_FAULTS[what],
            text(
                "No person is published on a consent until that is mended. Find out who can write to the database, and restore"
                " the last backup that verifies."
            ),
            {"events": ", ".join(str(event or "?") for event in sorted(set(events))[:MOST_EVENTS])},
        )


def agree(connection: Connection) -> Iterator[Finding]:
    """Whether claims, entities, provenance, forwardings and references fit each other."""
    for code, count_of, message in INVARIANTS:
        count = count_of(connection)
        if count:
            yield Finding(code, BROKEN, message, REPLAY, {"count": count})


def left_behind(hub: Hub, connection: Connection) -> Iterator[Finding]:
    """What killed runs have left; the next run of each mends it too."""
    now = hub.clock()
    itself = text("The next run mends it by itself; at once: allin doctor --fix")
    for name in integrity.stale_leases(connection, now):
        yield Finding(
            "lease",
            WEAK,
            text("'{name}' is marked as running, although nobody works on it."),
            itself,
            {"name": name},
            lambda: _end_lost_runs(hub),
        )
    if integrity.lost_runs(connection, now) and not integrity.stale_leases(connection, now):
        yield Finding(
            "run",
            WEAK,
            text("A run never ended, although nobody works on it."),
            itself,
            cure=lambda: _end_lost_runs(hub),
        )
    rows = integrity.orphans(connection, now)
    if rows:
        yield Finding(
            "staging",
            WEAK,
            text("Rows that runs left behind when they were cut off: {count}."),
            itself,
            {"count": rows},
            lambda: _drop_orphans(hub),
        )
    for output in integrity.open_journals(connection, now):
        if closed(hub, output) is not None:  # no run and no cure mends it before that is said and done
            continue
        yield Finding(
            "journal",
            WEAK,
            text("The last publish of '{output}' was cut off."),
            itself,
            {"output": output},
            lambda output=output: _finish(hub, output),  # type: ignore[misc]
        )


def _end_lost_runs(hub: Hub) -> None:
    with writing(hub.engine) as connection:
        integrity.end_lost_runs(connection, hub.clock())


def _drop_orphans(hub: Hub) -> None:
    with writing(hub.engine) as connection:
        drop_orphans(connection, {run_id for _, run_id in running(connection, hub.clock())})


def _finish(hub: Hub, output: str) -> None:
    turn = begun(hub, output)
    if turn is not None:
        try:
            finish(turn)
        finally:
            turn.end()


def examine(hub: Hub) -> list[Finding]:
    """All that is wrong inside the database, at one moment; of a damaged one, nothing further is asked."""
    with reading(hub.engine) as connection:
        found: list[Any] = list(whole(connection))
        if not found:
            found += [
                *opens(hub, connection),
                *held(hub, connection),
                *chained(hub, connection),
                *agree(connection),
                *left_behind(hub, connection),
            ]
    return found
