"""What the earlier system left: its tables and columns are adopted, and never taken away.

Revision 0001 notes every column it finds in a table ``orp_adopted``. What is noted there is not
created again on the way up and survives the way down. All of it is plain SQL, so that it works in
a script as well.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from migrations.errors import MigrationError

ADOPTED_TABLE: Final = "orp_adopted"

_adopted = sa.table(ADOPTED_TABLE, sa.column("table_name"), sa.column("column_name"))


def remember(*tables: str) -> None:
    """Note which columns of these tables stand already."""
    op.create_table(
        ADOPTED_TABLE,
        sa.Column("table_name", sa.String(63), nullable=False),
        sa.Column("column_name", sa.String(63), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "column_name", name=op.f("pk_orp_adopted")),
    )
    for table in tables:
        op.execute(_adopted.insert().from_select(["table_name", "column_name"], _columns_of(table)))


def _columns_of(table: str) -> sa.Select[Any]:
    name = sa.literal(table, literal_execute=True).label("table_name")
    if op.get_context().dialect.name == "sqlite":
        info = sa.func.pragma_table_info(name).table_valued("name")
        return sa.select(name, info.c.name)
    columns = sa.table(
        "columns",
        sa.column("table_schema"),
        sa.column("table_name"),
        sa.column("column_name"),
        schema="information_schema",
    )
    return sa.select(name, columns.c.column_name).where(
        columns.c.table_schema == sa.func.current_schema(), columns.c.table_name == name
    )


def forget() -> None:
    """Drop the notes."""
    op.drop_table(ADOPTED_TABLE)


def refuse_strangers(table: str, needed: set[str]) -> None:
    """Refuse a table that only happens to be called like the earlier system's.

    Raises:
        MigrationError: It stands and lacks a column of the earlier system's.
    """
    if op.get_context().as_sql:
        return
    found = _adopted_columns(table)
    missing = sorted(needed - found)
    if found and missing:
        raise MigrationError(
            f"The table {table} that stands in this database is not the earlier system's: it has "
            f"no {', '.join(missing)}. Use another database, or rename that table."
        )


def refuse_taken(tables: set[str], columns: dict[str, str]) -> None:
    """Refuse to start when something of the same name stands where the bot's own is to come.

    Args:
        tables: Names of tables that must be free.
        columns: Names of a column that must be free, by table.

    Raises:
        MigrationError: One is taken.
    """
    if op.get_context().as_sql:
        return
    taken = sorted(tables & set(sa.inspect(op.get_bind()).get_table_names()))
    taken += [f"{table}.{column}" for table, column in columns.items() if is_adopted(table, column)]
    if taken:
        raise MigrationError(
            f"Names the bot needs are taken in this database: {', '.join(taken)}. Rename those "
            "first, for instance ALTER TABLE run_logs RENAME TO earlier_run_logs."
        )


def is_adopted(table: str, column: str | None = None) -> bool:
    """Tell whether a table, or a column of it, stood before the bot came.

    Raises:
        MigrationError: A script is being written, which cannot ask.
    """
    if op.get_context().as_sql:
        raise MigrationError("A downgrade has to ask the database what was adopted: no --sql.")
    found = _adopted_columns(table)
    return bool(found) if column is None else column in found


def _adopted_columns(table: str) -> set[str]:
    names = sa.select(_adopted.c.column_name).where(_adopted.c.table_name == table)
    return set(op.get_bind().scalars(names))


def add_column(table: str, column: sa.Column[Any]) -> None:
    """Add a column, unless the earlier system had one of that name."""
    if op.get_context().as_sql:
        # The script cannot ask now; PostgreSQL does when it runs.
        op.add_column(table, column, if_not_exists=True)
    elif not is_adopted(table, column.name):
        # SQLite takes a foreign key only together with the column.
        is_sqlite = op.get_context().dialect.name == "sqlite"
        op.add_column(table, column, inline_references=is_sqlite)


def drop_column(table: str, column: str) -> None:
    """Drop a column, unless it was adopted."""
    if not is_adopted(table, column):
        op.drop_column(table, column)


def drop_table(table: str) -> None:
    """Drop a table, unless it was adopted."""
    if not is_adopted(table):
        op.drop_table(table)
