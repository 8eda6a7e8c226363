"""A source under test, and what it reads from its recordings."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from allin_hub.api.plugin import Plugin, Raw, Source
from allin_hub.base.errors import HubError
from allin_hub.config.settings import RESERVED
from allin_hub.testing.config_checks import PluginSuite
from allin_hub.testing.source_harness import Read, SourceWorkshop

SAMPLED = 25
"""How many records are looked at one by one."""


class Readings(PluginSuite):
    """What the checks of a source share: its class, its settings, and what its recordings give."""

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
        return [(raw, mapper_of(read).map(copied(raw))) for raw in read.raws]

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
            for raw in found.raws[:SAMPLED]:
                try:
                    mapper_of(found).map(raw)
                except Exception:  # noqa: S112 - another test of the suite is about that
                    continue

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
        source = mapper_of(read)
        for number, raw in enumerate(read.raws, 1):
            error = raised_by(source, raw)
            if error is not None:
                return f"at recorded record {number} it raised {type(error).__name__}: {error}"
            if not isinstance(source.map(copied(raw)), Mapping):
                return f"of recorded record {number} it made a {type(source.map(copied(raw))).__name__}, and no mapping"
        return None


def mapper_of(read: Read) -> Source[Any]:
    """The source that fetched, ready to map."""
    if read.source is None:
        pytest.skip("there is no source to map with")
    return read.source


def raised_by(source: Source[Any], raw: Raw) -> BaseException | None:
    """What a map raises, but for the refusals that the catalogue says."""
    try:
        source.map(copied(raw))
    except HubError as error:
        return None if error.code else error
    except (Exception, SystemExit) as error:
        return error
    return None


def copied(raw: Raw) -> Raw:
    """A raw of its own, so that a map which changes its payload changes no other test's."""
    return raw._replace(payload=copy.deepcopy(raw.payload))
