"""Servers that removed the bot: marked, and their data gone after 30 days unless it comes back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, or_, select, update

from core.database import Database, Unit
from core.models import RacerProfile, RaceSession, RunLog, Team
from core.race_day.forgetting import forget_piece_of_team
from core.results.server import ServerHeld, ServersListed, ServersSeen

KEPT_FOR: Final = timedelta(days=30)
_AT_ONCE: Final = 1_000


class ServerService:
    """The servers the bot is, or was, in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, listed: ServersListed) -> ServersSeen:
        """Take in the servers that Discord lists for a shard.

        Those it has are there; those it should have and has not are marked as gone, unless they are
        several and more than half of all at once: then something else is wrong. One alone is
        marked, for it may be the only one. A server that another application was last seen in is
        left alone.
        """

        def look(unit: Unit) -> tuple[ServersSeen, list[int], list[int]]:
            rows = unit.connection.execute(select(Team.id, Team.application_id, Team.removed_at))
            teams = [row for row in rows if listed.covers(row.id)]
            here = [
                team.id
                for team in teams
                if team.id in listed.server_ids
                and (team.application_id != listed.application_id or team.removed_at is not None)
            ]
            known = [
                team.id
                for team in teams
                if team.application_id == listed.application_id and team.removed_at is None
            ]
            missing = [team_id for team_id in known if team_id not in listed.server_ids]
            marked = len(missing) == 1 or 0 < len(missing) <= len(known) / 2
            return ServersSeen(len(known), len(missing), marked), here, missing if marked else []

        seen, here, gone = await self._database.read(look)
        # Nearly always nothing has changed.
        if here or gone:

            def note(unit: Unit) -> None:
                _set(unit, here, None, application_id=listed.application_id)
                _set(unit, gone, unit.now)

            await self._database.write(note)
        return seen

    async def removed(self, team_id: int) -> None:
        """Note that a server has removed the bot."""
        await self._database.write(lambda unit: _set(unit, [team_id], unit.now))

    async def is_back(self, team_id: int) -> None:
        """Note that the bot is in a server again."""
        is_gone = select(Team.id).where(Team.id == team_id, Team.removed_at.is_not(None))
        if await self._database.read(lambda unit: unit.connection.execute(is_gone).first()):
            await self._database.write(lambda unit: _set(unit, [team_id], None))

    async def are_here(self, application_id: int, team_ids: Collection[int]) -> int:
        """Note of all servers the bot is in that it is; return of how many that was news.

        While the database was away nobody could note it, and one that invited the bot after its
        last start was in no list yet.
        """
        unsure = select(Team.id).where(
            or_(Team.removed_at.is_not(None), Team.application_id.is_distinct_from(application_id))
        )
        told = await self._database.read(lambda unit: unit.connection.scalars(unsure).all())
        here = [team_id for team_id in told if team_id in team_ids]
        if here:
            note = partial(_set, team_ids=here, removed_at=None, application_id=application_id)
            await self._database.write(note)
        return len(here)

    async def forget_gone(self, lists: Collection[ServersListed]) -> int:
        """Forget the servers that removed the bot 30 days ago; return how many.

        Args:
            lists: What shards were told of their servers, and is noted. A server of another shard
                may be back: it is left alone.
        """

        def find(unit: Unit) -> Sequence[int]:
            gone = unit.connection.scalars(
                select(Team.id).where(Team.removed_at < unit.now - KEPT_FOR)
            )
            return [server for server in gone if any(each.covers(server) for each in lists)]

        gone = await self._database.read(find)
        for team_id in gone:
            while await self._database.write(partial(_forget_piece_of_gone, team_id)):
                pass
        return len(gone)

    async def held(self, team_id: int) -> ServerHeld | None:
        """Return what is held of a server; None for nothing."""

        def act(unit: Unit) -> ServerHeld | None:
            if unit.db.get(Team, team_id) is None:
                return None
            racers = select(func.count()).where(RacerProfile.team_id == team_id)
            sessions = select(func.count()).where(RaceSession.team_id == team_id)
            of_team = select(RaceSession.id).where(RaceSession.team_id == team_id)
            laps = select(func.count()).select_from(RunLog).where(RunLog.session_id.in_(of_team))
            return ServerHeld(
                *(unit.connection.execute(each).scalar_one() for each in (racers, sessions, laps))
            )

        return await self._database.read(act)

    async def forget(self, team_id: int) -> None:
        """Forget a server at once."""

        def piece(unit: Unit) -> bool:
            return _held(unit, team_id) is not None and forget_piece_of_team(unit, team_id)

        while await self._database.write(piece):
            pass


def _set(unit: Unit, team_ids: Sequence[int], removed_at: datetime | None, **also: int) -> None:
    values = {"removed_at": removed_at} | also
    for at in range(0, len(team_ids), _AT_ONCE):
        some = Team.id.in_(team_ids[at : at + _AT_ONCE])
        unit.connection.execute(update(Team).where(some).values(values))


def _held(unit: Unit, team_id: int) -> Team | None:
    """Return a team that is held until the transaction ends; None where it is gone."""
    return unit.db.scalar(select(Team).where(Team.id == team_id).with_for_update())


def _forget_piece_of_gone(team_id: int, unit: Unit) -> bool:
    """Delete a piece of a server, unless the bot has come back meanwhile."""
    team = _held(unit, team_id)
    if team is None or team.removed_at is None or team.removed_at >= unit.now - KEPT_FOR:
        return False
    return forget_piece_of_team(unit, team_id)
