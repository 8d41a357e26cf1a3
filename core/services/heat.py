"""Heats: started, finished, shown, renamed, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select

from core.caller import Caller
from core.commands import FinishHeat, RenameHeat, StartHeat
from core.database import Database, Unit
from core.errors import NotFound
from core.models import CLOSED, Heat, HeatRacer, RaceSession, RunLog
from core.names import HeatKind, name_key
from core.race_day import people
from core.race_day.carrying_out import carry_out, finish
from core.race_day.change import Change, change
from core.race_day.driven import (
    Driven,
    heat_by_id,
    heats_in,
    heats_of,
    latest_open_heat,
    own_open_heat,
)
from core.race_day.finding import find_heat, find_session, known_class
from core.race_day.heats import remove_heat
from core.race_day.page_tables import remember_deleted
from core.race_day.reading import heat_table
from core.race_day.reopening import may_reopen_heat, reopen_heat
from core.race_day.rows import HEAT, HeatRow, heat_of
from core.race_day.where import Where, where_is
from core.results.heat import (
    Deletion,
    HeatFinished,
    HeatInfo,
    HeatList,
    HeatRenamed,
    HeatReopened,
    HeatStarted,
    HeatTable,
)
from core.results.question import Question
from core.results.refs import Choice, HeatRef
from core.time_zones import name_with_day

# A class that was raced longer ago is typed, not picked.
CLASSES_OF_SESSIONS: Final = 5
_LATEST_SESSIONS: Final = (
    select(RaceSession.id)
    .where(RaceSession.team_id == bindparam("team_id"))
    .order_by(RaceSession.created_at.desc())
    .limit(CLASSES_OF_SESSIONS)
)
# A heat that was driven longer ago is typed, or found with its session named: there is room for 25.
HEATS_OF_CLOSED_SESSIONS: Final = 2
_LATEST_CLOSED: Final = (
    select(RaceSession)
    .where(RaceSession.team_id == bindparam("team_id"), RaceSession.status == CLOSED)
    .order_by(RaceSession.created_at.desc())
    .limit(literal_column(str(HEATS_OF_CLOSED_SESSIONS)))
)
# By the ids of their sessions: joined with them, PostgreSQL reads the heats of all seasons.
_LATEST_HEATS: Final = (
    select(Heat.session_id, Heat.id, Heat.name, Heat.class_name)
    .where(Heat.session_id.in_(bindparam("session_ids", expanding=True)))
    .order_by(Heat.opened_at.desc(), Heat.id.desc())
)
_CLASSES: Final = (
    select(func.max(Heat.class_name), func.max(Heat.opened_at))
    .where(Heat.session_id.in_(bindparam("session_ids", expanding=True)), Heat.class_key != "")
    .group_by(Heat.class_key)
    .order_by(func.max(Heat.opened_at).desc())
)


class HeatService:
    """The heats of every team; each call is bound to the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, caller: Caller, command: StartHeat) -> HeatStarted | Question:
        """Open a heat; the open heat of its class is finished first.

        Without a name one that is open and empty is used, else it counts on from the class's latest
        heat. Where something has to be said first the command waits as a draft.

        Raises:
            BadInput: A name cannot be used.
            Conflict: The class has a heat of that name.
        """

        def act(change: Change) -> HeatStarted | Question:
            return carry_out(change, command)

        return await change(self._database, caller, act)

    async def finish(self, caller: Caller, heat: str | None = None) -> HeatFinished | Question:
        """Finish a heat and order its summary; without a name the one laps would go to.

        Finishing a finished heat changes nothing.

        Raises:
            NotFound: There is no such heat, or none is open.
        """

        def act(change: Change) -> HeatFinished | Question:
            return carry_out(change, FinishHeat(heat))

        return await change(self._database, caller, act)

    async def finish_picked(self, caller: Caller, heat_id: UUID) -> HeatFinished:
        """Finish the heat that an answer has shown.

        Raises:
            NotFound: It is gone.
        """
        command = FinishHeat(str(heat_id))
        return await change(self._database, caller, lambda change: finish(change, command))

    async def reopen(self, caller: Caller, heat_id: UUID) -> HeatReopened:
        """Open a finished heat again; its post stays, and follows.

        Raises:
            NotFound: It is gone.
            NotAllowed: The caller has neither finished it nor logged there, and is not crew.
            Conflict: Its session is closed.
        """
        return await change(self._database, caller, lambda change: reopen_heat(change, heat_id))

    async def show(
        self, caller: Caller, heat: str | None = None, session: str | None = None
    ) -> HeatTable:
        """Return a heat as it stands; without a name the one the caller is in or was in last.

        Raises:
            NotFound: There is no such heat, or no heat at all.
        """

        def act(unit: Unit) -> HeatTable:
            where = _where(unit, caller)
            found_in, found = _heat_to_read(unit, caller.team_id, where, heat, session)
            table = heat_table(unit, found_in, found.heat)
            drove = table.has_driven(caller.person.user_id)
            may = may_reopen_heat(caller, where, found_in, found.heat, logged_there=drove)
            here = where.races_in(found_in.id)
            return replace(table, may_reopen=may, is_here=here, waiting=where.waiting)

        return await self._database.read(act)

    async def list_heats(self, caller: Caller, session: str | None = None) -> HeatList:
        """Return the heats of a session in their order; without one the caller's.

        Raises:
            NotFound: The team has no such session, or none.
        """

        def act(unit: Unit) -> HeatList:
            where = _where(unit, caller)
            found = find_session(unit, caller.team_id, where, session)
            rows = unit.connection.execute(
                select(*HEAT, func.count(HeatRacer.racer_id), func.sum(HeatRacer.lap_count))
                .outerjoin(HeatRacer, HeatRacer.heat_id == Heat.id)
                .where(Heat.session_id == found.id)
                .group_by(Heat.id)
                .order_by(Heat.opened_at, Heat.id)
            )
            heats = tuple(_info(heat_of(row), *row[len(HEAT) :]) for row in rows)
            return HeatList(found.ref, heats, waiting=where.waiting)

        return await self._database.read(act)

    async def rename(self, caller: Caller, command: RenameHeat) -> HeatRenamed | Question:
        """Give a heat another name or class; its posts follow. Two that then agree become one.

        Raises:
            NotFound: There is no such heat.
            BadInput: A name cannot be used, or nothing is to be changed.
        """

        def act(change: Change) -> HeatRenamed | Question:
            return carry_out(change, command)

        return await change(self._database, caller, act)

    async def ask_delete(self, caller: Caller, heat: str) -> Deletion:
        """Return what deleting a heat would delete.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such heat.
        """

        def act(unit: Unit) -> Deletion:
            people.require_crew(unit, caller, "delete heats")
            where = where_is(unit, caller.team_id, caller.person.user_id)
            return _deletion(unit, find_heat(unit, caller.team_id, where, heat)[1].heat)

        return await self._database.read(act)

    async def delete(self, caller: Caller, heat_id: UUID) -> Deletion:
        """Delete a heat with its laps and its post.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such heat.
        """

        def act(change: Change) -> Deletion:
            change.require_crew("delete heats")
            heat = heat_by_id(change.unit, change.team.id, heat_id)[1].heat
            deletion = _deletion(change.unit, heat)
            remember_deleted(change.unit, heat)
            remove_heat(change.unit, heat)
            return deletion

        return await change(self._database, caller, act)

    async def suggest(self, caller: Caller, typed: str, session: str | None = None) -> list[Choice]:
        """Return heats whose name has what was typed: of the caller's session, newest first.

        Then come those of the team's other latest sessions, which say which one it is. With a
        session named there are its heats only.
        """

        def act(unit: Unit) -> list[Choice]:
            where = where_is(unit, caller.team_id, caller.person.user_id)
            if session is not None:
                try:
                    first = find_session(unit, caller.team_id, where, session)
                except NotFound:
                    return []
                refs = [each.heat.ref for each in reversed(heats_of(unit, first))]
                return [Choice(ref.label, str(ref.id)) for ref in refs if has(ref)]
            own = where.own or (where.open[0][0] if len(where.open) == 1 else None)
            closed = unit.db.scalars(_LATEST_CLOSED, {"team_id": caller.team_id})
            sessions = [each for each, _ in where.open] + list(closed)
            sessions.sort(key=lambda each: each.created_at, reverse=True)
            sessions.sort(key=lambda each: each is not own)
            ids = [each.id for each in sessions]
            heats: dict[UUID, list[HeatRef]] = {each: [] for each in ids}
            for heat in unit.connection.execute(_LATEST_HEATS, {"session_ids": ids}):
                heats[heat.session_id].append(HeatRef(heat.id, heat.name, heat.class_name))
            return [
                Choice(ref.label + _where_else(each, own), str(ref.id))
                for each in sessions
                for ref in heats[each.id]
                if has(ref)
            ]

        key = name_key(typed)

        def has(ref: HeatRef) -> bool:
            # While nothing is typed all would match.
            return not key or key in name_key(ref.label)

        return await self._database.read(act)

    async def suggest_classes(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the classes of the latest sessions that have what was typed, latest first."""

        def act(unit: Unit) -> list[Choice]:
            latest = unit.connection.scalars(_LATEST_SESSIONS, {"team_id": caller.team_id})
            # By their ids: told only how many they are, PostgreSQL reads the heats of all seasons.
            rows = unit.connection.execute(_CLASSES, {"session_ids": latest.all()})
            key = name_key(typed)
            return [Choice(name, name) for name, _ in rows if key in name_key(name)]

        return await self._database.read(act)


def _where(unit: Unit, caller: Caller) -> Where:
    """Return where the caller is, and what waits for them."""
    user_id = caller.person.user_id
    return where_is(unit, caller.team_id, user_id, reader_id=user_id)


def _heat_to_read(
    unit: Unit, team_id: int, where: Where, heat: str | None, session_text: str | None
) -> tuple[RaceSession, Driven]:
    if heat is not None:
        return find_heat(unit, team_id, where, heat, session_text, elsewhere=True)
    session = find_session(unit, team_id, where, session_text)
    heats = heats_of(unit, session, where.racer)
    known = known_class(unit, where, session, heats)
    latest = (heats_in(heats, known) if known is not None else None) or heats
    own = own_open_heat(heats)
    found = own or latest_open_heat(latest) or (latest[-1] if latest else None)
    if found is None:
        raise NotFound(f"{session.session_name} has no heat yet: type /lap with your times.")
    return session, found


def _where_else(session: RaceSession, own: RaceSession | None) -> str:
    """Return what a heat's name is followed by where it is not in the racer's own open session."""
    if session is own and session.status == "active":
        return ""
    named = name_with_day(session.ref.name, session.created_at, session.time_zone, ", ")
    return f" · {named}"


def _info(heat: HeatRow, racers: int, laps: int | None) -> HeatInfo:
    return HeatInfo(
        heat=heat.ref,
        kind=HeatKind(heat.kind),
        is_open=heat.is_open,
        opened_at=heat.opened_at,
        finished_at=heat.finished_at,
        racers=racers,
        laps=int(laps or 0),
    )


def _deletion(unit: Unit, heat: HeatRow) -> Deletion:
    laps = select(func.count()).select_from(RunLog).where(RunLog.heat_id == heat.id)
    return Deletion(heat.id, heat.ref.label, unit.connection.execute(laps).scalar_one())
