"""Who asks and whom it is about: the start of every change, profiles, rights.

All functions work inside the caller's transaction and only ever look within one team.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select

from core.caller import Caller, Person
from core.database import UnitOfWork
from core.models import RacerProfile, Team

# What a column of ids holds; a forged button or select may carry more.
_LARGEST_ID: Final = 2**63 - 1


async def begin(uow: UnitOfWork, caller: Caller) -> Team:
    """Start a change: hold the team and leave the interaction's id.

    Raises:
        Redelivered: The interaction has changed something already.
    """
    team = await uow.lock_team(caller.team_id)
    if caller.interaction_id is not None:
        await uow.see_interaction(caller.interaction_id)
    return team


def greet(team: Team, now: datetime) -> bool:
    """Tell whether this is the team's first answer, once."""
    if team.greeted_at is not None:
        return False
    team.greeted_at = now
    return True


async def find_profile(uow: UnitOfWork, team_id: int, user_id: int) -> RacerProfile | None:
    """Return the profile of a member, if there is one."""
    if user_id > _LARGEST_ID:
        return None
    return await uow.db.scalar(
        select(RacerProfile).where(
            RacerProfile.team_id == team_id, RacerProfile.discord_user_id == user_id
        )
    )


async def profile_of(uow: UnitOfWork, team_id: int, person: Person) -> RacerProfile:
    """Return the member's profile, made if it is new, under the name the chat shows now."""
    profile = await find_profile(uow, team_id, person.user_id)
    if profile is None:
        profile = RacerProfile(
            team_id=team_id,
            discord_user_id=person.user_id,
            name=person.name,
            created_at=uow.now,
            updated_at=uow.now,
        )
        uow.db.add(profile)
        await uow.db.flush()
    elif profile.name != person.name:
        profile.name = person.name
    return profile


async def subject_of(
    uow: UnitOfWork, team: Team, caller: Caller, racer: Person | None, to_do: str
) -> tuple[RacerProfile, RacerProfile]:
    """Return the profiles of who acts and of whose laps it is about.

    Raises:
        NotAllowed: It is about somebody else and the caller is not crew.
    """
    actor = await profile_of(uow, team.id, caller.person)
    if racer is None or racer.user_id == caller.person.user_id:
        return actor, actor
    caller.require_crew(team.crew_role_id, to_do)
    return actor, await profile_of(uow, team.id, racer)


async def require_crew(uow: UnitOfWork, caller: Caller, to_do: str) -> None:
    """Refuse what only crew may do, before anything is changed.

    Raises:
        NotAllowed: The caller is not crew.
    """
    crew_role_id = await uow.db.scalar(select(Team.crew_role_id).where(Team.id == caller.team_id))
    caller.require_crew(crew_role_id, to_do)
