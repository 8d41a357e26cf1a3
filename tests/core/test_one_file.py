"""A file's transactions: one hop each, one commit for all who wait, and nobody pays for another."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from functools import partial

import pytest
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.concurrency import await_

from core.database import Database, Unit
from core.errors import Redelivered
from core.models import Team
from core.outages import StoreUnavailable
from core.race_day.change import mark_seen
from tests.databases import Kind, scalars

Act = Callable[[Unit], object]

INTERACTION = 7
# Far longer than any of these takes: a test that is wrong ends all the same.
FOR_EVER_S = 60


@pytest.fixture
def database_kind() -> Kind:
    """Files alone."""
    return "sqlite"


@pytest.fixture
def commits(database: Database) -> list[bool]:
    """Of each commit, whether the publisher had been woken when it began."""
    seen: list[bool] = []

    @event.listens_for(database.engine.sync_engine, "commit")
    def on_commit(_: Connection) -> None:
        seen.append(database.awake.is_set())

    return seen


class Holding:
    """An act that keeps the connection's thread until it is let go."""

    def __init__(self, act: Act = lambda _: None) -> None:
        self._act = act
        self._has_begun = threading.Event()
        self._may_end = threading.Event()
        self.has_ended = False

    def __call__(self, unit: Unit) -> None:
        self._has_begun.set()
        assert self._may_end.wait(FOR_EVER_S)
        self._act(unit)
        self.has_ended = True

    async def until_it_has_begun(self) -> None:
        assert await asyncio.to_thread(self._has_begun.wait, FOR_EVER_S)

    def let_go(self) -> None:
        self._may_end.set()


@pytest.fixture
async def holder(database: Database) -> AsyncIterator[Holding]:
    """A unit that is in hand: all others wait for their turn until it is let go."""
    holding = Holding()
    written = asyncio.create_task(database.write(holding))
    await holding.until_it_has_begun()
    yield holding
    holding.let_go()
    await written


def store(number: int, unit: Unit) -> int:
    """Store a team, and return its id."""
    unit.connection.execute(insert(Team).values(id=number, created_at=unit.now))
    return number


def storing(number: int) -> Act:
    return partial(store, number)


async def stored(database: Database) -> Sequence[int]:
    return await scalars(database, select(Team.id).order_by(Team.id))


async def everybody_stands_still() -> None:
    """Let all tasks run until each waits for another thread."""
    for _ in range(20):
        await asyncio.sleep(0)


async def queued(database: Database, *acts: Act) -> list[asyncio.Task[object]]:
    """Have units wait, in this order."""
    tasks = [asyncio.create_task(database.write(act)) for act in acts]
    await everybody_stands_still()
    return tasks


async def sharing(database: Database, holder: Holding, *acts: Act) -> list[object]:
    """Have units share a commit; return what each returned or raised."""
    tasks = await queued(database, *acts)
    holder.let_go()
    return await asyncio.gather(*tasks, return_exceptions=True)


# One hop


def several_statements(unit: Unit) -> None:
    for _ in range(5):
        assert not unit.connection.execute(select(Team.id)).all()
        assert not unit.db.scalars(select(Team)).all()


@pytest.mark.parametrize("how", ["read", "write"])
async def test_a_unit_makes_one_trip_to_the_thread(
    how: str, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    run = getattr(database, how)
    # Connecting makes trips of its own.
    await run(several_statements)
    with caplog.at_level(logging.DEBUG, logger="aiosqlite"):
        await run(several_statements)
    trips = [record for record in caplog.records if record.msg.startswith("executing")]
    assert len(trips) == 1


async def test_the_trip_is_made_without_leaving_a_transaction_open(database: Database) -> None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute("BEGIN IMMEDIATE")
    assert await database.write(storing(1)) == 1
    assert await stored(database) == [1]


async def wait_for_the_loop() -> None:
    await asyncio.sleep(0)


def waiting_for_something_else(unit: Unit) -> None:
    store(9, unit)
    await_(wait_for_the_loop())


@pytest.mark.parametrize("how", ["read", "write"])
async def test_within_a_unit_only_the_database_is_waited_for(how: str, database: Database) -> None:
    run = getattr(database, how)
    with pytest.raises(RuntimeError, match="something that is not the database"):
        await run(waiting_for_something_else)
    await database.write(storing(1))
    assert await stored(database) == [1]


# One commit


async def test_who_waits_shares_a_commit_first_come_first(
    database: Database, holder: Holding, commits: list[bool]
) -> None:
    order: list[tuple[int, int]] = []

    def act(number: int, unit: Unit) -> None:
        order.append((number, len(commits)))
        store(number, unit)

    numbers = range(1, 121)
    await sharing(database, holder, *(partial(act, number) for number in numbers))
    # The holder's own is the first.
    commit_of = [1] * 50 + [2] * 50 + [3] * 20
    assert order == list(zip(numbers, commit_of, strict=True))
    assert len(commits) == 4
    assert await stored(database) == list(numbers)


def raising_after_a_statement(unit: Unit) -> None:
    store(9, unit)
    raise ZeroDivisionError


def raising_after_rows_were_flushed(unit: Unit) -> None:
    unit.db.add(Team(id=9))
    unit.db.flush()
    raise ZeroDivisionError


def raising_with_rows_to_be_flushed(unit: Unit) -> None:
    unit.db.add(Team(id=9))
    raise ZeroDivisionError


def raising_in_the_last_flush(unit: Unit) -> None:
    store(9, unit)
    unit.db.add(Team(id=1))


def raising_out_of_an_iterator(unit: Unit) -> None:
    store(9, unit)
    next(iter(()))


RAISING: dict[Act, type[Exception]] = {
    raising_after_a_statement: ZeroDivisionError,
    raising_after_rows_were_flushed: ZeroDivisionError,
    raising_with_rows_to_be_flushed: ZeroDivisionError,
    raising_in_the_last_flush: IntegrityError,
    # What a coroutine makes of it; a future would take none.
    raising_out_of_an_iterator: RuntimeError,
    waiting_for_something_else: RuntimeError,
}


@pytest.mark.parametrize("act", RAISING, ids=lambda act: act.__name__)
async def test_who_raises_alone_gets_the_error_and_leaves_nothing(
    act: Act, database: Database, holder: Holding
) -> None:
    first, error, last = await sharing(database, holder, storing(1), act, storing(2))
    assert (first, last) == (1, 2)
    assert type(error) is RAISING[act]
    assert await stored(database) == [1, 2]
    await database.write(storing(3))


async def test_an_interaction_is_not_used_up_by_who_raises(
    database: Database, holder: Holding
) -> None:
    def mark(unit: Unit) -> None:
        mark_seen(unit, INTERACTION)

    def mark_and_fail(unit: Unit) -> None:
        mark_seen(unit, INTERACTION)
        raise ZeroDivisionError

    failed, done, again = await sharing(database, holder, mark_and_fail, mark, mark)
    assert isinstance(failed, ZeroDivisionError)
    assert done is None
    assert isinstance(again, Redelivered)


def overlooking_a_failed_flush(unit: Unit) -> None:
    store(9, unit)
    unit.db.add(Team(id=9))
    with pytest.raises(IntegrityError):
        unit.db.flush()


async def test_who_overlooks_that_a_flush_failed_is_not_told_it_was_stored(
    database: Database, holder: Holding
) -> None:
    first, error, last = await sharing(
        database, holder, storing(1), overlooking_a_failed_flush, storing(2)
    )
    assert (first, last) == (1, 2)
    assert isinstance(error, InvalidRequestError)
    with pytest.raises(InvalidRequestError):
        await database.write(overlooking_a_failed_flush)
    assert await stored(database) == [1, 2]


async def test_when_sqlite_has_ended_the_transaction_nobody_is_told_of_success(
    database: Database, holder: Holding
) -> None:
    def end_it(unit: Unit) -> None:
        # As SQLite does by itself where its memory does not suffice.
        unit.connection.execute(text("INSERT OR ROLLBACK INTO teams SELECT * FROM teams"))

    outcomes = await sharing(database, holder, storing(1), end_it, storing(2))
    assert all(isinstance(outcome, DBAPIError) for outcome in outcomes)
    assert await stored(database) == []
    await database.write(storing(3))


# Outages


def filling_the_disk(unit: Unit) -> None:
    unit.connection.execute(text("PRAGMA max_page_count = 1"))
    unit.connection.execute(text("CREATE TABLE ballast AS SELECT zeroblob(1000000)"))


def getting_a_larger_disk(unit: Unit) -> None:
    unit.connection.execute(text("PRAGMA max_page_count = 1000000"))
    store(3, unit)


async def test_an_outage_in_a_statement_is_everybodys(database: Database, holder: Holding) -> None:
    outcomes = await sharing(database, holder, storing(1), filling_the_disk, storing(2))
    for outcome in outcomes:
        assert isinstance(outcome, StoreUnavailable)
        assert not outcome.may_be_stored
    assert await stored(database) == []
    await database.write(getting_a_larger_disk)
    assert await stored(database) == [3]


@pytest.fixture
def without_a_log(database: Database) -> None:
    """A file whose commits wait for who reads it, as without a write-ahead log, but not long."""

    @event.listens_for(database.engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = DELETE")
        cursor.execute("PRAGMA busy_timeout = 50")
        cursor.close()


@pytest.mark.usefixtures("without_a_log")
async def test_an_outage_at_the_commit_is_everybodys(
    database: Database, holder: Holding, commits: list[bool]
) -> None:
    file = str(database.engine.url.database)
    with closing(sqlite3.connect(file, check_same_thread=False)) as other:

        def read_elsewhere(_: Unit) -> None:
            other.execute("BEGIN")
            other.execute("SELECT * FROM teams").fetchall()

        outcomes = await sharing(database, holder, storing(1), read_elsewhere, storing(2))
        outcomes += await asyncio.gather(database.write(storing(4)), return_exceptions=True)
    # The acts ran to their ends: it was the commit.
    assert len(commits) == 3
    for outcome in outcomes:
        assert isinstance(outcome, StoreUnavailable)
        assert not outcome.may_be_stored
    assert await stored(database) == []
    await database.write(storing(3))
    assert await stored(database) == [3]


# Whoever does not wait for the end


async def test_who_is_cancelled_while_waiting_leaves_the_queue(
    database: Database, holder: Holding
) -> None:
    first, cancelled, last = await queued(database, storing(1), storing(2), storing(3))
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    holder.let_go()
    assert (await first, await last) == (1, 3)
    assert await stored(database) == [1, 3]


@pytest.mark.parametrize("how", ["read", "write"])
async def test_who_is_cancelled_after_the_beginning_is_waited_for(
    how: str, database: Database
) -> None:
    holding = Holding()
    cancelled = asyncio.create_task(getattr(database, how)(holding))
    await holding.until_it_has_begun()
    # Twice: somebody loses patience, and then the program ends.
    for _ in range(2):
        cancelled.cancel()
        await everybody_stands_still()
        assert not cancelled.done()
    holding.let_go()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert holding.has_ended


@pytest.mark.parametrize("how", ["read", "write"])
async def test_an_error_of_who_is_cancelled_is_nobodys(
    how: str, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    holding = Holding(raising_after_a_statement)
    cancelled = asyncio.create_task(getattr(database, how)(holding))
    await holding.until_it_has_begun()
    cancelled.cancel()
    holding.let_go()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    gc.collect()
    assert not caplog.records
    assert await stored(database) == []


async def test_who_waits_too_long_is_told_so_and_never_begins(
    database: Database, holder: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr("core.one_file._TURN_TIMEOUT_S", 0.01)
        with pytest.raises(StoreUnavailable) as caught:
            await database.write(storing(1))
    assert not caught.value.may_be_stored
    holder.let_go()
    await database.write(storing(2))
    assert await stored(database) == [2]


async def test_who_is_cancelled_as_the_wait_becomes_too_long_is_cancelled(
    database: Database, holder: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr("core.one_file._TURN_TIMEOUT_S", 0)
        waiting = asyncio.create_task(database.write(storing(1)))
        await asyncio.sleep(0)
    # Its turn of the loop comes after the one in which it is told that it has waited too long.
    asyncio.get_running_loop().call_soon(waiting.cancel)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    holder.let_go()
    await database.write(storing(2))
    assert await stored(database) == [2]


@pytest.mark.parametrize("how", ["read", "write"])
async def test_closing_waits_for_what_has_begun(how: str, database: Database) -> None:
    left_open: set[object] = set()
    event.listen(database.engine.sync_engine, "connect", lambda new, _: left_open.add(new))
    event.listen(database.engine.sync_engine, "close", lambda old, _: left_open.remove(old))
    holding = Holding()
    begun = asyncio.create_task(getattr(database, how)(holding))
    await holding.until_it_has_begun()
    closing_it = asyncio.create_task(database.dispose())
    await everybody_stands_still()
    assert not closing_it.done()
    holding.let_go()
    await closing_it
    assert holding.has_ended
    assert not left_open
    await begun


async def test_closing_waits_for_those_who_wait(database: Database, holder: Holding) -> None:
    waiting = await queued(database, *(storing(number) for number in range(1, 60)))
    closing_it = asyncio.create_task(database.dispose())
    holder.let_go()
    await closing_it
    assert await stored(database) == list(range(1, 60))
    await asyncio.gather(*waiting)


async def test_a_loop_that_ends_cancels_everything_and_does_not_hang(database: Database) -> None:
    holding = Holding(storing(1))
    in_hand = asyncio.create_task(database.write(holding))
    await holding.until_it_has_begun()
    (waiting,) = await queued(database, storing(2))
    # As asyncio.run does.
    everything = asyncio.all_tasks() - {asyncio.current_task()}
    assert everything > {in_hand, waiting}
    for task in everything:
        task.cancel()
    holding.let_go()
    _, hanging = await asyncio.wait(everything, timeout=FOR_EVER_S)
    assert not hanging
    assert in_hand.cancelled()
    assert waiting.cancelled()
    await database.write(storing(3))
    assert await stored(database) == [1, 3]


# Waking the publisher


def waking(number: int, unit: Unit) -> None:
    store(number, unit)
    unit.wakes = True


def waking_and_raising(unit: Unit) -> None:
    unit.wakes = True
    raise ZeroDivisionError


async def test_the_publisher_is_woken_after_the_commit_by_who_said_so(
    database: Database, holder: Holding, commits: list[bool]
) -> None:
    await sharing(database, holder, storing(1), partial(waking, 2), waking_and_raising)
    assert commits == [False, False]
    assert database.awake.is_set()
    assert await stored(database) == [1, 2]


async def test_the_publisher_sleeps_on_when_nobody_woke_it(
    database: Database, holder: Holding
) -> None:
    await sharing(database, holder, storing(1), waking_and_raising, storing(2))
    assert not database.awake.is_set()
