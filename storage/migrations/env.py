"""What Alembic runs: on the connection, and in the transaction, that `storage.schema` opened."""

from alembic import context

from storage.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
context.run_migrations()
