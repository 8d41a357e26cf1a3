"""What happens by itself: idle heats finish, ended sessions close, old marks are cleared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.database import Database, UnitOfWork
from core.models import Draft, Heat, InteractionSeen, RaceSession, Team
from core.services.heats import finish_heat
from core.services.sessions import close_session

# Longer than any interaction can be delivered again, or a select stays worth pressing.
KEEP_MARKS: Final = timedelta(days=7)
DELETED_AT_ONCE: Final = 1_000


Chore = Callable[[UnitOfWork, Team, UUID], Awaitable[bool]]


class Housekeeping:
    """The chores of all teams; several processes may do them at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> int:
        """Do all chores; return how many heats finished and sessions closed."""
        done = await self.finish_idle_heats() + await self.close_ended_sessions()
        await self.clear_old_marks()
        return done

    async def finish_idle_heats(self) -> int:
        """Finish open heats that nobody touched for as long as their team has set."""
        async with self._database.read() as uow:
            candidates = await uow.db.execute(
                select(Team, Heat)
                .join(RaceSession, RaceSession.team_id == Team.id)
                .join(Heat, Heat.session_id == RaceSession.id)
                .where(
                    Heat.status == "open",
                    # The shortest time a team can set is a minute.
                    Heat.last_activity_at <= uow.now - timedelta(minutes=1),
                )
            )
            idle = [
                (team.id, heat.id) for team, heat in candidates if _is_idle(team, heat, uow.now)
            ]

        async def finish(uow: UnitOfWork, team: Team, heat_id: UUID) -> bool:
            heat = await uow.db.get(Heat, heat_id, populate_existing=True)
            if heat is None or not _is_idle(team, heat, uow.now):
                return False
            await finish_heat(uow, team, heat, by=None, channel_id=None)
            return True

        return await self._do_each(idle, finish)

    async def close_ended_sessions(self) -> int:
        """Close sessions whose last day is over."""
        async with self._database.read() as uow:
            ended = await uow.db.execute(
                select(Team.id, RaceSession.id)
                .join(RaceSession, RaceSession.team_id == Team.id)
                .where(RaceSession.status == "active", RaceSession.closes_at <= uow.now)
            )
            sessions = [(team_id, session_id) for team_id, session_id in ended]

        async def close(uow: UnitOfWork, team: Team, session_id: UUID) -> bool:
            session = await uow.db.get(RaceSession, session_id, populate_existing=True)
            if session is None or not _has_ended(session, uow.now):
                return False
            await close_session(uow, team, session, by=None, channel_id=None)
            return True

        return await self._do_each(sessions, close)

    async def _do_each(self, chores: Sequence[tuple[int, UUID]], chore: Chore) -> int:
        """Do a chore for each team and id, in a transaction each; return how many were done.

        Raises:
            ExceptionGroup: Some failed; the others were done all the same.
        """
        done, failures = 0, []
        for team_id, subject_id in chores:
            try:
                async with self._database.write() as uow:
                    team = await uow.lock_team(team_id)
                    done += await chore(uow, team, subject_id)
                    await uow.commit()
            except Exception as error:
                failures.append(error)
        if failures:
            raise ExceptionGroup("chores failed", failures)
        return done

    async def clear_old_marks(self) -> None:
        """Forget interactions and drafts that can matter no more."""
        async with self._database.read() as uow:
            long_ago = uow.now - KEEP_MARKS
            oldest = await uow.db.execute(
                select(
                    select(func.min(InteractionSeen.seen_at)).scalar_subquery(),
                    select(func.min(Draft.created_at)).scalar_subquery(),
                )
            )
            # Most looks find nothing, and then nobody has to wait for a writing transaction.
            if all(moment is None or moment >= long_ago for moment in oldest.one()):
                return
        await self._forget(InteractionSeen.id, InteractionSeen.seen_at < long_ago)
        await self._forget(Draft.id, Draft.created_at < long_ago)

    async def _forget(self, key: InstrumentedAttribute[Any], is_old: ColumnElement[bool]) -> None:
        """Delete old rows in pieces: nobody's lap waits until a whole season is deleted."""
        piece = select(key).where(is_old).limit(DELETED_AT_ONCE)
        forgotten = DELETED_AT_ONCE
        while forgotten == DELETED_AT_ONCE:
            async with self._database.write() as uow:
                rows = await uow.db.execute(delete(key.class_).where(key.in_(piece)).returning(key))
                forgotten = len(rows.all())
                await uow.commit()


def _is_idle(team: Team, heat: Heat, now: datetime) -> bool:
    minutes = team.auto_finish_minutes
    untouched = now - heat.last_activity_at
    return heat.status == "open" and minutes > 0 and untouched >= timedelta(minutes=minutes)


def _has_ended(session: RaceSession, now: datetime) -> bool:
    return session.status == "active" and session.closes_at is not None and session.closes_at <= now
