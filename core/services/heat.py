"""Heats: started, finished, shown, renamed, deleted."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select

from core.caller import Caller
from core.commands import StartHeat
from core.database import Database, Unit
from core.errors import NotFound
from core.models import Heat, HeatRacer, RaceSession, RunLog
from core.names import HeatKind, clean_heat_name, name_key
from core.race_day import drafts, people, posts
from core.race_day.change import Change, change
from core.race_day.finding import (
    Driven,
    SeveralOpen,
    Where,
    class_of,
    find_heat,
    heat_by_id,
    heats_in,
    heats_of,
    latest_open_heat,
    own_open_heat,
    session_to_read,
    where_is,
)
from core.race_day.opening import (
    finish_heat,
    refuse_taken_name,
    remove_heat,
    rename_heat,
    start_heat,
)
from core.race_day.reading import heat_table
from core.race_day.rows import HEAT, HeatRow, heat_of
from core.results.heat import (
    Deletion,
    HeatFinished,
    HeatInfo,
    HeatList,
    HeatRenamed,
    HeatStarted,
    HeatTable,
)
from core.results.question import WhichEvent
from core.results.refs import Choice

# A class that was raced longer ago is typed, not picked.
CLASSES_OF_SESSIONS: Final = 10
_LATEST_SESSIONS: Final = (
    select(RaceSession.id)
    .where(RaceSession.team_id == bindparam("team_id"))
    .order_by(RaceSession.created_at.desc())
    .limit(CLASSES_OF_SESSIONS)
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

    async def start(self, caller: Caller, command: StartHeat) -> HeatStarted | WhichEvent:
        """Open a heat; the open heat of its class is finished first.

        Without a name it counts on from the class's latest heat. With several sessions open and
        none the caller's, the command waits as a draft.

        Raises:
            BadInput: A name cannot be used.
            Conflict: The class has a heat of that name.
        """

        def act(change: Change) -> HeatStarted | WhichEvent:
            try:
                return start_heat(change, command)
            except SeveralOpen as several:
                return drafts.keep(change, command, several.sessions)

        return await change(self._database, caller, act)

    async def finish(self, caller: Caller, heat: str | None = None) -> HeatFinished:
        """Finish a heat and order its summary; without a name the caller's open one.

        Finishing a finished heat changes nothing.

        Raises:
            NotFound: There is no such heat, or none is open.
        """

        def act(change: Change) -> HeatFinished:
            unit, team = change.unit, change.team
            actor = change.actor
            if heat is None:
                found = _open_heat(unit, team.id, change.where).heat
            else:
                found = find_heat(unit, team.id, change.where, heat)[1].heat
            where = team.summary_channel_id or caller.channel_id
            if found.is_open:
                finish_heat(unit, team.id, found, by=actor, channel_id=caller.channel_id)
            laps = select(RunLog.id).where(RunLog.heat_id == found.id).limit(1)
            return HeatFinished(
                heat=found.ref,
                already=not found.is_open,
                has_laps=unit.connection.execute(laps).first() is not None,
                channel_id=where if found.is_open else None,
                problem=posts.problem_in(unit, team.id, where)
                if found.is_open
                else posts.problem_of(unit, team.id, found.id),
            )

        return await change(self._database, caller, act)

    async def show(self, caller: Caller, heat: str | None = None) -> HeatTable:
        """Return a heat as it stands; without a name the one the caller is in or was in last.

        Raises:
            NotFound: There is no such heat, or no heat at all.
        """

        def act(unit: Unit) -> HeatTable:
            where = where_is(unit, caller.team_id, caller.person.user_id)
            session, found = _heat_to_read(unit, caller.team_id, where, heat)
            return heat_table(unit, session, found.heat)

        return await self._database.read(act)

    async def list_heats(self, caller: Caller) -> HeatList:
        """Return the heats of the caller's session in their order.

        Raises:
            NotFound: The team has no session.
        """

        def act(unit: Unit) -> HeatList:
            where = where_is(unit, caller.team_id, caller.person.user_id)
            session = session_to_read(unit, caller.team_id, where)
            rows = unit.connection.execute(
                select(*HEAT, func.count(HeatRacer.racer_id), func.sum(HeatRacer.lap_count))
                .outerjoin(HeatRacer, HeatRacer.heat_id == Heat.id)
                .where(Heat.session_id == session.id)
                .group_by(Heat.id)
                .order_by(Heat.opened_at, Heat.id)
            )
            heats = tuple(_info(heat_of(row), *row[len(HEAT) :]) for row in rows)
            return HeatList(session.ref, heats)

        return await self._database.read(act)

    async def rename(self, caller: Caller, heat: str, name: str) -> HeatRenamed:
        """Give a heat another name; its posts follow.

        Raises:
            NotFound: There is no such heat.
            BadInput: The name cannot be used.
            Conflict: The class has a heat of that name.
        """
        new_name = clean_heat_name(name)

        def act(change: Change) -> HeatRenamed:
            session, found = find_heat(change.unit, change.team.id, change.where, heat)
            others = [
                other.heat
                for other in heats_in(heats_of(change.unit, session), found.heat.class_name)
                if other.heat.id != found.heat.id
            ]
            refuse_taken_name(others, new_name)
            renamed = rename_heat(change.unit, found.heat, new_name)
            return HeatRenamed(renamed.ref, found.heat.ref.label)

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
            remove_heat(change.unit, heat)
            return deletion

        return await change(self._database, caller, act)

    async def suggest(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the heats of the caller's session whose name has what was typed, newest first.

        None while there is no session, or several are open and none is the caller's.
        """

        def act(unit: Unit) -> list[Choice]:
            where = where_is(unit, caller.team_id, caller.person.user_id)
            try:
                session = session_to_read(unit, caller.team_id, where)
            except (NotFound, SeveralOpen):
                return []
            key = name_key(typed)
            refs = [driven.heat.ref for driven in reversed(heats_of(unit, session))]
            return [Choice(ref.label, str(ref.id)) for ref in refs if key in name_key(ref.label)]

        return await self._database.read(act)

    async def suggest_classes(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the classes of the latest sessions that have what was typed, latest first."""

        def act(unit: Unit) -> list[Choice]:
            latest = unit.connection.execute(_LATEST_SESSIONS, {"team_id": caller.team_id})
            # By their ids: told only how many they are, PostgreSQL reads the heats of all seasons.
            ids = [session_id for (session_id,) in latest]
            rows = unit.connection.execute(_CLASSES, {"session_ids": ids})
            names = [name for name, _ in rows]
            return [Choice(name, name) for name in names if name_key(typed) in name_key(name)]

        return await self._database.read(act)


def _open_heat(unit: Unit, team_id: int, where: Where) -> Driven:
    session = session_to_read(unit, team_id, where)
    heats = heats_of(unit, session, where.racer)
    heat = own_open_heat(heats, where.racer)
    if heat is None:
        class_name = class_of(heats, where.sticky_class(unit, session))
        heat = latest_open_heat(heats_in(heats, class_name))
    if heat is None:
        raise NotFound("No heat is open: type /lap with your times and one opens by itself.")
    return heat


def _heat_to_read(
    unit: Unit, team_id: int, where: Where, heat: str | None
) -> tuple[RaceSession, Driven]:
    if heat is not None:
        return find_heat(unit, team_id, where, heat)
    session = session_to_read(unit, team_id, where)
    heats = heats_of(unit, session, where.racer)
    class_name = class_of(heats, where.sticky_class(unit, session))
    own = own_open_heat(heats, where.racer)
    latest = heats_in(heats, class_name) or heats
    found = own or latest_open_heat(latest) or (latest[-1] if latest else None)
    if found is None:
        raise NotFound(f"{session.session_name} has no heat yet: type /lap with your times.")
    return session, found


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
