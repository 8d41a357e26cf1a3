"""Lap times in anybody's ordinary message: a preview first, stored when it is confirmed."""

from __future__ import annotations

import contextlib
from uuid import UUID

from core.caller import Caller, Person
from core.commands import LogLaps
from core.database import Database
from core.laptimes import find_lap_times, format_lap
from core.oddities import repeated_run
from core.race_day import drafts
from core.race_day.carrying_out import carry_out
from core.race_day.change import Change, change
from core.race_day.finding import Foreseen, Typed, foresee
from core.race_day.questions import Undecided
from core.race_day.run import Run
from core.race_day.where import where_is
from core.results.menu import LapsFound
from core.results.question import Question
from core.results.run_written import RunWritten


class MenuService:
    """Laps out of messages; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preview(self, caller: Caller, text: str, author: Person) -> LapsFound:
        """Return the lap times in a message and where they would go, as a draft; no lap is stored.

        Args:
            caller: Who asks.
            text: What the message says.
            author: Who wrote it and whose laps they are.

        Raises:
            LapTimesError: There are no lap times in it, or too many.
            NotAllowed: Somebody else wrote it and the caller is not crew.
        """

        def act(change: Change) -> LapsFound:
            where, driver = change.where, author
            for_other = not change.is_about(author)
            if for_other:
                change.require_crew("enter laps for other racers")
                where = where_is(change.unit, change.team.id, author.user_id)
                # A message does not tell its author's name in the server.
                driver = where.racer.person if where.racer else author
            laps = find_lap_times(text)
            times = " ".join(format_lap(time_ms) for time_ms in laps.times_ms)
            draft_id = drafts.put(change, LogLaps(times, racer=driver), "passing")
            seen: Foreseen | None = None
            there: list[int] = []
            typed = Typed(took_ms=sum(laps.times_ms))
            with contextlib.suppress(Undecided):
                seen = foresee(change.unit, change.team.id, where, typed)
            if seen and seen.session and seen.driven and where.racer:
                run = Run(change.unit, seen.session, seen.driven, where.racer)
                there = [lap.time_ms for lap in run.laps]
            return LapsFound(
                draft_id=draft_id,
                racer=driver,
                for_other=for_other,
                times_ms=laps.times_ms,
                left_out=laps.left_out,
                heat_label=seen.label if seen else None,
                session=seen.session.ref if seen and seen.session else None,
                opens_heat=seen is not None and seen.driven is None,
                laps_there=len(there),
                repeats=len(repeated_run(there, laps.times_ms)),
            )

        return await change(self._database, caller, act)

    async def store(self, caller: Caller, draft_id: UUID) -> RunWritten | Question:
        """Store the laps of a preview; where something has to be said it first asks.

        Raises:
            NotFound: They are stored already, or the preview is somebody else's.
            NotAllowed: They are somebody else's and the caller is no longer crew.
        """

        def act(change: Change) -> RunWritten | Question:
            return carry_out(change, drafts.take(change, draft_id, LogLaps), "menu")

        return await change(self._database, caller, act)
