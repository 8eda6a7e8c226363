"""Step 8: renders what changed and puts it in place file by file, so that a reader always gets whole pages."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from allin_hub.api import registry
from allin_hub.api.output_run import Artifact
from allin_hub.api.plugin import Output
from allin_hub.base.errors import ConfigError, HubError, PublishError, refuse_if_none_can_work
from allin_hub.base.failpoints import Point
from allin_hub.base.reports import OutputReport
from allin_hub.base.time_limits import limited, supervisor
from allin_hub.config.settings import OutputSettings, chosen
from allin_hub.hub import Hub
from allin_hub.i18n.translator import noted, voice_of
from allin_hub.publish.destination_factory import destination
from allin_hub.publish.offline import is_offline, stand_in, switch
from allin_hub.publish.orphans import retire_all, unwritable
from allin_hub.publish.output_address import is_elsewhere, shown
from allin_hub.publish.output_lease import Turn, begun
from allin_hub.publish.place import clear, drop, finish, rank, retire, stage, staging_of
from allin_hub.publish.store_view import StoreView
from allin_hub.store import publish_journal, runs
from allin_hub.store.engine import reading, writing

if TYPE_CHECKING:
    from allin_hub.publish.renderer import Renderer

Told = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Plan:
    """What a publish is about to put in place: (when, path, key, digest, size), and paths to take away.

    `rekeyed` came out as before, though what it is made of has changed: (path, key, digest, size).
    """

    moves: list[tuple[tuple[Any, ...], str, str, str, int]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    rekeyed: list[tuple[str, str, str, int]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def publish(
    hub: Hub,
    names: Sequence[str] | None = None,
    told: Told | None = None,
    *,
    past: Collection[str] = (),
    online: bool = False,
) -> dict[str, OutputReport]:
    """Publish outputs one after the other; one that fails never stops another, and keeps its last good state.

    `past` names the outputs that an earlier process of the same publish has done; they are left out. An output that the
    office took offline stays so, unless `online` brings it back.
    """
    known = hub.config.outputs
    left = retire_all(hub)
    for one in left.values():
        supervisor().ended(one)
    if left and not (known or names):
        return left
    plugins: dict[str, Output[Any] | ConfigError] = {}
    wanted = chosen(hub.config, "outputs", names)
    if online:
        switch(hub, wanted, offline=False)
    for name in wanted:
        if name in past:
            continue
        if is_offline(hub, name):
            plugins[name] = stand_in(name)
            continue
        supervisor().began(name)
        try:
            plugins[name] = registry.output(hub.config, known[name])
        except ConfigError as error:
            plugins[name] = error
    reports = {}
    for name, plugin in plugins.items():
        supervisor().began(name)
        reports[name] = (
            _failed(hub, known[name], plugin)
            if isinstance(plugin, ConfigError)
            else publish_output(hub, known[name], plugin, told)
        )
        if is_offline(hub, name):
            reports[name].notes.append(_stays_offline(hub, name))
        supervisor().ended(reports[name])
    if not past:
        refuse_if_none_can_work(plugins.values())
    return left | reports


def _stays_offline(hub: Hub, name: str) -> str:
    say = voice_of(hub.config)
    return say("It is offline. Bring it back: {command}", command=f"allin publish {name}")


def take_offline(hub: Hub, name: str) -> OutputReport:
    """Replace all that an output has published by a page that says so, at once; its plugin is not asked.

    Raises ConfigError for a name that hub.toml does not know.
    """
    (known,) = chosen(hub.config, "outputs", [name])
    switch(hub, [known], offline=True)
    return publish_output(hub, hub.config.outputs[known], stand_in(known))


def publish_output(
    hub: Hub, settings: OutputSettings, output: Output[Any], told: Told | None = None
) -> OutputReport:
    """One output. Its faults become a report with status `failed`, never an exception."""
    began = time.perf_counter()
    turn = begun(hub, settings.name)
    if turn is None:
        say = voice_of(hub.config)
        message = say("Another publish of this output is running.")
        return OutputReport(
            settings.name, "busy", message=message, hint=say("It will end by itself; see: allin status")
        )
    try:
        report = _publish(turn, settings, output, told)
    except HubError as error:
        report = _failed(hub, settings, error, turn)
    except (Exception, SystemExit) as error:
        report = _failed(hub, settings, plugin_error(settings, error), turn)
    finally:
        turn.end()
    report.seconds = time.perf_counter() - began
    report.path = _shown(hub, settings)
    return report


def fail_output(hub: Hub, name: str, error: HubError) -> OutputReport:
    """Note that an output failed whose process was ended, and take away what that had begun to write."""
    settings = hub.config.outputs[name]
    turn = begun(hub, name)
    if turn is None:
        message, hint = voice_of(hub.config).error(error)
        return OutputReport(
            name, "failed", message=message, hint=hint, cause=error, path=_shown(hub, settings)
        )
    try:
        with suppress(HubError, OSError):  # the next publish tidies where this one cannot
            _tidy(turn, settings.path)
        report = _failed(hub, settings, error, turn)
    finally:
        turn.end()
    report.path = _shown(hub, settings)
    return report


def plugin_error(settings: OutputSettings, error: BaseException) -> PublishError:
    """Say that a plugin stopped with an error of its own, without what that says."""
    if isinstance(error, OSError):
        return unwritable(settings.path, error)
    made = PublishError(
        "The plugin '{plugin}' stopped with {fault}.",
        hint="What was published before stays. Run it again with --debug to see where, and tell the plugin's author.",
        plugin=settings.plugin,
        fault=type(error).__name__,
    )
    made.__cause__ = error
    return made


def _publish(turn: Turn, settings: OutputSettings, output: Output[Any], told: Told | None) -> OutputReport:
    from allin_hub.publish.renderer import made_of

    hub = turn.hub
    _tidy(turn, settings.path)
    with destination(hub, settings.name, settings.path) as place:
        waits_beside, present = place.waits_beside, place.present()
    languages = settings.languages or hub.config.hub.languages
    with reading(hub.engine) as connection:
        row = runs.output_row(connection, settings.name)
        manifest = publish_journal.artifacts(connection, settings.name)
        made = [
            made_of(type(output)),
            type(output).version,
            repr(sorted(settings.options.items())),
            languages,
            hub.config.hub.title,
            hub.config.hub.zone,
            settings.path,
        ]
        view = StoreView(connection, hub, output)
        owners: list[Any] = [hub.config.hub.licence, hub.config.hub.languages]
        owners += [(name, source.owner, source.licence) for name, source in hub.config.sources.items()]
        fingerprint = _digest([made, owners, view.fingerprint()])
        warnings = _warnings(hub, view)
        if row.get("fingerprint") == fingerprint and present.issuperset(manifest):
            _remember(hub, settings.name, last_status="done", message=None)
            return OutputReport(settings.name, "done", unchanged=len(manifest), notes=warnings)
        state = orjson.loads(row.get("state") or "{}")
        run = renderer_of(hub, settings, output, view, state)
        staging = staging_of(waits_beside, str(turn.fence))
        try:
            plan = limited(
                settings.limits.minutes * 60,
                too_long(settings),
                lambda: _render(
                    counted(output.publish(view, run), settings), present, staging, manifest, turn, told
                ),
            )
        except BaseException:
            drop(staging)
            raise
        if not output.keeps:
            yielded = {move[1] for move in plan.moves}.union(plan.same)
            plan.gone = [path for path in manifest if path not in yielded]
    report = OutputReport(
        settings.name,
        "done",
        written=len(plan.moves),
        unchanged=len(plan.same),
        removed=len(plan.gone),
        notes=[*warnings, *run.notes],
    )
    plan.moves.sort()
    content = {
        "staging": str(turn.fence),
        "moves": [move[1] for move in plan.moves],
        "made": [list(move[1:]) for move in plan.moves] + [list(same) for same in plan.rekeyed],
        "gone": plan.gone,
        "values": {
            "seq": view.seq,
            "fingerprint": fingerprint,
            "state": orjson.dumps(state).decode(),
            "path": settings.path,
            "report": orjson.dumps(report.to_json()).decode(),
        },
    }
    try:
        with writing(hub.engine, Point.JOURNAL_WRITTEN) as connection:
            turn.refuse_overtaken(connection)
            publish_journal.write_journal(connection, settings.name, content)
            view.texts.save(connection)
    except Exception:
        drop(staging)
        raise
    finish(turn)
    _remember(hub, settings.name, last_status="done", message=None)
    return report


def renderer_of(
    hub: Hub, settings: OutputSettings, output: Output[Any], view: StoreView, state: dict[str, Any]
) -> Renderer:
    """What the hub lends an output for one publish."""
    from allin_hub.publish.renderer import Renderer

    return Renderer(
        output,
        title=hub.config.hub.title,
        languages=settings.languages or hub.config.hub.languages,
        now=view.now,
        zone=hub.config.hub.zone,
        digests=view.digest,
        state=state,
    )


def _warnings(hub: Hub, view: StoreView) -> list[str]:
    """What keeps persons out who may have agreed."""
    events = sorted({one.seq for one in view.ledger_faults if one.seq is not None})
    if not view.ledger_faults:
        return []
    say = voice_of(hub.config)
    return [
        say(
            "The ledger of consents does not verify (events: {events}). Until that is mended, no person is published on a"
            " consent: allin doctor",
            events=", ".join(map(str, events[:10])) or "?",
        )
    ]


def _digest(content: Any) -> str:
    return hashlib.blake2b(orjson.dumps(content, default=str), digest_size=16).hexdigest()


def too_long(settings: OutputSettings) -> PublishError:
    """Say that an output took longer than its settings allow."""
    return PublishError(
        "The output '{name}' was not done after {minutes} minutes.",
        hint="What was published before stays. If it really takes so long, raise minutes in its limits.",
        name=settings.name,
        minutes=f"{settings.limits.minutes:g}",
    )


def counted(artifacts: Iterable[Any], settings: OutputSettings) -> Iterator[Any]:
    """Pass on what an output yields; one that never ends is ended, one that yields a file twice is refused."""
    seen: set[str] = set()
    for artifact in artifacts:
        if not isinstance(artifact, Artifact):
            raise PublishError(
                "The output '{name}' yielded a {fault} instead of an artifact.",
                name=settings.name,
                fault=type(artifact).__name__,
            )
        path = artifact.path.lower()
        if path in seen:
            raise PublishError("An output asked for the file '{path}' twice.", path=artifact.path)
        seen.add(path)
        if len(seen) > settings.limits.files:
            raise PublishError(
                "The output '{name}' makes more files than it may.",
                hint="What was published before stays. If there are really so many, raise files in its limits.",
                name=settings.name,
            )
        yield artifact


def _tidy(turn: Turn, path: str | None) -> None:
    """End what a killed publish began, and take away what lies elsewhere than it should."""
    finish(turn)
    with reading(turn.hub.engine) as connection:
        known = runs.output_row(connection, turn.output).get("path")
    if known is not None and known != path:
        retire(turn, known)
    if path is not None:
        with destination(turn.hub, turn.output, path) as place:
            clear(place.waits_beside)


def _render(
    artifacts: Any,
    present: frozenset[str],
    staging: Path,
    manifest: dict[str, tuple[str, str, int]],
    turn: Turn,
    told: Told | None,
) -> Plan:
    """Render what has a new key into the staging folder; what comes out as before is not written."""
    plan = Plan()
    for number, artifact in enumerate(artifacts, 1):
        known = manifest.get(artifact.path)
        there = known is not None and artifact.path in present
        if there and known is not None and known[0] == artifact.key:
            plan.same.append(artifact.path)
        else:
            turn.hold()
            data = artifact.render()
            digest = hashlib.blake2b(data, digest_size=16).hexdigest()
            if there and known is not None and known[1] == digest:
                plan.same.append(artifact.path)
                plan.rekeyed.append((artifact.path, artifact.key, digest, len(data)))
            else:
                stage(staging, artifact.path, data)
                when = rank(artifact.path, artifact.order, known=there)
                plan.moves.append((when, artifact.path, artifact.key, digest, len(data)))
        if number % 200 == 0:
            turn.hold()
            if told is not None:
                told(turn.output, number, None)
    return plan


def _shown(hub: Hub, settings: OutputSettings) -> str:
    """Where to look: the folder, or the address of the storage."""
    return shown(settings.path) if is_elsewhere(settings.path) else str(hub.config.folder / settings.path)


def _remember(hub: Hub, name: str, **values: Any) -> None:
    now = hub.clock()
    with writing(hub.engine, Point.PUBLISH_NOTED) as connection:
        runs.save_output(
            connection,
            name,
            last_attempt_at=now,
            last_success_at=now,
            failing_since=None,
            failures=0,
            **values,
        )


def _failed(hub: Hub, settings: OutputSettings, error: HubError, turn: Turn | None = None) -> OutputReport:
    """The report of an output that could not be made; noted unless another publish has taken it over."""
    message, hint = voice_of(hub.config).error(error)
    with writing(hub.engine, Point.PUBLISH_FAILED) as connection:
        if turn is None or turn.is_held(connection):
            row, now = runs.output_row(connection, settings.name), hub.clock()
            runs.save_output(
                connection,
                settings.name,
                last_status="failed",
                last_attempt_at=now,
                failing_since=row.get("failing_since") or now,
                failures=(row.get("failures") or 0) + 1,
                message=noted(error, f"{message} {hint}".strip()),
            )
    return OutputReport(settings.name, "failed", message=message, hint=hint, cause=error)
