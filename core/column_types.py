"""How moments, ids and numbers of rows are stored, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Uuid
from sqlalchemy.types import TypeDecorator

# How moments are written to SQLite: to the microsecond, in UTC, which the text does not say.
_MOMENT_LENGTH: Final = len("2026-06-06 12:00:00.000000")
_UTC_OFFSET: Final = "+00:00"

_ReadsMoment = Callable[[Any], datetime | None]
_ReadsId = Callable[[Any], UUID | None]


def _moment_of_sqlite(text: str | None) -> datetime | None:
    if text is None:
        return None
    if len(text) == _MOMENT_LENGTH:
        return datetime.fromisoformat(text + _UTC_OFFSET)
    # Written by the earlier system.
    return _in_utc(datetime.fromisoformat(text))


def _in_utc(moment: datetime) -> datetime:
    # SQLite gives no zone, and neither does a TIMESTAMP column adopted from the earlier system.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, with its zone, on both databases; SQLite keeps no zone by itself."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; hand the rest on in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> _ReadsMoment | None:
        """Return what reads a moment; SQLite's text in one step, for a lap reads a hundred."""
        if dialect.name == "sqlite":
            return _moment_of_sqlite
        return super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return None if value is None else _in_utc(value)


# SQLite numbers rows by itself only in a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")

# The same rows are read again and again while a heat is driven.
_IDS_KEPT: Final = 2_048


@lru_cache(_IDS_KEPT)
def _id_of_sqlite(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


class RowUuid(TypeDecorator[UUID]):
    """A row's id; SQLite's text is turned into the same one once, for a lap reads a hundred."""

    impl = Uuid
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> _ReadsId | None:
        """Return what reads an id."""
        if dialect.name == "sqlite":
            return _id_of_sqlite
        return super().result_processor(dialect, coltype)
