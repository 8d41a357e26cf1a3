"""Whose data it is: everything about a racer handed over, and forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from core.caller import Caller
from core.database import Database, Unit
from core.errors import NotFound
from core.models import RacerProfile
from core.race_day import people
from core.race_day.change import Change, change
from core.race_day.forgetting import forget, forget_all_again, held_about, is_anybody_back
from core.race_day.own_data import export_of
from core.race_day.racers import named, named_like
from core.results.data import DataExport, DataForgotten, DataHeld
from core.results.refs import Choice

_FORGET_OTHERS: Final = "have others forgotten"


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

    async def ask_forget(self, caller: Caller, racer: str | None = None) -> DataHeld:
        """Return what goes when a racer is forgotten, the caller where none is named.

        Args:
            caller: Who asks.
            racer: A name or an id, of somebody of the team.

        Raises:
            NotAllowed: It is somebody else and the caller is not crew.
            NotFound: The team knows nobody like that.
            BadInput: Several racers are called so.
        """

        def act(unit: Unit) -> DataHeld:
            found = people.find_profile(unit, caller.team_id, caller.person.user_id)
            if racer is not None:
                found = named(unit, caller.team_id, racer)
                if found.discord_user_id != caller.person.user_id:
                    people.require_crew(unit, caller, _FORGET_OTHERS)
            return _told(
                caller, found, held_about(unit, caller.team_id, _user(caller, found), found)
            )

        return await self._database.read(act)

    async def forget(self, caller: Caller, racer_id: UUID | None) -> DataForgotten:
        """Forget a racer: all that is held about them in this team goes.

        Args:
            caller: Who asks.
            racer_id: The profile; None for a caller who has none.

        Raises:
            NotAllowed: It is somebody else and the caller is not crew.
            NotFound: There is no such racer any more.
        """

        def act(change: Change) -> DataForgotten:
            unit, team_id = change.unit, change.team.id
            racer = None
            if racer_id is not None:
                racer = unit.db.get(RacerProfile, racer_id)
                if racer is None or racer.team_id != team_id:
                    raise NotFound("I hold nothing about them any more.")
                change.require_own(racer, _FORGET_OTHERS)
            held = forget(unit, team_id, _user(caller, racer), racer)
            return DataForgotten(_told(caller, racer, held))

        return await change(self._database, caller, act)

    async def forget_again(self) -> int:
        """Forget who was forgotten and is back with an older copy.

        Returns:
            How many racers and teams.
        """
        if not await self._database.read(is_anybody_back):
            return 0
        return await self._database.write(forget_all_again)

    async def suggest(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the team's racers whose name has what was typed, to crew alone.

        Raises:
            NotAllowed: The caller is not crew.
        """

        def act(unit: Unit) -> list[Choice]:
            people.require_crew(unit, caller, _FORGET_OTHERS)
            return named_like(unit, caller.team_id, typed)

        return await self._database.read(act)


def _user(caller: Caller, racer: RacerProfile | None) -> int:
    """Return the Discord user id of who is forgotten; 0 for who is on no chat."""
    return caller.person.user_id if racer is None else racer.discord_user_id or 0


def _told(caller: Caller, racer: RacerProfile | None, held: DataHeld) -> DataHeld:
    return replace(held, is_self=_user(caller, racer) == caller.person.user_id)
