"""Says what a sealed value is, and whose: the bytes that it is bound to, and without which it does not open.

A binding names the record, never a table: staging, table and version table hold the same bytes.
"""

from __future__ import annotations


def of_raw(id: int) -> bytes:
    """A record as its source gave it."""
    return b"raw %d" % id


def of_claim(id: int, version: int) -> bytes:
    """The private fields of one version of a claim."""
    return b"claim %d version %d" % (id, version)


def of_reference(claim_id: int, field: str) -> bytes:
    """What a claim refers to in a field."""
    return b"reference %d %s" % (claim_id, field.encode())


def of_answers(claim_id: int, run_id: str) -> bytes:
    """What a person answered, as one run read it."""
    return b"answers %d %s" % (claim_id, run_id.encode())


def of_problem(id: int) -> bytes:
    """A problem."""
    return b"problem %d" % id


def of_held_run(run_id: str) -> bytes:
    """What a held run keeps besides its rows."""
    return b"held run %s" % run_id.encode()


def of_hidden(id: str) -> bytes:
    """Why the office keeps an entry out of the outputs."""
    return b"hidden %s" % id.encode()


def of_entity(kind: str, id: str) -> bytes:
    """The private fields of an entity."""
    return b"%s %s" % (kind.encode(), id.encode())
