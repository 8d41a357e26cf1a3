"""Units of work: one transaction on SQLite or PostgreSQL, and the moment it stands for.

A :class:`Database` is made once, where the program is put together. A service hands it an act, a
plain function of a :class:`Unit`: ``read(act)`` for looking, ``write(act)`` for changing. Within a
unit nothing but the database could be waited for, so its steps are plain functions too. What an act
raises leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import structlog
from sqlalchemy import Connection, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from core import one_file, postgres
from core.measures import NOTHING, TALLY, Measures
from core.outages import StoreUnavailable, outages_told

Clock = Callable[[], datetime]
T = TypeVar("T")
Act = Callable[["Unit"], T]

# Who asks whether it is there waits no longer.
_ANSWERS_WITHIN_S: Final = 5
_ASK: Final = select(1)
_COUNTED: Final = "orp_statements"
# Made once: json.dumps would make one for each value.
_to_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def create_engine(
    url: URL, *, foreign_keys: bool = True, is_impatient: bool = False
) -> AsyncEngine:
    """Make an engine for a parsed database address (see :func:`core.config.parse_database_url`).

    Args:
        url: The address.
        foreign_keys: SQLite only; migrations rebuild tables and need them off.
        is_impatient: PostgreSQL only; whether a server that does not answer and locks that others
            hold are waited for no longer than a racer would. Migrations take their time.
    """
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        return one_file.create_engine(url, foreign_keys=foreign_keys, json_serializer=_to_json)
    return postgres.create_engine(url, is_impatient=is_impatient, json_serializer=_to_json)


def _count_statements(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def on_execute(connection: Connection, *_: object) -> None:
        connection.info[_COUNTED] = connection.info.get(_COUNTED, 0) + 1


def _statements(connection: Connection) -> int:
    """Return how many statements a connection has sent, where they are counted."""
    counted: int = connection.info.get(_COUNTED, 0)
    return counted


class Unit:
    """One open transaction.

    Attributes:
        connection: For what driving makes, read and written by Core statements.
        now: The moment, in UTC, that everything in the transaction carries.
        wakes: Set by what others wait for: :attr:`Database.awake` is set after the commit.
        events: What the log is told after the commit, each with its fields.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.wakes = False
        self.events: list[tuple[str, dict[str, object]]] = []

    def tell(self, event: str, **ids: object) -> None:
        """Have the log told once this is committed: ids and numbers only, never what was typed."""
        self.events.append((event, ids))

    @cached_property
    def db(self) -> Session:
        """For what people set, as rows that are changed in place."""
        # Whoever runs the unit ends its transaction, be it a whole one or a savepoint.
        return Session(
            self.connection, expire_on_commit=False, join_transaction_mode="rollback_only"
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file, which has one writer at a time anyway."""
        return self.connection.dialect.name == "sqlite"

    def insert_or_ignore(self, model: type[Any], **values: object) -> bool:
        """Insert a row unless one like it stands; tell whether it was inserted."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        statement = insert(model).values(**values).on_conflict_do_nothing()
        key = next(iter(model.__table__.primary_key))
        return self.connection.execute(statement.returning(key)).first() is not None

    def run(self, act: Act[T]) -> T:
        """Run an act to its end, and write what it has set."""
        try:
            done = act(self)
            if "db" in self.__dict__:
                self.db.flush()
        finally:
            if "db" in self.__dict__:
                self.db.close()
        return done


class Transactions(Protocol):
    """How a kind of database runs an act from BEGIN to COMMIT."""

    def arrive(self) -> bool:
        """Be there until closing; tell whether certainly no other process is."""

    def leave(self) -> None:
        """Be there no longer."""

    async def read(self, act: Callable[[Connection], T]) -> T:
        """Run an act that looks; all its queries see the same moment."""

    async def write(self, act: Callable[[Connection], T]) -> T:
        """Run an act that changes, and commit unless it raises."""

    async def dispose(self) -> None:
        """Wait until what has begun is done."""


class Database:
    """The database of one bot: engine, clock, units of work.

    Attributes:
        awake: Set when a unit that wakes others was committed.
    """

    def __init__(self, url: URL, *, clock: Clock = utc_now, measures: Measures = NOTHING) -> None:
        self.engine = create_engine(url, is_impatient=True)
        self.clock = clock
        self._measures = measures
        if measures.counts_statements:
            _count_statements(self.engine)
        self.awake = asyncio.Event()
        is_sqlite = url.get_backend_name() == "sqlite"
        self._transactions: Transactions = (
            one_file.OneFile(self.engine) if is_sqlite else postgres.OnServer(self.engine)
        )

    async def read(self, act: Act[T]) -> T:
        """Run an act that only looks; all its queries see the same moment.

        Raises:
            StoreUnavailable: The database is away.
        """

        def look(connection: Connection) -> tuple[T, int]:
            before = _statements(connection)
            return Unit(connection, self.clock()).run(act), _statements(connection) - before

        with self._counting_errors(), outages_told(is_look=True):
            done, statements = await self._transactions.read(look)
        self._count(statements)
        return done

    async def write(self, act: Act[T]) -> T:
        """Run an act and commit what it has changed; when it raises nothing is kept.

        Raises:
            StoreUnavailable: The database is away; it says whether the change may be stored.
        """

        def change(connection: Connection) -> tuple[T, Unit, int]:
            before, unit = _statements(connection), Unit(connection, self.clock())
            return unit.run(act), unit, _statements(connection) - before

        with self._counting_errors(), outages_told():
            done, unit, statements = await self._transactions.write(change)
        self._count(statements)
        if unit.wakes:
            self.awake.set()
        for happened, ids in unit.events:
            log.info(happened, **ids)
        return done

    @contextmanager
    def _counting_errors(self) -> Iterator[None]:
        try:
            yield
        except StoreUnavailable as error:
            self._measures.database_error(error.reason)
            raise

    def _count(self, statements: int) -> None:
        tally = TALLY.get()
        if tally is not None:
            tally.statements += statements

    async def answers(self) -> bool:
        """Tell whether the database can be asked just now."""
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_S):
                await self.read(lambda unit: unit.connection.execute(_ASK))
        except (StoreUnavailable, TimeoutError):
            return False
        return True

    def arrive(self) -> bool:
        """Be at the database until it is disposed; tell whether this process is there alone.

        Only a SQLite file can tell; False where others may be there.
        """
        return self._transactions.arrive()

    def leave(self) -> None:
        """Be at the database no longer; who has begun something disposes it instead."""
        self._transactions.leave()

    async def dispose(self) -> None:
        """Wait for what has begun, and close all connections."""
        await self._transactions.dispose()
        await self.engine.dispose()
