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
from allin_hub.readers.chunks import Again, Kept, Stretches
from allin_hub.store import chunks as stretches_kept
from allin_hub.store import problems as findings
from allin_hub.store import raw_records as raws
from allin_hub.store import runs as bookkeeping
from allin_hub.store.engine import reading, writing
from allin_hub.store.tables import iso

PAGE = 4000
LEASE_HELD_FOR = dt.timedelta(seconds=60)
"""A long read of nothing new extends its lease this often."""


class _Repeated(Exception):
    """A record stands before a stretch that holds one with its key: only the stretch itself tells what that means."""


_PLAIN_FROM = 3
"""With fewer cells a row may be a remark, and what that is depends on the rows around it."""


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
        pass_over: bool = False,
    ) -> None:
        self._pass_over = pass_over
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
        self._stretches = Stretches({}, hub.sealer.hash)
        self._quarantined: frozenset[bytes] = frozenset()

    def stage(self) -> Fetched:
        """Fetch everything; what arrived before a cut is kept."""
        name = self._source.name
        with reading(self._hub.engine) as connection:
            self._by_key = {known.key: known for known in raws.known(connection, name)}
            for raw_id, sealed in findings.places(connection, name):
                problem = problem_of(self._hub.sealer.unseal(sealed))
                self._places[raw_id] = (problem.sheet, problem.row)
            kept = stretches_kept.known(connection, name) if self._pass_over else {}
        try:
            return self._stage(kept)
        except _Repeated:
            self._forget()
            return self._stage({})

    def _forget(self) -> None:
        """Begin anew, with nothing staged."""
        with writing(self._hub.engine, Point.RAWS_STAGED) as connection:
            raws.drop_staging(connection, self._run_id)
        self._run.begin_again()
        self._seq = 0
        self._seen.clear()
        self._nameless.clear()
        self._new.clear()

    def _watch(self, kept: Mapping[bytes, Kept]) -> None:
        """Lend the run the stretches of the last read."""
        known = self._by_key.values()
        troubled = {one.key for one in known if one.id in self._places} if self._places and kept else ()
        if kept:
            self._quarantined = frozenset(one.key for one in known if one.status == raws.QUARANTINED)
        self._stretches = self._run.stretches = Stretches(kept, self._hub.sealer.hash, troubled)

    def _stage(self, kept: Mapping[bytes, Kept]) -> Fetched:
        self._watch(kept)
        result = Fetched(before=sum(known.status != raws.WITHDRAWN for known in self._by_key.values()))
        result.renewed = self._renew
        limits = self._hub.config.sources[self._source.name].limits
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

    def _again(self, again: Again, result: Fetched) -> None:
        """Take in records that are known to be those of the last read."""
        keys = again.keys
        if not self._seen.isdisjoint(keys) or not all(map(self._by_key.__contains__, keys)):
            raise _Repeated
        self._seen.update(keys)
        result.fetched += len(keys)
        result.unchanged += len(keys)
        if self._quarantined:
            result.waiting += len(self._quarantined.intersection(keys))

    def _keep(self, page: list[Raw | Again], result: Fetched) -> None:
        reported = self._run.take_record_problems()
        sealer = self._hub.sealer
        rows: list[tuple[Any, ...]] = []
        moved: list[tuple[Raw, raws.KnownRaw]] = []
        plain: list[tuple[int, bytes]] = []
        nameless: list[tuple[int, Raw, bytes]] = []
        raws_of_page = [one for one in page if not isinstance(one, Again)]
        digests, hashed = self._marks(raws_of_page)
        result.derived_keys = result.derived_keys or None in hashed
        marks = zip(digests, hashed, strict=True)
        result.fetched += len(raws_of_page)
        for raw in page:
            if isinstance(raw, Again):
                self._again(raw, result)
                continue
            digest, key = next(marks)
            if (
                key is not None
                and raw.row is not None
                and _is_plain(raw.payload)
                and key not in self._seen
                and not (reported and _reported(raw, reported))
            ):
                plain.append((raw.row, key))
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
                key, prior = self._numbered(raw.key or "", digest)
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
        if plain:
            self._stretches.arrived(plain)
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
            if not bookkeeping.extend_lease(connection, self._source.name, self._fence, now):
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
        result.stretches = self._stretches.found
        result.headers = [header for header in columns.headers if columns.path(header) is not None]

    @staticmethod
    def _count(op: str, result: Fetched) -> None:
        if op == "new":
            result.new += 1
        else:
            result.changed += 1


def _page(stream: Iterator[Raw | Again], bounds: Bounds) -> tuple[list[Raw | Again], HubError | None]:
    """The next raws of a feed, and what ended it early."""
    page: list[Raw | Again] = []
    try:
        bounds.take(stream, page, PAGE)
        bounds.count(sum(len(one.keys) - 1 for one in page if isinstance(one, Again)))
    except HubError as error:
        return page, error
    return page, None


def _reported(raw: Raw, reported: Mapping[Any, list[Problem]]) -> list[Problem]:
    """What the source itself had to say about a record."""
    return reported.get((raw.sheet, raw.row)) or reported.get(raw.key) or []


def _is_plain(payload: Mapping[str, Any]) -> bool:
    """Whether enough cells say something."""
    saying = (None for cell in payload.values() if cell.__class__ is not str or not cell.isspace())
    return any(True for _ in itertools.islice(saying, _PLAIN_FROM - 1, None))


def _without(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    rest = {**payload}
    rest.pop(name, None)
    return rest
