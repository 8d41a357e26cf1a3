"""Rows that went, kept as JSON until what they were for is brought back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.column_types import RowUuid, UtcDateTime
from core.models import Base, Heat, RaceSession
from core.race_day.rows import HeatRow

_READ: Final[dict[type, Callable[[str], UUID | datetime]]] = {
    RowUuid: UUID,
    UtcDateTime: datetime.fromisoformat,
}


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row's columns as JSON takes them."""
    return {
        name: str(value) if isinstance(value, UUID | datetime) else value
        for name, value in row.items()
    }


def from_json(row: dict[str, Any], table: type[Base]) -> dict[str, Any]:
    """Return the columns of a row that was kept."""
    kinds = {column.name: type(column.type) for column in table.__table__.columns}
    return {
        name: _READ[kinds[name]](value) if value is not None and kinds[name] in _READ else value
        for name, value in row.items()
    }


def heat_as_json(heat: HeatRow) -> dict[str, Any]:
    """Return a heat as JSON takes it."""
    return as_json({field.name: getattr(heat, field.name) for field in fields(heat)})


def heat_from_json(kept: dict[str, Any]) -> HeatRow:
    """Return a heat that was kept."""
    return HeatRow(**from_json(kept, Heat))


def session_as_json(session: RaceSession) -> dict[str, Any]:
    """Return a session as JSON takes it."""
    return as_json({column.name: getattr(session, column.name) for column in _SESSION})


def session_from_json(kept: dict[str, Any]) -> RaceSession:
    """Return a session that was kept, not stored yet."""
    return RaceSession(**from_json(kept, RaceSession))


_SESSION: Final = tuple(RaceSession.__table__.columns)
