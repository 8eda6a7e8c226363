"""Writes what an office installs as a CycloneDX bill of materials: python tools/sbom.py FOLDER.

The hub, its dependencies and theirs, as they are installed where this runs; what only tests and developers need is no part
of it. The same environment gives the same file.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

OWN = "allin-hub"
EXTRAS = ("postgresql", "sftp", "webdav", "s3")
"""What an office may add; what of it is not installed is left out."""


def plain_name(package: str) -> str:
    """Give the one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", package).lower()


def needed(found: Distribution, extras: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the packages that one needs here, each with the extras that are asked of it."""
    for line in found.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield plain_name(wanted.name), tuple(sorted(wanted.extras))


def closure(root: str, extras: tuple[str, ...]) -> dict[str, tuple[Distribution, set[str]]]:
    """Find all that a package needs, directly or not: name -> its metadata, and what it needs itself."""
    found: dict[str, tuple[Distribution, set[str]]] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(root, extras)]
    while waiting:
        name, asked = waiting.pop()
        if (name, asked) in seen:
            continue
        seen.add((name, asked))
        try:
            one = found[name][0] if name in found else distribution(name)
        except PackageNotFoundError:
            continue
        needs = found.setdefault(name, (one, set()))[1]
        for other, others in needed(one, asked):
            needs.add(other)
            waiting.append((other, others))
    return found


def component(found: Distribution, kind: str) -> dict[str, Any]:
    """Describe a package; its licence where it says one in a word."""
    name, about = plain_name(found.name), found.metadata
    made: dict[str, Any] = {
        "type": kind,
        "bom-ref": f"{name}@{found.version}",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name}@{found.version}",
    }
    if about["License-Expression"]:
        made["licenses"] = [{"expression": about["License-Expression"]}]
    elif about["License"] and "\n" not in about["License"]:
        made["licenses"] = [{"license": {"name": about["License"]}}]
    return made


def bill() -> dict[str, Any]:
    """Make the bill of what is installed here."""
    found = closure(OWN, EXTRAS)
    reference = {name: component(one, "library")["bom-ref"] for name, (one, _) in found.items()}
    made: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(found[OWN][0], "application")},
        "components": [component(found[name][0], "library") for name in sorted(found) if name != OWN],
        "dependencies": [
            {"ref": reference[name], "dependsOn": sorted(reference[one] for one in needs if one in found)}
            for name, (_, needs) in sorted(found.items())
        ],
    }
    made["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(made, sort_keys=True)).urn
    return made


def main(folder: Path) -> Path:
    """Write the bill into a folder."""
    made = bill()
    path = folder / f"{OWN}-{made['metadata']['component']['version']}.cdx.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]))}\n")
