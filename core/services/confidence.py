"""Confidence: how sure a racer is of the car in a heat they have driven."""

from __future__ import annotations

from uuid import UUID

from core.caller import Caller
from core.database import Database
from core.errors import NotAllowed
from core.race_day.change import Change, change
from core.race_day.driven import heat_by_id
from core.race_day.run import Run
from core.race_day.writing import written
from core.results.run_written import RunWritten, Way
from core.scoring.orp import check_confidence


class ConfidenceService:
    """Ratings of every team; each call is bound to the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, caller: Caller, heat_id: UUID, confidence: int) -> RunWritten:
        """Store how sure the caller is of their car in a heat they have driven.

        Raises:
            BadInput: The confidence is outside 1..5.
            NotFound: There is no such heat.
            NotAllowed: The caller has no laps in it.
        """
        check_confidence(confidence)

        def act(change: Change) -> RunWritten:
            racer = change.actor
            session, driven = heat_by_id(change.unit, change.team.id, heat_id, racer)
            run = Run(change.unit, session, driven, racer)
            if not run.laps:
                raise NotAllowed("Only who has laps in this heat can rate the car in it.")
            run.rate(confidence)
            return written(change, Way.RATED, run)

        return await change(self._database, caller, act)
