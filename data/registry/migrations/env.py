"""Run by Alembic within the transaction that `data.registry.migrate` has opened."""

from alembic import context

from data.registry.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite can; Alembic does not count on it by itself
)
with context.begin_transaction():
    context.run_migrations()
