"""Runs the migrations as the owner role, each in one transaction."""

from __future__ import annotations

from alembic import context

from ledger import schema

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=schema.metadata(),
    render_as_batch=True,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
