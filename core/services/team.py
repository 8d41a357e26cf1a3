"""A team's settings."""

from __future__ import annotations

from typing import Final

from core.caller import Caller
from core.database import Database, Unit
from core.errors import BadInput
from core.models import Team
from core.race_day import following, outbox
from core.race_day.change import Change, change
from core.results.team import TeamInfo
from core.time_zones import parse_time_zone

MOST_AUTO_FINISH_MINUTES: Final = 24 * 60


class TeamService:
    """The settings of every team; each call is bound to the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, caller: Caller) -> TeamInfo:
        """Return the settings, and what is wrong with them."""

        def act(unit: Unit) -> TeamInfo:
            team = unit.db.get(Team, caller.team_id) or Team(
                id=caller.team_id, time_zone="UTC", auto_finish_minutes=30
            )
            return _info(unit, team)

        return await self._database.read(act)

    async def set_channel(self, caller: Caller, channel_id: int) -> TeamInfo:
        """Set the channel summaries are posted in; posts that could not go out try again.

        Raises:
            NotAllowed: The caller lacks Manage Server.
        """
        return await self._set(caller, summary_channel_id=channel_id)

    async def set_crew(self, caller: Caller, role_id: int) -> TeamInfo:
        """Set the role whose members are crew.

        Raises:
            NotAllowed: The caller lacks Manage Server.
        """
        return await self._set(caller, crew_role_id=role_id)

    async def set_time_zone(self, caller: Caller, name: str) -> TeamInfo:
        """Set the zone of sessions opened from now on.

        Raises:
            NotAllowed: The caller lacks Manage Server.
            BadInput: There is no such zone.
        """
        caller.require_manager()
        return await self._set(caller, time_zone=parse_time_zone(name).key)

    async def set_auto_finish(self, caller: Caller, minutes: int) -> TeamInfo:
        """Set after how many minutes an untouched heat finishes by itself; 0 is never.

        Raises:
            NotAllowed: The caller lacks Manage Server.
            BadInput: It is below 0 or over a day.
        """
        caller.require_manager()
        if not 0 <= minutes <= MOST_AUTO_FINISH_MINUTES:
            raise BadInput(f"Minutes go from 0 (never) to {MOST_AUTO_FINISH_MINUTES}.")
        return await self._set(caller, auto_finish_minutes=minutes)

    async def _set(self, caller: Caller, **values: object) -> TeamInfo:
        caller.require_manager()

        def act(change: Change) -> TeamInfo:
            unit, team = change.unit, change.team
            for column, value in values.items():
                setattr(team, column, value)
            unit.db.flush()
            if "summary_channel_id" in values:
                outbox.unblock(unit, team.id)
            return _info(unit, team)

        return await change(self._database, caller, act)


def _info(unit: Unit, team: Team) -> TeamInfo:
    return TeamInfo(
        summary_channel_id=team.summary_channel_id,
        crew_role_id=team.crew_role_id,
        time_zone=team.time_zone,
        auto_finish_minutes=team.auto_finish_minutes,
        problems=(*outbox.problems_of(unit, team.id), *following.troubles_of(unit, team.id)),
    )
