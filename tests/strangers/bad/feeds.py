"""Sources that each break one rule."""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allin_noticeboard import Neighbourhood, NeighbourhoodConfig
from pydantic import ConfigDict, HttpUrl

from allin_hub import Draft, Holds, HubError, PluginConfig, Raw, Refused, Source, SourceRun
from allin_schemas import Event


class ChangingKeys(Neighbourhood):
    """Gives each record a new key at each fetch."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for raw in super().fetch(run):
            yield raw._replace(key=str(uuid.uuid4()))


class NumberedKeys(Neighbourhood):
    """Takes the place in the list for a key."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for number, raw in enumerate(super().fetch(run)):
            yield raw._replace(key=f"{number}-{raw.payload['name']}")


class DoubleKeys(Neighbourhood):
    """Gives two records one key."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for raw in super().fetch(run):
            yield raw._replace(key="2" if raw.key == "3" else raw.key)


class PersonAsKey(Neighbourhood):
    """Takes a person's address for a key."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for raw in super().fetch(run):
            host = raw.payload.get("host") or {}
            yield raw._replace(key=host.get("mail") or raw.key)


class ReadingMap(Neighbourhood):
    """Reads a file at each record."""

    def map(self, raw: Raw) -> Draft:
        Path(__file__).read_text(encoding="utf-8")
        return super().map(raw)


class AskingMap(Neighbourhood):
    """Looks into the environment at each record."""

    def map(self, raw: Raw) -> Draft:
        return {**super().map(raw), "summary": os.environ.get("ALLIN_SUITE_NOWHERE")}


class TimedMap(Neighbourhood):
    """Asks what time it is."""

    def map(self, raw: Raw) -> Draft:
        late = dt.datetime.now(dt.UTC).year > 3000
        return {**super().map(raw), "all_day": "ja" if late else None}


class DicedMap(Neighbourhood):
    """Leaves a field to chance, and seldom."""

    def map(self, raw: Raw) -> Draft:
        return {**super().map(raw), "summary": "x" if random.random() < 1e-9 else None}


class ChangingMap(Neighbourhood):
    """Takes a part out of the payload."""

    def map(self, raw: Raw) -> Draft:
        draft = super().map(raw)
        raw.payload.pop("about", None)  # type: ignore[attr-defined]
        return draft


class UnorderedMap(Neighbourhood):
    """Makes a list of a set."""

    def map(self, raw: Raw) -> Draft:
        found = raw.payload.get("languages")
        codes = {code for code in found if isinstance(code, str)} if isinstance(found, list) else set()
        return {**super().map(raw), "languages": list(codes)}


class RaisingMap(Neighbourhood):
    """Relies on a part that a record of the feed does not have."""

    def map(self, raw: Raw) -> Draft:
        return {**super().map(raw), "organiser": raw.payload["host"]["name"]}


class TrustingMap(Neighbourhood):
    """Relies on a type."""

    def map(self, raw: Raw) -> Draft:
        return {**super().map(raw), "title": raw.payload.get("name", "").strip()}


class UnknownField(Neighbourhood):
    """Writes a field in another language than the model's."""

    def map(self, raw: Raw) -> Draft:
        return {**super().map(raw), "titel": raw.payload.get("name")}


class SilentAboutPersons(Neighbourhood):
    """Carries persons and says nothing about it."""

    personal_data = ()


class ShownSecret(Neighbourhood):
    """Shows its token in its repr."""

    def __repr__(self) -> str:
        token = self.config.token
        return f"ShownSecret({token.get_secret_value() if token else None})"


class LoggedSecret(Neighbourhood):
    """Writes its token into the log."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        token = self.config.token
        logging.getLogger("bad").debug("asking with %s", token.get_secret_value() if token else None)
        yield from super().fetch(run)


class OpenSecretConfig(PluginConfig):
    """A token that is an ordinary text."""

    url: HttpUrl
    token: str | None = None


class OpenSecret(Source[OpenSecretConfig]):
    """Declares its token as text."""

    produces = Event
    personal_data = ("contacts", "organiser_name")
    licence = None
    requests_per_minute = 60

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for item in run.http.get(str(self.config.url)).json()["events"]:
            yield Raw(str(item["id"]), item)

    map = Neighbourhood.map


class LooseConfig(NeighbourhoodConfig):
    """Takes any setting."""

    model_config = ConfigDict(extra="ignore")


class LooseSettings(Neighbourhood, Source[LooseConfig]):
    """Takes any setting, also a misspelt one."""


class ChangeableConfig(NeighbourhoodConfig):
    """Can be changed while it runs."""

    model_config = ConfigDict(frozen=False)


class ChangeableSettings(Neighbourhood, Source[ChangeableConfig]):
    """Has settings that anybody can change."""


class Endless(Neighbourhood):
    """Brings records without end."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        number = 0
        while True:
            yield Raw(str(number), {"name": "Fest", "begins": "2026-10-12T17:00:00Z"})
            number += 1


class EndlessPages(Neighbourhood):
    """Asks for the next page for ever."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        while True:
            for item in run.http.get(str(self.config.url)).json()["events"]:
                yield Raw(str(item["id"]), item)


class Sleeping(Neighbourhood):
    """Waits for ever, and catches what would wake it."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        yield from super().fetch(run)
        while True:
            try:
                time.sleep(3600)
            except Exception:
                continue


class OwnSocket(Neighbourhood):
    """Opens a socket of its own."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        with socket.socket() as own:
            own.settimeout(0.2)
            own.connect_ex(("127.0.0.1", 9))
        yield from super().fetch(run)


class OwnFile(Neighbourhood):
    """Writes a file of its own."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        Path(tempfile.gettempdir(), "allin-bad-plugin.txt").write_text("x", encoding="utf-8")
        yield from super().fetch(run)


class OwnProgram(Neighbourhood):
    """Starts a program."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        subprocess.run([sys.executable, "-c", ""], check=True)
        yield from super().fetch(run)


class OwnEnvironment(Neighbourhood):
    """Reads its secret from the environment."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        os.environ.get("NACHBARSCHAFT_TOKEN")
        yield from super().fetch(run)


class Swallowing(Neighbourhood):
    """Takes a failure for an empty feed."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        try:
            yield from super().fetch(run)
        except HubError:
            return


class Mislabelling(Neighbourhood):
    """Tells the owner to change something whenever a server is busy."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        try:
            yield from super().fetch(run)
        except HubError:
            raise Refused("It did not work.") from None


class Listing(Neighbourhood):
    """Collects everything first."""

    def fetch(self, run: SourceRun) -> Any:
        return list(super().fetch(run))


class MoreEachTime(Neighbourhood):
    """Reads everything twice when it has a cursor."""

    holds = Holds.CHANGES

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        raws = list(super().fetch(run))
        yield from raws
        if run.since:
            yield from (raw._replace(key=f"{raw.key}-again") for raw in raws)
        run.cursor("2026-10-05")


class LessEachTime(Neighbourhood):
    """Says that it holds all, and leaves out what is not new."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        raws = list(super().fetch(run))
        yield from raws[:1] if run.since else raws
        run.cursor("2026-10-05")


class Restless(Neighbourhood):
    """Writes the time of the request into the payload."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for raw in super().fetch(run):
            yield raw._replace(payload={**raw.payload, "asked": time.time_ns()})


class TellingCursor(Neighbourhood):
    """Writes a person's address into its cursor."""

    holds = Holds.CHANGES

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        for raw in super().fetch(run):
            yield raw
            run.cursor(
                str((raw.payload.get("host") or {}).get("mail", "amina.beispielfrau@nachbarn.example"))
            )


class TellingLog(Neighbourhood):
    """Writes each record into the log."""

    def map(self, raw: Raw) -> Draft:
        logging.getLogger("bad").debug("mapping %s", raw.payload)
        return super().map(raw)


class Unusable(Neighbourhood):
    """Leaves out what an event needs."""

    def map(self, raw: Raw) -> Draft:
        return {**super().map(raw), "start": None}


class OtherContract(Neighbourhood):
    """Was made for a contract to come."""

    contract = 99


class Wordless(Source[NeighbourhoodConfig]):
    """Says nothing about licence and rate."""

    produces = Event
    personal_data = ("contacts", "organiser_name")
    fetch = Neighbourhood.fetch
    map = Neighbourhood.map


class CrashingFetch(Neighbourhood):
    """Stops in the middle of its first page."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        yield next(super().fetch(run))
        raise RuntimeError("bad")


class LeavingFetch(Neighbourhood):
    """Ends the program."""

    def fetch(self, run: SourceRun) -> Iterator[Raw]:
        yield from super().fetch(run)
        sys.exit(3)


class CrashingBirth(Neighbourhood):
    """Stops before it begins."""

    def __init__(self, name: str, config: NeighbourhoodConfig) -> None:
        super().__init__(name, config)
        raise RuntimeError("bad")


class LeavingMap(Neighbourhood):
    """Ends the program at each record."""

    def map(self, raw: Raw) -> Draft:
        sys.exit(3)


class LoopingMap(Neighbourhood):
    """Never comes back from a record."""

    def map(self, raw: Raw) -> Draft:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue
