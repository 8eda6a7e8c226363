"""Converts errors of a database into a sentence and the next step. Values and passwords never show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from allin_hub.base.errors import StoreError

SPACE = "Free some space on the disk and run it again; nothing was half-written."
TAKEN = "Another program holds the database; run it again when that has ended."
ADVICE = {
    "full": SPACE,
    "disk I/O": SPACE,
    "locked": TAKEN,
    "readonly": "The hub's folder must be writable.",
    "unable to open": "Check that the hub's folder is there, and that its disk can be written.",
    "53100": SPACE,
    "55P03": TAKEN,
    "40P01": TAKEN,
    "40001": TAKEN,
    "25006": "The database takes no changes; ask who runs it.",
    "42501": "The user of hub.database must own the database; ask who runs it.",
    "53300": "The database has too many users at once; run it again a little later.",
    "57P": "The database went away meanwhile; nothing was half-written. Run it again.",
    "closed the connection": "The database went away meanwhile; nothing was half-written. Run it again.",
    "connection is lost": "The database went away meanwhile; nothing was half-written. Run it again.",
    "connection is closed": "The database went away meanwhile; nothing was half-written. Run it again.",
    "authentication failed": "Check the user and the password of hub.database.",
    "no password supplied": "Check the user and the password of hub.database.",
    "does not exist": "Make the database and its user first; see docs/postgresql.md.",
    "": "Check that the database is there and reachable, then run it again.",
}
"""What to do at this SQLSTATE of PostgreSQL, or when the database says this word; the last is for all else."""
DAMAGED = ("malformed", "not a database")
"""What SQLite says of a file that something else wrote into, or that was cut off."""
_LACKING = re.compile(
    r"no such (?:table|column): (?P<place>[\w.]+)"
    r"|table (?P<table>\w+) has no column named (?P<column>\w+)"
)
"""How SQLite says that a table or a column is not there."""
_UNDEFINED = {"42P01", "42703"}
"""The SQLSTATEs of PostgreSQL for a table and a column that are not there."""
_STATES = tuple(name for name in ADVICE if name[:2].isdigit())


@contextmanager
def told_in_words() -> Iterator[None]:
    """Convert any database error to StoreError. The transaction is rolled back."""
    try:
        yield
    except DBAPIError as error:
        lacking = _lacking(error)
        if lacking is not None:
            raise StoreError(
                "The tables of this database lack {name}.",
                hint="Whoever changed the models writes the migration: make migration. If nobody did, "
                "bring the newest backup back: allin restore FILE --force. It deletes nothing.",
                name=lacking,
            ) from None
        if isinstance(error, OperationalError) or error.connection_invalidated or _state(error):
            raise StoreError(
                "The database could not do it: {fault}.", hint=_advice(error), fault=_first_line(error)
            ) from None
        if any(word in str(error.orig) for word in DAMAGED):
            raise StoreError(
                "The database is damaged.",
                hint="Stop what runs, then bring the newest backup back: allin restore FILE --force. It deletes nothing.",
            ) from None
        raise StoreError(
            "The database refused a change: {fault}.",
            hint="Run it again with --debug, and report what it shows.",
            fault=type(error.orig).__name__,
        ) from None  # what the driver says of a wrong value may quote it, and a traceback would show that


def _lacking(error: DBAPIError) -> str | None:
    """Name the table or the column that a statement asked for and that is not there; None for any other error."""
    said = str(error.orig)
    if (
        getattr(error.orig, "sqlstate", None) in _UNDEFINED
    ):  # in the language of the server; only names are quoted
        names = re.findall(r"[\"„“«»](\w+)[\"“”«»]|(\w+\.\w+)", said.partition("\n")[0])
        return ".".join(one or other for one, other in reversed(names)) or _first_line(error)
    found = _LACKING.search(said)
    if found is None:
        return None
    return found["place"] or f"{found['table']}.{found['column']}"


def _state(error: DBAPIError) -> str | None:
    """The SQLSTATE under which there is advice, or its beginning."""
    said = str(getattr(error.orig, "sqlstate", None) or "")
    return next((state for state in _STATES if said.startswith(state)), None)


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error.orig).__name__


def _advice(error: DBAPIError) -> str:
    words = str(error.orig)
    state = _state(error)
    return ADVICE[state] if state else next(advice for word, advice in ADVICE.items() if word in words)
