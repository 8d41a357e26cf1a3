"""What happens by itself: heats finish, sessions close, old marks go, copies are made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core import copies
from core.closing_time import next_closing_time
from core.database import Database, Unit
from core.errors import NotFound
from core.models import Draft, Heat, HeatRacer, InteractionSeen, RaceSession, Team
from core.outages import StoreUnavailable
from core.race_day.change import team_held
from core.race_day.driven import heat_by_id
from core.race_day.heats import delete_session, finish_heat, remove_heat
from core.race_day.page_tables import FORGOTTEN_AT_ONCE as FORGOTTEN_NAMES_AT_ONCE
from core.race_day.page_tables import forget_names, has_old_names
from core.race_day.rows import HEAT, HeatRow, heat_of
from core.race_day.sessions import close_session, ends_at, first_lap_of
from core.race_day.waiting import KEPT_FOR

# Longer than any interaction can be delivered again.
KEEP_MARKS: Final = timedelta(days=7)
FORGOTTEN_AT_ONCE: Final = 1_000
# How long after its session closed a page's drivers who are on no profile keep their names.
KEEP_NAMES: Final = timedelta(days=30)
LOOK_FOR_NAMES_EVERY: Final = timedelta(hours=1)


Chore = Callable[[Unit, Team, UUID], bool]


class Housekeeping:
    """The chores of all teams; several processes may do them at once."""

    def __init__(self, database: Database, *, keep_copies_days: int = 0) -> None:
        """Prepare them.

        Args:
            database: Where everything is stored.
            keep_copies_days: How long the copies beside a SQLite file are kept; 0 to make none and
                leave alone what lies there.
        """
        self._database = database
        self._looked_for_names_at: datetime | None = None
        self._keep_copies_days = keep_copies_days

    async def run(self) -> int:
        """Do all chores; return how many heats finished and sessions closed."""
        done = await self.finish_idle_heats() + await self.close_ended_sessions()
        await self.clear_old_marks()
        await self.forget_strangers()
        return done

    async def finish_idle_heats(self) -> int:
        """Finish open heats that nobody touched for as long as their team has set, or overnight."""
        return await self._do_each(await self._database.read(_idle_heats), _finish)

    async def close_ended_sessions(self) -> int:
        """Close sessions whose last day is over."""
        return await self._do_each(await self._database.read(_ended_sessions), _close)

    async def _do_each(self, chores: Sequence[tuple[int, UUID]], chore: Chore) -> int:
        """Do a chore for each team and id, in a transaction each; return how many were done.

        Raises:
            ExceptionGroup: Some failed; the others were done all the same.
            StoreUnavailable: The database is away; what was not done is still to do.
        """
        done, failures = 0, []
        for team_id, subject_id in chores:
            try:
                done += await self._database.write(partial(_in_team, team_id, chore, subject_id))
            except StoreUnavailable:
                raise
            except Exception as error:
                failures.append(error)
        if failures:
            raise ExceptionGroup("chores failed", failures)
        return done

    async def clear_old_marks(self) -> None:
        """Forget interactions and drafts that can matter no more."""
        # Most looks find nothing, and then nobody has to wait for a writing transaction.
        if await self._database.read(_has_old_marks):
            for old in (
                partial(_forget, InteractionSeen.id, InteractionSeen.seen_at, KEEP_MARKS),
                partial(_forget, Draft.id, Draft.created_at, KEPT_FOR),
            ):
                # In pieces: nobody's lap waits until a whole season is deleted.
                while await self._database.write(old) == FORGOTTEN_AT_ONCE:
                    pass

    async def forget_strangers(self) -> None:
        """Forget the names of drivers on no profile, 30 days after their session closed.

        It is looked for them once an hour: those of a month are gone through.
        """
        if await self._database.read(self._has_old_names):
            while await self._database.write(_forget_names) == FORGOTTEN_NAMES_AT_ONCE:
                pass

    def _has_old_names(self, unit: Unit) -> bool:
        looked_at = self._looked_for_names_at
        if looked_at is not None and timedelta() <= unit.now - looked_at < LOOK_FOR_NAMES_EVERY:
            return False
        self._looked_for_names_at = unit.now
        return has_old_names(unit, unit.now - KEEP_NAMES)

    async def copy_each_night(self) -> Path | None:
        """Copy a SQLite file where that is due, and delete copies that are too old.

        Returns:
            The new copy; None where none was due. PostgreSQL is left to its host.

        Raises:
            OSError: The folder cannot be written.
            sqlite3.Error: The file cannot be read.
        """
        url = self._database.engine.url
        if not self._keep_copies_days or url.get_backend_name() != "sqlite":
            return None
        file, now = Path(str(url.database)), self._database.clock()
        if not copies.is_due(file, now):
            return None
        copy = await asyncio.to_thread(copies.make_copy, file, file.parent, now)
        # Only once there is a newer one.
        copies.forget_older(file, now - timedelta(days=self._keep_copies_days))
        return copy


def _forget_names(unit: Unit) -> int:
    forgotten = forget_names(unit, unit.now - KEEP_NAMES)
    if forgotten:
        unit.tell("names of strangers forgotten", heats=forgotten)
    return forgotten


def _idle_heats(unit: Unit) -> list[tuple[int, UUID]]:
    candidates = unit.connection.execute(
        select(*HEAT, Team.id, Team.auto_finish_minutes, RaceSession.time_zone)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .join(Team, Team.id == RaceSession.team_id)
        .where(
            Heat.status == "open",
            # The shortest time a team can set is a minute.
            Heat.last_activity_at <= unit.now - timedelta(minutes=1),
        )
    )
    return [
        (team_id, heat.id)
        for *columns, team_id, minutes, time_zone in candidates
        if _is_idle(minutes, heat := heat_of(columns), time_zone, unit.now)
    ]


def _finish(unit: Unit, team: Team, heat_id: UUID) -> bool:
    try:
        session, driven = heat_by_id(unit, team.id, heat_id)
    except NotFound:
        return False
    heat = driven.heat
    if not _is_idle(team.auto_finish_minutes, heat, session.time_zone, unit.now):
        return False
    laps = select(HeatRacer.heat_id).where(HeatRacer.heat_id == heat.id).limit(1)
    if unit.connection.execute(laps).first() is None:
        remove_heat(unit, heat)
    else:
        finish_heat(unit, team.id, heat, by=None, channel_id=None)
    return True


def _ended_sessions(unit: Unit) -> list[tuple[int, UUID]]:
    ended = unit.db.execute(
        select(Team.id, RaceSession.id)
        .join(RaceSession, RaceSession.team_id == Team.id)
        .where(RaceSession.status == "active", RaceSession.closes_at <= unit.now)
    )
    return [(team_id, session_id) for team_id, session_id in ended]


def _close(unit: Unit, team: Team, session_id: UUID) -> bool:
    session = unit.db.get(RaceSession, session_id, populate_existing=True)
    if session is None or not _has_ended(session, unit.now):
        return False
    if first_lap_of(unit, session) is not None:
        close_session(unit, team, session, by=None, channel_id=None)
        return True
    if unit.now < ends_at(session, None):
        # Its first lap was taken back: it goes on waiting for one.
        session.closes_at = ends_at(session, None)
        return False
    delete_session(unit, session)
    return True


def _in_team(team_id: int, chore: Chore, subject_id: UUID, unit: Unit) -> bool:
    return chore(unit, team_held(unit, team_id), subject_id)


def _has_old_marks(unit: Unit) -> bool:
    seen_at, kept_at = unit.db.execute(
        select(
            select(func.min(InteractionSeen.seen_at)).scalar_subquery(),
            select(func.min(Draft.created_at)).scalar_subquery(),
        )
    ).one()
    is_old = seen_at is not None and seen_at < unit.now - KEEP_MARKS
    return is_old or (kept_at is not None and kept_at < unit.now - KEPT_FOR)


def _forget(
    key: InstrumentedAttribute[Any],
    made_at: InstrumentedAttribute[datetime],
    kept_for: timedelta,
    unit: Unit,
) -> int:
    """Delete some old rows of a table; return how many."""
    some = select(key).where(made_at < unit.now - kept_for).limit(FORGOTTEN_AT_ONCE)
    forgotten = len(unit.db.execute(delete(key.class_).where(key.in_(some)).returning(key)).all())
    if forgotten:
        unit.tell("old marks forgotten", table=str(key.class_.__tablename__), rows=forgotten)
    return forgotten


def _is_idle(minutes: int, heat: HeatRow, time_zone: str, now: datetime) -> bool:
    """Tell whether a heat is over: untouched for as long as the team says, or overnight."""
    touched_at = heat.last_activity_at
    is_untouched = minutes > 0 and now - touched_at >= timedelta(minutes=minutes)
    return heat.is_open and (is_untouched or next_closing_time(touched_at, time_zone) <= now)


def _has_ended(session: RaceSession, now: datetime) -> bool:
    return session.status == "active" and session.closes_at is not None and session.closes_at <= now
