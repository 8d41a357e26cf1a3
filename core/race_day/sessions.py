"""Opening, closing and reopening sessions: each with what has to follow in the same commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, update

from core.closing_time import closing_moment, next_closing_time
from core.commands import Answers
from core.database import Unit
from core.models import Entry, Heat, RacerProfile, RaceSession, RunLog, SessionRacer, Team
from core.names import name_key
from core.race_day import outbox
from core.race_day.change import just_after
from core.race_day.driven import heats_of
from core.race_day.finding import session_by_id
from core.race_day.heats import finish_heat, remove_heat
from core.race_day.where import Where, as_uuid
from core.results.refs import HeatRef
from core.time_zones import day_name

# How long a session waits for its first lap.
DAYS_WITHOUT_LAPS: Final = 7

_LATEST_CHOICE: Final = select(func.max(SessionRacer.chosen_at)).where(
    SessionRacer.racer_id == bindparam("racer_id")
)
_NAMES_SINCE: Final = (
    select(RaceSession)
    .where(
        RaceSession.team_id == bindparam("team_id"),
        RaceSession.status == "closed",
        RaceSession.created_at >= bindparam("since"),
    )
    .order_by(RaceSession.created_at)
)
# Laps of a file may be far older than the act that brought them.
_FIRST_LAP: Final = (
    select(func.min(func.coalesce(Entry.created_at, RunLog.created_at)))
    .select_from(RunLog)
    .outerjoin(Entry, Entry.id == RunLog.entry_id)
    .where(RunLog.session_id == bindparam("session_id"))
)


def open_session(
    unit: Unit,
    team: Team,
    where: Where,
    opener: RacerProfile,
    fields: Mapping[str, object],
    *,
    implicit: bool,
    has_laps: bool = False,
) -> RaceSession:
    """Open a session for the team; it becomes the opener's unless theirs is open.

    Args:
        unit: The transaction, holding the team.
        team: Whose session it is.
        where: Where the opener is.
        opener: Who opens it.
        fields: Columns that were set.
        implicit: Whether a lap or heat opens it: taking that back takes the empty session with it.
        has_laps: Whether its first lap comes at once.
    """
    defaults = {
        "days": 1,
        "time_zone": team.time_zone,
        "practice_rounds": 0,
        "qualifying_rounds": 0,
    }
    session = RaceSession(
        id=uuid4(),
        team_id=team.id,
        profile_id=opener.id,
        status="active",
        implicit=implicit,
        created_at=unit.now,
        updated_at=unit.now,
        **(defaults | dict(fields)),
    )
    session.closes_at = ends_at(session, unit.now if has_laps else None)
    unit.db.add(session)
    unit.db.flush()
    where.open.insert(0, (session, None))
    if implicit or not where.own_is_open:
        race_in(unit, where, session, opener)
    return session


def ends_at(session: RaceSession, first_lap: datetime | None) -> datetime:
    """Return when a session closes by itself; its days count from the first lap."""
    if first_lap is None:
        return closing_moment(session.created_at, DAYS_WITHOUT_LAPS, session.time_zone)
    return closing_moment(first_lap, session.days, session.time_zone)


def first_lap_of(unit: Unit, session: RaceSession) -> datetime | None:
    """Return when the first lap of a session came; None where it has none."""
    first: datetime | None = unit.connection.execute(
        _FIRST_LAP, {"session_id": session.id}
    ).scalar()
    return first


def race_in(
    unit: Unit,
    where: Where,
    session: RaceSession,
    racer: RacerProfile,
) -> SessionRacer:
    """Make a session the racer's unless it is already."""
    choice = where.choice(unit, session)
    if choice is None or where.own is not session:
        latest: datetime | None = unit.connection.execute(
            _LATEST_CHOICE, {"racer_id": racer.id}
        ).scalar()
        choice = choice or SessionRacer(session_id=session.id, racer_id=racer.id)
        choice.chosen_at = just_after(unit.now, latest)
        unit.db.add(choice)
        where.open = [(each, choice if each is session else its) for each, its in where.open]
        where.own = session
    return choice


def state_class(
    unit: Unit, where: Where, session: RaceSession, racer: RacerProfile, class_name: str
) -> None:
    """Note the class of a racer without laps in a session, once; their laps tell it later."""
    choice = race_in(unit, where, session, racer)
    if choice.class_name is None:
        choice.class_name = class_name


def session_of_today(
    unit: Unit,
    team: Team,
    where: Where,
    opener: RacerProfile,
    *,
    is_new: bool = False,
    has_laps: bool = False,
) -> RaceSession:
    """Open a session that is named after today; where it is closed already it opens again.

    Args:
        unit: The transaction, holding the team.
        team: Whose session it is.
        where: Where the opener is.
        opener: Who opens it.
        is_new: Whether another one is wanted than the one that was closed.
        has_laps: Whether its first lap comes at once.
    """
    today = unit.now.astimezone(ZoneInfo(team.time_zone))
    since = today.replace(hour=0, minute=0, second=0, microsecond=0)
    known = {"team_id": team.id, "since": since}
    closed = {name_key(each.ref.name): each for each in unit.db.scalars(_NAMES_SINCE, known)}
    name = day_name(today)
    again = closed.get(name_key(name))
    if again is not None and not is_new:
        reopen_session(unit, where, again)
        race_in(unit, where, again, opener)
        return again
    number = 2
    while name_key(name) in closed:
        name = f"{day_name(today)} ({number})"
        number += 1
    return open_session(
        unit, team, where, opener, {"session_name": name}, implicit=True, has_laps=has_laps
    )


def close_session(
    unit: Unit,
    team: Team,
    session: RaceSession,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
) -> tuple[HeatRef, ...]:
    """Close an open session: its open heats finish or go, the wrap-up is ordered.

    Args:
        unit: The transaction, holding the team.
        team: Whose session it is.
        session: The open session.
        by: Who closes it; None when it closes by itself.
        channel_id: Where it was closed, for a team that has set no channel.
    """
    heats = heats_of(unit, session)
    finished = []
    for each in heats:
        if each.heat.is_open and each.is_empty:
            remove_heat(unit, each.heat)
        elif each.heat.is_open:
            finished.append(finish_heat(unit, team.id, each.heat, by=by, channel_id=channel_id))
    session.status = "closed"
    session.closed_at = unit.now
    unit.tell("session closed", guild=team.id, session=str(session.id), by_itself=by is None)
    session.closed_by = by.id if by else None
    session.updated_at = unit.now
    unit.db.flush()
    channels = (each.heat.last_channel_id for each in reversed(heats))
    last_channel = next((channel for channel in channels if channel), None)
    outbox.order_wrap_up(
        unit, team.id, session, channel_id=channel_id or last_channel, silent=by is None
    )
    return tuple(finished)


def reopen_session(unit: Unit, where: Where, session: RaceSession) -> None:
    """Open a closed session again, with the heats that closing it has finished.

    It closes when it would have, at the earliest at the next 05:00. Its posts stay, and follow.
    """
    unit.connection.execute(
        update(Heat)
        .where(Heat.session_id == session.id, Heat.finished_at == session.closed_at)
        .values(status="open", finished_at=None, finished_by=None, last_activity_at=unit.now)
    )
    session.status = "active"
    session.closed_at = session.closed_by = None
    session.updated_at = unit.now
    if session.closes_at is None or session.closes_at <= unit.now:
        session.closes_at = next_closing_time(unit.now, session.time_zone)
    unit.db.flush()
    outbox.mark_session_stale(unit, session)
    where.open.insert(0, (session, where.choice(unit, session)))


def reopen_if_asked(unit: Unit, where: Where, team: Team, answers: Answers) -> bool:
    """Open the session again that a racer has picked for it; tell whether it was closed.

    Raises:
        NotFound: It is gone.
    """
    picked = as_uuid(answers.session or "") if answers.reopens else None
    if picked is None:
        return False
    session = session_by_id(unit, team.id, picked)
    if session.status != "closed":
        return False
    reopen_session(unit, where, session)
    return True


def settle_earlier(session: RaceSession, team: Team, now: datetime) -> bool:
    """Make a session of the earlier system one of the team's; tell whether it had to be closed.

    One whose day is long over is closed as of 05:00 after it, without a post. Any status but
    ``active`` counts as closed.
    """
    session.team_id = team.id
    session.time_zone = team.time_zone
    if session.track_name:
        session.track_key = name_key(session.track_name)
    session.closes_at = closing_moment(session.created_at, session.days, session.time_zone)
    if session.status != "active":
        session.status = "closed"
        return False
    if session.closes_at > now:
        return False
    session.status = "closed"
    session.closed_at = session.closes_at
    return True
