"""What a downgrade would lose: it is done, looked at, and taken back before anybody sees it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from migrations import revisions
from migrations.connections import migrating
from migrations.environment import alembic_config
from migrations.newest import VERSION_TABLE

Columns = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Loss:
    """A table that goes, or a column of one that stays.

    Attributes:
        what: ``run_logs`` or ``heats.length_s``.
        rows: How many rows hold something there.
    """

    what: str
    rows: int


class _TakenBack(Exception):
    """Ends a transaction whose work was only to be looked at."""


async def losses(url: URL, revision: str) -> tuple[Loss, ...]:
    """Return what a downgrade to a revision would lose; nothing is changed.

    Tables and columns that hold nothing are no loss.

    Raises:
        DatabaseTooNew: The database stands at a revision that this program does not know.
        DatabaseUnreachable: The file or the server cannot be opened.
        MigrationError: There is no such revision.
    """
    target = revisions.place(revision)
    found: tuple[Loss, ...] = ()

    def look(connection: Connection) -> tuple[Loss, ...]:
        if revisions.place(revisions.current(connection)) <= target:
            return ()
        before = _columns(connection)
        rows = {table: _rows_of_each(connection, table, names) for table, names in before.items()}
        command.downgrade(alembic_config(connection), revision)
        return tuple(_gone(before, _columns(connection), rows))

    try:
        async with migrating(url) as connection:
            found = await connection.run_sync(look)
            raise _TakenBack
    except _TakenBack:
        return found


def _columns(connection: Connection) -> Columns:
    inspector = sa.inspect(connection)
    return {
        table: frozenset(column["name"] for column in inspector.get_columns(table))
        for table in sorted(inspector.get_table_names())
        if table != VERSION_TABLE
    }


def _rows_of_each(connection: Connection, table: str, names: frozenset[str]) -> dict[str, int]:
    """Return how many rows a table has, under an empty name, and in how many each column is set."""
    counted = sorted(names)
    query = sa.select(
        sa.func.count(), *(sa.func.count(sa.column(name)) for name in counted)
    ).select_from(sa.table(table))
    row = connection.execute(query).one()
    return dict(zip(("", *counted), row, strict=True))


def _gone(before: Columns, after: Columns, rows: dict[str, dict[str, int]]) -> list[Loss]:
    gone = []
    for table, names in before.items():
        if table not in after:
            gone.append(Loss(table, rows[table][""]))
        else:
            lost = sorted(names - after[table])
            gone += [Loss(f"{table}.{name}", rows[table][name]) for name in lost]
    return [loss for loss in gone if loss.rows]
