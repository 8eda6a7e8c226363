"""Staging holds claims as their tables keep them; raws keep the day on which they arrived, and what a run replaced."""

import sqlalchemy as sa
from alembic import op

from allin_hub.store import tables

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
    for table in (*tables.STAGING, tables.raw_version, tables.counter):
        table.create(op.get_bind())
    op.add_column("raw", sa.Column("arrived_on", sa.String(10)))
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
