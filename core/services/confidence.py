"""Confidence: how sure a racer is of the car in a heat they have driven, and what they changed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from core.caller import Caller
from core.database import Database, Unit
from core.errors import NotAllowed
from core.models import RacerProfile
from core.names import clean_note
from core.race_day import people
from core.race_day.change import Change, change
from core.race_day.driven import heat_by_id
from core.race_day.run import Run
from core.race_day.writing import written
from core.results.refs import HeatRef
from core.results.run_written import RunWritten, Way
from core.scoring.orp import check_confidence

_RATE: Final = "rate the car in it"
_NOTE: Final = "note what they changed"


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
            run = _own_run(change.unit, change.team.id, change.actor, heat_id, _RATE)
            run.rate(confidence)
            return written(change, Way.RATED, run)

        return await change(self._database, caller, act)

    async def note_of(self, caller: Caller, heat_id: UUID) -> tuple[HeatRef, str | None]:
        """Return a heat the caller has driven, and what they noted of their car there.

        Raises:
            NotFound: There is no such heat.
            NotAllowed: The caller has no laps in it.
        """

        def act(unit: Unit) -> tuple[HeatRef, str | None]:
            racer = people.find_profile(unit, caller.team_id, caller.person.user_id)
            run = _own_run(unit, caller.team_id, racer, heat_id, _NOTE)
            return run.heat.ref, run.note

        return await self._database.read(act)

    async def note(self, caller: Caller, heat_id: UUID, text: str) -> RunWritten:
        """Store what the caller changed on their car in a heat they have driven.

        Args:
            caller: Who says it.
            heat_id: The heat.
            text: What was changed; empty for nothing.

        Raises:
            BadInput: It is over 100 characters.
            NotFound: There is no such heat.
            NotAllowed: The caller has no laps in it.
        """
        note = clean_note(text) if text.strip() else None

        def act(change: Change) -> RunWritten:
            run = _own_run(change.unit, change.team.id, change.actor, heat_id, _NOTE)
            run.note = note
            run.settle()
            return written(change, Way.NOTED, run)

        return await change(self._database, caller, act)


def _own_run(
    unit: Unit, team_id: int, racer: RacerProfile | None, heat_id: UUID, to_do: str
) -> Run:
    """Return a racer's run in a heat that they have driven.

    Raises:
        NotFound: There is no such heat.
        NotAllowed: They have no laps in it.
    """
    session, driven = heat_by_id(unit, team_id, heat_id, racer)
    run = Run(unit, session, driven, racer) if racer is not None else None
    if run is None or not run.laps:
        raise NotAllowed(f"Only who has laps in this heat can {to_do}.")
    return run
