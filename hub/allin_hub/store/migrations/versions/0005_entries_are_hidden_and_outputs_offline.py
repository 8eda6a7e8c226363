"""Entries can be hidden from every output, and outputs be taken offline."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of hidden entries, and the moment since when an output is offline."""
    op.create_table(
        "hidden_entry",
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("hidden_at", sa.String(length=32), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_hidden_entry")),
    )
    op.add_column("output_state", sa.Column("offline_since", sa.String(length=32), nullable=True))
