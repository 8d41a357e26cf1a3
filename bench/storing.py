"""Storing many rows quickly, in the form in which SQLAlchemy would have stored them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final

import asyncpg
from sqlalchemy import Dialect, Table
from sqlalchemy.engine import URL

from bench.history import Batch
from bench.project import TABLES, dialect_for

_COUNT_ON: Final = (
    "SELECT setval('run_logs_id_seq', (SELECT max(id) FROM run_logs) + 1, false)",
    "SELECT setval('entries_id_seq', (SELECT max(id) FROM entries) + 1, false)",
)

Processor = Callable[[Any], Any] | None


def store_in_sqlite(url: URL, batches: Iterable[Batch]) -> None:
    """Store batches of rows in one transaction."""
    dialect = dialect_for(url)
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("BEGIN")
        for batch in batches:
            for table, rows in _in_order(batch):
                statement = str(table.insert().compile(dialect=dialect))
                connection.executemany(statement, _bound(table, rows, dialect))
        connection.execute("COMMIT")
        # What a bot that is stopped leaves behind: everything in one file.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def store_in_postgresql(url: URL, batches: Iterable[Batch]) -> None:
    """Store batches of rows, then do what the server would by itself: vacuum and analyse."""
    dialect = dialect_for(url)
    connection = await connect(url)
    try:
        for batch in batches:
            for table, rows in _in_order(batch):
                await connection.copy_records_to_table(
                    table.name,
                    columns=[column.name for column in table.columns],
                    records=_bound(table, rows, dialect),
                )
        for statement in _COUNT_ON:
            await connection.execute(statement)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _in_order(batch: Batch) -> Iterator[tuple[Table, Sequence[dict[str, Any]]]]:
    for table in TABLES:
        if batch.get(table.name):
            yield table, batch[table.name]


def _bound(
    table: Table, rows: Sequence[dict[str, Any]], dialect: Dialect
) -> Iterator[tuple[Any, ...]]:
    """Give each row as the driver takes it."""
    processors: list[tuple[str, Processor]] = [
        (column.name, column.type.dialect_impl(dialect).bind_processor(dialect))
        for column in table.columns
    ]
    names = {name for name, _ in processors}
    for row in rows:
        if row.keys() != names:
            raise ValueError(f"{table.name}: {sorted(row.keys() ^ names)} do not fit the table")
        yield tuple(
            row[name] if process is None or row[name] is None else process(row[name])
            for name, process in processors
        )


async def connect(url: URL) -> asyncpg.Connection:
    """Connect with the driver alone, without SQLAlchemy."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(address)
