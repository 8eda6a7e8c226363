"""Writes the JSON Schemas of what screens show, so that a web app and other people's programs can stand on them.

`json/objects` has the core's objects, which are in no language. `json/commands` has what the reading commands print.
`make schemas` runs this; a test holds the files equal to the classes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

import allin_hub
from allin_hub.api.registry import PluginInfo
from allin_hub.cli import documents, status_document
from allin_hub.doctor.finding import PlainFinding
from allin_hub.entities.hidden import HiddenEntry
from allin_hub.entities.inspect import ExportedEntity, ExportedPerson, FieldOrigin, ShownEntity
from allin_hub.entities.office_edits import OfficeEdit
from allin_hub.ingest.hold import HeldRun
from allin_hub.ingest.undo import UndoableRun
from allin_hub.operations.past_runs import PastRun
from allin_hub.operations.planned_runs import PlannedRun
from allin_hub.operations.quarantine import Quarantine
from allin_hub.operations.status import HubStatus
from allin_hub.privacy.office_consents import PersonConsents

FOLDER = Path(allin_hub.__file__).parent / "json"
OBJECTS: dict[str, Any] = {
    "entity": ShownEntity,
    "exported-entity": ExportedEntity,
    "exported-person": ExportedPerson,
    "field-origin": FieldOrigin,
    "finding": PlainFinding,
    "held-run": HeldRun,
    "hidden-entry": HiddenEntry,
    "office-edit": OfficeEdit,
    "past-run": PastRun,
    "person-consents": PersonConsents,
    "planned-run": PlannedRun,
    "plugin": PluginInfo,
    "quarantine": Quarantine,
    "status": HubStatus,
    "undoable-run": UndoableRun,
}
"""The core's objects by the name of their file."""
COMMANDS: dict[str, Any] = {
    "allow": documents.AllowDocument,
    "check": documents.ReadDocument,
    "consent-show": PersonConsents,
    "doctor": documents.DoctorDocument,
    "edit": documents.EditDocument,
    "export": documents.ExportDocument,
    "export-line": ExportedPerson | ExportedEntity,
    "fields": documents.FieldsDocument,
    "held": documents.HeldDocument,
    "hide": documents.HiddenDocument,
    "plugins": documents.PluginsDocument,
    "problems": documents.ProblemsDocument,
    "runs": documents.RunsDocument,
    "schedules": documents.SchedulesDocument,
    "show": ShownEntity,
    "show-why": FieldOrigin,
    "source-list": status_document.SourcesDocument,
    "status": status_document.StatusDocument,
    "undo": documents.UndoDocument,
}
"""What reading commands print, by the name of the file."""


class _AllThere(GenerateJsonSchema):
    """Schemas in which every key is required: what is printed leaves none out."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002 - pydantic's own signature
        """Every key is there."""
        return True


def rendered() -> dict[str, str]:
    """Path below `json/` -> JSON Schema text (draft 2020-12)."""
    return {
        f"{folder}/{name}.json": _schema(made)
        for folder, classes in (("objects", OBJECTS), ("commands", COMMANDS))
        for name, made in classes.items()
    }


def _schema(made: Any) -> str:
    found = TypeAdapter(made).json_schema(mode="serialization", schema_generator=_AllThere)
    found = {"$schema": GenerateJsonSchema.schema_dialect, **found}
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write the files into `json/`."""
    for name, text in rendered().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
