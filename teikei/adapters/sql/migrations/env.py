"""Alembic's environment: always on a connection that `migrate` gives, inside its transaction."""

from __future__ import annotations

from alembic import context

from teikei.adapters.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
    compare_server_default=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
