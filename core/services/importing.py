"""Imports: laps of a result page, of an event or practice page, of a saved page or a file.

What is read waits as a draft for whatever has to be said first, so that nothing is fetched twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from core.caller import Caller, Person
from core.commands import ImportLaps
from core.database import Database
from core.errors import BadInput, RacerError
from core.fetching.elsewhere import Elsewhere
from core.race_day import import_drafts as drafts
from core.race_day.change import Change, change
from core.race_day.import_drafts import Waiting
from core.race_day.import_offers import OPENS, PICKS
from core.race_day.import_questions import Asked
from core.race_day.import_steps import (
    Ready,
    answered,
    drivers_left,
    say_who,
    settled,
    take_one,
)
from core.race_day.questions import LEAVE
from core.results.importing import (
    Imported,
    ImportQuestion,
    OnlyShown,
    Progress,
    RaceRead,
    RowsImported,
)
from core.results.question import LeftAlone
from core.sources.csv_file import RunLog
from core.sources.race import Race, RaceLink, RaceList, named_by

Outcome = Imported | ImportQuestion | OnlyShown | RowsImported | LeftAlone
Tell = Callable[[Progress], Awaitable[None]]

_WHAT: Final = "Give the link of a page (url:…) or a file (file:…), one of the two."


class ImportService:
    """Laps from elsewhere; each call is bound to the caller's team.

    Args:
        database: Where everything is stored.
        elsewhere: What fetches and reads.
    """

    def __init__(self, database: Database, elsewhere: Elsewhere) -> None:
        self._database = database
        self._elsewhere = elsewhere

    async def begin(
        self, caller: Caller, command: ImportLaps, file: bytes | None, tell: Tell
    ) -> Outcome:
        """Read a page or a file and store its laps, unless something has to be said first.

        Args:
            caller: Who imports.
            command: What was typed.
            file: The content of the file; None where a link was given.
            tell: What is told of the work while it goes on.

        Raises:
            BadInput: Neither or both were given, or what was given has no laps.
            PageNotRead: The page did not come.
            NotAllowed: The file has rows of others and the caller is not crew.
        """
        if (command.url is None) == (file is None):
            raise BadInput(_WHAT)
        if file is not None:
            found = await self._elsewhere.file(file)
        else:
            await tell(Progress(0, 1))
            found = await self._elsewhere.page(command.url or "")
        return await self._go_on(caller, _read(Waiting(command), found), None, {}, tell)

    async def answer(self, caller: Caller, draft_id: UUID, picked: str, tell: Tell) -> Outcome:
        """Go on with an import after an answer; it may ask the next thing.

        Args:
            caller: Who answers.
            draft_id: What waits.
            picked: The number of the answer among those offered, from 0.
            tell: What is told of the work while it goes on.

        Raises:
            NotFound: It waits no more, is somebody else's, or there is no such answer.
        """
        sets = await self._database.read(lambda unit: drafts.picked(unit, caller, draft_id, picked))
        waiting = await self._database.read(lambda unit: drafts.look(unit, caller, draft_id))
        if OPENS in sets:
            await tell(Progress(0, 1))
            waiting = _read(replace(waiting, turned_to=0), await self._elsewhere.page(sets[OPENS]))
        elif PICKS in sets:
            waiting = await self._fetched(replace(waiting, turned_to=0), sets[PICKS], tell)
        return await self._go_on(caller, waiting, draft_id, sets, tell)

    async def who_is(
        self, caller: Caller, draft_id: UUID, driver: int, person: Person, tell: Tell
    ) -> Outcome:
        """Say that a driver of the race that was imported is a team-mate; their laps come in.

        Args:
            caller: Who says so; crew, unless it is about themselves.
            draft_id: What was read.
            driver: The driver's place in the race, from 0.
            person: The team-mate.
            tell: What is told of the work while it goes on.

        Raises:
            NotAllowed: It is somebody else and the caller is not crew.
            NotFound: It was read too long ago.
        """
        waiting = await self._database.read(lambda unit: drafts.look(unit, caller, draft_id))
        if len(waiting.races) != 1 or not 0 <= driver < len(waiting.races[0].drivers):
            raise BadInput("That driver is not on the page that was read.")
        waiting = await change(
            self._database, caller, lambda change: say_who(change, waiting, driver, person)
        )
        again = replace(caller, interaction_id=None)
        return await self._go_on(again, waiting, draft_id, {}, tell)

    async def drivers(self, caller: Caller, draft_id: UUID) -> tuple[tuple[int, str], ...]:
        """Return the drivers of a race that was read, each with its place from 0.

        Raises:
            NotFound: It was read too long ago.
        """
        waiting = await self._database.read(lambda unit: drafts.look(unit, caller, draft_id))
        return drivers_left(waiting)

    async def _fetched(self, waiting: Waiting, ids: list[str], tell: Tell) -> Waiting:
        """Return what waits with the races that were picked, as they were driven."""
        offers = waiting.offers
        links = {link.source_id: link for link in offers.races} if offers else {}
        wanted = [links[each] for each in reversed(ids) if each in links]
        races: list[Race] = []
        unread: list[str] = []
        for number, link in enumerate(wanted):
            await tell(Progress(number, len(wanted)))
            try:
                races += _races(link, await self._elsewhere.page(link.address or ""))
            except RacerError as error:
                if len(wanted) == 1:
                    raise
                unread.append(f"{link.title}: {error}")
        return replace(waiting, races=tuple(races), offers=None, unread=tuple(unread))

    async def _go_on(
        self,
        caller: Caller,
        waiting: Waiting,
        draft_id: UUID | None,
        sets: dict[str, Any],
        tell: Tell,
    ) -> Outcome:
        if LEAVE in sets:
            return await change(self._database, caller, partial(_left, draft_id))
        step = _Step(waiting, draft_id, sets)
        outcome = await change(self._database, caller, step.carry_out)
        if not isinstance(outcome, Ready):
            return outcome
        # A transaction for each race: nobody's lap waits until a whole day is stored.
        again = replace(caller, interaction_id=None)
        read: list[RaceRead] = []
        for place in range(len(outcome.waiting.races)):
            await tell(Progress(place, len(outcome.waiting.races)))
            read += await change(self._database, again, partial(take_one, outcome, place))
        await change(self._database, again, partial(drafts.drop, draft_id=outcome.draft_id))
        return Imported(
            session=outcome.session,
            opened_session=outcome.opened_session,
            races=tuple(read),
            unread=outcome.waiting.unread,
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """One transaction of an import: an answer is taken, then it asks or stores."""

    waiting: Waiting
    draft_id: UUID | None
    sets: dict[str, Any]

    def carry_out(self, change: Change) -> Outcome | Ready:
        """Ask the next thing, or take in what was read."""
        waiting = answered(change, self.waiting, self.sets)
        outcome = settled(change, waiting, self.draft_id)
        if not isinstance(outcome, Asked):
            return outcome
        options = tuple(sets for _, sets in outcome.options)
        draft_id = drafts.put(change, waiting, options, draft_id=self.draft_id)
        labels = tuple(label for label, _ in outcome.options)
        return ImportQuestion(draft_id, outcome.asks, outcome.text, labels, outcome.lines)


def _left(draft_id: UUID | None, change: Change) -> LeftAlone:
    drafts.drop(change, draft_id)
    return LeftAlone()


def _read(waiting: Waiting, found: object) -> Waiting:
    """Return what waits with what was read.

    Raises:
        BadInput: It is nothing that can be stored.
    """
    match found:
        case Race():
            return replace(waiting, races=(found,), offers=None)
        case RaceList():
            return replace(waiting, offers=found)
        case RunLog():
            return replace(waiting, rows=found)
        case tuple() if found and all(isinstance(each, Race) for each in found):
            return replace(waiting, races=found, offers=None)
        case _:
            raise BadInput("Nothing can be made of that page or file; is it one with results?")


def _races(link: RaceLink, found: object) -> list[Race]:
    """Return the race of a page that a list has led to, under the name the list gives it."""
    if not isinstance(found, Race):
        raise BadInput("there is no race on its page")
    return [named_by(found, link)]
