"""SQLite: one hop a transaction, and one commit for all who wait.

aiosqlite carries each step of a statement to its connection's thread and back, up to four times a
statement: under a hundred commands at once the trips, not the disk, are what a racer waits for. And
a file has one writer at a time, whose commit waits for the disk whatever it holds. So a transaction
makes one trip and runs to its end over there, and those that wait for their turn to write share a
commit, each in a savepoint of its own. Nothing outside this module knows of it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from core.alone import Presence
from core.outages import is_outage

P = ParamSpec("P")
T = TypeVar("T")
Act = Callable[[Connection], T]

# How long one writer waits for another process that holds the file.
_BUSY_TIMEOUT_MS: Final = 5_000
# A hundred commands at once on a slow machine take longer than 5 s, and are no outage; when it is
# one, the racer is told to try again.
_TURN_TIMEOUT_S: Final = 20
# So many share a commit at most: the first of them waits for the last.
_SHARE_A_COMMIT: Final = 50
_BEGIN_OPTION: Final = "orp_begin"


class _Connection(aiosqlite.Connection):
    """A connection whose thread runs what it asks of itself at once.

    aiosqlite has no public way to run a function on its thread; ``_execute`` is that way, owned
    here and nowhere else.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # A connection that nobody closed does not keep the program from ending.
        self._thread.daemon = True

    async def _execute(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if threading.current_thread() is self._thread:
            return fn(*args, **kwargs)
        on_its_thread: Callable[..., Awaitable[T]] = super()._execute
        return await on_its_thread(fn, *args, **kwargs)

    async def run(self, function: Callable[[], T]) -> T:
        """Run a function on the connection's thread."""
        return await self._execute(function)


def _connect(path: str, **settings: object) -> _Connection:
    return _Connection(partial(sqlite3.connect, path, **settings))


def create_engine(
    url: URL, *, foreign_keys: bool, json_serializer: Callable[[object], str]
) -> AsyncEngine:
    """Make an engine for a file.

    A writer that begins with plain BEGIN fails at once with "database is locked" when another one
    wrote after its first read, whatever the busy timeout; BEGIN IMMEDIATE waits its turn.
    """
    engine = create_async_engine(
        url,
        json_serializer=json_serializer,
        # What people typed is no part of an error.
        hide_parameters=True,
        connect_args={"async_creator_fn": _connect},
        # A rollback at each return to the pool would be a second trip, for nothing.
        pool_reset_on_return=None,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # A lap that was answered for survives a power cut.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get(_BEGIN_OPTION, "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    @event.listens_for(engine.sync_engine, "reset")
    def on_reset(
        connection: DBAPIConnection, _: ConnectionPoolEntry, state: PoolResetState
    ) -> None:
        if not state.terminate_only and _is_in_transaction(connection):
            connection.rollback()

    return engine


def _is_in_transaction(connection: DBAPIConnection) -> bool:
    """Tell whether SQLite is: it ends a transaction by itself where memory or disk fail."""
    is_in: bool = connection.driver_connection.in_transaction
    return is_in


@dataclass(eq=False, slots=True)
class _Waiting(Generic[T]):
    """Somebody who waits for a turn to write."""

    act: Act[T]
    outcome: asyncio.Future[T | Exception]


class OneFile:
    """The transactions of one SQLite file."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(**{_BEGIN_OPTION: "DEFERRED"})
        self._waiting: deque[_Waiting[Any]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._in_hand: set[asyncio.Task[Any]] = set()
        # There is one writer at a time: it keeps its connection from one commit to the next.
        self._writer: AsyncConnection | None = None
        self._presence: Presence | None = None

    def arrive(self) -> bool:
        """Be at the file until closing; tell whether no other process was there before."""
        if self._presence is None:
            self._presence = Presence(Path(str(self._engine.url.database)))
        return self._presence.is_alone

    def leave(self) -> None:
        """Be at the file no longer."""
        if self._presence is not None:
            self._presence.leave()
            self._presence = None

    async def read(self, act: Act[T]) -> T:
        """Run an act in a transaction that sees one moment."""
        return await _to_its_end(self._begun(self._read(act)))

    async def _read(self, act: Act[T]) -> T:
        async with self._reading.connect() as connection:
            return await _in_one_hop(connection, partial(_alone, act))

    async def write(self, act: Act[T]) -> T:
        """Run an act in a transaction that is committed, together with others that wait.

        An act that raises leaves nothing behind, and it alone gets its error. An outage is
        everybody's who shares the commit.

        Raises:
            TimeoutError: Its turn did not come; it has not begun.
        """
        loop = asyncio.get_running_loop()
        waiting: _Waiting[T] = _Waiting(act, loop.create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = self._begun(self._write_in_turn())
        impatience = loop.call_later(_TURN_TIMEOUT_S, self._give_up, waiting)
        try:
            outcome = await _to_its_end(waiting.outcome, is_over=lambda: self._withdraw(waiting))
        finally:
            impatience.cancel()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def dispose(self) -> None:
        """Wait until what has begun is done."""
        if self._in_hand:
            await asyncio.wait(self._in_hand)
        await self._let_writer_go()
        self.leave()

    async def _let_writer_go(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()

    def _begun(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return task

    def _withdraw(self, waiting: _Waiting[Any]) -> bool:
        """Take somebody out of the queue; tell whether they were in it still."""
        if waiting not in self._waiting:
            return False
        self._waiting.remove(waiting)
        return True

    def _give_up(self, waiting: _Waiting[Any]) -> None:
        if self._withdraw(waiting):
            waiting.outcome.set_result(TimeoutError("the file has been busy for too long"))

    async def _write_in_turn(self) -> None:
        """Carry out what waits, first come first, until nothing does."""
        try:
            while self._waiting:
                number = min(len(self._waiting), _SHARE_A_COMMIT)
                await self._share_a_commit([self._waiting.popleft() for _ in range(number)])
        finally:
            self._writing = None

    async def _share_a_commit(self, turns: Sequence[_Waiting[Any]]) -> None:
        acts = [turn.act for turn in turns]
        try:
            if self._writer is None:
                self._writer = await self._engine.connect()
            outcomes = await _in_one_hop(self._writer, partial(_together, acts))
        except Exception as error:
            outcomes = [error] * len(turns)
            # Whatever it was, the next ones begin with a connection that is known to be sound.
            await self._let_writer_go()
        except asyncio.CancelledError:
            # The loop ends: nobody will be told.
            for turn in turns:
                turn.outcome.cancel()
            raise
        for turn, outcome in zip(turns, outcomes, strict=True):
            turn.outcome.set_result(outcome)


async def _to_its_end(
    working: asyncio.Future[T], *, is_over: Callable[[], bool] = lambda: False
) -> T:
    """Wait for work that has begun, also when whoever waits is cancelled meanwhile.

    Args:
        working: The work.
        is_over: What tells, when somebody is cancelled, whether it will not be done after all.
    """
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if not is_over():
            while not working.done():
                # They may be cancelled a second time.
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([working])
        raise


async def _in_one_hop(connection: AsyncConnection, act: Act[T]) -> T:
    """Run an act on a connection's thread: SQLAlchemy's way, driven to its end over there."""
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, _Connection):
        raise TypeError("the engine is none of this module's")
    return await driver.run(partial(_driven, connection, act))


def _driven(connection: AsyncConnection, act: Act[T]) -> T:
    running = connection.run_sync(act)
    try:
        running.send(None)
        # The act itself is told: it leaves nothing, and those who share its commit are spared.
        while True:
            running.throw(RuntimeError("an act waited for something that is not the database"))
    except StopIteration as end:
        done: T = end.value
        return done


def _alone(act: Act[T], connection: Connection) -> T:
    with connection.begin() as transaction:
        done = act(connection)
        # Unlike leaving the block, this raises when a flush that failed has rolled back.
        transaction.commit()
        return done


def _together(acts: Sequence[Act[Any]], connection: Connection) -> list[Any]:
    """Run acts in one transaction; return what each returned or raised."""
    if len(acts) == 1:
        return [_alone(acts[0], connection)]
    with connection.begin():
        return [_in_its_savepoint(act, connection) for act in acts]


def _in_its_savepoint(act: Act[T], connection: Connection) -> T | Exception:
    try:
        with connection.begin_nested() as savepoint:
            done = act(connection)
            savepoint.commit()
            return done
    except Exception as error:
        if is_outage(error) or not _is_in_transaction(connection.connection):
            raise
        return error
