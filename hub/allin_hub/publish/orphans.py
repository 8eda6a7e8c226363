"""What becomes of outputs that hub.toml no longer has: their files are taken away, or somebody is told that they stay."""

from __future__ import annotations

from allin_hub.base.errors import ConfigError, HubError, PublishError
from allin_hub.base.failpoints import Point
from allin_hub.base.reports import OutputReport
from allin_hub.config.toml_blocks import unknown
from allin_hub.hub import Hub
from allin_hub.i18n.translator import voice_of
from allin_hub.publish.output_address import is_elsewhere, shown
from allin_hub.publish.output_lease import Turn, begun, lease_of_output
from allin_hub.publish.place import finish, retire
from allin_hub.store import leases, publish_journal, runs
from allin_hub.store.engine import reading, writing

LEFT = "left"
"""The files of an output stay where the hub no longer gets: a person decides."""


def places(hub: Hub) -> dict[str, str]:
    """The outputs that hub.toml no longer has, and where their files are."""
    with reading(hub.engine) as connection:
        names = publish_journal.outputs_with_files(connection) - hub.config.outputs.keys()
        return {name: str(runs.output_row(connection, name).get("path") or name) for name in sorted(names)}


def retire_all(hub: Hub) -> dict[str, OutputReport]:
    """Take away what outputs left behind that hub.toml no longer has; reports of those where that failed."""
    found: dict[str, OutputReport] = {}
    for name, path in places(hub).items():
        turn = begun(hub, name)
        if turn is None:
            continue
        try:
            _retire(turn)
        except (HubError, OSError) as error:
            found[name] = _report(hub, name, path, error)
        finally:
            turn.end()
    return found


def _retire(turn: Turn) -> None:
    finish(turn)
    with reading(turn.hub.engine) as connection:
        known = runs.output_row(connection, turn.output).get("path")
    if known is not None:
        retire(turn, known)


def _report(hub: Hub, name: str, path: str, error: HubError | OSError) -> OutputReport:
    is_away = is_elsewhere(path) and isinstance(error, PublishError)
    cause = error if isinstance(error, HubError) else unwritable(name, error)
    message, hint = voice_of(hub.config).error(cause)
    status = LEFT if is_away else "failed"
    return OutputReport(name, status, message=message, hint=hint, path=shown(path), cause=error)


def unwritable(folder: str, error: OSError) -> PublishError:
    """What to do about a folder that takes no file."""
    return PublishError(
        "The folder '{folder}' could not be written ({fault}).",
        hint="Free some space or mend the permissions, then publish again. What was published before stays.",
        folder=folder,
        fault=error.strerror or type(error).__name__,
    )


def forget(hub: Hub, name: str) -> str:
    """No longer look after the files of an output that hub.toml does not have any more; where they are.

    Raises ConfigError when it has, or when there are none; HubError while the output is being published.
    """
    known = places(hub)
    if name in hub.config.outputs:
        raise ConfigError(
            "[outputs.{name}] stands in hub.toml; the hub looks after its files.",
            hint="Take its block out first. The next publish takes its files away, where it gets there.",
            name=name,
        )
    if name not in known:
        raise unknown("There are no files of an output '{word}'.", name, known)
    turn = begun(hub, name)
    if turn is None:
        raise HubError(
            "'{name}' is being published just now.",
            hint="It will end by itself; see: allin status",
            name=name,
        )
    with writing(hub.engine, Point.OUTPUT_FORGOTTEN) as connection:
        turn.refuse_overtaken(connection)
        publish_journal.close_journal(connection, name)
        publish_journal.forget_artifacts(connection, name)
        leases.give_lease_back(connection, lease_of_output(name), turn.fence)
    return shown(known[name])
