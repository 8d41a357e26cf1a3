"""Who of the team is which driver of a race: certain, likely, or to be asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select

from core.database import Unit
from core.models import RacerProfile
from core.sources.race import Driver, Race, Source
from core.sources.who import Certainty, Guess, Known, who_is_who

_PROFILES: Final = (
    select(RacerProfile)
    .where(RacerProfile.team_id == bindparam("team_id"))
    .order_by(RacerProfile.created_at, RacerProfile.id)
)


def profiles_in(unit: Unit, team_id: int) -> list[RacerProfile]:
    """Return the racers of a team."""
    return list(unit.db.scalars(_PROFILES, {"team_id": team_id}))


def guesses_for(race: Race, profiles: Sequence[RacerProfile]) -> tuple[Guess[UUID], ...]:
    """Return one guess for each driver of a race, in order, by the ids of profiles."""
    has_ids = race.source is Source.LIVERC
    known = [
        Known(
            racer.id,
            racer.liverc_name,
            frozenset({racer.liverc_id} if has_ids and racer.liverc_id else ()),
        )
        for racer in profiles
    ]
    return who_is_who(race.drivers, known)


def people_in(unit: Unit, team_id: int, race: Race) -> dict[int, RacerProfile]:
    """Return who of a team is certainly in a race, by the driver's place in it from 0."""
    profiles = profiles_in(unit, team_id)
    return certain(guesses_for(race, profiles), profiles)


def certain(
    guesses: Sequence[Guess[UUID]], profiles: Sequence[RacerProfile]
) -> dict[int, RacerProfile]:
    """Return the racers whose driver is certain, by the driver's place from 0."""
    by_id = {racer.id: racer for racer in profiles}
    found = {
        at: by_id[guess.keys[0]]
        for at, guess in enumerate(guesses)
        if guess.certainty is Certainty.CERTAIN
    }
    times = Counter(racer.id for racer in found.values())
    # The same racer under two ids of one page: somebody has to say which.
    return {at: racer for at, racer in found.items() if times[racer.id] == 1}


def remember_ids(race: Race, people: Mapping[int, RacerProfile]) -> None:
    """Note the source's id of each racer who has none yet: from now on it decides."""
    if race.source is not Source.LIVERC:
        return
    for at, racer in people.items():
        if racer.liverc_id is None:
            racer.liverc_id = race.drivers[at].source_id


def remember(race: Race, driver: Driver, racer: RacerProfile) -> None:
    """Note who a racer is on the pages of a source, as somebody has said."""
    racer.liverc_name = driver.name
    if race.source is Source.LIVERC and driver.source_id is not None:
        racer.liverc_id = driver.source_id
