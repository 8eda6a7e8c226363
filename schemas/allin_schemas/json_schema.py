"""Writes each entity's JSON Schema beside the models, so that partners can validate without Python."""

from __future__ import annotations

import json
from pathlib import Path

from allin_schemas.entities import ENTITIES

FOLDER = Path(__file__).parent / "json"


def rendered() -> dict[str, str]:
    """File name -> JSON Schema text (draft 2020-12), for every entity."""
    return {
        f"{kind}.json": json.dumps(entity.model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True)
        + "\n"
        for kind, entity in ENTITIES.items()
    }


def main() -> None:
    """Write the files into `json/`."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
