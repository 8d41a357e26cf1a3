"""Opening sessions and heats, and closing them: each with what has to follow in the same commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, func, insert, select, update

from core.caller import Caller
from core.commands import StartHeat
from core.database import Unit
from core.errors import Conflict
from core.models import (
    Entry,
    Heat,
    RacerProfile,
    RaceSession,
    RunLog,
    SessionRacer,
    SummaryPost,
    Team,
)
from core.names import HeatKind, clean_class_name, clean_heat_name, heat_kind, name_key
from core.race_day import posts
from core.race_day.change import Change, just_after
from core.race_day.finding import (
    Driven,
    Foreseen,
    Where,
    class_of,
    foresee,
    heats_in,
    heats_of,
    next_name,
)
from core.race_day.rows import HeatRow
from core.results.heat import HeatStarted
from core.results.refs import HeatRef
from core.time_zones import closing_moment

_INSERT_HEAT: Final = insert(Heat)
_DELETE_HEAT: Final = delete(Heat).where(Heat.id == bindparam("of_heat"))
_FINISH: Final = update(Heat).where(Heat.id == bindparam("of_heat"))
_LATEST_CHOICE: Final = select(func.max(SessionRacer.chosen_at)).where(
    SessionRacer.racer_id == bindparam("racer_id")
)


# Sessions


def open_session(
    unit: Unit, team: Team, where: Where, opener: RacerProfile, *, implicit: bool, **fields: object
) -> RaceSession:
    """Open a session for the team and make it the opener's.

    Args:
        unit: The transaction, holding the team.
        team: Whose session it is.
        where: Where the opener is.
        opener: Who opens it.
        implicit: Whether a lap opens it: taking that lap back takes the empty session with it.
        fields: Columns that were set.
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
        **(defaults | fields),
    )
    session.closes_at = closing_moment(unit.now, session.days, session.time_zone)
    unit.db.add(session)
    unit.db.flush()
    where.open.insert(0, (session, None))
    race_in(unit, where, session, opener)
    return session


def race_in(
    unit: Unit,
    where: Where,
    session: RaceSession,
    racer: RacerProfile,
    class_name: str | None = None,
    *,
    is_own: bool = False,
) -> None:
    """Make a session the racer's unless it is already, and a class the one that sticks there."""
    choice = where.choice(unit, session)
    if choice is None or not is_own:
        latest: datetime | None = unit.connection.execute(
            _LATEST_CHOICE, {"racer_id": racer.id}
        ).scalar()
        choice = choice or SessionRacer(session_id=session.id, racer_id=racer.id)
        choice.chosen_at = just_after(unit.now, latest)
        unit.db.add(choice)
        where.open = [(each, choice if each is session else its) for each, its in where.open]
    if class_name is not None and choice.class_name != class_name:
        choice.class_name = class_name


def session_to_log_in(
    unit: Unit, team: Team, where: Where, racer: RacerProfile
) -> tuple[RaceSession, bool]:
    """Return the racer's session and whether it was opened just now, named after today.

    Raises:
        SeveralOpen: Several are open and the racer has used none of them.
    """
    session = where.session()
    if session is not None:
        return session, False
    return _open_session_of_today(unit, team, where, racer), True


def _open_session_of_today(
    unit: Unit, team: Team, where: Where, opener: RacerProfile
) -> RaceSession:
    name = unit.now.astimezone(ZoneInfo(team.time_zone)).date().isoformat()
    return open_session(unit, team, where, opener, implicit=True, session_name=name)


def close_session(
    unit: Unit,
    team: Team,
    session: RaceSession,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
) -> tuple[HeatRef, ...]:
    """Close an open session: its open heats finish, the wrap-up is ordered.

    Args:
        unit: The transaction, holding the team.
        team: Whose session it is.
        session: The open session.
        by: Who closes it; None when it closes by itself.
        channel_id: Where it was closed, for a team that has set no channel.
    """
    heats = [driven.heat for driven in heats_of(unit, session)]
    finished = tuple(
        finish_heat(unit, team.id, heat, by=by, channel_id=channel_id)
        for heat in heats
        if heat.is_open
    )
    session.status = "closed"
    session.closed_at = unit.now
    session.updated_at = unit.now
    unit.db.flush()
    last_channel = next((h.last_channel_id for h in reversed(heats) if h.last_channel_id), None)
    posts.order_wrap_up(
        unit, team.id, session, channel_id=channel_id or last_channel, silent=by is None
    )
    return finished


# Heats


def open_heat(
    unit: Unit,
    session: RaceSession,
    heats: Sequence[Driven],
    opener: RacerProfile,
    *,
    name: str,
    class_name: str,
    implicit: bool,
    channel_id: int | None,
) -> HeatRow:
    """Open a heat of a session, as its last.

    Args:
        unit: The transaction, holding the team.
        session: The session.
        heats: Its heats so far.
        opener: Who opens it.
        name: What it is called.
        class_name: Its class; empty for none.
        implicit: Whether a lap opens it: taking that lap back takes the empty heat with it.
        channel_id: Where it was asked for.
    """
    latest = max((each.heat.opened_at for each in heats), default=None)
    heat = HeatRow(
        id=uuid4(),
        session_id=session.id,
        name=name,
        name_key=name_key(name),
        class_name=class_name,
        class_key=name_key(class_name),
        kind=heat_kind(name).value,
        length_s=None,
        status="open",
        implicit=implicit,
        opened_by=opener.id,
        opened_at=just_after(unit.now, latest),
        finished_by=None,
        finished_at=None,
        last_activity_at=unit.now,
        last_channel_id=channel_id,
    )
    unit.connection.execute(
        _INSERT_HEAT, {name: getattr(heat, name) for name in HeatRow.__dataclass_fields__}
    )
    return heat


def refuse_taken_name(heats: Sequence[HeatRow], name: str) -> None:
    """Refuse a name that one of these heats has.

    Raises:
        Conflict: It is taken.
    """
    for heat in heats:
        if heat.name_key == name_key(name):
            raise Conflict(
                f"{heat.ref.label} exists already: pick another name, or log into it with /lap."
            )


def start_heat(change: Change, command: StartHeat) -> HeatStarted:
    """Open a heat in the caller's session; the open heats of its class are finished first.

    Raises:
        BadInput: A name cannot be used.
        Conflict: The class has a heat of that name.
        SeveralOpen: Several sessions are open and none is the caller's.
    """
    name = clean_heat_name(command.name) if command.name else None
    stated = clean_class_name(command.class_name) if command.class_name else None
    unit, actor, channel_id = change.unit, change.actor, change.caller.channel_id
    session, opened_session = session_to_log_in(unit, change.team, change.where, actor)
    heats = heats_of(unit, session, actor)
    sticky = stated if stated is not None else change.where.sticky_class(unit, session)
    class_name = class_of(heats, sticky)
    of_class = [each.heat for each in heats_in(heats, class_name)]
    if name is None:
        name = next_name(heats, session, class_name)
    else:
        refuse_taken_name(of_class, name)
    # Typed names can leave several open; laps must not go into an old one any more.
    before = [heat for heat in of_class if heat.is_open]
    for open_one in before:
        finish_heat(unit, change.team.id, open_one, by=actor, channel_id=channel_id)
    heat = open_heat(
        unit,
        session,
        heats,
        actor,
        name=name,
        class_name=class_name,
        implicit=False,
        channel_id=channel_id,
    )
    race_in(unit, change.where, session, actor, class_name or None)
    return HeatStarted(
        heat=heat.ref,
        session=session.ref,
        opened_session=opened_session,
        finished=tuple(each.ref for each in before),
    )


def finish_heat(
    unit: Unit,
    team_id: int,
    heat: HeatRow,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
) -> HeatRef:
    """Finish an open heat and order its summary, in the same transaction.

    Args:
        unit: The transaction, holding the team.
        team_id: Whose heat it is.
        heat: The open heat.
        by: Who finished it; None when it finished by itself.
        channel_id: Where it was finished, for a team that has set no channel.
    """
    finished = {
        "status": "finished",
        "finished_at": unit.now,
        "finished_by": by.id if by else None,
    }
    unit.connection.execute(_FINISH, {"of_heat": heat.id} | finished)
    posts.order_heat_summary(
        unit,
        team_id,
        heat,
        channel_id=channel_id or heat.last_channel_id,
        silent=by is None or heat.kind == HeatKind.PRACTICE.value,
    )
    return heat.ref


def rename_heat(unit: Unit, heat: HeatRow, name: str) -> HeatRow:
    """Give a heat another name; its posts follow."""
    renamed = replace(heat, name=name, name_key=name_key(name), kind=heat_kind(name).value)
    unit.connection.execute(
        update(Heat)
        .where(Heat.id == heat.id)
        .values(name=renamed.name, name_key=renamed.name_key, kind=renamed.kind)
    )
    posts.mark_stale(unit, heat)
    return renamed


def remove_heat(unit: Unit, heat: HeatRow) -> None:
    """Delete a heat with all that hangs off it, and have its post removed."""
    posts.remove_posts(unit, SummaryPost.heat_id == heat.id)
    posts.mark_stale(unit, heat)
    unit.connection.execute(_DELETE_HEAT, {"of_heat": heat.id})


def remove_if_empty(unit: Unit, session: RaceSession, heat: HeatRow) -> tuple[bool, bool]:
    """Remove heat and session where a lap had opened them and nothing is left in them.

    Returns:
        Whether the heat went, and whether the session did.
    """
    # A finished heat stays, and its post says that it has no laps.
    if not heat.implicit or not heat.is_open:
        return False, False
    # A run that was moved away or deleted comes back with its entry.
    left = select(RunLog.id).where(RunLog.heat_id == heat.id).limit(1).scalar_subquery()
    entry = select(Entry.id).where(Entry.heat_id == heat.id).limit(1).scalar_subquery()
    if any(found is not None for found in unit.connection.execute(select(left, entry)).one()):
        return False, False
    # Nobody has finished it, so it has no post.
    unit.connection.execute(_DELETE_HEAT, {"of_heat": heat.id})
    others = select(Heat.id).where(Heat.session_id == session.id).limit(1)
    if not session.implicit or unit.connection.execute(others).first() is not None:
        return True, False
    unit.db.expunge(session)
    unit.connection.execute(delete(RaceSession).where(RaceSession.id == session.id))
    return True, True


# Where laps go


@dataclass(frozen=True, slots=True)
class LapPlace:
    """Where laps go.

    Attributes:
        session: The session.
        driven: The heat, as the racer sees it.
        heats: The session's heats, as the racer sees them.
        is_own_session: Whether the session was not named by a heat's id.
        opened_session: Whether it was opened just now.
        opened_heat: Whether the heat was.
    """

    session: RaceSession
    driven: Driven
    heats: list[Driven]
    is_own_session: bool
    opened_session: bool
    opened_heat: bool


def place_for_laps(
    unit: Unit,
    team: Team,
    where: Where,
    racer: RacerProfile,
    caller: Caller,
    *,
    heat_text: str | None,
    class_text: str | None,
) -> LapPlace:
    """Return where a racer's laps go, opening session and heat as needed.

    Raises:
        SeveralOpen: Several sessions are open and the racer has used none of them.
        BadInput: A heat or class name cannot be used.
        NotFound: An id means nothing in this team.
    """
    seen = foresee(unit, team.id, where, heat_text=heat_text, class_text=class_text)
    session = seen.session or _open_session_of_today(unit, team, where, racer)
    driven = seen.driven or _opened_for_laps(unit, session, seen, racer, caller)
    return LapPlace(
        session,
        driven,
        seen.heats,
        is_own_session=seen.is_own_session,
        opened_session=seen.session is None,
        opened_heat=seen.driven is None,
    )


def _opened_for_laps(
    unit: Unit, session: RaceSession, seen: Foreseen, racer: RacerProfile, caller: Caller
) -> Driven:
    heat = open_heat(
        unit,
        session,
        seen.heats,
        racer,
        name=seen.name,
        class_name=seen.class_name,
        implicit=True,
        channel_id=caller.channel_id,
    )
    return Driven(heat)
