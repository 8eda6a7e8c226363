"""Steps 1 and 2: fetches a source's raws and keeps, sealed, those that are new or changed. Judges nothing but sameness."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allin_hub.api.plugin import Holds, Raw, Source
from allin_hub.base.errors import HubError, StoreError, Unavailable
from allin_hub.base.failpoints import Point
from allin_hub.base.problems import Problem, problem_of
from allin_hub.base.time_limits import Bounds
from allin_hub.fetched import Fetched
from allin_hub.hub import Hub
from allin_hub.ingest.raw_codec import packed
from allin_hub.ingest.source_run import LentRun
from allin_hub.store import leases
from allin_hub.store import problems as findings
from allin_hub.store import raw_records as raws
from allin_hub.store.engine import reading, writing
from allin_hub.store.tables import iso

PAGE = 4000
LEASE_HELD_FOR = dt.timedelta(seconds=60)
"""A long read of nothing new extends its lease this often."""


class Stager:
    """Stages one run of one source."""

    def __init__(
        self,
        hub: Hub,
        source: Source[Any],
        run: LentRun,
        run_id: str,
        fence: int,
        derive: Callable[[list[Raw]], list[str]],
        lies_ahead: Callable[[list[int]], set[int]],
        renew: bool = False,
    ) -> None:
        self._renew = renew
        self._hub = hub
        self._source = source
        self._run = run
        self._run_id = run_id
        self._fence = fence
        self._derive = derive
        self._lies_ahead = lies_ahead
        self._seq = 0
        self._extended = hub.clock()
        self._seen: set[bytes] = set()
        self._nameless: list[tuple[int, str, bytes]] = []
        self._new: dict[bytes, int] = {}
        self._places: dict[int, tuple[str | None, int | None]] = {}
        """Where records with problems stood: people look them up by their row, also when it has moved."""
        self._by_key: dict[bytes, raws.KnownRaw] = {}
        self._by_digest: dict[bytes, list[raws.KnownRaw]] | None = None

    def stage(self) -> Fetched:
        """Fetch everything; what arrived before a cut is kept."""
        name = self._source.name
        with reading(self._hub.engine) as connection:
            self._by_key = {known.key: known for known in raws.known(connection, name)}
            for raw_id, sealed in findings.places(connection, name):
                problem = problem_of(self._hub.sealer.unseal(sealed))
                self._places[raw_id] = (problem.sheet, problem.row)
        result = Fetched(before=sum(known.status != raws.WITHDRAWN for known in self._by_key.values()))
        result.renewed = self._renew
        limits = self._hub.config.sources[name].limits
        bounds = Bounds(limits.records, limits.minutes)
        stream = bounds.call(lambda: iter(self._source.fetch(self._run)))
        while True:
            page, error = _page(stream, bounds)
            if page:
                self._keep(page, result)
            if error is not None:
                if not isinstance(error, Unavailable) or result.fetched == 0:
                    raise error
                result.complete, result.error = False, error
                break
            if len(page) < PAGE:
                break
            self._run.progress(result.fetched)
        self._name(result)
        if result.complete:
            self._miss(result)
        self._finish(result)
        return result

    def _keep(self, page: list[Raw], result: Fetched) -> None:
        reported = self._run.take_record_problems()
        sealer = self._hub.sealer
        rows: list[tuple[Any, ...]] = []
        moved: list[tuple[Raw, raws.KnownRaw]] = []
        nameless: list[tuple[int, Raw, bytes]] = []
        digests, hashed = self._marks(page)
        result.derived_keys = result.derived_keys or None in hashed
        result.fetched += len(page)
        for raw, digest, key in zip(page, digests, hashed, strict=True):
            prior = self._by_key.get(key) if key is not None else self._same(digest)
            if (
                prior is not None
                and prior.key not in self._seen
                and prior.digest == digest
                and prior.status != raws.WITHDRAWN
            ):
                self._seen.add(prior.key)
                result.unchanged += 1
                place = self._places.get(prior.id) if self._places else None
                if self._renew or (place is not None and place != (raw.sheet, raw.row)):
                    moved.append((raw, prior))
                else:
                    result.waiting += prior.status == raws.QUARANTINED
                continue
            own = _reported(raw, reported) if reported else []
            if key is not None and key in self._seen:
                own = [
                    *own,
                    Problem("KEY_DUPLICATE", params={"value": raw.key if len(raw.key or "") < 80 else "…"}),
                ]
                key, prior = self._numbered(raw.key or "", digest)  # noqa: PLW2901 - the record has this key from here on
                if key is None:
                    result.unchanged += 1
                    continue
            self._seq += 1
            op = "new" if prior is None else "changed"
            if key is not None:
                self._seen.add(key)
                self._count(op, result)
                if prior is None and self._by_key:
                    self._new[digest] = self._seq
            else:
                nameless.append((self._seq, raw, digest))
            shown = raw.key if raw.key is not None else ""
            moment = iso(raw.updated_at) if raw.updated_at is not None else None
            rows.append(
                (self._run_id, self._seq, op, key, None, digest, sealer.seal(packed(raw, shown, own)), moment)
            )
        for raw, prior in moved:
            self._seq += 1
            sealed = sealer.seal(packed(raw, raw.key or "", _reported(raw, reported)))
            moment = iso(raw.updated_at) if raw.updated_at is not None else None
            rows.append((self._run_id, self._seq, "moved", prior.key, None, prior.digest, sealed, moment))
        if nameless:
            bases = self._derive([raw for _, raw, _ in nameless])
            self._nameless += [
                (seq, base, digest) for (seq, _, digest), base in zip(nameless, bases, strict=True)
            ]
        self._store(rows)

    def _marks(self, page: list[Raw]) -> tuple[list[bytes], list[bytes | None]]:
        """The digest of each raw's content, its key left aside, and its hashed key."""
        sealer, key_column = self._hub.sealer, self._source.key_column
        contents = [raw.payload for raw in page]
        if key_column is not None:
            contents = [_without(payload, key_column) for payload in contents]
        if all(raw.key is not None for raw in page):
            keys: list[bytes | None] = [*sealer.hashes(f"key\x1f{raw.key}".encode() for raw in page)]
        else:
            keys = [None if raw.key is None else sealer.hash_text("key", raw.key) for raw in page]
        return sealer.digests(contents), keys

    def _store(self, rows: list[tuple[Any, ...]]) -> None:
        now = self._hub.clock()
        if not rows and now - self._extended < LEASE_HELD_FOR:
            return
        self._extended = now
        with writing(self._hub.engine, Point.RAWS_STAGED) as connection:
            raws.stage(connection, rows)
            if not leases.extend_lease(connection, self._source.name, self._fence, now):
                raise StoreError(
                    "Another run has taken this source over meanwhile.",
                    hint="Nothing was lost; run the sync again.",
                )

    def _same(self, digest: bytes) -> raws.KnownRaw | None:
        """A raw without a key of its own is known again by its content."""
        if self._by_digest is None:
            self._by_digest = {}
            for known in self._by_key.values():
                self._by_digest.setdefault(known.digest, []).append(known)
        return next((known for known in self._by_digest.get(digest, ()) if known.key not in self._seen), None)

    def _numbered(self, key: str, digest: bytes) -> tuple[bytes | None, raws.KnownRaw | None]:
        """The next free key after a repeated one; None when that very record was there before."""
        for number in itertools.count(2):
            hashed = self._hub.sealer.hash_text("key", f"{key}\x1f{number}")
            if hashed in self._seen:
                continue
            prior = self._by_key.get(hashed)
            if prior is not None and prior.digest == digest and prior.status != raws.WITHDRAWN:
                self._seen.add(hashed)
                return None, None
            return hashed, prior
        raise AssertionError

    def _name(self, result: Fetched) -> None:
        """Give keys to raws that came without one, once all that are unchanged have taken theirs."""
        named: dict[str, list[tuple[bytes, bytes, int]]] = {"new": [], "changed": []}
        for seq, base, digest in self._nameless:
            for number in itertools.count(1):
                key = self._hub.sealer.hash_text("derived", base if number == 1 else f"{base}\x1f{number}")
                if key not in self._seen:
                    break
            self._seen.add(key)
            op = "changed" if key in self._by_key else "new"
            self._count(op, result)
            if op == "new":
                self._new[digest] = seq
            named[op].append((key, digest, seq))
        if self._nameless:
            with writing(self._hub.engine, Point.KEYS_DERIVED) as connection:
                for op, keys in named.items():
                    raws.name_staged(connection, self._run_id, keys, op)

    def _miss(self, result: Fetched) -> None:
        """Stage what a complete read no longer holds, and know a lost record again under a new key."""
        result.counts_all = self._source.holds is Holds.ALL
        if self._source.holds is Holds.CHANGES:
            return
        lost = [
            known
            for known in self._by_key.values()
            if known.status != raws.WITHDRAWN and known.key not in self._seen
        ]
        if self._source.holds is Holds.FUTURE and lost:
            ahead = self._lies_ahead([known.id for known in lost])
            lost = [known for known in lost if known.id in ahead or known.status == raws.QUARANTINED]
            result.before = result.unchanged + result.changed + len(lost)
        renamed: list[tuple[int, raws.KnownRaw]] = []
        gone: list[raws.KnownRaw] = []
        for known in lost:
            seq = self._new.pop(known.digest, None)
            if seq is None:
                gone.append(known)
            else:
                renamed.append((seq, known))
        result.renamed, result.gone = len(renamed), len(gone)
        result.new -= len(renamed)
        rows = []
        for known in gone:
            self._seq += 1
            rows.append((self._run_id, self._seq, "gone", known.key, None, known.digest, None, None))
        self._store(rows)
        if renamed:
            with writing(self._hub.engine, Point.RENAMES_STAGED) as connection:
                raws.rename_staged(connection, self._run_id, [(known.key, seq) for seq, known in renamed])

    def _finish(self, result: Fetched) -> None:
        result.skipped = dict(self._run.skipped)
        result.fetched += sum(result.skipped.values())
        result.problems = [
            *self._run.file_problems,
            *itertools.chain.from_iterable(self._run.take_record_problems().values()),
        ]
        result.cursor = self._run.next_cursor if result.complete else None
        columns = self._source.columns
        result.headers = [header for header in columns.headers if columns.path(header) is not None]

    @staticmethod
    def _count(op: str, result: Fetched) -> None:
        if op == "new":
            result.new += 1
        else:
            result.changed += 1


def _page(stream: Iterator[Raw], bounds: Bounds) -> tuple[list[Raw], HubError | None]:
    """The next raws of a feed, and what ended it early."""
    page: list[Raw] = []
    try:
        bounds.take(stream, page, PAGE)
    except HubError as error:
        return page, error
    return page, None


def _reported(raw: Raw, reported: Mapping[Any, list[Problem]]) -> list[Problem]:
    """What the source itself had to say about a record."""
    return reported.get((raw.sheet, raw.row)) or reported.get(raw.key) or []


def _without(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    rest = {**payload}
    rest.pop(name, None)
    return rest
