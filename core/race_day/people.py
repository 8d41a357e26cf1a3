"""Who a command is about: members of the team and their profiles.

All functions work inside the caller's transaction and only ever look within one team.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from core.caller import LARGEST_ID, Caller, Person
from core.database import Unit
from core.errors import BadInput
from core.models import RacerProfile, Team

_PROFILE: Final = select(RacerProfile).where(
    RacerProfile.team_id == bindparam("team_id"),
    RacerProfile.discord_user_id == bindparam("user_id"),
)

_GREET: Final = (
    update(RacerProfile)
    .where(
        RacerProfile.team_id == bindparam("in_team"),
        RacerProfile.discord_user_id == bindparam("user_id"),
        RacerProfile.greeted_at.is_(None),
    )
    .values(greeted_at=bindparam("now"))
    .returning(RacerProfile.id)
)


def find_profile(unit: Unit, team_id: int, user_id: int) -> RacerProfile | None:
    """Return the profile of a member, if there is one."""
    if user_id > LARGEST_ID:
        return None
    return unit.db.scalar(_PROFILE, {"team_id": team_id, "user_id": user_id})


def profile_of(unit: Unit, team_id: int, person: Person) -> RacerProfile:
    """Return the member's profile, made if it is new, under the name the chat shows now.

    Raises:
        BadInput: They are not in the server and have never raced for the team.
    """
    return known_as(unit, team_id, find_profile(unit, team_id, person.user_id), person)


def known_as(
    unit: Unit, team_id: int, profile: RacerProfile | None, person: Person
) -> RacerProfile:
    """Return a profile that was looked for, made if there was none, under the name of now.

    Raises:
        BadInput: There was none, of somebody who is not in the server.
    """
    if profile is None:
        if person.has_left:
            raise BadInput("Only somebody in this server can be picked, or who has raced here.")
        profile = RacerProfile(
            team_id=team_id,
            discord_user_id=person.user_id,
            name=person.name,
            created_at=unit.now,
            updated_at=unit.now,
        )
        unit.db.add(profile)
        unit.db.flush()
    elif profile.name != person.name and not person.has_left:
        profile.name = person.name
    return profile


def greet(unit: Unit, team_id: int, user_id: int) -> bool:
    """Note that a member with a profile is told how to type a run; False where they were before."""
    member = {"in_team": team_id, "user_id": user_id, "now": unit.now}
    return unit.connection.execute(_GREET, member).first() is not None


def crew_role_of(unit: Unit, team_id: int) -> int | None:
    """Return the role whose members are crew."""
    return unit.db.scalar(select(Team.crew_role_id).where(Team.id == team_id))


def require_crew(unit: Unit, caller: Caller, to_do: str) -> None:
    """Refuse what only crew may do, before anything is changed.

    Raises:
        NotAllowed: The caller is not crew.
    """
    caller.require_crew(crew_role_of(unit, caller.team_id), to_do)
