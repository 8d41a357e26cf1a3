"""Which errors mean that the database is away, and whether something may be stored all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from core.config import parse_database_url
from core.database import Database, Unit
from core.outages import StoreUnavailable, may_come_up
from tests.databases import holding, scalar

OUTAGES = {
    "08006": "the connection failed",
    "25006": "another server takes over",
    "40001": "two transactions in each other's way",
    "40P01": "a deadlock",
    "53100": "the disk is full",
    "53200": "out of memory",
    "53300": "too many connections",
    "55P03": "a lock that was not to be had",
    "57P01": "shut down by the operator",
    "57P03": "still starting",
    "58030": "an error of the disk",
}
# How long a server is waited for that will not answer; one that will needs less, however busy the
# machine is.
SOON_S = 2
FAULTS = {
    "22003": "a number out of range",
    "23505": "a row that is there already",
    "42P01": "no such table",
    "42703": "no such column",
    "57014": "a statement that was cancelled",
    "XX000": "an internal error",
}


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.dispose()
        # aiosqlite leaves the thread of a file that did not open to itself: not beyond this loop.
        for thread in threading.enumerate():
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join)


_TRIES = 20


async def rows(database: Database) -> int:
    return await scalar(database, select(func.count()).select_from(table("laps"))) or 0


# What the database's own transactions make of trouble: the only ones that are opened here


async def execute(database: Database, *statements: str) -> None:
    def act(unit: Unit) -> None:
        for statement in statements:
            unit.connection.execute(text(statement))

    await database.write(act)


async def fails(database: Database, *statements: str) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        await execute(database, *statements)
    return caught.value


def look_while_the_server_is_silent(unit: Unit) -> None:
    process = unit.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    os.kill(process, signal.SIGSTOP)
    try:
        unit.connection.execute(text("SELECT 1"))
    finally:
        os.kill(process, signal.SIGCONT)


def make_a_mistake(_: Unit) -> None:
    raise ZeroDivisionError


# PostgreSQL


def raising(state: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"


@pytest.mark.parametrize("state", OUTAGES, ids=OUTAGES.values())
async def test_postgresql_is_away(state: str, postgres_url: URL) -> None:
    async with opened(postgres_url) as database:
        assert not (await fails(database, raising(state))).may_be_stored


@pytest.mark.parametrize("state", FAULTS, ids=FAULTS.values())
async def test_a_fault_of_the_program_is_none_of_postgresql(state: str, postgres_url: URL) -> None:
    async with opened(postgres_url) as database:
        with pytest.raises(DBAPIError):
            await execute(database, raising(state))


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    for address in (f"postgresql:///orp?host={tmp_path}", "postgresql://127.0.0.1:9/orp"):
        async with opened(parse_database_url(address)) as database:
            assert not (await fails(database, "SELECT 1")).may_be_stored


async def test_a_connection_cut_before_the_commit_leaves_nothing(postgres_url: URL) -> None:
    async with opened(postgres_url) as database:
        await execute(database, "CREATE TABLE laps (time_ms INTEGER)")
        cut = "SELECT pg_terminate_backend(pg_backend_pid())"
        failed = await fails(database, "INSERT INTO laps VALUES (20100)", cut)
        assert not failed.may_be_stored
        assert await rows(database) == 0


@pytest.mark.parametrize("meanwhile", ["pg_terminate_backend(pg_backend_pid())", "pg_sleep(60)"])
async def test_nobody_knows_what_a_commit_did_that_was_never_answered(
    meanwhile: str, postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.postgres._ANSWER_TIMEOUT_S", SOON_S)
    async with opened(postgres_url) as database:
        await execute(
            database,
            "CREATE TABLE laps (time_ms INTEGER)",
            "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM {meanwhile}; RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER hang AFTER INSERT ON laps DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION hang()",
        )
        assert (await fails(database, "INSERT INTO laps VALUES (20100)")).may_be_stored
        await execute(database, "DROP TRIGGER hang ON laps", "INSERT INTO laps VALUES (20100)")
        assert await rows(database) == 1


async def test_a_server_that_has_gone_silent_is_not_waited_for(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.postgres._ANSWER_TIMEOUT_S", SOON_S)
    async with opened(postgres_url) as database:
        with pytest.raises(StoreUnavailable):
            await database.read(look_while_the_server_is_silent)
        await execute(database, "SELECT 1")


async def test_a_lock_that_somebody_holds_is_not_waited_for(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.postgres._IMPATIENT", {"lock_timeout": "100ms"})
    async with opened(postgres_url) as database:
        await execute(database, "CREATE TABLE laps (time_ms INTEGER)")
        async with holding(database, text("LOCK TABLE laps")):
            failed = await fails(database, "INSERT INTO laps VALUES (20100)")
            assert not failed.may_be_stored
        await execute(database, "INSERT INTO laps VALUES (20100)")


async def test_a_bot_that_died_holds_a_team_no_longer(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(postgres_url) as living:
        await execute(living, "CREATE TABLE laps (time_ms INTEGER)")
        # For the one that dies only: on a busy machine the other may be idle for as long.
        monkeypatch.setattr(
            "core.postgres._IMPATIENT", {"idle_in_transaction_session_timeout": "100ms"}
        )
        async with opened(postgres_url) as dead:
            # It may even have been idle for so long before it held anything.
            for _ in range(_TRIES):
                with pytest.raises(DBAPIError):
                    async with holding(dead, text("LOCK TABLE laps")):
                        await execute(living, "INSERT INTO laps VALUES (20100)")
                if await rows(living):
                    break
            else:
                pytest.fail("what the dead one held was not free again")


async def test_all_connections_are_taken(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.postgres._POOL_TIMEOUT_S", 0.1)
    async with opened(postgres_url) as database:
        async with AsyncExitStack() as stack:
            for _ in range(15):
                await stack.enter_async_context(holding(database, text("SELECT 1")))
            assert not (await fails(database, "SELECT 1")).may_be_stored
        await execute(database, "SELECT 1")


# SQLite


@pytest.fixture
def impatient_file(sqlite_url: URL, monkeypatch: pytest.MonkeyPatch) -> URL:
    """A SQLite file that is waited for a moment only."""
    monkeypatch.setattr("core.one_file._BUSY_TIMEOUT_MS", 100)
    monkeypatch.setattr("core.one_file._TURN_TIMEOUT_S", 0.3)
    return sqlite_url


async def test_sqlite_is_locked_and_nobody_queues_for_ever(impatient_file: URL) -> None:
    async with opened(impatient_file) as database:
        await execute(database, "CREATE TABLE laps (time_ms INTEGER)")
        with closing(sqlite3.connect(str(impatient_file.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            # One after the other they would take twice as long.
            async with asyncio.timeout(10):
                failures = await asyncio.gather(
                    *(fails(database, "INSERT INTO laps VALUES (20100)") for _ in range(200))
                )
            assert not any(failed.may_be_stored for failed in failures)
        assert await rows(database) == 0
        await execute(database, "INSERT INTO laps VALUES (20100)")
        assert await rows(database) == 1


async def test_the_disk_fills_up_in_the_middle_of_a_transaction(sqlite_url: URL) -> None:
    async with opened(sqlite_url) as database:
        await execute(
            database, "CREATE TABLE laps (note TEXT)", "INSERT INTO laps VALUES ('first')"
        )
        full = "PRAGMA max_page_count = 4"
        failed = await fails(
            database, full, *("INSERT INTO laps VALUES (zeroblob(3000))" for _ in range(9))
        )
        assert not failed.may_be_stored
        await execute(database, "PRAGMA max_page_count = 4000")
        assert await rows(database) == 1


async def test_sqlite_may_not_write(sqlite_url: URL) -> None:
    async with opened(sqlite_url) as database:
        await execute(database, "CREATE TABLE laps (time_ms INTEGER)")
        await execute(database, "PRAGMA query_only = ON")
        assert not (await fails(database, "INSERT INTO laps VALUES (20100)")).may_be_stored


async def test_the_sqlite_file_cannot_be_opened(tmp_path: Path) -> None:
    async with opened(parse_database_url(f"sqlite:///{tmp_path}")) as database:
        assert not (await fails(database, "SELECT 1")).may_be_stored


async def test_a_fault_of_the_program_is_none_of_sqlite(sqlite_url: URL) -> None:
    async with opened(sqlite_url) as database:
        with pytest.raises(DBAPIError):
            await execute(database, "SELECT * FROM lost")
        with pytest.raises(ZeroDivisionError):
            await database.write(make_a_mistake)


def of_server(state: str) -> DBAPIError:
    error = type("FromServer", (Exception,), {"sqlstate": state})
    return DBAPIError("SELECT 1", None, error())


def of_file(code: int) -> DBAPIError:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    return DBAPIError("SELECT 1", None, error)


BUSY_STATES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_BUSY_SNAPSHOT)
BROKEN_STATES = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOTADB,
)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "refused"),
        FileNotFoundError(2, "no socket yet"),
        TimeoutError(),
        *map(of_server, ("57P03", "53300")),
        *map(of_file, BUSY_STATES),
    ],
)
def test_what_comes_up_by_itself_is_waited_for_at_the_start(error: Exception) -> None:
    assert may_come_up(error)


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "a socket of somebody else's"),
        *map(of_server, ("28P01", "3D000", "42501", "08P01")),
        *map(of_file, BROKEN_STATES),
    ],
)
def test_what_somebody_has_to_mend_is_not(error: Exception) -> None:
    assert not may_come_up(error)
