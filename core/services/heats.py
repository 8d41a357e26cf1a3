"""Heats: started, finished, shown, renamed, deleted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from core.caller import Caller
from core.commands import StartHeat
from core.database import Database, UnitOfWork
from core.errors import Conflict, NotFound
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, RunLog, SummaryPost, Team
from core.names import HeatKind, clean_class_name, clean_heat_name, heat_kind, name_key
from core.results.heats import (
    Deletion,
    HeatFinished,
    HeatInfo,
    HeatList,
    HeatRenamed,
    HeatStarted,
    HeatTable,
)
from core.results.laps import WhichEvent
from core.results.refs import Choice, HeatRef
from core.services import drafts, outbox_rows, people, places, tables


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
        async with self._database.write() as uow:
            team = await people.begin(uow, caller)
            try:
                started = await start_heat(uow, team, caller, command)
            except places.SeveralOpen as several:
                waiting = await drafts.keep(uow, caller, command, several.sessions)
                await uow.commit()
                return waiting
            await uow.commit()
        return started

    async def finish(self, caller: Caller, heat: str | None = None) -> HeatFinished:
        """Finish a heat and order its summary; without a name the caller's open one.

        Finishing a finished heat changes nothing.

        Raises:
            NotFound: There is no such heat, or none is open.
        """
        async with self._database.write() as uow:
            team = await people.begin(uow, caller)
            actor = await people.profile_of(uow, team.id, caller.person)
            if heat is None:
                found = await self._open_heat(uow, team, actor)
            else:
                _, found = await places.find_heat(uow, team.id, actor, heat)
            already = found.status == "finished"
            if not already:
                await finish_heat(uow, team, found, by=actor, channel_id=caller.channel_id)
            has_laps = await uow.db.scalar(
                select(RunLog.id).where(RunLog.heat_id == found.id).limit(1)
            )
            problems = await outbox_rows.problems_of(uow, team.id)
            await uow.commit()
        return HeatFinished(
            heat=found.ref,
            already=already,
            has_laps=has_laps is not None,
            channel_id=team.summary_channel_id or caller.channel_id,
            problem=problems[0] if problems else None,
        )

    async def _open_heat(self, uow: UnitOfWork, team: Team, actor: RacerProfile) -> Heat:
        session = await places.session_to_read(uow, team.id, actor)
        heat = await places.own_open_heat(uow, session, actor, None)
        if heat is None:
            heats = await places.heats_of(uow, session)
            class_name = places.class_of(heats, await places.sticky_class(uow, session, actor))
            heat = places.latest_open_heat(places.heats_in(heats, class_name))
        if heat is None:
            raise NotFound("No heat is open: type /lap with your times and one opens by itself.")
        return heat

    async def show(self, caller: Caller, heat: str | None = None) -> HeatTable:
        """Return a heat as it stands; without a name the one the caller is in or was in last.

        Raises:
            NotFound: There is no such heat, or no heat at all.
        """
        async with self._database.read() as uow:
            actor = await people.find_profile(uow, caller.team_id, caller.person.user_id)
            session, found = await self._heat_to_read(uow, caller.team_id, actor, heat)
            return await tables.heat_table(uow, session, found)

    async def _heat_to_read(
        self, uow: UnitOfWork, team_id: int, actor: RacerProfile | None, heat: str | None
    ) -> tuple[RaceSession, Heat]:
        if heat is not None:
            return await places.find_heat(uow, team_id, actor, heat)
        session = await places.session_to_read(uow, team_id, actor)
        heats = await places.heats_of(uow, session)
        class_name = places.class_of(heats, await places.sticky_class(uow, session, actor))
        own = await places.own_open_heat(uow, session, actor, None) if actor else None
        latest = places.heats_in(heats, class_name) or heats
        found = own or places.latest_open_heat(latest) or (latest[-1] if latest else None)
        if found is None:
            raise NotFound(f"{session.session_name} has no heat yet: type /lap with your times.")
        return session, found

    async def list_heats(self, caller: Caller) -> HeatList:
        """Return the heats of the caller's session in their order.

        Raises:
            NotFound: The team has no session.
        """
        async with self._database.read() as uow:
            actor = await people.find_profile(uow, caller.team_id, caller.person.user_id)
            session = await places.session_to_read(uow, caller.team_id, actor)
            rows = await uow.db.execute(
                select(Heat, func.count(HeatRacer.racer_id), func.sum(HeatRacer.lap_count))
                .outerjoin(HeatRacer, HeatRacer.heat_id == Heat.id)
                .where(Heat.session_id == session.id)
                .group_by(Heat.id)
                .order_by(Heat.opened_at, Heat.id)
            )
            heats = tuple(
                HeatInfo(
                    heat=heat.ref,
                    kind=HeatKind(heat.kind),
                    is_open=heat.status == "open",
                    opened_at=heat.opened_at,
                    finished_at=heat.finished_at,
                    racers=racers,
                    laps=int(laps or 0),
                )
                for heat, racers, laps in rows
            )
            return HeatList(session.ref, heats)

    async def rename(self, caller: Caller, heat: str, name: str) -> HeatRenamed:
        """Give a heat another name; its posts follow.

        Raises:
            NotFound: There is no such heat.
            BadInput: The name cannot be used.
            Conflict: The class has a heat of that name.
        """
        new_name = clean_heat_name(name)
        async with self._database.write() as uow:
            team = await people.begin(uow, caller)
            actor = await people.profile_of(uow, team.id, caller.person)
            session, found = await places.find_heat(uow, team.id, actor, heat)
            old_label = found.ref.label
            others = [
                other
                for other in await places.heats_of(uow, session)
                if other.id != found.id and other.class_key == found.class_key
            ]
            _refuse_taken_name(others, new_name)
            found.name = new_name
            found.name_key = name_key(new_name)
            found.kind = heat_kind(new_name).value
            await uow.db.flush()
            await outbox_rows.mark_stale(uow, found)
            await uow.commit()
        return HeatRenamed(found.ref, old_label)

    async def ask_delete(self, caller: Caller, heat: str) -> Deletion:
        """Return what deleting a heat would delete.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such heat.
        """
        async with self._database.read() as uow:
            await people.require_crew(uow, caller, "delete heats")
            actor = await people.find_profile(uow, caller.team_id, caller.person.user_id)
            _, found = await places.find_heat(uow, caller.team_id, actor, heat)
            return await _deletion(uow, found)

    async def delete(self, caller: Caller, heat_id: UUID) -> Deletion:
        """Delete a heat with its laps and its post.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such heat.
        """
        async with self._database.write() as uow:
            team = await people.begin(uow, caller)
            caller.require_crew(team.crew_role_id, "delete heats")
            _, found = await places.heat_by_id(uow, team.id, heat_id)
            deletion = await _deletion(uow, found)
            await remove_heat(uow, found)
            await uow.commit()
        return deletion

    async def suggest(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the heats of the caller's session whose name has what was typed, newest first.

        None while there is no session, or several are open and none is the caller's.
        """
        async with self._database.read() as uow:
            actor = await people.find_profile(uow, caller.team_id, caller.person.user_id)
            try:
                session = await places.session_to_read(uow, caller.team_id, actor)
            except (NotFound, places.SeveralOpen):
                return []
            heats = await places.heats_of(uow, session)
        key = name_key(typed)
        refs = [heat.ref for heat in reversed(heats)]
        return [Choice(ref.label, str(ref.id)) for ref in refs if key in name_key(ref.label)]

    async def suggest_classes(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the classes the team has raced that have what was typed, latest first."""
        async with self._database.read() as uow:
            rows = await uow.db.execute(
                select(func.max(Heat.class_name), func.max(Heat.opened_at).label("latest"))
                .join(RaceSession, RaceSession.id == Heat.session_id)
                .where(RaceSession.team_id == caller.team_id, Heat.class_key != "")
                .group_by(Heat.class_key)
                .order_by(func.max(Heat.opened_at).desc())
            )
            names = [name for name, _ in rows]
        return [Choice(name, name) for name in names if name_key(typed) in name_key(name)]


async def start_heat(
    uow: UnitOfWork, team: Team, caller: Caller, command: StartHeat
) -> HeatStarted:
    """Open a heat in the caller's session, inside the caller's transaction."""
    name = clean_heat_name(command.name) if command.name else None
    stated = clean_class_name(command.class_name) if command.class_name else None
    actor = await people.profile_of(uow, team.id, caller.person)
    session, opened_session = await places.session_to_log_in(uow, team, actor)
    heats = await places.heats_of(uow, session)
    sticky = stated if stated is not None else await places.sticky_class(uow, session, actor)
    class_name = places.class_of(heats, sticky)
    of_class = places.heats_in(heats, class_name)
    if name is None:
        name = places.next_name(heats, session, class_name)
    else:
        _refuse_taken_name(of_class, name)
    # Typed names can leave several open; laps must not go into an old one any more.
    before = [heat for heat in of_class if heat.status == "open"]
    for open_heat in before:
        await finish_heat(uow, team, open_heat, by=actor, channel_id=caller.channel_id)
    heat = await places.open_heat(
        uow,
        session,
        actor,
        name=name,
        class_name=class_name,
        implicit=False,
        channel_id=caller.channel_id,
    )
    await places.race_in(uow, session, actor, class_name or None)
    return HeatStarted(
        heat=heat.ref,
        session=session.ref,
        opened_session=opened_session,
        finished=tuple(heat.ref for heat in before),
        welcome=people.greet(team, uow.now),
    )


async def finish_heat(
    uow: UnitOfWork,
    team: Team,
    heat: Heat,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
) -> HeatRef:
    """Finish an open heat and order its summary, in the same transaction.

    Args:
        uow: The transaction.
        team: Whose heat it is.
        heat: The open heat.
        by: Who finished it; None when it finished by itself.
        channel_id: Where it was finished, for a team that has set no channel.
    """
    heat.status = "finished"
    heat.finished_at = uow.now
    heat.finished_by = by.id if by else None
    await outbox_rows.order_heat_summary(
        uow,
        team.id,
        heat,
        channel_id=channel_id or heat.last_channel_id,
        silent=by is None or heat.kind == HeatKind.PRACTICE.value,
    )
    return heat.ref


async def remove_heat(uow: UnitOfWork, heat: Heat) -> None:
    """Delete a heat with all that hangs off it, and have its post removed."""
    await outbox_rows.remove_posts(uow, SummaryPost.heat_id == heat.id)
    await outbox_rows.mark_stale(uow, heat)
    await uow.db.execute(delete(Heat).where(Heat.id == heat.id))


def _refuse_taken_name(heats: list[Heat], name: str) -> None:
    for heat in heats:
        if heat.name_key == name_key(name):
            label = heat.ref.label
            raise Conflict(f"{label} exists already: pick another name, or log into it with /lap.")


async def _deletion(uow: UnitOfWork, heat: Heat) -> Deletion:
    laps = await uow.db.scalar(
        select(func.count()).select_from(RunLog).where(RunLog.heat_id == heat.id)
    )
    return Deletion(heat.id, heat.ref.label, laps or 0)
