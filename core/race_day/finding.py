"""Which racer, session, class and heat a command means.

The rules of race day live here, once, for every service: your latest open heat, else your class's,
else the one somebody just finished, else a new one that counts on. Nothing is opened here. All
functions only ever look within one team.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from core.database import Unit
from core.errors import BadInput, Conflict, NotFound
from core.models import (
    Heat,
    HeatRacer,
    PostState,
    RacerProfile,
    RaceSession,
    SessionRacer,
    SummaryPost,
    Team,
)
from core.names import clean_class_name, clean_heat_name, name_key, next_heat_name
from core.race_day.people import LARGEST_ID
from core.race_day.rows import HEAT, SCORE, HeatRow, ScoreRow, heat_of

# How long laps typed without a heat still go into one that somebody else finished.
LATE_LAPS: Final = timedelta(minutes=10)


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


# Where somebody is


@dataclass(slots=True)
class Where:
    """A member of a team, and the sessions that are open there.

    Attributes:
        team: None while nobody has typed anything in the server.
        racer: Their profile; None for who has none yet.
        open: The open sessions, newest first, each with the racer's choice of it.
    """

    team: Team | None = None
    racer: RacerProfile | None = None
    open: list[tuple[RaceSession, SessionRacer | None]] = field(default_factory=list)

    def session(self) -> RaceSession | None:
        """Return the racer's session: the open one they last used, else the only open one.

        Raises:
            SeveralOpen: Several are open and the racer has used none of them.
        """
        chosen = [(choice.chosen_at, session) for session, choice in self.open if choice]
        if chosen:
            return max(chosen, key=lambda pair: pair[0])[1]
        if len(self.open) > 1:
            raise SeveralOpen([session for session, _ in self.open])
        return self.open[0][0] if self.open else None

    def choice(self, unit: Unit, session: RaceSession) -> SessionRacer | None:
        """Return the racer's choice of a session, open or not."""
        for each, choice in self.open:
            if each.id == session.id:
                return choice
        if self.racer is None:
            return None
        return unit.db.get(SessionRacer, (session.id, self.racer.id))

    def sticky_class(self, unit: Unit, session: RaceSession) -> str | None:
        """Return the class they last used in a session; None when they never stated one."""
        choice = self.choice(unit, session)
        return choice.class_name if choice else None


_WHERE: Final = (
    select(Team, RacerProfile, RaceSession, SessionRacer)
    .outerjoin(
        RacerProfile,
        and_(RacerProfile.team_id == Team.id, RacerProfile.discord_user_id == bindparam("user_id")),
    )
    .outerjoin(RaceSession, and_(RaceSession.team_id == Team.id, RaceSession.status == "active"))
    .outerjoin(
        SessionRacer,
        and_(SessionRacer.session_id == RaceSession.id, SessionRacer.racer_id == RacerProfile.id),
    )
    .where(Team.id == bindparam("team_id"))
    .order_by(RaceSession.created_at.desc())
)


def where_is(unit: Unit, team_id: int, user_id: int) -> Where:
    """Return where a member of a team is, read once."""
    known = {"team_id": team_id, "user_id": user_id if user_id <= LARGEST_ID else None}
    where = Where()
    for team, racer, session, choice in unit.db.execute(_WHERE, known):
        where.team, where.racer = team, racer
        if session is not None:
            where.open.append((session, choice))
    return where


# Session

_LAST_RACED: Final = (
    select(RaceSession)
    .join(Heat, Heat.session_id == RaceSession.id)
    .join(HeatRacer, HeatRacer.heat_id == Heat.id)
    .where(HeatRacer.racer_id == bindparam("racer_id"))
    .order_by(HeatRacer.opened_at.desc())
    .limit(1)
)
_LATEST: Final = (
    select(RaceSession)
    .where(RaceSession.team_id == bindparam("team_id"))
    .order_by(RaceSession.created_at.desc())
    .limit(1)
)
_BY_ID: Final = select(RaceSession).where(
    RaceSession.id == bindparam("session_id"), RaceSession.team_id == bindparam("team_id")
)
_ALL: Final = (
    select(RaceSession)
    .where(RaceSession.team_id == bindparam("team_id"))
    # "active" sorts before "closed".
    .order_by(RaceSession.status, RaceSession.created_at.desc())
)


def session_to_read(unit: Unit, team_id: int, where: Where) -> RaceSession:
    """Return the racer's session, else the last they raced in, else the team's latest.

    Raises:
        SeveralOpen: Several are open and the racer has never raced.
        NotFound: The team has none.
    """
    try:
        session = where.session()
    except SeveralOpen:
        if where.racer is None:
            raise
        session = unit.db.scalar(_LAST_RACED, {"racer_id": where.racer.id})
        if session is None:
            raise
    if session is None:
        session = unit.db.scalar(_LATEST, {"team_id": team_id})
    if session is None:
        raise NotFound("No session yet: type /lap with your times and one opens by itself.")
    return session


def find_session(unit: Unit, team_id: int, where: Where, text: str | None) -> RaceSession:
    """Return the session a name or id means, or the racer's when nothing was typed.

    Raises:
        NotFound: The team has no such session.
        SeveralOpen: Nothing was typed and several are open.
    """
    if text is None:
        return session_to_read(unit, team_id, where)
    session_id = as_uuid(text)
    if session_id is not None:
        return session_by_id(unit, team_id, session_id)
    key = name_key(text)
    for session in unit.db.scalars(_ALL, {"team_id": team_id}):
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
    session = unit.db.scalar(_BY_ID, {"session_id": session_id, "team_id": team_id})
    if session is None:
        raise NotFound("That session does not exist any more; /session list shows them all.")
    return session


# Class and heat


@dataclass(frozen=True, slots=True)
class Driven:
    """A heat as one racer sees it.

    Attributes:
        heat: The heat.
        score: What the racer has in it; None for nothing.
        post: The state of its summary; None where none was ordered.
    """

    heat: HeatRow
    score: ScoreRow | None = None
    post: PostState | None = None

    @property
    def has_laps(self) -> bool:
        """Whether the racer has laps in it."""
        return self.score is not None and self.score.lap_count > 0


# A heat as a racer sees it: the columns of ``driven_of``.
DRIVEN: Final = (*HEAT, HeatRacer.racer_id, *SCORE, SummaryPost.state)
_OF_RACER: Final = and_(HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == bindparam("racer_id"))
_HEATS: Final = (
    select(*DRIVEN)
    # Outer joins go from the session's heats to their runs, never through all of a racer's.
    .outerjoin(HeatRacer, _OF_RACER)
    .outerjoin(SummaryPost, SummaryPost.heat_id == Heat.id)
    .where(Heat.session_id == bindparam("session_id"))
    .order_by(Heat.opened_at, Heat.id)
)
_HEAT: Final = (
    select(*DRIVEN, RaceSession)
    .join(RaceSession, RaceSession.id == Heat.session_id)
    .outerjoin(HeatRacer, _OF_RACER)
    .outerjoin(SummaryPost, SummaryPost.heat_id == Heat.id)
    .where(Heat.id == bindparam("heat_id"), RaceSession.team_id == bindparam("team_id"))
)
_RACER_AT: Final = len(HEAT)
_STATE_AT: Final = _RACER_AT + 1 + len(SCORE)


def heats_of(unit: Unit, session: RaceSession, racer: RacerProfile | None = None) -> list[Driven]:
    """Return the session's heats in the order they were opened, as a racer sees them."""
    found = unit.connection.execute(
        _HEATS, {"session_id": session.id, "racer_id": racer.id if racer else None}
    )
    return [driven_of(columns) for columns in found]


def driven_of(columns: Sequence[Any]) -> Driven:
    """Return the heat at the front of a row that was selected with ``DRIVEN`` first."""
    score = None
    if columns[_RACER_AT] is not None:
        score = ScoreRow(*columns[_RACER_AT + 1 : _STATE_AT])
    return Driven(heat_of(columns), score, columns[_STATE_AT])


def heat_by_id(
    unit: Unit, team_id: int, heat_id: UUID, racer: RacerProfile | None = None
) -> tuple[RaceSession, Driven]:
    """Return a heat of the team as a racer sees it, with its session.

    Raises:
        NotFound: The team has no such heat.
    """
    known = {
        "heat_id": heat_id,
        "team_id": team_id,
        "racer_id": racer.id if racer else None,
    }
    columns = unit.db.execute(_HEAT, known).first()
    if columns is None:
        raise NotFound("That heat does not exist any more; /heat list shows them all.")
    return columns[-1], driven_of(columns)


def class_of(heats: Sequence[Driven], stated: str | None) -> str:
    """Return the class a racer's laps belong to; empty for none.

    Who has never stated one takes part in what is racing, as long as that is a single class.
    """
    if stated is not None:
        key = name_key(stated)
        same = (each.heat.class_name for each in heats if each.heat.class_key == key)
        return next(same, stated)
    racing = [each.heat for each in heats if each.heat.is_open] or [each.heat for each in heats]
    classes = {heat.class_key: heat.class_name for heat in racing}
    return next(iter(classes.values())) if len(classes) == 1 else ""


def match_heat(
    heats: Sequence[Driven], text: str, class_name: str | None, *, other_classes: bool
) -> Driven | None:
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
    named = [each for each in heats if each.heat.name_key == key]
    own = [each for each in named if each.heat.class_key == name_key(class_name or "")]
    labelled = [each for each in heats if name_key(each.heat.ref.label) == key]
    if own or labelled:
        return (own or labelled)[0]
    if not other_classes or not named:
        return None
    if len(named) > 1:
        labels = " and ".join(each.heat.ref.label for each in named[:3])
        raise BadInput(f"Which one: {labels}? Type the heat with its class in front.")
    return named[0]


def find_heat(unit: Unit, team_id: int, where: Where, text: str) -> tuple[RaceSession, Driven]:
    """Return the heat that a name or id means, in the racer's session.

    Raises:
        NotFound: There is none.
        BadInput: Heats of several classes have that name.
    """
    heat_id = as_uuid(text)
    if heat_id is not None:
        return heat_by_id(unit, team_id, heat_id, where.racer)
    session = session_to_read(unit, team_id, where)
    class_name = where.sticky_class(unit, session)
    heats = heats_of(unit, session, where.racer)
    found = match_heat(heats, text, class_name, other_classes=True)
    if found is None:
        raise NotFound(
            f"There is no such heat in {session.session_name}; /heat list shows them all."
        )
    return session, found


def next_name(heats: Sequence[Driven], session: RaceSession, class_name: str) -> str:
    """Return the name that counts on from the class's heats."""
    return next_heat_name(
        [each.heat.name for each in heats_in(heats, class_name)],
        practice_rounds=session.practice_rounds,
        qualifying_rounds=session.qualifying_rounds,
    )


def heats_in(heats: Sequence[Driven], class_name: str) -> list[Driven]:
    """Return the heats of one class, in their order."""
    key = name_key(class_name)
    return [each for each in heats if each.heat.class_key == key]


def own_open_heat(
    heats: Sequence[Driven], racer: RacerProfile | None, class_key: str | None = None
) -> Driven | None:
    """Return the latest open heat the racer has laps in or started, of a class when given."""
    if racer is None:
        return None
    for each in reversed(heats):
        is_own = each.score is not None or each.heat.opened_by == racer.id
        if each.heat.is_open and is_own and class_key in {None, each.heat.class_key}:
            return each
    return None


def latest_open_heat(heats: Sequence[Driven]) -> Driven | None:
    """Return the latest of the heats that is open."""
    return next((each for each in reversed(heats) if each.heat.is_open), None)


def latest_driven(heats: Sequence[Driven]) -> Driven | None:
    """Return the latest of the heats that the racer has laps in."""
    return next((each for each in reversed(heats) if each.has_laps), None)


# Where laps would go


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Where laps would go.

    Attributes:
        session: None where one would be opened, named after today.
        driven: The heat; None where one would be opened.
        name: The name of the heat.
        class_name: Its class; empty for none.
        heats: The session's heats, as far as they were looked at.
        is_own_session: Whether the session was not named by a heat's id.
    """

    session: RaceSession | None
    driven: Driven | None
    name: str
    class_name: str
    heats: list[Driven] = field(default_factory=list)
    is_own_session: bool = True

    @property
    def label(self) -> str:
        """The heat as people say it: ``Buggy Q1``."""
        return f"{self.class_name} {self.name}".strip()


def foresee(
    unit: Unit, team_id: int, where: Where, *, heat_text: str | None, class_text: str | None
) -> Foreseen:
    """Return where a racer's laps would go, without opening anything.

    Raises:
        SeveralOpen: Several sessions are open and the racer has used none of them.
        BadInput: A heat or class name cannot be used.
        NotFound: An id means nothing in this team.
    """
    heat_id = as_uuid(heat_text) if heat_text else None
    if heat_id is not None:
        return _foresee_picked(unit, team_id, where, heat_id, class_text)
    # Checked first: a command that cannot be carried out does not wait for a choice of event.
    name = clean_heat_name(heat_text) if heat_text else None
    stated = clean_class_name(class_text) if class_text else None
    session = where.session()
    if session is None:
        name = name or next_heat_name([], practice_rounds=0, qualifying_rounds=0)
        return Foreseen(None, None, name, stated or "")
    heats = heats_of(unit, session, where.racer)
    sticky = stated if stated is not None else where.sticky_class(unit, session)
    class_name = class_of(heats, sticky)
    of_class = heats_in(heats, class_name)
    if name is not None:
        among = of_class if stated is not None else heats
        found = match_heat(among, name, class_name, other_classes=sticky is None)
    else:
        name = next_name(heats, session, class_name)
        found = (
            own_open_heat(heats, where.racer, None if stated is None else name_key(stated))
            or latest_open_heat(of_class)
            or _just_finished_heat(of_class, where.racer, unit.now)
        )
    if found is not None:
        name, class_name = found.heat.name, found.heat.class_name
    return Foreseen(session, found, name, class_name, heats)


def _foresee_picked(
    unit: Unit, team_id: int, where: Where, heat_id: UUID, class_text: str | None
) -> Foreseen:
    session, picked = heat_by_id(unit, team_id, heat_id, where.racer)
    heat = picked.heat
    if class_text and name_key(class_text) != heat.class_key:
        raise BadInput(
            f"{heat.ref.label} is no {class_text.strip()} heat: leave class out, "
            "or type the heat's name instead of picking it."
        )
    heats = heats_of(unit, session, where.racer)
    return Foreseen(session, picked, heat.name, heat.class_name, heats, is_own_session=False)


def _just_finished_heat(
    heats: Sequence[Driven], racer: RacerProfile | None, now: datetime
) -> Driven | None:
    """Return the latest of the heats if somebody else finished it within ten minutes."""
    latest = heats[-1] if heats else None
    if latest is None or latest.heat.finished_at is None or latest.heat.finished_by is None:
        return None
    if racer is not None and latest.heat.finished_by == racer.id:
        return None
    return latest if now - latest.heat.finished_at <= LATE_LAPS else None
