"""The last run of a source can be taken back: what it replaced is kept, and records and claims know which run brought them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns. Runs from before cannot be taken back."""
    op.create_table(
        "replaced_claim",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("live", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("match_keys", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.String(length=32), nullable=True),
        sa.Column("person_keys", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "claim_id", name=op.f("pk_replaced_claim")),
    )
    op.create_table(
        "replaced_link",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("moved_to", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "claim_id", name=op.f("pk_replaced_link")),
    )
    op.create_table(
        "replaced_match_key",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "claim_id", "key", name=op.f("pk_replaced_match_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replaced_problem",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_id", sa.Integer(), nullable=True),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "id", name=op.f("pk_replaced_problem")),
    )
    op.create_table(
        "replaced_reference",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("target_kind", sa.String(length=12), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("target_claim", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "claim_id", "field", name=op.f("pk_replaced_reference")),
    )
    op.create_table(
        "replaced_reference_key",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "claim_id", "field", "key", name=op.f("pk_replaced_reference_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replaced_source",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_replaced_source")),
    )
    op.create_table(
        "undone_raw",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_undone_raw")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("new_in", sa.String(length=36), nullable=True))

    with op.batch_alter_table("raw", schema=None) as batch_op:
        batch_op.add_column(sa.Column("new_in", sa.String(length=36), nullable=True))

    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undone", sa.Text(), nullable=True))
