"""Makes copies of offices, each with a database of its own, so that every case begins from the very same hub."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.hub.crash.dump import differences, dump, ids
from tests.hub.crash.polling import Reader
from tests.hub.crash.running import Order, done, ended, run, start
from tests.hub.crash.scenes import KEY, Scene, empty


@dataclass
class Ground:
    """A scene on one database: the hub before, what an undisturbed run makes of it, and the points on its way."""

    scene: Scene
    folder: Path
    database: str
    postgres: Any
    known: set[str] = field(default_factory=set)
    undisturbed: dict[str, Any] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)
    urls: dict[Path, str] = field(default_factory=dict)
    seconds: float = 0
    """How long an undisturbed run took."""

    def copy(self) -> Path:
        """The hub before, in a folder and a database of its own."""
        target = self.folder.parent / f"{self.scene.name}-{secrets.token_hex(4)}"
        shutil.copytree(self.folder, target)
        if self.postgres is not None:
            url = self.postgres.copy_of(self.database)
            text = (target / "hub.toml").read_text(encoding="utf-8")
            (target / "hub.toml").write_text(text.replace(self.database, url), encoding="utf-8")
            self.urls[target] = url
        return target

    def forget(self, folder: Path) -> None:
        """Take a copy away again."""
        shutil.rmtree(folder)
        for name in ("said", "out", "err"):
            (folder.parent / f"{folder.name}.{name}").unlink(missing_ok=True)
        if folder in self.urls:
            self.postgres.drop(self.urls.pop(folder))

    def dumped(self, folder: Path) -> dict[str, Any]:
        """All of a copy, comparable with another one."""
        made = dump(folder, known=self.known, times=not self.scene.tick, sealed=self.scene.key)
        made["files"].pop("hub.toml", None)
        return made

    def prove(self, order: Callable[[Order], Order], *, within: float | None = None) -> list[str]:
        """Kill a run, let the next one end what it began, and say how the hub differs from an undisturbed one's.

        While that goes on, a reader reads the site. `within` kills after so many seconds instead of at a point.
        """
        folder = self.copy()
        order_of = self.scene.order(folder)
        try:
            with Reader((folder / "public").resolve()) as reader:
                process = start(order(order_of))
                if within is not None:
                    process.join(within)
                    process.kill()
                code = ended(process)
                assert code in {-9, 0}, (code, self.scene.name)
                said = done(order_of)
                reader.sweep()
            found = differences(self.undisturbed, self.dumped(folder))
            if found:
                found.append(f"the next run said: {said}")
            if self.scene.has_site:
                found += reader.faults
            return found if within is not None or code == -9 else [*found, "the point was never reached"]
        finally:
            self.forget(folder)


def prepared(scene: Scene, folder: Path, database: str, postgres: Any) -> Ground:
    """A scene made ready: prepared once, run once undisturbed, and counted."""
    folder.mkdir(parents=True)
    if scene.key:
        (folder / "hub.key").write_text(KEY)
        (folder / "hub.key").chmod(0o600)
    scene.prepared(folder, database)
    ground = Ground(scene, folder, database, postgres)
    if scene.prepared is not empty:
        ground.known = ids(folder)
    scene.changes(folder, database)
    copy = ground.copy()
    counts = folder.parent / f"{scene.name}.points"
    began = time.monotonic()
    code = run(replace(scene.order(copy), counts=counts))
    assert code == 0, code
    ground.seconds = time.monotonic() - began
    ground.reached = counts.read_text().split()
    ground.undisturbed = ground.dumped(copy)
    ground.forget(copy)
    return ground
