"""A map is a plugin's: wherever the hub calls it, one that breaks costs a record, one that never ends costs its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from allin_hub.api import registry
from allin_hub.api.plugin import PluginConfig, Raw, Source
from allin_hub.base import time_limits
from allin_hub.hub import Hub
from allin_hub.ingest.diff import differences
from allin_hub.ingest.hold import accept
from allin_hub.operations.child_process import check, cut_all, sync
from allin_hub.operations.retention import retain
from allin_schemas import Organisation

RECORDS = 60


class Feed(Source[PluginConfig]):
    """Sixty records, of which a test says what they hold and what the map does."""

    produces = Organisation
    keyed = True
    words = "old"
    breaks_at: int | None = None
    never_ends = False

    def fetch(self, run: Any) -> Iterator[Raw]:
        """Yield one raw per number."""
        for number in range(RECORDS):
            payload = {"number": number, "words": f"{type(self).words} words of {number}"}
            yield Raw(str(number) if type(self).keyed else None, payload)

    def map(self, raw: Raw) -> dict[str, Any]:
        """Do what the test asks for."""
        while type(self).never_ends:
            pass
        if raw.payload["number"] == type(self).breaks_at:
            raise KeyError("kanarina@privat.example")
        return {"name": f"Verein {raw.payload['number']}", "description": raw.payload["words"]}


@pytest.fixture
def hub(office: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with this feed alone; its maps may take a second."""
    made = type("Made", (Feed,), {})
    monkeypatch.setattr(registry, "source", lambda _config, settings: made(settings.name, PluginConfig()))
    monkeypatch.setattr(time_limits, "MAP_SECONDS", 1.0)
    office.settings('[sources.feed]\nplugin = "feed"\nlimits = { records = 100 }\n')
    opened = office.open()
    yield opened
    opened.close()


@pytest.fixture
def feed(hub: Hub) -> type[Feed]:
    """The feed's class: what is set there counts from the next run on."""
    return type(registry.source(hub.config, hub.config.sources["feed"]))


def test_a_map_that_breaks_at_one_of_many_changed_records_costs_that_record(
    hub: Hub, feed: type[Feed]
) -> None:
    """So many changes wait for a person; whether they do is found by mapping them, and one that breaks fails nothing."""
    sync(hub)
    feed.words, feed.breaks_at = "new", 7

    held = sync(hub).sources["feed"]
    taken = accept(hub, "feed").sources["feed"]

    assert ("held", [("changed", RECORDS)]) == (held.status, [(one.code, one.count) for one in held.held])
    assert ("done", RECORDS, 1) == (taken.status, taken.changed, taken.quarantined)


def test_a_map_that_never_ends_is_ended_where_keys_are_derived_from_it(hub: Hub, feed: type[Feed]) -> None:
    """Records without keys are mapped while they are fetched; another sync has to be possible after."""
    feed.keyed, feed.never_ends = False, True

    tried = check(hub, None).sources["feed"]
    failed = sync(hub).sources["feed"]
    feed.never_ends = False
    done = sync(hub).sources["feed"]

    assert [("failed", "MAP_TOO_LONG")] * 2 == [(one.status, one.problems[0].code) for one in (tried, failed)]
    assert ("done", RECORDS) == (done.status, done.new)


def test_a_map_that_never_ends_is_ended_where_a_run_is_compared(hub: Hub, feed: type[Feed]) -> None:
    """What was known stays."""
    sync(hub)
    feed.words, feed.never_ends = "new", True

    failed = sync(hub).sources["feed"]

    assert ("failed", "MAP_TOO_LONG") == (failed.status, failed.problems[0].code)


def test_a_held_run_is_shown_and_accepted_though_its_map_never_ends(hub: Hub, feed: type[Feed]) -> None:
    """What was staged was mapped before it was held: neither a look at it nor its acceptance asks the plugin."""
    sync(hub)
    feed.words = "new"
    run = sync(hub).sources["feed"].run
    feed.never_ends = True

    shown = list(differences(hub, run))
    taken = accept(hub, "feed").sources["feed"]

    assert [("description", "old words of 0", "new words of 0")] == [
        (one.field, one.old["de"]["text"], one.new["de"]["text"]) for one in shown[0].fields
    ]
    assert ("done", RECORDS) == (taken.status, taken.changed)


def test_a_map_that_never_ends_is_ended_where_raws_are_cut_down(
    hub: Hub, feed: type[Feed], office: Any
) -> None:
    """At night nobody would notice: the source's records stay whole, and all other periods are kept."""
    sync(hub)
    office.now += dt.timedelta(days=40)
    feed.never_ends = True

    kept = retain(hub, cut_all)

    assert (["feed"], 0) == (kept.left, kept.cut)


def test_a_check_lives_with_a_feed_that_breaks_and_one_that_never_ends(
    hub: Hub, feed: type[Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks before the first sync meets a plugin's faults first."""

    def endless(*_: Any) -> Iterator[Raw]:
        while True:
            yield Raw(None, {"number": 1, "words": "again"})

    def broken(*_: Any) -> Iterator[Raw]:
        yield Raw("1", {"number": 1, "words": "once"})
        raise KeyError("kanarina@privat.example")

    found = []
    for fetch in (endless, broken):
        monkeypatch.setattr(feed, "fetch", fetch)
        found.append(check(hub, None).sources["feed"])

    assert ["FEED_ENDLESS", "PLUGIN_FAILED"] == [one.problems[0].code for one in found]
    assert "kanarina" not in f"{found[1].message} {found[1].hint}"
