"""Change: one caller's unit of work.

The team is locked first and alone, a redelivered interaction is refused, who acts is known, and
everything carries one moment. A write that forgets any of it cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from core.caller import Caller, Person
from core.database import Database, Unit
from core.errors import Redelivered
from core.models import InteractionSeen, RacerProfile, Team
from core.race_day import people
from core.race_day.waiting import told
from core.race_day.where import Where, where_is

T = TypeVar("T")

# A statement of its own, before anything is read: a row that was waited for is read as it is now,
# what was read together with it as it was before. Rows that only refer to the team, such as the
# publisher's, need not wait.
_LOCK: Final = (
    select(Team.id).where(Team.id == bindparam("team_id")).with_for_update(key_share=True)
)
_MARK: Final = {
    name: insert(InteractionSeen).on_conflict_do_nothing().returning(InteractionSeen.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class Change:
    """What a caller changes, from the lock to the commit.

    Attributes:
        unit: The transaction.
        caller: Who acts, and where.
        team: Their team.
        where: Where the caller is: their profile and the open sessions.
    """

    def __init__(self, unit: Unit, caller: Caller) -> None:
        self.unit = unit
        self.caller = caller
        lock_team(unit, caller.team_id)
        if caller.interaction_id is not None:
            mark_seen(unit, caller.interaction_id)
        self.team, self.where = _begun(unit, caller)

    @property
    def now(self) -> datetime:
        """The moment everything in it carries."""
        return self.unit.now

    @property
    def actor(self) -> RacerProfile:
        """The caller's profile, made if it is new, under the name the chat shows now."""
        self.where.racer = people.known_as(
            self.unit, self.team.id, self.where.racer, self.caller.person
        )
        return self.where.racer

    def is_about(self, racer: Person | None) -> bool:
        """Tell whether this is the caller: who is not named is."""
        return racer is None or racer.user_id == self.caller.person.user_id

    def profile_of(self, person: Person) -> RacerProfile:
        """Return a member's profile, made if it is new."""
        if self.is_about(person):
            return self.actor
        return people.profile_of(self.unit, self.team.id, person)

    def where_of(self, racer: RacerProfile) -> Where:
        """Return where a racer of the team is."""
        if self.where.racer is not None and racer.id == self.where.racer.id:
            return self.where
        return where_is(self.unit, self.team.id, racer.discord_user_id or 0)

    def subject(self, racer: Person | None, to_do: str) -> Where:
        """Return where the racer is whose laps it is about, with a profile.

        Raises:
            NotAllowed: It is about somebody else and the caller is not crew.
        """
        if racer is None or self.is_about(racer):
            self.where.racer = self.actor
            return self.where
        self.require_crew(to_do)
        where = where_is(self.unit, self.team.id, racer.user_id)
        where.racer = people.known_as(self.unit, self.team.id, where.racer, racer)
        return where

    def require_crew(self, to_do: str) -> None:
        """Refuse what only crew may do.

        Raises:
            NotAllowed: The caller is not crew.
        """
        self.caller.require_crew(self.team.crew_role_id, to_do)

    def require_own(self, racer: RacerProfile, to_do: str) -> None:
        """Refuse another racer's laps to who is not crew.

        Raises:
            NotAllowed: They are somebody else's and the caller is not crew.
        """
        if racer.discord_user_id != self.caller.person.user_id:
            self.require_crew(to_do)

    def greet(self, racer: Person | None) -> bool:
        """Tell once whether the caller gets their first answer about laps of their own."""
        if not self.is_about(racer) or self.actor.greeted_at is not None:
            return False
        self.actor.greeted_at = self.now
        return True


async def change(database: Database, caller: Caller, act: Callable[[Change], T]) -> T:
    """Carry out what a caller asks for, as one transaction; tell what waits for them.

    Raises:
        Redelivered: The interaction has changed something already.
        StoreUnavailable: The database is away.
    """

    def carried_out(unit: Unit) -> T:
        begun = Change(unit, caller)
        return told(act(begun), begun.where.waiting)

    return await database.write(carried_out)


def lock_team(unit: Unit, team_id: int) -> None:
    """Hold a team, made if it is new, until the transaction ends.

    A team writes one thing at a time: that is what numbers laps without gap or twin. A SQLite file
    has one writer anyway.
    """
    if unit.is_sqlite:
        return
    locked = unit.connection.execute(_LOCK, {"team_id": team_id}).first()
    if locked is None:
        unit.insert_or_ignore(Team, id=team_id, created_at=unit.now)
        unit.connection.execute(_LOCK, {"team_id": team_id})


def team_held(unit: Unit, team_id: int) -> Team:
    """Return a team that is held until the transaction ends, made if it is new."""
    lock_team(unit, team_id)
    team = unit.db.get(Team, team_id)
    return team if team is not None else _new_team(unit, team_id)


def just_after(now: datetime, latest: datetime | None) -> datetime:
    """Return now or, where the clock was set back, the very next moment after the latest."""
    if latest is None or now > latest:
        return now
    return latest + timedelta(microseconds=1)


def mark_seen(unit: Unit, interaction_id: int) -> None:
    """Leave an interaction's id in the transaction.

    Raises:
        Redelivered: It is there already.
    """
    seen = {"id": interaction_id, "seen_at": unit.now}
    if unit.connection.execute(_MARK[unit.connection.dialect.name], seen).first() is None:
        raise Redelivered


def _begun(unit: Unit, caller: Caller) -> tuple[Team, Where]:
    user_id = caller.person.user_id
    where = where_is(unit, caller.team_id, user_id, reader_id=user_id)
    return where.team or _new_team(unit, caller.team_id), where


def _new_team(unit: Unit, team_id: int) -> Team:
    unit.insert_or_ignore(Team, id=team_id, created_at=unit.now)
    return unit.db.get_one(Team, team_id)
