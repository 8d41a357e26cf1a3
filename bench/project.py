"""Everything the bench takes from inside the core and the migrations, and no other file does.

When rooms move in the core, this is the file to change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Dialect, Engine, Table
from sqlalchemy.engine import URL

from core.caller import Caller, Person
from core.commands import LogLaps, SessionFields
from core.config import parse_database_url
from core.database import Database, create_engine
from core.laps import Lap
from core.models import Base
from core.names import HeatKind
from core.race_day.change import mark_seen
from core.results.heat import HeatTable, RacerRun
from core.results.refs import HeatRef, SessionRef
from core.scoring.orp import calculate_orp
from core.services.lap_entry import LapEntryService
from core.services.run_logs import RunLogsService
from core.services.session import SessionService
from localdiscord.play.recorded import load
from migrations.revisions import known
from migrations.runner import upgrade

__all__ = ["HeatTable", "RunLogsService", "calculate_orp", "parse_database_url", "upgrade"]

TABLES: Final[Sequence[Table]] = Base.metadata.sorted_tables
"""All tables, each after those it refers to."""


def newest_revision() -> str:
    """Return the revision that the tables stand at."""
    return known()[-1]


def dialect_for(url: URL) -> Dialect:
    """Return what turns values into the form in which the bot stores them."""
    return create_engine(url).dialect


def score_columns(times_ms: Sequence[int]) -> dict[str, Any]:
    """Return what is stored with a run of laps that all count, two at least."""
    orp = calculate_orp(times_ms)
    if orp is None:
        raise ValueError("a score takes two laps")
    return {
        "lap_count": len(times_ms),
        "best_lap_ms": min(times_ms),
        "orp_score": orp.orp_score,
        "orp_status": orp.status.value,
        "orp_figures": orp.as_dict(),
    }


def recorded_heat() -> HeatTable:
    """Return a recorded heat of eight drivers as the bot draws it."""
    session = SessionRef(UUID(int=1), "Club Race")
    runs = []
    for drive in load():
        laps = tuple(Lap(number, time_ms) for number, time_ms in enumerate(drive.laps_ms, 1))
        person = Person(0, drive.driver)
        runs.append(RacerRun(person, laps, None, calculate_orp(drive.laps_ms)))
    heat = HeatRef(UUID(int=2), "Q1", "Buggy")
    return HeatTable(heat, session, HeatKind.QUALIFYING, False, None, tuple(runs))


class LapLogger:
    """One racer who types laps straight into the service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries = LapEntryService(database)
        self._asked = 0

    @property
    def engine(self) -> Engine:
        """What carries out its statements."""
        return self._database.engine.sync_engine

    async def log(self, heat: str) -> None:
        """Log one lap."""
        self._asked += 1
        caller = Caller(
            team_id=1, person=Person(1, "racer-1"), channel_id=1, interaction_id=self._asked
        )
        await self._entries.log(caller, LogLaps("58.234", heat=heat))

    async def mark(self) -> None:
        """Store no more than that an interaction was seen."""
        self._asked += 1
        await self._database.write(lambda unit: mark_seen(unit, self._asked))


@asynccontextmanager
async def lap_logger(url: URL) -> AsyncIterator[LapLogger]:
    """Open a database for a racer who types laps."""
    database = Database(url)
    try:
        yield LapLogger(database)
    finally:
        await database.dispose()


@asynccontextmanager
async def open_run_logs(
    url: URL, team_id: int, user_id: int
) -> AsyncIterator[tuple[RunLogsService, str]]:
    """Open a session in an empty database; give the run logs of its team and the session's id."""
    database = Database(url)
    try:
        caller = Caller(
            team_id=team_id,
            person=Person(user_id, "racer-1"),
            role_ids=frozenset(),
            manages_server=False,
            channel_id=None,
            interaction_id=None,
        )
        started = await SessionService(database).start(caller, SessionFields(name="Club Race"))
        yield RunLogsService(database, team_id), str(started.session.id)
    finally:
        await database.dispose()
