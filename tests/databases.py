"""Databases and a clock for tests: both kinds real, both migrated, both empty at the start.

Tests look into a database with the helpers at the end, over its engine alone: how the services
open their transactions is no concern of theirs.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal, TypeVar, TypeVarTuple

import asyncpg
from sqlalchemy import Executable, Row, and_, delete, select, text
from sqlalchemy.dialects import plugins
from sqlalchemy.engine import URL, CreateEnginePlugin, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.sql.selectable import TypedReturnsRows

from core.column_types import UtcDateTime
from core.config import parse_database_url
from core.database import Clock, Database
from core.models import Base, Team
from migrations.runner import upgrade
from migrations.scratch import postgresql_server

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")

# The server lives no longer than the tests: speed counts, a power cut does not.
_SERVER_SETTINGS = (
    "fsync = off",
    "full_page_writes = off",
    "synchronous_commit = off",
    # What a query plan is made from changes when a test says so, never while it looks.
    "autovacuum = off",
)
# Every commit of SQLite waits for its disk; where the system has one in memory, tests use that.
_QUICK_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_EMPTY_TABLES = (
    # Far quicker than TRUNCATE as long as the tables are small.
    *(str(delete(table)) for table in reversed(Base.metadata.sorted_tables)),
    "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
)
_EMPTY_SCHEMA = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


class _Compiled(dict[Any, Any]):
    """Statements as compiled for a kind of database; SQLAlchemy keeps them for one engine only."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


_COMPILED = _Compiled()
_KEEPING_COMPILED = "keep_compiled"


class _KeepCompiled(CreateEnginePlugin):
    """Lets the engines of all tests compile a statement once; each test has an engine of its own.

    All of them are made alike, so what is compiled for one serves every other of its kind.
    """

    def update_url(self, url: URL) -> URL:
        return url

    def engine_created(self, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


plugins.register(_KEEPING_COMPILED, __name__, _KeepCompiled.__name__)


def database_at(url: URL, clock: Clock) -> Database:
    """Return the database of a test at an address."""
    return Database(url.update_query_dict({"plugin": _KEEPING_COMPILED}), clock=clock)


@dataclass
class FakeClock:
    """A clock that a test moves."""

    moment: datetime = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the moment, a microsecond later each time, as a real clock would."""
        self.moment += timedelta(microseconds=1)
        return self.moment

    def advance(self, **delta: float) -> None:
        """Move on, e.g. ``clock.advance(minutes=11)``."""
        self.moment += timedelta(**delta)


class TestDatabases:
    """Makes databases for one test process.

    Migrations run once a kind. A SQLite test gets a copy of the migrated file; a PostgreSQL test
    gets a database that is emptied afterwards, which takes a tenth of the time of making one, or,
    where it changes tables, a copy of a migrated one. The server starts when the first test needs
    it.
    """

    # pytest takes classes called Test… for tests.
    __test__ = False

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._directory = Path(
            self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="orp-test-", dir=_QUICK_DISK)
            )
        )
        self._numbers = count(1)
        self._server: URL | None = None
        self._migrated_file: Path | None = None
        self._template: URL | None = None
        self._free: dict[bool, list[URL]] = {True: [], False: []}

    def close(self) -> None:
        """Stop the server and remove everything."""
        self._stack.close()

    @asynccontextmanager
    async def temporary(self, kind: Kind, *, migrated: bool) -> AsyncIterator[URL]:
        """Give an empty database, with the tables or without."""
        if kind == "sqlite":
            yield await self._sqlite(migrated)
            return
        free = self._free[migrated]
        url = free.pop() if free else await self._postgresql(migrated)
        yield url
        await _empty(url, migrated)
        free.append(url)

    @asynccontextmanager
    async def migrated_copy(self, kind: Kind) -> AsyncIterator[URL]:
        """Give an empty database with the tables, whose tables the test may change."""
        if kind == "sqlite":
            yield await self._sqlite(migrated=True)
            return
        if self._template is None:
            self._template = await self._postgresql(migrated=True)
        url = await self._postgresql(migrated=False, template=self._template)
        yield url
        await _empty(url, migrated=False)
        self._free[False].append(url)

    async def _sqlite(self, migrated: bool) -> URL:
        url = self._new_file()
        if migrated:
            if self._migrated_file is None:
                template = self._new_file()
                await upgrade(template)
                self._migrated_file = Path(str(template.database))
            shutil.copyfile(self._migrated_file, str(url.database))
        return url

    def _new_file(self) -> URL:
        # A directory of its own: backups and the write-ahead log lie next to the file.
        directory = self._directory / str(next(self._numbers))
        directory.mkdir()
        return parse_database_url(f"sqlite:///{directory / 'orp.db'}")

    async def _postgresql(self, migrated: bool, template: URL | None = None) -> URL:
        if self._server is None:
            self._server = self._stack.enter_context(postgresql_server())
            for setting in _SERVER_SETTINGS:
                await _execute(self._server, f"ALTER SYSTEM SET {setting}")
            await _execute(self._server, "SELECT pg_reload_conf()")
        url = self._server.set(database=f"orp_{next(self._numbers)}")
        of = "" if template is None else f"TEMPLATE {template.database}"
        await _execute(self._server, f"CREATE DATABASE {url.database} {of} STRATEGY FILE_COPY")
        if migrated:
            await upgrade(url)
        return url


async def _empty(url: URL, migrated: bool) -> None:
    """Make a PostgreSQL database as good as new, whatever a test left open in it."""
    await _execute(
        url,
        """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """,
        *(_EMPTY_TABLES if migrated else _EMPTY_SCHEMA),
    )


async def _execute(url: URL, *statements: str) -> None:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


# Looking into a database, and changing it behind the services' back


def _looking(database: Database) -> AsyncEngine:
    """Return an engine that does not wait for whoever holds the file to write."""
    return database.engine.execution_options(orp_begin="DEFERRED")


async def rows(database: Database, statement: TypedReturnsRows[*Ts]) -> Sequence[Row[*Ts]]:
    """Return what a query finds."""
    async with AsyncSession(_looking(database)) as session:
        return (await session.execute(statement)).all()


async def scalars(database: Database, statement: TypedReturnsRows[T]) -> Sequence[T]:
    """Return the first column of what a query finds; a whole row where the query names a table."""
    async with AsyncSession(_looking(database)) as session:
        return (await session.scalars(statement)).all()


async def scalar(database: Database, statement: TypedReturnsRows[T]) -> T | None:
    """Return the first column of the first row that a query finds."""
    async with AsyncSession(_looking(database)) as session:
        return await session.scalar(statement)


async def execute(database: Database, *changes: Executable) -> None:
    """Change the database."""
    async with database.engine.begin() as connection:
        for statement in changes:
            await connection.execute(statement)


async def shift_back(database: Database, by: timedelta) -> None:
    """Have all moments that are stored lie further back."""
    async with database.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            moments = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
            keys = list(table.primary_key.columns)
            if not moments:
                continue
            for row in (await connection.execute(select(*keys, *moments))).mappings().all():
                this = and_(*(key == row[key.name] for key in keys))
                earlier = {
                    column.name: row[column.name] - by for column in moments if row[column.name]
                }
                if earlier:
                    await connection.execute(table.update().where(this).values(earlier))


async def add(database: Database, *new: Base) -> None:
    """Store new rows; what the database fills in stands in them afterwards."""
    async with AsyncSession(database.engine, expire_on_commit=False) as session:
        session.add_all(new)
        await session.commit()


@asynccontextmanager
async def holding(database: Database, *locks: Executable) -> AsyncIterator[None]:
    """Keep a transaction open that has done something; nothing of it stays."""
    async with database.engine.connect() as connection:
        for statement in locks:
            await connection.execute(statement)
        yield


@asynccontextmanager
async def teams_held(database: Database, *team_ids: int) -> AsyncIterator[None]:
    """Let nobody change anything of some teams, as an act of theirs that takes long would."""
    new = text("INSERT INTO teams (id) VALUES (:id) ON CONFLICT DO NOTHING")
    of_teams = select(Team.id).where(Team.id.in_(team_ids)).order_by(Team.id).with_for_update()
    # Also of teams that have yet to do anything.
    unknown = (new.bindparams(id=team_id) for team_id in sorted(team_ids))
    async with holding(database, *unknown, of_teams):
        yield
