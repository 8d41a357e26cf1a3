"""A whole history of the earlier system, brought in at once by whoever runs the bot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.database import Database, Unit
from core.models import Team
from core.race_day.change import team_held
from core.race_day.history import take_in_history
from core.racer_link import RacerLink
from core.results.history import HistoryBroughtIn
from core.sources.history_files import HistoryFile
from core.time_zones import parse_time_zone


class _OnlyRehearsed(Exception):
    """Everything was done, and is not kept."""

    def __init__(self, done: HistoryBroughtIn) -> None:
        super().__init__()
        self.done = done


class HistoryService:
    """The earlier system's racers, sessions and laps; bound to one team.

    Args:
        database: Where everything is stored.
        team_id: The Discord server's id.
    """

    def __init__(self, database: Database, team_id: int) -> None:
        self._database = database
        self._team_id = team_id

    async def bring_in(
        self,
        files: Sequence[HistoryFile],
        said: Sequence[RacerLink] = (),
        *,
        time_zone: str = "UTC",
        is_rehearsal: bool = False,
        tell: Callable[[int], None] = lambda _: None,
    ) -> HistoryBroughtIn:
        """Store what the files have and the team has not, in one transaction.

        Args:
            files: The files, as they were read.
            said: Who racers are on Discord.
            time_zone: The zone of a team that is new; one that is known keeps its own.
            is_rehearsal: Whether everything is done and then nothing is kept.
            tell: What is told of every few laps that were looked at, how many; it may be called on
                another thread.

        Raises:
            BadInput: A zone or racer cannot be used, or rows fit neither one another nor what
                stands: files and lines are named.
            Conflict: Something stands that is another team's, or nobody's yet.
            StoreUnavailable: The database is away.
        """
        zone = parse_time_zone(time_zone).key

        def act(unit: Unit) -> HistoryBroughtIn:
            is_new = unit.db.get(Team, self._team_id) is None
            team = team_held(unit, self._team_id)
            if is_new:
                team.time_zone = zone
            done = take_in_history(unit, team, files, said, tell)
            if is_rehearsal:
                raise _OnlyRehearsed(replace(done, is_rehearsal=True))
            return done

        try:
            return await self._database.write(act)
        except _OnlyRehearsed as rehearsed:
            return rehearsed.done
