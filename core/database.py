"""Engines and the unit of work: one transaction on SQLite or PostgreSQL.

A :class:`Database` is made once, where the program is put together. Services open one unit of work
a call: ``read()`` for looking, ``write()`` for changing; leaving ``write()`` without ``commit()``
leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import Redelivered
from core.models import InteractionSeen, Team
from core.outages import outages_told

Clock = Callable[[], datetime]

_BUSY_TIMEOUT_MS: Final = 5_000
# How long to wait for a free connection, or for one's turn to write to SQLite. A hundred commands
# at once on a slow machine take longer than 5 s, and are no outage; when it is one, the racer is
# told to try again.
_POOL_TIMEOUT_S: Final = 20
# How long to wait for a server that does not answer, and for a lock that somebody else holds: a
# team's own commands hold theirs for milliseconds.
_CONNECT_TIMEOUT_S: Final = 5
_ANSWER_TIMEOUT_S: Final = 10
_IMPATIENT: Final = {
    "lock_timeout": "5s",
    # What a bot holds whose machine lost its power in the middle is free again after this.
    "idle_in_transaction_session_timeout": "30s",
}
_BEGIN_OPTION: Final = "orp_begin"
# Made once: json.dumps would make one for each value.
_to_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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
        engine = create_async_engine(url, json_serializer=_to_json)
        _prepare_sqlite(engine, foreign_keys=foreign_keys)
        return engine
    # Moments adopted from the earlier system may stand in columns without a zone.
    server_settings = {"timezone": "UTC"} | (_IMPATIENT if is_impatient else {})
    return create_async_engine(
        url,
        json_serializer=_to_json,
        # A connection that died with a restarted server is noticed and replaced.
        pool_pre_ping=True,
        pool_timeout=_POOL_TIMEOUT_S,
        connect_args={
            "server_settings": server_settings,
            "timeout": _CONNECT_TIMEOUT_S,
            "command_timeout": _ANSWER_TIMEOUT_S if is_impatient else None,
        },
    )


def _prepare_sqlite(engine: AsyncEngine, *, foreign_keys: bool) -> None:
    """Set each connection's pragmas and take BEGIN out of the driver's hands.

    A writer that begins with plain BEGIN fails at once with "database is locked" when another one
    wrote after its first read, whatever the busy timeout; BEGIN IMMEDIATE waits its turn.
    """

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


def _reading_options(url: URL) -> dict[str, str]:
    """Return the options under which several queries fit together: laps and their score, say."""
    if url.get_backend_name() == "sqlite":
        return {_BEGIN_OPTION: "DEFERRED"}
    return {"isolation_level": "REPEATABLE READ"}


@dataclass(slots=True)
class UnitOfWork:
    """One transaction and the moment it stands for.

    Attributes:
        db: The open SQLAlchemy session.
        now: The moment, in UTC, that everything in the transaction carries.
        touches_outbox: Set when a post was ordered or marked stale, to wake the publisher.
    """

    db: AsyncSession
    now: datetime
    outbox_changed: asyncio.Event
    touches_outbox: bool = False

    async def commit(self) -> None:
        """Keep what was done, and wake the publisher when there is something for it."""
        # A server may have committed before the connection broke; SQLite says what it did.
        with outages_told(may_be_stored=not _is_sqlite(self.db)):
            await self.db.commit()
        if self.touches_outbox:
            self.outbox_changed.set()

    async def after(
        self, column: InstrumentedAttribute[datetime], of: ColumnElement[bool]
    ) -> datetime:
        """Return now or, where the clock was set back, the very next moment after the latest.

        Args:
            column: What the new moment is put in, and is to be the latest of.
            of: Among which rows.
        """
        latest = await self.db.scalar(select(func.max(column)).where(of))
        if latest is None or self.now > latest:
            return self.now
        return latest + timedelta(microseconds=1)

    async def lock_team(self, team_id: int) -> Team:
        """Return the team, made if it is new, and hold it until the transaction ends.

        A team writes one thing at a time: that is what numbers laps without gap or twin. Rows that
        only refer to it, such as the publisher's, need not wait.
        """
        statement = select(Team).where(Team.id == team_id).with_for_update(key_share=True)
        team = await self.db.scalar(statement)
        if team is None:
            await self.insert_or_ignore(Team, id=team_id, created_at=self.now)
            team = (await self.db.scalars(statement)).one()
        return team

    async def see_interaction(self, interaction_id: int) -> None:
        """Leave the interaction's id in this transaction.

        Raises:
            Redelivered: It is there already.
        """
        is_new = await self.insert_or_ignore(InteractionSeen, id=interaction_id, seen_at=self.now)
        if not is_new:
            raise Redelivered

    async def insert_or_ignore(self, model: type[Any], **values: object) -> bool:
        """Insert a row unless one like it stands; tell whether it was inserted."""
        insert = sqlite.insert if _is_sqlite(self.db) else postgresql.insert
        statement = insert(model).values(**values).on_conflict_do_nothing()
        result = await self.db.execute(statement.returning(next(iter(model.__table__.primary_key))))
        return result.first() is not None


def _is_sqlite(db: AsyncSession) -> bool:
    return db.get_bind().dialect.name == "sqlite"


class Database:
    """The database of one bot: engine, clock, units of work."""

    def __init__(self, url: URL, *, clock: Clock = utc_now) -> None:
        self.engine = create_engine(url, is_impatient=True)
        self.clock = clock
        self.outbox_changed = asyncio.Event()
        # SQLite lets waiting writers try again in no order, so under load some would wait too
        # long; here they queue. PostgreSQL queues by itself, a team at a time.
        is_sqlite = url.get_backend_name() == "sqlite"
        self._turn_to_write = asyncio.Lock() if is_sqlite else None
        self._reading = self.engine.execution_options(**_reading_options(url))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction for looking only; all its queries see the same moment."""
        with outages_told():
            async with AsyncSession(self._reading, expire_on_commit=False) as db:
                yield UnitOfWork(db, self.clock(), self.outbox_changed)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction for changing; what is not committed is rolled back."""
        with outages_told():
            async with (
                self._turn(),
                AsyncSession(self.engine, expire_on_commit=False) as db,
            ):
                yield UnitOfWork(db, self.clock(), self.outbox_changed)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for one's turn to write, no longer than for a connection."""
        if self._turn_to_write is None:
            yield
            return
        async with asyncio.timeout(_POOL_TIMEOUT_S):
            await self._turn_to_write.acquire()
        try:
            yield
        finally:
            self._turn_to_write.release()

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
