"""Findings in public texts are remembered, and what the office said to them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "held_text",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entity_id", "path", name=op.f("pk_held_text")),
    )
    op.create_table(
        "text_decision",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_text_decision")),
    )
