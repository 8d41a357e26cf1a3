"""Racers' profiles: experience level, driving style, the name they race under."""

from __future__ import annotations

from core.caller import Caller, Person
from core.commands import ProfileFields
from core.database import Database, Unit
from core.errors import BadInput
from core.models import RacerProfile, RaceSession
from core.names import RACER_NAME_LENGTH, clean_name
from core.race_day import people
from core.race_day.change import Change, change
from core.race_day.renewing import renew_advice
from core.results.profile import ProfileInfo
from core.scoring.advice import ExperienceLevel

DRIVING_STYLE_LENGTH = 255


class ProfileService:
    """The profiles of every team; each call is bound to the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show_or_update(
        self, caller: Caller, fields: ProfileFields, racer: Person | None = None
    ) -> ProfileInfo:
        """Return a racer's profile, changed first when there is something to change.

        Raises:
            BadInput: A field cannot be used.
            NotAllowed: A change is for somebody else and the caller is not crew.
        """
        if fields == ProfileFields():
            return await self.show(caller, racer)
        return await self.update(caller, fields, racer)

    async def show(self, caller: Caller, racer: Person | None = None) -> ProfileInfo:
        """Return a racer's profile, as it would be for one who has none yet."""
        subject = racer or caller.person

        def act(unit: Unit) -> ProfileInfo:
            profile = people.find_profile(unit, caller.team_id, subject.user_id)
            if profile is None:
                profile = RacerProfile(
                    discord_user_id=subject.user_id,
                    name=subject.name,
                    experience_level=ExperienceLevel.INTERMEDIATE.value,
                )
            return _info(profile, caller, changed=False)

        return await self._database.read(act)

    async def update(
        self, caller: Caller, fields: ProfileFields, racer: Person | None = None
    ) -> ProfileInfo:
        """Change fields of a profile.

        A new level changes the advice of the heats in open sessions too; scores never move.

        Raises:
            BadInput: A field cannot be used.
            NotAllowed: It is somebody else's and the caller is not crew.
        """
        values = _checked(fields)

        def act(change: Change) -> ProfileInfo:
            unit = change.unit
            where = change.subject(racer, "change other racers' profiles")
            profile = where.racer or change.actor
            for column, value in values.items():
                setattr(profile, column, value)
            profile.updated_at = unit.now
            unit.db.flush()
            if "experience_level" in values:
                renew_advice(
                    unit, (RaceSession.status == "active") & (RacerProfile.id == profile.id)
                )
            return _info(profile, caller, changed=True)

        return await change(self._database, caller, act)


def _checked(fields: ProfileFields) -> dict[str, str]:
    """Return the columns to set, checked.

    Raises:
        BadInput: A field cannot be used.
    """
    values: dict[str, str] = {}
    if fields.experience is not None:
        levels = {level.value.casefold(): level.value for level in ExperienceLevel}
        level = levels.get(fields.experience.strip().casefold())
        if level is None:
            raise BadInput("The experience level is Sportsman, Intermediate or Pro.")
        values["experience_level"] = level
    if fields.driving_style is not None:
        values["driving_style"] = clean_name(
            fields.driving_style, what="driving style", longest=DRIVING_STYLE_LENGTH
        )
    if fields.driver_name is not None:
        values["liverc_name"] = clean_name(
            fields.driver_name, what="driver name", longest=RACER_NAME_LENGTH
        )
    return values


def _info(profile: RacerProfile, caller: Caller, *, changed: bool) -> ProfileInfo:
    return ProfileInfo(
        racer=profile.person,
        experience_level=ExperienceLevel.stored(profile.experience_level),
        driving_style=profile.driving_style,
        driver_name=profile.liverc_name,
        is_self=profile.discord_user_id == caller.person.user_id,
        changed=changed,
    )
