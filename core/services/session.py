"""Sessions: race days and events, from opening to the exported file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    union_all,
)

from core.caller import Caller
from core.commands import CloseSession, SessionFields
from core.database import Database, Unit
from core.errors import BadInput, Conflict
from core.models import (
    ACTIVE,
    CLOSED,
    NO_NAME,
    ZERO,
    Heat,
    HeatRacer,
    RaceSession,
    RunLog,
    Team,
)
from core.names import SESSION_NAME_LENGTH, TRACK_NAME_LENGTH, clean_name, name_key
from core.race_day import outbox, people
from core.race_day.bests import renew_track
from core.race_day.carrying_out import carry_out
from core.race_day.change import Change, change
from core.race_day.exporting import laps_of
from core.race_day.finding import find_session, require_open, session_by_id
from core.race_day.heats import delete_session
from core.race_day.questions import SeveralOpen
from core.race_day.reading import count_heats, session_info
from core.race_day.renewing import renew_advice
from core.race_day.reopening import may_reopen_session, reopen_closed_session
from core.race_day.sessions import ends_at, first_lap_of, open_session, race_in
from core.race_day.standings import standings
from core.race_day.where import Where, where_is
from core.results.heat import Deletion
from core.results.question import Question
from core.results.refs import Choice, SessionRef
from core.results.session import (
    Export,
    SessionClosed,
    SessionInfo,
    SessionList,
    SessionReopened,
    SessionStarted,
)
from core.results.standings import Standings
from core.sources.csv_file import write_csv
from core.time_zones import name_with_day, parse_time_zone

MOST_DAYS: Final = 7
MOST_ROUNDS: Final = 20
LEAST_HEAT_MINUTES: Final = 1
MOST_HEAT_MINUTES: Final = 60
LISTED: Final = 5
SUGGESTED: Final = 25
_OF_TEAM: Final = RaceSession.team_id == bindparam("team_id")
_IS_DRIVEN: Final = exists().where(
    Heat.session_id == RaceSession.id, HeatRacer.heat_id == Heat.id, HeatRacer.lap_count > ZERO
)
# The fields of a SessionInfo: a line of a list needs no row that can be changed.
_INFO: Final = (
    RaceSession.id,
    func.coalesce(RaceSession.session_name, NO_NAME),
    RaceSession.track_name,
    RaceSession.days,
    RaceSession.practice_rounds,
    RaceSession.qualifying_rounds,
    RaceSession.heat_minutes,
    RaceSession.time_zone,
    RaceSession.status == ACTIVE,
    RaceSession.created_at,
    # Its days count from the first lap.
    case((and_(RaceSession.status == ACTIVE, _IS_DRIVEN), RaceSession.closes_at), else_=None),
    RaceSession.closed_at,
    select(func.count()).where(Heat.session_id == RaceSession.id).scalar_subquery(),
)


def _newest(status: ColumnElement[str]) -> Select[UUID]:
    newest = (
        select(RaceSession.id)
        .where(_OF_TEAM, RaceSession.status == status)
        .order_by(RaceSession.created_at.desc())
        .limit(literal_column(str(LISTED)))
        .subquery()
    )
    return select(newest.c.id)


# The newest of each status lie together in an index: older ones are neither read nor counted.
_LATEST: Final = (
    select(*_INFO)
    .where(RaceSession.id.in_(union_all(_newest(ACTIVE), _newest(CLOSED))))
    # "active" sorts before "closed".
    .order_by(RaceSession.status, RaceSession.created_at.desc())
    .limit(literal_column(str(LISTED)))
)
_COUNT: Final = select(func.count()).select_from(RaceSession).where(_OF_TEAM)


class SessionService:
    """The sessions of every team; each call is bound to the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, caller: Caller, fields: SessionFields) -> SessionStarted:
        """Open a session; it becomes the caller's unless theirs is open.

        Raises:
            BadInput: A field cannot be used.
            Conflict: A session of that name is open.
        """
        values = _checked(fields)
        if "session_name" not in values:
            raise BadInput("A session needs a name, like Club Race.")

        def act(change: Change) -> SessionStarted:
            unit, team = change.unit, change.team
            actor = change.actor
            _refuse_open_name(unit, team, str(values["session_name"]))
            session = open_session(unit, team, change.where, actor, values, implicit=False)
            own = change.where.own
            elsewhere = own.ref if own is not None and own is not session else None
            return SessionStarted(session_info(session, 0, has_laps=False), elsewhere)

        return await change(self._database, caller, act)

    async def show(self, caller: Caller, session: str | None = None) -> Standings:
        """Return a session's standings; without a name the caller's.

        Raises:
            NotFound: There is no such session.
        """

        def act(unit: Unit) -> Standings:
            where = _where(unit, caller)
            try:
                found = find_session(unit, caller.team_id, where, session)
            except SeveralOpen as several:
                # The newest: its answer has the button that makes it the caller's.
                found = several.sessions[0]
            own = _own_session_id(where)
            shown = standings(unit, found, is_own=own == found.id)
            drove = shown.has_driven(caller.person.user_id)
            may = may_reopen_session(caller, where, found, logged_there=drove, now=unit.now)
            return replace(shown, may_reopen=may, waiting=where.waiting)

        return await self._database.read(act)

    async def list_sessions(self, caller: Caller) -> SessionList:
        """Return the team's sessions: open ones first, then the latest."""

        def act(unit: Unit) -> SessionList:
            of_team = {"team_id": caller.team_id}
            infos = tuple(SessionInfo(*row) for row in unit.connection.execute(_LATEST, of_team))
            total = unit.connection.execute(_COUNT, of_team).scalar_one()
            where = _where(unit, caller)
            own = _own_session_id(where)
            return SessionList(infos, total - len(infos), own, waiting=where.waiting)

        return await self._database.read(act)

    async def edit(self, caller: Caller, session: str | None, fields: SessionFields) -> SessionInfo:
        """Change fields of a session; days and zone move the moment it closes itself.

        Raises:
            NotFound: There is no such session.
            BadInput: A field cannot be used, or none was given.
            Conflict: Another open session has that name.
        """
        values = _checked(fields)
        if not values:
            raise BadInput("Say what to change, like /session edit track:Arena.")

        def act(change: Change) -> SessionInfo:
            unit, team = change.unit, change.team
            found = find_session(unit, team.id, change.where, session)
            if "session_name" in values:
                _refuse_open_name(unit, team, str(values["session_name"]), but=found)
            for field, value in values.items():
                setattr(found, field, value)
            first_lap = first_lap_of(unit, found)
            found.closes_at = ends_at(found, first_lap)
            found.updated_at = unit.now
            unit.db.flush()
            if "track_key" in values:
                renew_track(unit, found)
            if "practice_rounds" in values:
                renew_advice(unit, RaceSession.id == found.id)
            outbox.mark_session_stale(unit, found)
            return session_info(found, count_heats(unit, found), has_laps=first_lap is not None)

        return await change(self._database, caller, act)

    async def close(self, caller: Caller, session: str | None = None) -> SessionClosed | Question:
        """Close a session: its open heats finish, the wrap-up is ordered.

        Raises:
            NotFound: There is no such session.
            Conflict: It is closed already.
        """

        def act(change: Change) -> SessionClosed | Question:
            return carry_out(change, CloseSession(session))

        return await change(self._database, caller, act)

    async def reopen(self, caller: Caller, session_id: UUID) -> SessionReopened:
        """Open a closed session again, with the heats that closing finished; its wrap-up follows.

        Raises:
            NotFound: It is gone.
            NotAllowed: The caller has neither closed it nor logged there, and is not crew.
            Conflict: Another open session is called so.
        """

        def act(change: Change) -> SessionReopened:
            return reopen_closed_session(change, session_id)

        return await change(self._database, caller, act)

    async def ask_delete(self, caller: Caller, session: str | None = None) -> Deletion:
        """Return what deleting a session would delete.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such session.
        """

        def act(unit: Unit) -> Deletion:
            people.require_crew(unit, caller, "delete sessions")
            found = _session_to_read(unit, caller, session)
            return _deletion(unit, found)

        return await self._database.read(act)

    async def delete(self, caller: Caller, session_id: UUID) -> Deletion:
        """Delete a session with its heats, laps and posts.

        Raises:
            NotAllowed: The caller is not crew.
            NotFound: There is no such session.
        """

        def act(change: Change) -> Deletion:
            unit, team = change.unit, change.team
            change.require_crew("delete sessions")
            found = session_by_id(unit, team.id, session_id)
            deletion = _deletion(unit, found)
            delete_session(unit, found)
            return deletion

        return await change(self._database, caller, act)

    async def race_here(self, caller: Caller, session_id: UUID) -> SessionRef:
        """Make a session the one the caller's laps go to.

        Raises:
            NotFound: There is no such session.
            Conflict: It is closed.
        """

        def act(change: Change) -> SessionRef:
            unit, team = change.unit, change.team
            found = session_by_id(unit, team.id, session_id)
            require_open(found)
            actor = change.actor
            race_in(unit, change.where, found, actor)
            return found.ref

        return await change(self._database, caller, act)

    async def export(self, caller: Caller, session: str | None = None) -> Export:
        """Return every lap of a session as a CSV file.

        Raises:
            NotFound: There is no such session.
        """

        def act(unit: Unit) -> Export:
            found = _session_to_read(unit, caller, session)
            laps = laps_of(unit, caller.team_id, RunLog.session_id == found.id)
            name = re.sub(r"[^\w-]+", "-", found.ref.name).strip("-") or "session"
            return Export(f"{name}-laps.csv", write_csv(laps), len(laps))

        return await self._database.read(act)

    async def suggest(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the team's sessions whose name has what was typed, open ones first."""

        def act(unit: Unit) -> list[Choice]:
            key = name_key(typed)
            sessions = unit.connection.execute(
                select(
                    RaceSession.id,
                    func.coalesce(RaceSession.session_name, NO_NAME),
                    RaceSession.created_at,
                    RaceSession.time_zone,
                )
                .where(RaceSession.team_id == caller.team_id)
                .order_by(RaceSession.status, RaceSession.created_at.desc())
                # While nothing is typed all would match.
                .limit(None if key else SUGGESTED)
            )
            return [
                Choice(name_with_day(name, opened, zone, " · "), str(session_id))
                for session_id, name, opened, zone in sessions
                if not key or key in name_key(name)
            ]

        return await self._database.read(act)

    async def suggest_tracks(self, caller: Caller, typed: str) -> list[Choice]:
        """Return the tracks the team has raced at that have what was typed, latest first."""

        def act(unit: Unit) -> list[Choice]:
            names = unit.db.scalars(
                select(func.max(RaceSession.track_name))
                .where(RaceSession.team_id == caller.team_id, RaceSession.track_key.is_not(None))
                .group_by(RaceSession.track_key)
                .order_by(func.max(RaceSession.created_at).desc())
            )
            tracks = [name for name in names if name]
            return [Choice(name, name) for name in tracks if name_key(typed) in name_key(name)]

        return await self._database.read(act)


def _where(unit: Unit, caller: Caller) -> Where:
    """Return where the caller is, and what waits for them."""
    user_id = caller.person.user_id
    return where_is(unit, caller.team_id, user_id, reader_id=user_id)


def _checked(fields: SessionFields) -> dict[str, object]:
    """Return the columns to set, checked.

    Raises:
        BadInput: A field cannot be used.
    """
    values: dict[str, object] = {}
    if fields.name is not None:
        values["session_name"] = clean_name(
            fields.name, what="session name", longest=SESSION_NAME_LENGTH
        )
    if fields.days is not None:
        if not 1 <= fields.days <= MOST_DAYS:
            raise BadInput(f"A session lasts 1 to {MOST_DAYS} days.")
        values["days"] = fields.days
    if fields.track is not None:
        track = clean_name(fields.track, what="track name", longest=TRACK_NAME_LENGTH)
        values |= {"track_name": track, "track_key": name_key(track)}
    for column in ("practice_rounds", "qualifying_rounds"):
        rounds = getattr(fields, column)
        if rounds is not None:
            if not 0 <= rounds <= MOST_ROUNDS:
                raise BadInput(f"Rounds go from 0 to {MOST_ROUNDS}.")
            values[column] = rounds
    if fields.heat_minutes is not None:
        if not LEAST_HEAT_MINUTES <= fields.heat_minutes <= MOST_HEAT_MINUTES:
            raise BadInput(f"Heats last {LEAST_HEAT_MINUTES} to {MOST_HEAT_MINUTES} minutes.")
        values["heat_minutes"] = fields.heat_minutes
    if fields.time_zone is not None:
        values["time_zone"] = parse_time_zone(fields.time_zone).key
    return values


def _refuse_open_name(unit: Unit, team: Team, name: str, but: RaceSession | None = None) -> None:
    sessions = unit.db.scalars(
        select(RaceSession).where(RaceSession.team_id == team.id, RaceSession.status == "active")
    )
    for session in sessions:
        if session is not but and name_key(session.session_name or "") == name_key(name):
            raise Conflict(
                f"{session.session_name} is open already: log into it with /lap, "
                "or pick another name."
            )


def _session_to_read(unit: Unit, caller: Caller, session: str | None) -> RaceSession:
    where = where_is(unit, caller.team_id, caller.person.user_id)
    return find_session(unit, caller.team_id, where, session)


def _own_session_id(where: Where) -> UUID | None:
    try:
        session = where.open_session()
    except SeveralOpen:
        return None
    return session.id if session else None


def _deletion(unit: Unit, session: RaceSession) -> Deletion:
    return Deletion(session.id, session.ref.name, _count_laps(unit, session))


def _count_laps(unit: Unit, session: RaceSession) -> int:
    laps = unit.db.scalar(
        select(func.count()).select_from(RunLog).where(RunLog.session_id == session.id)
    )
    return laps or 0
