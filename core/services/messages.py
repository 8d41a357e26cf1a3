"""Lap times in anybody's ordinary message: a preview first, stored when it is confirmed."""

from __future__ import annotations

import contextlib
from uuid import UUID

from core.caller import Caller, Person
from core.commands import LogLaps
from core.database import Database, Unit
from core.laptimes import find_lap_times, format_lap, parse_lap_times
from core.oddities import repeated_run
from core.results.edits import LapsFound
from core.results.laps import LapsLogged, WhichEvent
from core.services import drafts, lap_places, lapbook, people, places
from core.services.entries import log_laps


class MessageService:
    """Laps out of messages; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preview(self, caller: Caller, text: str, author: Person) -> LapsFound:
        """Return the lap times in a message and where they would go; nothing is stored yet.

        Args:
            caller: Who asks.
            text: What the message says.
            author: Who wrote it and whose laps they are.

        Raises:
            LapTimesError: There are no lap times in it, or too many.
            NotAllowed: Somebody else wrote it and the caller is not crew.
        """

        def act(unit: Unit) -> LapsFound:
            team = people.begin(unit, caller)
            for_other = author.user_id != caller.person.user_id
            if for_other:
                caller.require_crew(team.crew_role_id, "enter laps for other racers")
            laps = find_lap_times(text)
            racer = people.find_profile(unit, team.id, author.user_id)
            # A message does not tell its author's name in the server.
            driver = racer.person if for_other and racer is not None else author
            times = " ".join(format_lap(time_ms) for time_ms in laps.times_ms)
            draft_id = drafts.put(unit, caller, LogLaps(times, racer=driver))
            seen: lap_places.Foreseen | None = None
            there: list[int] = []
            with contextlib.suppress(places.SeveralOpen):
                seen = lap_places.foresee(unit, team.id, racer, heat_text=None, class_text=None)
            if seen is not None and seen.heat is not None and racer is not None:
                there = [lap.lap_time_ms for lap in lapbook.laps_of(unit, seen.heat, racer)]
            session = seen.session if seen else None
            return LapsFound(
                draft_id=draft_id,
                racer=driver,
                for_other=for_other,
                times_ms=laps.times_ms,
                left_out=laps.left_out,
                heat_label=f"{seen.class_name} {seen.name}".strip() if seen else None,
                session=session.ref if session else None,
                opens_heat=seen is not None and seen.heat is None,
                laps_there=len(there),
                repeats=len(repeated_run(there, laps.times_ms)),
            )

        return await self._database.write(act)

    async def store(self, caller: Caller, draft_id: UUID) -> LapsLogged | WhichEvent:
        """Store the laps of a preview; with several sessions open it first asks which one.

        Raises:
            NotFound: They are stored already, or the preview is somebody else's.
            NotAllowed: They are somebody else's and the caller is no longer crew.
        """

        def act(unit: Unit) -> LapsLogged | WhichEvent:
            team = people.begin(unit, caller)
            _, fields = drafts.take(unit, caller, draft_id, [LogLaps])
            command = LogLaps(**fields)
            times_ms = parse_lap_times(command.times)
            done: LapsLogged | WhichEvent
            try:
                done = log_laps(unit, team, caller, command, times_ms, kind="menu")
            except places.SeveralOpen as several:
                done = drafts.keep(unit, caller, command, several.sessions, times_ms)
            return done

        return await self._database.write(act)
