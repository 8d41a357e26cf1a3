"""Where a racer's laps go: into a heat that is there, or into one that they open.

All functions work inside the caller's transaction and only ever look within one team.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.database import Unit
from core.errors import BadInput
from core.models import Heat, RacerProfile, RaceSession, Team
from core.names import clean_class_name, clean_heat_name, name_key, next_heat_name
from core.services import places

# How long laps typed without a heat still go into one that somebody else finished.
LATE_LAPS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Where laps would go.

    Attributes:
        session: None where one would be opened, named after today.
        heat: None where one would be opened.
        name: The name of the heat.
        class_name: Its class; empty for none.
        is_own_session: Whether the session was not named by a heat's id.
    """

    session: RaceSession | None
    heat: Heat | None
    name: str
    class_name: str
    is_own_session: bool = True


@dataclass(frozen=True, slots=True)
class LapPlace:
    """Where laps go."""

    session: RaceSession
    heat: Heat
    is_own_session: bool
    opened_session: bool
    opened_heat: bool


def foresee(
    unit: Unit,
    team_id: int,
    racer: RacerProfile | None,
    *,
    heat_text: str | None,
    class_text: str | None,
) -> Foreseen:
    """Return where a racer's laps would go, without opening anything.

    Raises:
        SeveralOpen: Several sessions are open and the racer has used none of them.
        BadInput: A heat or class name cannot be used.
        NotFound: An id means nothing in this team.
    """
    heat_id = places.as_uuid(heat_text) if heat_text else None
    if heat_id is not None:
        session, heat = places.heat_by_id(unit, team_id, heat_id)
        if class_text and name_key(class_text) != heat.class_key:
            raise BadInput(
                f"{heat.ref.label} is no {class_text.strip()} heat: leave class out, "
                "or type the heat's name instead of picking it."
            )
        return Foreseen(session, heat, heat.name, heat.class_name, is_own_session=False)
    # Checked first: a command that cannot be carried out does not wait for a choice of event.
    name = clean_heat_name(heat_text) if heat_text else None
    stated = clean_class_name(class_text) if class_text else None
    own = places.own_session(unit, team_id, racer)
    if own is None:
        name = name or next_heat_name([], practice_rounds=0, qualifying_rounds=0)
        return Foreseen(None, None, name, stated or "")
    heats = places.heats_of(unit, own)
    sticky = stated if stated is not None else places.sticky_class(unit, own, racer)
    class_name = places.class_of(heats, sticky)
    of_class = places.heats_in(heats, class_name)
    found: Heat | None
    if name is not None:
        among = of_class if stated is not None else heats
        found = places.match_heat(among, name, class_name, other_classes=sticky is None)
    else:
        name = places.next_name(heats, own, class_name)
        stated_key = name_key(stated) if stated is not None else None
        found = (
            (places.own_open_heat(unit, own, racer, stated_key) if racer else None)
            or places.latest_open_heat(of_class)
            or _just_finished_heat(of_class, racer, unit.now)
        )
    if found is not None:
        return Foreseen(own, found, found.name, found.class_name)
    return Foreseen(own, None, name, class_name)


def _just_finished_heat(
    heats: list[Heat], racer: RacerProfile | None, now: datetime
) -> Heat | None:
    """Return the latest of the heats if somebody else finished it within ten minutes."""
    latest = heats[-1] if heats else None
    if latest is None or latest.finished_at is None or latest.finished_by is None:
        return None
    if racer is not None and latest.finished_by == racer.id:
        return None
    return latest if now - latest.finished_at <= LATE_LAPS else None


def place_for_laps(
    unit: Unit,
    team: Team,
    racer: RacerProfile,
    *,
    heat_text: str | None,
    class_text: str | None,
    channel_id: int | None,
) -> LapPlace:
    """Return where a racer's laps go, opening session and heat as needed.

    Raises:
        SeveralOpen: Several sessions are open and the racer has used none of them.
        BadInput: A heat or class name cannot be used.
        NotFound: An id means nothing in this team.
    """
    seen = foresee(unit, team.id, racer, heat_text=heat_text, class_text=class_text)
    session = seen.session or places.open_session_of_today(unit, team, racer)
    heat = seen.heat or places.open_heat(
        unit,
        session,
        racer,
        name=seen.name,
        class_name=seen.class_name,
        implicit=True,
        channel_id=channel_id,
    )
    return LapPlace(
        session,
        heat,
        is_own_session=seen.is_own_session,
        opened_session=seen.session is None,
        opened_heat=seen.heat is None,
    )
