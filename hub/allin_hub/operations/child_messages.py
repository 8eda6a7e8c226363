"""Turns reports and errors into JSON and back, for the pipe between a child process and its parent."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from allin_hub.base import errors
from allin_hub.base.errors import ChildTrace, HubError, Unavailable, trace
from allin_hub.base.problems import problem_of, problem_values
from allin_hub.base.reports import EntryChange, OutputReport, Preview, SourceReport
from allin_hub.base.types import Reason

_KINDS: dict[str, type[HubError]] = {
    name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, HubError)
}


def line_of(message: dict[str, Any]) -> bytes:
    """Write a message as one line; a value without a form in JSON becomes its text."""
    return json.dumps(message, default=str, separators=(",", ":")).encode() + b"\n"


def source_values(report: SourceReport) -> dict[str, Any]:
    """Make JSON of a source's report."""
    return _values(report) | {
        "held": [[one.code, one.count, one.of] for one in report.held],
        "problems": [problem_values(one) for one in report.problems],
        "entries": [asdict(one) for one in report.entries],
    }


def source_report(values: dict[str, Any]) -> SourceReport:
    """Make a source's report of its JSON."""
    found = SourceReport(**values | {"cause": _cause(values)})
    found.held = [Reason(*one) for one in values["held"]]
    found.problems = [problem_of(one) for one in values["problems"]]
    found.entries = tuple(EntryChange(**one | {"fields": tuple(one["fields"])}) for one in values["entries"])
    return found


def output_values(report: OutputReport) -> dict[str, Any]:
    """Make JSON of an output's report."""
    return _values(report) | {"preview": asdict(report.preview) if report.preview else None}


def output_report(values: dict[str, Any]) -> OutputReport:
    """Make an output's report of its JSON."""
    preview = Preview(**values["preview"]) if values["preview"] else None
    return OutputReport(**values | {"cause": _cause(values), "preview": preview})


def error_values(error: BaseException) -> dict[str, Any]:
    """Make JSON of an error. Of one that is not the hub's own, only its type and the system's error number leave."""
    values: dict[str, Any] = {"kind": type(error).__name__, "trace": trace(error)}
    if isinstance(error, HubError):
        kind = next(one.__name__ for one in type(error).__mro__ if _KINDS.get(one.__name__) is one)
        values |= {
            "hub": kind,
            "texts": error.texts,
            "code": error.code,
            "at": error.at,
            "params": error.params,
        }
        values["retry_after"] = error.retry_after if isinstance(error, Unavailable) else None
    elif isinstance(error, OSError):
        values |= {"number": error.errno, "told": error.strerror}
    return values


def error_of(values: dict[str, Any]) -> Exception:
    """Make an error of its JSON; its cause is the trace of the child."""
    made: Exception
    if "hub" in values:
        made = hub_error(values)
    elif "told" in values:
        made = OSError(values["number"], values["told"])
    else:
        made = type(values["kind"], (Exception,), {})()
    made.__cause__ = ChildTrace(values["trace"])
    return made


def hub_error(values: dict[str, Any]) -> HubError:
    """Make an error of the hub's own of its JSON, without a cause."""
    message, hint = values["texts"]
    more: dict[str, Any] = dict(values["params"])
    if values["at"]:
        more["at"] = tuple(values["at"])
    made = _KINDS[values["hub"]](message, hint=hint, code=values["code"], **more)
    if isinstance(made, Unavailable):
        made.retry_after = values["retry_after"]
    return made


def _values(report: SourceReport | OutputReport) -> dict[str, Any]:
    found = {one.name: getattr(report, one.name) for one in fields(report)}
    found["cause"] = error_values(report.cause) if report.cause is not None else None
    return found


def _cause(values: dict[str, Any]) -> Exception | None:
    return error_of(values["cause"]) if values["cause"] is not None else None
