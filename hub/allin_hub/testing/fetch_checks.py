"""What is asked of a fetch: its doors, its end, its keys, and what becomes of faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from allin_hub.api.plugin import Holds, Raw
from allin_hub.base.errors import HubError, Refused, Unavailable
from allin_hub.testing.draft_compare import (
    words_of_persons,
)
from allin_hub.testing.failure_text import some
from allin_hub.testing.io_guard import Watch, home_of, watching
from allin_hub.testing.source_fixture import Readings
from allin_hub.testing.source_harness import Read, SourceWorkshop

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


class FeedChecks(Readings):
    """The checks of what a source reads."""

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
