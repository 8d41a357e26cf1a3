"""What Alembic runs: the revisions, on a connection handed in or on ``DATABASE_URL``.

Everything happens in one transaction, on SQLite too, and logging is left as it is.
"""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from core.config import load_settings
from migrations.connections import migrating
from migrations.environment import (
    ADVISORY_LOCK,
    broken_references,
    context_options,
)
from migrations.errors import MigrationError
from migrations.newest import VERSION_TABLE


def write_script() -> None:
    """Write SQL for PostgreSQL; a SQLite database is one file and is upgraded in place."""
    context.configure(
        dialect_name="postgresql",
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        **context_options("postgresql"),
    )
    with context.begin_transaction():
        context.execute(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        context.run_migrations()


def migrate(connection: Connection) -> None:
    """Run the revisions in the connection's transaction, which its owner commits.

    Raises:
        MigrationError: Rows would be left that refer to missing ones.
    """
    before = broken_references(connection)
    context.configure(connection=connection, **context_options(connection.dialect.name))
    with context.begin_transaction():
        context.run_migrations()
    broken = broken_references(connection) - before
    if broken:
        tables = ", ".join(sorted({str(table) for table, *_ in broken}))
        raise MigrationError(f"The migration would leave rows without their parent in: {tables}.")
    if not context.get_context().get_current_heads():
        # Back at the very beginning, nothing of the bot is left.
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {VERSION_TABLE}")


async def connect_and_migrate() -> None:
    """Run the revisions on the database that the settings name."""
    async with migrating(load_settings().database_url) as connection:
        await connection.run_sync(migrate)


if context.is_offline_mode():
    write_script()
elif (handed_in := context.config.attributes.get("connection")) is not None:
    migrate(handed_in)
else:
    asyncio.run(connect_and_migrate())
