"""Gives the hub new keys: all that is sealed, or all that is hashed, renewed in one transaction, with a backup first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from allin_hub.backup.create import before_rotation
from allin_hub.base.encryption import Keys, Rehasher, Sealer
from allin_hub.base.errors import ConfigError, StoreError
from allin_hub.base.failpoints import Point
from allin_hub.base.hub_key import NEXT_VARIABLE, file_of, next_key, place_next, variable_of, write_next
from allin_hub.hub import Hub
from allin_hub.ingest.held_staging import intact_runs, note_staging
from allin_hub.manage.all_leases import all_leases, give_back
from allin_hub.store import ledger, runs
from allin_hub.store.copy import Told
from allin_hub.store.engine import writing
from allin_hub.store.moved_away import KEY
from allin_hub.store.renew_keys import hash_anew, seal_anew
from allin_hub.store.retention import rewrite


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation renewed.

    `left` counts sealed values that did not open before either. `old_key` is where the keys before are kept; with keys in
    the environment it is None, and `variable` is the one that is to be set anew. `rewritten` is False where the database
    had no room to be written anew: then its file may still hold overwritten values under the old key.
    """

    values: int
    left: int
    fingerprint: str
    backup: Path
    old_key: Path | None
    variable: str | None
    rewritten: bool


def new_value(hub: Hub, *, hashes: bool) -> tuple[str, str]:
    """Make the next keys for a hub whose keys stand in the environment: the variable to set, and its value. Keeps nothing.

    Raises ConfigError where the keys lie in a file.
    """
    variable = variable_of(hub.config.hub.key)
    if variable is None:
        raise ConfigError(
            "The key lies in {file}; the hub makes the next one itself.",
            hint="Run: allin key rotate",
            file=file_of(hub.config.hub.key, hub.config.folder).name,
        )
    return variable + NEXT_VARIABLE, _renewed(hub.sealer.keys, hashes=hashes).written(" ")


def rotate(hub: Hub, *, hashes: bool, told: Told | None = None) -> Rotation:
    """Renew the sealing key, or with `hashes` the hashing key. Killed at any point, the hub has the old keys or the new ones.

    The open hub is of no use afterwards: it has the old keys.
    Raises ConfigError when the next keys are not set in the environment; HubError while something is at work.
    """
    setting, folder = hub.config.hub.key, hub.config.folder
    variable = variable_of(setting)
    if variable is None:
        following = Sealer(_renewed(hub.sealer.keys, hashes=hashes))
    else:
        following = _from_environment(hub, variable, hashes=hashes)
    with all_leases(hub) as fences:
        backup = before_rotation(hub, told)
        if variable is None:
            write_next(file_of(setting, folder), following.keys)
        with writing(hub.engine, Point.KEY_ROTATED) as connection:
            intact = intact_runs(connection, hub.sealer)
            if hashes:
                head = _sound_head(hub, connection)
                done = hash_anew(connection, Rehasher(following.keys.hashing[-1]), told)
                ledger.chain_anew(connection, following)
                hub.note(connection, "key", "hashes", {"head": head}, following)
            else:
                done = seal_anew(connection, hub.sealer, following, told)
                hub.note(connection, "key", "seal", None, following)
            for run_id in intact:
                note_staging(connection, following, run_id)
            runs.save_fact(connection, KEY, following.mark().hex())
            give_back(connection, fences)
    old = None if variable is not None else place_next(file_of(setting, folder), hub.sealer)
    return Rotation(
        done.values, done.left, following.mark().hex(), backup, old, variable, _is_rewritten(hub.engine)
    )


def _is_rewritten(engine: Engine) -> bool:
    try:
        rewrite(engine)
    except StoreError:
        return False
    return True


def _sound_head(hub: Hub, connection: Connection) -> str:
    """The last hash of the ledger under the key of before. A ledger that does not verify is not chained anew."""
    if ledger.faults(connection, hub.sealer):
        raise StoreError(
            "The ledger of consents does not verify: nothing can be noted in it.",
            hint="See what is wrong with it: allin doctor",
        )
    return ledger.head(connection)


def _renewed(keys: Keys, *, hashes: bool) -> Keys:
    return keys.with_new_hashing_key() if hashes else keys.with_new_sealing_key()


def _from_environment(hub: Hub, variable: str, *, hashes: bool) -> Sealer:
    """The next keys, as the admin has set them."""
    name, known = variable + NEXT_VARIABLE, hub.sealer.keys
    make = "allin key new --hashes" if hashes else "allin key new"
    following = next_key(hub.config.hub.key, hub.config.folder)
    if following is None:
        raise ConfigError(
            "The key stands in the environment variable {variable}: the hub cannot change it, and writes it nowhere.",
            hint="Make the next one: {make}\nSet {name} to it beside {variable}, and run this again.",
            variable=variable,
            name=name,
            make=make,
        )
    keys = following.keys
    if hashes:
        fits = keys.sealing == known.sealing and keys.hashing[:-1] == known.hashing
    else:
        fits = keys.sealing != known.sealing and keys.hashing == known.hashing
    if not fits:
        raise ConfigError(
            "What {name} holds does not follow on the key of this hub.",
            hint="Make it anew: {make}",
            name=name,
            make=make,
        )
    return following
