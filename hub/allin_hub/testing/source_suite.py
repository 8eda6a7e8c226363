"""The conformance tests of a source: three lines in a plugin's tests run them all."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from allin_hub.api.plugin import Raw, Source
from allin_hub.testing.config_checks import logged
from allin_hub.testing.draft_compare import (
    draft_text,
    kept,
    personal_paths,
    raw_text,
    unknown_paths,
    words_of_persons,
)
from allin_hub.testing.failure_text import some
from allin_hub.testing.fetch_checks import FeedChecks
from allin_hub.testing.fresh_process import Unreachable, again
from allin_hub.testing.io_guard import Watch, home_of, watching
from allin_hub.testing.odd_payloads import odd_payloads
from allin_hub.testing.source_fixture import SAMPLED, mapper_of, raised_by
from allin_hub.testing.source_harness import Read, SourceWorkshop

_READABLE = 8


class SourceSuite(FeedChecks):
    """Set `source`, `config` and `fixtures`; pytest finds the tests of any class whose name begins with `Test`.

    `fixtures` is a folder of recorded answers, which also lies in the hub's folder, or a mapping of address to
    answer (a path, bytes, a text, or data for JSON). `settings` are what the hub reads of the block itself.
    """

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

    def test_map_is_pure(self, workshop: SourceWorkshop, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """A replay maps what was kept, perhaps years later: nothing but the record may count."""
        rule = "map() is pure: the record alone decides."
        source = mapper_of(read)
        for raw, draft in mapped[:SAMPLED]:
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
            "raws": [raw_text(kept(raw)) for raw, _ in mapped[:SAMPLED]],
        }
        try:
            others = again("drafts", self.source, given)
        except Unreachable:
            return
        here = [draft_text(draft) for _, draft in mapped[:SAMPLED]]
        if any(other != here for other in others):
            self.told(
                rule,
                "in another process it gave other drafts",
                "put no set into an order by chance: sorted(…)",
            )

    def test_map_does_no_io(self, read: Read, mapped: list[tuple[Raw, Any]]) -> None:
        """The hub maps within its one write transaction: whoever waits there stops everybody."""
        source, home = mapper_of(read), home_of(self.source)
        for first in (True, False):
            watch = Watch(home, first=first)
            with watching(watch):
                for raw, _ in mapped[:SAMPLED]:
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
        source = mapper_of(read)
        for raw in _varied(read.raws):
            for how, payload in odd_payloads(raw.payload):
                error = raised_by(source, raw._replace(payload=payload))
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
        source = mapper_of(read)
        words = {word for raw in read.raws for word in words_of_persons(read.kind, source.map(raw))}
        if not words:
            pytest.skip("its recordings name no person")
        with logged() as lines:
            found = workshop.read()
            for raw in found.raws:
                mapper_of(found).map(raw)
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


def _varied(raws: list[Raw]) -> list[Raw]:
    """A few raws that have other parts than each other."""
    found: dict[tuple[str, ...], Raw] = {}
    for raw in raws:
        found.setdefault(tuple(sorted(map(str, raw.payload))), raw)
    return list(found.values())[:5]


def _public_texts(read: Read, source: Source[Any], raw: Raw) -> Iterator[str]:
    """Texts that a record itself shows in public fields, where no seal could hide them."""
    from allin_hub.mapping.drafts import take_apart
    from allin_hub.testing.draft_compare import texts_in
    from allin_schemas import ENTITIES, Private
    from allin_schemas.marks import marked

    private = marked(ENTITIES[read.kind], Private)
    for name, value in take_apart(read.kind, source.map(raw)).fields.items():
        if name not in private:
            yield from texts_in(value)
