"""Runs the hub's migrations on the connection that the hub hands over."""

from typing import Any, Literal

from alembic import context

from allin_hub.store.collation import plain_texts
from allin_hub.store.tables import UTC, metadata


def written(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write a column of times as the text that the database holds: a migration may not depend on today's types."""
    return f"sa.String(length={item.impl.length})" if kind == "type" and isinstance(item, UTC) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=written,
)
with context.begin_transaction():
    context.run_migrations()
    if connection.dialect.name == "postgresql":
        plain_texts(connection)
