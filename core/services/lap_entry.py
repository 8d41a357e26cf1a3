"""Lap entry: what a racer types between two heats, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from core.caller import Caller
from core.commands import LogLaps, StartHeat
from core.database import Database
from core.errors import NotFound
from core.laptimes import parse_lap_times
from core.race_day import drafts, people
from core.race_day.change import Change, change
from core.race_day.finding import SeveralOpen, heat_by_id, require_open, session_by_id
from core.race_day.opening import race_in, remove_if_empty, start_heat
from core.race_day.run import PARTNER, Run
from core.race_day.writing import log_laps, require_newest, run_of_entry, written
from core.results.heat import HeatStarted
from core.results.question import WhichEvent
from core.results.run_written import RunWritten, Way

_LAP_IS_GONE = "That lap does not exist any more; /heat show tells what stands."


class LapEntryService:
    """Laps typed by racers; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log(self, caller: Caller, command: LogLaps) -> RunWritten | WhichEvent:
        """Store one lap or many: all of them, or none with an error that says why.

        With several sessions open and none the racer's, the command waits as a draft.

        Raises:
            LapTimesError: A lap time cannot be read; the sentence names it.
            BadInput: Another option cannot be used.
            NotAllowed: They are somebody else's and the caller is not crew.
        """
        times_ms = parse_lap_times(command.times)

        def act(change: Change) -> RunWritten | WhichEvent:
            try:
                return log_laps(change, command, times_ms)
            except SeveralOpen as several:
                return drafts.keep(change, command, several.sessions, times_ms)

        return await change(self._database, caller, act)

    async def choose_event(
        self, caller: Caller, draft_id: UUID, session_id: UUID
    ) -> RunWritten | HeatStarted:
        """Carry out a waiting command in the session its racer has picked.

        Raises:
            NotFound: The draft is used up or somebody else's, or the session is gone.
            Conflict: The session has closed meanwhile.
        """

        def act(change: Change) -> RunWritten | HeatStarted:
            session = session_by_id(change.unit, change.team.id, session_id)
            require_open(session)
            if drafts.is_waiting(change, draft_id, StartHeat):
                race_in(change.unit, change.where, session, change.actor)
                return start_heat(change, drafts.take(change, draft_id, StartHeat))
            command = drafts.take(change, draft_id, LogLaps)
            where = change.subject(command.racer, "enter laps for other racers")
            race_in(change.unit, where, session, where.racer or change.actor)
            return log_laps(change, command, parse_lap_times(command.times))

        return await change(self._database, caller, act)

    async def undo(self, caller: Caller, entry_id: int) -> RunWritten:
        """Take an entry back whole, newest first, bringing back what it replaced.

        A heat or session that a lap had opened and that is now empty goes too.

        Raises:
            NotFound: It was taken back before.
            NotAllowed: It is somebody else's and the caller is not crew.
        """

        def act(change: Change) -> RunWritten:
            stored = [run_of_entry(change, entry_id)]
            partner = stored[0][1].replaced.get(PARTNER)
            if partner is not None:
                stored.append(run_of_entry(change, partner))
            for run, entry in stored:
                require_newest(change, run, entry)
            # A run is taken from where it was moved to before it stands again where it was.
            stored.sort(key=lambda one: one[1].id, reverse=True)
            counts = [run.take_back(entry) for run, entry in stored]
            moved, run = stored[0][0], stored[-1][0]
            heat_removed, session_removed = remove_if_empty(change.unit, run.session, moved.heat)
            return replace(
                written(change, Way.TAKEN_BACK, run),
                laps_removed=sum(removed for removed, _ in counts),
                laps_restored=sum(restored for _, restored in counts),
                heat_removed=heat_removed,
                session_removed=session_removed,
            )

        return await change(self._database, caller, act)

    async def set_lap_counts(
        self, caller: Caller, heat_id: UUID, *, racer_id: int, lap_number: int, counts: bool
    ) -> RunWritten:
        """Store the racer's decision whether a lap counts.

        Args:
            caller: Who decides.
            heat_id: The heat.
            racer_id: The Discord user id of whose lap it is.
            lap_number: Which lap.
            counts: The wanted state.

        Raises:
            NotFound: There is no such lap.
            NotAllowed: It is somebody else's and the caller is not crew.
        """

        def act(change: Change) -> RunWritten:
            racer = change.where.racer
            if caller.person.user_id != racer_id:
                change.require_crew("decide on other racers' laps")
                racer = people.find_profile(change.unit, change.team.id, racer_id)
            session, driven = heat_by_id(change.unit, change.team.id, heat_id, racer)
            if racer is None:
                raise NotFound(_LAP_IS_GONE)
            run = Run(change.unit, session, driven, racer)
            lap = run.decide(lap_number, counts=counts)
            if lap is None:
                raise NotFound(_LAP_IS_GONE)
            return replace(written(change, Way.DECIDED, run), lap=lap.lap)

        return await change(self._database, caller, act)
