"""Where somebody is: their profile, the open sessions, and which session is theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from core.caller import LARGEST_ID
from core.database import Unit
from core.models import ACTIVE, ONE, Draft, RacerProfile, RaceSession, SessionRacer, Team
from core.race_day.questions import SeveralOpen, yours_was_closed
from core.race_day.waiting import NEWEST, known_at, waiting_of
from core.results.waiting import Waiting


def as_uuid(text: str) -> UUID | None:
    """Return the id a button or an autocomplete sent back, or None when it is a name."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


@dataclass(slots=True)
class Where:
    """A member of a team, and the sessions there.

    Attributes:
        team: None while nobody has typed anything in the server.
        racer: Their profile; None for who has none yet.
        open: The open sessions, newest first, each with the racer's choice of it.
        own: The racer's session: of their last laps, or picked; open or closed.
        waiting: What waits for a tap of whoever reads the answer.
    """

    team: Team | None = None
    racer: RacerProfile | None = None
    open: list[tuple[RaceSession, SessionRacer | None]] = field(default_factory=list)
    own: RaceSession | None = None
    waiting: Waiting | None = None

    @property
    def own_is_open(self) -> bool:
        """Whether the racer's session takes laps."""
        return self.own is not None and self.own.status == "active"

    def races_in(self, session_id: UUID) -> bool:
        """Tell whether a session is the racer's, and open."""
        return self.own is not None and self.own_is_open and self.own.id == session_id

    def session(self, now: datetime) -> RaceSession | None:
        """Return the session laps go to: the racer's while it is open, else the only open one.

        Raises:
            Undecided: Several are open and none is the racer's, or theirs was closed by hand before
                its time.
        """
        if self.own is not None and was_closed_early(self.own, now):
            raise yours_was_closed(self.own, [session for session, _ in self.open])
        return self.open_session()

    def open_session(self) -> RaceSession | None:
        """Return the racer's session while it is open, else the only open one.

        Raises:
            SeveralOpen: Several are open and none is the racer's.
        """
        if self.own_is_open:
            return self.own
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

    def stated_class(self, unit: Unit, session: RaceSession) -> str | None:
        """Return the class they have said they race in a session; None when they never did."""
        choice = self.choice(unit, session)
        return choice.class_name if choice else None


def was_closed_early(session: RaceSession, now: datetime) -> bool:
    """Tell whether somebody closed a session before its time, which is not over yet."""
    closed_at, closes_at = session.closed_at, session.closes_at
    if session.status != "closed" or closed_at is None or closes_at is None:
        return False
    return closed_at < closes_at and now < closes_at


_own: Final = aliased(RaceSession)
_OWN: Final = (
    select(SessionRacer.session_id)
    .where(SessionRacer.racer_id == RacerProfile.id)
    .order_by(SessionRacer.chosen_at.desc())
    .limit(ONE)
    .correlate(RacerProfile)
    .scalar_subquery()
)
_WHERE: Final = (
    select(Team, RacerProfile, RaceSession, SessionRacer, _own, Draft.id, Draft.kind, Draft.command)
    .outerjoin(
        RacerProfile,
        and_(RacerProfile.team_id == Team.id, RacerProfile.discord_user_id == bindparam("user_id")),
    )
    .outerjoin(RaceSession, and_(RaceSession.team_id == Team.id, RaceSession.status == ACTIVE))
    .outerjoin(
        SessionRacer,
        and_(SessionRacer.session_id == RaceSession.id, SessionRacer.racer_id == RacerProfile.id),
    )
    .outerjoin(_own, _own.id == _OWN)
    .outerjoin(Draft, Draft.id == NEWEST)
    .where(Team.id == bindparam("team_id"))
    .order_by(RaceSession.created_at.desc())
)


def where_is(unit: Unit, team_id: int, user_id: int, reader_id: int | None = None) -> Where:
    """Return where a member of a team is, read once.

    Args:
        unit: The transaction.
        team_id: The team.
        user_id: The member's Discord user id.
        reader_id: That of who reads the answer, to tell what waits for them; None tells nothing.
    """
    known = {
        "team_id": team_id,
        "user_id": user_id if user_id <= LARGEST_ID else None,
        "reader_id": reader_id,
    } | known_at(unit.now)
    where = Where()
    for team, racer, session, choice, own, *draft in unit.db.execute(_WHERE, known):
        where.team, where.racer, where.own = team, racer, own
        if draft[0] is not None and where.waiting is None:
            where.waiting = waiting_of(*draft)
        if session is not None:
            where.open.append((session, choice))
    return where
