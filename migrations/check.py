"""``python -m migrations.check``: say whether models and migrations differ, on both databases.

It needs the development requirements, for a PostgreSQL of its own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from core.config import parse_database_url
from core.database import create_engine
from core.models import Base
from migrations.environment import context_options
from migrations.runner import upgrade
from migrations.scratch import postgresql_server


async def differences(url: URL) -> list[str]:
    """Return in what way a migrated database is not what the models say.

    Args:
        url: A database at the newest revision, without rows. Its tables are dropped.
    """
    engine = create_engine(url, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(_differences)
    finally:
        await engine.dispose()


def _differences(connection: Connection) -> list[str]:
    options = context_options(connection.dialect.name)
    context = MigrationContext.configure(connection, opts=options)
    found = [f"Alembic would {change}" for change in compare_metadata(context, Base.metadata)]
    # Alembic looks neither at checks nor at the names of keys: those are compared as the database
    # tells them, with the tables that the models make by themselves.
    migrated = _constraints(connection)
    Base.metadata.drop_all(connection)
    Base.metadata.create_all(connection)
    modelled = _constraints(connection)
    found += [f"only the migrations have {each}" for each in sorted(migrated - modelled)]
    found += [f"only the models have {each}" for each in sorted(modelled - migrated)]
    return found


def _constraints(connection: Connection) -> set[str]:
    inspector = sa.inspect(connection)
    found: set[str] = set()
    for table in set(inspector.get_table_names()) & set(Base.metadata.tables):
        key = inspector.get_pk_constraint(table)
        found.add(f"{table}: primary key {key['name']} {key['constrained_columns']}")
        for check in inspector.get_check_constraints(table):
            found.add(f"{table}: check {check['name']} {check['sqltext']}")
        if connection.dialect.name == "sqlite":
            # It numbers the keys of a table, which says nothing.
            keys = connection.exec_driver_sql(f"PRAGMA foreign_key_list({table})")
            found |= {f"{table}: foreign key {row[2:]}" for row in keys}
        else:
            found |= {f"{table}: foreign key {key}" for key in inspector.get_foreign_keys(table)}
    return found


async def main() -> int:
    """Check both kinds; return the exit status."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as directory, postgresql_server() as server:
        for url in (parse_database_url(f"sqlite:///{Path(directory) / 'check.db'}"), server):
            await upgrade(url)
            kind = url.get_backend_name()
            found += [f"{kind}: {difference}" for difference in await differences(url)]
    for difference in found:
        print(difference)
    if not found:
        print("Models and migrations say the same on SQLite and PostgreSQL.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
