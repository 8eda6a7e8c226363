"""Brings hub.toml and maps to workers on other machines, and refuses workers that have others.

The folder in which `allin deploy` was called last is the office's: what stands there counts. What counts is
remembered in the hub's own database, file by file, so that every worker can compare.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Collection, Iterable
from pathlib import Path

from allin_flows.wording import Say
from allin_hub.base.errors import ConfigError, Unavailable
from allin_hub.base.ids import new_id
from allin_hub.config.toml_blocks import CONFIG_NAME
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_for
from allin_hub.mapping import learned as maps
from allin_hub.store import runs as bookkeeping
from allin_hub.store.engine import reading, writing

HUB_ID = "deployed as"
OFFICE = "deployed from"
COUNTS = "deployed {file}"
"""Facts of the hub: its name for Prefect, the office's folder, and the digest that a file has there."""
GONE = "-"
"""Stands for the digest of a map that is not there: any is learned anew."""
LARGEST = 4_000_000
_SAFE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\.toml")


def hub_id(hub: Hub) -> str:
    """The name by which deployments of this hub are known; made at the first deploy."""
    with writing(hub.engine) as connection:
        known = bookkeeping.fact(connection, HUB_ID)
        if known is None:
            known = new_id()
            bookkeeping.save_fact(connection, HUB_ID, known)
    return known


def settle(hub: Hub) -> None:
    """Let the settings of this folder count from now on, and lay them where workers fetch them."""
    found = _digests(hub.config.folder)
    if hub.config.hub.deliver_to:
        _put(hub.config.folder, hub.config.hub.deliver_to, found)
    maps_of = {f"{maps.FOLDER}/{name}.toml": GONE for name in hub.config.sources}
    with writing(hub.engine) as connection:
        bookkeeping.save_fact(connection, OFFICE, _here(hub.config.folder))
        for file, digest in {**maps_of, **found}.items():
            bookkeeping.save_fact(connection, COUNTS.format(file=file), digest)


def refuse_others(hub: Hub, expected: str | None, sources: Iterable[str]) -> None:
    """Let nobody work with settings that do not count; the office's own folder sets them anew.

    Raises ConfigError naming the machine and the file.
    """
    say = Say(hub.config.hub.languages[0])
    with reading(hub.engine) as connection:
        known = bookkeeping.fact(connection, HUB_ID)
        office = bookkeeping.fact(connection, OFFICE)
        files = [CONFIG_NAME, *(f"{maps.FOLDER}/{name}.toml" for name in sources)]
        counts = {file: bookkeeping.fact(connection, COUNTS.format(file=file)) for file in files}
    machine = socket.gethostname()
    if expected is not None and expected != known:
        raise ConfigError(
            say("This run is meant for another hub than the one on {machine}.", machine=machine),
            hint=say("Start the worker with ALLIN_HUB=… and the folder of the right hub."),
        )
    if expected is None or office is None:
        return
    found = _digests(hub.config.folder)
    other = [file for file, digest in counts.items() if digest not in {None, GONE, found.get(file)}]
    if other and office == _here(hub.config.folder):
        settle(hub)
    elif other:
        raise ConfigError(
            say(
                "The worker on {machine} has another {file} than the office.", machine=machine, file=other[0]
            ),
            hint=say(
                "Copy it from the office's folder, or let workers fetch it: set deliver_to and run allin deploy."
            ),
        )


def share_learned(hub: Hub, source: str, before: str | None) -> None:
    """Let what a sync learned about columns count for all workers."""
    file = f"{maps.FOLDER}/{source}.toml"
    learned = _digests(hub.config.folder).get(file)
    with reading(hub.engine) as connection:
        deployed = bookkeeping.fact(connection, OFFICE) is not None
    if not deployed or learned is None or learned == before:
        return
    if hub.config.hub.deliver_to:
        _put(hub.config.folder, hub.config.hub.deliver_to, [file])
    with writing(hub.engine) as connection:
        bookkeeping.save_fact(connection, COUNTS.format(file=file), learned)


def digest_of_map(folder: Path, source: str) -> str | None:
    """The digest of what is known about a source's columns."""
    return _digests(folder).get(f"{maps.FOLDER}/{source}.toml")


def fetch_hub(url: str) -> dict[str, str]:
    """Fetch hub.toml and maps from shared storage into this worker's folder: a pull step of Prefect.

    Raises Unavailable when the storage cannot be read.
    """
    named = hashlib.blake2b(url.encode(), digest_size=6).hexdigest()
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    folder = Path(os.environ.get("ALLIN_HUB") or data / "allin" / named).resolve()
    try:
        wanted = _get(url)
    except Exception as error:
        say = Say(voice_for(folder).language)
        raise Unavailable(
            say(
                "The settings could not be fetched from shared storage ({fault}).", fault=type(error).__name__
            ),
            hint=say("Check deliver_to in hub.toml, and the rights of this worker."),
        ) from None
    for file in _digests(folder):
        if file not in wanted:
            (folder / file).unlink()
    for file, content in sorted(wanted.items(), key=lambda one: one[0] == CONFIG_NAME):
        _write(folder / file, content)
    os.environ["ALLIN_HUB"] = str(folder)
    return {"directory": str(folder)}


def _here(folder: Path) -> str:
    return f"{socket.gethostname()}:{folder.resolve()}"


def _files(folder: Path) -> Iterable[str]:
    if (folder / CONFIG_NAME).is_file():
        yield CONFIG_NAME
    for path in sorted((folder / maps.FOLDER).glob("*.toml")):
        if _SAFE.fullmatch(path.name):
            yield f"{maps.FOLDER}/{path.name}"


def _digests(folder: Path) -> dict[str, str]:
    return {
        file: hashlib.blake2b((folder / file).read_bytes(), digest_size=16).hexdigest()
        for file in _files(folder)
    }


def _put(folder: Path, url: str, files: Collection[str]) -> None:
    """Lay files into shared storage, hub.toml last; with it, maps that are gone leave."""
    from fsspec.core import url_to_fs

    try:
        system, root = url_to_fs(url)
        system.makedirs(f"{root}/{maps.FOLDER}", exist_ok=True)
        kept = system.ls(f"{root}/{maps.FOLDER}", detail=False) if CONFIG_NAME in files else []
        for path in map(str, kept):
            name = f"{maps.FOLDER}/{path.rpartition('/')[2]}"
            if name not in files and _SAFE.fullmatch(path.rpartition("/")[2]):
                system.rm_file(path)
        for file in sorted(files, key=lambda one: one == CONFIG_NAME):
            system.pipe_file(f"{root}/{file}", (folder / file).read_bytes())
    except Exception as error:
        say = Say(voice_for(folder).language)
        raise Unavailable(
            say("The settings could not be laid into shared storage ({fault}).", fault=type(error).__name__),
            hint=say("Check deliver_to in hub.toml, and the rights of this machine."),
        ) from None


def _get(url: str) -> dict[str, bytes]:
    from fsspec.core import url_to_fs

    system, root = url_to_fs(url)
    names = [CONFIG_NAME]
    if system.exists(f"{root}/{maps.FOLDER}"):
        listed = sorted(
            str(path).rpartition("/")[2] for path in system.ls(f"{root}/{maps.FOLDER}", detail=False)
        )
        names += [f"{maps.FOLDER}/{name}" for name in listed if _SAFE.fullmatch(name)]
    found = {name: system.cat_file(f"{root}/{name}", end=LARGEST + 1) for name in names}
    if any(len(content) > LARGEST for content in found.values()):
        raise ValueError(LARGEST)
    return found


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)
