"""Consents are known by the keys of persons, and lie with the audit in one chain."""

import hashlib
import json
import os
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, give claims of persons their keys, and chain the consents that are there."""
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.add_column("claim", sa.Column("person_keys", sa.Text(), nullable=True))
    op.add_column("staged_claim", sa.Column("person_keys", sa.Text(), nullable=True))
    with op.batch_alter_table("consent") as table:
        table.alter_column("claim_id", existing_type=sa.Integer(), nullable=True)
        table.alter_column("raw_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("subject", sa.Text(), nullable=True))
        table.add_column(sa.Column("said_at", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("evidence", sa.LargeBinary(), nullable=True))
    attributes = context.config.attributes
    sealer = attributes.get("sealer")
    for name in ("claim", "staged_claim"):
        _give_keys(sealer, attributes.get("keys_of_person"), name)
    _name_subjects(sealer)
    _chain(sealer)


def _give_keys(sealer: Any, keys_of: Any, name: str) -> None:
    """Write the keys of mail, phones and name to each claim about a person."""
    table = sa.table(name, *map(sa.column, ("id", "kind", "version", "sealed", "person_keys", "run_id")))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(table.c.id, table.c.run_id, table.c.version, table.c.sealed).where(
            table.c.kind == "person", table.c.sealed.is_not(None)
        )
    ).all()
    for id, run_id, version, sealed in rows:
        mine = (table.c.id == id) & (table.c.run_id == run_id)
        keys = keys_of(sealer.unseal(sealed, b"claim %d version %d" % (id, version)))
        connection.execute(sa.update(table).where(mine).values(person_keys=keys))


def _name_subjects(sealer: Any) -> None:
    """Write to each consent whom it is about, so that it holds when its claim is gone."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT consent.id, claim.id, claim.source, claim.slot, claim.person_keys, raw.key FROM consent"
            " JOIN claim ON claim.id = consent.claim_id JOIN raw ON raw.id = claim.raw_id"
        )
    ).all()
    places: dict[int, list[str]] = {}
    for claim_id, entity in connection.execute(
        sa.text(
            "SELECT r.claim_id, target.entity_id FROM reference r JOIN claim person ON person.id = r.claim_id"
            " JOIN claim target ON target.id = r.target_claim"
            " WHERE person.kind = 'person' AND person.live = 1 AND target.live = 1"
        )
    ):
        places.setdefault(claim_id, []).append(entity)
    for id, claim_id, source, slot, keys, raw_key in rows:
        subject = {"s:" + sealer.hash_text("person-s", f"{source}\x1f{bytes(raw_key).hex()}\x1f{slot}").hex()}
        for key in json.loads(keys or "[]"):
            kind, _, hashed = key.partition(":")
            if kind in "nw":
                subject |= {f"o:{place}:{hashed or '*'}" for place in places.get(claim_id, ())}
            else:
                subject.add(key)
        text = json.dumps(sorted(subject), separators=(",", ":"))
        connection.execute(
            sa.text("UPDATE consent SET subject = :subject WHERE id = :id"), {"subject": text, "id": id}
        )


def _chain(sealer: Any) -> None:
    """Chain the consents in their order."""
    connection = op.get_bind()
    columns = [
        "id",
        "claim_id",
        "raw_id",
        "purpose",
        "channel",
        "event",
        "at",
        "lawful_basis",
        "wording_id",
        "method",
        "run_id",
        "expires_at",
        "subject",
    ]
    rows = connection.execute(sa.text(f"SELECT {', '.join(columns)} FROM consent ORDER BY id")).all()  # noqa: S608 - names of ours
    if not rows:
        return
    seq, chain = 0, ""
    for row in rows:
        while seq + 1 < row[0]:  # an event that is gone: nothing of it is known
            seq += 1
            digest = os.urandom(32).hex()
            erased = "-" + sealer.hash_text("erased", f"{seq}\x1f{digest}").hex()[1:]
            chain = _append(connection, sealer, chain, seq, erased, digest)
        seq = row[0]
        content = {name: value for name, value in zip(columns[1:], row[1:], strict=True) if value is not None}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        salt = os.urandom(16)
        digest = hashlib.blake2b(salt + text.encode(), digest_size=32).hexdigest()
        chain = _append(connection, sealer, chain, seq, salt.hex(), digest)
    place = f"{seq}:{chain}"
    fact = f"{place}:{sealer.hash_text('ledger_head', place).hex()}"
    connection.execute(
        sa.text("INSERT INTO hub_fact (name, value) VALUES ('ledger_head', :fact)"), {"fact": fact}
    )


def _append(connection: Any, sealer: Any, chain: str, seq: int, salt: str | None, digest: str) -> str:
    """Write one event of the chain, and give back its hash."""
    linked = str(sealer.hash_text("ledger", f"{chain}\x1f{seq}\x1fconsent\x1f{digest}").hex())
    connection.execute(
        sa.text(
            "INSERT INTO ledger (seq, kind, salt, digest, chain) VALUES (:seq, 'consent', :salt, :digest, :chain)"
        ),
        {"seq": seq, "salt": salt, "digest": digest, "chain": linked},
    )
    return linked
