"""What a publish would do: which files would appear, change or go. Nothing is written."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson

from allin_hub.api import registry
from allin_hub.api.output_run import Artifact
from allin_hub.api.plugin import Output
from allin_hub.base.errors import HubError
from allin_hub.base.reports import OutputReport, Preview
from allin_hub.base.time_limits import limited, supervisor
from allin_hub.config.settings import OutputSettings, chosen
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_of
from allin_hub.publish.destination_factory import destination
from allin_hub.publish.publish import counted, plugin_error, renderer_of, too_long
from allin_hub.publish.store_view import StoreView
from allin_hub.store import publish_journal, runs
from allin_hub.store.engine import reading


def preview(
    hub: Hub, names: Sequence[str] | None = None, *, past: Collection[str] = ()
) -> dict[str, OutputReport]:
    """Compare what outputs would be with what they are; `past` names those that an earlier process has done."""
    reports = {}
    for name in chosen(hub.config, "outputs", names):
        if name in past:
            continue
        supervisor().began(name)
        began = time.perf_counter()
        settings = hub.config.outputs[name]
        try:
            reports[name] = _preview(hub, settings, registry.output(hub.config, settings))
        except HubError as error:
            reports[name] = fail_preview(hub, name, error)
        except (Exception, SystemExit) as error:
            reports[name] = fail_preview(hub, name, plugin_error(settings, error))
        reports[name].seconds = time.perf_counter() - began
        supervisor().ended(reports[name])
    return reports


def fail_preview(hub: Hub, name: str, error: HubError) -> OutputReport:
    """An output that cannot be looked at; nothing is noted of it."""
    message, hint = voice_of(hub.config).error(error)
    return OutputReport(name, "failed", message=message, hint=hint, cause=error)


def _preview(hub: Hub, settings: OutputSettings, output: Output[Any]) -> OutputReport:
    with destination(hub, settings.name, settings.path) as place:
        present = place.present()
    with reading(hub.engine) as connection:
        row = runs.output_row(connection, settings.name)
        manifest = publish_journal.artifacts(connection, settings.name)
        view = StoreView(connection, hub, output)
        run = renderer_of(hub, settings, output, view, orjson.loads(row.get("state") or "{}"))
        found = limited(
            settings.limits.minutes * 60,
            too_long(settings),
            lambda: _compared(counted(output.publish(view, run), settings), present, manifest),
        )
        found.masked = masked(view)
    if not output.keeps:
        found.go = sorted(set(manifest) - {*found.appear, *found.change, *found.same})
    return OutputReport(
        settings.name,
        "preview",
        written=len(found.appear) + len(found.change),
        unchanged=len(found.same),
        removed=len(found.go),
        preview=found,
    )


def _compared(
    artifacts: Iterable[Artifact], present: frozenset[str], manifest: dict[str, tuple[str, str, int]]
) -> Preview:
    """Render what has another key than the last publish gave it, and compare what comes out."""
    found = Preview()
    for artifact in artifacts:
        known = manifest.get(artifact.path) if artifact.path in present else None
        if known is None:
            found.appear.append(artifact.path)
        elif known[0] == artifact.key or known[1] == _digest(artifact.render()):
            found.same.append(artifact.path)
        else:
            found.change.append(artifact.path)
    found.appear.sort()
    found.change.sort()
    return found


def masked(view: StoreView) -> list[str]:
    """What the gate masks in this output's entries, or holds until the office answers: their kinds, ids and fields."""
    return [f"{kind.value} {id}: {path}" for kind, id, path in view.texts.masked]


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
