"""Which racer, session, class and heat a command means.

The rules of race day live here, once, for every service: your latest open heat, else your class's,
else the one somebody just finished, else a new one that counts on. All functions work inside the
caller's transaction and only ever look within one team.
"""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from core.database import Unit
from core.errors import BadInput, Conflict, NotFound
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, SessionRacer, Team
from core.names import heat_kind, name_key, next_heat_name
from core.services import people
from core.time_zones import closing_moment


class SeveralOpen(Conflict):
    """Several sessions are open and none of them is the racer's."""

    def __init__(self, sessions: list[RaceSession]) -> None:
        names = " and ".join(f"“{session.session_name}”" for session in sessions[:3])
        super().__init__(
            f"Several sessions are open ({names}): "
            "pick yours with /session show session:… and press Race here."
        )
        self.sessions = sessions


def as_uuid(text: str) -> UUID | None:
    """Return the id a button or an autocomplete sent back, or None when it is a name."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


# Session


def open_session(
    unit: Unit, team: Team, opener: RacerProfile, *, implicit: bool, **fields: object
) -> RaceSession:
    """Open a session for the team and make it the opener's."""
    session = RaceSession(
        team_id=team.id,
        profile_id=opener.id,
        status="active",
        implicit=implicit,
        created_at=unit.now,
        updated_at=unit.now,
        **{"days": 1, "time_zone": team.time_zone, "practice_rounds": 0, "qualifying_rounds": 0}
        | fields,
    )
    session.closes_at = closing_moment(unit.now, session.days, session.time_zone)
    unit.db.add(session)
    unit.db.flush()
    race_in(unit, session, opener)
    return session


def race_in(
    unit: Unit,
    session: RaceSession,
    racer: RacerProfile,
    class_name: str | None = None,
    *,
    is_own: bool = False,
) -> None:
    """Make a session the racer's unless it is already, and a class the one that sticks there."""
    standing = unit.db.get(SessionRacer, (session.id, racer.id))
    if standing is None or not is_own:
        standing = standing or SessionRacer(session_id=session.id, racer_id=racer.id)
        mine = SessionRacer.racer_id == racer.id
        standing.chosen_at = people.after(unit, SessionRacer.chosen_at, mine)
        unit.db.add(standing)
    if class_name is not None:
        standing.class_name = class_name


def own_session(unit: Unit, team_id: int, racer: RacerProfile | None) -> RaceSession | None:
    """Return the racer's session: the open one they last used, else the only open one.

    Raises:
        SeveralOpen: Several are open and the racer has used none of them.
    """
    mine = and_(
        SessionRacer.session_id == RaceSession.id,
        SessionRacer.racer_id == (racer.id if racer else None),
    )
    rows = (
        unit.db.execute(
            select(RaceSession, SessionRacer.chosen_at)
            .outerjoin(SessionRacer, mine)
            .where(RaceSession.team_id == team_id, RaceSession.status == "active")
            .order_by(RaceSession.created_at.desc())
        )
    ).all()
    chosen = [(at, session) for session, at in rows if at is not None]
    if chosen:
        return max(chosen, key=lambda pair: pair[0])[1]
    if len(rows) > 1:
        raise SeveralOpen([session for session, _ in rows])
    return rows[0][0] if rows else None


def session_to_log_in(unit: Unit, team: Team, racer: RacerProfile) -> tuple[RaceSession, bool]:
    """Return the racer's session and whether it was opened just now, named after today.

    Raises:
        SeveralOpen: Several are open and the racer has used none of them.
    """
    session = own_session(unit, team.id, racer)
    if session is not None:
        return session, False
    return open_session_of_today(unit, team, racer), True


def open_session_of_today(unit: Unit, team: Team, opener: RacerProfile) -> RaceSession:
    """Open the session that laps open by themselves, named after the team's date."""
    name = unit.now.astimezone(ZoneInfo(team.time_zone)).date().isoformat()
    return open_session(unit, team, opener, implicit=True, session_name=name)


def session_to_read(unit: Unit, team_id: int, racer: RacerProfile | None) -> RaceSession:
    """Return the racer's session, else the last they raced in, else the team's latest.

    Raises:
        SeveralOpen: Several are open and the racer has never raced.
        NotFound: The team has none.
    """
    try:
        session = own_session(unit, team_id, racer)
    except SeveralOpen:
        session = _last_raced_session(unit, team_id, racer)
        if session is None:
            raise
    if session is None:
        session = unit.db.scalar(
            select(RaceSession)
            .where(RaceSession.team_id == team_id)
            .order_by(RaceSession.created_at.desc())
            .limit(1)
        )
    if session is None:
        raise NotFound("No session yet: type /lap with your times and one opens by itself.")
    return session


def _last_raced_session(unit: Unit, team_id: int, racer: RacerProfile | None) -> RaceSession | None:
    if racer is None:
        return None
    return unit.db.scalar(
        select(RaceSession)
        .join(Heat, Heat.session_id == RaceSession.id)
        .join(HeatRacer, HeatRacer.heat_id == Heat.id)
        .where(RaceSession.team_id == team_id, HeatRacer.racer_id == racer.id)
        .order_by(Heat.opened_at.desc())
        .limit(1)
    )


def find_session(
    unit: Unit, team_id: int, racer: RacerProfile | None, text: str | None
) -> RaceSession:
    """Return the session a name or id means, or the racer's when nothing was typed.

    Raises:
        NotFound: The team has no such session.
        SeveralOpen: Nothing was typed and several are open.
    """
    if text is None:
        return session_to_read(unit, team_id, racer)
    session_id = as_uuid(text)
    if session_id is not None:
        return session_by_id(unit, team_id, session_id)
    sessions = unit.db.scalars(
        select(RaceSession)
        .where(RaceSession.team_id == team_id)
        .order_by(RaceSession.status, RaceSession.created_at.desc())
    )
    key = name_key(text)
    for session in sessions:
        if name_key(session.session_name or "") == key:
            return session
    raise NotFound("There is no session of that name; /session list shows them all.")


def require_open(session: RaceSession) -> None:
    """Refuse a closed session.

    Raises:
        Conflict: It is closed.
    """
    if session.status == "closed":
        raise Conflict(f"{session.session_name} is closed; pick an open session.")


def session_by_id(unit: Unit, team_id: int, session_id: UUID) -> RaceSession:
    """Return the team's session.

    Raises:
        NotFound: The team has no such session.
    """
    session = unit.db.scalar(
        select(RaceSession).where(RaceSession.id == session_id, RaceSession.team_id == team_id)
    )
    if session is None:
        raise NotFound("That session does not exist any more; /session list shows them all.")
    return session


# Class and heat


def sticky_class(unit: Unit, session: RaceSession, racer: RacerProfile | None) -> str | None:
    """Return the class the racer last used in the session; None when they never stated one."""
    if racer is None:
        return None
    standing = unit.db.get(SessionRacer, (session.id, racer.id))
    return standing.class_name if standing else None


def heat_by_id(unit: Unit, team_id: int, heat_id: UUID) -> tuple[RaceSession, Heat]:
    """Return a heat of the team with its session.

    Raises:
        NotFound: The team has no such heat.
    """
    row = (
        unit.db.execute(
            select(RaceSession, Heat)
            .join(Heat, Heat.session_id == RaceSession.id)
            .where(Heat.id == heat_id, RaceSession.team_id == team_id)
        )
    ).first()
    if row is None:
        raise NotFound("That heat does not exist any more; /heat list shows them all.")
    return row[0], row[1]


def heats_of(unit: Unit, session: RaceSession) -> list[Heat]:
    """Return the session's heats in the order they were opened."""
    heats = unit.db.scalars(
        select(Heat).where(Heat.session_id == session.id).order_by(Heat.opened_at, Heat.id)
    )
    return list(heats)


def class_of(heats: list[Heat], stated: str | None) -> str:
    """Return the class a racer's laps belong to; empty for none.

    Who has never stated one takes part in what is racing, as long as that is a single class.
    """
    if stated is not None:
        same = (heat.class_name for heat in heats if heat.class_key == name_key(stated))
        return next(same, stated)
    racing = [heat for heat in heats if heat.status == "open"] or heats
    classes = {heat.class_key: heat.class_name for heat in racing}
    return next(iter(classes.values())) if len(classes) == 1 else ""


def match_heat(
    heats: list[Heat], text: str, class_name: str | None, *, other_classes: bool
) -> Heat | None:
    """Return the heat a name means: in one's class, or with its class in front.

    Args:
        heats: Where to look.
        text: What was typed.
        class_name: The racer's class, None when they never stated one.
        other_classes: Whether a bare name may also mean the only heat so called in another class.

    Raises:
        BadInput: Heats of several other classes have that name.
    """
    key = name_key(text)
    named = [heat for heat in heats if heat.name_key == key]
    own = [heat for heat in named if heat.class_key == name_key(class_name or "")]
    labelled = [heat for heat in heats if name_key(heat.ref.label) == key]
    if own or labelled:
        return (own or labelled)[0]
    if not other_classes or not named:
        return None
    if len(named) > 1:
        labels = " and ".join(heat.ref.label for heat in named[:3])
        raise BadInput(f"Which one: {labels}? Type the heat with its class in front.")
    return named[0]


def find_heat(
    unit: Unit, team_id: int, racer: RacerProfile | None, text: str
) -> tuple[RaceSession, Heat]:
    """Return the heat that a name or id means, in the racer's session.

    Raises:
        NotFound: There is none.
        BadInput: Heats of several classes have that name.
    """
    heat_id = as_uuid(text)
    if heat_id is not None:
        return heat_by_id(unit, team_id, heat_id)
    session = session_to_read(unit, team_id, racer)
    class_name = sticky_class(unit, session, racer)
    heat = match_heat(heats_of(unit, session), text, class_name, other_classes=True)
    if heat is None:
        raise NotFound(
            f"There is no such heat in {session.session_name}; /heat list shows them all."
        )
    return session, heat


def open_heat(
    unit: Unit,
    session: RaceSession,
    opener: RacerProfile,
    *,
    name: str,
    class_name: str,
    implicit: bool,
    channel_id: int | None,
) -> Heat:
    """Open a heat of a session, as its last."""
    heat = Heat(
        session_id=session.id,
        name=name,
        name_key=name_key(name),
        class_name=class_name,
        class_key=name_key(class_name),
        kind=heat_kind(name).value,
        status="open",
        implicit=implicit,
        opened_by=opener.id,
        opened_at=people.after(unit, Heat.opened_at, Heat.session_id == session.id),
        last_activity_at=unit.now,
        last_channel_id=channel_id,
    )
    unit.db.add(heat)
    unit.db.flush()
    return heat


def next_name(heats: list[Heat], session: RaceSession, class_name: str) -> str:
    """Return the name that counts on from the class's heats."""
    return next_heat_name(
        [heat.name for heat in heats_in(heats, class_name)],
        practice_rounds=session.practice_rounds,
        qualifying_rounds=session.qualifying_rounds,
    )


def heats_in(heats: list[Heat], class_name: str) -> list[Heat]:
    """Return the heats of one class, in their order."""
    return [heat for heat in heats if heat.class_key == name_key(class_name)]


def own_open_heat(
    unit: Unit,
    session: RaceSession,
    racer: RacerProfile,
    class_key: str | None,
) -> Heat | None:
    """Return the latest open heat the racer has laps in or started, of a class when given."""
    drove = HeatRacer.heat_id.is_not(None)
    # Said by what it is not: SQLite would look for open heats among those of all teams.
    wanted: list[ColumnElement[bool]] = [Heat.session_id == session.id, Heat.status != "finished"]
    if class_key is not None:
        wanted.append(Heat.class_key == class_key)
    return unit.db.scalar(
        select(Heat)
        .outerjoin(HeatRacer, and_(HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == racer.id))
        .where(*wanted, or_(drove, Heat.opened_by == racer.id))
        .order_by(Heat.opened_at.desc())
        .limit(1)
    )


def latest_open_heat(heats: list[Heat]) -> Heat | None:
    """Return the latest of the heats that is open."""
    return next((heat for heat in reversed(heats) if heat.status == "open"), None)
