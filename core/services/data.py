"""Whose data it is: everything about a racer handed over, and forgotten."""

from __future__ import annotations

from core.caller import Caller
from core.database import Database, Unit
from core.race_day import people
from core.race_day.own_data import export_of
from core.results.data import DataExport


class DataService:
    """What is held about racers; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, caller: Caller) -> DataExport:
        """Return everything that is stored about the caller in this team."""
        user_id = caller.person.user_id

        def act(unit: Unit) -> DataExport:
            profile = people.find_profile(unit, caller.team_id, user_id)
            return export_of(unit, caller.team_id, user_id, profile)

        return await self._database.read(act)
