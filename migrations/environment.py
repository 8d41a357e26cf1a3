"""What Alembic has to know, said once for the command line, the bot and the model check."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Identity
from sqlalchemy.schema import SchemaItem

from core.models import ONLY_ON
from core.tables import ALL_TABLES
from migrations.earlier import ADOPTED_TABLE
from migrations.errors import MigrationError
from migrations.newest import VERSION_TABLE

# Any number will do as long as every version of the program takes the same: "ORP" in ASCII.
ADVISORY_LOCK: Final = 0x4F5250


def alembic_config(
    connection: Connection | None = None, *, output: StringIO | None = None
) -> Config:
    """Return Alembic's configuration; it holds from whatever directory the program runs.

    Args:
        connection: The connection to migrate, in the transaction its owner will commit. Without
            one ``env.py`` connects to ``DATABASE_URL``.
        output: Where a script is written to.
    """
    config = Config(output_buffer=output)
    # Alembic reads its options with ConfigParser, to which a percent sign means something.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def context_options(dialect: str) -> dict[str, Any]:
    """Return how Alembic keeps its version and compares a database with the models.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
    """
    is_sqlite = dialect == "sqlite"
    return {
        "target_metadata": ALL_TABLES,
        "version_table": VERSION_TABLE,
        "include_object": _include_on_sqlite if is_sqlite else _include,
        "compare_type": True,
        "compare_server_default": _sqlite_defaults_differ if is_sqlite else True,
    }


def _include(_: SchemaItem, name: str | None, kind: str, *__: object) -> bool:
    """Leave the migrations' own book-keeping out of the comparison with the models."""
    return not (kind == "table" and name == ADOPTED_TABLE)


def _include_on_sqlite(item: SchemaItem, name: str | None, kind: str, *rest: object) -> bool:
    """Leave out foreign keys too, and what PostgreSQL alone has.

    SQLAlchemy does not see what one that came with ADD COLUMN does on delete, and would drop and
    make it again; ``migrations.check`` asks SQLite itself.
    """
    if kind == "foreign_key_constraint" or ONLY_ON in item.info:
        return False
    return _include(item, name, kind, *rest)


def _sqlite_defaults_differ(
    _: MigrationContext,
    __: Column[Any],
    column: Column[Any],
    found: str | None,
    ___: object,
    wanted: str | None,
) -> bool | None:
    """Tell whether defaults differ where Alembic would be wrong; None leaves it to Alembic."""
    if isinstance(column.server_default, Identity):
        # SQLite numbers an INTEGER key by itself, without saying so.
        return False
    if wanted == "":
        return found not in {"''", "('')"}
    return None


def broken_references(connection: Connection) -> frozenset[tuple[object, ...]]:
    """Return SQLite's rows that refer to a missing one; PostgreSQL never lets one come to be.

    Raises:
        MigrationError: SQLite would delete child rows when a table is rebuilt.
    """
    if connection.dialect.name != "sqlite":
        return frozenset()
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise MigrationError("Migrations need a connection with foreign keys switched off.")
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return frozenset(tuple(row) for row in rows)
