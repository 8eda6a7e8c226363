"""Staging holds claims as their tables keep them; raws keep the day on which they arrived, and what a run replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTED = ("raw", "claim", "problem")
FAULT = (
    '{"text": "", "texts": ["A newer release of the hub cannot apply what this run had staged.",'
    ' "Nothing was lost; run the sync again."], "code": null, "at": null, "params": {}}'
)
"""Why a held run ended, as `noted` writes it."""


def upgrade() -> None:
    """Make the new tables, end the runs that were held, and drop the caches of stretches and pieces of pages."""
    _make_tables()
    op.add_column("raw", sa.Column("arrived_on", sa.String(length=10), nullable=True))
    op.execute(
        "UPDATE raw SET arrived_on = (SELECT substr(run.started_at, 1, 10) FROM run WHERE run.id = raw.run_id)"
    )
    for name in COUNTED:
        op.execute(
            f"INSERT INTO counter (name, next) SELECT '{name}', max(id) + 1 FROM {name} HAVING max(id) IS NOT NULL"  # noqa: S608 - names of ours
        )
    _end_held_runs()
    op.drop_table("staged")
    op.drop_table("stretch")
    op.drop_table("kept")


def _end_held_runs() -> None:
    """End runs whose staging holds no claims: their sources are told, and read whole the next time."""
    run = sa.table("run", sa.column("target"), sa.column("status"), sa.column("message"))
    source = sa.table("source_state", *map(sa.column, ("source", "last_status", "mark", "message")))
    held = sa.select(run.c.target).where(run.c.status == "held")
    op.execute(
        sa.update(source)
        .where(source.c.last_status == "held", source.c.source.in_(held))
        .values(last_status="done", mark=None, message=FAULT)
    )
    op.execute(sa.update(run).where(run.c.status == "held").values(status="overtaken", message=FAULT))


def _make_tables() -> None:
    """Create staging, the counter of ids, and the table of replaced raws."""
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "staged_answer",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "claim_id", name=op.f("pk_staged_answer")),
    )
    op.create_table(
        "staged_claim",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_id", sa.Integer(), nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("match_keys", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "id", name=op.f("pk_staged_claim")),
    )
    op.create_index(op.f("ix_staged_claim_run_id_raw_id"), "staged_claim", ["run_id", "raw_id"], unique=False)
    op.create_table(
        "staged_match_key",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "claim_id", "key", name=op.f("pk_staged_match_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staged_problem",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw_id", sa.Integer(), nullable=True),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "id", name=op.f("pk_staged_problem")),
    )
    op.create_index(
        op.f("ix_staged_problem_run_id_raw_id"), "staged_problem", ["run_id", "raw_id"], unique=False
    )
    op.create_table(
        "staged_raw",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.String(length=32), nullable=True),
        sa.Column("arrived_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "id", name=op.f("pk_staged_raw")),
    )
    op.create_table(
        "staged_reference",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("target_kind", sa.String(length=12), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("target_claim", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "claim_id", "field", name=op.f("pk_staged_reference")),
    )
    op.create_table(
        "staged_reference_key",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "claim_id", "field", "key", name=op.f("pk_staged_reference_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staged_run",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_staged_run")),
    )
    op.create_table(
        "raw_version",
        sa.Column("raw_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_run", sa.String(length=36), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.String(length=32), nullable=True),
        sa.Column("arrived_on", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["raw_id"], ["raw.id"], name=op.f("fk_raw_version_raw_id")),
        sa.PrimaryKeyConstraint("raw_id", "closed_run", name=op.f("pk_raw_version")),
    )
