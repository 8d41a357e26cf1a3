"""Which racer of a team is meant by what was typed: also one who has left the chat."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from sqlalchemy import bindparam, select

from core.database import Unit
from core.errors import BadInput, NotFound
from core.models import RacerProfile
from core.names import name_key
from core.race_day.people import find_profile
from core.race_day.where import as_uuid
from core.results.refs import Choice

_RACERS: Final = (
    select(RacerProfile)
    .where(RacerProfile.team_id == bindparam("team_id"))
    .order_by(RacerProfile.created_at, RacerProfile.id)
)
# A person by number, as clients write it.
_MENTION: Final = re.compile(r"(?:<@!?)?([0-9]{1,19})>?")


def named(unit: Unit, team_id: int, text: str) -> RacerProfile:
    """Return a racer of the team by id, mention or name.

    Raises:
        NotFound: The team knows nobody like that.
        BadInput: Several are called so.
    """
    mention = _MENTION.fullmatch(text.strip())
    by_user = find_profile(unit, team_id, int(mention[1])) if mention else None
    if by_user is not None:
        return by_user
    racer_id, key = as_uuid(text), name_key(text)
    racers = unit.db.scalars(_RACERS, {"team_id": team_id}).all()
    found = [racer for racer in racers if racer.id == racer_id]
    found = found or [racer for racer in racers if name_key(racer.name) == key]
    if not found:
        raise NotFound("Nobody like that has raced for this team; pick a name from the list.")
    if len(found) > 1:
        raise BadInput(f"{len(found)} racers are called so: pick one from the list.")
    return found[0]


def named_like(unit: Unit, team_id: int, typed: str) -> list[Choice]:
    """Return the racers of a team whose name has what was typed."""
    racers = unit.db.scalars(_RACERS, {"team_id": team_id}).all()
    key = name_key(typed)
    fitting = [racer for racer in racers if key in name_key(racer.name)]
    names = Counter(racer.name for racer in fitting)
    return [
        Choice(
            f"{racer.name} · {racer.created_at:%Y-%m-%d}" if names[racer.name] > 1 else racer.name,
            str(racer.id),
        )
        for racer in sorted(fitting, key=lambda racer: racer.name.casefold())
    ]
