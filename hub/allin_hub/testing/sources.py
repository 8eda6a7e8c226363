"""The conformance tests of a source: three lines in a plugin's tests run them all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from allin_hub.config import RESERVED
from allin_hub.contract import Holds, Plugin, Raw, Source
from allin_hub.errors import HubError, Refused, Unavailable
from allin_hub.testing.again import Unreachable, again
from allin_hub.testing.mapping import (
    draft_text,
    kept,
    personal_paths,
    raw_text,
    unknown_paths,
    words_of_persons,
)
from allin_hub.testing.oddities import odd_payloads
from allin_hub.testing.settings import PluginSuite, logged
from allin_hub.testing.telling import some
from allin_hub.testing.watching import Watch, home_of, watching
from allin_hub.testing.workshop import Read, SourceWorkshop

FAULTS: dict[str, type[HubError]] = {
    "401": Refused,
    "403": Refused,
    "404": Refused,
    "429": Unavailable,
    "500": Unavailable,
    "timeout": Unavailable,
    "cut": Unavailable,
    "html": HubError,
}
"""What goes wrong at a server, and what has to come of it."""
MOST = 20_000
_MAPPED = 25
_READABLE = 8


class SourceSuite(PluginSuite):
    """Set `source`, `config` and `fixtures`; pytest finds the tests of any class whose name begins with `Test`.

    `fixtures` is a folder of recorded answers, which also lies in the hub's folder, or a mapping of address to
    answer (a path, bytes, a text, or data for JSON). `settings` are what the hub reads of the block itself.
    """

    source: ClassVar[type[Source[Any]]]
    fixtures: ClassVar[Path | Mapping[str, Any] | None] = None
    settings: ClassVar[Mapping[str, Any]] = {}
    patience: ClassVar[float] = 20
    """Seconds after which a fetch from recordings counts as endless."""
    group = "sources"
    reserved = RESERVED
    _sound: ClassVar[dict[tuple[type, str], str | None]] = {}

    @property
    def plugin(self) -> type[Plugin[Any]]:
        """The class under test."""
        return self.source

    @pytest.fixture
    def workshop(self, tmp_path: Path) -> SourceWorkshop:
        """A throw-away hub with this source."""
        return self._workshop(tmp_path)

    def _workshop(self, folder: Path) -> SourceWorkshop:
        made = folder / "hub"
        made.mkdir()
        return SourceWorkshop(made, self.source, self.config, self.settings, self.fixtures, self.patience)

    @pytest.fixture
    def read(self, workshop: SourceWorkshop) -> Read:
        """What the recordings give; without that, there is nothing to look at."""
        found = workshop.read()
        self._need("fetch", lambda: self._bad_fetch(found))
        return found

    @pytest.fixture
    def mapped(self, read: Read) -> list[tuple[Raw, Any]]:
        """Recorded raws with their drafts."""
        self._need("map", lambda: self._bad_map(read))
        return [(raw, _mapper(read).map(raw)) for raw in read.raws]

    @pytest.fixture(autouse=True)
    def _of_this_contract(self, request: pytest.FixtureRequest) -> None:
        if not request.node.name.startswith("test_it_is_a_source"):
            self._need("contract", lambda: next((seen for seen, _ in self.contract_faults(Source)), None))

    def _need(self, what: str, found: Callable[[], str | None]) -> None:
        """Skip what would only repeat another test's failure."""
        known = (type(self), what)
        if known not in self._sound:
            self._sound[known] = found()
        if self._sound[known] is not None:
            pytest.skip(f"another test of this suite tells why: {str(self._sound[known]).splitlines()[0]}")

    def exercise(self) -> None:
        """Fetch and map once."""
        import tempfile

        with tempfile.TemporaryDirectory() as place:
            found = self._workshop(Path(place)).read()
            for raw in found.raws[:_MAPPED]:
                try:
                    _mapper(found).map(raw)
                except Exception:  # noqa: S112 - another test of the suite is about that
                    continue

    def test_it_is_a_source_of_this_contract(self) -> None:
        """The hub refuses anything else by name."""
        for seen, remedy in self.contract_faults(Source):
            self.told("A source is a class for this contract.", seen, remedy)
        if self.source.fetch is Source.fetch:
            self.told("A source reads.", "it has no fetch()", "write fetch(self, run), and yield Raws in it")
        if self.source.produces is None and "kind" not in self.settings:
            self.told(
                "A source says what it brings.",
                "it has no `produces`, and the suite no kind",
                'write produces = Event, or settings = {"kind": "event"} in the suite where hub.toml has to say it',
            )

    def test_fetch_reads_what_was_recorded(self, workshop: SourceWorkshop) -> None:
        """All else rests on this: the recordings give at least one record."""
        found = workshop.read()
        if self._is_endless(found):
            pytest.skip("test_fetch_ends tells about it")
        seen = self._bad_fetch(found)
        if seen:
            missing = f" It asked for {some(dict.fromkeys(found.network.missing))}, which is not recorded."
            self.told(
                "The fixtures give records.",
                seen + (missing if found.network.missing else ""),
                "record an answer for each address, and yield Raw(key, payload) for each record",
            )

    def test_fetch_ends(self, workshop: SourceWorkshop) -> None:
        """A feed without end fills the disk; the hub would cut it off, and the source would fail for ever."""
        found = workshop.read(most=MOST)
        if self._is_endless(found):
            self.told(
                "A fetch ends.",
                f"it brought {len(found.raws)} records with {len(found.network.asked)} requests, and was not done",
                "stop at the last page, and when a page brings nothing that was not there before",
            )

    def test_fetch_uses_the_hubs_doors_only(self, workshop: SourceWorkshop) -> None:
        """What goes past run.http knows no limits; what reads the environment works on one machine alone."""
        home = home_of(self.source)
        watch = Watch(home, (workshop.folder, home) if home.is_dir() else (workshop.folder,))
        with watching(watch):
            found = workshop.read()
        self._need("fetch", lambda: self._bad_fetch(found))
        if watch.seen:
            self.told(
                "A source reads through run.http, run.open_table, run.open_calendar and run.path alone.",
                f"in fetch() or state() it {some(watch.seen)}",
                "ask run for it; a secret is a setting: Secret, { env = … } in hub.toml",
            )

    def test_fetch_is_lazy(self, read: Read) -> None:
        """The hub stores records while they come, so that a cut loses nothing and memory stays small."""
        if not isinstance(read.returned, Iterator):
            self.told(
                "fetch() yields.",
                f"it gave back a {type(read.returned).__name__}",
                "yield each Raw where it is found, instead of collecting them",
            )

    def test_keys_are_stable(self, workshop: SourceWorkshop, read: Read) -> None:
        """A key that changes makes a new record of an old one, each night."""
        seen = self._bad_keys(workshop, read)
        if seen:
            self.told(
                "The same record has the same key, at each fetch and in whatever order it comes.",
                seen,
                "take the id that the system gave; without one, key=None lets the hub derive one",
            )

    def test_keys_are_texts_and_unique(self, workshop: SourceWorkshop, read: Read) -> None:
        """Two records under one key: the hub has to number them, and mixes them up when one leaves."""
        self._need("keys", lambda: self._bad_keys(workshop, read))
        rule = "A key is a text of its own for each record, or None."
        wrong = [type(raw.key).__name__ for raw in read.raws if not isinstance(raw.key, str | None)]
        if wrong:
            self.told(rule, f"a key is of type {wrong[0]}", "write key=str(…)")
        if "" in read.keys:
            self.told(rule, "a key is empty", "use None where there is no key")
        twice = sorted({key for key in read.keys if read.keys.count(key) > 1})
        if twice:
            self.told(rule, f"{len(twice)} keys came twice", "add what tells the records apart")

    def test_keys_name_no_person(self, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """A key is part of reports and questions; nobody's address belongs there."""
        for raw, draft in mapped:
            words = {word.casefold() for word in words_of_persons(read.kind, draft)}
            if raw.key and any(word in raw.key.casefold() for word in words):
                self.told(
                    "A key names no person.",
                    "a key holds what the draft puts into a private field",
                    "take the system's own id; without one, key=None lets the hub derive one",
                )

    @pytest.mark.parametrize("fault", FAULTS)
    def test_faults_of_a_server_become_hub_errors(
        self, workshop: SourceWorkshop, read: Read, fault: str
    ) -> None:
        """`Unavailable` is tried again, `Refused` is told to the owner; no error means an empty feed."""
        if not read.network.asked:
            pytest.skip("it reads nothing from the network")
        wanted = FAULTS[fault]
        for at in sorted({1, len(read.network.asked)}):
            found = workshop.read(workshop.network(fault=fault, at=at))
            shown = fault if fault.isalpha() else f"status {fault}"
            if found.error is None:
                seen = f"request {at} was answered with {shown}, and fetch() ended with {len(found.raws)} records"
            elif not isinstance(found.error, wanted):
                seen = f"request {at} was answered with {shown}, and it raised {type(found.error).__name__}"
            else:
                continue
            self.told(
                f"An answer of {shown} ends the fetch with {wanted.__name__}.",
                seen,
                "let what run.http and .json() raise pass; raise Refused or Unavailable where you judge an answer",
            )

    def test_broken_files_become_hub_errors(self, workshop: SourceWorkshop, read: Read) -> None:
        """A missing or spoilt file is said in words, and never ends in a traceback."""
        if read.network.asked or not workshop.given:
            pytest.skip("it reads no files")
        spoilt = {"missing": None, "empty": b"", "noise": bytes(range(256)) * 40}
        for how, content in spoilt.items():
            for path in workshop.given:
                if content is None:
                    path.unlink()
                else:
                    path.write_bytes(content)
            error = workshop.read().error
            if error is not None and not isinstance(error, HubError):
                self.told(
                    "A broken file is told in words.",
                    f"with {how} files it raised {type(error).__name__}",
                    "open files with run.open_table, run.open_calendar or Files; raise Refused with a sentence",
                )

    def test_a_second_fetch_gives_no_more(self, workshop: SourceWorkshop, read: Read) -> None:
        """A cursor is there to read less; and where a read is to be complete, none may be left out."""
        again_ = workshop.read(since=read.run.next_cursor)
        rule = "A second fetch from the cursor gives no more than the first."
        if again_.error is not None:
            self.told(
                rule, f"it raised {type(again_.error).__name__}", "accept the cursor that it left itself"
            )
        if len(again_.raws) > len(read.raws):
            self.told(
                rule,
                f"first {len(read.raws)}, then {len(again_.raws)} records",
                "read from run.since on, and leave with run.cursor(…) where that ended",
            )
        if read.source is not None and read.source.holds is Holds.ALL and len(again_.raws) < len(read.raws):
            self.told(
                "A source that holds ALL gives all, each time.",
                f"first {len(read.raws)}, then {len(again_.raws)} records: the hub would withdraw the rest",
                "write holds = Holds.CHANGES, or leave run.since alone",
            )
        if again_.mark != read.mark and read.run.next_cursor is None:
            self.told(
                "state() is the same while the feed is.",
                "two looks at the same recordings gave two marks",
                "digest the content alone, without times and counters",
            )

    def test_map_is_pure(self, workshop: SourceWorkshop, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """A replay maps what was kept, perhaps years later: nothing but the record may count."""
        rule = "map() is pure: the record alone decides."
        source = _mapper(read)
        for raw, draft in mapped[:_MAPPED]:
            before = copy.deepcopy(raw.payload)
            watch = Watch(home_of(self.source))
            with watching(watch, clock=True):
                text = draft_text(source.map(raw))
            called = [seen for seen in watch.seen if seen.startswith("called ")]
            if called:
                self.told(rule, f"it {some(called)}", "put what it needs into the payload, in fetch()")
            if raw.payload != before:
                self.told(rule, "it changed the payload", "make a new dict, and leave raw.payload as it is")
            if text != draft_text(draft):
                self.told(rule, "it gave two drafts of one record", "use nothing but raw")
            if draft_text(source.map(kept(raw))) != text:
                self.told(
                    rule,
                    "it gave another draft of a record that had been kept",
                    "put only texts, numbers, lists and dicts into the payload: they are kept as JSON",
                )
        given = {
            "folder": workshop.folder,
            "headers": list(source.columns.headers),
            "raws": [raw_text(kept(raw)) for raw, _ in mapped[:_MAPPED]],
        }
        try:
            others = again("drafts", self.source, given)
        except Unreachable:
            return
        here = [draft_text(draft) for _, draft in mapped[:_MAPPED]]
        if any(other != here for other in others):
            self.told(
                rule,
                "in another process it gave other drafts",
                "put no set into an order by chance: sorted(…)",
            )

    def test_map_does_no_io(self, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """The hub maps within its one write transaction: whoever waits there stops everybody."""
        source, home = _mapper(read), home_of(self.source)
        for first in (True, False):
            watch = Watch(home, first=first)
            with watching(watch):
                for raw, _ in mapped[:_MAPPED]:
                    source.map(raw)
            if watch.seen:
                self.told(
                    "map() does no input or output.",
                    f"it {some(watch.seen)}",
                    "do it in fetch() and put the result into the payload; read what never changes once, at import",
                )

    def test_map_never_raises(self, read: Read) -> None:
        """Feeds leave out what they promise; a record with a gap must not be lost for it."""
        seen = self._bad_map(read)
        rule = "map() takes whatever the feed sends."
        remedy = "rename only: raw.payload.get(…), and look at a type before you rely on it; the hub judges the rest"
        if seen:
            self.told(rule, seen, remedy)
        source = _mapper(read)
        for raw in _varied(read.raws):
            for how, payload in odd_payloads(raw.payload):
                error = _raised(source, raw._replace(payload=payload))
                if error is not None:
                    self.told(rule, f"with {how} it raised {type(error).__name__}: {error}", remedy)

    def test_drafts_name_fields_of_the_model(self, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """What the model does not know is dropped, with a problem for each record."""
        strange = {path for _, draft in mapped for path in unknown_paths(read.kind, draft)}
        if strange:
            self.told(
                f"A draft names fields of {read.kind.value}.",
                f"it names {some(sorted(strange))}",
                "use the names in allin_schemas, with dots for parts: places.street, contacts.email, contacts.consents",
            )

    def test_personal_data_is_declared(self, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """An office has to know, before it switches a source on, whose data comes with it."""
        declared = tuple(self.source.personal_data)
        if "*" in declared:
            return
        found = sorted({path for _, draft in mapped for path in personal_paths(read.kind, draft)})
        silent = [
            path for path in found if not any(path == one or path.startswith(f"{one}.") for one in declared)
        ]
        if silent:
            self.told(
                "A source declares the personal data that it carries.",
                f"its drafts fill {some(silent)}, and personal_data is {declared!r}",
                f"write personal_data = {tuple(sorted({*declared, *(path.partition('.')[0] for path in silent)}))!r}",
            )

    def test_licence_and_rate_are_declared(self, read: Read) -> None:
        """Whoever reads another's server says how often, and under which licence its data may be passed on."""
        if not read.network.asked:
            pytest.skip("it reads nothing from the network")
        said = {name for made in self.source.__mro__ if made not in Source.__mro__ for name in vars(made)}
        for name, example in (("licence", '"CC BY 4.0"'), ("requests_per_minute", "60")):
            if name not in said:
                self.told(
                    f"A source of the network declares its {name}.",
                    f"it says nothing about its {name}",
                    f"write {name} = {example}, or {name} = None where the feed's owner asks for nothing",
                )

    def test_recorded_records_become_entries(
        self, workshop: SourceWorkshop, mapped: list[tuple[Raw, Any]]
    ) -> None:
        """A source is there to bring entries: of good recordings, at least half get through."""
        (report,) = workshop.sync(1)
        if report.status != "done":
            self.told(
                "A sync of the recordings is done.",
                f"it ended as {report.status}: {report.message}",
                report.hint or "mend what it says",
            )
        live = report.new - report.quarantined
        if live * 2 < len(mapped):
            reasons = dict.fromkeys(problem.code for problem in report.problems)
            self.told(
                "Recorded records become entries.",
                f"of {len(mapped)} records {report.quarantined} wait in quarantine: {some(reasons)}",
                "fill the fields that the kind requires; allin check shows each problem with its hint",
            )

    def test_a_second_sync_changes_nothing(self, workshop: SourceWorkshop, read: Read) -> None:
        """The same feed twice is no news; else every night looks like a change."""
        self._need("map", lambda: self._bad_map(read))
        self._need("keys", lambda: self._bad_keys(workshop, read))
        self._need("cursor", lambda: "it reads changes" if read.run.next_cursor else None)
        first, second = workshop.sync(2)
        if "failed" in (first.status, second.status):
            pytest.skip("test_recorded_records_become_entries tells about it")
        moved = {
            what: count
            for what in ("new", "changed", "withdrawn", "renamed")
            if (count := getattr(second, what))
        }
        if moved:
            self.told(
                "A second sync of the same feed changes nothing.",
                f"it counted {some(f'{count} {what}' for what, count in moved.items())}",
                "leave out of the payload what changes by itself: the time of the request, counters, tokens",
            )

    def test_persons_stay_sealed(self, workshop: SourceWorkshop, read: Read) -> None:
        """Marks, cursors and logs are not sealed; nobody's name or address belongs there."""
        self._need("map", lambda: self._bad_map(read))
        source = _mapper(read)
        words = {word for raw in read.raws for word in words_of_persons(read.kind, source.map(raw))}
        if not words:
            pytest.skip("its recordings name no person")
        with logged() as lines:
            found = workshop.read()
            for raw in found.raws:
                _mapper(found).map(raw)
            workshop.sync(1)
        shown = {
            "the cursor": found.run.next_cursor or "",
            "state()": found.mark or "",
            "the log": "\n".join(lines),
        }
        for place, text in shown.items():
            if any(word in text for word in words):
                self.told(
                    "Persons' data stays in the payload, where it is sealed.",
                    f"{place} holds a person's data",
                    "log counts, and build marks and cursors from times, numbers and digests",
                )
        long = sorted(word for word in words if len(word) >= _READABLE)
        public = {text for raw in read.raws for text in _public_texts(read, source, raw)}
        held = workshop.holds([word for word in long if not any(word in text for text in public)])
        if held:
            files = sorted({file for found_in in held.values() for file in found_in})
            self.told(
                "Persons' data stays in the payload, where it is sealed.",
                f"{some(files)} holds a person's data readably",
                "put a person's data under contacts or another private field, and into no public one",
            )

    def _is_endless(self, found: Read) -> bool:
        code = found.error.code if isinstance(found.error, HubError) else ""
        return code in {"FEED_TOO_LONG", "FEED_ENDLESS"} or len(found.network.asked) > 500

    def _bad_fetch(self, found: Read) -> str | None:
        """Why the recordings give nothing to look at, or None."""
        if self._is_endless(found):
            return "fetch() does not end"
        if isinstance(found.error, HubError):
            return f"fetch() raised {type(found.error).__name__}: {found.error}"
        if found.error is not None:
            return f"fetch() raised {type(found.error).__name__}: {found.error}"
        if not found.raws:
            return "fetch() gave no record"
        wrong = next((raw for raw in found.raws if not isinstance(raw, Raw)), None)
        if wrong is not None:
            return f"fetch() gave a {type(wrong).__name__} instead of a Raw"
        if not all(isinstance(raw.payload, Mapping) for raw in found.raws):
            return "a payload is no mapping"
        naive = any(raw.updated_at is not None and raw.updated_at.tzinfo is None for raw in found.raws)
        return "updated_at has no time zone" if naive else None

    def _bad_keys(self, workshop: SourceWorkshop, read: Read) -> str | None:
        """How keys differ from fetch to fetch, or None."""
        first = sorted(map(str, read.keys))
        second = sorted(map(str, workshop.read().keys))
        if first != second:
            changed = len(set(first) - set(second))
            return f"of {len(first)} keys, {changed} were others at the second fetch of the same recordings"
        other = sorted(map(str, workshop.read(workshop.network(turned=True)).keys))
        if first != other:
            changed = len(set(first) - set(other))
            return f"of {len(first)} keys, {changed} were others when the records came in the opposite order"
        return None

    def _bad_map(self, read: Read) -> str | None:
        """How a recorded record cannot be mapped, or None."""
        source = _mapper(read)
        for number, raw in enumerate(read.raws, 1):
            error = _raised(source, raw)
            if error is not None:
                return f"at recorded record {number} it raised {type(error).__name__}: {error}"
            if not isinstance(source.map(raw), Mapping):
                return (
                    f"of recorded record {number} it made a {type(source.map(raw)).__name__}, and no mapping"
                )
        return None


def _mapper(read: Read) -> Source[Any]:
    if read.source is None:
        pytest.skip("there is no source to map with")
    return read.source


def _raised(source: Source[Any], raw: Raw) -> BaseException | None:
    try:
        source.map(raw)
    except HubError as error:
        return None if error.code else error
    except (Exception, SystemExit) as error:
        return error
    return None


def _varied(raws: list[Raw]) -> list[Raw]:
    """A few raws that have other parts than each other."""
    found: dict[tuple[str, ...], Raw] = {}
    for raw in raws:
        found.setdefault(tuple(sorted(map(str, raw.payload))), raw)
    return list(found.values())[:5]


def _public_texts(read: Read, source: Source[Any], raw: Raw) -> Iterator[str]:
    """Texts that a record itself shows in public fields, where no seal could hide them."""
    from allin_hub.drafts import take_apart
    from allin_hub.testing.mapping import texts_in
    from allin_schemas import ENTITIES, Private
    from allin_schemas.marks import marked

    private = marked(ENTITIES[read.kind], Private)
    for name, value in take_apart(read.kind, source.map(raw)).fields.items():
        if name not in private:
            yield from texts_in(value)
