"""The laps of many runs at once: those that count, in the order driven.

The laps of a run come as one text: a day of a large team has tens of thousands of laps, and a row
for each would take far longer to read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, String, bindparam, cast, func, select

from core.database import Unit
from core.models import RaceSession, RunLog

RunLaps = dict[tuple[UUID, UUID], list[int]]
"""Lap times in milliseconds by the ids of heat and racer; who has none that counts is left out."""

# Above any lap time: a lap's number and time are one number, for a text keeps no order.
_NUMBER: Final = 1_000_000
_LAPS: Final = (
    select(
        RunLog.heat_id,
        RunLog.racer_id,
        func.aggregate_strings(
            cast(cast(RunLog.lap_number, BigInteger) * _NUMBER + RunLog.lap_time_ms, String), " "
        ),
    )
    .where(RunLog.counts)
    .group_by(RunLog.heat_id, RunLog.racer_id)
)
_IN_HEATS: Final = _LAPS.where(RunLog.heat_id.in_(bindparam("heat_ids", expanding=True)))
_OF_RACER: Final = _IN_HEATS.where(RunLog.racer_id == bindparam("racer_id"))
_IN_SESSION: Final = _LAPS.where(RunLog.session_id == bindparam("session_id"))


def laps_in_session(unit: Unit, session: RaceSession) -> RunLaps:
    """Return everybody's laps of a session."""
    return _read(unit.connection.execute(_IN_SESSION, {"session_id": session.id}))


def laps_in_heats(unit: Unit, heat_ids: Collection[UUID], racer_id: UUID | None = None) -> RunLaps:
    """Return the laps of some heats, everybody's or one racer's."""
    if not heat_ids:
        return {}
    known = {"heat_ids": list(heat_ids), "racer_id": racer_id}
    if racer_id is None:
        del known["racer_id"]
        return _read(unit.connection.execute(_IN_HEATS, known))
    return _read(unit.connection.execute(_OF_RACER, known))


def _read(rows: Iterable[Any]) -> RunLaps:
    return {
        (heat_id, racer_id): [lap % _NUMBER for lap in sorted(map(int, text.split()))]
        for heat_id, racer_id, text in rows
    }
