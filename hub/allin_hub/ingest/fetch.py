"""Steps 1 to 4 of a read: fetches a source page by page, knows its records again, and stages those that are new or changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from allin_hub.api.plugin import Holds, Raw
from allin_hub.base.bindings import of_problem, of_raw
from allin_hub.base.errors import HubError, Unavailable
from allin_hub.base.failpoints import Point
from allin_hub.base.problems import Problem, problem_of
from allin_hub.base.time_limits import Bounds
from allin_hub.config.settings import SourceSettings
from allin_hub.entities.record_keys import derived_key, lies_ahead, opened_fields
from allin_hub.ingest.fetch_result import FetchResult
from allin_hub.ingest.plugin_run import LentRun
from allin_hub.ingest.prepare import foreign
from allin_hub.ingest.raw_codec import Envelope, packed
from allin_hub.ingest.stage import PAGE, Stager
from allin_hub.ingest.stage_claims import Arrival
from allin_hub.ingest.validate import Outcome
from allin_hub.mapping.date_orders import DateOrders, is_dated
from allin_hub.store import claims as claim_table
from allin_hub.store import problems as problem_table
from allin_hub.store import raw_records as raws
from allin_hub.store import staging
from allin_hub.store.engine import reading, writing

_LONGEST_SHOWN = 80
_LOOKED_AT = 50
"""How many records of a page show which fields a feed without headers has."""


class _News(NamedTuple):
    """A record that is new or changed, or stands elsewhere now."""

    op: str
    raw: Raw
    key: bytes | None
    digest: bytes
    prior: raws.KnownRaw | None
    problems: list[Problem]


class Fetch:
    """One read of one source. With `renew`, unchanged records are taken in whole again."""

    def __init__(self, stager: Stager, lent: LentRun, *, renew: bool) -> None:
        self._stager = stager
        self._hub = stager.run.hub
        self._source = stager.prepared.source
        self._lent = lent
        self._renew = renew
        self._today = stager.run.today
        self._seen: set[bytes] = set()
        self._nameless: list[tuple[int, bytes, str]] = []
        """Staged raws without a key of their own: id, digest, what a key is derived from."""
        self._new: dict[bytes, list[int]] = {}
        """Digest -> the staged raws that are new and hold just that."""
        self._mapped_by: set[str] = set()
        self._places: dict[int, tuple[str | None, int | None]] = {}
        """Where records with problems stood: people look them up by their row, also when it has moved."""
        self._by_key: dict[bytes, raws.KnownRaw] = {}
        self._by_digest: dict[bytes, list[raws.KnownRaw]] | None = None
        given = stager.prepared.settings.date_order
        known = {
            column: order for column, order in self._source.columns.orders.items() if column not in given
        }
        self._orders = DateOrders(given, known)
        self._result = FetchResult(
            renewed=renew,
            method=self._source.consent_method,
            language=stager.prepared.settings.language,
        )

    def read(self) -> FetchResult:
        """Read everything; what arrived before a cut is kept."""
        name, result = self._source.name, self._result
        with reading(self._hub.engine) as connection:
            self._by_key = {known.key: known for known in raws.known(connection, name)}
            for id, raw_id, sealed in problem_table.places(connection, name):
                problem = problem_of(self._hub.sealer.unseal(sealed, of_problem(id)))
                self._places[raw_id] = (problem.sheet, problem.row)
        result.before = sum(known.status != raws.WITHDRAWN for known in self._by_key.values())
        limits = self._stager.prepared.settings.limits
        bounds = Bounds(limits.records, limits.minutes)
        settings = self._stager.prepared.settings
        stream = foreign(settings, lambda: bounds.call(lambda: iter(self._source.fetch(self._lent))))
        while True:
            page, error = _page(settings, stream, bounds)
            if page:
                self._take(page)
            if error is not None:
                if not isinstance(error, Unavailable) or result.fetched == 0:
                    raise error
                result.complete, result.error = False, error
                break
            if len(page) < PAGE:
                break
            self._lent.progress(result.fetched)
        self._source.columns = self._source.columns.ordered(self._orders.decided())
        self._remap_if_columns_changed()
        self._assign_keys()
        result.complete = result.complete and self._lent.holds_all
        if result.complete:
            self._mark_missing()
        self._finish()
        return result

    def _keep_unclaimed(self, page: list[Raw], reported: Mapping[Any, list[Problem]]) -> None:
        """Take problems of rows that made no record for problems of the file: they keep their row."""
        if reported:
            claimed = {place for raw in page for place in ((raw.sheet, raw.row), raw.key)}
            for place, found in reported.items():
                if place not in claimed:
                    self._lent.about_file(found)

    def _take(self, page: list[Raw]) -> None:
        """Stage what is new or changed in a page."""
        reported = self._lent.take_record_problems()
        self._keep_unclaimed(page, reported)
        self._look_at_dates(page)
        result = self._result
        result.fetched += len(page)
        news: list[_News] = []
        for raw, digest, own_key in zip(page, *self._marks(page), strict=True):
            key = own_key
            prior = self._by_key.get(key) if key is not None else self._same(digest)
            if (
                prior is not None
                and prior.key not in self._seen
                and prior.digest == digest
                and prior.status != raws.WITHDRAWN
            ):
                self._seen.add(prior.key)
                result.unchanged += 1
                place = self._places.get(prior.id)
                if self._renew or (place is not None and place != (raw.sheet, raw.row)):
                    own = _reported(raw, reported)
                    news.append(_News(staging.MOVED, raw, prior.key, digest, prior, own))
                elif prior.status == raws.QUARANTINED:
                    self._stager.waiting.add(prior.id)
                continue
            own = _reported(raw, reported)
            if key is None:
                news.append(_News(staging.NEW, raw, None, digest, None, own))
                continue
            if key in self._seen:
                shown = raw.key if len(raw.key or "") < _LONGEST_SHOWN else "…"
                own = [*own, Problem("KEY_DUPLICATE", params={"value": shown})]
                key, prior = self._numbered(raw.key or "", digest)
                if key is None:
                    result.unchanged += 1
                    continue
            self._seen.add(key)
            news.append(
                _News(staging.NEW if prior is None else staging.CHANGED, raw, key, digest, prior, own)
            )
        self._stage(news)

    def _look_at_dates(self, page: list[Raw]) -> None:
        """Find out what comes first in the dates of each column, before a cell of this page is read."""
        columns = self._source.columns
        headers = dict.fromkeys(header for raw in page[:_LOOKED_AT] for header in raw.payload)
        headers.update(dict.fromkeys(columns.headers))
        dated = [header for header in headers if is_dated(columns.kind, columns.path(header))]
        self._orders.look((raw.payload for raw in page), dated)
        self._source.columns = columns.ordered(self._orders.decided())

    def _stage(self, news: Sequence[_News]) -> None:
        """Map, check and stage records; a record without a key is told what one is derived from."""
        stager = self._stager
        contents = [packed(one.raw, one.raw.key or "", one.problems) for one in news]
        envelopes = [_envelope(one) for one in news]
        days = [self._day(one) for one in news]
        outcomes = (
            stager.check(envelopes, self._today)
            if set(days) <= {self._today}
            else self._by_days(envelopes, days)
        )
        if news:
            self._mapped_by.add(self._source.columns.fingerprint)
        arrivals = [
            Arrival(
                one.op,
                one.prior.id if one.prior is not None else None,
                one.key,
                one.digest,
                content,
                one.raw.updated_at,
                day,
                outcome,
            )
            for one, content, day, outcome in zip(news, contents, days, outcomes, strict=True)
        ]
        for one, outcome, became in zip(news, outcomes, stager.stage(arrivals), strict=True):
            if one.key is None:
                base = derived_key(stager.prepared.kind, outcome.data, one.raw.payload)
                self._nameless.append((became.raw_id, one.digest, base))
            elif one.op != staging.MOVED:
                self._count(one.op, one.digest, became.raw_id)

    def _day(self, one: _News) -> str:
        """The day on which a record is read: that of its arrival, also when it only stands elsewhere now."""
        if one.op == staging.MOVED and one.prior is not None:
            return one.prior.arrived_on or self._today
        return self._today

    def _by_days(self, envelopes: Sequence[Envelope], days: Sequence[str]) -> list[Outcome]:
        """Map and check records that arrived on several days."""
        found: dict[int, Outcome] = {}
        for day in sorted(set(days)):
            places = [place for place, one in enumerate(days) if one == day]
            found.update(zip(places, self._stager.check([envelopes[n] for n in places], day), strict=True))
        return [found[place] for place in range(len(days))]

    def _marks(self, page: list[Raw]) -> tuple[list[bytes], list[bytes | None]]:
        """The digest of each raw's content, its key left aside, and its hashed key."""
        sealer, key_column = self._hub.sealer, self._source.key_column
        contents = [raw.payload for raw in page]
        if key_column is not None:
            contents = [_without(payload, key_column) for payload in contents]
        keys: list[bytes | None]
        if all(raw.key is not None for raw in page):
            keys = [*sealer.hashes(f"key\x1f{raw.key}".encode() for raw in page)]
        else:
            self._result.derived_keys = True
            keys = [None if raw.key is None else sealer.hash_text("key", raw.key) for raw in page]
        return sealer.digests(contents), keys

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

    def _remap_if_columns_changed(self) -> None:
        """Map the records again that were mapped before the last table showed what its columns mean."""
        if self._mapped_by <= {self._source.columns.fingerprint}:
            return
        outcomes = self._stager.remap()
        kind = self._stager.prepared.kind
        cells = self._cells([id for id, _, _ in self._nameless])
        self._nameless = [
            (id, digest, derived_key(kind, outcomes[id].data, cells[id])) for id, digest, _ in self._nameless
        ]

    def _cells(self, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
        wanted = set(ids)
        found: dict[int, Mapping[str, Any]] = {}
        if wanted:
            with reading(self._stager.engine) as connection:
                for batch in staging.batches(connection, self._stager.run.id, (staging.NEW,), PAGE):
                    for one in batch:
                        if one.id in wanted:
                            found[one.id] = self._stager.opened(one.id, one.sealed, None).raw.payload
        return found

    def _assign_keys(self) -> None:
        """Give keys to raws that came without one, once all that are unchanged have taken theirs."""
        named: list[tuple[str, bytes, int]] = []
        known: list[tuple[int, raws.KnownRaw]] = []
        for id, digest, base in self._nameless:
            for number in itertools.count(1):
                key = self._hub.sealer.hash_text("derived", base if number == 1 else f"{base}\x1f{number}")
                if key not in self._seen:
                    break
            self._seen.add(key)
            prior = self._by_key.get(key)
            op = staging.NEW if prior is None else staging.CHANGED
            named.append((op, key, id))
            if prior is not None:
                known.append((id, prior))
            self._count(op, digest, id)
        if named:
            with writing(self._stager.engine, Point.KEYS_DERIVED) as connection:
                staging.name_raws(connection, self._stager.run.id, named)
        self._stager.become_known(known, staging.CHANGED)

    def _mark_missing(self) -> None:
        """Stage what a complete read no longer holds, and know a lost record again under a new key."""
        result = self._result
        result.counts_all = self._source.holds is Holds.ALL
        if self._source.holds is Holds.CHANGES:
            return
        lost = [
            known
            for known in self._by_key.values()
            if known.status != raws.WITHDRAWN and known.key not in self._seen
        ]
        if self._source.holds is Holds.FUTURE and lost:
            ahead = self._ahead([known.id for known in lost])
            lost = [known for known in lost if known.id in ahead or known.status == raws.QUARANTINED]
            result.before = result.unchanged + result.changed + len(lost)
        renamed: list[tuple[int, raws.KnownRaw]] = []
        gone: list[raws.KnownRaw] = []
        today = self._under_other_key_column(lost) if self._new else {}
        for known in lost:
            digests = (known.digest, today.get(known.id, known.digest))
            digest = next((one for one in digests if self._new.get(one)), None)
            if digest is None:
                gone.append(known)
            else:
                renamed.append((self._new[digest].pop(0), known))
                result.rekeyed += digest == today.get(known.id)
        result.renamed, result.gone = len(renamed), len(gone)
        result.new -= len(renamed)
        self._stager.withdraw(gone)
        self._rename(renamed)

    def _under_other_key_column(self, lost: Sequence[raws.KnownRaw]) -> dict[int, bytes]:
        """Find the lost raws whose key was read from another column than today's, or from none.

        Gives each raw's digest as it would be today: of its cells without those of today's key column.
        """
        hub, key_column = self._hub, self._source.key_column
        has_keys = not self._result.derived_keys
        found: dict[int, bytes] = {}
        for start in range(0, len(lost), PAGE):
            batch = lost[start : start + PAGE]
            with reading(hub.engine) as connection:
                sealed = raws.sealed_of(connection, [known.id for known in batch])
            contents = [hub.sealer.unseal(sealed[known.id], of_raw(known.id)) for known in batch]
            cells = [content["p"] for content in contents]
            if key_column is not None:
                cells = [_without(payload, key_column) for payload in cells]
            for known, content, digest in zip(batch, contents, hub.sealer.digests(cells), strict=True):
                if digest != known.digest or bool(content["k"]) != has_keys:
                    found[known.id] = digest
        return found

    def _rename(self, renamed: Sequence[tuple[int, raws.KnownRaw]]) -> None:
        """Let staged raws be known ones under new keys, read as on the day on which they first arrived."""
        if not renamed:
            return
        with writing(self._stager.engine, Point.RENAMES_STAGED) as connection:
            staging.rename_raws(connection, self._stager.run.id, [id for id, _ in renamed])
        self._stager.become_known(renamed, staging.RENAMED)
        days = {known.id: known.arrived_on or self._today for _, known in renamed}
        earlier = {id: day for id, day in days.items() if day != self._today}
        if earlier:
            self._stager.remap(earlier)

    def _ahead(self, raw_ids: list[int]) -> set[int]:
        """Which lost events, or some date of their series, still lie ahead."""
        hub = self._hub
        with reading(hub.engine) as connection:
            found = claim_table.own_of_raws(connection, raw_ids)
        now = hub.clock()
        return {
            one.raw_id
            for one in found
            if lies_ahead(opened_fields(one.id, one.version, one.data, one.sealed, hub.sealer), now)
        }

    def _finish(self) -> None:
        result, columns = self._result, self._source.columns
        result.waiting = len(self._stager.waiting)
        result.skipped = dict(self._lent.skipped)
        result.fetched += sum(result.skipped.values())
        result.problems = [
            *self._lent.file_problems,
            *self._orders.problems(columns.headers),
            *itertools.chain.from_iterable(self._lent.take_record_problems().values()),
        ]
        result.cursor = self._lent.next_cursor if result.complete else None
        headers = list(columns.headers)
        result.headers = [header for header in headers if columns.path(header) is not None]
        result.orders = self._orders.learned()
        if headers:
            result.learned = columns.learned_from(headers)
        elif result.orders:
            result.learned = dict(columns.learned)
        if headers:
            result.unused = len(set(columns.unknown(headers)) - {self._source.key_column})

    def _count(self, op: str, digest: bytes, raw_id: int) -> None:
        if op == staging.NEW:
            self._result.new += 1
            if self._by_key:
                self._new.setdefault(digest, []).append(raw_id)
        else:
            self._result.changed += 1


def _page(
    settings: SourceSettings, stream: Iterator[Raw], bounds: Bounds
) -> tuple[list[Raw], HubError | None]:
    """The next raws of a feed, and what ended it early."""
    page: list[Raw] = []
    try:
        foreign(settings, lambda: bounds.take(stream, page, PAGE))
    except HubError as error:
        return page, error
    return page, None


def _envelope(one: _News) -> Envelope:
    """A record as it is opened from its seal: as JSON gives it back."""
    raw = one.raw if one.raw.key is not None else one.raw._replace(key="")
    problems = tuple(
        Problem(
            found.code, key=raw.key, sheet=raw.sheet, row=raw.row, column=found.column, params=found.params
        )
        for found in one.problems
    )
    return Envelope(raw, problems)


def _reported(raw: Raw, reported: Mapping[Any, list[Problem]]) -> list[Problem]:
    """What the source itself had to say about a record."""
    if not reported:
        return []
    return reported.get((raw.sheet, raw.row)) or reported.get(raw.key) or []


def _without(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    rest = {**payload}
    rest.pop(name, None)
    return rest
