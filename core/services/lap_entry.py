"""Lap entry: what a racer types between two heats, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID

from core.caller import Caller
from core.commands import LogLaps
from core.database import Database
from core.errors import NotFound, RacerError
from core.laptimes import parse_lap_times
from core.race_day import drafts, people
from core.race_day.carrying_out import answer, carry_out
from core.race_day.change import Change, change
from core.race_day.driven import heat_by_id
from core.race_day.moving import move_entry
from core.race_day.run import Run
from core.race_day.writing import written
from core.results.done import Done
from core.results.question import Question
from core.results.run_written import RunWritten, Way

_LAP_IS_GONE = "That lap does not exist any more; /heat show tells what stands."


class LapEntryService:
    """Laps typed by racers; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log(self, caller: Caller, command: LogLaps) -> RunWritten | Question:
        """Store one lap or many: all of them, or none with an error that says why.

        Where something has to be said first the command waits as a draft.

        Raises:
            LapTimesError: A lap time cannot be read; the sentence names it.
            BadInput: Another option cannot be used.
            NotAllowed: They are somebody else's and the caller is not crew.
        """
        parse_lap_times(command.times)

        def act(change: Change) -> RunWritten | Question:
            return carry_out(change, command)

        return await change(self._database, caller, act)

    async def answer(
        self, caller: Caller, draft_id: UUID, picked: str
    ) -> tuple[Done | Question, ...]:
        """Answer a question: its command is carried out, or asks the next one.

        The event or the class is said once for all commands that wait for it, in typed order.

        Args:
            caller: Who answers.
            draft_id: What waits.
            picked: The number of the answer among those offered, from 0; the id of a session in a
                select that was posted before answers had numbers.

        Raises:
            NotFound: The draft is used up or somebody else's, or what was picked is gone.
            Conflict: The session has closed meanwhile.
        """
        found = await self._database.read(lambda unit: drafts.pick(unit, caller, draft_id, picked))
        done: list[Done | Question] = []
        for each in found.drafts:
            # The press is carried out once, whatever else it settles.
            asker = caller if each == draft_id else replace(caller, interaction_id=None)
            try:
                done.append(await change(self._database, asker, partial(answer, each, found.sets)))
            except RacerError:
                # What cannot be settled goes on waiting.
                if each == draft_id:
                    raise
        return tuple(done)

    async def ask_again(self, caller: Caller, draft_id: UUID) -> Question:
        """Return the question of a command that still waits for its answer.

        Raises:
            NotFound: It was answered before, or is somebody else's.
        """
        return await self._database.read(lambda unit: drafts.ask_again(unit, caller, draft_id))

    async def move(self, caller: Caller, entry_id: int, heat_id: UUID | None) -> RunWritten:
        """Take the laps of one answer to another heat, behind any there; None opens a new one.

        Raises:
            NotFound: The laps were taken back, or the heat is gone.
            NotAllowed: They are somebody else's and the caller is not crew, or the form was saved
                over them.
            Conflict: They are in that heat already.
        """
        return await change(
            self._database, caller, lambda change: move_entry(change, entry_id, heat_id)
        )

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
