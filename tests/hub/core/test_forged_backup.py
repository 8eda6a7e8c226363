"""A backup that somebody changed or made is not restored: it could give consents that nobody gave, or write anywhere."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from allin_hub.backup.archive import MANIFEST, SEAL, SIGNATURE
from allin_hub.backup.create import back_up
from allin_hub.backup.restore import Restored, Wish, restore
from allin_hub.base.encryption import Keys, Sealer
from allin_hub.base.errors import ConfigError, StoreError

Change = Callable[[dict[str, bytes], dict[str, Any]], None]


@pytest.fixture
def backup(sheet_office: Any, synced: Any) -> Path:
    """A backup of a hub that has read a list."""
    synced(sheet_office)
    hub = sheet_office.open()
    try:
        return back_up(hub).path
    finally:
        hub.close()


def forged(
    backup: Path,
    *,
    change: Change | None = None,
    sign: Callable[[bytes], bytes] | None = None,
    keep: bool = False,
) -> Path:
    """Write a backup whose parts were changed and whose checksums all fit; its signature is dropped, kept or made anew."""
    with zipfile.ZipFile(backup) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    manifest = orjson.loads(parts.pop(MANIFEST))
    signature = parts.pop(SIGNATURE)
    if change is not None:
        change(parts, manifest)
    listed = {name: parts[name] for name in manifest["parts"]}
    manifest["parts"] = {
        name: {"size": len(part), "sha256": hashlib.sha256(part).hexdigest()} for name, part in listed.items()
    }
    parts[MANIFEST] = orjson.dumps(manifest)
    if sign is not None or keep:
        parts[SIGNATURE] = sign(parts[MANIFEST]).hex().encode() if sign is not None else signature
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
        packed.comment = SEAL + b"0" * 64
    content = file.getvalue()[:-64]
    path = backup.with_name("forged.zip")
    path.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    return path


def turn_consents(parts: dict[str, bytes], _: dict[str, Any]) -> None:
    """Make a yes of every no."""
    database = sqlite3.connect(":memory:")
    database.deserialize(parts["hub.db"])
    database.execute("UPDATE consent SET event = 'imported'")
    database.commit()
    parts["hub.db"] = database.serialize()


def brought_back(office: Any, file: Path, folder: Path, **wish: Any) -> Restored:
    """What a restore with the hub's own key makes of a file."""
    return restore(file, folder, Wish(key=office.folder / "hub.key", **wish), now=office.now)


def test_a_changed_backup_is_refused_though_every_checksum_fits(
    sheet_office: Any, backup: Path, tmp_path: Path
) -> None:
    """Checksums find what a stick forgets; who changes a part on purpose writes them anew."""
    file = forged(backup, change=turn_consents, keep=True)
    with pytest.raises(StoreError, match="was changed"):
        brought_back(sheet_office, file, tmp_path / "there", database="sqlite:///hub.db", unsigned=True)

    assert not (tmp_path / "there").exists()


def test_a_backup_that_another_key_signed_is_refused(sheet_office: Any, backup: Path, tmp_path: Path) -> None:
    """The fingerprint of the hub's key stands in every backup, so anybody can copy it."""
    file = forged(backup, change=turn_consents, sign=Sealer(Keys.from_one(b"k" * 32)).sign)
    with pytest.raises(StoreError, match="was changed"):
        brought_back(sheet_office, file, tmp_path / "there", database="sqlite:///hub.db", unsigned=True)

    assert not (tmp_path / "there").exists()


def test_an_unsigned_backup_is_taken_only_when_somebody_says_so(
    sheet_office: Any, backup: Path, tmp_path: Path
) -> None:
    """Older releases signed none, and theirs must come back."""
    file, wish = forged(backup), {"database": "sqlite:///hub.db"}
    with pytest.raises(ConfigError, match="not signed"):
        brought_back(sheet_office, file, tmp_path / "there", **wish)
    refused = not (tmp_path / "there").exists()
    done = brought_back(sheet_office, file, tmp_path / "there", **wish, unsigned=True)
    signed = brought_back(sheet_office, backup, tmp_path / "own", **wish)

    assert refused
    assert done.unsigned
    assert not signed.unsigned


def named_outside(name: str) -> Change:
    """The key of the backup lies at this place, says its manifest."""

    def change(_: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["keys"].append({"name": name})

    return change


@pytest.mark.parametrize("name", ["../../taken", "secrets/../../taken", "/tmp/taken"])  # noqa: S108 - never made
def test_a_key_name_leads_nowhere_outside(sheet_office: Any, backup: Path, tmp_path: Path, name: str) -> None:
    """Secrets are copied by their names while a hub is made ready."""
    file = forged(backup, change=named_outside(name))
    with pytest.raises(ConfigError, match="outside the hub's folder"):
        brought_back(sheet_office, file, tmp_path / "there", unsigned=True)

    assert not (tmp_path / "there").exists()


def test_an_unsigned_backup_writes_no_database_outside(
    sheet_office: Any, backup: Path, tmp_path: Path
) -> None:
    """Its hub.toml may be anybody's."""
    outside = tmp_path / "outside.db"

    def change(parts: dict[str, bytes], _: dict[str, Any]) -> None:
        parts["hub.toml"] = f'[hub]\ndatabase = "sqlite:///{outside}"\n'.encode()

    with pytest.raises(ConfigError, match="outside the hub's folder"):
        brought_back(sheet_office, forged(backup, change=change), tmp_path / "there", unsigned=True)

    assert not outside.exists()


def test_a_file_that_the_manifest_does_not_list_is_not_unpacked(
    sheet_office: Any, backup: Path, tmp_path: Path
) -> None:
    """The signature covers the manifest, so what it does not name is nobody's."""

    def change(parts: dict[str, bytes], _: dict[str, Any]) -> None:
        parts["maps/fremd.toml"] = b"x"

    file = forged(backup, change=change)
    brought_back(sheet_office, file, tmp_path / "there", database="sqlite:///hub.db", unsigned=True)

    assert not (tmp_path / "there" / "maps" / "fremd.toml").exists()
