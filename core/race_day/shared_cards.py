"""Where cards were shared: their messages go when their racer is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select

from core.data_models import SharedCard
from core.database import Unit
from core.errors import NotFound
from core.race_day import outbox, people

NOTHING_LEFT: Final = "There are no laps left for that card; /orp shows a new one."

_OF_RACER: Final = or_(
    SharedCard.racer_id == bindparam("of_racer"), SharedCard.other_id == bindparam("of_racer")
)
_CHANNELS: Final = select(SharedCard.channel_id, SharedCard.message_id).where(_OF_RACER)
_FORGET: Final = delete(SharedCard).where(_OF_RACER)


def remember(
    unit: Unit, team_id: int, user_ids: Sequence[int], *, channel_id: int, message_id: int
) -> None:
    """Note the message that will show a racer's card, or two racers side by side.

    Args:
        unit: The transaction, holding the team.
        team_id: Whose they are.
        user_ids: The racers' Discord user ids, one or two.
        channel_id: Where the message is.
        message_id: The message.

    Raises:
        NotFound: One of them was forgotten meanwhile.
    """
    racers = [people.find_profile(unit, team_id, user_id) for user_id in user_ids]
    known = [racer.id for racer in racers if racer is not None]
    if len(known) < len(racers):
        raise NotFound(NOTHING_LEFT)
    unit.connection.execute(
        insert(SharedCard).values(
            racer_id=known[0],
            other_id=known[1] if len(known) > 1 else None,
            channel_id=channel_id,
            message_id=message_id,
            shared_at=unit.now,
        )
    )


def channels_of(unit: Unit, racer_id: UUID) -> list[int]:
    """Return the channel of each card that shows a racer."""
    return list(unit.connection.execute(_CHANNELS, {"of_racer": racer_id}).scalars())


def remove_of(unit: Unit, team_id: int, racer_id: UUID) -> None:
    """Have every card deleted that shows a racer."""
    of_racer = {"of_racer": racer_id}
    for channel_id, message_id in unit.connection.execute(_CHANNELS, of_racer).all():
        outbox.remove_message(unit, team_id, channel_id=channel_id, message_id=message_id)
    unit.connection.execute(_FORGET, of_racer)
