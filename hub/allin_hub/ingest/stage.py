"""Step 4: stages checked records and their claims, as their tables keep them, in short transactions."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from allin_hub.base.bindings import of_raw
from allin_hub.base.errors import StoreError
from allin_hub.base.failpoints import Point
from allin_hub.base.problems import Problem
from allin_hub.ingest.prepare import Prepared
from allin_hub.ingest.raw_codec import Envelope, opened
from allin_hub.ingest.run_context import SyncRun
from allin_hub.ingest.stage_claims import Arrival, ClaimStager, Staged
from allin_hub.ingest.validate import Outcome, RecordChecker
from allin_hub.privacy.quoting import without_persons
from allin_hub.store import claims as claim_table
from allin_hub.store import leases, staging
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import reading, writing

PAGE = 4000
LEASE_HELD_FOR = dt.timedelta(seconds=60)
"""A long read of nothing new extends its lease this often."""


class Stager:
    """Stages one run of one source. With an engine of its own, as a check has it, it holds no lease."""

    def __init__(self, run: SyncRun, prepared: Prepared, engine: Engine | None = None) -> None:
        self.run = run
        self.prepared = prepared
        self.engine = engine or run.hub.engine
        self.differing: set[int] = set()
        """Known raws that changed and whose claims differ, or that are refused now and were not before."""
        self.reread: set[int] = set()
        """Unchanged raws whose claims differ, because the map of today reads them otherwise."""
        self.waiting: set[int] = set()
        """Unchanged raws in quarantine that nothing is staged of."""
        self._is_check = engine is not None
        self._extended = run.hub.clock()
        self._checker = RecordChecker(run.hub, prepared)
        self._claims = ClaimStager(run, prepared.settings, prepared.kind, self.engine)

    def check(self, envelopes: Sequence[Envelope], day: str) -> list[Outcome]:
        """Map and check records that arrived on one day."""
        return self._checker.check(envelopes, day) if envelopes else []

    def stage(self, arrivals: Sequence[Arrival]) -> list[Staged]:
        """Stage records and their claims; what became of each."""
        became, rows = self._claims.stage(arrivals) if arrivals else ([], staging.Rows())
        self.store(rows)
        self._note(arrivals, became)
        return became

    def store(self, rows: staging.Rows) -> None:
        """Write rows to the staging, and hold the lease for longer.

        Raises StoreError when another run has taken the source over meanwhile.
        """
        now = self.run.hub.clock()
        if not (rows.raws or rows.claims or rows.problems) and now - self._extended < LEASE_HELD_FOR:
            return
        self._extended = now
        with writing(self.engine, Point.RAWS_STAGED) as connection:
            staging.add(connection, rows)
            self._hold_lease(connection, now)

    def stage_problems(self, found: Sequence[Problem]) -> None:
        """Stage what was found about the source as a whole."""
        if found:
            with writing(self.engine, Point.IDS_RESERVED) as connection:
                first = staging.reserve(connection, "problem", len(found))
            rows = [
                self._claims.problem_row(first + n, None, without_persons(one)) for n, one in enumerate(found)
            ]
            self.store(staging.Rows(problems=rows))

    def withdraw(self, lost: Sequence[raws.KnownRaw]) -> None:
        """Stage that raws are gone, and their live claims with them."""
        run_id = self.run.id
        for start in range(0, len(lost), PAGE):
            batch = lost[start : start + PAGE]
            with reading(self.run.hub.engine) as connection:
                known = claim_table.of_raws(connection, [one.id for one in batch])
            rows = staging.Rows()
            rows.raws = [
                (
                    run_id,
                    one.id,
                    staging.GONE,
                    one.key,
                    one.digest,
                    raws.WITHDRAWN,
                    None,
                    None,
                    one.arrived_on,
                )
                for one in batch
            ]
            rows.claims = [
                _ending(run_id, old) for slots in known.values() for old in slots.values() if old.live
            ]
            self.store(rows)

    def become_known(self, pairs: Sequence[tuple[int, raws.KnownRaw]], op: str) -> None:
        """Give staged raws, and what they claim, the ids of raws that the hub knows."""
        if not pairs:
            return
        with reading(self.run.hub.engine) as connection:
            known = claim_table.of_raws(connection, [raw.id for _, raw in pairs])
        moves: list[tuple[int, int, int | None]] = []
        ending: list[tuple[Any, ...]] = []
        with writing(self.engine, Point.KEYS_DERIVED) as connection:
            staged = staging.claims_of(connection, self.run.id, [id for id, _ in pairs])
            for id, raw in pairs:
                slots = dict(known.get(raw.id, {}))
                differs = False
                for one in staged.get(id, ()):
                    old = slots.pop((one.slot, one.kind), None)
                    is_same = old is not None and bool(old.live) and old.digest == one.digest
                    differs = differs or not is_same
                    if old is not None:
                        moves.append((one.id, old.id, None if is_same else old.version + 1))
                is_refused = id not in staged
                differs = differs or any(old.live for old in slots.values())
                ending += [
                    _ending(self.run.id, old)
                    for old in slots.values()
                    if old.live and (old.slot or not is_refused)
                ]
                if differs and op == staging.CHANGED:
                    self.differing.add(raw.id)
            known_ids = [(id, raw.id) for id, raw in pairs]
            staging.become_known(connection, self.run.id, known_ids, moves, self.run.hub.sealer)
            staging.add(connection, staging.Rows(claims=ending))

    def remap(self, days: Mapping[int, str] | None = None) -> dict[int, Outcome]:
        """Map staged raws again: all of them, because their columns turned out to mean something else, or those of other days.

        Gives the new outcome of each raw that no known one stands behind.
        """
        outcomes_of_new: dict[int, Outcome] = {}
        with reading(self.engine) as connection:
            batches = list(staging.batches(connection, self.run.id, staging.BROUGHT, PAGE))
        for batch in batches:
            again = [one for one in batch if days is None or one.id in days]
            for day, group in itertools.groupby(
                again, key=lambda one: (days or {}).get(one.id, str(one.arrived_on))
            ):
                of_day = list(group)
                outcomes = self.check(
                    [self.opened(one.id, one.sealed, one.updated_at) for one in of_day], str(day)
                )
                arrivals = [
                    Arrival(one.op, one.id, one.key, one.digest, None, one.updated_at, str(day), outcome)
                    for one, outcome in zip(of_day, outcomes, strict=True)
                ]
                outcomes_of_new |= {
                    one.id: outcome
                    for one, outcome in zip(of_day, outcomes, strict=True)
                    if one.op == staging.NEW
                }
                self._restage(arrivals)
        return outcomes_of_new

    def _restage(self, arrivals: Sequence[Arrival]) -> None:
        ids = [arrival.raw_id or 0 for arrival in arrivals]
        self.differing.difference_update(ids)
        self.reread.difference_update(ids)
        became, rows = self._claims.stage(arrivals)
        settled = [(row[5], row[8], row[1]) for row in rows.raws]
        rows.raws = []
        with writing(self.engine, Point.KEYS_DERIVED) as connection:
            staging.drop_claims(connection, self.run.id, ids)
            staging.settle(connection, self.run.id, settled)
            staging.add(connection, rows)
            self._hold_lease(connection, self.run.hub.clock())
        self._note(arrivals, became)

    def replay(self, whole: str | None = None, withdrawn_by: str | None = None) -> None:
        """Map kept raws again, without those that this run has staged anew, in the order of their arrival.

        Raws read before `whole` may lack what the map needs now: they stay as they were mapped, until they are read
        again. With `withdrawn_by`, the raws that this run withdrew are mapped, and no others.
        """
        with reading(self.engine) as connection:
            staged = staging.raw_ids(connection, self.run.id)
        last, done = 0, 0
        while True:
            with reading(self.run.hub.engine) as connection:
                kept = raws.kept_batch(connection, self.run.source, last, PAGE, whole, withdrawn_by)
            if not kept:
                return
            last = kept[-1].id
            again = [one for one in kept if one.id not in staged]
            self.waiting.difference_update(one.id for one in again)
            for day, group in itertools.groupby(again, key=lambda one: one.arrived_on or self.run.today):
                of_day = list(group)
                outcomes = self.check(
                    [self.opened(one.id, one.sealed, one.updated_at) for one in of_day], day
                )
                self.stage(
                    [
                        Arrival(
                            staging.REREAD, one.id, one.key, one.digest, None, one.updated_at, day, outcome
                        )
                        for one, outcome in zip(of_day, outcomes, strict=True)
                    ]
                )
            done += len(kept)
            self.run.progress(done)

    def opened(self, raw_id: int, sealed: bytes | None, updated_at: Any) -> Envelope:
        """Open a sealed raw."""
        return opened(self.run.hub.sealer.unseal(sealed or b"", of_raw(raw_id)), updated_at)

    def _note(self, arrivals: Sequence[Arrival], became: Sequence[Staged]) -> None:
        for arrival, one in zip(arrivals, became, strict=True):
            if not one.differs or arrival.op == staging.NEW:
                continue
            if arrival.op in (staging.MOVED, staging.REREAD):
                self.reread.add(one.raw_id)
            if arrival.op == staging.CHANGED or arrival.outcome.refused:
                self.differing.add(one.raw_id)

    def _hold_lease(self, connection: Any, now: dt.datetime) -> None:
        if self._is_check:
            return
        if not leases.extend_lease(connection, self.run.source, self.run.fence, now):
            raise StoreError(
                "Another run has taken this source over meanwhile.",
                hint="Nothing was lost; run the sync again.",
            )


def _ending(run_id: str, old: claim_table.KnownClaim) -> tuple[Any, ...]:
    """The row of a claim that nobody makes any more."""
    return (run_id, old.id, old.raw_id, staging.GONE, old.slot, old.kind, *[None] * 8)
