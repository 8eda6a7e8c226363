"""Reads values that come in parts already, field by field, as the model's own marks say."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from allin_schemas.marks import Reads
from allin_schemas.reading.cleaning import cells_of, tidy
from allin_schemas.reading.findings import BLANK, READERS, Context, Finding, Reader, Reading, finding
from allin_schemas.reading.numbers import amount_of
from allin_schemas.reading.words import closed


def read_structure(model: type[BaseModel], parts: Mapping[str, Any], context: Context) -> Reading:
    """The known fields of a value, each read as people write it; unknown ones leave a hint."""
    plan = _plan(model)
    value: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, cell in parts.items():
        reader = plan.get(name)
        if reader is None:
            if cell not in (None, ""):
                findings.append(finding("PART_UNKNOWN", str(name), _nearest(str(name), plan)))
            continue
        reading = reader(cell, context)
        findings.extend(found._replace(part=name) for found in reading.findings)
        if reading.value is not None:
            value[name] = reading.value
    return Reading(value or None, tuple(findings))


@cache
def _plan(model: type[BaseModel]) -> dict[str, Reader]:
    """Field -> reader."""
    return {
        name: _reader(field.annotation, tuple(field.metadata)) for name, field in model.model_fields.items()
    }


def _reader(annotation: Any, metadata: tuple[Any, ...] = ()) -> Reader:
    """The reader of a type: a mark names it, else its shape says it."""
    mark = next((one for one in metadata if isinstance(one, Reads)), None)
    if mark:
        return READERS[mark.reader]
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        return _reader(inner, tuple(marks))
    if origin in (Union, types.UnionType):
        if {dt.datetime, AwareDatetime} & set(get_args(annotation)):
            return READERS["moment"]
        return _reader(next(member for member in get_args(annotation) if member is not type(None)))
    if origin is list:
        return each(_reader(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return closed(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _nested(annotation)
    names = {bool: "flag", int: "count", dt.date: "date", dt.datetime: "moment", AwareDatetime: "moment"}
    return read_decimal if annotation is float else READERS[names.get(annotation, "line")]


def each(reader: Reader) -> Reader:
    """A reader of several values, made of a reader of one."""

    def several(cell: Any, context: Context) -> Reading:
        readings = [
            reader(answer, context) for answer in (cell if isinstance(cell, list | tuple) else cells_of(cell))
        ]
        items = [reading.value for reading in readings if reading.value is not None]
        return Reading(items or None, tuple(one for reading in readings for one in reading.findings))

    return several


def _nested(model: type[BaseModel]) -> Reader:
    def structure(cell: Any, context: Context) -> Reading:
        if isinstance(cell, Mapping):
            return read_structure(model, cell, context)
        text, fault = tidy(cell)
        if fault is None and not text:
            return BLANK
        return Reading(None, (fault or finding("VALUE_INVALID", text),))

    return structure


def read_decimal(cell: Any, _context: Context) -> Reading:
    """A number that may have decimals."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return (
            Reading(float(cell))
            if abs(cell) < 1e15
            else Reading(None, (finding("NUMBER_UNREADABLE", str(cell)),))
        )
    text, fault = tidy(cell)
    if fault:
        return Reading(None, (fault,))
    if not text:
        return BLANK
    number = amount_of(text.rstrip("°").strip())
    return Reading(number) if number is not None else Reading(None, (finding("NUMBER_UNREADABLE", text),))


def _nearest(name: str, plan: Mapping[str, Any]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(plan), 1)), None)
