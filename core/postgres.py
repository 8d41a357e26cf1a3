"""PostgreSQL: how a server is reached, behind a pooler too, and one of several that takes over.

A pooler in transaction mode, such as PgBouncer, lends a connection to the server for one
transaction. What a client says when it connects, prepares or sets for later stays with a connection
that others get next. So with ``?pgbouncer=true`` nothing is said at connecting, each transaction
sets its own limits, and no statement is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sqlalchemy import Connection, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from core.config import POOLER_OPTION
from core.outages import outages_told

if TYPE_CHECKING:
    from asyncpg import Connection as AsyncpgConnection

T = TypeVar("T")

# How long to wait for a free connection: a hundred commands at once on a slow machine take longer
# than 5 s, and are no outage.
_POOL_TIMEOUT_S: Final = 20
# How long to wait for a server that does not answer, and for a lock that somebody else holds: a
# team's own commands hold theirs for milliseconds.
_CONNECT_TIMEOUT_S: Final = 5.0
_ANSWER_TIMEOUT_S: Final = 10
# The same for each of several servers: the one that is there is worth asking while a racer waits.
_TURN_TIMEOUT_S: Final = 2.0
# Moments adopted from the earlier system may stand in columns without a zone.
_SETTINGS: Final = {"timezone": "UTC"}
_IMPATIENT: Final = {
    "lock_timeout": "5s",
    # What a bot holds whose machine lost its power in the middle is free again after this.
    "idle_in_transaction_session_timeout": "30s",
}
# A migration takes the time it takes, whatever limits whoever runs the server has set.
_PATIENT: Final = {"lock_timeout": "0", "idle_in_transaction_session_timeout": "0"}
# A connection that answered so recently is not asked whether it lives.
_TRUSTED_FOR_S: Final = 1.0


def create_engine(
    url: URL, *, is_impatient: bool, json_serializer: Callable[[Any], str]
) -> AsyncEngine:
    """Make an engine for the address of one server or of several.

    Args:
        url: The address.
        is_impatient: Whether a server that does not answer and locks that others hold are waited
            for no longer than a racer would.
        json_serializer: Writes JSON.
    """
    settings = _SETTINGS | (_IMPATIENT if is_impatient else _PATIENT)
    has_pooler = url.query.get(POOLER_OPTION) == "true"
    connect_args: dict[str, Any] = {
        "timeout": _CONNECT_TIMEOUT_S,
        "command_timeout": _ANSWER_TIMEOUT_S if is_impatient else None,
    }
    if has_pooler:
        connect_args |= {
            # asyncpg's, without which statements have no name and none is left on the server, and
            # SQLAlchemy's.
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
        }
    else:
        connect_args["server_settings"] = settings
    if len(url.normalized_query.get("host", ())) > 1:
        connect_args |= {"timeout": _TURN_TIMEOUT_S, "async_creator_fn": _Servers().connect}
    engine = create_async_engine(
        url.difference_update_query([POOLER_OPTION]),
        json_serializer=json_serializer,
        # What people typed is no part of an error.
        hide_parameters=True,
        pool_timeout=_POOL_TIMEOUT_S,
        connect_args=connect_args,
    )
    if has_pooler:
        _set_in_each_transaction(engine, settings)
    _replace_dead_connections(engine)
    return engine


def _set_in_each_transaction(engine: AsyncEngine, settings: dict[str, str]) -> None:
    # What is set for a transaction (SET LOCAL), all of it in one statement.
    setting = select(*(func.set_config(name, value, True) for name, value in settings.items()))

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.execute(setting)


class _Servers:
    """Several servers of which one is the primary; where that was found last is asked first.

    asyncpg goes through several itself, but with one timeout for all: a machine without power
    would take up all of it.
    """

    def __init__(self) -> None:
        self._latest = 0

    async def connect(
        self, *, host: Sequence[str], port: Sequence[int], **options: object
    ) -> AsyncpgConnection[Any]:
        """Connect to the first that is as asked for.

        Raises:
            ConnectionError: None is.
        """
        # A bot on a file never loads it.
        import asyncpg

        connect: Callable[..., Awaitable[AsyncpgConnection[Any]]] = asyncpg.connect
        reason: Exception | None = None
        for turn in range(len(host)):
            number = (self._latest + turn) % len(host)
            try:
                found = await connect(host=host[number], port=port[number], **options)
            except (
                OSError,
                asyncpg.CannotConnectNowError,
                asyncpg.TargetServerAttributeNotMatched,
            ) as error:
                reason = error
            else:
                self._latest = number
                return found
        raise ConnectionError("none of the servers is there to write to") from reason


def _replace_dead_connections(engine: AsyncEngine) -> None:
    """Notice a connection that died with its server, and have the pool replace it.

    SQLAlchemy's own pool_pre_ping asks before every unit; one that has just answered lives unless
    asyncpg itself has seen it end.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def on_checkin(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["answered_at"] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def on_checkout(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        if cast("AsyncpgConnection[Any]", record.driver_connection).is_closed():
            raise DisconnectionError("the server has ended the connection")
        if monotonic() - record.info.get("answered_at", monotonic()) < _TRUSTED_FOR_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the server has gone away meanwhile") from error


class OnServer:
    """The transactions of a PostgreSQL database: each has a connection of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="REPEATABLE READ")

    def arrive(self) -> bool:
        """Others may be there: a server does not tell whether they do the same work."""
        return False

    def leave(self) -> None:
        """Nobody was told of arriving."""

    async def read(self, act: Callable[[Connection], T]) -> T:
        """Run an act that looks; all its queries see the same moment."""
        async with self._reading.begin() as connection:
            return await connection.run_sync(act)

    async def write(self, act: Callable[[Connection], T]) -> T:
        """Run an act that changes, and commit unless it raises."""
        async with self._engine.connect() as connection:
            transaction = await connection.begin()
            done = await connection.run_sync(act)
            # A server may have committed before the connection broke.
            with outages_told(may_be_stored=True):
                await transaction.commit()
            return done

    async def dispose(self) -> None:
        """Nothing waits: whoever asked holds the connection."""
