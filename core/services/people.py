"""Who asks and whom it is about: the start of every change, profiles, rights.

All functions work inside the caller's transaction and only ever look within one team.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.caller import Caller, Person
from core.database import Unit
from core.errors import Redelivered
from core.models import InteractionSeen, RacerProfile, Team

# What a column of ids holds; a forged button or select may carry more.
_LARGEST_ID: Final = 2**63 - 1


def begin(unit: Unit, caller: Caller) -> Team:
    """Start a change: hold the team and leave the interaction's id.

    Raises:
        Redelivered: The interaction has changed something already.
    """
    team = lock_team(unit, caller.team_id)
    if caller.interaction_id is not None:
        see_interaction(unit, caller.interaction_id)
    return team


def lock_team(unit: Unit, team_id: int) -> Team:
    """Return the team, made if it is new, and hold it until the transaction ends.

    A team writes one thing at a time: that is what numbers laps without gap or twin. Rows that
    only refer to it, such as the publisher's, need not wait.
    """
    statement = select(Team).where(Team.id == team_id).with_for_update(key_share=True)
    team = unit.db.scalar(statement)
    if team is None:
        unit.insert_or_ignore(Team, id=team_id, created_at=unit.now)
        team = unit.db.scalars(statement).one()
    return team


def see_interaction(unit: Unit, interaction_id: int) -> None:
    """Leave the interaction's id in this transaction.

    Raises:
        Redelivered: It is there already.
    """
    if not unit.insert_or_ignore(InteractionSeen, id=interaction_id, seen_at=unit.now):
        raise Redelivered


def after(unit: Unit, column: InstrumentedAttribute[datetime], of: ColumnElement[bool]) -> datetime:
    """Return now or, where the clock was set back, the very next moment after the latest.

    Args:
        unit: The transaction.
        column: What the new moment is put in, and is to be the latest of.
        of: Among which rows.
    """
    latest = unit.db.scalar(select(func.max(column)).where(of))
    if latest is None or unit.now > latest:
        return unit.now
    return latest + timedelta(microseconds=1)


def greet(team: Team, now: datetime) -> bool:
    """Tell whether this is the team's first answer, once."""
    if team.greeted_at is not None:
        return False
    team.greeted_at = now
    return True


def find_profile(unit: Unit, team_id: int, user_id: int) -> RacerProfile | None:
    """Return the profile of a member, if there is one."""
    if user_id > _LARGEST_ID:
        return None
    return unit.db.scalar(
        select(RacerProfile).where(
            RacerProfile.team_id == team_id, RacerProfile.discord_user_id == user_id
        )
    )


def profile_of(unit: Unit, team_id: int, person: Person) -> RacerProfile:
    """Return the member's profile, made if it is new, under the name the chat shows now."""
    profile = find_profile(unit, team_id, person.user_id)
    if profile is None:
        profile = RacerProfile(
            team_id=team_id,
            discord_user_id=person.user_id,
            name=person.name,
            created_at=unit.now,
            updated_at=unit.now,
        )
        unit.db.add(profile)
        unit.db.flush()
    elif profile.name != person.name:
        profile.name = person.name
    return profile


def subject_of(
    unit: Unit, team: Team, caller: Caller, racer: Person | None, to_do: str
) -> tuple[RacerProfile, RacerProfile]:
    """Return the profiles of who acts and of whose laps it is about.

    Raises:
        NotAllowed: It is about somebody else and the caller is not crew.
    """
    actor = profile_of(unit, team.id, caller.person)
    if racer is None or racer.user_id == caller.person.user_id:
        return actor, actor
    caller.require_crew(team.crew_role_id, to_do)
    return actor, profile_of(unit, team.id, racer)


def require_crew(unit: Unit, caller: Caller, to_do: str) -> None:
    """Refuse what only crew may do, before anything is changed.

    Raises:
        NotAllowed: The caller is not crew.
    """
    crew_role_id = unit.db.scalar(select(Team.crew_role_id).where(Team.id == caller.team_id))
    caller.require_crew(crew_role_id, to_do)
