"""Telling a database that is away from a fault of the program.

An outage passes by itself: the racer is told to try again. Everything else is a bug.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLite's primary result codes for a file that is locked, read-only, unreadable, full or gone.
_SQLITE_OUTAGES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
# PostgreSQL's classes of SQLSTATE, and single states.
_POSTGRESQL_OUTAGES: Final = (
    "08",  # the connection
    "25006",  # read-only, while another server takes over
    "25P03",  # a transaction that was cut for idling
    "40001",  # two transactions in each other's way
    "40P01",  # a deadlock
    "53",  # resources: disk, memory, connections
    "55P03",  # a lock that somebody holds for too long
    "57P",  # the operator: shut down, restarted
    "58",  # the system beneath
)
# Whoever is there does not understand what the bot says first: a pooler of which it was not told.
_NOT_UNDERSTOOD: Final = "08P01"
_PRIMARY_CODE: Final = 0xFF


class StoreUnavailable(Exception):
    """The database cannot be reached, or is too busy or full.

    Attributes:
        may_be_stored: Whether it went away during the commit, so that nobody knows whether the
            change was kept; otherwise nothing was stored.
        is_look: Whether nothing was to be stored.
        reason: What the database or the way to it says, for the log.
    """

    def __init__(
        self, *, may_be_stored: bool, is_look: bool = False, reason: str = "unknown"
    ) -> None:
        super().__init__("the database is unavailable")
        self.may_be_stored = may_be_stored
        self.is_look = is_look
        self.reason = reason


@contextmanager
def outages_told(*, may_be_stored: bool = False, is_look: bool = False) -> Iterator[None]:
    """Turn an outage into :class:`StoreUnavailable`, whatever library noticed it."""
    try:
        yield
    except Exception as error:
        if not is_outage(error):
            raise
        raise StoreUnavailable(
            may_be_stored=may_be_stored, is_look=is_look, reason=reason_of(error)
        ) from error


def reason_of(error: BaseException) -> str:
    """Return in a few words why a database fails, for the log: never with values of a statement."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if isinstance(cause, sqlite3.Error) and code:
        # Unlike a server's, what it says holds no value of a statement.
        return f"the database says {code}, {cause}"
    if code:
        return f"the database says {code}"
    if isinstance(error, DBAPIError):
        return "the connection was cut"
    if isinstance(error, TimeoutError | PoolTimeout):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.splitlines()[0]
    return type(error).__name__


def may_come_up(error: Exception) -> bool:
    """Tell whether a database that could not be reached may be there in a while by itself.

    A server may start later than the bot, and a file may be held by another process. A file that
    cannot be opened, a wrong password or a missing database has to be mended by somebody.
    """
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _NOT_UNDERSTOOD:
        return False
    return is_outage(error) and not isinstance(error, PermissionError)


def is_outage(error: Exception) -> bool:
    """Tell whether an error means that the database is away, too busy or full."""
    if isinstance(error, OSError | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) in _SQLITE_OUTAGES
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(_POSTGRESQL_OUTAGES)


def _sqlite_code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & _PRIMARY_CODE
