"""Runs the hub's migrations on the connection that the hub hands over."""

from alembic import context

from allin_hub.store.collation import plain_texts
from allin_hub.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
    if connection.dialect.name == "postgresql":
        plain_texts(connection)
