"""Heats: started, finished, shown, renamed, deleted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from core.caller import Caller
from core.commands import StartHeat
from core.database import Database, Unit
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

        def act(unit: Unit) -> HeatStarted | WhichEvent:
            team = people.begin(unit, caller)
            try:
                return start_heat(unit, team, caller, command)
            except places.SeveralOpen as several:
                return drafts.keep(unit, caller, command, several.sessions)

        return await self._database.write(act)

    async def finish(self, caller: Caller, heat: str | None = None) -> HeatFinished:
        """Finish a heat and order its summary; without a name the caller's open one.

        Finishing a finished heat changes nothing.

        Raises:
            NotFound: There is no such heat, or none is open.
        """

        def act(unit: Unit) -> HeatFinished:
            team = people.begin(unit, caller)
            actor = people.profile_of(unit, team.id, caller.person)
            if heat is None:
                found = self._open_heat(unit, team, actor)
            else:
                _, found = places.find_heat(unit, team.id, actor, heat)
            already = found.status == "finished"
            if not already:
                finish_heat(unit, team, found, by=actor, channel_id=caller.channel_id)
            has_laps = unit.db.scalar(select(RunLog.id).where(RunLog.heat_id == found.id).limit(1))
            problems = outbox_rows.problems_of(unit, team.id)
            return HeatFinished(
                heat=found.ref,
                already=already,
                has_laps=has_laps is not None,
                channel_id=team.summary_channel_id or caller.channel_id,
                problem=problems[0] if problems else None,
            )

        return await self._database.write(act)

    def _open_heat(self, unit: Unit, team: Team, actor: RacerProfile) -> Heat:
        session = places.session_to_read(unit, team.id, actor)
        heat = places.own_open_heat(unit, session, actor, None)
        if heat is None:
            heats = places.heats_of(unit, session)
            class_name = places.class_of(heats, places.sticky_class(unit, session, actor))
            heat = places.latest_open_heat(places.heats_in(heats, class_name))
        if heat is None:
            raise NotFound("No heat is open: type /lap with your times and one opens by itself.")
        return heat

    async def show(self, caller: Caller, heat: str | None = None) -> HeatTable:
        """Return a heat as it stands; without a name the one the caller is in or was in last.

        Raises:
            NotFound: There is no such heat, or no heat at all.
        """

        def act(unit: Unit) -> HeatTable:
            actor = people.find_profile(unit, caller.team_id, caller.person.user_id)
            session, found = self._heat_to_read(unit, caller.team_id, actor, heat)
            return tables.heat_table(unit, session, found)

        return await self._database.read(act)

    def _heat_to_read(
        self, unit: Unit, team_id: int, actor: RacerProfile | None, heat: str | None
    ) -> tuple[RaceSession, Heat]:
        if heat is not None:
            return places.find_heat(unit, team_id, actor, heat)
        session = places.session_to_read(unit, team_id, actor)
        heats = places.heats_of(unit, session)
        class_name = places.class_of(heats, places.sticky_class(unit, session, actor))
        own = places.own_open_heat(unit, session, actor, None) if actor else None
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

        def act(unit: Unit) -> HeatList:
            actor = people.find_profile(unit, caller.team_id, caller.person.user_id)
            session = places.session_to_read(unit, caller.team_id, actor)
            rows = unit.db.execute(
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

        return await self._database.read(act)

    async def rename(self, caller: Caller, heat: str, name: str) -> HeatRenamed:
        """Give a heat another name; its posts follow.

        Raises:
            NotFound: There is no such heat.
            BadInput: The name cannot be used.
            Conflict: The class has a heat of that name.
        """
        new_name = clean_heat_name(name)

        def act(unit: Unit) -> HeatRenamed:
            team = people.begin(unit, caller)
            actor = people.profile_of(unit, team.id, caller.person)
            session, found = places.find_heat(unit, team.id, actor, heat)
            old_label = found.ref.label
            others = [
                other
                for other in places.heats_of(unit, session)
                if other.id != found.id and other.class_key == found.class_key
            ]
            _refuse_taken_name(others, new_name)
            found.name = new_name
            found.name_key = name_key(new_name)
            found.kind = heat_kind(new_name).value
            unit.db.flush()
            outbox_rows.mark_stale(unit, found)
            return HeatRenamed(found.ref, old_label)

        return await self._database.write(act)

    async def ask_delete(self, caller: Caller, heat: str) -> Deletion:
        """Return what deleting a heat would delete.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such heat.
        """

        def act(unit: Unit) -> Deletion:
            people.require_crew(unit, caller, "delete heats")
            actor = people.find_profile(unit, caller.team_id, caller.person.user_id)
            _, found = places.find_heat(unit, caller.team_id, actor, heat)
            return _deletion(unit, found)

        return await self._database.read(act)

    async def delete(self, caller: Caller, heat_id: UUID) -> Deletion:
        """Delete a heat with its laps and its post.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such heat.
        """

        def act(unit: Unit) -> Deletion:
            team = people.begin(unit, caller)
            caller.require_crew(team.crew_role_id, "delete heats")
            _, found = places.heat_by_id(unit, team.id, heat_id)
            deletion = _deletion(unit, found)
            remove_heat(unit, found)
            return deletion

        return await self._database.write(act)

    async def suggest(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the heats of the caller's session whose name has what was typed, newest first.

        None while there is no session, or several are open and none is the caller's.
        """

        def act(unit: Unit) -> list[Choice]:
            actor = people.find_profile(unit, caller.team_id, caller.person.user_id)
            try:
                session = places.session_to_read(unit, caller.team_id, actor)
            except (NotFound, places.SeveralOpen):
                return []
            heats = places.heats_of(unit, session)
            key = name_key(typed)
            refs = [heat.ref for heat in reversed(heats)]
            return [Choice(ref.label, str(ref.id)) for ref in refs if key in name_key(ref.label)]

        return await self._database.read(act)

    async def suggest_classes(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the classes the team has raced that have what was typed, latest first."""

        def act(unit: Unit) -> list[Choice]:
            rows = unit.db.execute(
                select(func.max(Heat.class_name), func.max(Heat.opened_at).label("latest"))
                .join(RaceSession, RaceSession.id == Heat.session_id)
                .where(RaceSession.team_id == caller.team_id, Heat.class_key != "")
                .group_by(Heat.class_key)
                .order_by(func.max(Heat.opened_at).desc())
            )
            names = [name for name, _ in rows]
            return [Choice(name, name) for name in names if name_key(typed) in name_key(name)]

        return await self._database.read(act)


def start_heat(unit: Unit, team: Team, caller: Caller, command: StartHeat) -> HeatStarted:
    """Open a heat in the caller's session, inside the caller's transaction."""
    name = clean_heat_name(command.name) if command.name else None
    stated = clean_class_name(command.class_name) if command.class_name else None
    actor = people.profile_of(unit, team.id, caller.person)
    session, opened_session = places.session_to_log_in(unit, team, actor)
    heats = places.heats_of(unit, session)
    sticky = stated if stated is not None else places.sticky_class(unit, session, actor)
    class_name = places.class_of(heats, sticky)
    of_class = places.heats_in(heats, class_name)
    if name is None:
        name = places.next_name(heats, session, class_name)
    else:
        _refuse_taken_name(of_class, name)
    # Typed names can leave several open; laps must not go into an old one any more.
    before = [heat for heat in of_class if heat.status == "open"]
    for open_heat in before:
        finish_heat(unit, team, open_heat, by=actor, channel_id=caller.channel_id)
    heat = places.open_heat(
        unit,
        session,
        actor,
        name=name,
        class_name=class_name,
        implicit=False,
        channel_id=caller.channel_id,
    )
    places.race_in(unit, session, actor, class_name or None)
    return HeatStarted(
        heat=heat.ref,
        session=session.ref,
        opened_session=opened_session,
        finished=tuple(heat.ref for heat in before),
        welcome=people.greet(team, unit.now),
    )


def finish_heat(
    unit: Unit,
    team: Team,
    heat: Heat,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
) -> HeatRef:
    """Finish an open heat and order its summary, in the same transaction.

    Args:
        unit: The transaction.
        team: Whose heat it is.
        heat: The open heat.
        by: Who finished it; None when it finished by itself.
        channel_id: Where it was finished, for a team that has set no channel.
    """
    heat.status = "finished"
    heat.finished_at = unit.now
    heat.finished_by = by.id if by else None
    outbox_rows.order_heat_summary(
        unit,
        team.id,
        heat,
        channel_id=channel_id or heat.last_channel_id,
        silent=by is None or heat.kind == HeatKind.PRACTICE.value,
    )
    return heat.ref


def remove_heat(unit: Unit, heat: Heat) -> None:
    """Delete a heat with all that hangs off it, and have its post removed."""
    outbox_rows.remove_posts(unit, SummaryPost.heat_id == heat.id)
    outbox_rows.mark_stale(unit, heat)
    unit.db.execute(delete(Heat).where(Heat.id == heat.id))


def _refuse_taken_name(heats: list[Heat], name: str) -> None:
    for heat in heats:
        if heat.name_key == name_key(name):
            label = heat.ref.label
            raise Conflict(f"{label} exists already: pick another name, or log into it with /lap.")


def _deletion(unit: Unit, heat: Heat) -> Deletion:
    laps = unit.db.scalar(select(func.count()).select_from(RunLog).where(RunLog.heat_id == heat.id))
    return Deletion(heat.id, heat.ref.label, laps or 0)
