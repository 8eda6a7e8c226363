"""Sealed values are bound to the record that they belong to, and name the key that sealed them."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from alembic import context, op
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 1000
NONCE = 12
OLD, NEW = b"\x01", b"\x02"
ENTITIES = ("organisation", "person", "service", "event", "opportunity", "project")
SEALED = (
    ("raw", "sealed", ("id",), "raw {id}"),
    ("raw_version", "sealed", ("raw_id", "closed_run"), "raw {raw_id}"),
    ("staged_raw", "sealed", ("run_id", "id"), "raw {id}"),
    ("claim", "sealed", ("id",), "claim {id} version {version}"),
    ("claim_version", "sealed", ("claim_id", "version"), "claim {claim_id} version {version}"),
    ("staged_claim", "sealed", ("run_id", "id"), "claim {id} version {version}"),
    ("reference", "given", ("claim_id", "field"), "reference {claim_id} {field}"),
    ("staged_reference", "given", ("run_id", "claim_id", "field"), "reference {claim_id} {field}"),
    ("staged_answer", "sealed", ("run_id", "claim_id"), "answers {claim_id} {run_id}"),
    ("problem", "sealed", ("id",), "problem {id}"),
    ("staged_problem", "sealed", ("run_id", "id"), "problem {id}"),
    ("staged_run", "sealed", ("run_id",), "held run {run_id}"),
    *((kind, "sealed", ("id",), f"{kind} {{id}}") for kind in ENTITIES),
)
"""Table, sealed column, primary key, and what the value is bound to."""
VERSIONS = """
UPDATE staged_claim SET version = CASE op
  WHEN 'new' THEN 1
  WHEN 'changed' THEN (SELECT claim.version + 1 FROM claim WHERE claim.id = staged_claim.id)
END
"""


def upgrade() -> None:
    """Let staged claims know their version, and seal anew what is sealed."""
    op.add_column("staged_claim", sa.Column("version", sa.Integer(), nullable=True))
    op.execute(VERSIONS)
    connection = op.get_bind()
    sealer = context.config.attributes.get("sealer")
    for table, column, key, bound_to in SEALED:
        for rows in _batches(connection, table, column, key, bound_to):
            if sealer is None:
                raise RuntimeError(f"{table} holds sealed values: migrate needs the hub's key")
            _seal_anew(connection, sealer.keys.sealing, table, column, key, bound_to, rows)


def _batches(
    connection: sa.Connection, table: str, column: str, key: Sequence[str], bound_to: str
) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the rows with something sealed, in the order of their primary key: all that the key and the binding are made of."""
    names = [*key, column, *(["version"] if "{version}" in bound_to and "version" not in key else [])]
    made = sa.table(table, *map(sa.column, names))
    place = sa.tuple_(*(made.c[name] for name in key))
    query = sa.select(*made.c).where(made.c[column].is_not(None)).order_by(*(made.c[name] for name in key))
    after: list[Any] | None = None
    while rows := connection.execute(
        (query if after is None else query.where(place > sa.tuple_(*map(sa.literal, after)))).limit(BATCH)
    ).all():
        yield [cast("Mapping[str, Any]", row._mapping) for row in rows]
        after = [rows[-1]._mapping[name] for name in key]


def _seal_anew(
    connection: sa.Connection,
    sealing_key: bytes,
    table: str,
    column: str,
    key: Sequence[str],
    bound_to: str,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Write values in the new format; what does not open stays as it is, is never used, and is found by `doctor`."""
    cipher = AESGCM(sealing_key)
    head = NEW + hashlib.blake2b(sealing_key, digest_size=4, person=b"allin-key-id").digest()
    made = sa.table(table, *map(sa.column, (*key, column)))
    found = []
    for row in rows:
        data = bytes(row[column])
        try:
            content = cipher.decrypt(data[1 : 1 + NONCE], data[1 + NONCE :], OLD)
        except (InvalidTag, ValueError):
            continue
        nonce = os.urandom(NONCE)
        sealed = head + nonce + cipher.encrypt(nonce, content, head + bound_to.format(**row).encode())
        found.append({"sealed_anew": sealed, **{f"its_{name}": row[name] for name in key}})
    if found:
        statement = sa.update(made).values({column: sa.bindparam("sealed_anew", type_=sa.LargeBinary())})
        connection.execute(
            statement.where(*(made.c[name] == sa.bindparam(f"its_{name}") for name in key)), found
        )
