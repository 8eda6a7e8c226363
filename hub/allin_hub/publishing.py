"""Step 8: renders what changed and puts it in place file by file, so that a reader always gets whole pages."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from allin_hub import registry
from allin_hub.blocks import unknown
from allin_hub.bounds import limited
from allin_hub.config import OutputSettings
from allin_hub.contract import Output
from allin_hub.errors import ConfigError, HubError, PluginBroken, PublishError
from allin_hub.hub import Hub
from allin_hub.ids import new_id
from allin_hub.rendering import Artifact
from allin_hub.report import OutputReport
from allin_hub.showing import StoreView
from allin_hub.store import bookkeeping
from allin_hub.store.engine import reading, writing
from allin_hub.voice import voice_of

Told = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Plan:
    """What a publish is about to put in place: (order, path, key, digest, size), and paths to take away."""

    moves: list[tuple[int, str, str, str, int]] = field(default_factory=list)
    same: list[tuple[str, str, str, int]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept: int = 0


def chosen(hub: Hub, names: Sequence[str] | None) -> list[str]:
    """The outputs to work on: those named, else all that are enabled.

    Raises ConfigError for a name that hub.toml does not know, and when there is none.
    """
    known = hub.config.outputs
    for name in names or ():
        if name not in known:
            raise unknown("There is no output '{word}' in hub.toml.", name, known)
    if not known:
        hint = "An example stands in it: take away the # before [outputs.verzeichnis] and the lines below."
        raise ConfigError("hub.toml has no output yet.", hint=hint)
    return (
        list(dict.fromkeys(names))
        if names
        else [name for name, settings in known.items() if settings.enabled]
    )


def publish(
    hub: Hub, names: Sequence[str] | None = None, told: Told | None = None
) -> dict[str, OutputReport]:
    """Publish outputs one after the other; one that fails never stops another, and keeps its last good state."""
    known = hub.config.outputs
    retire(hub)
    plugins: dict[str, Output[Any] | PluginBroken] = {}
    for name in chosen(hub, names):
        try:
            plugins[name] = registry.output(hub.config, known[name])
        except PluginBroken as error:
            plugins[name] = error
    return {
        name: _failed(hub, known[name], plugin)
        if isinstance(plugin, PluginBroken)
        else publish_output(hub, known[name], plugin, told)
        for name, plugin in plugins.items()
    }


def publish_output(
    hub: Hub, settings: OutputSettings, output: Output[Any], told: Told | None = None
) -> OutputReport:
    """One output. Its faults become a report with status `failed`, never an exception."""
    began = time.perf_counter()
    run_id, lease = new_id(), f"output {settings.name}"
    with writing(hub.engine) as connection:
        fence = bookkeeping.take_lease(connection, lease, run_id, hub.clock())
    if fence is None:
        say = voice_of(hub.config)
        message = say("Another publish of this output is running.")
        return OutputReport(
            settings.name, "busy", message=message, hint=say("It will end by itself; see: allin status")
        )
    try:
        report = _publish(hub, settings, output, told)
    except HubError as error:
        report = _failed(hub, settings, error)
    except (Exception, SystemExit) as error:
        report = _failed(hub, settings, _plugin_error(settings, error))
    finally:
        with writing(hub.engine) as connection:
            bookkeeping.give_lease_back(connection, lease, fence)
    report.seconds = time.perf_counter() - began
    report.path = str(_folder(hub, settings))
    return report


def _plugin_error(settings: OutputSettings, error: BaseException) -> PublishError:
    if isinstance(error, OSError):
        return PublishError(
            "The folder '{folder}' could not be written ({fault}).",
            hint="Free some space or mend the permissions, then publish again. What was published before stays.",
            folder=settings.path,
            fault=error.strerror or type(error).__name__,
        )
    made = PublishError(
        "The plugin '{plugin}' stopped with {fault}.",
        hint="What was published before stays. Run it again with --debug to see where, and tell the plugin's author.",
        plugin=settings.plugin,
        fault=type(error).__name__,
    )
    made.__cause__ = error
    return made


def _publish(hub: Hub, settings: OutputSettings, output: Output[Any], told: Told | None) -> OutputReport:
    from allin_hub.renderer import Renderer, made_of

    folder = _folder(hub, settings)
    finish(hub, settings.name, folder)
    languages = settings.languages or hub.config.hub.languages
    with reading(hub.engine) as connection:
        view = StoreView(connection, hub, output)
        row = bookkeeping.output_row(connection, settings.name)
        manifest = bookkeeping.artifacts(connection, settings.name)
        made = [
            made_of(type(output)),
            type(output).version,
            repr(sorted(settings.options.items())),
            languages,
            hub.config.hub.title,
            hub.config.hub.zone,
            settings.path,
        ]
        owners = [(name, source.owner, source.licence) for name, source in hub.config.sources.items()]
        fingerprint = hashlib.blake2b(
            orjson.dumps([made, owners, view.fingerprint()], default=str), digest_size=16
        ).hexdigest()
        if row.get("fingerprint") == fingerprint and all((folder / path).is_file() for path in manifest):
            _remember(hub, settings.name, last_status="done", message=None)
            return OutputReport(settings.name, "done", unchanged=len(manifest))
        state = orjson.loads(row.get("state") or "{}")
        run = Renderer(
            output,
            title=hub.config.hub.title,
            languages=languages,
            now=view.now,
            zone=hub.config.hub.zone,
            digests=view.digest,
            state=state,
        )
        staging = _staging(folder)
        shutil.rmtree(staging, ignore_errors=True)
        try:
            with limited(settings.limits.minutes * 60, lambda: _too_long(settings)):
                artifacts = _counted(output.publish(view, run), settings)
                plan = _render(artifacts, folder, staging, manifest, settings.name, told)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        if not output.keeps:
            yielded = {move[1] for move in plan.moves} | {same[0] for same in plan.same}
            plan.gone = [path for path in manifest if path not in yielded]
    report = OutputReport(
        settings.name,
        "done",
        written=len(plan.moves),
        unchanged=len(plan.same),
        removed=len(plan.gone),
        notes=run.notes,
    )
    plan.moves.sort()
    changed_keys = [same for same in plan.same if manifest.get(same[0]) != same[1:]]
    content = {
        "moves": [move[1] for move in plan.moves],
        "made": [list(move[1:]) for move in plan.moves] + [list(same) for same in changed_keys],
        "gone": plan.gone,
        "values": {
            "seq": view.seq,
            "fingerprint": fingerprint,
            "state": orjson.dumps(state).decode(),
            "path": settings.path,
        },
    }
    with writing(hub.engine) as connection:
        bookkeeping.write_journal(connection, settings.name, content)
    finish(hub, settings.name, folder)
    _remember(
        hub, settings.name, last_status="done", message=None, report=orjson.dumps(report.to_json()).decode()
    )
    return report


def _too_long(settings: OutputSettings) -> PublishError:
    return PublishError(
        "The output '{name}' was not done after {minutes} minutes.",
        hint="What was published before stays. If it really takes so long, raise minutes in its limits.",
        name=settings.name,
        minutes=f"{settings.limits.minutes:g}",
    )


def _counted(artifacts: Iterable[Any], settings: OutputSettings) -> Iterator[Any]:
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
            raise PublishError(f"An output asked for the file '{artifact.path}' twice.")
        seen.add(path)
        if len(seen) > settings.limits.files:
            raise PublishError(
                "The output '{name}' makes more files than it may.",
                hint="What was published before stays. If there are really so many, raise files in its limits.",
                name=settings.name,
            )
        yield artifact


def retire(hub: Hub) -> None:
    """Take away the files of outputs that hub.toml no longer has, or has elsewhere now: nobody would keep them true."""
    with reading(hub.engine) as connection:
        left = [
            (name, path, list(bookkeeping.artifacts(connection, name)))
            for name, path in bookkeeping.output_paths(connection).items()
            if name not in hub.config.outputs or hub.config.outputs[name].path != path
        ]
    for name, path, files in left:
        folder = hub.config.folder / path
        finish(hub, name, folder)
        for file in files:
            (folder / file).unlink(missing_ok=True)
            _drop_empty((folder / file).parent, folder)
        with writing(hub.engine) as connection:
            bookkeeping.forget_artifacts(connection, name)


def _render(
    artifacts: Any,
    folder: Path,
    staging: Path,
    manifest: dict[str, tuple[str, str, int]],
    name: str,
    told: Told | None,
) -> Plan:
    """Render what has a new key into the staging folder; what comes out as before is not written."""
    plan = Plan()
    for number, artifact in enumerate(artifacts, 1):
        known = manifest.get(artifact.path)
        there = known is not None and (folder / artifact.path).is_file()
        if there and known is not None and known[0] == artifact.key:
            plan.same.append((artifact.path, *known))
        else:
            data = artifact.render()
            digest = hashlib.blake2b(data, digest_size=16).hexdigest()
            if there and known is not None and known[1] == digest:
                plan.same.append((artifact.path, artifact.key, digest, len(data)))
            else:
                target = staging / artifact.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                plan.moves.append((int(artifact.order), artifact.path, artifact.key, digest, len(data)))
        if told is not None and number % 200 == 0:
            told(name, number, None)
    return plan


def finish(hub: Hub, name: str, folder: Path) -> None:
    """Put in place what a publish has decided, be it this one or one that was killed; doing it twice does no harm."""
    with reading(hub.engine) as connection:
        content = bookkeeping.read_journal(connection, name)
    if content is None:
        return
    staging = _staging(folder)
    for path in content["moves"]:
        source, target = staging / path, folder / path
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, target)  # noqa: PTH105 - one name for the step that a test watches
    for path in content["gone"]:
        (folder / path).unlink(missing_ok=True)
        _drop_empty((folder / path).parent, folder)
    with writing(hub.engine) as connection:
        bookkeeping.save_artifacts(connection, name, [tuple(row) for row in content["made"]], content["gone"])
        bookkeeping.save_output(connection, name, **content["values"])
        bookkeeping.close_journal(connection, name)
    shutil.rmtree(staging, ignore_errors=True)


def _drop_empty(folder: Path, top: Path) -> None:
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _folder(hub: Hub, settings: OutputSettings) -> Path:
    return hub.config.folder / settings.path


def _staging(folder: Path) -> Path:
    """Beside the output's folder, so that a rename is one step; hidden, so that no web server shows it."""
    return folder.parent / f".{folder.name}.staging"


def _remember(hub: Hub, name: str, **values: Any) -> None:
    now = hub.clock()
    with writing(hub.engine) as connection:
        bookkeeping.save_output(connection, name, last_attempt_at=now, last_success_at=now, **values)


def _failed(hub: Hub, settings: OutputSettings, error: HubError) -> OutputReport:
    message, hint = voice_of(hub.config).error(error)
    with writing(hub.engine) as connection:
        said = f"{message} {hint}".strip()
        bookkeeping.save_output(
            connection, settings.name, last_status="failed", last_attempt_at=hub.clock(), message=said
        )
    return OutputReport(settings.name, "failed", message=message, hint=hint, cause=error)
